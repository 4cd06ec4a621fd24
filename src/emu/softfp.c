/* Notes: numbers are unpacked to sign, exponent and a fraction of 128 bits whose bit 126 is
 * set, so that sums keep their carry and products are exact; bits shifted out below are
 * kept as a sticky lowest bit.  Tininess is detected before rounding. */
#include "config.h"

#include "emu/host_fp.h"
#include "emu/softfp.h"
#include "emu/softfp_priv.h"
#include "emu/sysreg.h"

struct softfp softfp_from_fpcr(uint64_t fpcr)
{
    return (struct softfp){.rounding = (enum softfp_rounding)(fpcr >> 22 & 3),
                           .flush = fpcr & FPCR_FZ,
                           .default_nan = fpcr & FPCR_DN,
                           .alternative = fpcr & FPCR_AHP};
}

uint64_t softfp_infinity(enum softfp_format f, bool sign)
{
    return (sign ? softfp_sign_bit(f) : 0) | low_bits(exp_bits(f)) << frac_bits(f);
}

static uint64_t default_nan(enum softfp_format f)
{
    return low_bits(exp_bits(f) + 1) << (frac_bits(f) - 1);
}

static wide shift_right_sticky(wide v, int by)
{
    if (by <= 0)
        return v;
    if (by >= 128)
        return v != 0;
    return v >> by | ((v & (((wide)1 << by) - 1)) != 0);
}

static void normalize(struct number *n)
{
    if (n->frac >> 127) {
        n->frac = shift_right_sticky(n->frac, 1);
        n->exp++;
        return;
    }
    uint64_t high = (uint64_t)(n->frac >> 64), low = (uint64_t)n->frac;
    int up = (high ? __builtin_clzll(high) : 64 + __builtin_clzll(low)) - 1;
    n->frac <<= up;
    n->exp -= up;
}

struct number softfp_unpack(struct softfp *s, enum softfp_format f, uint64_t bits)
{
    struct number n = {.sign = bits & softfp_sign_bit(f), .bits = bits};
    uint64_t frac = bits & low_bits(frac_bits(f));
    int exp = (int)(bits >> frac_bits(f) & low_bits(exp_bits(f)));

    if (exp == (int)low_bits(exp_bits(f)) && !(f == SOFTFP_HALF && s->alternative)) {
        n.kind = frac == 0 ? INFINITE
                 : frac >> (frac_bits(f) - 1) ? QUIET_NAN
                                              : SIGNALING_NAN;
        return n;
    }
    /* FZ does not reach half precision. */
    if (exp == 0 && frac != 0 && s->flush && f != SOFTFP_HALF) {
        s->flags |= FPSR_IDC;
        frac = 0;
    }
    if (exp == 0 && frac == 0) {
        n.kind = ZERO;
        return n;
    }
    n.kind = FINITE;
    n.exp = (exp == 0 ? 1 : exp) - bias(f);
    n.frac = (wide)(frac | (uint64_t)(exp != 0) << frac_bits(f)) << (126 - frac_bits(f));
    normalize(&n);
    return n;
}

/* Whether to add one to a fraction with this remainder, which stands against half. */
static bool rounds_up(enum softfp_rounding r, bool sign, bool odd, wide rest, wide half)
{
    switch (r) {
    case SOFTFP_TIES_EVEN:
        return rest > half || (rest == half && odd);
    case SOFTFP_TIES_AWAY:
        return rest >= half;
    case SOFTFP_UP:
        return rest != 0 && !sign;
    case SOFTFP_DOWN:
        return rest != 0 && sign;
    default:
        return false;
    }
}

static uint64_t overflow(struct softfp *s, enum softfp_format f, bool sign,
                         enum softfp_rounding r)
{
    bool to_infinity = r == SOFTFP_TIES_EVEN || r == SOFTFP_TIES_AWAY ||
                       (r == SOFTFP_UP && !sign) || (r == SOFTFP_DOWN && sign);

    s->flags |= FPSR_OFC | FPSR_IXC;
    return softfp_infinity(f, sign) - !to_infinity;
}

uint64_t softfp_round(struct softfp *s, enum softfp_format f, bool sign, int exp, wide frac,
                      enum softfp_rounding r)
{
    uint64_t sign_bit = sign ? softfp_sign_bit(f) : 0;
    int minimum = 1 - bias(f), biased = exp - minimum + 1;
    unsigned drop = 126 - frac_bits(f);

