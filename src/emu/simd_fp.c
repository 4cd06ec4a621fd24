/* Floating-point instructions of Advanced SIMD by softfp, lane by lane, decoded from the
 * word.  The frequent ones have executors of their own in exec_simd.h, which come here for
 * what the host does otherwise. */
#include "config.h"

#include "emu/exec_simd.h"
#include "emu/simd_fast.h"
#include "emu/softfp.h"

static enum softfp_format format_of(unsigned log2)
{
    return log2 == 3 ? SOFTFP_DOUBLE : log2 == 2 ? SOFTFP_SINGLE : SOFTFP_HALF;
}

/* Comparisons by NZCV: quiet for equality, signaling otherwise. */
static uint64_t compare(struct softfp *s, unsigned log2, uint64_t a, uint64_t b, bool equal,
                        bool greater)
{
    unsigned flags = softfp_compare(s, format_of(log2), a, b, greater);
    bool holds = (equal && flags == 6) || (greater && flags == 2);

    return holds ? simd_ones(log2) : 0;
}

/* U, bit 23 and bits 15:11 as one number. */
enum {
    SAME_FMAXNM = 0x18,
    SAME_FMLA = 0x19,
    SAME_FADD = 0x1a,
    SAME_FMULX = 0x1b,
    SAME_FCMEQ = 0x1c,
    SAME_FMAX = 0x1e,
    SAME_FRECPS = 0x1f,
    SAME_A = 0x20,
    SAME_U = 0x40
};

static uint64_t same_lane(struct softfp *s, unsigned key, unsigned log2, uint64_t a, uint64_t b,
                          uint64_t d)
{
    enum softfp_format f = format_of(log2);
    uint64_t magnitude = ~softfp_sign_bit(f);

    switch (key) {
    case SAME_FMAXNM:
    case SAME_FMAXNM | SAME_U:
        return softfp_maxnum(s, f, a, b);
    case SAME_FMAXNM | SAME_A:
    case SAME_FMAXNM | SAME_A | SAME_U:
        return softfp_minnum(s, f, a, b);
    case SAME_FMLA:
        return softfp_muladd(s, f, d, a, b);
    case SAME_FMLA | SAME_A:
        return softfp_muladd(s, f, d, softfp_negate(f, a), b);
    case SAME_FADD:
    case SAME_FADD | SAME_U: /* FADDP */
        return softfp_add(s, f, a, b);
    case SAME_FADD | SAME_A:
        return softfp_sub(s, f, a, b);
    case SAME_FADD | SAME_A | SAME_U: /* FABD */
        return softfp_sub(s, f, a, b) & magnitude;
    case SAME_FMULX:
        return softfp_mulx(s, f, a, b);
    case SAME_FMULX | SAME_U:
        return softfp_mul(s, f, a, b);
    case SAME_FCMEQ:
        return compare(s, log2, a, b, true, false);
    case SAME_FCMEQ | SAME_U: /* FCMGE */
        return compare(s, log2, a, b, true, true);
    case SAME_FCMEQ | SAME_A | SAME_U: /* FCMGT */
        return compare(s, log2, a, b, false, true);
    case SAME_FMAX:
    case SAME_FMAX | SAME_U:
        return softfp_max(s, f, a, b);
    case SAME_FMAX | SAME_A:
    case SAME_FMAX | SAME_A | SAME_U:
        return softfp_min(s, f, a, b);
    case SAME_FRECPS:
        return softfp_recip_step(s, f, a, b);
    case SAME_FRECPS | SAME_A:
        return softfp_recip_sqrt_step(s, f, a, b);
    case SAME_FRECPS | SAME_U:
        return softfp_div(s, f, a, b);
    default: /* FACGE, FACGT: opcode 29 */
        return compare(s, log2, a & magnitude, b & magnitude, !(key & SAME_A), true);
    }
}

static bool is_pairwise(unsigned key)
{
    switch (key) {
    case SAME_FMAXNM | SAME_U:
    case SAME_FMAXNM | SAME_A | SAME_U:
    case SAME_FADD | SAME_U:
    case SAME_FMAX | SAME_U:
    case SAME_FMAX | SAME_A | SAME_U:
        return true;
    default:
        return false;
    }
}

