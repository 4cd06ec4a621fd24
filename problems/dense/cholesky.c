/* cholesky: the lower triangle L with A = L L^T, in place, in doubles.
 *
 * Row by row, each element a dot product of two rows of L: unit stride throughout, the loop
 * order of PolyBench's cholesky.  The part above the diagonal is not touched.
 *
 * The input is A[i][j] = p[i] p[j] (d[0]^2 + ... + d[min(i, j)]^2) with powers of two for p
 * and small positive integers for d, hence L[i][j] = p[i] d[j], and every value on the way,
 * the square roots included, is exact.  All elements are compared. */
#include "rt.h"

const char rt_name[] = "cholesky";

RT_KERNEL kernel(long n, double *a)
{
    for (long i = 0; i < n; i++) {
        for (long j = 0; j < i; j++) {
            double x = a[i * n + j];
            for (long k = 0; k < j; k++)
                x -= a[i * n + k] * a[j * n + k];
            a[i * n + j] = x / a[j * n + j];
        }
        double x = a[i * n + i];
        for (long k = 0; k < i; k++)
            x -= a[i * n + k] * a[i * n + k];
        a[i * n + i] = __builtin_sqrt(x); /* one instruction: -fno-math-errno */
    }
}

static int check(long n, const double *a, const double *p, const double *d, const double *sum)
{
    uint64_t checksum = 0;
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            double want = j <= i ? p[i] * d[j] : p[i] * p[j] * sum[i];
            if (a[i * n + j] != want)
                return rt_wrong("element", i * n + j);
            checksum = rt_mix(checksum, rt_double_bits(a[i * n + j]));
        }
    rt_checksum(n, checksum);
    return 0;
}

int problem(long n)
{
    double *a = rt_array(n, 2, sizeof *a);
    double *p = rt_array(n, 1, sizeof *p);
    double *d = rt_array(n, 1, sizeof *d);
    double *sum = rt_array(n, 1, sizeof *sum);
    uint64_t state = 7;
    for (long i = 0; i < n; i++) {
        p[i] = (double)(1L << rt_random_below(&state, 4));
        d[i] = (double)(rt_random_below(&state, 9) + 1);
        sum[i] = d[i] * d[i] + (i > 0 ? sum[i - 1] : 0);
    }
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++)
            a[i * n + j] = p[i] * p[j] * sum[i < j ? i : j];
    rt_roi_begin();
    kernel(n, a);
    rt_roi_end();
    return check(n, a, p, d, sum);
}
