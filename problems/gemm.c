/* gemm: C = A B, the naive triple loop over n x n matrices of doubles.
 *
 * The inner loop walks a column of B, n * 8 bytes apart: with a power of two for n the
 * column falls into few cache sets, which is what makes this kernel hard to scale.
 *
 * The inputs are small integers, so every sum is exact in a double whatever its order and
 * with or without fused multiply-adds; the row sums of C are checked against A (B 1). */
#include "rt.h"

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

static int check(long n, const double *a, const double *b, const double *c, double *b_sum)
{
    uint64_t checksum = 0;
    for (long k = 0; k < n; k++) {
        b_sum[k] = 0;
        for (long j = 0; j < n; j++)
            b_sum[k] += b[k * n + j];
    }
    for (long i = 0; i < n; i++) {
        double want = 0, got = 0;
        for (long k = 0; k < n; k++) {
            want += a[i * n + k] * b_sum[k];
            got += c[i * n + k];
            checksum = rt_mix(checksum, rt_double_bits(c[i * n + k]));
        }
        if (want != got)
            return rt_wrong("sum of row", i);
    }
    rt_checksum(n, checksum);
    return 0;
}

int problem(long n)
{
    size_t bytes = (size_t)n * (size_t)n * sizeof(double);
    double *a = rt_alloc(bytes);
    double *b = rt_alloc(bytes);
    double *c = rt_alloc(bytes);
    double *b_sum = rt_alloc((size_t)n * sizeof(double));
    uint64_t state = 1;
    for (long i = 0; i < n * n; i++) {
        a[i] = (double)((long)(rt_random(&state) & 15) - 8);
        b[i] = (double)((long)(rt_random(&state) & 15) - 8);
    }
    rt_roi_begin();
    kernel(n, a, b, c);
    rt_roi_end();
    return check(n, a, b, c, b_sum);
}
