/* Integer instructions of Advanced SIMD with one source register, shifts by immediate, and
 * reductions across lanes. */
#include "config.h"

#include "emu/exec_simd.h"
#include "emu/simd_fast.h"
#include "emu/softfp.h"

static uint64_t count_bits(uint64_t a, unsigned log2, bool leading_zeros)
{
    unsigned width = 8u << log2;

    if (!leading_zeros) { /* CLS: leading bits equal to the sign, without it */
        int64_t v = simd_signed(a, log2);
        a = (uint64_t)(v ^ v >> 1) & simd_ones(log2);
        return (a ? (uint64_t)__builtin_clzll(a) - (64 - width) : width) - 1;
    }
    return a ? (uint64_t)__builtin_clzll(a) - (64 - width) : width;
}

static uint64_t reverse_bits(uint64_t a)
{
    uint64_t r = 0;

    for (unsigned i = 0; i < 8; i++)
        r |= (a >> i & 1) << (7 - i);
    return r;
}

static uint64_t compare_zero(unsigned opcode, bool u, int64_t x)
{
    bool holds = opcode == 8    ? (u ? x >= 0 : x > 0)
                 : opcode == 9  ? (u ? x <= 0 : x == 0)
                                : x < 0;
    return holds ? UINT64_MAX : 0;
}

/* Opcodes 16:12 that work lane by lane. */
static uint64_t misc_lane(uint32_t w, uint64_t a, uint64_t d, unsigned log2, bool *saturated)
{
    unsigned opcode = simd_field(w, 12, 5);
    bool u = simd_field(w, 29, 1);
    simd_wide x = simd_signed(a, log2);

    switch (opcode) {
    case 3: /* SUQADD: unsigned to signed; USQADD: signed to unsigned */
        return u ? simd_saturate((simd_wide)d + x, log2, true, saturated)
                 : simd_saturate((simd_wide)simd_signed(d, log2) + a, log2, false, saturated);
    case 4:
        return count_bits(a, log2, u);
    case 5: /* RBIT */
        return reverse_bits(a);
    case 7: /* SQABS, SQNEG */
        return simd_saturate(u || x < 0 ? -x : x, log2, false, saturated);
    case 11: /* ABS, NEG */
        return (uint64_t)(u || x < 0 ? -x : x);
    default:
        return compare_zero(opcode, u, (int64_t)x);
    }
}

/* SQXTUN, SQXTN, UQXTN: to the lower or the upper half. */
static void narrow(struct cpu *c, uint32_t w)
{
    unsigned log2 = simd_field(w, 22, 2), opcode = simd_field(w, 12, 5);
    bool u = simd_field(w, 29, 1), scalar = simd_is_scalar(w), saturated = false;
    bool upper = !scalar && simd_field(w, 30, 1);
    unsigned lanes = scalar ? 1 : 8u >> log2;
    union simd n = simd_get(c, simd_field(w, 5, 5)), r = {.d = {0, 0}};

    if (upper)
        r.d[0] = c->r[R_V0 + 2 * (w & 31)];
    for (unsigned i = 0; i < lanes; i++) {
        uint64_t a = simd_lane(&n, log2 + 1, i);
        if (opcode == 20) /* SQXTN, UQXTN */
            a = simd_saturate(simd_number(a, log2 + 1, u), log2, u, &saturated);
        else /* SQXTUN */
            a = simd_saturate(simd_signed(a, log2 + 1), log2, true, &saturated);
        simd_put(&r, log2, i + (upper ? lanes : 0), a);
    }
    simd_set_qc(c, saturated);
    simd_set(c, w & 31, &r);
}

/* SHLL: widened and shifted left by the size of the elements. */
static void shift_long(struct cpu *c, uint32_t w)
{
    unsigned log2 = simd_field(w, 22, 2), lanes = 8u >> log2;
    unsigned from = simd_field(w, 30, 1) ? lanes : 0;
    union simd n = simd_get(c, simd_field(w, 5, 5)), r;

    for (unsigned i = 0; i < lanes; i++)
        simd_put(&r, log2 + 1, i, simd_lane(&n, log2, i + from) << (8u << log2));
    simd_set(c, w & 31, &r);
}

