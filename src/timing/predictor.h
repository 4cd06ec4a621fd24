/* Branch prediction: direction, targets, returns.
 *
 * Notes:
 * - Direction: TAGE (A. Seznec, P. Michaud, "A case for (partially) TAgged GEometric
 *   history length branch prediction", JILP 8, 2006) with a base of two-bit counters and
 *   eight tagged tables.  History lengths are geometric between the machine's shortest and
 *   longest; lengths of index and tag folding are co-prime, or two histories that share an
 *   index would share their tag as well.
 * - An entry is 16 bits: tag 11, counter 3, useful 2.  All eight tables are looked up and
 *   their folded histories shifted as one vector of eight 16-bit lanes.
 * - Tables are updated when the branch retires, before the next is predicted: the delay
 *   between prediction and update, and wrong-path history, are not modelled.
 * - Only conditional branches enter the direction history; indirect branches add one bit of
 *   their target.
 * - Targets: a set-associative branch target buffer (a taken direct branch that is not in it
 *   costs fetch a few cycles); a table indexed by pc and history for indirect branches; a
 *   return stack that overwrites its oldest entry.
 */
#ifndef TIMING_PREDICTOR_H
#define TIMING_PREDICTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "timing/cache.h"
#include "timing/machine_priv.h"

/* A length is at most 1024, and one more for each table that had to be told apart. */
enum { TAGE_TABLES = 8, TAGE_HISTORY = 1024 + TAGE_TABLES };

typedef uint16_t tage_lanes __attribute__((vector_size(16)));

struct tage {
    tage_lanes fold_index, fold_tag;   /* folded histories */
    tage_lanes out_index, out_tag;     /* where a table's oldest bit leaves its fold */
    uint16_t *newest;                  /* next free place of the history */
    uint16_t length[TAGE_TABLES];
    unsigned index_bits, tag_bits;
    uint16_t *table;                   /* TAGE_TABLES x entries */
    uint8_t *base;                     /* two-bit counters, 0..3, taken from 2 on */
    uint32_t base_mask;
    uint32_t random;                   /* of allocation; a fixed sequence */
    int8_t alternate;                  /* >= 0: trust the alternate over new entries */
    /* Outcomes as 0 or 0xffff, the newest last; moved to the front when full. */
    uint16_t history[2 * TAGE_HISTORY];
};

struct predictor {
    enum machine_predictor kind;
    struct tage tage;
    struct cache btb;
    uint64_t *indirect;
    uint32_t indirect_mask;
    uint64_t *stack;
    unsigned stack_size, stack_top;
};

int predictor_init(struct predictor *p, const struct machine *m);
void predictor_release(struct predictor *p);

/* The rarely taken parts of tage_update. */
void tage_rebase(struct tage *t);
void tage_allocate(struct tage *t, int provider, const uint16_t at[TAGE_TABLES],
                   tage_lanes tag, bool taken);

static inline unsigned tage_movemask(tage_lanes equal)
{
#if defined(__SSE2__)
    return (unsigned)_mm_movemask_epi8((__m128i)equal);
#else
    unsigned mask = 0;
    for (int i = 0; i < TAGE_TABLES; i++)
        mask |= (equal[i] & 3u) << 2 * i;
    return mask;
#endif
}

static inline tage_lanes tage_all(unsigned value)
{
    uint16_t v = (uint16_t)value;
    return (tage_lanes){v, v, v, v, v, v, v, v};
}

static inline tage_lanes tage_fold(tage_lanes fold, tage_lanes out, tage_lanes oldest,
                                   unsigned newest, unsigned bits)
{
    fold = fold << 1 | tage_all(newest & 1);
    fold ^= oldest & out;
    fold ^= fold >> (uint16_t)bits;
    return fold & tage_all((1u << bits) - 1);
}

/* Appends an outcome to the history. */
static inline void tage_shift(struct tage *t, bool taken)
{
    if (__builtin_expect(t->newest == t->history + 2 * TAGE_HISTORY, 0))
        tage_rebase(t);
    uint16_t *h = t->newest++;
    uint16_t bit = (uint16_t)-(int)taken;
    *h = bit;
    tage_lanes oldest = {h[-t->length[0]], h[-t->length[1]], h[-t->length[2]],
                         h[-t->length[3]], h[-t->length[4]], h[-t->length[5]],
                         h[-t->length[6]], h[-t->length[7]]};
    t->fold_index = tage_fold(t->fold_index, t->out_index, oldest, bit, t->index_bits);
    t->fold_tag = tage_fold(t->fold_tag, t->out_tag, oldest, bit, t->tag_bits);
}

