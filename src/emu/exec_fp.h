/* Executors of scalar floating point while FPCR holds its reset value: host arithmetic,
 * whose sticky flags are FPSR's.  Whatever the host does otherwise than the architecture
 * (NaN results, comparisons of NaNs, conversions at the edges) goes to exec_fp_soft, which
 * does it in integers.  When FPCR asks for anything else, blocks are made of exec_fp_soft
 * alone.  imm holds the instruction word. */
#ifndef EMU_EXEC_FP_H
#define EMU_EXEC_FP_H

#include <math.h>

#include "emu/cpu.h"

#define EXECUTOR(name) static inline void exec_##name(struct cpu *c, const struct op *o)

void exec_fp_soft(struct cpu *c, const struct op *o);

static inline double fp_d(const struct cpu *c, unsigned slot)
{
    double v;
    memcpy(&v, &c->r[slot], 8);
    return v;
}

static inline float fp_s(const struct cpu *c, unsigned slot)
{
    float v;
    memcpy(&v, &c->r[slot], 4);
    return v;
}

static inline void fp_set_bits(struct cpu *c, unsigned slot, uint64_t low)
{
    uint64_t both[2] = {low, 0};
    memcpy(&c->r[slot], both, 16);
}

static inline void fp_set_d(struct cpu *c, unsigned slot, double v)
{
    fp_set_bits(c, slot, get64(&v));
}

static inline void fp_set_s(struct cpu *c, unsigned slot, float v)
{
    fp_set_bits(c, slot, get32(&v));
}

#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