void exec_v_misc(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned opcode = simd_field(w, 12, 5), log2 = simd_field(w, 22, 2);

    if (simd_fast_misc(c, w))
        return;
    union simd n = simd_get(c, simd_field(w, 5, 5)), d = simd_get(c, w & 31);
    union simd r = {.d = {0, 0}};
    bool saturated = false;

    if (opcode == 18 || opcode == 20) {
        narrow(c, w);
        return;
    }
    if (opcode == 19) {
        shift_long(c, w);
        return;
    }
    if (opcode == 5)
        log2 = 0;
    for (unsigned i = 0; i < simd_lanes(w, log2); i++)
        simd_put(&r, log2, i,
                 misc_lane(w, simd_lane(&n, log2, i), simd_lane(&d, log2, i), log2,
                           &saturated));
    simd_set_qc(c, saturated);
    simd_set(c, w & 31, &r);
}

/* Shifts by immediate: opcodes 15:11 that keep the size of the elements. */
static uint64_t shift_lane(uint32_t w, uint64_t a, uint64_t d, unsigned log2, bool *saturated)
{
    unsigned opcode = simd_field(w, 11, 5), width = 8u << log2;
    unsigned left = simd_field(w, 16, 7) - width, right = 2 * width - simd_field(w, 16, 7);
    bool u = simd_field(w, 29, 1);

    switch (opcode) {
    case 0: /* SSHR */
    case 4: /* SRSHR */
        return simd_shift_lane(a, log2, -(int)right, u, opcode & 4, false, saturated);
    case 2: /* SSRA */
    case 6: /* SRSRA */
        return d + simd_shift_lane(a, log2, -(int)right, u, opcode & 4, false, saturated);
    case 8: { /* SRI: what would be shifted in stays */
        uint64_t mask = right == 64 ? 0 : simd_ones(log2) >> right;
        return (d & ~mask) | (right == 64 ? 0 : a >> right);
    }
    case 10: /* SHL, SLI */
        return a << left | (u ? d & ((UINT64_C(1) << left) - 1) : 0);
    case 12: { /* SQSHLU: signed in, unsigned out */
        simd_wide v = (simd_wide)((unsigned __int128)(simd_wide)simd_signed(a, log2) << left);
        return simd_saturate(v, log2, true, saturated);
    }
    default: /* SQSHL, UQSHL */
        return simd_shift_lane(a, log2, (int)left, u, false, true, saturated);
    }
}

/* SHRN and kin: shifted right from elements twice as wide. */
static void shift_narrow(struct cpu *c, uint32_t w, unsigned log2)
{
    unsigned opcode = simd_field(w, 11, 5);
    int right = (int)((16u << log2) - simd_field(w, 16, 7));
    bool u = simd_field(w, 29, 1), scalar = simd_is_scalar(w), saturated = false;
    bool upper = !scalar && simd_field(w, 30, 1);
    unsigned lanes = scalar ? 1 : 8u >> log2;
    union simd n = simd_get(c, simd_field(w, 5, 5)), r = {.d = {0, 0}};

    if (upper)
        r.d[0] = c->r[R_V0 + 2 * (w & 31)];
    for (unsigned i = 0; i < lanes; i++) {
        /* 18 and 19 keep the signedness; 16 and 17 with U narrow signed to unsigned */
        bool from_unsigned = opcode >= 18 && u, rounds = opcode & 1;
        simd_wide v = simd_number(simd_lane(&n, log2 + 1, i), log2 + 1, from_unsigned);
        v = (v + (rounds ? (simd_wide)1 << (right - 1) : 0)) >> right;
        uint64_t lane = (uint64_t)v;
        if (opcode >= 18 || u)
            lane = simd_saturate(v, log2, u, &saturated);
        simd_put(&r, log2, i + (upper ? lanes : 0), lane);
    }
    simd_set_qc(c, saturated);
    simd_set(c, w & 31, &r);
}

/* The frequent shifts, SHL, SSHR, USHR, SSRA and USRA, on the host's vectors: all lanes, of
 * which the caller drops those that do not count.  False: it is another one. */
