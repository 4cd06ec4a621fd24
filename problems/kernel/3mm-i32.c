/* 3mm-i32: n times E = A B, F = C D, G = E F on 32-bit integers, for matrices of 60 x 80,
 * 80 x 70, 70 x 100 and 100 x 90, all as dot products (i, j, k), as in PolyBench.  165 KiB;
 * hardware times were published for it.
 *
 * Wrapping integers.  Weighted row sums of G have to be A (B (C (D w))). */
#include "int32.h"

enum { NI = 60, NJ = 70, NK = 80, NL = 90, NM = 100 };

const char rt_name[] = "3mm-i32";

RT_KERNEL kernel(const int32_t (*restrict a)[NK], const int32_t (*restrict b)[NJ],
                 const int32_t (*restrict c)[NM], const int32_t (*restrict d)[NL],
                 int32_t (*restrict e)[NJ], int32_t (*restrict f)[NL], int32_t (*restrict g)[NL])
{
    for (long i = 0; i < NI; i++)
        for (long j = 0; j < NJ; j++) {
            e[i][j] = 0;
            for (long k = 0; k < NK; k++)
                e[i][j] += a[i][k] * b[k][j];
        }
    for (long i = 0; i < NJ; i++)
        for (long j = 0; j < NL; j++) {
            f[i][j] = 0;
            for (long k = 0; k < NM; k++)
                f[i][j] += c[i][k] * d[k][j];
        }
    for (long i = 0; i < NI; i++)
        for (long j = 0; j < NL; j++) {
            g[i][j] = 0;
            for (long k = 0; k < NJ; k++)
                g[i][j] += e[i][k] * f[k][j];
        }
}

int problem(long n)
{
    uint64_t state = 28;
    void *a = int32_random(NI * NK, &state);
    void *b = int32_random(NK * NJ, &state);
    void *c = int32_random(NJ * NM, &state);
    void *d = int32_random(NM * NL, &state);
    void *e = int32_zero(NI * NJ);
    void *f = int32_zero(NJ * NL);
    void *g = int32_zero(NI * NL);
    int32_t *w = int32_weights(NL);
    int32_t *cdw = int32_times(NJ, NM, c, int32_times(NM, NL, d, w));
    int32_t *want = int32_times(NI, NK, a, int32_times(NK, NJ, b, cdw));
    rt_roi_begin();
    for (long t = 0; t < n; t++)
        kernel(a, b, c, d, e, f, g);
    rt_roi_end();
    if (int32_compare("weighted sum of row", NI, int32_times(NI, NL, g, w), want) != 0)
        return 1;
    rt_checksum(n, int32_mix(0, NI * NL, g));
    return 0;
}
