/* Cosine and sine of 2 pi k / n without a mathematical library.  Compiled without
 * contraction they are the same on every machine with IEEE arithmetic. */
#ifndef PROBLEMS_CIRCLE_H
#define PROBLEMS_CIRCLE_H

/* The Taylor series for |x| <= pi: after 34 terms what is left out is below 1e-18; the
 * terms themselves reach 12, so some 1e-15 is lost. */
static inline void circle_point(long k, long n, double *cosine, double *sine)
{
    double sign = 1, term = 1;
    k %= n;
    if (2 * k > n)
        k -= n;
    double x = 6.283185307179586 * (double)k / (double)n;
    *cosine = *sine = 0;
    for (int i = 0; i < 34; i += 2) {
        *cosine += sign * term;
        term *= x / (i + 1);
        *sine += sign * term;
        term *= x / (i + 2);
        sign = -sign;
    }
}

#endif
