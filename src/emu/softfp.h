/* Floating point in integers, exactly as the architecture has it: for the cases in which
 * the host differs (NaNs, saturation, flags) and for every mode of FPCR other than the
 * reset value.  Values are bit patterns in the low bits of a word.
 *
 * Source: the pseudocode functions FPAdd, FPMul, FPMulAdd, FPDiv, FPSqrt, FPRound, FPMax,
 * FPCompare, FPRoundInt, FPToFixed, FixedToFP, FPConvert, FPRecipEstimate and kin of the
 * Arm Architecture Reference Manual (DDI 0487, J1.3). */
#ifndef EMU_SOFTFP_H
#define EMU_SOFTFP_H

#include <stdbool.h>
#include <stdint.h>

enum softfp_format { SOFTFP_HALF, SOFTFP_SINGLE, SOFTFP_DOUBLE };

/* The first four are FPCR.RMode. */
enum softfp_rounding {
    SOFTFP_TIES_EVEN,
    SOFTFP_UP,
    SOFTFP_DOWN,
    SOFTFP_ZERO,
    SOFTFP_TIES_AWAY,
    SOFTFP_ODD
};

struct softfp {
    enum softfp_rounding rounding;
    bool flush;       /* FPCR.FZ */
    bool default_nan; /* FPCR.DN */
    bool alternative; /* FPCR.AHP */
    uint32_t flags;   /* FPSR bits raised so far */
};

struct softfp softfp_from_fpcr(uint64_t fpcr);

uint64_t softfp_add(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b);
uint64_t softfp_sub(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b);
uint64_t softfp_mul(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b);
/* As softfp_mul, but 0 times infinity is 2. */
uint64_t softfp_mulx(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b);
uint64_t softfp_div(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b);
uint64_t softfp_sqrt(struct softfp *s, enum softfp_format f, uint64_t a);
/* addend + a * b, rounded once */
uint64_t softfp_muladd(struct softfp *s, enum softfp_format f, uint64_t addend, uint64_t a,
                       uint64_t b);
uint64_t softfp_max(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b);
uint64_t softfp_min(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b);
uint64_t softfp_maxnum(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b);
uint64_t softfp_minnum(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b);

/* NZCV; with `signals` a quiet NaN raises the invalid flag as well. */
unsigned softfp_compare(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b,
                        bool signals);

uint64_t softfp_round_int(struct softfp *s, enum softfp_format f, uint64_t a,
                          enum softfp_rounding rounding, bool exact);
/* a * 2^fraction_bits as an integer of `width` bits, saturated */
uint64_t softfp_to_int(struct softfp *s, enum softfp_format f, uint64_t a,
                       unsigned fraction_bits, bool is_unsigned, enum softfp_rounding rounding,
                       unsigned width);
/* value / 2^fraction_bits; the value is a 64-bit integer, sign-extended unless unsigned */
uint64_t softfp_from_int(struct softfp *s, enum softfp_format f, uint64_t value,
                         unsigned fraction_bits, bool is_unsigned);
uint64_t softfp_convert(struct softfp *s, enum softfp_format to, enum softfp_format from,
                        uint64_t a);
/* FCVTXN: double to single, rounded to odd */
uint64_t softfp_convert_odd(struct softfp *s, uint64_t a);

uint64_t softfp_recip_estimate(struct softfp *s, enum softfp_format f, uint64_t a);
uint64_t softfp_recip_sqrt_estimate(struct softfp *s, enum softfp_format f, uint64_t a);
uint64_t softfp_recip_step(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b);
uint64_t softfp_recip_sqrt_step(struct softfp *s, enum softfp_format f, uint64_t a, uint64_t b);
uint64_t softfp_recip_exponent(struct softfp *s, enum softfp_format f, uint64_t a);

/* The integer estimates, of 32 bits (URECPE, URSQRTE). */
uint32_t softfp_int_recip_estimate(uint32_t a);
uint32_t softfp_int_recip_sqrt_estimate(uint32_t a);

static inline unsigned softfp_width(enum softfp_format f)
{
    return f == SOFTFP_DOUBLE ? 64 : f == SOFTFP_SINGLE ? 32 : 16;
}

static inline uint64_t softfp_sign_bit(enum softfp_format f)
{
    return UINT64_C(1) << (softfp_width(f) - 1);
}

static inline uint64_t softfp_negate(enum softfp_format f, uint64_t a)
{
    return a ^ softfp_sign_bit(f);
}

#endif
