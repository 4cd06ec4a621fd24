/* atax-i32: n times y = A^T (A x) on 32-bit integers, 80 x 80: dot products of rows first (i,
 * j), then of columns (j, i), which walks the matrix 320 bytes at a time.  26 KiB; hardware
 * times were published for it.
 *
 * Both results start from zero each time, as in PolyBench.  Wrapping integers; the product
 * with A is computed again, and w y has to be (A w)(A x). */
#include "int32.h"

enum { N = 80 };

const char rt_name[] = "atax-i32";

RT_KERNEL kernel(const int32_t (*restrict a)[N], const int32_t *restrict x,
                 int32_t *restrict y, int32_t *restrict tmp)
{
    for (long i = 0; i < N; i++) {
        tmp[i] = 0;
        for (long j = 0; j < N; j++)
            tmp[i] += a[i][j] * x[j];
    }
    for (long j = 0; j < N; j++) {
        y[j] = 0;
        for (long i = 0; i < N; i++)
            y[j] += a[i][j] * tmp[i];
    }
}

int problem(long n)
{
    uint64_t state = 29;
    void *a = int32_random(N * N, &state);
    int32_t *x = int32_random(N, &state);
    int32_t *y = int32_zero(N);
    int32_t *tmp = int32_zero(N);
    int32_t *w = int32_weights(N), *ax = int32_times(N, N, a, x), *aw = int32_times(N, N, a, w);
    rt_roi_begin();
    for (long t = 0; t < n; t++)
        kernel(a, x, y, tmp);
    rt_roi_end();
    int32_t got = *int32_times(1, N, w, y), want = *int32_times(1, N, aw, ax);
    if (int32_compare("element of the first product", N, tmp, ax) != 0 ||
        int32_compare("weighted sum of y", 1, &got, &want) != 0)
        return 1;
    rt_checksum(n, int32_mix(0, N, y));
    return 0;
}