static inline void tage_count(uint16_t *entry, bool taken)
{
    unsigned counter = (*entry >> 2) & 7;
    if (taken && counter < 7)
        *entry = (uint16_t)(*entry + 4);
    else if (!taken && counter > 0)
        *entry = (uint16_t)(*entry - 4);
}

static inline void tage_count_base(uint8_t *counter, bool taken)
{
    if (taken && *counter < 3)
        ++*counter;
    else if (!taken && *counter > 0)
        --*counter;
}

/* Predicts the conditional branch at `pc`, learns the outcome, and returns whether the
 * prediction was right. */
static inline bool tage_branch(struct tage *t, uint64_t pc, bool taken)
{
    uint32_t hash = (uint32_t)(pc >> 2);
    unsigned bits = t->index_bits;
    tage_lanes index = t->fold_index ^ tage_all(hash ^ hash >> bits);
    index &= tage_all((1u << bits) - 1);
    tage_lanes tag = t->fold_tag ^ tage_all(hash >> 3 ^ hash << 5);
    tag &= tage_all((1u << t->tag_bits) - 1);
    uint16_t at[TAGE_TABLES];
    memcpy(at, &index, sizeof at);
    uint16_t *e[TAGE_TABLES];
    for (int i = 0; i < TAGE_TABLES; i++)
        e[i] = t->table + ((size_t)i << bits) + at[i];
    tage_lanes entry = {*e[0], *e[1], *e[2], *e[3], *e[4], *e[5], *e[6], *e[7]};
    unsigned hits = tage_movemask((tage_lanes)(entry >> 5 == tag)) & 0x5555;
    uint8_t *base = &t->base[hash & t->base_mask];
    bool base_says = *base >= 2;
    bool right;
    if (hits == 0) {
        right = base_says == taken;
        tage_count_base(base, taken);
        if (!right)
            tage_allocate(t, -1, at, tag, taken);
    } else {
        int provider = (31 - __builtin_clz(hits)) / 2;
        unsigned rest = hits & ((1u << 2 * provider) - 1);
        uint16_t *own = e[provider];
        bool own_says = (*own & 16) != 0;
        bool other_says = rest == 0 ? base_says
                                    : (*e[(31 - __builtin_clz(rest)) / 2] & 16) != 0;
        unsigned counter = (*own >> 2) & 7;
        bool is_new = (counter == 3 || counter == 4) && (*own & 3) == 0;
        bool says = is_new && t->alternate >= 0 ? other_says : own_says;
        right = says == taken;
        if (own_says != other_says) {
            bool own_right = own_says == taken;
            if (is_new && t->alternate < 7 && !own_right)
                t->alternate++;
            else if (is_new && t->alternate > -8 && own_right)
                t->alternate--;
            if (own_right && (*own & 3) < 3)
                ++*own;
            else if (!own_right && (*own & 3) > 0)
                --*own;
        }
        tage_count(own, taken);
        if ((*own & 3) == 0 && rest == 0)
            tage_count_base(base, taken);
        if (!right && provider < TAGE_TABLES - 1 && own_says != taken)
            tage_allocate(t, provider, at, tag, taken);
    }
    tage_shift(t, taken);
    return right;
}

/* A branch that is not conditional and whose target is in a register: returns whether the
 * target was predicted. */
static inline bool predictor_indirect(struct predictor *p, uint64_t pc, uint64_t target)
{
    uint32_t hash = (uint32_t)(pc >> 2) ^ p->tage.fold_index[3] ^
                    (uint32_t)p->tage.fold_tag[1] << 5;
    uint64_t *entry = &p->indirect[hash & p->indirect_mask];
    bool right = *entry == target;
    *entry = target;
    tage_shift(&p->tage, (target >> 2 ^ target >> 5) & 1);
    return right;
}

static inline void predictor_call(struct predictor *p, uint64_t return_pc)
{
    p->stack_top = p->stack_top + 1 == p->stack_size ? 0 : p->stack_top + 1;
    p->stack[p->stack_top] = return_pc;
}

static inline bool predictor_return(struct predictor *p, uint64_t target)
{
    bool right = p->stack[p->stack_top] == target;
    p->stack_top = p->stack_top == 0 ? p->stack_size - 1 : p->stack_top - 1;
    return right;
}

#endif
