#include "config.h"

#include "trace/distance.h"

unsigned distance_bin(uint64_t distance)
{
    if (distance < 8)
        return (unsigned)distance;
    unsigned exponent = 63 - (unsigned)__builtin_clzll(distance);
    unsigned bin = 4 * (exponent - 1) + ((unsigned)(distance >> (exponent - 2)) & 3);
    return bin < DISTANCE_BINS ? bin : DISTANCE_BINS - 1;
}

uint64_t distance_bin_from(unsigned bin)
{
    if (bin < 8)
        return bin;
    return (uint64_t)(4 + bin % 4) << (bin / 4 - 1);
}

double distance_misses(const struct distance_histogram *h, uint64_t lines)
{
    double misses = h->cold;
    for (unsigned i = 0; i < h->n_bins; i++) {
        double from = (double)distance_bin_from(i), to = (double)distance_bin_from(i + 1);
        double inside = ((double)lines - from) / (to - from);
        misses += h->count[i] * (inside <= 0 ? 1 : inside >= 1 ? 0 : 1 - inside);
    }
    return misses / (double)h->accesses;
}
