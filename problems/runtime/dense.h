/* What the matrix products share: inputs of small integers, for which every sum is exact
 * whatever its order and with or without fused multiply-adds, and a check in n^2 steps:
 * C = A B holds only if C w = A (B w) for the vector w = 1, 2, ... 7, 1, 2, ...
 *
 * DENSE_REAL is the type of the elements, double unless the problem says otherwise. */
#ifndef PROBLEMS_DENSE_H
#define PROBLEMS_DENSE_H

#include "rt.h"

#ifndef DENSE_REAL
#define DENSE_REAL double
#endif

/* n x n integers from -8 to 7. */
static inline DENSE_REAL *dense_random(long n, uint64_t *state)
{
    DENSE_REAL *a = rt_array(n, 2, sizeof *a);
    for (long i = 0; i < n * n; i++)
        a[i] = (DENSE_REAL)rt_random_small(state);
    return a;
}

/* The vector w. */
static inline double *dense_weights(long n)
{
    double *w = rt_array(n, 1, sizeof *w);
    for (long i = 0; i < n; i++)
        w[i] = (double)(i % 7 + 1);
    return w;
}

/* A x, a new vector. */
static inline double *dense_times(long n, const DENSE_REAL *a, const double *x)
{
    double *y = rt_array(n, 1, sizeof *y);
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++)
            y[i] += (double)a[i * n + j] * x[j];
    return y;
}

/* Whether C w is `want`; prints the checksum over C. */
static inline int dense_check(long n, const DENSE_REAL *c, const double *want)
{
    double *got = dense_times(n, c, dense_weights(n));
    uint64_t checksum = 0;
    for (long i = 0; i < n; i++)
        if (got[i] != want[i])
            return rt_wrong("weighted sum of row", i);
    for (long i = 0; i < n * n; i++)
        checksum = rt_mix(checksum, rt_double_bits((double)c[i]));
    rt_checksum(n, checksum);
    return 0;
}

#endif
