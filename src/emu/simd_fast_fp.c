/* Floating-point instructions of Advanced SIMD on the host's vectors while FPCR has its reset
 * value; see simd_fast.h.  NaNs, what may have been rounded up to the least normal number
 * (exec_fp.h says why) and conversions that don't fit are left to softfp.  The lanes that a
 * 64-bit vector does not have are zeros, or ones where they divide, and raise no flag. */
#include "config.h"

#include "emu/simd_fast.h"
#include "emu/sysreg.h"

static bool is_plain(const struct cpu *c)
{
    return (c->fpcr & FPCR_ARITHMETIC) == 0;
}

/* U, bit 23 and bits 15:11, as in simd_fp.c. */
enum {
    FMAXNM = 0x18,
    FMLA = 0x19,
    FADD = 0x1a,
    FMUL = 0x5b,
    FCMEQ = 0x1c,
    FACGE = 0x5d,
    FMAX = 0x1e,
    FDIV = 0x5f,
    A = 0x20,
    U = 0x40
};

/* The bits of the lower half that the instruction has: one lane of a scalar, or all. */
static uint64_t lane_bits(uint32_t w)
{
    return simd_is_scalar(w) && !simd_field(w, 22, 1) ? UINT32_MAX : UINT64_MAX;
}

static bool is_full(uint32_t w)
{
    return simd_field(w, 30, 1) && !simd_is_scalar(w);
}

static vec_u8 load_lanes(const struct cpu *c, unsigned reg, uint32_t w)
{
    vec_u64 v = (vec_u64)simd_load(c, reg);

    return is_full(w) ? (vec_u8)v : (vec_u8)(vec_u64){v[0] & lane_bits(w), 0};
}

static void store_lanes(struct cpu *c, vec_u8 v, uint32_t w)
{
    vec_u64 r = (vec_u64)v;

    simd_store(c, w & 31, is_full(w) ? v : (vec_u8)(vec_u64){r[0] & lane_bits(w), 0}, true);
}

/* Of lanes of any size. */
static bool any_bit(vec_u64 v)
{
    return (v[0] | v[1]) != 0;
}

/* What needs no arithmetic: a comparison, or the choice of one of the two.  Where neither is
 * less they are equal, and differ at most as zeros of both signs, of which 0 is the greater. */
