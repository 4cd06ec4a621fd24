/* bicg: s = A^T r and q = A p for an n x n matrix of doubles, fused as in PolyBench: one
 * walk over the matrix serves both.
 *
 * The matrix streams through the caches once; s is loaded and stored for each element, q
 * sums up in a register.
 *
 * Small integers, exact.  q is compared with a product computed again; with the weights w of
 * the columns, w s has to be r (A w). */
#include "dense.h"

const char rt_name[] = "bicg";

RT_KERNEL kernel(long n, const double *restrict a, const double *restrict p,
                 const double *restrict r, double *restrict q, double *restrict s)
{
    for (long i = 0; i < n; i++) {
        double sum = 0;
        for (long j = 0; j < n; j++) {
            s[j] += r[i] * a[i * n + j];
            sum += a[i * n + j] * p[j];
        }
        q[i] = sum;
    }
}

int problem(long n)
{
    uint64_t state = 13, checksum = 0;
    double *a = dense_random(n, &state);
    double *p = rt_array(n, 1, sizeof *p);
    double *r = rt_array(n, 1, sizeof *r);
    double *q = rt_array(n, 1, sizeof *q);
    double *s = rt_array(n, 1, sizeof *s);
    double *w = dense_weights(n);
    double got = 0, want = 0;
    for (long i = 0; i < n; i++) {
        p[i] = (double)rt_random_small(&state);
        r[i] = (double)rt_random_small(&state);
    }
    rt_roi_begin();
    kernel(n, a, p, r, q, s);
    rt_roi_end();
    double *ap = dense_times(n, a, p), *aw = dense_times(n, a, w);
    for (long i = 0; i < n; i++) {
        if (q[i] != ap[i])
            return rt_wrong("element of q", i);
        got += w[i] * s[i];
        want += r[i] * aw[i];
        checksum = rt_mix(rt_mix(checksum, rt_double_bits(q[i])), rt_double_bits(s[i]));
    }
    if (got != want)
        return rt_wrong("weighted sum of s", 0);
    rt_checksum(n, checksum);
    return 0;
}
