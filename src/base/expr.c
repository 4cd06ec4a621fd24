#include "config.h"

#include "base/expr.h"
