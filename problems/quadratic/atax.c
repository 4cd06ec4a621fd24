/* atax: y = A^T (A x) for an n x n matrix of doubles, by rows as in PolyBench: the dot
 * product of a row and x, then that multiple of the row added to y.
 *
 * Each row is used twice in succession, so the matrix streams through the caches once; all
 * strides are one.
 *
 * Small integers, exact.  With the weights w of a row's columns, w y has to be (A w)(A x);
 * both products on the right are computed again for that. */
#include "dense.h"

const char rt_name[] = "atax";

RT_KERNEL kernel(long n, const double *restrict a, const double *restrict x,
                 double *restrict y)
{
    for (long i = 0; i < n; i++) {
        double sum = 0;
        for (long j = 0; j < n; j++)
            sum += a[i * n + j] * x[j];
        for (long j = 0; j < n; j++)
            y[j] += a[i * n + j] * sum;
    }
}

int problem(long n)
{
    uint64_t state = 12, checksum = 0;
    double *a = dense_random(n, &state);
    double *x = rt_array(n, 1, sizeof *x);
    double *y = rt_array(n, 1, sizeof *y);
    double *w = dense_weights(n);
    double got = 0, want = 0;
    for (long i = 0; i < n; i++)
        x[i] = (double)rt_random_small(&state);
    rt_roi_begin();
    kernel(n, a, x, y);
    rt_roi_end();
    double *ax = dense_times(n, a, x), *aw = dense_times(n, a, w);
    for (long i = 0; i < n; i++) {
        got += w[i] * y[i];
        want += aw[i] * ax[i];
        checksum = rt_mix(checksum, rt_double_bits(y[i]));
    }
    if (got != want)
        return rt_wrong("weighted sum of y", 0);
    rt_checksum(n, checksum);
    return 0;
}
