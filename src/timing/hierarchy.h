/* Caches and memory with their latencies and limits.
 *
 * Notes:
 * - Lines are looked up and brought in when an instruction is handled, in program order; only
 *   the times come out of order.  A line on its way is known to be so: whoever hits it waits
 *   for it.
 * - L1I, L1D, L2 and the system cache are write-back and write-allocate and neither inclusive
 *   nor exclusive: a line is brought into every level on its way, and a level's victim does
 *   not disturb the others.  A dirty victim goes to the next level, which takes it without
 *   reading memory.  Victims cost bandwidth at memory and none on their way.
 * - A latency is from issue to use and is the whole of it: an L2 hit costs l2.latency, not
 *   L1's and L2's.
 * - Misses wait for a free miss register of L1D, then of L2; L2 takes one access every
 *   l2.interval cycles; memory moves a line in the time that its bandwidth gives.  Banks,
 *   rows, refresh and the system cache's own bandwidth are not modelled.
 * - A stage that serves one request at a time remembers, for every 64 cycles, how far they
 *   are taken: requests that come out of order in time find the room that is left there.
 * - Stores bring their line in when their address is known; they write when they retire.
 * - Instruction fetch shares L2, not L1D's miss registers.
 * - Translation: a first-level buffer for data, a second one, and a walk of fixed length; page
 *   tables take no cache lines.  Instruction translation is not modelled.
 * - With a layout seed other than 0, pages are placed by a fixed permutation of page numbers
 *   drawn from the seed; with 0, physical addresses are virtual ones.
 * - Prefetchers: see prefetch.h.  A prefetched line takes miss registers, L2's accesses and
 *   memory's bandwidth like a line that was missed, behind the access that asked for it; an
 *   access that comes before the line does waits for it.  L1D's prefetcher works on virtual
 *   addresses and leaves a page only for one whose translation is in a buffer; L2's sees what
 *   L1D and L1I ask for, prefetches of L1D included.
 */
#ifndef TIMING_HIERARCHY_H
#define TIMING_HIERARCHY_H

#include <stdbool.h>
#include <stdint.h>

#include "timing/cache.h"
#include "timing/clock.h"
#include "timing/machine_priv.h"
#include "timing/prefetch.h"

enum {
    HIERARCHY_FLIGHTS = 256, /* lines on their way, remembered by the low bits of the line */
    HIERARCHY_L1_MSHRS = 64,
    HIERARCHY_L2_MSHRS = 256,
    HIERARCHY_SPANS = 1024,                /* spans of a stage that are remembered, */
    HIERARCHY_SPAN_SHIFT = CLOCK_SHIFT + 6 /* each of 64 cycles */
};

struct hierarchy_flight {
    uint64_t line;
    uint64_t until; /* time and cause */
};

/* Registers for outstanding misses.  One whose miss begins later than a request is free for
 * it: requests come in program order, not in that of time. */
struct hierarchy_mshrs {
    unsigned n, next;
    /* The last time without a break for which each is taken. */
    uint64_t from[HIERARCHY_L2_MSHRS], until[HIERARCHY_L2_MSHRS];
};

struct hierarchy_stage {
    uint64_t interval; /* time that one request takes */
    struct {
        uint64_t span, free; /* which span of time, and from when it is free */
    } slot[HIERARCHY_SPANS];
};

/* What happened since somebody last asked; see `events`. */
enum hierarchy_events {
    HIERARCHY_BEYOND_L1 = 1, /* an access missed, or was the first to a prefetched line */
    HIERARCHY_BEYOND_L2 = 2,
    HIERARCHY_FROM_MEMORY = 4,
    HIERARCHY_TRANSLATED = 8,    /* the first-level translation buffer missed */
    HIERARCHY_MISPREDICTED = 16, /* put there by the core */
    HIERARCHY_PREFETCHED = 32,   /* a prefetcher brought a line from memory */
    HIERARCHY_EVENTS = 64
};

struct hierarchy_count {
    uint64_t l1i_misses, l1d_accesses, l1d_misses, l2_accesses, l2_misses, slc_accesses,
        slc_misses, dram_read, dram_written; /* the last two in lines of the last cache */
    uint64_t dtlb_misses, walks;
    /* Lines that the prefetchers brought in, and how many of them were used.  Misses and
     * accesses above are those of the program; what memory moved is everything. */
    uint64_t l1d_prefetches, l1d_prefetches_used, l2_prefetches, l2_prefetches_used;
};

struct hierarchy {
    struct cache l1d, dtlb, l1i, l2, slc, tlb2;
    uint64_t l1d_latency; /* all latencies as times */
    uint64_t horizon;     /* when the last line on its way arrives */
    unsigned page_bits;
    bool has_slc, has_tlb2, moved; /* moved: pages are permuted */
    uint64_t l2_latency, slc_latency, dram_latency, tlb2_latency, walk_latency;
    uint64_t seed;
    uint64_t translation; /* time that the last access waited for its translation */
    unsigned events;
    struct hierarchy_count count;
    struct hierarchy_flight l1_flight[HIERARCHY_FLIGHTS], l2_flight[HIERARCHY_FLIGHTS];
    struct hierarchy_mshrs l1_mshrs, l2_mshrs;
    struct hierarchy_stage l2_stage, dram_stage;
    struct prefetcher l1d_prefetch, l2_prefetch;
};

int hierarchy_init(struct hierarchy *m, const struct machine *machine, uint64_t layout_seed);
void hierarchy_release(struct hierarchy *m);

/* The physical address with permuted pages.  It is a permutation of 28-bit page numbers:
 * multiplications by odd numbers and shifts to the right can both be undone. */
static inline uint64_t hierarchy_move(const struct hierarchy *m, uint64_t address)
{
    enum { BITS = 28 };
    uint64_t page = address >> m->page_bits, mask = (1u << BITS) - 1;
    uint64_t high = page & ~mask, p = (page ^ m->seed) & mask;
    p = p * (m->seed | 1) & mask;
    p ^= p >> BITS / 2;
    p = p * 0x9e3779b1u & mask;
    p ^= p >> BITS / 2;
    return (high | p) << m->page_bits | (address & ((1u << m->page_bits) - 1));
}

/* Where a line lies that L1D's prefetcher asks for on behalf of an access to page `page`: its
 * physical address, or UINT64_MAX when its page has no translation at hand. */
static inline uint64_t hierarchy_prefetch_place(const struct hierarchy *m, uint64_t page,
                                                uint64_t address)
{
    uint64_t other = address >> m->page_bits;
    if (other != page && !cache_holds(&m->dtlb, other) &&
        !(m->has_tlb2 && cache_holds(&m->tlb2, other)))
        return UINT64_MAX;
    return m->moved ? hierarchy_move(m, address) : address;
}

/* The accesses are in hierarchy_access.h, with times, and hierarchy_warm.h, without. */

#endif
