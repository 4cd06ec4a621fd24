/* What happens to an instruction, whatever it finds: ports, queues, caches.  Taken in by
 * detailed_run.c, whose handlers turn here when something is not as it is as a rule. */
#ifndef TIMING_DETAILED_HANDLE_H
#define TIMING_DETAILED_HANDLE_H

#include <string.h>

#include "timing/detailed_path.h"
#include "timing/hierarchy_access.h"

/* What changes with every instruction and should be in registers; the rest of the state stays
 * where it is. */
struct state {
    uint64_t dispatch, retire;
    uint64_t *rob;
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
    for (int f = 0; f < DETAILED_FILES && k->renamed; f++)
        k->reg_at[f] = move_to_front(k->reg_buffer[f], k->reg_at[f], k->reg_limit[f]);
    k->load_at = move_to_front(k->load_buffer, k->load_at, k->load_queue);
    k->store_at = move_to_front(k->store_buffer, k->store_at, k->store_queue);
    return move_to_front(k->rob_buffer, rob, k->rob);
}

/* Forgets the ports of cycles before `now`. */
static __attribute__((noinline)) void advance_ring(struct detailed *k, uint64_t now)
{
    uint64_t begin = k->ring_end - DETAILED_RING;
    if (now >= k->ring_end)
        begin = now - DETAILED_RING;
    while (begin < now) {
        uint64_t at = begin % DETAILED_RING, n = now - begin, idle = k->port_idle;
        if (n > DETAILED_RING - at)
            n = DETAILED_RING - at;
        for (uint64_t *p = &k->ring[at], *end = p + n; p < end; p++)
            *p = idle;
        begin += n;
    }
    k->ring_end = now + DETAILED_RING;
}

ALWAYS_INLINE bool port_is_free(const struct detailed *k, uint64_t cycle, unsigned group,
                                const unsigned busy)
{
    if (k->ring[cycle % DETAILED_RING] & k->port_mask[group])
        return false;
    uint64_t own = k->port_unit[group] << 7;
    for (unsigned i = 1; i < busy; i++)
        if (k->ring[(cycle + i) % DETAILED_RING] & own)
            return false;
    return true;
}

/* The first cycle from `cycle` on at which the group has a port for `busy` cycles; takes it.
 * `now` is the cycle of the last dispatch: nothing issues before. */
