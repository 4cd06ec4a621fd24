/* What an access does to caches and memory, and when it is done.  Static functions: the
 * detailed model's path, which is compiled for several kinds of host, takes them in. */
#ifndef TIMING_HIERARCHY_ACCESS_H
#define TIMING_HIERARCHY_ACCESS_H

#include "timing/hierarchy.h"

/* The first time at or after `t` at which the stage is free; taken from then on. */
static inline uint64_t hierarchy_stage_take(struct hierarchy_stage *s, uint64_t t)
{
    uint64_t span = t >> HIERARCHY_SPAN_SHIFT;
    if (s->interval == 0)
        return t;
    for (;; span++) {
        uint64_t begin = span << HIERARCHY_SPAN_SHIFT,
                 end = begin + (1u << HIERARCHY_SPAN_SHIFT);
        uint64_t *free = &s->slot[span % HIERARCHY_SPANS].free;
        uint64_t *which = &s->slot[span % HIERARCHY_SPANS].span;
        if (*which != span) {
            *which = span;
            *free = begin;
        }
        t = clock_max(t, *free);
        if (t < end) {
            *free = t + s->interval;
            return t;
        }
    }
}

/* Takes a register for a miss that is ready at `t`; returns when it can begin.  The caller
 * tells with hierarchy_mshr_give when it ends. */
static inline uint64_t hierarchy_mshr_take(struct hierarchy_mshrs *r, uint64_t t,
                                           unsigned *which)
{
    for (unsigned i = 0; i < r->n; i++) {
        unsigned at = r->next;
        r->next = r->next + 1 == r->n ? 0 : r->next + 1;
        if (r->until[at] <= t) {
            *which = at;
            r->from[at] = t;
            return t;
        }
    }
    /* All are taken at some time behind `t`.  One whose time begins later is idle now. */
    unsigned first = 0, last = 0;
    for (unsigned i = 1; i < r->n; i++) {
        if (r->until[i] < r->until[first])
            first = i;
        if (r->from[i] > r->from[last])
            last = i;
    }
    if (r->from[last] > t) {
        *which = last;
        r->from[last] = t;
        return t;
    }
    *which = first; /* goes on without a break: `from` stays */
    return r->until[first];
}

static inline void hierarchy_mshr_give(struct hierarchy_mshrs *r, unsigned which,
                                       uint64_t until)
{
    r->until[which] = clock_max(r->until[which], until);
}

/* A dirty line goes back to memory; always behind the read that pushed it out. */
static inline void hierarchy_write_memory(struct hierarchy *m, uint64_t t)
{
    m->count.dram_written++;
    hierarchy_stage_take(&m->dram_stage, t);
}

static inline void hierarchy_write_slc(struct hierarchy *m, uint64_t line, uint64_t t)
{
    uint64_t victim;
    if (!cache_access(&m->slc, line, 1, &victim) && victim != CACHE_NO_VICTIM && (victim & 1))
        hierarchy_write_memory(m, t);
}

/* `victim` of L2 as cache_access tells it. */
static inline void hierarchy_retire_l2_victim(struct hierarchy *m, uint64_t victim, uint64_t t)
{
    if (victim == CACHE_NO_VICTIM || (victim & 1) == 0)
        return;
    if (m->has_slc)
        hierarchy_write_slc(m, victim >> 1 << m->l2.line_bits >> m->slc.line_bits, t);
    else
        hierarchy_write_memory(m, t);
}

static inline uint64_t hierarchy_fetch_beyond_l2(struct hierarchy *m, uint64_t address,
                                                 uint64_t t)
{
    uint64_t victim = CACHE_NO_VICTIM;
    if (m->has_slc) {
        m->count.slc_accesses++;
        bool hit = cache_access(&m->slc, address >> m->slc.line_bits, 0, &victim);
        if (hit)
            return (t + m->slc_latency) | CAUSE_SLC;
        m->count.slc_misses++;
    }
    m->count.dram_read++;
    m->events |= HIERARCHY_FROM_MEMORY;
    uint64_t done = hierarchy_stage_take(&m->dram_stage, t) + m->dram_latency;
    if (victim != CACHE_NO_VICTIM && (victim & 1))
        hierarchy_write_memory(m, t);
    return ((done + CLOCK_CYCLE - 1) & ~(uint64_t)(CLOCK_CYCLE - 1)) | CAUSE_DRAM;
}

