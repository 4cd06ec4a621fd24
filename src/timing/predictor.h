/* Branch prediction: direction, targets, returns.
 *
 * Notes:
 * - Direction: TAGE (A. Seznec, P. Michaud, "A case for (partially) TAgged GEometric
 *   history length branch prediction", JILP 8, 2006) with a base of two-bit counters and
 *   eight tagged tables.  History lengths are geometric between the machine's shortest and
 *   longest; lengths of index and tag folding are co-prime, or two histories that share an
 *   index would share their tag as well.
 * - An entry is 16 bits: tag 11 at most, counter 3, useful 2.  All eight tables are looked up
 * and their folded histories shifted as one vector of eight 16-bit lanes.
 * - Tables are updated when the branch retires, before the next is predicted: the delay
 *   between prediction and update, and wrong-path history, are not modelled.
 * - Only conditional branches enter the direction history; indirect branches add two
 *   bits of their target.
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
enum {
    TAGE_TABLES = 8,
    TAGE_HISTORY = 1024 + TAGE_TABLES,
    TAGE_KEPT = TAGE_HISTORY / 16 + 2, /* words of 16 outcomes that are looked back at */
    TAGE_WORDS = 4 * TAGE_KEPT
};

typedef uint16_t tage_lanes __attribute__((vector_size(16)));
typedef int16_t tage_signed __attribute__((vector_size(16)));

struct tage {
    /* Folded histories of `bits` bits, in the high bits of their lanes, so that shifting one
     * further drops the bit that comes back at the low end. */
    tage_lanes fold_index, fold_tag;
    tage_lanes low_index, low_tag;     /* the lowest bit of a fold */
    tage_lanes out_index, out_tag;     /* where a table's oldest bit leaves its fold */
    /* The next 16 outcomes to leave each table's history, the first in the highest bit; where
     * the one that is entered now has its place when the length is below 16. */
    tage_lanes leaving, enter;
    unsigned length[TAGE_TABLES];
    uint16_t recent;                   /* the last outcomes, the newest in the lowest bit, */
    unsigned n_recent;                 /* and how many are not in the history yet */
    uint16_t *newest;                  /* the newest word of the history; older ones follow */
    unsigned index_bits, index_down;   /* bits, and 16 less these */
    uint16_t tag_mask;                 /* high bits of an entry */
    uint16_t *table;                   /* entries x TAGE_TABLES: the tables interleaved */
    uint8_t *base;                     /* two-bit counters, 0..3, taken from 2 on */
    uint32_t base_mask;
    uint32_t random;                   /* of allocation; a fixed sequence */
    int8_t alternate;                  /* >= 0: trust the alternate over new entries */
    uint16_t history[TAGE_WORDS]; /* filled from its end to its front, then moved back */
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

/* The rarely taken parts of tage_branch: after 16 outcomes, and after mispredictions. */
void tage_refill(struct tage *t);
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

/* All lanes shifted right. */
static inline tage_lanes tage_right(tage_lanes lanes, unsigned bits)
{
#if defined(__SSE2__)
    return (tage_lanes)_mm_srl_epi16((__m128i)lanes, _mm_cvtsi32_si128((int)bits));
#else
    return lanes >> (uint16_t)bits;
#endif
}

/* The last table among `hits`, two bits each, not 0. */
static inline int tage_last(unsigned hits)
{
    return (__builtin_clz(hits) ^ 31) >> 1;
}

/* `at` is twice the entry's index. */
static inline uint16_t *tage_entry(const struct tage *t, int table, unsigned at)
{
    return t->table + (size_t)at * (TAGE_TABLES / 2) + table;
}

/* One step of a fold: rotate, put the newest outcome in, take the oldest out. */
static inline tage_lanes tage_fold(tage_lanes fold, tage_lanes low, tage_lanes out,
                                   tage_lanes oldest, tage_lanes newest)
{
    tage_lanes high = (tage_lanes)((tage_signed)fold < 0);
    return (fold + fold) ^ ((high ^ newest) & low) ^ (oldest & out);
}

/* Appends an outcome to the history. */
static inline void tage_shift(struct tage *t, bool taken)
{
    tage_lanes newest = tage_all(0u - taken);
    tage_lanes oldest = (tage_lanes)((tage_signed)t->leaving < 0);
    t->leaving = (t->leaving + t->leaving) | (newest & t->enter);
    t->recent = (uint16_t)(t->recent << 1 | taken);
    t->fold_index = tage_fold(t->fold_index, t->low_index, t->out_index, oldest, newest);
    t->fold_tag = tage_fold(t->fold_tag, t->low_tag, t->out_tag, oldest, newest);
    if (__builtin_expect(++t->n_recent == 16, 0))
        tage_refill(t);
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
    unsigned mixed = (hash ^ hash >> t->index_bits) << t->index_down;
    tage_lanes index = tage_right(t->fold_index ^ tage_all(mixed), t->index_down);
    tage_lanes tag = (t->fold_tag ^ tage_all(hash << 2 ^ hash << 10)) & tage_all(t->tag_mask);
    uint16_t at[TAGE_TABLES]; /* twice the index, which an address has a factor for */
    index += index;
    memcpy(at, &index, sizeof at);
    tage_lanes entry = {*tage_entry(t, 0, at[0]), *tage_entry(t, 1, at[1]),
                        *tage_entry(t, 2, at[2]), *tage_entry(t, 3, at[3]),
                        *tage_entry(t, 4, at[4]), *tage_entry(t, 5, at[5]),
                        *tage_entry(t, 6, at[6]), *tage_entry(t, 7, at[7])};
    unsigned hits =
        tage_movemask((tage_lanes)((entry & tage_all(t->tag_mask)) == tag)) & 0x5555;
    uint8_t *base = &t->base[hash & t->base_mask];
    bool base_says = *base >= 2;
    bool right;
    if (hits == 0) {
        right = base_says == taken;
        tage_count_base(base, taken);
        if (!right)
            tage_allocate(t, -1, at, tag, taken);
    } else {
        int provider = tage_last(hits);
        unsigned rest = hits & ((1u << 2 * provider) - 1);
        uint16_t *own = tage_entry(t, provider, at[provider]);
        bool own_says = (*own & 16) != 0;
        int second = tage_last(rest | 1);
        bool other_says =
            rest == 0 ? base_says : (*tage_entry(t, second, at[second]) & 16) != 0;
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
    uint32_t mixed = (uint32_t)(target >> 2) * 0x9e3779b1u; /* 2^32 by the golden ratio */
    tage_shift(&p->tage, mixed >> 31);
    tage_shift(&p->tage, mixed >> 30 & 1);
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
