/* The functional path: caches and translation see the retired stream, and no time passes.
 * Compiled like detailed_run.c; DETAILED_WARM is the function that it exports. */
#include "config.h"

#include "timing/detailed_path.h"
#include "timing/edges.h"
#include "timing/hierarchy_warm.h"

/* What is compiled apart. */
struct variant {
    bool predict, edges;
};

/* Beyond the plain case: permuted pages, two lines, reading and writing at once. */
static __attribute__((noinline)) void touch_any(struct detailed *k, uint64_t address,
                                                unsigned access, uint64_t pc)
{
    struct hierarchy *m = &k->memory;
    uint64_t last = (address + (access & DETAILED_ACCESS_BYTES)) >> k->l1d_bits;
    for (unsigned dirty = 0; dirty < 2; dirty++) {
        if ((access & (dirty ? DETAILED_ACCESS_STORE : DETAILED_ACCESS_LOAD)) == 0)
            continue;
        uint64_t at = m->moved ? hierarchy_move(m, address) : address;
        hierarchy_warm_data(m, at >> k->l1d_bits, dirty, address, pc);
        for (uint64_t line = address >> k->l1d_bits; line != last;) {
            uint64_t next = ++line << k->l1d_bits;
            at = m->moved ? hierarchy_move(m, next) : next;
            hierarchy_warm_data(m, at >> k->l1d_bits, dirty, next, pc);
        }
    }
}

static __attribute__((noinline)) void translate(struct hierarchy *m, uint64_t page)
{
    uint64_t victim;
    if (cache_access(&m->dtlb, page, 0, &victim))
        return;
    m->count.dtlb_misses++;
    m->events |= HIERARCHY_TRANSLATED;
    if (!m->has_tlb2 || !cache_access(&m->tlb2, page, 0, &victim))
        m->count.walks++;
}

ALWAYS_INLINE void touch(struct detailed *k, uint64_t address, const uint8_t *at)
{
    unsigned access = *at;
    struct hierarchy *m = &k->memory;
    uint64_t page = address >> m->page_bits, line = address >> k->l1d_bits;
    if (UNLIKELY(!cache_is_first(&m->dtlb, page)))
        translate(m, page);
    bool both = (access & (DETAILED_ACCESS_LOAD | DETAILED_ACCESS_STORE)) ==
                (DETAILED_ACCESS_LOAD | DETAILED_ACCESS_STORE);
    bool split = (address + (access & DETAILED_ACCESS_BYTES)) >> k->l1d_bits != line;
    if (UNLIKELY(m->moved || split || both))
        touch_any(k, address, access, k->access_pc[at - k->access]);
    else
        hierarchy_warm_data(m, line, access / DETAILED_ACCESS_STORE, address,
                            k->access_pc[at - k->access]);
}

static __attribute__((noinline)) void touch_code(struct detailed *k, uint64_t first,
                                                 uint64_t last)
{
    struct hierarchy *m = &k->memory;
    uint64_t victim;
    for (uint64_t line = first; line <= last; line++) {
        uint64_t at = line;
        if (m->moved)
            at = hierarchy_move(m, line << k->l1i_bits) >> k->l1i_bits;
        if (!cache_is_first(&m->l1i, at) && !cache_access(&m->l1i, at, 0, &victim))
            hierarchy_warm_code(m, at);
    }
    k->code_first = last > first ? last - 1 : last;
    k->code_last = last;
}

ALWAYS_INLINE void count_edge(struct detailed *k, struct edges *edges,
                              const struct record_step *step, const struct detailed_block *block)
{
    unsigned events = k->memory.events;
    uint32_t edge = edges_step(edges, step->block, step->taken != 0, block->backward,
                               block->n_insn, events);
    if (UNLIKELY(events != 0))
        k->memory.events = 0;
    edges->count[edge]++;
}

ALWAYS_INLINE void warm(struct detailed *k, const struct record_program *program,
                        const struct record_batch *batch, struct edges *edges,
                        const struct variant v)
{
    const uint64_t *address = batch->address;
    uint64_t counts = 0, branches = 0, taken = 0;
    uint64_t mask = ((uint64_t)1 << DETAILED_COUNT_BITS) - 1;
    struct detailed_block cut;
    const uint8_t *fate = k->fate;
    for (const struct record_step *step = batch->step, *last = step + batch->n_steps;
         step < last; step++, fate++) {
        const struct detailed_block *block = &k->block[step->block];
        const uint8_t *access = k->access + block->first_access;
        if (UNLIKELY(step->count != block->n_insn)) {
            if (step->count == 0)
                continue;
            cut_block(&cut, k, program, step);
            block = &cut;
        }
        if (UNLIKELY(block->first_line < k->code_first || block->last_line > k->code_last))
            touch_code(k, block->first_line, block->last_line);
        counts += block->counts;
        for (const uint8_t *end = access + block->n_access; access < end; access++)
            touch(k, *address++, access);
        if (v.edges)
            count_edge(k, edges, step, block);
        if (UNLIKELY(block->branch == DETAILED_NO_BRANCH))
            continue;
        branches++;
        taken += step->taken;
        if (v.predict && UNLIKELY(*fate & DETAILED_MISPREDICTED))
            k->memory.events |= HIERARCHY_MISPREDICTED;
    }
    k->address_at = address;
    k->branches += branches;
    k->taken += taken;
    k->loads += counts & mask;
    k->stores += counts >> DETAILED_COUNT_BITS & mask;
    k->fp_simd += counts >> 2 * DETAILED_COUNT_BITS;
}

#define VARIANT(name, predictor, count)                                                         \
    static __attribute__((noinline)) void name(struct detailed *k,                             \
                                               const struct record_program *program,           \
                                               const struct record_batch *batch,               \
                                               struct edges *e)                                \
    {                                                                                          \
        warm(k, program, batch, e, (struct variant){predictor, count});                        \
    }
VARIANT(warm_caches, false, false)
VARIANT(warm_all, true, false)
VARIANT(warm_edges, true, true)
VARIANT(warm_caches_edges, false, true)
#undef VARIANT

void DETAILED_WARM(struct detailed *k, const struct record_program *program,
                   const struct record_batch *batch, bool predictor, struct edges *edges)
{
    if (edges != NULL && !predictor)
        warm_caches_edges(k, program, batch, edges);
    else if (edges != NULL)
        warm_edges(k, program, batch, edges);
    else if (predictor)
        warm_all(k, program, batch, NULL);
    else
        warm_caches(k, program, batch, NULL);
}
