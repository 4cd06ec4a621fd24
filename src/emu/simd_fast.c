/* Integer instructions of Advanced SIMD on the host's vectors; see simd_fast.h.  Opcodes are
 * those of the functions lane by lane, in simd_int.c, simd_misc.c and simd_move.c. */
#include "config.h"

#include "emu/simd_fast.h"

#define SHUFFLE(type, a, b, ...)                                                              \
    (vec_u8) __builtin_shufflevector((type)(a), (type)(b), __VA_ARGS__)

static vec_u8 zip_low(unsigned log2, vec_u8 a, vec_u8 b)
{
    switch (log2) {
    case 0:
        return SHUFFLE(vec_u8, a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    case 1:
        return SHUFFLE(vec_u16, a, b, 0, 8, 1, 9, 2, 10, 3, 11);
    case 2:
        return SHUFFLE(vec_u32, a, b, 0, 4, 1, 5);
    default:
        return SHUFFLE(vec_u64, a, b, 0, 2);
    }
}

static vec_u8 zip_high(unsigned log2, vec_u8 a, vec_u8 b)
{
    switch (log2) {
    case 0:
        return SHUFFLE(vec_u8, a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                       31);
    case 1:
        return SHUFFLE(vec_u16, a, b, 4, 12, 5, 13, 6, 14, 7, 15);
    case 2:
        return SHUFFLE(vec_u32, a, b, 2, 6, 3, 7);
    default:
        return SHUFFLE(vec_u64, a, b, 1, 3);
    }
}

vec_u8 simd_every_second(unsigned log2, vec_u8 a, vec_u8 b, bool odd)
{
    switch (log2) {
    case 0:
        if (odd)
            return SHUFFLE(vec_u8, a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29,
                           31);
        return SHUFFLE(vec_u8, a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    case 1:
        return odd ? SHUFFLE(vec_u16, a, b, 1, 3, 5, 7, 9, 11, 13, 15)
                   : SHUFFLE(vec_u16, a, b, 0, 2, 4, 6, 8, 10, 12, 14);
    case 2:
        return odd ? SHUFFLE(vec_u32, a, b, 1, 3, 5, 7) : SHUFFLE(vec_u32, a, b, 0, 2, 4, 6);
    default:
        return odd ? SHUFFLE(vec_u64, a, b, 1, 3) : SHUFFLE(vec_u64, a, b, 0, 2);
    }
}

/* Both registers of a 64-bit instruction in one vector. */
static vec_u8 join(vec_u8 a, vec_u8 b)
{
    return SHUFFLE(vec_u64, a, b, 0, 2);
}

/* Elements twice as wide, of the lower or the upper half. */
static vec_u8 widen(unsigned log2, vec_u8 v, bool upper, bool is_unsigned)
{
    vec_u8 sign = {0};

    if (!is_unsigned)
        sign = log2 == 0   ? (vec_u8)((vec_s8)v < 0)
               : log2 == 1 ? (vec_u8)((vec_s16)v < 0)
                           : (vec_u8)((vec_s32)v < 0);
    return upper ? zip_high(log2, v, sign) : zip_low(log2, v, sign);
}

static vec_u8 splat(unsigned log2, const union simd *v, unsigned index)
{
    switch (log2) {
    case 1:
        return (vec_u8)((vec_u16){0} + v->h[index]);
    case 2:
        return (vec_u8)((vec_u32){0} + v->s[index]);
    default:
        return (vec_u8)((vec_u64){0} + v->d[index]);
    }
}

/* One switch over the size of elements; X is a function made for each by LANES. */
#define BY_SIZE(function, log2, ...)                                                          \
    ((log2) == 0   ? function##_8(__VA_ARGS__)                                                \
     : (log2) == 1 ? function##_16(__VA_ARGS__)                                               \
     : (log2) == 2 ? function##_32(__VA_ARGS__)                                               \
                   : function##_64(__VA_ARGS__))

/* Of elements already widened: x and y as numbers fit as signed ones. */
#define WIDE(bits)                                                                            \
    static vec_u8 wide_##bits(unsigned opcode, vec_u8 n, vec_u8 m, vec_u8 a)                  \
    {                                                                                         \
        const vec_u##bits x = (vec_u##bits)n, y = (vec_u##bits)m, d = (vec_u##bits)a;         \
        const vec_u##bits less = (vec_u##bits)((vec_s##bits)x < (vec_s##bits)y);              \
        switch (opcode) {                                                                     \
        case 0:                                                                               \
        case 1: /* SADDL, SADDW */                                                            \
            return (vec_u8)(x + y);                                                           \
        case 2:                                                                               \
        case 3: /* SSUBL, SSUBW */                                                            \
            return (vec_u8)(x - y);                                                           \
        case 5: /* SABAL */                                                                   \
            return (vec_u8)(d + (((x - y) ^ less) - less));                                   \
        case 7: /* SABDL */                                                                   \
            return (vec_u8)(((x - y) ^ less) - less);                                         \
        case 8: /* SMLAL */                                                                   \
            return (vec_u8)(d + x * y);                                                       \
        case 10: /* SMLSL */                                                                  \
            return (vec_u8)(d - x * y);                                                       \
        default: /* SMULL */                                                                  \
            return (vec_u8)(x * y);                                                           \
        }                                                                                     \
    }
WIDE(16)
WIDE(32)
WIDE(64)
#undef WIDE

static bool is_wide(unsigned opcode)
{
    return opcode <= 3 || opcode == 5 || opcode == 7 || opcode == 8 || opcode == 10 ||
           opcode == 12;
}

static void do_wide(struct cpu *c, uint32_t w, unsigned opcode, vec_u8 m)
{
    unsigned log2 = simd_field(w, 22, 2);
    bool u = simd_field(w, 29, 1), upper = simd_field(w, 30, 1);
    vec_u8 n = simd_load(c, simd_field(w, 5, 5)), d = simd_load(c, w & 31);

    if (opcode != 1 && opcode != 3)
        n = widen(log2, n, upper, u);
    m = widen(log2, m, upper, u);
    d = log2 == 0   ? wide_16(opcode, n, m, d)
        : log2 == 1 ? wide_32(opcode, n, m, d)
                    : wide_64(opcode, n, m, d);
    simd_store(c, w & 31, d, true);
}

bool simd_fast_diff(struct cpu *c, uint32_t w)
{
    unsigned opcode = simd_field(w, 12, 4);

    if (simd_is_scalar(w) || !is_wide(opcode))
        return false;
    do_wide(c, w, opcode, simd_load(c, simd_field(w, 16, 5)));
    return true;
}

/* MUL, MLA, MLS and the long ones by one element of 16 or 32 bits. */
bool simd_fast_element(struct cpu *c, uint32_t w)
{
    static const uint8_t as_diff[16] = {[2] = 8, [6] = 10, [10] = 12};
    unsigned opcode = simd_field(w, 12, 4), log2 = simd_field(w, 22, 2);

    if (simd_is_scalar(w) ||
        (as_diff[opcode] == 0 && opcode != 0 && opcode != 4 && opcode != 8))
        return false;
    union simd from = simd_get(c, simd_element_register(w));
    vec_u8 m = splat(log2, &from, simd_element_index(w));
    if (as_diff[opcode] != 0) {
        do_wide(c, w, as_diff[opcode], m);
        return true;
    }
    vec_u8 n = simd_load(c, simd_field(w, 5, 5)), d = simd_load(c, w & 31);
    vec_u8 product = log2 == 1 ? (vec_u8)((vec_u16)n * (vec_u16)m)
                               : (vec_u8)((vec_u32)n * (vec_u32)m);
    if (opcode == 0) /* MLA */
        product = log2 == 1 ? (vec_u8)((vec_u16)d + (vec_u16)product)
                            : (vec_u8)((vec_u32)d + (vec_u32)product);
    else if (opcode == 4) /* MLS */
        product = log2 == 1 ? (vec_u8)((vec_u16)d - (vec_u16)product)
                            : (vec_u8)((vec_u32)d - (vec_u32)product);
    simd_store(c, w & 31, product, simd_field(w, 30, 1));
    return true;
}

/* Absolute differences, and what becomes pairwise once the pairs are apart. */
#define SAME(bits)                                                                            \
    static vec_u8 same_##bits(unsigned opcode, bool u, vec_u8 n, vec_u8 m, vec_u8 a)          \
    {                                                                                         \
        const vec_u##bits x = (vec_u##bits)n, y = (vec_u##bits)m, d = (vec_u##bits)a;         \
        const vec_u##bits less = u ? (vec_u##bits)(x < y)                                     \
                                   : (vec_u##bits)((vec_s##bits)x < (vec_s##bits)y);          \
        switch (opcode) {                                                                     \
        case 14: /* SABD */                                                                   \
            return (vec_u8)(((x - y) ^ less) - less);                                         \
        case 15: /* SABA */                                                                   \
            return (vec_u8)(d + (((x - y) ^ less) - less));                                   \
        case 20: /* SMAXP */                                                                  \
            return (vec_u8)((y & less) | (x & ~less));                                        \
        case 21: /* SMINP */                                                                  \
            return (vec_u8)((x & less) | (y & ~less));                                        \
        default: /* ADDP */                                                                   \
            return (vec_u8)(x + y);                                                           \
        }                                                                                     \
    }
SAME(8)
SAME(16)
SAME(32)
SAME(64)
#undef SAME

bool simd_fast_same(struct cpu *c, uint32_t w)
{
    unsigned opcode = simd_field(w, 11, 5), log2 = simd_field(w, 22, 2);
    bool full = simd_field(w, 30, 1), pairwise = opcode == 20 || opcode == 21 || opcode == 23;
    vec_u8 n = simd_load(c, simd_field(w, 5, 5)), m = simd_load(c, simd_field(w, 16, 5));

    if (simd_is_scalar(w) || (!pairwise && opcode != 14 && opcode != 15))
        return false;
    if (pairwise) {
        vec_u8 a = full ? n : join(n, m), b = m;
        n = simd_every_second(log2, a, b, false);
        m = simd_every_second(log2, a, b, true);
    }
    n = BY_SIZE(same, log2, opcode, simd_field(w, 29, 1), n, m, simd_load(c, w & 31));
    simd_store(c, w & 31, n, full);
    return true;
}

/* REV64, REV32, REV16 */
static vec_u8 reverse(uint32_t w, unsigned log2, vec_u8 n)
{
    if (simd_field(w, 12, 1))
        return SHUFFLE(vec_u8, n, n, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
    if (simd_field(w, 29, 1))
        return log2 == 1 ? SHUFFLE(vec_u16, n, n, 1, 0, 3, 2, 5, 4, 7, 6)
                         : SHUFFLE(vec_u8, n, n, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14,
                                   13, 12);
    return log2 == 2   ? SHUFFLE(vec_u32, n, n, 1, 0, 3, 2)
           : log2 == 1 ? SHUFFLE(vec_u16, n, n, 3, 2, 1, 0, 7, 6, 5, 4)
                       : SHUFFLE(vec_u8, n, n, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10,
                                 9, 8);
}

/* SADDLP and kin: both halves of each element of the result are numbers. */
#define PAIRS(bits, half)                                                                     \
    static vec_u8 pairs_##bits(bool u, vec_u8 n)                                              \
    {                                                                                         \
        if (u)                                                                                \
            return (vec_u8)(((vec_u##bits)n >> half) + ((vec_u##bits)n << half >> half));     \
        return (vec_u8)(((vec_s##bits)n >> half) +                                            \
                        ((vec_s##bits)((vec_u##bits)n << half) >> half));                     \
    }
PAIRS(16, 8)
PAIRS(32, 16)
PAIRS(64, 32)
#undef PAIRS

static vec_u8 add_pairs(uint32_t w, unsigned log2, vec_u8 n, vec_u8 d)
{
    bool u = simd_field(w, 29, 1);
    vec_u8 sums = log2 == 0 ? pairs_16(u, n) : log2 == 1 ? pairs_32(u, n) : pairs_64(u, n);

    if (!simd_field(w, 14, 1))
        return sums;
    return log2 == 0   ? (vec_u8)((vec_u16)sums + (vec_u16)d)
           : log2 == 1 ? (vec_u8)((vec_u32)sums + (vec_u32)d)
                       : (vec_u8)((vec_u64)sums + (vec_u64)d);
}

/* Comparisons with zero, ABS, NEG. */
#define UNARY(bits)                                                                           \
    static vec_u8 unary_##bits(unsigned opcode, bool u, vec_u8 n)                             \
    {                                                                                         \
        const vec_s##bits x = (vec_s##bits)n;                                                 \
        const vec_u##bits sign = (vec_u##bits)(x < 0);                                        \
        switch (opcode) {                                                                     \
        case 8: /* CMGT, CMGE */                                                              \
            return u ? (vec_u8)~sign : (vec_u8)(x > 0);                                       \
        case 9: /* CMEQ, CMLE */                                                              \
            return u ? (vec_u8)(x <= 0) : (vec_u8)(x == 0);                                   \
        case 10: /* CMLT */                                                                   \
            return (vec_u8)sign;                                                              \
        default: /* ABS, NEG */                                                               \
            return u ? (vec_u8)(-(vec_u##bits)n) : (vec_u8)(((vec_u##bits)n ^ sign) - sign);  \
        }                                                                                     \
    }
UNARY(8)
UNARY(16)
UNARY(32)
UNARY(64)
#undef UNARY

/* CNT, by the sums of neighbours in ever larger fields. */
static vec_u8 count_bits(vec_u8 v)
{
    v = v - (v >> 1 & 0x55);
    v = (v & 0x33) + (v >> 2 & 0x33);
    return (v + (v >> 4)) & 0x0f;
}

bool simd_fast_misc(struct cpu *c, uint32_t w)
{
    unsigned opcode = simd_field(w, 12, 5), log2 = simd_field(w, 22, 2);
    bool u = simd_field(w, 29, 1), full = simd_field(w, 30, 1);
    vec_u8 n = simd_load(c, simd_field(w, 5, 5));

    if (simd_is_scalar(w))
        return false;
    if (opcode <= 1)
        n = reverse(w, log2, n);
    else if (opcode == 2 || opcode == 6)
        n = add_pairs(w, log2, n, simd_load(c, w & 31));
    else if (opcode == 5 && !u)
        n = count_bits(n);
    else if (opcode == 5 && log2 == 0) /* NOT */
        n = ~n;
    else if (opcode >= 8 && opcode <= 11)
        n = BY_SIZE(unary, log2, opcode, u, n);
    else if (opcode == 18 && !u) /* XTN */
        n = simd_every_second(log2, n, n, false);
    else
        return false;
    if (opcode == 18)
        simd_store_half(c, w & 31, ((vec_u64)n)[0], full);
    else
        simd_store(c, w & 31, n, full);
    return true;
}

/* SSHLL, USHLL; SHRN, RSHRN, whose carries beyond the wide element are not in the result. */
bool simd_fast_shift(struct cpu *c, uint32_t w)
{
    unsigned opcode = simd_field(w, 11, 5);
    unsigned log2 = 31 - (unsigned)__builtin_clz(simd_field(w, 19, 4));
    unsigned left = simd_field(w, 16, 7) - (8u << log2);
    unsigned right = (16u << log2) - simd_field(w, 16, 7);
    bool u = simd_field(w, 29, 1), upper = simd_field(w, 30, 1);
    vec_u8 n = simd_load(c, simd_field(w, 5, 5));

    if (opcode == 20) {
        n = widen(log2, n, upper, u);
        n = log2 == 0   ? (vec_u8)((vec_u16)n << (uint16_t)left)
            : log2 == 1 ? (vec_u8)((vec_u32)n << left)
                        : (vec_u8)((vec_u64)n << (uint64_t)left);
        simd_store(c, w & 31, n, true);
        return true;
    }
    if (simd_is_scalar(w) || u || (opcode != 16 && opcode != 17))
        return false;
    uint64_t half = opcode == 17 ? UINT64_C(1) << (right - 1) : 0;
    n = log2 == 0   ? (vec_u8)(((vec_u16)n + (uint16_t)half) >> (uint16_t)right)
        : log2 == 1 ? (vec_u8)(((vec_u32)n + (uint32_t)half) >> right)
                    : (vec_u8)(((vec_u64)n + half) >> (uint64_t)right);
    n = simd_every_second(log2, n, n, false);
    simd_store_half(c, w & 31, ((vec_u64)n)[0], upper);
    return true;
}

/* Sum, greatest or least of the lanes; the sum is that of ADDLV, cut by the caller. */
#define ACROSS(name, type, member)                                                            \
    static uint64_t across_##name(unsigned opcode, const union simd *v, unsigned lanes)       \
    {                                                                                         \
        int64_t sum = (type)v->member[0];                                                     \
        type best = (type)v->member[0];                                                       \
        for (unsigned i = 1; i < lanes; i++) {                                                \
            type x = (type)v->member[i];                                                      \
            sum += x;                                                                         \
            best = (opcode == 10) == (x > best) ? x : best;                                   \
        }                                                                                     \
        return (uint64_t)(opcode == 3 || opcode == 27 ? sum : (int64_t)best);                 \
    }
ACROSS(u8, uint8_t, b)
ACROSS(s8, int8_t, b)
ACROSS(u16, uint16_t, h)
ACROSS(s16, int16_t, h)
ACROSS(u32, uint32_t, s)
ACROSS(s32, int32_t, s)
#undef ACROSS

void simd_fast_across(struct cpu *c, uint32_t w)
{
    unsigned opcode = simd_field(w, 12, 5), log2 = simd_field(w, 22, 2);
    unsigned lanes = simd_lanes(w, log2);
    bool u = simd_field(w, 29, 1);
    union simd n = simd_get(c, simd_field(w, 5, 5)), r = {.d = {0, 0}};
    uint64_t v;

    if (log2 == 0)
        v = u ? across_u8(opcode, &n, lanes) : across_s8(opcode, &n, lanes);
    else if (log2 == 1)
        v = u ? across_u16(opcode, &n, lanes) : across_s16(opcode, &n, lanes);
    else
        v = u ? across_u32(opcode, &n, lanes) : across_s32(opcode, &n, lanes);
    simd_put(&r, log2 + (opcode == 3), 0, v);
    simd_set(c, w & 31, &r);
}

static vec_u8 transpose(unsigned log2, vec_u8 n, vec_u8 m, bool odd)
{
    switch (log2) {
    case 0:
        if (odd)
            return SHUFFLE(vec_u8, n, m, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15,
                           31);
        return SHUFFLE(vec_u8, n, m, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
    case 1:
        return odd ? SHUFFLE(vec_u16, n, m, 1, 9, 3, 11, 5, 13, 7, 15)
                   : SHUFFLE(vec_u16, n, m, 0, 8, 2, 10, 4, 12, 6, 14);
    case 2:
        return odd ? SHUFFLE(vec_u32, n, m, 1, 5, 3, 7) : SHUFFLE(vec_u32, n, m, 0, 4, 2, 6);
    default:
        return odd ? SHUFFLE(vec_u64, n, m, 1, 3) : SHUFFLE(vec_u64, n, m, 0, 2);
    }
}

/* UZP, TRN, ZIP: opcode 1, 2, 3; part 2 of each has bit 14 set. */
void exec_v_permute(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned log2 = simd_field(w, 22, 2), kind = simd_field(w, 12, 2);
    bool second = simd_field(w, 14, 1), full = simd_field(w, 30, 1);
    vec_u8 n = simd_load(c, simd_field(w, 5, 5)), m = simd_load(c, simd_field(w, 16, 5));

    if (kind == 1) {
        n = simd_every_second(log2, full ? n : join(n, m), m, second);
    } else if (kind == 2) {
        n = transpose(log2, n, m, second);
    } else if (full) {
        n = second ? zip_high(log2, n, m) : zip_low(log2, n, m);
    } else { /* the lower halves make 128 bits, of which one half is the result */
        n = zip_low(log2, n, m);
        n = second ? SHUFFLE(vec_u64, n, n, 1, 1) : n;
    }
    simd_store(c, w & 31, n, full);
}
