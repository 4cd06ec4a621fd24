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

/* `demand` is 1 when the program asks, 0 when a prefetcher does. */
static inline uint64_t hierarchy_fetch_beyond_l2(struct hierarchy *m, uint64_t address,
                                                 uint64_t t, unsigned demand)
{
    uint64_t victim = CACHE_NO_VICTIM;
    if (m->has_slc) {
        m->count.slc_accesses += demand;
        if (cache_access(&m->slc, address >> m->slc.line_bits, 0, &victim))
            return (t + m->slc_latency) | CAUSE_SLC;
        m->count.slc_misses += demand;
    }
    m->count.dram_read++;
    m->events |= demand ? HIERARCHY_FROM_MEMORY : HIERARCHY_PREFETCHED;
    uint64_t done = hierarchy_stage_take(&m->dram_stage, t) + m->dram_latency;
    if (victim != CACHE_NO_VICTIM && (victim & 1))
        hierarchy_write_memory(m, t);
    return ((done + CLOCK_CYCLE - 1) & ~(uint64_t)(CLOCK_CYCLE - 1)) | CAUSE_DRAM;
}

/* Brings a line into L2 that pushed `victim` out, asked for at `t`. */
static inline uint64_t hierarchy_fill_l2(struct hierarchy *m, uint64_t address, uint64_t t,
                                         uint64_t victim, unsigned demand)
{
    uint64_t line = address >> m->l2.line_bits;
    unsigned which;
    t = hierarchy_mshr_take(&m->l2_mshrs, t, &which);
    uint64_t done = hierarchy_fetch_beyond_l2(m, address, t, demand);
    hierarchy_mshr_give(&m->l2_mshrs, which, done & ~(uint64_t)CLOCK_CAUSE);
    hierarchy_retire_l2_victim(m, victim, t);
    m->l2_flight[line % HIERARCHY_FLIGHTS] = (struct hierarchy_flight){line, done};
    return done;
}

/* L2's prefetcher is told of an access at `t`. */
static __attribute__((noinline, unused)) void
hierarchy_prefetch_l2(struct hierarchy *m, uint64_t address, uint64_t t)
{
    uint64_t out[PREFETCH_DEGREE];
    unsigned n = prefetch_train(&m->l2_prefetch, address, 0, out);
    for (unsigned i = 0; i < n; i++) {
        uint64_t victim;
        if (!cache_prefetch(&m->l2, out[i] >> m->l2.line_bits, &victim))
            continue;
        m->count.l2_prefetches++;
        hierarchy_fill_l2(m, out[i], t, victim, 0);
    }
}

/* An access to L2 at `t`, for the bytes at `address`. */
static inline uint64_t hierarchy_fetch_l2(struct hierarchy *m, uint64_t address, uint64_t t,
                                          unsigned demand)
{
    uint64_t line = address >> m->l2.line_bits, victim = CACHE_NO_VICTIM, done;
    t = hierarchy_stage_take(&m->l2_stage, t);
    m->events |= demand * HIERARCHY_BEYOND_L1;
    m->count.l2_accesses += demand;
    enum cache_found found = cache_access(&m->l2, line, 0, &victim);
    if (found != CACHE_MISS) {
        const struct hierarchy_flight *f = &m->l2_flight[line % HIERARCHY_FLIGHTS];
        done = (t + m->l2_latency) | CAUSE_L2;
        if (f->line == line)
            done = clock_max(done, f->until);
        if (found == CACHE_HIT)
            return done;
        m->count.l2_prefetches_used++;
    } else {
        m->count.l2_misses += demand;
        m->events |= demand * HIERARCHY_BEYOND_L2;
        done = hierarchy_fill_l2(m, address, t, victim, demand);
    }
    if (m->l2_prefetch.kind != MACHINE_PREFETCH_NONE)
        hierarchy_prefetch_l2(m, address, t);
    return done;
}

/* Brings a line into L1D that pushed `victim` out, asked for at time `t`; returns when the
 * data can be used, with the cause. */
