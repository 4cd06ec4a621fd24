/* Shared between softfp.c and softfp_recip.c alone. */
#ifndef EMU_SOFTFP_PRIV_H
#define EMU_SOFTFP_PRIV_H

#include "emu/softfp.h"

__extension__ typedef unsigned __int128 wide;

enum kind { ZERO, FINITE, INFINITE, QUIET_NAN, SIGNALING_NAN }; /* NaNs last */

/* FINITE: frac / 2^126 * 2^exp, with bit 126 of frac set. */
struct number {
    enum kind kind;
    bool sign;
    int exp;
    wide frac;
    uint64_t bits; /* as it came */
};

static inline unsigned frac_bits(enum softfp_format f)
{
    return f == SOFTFP_DOUBLE ? 52 : f == SOFTFP_SINGLE ? 23 : 10;
}

static inline unsigned exp_bits(enum softfp_format f)
{
    return f == SOFTFP_DOUBLE ? 11 : f == SOFTFP_SINGLE ? 8 : 5;
}

static inline int bias(enum softfp_format f)
{
    return f == SOFTFP_DOUBLE ? 1023 : f == SOFTFP_SINGLE ? 127 : 15;
}

static inline uint64_t low_bits(unsigned count)
{
    return count >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
}

uint64_t softfp_infinity(enum softfp_format f, bool sign);
uint64_t softfp_invalid(struct softfp *s, enum softfp_format f);
struct number softfp_unpack(struct softfp *s, enum softfp_format f, uint64_t bits);
uint64_t softfp_round(struct softfp *s, enum softfp_format f, bool sign, int exp, wide frac,
                      enum softfp_rounding r);
bool softfp_nans(struct softfp *s, enum softfp_format f, const struct number *const *n,
                 unsigned count, uint64_t *result);
bool softfp_sum(struct number a, struct number b, struct number *sum);
struct number softfp_product(const struct number *a, const struct number *b);

#endif
