/* chase: 2^22 steps along a random cycle through n^3 nodes of four bytes.
 *
 * Every step is a load whose address is the result of the one before: the latency of
 * whatever level holds the nodes, and nothing can overlap.  The number of steps is the same
 * for every n; what grows is the footprint, 4 n^3 bytes.
 *
 * Sattolo's shuffle makes one single cycle, so the number of visits to node 0 is the number
 * of steps divided by the number of nodes. */
#include "rt.h"

enum { STEPS = 1 << 22 };

const char rt_name[] = "chase";

RT_KERNEL kernel(long steps, const uint32_t *next, uint32_t *last, long *visits)
{
    uint32_t node = 0;
    long zeros = 0;
    for (long i = 0; i < steps; i++) {
        node = next[node];
        zeros += node == 0;
    }
    *last = node;
    *visits = zeros;
}

int problem(long n)
{
    uint32_t *next = rt_array(n, 3, sizeof *next);
    long nodes = n * n * n, visits = -1;
    uint64_t state = 15;
    uint32_t last = 0;
    for (long i = 0; i < nodes; i++)
        next[i] = (uint32_t)i;
    for (long i = nodes - 1; i > 0; i--) {
        long j = rt_random_below(&state, i);
        uint32_t swap = next[i];
        next[i] = next[j];
        next[j] = swap;
    }
    rt_roi_begin();
    kernel(STEPS, next, &last, &visits);
    rt_roi_end();
    if (visits != STEPS / nodes)
        return rt_wrong("visits to the first node", visits);
    rt_checksum(n, rt_mix(rt_mix(0, last), (uint64_t)visits));
    return 0;
}
