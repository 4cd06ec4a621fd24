/* The detailed model's path: what happens to each retired instruction.  What is modelled
 * and what is not stands in detailed.h. */
#include "config.h"

#include <string.h>

#include "timing/detailed.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define LIKELY(x) __builtin_expect((x), 1)
#define UNLIKELY(x) __builtin_expect((x), 0)
#define WITHOUT_CAUSE(t) ((t) & ~(uint64_t)CLOCK_CAUSE)
#define CYCLE_BEGIN(t) ((t) & ~(uint64_t)(CLOCK_CYCLE - 1))

/* What changes with every instruction, in registers as long as a batch lasts. */
struct state {
    uint64_t dispatch, issue, retire, write, fetch, fetch_cause;
    uint64_t done; /* when the last instruction's result could be used */
    uint64_t *rob, *load, *store;
    const uint64_t *address;
    int64_t room; /* instructions until the buffers have to be moved */
};

static void load_state(const struct detailed *k, struct state *s)
{
    s->dispatch = k->dispatch;
    s->issue = k->issue;
    s->retire = k->retire;
    s->write = k->write;
    s->fetch = k->fetch;
    s->fetch_cause = k->fetch_cause;
    s->done = k->resolve;
    s->rob = k->rob_at;
    s->load = k->load_at;
    s->store = k->store_at;
}

static void store_state(struct detailed *k, const struct state *s)
{
    k->dispatch = s->dispatch;
    k->issue = s->issue;
    k->retire = s->retire;
    k->write = s->write;
    k->fetch = s->fetch;
    k->fetch_cause = s->fetch_cause;
    k->resolve = s->done;
    k->rob_at = s->rob;
    k->load_at = s->load;
    k->store_at = s->store;
}

static uint64_t *move_to_front(uint64_t *buffer, const uint64_t *at, size_t keep)
{
    memmove(buffer, at - keep, keep * sizeof buffer[0]);
    return buffer + keep;
}

/* Makes room for DETAILED_CHUNK instructions in the buffers of window and queues. */
static void make_room(struct detailed *k, struct state *s)
{
    k->slots += (uint64_t)(s->rob - (k->rob_buffer + k->rob));
    s->rob = move_to_front(k->rob_buffer, s->rob, k->rob);
    s->load = move_to_front(k->load_buffer, s->load, k->load_queue);
    s->store = move_to_front(k->store_buffer, s->store, k->store_queue);
    s->room = DETAILED_ROOM;
}

/* Forgets the ports of cycles before `now`. */
static void advance_ring(struct detailed *k, uint64_t now)
{
    if (now - k->ring_begin >= DETAILED_RING)
        k->ring_begin = now - DETAILED_RING;
    for (; k->ring_begin < now; k->ring_begin++)
        k->ring[k->ring_begin % DETAILED_RING] = 0;
}

static bool port_is_free(const struct detailed *k, uint64_t cycle, unsigned group, unsigned busy)
{
    if ((k->ring[cycle % DETAILED_RING] + k->port_full) & k->port_mask[group])
        return false;
    uint64_t own = k->port_unit[group] << 7;
    for (unsigned i = 1; i < busy; i++)
        if ((k->ring[(cycle + i) % DETAILED_RING] + k->port_full) & own)
            return false;
    return true;
}

uint64_t detailed_port_search(struct detailed *k, uint64_t now, uint64_t cycle, unsigned group,
                              unsigned busy)
{
    uint64_t hint = clock_max(k->port_hint[group], now);
    bool front = cycle <= hint;
    if (front)
        cycle = hint;
    for (;; cycle++) {
        if (cycle + busy > k->ring_begin + DETAILED_RING) {
            advance_ring(k, now);
            /* So far ahead that nobody else is: no limit there. */
            if (cycle + busy > k->ring_begin + DETAILED_RING)
                return cycle;
        }
        if (port_is_free(k, cycle, group, busy))
            break;
    }
    k->ring[cycle % DETAILED_RING] += k->port_take[group];
    for (unsigned i = 1; i < busy; i++)
        k->ring[(cycle + i) % DETAILED_RING] += k->port_unit[group];
    if (front && busy == 1)
        k->port_hint[group] = cycle;
    return cycle;
}

