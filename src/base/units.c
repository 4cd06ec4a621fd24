#include "config.h"

#include "base/units.h"
