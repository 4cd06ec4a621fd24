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

static inline void hierarchy_warm_beyond_l2(struct hierarchy *m, uint64_t address,
                                            unsigned demand)
{
    uint64_t victim = CACHE_NO_VICTIM;
    if (m->has_slc) {
        m->count.slc_accesses += demand;
        if (cache_access(&m->slc, address >> m->slc.line_bits, 0, &victim))
            return;
        m->count.slc_misses += demand;
    }
    m->count.dram_read++;
    m->events |= demand ? HIERARCHY_FROM_MEMORY : HIERARCHY_PREFETCHED;
    if (victim != CACHE_NO_VICTIM && (victim & 1))
        m->count.dram_written++;
}

static __attribute__((noinline, unused)) void hierarchy_warm_prefetch_l2(struct hierarchy *m,
                                                                         uint64_t address)
{
    uint64_t out[PREFETCH_DEGREE];
    unsigned n = prefetch_train(&m->l2_prefetch, address, 0, out);
    for (unsigned i = 0; i < n; i++) {
        uint64_t victim;
        if (!cache_prefetch(&m->l2, out[i] >> m->l2.line_bits, &victim))
            continue;
        m->count.l2_prefetches++;
        hierarchy_warm_beyond_l2(m, out[i], 0);
        hierarchy_warm_l2_victim(m, victim);
    }
}

static inline void hierarchy_warm_l2(struct hierarchy *m, uint64_t address, unsigned demand)
{
    uint64_t victim = CACHE_NO_VICTIM;
    m->count.l2_accesses += demand;
    m->events |= demand * HIERARCHY_BEYOND_L1;
    enum cache_found found = cache_access(&m->l2, address >> m->l2.line_bits, 0, &victim);
    if (found == CACHE_HIT)
        return;
    if (found == CACHE_FIRST_USE) {
        m->count.l2_prefetches_used++;
    } else {
        m->count.l2_misses += demand;
        m->events |= demand * HIERARCHY_BEYOND_L2;
        hierarchy_warm_beyond_l2(m, address, demand);
        hierarchy_warm_l2_victim(m, victim);
    }
    if (m->l2_prefetch.kind != MACHINE_PREFETCH_NONE)
        hierarchy_warm_prefetch_l2(m, address);
}

/* A line comes into L1D and pushes `victim` out. */
static inline void hierarchy_warm_fill_l1d(struct hierarchy *m, uint64_t line, uint64_t victim,
                                           unsigned demand)
{
    hierarchy_warm_l2(m, line << m->l1d.line_bits, demand);
    if (victim != CACHE_NO_VICTIM && (victim & 1)) {
        uint64_t out = CACHE_NO_VICTIM;
        if (cache_access(&m->l2, victim >> 1 << m->l1d.line_bits >> m->l2.line_bits, 1, &out) ==
            CACHE_FIRST_USE)
            m->count.l2_prefetches_used++;
        hierarchy_warm_l2_victim(m, out);
    }
}

static __attribute__((noinline, unused)) void
hierarchy_warm_prefetch_l1d(struct hierarchy *m, uint64_t address, uint64_t pc)
{
    uint64_t out[PREFETCH_DEGREE];
    unsigned n = prefetch_train(&m->l1d_prefetch, address, pc, out);
    for (unsigned i = 0; i < n; i++) {
        uint64_t at = hierarchy_prefetch_place(m, address >> m->page_bits, out[i]);
        uint64_t line = at >> m->l1d.line_bits, victim;
        if (at == UINT64_MAX || !cache_prefetch(&m->l1d, line, &victim))
            continue;
        m->count.l1d_prefetches++;
        hierarchy_warm_fill_l1d(m, line, victim, 0);
    }
}

/* An access that missed L1D and pushed `victim` out, or is the first to a prefetched line. */
static __attribute__((noinline, unused)) void
hierarchy_warm_beyond_l1d(struct hierarchy *m, uint64_t line, enum cache_found found,
                          uint64_t victim, uint64_t address, uint64_t pc)
{
    if (found == CACHE_MISS) {
        m->count.l1d_misses++;
        hierarchy_warm_fill_l1d(m, line, victim, 1);
    } else {
        m->count.l1d_prefetches_used++;
        m->events |= HIERARCHY_BEYOND_L1;
    }
    if (m->l1d_prefetch.kind != MACHINE_PREFETCH_NONE)
        hierarchy_warm_prefetch_l1d(m, address, pc);
}

static __attribute__((noinline, unused)) void hierarchy_warm_code(struct hierarchy *m,
                                                                  uint64_t line)
{
    m->count.l1i_misses++;
    hierarchy_warm_l2(m, line << m->l1i.line_bits, 1);
}

/* One access to a line of data that is not the most recently used of its set.  Whether it was
 * more than a hit. */
static inline bool hierarchy_warm_behind(struct hierarchy *m, uint64_t line, unsigned dirty,
                                         uint64_t address, uint64_t pc)
{
    uint64_t victim = CACHE_NO_VICTIM;
    enum cache_found found = cache_access(&m->l1d, line, dirty, &victim);
    if (found != CACHE_HIT)
        hierarchy_warm_beyond_l1d(m, line, found, victim, address, pc);
    return found != CACHE_HIT;
}

/* One access to one line of data, which the caller counts. */
static inline __attribute__((always_inline)) void
hierarchy_warm_data(struct hierarchy *m, uint64_t line, unsigned dirty, uint64_t address,
                    uint64_t pc)
{
    if (cache_is_first(&m->l1d, line))
        m->l1d.tag[(line & m->l1d.mask) * m->l1d.stride] |= dirty;
    else
        hierarchy_warm_behind(m, line, dirty, address, pc);
}

#endif