void exec_v_fsame(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;

    if (simd_fast_fp_same(c, w))
        return;
    struct softfp s = softfp_from_fpcr(c->fpcr);
    unsigned log2 = 2 + simd_field(w, 22, 1), lanes = simd_lanes(w, log2);
    unsigned key = simd_field(w, 29, 1) << 6 | simd_field(w, 23, 1) << 5 | simd_field(w, 11, 5);
    bool pairwise = is_pairwise(key) && !simd_is_scalar(w);
    union simd n = simd_get(c, simd_field(w, 5, 5)), m = simd_get(c, simd_field(w, 16, 5));
    union simd d = simd_get(c, w & 31), r = {.d = {0, 0}};

    for (unsigned i = 0; i < lanes; i++) {
        uint64_t a = simd_lane(&n, log2, i), b = simd_lane(&m, log2, i);
        if (pairwise) {
            const union simd *from = i < lanes / 2 ? &n : &m;
            unsigned at = i * 2 % lanes;
            a = simd_lane(from, log2, at);
            b = simd_lane(from, log2, at + 1);
        }
        simd_put(&r, log2, i, same_lane(&s, key, log2, a, b, simd_lane(&d, log2, i)));
    }
    c->fpsr |= s.flags;
    simd_set(c, w & 31, &r);
}

/* FMLA, FMLS, FMUL, FMULX by one element. */
void exec_v_felement(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    struct softfp s = softfp_from_fpcr(c->fpcr);
    unsigned log2 = 2 + simd_field(w, 22, 1), opcode = simd_field(w, 12, 4);
    unsigned index = log2 == 3 ? simd_field(w, 11, 1)
                               : simd_field(w, 11, 1) << 1 | simd_field(w, 21, 1);
    unsigned key = opcode == 1                ? SAME_FMLA
                   : opcode == 5              ? (unsigned)SAME_FMLA | SAME_A
                   : simd_field(w, 29, 1) ? SAME_FMULX
                                              : (unsigned)SAME_FMULX | SAME_U;
    union simd n = simd_get(c, simd_field(w, 5, 5)), m = simd_get(c, simd_field(w, 16, 5));
    union simd d = simd_get(c, w & 31), r = {.d = {0, 0}};

    for (unsigned i = 0; i < simd_lanes(w, log2); i++)
        simd_put(&r, log2, i,
                 same_lane(&s, key, log2, simd_lane(&n, log2, i), simd_lane(&m, log2, index),
                           simd_lane(&d, log2, i)));
    c->fpsr |= s.flags;
    simd_set(c, w & 31, &r);
}

/* FRINT*: bits U, 23 and opcode<0> pick the mode. */
static uint64_t round_lane(struct softfp *s, uint32_t w, enum softfp_format f, uint64_t a)
{
    unsigned key = simd_field(w, 29, 1) << 2 | simd_field(w, 23, 1) << 1 | simd_field(w, 12, 1);
    enum softfp_rounding mode = s->rounding;

    switch (key) {
    case 0:
        mode = SOFTFP_TIES_EVEN;
        break;
    case 1:
        mode = SOFTFP_DOWN;
        break;
    case 2:
        mode = SOFTFP_UP;
        break;
    case 3:
        mode = SOFTFP_ZERO;
        break;
    case 4:
        mode = SOFTFP_TIES_AWAY;
        break;
    default: /* 5 is FRINTX, 7 FRINTI */
        break;
    }
    return softfp_round_int(s, f, a, mode, key == 5);
}

/* FCVT*S, FCVT*U: bit 23 and opcode<0> pick the mode, opcode 28 is to nearest, ties away. */
static uint64_t convert_lane(struct softfp *s, uint32_t w, enum softfp_format f, uint64_t a)
{
    static const enum softfp_rounding modes[4] = {SOFTFP_TIES_EVEN, SOFTFP_DOWN, SOFTFP_UP,
                                                  SOFTFP_ZERO};
    enum softfp_rounding mode = modes[simd_field(w, 23, 1) << 1 | simd_field(w, 12, 1)];

    if (simd_field(w, 12, 5) == 28)
        mode = SOFTFP_TIES_AWAY;
    return softfp_to_int(s, f, a, 0, simd_field(w, 29, 1), mode, softfp_width(f));
}

static uint64_t from_integer(struct softfp *s, unsigned log2, uint64_t a, unsigned fraction,
                             bool is_unsigned)
{
    uint64_t v = is_unsigned ? a : (uint64_t)simd_signed(a, log2);

    return softfp_from_int(s, format_of(log2), v, fraction, is_unsigned);
}

/* Opcodes 12, 13, 14: against zero. */
static uint64_t zero_lane(struct softfp *s, uint32_t w, unsigned log2, uint64_t a)
{
    bool u = simd_field(w, 29, 1);

    switch (simd_field(w, 12, 5)) {
    case 12: /* FCMGT, FCMGE */
        return compare(s, log2, a, 0, u, true);
    case 13: /* FCMEQ, FCMLE */
        return u ? compare(s, log2, 0, a, true, true) : compare(s, log2, a, 0, true, false);
    default: /* FCMLT */
        return compare(s, log2, 0, a, false, true);
    }
}

