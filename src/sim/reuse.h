/* Reuse distances of a stream of data addresses.
 *
 * Notes:
 * - Lines are sampled by a hash of their number, and their distances measured among sampled
 *   lines alone: C. Waldspurger and others, "Efficient MRC construction with SHARDS", FAST
 *   2015.  The rate begins at 1 and is halved as the stream and the number of lines grow, down
 *   to REUSE_RATE; below it, only to keep the lines within REUSE_LINES.
 * - Lines that are touched very often weigh too much when they are in the sample and nothing
 *   when they are not.  They are touched again after short distances, so these are scaled
 *   until all counts add up to the number of accesses, which is known.
 * - Where the line was touched at most REUSE_NEAR accesses ago, the lines between are counted
 *   exactly, on some of the occasions: the sample could not tell such distances apart.
 * - Errors are a jackknife over groups of lines, with the correction for a finite number.
 * - An access counts for the line of its first byte; hints are accesses.
 */
#ifndef SIM_REUSE_H
#define SIM_REUSE_H

#include <stddef.h>
#include <stdint.h>

#include "trace/distance.h"

enum {
    REUSE_RATE = 64,         /* one line of so many, on long streams */
    REUSE_EXACT = 1 << 16,   /* accesses before the rate is halved for the first time */
    REUSE_LINES = 1 << 16,   /* at most in the sample */
    REUSE_NEAR = 4096,       /* accesses */
    REUSE_COST = 8           /* looks at an access between, for each sampled one */
};

struct reuse;

/* `rate`: a power of two; one line of so many is looked at on long streams, 1 for all.
 * NULL when memory is short. */
struct reuse *reuse_alloc(unsigned rate);
void reuse_free(struct reuse *r);
/* The next addresses of the stream.  0 or ERR_NOMEM. */
int reuse_take(struct reuse *r, const uint64_t *address, size_t n);
void reuse_result(const struct reuse *r, struct distance_histogram *histogram);
/* Chooses the path for any host instead of that for wide vectors; they give the same. */
void reuse_be_portable(struct reuse *r);

#endif
