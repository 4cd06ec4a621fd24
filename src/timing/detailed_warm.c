/* The functional path: caches and translation see the retired stream, and no time passes.
 * Compiled like detailed_run.c; DETAILED_WARM is the function that it exports. */
#include "config.h"

#include "timing/detailed_path.h"
#include "timing/edges.h"
#include "timing/hierarchy_warm.h"

/* What is compiled apart. */
struct variant {
    bool edges, moved;
};

/* What shows that an access changes nothing but a dirty mark: its page and its line are the
 * most recently used of their sets.  Copied from the hierarchy, for what is written in between
 * could be any of this as far as a compiler knows. */
struct sight {
    const uint64_t *page, *line; /* the most recently used of each set */
    uint64_t page_mask, line_mask;
    unsigned page_bits, line_bits;
    uint32_t *tag;
    unsigned stride;
};

static struct sight sight_of(const struct hierarchy *m)
{
    return (struct sight){.page = m->dtlb.first,
                          .line = m->l1d.first,
                          .page_mask = m->dtlb.mask,
                          .line_mask = m->l1d.mask,
                          .page_bits = m->page_bits,
                          .line_bits = m->l1d.line_bits,
                          .tag = m->l1d.tag,
                          .stride = m->l1d.stride};
}

/* Two lines, or reading and writing at once; counts what is more than one access. */
static __attribute__((noinline)) void touch_any(struct detailed *k, uint64_t address,
                                                unsigned access, uint64_t pc)
{
    struct hierarchy *m = &k->memory;
    uint64_t last = (address + (access & DETAILED_ACCESS_BYTES)) >> k->l1d_bits;
    m->count.l1d_accesses--;
    for (unsigned dirty = 0; dirty < 2; dirty++) {
        if ((access & (dirty ? DETAILED_ACCESS_STORE : DETAILED_ACCESS_LOAD)) == 0)
            continue;
        uint64_t at = m->moved ? hierarchy_move(m, address) : address;
        m->count.l1d_accesses++;
        hierarchy_warm_data(m, at >> k->l1d_bits, dirty, address, pc);
        for (uint64_t line = address >> k->l1d_bits; line != last;) {
            uint64_t next = ++line << k->l1d_bits;
            at = m->moved ? hierarchy_move(m, next) : next;
            m->count.l1d_accesses++;
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

/* Any access. */
static __attribute__((noinline)) void touch(struct detailed *k, uint64_t address,
                                            const uint8_t *at)
{
    unsigned access = *at;
    struct hierarchy *m = &k->memory;
    uint64_t page = address >> m->page_bits, line = address >> k->l1d_bits;
    uint64_t pc = k->access_pc[at - k->access];
    if (UNLIKELY(!cache_is_first(&m->dtlb, page)))
        translate(m, page);
    bool both = (access & (DETAILED_ACCESS_LOAD | DETAILED_ACCESS_STORE)) ==
                (DETAILED_ACCESS_LOAD | DETAILED_ACCESS_STORE);
    bool split = (address + (access & DETAILED_ACCESS_BYTES)) >> k->l1d_bits != line;
    if (UNLIKELY(split || both)) {
        touch_any(k, address, access, pc);
        return;
    }
    if (UNLIKELY(m->moved))
        line = hierarchy_move(m, address) >> k->l1d_bits;
    hierarchy_warm_data(m, line, access / DETAILED_ACCESS_STORE, address, pc);
}

/* An access to one line that is not the most recently used of its set, but whose page is. */
static __attribute__((noinline)) bool touch_line(struct detailed *k, uint64_t address,
                                                 uint64_t line, const uint8_t *at)
{
    return hierarchy_warm_behind(&k->memory, line, *at >= DETAILED_ACCESS_STORE, address,
                                 k->access_pc[at - k->access]);
}

/* The accesses of a step; whether something may have happened that is told by outcomes. */
ALWAYS_INLINE bool touch_all(struct detailed *k, const struct sight *s, const uint64_t *address,
                             const uint8_t *access, unsigned n, const bool moved)
{
    bool odd = false;
    for (unsigned i = 0; i < n; i++) {
        uint64_t a = address[i], at = moved ? hierarchy_move(&k->memory, a) : a;
        uint64_t page = a >> s->page_bits, line = at >> s->line_bits;
        uint64_t set = line & s->line_mask;
        uint64_t split = (a ^ (a + (access[i] & DETAILED_ACCESS_BYTES))) >> s->line_bits;
        split |= s->page[page & s->page_mask] ^ page;
        if (UNLIKELY(split != 0 ||
                     access[i] >= (DETAILED_ACCESS_STORE | DETAILED_ACCESS_LOAD))) {
            touch(k, a, &access[i]);
            odd = true;
        } else if (UNLIKELY(s->line[set] != line)) {
            odd |= touch_line(k, a, line, &access[i]);
        } else if (access[i] >= DETAILED_ACCESS_STORE) {
            s->tag[set * s->stride] |= CACHE_DIRTY;
        }
    }
    return odd;
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

/* What the steps count. */
static __attribute__((noinline)) void count_steps(struct detailed *k,
                                                  const struct record_program *program,
                                                  const struct record_batch *batch)
{
    uint64_t counts = 0, mask = ((uint64_t)1 << DETAILED_COUNT_BITS) - 1;
    size_t branches = 0, taken = 0;
    const struct record_step *last = batch->step + batch->n_steps;
    for (const struct record_step *step = batch->step; step < last; step++) {
        const struct detailed_block *block = &k->block[step->block];
        if (UNLIKELY(step->count != block->n_insn)) {
            counts += detailed_count(&program->insn[program->block[step->block].first_insn],
                                     step->count);
            continue;
        }
        bool branch = block->branch != DETAILED_NO_BRANCH;
        counts += block->counts;
        branches += branch;
        taken += branch & step->taken;
    }
    k->branches += branches;
    k->taken += taken;
    k->loads += counts & mask;
    k->stores += counts >> DETAILED_COUNT_BITS & mask;
    k->fp_simd += counts >> 2 * DETAILED_COUNT_BITS;
}

/* The steps' accesses.  Where something happened in one, its outcome is put down. */
ALWAYS_INLINE void access_all(struct detailed *k, const struct record_program *program,
                              const struct record_batch *batch, struct edges *edges,
                              const struct variant v)
{
    const uint64_t *address = batch->address;
    const struct sight sight = sight_of(&k->memory);
    const uint8_t *access = NULL;
    struct detailed_block cut;
    const struct detailed_block *block = NULL;
    uint32_t number = UINT32_MAX; /* of the block before, where its code is at hand */
    bool odd = k->memory.events != 0;
    for (size_t i = 0; i < batch->n_steps; i++) {
        const struct record_step *step = &batch->step[i];
        if (step->block != number || UNLIKELY(step->count != block->n_insn)) {
            if (step->count == 0)
                continue;
            block = &k->block[step->block];
            access = k->access + block->first_access;
            if (UNLIKELY(step->count != block->n_insn)) {
                cut_block(&cut, k, program, step);
                block = &cut;
            }
            if (UNLIKELY(block->first_line < k->code_first ||
                         block->last_line > k->code_last)) {
                touch_code(k, block->first_line, block->last_line);
                odd = true;
            }
            bool at_hand = block != &cut && block->first_line >= k->code_first;
            number = at_hand ? step->block : UINT32_MAX;
        }
        odd |= touch_all(k, &sight, address, access, block->n_access, v.moved);
        address += block->n_access;
        if (v.edges && UNLIKELY(odd)) {
            k->outcome[i] = (uint8_t)edges_outcome(edges, k->memory.events);
            k->memory.events = 0;
            odd = false;
        }
    }
    k->memory.count.l1d_accesses += (uint64_t)(address - batch->address);
    k->address_at = address;
}

/* How many steps follow that are the same in all as the one before them, of which neither
 * block nor context changes any more. */
ALWAYS_INLINE size_t count_same(const struct record_step *step, const uint8_t *outcome,
                                const uint8_t *fate, size_t n)
{
    size_t same = 0;
    while (same < n && memcmp(&step[same], step - 1, sizeof *step) == 0 &&
           outcome[same] == outcome[-1] &&
           (fate[(ptrdiff_t)same - 1] & DETAILED_MISPREDICTED) == 0)
        same++;
    return same;
}

/* Counts the steps in their kinds.  A branch that is mispredicted is told with the next. */
static __attribute__((noinline)) void count_edges(struct detailed *k,
                                                  const struct record_batch *batch,
                                                  struct edges *e)
{
    unsigned mispredicted = e->events & HIERARCHY_MISPREDICTED, pending = 0;
    for (size_t i = 0; i < batch->n_steps; i++) {
        const struct record_step *step = &batch->step[i];
        const struct detailed_block *block = &k->block[step->block];
        if (UNLIKELY(step->count == 0))
            continue;
        bool backward = block->backward, taken = step->taken != 0;
        uint32_t slot = e->slot, context = e->context;
        unsigned outcome = k->outcome[i] | pending;
        uint32_t edge = edges_step(e, step->block, taken, backward, step->count, outcome);
        e->count[edge]++;
        pending = k->fate[i] & DETAILED_MISPREDICTED ? mispredicted : 0;
        if (e->slot != slot || e->context != context || e->behind > 0 ||
            outcome > EDGES_LEVEL || (backward && !taken))
            continue;
        size_t same = count_same(step + 1, &k->outcome[i + 1], &k->fate[i + 1],
                                 batch->n_steps - i - 1);
        e->count[edge] += (uint32_t)same;
        e->rounds += backward ? (uint32_t)same : 0;
        i += same;
        pending = k->fate[i] & DETAILED_MISPREDICTED ? mispredicted : 0;
    }
    if (batch->n_steps > 0 && (k->fate[batch->n_steps - 1] & DETAILED_MISPREDICTED))
        k->memory.events |= HIERARCHY_MISPREDICTED;
}

ALWAYS_INLINE void warm(struct detailed *k, const struct record_program *program,
                        const struct record_batch *batch, struct edges *edges,
                        const struct variant v)
{
    if (v.edges)
        memset(k->outcome, 0, batch->n_steps * sizeof k->outcome[0]);
    count_steps(k, program, batch);
    access_all(k, program, batch, edges, v);
    if (v.edges)
        count_edges(k, batch, edges);
}

#define VARIANT(name, count, moved)                                                            \
    static __attribute__((noinline)) void name(struct detailed *k,                             \
                                               const struct record_program *program,           \
                                               const struct record_batch *batch,               \
                                               struct edges *e)                                \
    {                                                                                          \
        warm(k, program, batch, e, (struct variant){count, moved});                            \
    }
VARIANT(warm_plain, false, false)
VARIANT(warm_edges, true, false)
VARIANT(warm_moved, false, true)
VARIANT(warm_moved_edges, true, true)
#undef VARIANT

void DETAILED_WARM(struct detailed *k, const struct record_program *program,
                   const struct record_batch *batch, struct edges *edges)
{
    if (k->memory.moved && edges != NULL)
        warm_moved_edges(k, program, batch, edges);
    else if (k->memory.moved)
        warm_moved(k, program, batch, NULL);
    else if (edges != NULL)
        warm_edges(k, program, batch, edges);
    else
        warm_plain(k, program, batch, NULL);
}