static inline uint64_t hierarchy_fill_l1d(struct hierarchy *m, uint64_t line, uint64_t t,
                                          uint64_t victim, unsigned demand)
{
    unsigned which;
    t = hierarchy_mshr_take(&m->l1_mshrs, t, &which);
    uint64_t done = hierarchy_fetch_l2(m, line << m->l1d.line_bits, t, demand);
    hierarchy_mshr_give(&m->l1_mshrs, which, done & ~(uint64_t)CLOCK_CAUSE);
    if (victim != CACHE_NO_VICTIM && (victim & 1)) {
        uint64_t out = CACHE_NO_VICTIM;
        if (cache_access(&m->l2, victim >> 1 << m->l1d.line_bits >> m->l2.line_bits, 1, &out) ==
            CACHE_FIRST_USE)
            m->count.l2_prefetches_used++;
        hierarchy_retire_l2_victim(m, out, t);
    }
    m->l1_flight[line % HIERARCHY_FLIGHTS] = (struct hierarchy_flight){line, done};
    m->horizon = clock_max(m->horizon, done);
    return done;
}

/* L1D's prefetcher is told of an access at `t` by the instruction at `pc`. */
static __attribute__((noinline, unused)) void
hierarchy_prefetch_l1d(struct hierarchy *m, uint64_t address, uint64_t pc, uint64_t t)
{
    uint64_t out[PREFETCH_DEGREE];
    unsigned n = prefetch_train(&m->l1d_prefetch, address, pc, out);
    for (unsigned i = 0; i < n; i++) {
        uint64_t at = hierarchy_prefetch_place(m, address >> m->page_bits, out[i]);
        uint64_t line = at >> m->l1d.line_bits, victim;
        if (at == UINT64_MAX || !cache_prefetch(&m->l1d, line, &victim))
            continue;
        m->count.l1d_prefetches++;
        hierarchy_fill_l1d(m, line, t, victim, 0);
    }
}

/* An access at time `t` that missed L1D and pushed `victim` out, or is the first to a
 * prefetched line. */
static __attribute__((noinline, unused)) uint64_t
hierarchy_beyond_l1d(struct hierarchy *m, uint64_t line, uint64_t t, enum cache_found found,
                     uint64_t victim, uint64_t address, uint64_t pc)
{
    uint64_t done, at = t & ~(uint64_t)CLOCK_CAUSE;
    if (found == CACHE_MISS) {
        m->count.l1d_misses++;
        done = hierarchy_fill_l1d(m, line, at, victim, 1);
    } else {
        const struct hierarchy_flight *f = &m->l1_flight[line % HIERARCHY_FLIGHTS];
        m->count.l1d_prefetches_used++;
        m->events |= HIERARCHY_BEYOND_L1;
        done = t + m->l1d_latency;
        if (f->line == line && f->until > done)
            done = f->until;
    }
    if (m->l1d_prefetch.kind != MACHINE_PREFETCH_NONE)
        hierarchy_prefetch_l1d(m, address, pc, at);
    return done;
}

/* A line of code that missed L1I. */
static __attribute__((noinline, unused)) uint64_t hierarchy_miss_code(struct hierarchy *m,
                                                                      uint64_t line, uint64_t t)
{
    m->count.l1i_misses++;
    return hierarchy_fetch_l2(m, line << m->l1i.line_bits, t, 1);
}

/* When an access at time `t` to a page that is not the most recently used of its set in the
 * first-level translation buffer has its address. */
static __attribute__((noinline, unused)) uint64_t hierarchy_translate(struct hierarchy *m,
                                                                      uint64_t page, uint64_t t)
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

/* One access to one line of data at time `t`, by the instruction at `pc` to `address`, of which
 * `line` is the physical line.  Returns when the data can be used: with the cause of `t` when
 * L1D had it, else with that of the level that did.  The caller counts the access. */
static inline __attribute__((always_inline)) uint64_t
hierarchy_data(struct hierarchy *m, uint64_t line, unsigned dirty, uint64_t t, uint64_t address,
               uint64_t pc)
{
    if (dirty || !cache_is_first(&m->l1d, line)) {
        uint64_t victim = CACHE_NO_VICTIM;
        enum cache_found found = cache_access(&m->l1d, line, dirty, &victim);
        if (found != CACHE_HIT)
            return hierarchy_beyond_l1d(m, line, t, found, victim, address, pc);
    }
    uint64_t done = t + m->l1d_latency;
    if (m->horizon > done) {
        const struct hierarchy_flight *f = &m->l1_flight[line % HIERARCHY_FLIGHTS];
        if (f->line == line && f->until > done)
            return f->until;
    }
    return done;
}

#endif
