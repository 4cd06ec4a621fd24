#include "config.h"

#include "base/yaml.h"
