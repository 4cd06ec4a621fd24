/* lu: A = L U in place, without pivoting, in doubles.
 *
 * Row by row, each element a dot product of a row of L and a column of U (n * 8 bytes
 * apart), the loop order of PolyBench's lu; the products grow from nothing to n terms.
 *
 * The input is A[i][j] = p[i] q[j] (d[0] + ... + d[min(i, j)]) with powers of two for p and
 * q and small positive integers for d.  Then L[i][j] = p[i] / p[j] below the diagonal and
 * U[i][j] = p[i] q[j] d[i] above it, and every value on the way is exact.  All elements are
 * compared. */
#include "rt.h"

const char rt_name[] = "lu";

RT_KERNEL kernel(long n, double *a)
{
    for (long i = 0; i < n; i++) {
        for (long j = 0; j < i; j++) {
            double x = a[i * n + j];
            for (long k = 0; k < j; k++)
                x -= a[i * n + k] * a[k * n + j];
            a[i * n + j] = x / a[j * n + j];
        }
        for (long j = i; j < n; j++) {
            double x = a[i * n + j];
            for (long k = 0; k < i; k++)
                x -= a[i * n + k] * a[k * n + j];
            a[i * n + j] = x;
        }
    }
}

static int check(long n, const double *a, const double *p, const double *q, const double *d)
{
    uint64_t checksum = 0;
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            double want = j < i ? p[i] / p[j] : p[i] * q[j] * d[i];
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
    double *q = rt_array(n, 1, sizeof *q);
    double *d = rt_array(n, 1, sizeof *d);
    double *sum = rt_array(n, 1, sizeof *sum);
    uint64_t state = 6;
    for (long i = 0; i < n; i++) {
        p[i] = (double)(1L << rt_random_below(&state, 4));
        q[i] = (double)(1L << rt_random_below(&state, 4)) * (i % 2 ? -1 : 1);
        d[i] = (double)(rt_random_below(&state, 9) + 1);
        sum[i] = d[i] + (i > 0 ? sum[i - 1] : 0);
    }
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++)
            a[i * n + j] = p[i] * q[j] * sum[i < j ? i : j];
    rt_roi_begin();
    kernel(n, a);
    rt_roi_end();
    return check(n, a, p, q, d);
}
