/* Integer vectors for the speed table, in the shape of a problem: n passes over three small
 * arrays with minima, multiply-adds and widening sums, which the compiler vectorises. */
#include "rt.h"

const char rt_name[] = "simd_int";

enum { LENGTH = 4096 };

RT_KERNEL pass(int32_t *restrict low, const int32_t *restrict a, const int32_t *restrict b,
               int16_t *restrict h)
{
    for (int i = 0; i < LENGTH; i++) {
        int32_t sum = a[i] * 3 + b[i];
        low[i] = sum < low[i] ? sum : low[i] + 1;
    }
    for (int i = 0; i < LENGTH; i++)
        h[i] = (int16_t)((h[i] << 1 ^ h[i] >> 3) + 7);
}

int problem(long n)
{
    int32_t *a = rt_array(LENGTH, 1, sizeof *a);
    int32_t *b = rt_array(LENGTH, 1, sizeof *b);
    int32_t *low = rt_array(LENGTH, 1, sizeof *low);
    int16_t *h = rt_array(LENGTH, 1, sizeof *h);
    uint64_t state = 8, checksum = 0;

    for (int i = 0; i < LENGTH; i++) {
        a[i] = (int32_t)rt_random_below(&state, 1 << 20);
        b[i] = (int32_t)rt_random_below(&state, 1 << 20);
        h[i] = (int16_t)rt_random_below(&state, 1 << 16);
    }
    for (long k = 0; k < n; k++)
        pass(low, a, b, h);
    for (int i = 0; i < LENGTH; i++)
        checksum = rt_mix(checksum, (uint64_t)low[i] + (uint64_t)h[i]);
    rt_checksum(n, checksum);
    return 0;
}