ALWAYS_INLINE uint64_t search_port(struct detailed *k, uint64_t now, uint64_t cycle,
                                   unsigned group, const unsigned busy)
{
    uint64_t hint = clock_max(k->port_hint[group], now), ready = cycle;
    bool front = cycle <= hint;
    if (front)
        cycle = hint;
    for (;; cycle++) {
        if (UNLIKELY(cycle + busy > k->ring_end)) {
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

/* The same out of line, and for ports that are taken for one cycle. */
static __attribute__((noinline)) uint64_t port_search(struct detailed *k, uint64_t now,
                                                      uint64_t cycle, unsigned group,
                                                      unsigned busy)
{
    return search_port(k, now, cycle, group, busy);
}

static __attribute__((noinline)) uint64_t port_search_short(struct detailed *k, uint64_t now,
                                                            uint64_t cycle, unsigned group)
{
    return search_port(k, now, cycle, group, 1);
}

/* Registers for the results. */
ALWAYS_INLINE void wait_for_registers(struct detailed *k, struct state *s,
                                      const struct detailed_op *op)
{
    uint64_t t = s->dispatch;
    for (unsigned f = 0; f < DETAILED_FILES; f++)
        if (op->n_reg[f] > 0) /* the last one is free last */
            t = clock_max(t, k->reg_at[f][op->n_reg[f] - 1 + k->reg_back[f]]);
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
    if (!v.even)
        k->full[DETAILED_FULL_WINDOW] += s->dispatch - next;
    if (v.renamed)
        wait_for_registers(k, s, op);
    return s->dispatch;
}

/* A place in the load or store queue, free from `free` on. */
ALWAYS_INLINE uint64_t enter_queue(struct detailed *k, struct state *s, uint64_t free,
                                   enum detailed_full which)
{
    if (UNLIKELY(free > s->dispatch)) {
        k->full[which] += free - s->dispatch;
        s->dispatch = free;
    }
    return s->dispatch;
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
                 (*ring & k->port_mask[port]) != 0))
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
}

/* The same for one with any number of results. */
ALWAYS_INLINE void retire_any(struct detailed *k, struct state *s, struct detailed_op *op,
                              uint64_t done, const struct variant v)
{
    retire(k, s, op, done, v);
    if (v.renamed)
        for (unsigned f = 0; f < DETAILED_FILES; f++)
            for (unsigned i = 0; i < op->n_reg[f]; i++)
                *k->reg_at[f]++ = s->retire + CLOCK_CYCLE;
}

/* An operation whose sources are ready at `t`. */
ALWAYS_INLINE void finish_op(struct detailed *k, struct state *s, struct detailed_op *op,
                             uint64_t t, const struct variant v)
{
    uint64_t cause, cycle = issue(k, s, t, op->port, op->busy, v, &cause);
    uint64_t done = (cycle + op->latency) << CLOCK_SHIFT;
    for (unsigned i = 0; i < op->n_dst; i++)
        k->ready[op->dst[i]] = done;
    k->resolve = done;
    retire_any(k, s, op, done | cause, v);
}

ALWAYS_INLINE void handle_op(struct detailed *k, struct state *s, struct detailed_op *op,
                             const struct variant v)
{
    uint64_t t = dispatch(k, s, op, v);
    for (unsigned i = 0; i < op->n_src; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    finish_op(k, s, op, t, v);
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
        m->count.l1d_accesses++;
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
    uint64_t page = address >> m->page_bits, begin = t;
    if (UNLIKELY(!cache_is_first(&m->dtlb, page)))
        t = hierarchy_translate(m, page, t);
    m->translation = WITHOUT_CAUSE(t) - begin;
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

ALWAYS_INLINE bool is_pending(const struct detailed *k, uint64_t granule, uint64_t t)
{
    unsigned at = granule % DETAILED_FORWARD;
    return UNLIKELY(k->granule[at] == granule && k->forward[at].written > t);
}

/* A load of which at least one granule has a pending store. */
static __attribute__((noinline)) uint64_t forward(const struct detailed *k, uint64_t address,
                                                  unsigned bytes, uint64_t t, uint64_t from_l1)
{
    uint64_t done = 0, last = (address + bytes - 1) >> 3;
    for (uint64_t g = address >> 3; g <= last; g++) {
        const struct detailed_forward *f = &k->forward[g % DETAILED_FORWARD];
        uint64_t need = granule_bytes(g, address, bytes);
        if (!is_pending(k, g, t) || (f->bytes & need) == 0)
            done = clock_max(done, from_l1);
        else if ((f->bytes & need) == need)
            done = clock_max(done, clock_max(t, f->data) + k->forward_latency);
        else
            done = clock_max(done, (f->written + k->memory.l1d_latency) | CAUSE_STORE);
    }
    return done;
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

/* Of the time that was lost to a load under `cause`, what its translation took is put under
 * that: it came first. */
static __attribute__((noinline)) void blame_translation(struct detailed *k,
                                                        struct detailed_op *op, uint64_t cause,
                                                        uint64_t lost)
{
    uint64_t moved = lost < k->memory.translation ? lost : k->memory.translation;
    k->lost[cause] -= moved;
    op->lost[cause] -= moved;
    k->lost[CAUSE_TLB] += moved;
    op->lost[CAUSE_TLB] += moved;
}

/* A load that issued in the cycle of `t`, with what it waited for: up to two results, of which
 * the second may be the updated base register. */
ALWAYS_INLINE void finish_issued_load(struct detailed *k, struct state *s,
                                      struct detailed_op *op, uint64_t t,
                                      const struct variant v)
{
    bool base = (op->flags & RECORD_WRITEBACK) != 0;
    uint64_t start = CYCLE_BEGIN(t), cause = t & CLOCK_CAUSE;
    uint64_t done = load_data(k, op, *k->address_at++, start) +
                    ((uint64_t)op->latency << CLOCK_SHIFT);
    if (LIKELY((done & CLOCK_CAUSE) == 0))
        done |= CAUSE_L1;
    else
        cause = 0;
    k->ready[op->dst[0]] = done;
    if (op->n_dst > 1)
        k->ready[op->dst[1]] = base ? start + CLOCK_CYCLE : done;
    uint64_t why = (done | cause) & CLOCK_CAUSE, lost = k->lost[why];
    retire_any(k, s, op, done | cause, v);
    if (UNLIKELY(k->memory.translation != 0))
        blame_translation(k, op, why, k->lost[why] - lost);
    *k->load_at++ = s->retire + CLOCK_CYCLE;
}

/* A load whose address is known at `t`. */
ALWAYS_INLINE void finish_load(struct detailed *k, struct state *s, struct detailed_op *op,
                               uint64_t t, const struct variant v)
{
    uint64_t cause, cycle = issue(k, s, t, op->port, 1, v, &cause);
    finish_issued_load(k, s, op, cycle << CLOCK_SHIFT | cause, v);
}

ALWAYS_INLINE void handle_load(struct detailed *k, struct state *s, struct detailed_op *op,
                               const struct variant v)
{
    dispatch(k, s, op, v);
    uint64_t t = enter_queue(k, s, k->load_at[k->load_back], DETAILED_FULL_LOADS);
    for (unsigned i = 0; i < op->n_addr; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    finish_load(k, s, op, t, v);
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
        k->granule[last % DETAILED_FORWARD] = last;
        k->forward[last % DETAILED_FORWARD] = (struct detailed_forward){data, written, touched};
        return;
    }
    for (uint64_t g = address >> 3; g <= last; g++) {
        k->granule[g % DETAILED_FORWARD] = g;
        k->forward[g % DETAILED_FORWARD] =
            (struct detailed_forward){data, written, granule_bytes(g, address, bytes)};
    }
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

/* When the data of a store are ready. */
ALWAYS_INLINE uint64_t store_data(const struct detailed *k, const struct detailed_op *op)
{
    return clock_max(k->ready[op->src[op->n_addr]], k->ready[op->src[op->n_addr + 1]]);
}

/* When a store is done whose address is used up to `t` and was waited for because of `cause`.
 * One that updates its base blames what the address waited for even when the data come later
 * and have no cause of their own. */
ALWAYS_INLINE uint64_t store_done(uint64_t t, uint64_t cause, uint64_t data, const bool base)
{
    if (!base)
        return clock_max(t | cause, data);
    t = clock_max(t, data);
    return t & CLOCK_CAUSE ? t : t | cause;
}

/* A store that issued in the cycle of `t`, with what it waited for; it may update its base. */
ALWAYS_INLINE void finish_issued_store(struct detailed *k, struct state *s,
                                       struct detailed_op *op, uint64_t t,
                                       const struct variant v)
{
    bool base = (op->flags & RECORD_WRITEBACK) != 0;
    uint64_t address = *k->address_at++, start = CYCLE_BEGIN(t);
    uint64_t line = store_line(k, op, address, start);
    uint64_t done = store_done(start + ((uint64_t)op->latency << CLOCK_SHIFT), t & CLOCK_CAUSE,
                               store_data(k, op), base);
    if (base)
        k->ready[op->dst[0]] = start + CLOCK_CYCLE;
    retire_any(k, s, op, done, v);
    write_store(k, s, address, op->bytes, CYCLE_BEGIN(done), line);
}

/* A store whose address is known at `t`. */
ALWAYS_INLINE void finish_store(struct detailed *k, struct state *s, struct detailed_op *op,
                                uint64_t t, const struct variant v)
{
    if (v.in_order)
        t = clock_max(t, store_data(k, op));
    uint64_t cause, cycle = issue(k, s, t, op->port, 1, v, &cause);
    finish_issued_store(k, s, op, cycle << CLOCK_SHIFT | cause, v);
}

ALWAYS_INLINE void handle_store(struct detailed *k, struct state *s, struct detailed_op *op,
                                const struct variant v)
{
    dispatch(k, s, op, v);
    uint64_t t = enter_queue(k, s, k->store_at[k->store_back], DETAILED_FULL_STORES);
    for (unsigned i = 0; i < op->n_addr; i++)
        t = clock_max(t, k->ready[op->src[i]]);
    finish_store(k, s, op, t, v);
}

/* Everything that is rare: loads and stores of odd shape, atomics, barriers, system. */
ALWAYS_INLINE void handle_other(struct detailed *k, struct state *s,
                                   struct detailed_op *op, const struct variant v)
{
    bool load = (op->flags & RECORD_LOAD) != 0, store = (op->flags & RECORD_STORE) != 0;
    bool barrier = !load && !store && (op->flags & (RECORD_ORDERED | RECORD_SERIALIZE));
    bool base = (op->flags & RECORD_WRITEBACK) != 0;
    uint64_t cause, t = dispatch(k, s, op, v), data = 0, address = 0;
    if (load || store)
        address = *k->address_at++;
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
    retire_any(k, s, op, done, v);
    if (load)
        *k->load_at++ = s->retire + CLOCK_CYCLE;
    if (store)
        write_store(k, s, address, op->bytes, CYCLE_BEGIN(done), line);
    if (barrier || (op->flags & RECORD_SERIALIZE) || (load && (op->flags & RECORD_ORDERED)))
        enter_queue(k, s, CYCLE_BEGIN(done) - k->width_dispatch.unit, DETAILED_FULL_ORDER);
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
        access_memory(k, op, *k->address_at++, 0, start);
    retire_any(k, s, op, (start + CLOCK_CYCLE) | cause, v);
}

#endif
