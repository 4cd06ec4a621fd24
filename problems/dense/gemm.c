/* gemm: C = A B, the naive triple loop over n x n matrices of doubles.
 *
 * The inner loop walks a column of B, n * 8 bytes apart: with a power of two for n the
 * column falls into few cache sets, which is what makes this kernel hard to scale.
 *
 * Small integers; weighted row sums of C are checked against A (B w) (dense.h). */
#include "dense.h"

const char rt_name[] = "gemm";

RT_KERNEL kernel(long n, const double *a, const double *b, double *c)
{
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            double sum = 0;
            for (long k = 0; k < n; k++)
                sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
}

int problem(long n)
{
    uint64_t state = 1;
    double *a = dense_random(n, &state);
    double *b = dense_random(n, &state);
    double *c = rt_array(n, 2, sizeof *c);
    rt_roi_begin();
    kernel(n, a, b, c);
    rt_roi_end();
    return dense_check(n, c, dense_times(n, a, dense_times(n, b, dense_weights(n))));
}
