/* Executors of Advanced SIMD.  Those that programs are full of are here, on the host's
 * vectors; the others decode the word lane by lane, in simd_*.c. */
#ifndef EMU_EXEC_SIMD_H
#define EMU_EXEC_SIMD_H

#include <math.h>

#include "emu/cpu.h"

#define EXECUTOR(name) static inline void exec_##name(struct cpu *c, const struct op *o)
#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

typedef uint8_t vec_u8 __attribute__((vector_size(16)));
typedef uint16_t vec_u16 __attribute__((vector_size(16)));
typedef uint32_t vec_u32 __attribute__((vector_size(16)));
typedef uint64_t vec_u64 __attribute__((vector_size(16)));
typedef int8_t vec_s8 __attribute__((vector_size(16)));
typedef int16_t vec_s16 __attribute__((vector_size(16)));
typedef int32_t vec_s32 __attribute__((vector_size(16)));
typedef int64_t vec_s64 __attribute__((vector_size(16)));
typedef float vec_f32 __attribute__((vector_size(16)));
typedef double vec_f64 __attribute__((vector_size(16)));

void exec_v_same(struct cpu *c, const struct op *o);
void exec_v_fsame(struct cpu *c, const struct op *o);
void exec_v_diff(struct cpu *c, const struct op *o);
void exec_v_misc(struct cpu *c, const struct op *o);
void exec_v_fmisc(struct cpu *c, const struct op *o);
void exec_v_across(struct cpu *c, const struct op *o);
void exec_v_pair(struct cpu *c, const struct op *o);
void exec_v_shift(struct cpu *c, const struct op *o);
void exec_v_fshift(struct cpu *c, const struct op *o);
void exec_v_element(struct cpu *c, const struct op *o);
void exec_v_felement(struct cpu *c, const struct op *o);
void exec_v_dup(struct cpu *c, const struct op *o);
void exec_v_dup_x(struct cpu *c, const struct op *o);
void exec_v_mov(struct cpu *c, const struct op *o);
void exec_v_ins(struct cpu *c, const struct op *o);
void exec_v_ins_x(struct cpu *c, const struct op *o);
void exec_v_ext(struct cpu *c, const struct op *o);
void exec_v_tbl(struct cpu *c, const struct op *o);
void exec_v_permute(struct cpu *c, const struct op *o);

#define GET(type, slot)                                                                       \
    __extension__({                                                                           \
        type v_;                                                                              \
        memcpy(&v_, &c->r[o->slot], 16);                                                      \
        v_;                                                                                   \
    })
/* imm2 is zero for 64-bit vectors, whose upper half is cleared. */
#define PUT(value)                                                                            \
    do {                                                                                      \
        memcpy(&c->r[o->d], &(value), 16);                                                    \
        if (unlikely(o->imm2 == 0))                                                           \
            c->r[o->d + 1] = 0;                                                               \
    } while (0)