    if (s->flush && f != SOFTFP_HALF && exp < minimum) {
        s->flags |= FPSR_UFC;
        return sign_bit;
    }
    if (biased <= 0) {
        frac = shift_right_sticky(frac, 1 - biased);
        biased = 0;
    }
    wide rest = frac & (((wide)1 << drop) - 1), half = (wide)1 << (drop - 1);
    uint64_t mantissa = (uint64_t)(frac >> drop);
    if (biased == 0 && rest != 0)
        s->flags |= FPSR_UFC;
    mantissa += rounds_up(r, sign, mantissa & 1, rest, half);
    if (r == SOFTFP_ODD && rest != 0)
        mantissa |= 1;
    if (biased == 0 && mantissa >> frac_bits(f))
        biased = 1;
    if (mantissa >> (frac_bits(f) + 1)) {
        mantissa >>= 1;
        biased++;
    }
    int top = (int)low_bits(exp_bits(f));
    if (f == SOFTFP_HALF && s->alternative) {
        if (biased > top) {
            s->flags |= FPSR_IOC;
            return sign_bit | low_bits(15);
        }
    } else if (biased >= top) {
        return overflow(s, f, sign, r);
    }
    if (rest != 0)
        s->flags |= FPSR_IXC;
    return sign_bit | (uint64_t)biased << frac_bits(f) | (mantissa & low_bits(frac_bits(f)));
}

static uint64_t process_nan(struct softfp *s, enum softfp_format f, const struct number *n)
{
    uint64_t bits = n->bits;

    if (n->kind == SIGNALING_NAN) {
        s->flags |= FPSR_IOC;
        bits |= UINT64_C(1) << (frac_bits(f) - 1);
    }
    return s->default_nan ? default_nan(f) : bits;
}

/* The first signaling NaN wins, then the first quiet one. */
bool softfp_nans(struct softfp *s, enum softfp_format f, const struct number *const *n,
                 unsigned count, uint64_t *result)
{
    for (int kind = SIGNALING_NAN; kind >= QUIET_NAN; kind--) {
        for (unsigned i = 0; i < count; i++) {
            if ((int)n[i]->kind == kind) {
                *result = process_nan(s, f, n[i]);
                return true;
            }
        }
    }
    return false;
}

static bool two_nans(struct softfp *s, enum softfp_format f, const struct number *a,
                     const struct number *b, uint64_t *result)
{
    const struct number *const both[] = {a, b};

    return softfp_nans(s, f, both, 2, result);
}

uint64_t softfp_invalid(struct softfp *s, enum softfp_format f)
{
    s->flags |= FPSR_IOC;
    return default_nan(f);
}

static uint64_t signed_zero(enum softfp_format f, bool sign)
{
    return sign ? softfp_sign_bit(f) : 0;
}

/* The exact sum of two finite numbers other than zero; false when they cancel. */
bool softfp_sum(struct number a, struct number b, struct number *sum)
{
    if (a.exp < b.exp || (a.exp == b.exp && a.frac < b.frac)) {
        struct number t = a;
        a = b;
        b = t;
    }
    b.frac = shift_right_sticky(b.frac, a.exp - b.exp);
    *sum = (struct number){.kind = FINITE, .sign = a.sign, .exp = a.exp};
    sum->frac = a.sign == b.sign ? a.frac + b.frac : a.frac - b.frac;
    if (sum->frac == 0)
        return false;
    normalize(sum);
    return true;
}

static uint64_t add_numbers(struct softfp *s, enum softfp_format f, struct number a,
                            struct number b)
{
    struct number sum;
    uint64_t nan;

    if (two_nans(s, f, &a, &b, &nan))
        return nan;
    if (a.kind == INFINITE && b.kind == INFINITE && a.sign != b.sign)
        return softfp_invalid(s, f);
    if (a.kind == INFINITE || b.kind == INFINITE)
        return softfp_infinity(f, a.kind == INFINITE ? a.sign : b.sign);
    if (a.kind == ZERO && b.kind == ZERO && a.sign == b.sign)
        return signed_zero(f, a.sign);
    if (a.kind == ZERO && b.kind == ZERO)
        return signed_zero(f, s->rounding == SOFTFP_DOWN);
    if (b.kind == ZERO)
        return softfp_round(s, f, a.sign, a.exp, a.frac, s->rounding);
    if (a.kind == ZERO)
        return softfp_round(s, f, b.sign, b.exp, b.frac, s->rounding);
    if (!softfp_sum(a, b, &sum))
        return signed_zero(f, s->rounding == SOFTFP_DOWN);
    return softfp_round(s, f, sum.sign, sum.exp, sum.frac, s->rounding);
}