#define SHIFT_LANES(name, bits)                                                               \
    static void name(unsigned opcode, bool u, unsigned left, const union simd *n,             \
                     const union simd *d, union simd *r)                                      \
    {                                                                                         \
        vec_u##bits x, sum;                                                                   \
        unsigned right = bits - left; /* all lanes are the sign at `bits`, or nothing */      \
                                                                                              \
        memcpy(&x, n, 16);                                                                    \
        memcpy(&sum, d, 16);                                                                  \
        if (opcode == 10)                                                                     \
            x <<= (uint##bits##_t)left;                                                       \
        else if (u)                                                                           \
            x = right == bits ? x ^ x : x >> (uint##bits##_t)right;                           \
        else                                                                                  \
            x = (vec_u##bits)((vec_s##bits)x >> (int##bits##_t)(right - (right == bits)));    \
        if (opcode == 2)                                                                      \
            x += sum;                                                                         \
        memcpy(r, &x, 16);                                                                    \
    }
SHIFT_LANES(shift_8, 8)
SHIFT_LANES(shift_16, 16)
SHIFT_LANES(shift_32, 32)
SHIFT_LANES(shift_64, 64)
#undef SHIFT_LANES

static bool shift_frequent(uint32_t w, unsigned log2, const union simd *n, const union simd *d,
                           union simd *r)
{
    unsigned opcode = simd_field(w, 11, 5), left = simd_field(w, 16, 7) - (8u << log2);
    bool u = simd_field(w, 29, 1);

    if (opcode != 0 && opcode != 2 && (opcode != 10 || u))
        return false;
    switch (log2) {
    case 0:
        shift_8(opcode, u, left, n, d, r);
        break;
    case 1:
        shift_16(opcode, u, left, n, d, r);
        break;
    case 2:
        shift_32(opcode, u, left, n, d, r);
        break;
    default:
        shift_64(opcode, u, left, n, d, r);
    }
    if (simd_is_scalar(w) || !simd_field(w, 30, 1))
        r->d[1] = 0;
    return true;
}

void exec_v_shift(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned opcode = simd_field(w, 11, 5);
    unsigned log2 = 31 - (unsigned)__builtin_clz(simd_field(w, 19, 4));

    if (simd_fast_shift(c, w))
        return;
    union simd n = simd_get(c, simd_field(w, 5, 5)), d = simd_get(c, w & 31);
    union simd r = {.d = {0, 0}};
    bool saturated = false;

    if (opcode >= 16) {
        shift_narrow(c, w, log2);
        return;
    }
    if (shift_frequent(w, log2, &n, &d, &r)) {
        simd_set(c, w & 31, &r);
        return;
    }
    for (unsigned i = 0; i < simd_lanes(w, log2); i++)
        simd_put(&r, log2, i,
                 shift_lane(w, simd_lane(&n, log2, i), simd_lane(&d, log2, i), log2,
                            &saturated));
    simd_set_qc(c, saturated);
    simd_set(c, w & 31, &r);
}

static uint64_t fp_extreme(struct softfp *s, enum softfp_format f, uint32_t w, uint64_t a,
                           uint64_t b)
{
    bool minimum = simd_field(w, 23, 1), number = !simd_field(w, 12, 1);

    if (number)
        return (minimum ? softfp_minnum : softfp_maxnum)(s, f, a, b);
    return (minimum ? softfp_min : softfp_max)(s, f, a, b);
}

static void fp_across(struct cpu *c, uint32_t w)
{
    union simd v = simd_get(c, simd_field(w, 5, 5)), *n = &v;
    struct softfp s = softfp_from_fpcr(c->fpcr);
    uint64_t low = fp_extreme(&s, SOFTFP_SINGLE, w, n->s[0], n->s[1]);
    uint64_t high = fp_extreme(&s, SOFTFP_SINGLE, w, n->s[2], n->s[3]);
    union simd r = {.d = {fp_extreme(&s, SOFTFP_SINGLE, w, low, high), 0}};

    c->fpsr |= s.flags;
    simd_set(c, w & 31, &r);
}

void exec_v_across(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned opcode = simd_field(w, 12, 5);

    if (opcode == 12 || opcode == 15)
        fp_across(c, w);
    else
        simd_fast_across(c, w);
}

/* Scalar pairwise: ADDP of two double words, and the FP pairs. */
void exec_v_pair(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    bool wide = simd_field(w, 22, 1);

    if (simd_fast_fp_pair(c, w))
        return;
    struct softfp s = softfp_from_fpcr(c->fpcr);
    enum softfp_format f = wide ? SOFTFP_DOUBLE : SOFTFP_SINGLE;
    union simd n = simd_get(c, simd_field(w, 5, 5)), r = {.d = {0, 0}};
    uint64_t a = wide ? n.d[0] : n.s[0], b = wide ? n.d[1] : n.s[1];

    if (!simd_field(w, 29, 1))
        r.d[0] = a + b;
    else if (simd_field(w, 12, 5) == 13)
        r.d[0] = softfp_add(&s, f, a, b);
    else
        r.d[0] = fp_extreme(&s, f, w, a, b);
    c->fpsr |= s.flags;
    simd_set(c, w & 31, &r);
}
