/* 3mm: G = (A B) (C D), three naive products of n x n matrices of doubles (the structure of
 * PolyBench's kernel of that name).
 *
 * Seven matrices, two of them written and read again; all products walk columns, n * 8 bytes
 * apart.  Small integers; weighted row sums of G are checked against A (B (C (D w))). */
#include "dense.h"

const char rt_name[] = "3mm";

static inline void multiply(long n, const double *a, const double *b, double *c)
{
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            double sum = 0;
            for (long k = 0; k < n; k++)
                sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
}

RT_KERNEL kernel(long n, double *const m[7])
{
    multiply(n, m[0], m[1], m[4]);
    multiply(n, m[2], m[3], m[5]);
    multiply(n, m[4], m[5], m[6]);
}

int problem(long n)
{
    double *m[7];
    uint64_t state = 5;
    for (int i = 0; i < 7; i++)
        m[i] = i < 4 ? dense_random(n, &state) : rt_array(n, 2, sizeof *m[i]);
    rt_roi_begin();
    kernel(n, m);
    rt_roi_end();
    double *want = dense_weights(n);
    for (int i = 3; i >= 0; i--)
        want = dense_times(n, m[i], want);
    return dense_check(n, m[6], want);
}
