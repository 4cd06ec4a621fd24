#include "config.h"

#include "base/table.h"
