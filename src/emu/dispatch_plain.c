#include "config.h"

#include "emu/block.h"

#define CPU_DISPATCH cpu_dispatch_plain
#include "emu/dispatch.h"
