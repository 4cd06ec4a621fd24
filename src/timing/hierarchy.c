#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "timing/hierarchy.h"

/* The first time at or after `t` at which the stage is free; taken from then on. */
static uint64_t stage_take(struct hierarchy_stage *s, uint64_t t)
{
    uint64_t span = t >> HIERARCHY_SPAN_SHIFT;
    if (s->interval == 0)
        return t;
    for (;; span++) {
        uint64_t begin = span << HIERARCHY_SPAN_SHIFT, end = begin + (1u << HIERARCHY_SPAN_SHIFT);
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
 * tells with mshr_give when it ends. */
static uint64_t mshr_take(struct hierarchy_mshrs *r, uint64_t t, unsigned *which)
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

static void mshr_give(struct hierarchy_mshrs *r, unsigned which, uint64_t until)
{
    r->until[which] = clock_max(r->until[which], until);
}

/* A dirty line goes back to memory; always behind the read that pushed it out. */
static void write_memory(struct hierarchy *m, uint64_t t)
{
    m->count.dram_written++;
    stage_take(&m->dram_stage, t);
}

static void write_slc(struct hierarchy *m, uint64_t line, uint64_t t)
{
    uint64_t victim;
    if (!cache_access(&m->slc, line, 1, &victim) && victim != CACHE_NO_VICTIM && (victim & 1))
        write_memory(m, t);
}

/* `victim` of L2 as cache_access tells it. */
static void retire_l2_victim(struct hierarchy *m, uint64_t victim, uint64_t t)
{
    if (victim == CACHE_NO_VICTIM || (victim & 1) == 0)
        return;
    if (m->has_slc)
        write_slc(m, victim >> 1 << m->l2.line_bits >> m->slc.line_bits, t);
    else
        write_memory(m, t);
}

static uint64_t fetch_beyond_l2(struct hierarchy *m, uint64_t address, uint64_t t)
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
    uint64_t done = stage_take(&m->dram_stage, t) + m->dram_latency;
    if (victim != CACHE_NO_VICTIM && (victim & 1))
        write_memory(m, t);
    return ((done + CLOCK_CYCLE - 1) & ~(uint64_t)(CLOCK_CYCLE - 1)) | CAUSE_DRAM;
}

/* An access to L2 at `t`, for the bytes at `address`. */
static uint64_t fetch_l2(struct hierarchy *m, uint64_t address, uint64_t t)
{
    uint64_t line = address >> m->l2.line_bits, victim = CACHE_NO_VICTIM;
    struct hierarchy_flight *f = &m->l2_flight[line % HIERARCHY_FLIGHTS];
    t = stage_take(&m->l2_stage, t);
    m->count.l2_accesses++;
    if (cache_access(&m->l2, line, 0, &victim)) {
        uint64_t done = (t + m->l2_latency) | CAUSE_L2;
        return f->line == line ? clock_max(done, f->until) : done;
    }
    m->count.l2_misses++;
    unsigned which;
    t = mshr_take(&m->l2_mshrs, t, &which);
    uint64_t done = fetch_beyond_l2(m, address, t);
    mshr_give(&m->l2_mshrs, which, done & ~(uint64_t)CLOCK_CAUSE);
    retire_l2_victim(m, victim, t);
    *f = (struct hierarchy_flight){line, done};
    return done;
}

uint64_t hierarchy_miss(struct hierarchy *m, uint64_t line, uint64_t t, uint64_t victim)
{
    m->count.l1d_misses++;
    unsigned which;
    t &= ~(uint64_t)CLOCK_CAUSE;
    t = mshr_take(&m->l1_mshrs, t, &which);
    uint64_t done = fetch_l2(m, line << m->l1d.line_bits, t);
    mshr_give(&m->l1_mshrs, which, done & ~(uint64_t)CLOCK_CAUSE);
    if (victim != CACHE_NO_VICTIM && (victim & 1)) {
        uint64_t out = CACHE_NO_VICTIM;
        cache_access(&m->l2, victim >> 1 << m->l1d.line_bits >> m->l2.line_bits, 1, &out);
        retire_l2_victim(m, out, t);
    }
    m->l1_flight[line % HIERARCHY_FLIGHTS] = (struct hierarchy_flight){line, done};
    m->horizon = clock_max(m->horizon, done);
    return done;
}

uint64_t hierarchy_miss_code(struct hierarchy *m, uint64_t line, uint64_t t)
{
    m->count.l1i_misses++;
    return fetch_l2(m, line << m->l1i.line_bits, t);
}

uint64_t hierarchy_translate(struct hierarchy *m, uint64_t page, uint64_t t)
{
    uint64_t victim;
    if (cache_access(&m->dtlb, page, 0, &victim))
        return t;
    m->count.dtlb_misses++;
    uint64_t latency = m->tlb2_latency;
    if (!m->has_tlb2 || !cache_access(&m->tlb2, page, 0, &victim)) {
        m->count.walks++;
        latency = m->walk_latency;
    }
    return latency == 0 ? t : (t + latency) | CAUSE_TLB;
}

/* A permutation of 28-bit page numbers: multiplications by odd numbers and shifts to the
 * right can both be undone. */
uint64_t hierarchy_move(const struct hierarchy *m, uint64_t address)
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

static int init_level(struct cache *c, const struct machine *machine, enum machine_scalar size,
                      enum machine_scalar ways, enum machine_scalar line)
{
    uint64_t bytes = machine_count(machine, line);
    return cache_init(c, machine_count(machine, size) / bytes,
                      (unsigned)machine_count(machine, ways), (unsigned)__builtin_ctzll(bytes));
}

static int init_caches(struct hierarchy *m, const struct machine *machine)
{
    int rc = init_level(&m->l1d, machine, MACHINE_l1d_size, MACHINE_l1d_ways, MACHINE_l1d_line);
    if (rc == 0)
        rc = init_level(&m->l1i, machine, MACHINE_l1i_size, MACHINE_l1i_ways, MACHINE_l1i_line);
    if (rc == 0)
        rc = init_level(&m->l2, machine, MACHINE_l2_size, MACHINE_l2_ways, MACHINE_l2_line);
    m->has_slc = machine_count(machine, MACHINE_slc_size) != 0;
    if (rc == 0 && m->has_slc)
        rc = init_level(&m->slc, machine, MACHINE_slc_size, MACHINE_slc_ways, MACHINE_slc_line);
    if (rc == 0)
        rc = cache_init(&m->dtlb, machine_count(machine, MACHINE_dtlb_entries),
                        (unsigned)machine_count(machine, MACHINE_dtlb_ways), 0);
    m->has_tlb2 = machine_count(machine, MACHINE_tlb2_entries) != 0;
    if (rc == 0 && m->has_tlb2)
        rc = cache_init(&m->tlb2, machine_count(machine, MACHINE_tlb2_entries),
                        (unsigned)machine_count(machine, MACHINE_tlb2_ways), 0);
    return rc;
}

int hierarchy_init(struct hierarchy *m, const struct machine *machine, uint64_t layout_seed)
{
    memset(m, 0, sizeof *m);
    int rc = init_caches(m, machine);
    if (rc != 0)
        return rc;
    double clock = machine->value[MACHINE_clock];
    unsigned last_line = 1u << (m->has_slc ? m->slc.line_bits : m->l2.line_bits);
    m->l1d_latency = machine_count(machine, MACHINE_l1d_latency) << CLOCK_SHIFT;
    m->l2_latency = machine_count(machine, MACHINE_l2_latency) << CLOCK_SHIFT;
    m->slc_latency = machine_count(machine, MACHINE_slc_latency) << CLOCK_SHIFT;
    m->dram_latency =
        (uint64_t)llround(machine->value[MACHINE_dram_latency] * clock) << CLOCK_SHIFT;
    m->tlb2_latency = machine_count(machine, MACHINE_tlb2_latency) << CLOCK_SHIFT;
    m->walk_latency = machine_count(machine, MACHINE_walk_latency) << CLOCK_SHIFT;
    m->l2_stage.interval = machine_count(machine, MACHINE_l2_interval) << CLOCK_SHIFT;
    /* In 256ths of a cycle, but a multiple of 16: the low bits of a time are its cause. */
    double transfer = last_line * clock / machine->value[MACHINE_dram_bandwidth];
    m->dram_stage.interval = (uint64_t)llround(transfer * (CLOCK_CYCLE / 16)) * 16;
    m->l1_mshrs.n = (unsigned)machine_count(machine, MACHINE_l1d_mshrs);
    m->l2_mshrs.n = (unsigned)machine_count(machine, MACHINE_l2_mshrs);
    m->page_bits = (unsigned)__builtin_ctzll(machine_count(machine, MACHINE_page));
    m->moved = layout_seed != 0;
    m->seed = layout_seed * 0x9e3779b97f4a7c15u >> 20;
    return 0;
}

void hierarchy_release(struct hierarchy *m)
{
    cache_release(&m->l1d);
    cache_release(&m->l1i);
    cache_release(&m->l2);
    cache_release(&m->slc);
    cache_release(&m->dtlb);
    cache_release(&m->tlb2);
}
