/* jacobi-1d: 2 n damped Jacobi sweeps over n points in doubles, back and forth between two
 * arrays (the loads and the order of PolyBench's jacobi-1d, with weights 1/4, 1/2, 1/4).  The
 * number of sweeps grows with n, as the time that a signal takes from end to end does.
 *
 * 16 n bytes: in the first-level cache for every size of interest, so what is left is the
 * core.  The end points keep their values.
 *
 * The field starts as two waves of a string, sin(pi m i / (n - 1)) for m = 1 and 4; each
 * sweep makes wave m smaller by the factor (1 + cos(pi m / (n - 1))) / 2.  All points are
 * compared within 1e-11.  Built without contraction, so that the bits are the same
 * everywhere. */
#include "rt.h"
#include "circle.h"

const char rt_name[] = "jacobi-1d";

static inline void sweep(long n, const double *restrict a, double *restrict b)
{
    for (long i = 1; i < n - 1; i++)
        b[i] = 0.25 * (a[i - 1] + a[i + 1]) + 0.5 * a[i];
}

RT_KERNEL kernel(long n, double *a, double *b)
{
    for (long t = 0; t < n; t++) {
        sweep(n, a, b);
        sweep(n, b, a);
    }
}

/* Two waves of the amplitudes given, at point i. */
static double waves(long n, long i, const double amplitude[2])
{
    double cosine, sine[2];
    if (i == 0 || i == n - 1)
        return 0;
    circle_point(i, 2 * (n - 1), &cosine, &sine[0]);
    circle_point(4 * i, 2 * (n - 1), &cosine, &sine[1]);
    return amplitude[0] * sine[0] + amplitude[1] * sine[1];
}

int problem(long n)
{
    double *a = rt_array(n, 1, sizeof *a);
    double *b = rt_array(n, 1, sizeof *b);
    double amplitude[2] = {1, 1};
    uint64_t checksum = 0;
    for (long i = 0; i < n; i++)
        a[i] = b[i] = waves(n, i, amplitude);
    rt_roi_begin();
    kernel(n, a, b);
    rt_roi_end();
    for (int k = 0; n > 1 && k < 2; k++) {
        double cosine, sine;
        circle_point(k == 0 ? 1 : 4, 2 * (n - 1), &cosine, &sine);
        for (long t = 0; t < 2 * n; t++)
            amplitude[k] *= (1 + cosine) / 2;
    }
    for (long i = 0; i < n; i++) {
        double wrong = a[i] - waves(n, i, amplitude);
        if (!(wrong < 1e-11 && wrong > -1e-11))
            return rt_wrong("point", i);
        checksum = rt_mix(checksum, rt_double_bits(a[i]));
    }
    rt_checksum(n, checksum);
    return 0;
}