uint64_t softfp_add(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b)
{
    struct number x = softfp_unpack(s, f, a), y = softfp_unpack(s, f, b);

    return add_numbers(s, f, x, y);
}

uint64_t softfp_sub(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b)
{
    struct number x = softfp_unpack(s, f, a), y = softfp_unpack(s, f, b);

    y.sign = !y.sign; /* the bits of a NaN stay */
    return add_numbers(s, f, x, y);
}

/* The exact product of two finite numbers other than zero. */
struct number softfp_product(const struct number *a, const struct number *b)
{
    struct number p = {.kind = FINITE, .sign = a->sign != b->sign, .exp = a->exp + b->exp};

    p.frac = (wide)(uint64_t)(a->frac >> 63) * (uint64_t)(b->frac >> 63);
    normalize(&p);
    return p;
}

static uint64_t multiply(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b,
                         bool extended)
{
    struct number x = softfp_unpack(s, f, a), y = softfp_unpack(s, f, b);
    bool sign = x.sign != y.sign;
    uint64_t nan;

    if (two_nans(s, f, &x, &y, &nan))
        return nan;
    if ((x.kind == INFINITE && y.kind == ZERO) || (x.kind == ZERO && y.kind == INFINITE)) {
        if (extended) /* 2.0 */
            return signed_zero(f, sign) | (uint64_t)(bias(f) + 1) << frac_bits(f);
        return softfp_invalid(s, f);
    }
    if (x.kind == INFINITE || y.kind == INFINITE)
        return softfp_infinity(f, sign);
    if (x.kind == ZERO || y.kind == ZERO)
        return signed_zero(f, sign);
    struct number p = softfp_product(&x, &y);
    return softfp_round(s, f, p.sign, p.exp, p.frac, s->rounding);
}

uint64_t softfp_mul(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b)
{
    return multiply(s, f, a, b, false);
}

uint64_t softfp_mulx(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b)
{
    return multiply(s, f, a, b, true);
}

uint64_t softfp_muladd(struct softfp *s, enum softfp_format f, uint64_t addend, uint64_t a,
                       uint64_t b)
{
    struct number z = softfp_unpack(s, f, addend);
    struct number x = softfp_unpack(s, f, a), y = softfp_unpack(s, f, b);
    const struct number *const all[] = {&z, &x, &y};
    bool sign = x.sign != y.sign;
    bool bad = (x.kind == INFINITE && y.kind == ZERO) || (x.kind == ZERO && y.kind == INFINITE);
    uint64_t nan;

    bool is_nan = softfp_nans(s, f, all, 3, &nan);
    if (z.kind == QUIET_NAN && bad)
        return softfp_invalid(s, f);
    if (is_nan)
        return nan;
    bool infinite = x.kind == INFINITE || y.kind == INFINITE;
    if (bad || (z.kind == INFINITE && infinite && z.sign != sign))
        return softfp_invalid(s, f);
    if (z.kind == INFINITE || infinite)
        return softfp_infinity(f, z.kind == INFINITE ? z.sign : sign);
    if (x.kind == ZERO || y.kind == ZERO) {
        if (z.kind == ZERO)
            return signed_zero(f, z.sign == sign ? sign : s->rounding == SOFTFP_DOWN);
        return softfp_round(s, f, z.sign, z.exp, z.frac, s->rounding);
    }
    struct number sum = softfp_product(&x, &y);
    if (z.kind != ZERO && !softfp_sum(sum, z, &sum))
        return signed_zero(f, s->rounding == SOFTFP_DOWN);
    return softfp_round(s, f, sum.sign, sum.exp, sum.frac, s->rounding);
}

uint64_t softfp_div(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b)
{
    struct number x = softfp_unpack(s, f, a), y = softfp_unpack(s, f, b);
    bool sign = x.sign != y.sign;
    uint64_t nan;

    if (two_nans(s, f, &x, &y, &nan))
        return nan;
    if (x.kind == y.kind && x.kind != FINITE)
        return softfp_invalid(s, f);
    if (x.kind == INFINITE || y.kind == ZERO) {
        if (x.kind != INFINITE)
            s->flags |= FPSR_DZC;
        return softfp_infinity(f, sign);
    }
    if (x.kind == ZERO || y.kind == INFINITE)
        return signed_zero(f, sign);
    /* 63 bits below the point are more than any format keeps */
    uint64_t divisor = (uint64_t)(y.frac >> 63);
    struct number q = {.kind = FINITE, .exp = x.exp - y.exp + 63};
    q.frac = x.frac / divisor;
    q.frac |= x.frac % divisor != 0;
    normalize(&q);
    return softfp_round(s, f, sign, q.exp, q.frac, s->rounding);
}

