/* Which lines the hardware prefetchers of L1D and L2 ask for.
 *
 * Notes:
 * - A prefetcher is told of each access that missed its cache and of the first access to each
 *   line that it had brought in; nothing else trains it, so that it costs nothing on hits.
 * - next-line: the `degree` lines behind the one of the access.
 * - stride: a table indexed by the instruction's address.  The same distance between two
 *   accesses twice in a row starts it; one distance that differs pauses it, two in a row
 *   replace the stride.  Distances below two lines count as one line: of a walk in small
 *   steps only the first access to each line is seen.
 * - stream: a table indexed by page: three accesses in one direction, each at most
 * PREFETCH_NEAR lines from the one before, start it.
 * - Started, stride and stream run up to `distance` steps ahead of the access, and ask for at
 *   most `degree` lines at a time.
 * - next-line and stream stay in the page.
 * - What is asked for depends on the accesses in program order alone, not on time: no request
 *   is dropped because registers are taken or memory is busy; it waits.
 */
#ifndef TIMING_PREFETCH_H
#define TIMING_PREFETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "timing/machine_priv.h"

enum {
    PREFETCH_DEGREE = 8, /* most lines at a time */
    PREFETCH_NEAR = 4,   /* lines within which two accesses belong to one stream */
    PREFETCH_SURE = 2    /* equal distances in a row that start it */
};

struct prefetch_entry {
    uint64_t key;   /* instruction or page; UINT64_MAX: empty */
    uint64_t last;  /* address of the last access */
    int64_t step;   /* bytes from one to the next, 0: not known */
    uint32_t equal; /* such steps in a row, up to PREFETCH_SURE */
    uint32_t ahead; /* steps from `last` on that were asked for */
};

struct prefetcher {
    enum machine_prefetch kind;
    unsigned degree, distance, line_bits, page_bits;
    uint64_t hash_mask;
    struct prefetch_entry *entry;
};

/* The parameters are those of L1D, or of L2.  0 or ERR_NOMEM. */
int prefetch_init(struct prefetcher *p, const struct machine *m, bool l2);
void prefetch_release(struct prefetcher *p);

/* The step from the last access to one in another line, and how many of them it took; 0 when
 * they do not belong together. */
static inline int64_t prefetch_step(const struct prefetcher *p, uint64_t last, uint64_t address,
                                    uint32_t *steps)
{
    int64_t line = (int64_t)1 << p->line_bits, delta = (int64_t)(address - last);
    int64_t lines = (int64_t)((address >> p->line_bits) - (last >> p->line_bits));
    *steps = 1;
    if (p->kind == MACHINE_PREFETCH_STREAM) {
        *steps = (uint32_t)(lines < 0 ? -lines : lines);
        return *steps > PREFETCH_NEAR ? 0 : lines < 0 ? -line : line;
    }
    if (delta <= -2 * line || delta >= 2 * line)
        return delta;
    return delta < 0 ? -line : line;
}

/* Learns from an access; `out` gets addresses in the lines to bring in, and their number is
 * returned. */
static inline unsigned prefetch_train(struct prefetcher *p, uint64_t address, uint64_t pc,
                                      uint64_t out[PREFETCH_DEGREE])
{
    unsigned n = 0;
    uint64_t page = address >> p->page_bits;
    if (p->kind == MACHINE_PREFETCH_NEXT_LINE) {
        for (unsigned i = 1; i <= p->degree; i++) {
            uint64_t at = address + ((uint64_t)i << p->line_bits);
            if (at >> p->page_bits == page)
                out[n++] = at;
        }
        return n;
    }
    uint64_t key = p->kind == MACHINE_PREFETCH_STREAM ? page : pc;
    /* 2^64 by the golden ratio */
    struct prefetch_entry *e = &p->entry[key * 0x9e3779b97f4a7c15u >> 40 & p->hash_mask];
    if (e->key != key) {
        *e = (struct prefetch_entry){.key = key, .last = address};
        return 0;
    }
    int64_t delta = (int64_t)(address - e->last);
    if (delta == e->step && e->ahead == p->distance && p->kind == MACHINE_PREFETCH_STRIDE) {
        /* One more of many: the same as below. */
        e->last = address;
        out[0] = address + p->distance * (uint64_t)delta;
        return 1;
    }
    if (address >> p->line_bits == e->last >> p->line_bits)
        return 0;
    uint32_t steps;
    int64_t step = prefetch_step(p, e->last, address, &steps);
    e->last = address;
    if (step != 0 && step == e->step) {
        e->ahead = e->ahead > steps ? e->ahead - steps : 0;
        if (e->equal < PREFETCH_SURE)
            e->equal++;
    } else {
        /* One strike for a stride that was sure; a stream that turns begins anew. */
        bool keep = e->equal == PREFETCH_SURE && p->kind == MACHINE_PREFETCH_STRIDE;
        e->equal = keep || step != 0;
        e->step = keep ? e->step : step;
        e->ahead = 0;
    }
    if (e->equal < PREFETCH_SURE)
        return 0;
    for (; n < p->degree && e->ahead < p->distance; e->ahead++) {
        uint64_t at = address + (e->ahead + 1u) * (uint64_t)e->step;
        if (p->kind == MACHINE_PREFETCH_STREAM && at >> p->page_bits != page)
            break;
        out[n++] = at;
    }
    return n;
}

#endif