/* An access to L2 at `t`, for the bytes at `address`. */
static inline uint64_t hierarchy_fetch_l2(struct hierarchy *m, uint64_t address, uint64_t t)
{
    uint64_t line = address >> m->l2.line_bits, victim = CACHE_NO_VICTIM;
    struct hierarchy_flight *f = &m->l2_flight[line % HIERARCHY_FLIGHTS];
    t = hierarchy_stage_take(&m->l2_stage, t);
    m->events |= HIERARCHY_BEYOND_L1;
    m->count.l2_accesses++;
    if (cache_access(&m->l2, line, 0, &victim)) {
        uint64_t done = (t + m->l2_latency) | CAUSE_L2;
        return f->line == line ? clock_max(done, f->until) : done;
    }
    m->count.l2_misses++;
    m->events |= HIERARCHY_BEYOND_L2;
    unsigned which;
    t = hierarchy_mshr_take(&m->l2_mshrs, t, &which);
    uint64_t done = hierarchy_fetch_beyond_l2(m, address, t);
    hierarchy_mshr_give(&m->l2_mshrs, which, done & ~(uint64_t)CLOCK_CAUSE);
    hierarchy_retire_l2_victim(m, victim, t);
    *f = (struct hierarchy_flight){line, done};
    return done;
}

/* Brings in a line that missed L1D at time `t` and pushed `victim` out; returns when the data
 * can be used, with the cause. */
static __attribute__((noinline, unused)) uint64_t
hierarchy_miss(struct hierarchy *m, uint64_t line, uint64_t t, uint64_t victim)
{
    m->count.l1d_misses++;
    unsigned which;
    t &= ~(uint64_t)CLOCK_CAUSE;
    t = hierarchy_mshr_take(&m->l1_mshrs, t, &which);
    uint64_t done = hierarchy_fetch_l2(m, line << m->l1d.line_bits, t);
    hierarchy_mshr_give(&m->l1_mshrs, which, done & ~(uint64_t)CLOCK_CAUSE);
    if (victim != CACHE_NO_VICTIM && (victim & 1)) {
        uint64_t out = CACHE_NO_VICTIM;
        cache_access(&m->l2, victim >> 1 << m->l1d.line_bits >> m->l2.line_bits, 1, &out);
        hierarchy_retire_l2_victim(m, out, t);
    }
    m->l1_flight[line % HIERARCHY_FLIGHTS] = (struct hierarchy_flight){line, done};
    m->horizon = clock_max(m->horizon, done);
    return done;
}

/* The same for L1I. */
static __attribute__((noinline, unused)) uint64_t
hierarchy_miss_code(struct hierarchy *m, uint64_t line, uint64_t t)
{
    m->count.l1i_misses++;
    return hierarchy_fetch_l2(m, line << m->l1i.line_bits, t);
}

/* When an access at time `t` to a page that is not the most recently used of its set in the
 * first-level translation buffer has its address. */
static __attribute__((noinline, unused)) uint64_t
hierarchy_translate(struct hierarchy *m, uint64_t page, uint64_t t)
{
    uint64_t victim;
    if (cache_access(&m->dtlb, page, 0, &victim))
        return t;
    m->count.dtlb_misses++;
    m->events |= HIERARCHY_TRANSLATED;
    uint64_t latency = m->tlb2_latency;
    if (!m->has_tlb2 || !cache_access(&m->tlb2, page, 0, &victim)) {
        m->count.walks++;
        latency = m->walk_latency;
    }
    return latency == 0 ? t : (t + latency) | CAUSE_TLB;
}

/* One access to one line of data at time `t`.  Returns when the data can be used: with the
 * cause of `t` when L1D had it, else with that of the level that did. */
static inline __attribute__((always_inline)) uint64_t
hierarchy_data(struct hierarchy *m, uint64_t line, unsigned dirty,
                                      uint64_t t)
{
    uint64_t victim;
    m->count.l1d_accesses++;
    if (dirty || !cache_is_first(&m->l1d, line))
        if (!cache_access(&m->l1d, line, dirty, &victim))
            return hierarchy_miss(m, line, t, victim);
    uint64_t done = t + m->l1d_latency;
    if (m->horizon > done) {
        const struct hierarchy_flight *f = &m->l1_flight[line % HIERARCHY_FLIGHTS];
        if (f->line == line && f->until > done)
            return f->until;
    }
    return done;
}

#endif