uint64_t softfp_sqrt(struct softfp *s, enum softfp_format f, uint64_t a)
{
    struct number x = softfp_unpack(s, f, a);
    const struct number *const one[] = {&x};
    uint64_t nan;

    if (softfp_nans(s, f, one, 1, &nan))
        return nan;
    if (x.kind == ZERO)
        return signed_zero(f, x.sign);
    if (x.sign)
        return softfp_invalid(s, f);
    if (x.kind == INFINITE)
        return softfp_infinity(f, false);
    /* Root of a fraction with an even exponent, bit by bit from the top. */
    wide rest = x.exp & 1 ? x.frac << 1 : x.frac, root = 0;
    for (int bit = 63; bit >= 0; bit--) {
        wide trial = root | (wide)1 << bit;
        if (trial * trial <= rest)
            root = trial;
    }
    struct number r = {.kind = FINITE, .exp = (x.exp - (x.exp & 1)) / 2 + 63};
    r.frac = root << 1 | (root * root != rest);
    r.exp--;
    normalize(&r);
    return softfp_round(s, f, false, r.exp, r.frac, s->rounding);
}

/* -1, 0 or 1 of two numbers that are no NaNs. */
static int order(const struct number *a, const struct number *b)
{
    if (a->kind == ZERO && b->kind == ZERO)
        return 0;
    int sign_a = a->kind == ZERO ? 0 : a->sign ? -1 : 1;
    int sign_b = b->kind == ZERO ? 0 : b->sign ? -1 : 1;
    if (sign_a != sign_b)
        return sign_a < sign_b ? -1 : 1;
    int larger; /* by magnitude */
    if (a->kind == INFINITE || b->kind == INFINITE)
        larger = (a->kind == INFINITE) - (b->kind == INFINITE);
    else if (a->exp != b->exp)
        larger = a->exp > b->exp ? 1 : -1;
    else
        larger = (a->frac > b->frac) - (a->frac < b->frac);
    return sign_a * larger;
}

static uint64_t repack(enum softfp_format f, const struct number *n)
{
    return n->kind == ZERO ? signed_zero(f, n->sign) : n->bits;
}

static uint64_t extreme(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b,
                        bool maximum, bool number)
{
    struct number x = softfp_unpack(s, f, a), y = softfp_unpack(s, f, b);
    uint64_t nan;

    if (number && x.kind == QUIET_NAN && y.kind < QUIET_NAN)
        return repack(f, &y);
    if (number && y.kind == QUIET_NAN && x.kind < QUIET_NAN)
        return repack(f, &x);
    if (two_nans(s, f, &x, &y, &nan))
        return nan;
    if (x.kind == ZERO && y.kind == ZERO)
        return signed_zero(f, maximum ? x.sign && y.sign : x.sign || y.sign);
    int o = order(&x, &y);
    return repack(f, (maximum ? o > 0 : o < 0) ? &x : &y);
}

uint64_t softfp_max(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b)
{
    return extreme(s, f, a, b, true, false);
}

uint64_t softfp_min(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b)
{
    return extreme(s, f, a, b, false, false);
}

uint64_t softfp_maxnum(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b)
{
    return extreme(s, f, a, b, true, true);
}

uint64_t softfp_minnum(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b)
{
    return extreme(s, f, a, b, false, true);
}

unsigned softfp_compare(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b,
                        bool signals)
{
    struct number x = softfp_unpack(s, f, a), y = softfp_unpack(s, f, b);

    if (x.kind >= QUIET_NAN || y.kind >= QUIET_NAN) {
        if (signals || x.kind == SIGNALING_NAN || y.kind == SIGNALING_NAN)
            s->flags |= FPSR_IOC;
        return 3;
    }
    int o = order(&x, &y);
    return o == 0 ? 6 : o < 0 ? 8 : 2;
}

/* The integer nearest to a number other than zero by a rounding rule; at most 2^127.  Sets
 * *inexact where it differs from the number. */
static wide to_integer(const struct number *n, int scale, enum softfp_rounding r, bool *inexact)
{
    int drop = 126 - n->exp - scale;

    if (drop <= 0) { /* 2^126 and up: no fraction, and beyond every integer type */
        *inexact = false;
        return (wide)1 << 127;
    }
    if (drop > 127)
        drop = 128;
    wide whole = drop == 128 ? 0 : n->frac >> drop;
    /* of numbers below a quarter, all that counts is that something is left */
    wide rest = drop == 128 ? 1 : n->frac & (((wide)1 << drop) - 1);
    wide half = (wide)1 << (drop - 1);
    *inexact = rest != 0;
    return whole + rounds_up(r, n->sign, whole & 1, rest, half);
}

