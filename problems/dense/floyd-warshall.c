/* floyd-warshall: the lengths of all shortest paths in a directed graph of n nodes, int32.
 *
 * Three loops with unit stride inside; the row of the intermediate node stays in the cache,
 * the whole matrix is read and written n times.  The minimum is taken without a branch and
 * always stored, as PolyBench does.
 *
 * The graph is a ring with random lengths from 1 to 15 in one direction; every other edge is
 * heavier than the whole ring and so never of use.  Each distance is then the way along the
 * ring, and all of them are compared. */
#include "rt.h"

const char rt_name[] = "floyd-warshall";

RT_KERNEL kernel(long n, int32_t *length)
{
    for (long k = 0; k < n; k++)
        for (long i = 0; i < n; i++)
            for (long j = 0; j < n; j++) {
                int32_t direct = length[i * n + j];
                int32_t via = length[i * n + k] + length[k * n + j];
                length[i * n + j] = direct < via ? direct : via;
            }
}

/* at[i] is the way along the ring from node 0 to node i; at[n] is the whole ring. */
static int check(long n, const int32_t *length, const int32_t *at)
{
    uint64_t checksum = 0;
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            int32_t want = at[j] - at[i] + (j < i ? at[n] : 0);
            if (length[i * n + j] != want)
                return rt_wrong("distance", i * n + j);
            checksum = rt_mix(checksum, (uint64_t)want);
        }
    rt_checksum(n, checksum);
    return 0;
}

int problem(long n)
{
    int32_t *length = rt_array(n, 2, sizeof *length);
    int32_t *at = rt_alloc(((size_t)n + 1) * sizeof *at);
    uint64_t state = 8;
    for (long i = 0; i < n; i++)
        at[i + 1] = at[i] + (int32_t)rt_random_below(&state, 15) + 1;
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            if (j == i)
                length[i * n + j] = 0;
            else if (j == (i + 1) % n)
                length[i * n + j] = at[i + 1] - at[i];
            else
                length[i * n + j] = at[n] + (int32_t)rt_random_below(&state, 1 << 16);
        }
    rt_roi_begin();
    kernel(n, length);
    rt_roi_end();
    return check(n, length, at);
}
