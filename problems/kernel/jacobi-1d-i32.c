/* jacobi-1d-i32: n times twenty sweeps over 120 points on 32-bit integers: each inner point of
 * B becomes a third of three neighbours in A, then B is copied back.  960 bytes; hardware
 * times were published for it.
 *
 * The division is a multiplication and shifts, as compilers do it.  The points are compared
 * with sweeps made in another way (one array, the old neighbour kept aside), which end early
 * because integers come to rest. */
#include "int32.h"

enum { POINTS = 120, STEPS = 20 };

const char rt_name[] = "jacobi-1d-i32";

RT_KERNEL kernel(int32_t *restrict a, int32_t *restrict b)
{
    for (long t = 0; t < STEPS; t++) {
        for (long i = 1; i < POINTS - 1; i++)
            b[i] = (a[i - 1] + a[i] + a[i + 1]) / 3;
        for (long i = 1; i < POINTS - 1; i++)
            a[i] = b[i];
    }
}

static void reference(int32_t *a, long sweeps)
{
    for (long t = 0, changes = 1; t < sweeps && changes > 0; t++) {
        int32_t left = a[0];
        changes = 0;
        for (long i = 1; i < POINTS - 1; i++) {
            int32_t here = a[i];
            a[i] = (left + here + a[i + 1]) / 3;
            changes += a[i] != here;
            left = here;
        }
    }
}

int problem(long n)
{
    uint64_t state = 32;
    int32_t *a = int32_zero(POINTS);
    int32_t *b = int32_zero(POINTS);
    int32_t *want = int32_zero(POINTS);
    for (long i = 0; i < POINTS; i++)
        a[i] = want[i] = (int32_t)rt_random_below(&state, 1 << 20) - (1 << 19);
    reference(want, n * STEPS);
    rt_roi_begin();
    for (long t = 0; t < n; t++)
        kernel(a, b);
    rt_roi_end();
    if (int32_compare("point", POINTS, a, want) != 0)
        return 1;
    rt_checksum(n, int32_mix(0, POINTS, a));
    return 0;
}
