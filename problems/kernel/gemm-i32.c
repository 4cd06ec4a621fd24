/* gemm-i32: n times C = beta C + alpha A B on 32-bit integers, for matrices of 60 x 80 and
 * 80 x 70: a row of C is scaled, then multiples of the rows of B are added to it (i, k, j),
 * as in PolyBench.  58 KiB; hardware times were published for it.
 *
 * Wrapping integers.  With S = 1 + beta + ... + beta^(n - 1), weighted row sums of C have to
 * be beta^n C w + alpha S A (B w). */
#include "int32.h"

enum { NI = 60, NJ = 70, NK = 80, ALPHA = 3, BETA = 5 };

const char rt_name[] = "gemm-i32";

RT_KERNEL kernel(int32_t alpha, int32_t beta, const int32_t (*restrict a)[NK],
                 const int32_t (*restrict b)[NJ], int32_t (*restrict c)[NJ])
{
    for (long i = 0; i < NI; i++) {
        for (long j = 0; j < NJ; j++)
            c[i][j] *= beta;
        for (long k = 0; k < NK; k++)
            for (long j = 0; j < NJ; j++)
                c[i][j] += alpha * a[i][k] * b[k][j];
    }
}

int problem(long n)
{
    uint64_t state = 26;
    void *a = int32_random(NI * NK, &state);
    void *b = int32_random(NK * NJ, &state);
    void *c = int32_random(NI * NJ, &state);
    int32_t *w = int32_weights(NJ), *want = int32_times(NI, NJ, c, w), power;
    int32_t *abw = int32_times(NI, NK, a, int32_times(NK, NJ, b, w));
    int32_t series = int32_series(BETA, n, &power);
    for (long i = 0; i < NI; i++)
        want[i] = power * want[i] + ALPHA * series * abw[i];
    rt_roi_begin();
    for (long t = 0; t < n; t++)
        kernel(ALPHA, BETA, a, b, c);
    rt_roi_end();
    if (int32_compare("weighted sum of row", NI, int32_times(NI, NJ, c, w), want) != 0)
        return 1;
    rt_checksum(n, int32_mix(0, NI * NJ, c));
    return 0;
}
