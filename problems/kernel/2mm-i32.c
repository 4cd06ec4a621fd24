/* 2mm-i32: n times tmp = A B, D = beta D + tmp C on 32-bit integers, for matrices of 60 x 80,
 * 80 x 70 and 70 x 90, both products as dot products (i, j, k), as in PolyBench.  101 KiB;
 * hardware times were published for it.
 *
 * Wrapping integers.  With S = 1 + beta + ... + beta^(n - 1), weighted row sums of D have to
 * be beta^n D w + S A (B (C w)). */
#include "int32.h"

enum { NI = 60, NJ = 70, NK = 80, NL = 90, BETA = 5 };

const char rt_name[] = "2mm-i32";

RT_KERNEL kernel(int32_t beta, const int32_t (*restrict a)[NK], const int32_t (*restrict b)[NJ],
                 const int32_t (*restrict c)[NL], int32_t (*restrict d)[NL],
                 int32_t (*restrict tmp)[NJ])
{
    for (long i = 0; i < NI; i++)
        for (long j = 0; j < NJ; j++) {
            tmp[i][j] = 0;
            for (long k = 0; k < NK; k++)
                tmp[i][j] += a[i][k] * b[k][j];
        }
    for (long i = 0; i < NI; i++)
        for (long j = 0; j < NL; j++) {
            d[i][j] *= beta;
            for (long k = 0; k < NJ; k++)
                d[i][j] += tmp[i][k] * c[k][j];
        }
}

int problem(long n)
{
    uint64_t state = 27;
    void *a = int32_random(NI * NK, &state);
    void *b = int32_random(NK * NJ, &state);
    void *c = int32_random(NJ * NL, &state);
    void *d = int32_random(NI * NL, &state);
    void *tmp = int32_zero(NI * NJ);
    int32_t *w = int32_weights(NL), *want = int32_times(NI, NL, d, w), power;
    int32_t *bcw = int32_times(NK, NJ, b, int32_times(NJ, NL, c, w));
    int32_t *abcw = int32_times(NI, NK, a, bcw), series = int32_series(BETA, n, &power);
    for (long i = 0; i < NI; i++)
        want[i] = power * want[i] + series * abcw[i];
    rt_roi_begin();
    for (long t = 0; t < n; t++)
        kernel(BETA, a, b, c, d, tmp);
    rt_roi_end();
    if (int32_compare("weighted sum of row", NI, int32_times(NI, NL, d, w), want) != 0)
        return 1;
    rt_checksum(n, int32_mix(0, NI * NL, d));
    return 0;
}
