/* gemm-tiled: C = C + A B in doubles, by tiles of 32 x 32.
 *
 * Three tiles are 24 KiB, which fits any first-level cache of today, so each element is
 * fetched n / 32 times instead of n times.  The tiles are used in place: rows of a tile are
 * n * 8 bytes apart, so that for a power of two the tile still crowds into few sets, as in
 * most textbook versions.  Within a tile the inner loop has unit stride.
 *
 * Small integers; checked like the other products (dense.h). */
#include "dense.h"

enum { TILE = 32 };

const char rt_name[] = "gemm-tiled";

static inline long end_of_tile(long begin, long n)
{
    return begin + TILE < n ? begin + TILE : n;
}

RT_KERNEL kernel(long n, const double *restrict a, const double *restrict b,
                 double *restrict c)
{
    for (long i0 = 0; i0 < n; i0 += TILE)
        for (long k0 = 0; k0 < n; k0 += TILE)
            for (long j0 = 0; j0 < n; j0 += TILE) {
                long i1 = end_of_tile(i0, n), j1 = end_of_tile(j0, n), k1 = end_of_tile(k0, n);
                for (long i = i0; i < i1; i++)
                    for (long k = k0; k < k1; k++) {
                        double factor = a[i * n + k];
                        for (long j = j0; j < j1; j++)
                            c[i * n + j] += factor * b[k * n + j];
                    }
            }
}

int problem(long n)
{
    uint64_t state = 3;
    double *a = dense_random(n, &state);
    double *b = dense_random(n, &state);
    double *c = rt_array(n, 2, sizeof *c);
    rt_roi_begin();
    kernel(n, a, b, c);
    rt_roi_end();
    return dense_check(n, c, dense_times(n, a, dense_times(n, b, dense_weights(n))));
}
