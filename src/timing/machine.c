#include "config.h"

#include "timing/machine.h"