uint64_t softfp_round_int(struct softfp *s, enum softfp_format f, uint64_t a,
                          enum softfp_rounding rounding, bool exact)
{
    struct number n = softfp_unpack(s, f, a);
    const struct number *const one[] = {&n};
    bool inexact;
    uint64_t nan;

    if (softfp_nans(s, f, one, 1, &nan))
        return nan;
    if (n.kind != FINITE)
        return n.kind == ZERO ? signed_zero(f, n.sign) : a;
    if (n.exp >= (int)frac_bits(f))
        return a;
    struct number whole = {.kind = FINITE, .exp = 126};
    whole.frac = to_integer(&n, 0, rounding, &inexact);
    if (exact && inexact)
        s->flags |= FPSR_IXC;
    if (whole.frac == 0)
        return signed_zero(f, n.sign);
    normalize(&whole);
    return softfp_round(s, f, n.sign, whole.exp, whole.frac, SOFTFP_TIES_EVEN);
}

uint64_t softfp_to_int(struct softfp *s, enum softfp_format f, uint64_t a,
                       unsigned fraction_bits, bool is_unsigned, enum softfp_rounding rounding,
                       unsigned width)
{
    struct number n = softfp_unpack(s, f, a);
    bool inexact = false;

    if (n.kind >= QUIET_NAN) {
        s->flags |= FPSR_IOC;
        return 0;
    }
    if (n.kind == ZERO)
        return 0;
    wide magnitude = (wide)1 << 127;
    if (n.kind == FINITE)
        magnitude = to_integer(&n, (int)fraction_bits, rounding, &inexact);
    wide limit; /* largest magnitude that fits */
    if (is_unsigned)
        limit = n.sign ? 0 : low_bits(width);
    else
        limit = (wide)low_bits(width - 1) + n.sign;
    if (magnitude > limit) {
        s->flags |= FPSR_IOC;
        magnitude = limit;
    } else if (inexact) {
        s->flags |= FPSR_IXC;
    }
    uint64_t value = (uint64_t)magnitude;
    return (n.sign ? -value : value) & low_bits(width);
}

uint64_t softfp_from_int(struct softfp *s, enum softfp_format f, uint64_t value,
                         unsigned fraction_bits, bool is_unsigned)
{
    bool sign = !is_unsigned && value >> 63;

    if (value == 0)
        return 0;
    struct number n = {.kind = FINITE, .exp = 126 - (int)fraction_bits};
    n.frac = sign ? -value : value;
    normalize(&n);
    return softfp_round(s, f, sign, n.exp, n.frac, s->rounding);
}

static uint64_t convert_nan(struct softfp *s, enum softfp_format to, enum softfp_format from,
                            const struct number *n)
{
    uint64_t frac = n->bits & low_bits(frac_bits(from) - 1);

    if (n->kind == SIGNALING_NAN)
        s->flags |= FPSR_IOC;
    if (to == SOFTFP_HALF && s->alternative) {
        s->flags |= FPSR_IOC;
        return signed_zero(to, n->sign);
    }
    if (s->default_nan)
        return default_nan(to);
    if (frac_bits(to) > frac_bits(from))
        frac <<= frac_bits(to) - frac_bits(from);
    else
        frac >>= frac_bits(from) - frac_bits(to);
    return default_nan(to) | signed_zero(to, n->sign) | frac;
}

static uint64_t convert(struct softfp *s, enum softfp_format to, enum softfp_format from,
                        uint64_t a, enum softfp_rounding rounding)
{
    struct number n = softfp_unpack(s, from, a);

    if (n.kind >= QUIET_NAN)
        return convert_nan(s, to, from, &n);
    if (n.kind == INFINITE && to == SOFTFP_HALF && s->alternative) {
        s->flags |= FPSR_IOC;
        return signed_zero(to, n.sign) | low_bits(15);
    }
    if (n.kind == INFINITE)
        return softfp_infinity(to, n.sign);
    if (n.kind == ZERO)
        return signed_zero(to, n.sign);
    return softfp_round(s, to, n.sign, n.exp, n.frac, rounding);
}

uint64_t softfp_convert(struct softfp *s, enum softfp_format to, enum softfp_format from,
                        uint64_t a)
{
    return convert(s, to, from, a, s->rounding);
}

uint64_t softfp_convert_odd(struct softfp *s, uint64_t a)
{
    return convert(s, SOFTFP_SINGLE, SOFTFP_DOUBLE, a, SOFTFP_ODD);
}