/* A place in the window. */
ALWAYS_INLINE uint64_t dispatch(const struct detailed *k, struct state *s)
{
    s->dispatch = clock_max(clock_step(s->dispatch, k->width_dispatch),
                            s->rob[-(ptrdiff_t)k->rob]);
    return s->dispatch;
}

/* The cycle in which an instruction that is ready at `t` issues, and what it waited for. */
ALWAYS_INLINE uint64_t issue(struct detailed *k, struct state *s, uint64_t t, unsigned port,
                             unsigned busy, const bool in_order, uint64_t *cause)
{
    if (in_order)
        t = clock_max(t & ~(uint64_t)CLOCK_SLOT, clock_step(s->issue, k->width_issue));
    uint64_t cycle = t >> CLOCK_SHIFT, got = cycle;
    uint64_t *ring = &k->ring[cycle % DETAILED_RING];
    if (UNLIKELY(busy > 1 || cycle >= k->ring_begin + DETAILED_RING ||
                 ((*ring + k->port_full) & k->port_mask[port]) != 0))
        got = detailed_port_search(k, s->dispatch >> CLOCK_SHIFT, cycle, port, busy);
    else
        *ring += k->port_take[port];
    *cause = got != cycle ? CAUSE_PORT : t & CLOCK_CAUSE;
    if (in_order)
        s->issue = got != cycle ? got << CLOCK_SHIFT : WITHOUT_CAUSE(t);
    return got;
}

/* Retires an instruction whose result can be used at `done`, and puts it on record why it
 * retires later than the one before. */
ALWAYS_INLINE void retire(struct detailed *k, struct state *s, uint64_t done)
{
    uint64_t next = clock_step(s->retire, k->width_retire);
    uint64_t t = clock_max(next, done);
    uint64_t cause = t & CLOCK_CAUSE;
    t -= cause;
    k->lost[cause] += t - next;
    s->retire = t;
    *s->rob++ = t + CLOCK_CYCLE;
    s->done = done;
}

