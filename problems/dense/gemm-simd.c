/* gemm-simd: C = C + A B in single precision, in the loop order that vectorises.
 *
 * The inner loop adds a multiple of a row of B to a row of C: unit stride everywhere, four
 * floats at a time when the compiler vectorises (-O3), with three memory operations for
 * each multiply-add of a vector.  B is read n times from end to end.
 *
 * Small integers: the sums stay below 2^24 and are exact in a float up to n = 2^18.  Checked
 * like the other products (dense.h). */
#define DENSE_REAL float
#include "dense.h"

const char rt_name[] = "gemm-simd";

RT_KERNEL kernel(long n, const float *restrict a, const float *restrict b, float *restrict c)
{
    for (long i = 0; i < n; i++)
        for (long k = 0; k < n; k++) {
            float factor = a[i * n + k];
            for (long j = 0; j < n; j++)
                c[i * n + j] += factor * b[k * n + j];
        }
}

int problem(long n)
{
    uint64_t state = 2;
    float *a = dense_random(n, &state);
    float *b = dense_random(n, &state);
    float *c = rt_array(n, 2, sizeof *c);
    rt_roi_begin();
    kernel(n, a, b, c);
    rt_roi_end();
    return dense_check(n, c, dense_times(n, a, dense_times(n, b, dense_weights(n))));
}
