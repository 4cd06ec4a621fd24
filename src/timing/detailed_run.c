/* The detailed model's path: what happens to each retired instruction.  What is modelled
 * and what is not stands in detailed.h.
 *
 * This file is compiled more than once, for hosts with and without wide vectors; each time
 * DETAILED_RUN is the name of the one function that it exports.  All arithmetic is on
 * integers, so all of them give the same times. */
#include "config.h"

#include <string.h>

#include "timing/detailed_path.h"
#include "timing/hierarchy_access.h"

/* What changes with every instruction and should be in registers as long as a batch lasts;
 * the rest of the state stays where it is. */
struct state {
    uint64_t dispatch, retire;
    uint64_t *rob;
    const uint64_t *address;
};

/* The variants of the path that are compiled apart. */
struct variant {
    bool in_order;
    bool even; /* the widths are powers of two: a step is an addition */
    bool renamed; /* physical registers are limited */
};

static uint64_t *move_to_front(uint64_t *buffer, const uint64_t *at, size_t keep)
{
    memmove(buffer, at - keep, keep * sizeof buffer[0]);
    return buffer + keep;
}

/* Moves what is remembered to the front of the buffers of window and queues; takes the next
 * place in the window and returns it. */
static __attribute__((noinline)) uint64_t *make_room(struct detailed *k, const uint64_t *rob)
{
    k->slots += (uint64_t)(rob - (k->rob_buffer + k->rob));
    k->load_at = move_to_front(k->load_buffer, k->load_at, k->load_queue);
    k->store_at = move_to_front(k->store_buffer, k->store_at, k->store_queue);
    return move_to_front(k->rob_buffer, rob, k->rob);
}

/* Forgets the ports of cycles before `now`. */
static void advance_ring(struct detailed *k, uint64_t now)
{
    uint64_t begin = k->ring_end - DETAILED_RING;
    if (now >= k->ring_end)
        begin = now - DETAILED_RING;
    for (; begin < now; begin++)
        k->ring[begin % DETAILED_RING] = 0;
    k->ring_end = now + DETAILED_RING;
}

static bool port_is_free(const struct detailed *k, uint64_t cycle, unsigned group,
                         unsigned busy)
{
    if ((k->ring[cycle % DETAILED_RING] + k->port_full) & k->port_mask[group])
        return false;
    uint64_t own = k->port_unit[group] << 7;
    for (unsigned i = 1; i < busy; i++)
        if ((k->ring[(cycle + i) % DETAILED_RING] + k->port_full) & own)
            return false;
    return true;
}

/* The first cycle from `cycle` on at which the group has a port for `busy` cycles; takes it.
 * `now` is the cycle of the last dispatch: nothing issues before. */
