/* jacobi-2d: eight damped Jacobi sweeps over an n x n grid of doubles, back and forth between
 * two arrays (the loads and the order of PolyBench's jacobi-2d, with weights that are powers
 * of two).
 *
 * Three rows (24 n bytes) are in use at a time; from one sweep to the next the reuse is over
 * the whole of both arrays.  The border keeps its values.
 *
 * The field starts as x^2 + 2 y^2; a sweep adds (1 + 2) / 4 to every cell that the border has
 * not reached.  Values are exact (3 bits more a sweep).  Cells more than eight from the
 * border and those on it are compared, the rest enters the checksum alone. */
#include "rt.h"

enum { SWEEPS = 8 };

const char rt_name[] = "jacobi-2d";

static inline double start(long y, long x)
{
    return (double)(x * x + 2 * y * y);
}

static inline void sweep(long n, const double *restrict a, double *restrict b)
{
    for (long y = 1; y < n - 1; y++)
        for (long i = y * n + 1; i < y * n + n - 1; i++)
            b[i] = 0.5 * a[i] + 0.125 * (a[i - 1] + a[i + 1] + a[i - n] + a[i + n]);
}

RT_KERNEL kernel(long n, double *a, double *b)
{
    for (int i = 0; i < SWEEPS; i += 2) {
        sweep(n, a, b);
        sweep(n, b, a);
    }
}

static inline long min(long a, long b)
{
    return a < b ? a : b;
}

int problem(long n)
{
    double *a = rt_array(n, 2, sizeof *a);
    double *b = rt_array(n, 2, sizeof *b);
    uint64_t checksum = 0;
    for (long y = 0; y < n; y++)
        for (long x = 0; x < n; x++)
            a[y * n + x] = b[y * n + x] = start(y, x);
    rt_roi_begin();
    kernel(n, a, b);
    rt_roi_end();
    for (long y = 0; y < n; y++)
        for (long x = 0; x < n; x++) {
            double got = a[y * n + x];
            long inside = min(min(x, n - 1 - x), min(y, n - 1 - y));
            if ((inside == 0 && got != start(y, x)) ||
                (inside > SWEEPS && got != start(y, x) + 0.75 * SWEEPS))
                return rt_wrong("cell", y * n + x);
            checksum = rt_mix(checksum, rt_double_bits(got));
        }
    rt_checksum(n, checksum);
    return 0;
}
