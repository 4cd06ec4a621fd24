#include "config.h"

#include "base/err.h"
