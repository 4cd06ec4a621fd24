/* Branch prediction: direction, targets, returns.
 *
 * Notes:
 * - Direction: TAGE (A. Seznec, P. Michaud, "A case for (partially) TAgged GEometric
 *   history length branch prediction", JILP 8, 2006) with a base of two-bit counters and
 *   eight tagged tables.  History lengths are geometric between the machine's shortest and
 *   longest; lengths of index and tag folding are co-prime, or two histories that share an
 *   index would share their tag as well.
 * - An entry is 16 bits: tag 11 at most, counter 3, useful 2.  All eight tables are looked up
 *   and their folded histories shifted as one vector of eight lanes.
 * - Tables are updated when the branch retires, before the next is predicted: the delay
 *   between prediction and update, and wrong-path history, are not modelled.
 * - So a prediction depends on the branches before it and on nothing else: not on time, and not
 *   on caches.  Models have all branches of a batch predicted before they look at it otherwise
 *   (detailed_predict.c), which lets the host overlap one branch's lookups with the next's.
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
    TAGE_WORD = 32,                           /* outcomes in a word of the history */
    TAGE_KEPT = TAGE_HISTORY / TAGE_WORD + 2, /* words that are looked back at */
    TAGE_WORDS = 4 * TAGE_KEPT
};

/* Lanes lie where the heap puts them. */
typedef uint32_t tage_lanes __attribute__((vector_size(32), aligned(16)));
typedef int32_t tage_signed __attribute__((vector_size(32), aligned(16)));

/* What each branch changes.  A loop over many branches keeps a copy of it in registers. */
struct tage_folds {
    /* Folded histories of some bits, in the high bits of their lanes, so that shifting one
     * further drops the bit that comes back at the low end. */
    tage_lanes index, tag;
    /* The next outcomes to leave each table's history, the first in the highest bit. */
    tage_lanes leaving;
    uint64_t recent; /* a one and the outcomes that are not in the history yet, newest last */
};

/* What an outcome puts into folds, and, where it leaves before its word of the history is
 * complete, into `leaving`; how a counter is that is sure of it. */
struct tage_outcome {
    tage_lanes index, tag, leaving;
    uint32_t entry, base;
};

struct tage {
    struct tage_folds folds;
    struct tage_outcome outcome[2];
    tage_lanes low_index, low_tag;     /* the lowest bit of a fold */
    tage_lanes out_index, out_tag;     /* where a table's oldest bit leaves its fold */
    tage_lanes index_down;             /* 29 less the bits: eight times the index */
    tage_lanes tag_mask;               /* high bits of a lane */
    unsigned length[TAGE_TABLES];
    unsigned index_bits;
    uint16_t *table;                   /* entries x TAGE_TABLES: the tables interleaved, */
    uint16_t *room;                    /* from the second entry of this allocation on */
    uint8_t *base;                     /* two-bit counters, 0..3, taken from 2 on */
    uint32_t base_mask;
    uint32_t random;                   /* of allocation; a fixed sequence */
    int8_t alternate;                  /* >= 0: trust the alternate over new entries */
    uint32_t *newest;                  /* the newest word of the history; older ones follow */
    uint32_t history[TAGE_WORDS]; /* filled from its end to its front, then moved back */
};

/* What a branch's address contributes to its places in the tables. */
struct tage_site {
    uint32_t index, tag; /* xor the folds */
    uint32_t base;       /* place in the base table */
};

