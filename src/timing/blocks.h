/* What single blocks cost: the detailed model's account of each instruction, summed up. */
#ifndef TIMING_BLOCKS_H
#define TIMING_BLOCKS_H

#include "timing/detailed.h"

/* Cycles of all executions of the blocks 0..n-1; they add up to `total`.  With `exact` every
 * execution was timed; else a block costs what it did on average where it was timed, times
 * its executions, and one that never was what the average instruction did. */
void blocks_cycles(const struct detailed *k, bool exact, const uint64_t *executions, size_t n,
                   double total, double *cycles);

/* How the cycles of a block divide, and what bounds it. */
void blocks_explain(const struct detailed *k, size_t block, double cycles,
                    struct timing_block *out);

#endif
