/* Reals of at least 113 bits where the host has them.
 *
 * The hard certified regression sets have condition numbers near 1e15, which leave nothing
 * of a double's 53 bits.  x86-64 has __float128 in software; AArch64 and RISC-V have a
 * 128-bit long double.  Elsewhere long double is used as it is, with fewer digits. */
#ifndef STATS_REAL_H
#define STATS_REAL_H

#include <float.h>
#include <stdbool.h>
#include <stddef.h>

#if LDBL_MANT_DIG >= 113
typedef long double stats_real;
#define STATS_REAL_BITS 113
#elif defined(__SIZEOF_FLOAT128__)
__extension__ typedef __float128 stats_real;
#define STATS_REAL_BITS 113
#else
typedef long double stats_real;
#define STATS_REAL_BITS LDBL_MANT_DIG
#endif

/* Distance from 1 to the next number. */
#define STATS_REAL_EPSILON ((stats_real)stats_real_two_to(1 - STATS_REAL_BITS))

/* 2^k for k within a double's exponents. */
double stats_real_two_to(int k);

static inline stats_real stats_real_abs(stats_real x)
{
    return x < 0 ? -x : x;
}

static inline bool stats_real_finite(stats_real x)
{
    return x - x == 0;
}

/* Square root; NaN below 0. */
stats_real stats_real_sqrt(stats_real x);
/* exp, natural logarithm (NaN below 0, -infinity at 0) and power; relative error a few units
 * in the last place for results within a double's range. */
stats_real stats_real_exp(stats_real x);
stats_real stats_real_log(stats_real x);
/* x^k by repeated squaring; any x, any integer k. */
stats_real stats_real_powi(stats_real x, int k);
/* x^y for x > 0 (0^y is 0 for y > 0); NaN otherwise.  An integer y goes through powi. */
stats_real stats_real_pow(stats_real x, stats_real y);

/* A decimal number ("-6.860120914", "1.5e3") at full precision: rounding 0.1 to a double
 * first would already cost the digits that the hard sets need.  Returns the number of
 * characters read, 0 when `text` does not begin with a finite number. */
size_t stats_real_parse(const char *text, stats_real *value);

#endif
