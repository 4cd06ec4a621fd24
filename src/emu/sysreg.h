/* System registers that user programs touch. */
#ifndef EMU_SYSREG_H
#define EMU_SYSREG_H

#include "emu/cpu.h"

/* FPCR bits that change what arithmetic does: AHP is left out, for half-precision
 * conversions always look at it. */
enum { FPCR_DN = 1 << 25, FPCR_FZ = 1 << 24, FPCR_RMODE = 3 << 22, FPCR_AHP = 1 << 26 };
enum { FPCR_ARITHMETIC = FPCR_DN | FPCR_FZ | FPCR_RMODE };

/* MSR of FPCR, FPSR or TPIDR_EL0. */
void sysreg_write(struct cpu *c, uint32_t word);

#endif