static __attribute__((noinline)) uint64_t
port_search(struct detailed *k, uint64_t now, uint64_t cycle, unsigned group, unsigned busy)
{
    uint64_t hint = clock_max(k->port_hint[group], now), ready = cycle;
    bool front = cycle <= hint;
    if (front)
        cycle = hint;
    for (;; cycle++) {
        if (cycle + busy > k->ring_end) {
            advance_ring(k, now);
            /* So far ahead that nobody else is: no limit there. */
            if (cycle + busy > k->ring_end)
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
    k->port_wait += cycle - ready;
    return cycle;
}

/* Registers for the results. */
ALWAYS_INLINE void wait_for_registers(struct detailed *k, struct state *s,
                                      const struct detailed_op *op)
{
    uint64_t t = s->dispatch;
    for (unsigned f = 0; f < DETAILED_FILES; f++) {
        const struct detailed_file *file = &k->file[f];
        if (op->n_reg[f] > 0) /* the last one is free last */
            t = clock_max(t, file->free[(file->next + op->n_reg[f] - 1 - file->limit) %
                                        DETAILED_RENAMED]);
    }
    k->full[DETAILED_FULL_REGISTERS] += t - s->dispatch;
    s->dispatch = t;
}

/* A place in the window. */
ALWAYS_INLINE uint64_t dispatch(struct detailed *k, struct state *s,
                                const struct detailed_op *op, const struct variant v)
{
    uint64_t next = v.even ? s->dispatch + k->width_dispatch.unit
                           : clock_step(s->dispatch, k->width_dispatch);
    s->dispatch = clock_max(next, s->rob[k->rob_back]);
    k->full[DETAILED_FULL_WINDOW] += s->dispatch - next;
    if (v.renamed)
        wait_for_registers(k, s, op);
    return s->dispatch;
}

/* A place in the load or store queue, free from `free` on. */
ALWAYS_INLINE uint64_t enter_queue(struct detailed *k, struct state *s, uint64_t free,
                                   enum detailed_full which)
{
    uint64_t t = clock_max(s->dispatch, free);
    k->full[which] += t - s->dispatch;
    s->dispatch = t;
    return t;
}

/* The cycle in which an instruction that is ready at `t` issues, and what it waited for. */
ALWAYS_INLINE uint64_t issue(struct detailed *k, struct state *s, uint64_t t, unsigned port,
                             unsigned busy, const struct variant v, uint64_t *cause)
{
    if (v.in_order)
        t = clock_max(t & ~(uint64_t)CLOCK_SLOT, v.even ? k->issue + k->width_issue.unit
                                              : clock_step(k->issue, k->width_issue));
    uint64_t cycle = t >> CLOCK_SHIFT, got = cycle;
    uint64_t *ring = &k->ring[cycle % DETAILED_RING];
    if (UNLIKELY(busy > 1 || cycle >= k->ring_end ||
                 ((*ring + k->port_full) & k->port_mask[port]) != 0))
        got = port_search(k, s->dispatch >> CLOCK_SHIFT, cycle, port, busy);
    else
        *ring += k->port_take[port];
    *cause = got != cycle ? CAUSE_PORT : t & CLOCK_CAUSE;
    if (v.in_order)
        k->issue = got != cycle ? got << CLOCK_SHIFT : WITHOUT_CAUSE(t);
    return got;
}

/* Retires an instruction whose result can be used at `done`, and puts it on record why it
 * retires later than the one before. */
ALWAYS_INLINE void retire(struct detailed *k, struct state *s, struct detailed_op *op,
                          uint64_t done, const struct variant v)
{
    uint64_t next = v.even ? s->retire + k->width_retire.unit
                           : clock_step(s->retire, k->width_retire);
    uint64_t t = clock_max(next, done);
    uint64_t cause = t & CLOCK_CAUSE;
    t -= cause;
    k->lost[cause] += t - next;
    op->lost[cause] += t - next;
    s->retire = t;
    *s->rob++ = t + CLOCK_CYCLE;
    if (v.renamed)
        for (unsigned f = 0; f < DETAILED_FILES; f++)
            for (unsigned i = 0; i < op->n_reg[f]; i++)
                k->file[f].free[k->file[f].next++ % DETAILED_RENAMED] = t + CLOCK_CYCLE;
}

ALWAYS_INLINE void handle_op(struct detailed *k, struct state *s, struct detailed_op *op,
                             const unsigned n_src, const unsigned n_dst, const bool branch,
                             const struct variant v)
{
    uint64_t cause, t = dispatch(k, s, op, v);
    for (unsigned i = 0; i < n_src; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t cycle = issue(k, s, t, op->port, 1, v, &cause);
    uint64_t done = (cycle + op->latency) << CLOCK_SHIFT;
    if (n_dst > 0)
        k->ready[op->dst[0]] = done;
    if (n_dst > 1)
        k->ready[op->dst[1]] = done;
    if (branch)
        k->resolve = done;
    retire(k, s, op, done | cause, v);
}

ALWAYS_INLINE void handle_op_any(struct detailed *k, struct state *s,
                                 struct detailed_op *op, const struct variant v)
{
    uint64_t cause, t = dispatch(k, s, op, v);
    for (unsigned i = 0; i < op->n_src; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t cycle = issue(k, s, t, op->port, op->busy, v, &cause);
    uint64_t done = (cycle + op->latency) << CLOCK_SHIFT;
    for (unsigned i = 0; i < op->n_dst; i++)
        k->ready[op->dst[i]] = done;
    k->resolve = done;
    retire(k, s, op, done | cause, v);
}

/* The lines that an access to more than one line touches beyond the first. */
static __attribute__((noinline)) uint64_t split_access(struct detailed *k,
                                                       const struct detailed_op *op,
                                                       uint64_t address, unsigned dirty,
                                                       uint64_t t, uint64_t done)
{
    struct hierarchy *m = &k->memory;
    uint64_t line = address >> k->l1d_bits, last = (address + op->bytes - 1u) >> k->l1d_bits;
    while (line++ != last) {
        uint64_t next = line << k->l1d_bits, at = m->moved ? hierarchy_move(m, next) : next;
        done = clock_max(done, hierarchy_data(m, at >> k->l1d_bits, dirty, t, next, op->pc));
    }
    return done + k->split_penalty;
}

/* An access to data at time `t` (no cause), with translation: when it is done.  No cause when
 * L1D and its translation buffer had it. */
ALWAYS_INLINE uint64_t access_memory(struct detailed *k, const struct detailed_op *op,
                                     uint64_t address, unsigned dirty, uint64_t t)
{
    struct hierarchy *m = &k->memory;
    uint64_t page = address >> m->page_bits;
    if (UNLIKELY(!cache_is_first(&m->dtlb, page)))
        t = hierarchy_translate(m, page, t);
    uint64_t at = UNLIKELY(m->moved) ? hierarchy_move(m, address) : address;
    return hierarchy_data(m, at >> k->l1d_bits, dirty, t, address, op->pc);
}

ALWAYS_INLINE bool is_split(const struct detailed *k, uint64_t address, unsigned bytes)
{
    return UNLIKELY(address >> k->l1d_bits != (address + bytes - 1) >> k->l1d_bits);
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

ALWAYS_INLINE bool is_pending(const struct detailed *k, uint64_t granule, uint64_t t)
{
    const struct detailed_forward *f = &k->forward[granule % DETAILED_FORWARD];
    return UNLIKELY(f->granule == granule && f->written > t);
}

/* When the data of a load that issues at `t` can be used; no cause: L1D or forwarded. */
ALWAYS_INLINE uint64_t load_data(struct detailed *k, const struct detailed_op *op,
                                 uint64_t address, uint64_t t)
{
    unsigned bytes = op->bytes;
    uint64_t done = access_memory(k, op, address, 0, t);
    bool pending = is_pending(k, address >> 3, t);
    if ((address & 7) + bytes > 8) {
        if (is_split(k, address, bytes))
            done = split_access(k, op, address, 0, t, done);
        for (uint64_t g = (address >> 3) + 1; g <= (address + bytes - 1) >> 3; g++)
            pending |= is_pending(k, g, t);
    }
    return UNLIKELY(pending) ? forward(k, address, bytes, t, done) : done;
}

/* One or two results; with `base` the second is the updated base register. */
ALWAYS_INLINE void handle_load(struct detailed *k, struct state *s,
                               struct detailed_op *op, const unsigned n_addr,
                               const unsigned n_dst, const bool base, const struct variant v)
{
    uint64_t cause, t = dispatch(k, s, op, v);
    t = enter_queue(k, s, k->load_at[k->load_back], DETAILED_FULL_LOADS);
    for (unsigned i = 0; i < n_addr; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t cycle = issue(k, s, t, op->port, 1, v, &cause);
    uint64_t done = load_data(k, op, *s->address++, cycle << CLOCK_SHIFT) +
                    ((uint64_t)op->latency << CLOCK_SHIFT);
    if (LIKELY((done & CLOCK_CAUSE) == 0))
        done |= CAUSE_L1;
    else
        cause = 0;
    k->ready[op->dst[0]] = done;
    if (n_dst > 1)
        k->ready[op->dst[1]] = base ? (cycle + 1) << CLOCK_SHIFT : done;
    retire(k, s, op, done | cause, v);
    *k->load_at++ = s->retire + CLOCK_CYCLE;
}

/* When the lines of a store that issues at `t` are in L1D. */
ALWAYS_INLINE uint64_t store_line(struct detailed *k, const struct detailed_op *op,
                                  uint64_t address, uint64_t t)
{
    uint64_t done = access_memory(k, op, address, 1, t);
    return is_split(k, address, op->bytes) ? split_access(k, op, address, 1, t, done) : done;
}

/* Remembers a store for the loads behind it. */
ALWAYS_INLINE void note_store(struct detailed *k, uint64_t address, unsigned bytes,
                              uint64_t data, uint64_t written)
{
    uint64_t last = (address + bytes - 1) >> 3;
    if (LIKELY(last == address >> 3)) {
        uint64_t touched = ((uint64_t)0xff >> (8 - bytes)) << (address & 7);
        k->forward[last % DETAILED_FORWARD] =
            (struct detailed_forward){last, data, written, touched};
        return;
    }
    for (uint64_t g = address >> 3; g <= last; g++)
        k->forward[g % DETAILED_FORWARD] = (struct detailed_forward){
            g, data, written, granule_bytes(g, address, bytes)};
}

/* The part of a store behind its retirement: it writes when L1D has its line at `line`. */
ALWAYS_INLINE void write_store(struct detailed *k, struct state *s, uint64_t address,
                               unsigned bytes, uint64_t data, uint64_t line)
{
    uint64_t w = clock_max(clock_step(k->write, k->width_write),
                           CYCLE_BEGIN(s->retire) + CLOCK_CYCLE);
    w = clock_max(w, CYCLE_BEGIN(line));
    k->write = w;
    uint64_t written = CYCLE_BEGIN(w) + CLOCK_CYCLE;
    *k->store_at++ = written | CAUSE_STORE;
    note_store(k, address, bytes, data, written);
}

ALWAYS_INLINE void handle_store(struct detailed *k, struct state *s,
                                struct detailed_op *op, const unsigned n_addr,
                                const struct variant v)
{
    uint64_t cause, t = dispatch(k, s, op, v);
    uint64_t address = *s->address++;
    t = enter_queue(k, s, k->store_at[k->store_back], DETAILED_FULL_STORES);
    for (unsigned i = 0; i < n_addr; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t data = clock_max(k->ready[op->src[n_addr]], k->ready[op->src[n_addr + 1]]);
    if (v.in_order)
        t = clock_max(t, data);
    uint64_t cycle = issue(k, s, t, op->port, 1, v, &cause);
    uint64_t line = store_line(k, op, address, cycle << CLOCK_SHIFT);
    uint64_t done = clock_max((cycle + op->latency) << CLOCK_SHIFT | cause, data);
    retire(k, s, op, done, v);
    write_store(k, s, address, op->bytes, CYCLE_BEGIN(done), line);
}

/* Everything that is rare: loads and stores of odd shape, atomics, barriers, system. */
ALWAYS_INLINE void handle_other_at(struct detailed *k, struct state *s,
                                   struct detailed_op *op, const struct variant v)
{
    bool load = (op->flags & RECORD_LOAD) != 0, store = (op->flags & RECORD_STORE) != 0;
    bool barrier = !load && !store && (op->flags & (RECORD_ORDERED | RECORD_SERIALIZE));
    bool base = (op->flags & RECORD_WRITEBACK) != 0;
    uint64_t cause, t = dispatch(k, s, op, v), data = 0, address = 0;
    if (load || store)
        address = *s->address++;
    if (load)
        t = enter_queue(k, s, k->load_at[k->load_back], DETAILED_FULL_LOADS);
    if (store)
        t = enter_queue(k, s, k->store_at[k->store_back], DETAILED_FULL_STORES);
    if (barrier || (op->flags & RECORD_SERIALIZE))
        t = clock_max(t, s->retire);
    for (unsigned i = 0; i < op->n_src; i++)
        if (i < op->n_addr || !store || load || v.in_order)
            t = clock_max(t, k->ready[op->src[i]]);
        else
            data = clock_max(data, k->ready[op->src[i]]);
    uint64_t cycle = issue(k, s, t, op->port, op->busy, v, &cause);
    uint64_t start = cycle << CLOCK_SHIFT, line = start;
    uint64_t done = start;
    if (load)
        done = load_data(k, op, address, start);
    if (store)
        line = store_line(k, op, address, start);
    done = clock_max(done + ((uint64_t)op->latency << CLOCK_SHIFT), data);
    if ((done & CLOCK_CAUSE) == 0)
        done |= load ? CAUSE_L1 | cause : cause;
    for (unsigned i = 0; i < op->n_dst; i++)
        k->ready[op->dst[i]] = base && i + 1u == op->n_dst ? start + CLOCK_CYCLE
                               : load                       ? done
                                                            : WITHOUT_CAUSE(done);
    retire(k, s, op, done, v);
    if (load)
        *k->load_at++ = s->retire + CLOCK_CYCLE;
    if (store)
        write_store(k, s, address, op->bytes, CYCLE_BEGIN(done), line);
    if (barrier || (op->flags & RECORD_SERIALIZE) || (load && (op->flags & RECORD_ORDERED)))
        s->dispatch = clock_max(s->dispatch, CYCLE_BEGIN(done) - k->width_dispatch.unit);
}

/* The state goes through memory, so that it can stay in registers elsewhere. */
static __attribute__((noinline)) void handle_other(struct detailed *k,
                                                   struct detailed_op *op,
                                                   const struct variant v)
{
    struct state s = {k->dispatch, k->retire, k->rob_at, k->address_at};
    handle_other_at(k, &s, op, v);
    k->dispatch = s.dispatch;
    k->retire = s.retire;
    k->rob_at = s.rob;
    k->address_at = s.address;
}

/* A hint is done when its address is known, whatever memory does. */
ALWAYS_INLINE void handle_prefetch(struct detailed *k, struct state *s,
                                   struct detailed_op *op, const struct variant v)
{
    uint64_t cause, t = dispatch(k, s, op, v);
    for (unsigned i = 0; i < op->n_src; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    uint64_t start = issue(k, s, t, op->port, 1, v, &cause) << CLOCK_SHIFT;
    if (op->flags & (RECORD_LOAD | RECORD_STORE))
        access_memory(k, op, *s->address++, 0, start);
    retire(k, s, op, (start + CLOCK_CYCLE) | cause, v);
}

ALWAYS_INLINE void handle(struct detailed *k, struct state *s, struct detailed_op *op,
                          const struct variant v)
{
    switch ((enum detailed_kind)op->kind) {
    case DETAILED_SKIP:
        break;
    case DETAILED_NOP:
        retire(k, s, op, dispatch(k, s, op, v) & ~(uint64_t)CLOCK_SLOT, v);
        break;
    case DETAILED_MOVE:
        k->ready[op->dst[0]] = k->ready[op->src[0]];
        retire(k, s, op, dispatch(k, s, op, v) & ~(uint64_t)CLOCK_SLOT, v);
        break;
    case DETAILED_OP1:
        handle_op(k, s, op, 1, 1, false, v);
        break;
    case DETAILED_OP2:
        handle_op(k, s, op, 2, 1, false, v);
        break;
    case DETAILED_OP3:
        handle_op(k, s, op, 3, 1, false, v);
        break;
    case DETAILED_OP_TWO:
        handle_op(k, s, op, 3, 2, false, v);
        break;
    case DETAILED_BRANCH1:
        handle_op(k, s, op, 1, 1, true, v);
        break;
    case DETAILED_BRANCH2:
        handle_op(k, s, op, 2, 2, true, v);
        break;
    case DETAILED_OP_ANY:
        handle_op_any(k, s, op, v);
        break;
    case DETAILED_LOAD1:
        handle_load(k, s, op, 1, 1, false, v);
        break;
    case DETAILED_LOAD2:
        handle_load(k, s, op, 2, 1, false, v);
        break;
    case DETAILED_LOAD1_BASE:
        handle_load(k, s, op, 1, 2, true, v);
        break;
    case DETAILED_LOAD_PAIR:
        handle_load(k, s, op, 1, 2, false, v);
        break;
    case DETAILED_STORE1:
        handle_store(k, s, op, 1, v);
        break;
    case DETAILED_STORE2:
        handle_store(k, s, op, 2, v);
        break;
    case DETAILED_PREFETCH:
        handle_prefetch(k, s, op, v);
        break;
    case DETAILED_LOAD_ANY:
    case DETAILED_STORE_ANY:
    case DETAILED_OTHER:
        k->dispatch = s->dispatch;
        k->retire = s->retire;
        k->rob_at = s->rob;
        k->address_at = s->address;
        handle_other(k, op, v);
        s->dispatch = k->dispatch;
        s->retire = k->retire;
        s->rob = k->rob_at;
        s->address = k->address_at;
        break;
    default:
        __builtin_unreachable();
    }
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
ALWAYS_INLINE void fetch(struct detailed *k, struct state *s, uint64_t first, uint64_t last,
                         uint64_t fetch_time)
{
    uint64_t dispatched = WITHOUT_CAUSE(s->dispatch);
    uint64_t t = clock_max(k->fetch, dispatched - k->fetch_ahead);
    /* The last two lines are the most recently used of their sets: nothing would change. */
    if (UNLIKELY(first < k->code_first || last > k->code_last))
        t = fetch_lines(k, first, last, t);
    s->dispatch = clock_max(dispatched,
                            (CYCLE_BEGIN(t) - k->width_dispatch.unit) | k->fetch_cause);
    k->fetch = t + fetch_time;
    k->fetch_cause = CAUSE_FRONTEND;
}

/* The branch at the end of a block: where and when fetch goes on. */
ALWAYS_INLINE void end_block(struct detailed *k, const struct detailed_block *block, bool taken,
                             uint64_t next)
{
    uint64_t pc = block->branch_pc;
    bool right = predict(k, (enum detailed_branch)block->branch, pc, taken, next);
    k->branches++;
    k->taken += taken;
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
                                              const struct record_step *step, uint64_t retire)
{
    unsigned events = k->memory.events;
    k->memory.events = 0;
    k->observer(k->observer_data, step, retire, events);
}

ALWAYS_INLINE void run(struct detailed *k, const struct record_program *program,
                       const struct record_batch *batch, const struct variant v)
{
    struct state s = {k->dispatch, k->retire, k->rob_at, batch->address};
    uint64_t counts = 0, mask = ((uint64_t)1 << DETAILED_COUNT_BITS) - 1;
    uint64_t before = s.retire;
    const uint64_t *full = k->rob_buffer + k->rob + DETAILED_ROOM;
    struct detailed_block cut;
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
        if (UNLIKELY(s.rob > full))
            s.rob = make_room(k, s.rob);
        fetch(k, &s, block->first_line, block->last_line, block->fetch_time);
        counts += block->counts;
        struct detailed_op *op = k->op + block->first_op, *end = op + block->n_insn;
        do
            handle(k, &s, op, v);
        while (++op < end);
        own->steps++;
        own->time += s.retire - before;
        before = s.retire;
        if (UNLIKELY(k->observer != NULL))
            observe(k, step, s.retire);
        if (LIKELY(block->branch != DETAILED_NO_BRANCH)) {
            uint64_t next = step + 1 < last ? program->block[step[1].block].pc : batch->next_pc;
            end_block(k, block, step->taken != 0, next);
        }
    }
    k->dispatch = s.dispatch;
    k->retire = s.retire;
    k->rob_at = s.rob;
    k->address_at = s.address;
    k->loads += counts & mask;
    k->stores += counts >> DETAILED_COUNT_BITS & mask;
    k->fp_simd += counts >> 2 * DETAILED_COUNT_BITS;
}

#define VARIANT(name, in_order, even, renamed)                                                 \
    static __attribute__((noinline)) void name(struct detailed *k,                             \
                                               const struct record_program *program,           \
                                               const struct record_batch *batch)               \
    {                                                                                          \
        run(k, program, batch, (struct variant){in_order, even, renamed});                     \
    }
VARIANT(run_plain, false, true, false)
VARIANT(run_renamed, false, true, true)
VARIANT(run_in_order, true, true, false)
VARIANT(run_odd, false, false, true)
VARIANT(run_in_order_odd, true, false, true)
#undef VARIANT

void DETAILED_RUN(struct detailed *k, const struct record_program *program,
                  const struct record_batch *batch)
{
    if (!k->even || (k->in_order && k->renamed))
        (k->in_order ? run_in_order_odd : run_odd)(k, program, batch);
    else if (k->in_order)
        run_in_order(k, program, batch);
    else if (k->renamed)
        run_renamed(k, program, batch);
    else
        run_plain(k, program, batch);
}
