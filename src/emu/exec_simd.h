/* Executors of Advanced SIMD that are worth a place in the dispatch loop. */
#ifndef EMU_EXEC_SIMD_H
#define EMU_EXEC_SIMD_H

#include "emu/cpu.h"

#define EXECUTOR(name) static inline void exec_##name(struct cpu *c, const struct op *o)

/* imm2: the pattern of the upper half, zero for 64-bit vectors */
EXECUTOR(v_movi)
{
    uint64_t both[2] = {o->imm, o->imm2};
    memcpy(&c->r[o->d], both, 16);
}

#undef EXECUTOR

#endif
