/* Scalar floating point by softfp, decoded from the instruction word: every instruction of
 * the group "Data Processing, Scalar Floating-Point" (DDI 0487, C4.1) whose result depends
 * on FPCR or can raise a flag. */
#include "config.h"

#include "emu/exec_fp.h"
#include "emu/softfp.h"
#include "emu/sysreg.h"

static unsigned field(uint32_t word, unsigned low, unsigned count)
{
    return word >> low & ((1u << count) - 1);
}

static enum softfp_format format_of(uint32_t word)
{
    unsigned type = field(word, 22, 2);

    return type == 1 ? SOFTFP_DOUBLE : type == 0 ? SOFTFP_SINGLE : SOFTFP_HALF;
}

static uint64_t vector_low(const struct cpu *c, unsigned reg, enum softfp_format f)
{
    uint64_t bits = c->r[R_V0 + 2 * reg];

    return f == SOFTFP_DOUBLE ? bits : f == SOFTFP_SINGLE ? (uint32_t)bits : (uint16_t)bits;
}

static void three_sources(struct cpu *c, struct softfp *s, uint32_t w)
{
    enum softfp_format f = format_of(w);
    uint64_t n = vector_low(c, field(w, 5, 5), f), m = vector_low(c, field(w, 16, 5), f);
    uint64_t a = vector_low(c, field(w, 10, 5), f);
    bool o1 = field(w, 21, 1), o0 = field(w, 15, 1);

    if (o1)
        a = softfp_negate(f, a);
    if (o1 != o0)
        n = softfp_negate(f, n);
    fp_set_bits(c, R_V0 + 2 * (w & 31), softfp_muladd(s, f, a, n, m));
}

static void two_sources(struct cpu *c, struct softfp *s, uint32_t w)
{
    enum softfp_format f = format_of(w);
    uint64_t n = vector_low(c, field(w, 5, 5), f), m = vector_low(c, field(w, 16, 5), f), r;

    switch (field(w, 12, 4)) {
    case 0:
        r = softfp_mul(s, f, n, m);
        break;
    case 1:
        r = softfp_div(s, f, n, m);
        break;
    case 2:
        r = softfp_add(s, f, n, m);
        break;
    case 3:
        r = softfp_sub(s, f, n, m);
        break;
    case 4:
        r = softfp_max(s, f, n, m);
        break;
    case 5:
        r = softfp_min(s, f, n, m);
        break;
    case 6:
        r = softfp_maxnum(s, f, n, m);
        break;
    case 7:
        r = softfp_minnum(s, f, n, m);
        break;
    default:
        r = softfp_negate(f, softfp_mul(s, f, n, m));
    }
    fp_set_bits(c, R_V0 + 2 * (w & 31), r);
}

static void one_source(struct cpu *c, struct softfp *s, uint32_t w)
{
    static const enum softfp_rounding modes[8] = {
        SOFTFP_TIES_EVEN, SOFTFP_UP, SOFTFP_DOWN, SOFTFP_ZERO, SOFTFP_TIES_AWAY, 0, 0, 0};
    static const enum softfp_format formats[4] = {SOFTFP_SINGLE, SOFTFP_DOUBLE, SOFTFP_DOUBLE,
                                                  SOFTFP_HALF};
    enum softfp_format f = format_of(w);
    uint64_t n = vector_low(c, field(w, 5, 5), f), r;
    unsigned opcode = field(w, 15, 6);

    if (opcode == 3)
        r = softfp_sqrt(s, f, n);
    else if (opcode < 8) /* FCVT */
        r = softfp_convert(s, formats[opcode & 3], f, n);
    else /* FRINT; X and I take the mode from FPCR, X alone signals inexact results */
        r = softfp_round_int(s, f, n, opcode >= 14 ? s->rounding : modes[opcode & 7],
                             opcode == 14);
    fp_set_bits(c, R_V0 + 2 * (w & 31), r);
}

static void compare(struct cpu *c, struct softfp *s, uint32_t w, bool with_zero, bool signals)
{
    enum softfp_format f = format_of(w);
    uint64_t n = vector_low(c, field(w, 5, 5), f);
    uint64_t m = with_zero ? 0 : vector_low(c, field(w, 16, 5), f);

    cpu_set_nzcv(c, softfp_compare(s, f, n, m, signals));
}

static void conditional_compare(struct cpu *c, struct softfp *s, uint32_t w)
{
    if (cpu_condition(c, field(w, 12, 4)))
        compare(c, s, w, false, field(w, 4, 1));
    else
        cpu_set_nzcv(c, w & 15);
}

