#include "config.h"

#include "study/study.h"
