#include "config.h"

#include "base/cpu.h"
