/* Reciprocal and reciprocal square root: estimates of 8 bits and Newton-Raphson steps. */
#include "config.h"

#include "emu/host_fp.h"
#include "emu/softfp.h"
#include "emu/softfp_priv.h"

/* RecipEstimate(): a stands for a/512 in [0.5, 1), the result for r/256 in [1, 2). */
static unsigned recip_estimate(unsigned a)
{
    return ((1u << 19) / (a * 2 + 1) + 1) / 2;
}

/* RecipSqrtEstimate(): a stands for a/512 in [0.25, 1). */
static unsigned recip_sqrt_estimate(unsigned a)
{
    unsigned b = 512;

    a = a < 256 ? a * 2 + 1 : ((a & ~1u) + 1) * 2;
    while (a * (b + 1) * (b + 1) < 1u << 28)
        b++;
    return (b + 1) / 2;
}

uint32_t softfp_int_recip_estimate(uint32_t a)
{
    return a >> 31 ? recip_estimate(a >> 23) << 23 : UINT32_MAX;
}

uint32_t softfp_int_recip_sqrt_estimate(uint32_t a)
{
    return a >> 30 ? recip_sqrt_estimate(a >> 23) << 23 : UINT32_MAX;
}

static uint64_t recip_overflow(struct softfp *s, enum softfp_format f, bool sign)
{
    bool to_infinity = s->rounding == SOFTFP_TIES_EVEN || (s->rounding == SOFTFP_UP && !sign) ||
                       (s->rounding == SOFTFP_DOWN && sign);

    s->flags |= FPSR_OFC | FPSR_IXC;
    return softfp_infinity(f, sign) - !to_infinity;
}

/* The eight fraction bits below the leading one, out of the normalized fraction. */
static unsigned top_fraction(const struct number *n)
{
    return (unsigned)(n->frac >> 118) & 0xff;
}

uint64_t softfp_recip_estimate(struct softfp *s, enum softfp_format f, uint64_t a)
{
    struct number n = softfp_unpack(s, f, a);
    const struct number *const one[] = {&n};
    uint64_t sign = n.sign ? softfp_sign_bit(f) : 0, nan;

    if (softfp_nans(s, f, one, 1, &nan))
        return nan;
    if (n.kind == INFINITE)
        return sign;
    if (n.kind == ZERO) {
        s->flags |= FPSR_DZC;
        return softfp_infinity(f, n.sign);
    }
    if (n.exp < -bias(f) - 1)
        return recip_overflow(s, f, n.sign);
    if (s->flush && f != SOFTFP_HALF && n.exp >= bias(f) - 1) {
        s->flags |= FPSR_UFC;
        return sign;
    }
    int exp = bias(f) - 1 - n.exp; /* biased exponent of the result, down to -1 */
    uint64_t fraction = (uint64_t)(recip_estimate(256 + top_fraction(&n)) & 0xff)
                        << (frac_bits(f) - 8);
    if (exp <= 0) {
        fraction = (fraction | UINT64_C(1) << frac_bits(f)) >> (1 - exp);
        exp = 0;
    }
    return sign | (uint64_t)exp << frac_bits(f) | fraction;
}

uint64_t softfp_recip_sqrt_estimate(struct softfp *s, enum softfp_format f, uint64_t a)
{
    struct number n = softfp_unpack(s, f, a);
    const struct number *const one[] = {&n};
    uint64_t nan;

    if (softfp_nans(s, f, one, 1, &nan))
        return nan;
    if (n.kind == ZERO) {
        s->flags |= FPSR_DZC;
        return softfp_infinity(f, n.sign);
    }
    if (n.sign)
        return softfp_invalid(s, f);
    if (n.kind == INFINITE)
        return 0;
    int biased = n.exp + bias(f);
    unsigned scaled = biased & 1 ? 128 + (top_fraction(&n) >> 1) : 256 + top_fraction(&n);
    int exp = (3 * bias(f) - 1 - biased) >> 1;
    return (uint64_t)exp << frac_bits(f) |
           (uint64_t)(recip_sqrt_estimate(scaled) & 0xff) << (frac_bits(f) - 8);
}

/* base + (-a) * b, then halved `halvings` times, rounded once; `base` is 2 or 3. */
static uint64_t step(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b,
                     unsigned base, unsigned halvings)
{
    struct number x = softfp_unpack(s, f, softfp_negate(f, a)), y = softfp_unpack(s, f, b);
    const struct number *const both[] = {&x, &y};
    struct number constant = {.kind = FINITE, .exp = 1, .frac = (wide)base << 125}, sum;
    uint64_t nan;

    if (softfp_nans(s, f, both, 2, &nan))
        return nan;
    bool zero = x.kind == ZERO || y.kind == ZERO, infinite = x.kind == INFINITE || y.kind == INFINITE;
    if (infinite && !zero)
        return softfp_infinity(f, x.sign != y.sign);
    if (zero)
        return softfp_round(s, f, false, 1 - (int)halvings, constant.frac, s->rounding);
    if (!softfp_sum(softfp_product(&x, &y), constant, &sum))
        return s->rounding == SOFTFP_DOWN ? softfp_sign_bit(f) : 0;
    return softfp_round(s, f, sum.sign, sum.exp - (int)halvings, sum.frac, s->rounding);
}

uint64_t softfp_recip_step(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b)
{
    return step(s, f, a, b, 2, 0);
}

uint64_t softfp_recip_sqrt_step(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b)
{
    return step(s, f, a, b, 3, 1);
}

uint64_t softfp_recip_exponent(struct softfp *s, enum softfp_format f, uint64_t a)
{
    struct number n = softfp_unpack(s, f, a);
    const struct number *const one[] = {&n};
    uint64_t exp = a >> frac_bits(f) & low_bits(exp_bits(f)), nan;

    if (softfp_nans(s, f, one, 1, &nan))
        return nan;
    exp = exp == 0 ? low_bits(exp_bits(f)) - 1 : ~exp & low_bits(exp_bits(f));
    return (n.sign ? softfp_sign_bit(f) : 0) | exp << frac_bits(f);
}
