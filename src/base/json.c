#include "config.h"

#include "base/json.h"
