/* bicg-i32: n times s = A^T r and q = A p on 32-bit integers, 80 x 80, fused in one walk over
 * the matrix.  27 KiB; hardware times were published for it.
 *
 * Both results start from zero each time, as in PolyBench.  Wrapping integers; q is compared
 * with a product computed again, and w s has to be r (A w). */
#include "int32.h"

enum { N = 80 };

const char rt_name[] = "bicg-i32";

RT_KERNEL kernel(const int32_t (*restrict a)[N], const int32_t *restrict p,
                 const int32_t *restrict r, int32_t *restrict q, int32_t *restrict s)
{
    for (long i = 0; i < N; i++)
        s[i] = 0;
    for (long i = 0; i < N; i++) {
        q[i] = 0;
        for (long j = 0; j < N; j++) {
            s[j] += r[i] * a[i][j];
            q[i] += a[i][j] * p[j];
        }
    }
}

int problem(long n)
{
    uint64_t state = 30;
    void *a = int32_random(N * N, &state);
    int32_t *p = int32_random(N, &state);
    int32_t *r = int32_random(N, &state);
    int32_t *q = int32_zero(N);
    int32_t *s = int32_zero(N);
    int32_t *w = int32_weights(N), *ap = int32_times(N, N, a, p), *aw = int32_times(N, N, a, w);
    rt_roi_begin();
    for (long t = 0; t < n; t++)
        kernel(a, p, r, q, s);
    rt_roi_end();
    int32_t got = *int32_times(1, N, w, s), want = *int32_times(1, N, aw, r);
    if (int32_compare("element of q", N, q, ap) != 0 ||
        int32_compare("weighted sum of s", 1, &got, &want) != 0)
        return 1;
    rt_checksum(n, int32_mix(int32_mix(0, N, q), N, s));
    return 0;
}
