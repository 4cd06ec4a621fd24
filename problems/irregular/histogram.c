/* histogram: n^3 random updates of n^3 counters of four bytes.
 *
 * Each update is a load and a store at an address that no prefetcher can know, but the
 * addresses come from a generator in registers, so many updates may be under way at once:
 * what the memory can do in parallel, where chase is what it can do in series.
 *
 * The counters have to sum up to n^3; the generator runs a second time to check the sum of
 * counter times index. */
#include "rt.h"

const char rt_name[] = "histogram";

RT_KERNEL kernel(long updates, long counters, uint64_t state, uint32_t *counter)
{
    for (long i = 0; i < updates; i++)
        counter[rt_random_below(&state, counters)]++;
}

int problem(long n)
{
    uint32_t *counter = rt_array(n, 3, sizeof *counter);
    long cells = n * n * n;
    uint64_t sum = 0, moment = 0, state = 16;
    rt_roi_begin();
    kernel(cells, cells, state, counter);
    rt_roi_end();
    for (long i = 0; i < cells; i++) {
        sum += counter[i];
        moment += counter[i] * (uint64_t)i;
    }
    if (sum != (uint64_t)cells)
        return rt_wrong("sum of the counters", (long)sum);
    uint64_t checksum = rt_mix(0, moment);
    for (long i = 0; i < cells; i++)
        moment -= (uint64_t)rt_random_below(&state, cells);
    if (moment != 0)
        return rt_wrong("sum of counter times index", (long)moment);
    rt_checksum(n, checksum);
    return 0;
}
