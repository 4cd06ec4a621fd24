#include "config.h"

#include "base/hash.h"