#define CHOOSE(bits)                                                                          \
    static bool choose_f##bits(unsigned key, vec_u8 *n, vec_u8 m)                             \
    {                                                                                         \
        const vec_u##bits sign = (vec_u##bits){0} + (UINT##bits##_C(1) << (bits - 1));        \
        const bool absolute = (key & ~(unsigned)A) == FACGE;                                  \
        vec_u##bits a = (vec_u##bits)*n, b = (vec_u##bits)m, r;                               \
        if (absolute)                                                                         \
            a &= ~sign, b &= ~sign;                                                           \
        const vec_f##bits x = (vec_f##bits)a, y = (vec_f##bits)b;                             \
        if (any_bit((vec_u64)(((a & ~sign) > INFINITE_##bits) |                               \
                              ((b & ~sign) > INFINITE_##bits))))                              \
            return false;                                                                     \
        const vec_u##bits less = (vec_u##bits)(x < y), more = (vec_u##bits)(x > y);           \
        switch (key) {                                                                        \
        case FCMEQ:                                                                           \
            r = (vec_u##bits)(x == y);                                                        \
            break;                                                                            \
        case FCMEQ | U:                                                                       \
        case FACGE:                                                                           \
            r = ~less;                                                                        \
            break;                                                                            \
        case FCMEQ | A | U:                                                                   \
        case FACGE | A:                                                                       \
            r = more;                                                                         \
            break;                                                                            \
        default:                                                                              \
            r = key & A ? (less & a) | (more & b) | (~(less | more) & (a | b))                \
                        : (more & a) | (less & b) | (~(less | more) & a & b);                 \
        }                                                                                     \
        *n = (vec_u8)r;                                                                       \
        return true;                                                                          \
    }
#define INFINITE_32 0x7f800000u
#define INFINITE_64 UINT64_C(0x7ff0000000000000)
CHOOSE(32)
CHOOSE(64)
#undef CHOOSE

#define COMPUTE(bits)                                                                         \
    static bool compute_f##bits(unsigned key, bool full, vec_u8 *n, vec_u8 m)                 \
    {                                                                                         \
        vec_f##bits x = (vec_f##bits)*n, y = (vec_f##bits)m, r;                               \
        switch (key) {                                                                        \
        case FADD:                                                                            \
        case FADD | U: /* FADDP */                                                            \
            r = x + y;                                                                        \
            break;                                                                            \
        case FADD | A:                                                                        \
        case FADD | A | U: /* FABD */                                                         \
            r = x - y;                                                                        \
            break;                                                                            \
        case FMUL:                                                                            \
            r = x * y;                                                                        \
            break;                                                                            \
        default: /* FDIV */                                                                   \
            r = x / (full ? y : (vec_f##bits)((vec_u64)y | ONE_ABOVE_##bits));                \
        }                                                                                     \
        if (fp_special_f##bits(r))                                                            \
            return false;                                                                     \
        if (key == (FADD | A | U))                                                            \
            r = (vec_f##bits)((vec_u##bits)r & (UINT##bits##_MAX >> 1));                      \
        *n = (vec_u8)r;                                                                       \
        return true;                                                                          \
    }
#define ONE_ABOVE_32 ((vec_u64){0, 0x3f8000003f800000})
#define ONE_ABOVE_64 ((vec_u64){0, 0}) /* no 64-bit vector or scalar of doubles divides here */
COMPUTE(32)
COMPUTE(64)
#undef COMPUTE

static bool is_choice(unsigned key)
{
    switch (key & ~(unsigned)(A | U)) {
    case FMAXNM:
    case FMAX:
        return true;
    case FCMEQ:
        return key != (FCMEQ | A);
    case FACGE & ~U:
        return key & U;
    default:
        return false;
    }
}

static bool is_computed(unsigned key)
{
    return (key & ~(unsigned)(A | U)) == FADD || key == FMUL || key == FDIV;
}

bool simd_fast_fp_same(struct cpu *c, uint32_t w)
{
    unsigned key = simd_field(w, 29, 1) << 6 | simd_field(w, 23, 1) << 5 | simd_field(w, 11, 5);
    bool wide = simd_field(w, 22, 1), full = is_full(w), choice = is_choice(key);
    unsigned group = key & ~(unsigned)A;
    bool pairwise = key == (FADD | U) || group == (FMAXNM | U) || group == (FMAX | U);

    if (!is_plain(c) || (!choice && !is_computed(key)))
        return false;
    vec_u8 n = load_lanes(c, simd_field(w, 5, 5), w);
    vec_u8 m = load_lanes(c, simd_field(w, 16, 5), w);
    if (pairwise) {
        vec_u8 a = full ? n : (vec_u8)(vec_u64){((vec_u64)n)[0], ((vec_u64)m)[0]};
        vec_u8 b = full ? m : (vec_u8){0};
        n = simd_every_second(2 + wide, a, b, false);
        m = simd_every_second(2 + wide, a, b, true);
    }
    if (choice ? !(wide ? choose_f64 : choose_f32)(key, &n, m)
               : !(wide ? compute_f64 : compute_f32)(key, full, &n, m))
        return false;
    store_lanes(c, n, w);
    return true;
}

/* FADDP of two elements to a scalar; FMAXP and kin. */
bool simd_fast_fp_pair(struct cpu *c, uint32_t w)
{
    union simd n = simd_get(c, simd_field(w, 5, 5)), r = {.d = {0, 0}};
    bool wide = simd_field(w, 22, 1);

    if (!is_plain(c) || !simd_field(w, 29, 1) || simd_field(w, 12, 5) != 13)
        return false;
    if (wide) {
        double x[2], sum;
        memcpy(x, &n, 16);
        sum = x[0] + x[1];
        memcpy(&r, &sum, 8);
        if (sum != sum)
            return false;
    } else {
        float x[2], sum;
        memcpy(x, &n, 8);
        sum = x[0] + x[1];
        memcpy(&r, &sum, 4);
        if (sum != sum)
            return false;
    }
    simd_set(c, w & 31, &r);
    return true;
}

/* FABS, FNEG */
static vec_u8 with_sign(bool wide, bool negate, vec_u8 n)
{
    vec_u64 sign = (vec_u64){0} + (wide ? UINT64_C(1) << 63 : UINT64_C(0x8000000080000000));

    return (vec_u8)(negate ? (vec_u64)n ^ sign : (vec_u64)n & ~sign);
}

/* SCVTF, UCVTF */
static bool from_integers(bool wide, bool u, vec_u8 *v)
{
    if (wide) {
        vec_s64 x = (vec_s64)*v;
        if (u && (x[0] | x[1]) < 0)
            return false;
        *v = (vec_u8)(vec_f64){(double)x[0], (double)x[1]};
        return true;
    }
    vec_s32 x = (vec_s32)*v;
    if (u && any_bit((vec_u64)x & UINT64_C(0x8000000080000000)))
        return false;
    *v = (vec_u8)__builtin_convertvector(x, vec_f32);
    return true;
}

/* FCVTZS, FCVTZU of what fits a signed integer. */
static bool to_integers(bool wide, bool u, vec_u8 *v)
{
    if (wide) {
        vec_f64 x = (vec_f64)*v;
        for (unsigned i = 0; i < 2; i++)
            if (!(__builtin_isgreaterequal(x[i], u ? 0.0 : -0x1p63) &&
                  __builtin_isless(x[i], 0x1p63)))
                return false;
        *v = (vec_u8)(vec_s64){(int64_t)x[0], (int64_t)x[1]};
        return true;
    }
    vec_f32 x = (vec_f32)*v;
    for (unsigned i = 0; i < 4; i++)
        if (!(__builtin_isgreaterequal(x[i], u ? 0.0f : -0x1p31f) &&
              __builtin_isless(x[i], 0x1p31f)))
            return false;
    *v = (vec_u8)__builtin_convertvector(x, vec_s32);
    return true;
}

static bool roots(bool wide, vec_u8 *v)
{
    if (wide) {
        vec_f64 x = (vec_f64)*v;
        if (!__builtin_isgreaterequal(x[0], 0.0) || !__builtin_isgreaterequal(x[1], 0.0))
            return false;
        *v = (vec_u8)(vec_f64){__builtin_sqrt(x[0]), __builtin_sqrt(x[1])};
        return true;
    }
    vec_f32 x = (vec_f32)*v;
    for (unsigned i = 0; i < 4; i++)
        if (!__builtin_isgreaterequal(x[i], 0.0f))
            return false;
    *v = (vec_u8)(vec_f32){__builtin_sqrtf(x[0]), __builtin_sqrtf(x[1]), __builtin_sqrtf(x[2]),
                           __builtin_sqrtf(x[3])};
    return true;
}

/* FCVTL from singles, FCVTN from doubles: SIZE is that of the narrow ones. */
static bool resize(struct cpu *c, uint32_t w)
{
    union simd n = simd_get(c, simd_field(w, 5, 5));
    bool upper = simd_field(w, 30, 1);

    if (simd_field(w, 12, 5) == 23) {
        float x[2];
        memcpy(x, &n.d[upper], 8);
        vec_f64 r = {(double)x[0], (double)x[1]};
        if (x[0] != x[0] || x[1] != x[1])
            return false;
        simd_store(c, w & 31, (vec_u8)r, true);
        return true;
    }
    double x[2];
    memcpy(x, &n, 16);
    vec_f32 r = {(float)x[0], (float)x[1], 0, 0};
    if (fp_special_f32(r))
        return false;
    simd_store_half(c, w & 31, ((vec_u64)r)[0], upper);
    return true;
}

bool simd_fast_fp_misc(struct cpu *c, uint32_t w)
{
    unsigned opcode = simd_field(w, 12, 5);
    bool wide = simd_field(w, 22, 1), u = simd_field(w, 29, 1);
    bool high = simd_field(w, 23, 1), done = true;
    vec_u8 n = load_lanes(c, simd_field(w, 5, 5), w);

    if (!is_plain(c))
        return false;
    if (!simd_is_scalar(w) && ((opcode == 22 && !u) || opcode == 23))
        return wide && resize(c, w);
    if (opcode == 15)
        n = with_sign(wide, u, n);
    else if (opcode == 29 && !high)
        done = from_integers(wide, u, &n);
    else if (opcode == 27 && high)
        done = to_integers(wide, u, &n);
    else if (opcode == 31 && u) /* FSQRT */
        done = roots(wide, &n);
    else
        done = false;
    if (done)
        store_lanes(c, n, w);
    return done;
}
