/* heat-3d: four steps of heat conduction on an n x n x n grid of doubles, back and forth
 * between two arrays, with PolyBench's stencil of that name: second differences in three
 * directions, an eighth of each.
 *
 * Streams like stencil7 with eight bytes a cell, and what one step has written the next one
 * reads: reuse over a distance of 16 n^3 bytes.  The border keeps its values.
 *
 * The field starts as x^2 + 2 y^2 + 3 z^2, whose second differences are 2, 4 and 6: a step
 * adds 3/2 to every cell that the border has not reached.  Values are exact (3 bits more a
 * step).  A random sample of n^2 cells is looked at: those more than four from the border
 * and those on it are compared, the rest enters the checksum alone. */
#include "rt.h"

enum { STEPS = 4 };

const char rt_name[] = "heat-3d";

static inline double start(long z, long y, long x)
{
    return (double)(x * x + 2 * y * y + 3 * z * z);
}

static inline void step(long n, const double *restrict a, double *restrict b)
{
    long plane = n * n;
    for (long z = 1; z < n - 1; z++)
        for (long y = 1; y < n - 1; y++) {
            long row = z * plane + y * n;
            for (long i = row + 1; i < row + n - 1; i++)
                b[i] = 0.125 * (a[i + plane] - 2 * a[i] + a[i - plane]) +
                       0.125 * (a[i + n] - 2 * a[i] + a[i - n]) +
                       0.125 * (a[i + 1] - 2 * a[i] + a[i - 1]) + a[i];
        }
}

RT_KERNEL kernel(long n, double *a, double *b)
{
    for (int i = 0; i < STEPS; i += 2) {
        step(n, a, b);
        step(n, b, a);
    }
}

static inline long min(long a, long b)
{
    return a < b ? a : b;
}

static int check(long n, const double *a)
{
    uint64_t checksum = 0, state = 10;
    for (long i = 0; i < n * n; i++) {
        long z = rt_random_below(&state, n), y = rt_random_below(&state, n);
        long x = rt_random_below(&state, n), at = (z * n + y) * n + x;
        long inside = min(min(min(x, n - 1 - x), min(y, n - 1 - y)), min(z, n - 1 - z));
        if ((inside == 0 && a[at] != start(z, y, x)) ||
            (inside > STEPS && a[at] != start(z, y, x) + 1.5 * STEPS))
            return rt_wrong("cell", at);
        checksum = rt_mix(checksum, rt_double_bits(a[at]));
    }
    rt_checksum(n, checksum);
    return 0;
}

int problem(long n)
{
    double *a = rt_array(n, 3, sizeof *a);
    double *b = rt_array(n, 3, sizeof *b);
    for (long z = 0, i = 0; z < n; z++)
        for (long y = 0; y < n; y++)
            for (long x = 0; x < n; x++, i++)
                a[i] = b[i] = start(z, y, x);
    rt_roi_begin();
    kernel(n, a, b);
    rt_roi_end();
    return check(n, a);
}
