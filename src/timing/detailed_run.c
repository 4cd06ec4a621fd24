/* The detailed model's path over the retired stream.  What is modelled and what is not stands
 * in detailed.h.
 *
 * Each kind of instruction has a handler.  It ends in a jump to that of the next instruction,
 * and the last one of a block returns: the host's prediction of each jump then knows which
 * handler it comes from.  A handler treats what is the rule without calling anything, so that
 * the state stays in registers; when a port is taken or a line is not at hand, it leaves
 * everything as it was and goes to the one that can treat everything.
 *
 * This file is compiled more than once, for hosts with and without wide vectors; each time
 * DETAILED_RUN is the name of the one function that it exports.  All arithmetic is on
 * integers, so all of them give the same times. */
#include "config.h"

#include "timing/detailed_handle.h"

/* A place in the window, and registers for the results. */
ALWAYS_INLINE uint64_t enter(struct detailed *k, struct state *s, const struct detailed_op *op,
                             const unsigned n_dst, const struct variant v)
{
    uint64_t next = v.even ? s->dispatch + k->width_dispatch.unit
                           : clock_step(s->dispatch, k->width_dispatch);
    s->dispatch = clock_max(next, s->rob[k->rob_back]);
    if (!v.even)
        k->full[DETAILED_FULL_WINDOW] += s->dispatch - next;
    for (unsigned i = 0; i < n_dst && v.renamed; i++) {
        unsigned file = op->file[i], again = i > 0 ? op->again : 0;
        uint64_t free = k->reg_at[file][k->reg_back[file] + again];
        if (UNLIKELY(free > s->dispatch)) {
            k->full[DETAILED_FULL_REGISTERS] += free - s->dispatch;
            s->dispatch = free;
        }
    }
    return s->dispatch;
}

/* Retires an instruction with at most two results and gives registers back. */
ALWAYS_INLINE void leave(struct detailed *k, struct state *s, struct detailed_op *op,
                         uint64_t done, const unsigned n_dst, const struct variant v)
{
    retire(k, s, op, done, v);
    for (unsigned i = 0; i < n_dst && v.renamed; i++) {
        uint64_t **at = &k->reg_at[op->file[i]];
        **at = s->retire + CLOCK_CYCLE;
        ++*at;
    }
}

/* Takes a port at `t`, when one is free there; if not, `t` is put aside. */
ALWAYS_INLINE bool take_port(struct detailed *k, uint64_t t, unsigned port)
{
    uint64_t cycle = t >> CLOCK_SHIFT, *ring = &k->ring[cycle % DETAILED_RING];
    if (UNLIKELY(cycle >= k->ring_end || ((*ring + k->port_full) & k->port_mask[port]) != 0)) {
        k->waiting = t;
        return false;
    }
    *ring += k->port_take[port];
    return true;
}

/* These return false when the instruction has entered the window and knows in k->waiting when
 * its operands are ready, but something is not as it is as a rule. */
