/* What the kernels on 32-bit integers share.  They are compiled with wrapping arithmetic
 * (-fwrapv), so results are exact modulo 2^32 after any number of repetitions, and the
 * checks calculate modulo 2^32 too. */
#ifndef PROBLEMS_INT32_H
#define PROBLEMS_INT32_H

#include "rt.h"

/* `count` integers from -8 to 7. */
static inline void *int32_random(long count, uint64_t *state)
{
    int32_t *a = rt_alloc((size_t)count * sizeof *a);
    for (long i = 0; i < count; i++)
        a[i] = (int32_t)rt_random_small(state);
    return a;
}

static inline void *int32_zero(long count)
{
    return rt_alloc((size_t)count * sizeof(int32_t));
}

/* The weights 1, 2, ... 7, 1, 2, ... by which rows are summed up in checks. */
static inline int32_t *int32_weights(long count)
{
    int32_t *w = int32_zero(count);
    for (long i = 0; i < count; i++)
        w[i] = (int32_t)(i % 7 + 1);
    return w;
}

/* A x for a matrix of rows x columns, a new vector. */
static inline int32_t *int32_times(long rows, long columns, const void *matrix,
                                   const int32_t *x)
{
    const int32_t *a = matrix;
    int32_t *y = int32_zero(rows);
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < columns; j++)
            y[i] += a[i * columns + j] * x[j];
    return y;
}

/* 1 + factor + factor^2 + ... of n terms, and factor^n. */
static inline int32_t int32_series(int32_t factor, long n, int32_t *power)
{
    int32_t sum = 0;
    *power = 1;
    for (long t = 0; t < n; t++) {
        sum += *power;
        *power *= factor;
    }
    return sum;
}

static inline int int32_compare(const char *what, long count, const int32_t *got,
                                const int32_t *want)
{
    for (long i = 0; i < count; i++)
        if (got[i] != want[i])
            return rt_wrong(what, i);
    return 0;
}

static inline uint64_t int32_mix(uint64_t checksum, long count, const void *values)
{
    const int32_t *a = values;
    for (long i = 0; i < count; i++)
        checksum = rt_mix(checksum, (uint32_t)a[i]);
    return checksum;
}

#endif