ALWAYS_INLINE void handle_op(struct detailed *k, struct state *s, const struct detailed_op *op,
                             const unsigned n_src, const unsigned busy, const bool in_order)
{
    uint64_t cause, t = dispatch(k, s);
    for (unsigned i = 0; i < n_src; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t cycle = issue(k, s, t, op->port, busy, in_order, &cause);
    uint64_t done = (cycle + op->latency) << CLOCK_SHIFT;
    k->ready[op->dst[0]] = done;
    k->ready[op->dst[1]] = done;
    retire(k, s, done | cause);
}

ALWAYS_INLINE void handle_op_any(struct detailed *k, struct state *s,
                                 const struct detailed_op *op, const bool in_order)
{
    uint64_t cause, t = dispatch(k, s);
    for (unsigned i = 0; i < op->n_src; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t cycle = issue(k, s, t, op->port, op->busy, in_order, &cause);
    uint64_t done = (cycle + op->latency) << CLOCK_SHIFT;
    for (unsigned i = 0; i < op->n_dst; i++)
        k->ready[op->dst[i]] = done;
    retire(k, s, done | cause);
}

/* The lines that an access to more than one line touches beyond the first. */
static __attribute__((noinline)) uint64_t split_access(struct detailed *k, uint64_t address,
                                                       unsigned bytes, unsigned dirty,
                                                       uint64_t t, uint64_t done)
{
    struct hierarchy *m = &k->memory;
    uint64_t line = address >> k->l1d_bits, last = (address + bytes - 1) >> k->l1d_bits;
    while (line++ != last) {
        uint64_t at = line << k->l1d_bits;
        if (m->moved)
            at = hierarchy_move(m, at);
        done = clock_max(done, hierarchy_data(m, at >> k->l1d_bits, dirty, t));
    }
    return done + k->split_penalty;
}

/* An access to data at time `t`, with translation: when it is done.  No cause when L1D and
 * its translation buffer had it. */
ALWAYS_INLINE uint64_t access_memory(struct detailed *k, uint64_t address, unsigned bytes,
                                     unsigned dirty, uint64_t t)
{
    struct hierarchy *m = &k->memory;
    uint64_t at = address, page = address >> m->page_bits, victim, walk = 0;
    if (UNLIKELY(!cache_access(&m->dtlb, page, 0, &victim)))
        walk = hierarchy_translate(m, page);
    if (UNLIKELY(m->moved))
        at = hierarchy_move(m, at);
    uint64_t done = hierarchy_data(m, at >> k->l1d_bits, dirty, t + walk);
    if (UNLIKELY(walk != 0 && (done & CLOCK_CAUSE) == 0))
        done |= CAUSE_TLB;
    if (UNLIKELY(address >> k->l1d_bits != (address + bytes - 1) >> k->l1d_bits))
        done = split_access(k, address, bytes, dirty, t + walk, done);
    return done;
}

/* The bytes of a granule that an access touches. */
static uint64_t granule_bytes(uint64_t granule, uint64_t address, unsigned bytes)
{
    uint64_t from = granule << 3, to = from + 8;
    uint64_t first = address > from ? address - from : 0;
    uint64_t end = address + bytes < to ? address + bytes - from : 8;
    return (0xffu >> (8 - end)) & (0xffu << first);
}

/* A load of which at least one granule has a pending store. */
static __attribute__((noinline)) uint64_t forward(const struct detailed *k, uint64_t address,
                                                  unsigned bytes, uint64_t t, uint64_t from_l1)
{
    uint64_t done = 0, last = (address + bytes - 1) >> 3;
    for (uint64_t g = address >> 3; g <= last; g++) {
        const struct detailed_forward *f = &k->forward[g % DETAILED_FORWARD];
        uint64_t need = granule_bytes(g, address, bytes);
        if (f->granule != g || f->written <= t || (f->bytes & need) == 0)
            done = clock_max(done, from_l1);
        else if ((f->bytes & need) == need)
            done = clock_max(done, clock_max(t, f->data) + k->forward_latency);
        else
            done = clock_max(done, (f->written + k->memory.l1d_latency) | CAUSE_STORE);
    }
    return done;
}

/* When the data of a load that issues at `t` can be used; no cause: L1D or forwarded. */
ALWAYS_INLINE uint64_t load_data(struct detailed *k, uint64_t address, unsigned bytes,
                                 uint64_t t)
{
    uint64_t done = access_memory(k, address, bytes, 0, t);
    uint64_t g = address >> 3, last = (address + bytes - 1) >> 3;
    do {
        const struct detailed_forward *f = &k->forward[g % DETAILED_FORWARD];
        if (UNLIKELY(f->granule == g && f->written > t))
            return forward(k, address, bytes, t, done);
    } while (g++ != last);
    return done;
}

/* `base`: the last result is the updated base register. */
ALWAYS_INLINE void handle_load(struct detailed *k, struct state *s, const struct detailed_op *op,
                               const unsigned n_addr, const bool base, const bool in_order)
{
    uint64_t cause, t = dispatch(k, s);
    t = s->dispatch = clock_max(t, s->load[-(ptrdiff_t)k->load_queue]);
    for (unsigned i = 0; i < n_addr; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t cycle = issue(k, s, t, op->port, 1, in_order, &cause);
    uint64_t done = load_data(k, *s->address++, op->bytes, cycle << CLOCK_SHIFT) +
                    ((uint64_t)op->latency << CLOCK_SHIFT);
    bool near = (done & CLOCK_CAUSE) == 0;
    uint64_t ready = near ? done | CAUSE_L1 : done;
    k->ready[op->dst[0]] = ready;
    k->ready[op->dst[1]] = base ? (cycle + 1) << CLOCK_SHIFT : ready;
    retire(k, s, near ? ready | cause : ready);
    *s->load++ = s->retire + CLOCK_CYCLE;
}

/* Remembers a store for the loads behind it. */
static void note_store(struct detailed *k, uint64_t address, unsigned bytes, uint64_t data,
                       uint64_t written)
{
    uint64_t last = (address + bytes - 1) >> 3;
    for (uint64_t g = address >> 3; g <= last; g++)
        k->forward[g % DETAILED_FORWARD] = (struct detailed_forward){
            g, data, written, granule_bytes(g, address, bytes)};
}

/* The part of a store behind its retirement: it writes when L1D has its line at `line`. */
ALWAYS_INLINE void write_store(struct detailed *k, struct state *s, uint64_t address,
                               unsigned bytes, uint64_t data, uint64_t line)
{
    uint64_t w = clock_max(clock_step(s->write, k->width_write),
                           CYCLE_BEGIN(s->retire) + CLOCK_CYCLE);
    w = clock_max(w, CYCLE_BEGIN(line));
    s->write = w;
    uint64_t written = CYCLE_BEGIN(w) + CLOCK_CYCLE;
    *s->store++ = written | CAUSE_STORE;
    note_store(k, address, bytes, data, written);
}

ALWAYS_INLINE void handle_store(struct detailed *k, struct state *s,
                                const struct detailed_op *op, const unsigned n_addr,
                                const bool in_order)
{
    uint64_t cause, t = dispatch(k, s);
    uint64_t address = *s->address++;
    t = s->dispatch = clock_max(t, s->store[-(ptrdiff_t)k->store_queue]);
    for (unsigned i = 0; i < n_addr; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t data = clock_max(k->ready[op->src[n_addr]], k->ready[op->src[n_addr + 1]]);
    if (in_order)
        t = clock_max(t, data);
    uint64_t cycle = issue(k, s, t, op->port, 1, in_order, &cause);
    uint64_t line = access_memory(k, address, op->bytes, 1, cycle << CLOCK_SHIFT);
    uint64_t done = clock_max((cycle + op->latency) << CLOCK_SHIFT | cause, data);
    retire(k, s, done);
    write_store(k, s, address, op->bytes, CYCLE_BEGIN(done), line);
}

/* Everything that is rare: loads and stores of odd shape, atomics, barriers, system. */
static __attribute__((noinline)) void handle_other(struct detailed *k, struct state *s,
                                                   const struct detailed_op *op, bool in_order)
{
    bool load = (op->flags & RECORD_LOAD) != 0, store = (op->flags & RECORD_STORE) != 0;
    bool barrier = !load && !store && (op->flags & (RECORD_ORDERED | RECORD_SERIALIZE));
    bool base = (op->flags & RECORD_WRITEBACK) != 0;
    uint64_t cause, t = dispatch(k, s), data = 0, address = 0;
    if (load || store)
        address = *s->address++;
    if (load)
        t = s->dispatch = clock_max(s->dispatch, s->load[-(ptrdiff_t)k->load_queue]);
    if (store)
        t = s->dispatch = clock_max(s->dispatch, s->store[-(ptrdiff_t)k->store_queue]);
    if (barrier || (op->flags & RECORD_SERIALIZE))
        t = clock_max(t, s->retire);
    for (unsigned i = 0; i < op->n_src; i++)
        if (i < op->n_addr || !store || load || in_order)
            t = clock_max(t, k->ready[op->src[i]]);
        else
            data = clock_max(data, k->ready[op->src[i]]);
    uint64_t cycle = issue(k, s, t, op->port, op->busy, in_order, &cause);
    uint64_t start = cycle << CLOCK_SHIFT, line = start;
    uint64_t done = start;
    if (load)
        done = load_data(k, address, op->bytes, start);
    if (store)
        line = access_memory(k, address, op->bytes, 1, start);
    done = clock_max(done + ((uint64_t)op->latency << CLOCK_SHIFT), data);
    if ((done & CLOCK_CAUSE) == 0)
        done |= load ? CAUSE_L1 | cause : cause;
    for (unsigned i = 0; i < op->n_dst; i++)
        k->ready[op->dst[i]] = base && i + 1u == op->n_dst ? start + CLOCK_CYCLE
                               : load                       ? done
                                                            : WITHOUT_CAUSE(done);
    retire(k, s, done);
    if (load)
        *s->load++ = s->retire + CLOCK_CYCLE;
    if (store)
        write_store(k, s, address, op->bytes, CYCLE_BEGIN(done), line);
    if (barrier || (op->flags & RECORD_SERIALIZE) || (load && (op->flags & RECORD_ORDERED)))
        s->dispatch = clock_max(s->dispatch, CYCLE_BEGIN(done) - k->width_dispatch.unit);
}

/* A hint is done when its address is known, whatever memory does. */
ALWAYS_INLINE void handle_prefetch(struct detailed *k, struct state *s,
                                   const struct detailed_op *op, const bool in_order)
{
    uint64_t cause, t = dispatch(k, s);
    for (unsigned i = 0; i < op->n_src; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t start = issue(k, s, t, op->port, 1, in_order, &cause) << CLOCK_SHIFT;
    if (op->flags & (RECORD_LOAD | RECORD_STORE))
        access_memory(k, *s->address++, 1, 0, start);
    retire(k, s, (start + CLOCK_CYCLE) | cause);
}

ALWAYS_INLINE void handle(struct detailed *k, struct state *s, const struct detailed_op *op,
                          const bool in_order)
{
    switch ((enum detailed_kind)op->kind) {
    case DETAILED_SKIP:
        break;
    case DETAILED_NOP:
        retire(k, s, dispatch(k, s) & ~(uint64_t)CLOCK_SLOT);
        break;
    case DETAILED_MOVE:
        k->ready[op->dst[0]] = k->ready[op->src[0]];
        retire(k, s, dispatch(k, s) & ~(uint64_t)CLOCK_SLOT);
        break;
    case DETAILED_OP1:
        handle_op(k, s, op, 1, 1, in_order);
        break;
    case DETAILED_OP2:
        handle_op(k, s, op, 2, 1, in_order);
        break;
    case DETAILED_OP3:
        handle_op(k, s, op, 3, 1, in_order);
        break;
    case DETAILED_OP_ANY:
        handle_op_any(k, s, op, in_order);
        break;
    case DETAILED_LOAD1:
        handle_load(k, s, op, 1, false, in_order);
        break;
    case DETAILED_LOAD2:
        handle_load(k, s, op, 2, false, in_order);
        break;
    case DETAILED_LOAD1_BASE:
        handle_load(k, s, op, 1, true, in_order);
        break;
    case DETAILED_STORE1:
        handle_store(k, s, op, 1, in_order);
        break;
    case DETAILED_STORE2:
        handle_store(k, s, op, 2, in_order);
        break;
    case DETAILED_PREFETCH:
        handle_prefetch(k, s, op, in_order);
        break;
    case DETAILED_LOAD_ANY:
    case DETAILED_STORE_ANY:
    case DETAILED_OTHER: {
        struct state copy = *s; /* so that the original can stay in registers */
        handle_other(k, &copy, op, in_order);
        *s = copy;
        break;
    }
    }
}

/* Instruction cache lines other than the one that fetch is in. */
static __attribute__((noinline)) uint64_t fetch_lines(struct detailed *k, uint64_t pc,
                                                      uint64_t last, uint64_t t)
{
    struct hierarchy *m = &k->memory;
    uint64_t victim;
    for (uint64_t line = pc >> k->l1i_bits; line <= last; line++) {
        uint64_t at = line;
        if (line == k->code_line)
            continue;
        k->code_line = line;
        if (m->moved)
            at = hierarchy_move(m, line << k->l1i_bits) >> k->l1i_bits;
        if (!cache_access(&m->l1i, at, 0, &victim))
            t = CYCLE_BEGIN(hierarchy_miss_code(m, at, CYCLE_BEGIN(t)));
    }
    return t;
}

/* Fetches `count` instructions: the first of them is dispatched then or later. */
ALWAYS_INLINE void fetch(struct detailed *k, struct state *s, uint64_t pc, unsigned count)
{
    uint64_t last = (pc + 4 * (uint64_t)count - 1) >> k->l1i_bits;
    uint64_t dispatched = WITHOUT_CAUSE(s->dispatch);
    uint64_t t = clock_max(s->fetch, dispatched - k->fetch_ahead);
    if (pc >> k->l1i_bits != k->code_line || last != k->code_line)
        t = fetch_lines(k, pc, last, t);
    s->dispatch = clock_max(dispatched,
                            (CYCLE_BEGIN(t) - k->width_dispatch.unit) | s->fetch_cause);
    s->fetch = t + count * k->fetch_unit;
    s->fetch_cause = CAUSE_FRONTEND;
}

/* Whether direction and target of a branch at `pc` that went to `next` were predicted. */
ALWAYS_INLINE bool predict(struct detailed *k, enum detailed_branch branch, uint64_t pc,
                           bool taken, uint64_t next)
{
    struct predictor *p = &k->predictor;
    bool perfect = p->kind == MACHINE_PREDICTOR_PERFECT;
    switch (branch) {
    case DETAILED_CONDITIONAL:
        if (p->kind == MACHINE_PREDICTOR_TAGE)
            return tage_branch(&p->tage, pc, taken);
        return perfect || !taken;
    case DETAILED_CALL:
        predictor_call(p, pc + 4);
        return true;
    case DETAILED_CALL_INDIRECT:
        predictor_call(p, pc + 4);
        return predictor_indirect(p, pc, next) || perfect;
    case DETAILED_INDIRECT:
        return predictor_indirect(p, pc, next) || perfect;
    case DETAILED_RETURN:
        return predictor_return(p, next) || perfect;
    case DETAILED_DIRECT:
    case DETAILED_NO_BRANCH:
        break;
    }
    return true;
}

/* The branch at the end of a block: where and when fetch goes on. */
ALWAYS_INLINE void end_block(struct detailed *k, struct state *s, const struct detailed_op *op,
                             uint64_t pc, bool taken, uint64_t next)
{
    bool right = predict(k, (enum detailed_branch)op->branch, pc, taken, next);
    k->branches++;
    k->taken += taken;
    if (UNLIKELY(!right)) {
        k->mispredictions++;
        s->fetch = clock_max(s->fetch, CYCLE_BEGIN(s->done) + k->mispredict);
        s->fetch_cause = CAUSE_MISPREDICT;
    } else if (taken) {
        uint64_t victim;
        s->fetch = ((s->fetch + k->fetch_share - 1) & ~(k->fetch_share - 1)) + k->fetch_bubble;
        if (!cache_access(&k->predictor.btb, pc >> 2, 0, &victim) &&
            k->predictor.kind != MACHINE_PREDICTOR_PERFECT)
            s->fetch += k->btb_miss;
        return;
    }
    if (taken) { /* it is in the buffer from now on */
        uint64_t victim;
        cache_access(&k->predictor.btb, pc >> 2, 0, &victim);
    }
}

ALWAYS_INLINE void run(struct detailed *k, const struct record_program *program,
                       const struct record_batch *batch, const bool in_order)
{
    struct state s;
    uint64_t counts = 0;
    load_state(k, &s);
    s.address = batch->address;
    make_room(k, &s);
    for (size_t i = 0; i < batch->n_steps; i++) {
        const struct record_step *step = &batch->step[i];
        const struct record_block *block = &program->block[step->block];
        const struct detailed_op *op = k->op + block->first_insn;
        unsigned left = step->count;
        if (UNLIKELY(left == 0))
            continue;
        fetch(k, &s, block->pc, left);
        counts += k->block_count[step->block];
        while (left > 0) {
            unsigned n = left < DETAILED_CHUNK ? left : DETAILED_CHUNK;
            s.room -= n;
            if (UNLIKELY(s.room < 0)) {
                make_room(k, &s);
                s.room -= n;
            }
            left -= n;
            for (const struct detailed_op *end = op + n; op < end; op++)
                handle(k, &s, op, in_order);
        }
        if (op[-1].branch != DETAILED_NO_BRANCH && step->count == block->n_insn) {
            uint64_t next = i + 1 < batch->n_steps ? program->block[step[1].block].pc
                                                   : batch->next_pc;
            end_block(k, &s, op - 1, block->pc + 4 * (uint64_t)(step->count - 1),
                      step->taken != 0, next);
        }
    }
    store_state(k, &s);
    uint64_t mask = ((uint64_t)1 << DETAILED_COUNT_BITS) - 1;
    k->loads += counts & mask;
    k->stores += counts >> DETAILED_COUNT_BITS & mask;
    k->fp_simd += counts >> 2 * DETAILED_COUNT_BITS;
}

static __attribute__((noinline)) void run_out_of_order(struct detailed *k,
                                                       const struct record_program *program,
                                                       const struct record_batch *batch)
{
    run(k, program, batch, false);
}

static __attribute__((noinline)) void run_in_order(struct detailed *k,
                                                   const struct record_program *program,
                                                   const struct record_batch *batch)
{
    run(k, program, batch, true);
}

int detailed_retire(struct detailed *k, const struct record_program *program,
                    const struct record_batch *batch)
{
    int rc = detailed_compile(k, program);
    if (rc != 0)
        return rc;
    if (k->in_order)
        run_in_order(k, program, batch);
    else
        run_out_of_order(k, program, batch);
    return 0;
}