/* Conversions between FP and general registers; bit 21 is clear for fixed point. */
static void with_integer(struct cpu *c, struct softfp *s, uint32_t w)
{
    enum softfp_format f = format_of(w);
    bool wide = w >> 31, is_unsigned = field(w, 16, 1);
    unsigned fraction = field(w, 21, 1) ? 0 : 64 - field(w, 10, 6);
    unsigned opcode = field(w, 16, 3);

    if ((opcode & 6) == 2) { /* SCVTF, UCVTF */
        uint64_t x = cpu_x(c, field(w, 5, 5));
        if (!wide)
            x = is_unsigned ? (uint32_t)x : (uint64_t)(int64_t)(int32_t)x;
        fp_set_bits(c, R_V0 + 2 * (w & 31), softfp_from_int(s, f, x, fraction, is_unsigned));
        return;
    }
    enum softfp_rounding rounding = opcode & 4 ? SOFTFP_TIES_AWAY
                                               : (enum softfp_rounding)field(w, 19, 2);
    uint64_t n = vector_low(c, field(w, 5, 5), f);
    cpu_set_x(c, w & 31, softfp_to_int(s, f, n, fraction, is_unsigned, rounding, wide ? 64 : 32));
}

/* What has no executor of its own and needs no softfp while FPCR has its reset value and no
 * NaN comes in: FCCMP, FMAX and kin, FRINT*.  The C library signals inexact results in rint
 * alone; what compilers put in its place does not keep to that, hence the table. */
typedef double rounding_function(double);
static rounding_function *const rounding_by_opcode[8] = {
    nearbyint, ceil, floor, trunc, round, nearbyint, rint, nearbyint};

/* Neither less nor greater: zeros of both signs, of which 0 is the greater. */
static uint64_t extreme(bool minimum, double n, double m)
{
    uint64_t a = get64(&n), b = get64(&m);

    if (n == m)
        return minimum ? a | b : a & b;
    return (n < m) == minimum ? a : b;
}

static double as_double(uint64_t bits, bool wide)
{
    double d;
    float f;
    uint32_t low = (uint32_t)bits;

    memcpy(&d, &bits, 8);
    memcpy(&f, &low, 4);
    return wide ? d : (double)f;
}

static bool by_host(struct cpu *c, uint32_t w)
{
    unsigned type = field(w, 22, 2);
    bool wide = type == 1, one = field(w, 10, 5) == 16 && field(w, 15, 6) >= 8;
    bool two = field(w, 10, 2) == 2 && field(w, 14, 2) == 1, compares = field(w, 10, 2) == 1;
    enum softfp_format f = format_of(w);

    if ((c->fpcr & FPCR_ARITHMETIC) != 0 || type > 1 || (!one && !two && !compares))
        return false;
    if (compares && !cpu_condition(c, field(w, 12, 4))) {
        cpu_set_nzcv(c, w & 15);
        return true;
    }
    uint64_t bits = vector_low(c, field(w, 5, 5), f);
    double n = as_double(bits, wide), m = n;
    if (!one)
        m = as_double(vector_low(c, field(w, 16, 5), f), wide);
    if (__builtin_isunordered(n, m))
        return false;
    if (compares) {
        fp_flags(c, n < m, n == m);
        return true;
    }
    if (one)
        n = rounding_by_opcode[field(w, 15, 3)](n);
    bits = one ? get64(&n) : extreme(field(w, 12, 1), n, m);
    if (wide) {
        fp_set_bits(c, R_V0 + 2 * (w & 31), bits);
    } else {
        memcpy(&n, &bits, 8);
        fp_set_s(c, R_V0 + 2 * (w & 31), (float)n);
    }
    return true;
}

void exec_fp_soft(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;

    if (field(w, 24, 1) == 0 && field(w, 21, 1) && by_host(c, w))
        return;
    struct softfp s = softfp_from_fpcr(c->fpcr);

    if (field(w, 24, 1))
        three_sources(c, &s, w);
    else if (!field(w, 21, 1) || field(w, 10, 6) == 0)
        with_integer(c, &s, w);
    else if (field(w, 10, 2) == 2)
        two_sources(c, &s, w);
    else if (field(w, 10, 2) == 1)
        conditional_compare(c, &s, w);
    else if (field(w, 10, 4) == 8)
        compare(c, &s, w, field(w, 3, 1), field(w, 4, 1));
    else
        one_source(c, &s, w);
    c->fpsr |= s.flags;
}
