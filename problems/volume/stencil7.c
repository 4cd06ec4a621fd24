/* stencil7: one sweep of a seven-point stencil over an n x n x n grid of floats, from one
 * array into another.
 *
 * Seven streams through memory, of which six hit while three planes (12 n^2 bytes) fit a
 * cache, and two while three rows do; each plane is n^2 * 4 bytes from the next.  The cells
 * of the border are not written.
 *
 * Each cell of the input is a small integer given by its coordinates and the weights are 1/2
 * and 1/16, so the results are exact; they are compared in a random sample of n^2 cells. */
#include "rt.h"

const char rt_name[] = "stencil7";

static inline float start(long z, long y, long x)
{
    return (float)((x * 13 ^ y * 29 ^ z * 47) & 63);
}

RT_KERNEL kernel(long n, const float *restrict a, float *restrict b)
{
    long plane = n * n;
    for (long z = 1; z < n - 1; z++)
        for (long y = 1; y < n - 1; y++) {
            long row = z * plane + y * n;
            for (long i = row + 1; i < row + n - 1; i++)
                b[i] = 0.5f * a[i] + 0.0625f * (a[i - 1] + a[i + 1] + a[i - n] + a[i + n] +
                                                a[i - plane] + a[i + plane]);
        }
}

static float expected(long n, long z, long y, long x)
{
    if (x == 0 || x == n - 1 || y == 0 || y == n - 1 || z == 0 || z == n - 1)
        return 0;
    return 0.5f * start(z, y, x) +
           0.0625f * (start(z, y, x - 1) + start(z, y, x + 1) + start(z, y - 1, x) +
                      start(z, y + 1, x) + start(z - 1, y, x) + start(z + 1, y, x));
}

static int check(long n, const float *b)
{
    uint64_t checksum = 0, state = 9;
    for (long i = 0; i < n * n; i++) {
        long z = rt_random_below(&state, n), y = rt_random_below(&state, n);
        long x = rt_random_below(&state, n), at = (z * n + y) * n + x;
        if (b[at] != expected(n, z, y, x))
            return rt_wrong("cell", at);
        checksum = rt_mix(checksum, rt_float_bits(b[at]));
    }
    rt_checksum(n, checksum);
    return 0;
}

int problem(long n)
{
    float *a = rt_array(n, 3, sizeof *a);
    float *b = rt_array(n, 3, sizeof *b);
    for (long z = 0, i = 0; z < n; z++)
        for (long y = 0; y < n; y++)
            for (long x = 0; x < n; x++)
                a[i++] = start(z, y, x);
    rt_roi_begin();
    kernel(n, a, b);
    rt_roi_end();
    return check(n, b);
}
