/* The detailed model's path over the retired stream.  What is modelled and what is not stands
 * in detailed.h.
 *
 * Each kind of instruction has a handler.  It ends in a jump to that of the next instruction,
 * and the last one of a block returns: the host's prediction of each jump then knows which
 * handler it comes from.  A handler treats what is the rule without calling anything, so that
 * the state stays in registers; when a port is taken or a line is not at hand, it hands what
 * is left to do, from that point on, to one that can treat more.
 *
 * This file is compiled more than once, for hosts with and without wide vectors; each time
 * DETAILED_RUN is the name of the one function that it exports.  All arithmetic is on
 * integers, so all of them give the same times. */
#include "config.h"

#include "timing/detailed_handle.h"

/* What was read from memory is not kept in registers beyond this: a handler that needs more of
 * them than callers save is slower than one that reads a word twice. */
#define FORGET() __asm__ volatile("" ::: "memory")

/* A register of `file` for the `which`-th result that needs one from it. */
ALWAYS_INLINE void wait_for_register(struct detailed *k, struct state *s, const unsigned file,
                                     const unsigned which)
{
    uint64_t free = k->reg_at[file][k->reg_back[file] + which];
    if (UNLIKELY(free > s->dispatch)) {
        k->full[DETAILED_FULL_REGISTERS] += free - s->dispatch;
        s->dispatch = free;
    }
}

/* Register files of an instruction's two results; DETAILED_NO_FILE where it needs none. */
struct results {
    unsigned first, second;
};
static const struct results none = {DETAILED_NO_FILE, DETAILED_NO_FILE};

/* A place in the window, and registers for the results. */
ALWAYS_INLINE uint64_t enter(struct detailed *k, struct state *s, const struct results r,
                             const struct variant v)
{
    uint64_t next = v.even ? s->dispatch + k->width_dispatch.unit
                           : clock_step(s->dispatch, k->width_dispatch);
    s->dispatch = clock_max(next, s->rob[k->rob_back]);
    if (!v.even)
        k->full[DETAILED_FULL_WINDOW] += s->dispatch - next;
    if (v.renamed && r.first != DETAILED_NO_FILE && r.first != r.second)
        wait_for_register(k, s, r.first, 0);
    if (v.renamed && r.second != DETAILED_NO_FILE) /* the later of two is free last */
        wait_for_register(k, s, r.second, r.first == r.second);
    return s->dispatch;
}

/* Retires an instruction and gives registers back. */
ALWAYS_INLINE void leave(struct detailed *k, struct state *s, struct detailed_op *op,
                         uint64_t done, const struct results r, const struct variant v)
{
    retire(k, s, op, done, v);
    if (v.renamed && r.first != DETAILED_NO_FILE)
        *k->reg_at[r.first]++ = s->retire + CLOCK_CYCLE;
    if (v.renamed && r.second != DETAILED_NO_FILE)
        *k->reg_at[r.second]++ = s->retire + CLOCK_CYCLE;
}

/* Takes a port at `t`, when one is free there; if not, `t` is put aside. */
ALWAYS_INLINE bool take_port(struct detailed *k, uint64_t t, const struct detailed_op *op)
{
    uint64_t cycle = t >> CLOCK_SHIFT, at = cycle % DETAILED_RING;
    if (UNLIKELY(cycle >= k->ring_end || (k->ring[at] & op->port_mask) != 0)) {
        k->waiting = t;
        return false;
    }
    k->ring[at] += op->port_take;
    return true;
}

/* Waits for a port behind what was put aside: what that becomes.  Where ports are what is
 * scarce, the next free one is in the cycle in which the last was found, or the next. */
ALWAYS_INLINE uint64_t wait_for_port(struct detailed *k, const struct detailed_op *op,
                                     uint64_t dispatch)
{
    uint64_t cycle = k->waiting >> CLOCK_SHIFT, got = k->port_hint[op->port];
    got += (k->ring[got % DETAILED_RING] & op->port_mask) != 0;
    if (LIKELY(got > cycle && got < k->ring_end &&
               (k->ring[got % DETAILED_RING] & op->port_mask) == 0)) {
        k->ring[got % DETAILED_RING] += op->port_take;
        k->port_hint[op->port] = got;
        k->port_wait += got - cycle;
        return got << CLOCK_SHIFT | CAUSE_PORT;
    }
    got = port_search_short(k, dispatch >> CLOCK_SHIFT, cycle, op->port);
    return got != cycle ? got << CLOCK_SHIFT | CAUSE_PORT : k->waiting;
}