/* Bits 16:12, for those that keep the size of the elements. */
static uint64_t misc_lane(struct softfp *s, uint32_t w, unsigned log2, uint64_t a)
{
    enum softfp_format f = format_of(log2);
    bool u = simd_field(w, 29, 1), high = simd_field(w, 23, 1);

    switch (simd_field(w, 12, 5)) {
    case 15: /* FABS, FNEG */
        return u ? softfp_negate(f, a) : a & ~softfp_sign_bit(f);
    case 24:
    case 25:
        return round_lane(s, w, f, a);
    case 26:
    case 27:
        return convert_lane(s, w, f, a);
    case 28:
        if (!high)
            return convert_lane(s, w, f, a);
        return u ? softfp_int_recip_sqrt_estimate((uint32_t)a)
                 : softfp_int_recip_estimate((uint32_t)a);
    case 29:
        if (!high)
            return from_integer(s, log2, a, 0, u);
        return u ? softfp_recip_sqrt_estimate(s, f, a) : softfp_recip_estimate(s, f, a);
    case 31:
        return u ? softfp_sqrt(s, f, a) : softfp_recip_exponent(s, f, a);
    default:
        return zero_lane(s, w, log2, a);
    }
}

/* FCVTN, FCVTXN (22): to the lower or the upper half. */
static void narrow(struct cpu *c, struct softfp *s, uint32_t w)
{
    unsigned log2 = 1 + simd_field(w, 22, 1);
    bool scalar = simd_is_scalar(w), upper = !scalar && simd_field(w, 30, 1);
    unsigned lanes = scalar ? 1 : 8u >> log2;
    union simd n = simd_get(c, simd_field(w, 5, 5)), r = {.d = {0, 0}};

    if (upper)
        r.d[0] = c->r[R_V0 + 2 * (w & 31)];
    for (unsigned i = 0; i < lanes; i++) {
        uint64_t a = simd_lane(&n, log2 + 1, i);
        a = simd_field(w, 29, 1) ? softfp_convert_odd(s, a)
                                 : softfp_convert(s, format_of(log2), format_of(log2 + 1), a);
        simd_put(&r, log2, i + (upper ? lanes : 0), a);
    }
    simd_set(c, w & 31, &r);
}

/* FCVTL (23): from the lower or the upper half. */
static void widen(struct cpu *c, struct softfp *s, uint32_t w)
{
    unsigned log2 = 1 + simd_field(w, 22, 1), lanes = 8u >> log2;
    unsigned from = simd_field(w, 30, 1) ? lanes : 0;
    union simd n = simd_get(c, simd_field(w, 5, 5)), r;

    for (unsigned i = 0; i < lanes; i++)
        simd_put(&r, log2 + 1, i,
                 softfp_convert(s, format_of(log2 + 1), format_of(log2),
                                simd_lane(&n, log2, i + from)));
    simd_set(c, w & 31, &r);
}

void exec_v_fmisc(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;

    if (simd_fast_fp_misc(c, w))
        return;
    struct softfp s = softfp_from_fpcr(c->fpcr);
    unsigned opcode = simd_field(w, 12, 5), log2 = 2 + simd_field(w, 22, 1);

    if (opcode == 22) {
        narrow(c, &s, w);
    } else if (opcode == 23) {
        widen(c, &s, w);
    } else {
        union simd n = simd_get(c, simd_field(w, 5, 5)), r = {.d = {0, 0}};
        for (unsigned i = 0; i < simd_lanes(w, log2); i++)
            simd_put(&r, log2, i, misc_lane(&s, w, log2, simd_lane(&n, log2, i)));
        simd_set(c, w & 31, &r);
    }
    c->fpsr |= s.flags;
}

/* SCVTF, UCVTF, FCVTZS, FCVTZU with fraction bits. */
void exec_v_fshift(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    struct softfp s = softfp_from_fpcr(c->fpcr);
    unsigned log2 = 31 - (unsigned)__builtin_clz(simd_field(w, 19, 4));
    unsigned fraction = (16u << log2) - simd_field(w, 16, 7);
    bool u = simd_field(w, 29, 1), to_fp = simd_field(w, 11, 5) == 28;
    union simd n = simd_get(c, simd_field(w, 5, 5)), r = {.d = {0, 0}};

    for (unsigned i = 0; i < simd_lanes(w, log2); i++) {
        uint64_t a = simd_lane(&n, log2, i);
        a = to_fp ? from_integer(&s, log2, a, fraction, u)
                  : softfp_to_int(&s, format_of(log2), a, fraction, u, SOFTFP_ZERO, 8u << log2);
        simd_put(&r, log2, i, a);
    }
    c->fpsr |= s.flags;
    simd_set(c, w & 31, &r);
}