ALWAYS_INLINE bool try_op(struct detailed *k, struct state *s, struct detailed_op *op,
                          const unsigned n_src, const unsigned n_dst, const bool branch,
                          const struct variant v)
{
    uint64_t t = enter(k, s, op, n_dst, v);
    for (unsigned i = 0; i < n_src; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    if (!take_port(k, t, op->port))
        return false;
    uint64_t done = ((t >> CLOCK_SHIFT) + op->latency) << CLOCK_SHIFT;
    if (n_dst > 0)
        k->ready[op->dst[0]] = done;
    if (n_dst > 1)
        k->ready[op->dst[1]] = done;
    if (branch)
        k->resolve = done;
    leave(k, s, op, done | (t & CLOCK_CAUSE), n_dst, v);
    return true;
}

/* No-ops and eliminated moves. */
ALWAYS_INLINE void pass(struct detailed *k, struct state *s, struct detailed_op *op,
                        const struct variant v)
{
    uint64_t t = enter(k, s, op, 0, v);
    leave(k, s, op, t & ~(uint64_t)CLOCK_SLOT, 0, v);
}

/* Whether the page of an access is in front in its translation buffer, and all of it in one
 * line. */
ALWAYS_INLINE bool is_plain(const struct detailed *k, uint64_t address, unsigned bytes)
{
    const struct hierarchy *m = &k->memory;
    return LIKELY(cache_is_first(&m->dtlb, address >> m->page_bits) &&
                  (address + bytes - 1) >> k->l1d_bits == address >> k->l1d_bits);
}

ALWAYS_INLINE bool try_load(struct detailed *k, struct state *s, struct detailed_op *op,
                            const unsigned n_addr, const unsigned n_dst, const bool base,
                            const struct variant v)
{
    enter(k, s, op, n_dst, v);
    uint64_t t = enter_queue(k, s, k->load_at[k->load_back], DETAILED_FULL_LOADS);
    for (unsigned i = 0; i < n_addr; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t address = *k->address_at, start = t >> CLOCK_SHIFT << CLOCK_SHIFT;
    uint64_t granule = address >> 3, last = (address + op->bytes - 1) >> 3;
    if (UNLIKELY(!is_plain(k, address, op->bytes) || is_pending(k, granule, start) ||
                 (last != granule && (last - granule > 1 || is_pending(k, last, start))))) {
        k->waiting = t;
        return false;
    }
    if (!take_port(k, t, op->port))
        return false;
    k->address_at++;
    uint64_t at = UNLIKELY(k->memory.moved) ? hierarchy_move(&k->memory, address) : address;
    uint64_t done =
        hierarchy_data(&k->memory, at >> k->l1d_bits, 0, start, address, op->pc) +
        ((uint64_t)op->latency << CLOCK_SHIFT);
    uint64_t cause = t & CLOCK_CAUSE;
    if (LIKELY((done & CLOCK_CAUSE) == 0))
        done |= CAUSE_L1;
    else
        cause = 0;
    k->ready[op->dst[0]] = done;
    if (n_dst > 1)
        k->ready[op->dst[1]] = base ? start + CLOCK_CYCLE : done;
    leave(k, s, op, done | cause, n_dst, v);
    *k->load_at++ = s->retire + CLOCK_CYCLE;
    return true;
}

ALWAYS_INLINE bool try_store(struct detailed *k, struct state *s, struct detailed_op *op,
                             const unsigned n_addr, const struct variant v)
{
    struct hierarchy *m = &k->memory;
    enter(k, s, op, 0, v);
    uint64_t t = enter_queue(k, s, k->store_at[k->store_back], DETAILED_FULL_STORES);
    for (unsigned i = 0; i < n_addr; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t address = *k->address_at;
    if (UNLIKELY(!is_plain(k, address, op->bytes))) {
        k->waiting = t;
        return false;
    }
    if (!take_port(k, t, op->port))
        return false;
    k->address_at++;
    uint64_t start = t >> CLOCK_SHIFT << CLOCK_SHIFT;
    uint64_t at = UNLIKELY(m->moved) ? hierarchy_move(m, address) : address;
    uint64_t line = hierarchy_data(m, at >> k->l1d_bits, 1, start, address, op->pc);
    uint64_t done = (start + ((uint64_t)op->latency << CLOCK_SHIFT)) | (t & CLOCK_CAUSE);
    done = clock_max(done, clock_max(k->ready[op->src[n_addr]], k->ready[op->src[n_addr + 1]]));
    leave(k, s, op, done, 0, v);
    write_store(k, s, address, op->bytes, CYCLE_BEGIN(done), line);
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

/* The branch at the end of a block: where and when fetch goes on. */
ALWAYS_INLINE void end_block(struct detailed *k, const struct detailed_block *block, bool taken,
                             uint64_t next)
{
    uint64_t pc = block->branch_pc;
    bool right;
    if (LIKELY(block->branch == DETAILED_CONDITIONAL &&
               k->predictor.kind == MACHINE_PREDICTOR_TAGE))
        right = tage_branch(&k->predictor.tage, pc, taken);
    else
        right = predict(k, (enum detailed_branch)block->branch, pc, taken, next);
    if (UNLIKELY(!right)) {
        k->mispredictions++;
        k->mispredicted[block->branch]++;
        k->memory.events |= HIERARCHY_MISPREDICTED;
        k->fetch = clock_max(k->fetch, CYCLE_BEGIN(k->resolve) + k->mispredict);
        k->fetch_cause = CAUSE_MISPREDICT;
    } else if (taken) {
        k->fetch = ((k->fetch + k->fetch_share - 1) & ~(k->fetch_share - 1)) + k->fetch_bubble;
    }
    /* A taken branch is in the buffer from now on; a mispredicted one has paid already. */
    if (taken && !cache_is_first(&k->predictor.btb, pc >> 2)) {
        uint64_t victim;
        bool known = cache_access(&k->predictor.btb, pc >> 2, 0, &victim) != CACHE_MISS;
        k->btb_misses += !known;
        if (!known && right && k->predictor.kind != MACHINE_PREDICTOR_PERFECT)
            k->fetch += k->btb_miss;
    }
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

/* The instructions of a block that a fault cut: the operation behind the last one ends it for
 * this time. */
static __attribute__((noinline)) void run_cut(struct detailed *k, struct detailed_op *op,
                                              unsigned count, unsigned n_insn)
{
    detailed_handler *cut = op[count].run;
    op[count].run = op[n_insn].run;
    op->run(k, op, k->dispatch, k->retire, k->rob_at);
    op[count].run = cut;
}

/* Operations that are new find their handlers. */
static void link_ops(struct detailed *k, detailed_handler *const *handlers)
{
    if (k->handlers != handlers)
        k->n_linked = 0;
    k->handlers = handlers;
    for (; k->n_linked < k->n_ops; k->n_linked++)
        k->op[k->n_linked].run = handlers[k->op[k->n_linked].kind];
}

static void run(struct detailed *k, const struct record_program *program,
                const struct record_batch *batch, detailed_handler *const *handlers)
{
    uint64_t counts = 0, mask = ((uint64_t)1 << DETAILED_COUNT_BITS) - 1;
    uint64_t before = k->retire, branches = 0, taken = 0;
    const uint64_t *full = k->rob_buffer + k->rob + DETAILED_ROOM;
    struct detailed_block cut;
    link_ops(k, handlers);
    k->address_at = batch->address;
    for (const struct record_step *step = batch->step, *last = step + batch->n_steps;
         step < last; step++) {
        struct detailed_block *own = &k->block[step->block];
        const struct detailed_block *block = own;
        if (UNLIKELY(step->count != block->n_insn)) {
            if (step->count == 0)
                continue;
            cut_block(&cut, k, program, step);
            block = &cut;
        }
        if (UNLIKELY(k->rob_at > full))
            k->rob_at = make_room(k, k->rob_at);
        fetch(k, block->first_line, block->last_line, block->fetch_time);
        counts += block->counts;
        struct detailed_op *op = detailed_ops(k, block);
        uint64_t dispatch = k->dispatch;
        if (LIKELY(block == own))
            op->run(k, op, dispatch, k->retire, k->rob_at);
        else
            run_cut(k, op, step->count, own->n_insn);
        k->held += k->dispatch - dispatch;
        own->steps++;
        own->time += k->retire - before;
        before = k->retire;
        if (UNLIKELY(k->observer != NULL))
            observe(k, step);
        if (LIKELY(block->branch != DETAILED_NO_BRANCH)) {
            uint64_t next = step + 1 < last ? program->block[step[1].block].pc : batch->next_pc;
            end_block(k, block, step->taken != 0, next);
            branches++;
            taken += step->taken;
        }
    }
    k->branches += branches;
    k->taken += taken;
    k->loads += counts & mask;
    k->stores += counts >> DETAILED_COUNT_BITS & mask;
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
/* One for the rule, and where to turn otherwise. */
#define RULE(path, name, attempt, otherwise)                                                   \
    static void path##_##name(OPERATION)                                                       \
    {                                                                                          \
        struct state s = {dispatch, retire, rob};                                              \
        if (LIKELY(attempt))                                                                   \
            NEXT(path);                                                                        \
        else                                                                                   \
            path##_##otherwise(k, op, s.dispatch, s.retire, s.rob);                            \
    }
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
    ANY(path, prefetch, handle_prefetch(k, &s, op, path))                                      \
    ANY(path, other, handle_other(k, &s, op, path))

#define OUT_OF_ORDER(path, even, renamed)                                                      \
    COMMON(path, false, even, renamed)                                                         \
    ANY(path, op_wait, finish_op(k, &s, op, k->waiting, path))                                 \
    ANY(path, load_wait, finish_load(k, &s, op, k->waiting, path))                             \
    ANY(path, store_wait, finish_store(k, &s, op, k->waiting, path))                           \
    RULE(path, op1, try_op(k, &s, op, 1, 1, false, path), op_wait)                              \
    RULE(path, op2, try_op(k, &s, op, 2, 1, false, path), op_wait)                              \
    RULE(path, op3, try_op(k, &s, op, 3, 1, false, path), op_wait)                              \
    RULE(path, op_two, try_op(k, &s, op, 3, 2, false, path), op_wait)                           \
    RULE(path, branch1, try_op(k, &s, op, 1, 1, true, path), op_wait)                           \
    RULE(path, branch2, try_op(k, &s, op, 2, 2, true, path), op_wait)                           \
    RULE(path, load1, try_load(k, &s, op, 1, 1, false, path), load_wait)                       \
    RULE(path, load2, try_load(k, &s, op, 2, 1, false, path), load_wait)                       \
    RULE(path, load1_base, try_load(k, &s, op, 1, 2, true, path), load_wait)                   \
    RULE(path, load_pair, try_load(k, &s, op, 1, 2, false, path), load_wait)                   \
    RULE(path, store1, try_store(k, &s, op, 1, path), store_wait)                              \
    RULE(path, store2, try_store(k, &s, op, 2, path), store_wait)                              \
    static detailed_handler *const path##_handlers[DETAILED_KINDS] = {                                  \
        [DETAILED_SKIP] = path##_skip,           [DETAILED_NOP] = path##_nop,                  \
        [DETAILED_MOVE] = path##_move,           [DETAILED_OP1] = path##_op1,                  \
        [DETAILED_OP2] = path##_op2,             [DETAILED_OP3] = path##_op3,                  \
        [DETAILED_OP_TWO] = path##_op_two,       [DETAILED_BRANCH1] = path##_branch1,          \
        [DETAILED_BRANCH2] = path##_branch2,     [DETAILED_OP_ANY] = path##_op_any,            \
        [DETAILED_LOAD1] = path##_load1,         [DETAILED_LOAD2] = path##_load2,              \
        [DETAILED_LOAD_PAIR] = path##_load_pair, [DETAILED_LOAD1_BASE] = path##_load1_base,    \
        [DETAILED_LOAD_ANY] = path##_other,      [DETAILED_STORE1] = path##_store1,            \
        [DETAILED_STORE2] = path##_store2,       [DETAILED_STORE_ANY] = path##_other,          \
        [DETAILED_PREFETCH] = path##_prefetch,   [DETAILED_OTHER] = path##_other,              \
        [DETAILED_END] = path##_end};

#define IN_ORDER(path, even, renamed)                                                          \
    COMMON(path, true, even, renamed)                                                          \
    ANY(path, load_any, handle_load(k, &s, op, path))                                          \
    ANY(path, store_any, handle_store(k, &s, op, path))                                        \
    static detailed_handler *const path##_handlers[DETAILED_KINDS] = {                                  \
        [DETAILED_SKIP] = path##_skip,          [DETAILED_NOP] = path##_nop,                   \
        [DETAILED_MOVE] = path##_move,          [DETAILED_OP1] = path##_op_any,                \
        [DETAILED_OP2] = path##_op_any,         [DETAILED_OP3] = path##_op_any,                \
        [DETAILED_OP_TWO] = path##_op_any,      [DETAILED_BRANCH1] = path##_op_any,            \
        [DETAILED_BRANCH2] = path##_op_any,     [DETAILED_OP_ANY] = path##_op_any,             \
        [DETAILED_LOAD1] = path##_load_any,     [DETAILED_LOAD2] = path##_load_any,            \
        [DETAILED_LOAD_PAIR] = path##_load_any, [DETAILED_LOAD1_BASE] = path##_load_any,       \
        [DETAILED_LOAD_ANY] = path##_other,     [DETAILED_STORE1] = path##_store_any,          \
        [DETAILED_STORE2] = path##_store_any,   [DETAILED_STORE_ANY] = path##_other,           \
        [DETAILED_PREFETCH] = path##_prefetch,  [DETAILED_OTHER] = path##_other,               \
        [DETAILED_END] = path##_end};

OUT_OF_ORDER(plain, true, false)
OUT_OF_ORDER(renamed, true, true)
OUT_OF_ORDER(odd, false, true)
IN_ORDER(in_order, true, false)
IN_ORDER(in_order_odd, false, true)

void DETAILED_RUN(struct detailed *k, const struct record_program *program,
                  const struct record_batch *batch)
{
    detailed_handler *const *handlers;
    if (!k->even || (k->in_order && k->renamed))
        handlers = k->in_order ? in_order_odd_handlers : odd_handlers;
    else if (k->in_order)
        handlers = in_order_handlers;
    else
        handlers = k->renamed ? renamed_handlers : plain_handlers;
    run(k, program, batch, handlers);
}
