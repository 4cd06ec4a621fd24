#include "config.h"

#include "sim/sim.h"
