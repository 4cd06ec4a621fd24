#include "config.h"

#include "emu/exec_fp.h"

void exec_fp_soft(struct cpu *c, const struct op *o)
{
    c->access = o;
    cpu_raise(c, EMU_FAULT_UNIMPLEMENTED, 0);
}
