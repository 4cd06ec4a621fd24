/* mvt-i32: n times x1 = x1 + A y1 and x2 = x2 + A^T y2 on 32-bit integers, 80 x 80, both as dot
 * products, the second down the columns, 320 bytes at a time.  27 KiB; hardware times were
 * published for it.
 *
 * Wrapping integers.  x1 has to have grown by n A y1, and w x2 by n y2 (A w). */
#include "int32.h"

enum { N = 80 };

const char rt_name[] = "mvt-i32";

RT_KERNEL kernel(const int32_t (*restrict a)[N], const int32_t *restrict y1,
                 const int32_t *restrict y2, int32_t *restrict x1, int32_t *restrict x2)
{
    for (long i = 0; i < N; i++)
        for (long j = 0; j < N; j++)
            x1[i] += a[i][j] * y1[j];
    for (long i = 0; i < N; i++)
        for (long j = 0; j < N; j++)
            x2[i] += a[j][i] * y2[j];
}

int problem(long n)
{
    uint64_t state = 31;
    void *a = int32_random(N * N, &state);
    int32_t *y1 = int32_random(N, &state);
    int32_t *y2 = int32_random(N, &state);
    int32_t *x1 = int32_random(N, &state);
    int32_t *x2 = int32_random(N, &state);
    int32_t *w = int32_weights(N), *aw = int32_times(N, N, a, w);
    int32_t *want = int32_times(N, N, a, y1);
    int32_t sum = *int32_times(1, N, w, x2) + (int32_t)n * *int32_times(1, N, aw, y2);
    for (long i = 0; i < N; i++)
        want[i] = x1[i] + (int32_t)n * want[i];
    rt_roi_begin();
    for (long t = 0; t < n; t++)
        kernel(a, y1, y2, x1, x2);
    rt_roi_end();
    if (int32_compare("element of x1", N, x1, want) != 0 ||
        int32_compare("weighted sum of x2", 1, int32_times(1, N, w, x2), &sum) != 0)
        return 1;
    rt_checksum(n, int32_mix(int32_mix(0, N, x1), N, x2));
    return 0;
}
