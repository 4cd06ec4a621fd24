#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "timing/hierarchy.h"

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
    if (rc == 0)
        rc = prefetch_init(&m->l1d_prefetch, machine, false);
    if (rc == 0)
        rc = prefetch_init(&m->l2_prefetch, machine, true);
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
    prefetch_release(&m->l1d_prefetch);
    prefetch_release(&m->l2_prefetch);
}
