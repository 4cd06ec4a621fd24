/* 2mm: D = beta D + alpha A B C, as two products of n x n matrices of doubles, each the
 * naive triple loop (the structure of PolyBench's kernel of that name).
 *
 * The second product reads what the first has written; both walk columns, n * 8 bytes
 * apart.  Small integers for all values, alpha and beta too: every sum is exact.  Weighted
 * row sums of D are checked against beta D w + alpha A (B (C w)). */
#include "dense.h"

enum { ALPHA = 3, BETA = 2 };

const char rt_name[] = "2mm";

RT_KERNEL kernel(long n, double alpha, double beta, const double *a, const double *b,
                 const double *c, double *d, double *tmp)
{
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            double sum = 0;
            for (long k = 0; k < n; k++)
                sum += alpha * a[i * n + k] * b[k * n + j];
            tmp[i * n + j] = sum;
        }
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            double sum = beta * d[i * n + j];
            for (long k = 0; k < n; k++)
                sum += tmp[i * n + k] * c[k * n + j];
            d[i * n + j] = sum;
        }
}

int problem(long n)
{
    uint64_t state = 4;
    double *a = dense_random(n, &state);
    double *b = dense_random(n, &state);
    double *c = dense_random(n, &state);
    double *d = dense_random(n, &state);
    double *tmp = rt_array(n, 2, sizeof *tmp);
    double *weights = dense_weights(n);
    double *want = dense_times(n, d, weights);
    double *abc = dense_times(n, a, dense_times(n, b, dense_times(n, c, weights)));
    for (long i = 0; i < n; i++)
        want[i] = BETA * want[i] + ALPHA * abc[i];
    rt_roi_begin();
    kernel(n, ALPHA, BETA, a, b, c, d, tmp);
    rt_roi_end();
    return dense_check(n, d, want);
}
