#include "config.h"

#include "timing/model.h"