/* A branch's entries: their places in the table, and tags in the high bits. */
struct tage_look {
    tage_lanes at, tag;
    unsigned hits; /* a bit for each table */
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

struct tage_site tage_site(const struct tage *t, uint64_t pc);

/* Rarely called: after a word of outcomes; and where the tables learn from one.  The latter
 * returns whether the prediction was right. */
void tage_refill(struct tage *t, struct tage_folds *folds);
bool tage_learn(struct tage *t, const struct tage_look *look, uint8_t *base, bool taken);

/* Lanes go through pointers, for compilers that have no such vectors would warn of two ways to
 * pass them otherwise.  This reads the entries, each into the high half of its lane. */
static inline void tage_entries(const uint16_t *table, const tage_lanes *at, tage_lanes *entry)
{
#if defined(__AVX2__)
    *entry = (tage_lanes)_mm256_i32gather_epi32((const int *)(table - 1), (__m256i)*at, 2);
#else
    for (int i = 0; i < TAGE_TABLES; i++)
        (*entry)[i] = (uint32_t)table[(*at)[i]] << 16;
#endif
}

/* A bit for each lane that is 0. */
static inline unsigned tage_zeros(const tage_lanes *lanes)
{
    tage_lanes zero = (tage_lanes)(*lanes == 0);
#if defined(__AVX2__)
    return (unsigned)_mm256_movemask_ps((__m256)zero);
#else
    unsigned mask = 0;
    for (int i = 0; i < TAGE_TABLES; i++)
        mask |= (zero[i] & 1u) << i;
    return mask;
#endif
}

/* The last table among `hits`, not 0. */
static inline unsigned tage_last(unsigned hits)
{
    return (unsigned)__builtin_clz(hits) ^ 31;
}

/* One step of a fold: rotate, put the newest outcome in, take the oldest out. */
static inline void tage_fold(tage_lanes *fold, const tage_lanes *low, const tage_lanes *out,
                             const tage_lanes *oldest, const tage_lanes *newest)
{
    tage_lanes high = (tage_lanes)((tage_signed)*fold < 0);
    *fold = (*fold + *fold) ^ (high & *low) ^ *newest ^ (*oldest & *out);
}

/* Appends an outcome to the history. */
static inline void tage_shift(struct tage *t, struct tage_folds *f, bool taken)
{
    const struct tage_outcome *o = &t->outcome[taken];
    tage_lanes oldest = (tage_lanes)((tage_signed)f->leaving < 0);
    f->leaving = (f->leaving + f->leaving) | o->leaving;
    f->recent = f->recent << 1 | taken;
    tage_fold(&f->index, &t->low_index, &t->out_index, &oldest, &o->index);
    tage_fold(&f->tag, &t->low_tag, &t->out_tag, &oldest, &o->tag);
    if (__builtin_expect(f->recent >> TAGE_WORD != 0, 0)) {
        struct tage_folds copy = *f; /* whose address is taken: `f` can stay in registers */
        tage_refill(t, &copy);
        *f = copy;
    }
}

/* Whether the tables stay as they are: the provider among `entries`, or the base counter where
 * there is none, is as sure of the outcome as can be, and no other count is due. */
static inline bool tage_is_settled(const tage_lanes *entries, unsigned hits, unsigned base,
                                   bool taken, const struct tage_outcome *o)
{
    bool sure = base == o->base;
    if (hits == 0)
        return sure;
    unsigned provider = tage_last(hits), rest = hits ^ 1u << provider;
    unsigned useful = ((*entries)[provider] >> 16 & 31) ^ o->entry; /* if below 4 */
    if (rest != 0)
        return ((*entries)[tage_last(rest)] >> 20 & 1) == taken ? useful < 4 : useful == 3;
    return base >> 1 == taken ? useful < 4 && (useful > 0 || sure) : useful == 3;
}

/* Predicts a conditional branch, learns the outcome, and returns whether the prediction was
 * right. */
static inline __attribute__((always_inline)) bool
tage_branch(struct tage *t, struct tage_folds *f, const struct tage_site *site, bool taken)
{
    const tage_lanes lane = {0, 1, 2, 3, 4, 5, 6, 7};
    tage_lanes at = ((f->index ^ site->index) >> t->index_down) | lane;
    tage_lanes tag = f->tag ^ site->tag, entry;
    tage_entries(t->table, &at, &entry);
    tage_lanes differs = (entry ^ tag) & t->tag_mask;
    unsigned hits = tage_zeros(&differs);
    uint8_t *base = &t->base[site->base];
    tage_shift(t, f, taken);
    if (__builtin_expect(tage_is_settled(&entry, hits, *base, taken, &t->outcome[taken]), 1))
        return true;
    struct tage_look look = {at, tag & t->tag_mask, hits};
    return tage_learn(t, &look, base, taken);
}

/* A branch that is not conditional and whose target is in a register: returns whether the
 * target was predicted. */
static inline bool predictor_indirect(struct predictor *p, struct tage_folds *f, uint64_t pc,
                                      uint64_t target)
{
    uint32_t hash = (uint32_t)(pc >> 2) ^ f->index[3] >> 16 ^ f->tag[1] >> 16 << 5;
    uint64_t *entry = &p->indirect[hash & p->indirect_mask];
    bool right = *entry == target;
    *entry = target;
    uint32_t mixed = (uint32_t)(target >> 2) * 0x9e3779b1u; /* 2^32 by the golden ratio */
    tage_shift(&p->tage, f, mixed >> 31);
    tage_shift(&p->tage, f, mixed >> 30 & 1);
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
