#include "config.h"

#include "stats/real.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

double stats_real_two_to(int k)
{
    return ldexp(1, k);
}

stats_real stats_real_sqrt(stats_real x)
{
    if (!(x > 0) || !stats_real_finite(x))
        return x == 0 ? x : sqrt((double)x);
    /* Scaled so that the double start is neither subnormal nor infinite. */
    stats_real scale = 1;
    while (x > 0x1p600)
        x *= 0x1p-600, scale *= 0x1p300;
    while (x < 0x1p-600)
        x *= 0x1p600, scale *= 0x1p-300;
    stats_real s = sqrt((double)x);
    /* Newton doubles the digits: 53, 106, 212. */
    s = (s + x / s) / 2;
    s = (s + x / s) / 2;
    return s * scale;
}

/* ln 2 as the sum of k 2^-k terms is slow; this is atanh(1/3) * 2, summed to the end. */
static stats_real ln2(void)
{
    stats_real third = (stats_real)1 / 3, square = third * third, power = third, sum = 0;
    for (int k = 1; k < 80; k += 2) {
        sum += power / k;
        power *= square;
    }
    return 2 * sum;
}

stats_real stats_real_exp(stats_real x)
{
    double d = (double)x;
    if (!(fabs(d) < 700))
        return exp(d);
    /* exp(x) = 2^k exp(r), r = x - k ln 2, and exp(r) = exp(r / 256)^256 by Taylor. */
    int k = (int)lrint(d / 0.693147180559945309);
    stats_real r = (x - k * ln2()) / 256, term = 1, sum = 0;
    /* Sums exp(r) - 1, whose squaring (1 + s)^2 - 1 = s (2 + s) keeps the low digits. */
    for (int i = 1; i < 20; i++) {
        term *= r / i;
        sum += term;
    }
    for (int i = 0; i < 8; i++)
        sum = sum * (2 + sum);
    return (1 + sum) * (stats_real)ldexp(1, k);
}

stats_real stats_real_log(stats_real x)
{
    double d = (double)x;
    if (!(x > 0) || !stats_real_finite(x) || d == 0 || isinf(d))
        return log(d);
    /* Newton on exp(y) = x, in Halley's form: digits triple, from 53. */
    stats_real y = log(d);
    for (int i = 0; i < 2; i++) {
        stats_real e = stats_real_exp(y);
        y += 2 * (x - e) / (x + e);
    }
    return y;
}

stats_real stats_real_powi(stats_real x, int k)
{
    unsigned n = k < 0 ? 0u - (unsigned)k : (unsigned)k;
    stats_real r = 1;
    for (stats_real square = x; n != 0; n >>= 1, square *= square)
        if (n & 1)
            r *= square;
    return k < 0 ? 1 / r : r;
}

stats_real stats_real_pow(stats_real x, stats_real y)
{
    if (stats_real_abs(y) < 1024 && y == (int)y)
        return stats_real_powi(x, (int)y);
    if (x == 0 && y > 0)
        return 0;
    if (!(x > 0))
        return NAN;
    return stats_real_exp(y * stats_real_log(x));
}

/* 10^k for k >= 0; exact up to 10^48, since 5^48 < 2^113. */
static stats_real ten_to(int k)
{
    return stats_real_powi(10, k);
}

size_t stats_real_parse(const char *text, stats_real *value)
{
    char *end;
    double nearest = strtod(text, &end);
    if (end == text || !isfinite(nearest))
        return 0;
    const char *p = text;
    while (isspace((unsigned char)*p))
        p++;
    bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    /* Hexadecimal numbers are exact as doubles. */
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
        *value = nearest;
        return (size_t)(end - text);
    }
    stats_real mantissa = 0;
    int digits = 0, exponent = 0;
    bool point = false;
    for (; isdigit((unsigned char)*p) || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        /* 34 digits fill 113 bits; those beyond them only move the exponent. */
        if (digits < 34) {
            mantissa = mantissa * 10 + (*p - '0');
            digits += mantissa != 0;
            exponent -= point;
        } else {
            exponent += !point;
        }
    }
    if ((*p == 'e' || *p == 'E') && p < end) {
        long e = strtol(p + 1, NULL, 10);
        exponent += (int)(e < -9999 ? -9999 : e > 9999 ? 9999 : e);
    }
    if (nearest == 0 || fabs(nearest) < DBL_MIN || abs(exponent) > 400)
        *value = nearest;
    else {
        stats_real v = exponent < 0 ? mantissa / ten_to(-exponent) : mantissa * ten_to(exponent);
        *value = negative ? -v : v;
    }
    return (size_t)(end - text);
}