/* A NaN result takes the slow way, which chooses and quiets it as the architecture does. */
#define SUM(name, t, expression)                                                       \
    EXECUTOR(name)                                                                            \
    {                                                                                         \
        const __typeof__(fp_##t(c, 0)) n = fp_##t(c, o->n), m = fp_##t(c, o->m);              \
        const __typeof__(n) r = expression;                                                   \
        if (unlikely(r != r))                                                                 \
            exec_fp_soft(c, o);                                                               \
        else                                                                                  \
            fp_set_##t(c, o->d, r);                                                           \
    }
SUM(fadd_d, d, n + m)
SUM(fadd_s, s, n + m)
SUM(fsub_d, d, n - m)
SUM(fsub_s, s, n - m)
#undef SUM

/* So does what may have been rounded up to the least normal number: the architecture looks
 * for underflow before rounding, x86-64 after it.  (Sums that small are exact.)  "Neither
 * less nor greater" is true of NaNs as well. */
#define least_d 0x1p-1022
#define least_s 0x1p-126f
#define is_special(t, r) unlikely(!__builtin_islessgreater(fp_magnitude_##t(r), least_##t))

static inline double fp_magnitude_d(double v)
{
    return __builtin_fabs(v);
}

static inline float fp_magnitude_s(float v)
{
    return __builtin_fabsf(v);
}

#define ARITHMETIC(name, t, expression)                                                       \
    EXECUTOR(name)                                                                            \
    {                                                                                         \
        const __typeof__(fp_##t(c, 0)) n = fp_##t(c, o->n), m = fp_##t(c, o->m);              \
        const __typeof__(n) r = expression;                                                   \
        if (is_special(t, r))                                                                 \
            exec_fp_soft(c, o);                                                               \
        else                                                                                  \
            fp_set_##t(c, o->d, r);                                                           \
    }
ARITHMETIC(fmul_d, d, n * m)
ARITHMETIC(fmul_s, s, n * m)
ARITHMETIC(fdiv_d, d, n / m)
ARITHMETIC(fdiv_s, s, n / m)
ARITHMETIC(fnmul_d, d, -(n * m))
ARITHMETIC(fnmul_s, s, -(n * m))
#undef ARITHMETIC

#define FUSED(name, t, expression)                                                            \
    EXECUTOR(name)                                                                            \
    {                                                                                         \
        const __typeof__(fp_##t(c, 0)) n = fp_##t(c, o->n), m = fp_##t(c, o->m),              \
                                       a = fp_##t(c, o->a);                                   \
        const __typeof__(n) r = expression;                                                   \
        if (is_special(t, r))                                                                 \
            exec_fp_soft(c, o);                                                               \
        else                                                                                  \
            fp_set_##t(c, o->d, r);                                                           \
    }
FUSED(fmadd_d, d, fma(n, m, a))
FUSED(fmadd_s, s, fmaf(n, m, a))
FUSED(fmsub_d, d, fma(-n, m, a))
FUSED(fmsub_s, s, fmaf(-n, m, a))
FUSED(fnmadd_d, d, fma(-n, m, -a))
FUSED(fnmadd_s, s, fmaf(-n, m, -a))
FUSED(fnmsub_d, d, fma(n, m, -a))
FUSED(fnmsub_s, s, fmaf(n, m, -a))
#undef FUSED

EXECUTOR(fmov_d) { fp_set_bits(c, o->d, c->r[o->n]); }
EXECUTOR(fmov_s) { fp_set_bits(c, o->d, (uint32_t)c->r[o->n]); }
EXECUTOR(fabs_d) { fp_set_bits(c, o->d, c->r[o->n] & ~(UINT64_C(1) << 63)); }
EXECUTOR(fabs_s) { fp_set_bits(c, o->d, c->r[o->n] & 0x7fffffff); }
EXECUTOR(fneg_d) { fp_set_bits(c, o->d, c->r[o->n] ^ UINT64_C(1) << 63); }
EXECUTOR(fneg_s) { fp_set_bits(c, o->d, (uint32_t)c->r[o->n] ^ 0x80000000u); }
EXECUTOR(fmov_i) { fp_set_bits(c, o->d, o->imm); }
EXECUTOR(fmov_ws) { c->r[o->d] = (uint32_t)c->r[o->n]; }
EXECUTOR(fmov_sw) { fp_set_bits(c, o->d, (uint32_t)c->r[o->n]); }
EXECUTOR(fmov_xd) { c->r[o->d] = c->r[o->n]; }
EXECUTOR(fmov_dx) { fp_set_bits(c, o->d, c->r[o->n]); }
EXECUTOR(fmov_xv1) { c->r[o->d] = c->r[o->n + 1]; }
EXECUTOR(fmov_v1x) { c->r[o->d + 1] = c->r[o->n]; }
EXECUTOR(fcsel_d)
{
    fp_set_bits(c, o->d, c->r[cpu_condition(c, o->imm2 & 15) ? o->n : o->m]);
}
EXECUTOR(fcsel_s)
{
    fp_set_bits(c, o->d, (uint32_t)c->r[cpu_condition(c, o->imm2 & 15) ? o->n : o->m]);
}

/* The quiet comparison: NaNs go on to softfp without a flag from the host. */
EXECUTOR(fsqrt_d)
{
    double n = fp_d(c, o->n);
    if (unlikely(!__builtin_isgreaterequal(n, 0)))
        exec_fp_soft(c, o);
    else
        fp_set_d(c, o->d, __builtin_sqrt(n));
}
EXECUTOR(fsqrt_s)
{
    float n = fp_s(c, o->n);
    if (unlikely(!__builtin_isgreaterequal(n, 0)))
        exec_fp_soft(c, o);
    else
        fp_set_s(c, o->d, __builtin_sqrtf(n));
}
EXECUTOR(fcvt_sd)
{
    float n = fp_s(c, o->n);
    if (unlikely(n != n))
        exec_fp_soft(c, o);
    else
        fp_set_d(c, o->d, n);
}
EXECUTOR(fcvt_ds)
{
    float r = (float)fp_d(c, o->n);
    if (is_special(s, r))
        exec_fp_soft(c, o);
    else
        fp_set_s(c, o->d, r);
}

/* Equal 0110, less 1000, greater 0010, unordered 0011. */
static inline void fp_flags(struct cpu *c, bool less, bool equal)
{
    c->n = (uint64_t)less << 63;
    c->z = !equal;
    c->c = !less;
    c->v = 0;
}

#define COMPARE(name, t)                                                                      \
    EXECUTOR(name)                                                                            \
    {                                                                                         \
        const __typeof__(fp_##t(c, 0)) n = fp_##t(c, o->n), m = fp_##t(c, o->m);              \
        if (unlikely(__builtin_isunordered(n, m)))                                            \
            exec_fp_soft(c, o);                                                               \
        else                                                                                  \
            fp_flags(c, n < m, n == m);                                                       \
    }
COMPARE(fcmp_d, d)
COMPARE(fcmp_s, s)
#undef COMPARE
#define exec_fcmpe_d exec_fcmp_d
#define exec_fcmpe_s exec_fcmp_s

/* Conversions to integers go the fast way where every value in between fits; the range
 * check is false for NaNs. */
#define TO_INT(name, t, low, high, type, unsigned_type)                                       \
    EXECUTOR(name)                                                                            \
    {                                                                                         \
        const __typeof__(fp_##t(c, 0)) n = fp_##t(c, o->n);                                   \
        if (unlikely(!(__builtin_isgreaterequal(n, low) && __builtin_isless(n, high))))            \
            exec_fp_soft(c, o);                                                               \
        else                                                                                  \
            c->r[o->d] = (unsigned_type)(type)n;                                              \
    }
TO_INT(fcvtzs_wd, d, -0x1p31, 0x1p31, int32_t, uint32_t)
TO_INT(fcvtzs_ws, s, -0x1p31f, 0x1p31f, int32_t, uint32_t)
TO_INT(fcvtzs_xd, d, -0x1p63, 0x1p63, int64_t, uint64_t)
TO_INT(fcvtzs_xs, s, -0x1p63f, 0x1p63f, int64_t, uint64_t)
/* Unsigned by the signed conversion of the next width: the host's own 64-bit unsigned
 * conversion may raise flags on the way. */
TO_INT(fcvtzu_wd, d, 0.0, 0x1p32, int64_t, uint64_t)
TO_INT(fcvtzu_ws, s, 0.0f, 0x1p32f, int64_t, uint64_t)
TO_INT(fcvtzu_xd, d, 0.0, 0x1p63, int64_t, uint64_t)
TO_INT(fcvtzu_xs, s, 0.0f, 0x1p63f, int64_t, uint64_t)
#undef TO_INT

EXECUTOR(scvtf_dw) { fp_set_d(c, o->d, (double)(int32_t)c->r[o->n]); }
EXECUTOR(scvtf_dx) { fp_set_d(c, o->d, (double)(int64_t)c->r[o->n]); }
EXECUTOR(scvtf_sw) { fp_set_s(c, o->d, (float)(int32_t)c->r[o->n]); }
EXECUTOR(scvtf_sx) { fp_set_s(c, o->d, (float)(int64_t)c->r[o->n]); }
EXECUTOR(ucvtf_dw) { fp_set_d(c, o->d, (double)(int64_t)(uint32_t)c->r[o->n]); }
EXECUTOR(ucvtf_sw) { fp_set_s(c, o->d, (float)(int64_t)(uint32_t)c->r[o->n]); }
EXECUTOR(ucvtf_dx)
{
    if (unlikely((int64_t)c->r[o->n] < 0))
        exec_fp_soft(c, o);
    else
        fp_set_d(c, o->d, (double)(int64_t)c->r[o->n]);
}
EXECUTOR(ucvtf_sx)
{
    if (unlikely((int64_t)c->r[o->n] < 0))
        exec_fp_soft(c, o);
    else
        fp_set_s(c, o->d, (float)(int64_t)c->r[o->n]);
}

#undef EXECUTOR

#endif
