#include "config.h"

#include "base/path.h"
