#include "config.h"

#include "emu/emu.h"
