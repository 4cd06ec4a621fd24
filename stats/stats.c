#include "config.h"

#include "stats/stats.h"
