/* mvt: x1 = x1 + A y1 and x2 = x2 + A^T y2 for an n x n matrix of doubles, one after the
 * other and both as dot products, as in PolyBench.
 *
 * The first walks rows, the second columns: n * 8 bytes apart, eight uses of each line only
 * if n lines survive in the cache from one column to the next.
 *
 * Small integers, exact.  x1 is compared with a product computed again; with the weights w
 * of the columns, w x2 has to grow by y2 (A w). */
#include "dense.h"

const char rt_name[] = "mvt";

RT_KERNEL kernel(long n, const double *a, const double *y1, const double *y2, double *x1,
                 double *x2)
{
    for (long i = 0; i < n; i++) {
        double sum = x1[i];
        for (long j = 0; j < n; j++)
            sum += a[i * n + j] * y1[j];
        x1[i] = sum;
    }
    for (long i = 0; i < n; i++) {
        double sum = x2[i];
        for (long j = 0; j < n; j++)
            sum += a[j * n + i] * y2[j];
        x2[i] = sum;
    }
}

int problem(long n)
{
    uint64_t state = 14, checksum = 0;
    double *a = dense_random(n, &state);
    double *v[4];
    for (int k = 0; k < 4; k++) {
        v[k] = rt_array(n, 1, sizeof *v[k]);
        for (long i = 0; i < n; i++)
            v[k][i] = (double)rt_random_small(&state);
    }
    double *y1 = v[0], *y2 = v[1], *x1 = v[2], *x2 = v[3], *w = dense_weights(n);
    double *want = dense_times(n, a, y1), *aw = dense_times(n, a, w);
    double sum = 0;
    for (long i = 0; i < n; i++) {
        want[i] += x1[i];
        sum += w[i] * x2[i] + y2[i] * aw[i];
    }
    rt_roi_begin();
    kernel(n, a, y1, y2, x1, x2);
    rt_roi_end();
    for (long i = 0; i < n; i++) {
        if (x1[i] != want[i])
            return rt_wrong("element of x1", i);
        sum -= w[i] * x2[i];
        checksum = rt_mix(rt_mix(checksum, rt_double_bits(x1[i])), rt_double_bits(x2[i]));
    }
    if (sum != 0)
        return rt_wrong("weighted sum of x2", 0);
    rt_checksum(n, checksum);
    return 0;
}