/* One expression on vectors n and m for each size; the prefix is u or s for the lanes. */
#define LANES1(name, bits, type, expression)                                                  \
    EXECUTOR(name##_##bits)                                                                   \
    {                                                                                         \
        const type n = GET(type, n), m = GET(type, m);                                        \
        const __typeof__(expression) r = expression;                                          \
        PUT(r);                                                                               \
    }
#define LANES(name, prefix, expression)                                                       \
    LANES1(name, 8, vec_##prefix##8, expression)                                              \
    LANES1(name, 16, vec_##prefix##16, expression)                                            \
    LANES1(name, 32, vec_##prefix##32, expression)                                            \
    LANES1(name, 64, vec_##prefix##64, expression)
LANES(v_add, u, n + m)
LANES(v_sub, u, n - m)
LANES(v_mul, u, n * m)
LANES(v_cmgt, s, n > m)
LANES(v_cmge, s, n >= m)
LANES(v_cmhi, u, n > m)
LANES(v_cmhs, u, n >= m)
LANES(v_cmeq, u, n == m)
LANES(v_cmtst, u, (n & m) != 0)
#define SELECT(take_n) (n & (__typeof__(n))(take_n)) | (m & ~(__typeof__(n))(take_n))
LANES(v_smax, s, SELECT(n > m))
LANES(v_smin, s, SELECT(n < m))
LANES(v_umax, u, SELECT(n > m))
LANES(v_umin, u, SELECT(n < m))
#undef SELECT
#undef LANES1
#define LANES1(name, bits, type, expression)                                                  \
    EXECUTOR(name##_##bits)                                                                   \
    {                                                                                         \
        const type n = GET(type, n), m = GET(type, m), d = GET(type, d);                      \
        const type r = expression;                                                            \
        PUT(r);                                                                               \
    }
LANES(v_mla, u, d + n * m)
LANES(v_mls, u, d - n * m)
#undef LANES
#undef LANES1

#define LOGIC(name, expression)                                                               \
    EXECUTOR(name)                                                                            \
    {                                                                                         \
        const vec_u64 n = GET(vec_u64, n), m = GET(vec_u64, m);                               \
        const vec_u64 r = expression;                                                         \
        PUT(r);                                                                               \
    }
LOGIC(v_and, n & m)
LOGIC(v_bic, n & ~m)
LOGIC(v_orr, n | m)
LOGIC(v_orn, n | ~m)
LOGIC(v_eor, n ^ m)
LOGIC(v_bsl, m ^ ((m ^ n) & GET(vec_u64, d)))
LOGIC(v_bit, GET(vec_u64, d) ^ ((GET(vec_u64, d) ^ n) & m))
LOGIC(v_bif, GET(vec_u64, d) ^ ((GET(vec_u64, d) ^ n) & ~m))
#undef LOGIC

/* imm, imm2: the two halves of the pattern */
EXECUTOR(v_movi)
{
    uint64_t both[2] = {o->imm, o->imm2};
    memcpy(&c->r[o->d], both, 16);
}
/* a: 0 for 64-bit vectors, whose upper half is cleared */
EXECUTOR(v_orr_i)
{
    uint64_t both[2] = {c->r[o->d] | o->imm, o->a ? c->r[o->d + 1] | o->imm : 0};
    memcpy(&c->r[o->d], both, 16);
}
EXECUTOR(v_bic_i) /* imm holds the complement */
{
    uint64_t both[2] = {c->r[o->d] & o->imm, o->a ? c->r[o->d + 1] & o->imm : 0};
    memcpy(&c->r[o->d], both, 16);
}

/* Floating point on whole vectors of 128 bits.  Where a lane is a NaN or may have been
 * rounded up to the least normal number, softfp does it again; see exec_fp.h. */
static inline bool fp_any(vec_s64 v)
{
#if defined(__SSE2__)
    return __builtin_ia32_movmskpd((vec_f64)v) != 0;
#else
    return (v[0] | v[1]) != 0;
#endif
}

static inline bool fp_special_f64(vec_f64 r)
{
    vec_f64 magnitude = (vec_f64)((vec_u64)r & (UINT64_MAX >> 1));
    return fp_any((r != r) | (magnitude == 0x1p-1022));
}

static inline bool fp_special_f32(vec_f32 r)
{
    vec_f32 magnitude = (vec_f32)((vec_u32)r & (UINT32_MAX >> 1));
    vec_s32 special = (r != r) | (magnitude == 0x1p-126f);
#if defined(__SSE2__)
    return __builtin_ia32_movmskps((vec_f32)special) != 0;
#else
    return fp_any((vec_s64)special);
#endif
}

/* Fused multiply-add of whole vectors. */
#if defined(CPU_HAS_FMA)
#define fma_f64(n, m, a) ((vec_f64)__builtin_ia32_vfmaddpd(n, m, a))
#define fma_f32(n, m, a) ((vec_f32)__builtin_ia32_vfmaddps(n, m, a))
#else
static inline vec_f64 fma_f64(vec_f64 n, vec_f64 m, vec_f64 a)
{
    return (vec_f64){fma(n[0], m[0], a[0]), fma(n[1], m[1], a[1])};
}
static inline vec_f32 fma_f32(vec_f32 n, vec_f32 m, vec_f32 a)
{
    return (vec_f32){fmaf(n[0], m[0], a[0]), fmaf(n[1], m[1], a[1]), fmaf(n[2], m[2], a[2]),
                     fmaf(n[3], m[3], a[3])};
}
#endif

#define FP(name, t, second, soft, expression)                                                 \
    EXECUTOR(name)                                                                            \
    {                                                                                         \
        const vec_##t n = GET(vec_##t, n), m = second;                                        \
        const vec_##t r = expression;                                                         \
        if (unlikely(fp_special_##t(r)))                                                      \
            soft(c, o);                                                                       \
        else                                                                                  \
            memcpy(&c->r[o->d], &r, 16);                                                      \
    }
FP(v_fadd_s, f32, GET(vec_f32, m), exec_v_fsame, n + m)
FP(v_fadd_d, f64, GET(vec_f64, m), exec_v_fsame, n + m)
FP(v_fsub_s, f32, GET(vec_f32, m), exec_v_fsame, n - m)
FP(v_fsub_d, f64, GET(vec_f64, m), exec_v_fsame, n - m)
FP(v_fmul_s, f32, GET(vec_f32, m), exec_v_fsame, n * m)
FP(v_fmul_d, f64, GET(vec_f64, m), exec_v_fsame, n * m)
FP(v_fdiv_s, f32, GET(vec_f32, m), exec_v_fsame, n / m)
FP(v_fdiv_d, f64, GET(vec_f64, m), exec_v_fsame, n / m)
FP(v_fmla_s, f32, GET(vec_f32, m), exec_v_fsame, fma_f32(n, m, GET(vec_f32, d)))
FP(v_fmla_d, f64, GET(vec_f64, m), exec_v_fsame, fma_f64(n, m, GET(vec_f64, d)))
FP(v_fmls_s, f32, GET(vec_f32, m), exec_v_fsame, fma_f32(-n, m, GET(vec_f32, d)))
FP(v_fmls_d, f64, GET(vec_f64, m), exec_v_fsame, fma_f64(-n, m, GET(vec_f64, d)))

/* By element: `a` is its index. */
static inline vec_f32 fp_all_f32(const struct cpu *c, const struct op *o)
{
    float v;
    memcpy(&v, (const char *)&c->r[o->m] + 4 * o->a, 4);
    return (vec_f32){v, v, v, v};
}
static inline vec_f64 fp_all_f64(const struct cpu *c, const struct op *o)
{
    double v;
    memcpy(&v, &c->r[o->m + o->a], 8);
    return (vec_f64){v, v};
}
FP(v_fmul_xs, f32, fp_all_f32(c, o), exec_v_felement, n * m)
FP(v_fmul_xd, f64, fp_all_f64(c, o), exec_v_felement, n * m)
FP(v_fmla_xs, f32, fp_all_f32(c, o), exec_v_felement, fma_f32(n, m, GET(vec_f32, d)))
FP(v_fmla_xd, f64, fp_all_f64(c, o), exec_v_felement, fma_f64(n, m, GET(vec_f64, d)))
FP(v_fmls_xs, f32, fp_all_f32(c, o), exec_v_felement, fma_f32(-n, m, GET(vec_f32, d)))
FP(v_fmls_xd, f64, fp_all_f64(c, o), exec_v_felement, fma_f64(-n, m, GET(vec_f64, d)))
#undef FP
#undef GET
#undef PUT
#undef EXECUTOR

#endif
