/* What an access does to caches, translation and counters when no time passes: the same, in
 * the same order, as in hierarchy_access.h. */
#ifndef TIMING_HIERARCHY_WARM_H
#define TIMING_HIERARCHY_WARM_H

#include "timing/hierarchy.h"

static inline void hierarchy_warm_l2_victim(struct hierarchy *m, uint64_t victim)
{
    if (victim == CACHE_NO_VICTIM || (victim & 1) == 0)
        return;
    if (!m->has_slc) {
        m->count.dram_written++;
        return;
    }
    uint64_t out = CACHE_NO_VICTIM;
    uint64_t line = victim >> 1 << m->l2.line_bits >> m->slc.line_bits;
    if (!cache_access(&m->slc, line, 1, &out) && out != CACHE_NO_VICTIM && (out & 1))
        m->count.dram_written++;
}

static inline void hierarchy_warm_beyond_l2(struct hierarchy *m, uint64_t address)
{
    uint64_t victim = CACHE_NO_VICTIM;
    if (m->has_slc) {
        m->count.slc_accesses++;
        if (cache_access(&m->slc, address >> m->slc.line_bits, 0, &victim))
            return;
        m->count.slc_misses++;
    }
    m->count.dram_read++;
    m->events |= HIERARCHY_FROM_MEMORY;
    if (victim != CACHE_NO_VICTIM && (victim & 1))
        m->count.dram_written++;
}

static inline void hierarchy_warm_l2(struct hierarchy *m, uint64_t address)
{
    uint64_t victim = CACHE_NO_VICTIM;
    m->count.l2_accesses++;
    m->events |= HIERARCHY_BEYOND_L1;
    if (cache_access(&m->l2, address >> m->l2.line_bits, 0, &victim))
        return;
    m->count.l2_misses++;
    m->events |= HIERARCHY_BEYOND_L2;
    hierarchy_warm_beyond_l2(m, address);
    hierarchy_warm_l2_victim(m, victim);
}

/* A line that missed L1D and pushed `victim` out. */
static __attribute__((noinline, unused)) void
hierarchy_warm_miss(struct hierarchy *m, uint64_t line, uint64_t victim)
{
    m->count.l1d_misses++;
    hierarchy_warm_l2(m, line << m->l1d.line_bits);
    if (victim != CACHE_NO_VICTIM && (victim & 1)) {
        uint64_t out = CACHE_NO_VICTIM;
        cache_access(&m->l2, victim >> 1 << m->l1d.line_bits >> m->l2.line_bits, 1, &out);
        hierarchy_warm_l2_victim(m, out);
    }
}

static __attribute__((noinline, unused)) void hierarchy_warm_code(struct hierarchy *m,
                                                                  uint64_t line)
{
    m->count.l1i_misses++;
    hierarchy_warm_l2(m, line << m->l1i.line_bits);
}

/* One access to one line of data. */
static inline __attribute__((always_inline)) void
hierarchy_warm_data(struct hierarchy *m, uint64_t line, unsigned dirty)
{
    uint64_t victim;
    m->count.l1d_accesses++;
    if (cache_is_first(&m->l1d, line)) {
        m->l1d.tag[(line & m->l1d.mask) * m->l1d.stride] |= dirty;
        return;
    }
    if (!cache_access(&m->l1d, line, dirty, &victim))
        hierarchy_warm_miss(m, line, victim);
}

#endif
