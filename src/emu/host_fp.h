/* The host's floating-point environment while guest code runs: round to nearest, nothing
 * flushed, nothing trapped, sticky flags gathered for FPSR. */
#ifndef EMU_HOST_FP_H
#define EMU_HOST_FP_H

#include <fenv.h>

#include "emu/cpu.h"

/* FPSR bits (DDI 0487, C5.2.8). */
enum {
    FPSR_IOC = 1,
    FPSR_DZC = 2,
    FPSR_OFC = 4,
    FPSR_UFC = 8,
    FPSR_IXC = 16,
    FPSR_IDC = 128,
    FPSR_QC = 1 << 27
};

struct host_fp {
#if defined(__SSE__)
    unsigned csr;
#else
    fenv_t env;
#endif
};

#if defined(__SSE__)
static inline void host_fp_enter(struct host_fp *saved)
{
    saved->csr = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(0x1f80); /* all masked, to nearest, no flags */
}

static inline void host_fp_leave(const struct host_fp *saved)
{
    __builtin_ia32_ldmxcsr(saved->csr);
}

/* Moves the host's sticky flags to FPSR. */
static inline void host_fp_gather(struct cpu *c)
{
    unsigned csr = __builtin_ia32_stmxcsr();

    if ((csr & 0x3d) == 0)
        return;
    c->fpsr |= (csr & 1 ? FPSR_IOC : 0) | (csr & 4 ? FPSR_DZC : 0) | (csr & 8 ? FPSR_OFC : 0) |
               (csr & 16 ? FPSR_UFC : 0) | (csr & 32 ? FPSR_IXC : 0);
    __builtin_ia32_ldmxcsr(csr & ~0x3fu);
}
#else
static inline void host_fp_enter(struct host_fp *saved)
{
    feholdexcept(&saved->env);
    fesetround(FE_TONEAREST);
}

static inline void host_fp_leave(const struct host_fp *saved)
{
    fesetenv(&saved->env);
}

static inline void host_fp_gather(struct cpu *c)
{
    int flags = fetestexcept(FE_ALL_EXCEPT);

    c->fpsr |= (flags & FE_INVALID ? FPSR_IOC : 0) | (flags & FE_DIVBYZERO ? FPSR_DZC : 0) |
               (flags & FE_OVERFLOW ? FPSR_OFC : 0) | (flags & FE_UNDERFLOW ? FPSR_UFC : 0) |
               (flags & FE_INEXACT ? FPSR_IXC : 0);
    feclearexcept(FE_ALL_EXCEPT);
}
#endif

#endif
