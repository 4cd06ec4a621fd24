#include "config.h"

#include "analysis/analysis.h"