/* The attempts of the handlers for common kinds.  Each kind has a beginning, up to the issue at
 * `t` with what that waited for, which fails when no port is free; and an end, which fails when
 * what is accessed is not at hand. */
ALWAYS_INLINE bool begin_op(struct detailed *k, struct state *s, const struct detailed_op *op,
                            const unsigned n_src, const struct results r, uint64_t *issued,
                            const struct variant v)
{
    uint64_t t = enter(k, s, r, v);
    for (unsigned i = 0; i < n_src; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    *issued = t;
    return take_port(k, t, op);
}

ALWAYS_INLINE bool end_op(struct detailed *k, struct state *s, struct detailed_op *op,
                          uint64_t t, const unsigned n_dst, const struct results r,
                          const bool branch, const struct variant v)
{
    uint64_t done = CYCLE_BEGIN(t) + op->time;
    if (n_dst > 0)
        k->ready[op->dst[0]] = done;
    if (n_dst > 1)
        k->ready[op->dst[1]] = done;
    if (branch)
        k->resolve = done;
    leave(k, s, op, done | (t & CLOCK_CAUSE), r, v);
    return true;
}

/* No-ops and eliminated moves. */
ALWAYS_INLINE void pass(struct detailed *k, struct state *s, struct detailed_op *op,
                        const struct variant v)
{
    uint64_t t = enter(k, s, none, v);
    leave(k, s, op, t & ~(uint64_t)CLOCK_SLOT, none, v);
}

/* How an access looks for its line: in front of its set alone, behind as well, or behind as an
 * instruction whose lines are found there more often than not. */
enum search { SEARCH_FRONT, SEARCH_BEHIND, SEARCH_SEEK };

enum { BEHIND_OFTEN = 8 };

/* Puts down where an access found its line.  Instructions change to the handler that looks
 * behind from the start, and back, as that comes about. */
ALWAYS_INLINE void note_place(const struct detailed *k, struct detailed_op *op, bool behind,
                              const enum search search)
{
    if (search == SEARCH_BEHIND && behind && ++op->behind == BEHIND_OFTEN)
        op->run = k->seekers[op->kind][op->file[0]];
    if (search == SEARCH_SEEK && behind)
        op->behind = BEHIND_OFTEN;
    else if (search == SEARCH_SEEK && --op->behind == 0)
        op->run = k->handlers[op->kind][op->file[0]];
}

/* Whether the page of an access is in front of its set in the translation buffer and its line
 * in front of its set in L1D, or with a search is brought there from behind.  `line` gets the
 * physical line. */
ALWAYS_INLINE bool is_near(struct detailed *k, struct detailed_op *op, uint64_t address,
                           unsigned dirty, const enum search search, uint64_t *line)
{
    struct hierarchy *m = &k->memory;
    if (UNLIKELY(!cache_is_first(&m->dtlb, address >> m->page_bits)))
        return false;
    uint64_t at = UNLIKELY(m->moved) ? hierarchy_move(m, address) : address;
    *line = at >> k->l1d_bits;
    if (search == SEARCH_SEEK ? m->l1d.first[*line & m->l1d.mask] != *line
                              : UNLIKELY(!cache_is_first(&m->l1d, *line))) {
        if (search == SEARCH_FRONT)
            return false;
        note_place(k, op, true, search);
        return cache_touch(&m->l1d, *line, dirty);
    }
    note_place(k, op, false, search);
    if (dirty)
        m->l1d.tag[(*line & m->l1d.mask) * m->l1d.stride] |= CACHE_DIRTY;
    return true;
}

/* Whether a line of L1D comes after an access that issues at `t`, which may have to wait. */
ALWAYS_INLINE bool is_flying(const struct hierarchy *m, uint64_t line, uint64_t t)
{
    const struct hierarchy_flight *f = &m->l1_flight[line % HIERARCHY_FLIGHTS];
    return m->horizon > t && f->line == line && f->until > t;
}

/* The bytes of an access within its granule. */
ALWAYS_INLINE uint64_t bytes_within(uint64_t address, unsigned bytes)
{
    return ((uint64_t)0xff >> (8 - bytes)) << (address & 7);
}

/* Whether the bytes of a load that issues at `t` are in one line and none of them in a pending
 * store, as far as granules tell where there are several.  Stores write at the beginning of a cycle, so that the slot
 * and the cause in `t` change nothing. */
ALWAYS_INLINE bool is_whole(const struct detailed *k, uint64_t address, unsigned bytes,
                            uint64_t t)
{
    uint64_t end = address + bytes - 1, granule = address >> 3, last = end >> 3;
    if (is_pending(k, granule, t) &&
        (granule != last ||
         (k->forward[granule % DETAILED_FORWARD].bytes & bytes_within(address, bytes)) != 0))
        return false;
    if (granule != last) {
        if (UNLIKELY((address ^ end) >> k->l1d_bits != 0))
            return false;
        do
            if (is_pending(k, ++granule, t))
                return false;
        while (granule != last);
    }
    return true;
}

ALWAYS_INLINE bool begin_load(struct detailed *k, struct state *s, const struct detailed_op *op,
                              const unsigned n_addr, const struct results r, uint64_t *issued,
                              const struct variant v)
{
    enter(k, s, r, v);
    uint64_t t = enter_queue(k, s, k->load_at[k->load_back], DETAILED_FULL_LOADS);
    for (unsigned i = 0; i < n_addr; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    *issued = t;
    return take_port(k, t, op);
}

/* The same, but a load within a granule may find a pending store there: `stored` gets the time
 * of its data when it has all bytes, else 0. */
ALWAYS_INLINE bool is_whole_or_stored(const struct detailed *k, uint64_t address,
                                      unsigned bytes, uint64_t t, uint64_t *stored)
{
    *stored = 0;
    uint64_t granule = address >> 3;
    if ((address & 7) + bytes > 8)
        return is_whole(k, address, bytes, t);
    if (!is_pending(k, granule, t))
        return true;
    const struct detailed_forward *f = &k->forward[granule % DETAILED_FORWARD];
    uint64_t need = bytes_within(address, bytes), found = f->bytes & need;
    if (found == need)
        *stored = clock_max(CYCLE_BEGIN(t), f->data) + k->forward_latency;
    return found == need || found == 0;
}

/* With `base` the second result is the updated base register. */
ALWAYS_INLINE bool end_load(struct detailed *k, struct state *s, struct detailed_op *op,
                            uint64_t t, const unsigned n_dst, const struct results r,
                            const bool base, const enum search search, const struct variant v)
{
    FORGET();
    uint64_t address = *k->address_at, line, stored = 0;
    bool whole = search == SEARCH_BEHIND
                     ? is_whole_or_stored(k, address, op->bytes, t, &stored)
                     : is_whole(k, address, op->bytes, t);
    if (UNLIKELY(!whole || !is_near(k, op, address, 0, search, &line) ||
                 (stored == 0 && is_flying(&k->memory, line, t))))
        return false;
    FORGET();
    k->address_at++;
    uint64_t start = CYCLE_BEGIN(t), done = start + op->time;
    if (stored != 0)
        done = stored + ((uint64_t)op->latency << CLOCK_SHIFT);
    done |= CAUSE_L1;
    k->ready[op->dst[0]] = done;
    if (n_dst > 1)
        k->ready[op->dst[1]] = base ? start + CLOCK_CYCLE : done;
    leave(k, s, op, done | (t & CLOCK_CAUSE), r, v);
    *k->load_at++ = s->retire + CLOCK_CYCLE;
    return true;
}

ALWAYS_INLINE bool begin_store(struct detailed *k, struct state *s,
                               const struct detailed_op *op, const unsigned n_addr,
                               const struct results r, uint64_t *issued, const struct variant v)
{
    enter(k, s, r, v);
    uint64_t t = enter_queue(k, s, k->store_at[k->store_back], DETAILED_FULL_STORES);
    for (unsigned i = 0; i < n_addr; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    *issued = t;
    return take_port(k, t, op);
}

/* With `base` the result is the updated base register. */
ALWAYS_INLINE bool end_store(struct detailed *k, struct state *s, struct detailed_op *op,
                             uint64_t t, const unsigned n_addr, const struct results r,
                             const bool base, const enum search search,
                             const struct variant v)
{
    FORGET();
    uint64_t address = *k->address_at, line;
    if (UNLIKELY((address ^ (address + op->bytes - 1)) >> k->l1d_bits != 0 ||
                 !is_near(k, op, address, CACHE_DIRTY, search, &line) ||
                 is_flying(&k->memory, line, t)))
        return false;
    FORGET();
    k->address_at++;
    uint64_t start = CYCLE_BEGIN(t), there = start + k->memory.l1d_latency;
    uint64_t data = clock_max(k->ready[op->src[n_addr]], k->ready[op->src[n_addr + 1]]);
    uint64_t done = store_done(start + op->time, t & CLOCK_CAUSE, data, base);
    if (base)
        k->ready[op->dst[0]] = start + CLOCK_CYCLE;
    leave(k, s, op, done, r, v);
    write_store(k, s, address, op->bytes, CYCLE_BEGIN(done), there);
    return true;
}

/* Brings lines of code into L1I. */
static __attribute__((noinline)) uint64_t fetch_lines(struct detailed *k, uint64_t first,
                                                      uint64_t last, uint64_t t)
{
    struct hierarchy *m = &k->memory;
    uint64_t victim;
    for (uint64_t line = first; line <= last; line++) {
        uint64_t at = line;
        if (m->moved)
            at = hierarchy_move(m, line << k->l1i_bits) >> k->l1i_bits;
        if (!cache_is_first(&m->l1i, at) && !cache_access(&m->l1i, at, 0, &victim))
            t = CYCLE_BEGIN(hierarchy_miss_code(m, at, CYCLE_BEGIN(t)));
    }
    k->code_first = last > first ? last - 1 : last;
    k->code_last = last;
    return t;
}

/* Fetches the instructions of some lines: the first is dispatched then or later. */
ALWAYS_INLINE void fetch(struct detailed *k, uint64_t first, uint64_t last, uint64_t fetch_time)
{
    uint64_t dispatched = WITHOUT_CAUSE(k->dispatch);
    uint64_t t = clock_max(k->fetch, dispatched - k->fetch_ahead);
    /* The last two lines are the most recently used of their sets: nothing would change. */
    if (UNLIKELY(first < k->code_first || last > k->code_last))
        t = fetch_lines(k, first, last, t);
    k->dispatch = clock_max(dispatched,
                            (CYCLE_BEGIN(t) - k->width_dispatch.unit) | k->fetch_cause);
    k->fetch = t + fetch_time;
    k->fetch_cause = CAUSE_FRONTEND;
}

/* A branch that was mispredicted or whose target was not known. */
static __attribute__((noinline)) void end_badly(struct detailed *k, bool taken, unsigned fate)
{
    if (fate & DETAILED_MISPREDICTED) {
        k->memory.events |= HIERARCHY_MISPREDICTED;
        k->fetch = clock_max(k->fetch, CYCLE_BEGIN(k->resolve) + k->mispredict);
        k->fetch_cause = CAUSE_MISPREDICT;
        return; /* and has paid for its target too */
    }
    if (taken)
        k->fetch = ((k->fetch + k->fetch_round) & ~k->fetch_round) + k->fetch_bubble;
    if (k->predictor.kind != MACHINE_PREDICTOR_PERFECT)
        k->fetch += k->btb_miss;
}

/* The branch at the end of a block: where and when fetch goes on. */
ALWAYS_INLINE void end_block(struct detailed *k, bool taken, unsigned fate)
{
    if (UNLIKELY(fate != 0))
        end_badly(k, taken, fate);
    else if (taken)
        k->fetch = ((k->fetch + k->fetch_round) & ~k->fetch_round) + k->fetch_bubble;
}

/* Tells the observer when the step retired and what happened in it; that the branch behind it
 * is mispredicted is told with the next step, which pays for it. */
static __attribute__((noinline)) void observe(struct detailed *k,
                                              const struct record_step *step)
{
    unsigned events = k->memory.events;
    k->memory.events = 0;
    k->observer(k->observer_data, step, k->retire, events);
}

/* Fetches and runs the instructions of a block. */
ALWAYS_INLINE void run_block(struct detailed *k, struct detailed_block *block)
{
    fetch(k, block->first_line, block->last_line, block->fetch_time);
    struct detailed_op *op = detailed_ops(k, block);
    k->held -= k->dispatch;
    block->time -= k->retire;
    op->run(k, op, k->dispatch, k->retire, k->rob_at);
    block->time += k->retire;
    k->held += k->dispatch;
    block->steps++;
}

/* A block that a fault cut: the operation behind the last instruction ends it for this time.
 * Returns what the instructions count. */
static __attribute__((noinline)) uint64_t run_cut(struct detailed *k,
                                                  const struct record_program *program,
                                                  const struct record_step *step)
{
    struct detailed_block cut, *block = &k->block[step->block];
    cut_block(&cut, k, program, step);
    struct detailed_op *op = detailed_ops(k, block);
    detailed_handler *run = op[step->count].run;
    op[step->count].run = op[block->n_insn].run;
    run_block(k, &cut);
    op[step->count].run = run;
    block->steps = cut.steps;
    block->time = cut.time;
    return cut.counts;
}

/* Operations that are new find their handlers. */
static void link_ops(struct detailed *k,
                     detailed_handler *const (*handlers)[DETAILED_COLUMNS])
{
    if (k->handlers != handlers)
        k->n_linked = 0;
    k->handlers = handlers;
    for (; k->n_linked < k->n_ops; k->n_linked++) {
        struct detailed_op *op = &k->op[k->n_linked];
        op->run = handlers[op->kind][op->file[0]];
    }
}

static void run(struct detailed *k, const struct record_program *program,
                const struct record_batch *batch,
                detailed_handler *const (*handlers)[DETAILED_COLUMNS])
{
    uint64_t counts = 0, mask = ((uint64_t)1 << DETAILED_COUNT_BITS) - 1;
    uint64_t branches = 0, taken = 0;
    const uint64_t *full = k->rob_buffer + k->rob + DETAILED_ROOM;
    link_ops(k, handlers);
    k->address_at = batch->address;
    const uint8_t *fate = k->fate;
    for (const struct record_step *step = batch->step, *last = step + batch->n_steps;
         step < last; step++, fate++) {
        struct detailed_block *block = &k->block[step->block];
        bool whole = step->count == block->n_insn;
        if (UNLIKELY(!whole && step->count == 0))
            continue;
        if (UNLIKELY(k->rob_at > full))
            k->rob_at = make_room(k, k->rob_at);
        if (LIKELY(whole)) {
            counts += block->counts;
            run_block(k, block);
        } else {
            counts += run_cut(k, program, step);
        }
        if (UNLIKELY(k->observer != NULL))
            observe(k, step);
        if (LIKELY(whole && block->branch != DETAILED_NO_BRANCH)) {
            end_block(k, step->taken != 0, *fate);
            branches++;
            taken += step->taken;
        }
    }
    k->branches += branches;
    k->taken += taken;
    k->loads += counts & mask;
    k->stores += counts >> DETAILED_COUNT_BITS & mask;
    k->memory.count.l1d_accesses += (counts & mask) + (counts >> DETAILED_COUNT_BITS & mask);
    k->fp_simd += counts >> 2 * DETAILED_COUNT_BITS;
}

#define OPERATION                                                                              \
    struct detailed *k, struct detailed_op *op, uint64_t dispatch, uint64_t retire,            \
        uint64_t *rob
#define NEXT(path) op[1].run(k, op + 1, s.dispatch, s.retire, s.rob)

/* One that can treat everything. */
#define ANY(path, name, action)                                                                \
    static __attribute__((noinline)) void path##_##name(OPERATION)                             \
    {                                                                                          \
        struct state s = {dispatch, retire, rob};                                              \
        action;                                                                                \
        NEXT(path);                                                                            \
    }
/* The handler that an instruction begins with, and where it turns when there is no port and when
 * what it accesses is not found by `how`. */
#define BEGIN(path, handler, name, file, other, how, begin, end, otherwise)                    \
    static void path##_##handler(OPERATION)                                                    \
    {                                                                                          \
        struct state s = {dispatch, retire, rob};                                              \
        const struct results r = {file, other};                                                \
        const enum search search = how;                                                        \
        uint64_t t;                                                                            \
        (void)search;                                                                          \
        if (UNLIKELY(!(begin))) {                                                              \
            path##_##name##_wait(k, op, s.dispatch, s.retire, s.rob);                          \
        } else if (LIKELY(end)) {                                                              \
            NEXT(path);                                                                        \
        } else {                                                                               \
            k->waiting = t;                                                                    \
            path##_##otherwise(k, op, s.dispatch, s.retire, s.rob);                            \
        }                                                                                      \
    }
/* One for the rule, and where it turns otherwise: NAME_wait for a port, NAME_far for what is
 * not at hand but may be there all the same in another place, and where that fails `otherwise`.
 * The attempts know the register files of the results as `r`, and the time as `t`. */
#define RULE(path, name, file, other, begin, end, otherwise)                                   \
    static __attribute__((noinline)) void path##_##name##_far(OPERATION)                       \
    {                                                                                          \
        struct state s = {dispatch, retire, rob};                                              \
        const struct results r = {file, other};                                                \
        const enum search search = SEARCH_BEHIND;                                              \
        uint64_t t = k->waiting;                                                               \
        (void)search;                                                                          \
        if (LIKELY(end))                                                                       \
            NEXT(path);                                                                        \
        else                                                                                   \
            path##_##otherwise(k, op, s.dispatch, s.retire, s.rob);                            \
    }                                                                                          \
    static __attribute__((noinline)) void path##_##name##_wait(OPERATION)                      \
    {                                                                                          \
        k->waiting = wait_for_port(k, op, dispatch);                                           \
        path##_##name##_far(k, op, dispatch, retire, rob);                                     \
    }                                                                                          \
    BEGIN(path, name, name, file, other, SEARCH_FRONT, begin, end, name##_far)
/* One that looks for its line behind the first of its set from the start. */
#define SEEK(path, name, file, other, begin, end, otherwise)                                   \
    BEGIN(path, name##_seek, name, file, other, SEARCH_SEEK, begin, end, otherwise)
/* One for each register file that the first result can be in, where registers are limited;
 * `second` is the file of the second one in terms of that. */
#define RULES_FILES(path, name, second, begin, end, otherwise)                                 \
    RULE(path, name##_int, DETAILED_INT, second(DETAILED_INT), begin, end, otherwise)          \
    RULE(path, name##_fp, DETAILED_FP, second(DETAILED_FP), begin, end, otherwise)             \
    RULE(path, name##_none, DETAILED_NO_FILE, second(DETAILED_NO_FILE), begin, end, otherwise)
#define RULES_ONE(path, name, second, begin, end, otherwise)                                   \
    RULE(path, name##_none, DETAILED_NO_FILE, DETAILED_NO_FILE, begin, end, otherwise)
#define SEEKS_FILES(path, name, second, begin, end, otherwise)                                 \
    SEEK(path, name##_int, DETAILED_INT, second(DETAILED_INT), begin, end, otherwise)          \
    SEEK(path, name##_fp, DETAILED_FP, second(DETAILED_FP), begin, end, otherwise)             \
    SEEK(path, name##_none, DETAILED_NO_FILE, second(DETAILED_NO_FILE), begin, end, otherwise)
#define SEEKS_ONE(path, name, second, begin, end, otherwise)                                   \
    SEEK(path, name##_none, DETAILED_NO_FILE, DETAILED_NO_FILE, begin, end, otherwise)
#define COLUMNS_FILES(path, name)                                                              \
    {path##_##name##_int, path##_##name##_fp, path##_##name##_none}
#define COLUMNS_ONE(path, name) {NULL, NULL, path##_##name##_none}
#define SEEK_COLUMNS_FILES(path, name)                                                         \
    {path##_##name##_int_seek, path##_##name##_fp_seek, path##_##name##_none_seek}
#define SEEK_COLUMNS_ONE(path, name) {NULL, NULL, path##_##name##_none_seek}
#define COLUMNS_all(path, name) {path##_##name, path##_##name, path##_##name}
/* Files of a second result: none that is renamed, the first one's, that of base registers. */
#define NO_SECOND(first) DETAILED_NO_FILE
#define SAME(first) (first)
#define BASE(first) ((first) == DETAILED_NO_FILE ? DETAILED_NO_FILE : DETAILED_INT)

#define COMMON(path, in_order, even, renamed)                                                  \
    static const struct variant path = {in_order, even, renamed};                              \
    static void path##_end(OPERATION)                                                          \
    {                                                                                          \
        (void)op;                                                                              \
        k->dispatch = dispatch;                                                                \
        k->retire = retire;                                                                    \
        k->rob_at = rob;                                                                       \
    }                                                                                          \
    ANY(path, skip, (void)0)                                                                   \
    ANY(path, nop, pass(k, &s, op, path))                                                      \
    ANY(path, move, (k->ready[op->dst[0]] = k->ready[op->src[0]], pass(k, &s, op, path)))      \
    ANY(path, op_any, handle_op(k, &s, op, path))                                              \
    ANY(path, load_any, handle_load(k, &s, op, path))                                          \
    ANY(path, prefetch, handle_prefetch(k, &s, op, path))                                      \
    ANY(path, other, handle_other(k, &s, op, path))
#define COMMON_COLUMNS(path)                                                                   \
    [DETAILED_SKIP] = COLUMNS_all(path, skip), [DETAILED_NOP] = COLUMNS_all(path, nop),        \
    [DETAILED_MOVE] = COLUMNS_all(path, move), [DETAILED_OP_ANY] = COLUMNS_all(path, op_any),  \
    [DETAILED_LOAD_MIXED] = COLUMNS_all(path, load_any),                                       \
    [DETAILED_LOAD_ANY] = COLUMNS_all(path, other),                                            \
    [DETAILED_STORE_ANY] = COLUMNS_all(path, other),                                           \
    [DETAILED_PREFETCH] = COLUMNS_all(path, prefetch),                                         \
    [DETAILED_OTHER] = COLUMNS_all(path, other), [DETAILED_END] = COLUMNS_all(path, end)

#define OPERATIONS(path, name, which, n_src, n_dst, branch)                                    \
    RULES_##which(path, name, NO_SECOND, begin_op(k, &s, op, n_src, r, &t, path),              \
                  end_op(k, &s, op, t, n_dst, r, branch, path), skip)
#define ACCESSES(path, name, which, second, begin, end, otherwise)                             \
    RULES_##which(path, name, second, begin, end, otherwise)                                   \
    SEEKS_##which(path, name, second, begin, end, otherwise)
#define LOADS(path, name, which, second, n_addr, n_dst, base)                                  \
    ACCESSES(path, name, which, second, begin_load(k, &s, op, n_addr, r, &t, path),            \
             end_load(k, &s, op, t, n_dst, r, base, search, path), load_issued)
#define STORES(path, name, which, n_addr, base)                                                \
    ACCESSES(path, name, which, NO_SECOND, begin_store(k, &s, op, n_addr, r, &t, path),        \
             end_store(k, &s, op, t, n_addr, r, base, search, path), store_issued)

#define OUT_OF_ORDER(path, even, renamed, which)                                               \
    COMMON(path, false, even, renamed)                                                         \
    ANY(path, load_issued, finish_issued_load(k, &s, op, k->waiting, path))                    \
    ANY(path, store_issued, finish_issued_store(k, &s, op, k->waiting, path))                  \
    OPERATIONS(path, op1, which, 1, 1, false)                                                \
    OPERATIONS(path, op2, which, 2, 1, false)                                                \
    OPERATIONS(path, op3, which, 3, 1, false)                                                \
    OPERATIONS(path, op_two, which, 3, 2, false)                                             \
    OPERATIONS(path, branch1, which, 1, 1, true)                                             \
    OPERATIONS(path, branch2, which, 2, 2, true)                                             \
    LOADS(path, load1, which, NO_SECOND, 1, 1, false)                                        \
    LOADS(path, load2, which, NO_SECOND, 2, 1, false)                                        \
    LOADS(path, load_pair, which, SAME, 1, 2, false)                                         \
    LOADS(path, load1_base, which, BASE, 1, 2, true)                                         \
    STORES(path, store1, which, 1, false)                                                      \
    STORES(path, store2, which, 2, false)                                                      \
    STORES(path, store1_base, which, 1, true)                                                  \
    static detailed_handler *const path##_handlers[DETAILED_KINDS][DETAILED_COLUMNS] = {       \
        COMMON_COLUMNS(path),                                                                  \
        [DETAILED_OP1] = COLUMNS_##which(path, op1),                                         \
        [DETAILED_OP2] = COLUMNS_##which(path, op2),                                         \
        [DETAILED_OP3] = COLUMNS_##which(path, op3),                                         \
        [DETAILED_OP_TWO] = COLUMNS_##which(path, op_two),                                   \
        [DETAILED_BRANCH1] = COLUMNS_##which(path, branch1),                                 \
        [DETAILED_BRANCH2] = COLUMNS_##which(path, branch2),                                 \
        [DETAILED_LOAD1] = COLUMNS_##which(path, load1),                                     \
        [DETAILED_LOAD2] = COLUMNS_##which(path, load2),                                     \
        [DETAILED_LOAD_PAIR] = COLUMNS_##which(path, load_pair),                             \
        [DETAILED_LOAD1_BASE] = COLUMNS_##which(path, load1_base),                           \
        [DETAILED_STORE1] = COLUMNS_##which(path, store1),                                     \
        [DETAILED_STORE2] = COLUMNS_##which(path, store2),                                     \
        [DETAILED_STORE1_BASE] = COLUMNS_##which(path, store1_base)};                          \
    static detailed_handler *const path##_seekers[DETAILED_KINDS][DETAILED_COLUMNS] = {        \
        [DETAILED_LOAD1] = SEEK_COLUMNS_##which(path, load1),                                  \
        [DETAILED_LOAD2] = SEEK_COLUMNS_##which(path, load2),                                  \
        [DETAILED_LOAD_PAIR] = SEEK_COLUMNS_##which(path, load_pair),                          \
        [DETAILED_LOAD1_BASE] = SEEK_COLUMNS_##which(path, load1_base),                        \
        [DETAILED_STORE1] = SEEK_COLUMNS_##which(path, store1),                                \
        [DETAILED_STORE2] = SEEK_COLUMNS_##which(path, store2),                                \
        [DETAILED_STORE1_BASE] = SEEK_COLUMNS_##which(path, store1_base)};

#define IN_ORDER(path, even, renamed)                                                          \
    COMMON(path, true, even, renamed)                                                          \
    ANY(path, store_any, handle_store(k, &s, op, path))                                        \
    static detailed_handler *const path##_handlers[DETAILED_KINDS][DETAILED_COLUMNS] = {       \
        COMMON_COLUMNS(path),                                                                  \
        [DETAILED_OP1] = COLUMNS_all(path, op_any),                                            \
        [DETAILED_OP2] = COLUMNS_all(path, op_any),                                            \
        [DETAILED_OP3] = COLUMNS_all(path, op_any),                                            \
        [DETAILED_OP_TWO] = COLUMNS_all(path, op_any),                                         \
        [DETAILED_BRANCH1] = COLUMNS_all(path, op_any),                                        \
        [DETAILED_BRANCH2] = COLUMNS_all(path, op_any),                                        \
        [DETAILED_LOAD1] = COLUMNS_all(path, load_any),                                        \
        [DETAILED_LOAD2] = COLUMNS_all(path, load_any),                                        \
        [DETAILED_LOAD_PAIR] = COLUMNS_all(path, load_any),                                    \
        [DETAILED_LOAD1_BASE] = COLUMNS_all(path, load_any),                                   \
        [DETAILED_STORE1] = COLUMNS_all(path, store_any),                                      \
        [DETAILED_STORE2] = COLUMNS_all(path, store_any),                                      \
        [DETAILED_STORE1_BASE] = COLUMNS_all(path, other)};

OUT_OF_ORDER(plain, true, false, ONE)
OUT_OF_ORDER(renamed, true, true, FILES)
OUT_OF_ORDER(odd, false, true, FILES)
IN_ORDER(in_order, true, false)
IN_ORDER(in_order_odd, false, true)
void DETAILED_RUN(struct detailed *k, const struct record_program *program,
                  const struct record_batch *batch)
{
    detailed_handler *const(*handlers)[DETAILED_COLUMNS];
    k->seekers = k->renamed ? renamed_seekers : plain_seekers;
    if (!k->even || (k->in_order && k->renamed)) {
        handlers = k->in_order ? in_order_odd_handlers : odd_handlers;
        k->seekers = odd_seekers;
    } else if (k->in_order) {
        handlers = in_order_handlers;
    } else {
        handlers = k->renamed ? renamed_handlers : plain_handlers;
    }
    run(k, program, batch, handlers);
}
