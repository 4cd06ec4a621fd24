/* Simulated time as one integer: cycle, slot within the cycle, and why.
 *
 *   bits 63..8  cycle
 *   bits  7..4  slot: the k-th of w instructions in a cycle stands at k * (256 / w)
 *   bits  3..0  cause: what the holder of this time waited for
 *
 * Bandwidth is then an addition and a maximum, and the maximum of two times brings its
 * cause along.  Times start at CLOCK_START, so that a step back is never below zero.
 */
#ifndef TIMING_CLOCK_H
#define TIMING_CLOCK_H

#include <stdint.h>

#include "trace/counters.h"

enum { CLOCK_CYCLE = 256, CLOCK_SHIFT = 8, CLOCK_CAUSE = 15, CLOCK_SLOT = 0xf0 };
#define CLOCK_START ((uint64_t)65536 << CLOCK_SHIFT)

/* A load that hits L1D sets the lowest bit: with nothing else to blame it is L1's. */
enum clock_cause {
    CAUSE_DEPENDENCY = 0,
    CAUSE_L1 = 1,
    CAUSE_FRONTEND = 2,
    CAUSE_MISPREDICT = 4,
    CAUSE_STORE = 6,
    CAUSE_PORT = 8,
    CAUSE_L2 = 10,
    CAUSE_SLC = 11,
    CAUSE_DRAM = 12,
    CAUSE_TLB = 14
};

static inline enum cpi_part clock_part(unsigned cause)
{
    static const uint8_t part[16] = {
        [0] = CPI_dependency, [1] = CPI_l1,   [2] = CPI_frontend, [3] = CPI_frontend,
        [4] = CPI_mispredict, [5] = CPI_mispredict, [6] = CPI_store, [7] = CPI_store,
        [8] = CPI_port,       [9] = CPI_port, [10] = CPI_l2,      [11] = CPI_slc,
        [12] = CPI_dram,      [13] = CPI_dram, [14] = CPI_tlb,    [15] = CPI_tlb};
    return part[cause & 15];
}

static inline uint64_t clock_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Bandwidth of `width` a cycle. */
struct clock_width {
    uint64_t unit; /* one slot */
    uint64_t last; /* the slot after which the next cycle begins */
};

static inline struct clock_width clock_width(unsigned width)
{
    uint64_t unit = 16 / width * 16;
    return (struct clock_width){.unit = unit, .last = unit * (width - 1)};
}

/* The slot after `t`; `t`'s cause stays. */
static inline uint64_t clock_step(uint64_t t, struct clock_width w)
{
    t += w.unit;
    return (t & CLOCK_SLOT) > w.last
               ? (t & ~(uint64_t)(CLOCK_CYCLE - 1 - CLOCK_CAUSE)) + CLOCK_CYCLE
               : t;
}

static inline uint64_t clock_next_cycle(uint64_t t)
{
    return (t & ~(uint64_t)(CLOCK_CYCLE - 1)) + CLOCK_CYCLE;
}

#endif
