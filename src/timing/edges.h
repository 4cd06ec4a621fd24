/* Edges between blocks: how often each was taken, under what circumstances, and what that cost
 * in windows of the detailed model.
 *
 * Notes:
 * - The edge of a step is the pair of the block before and its own.  What a step costs is the
 *   time from the retirement of the block before to its own, which overlap in the window
 *   makes depend on both.
 * - Steps of an edge are told apart by context: how often the loop that ended last had gone
 *   round (short inner loops overlap with each other, long ones are bound by their own
 *   dependences), and how many accesses and prefetches went beyond L2 within a window of
 *   instructions before (what waits behind such an access retires in one go).  A loop is a
 *   run of one branch backwards.
 * - They are told apart, too, by outcome: the furthest level that one of their accesses went
 *   to, how many missed, whether translation missed, whether a prefetcher went to memory,
 *   whether the branch before was mispredicted.
 * - Each kind of step has a mean.  It leans on that of the same edge and outcome in any
 *   context, as if EDGES_LEAN steps of that cost had been seen, and where these are fewer
 *   than EDGES_DOUBT they lean likewise on what follows.  An outcome that no window has
 *   seen on an edge costs what the edge costs otherwise, and what the outcome costs on average
 *   on other edges more; an edge that no window has seen costs the mean of all instructions.
 * - Means forget: the windows before count for as many steps as the last one gave, or for
 *   EDGES_MEMORY where it gave fewer.  What is rare is averaged over many windows, what is
 *   frequent follows the phases of the program.  What comes back in strength after
 *   EDGES_PHASE windows is learned anew.
 */
#ifndef TIMING_EDGES_H
#define TIMING_EDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timing/hierarchy.h"
#include "trace/record.h"

enum {
    EDGES_OUTCOMES = 64,
    EDGES_MEMORY = 32,
    EDGES_PHASE = 8,
    EDGES_LEAN = 8,
    EDGES_DOUBT = 16,
    EDGES_DEEP = 3,         /* accesses beyond L2 that are told apart in a context, */
    EDGES_CONTEXT_BITS = 6, /* two bits, and four of how often the last loop went round */
    EDGES_RECENT_BITS = 13
};

/* A kind of step.  Kinds of any context, and of any context and outcome, sum up others. */
struct edge {
    uint32_t from; /* block before x 2 + 2 + taken, and the context below that */
    uint32_t to;   /* block */
    uint32_t parent;
    uint16_t n_insn;
    uint16_t outcome; /* or EDGES_ANY_CONTEXT + outcome, or EDGES_ANY */
};
enum { EDGES_ANY_CONTEXT = EDGES_OUTCOMES, EDGES_ANY = 2 * EDGES_OUTCOMES };

/* Time in 256ths of a cycle, and steps: of the windows before, and of this one. */
struct edges_cost {
    double time, steps;
    uint64_t fresh_time;
    uint32_t fresh;
    uint32_t seen; /* number of the last window with a step of it */
};

/* Where a step was counted last. */
struct edges_recent {
    uint64_t key;
    uint32_t edge, outcome;
};

struct edges {
    struct edges_recent *recent;
    struct edge *edge;
    uint32_t *count;         /* of steps since edges_clear, */
    uint32_t *unit;          /* and of those in a unit of the sampled model */
    struct edges_cost *cost; /* what was learned */
    size_t n_edges, max_edges;
    uint32_t *hash;          /* edge + 1 by from, to and outcome, 0: empty */
    size_t hash_size;
    uint32_t *unknown;       /* kinds of edges that had not been learned when they came up */
    size_t n_unknown;
    uint32_t n_windows;
    double insns_time, insns; /* of all that was learned, by instruction */

    /* The way of the steps. */
    unsigned events;         /* that outcomes are told by */
    const uint64_t *misses;  /* of L1D, by the model that steps */
    uint64_t misses_before;
    uint32_t slot;           /* the block before x 2 + 2 + taken, */
    uint32_t context;        /* and the context */
    uint32_t loop, rounds;   /* the block whose branch went back last, and how often */
    int32_t behind, window;  /* instructions that are still in the shadow of an access */
};

/* `misses` counts the misses of L1D, `window` is the size of the model's. */
int edges_init(struct edges *e, const uint64_t *misses, unsigned window);
void edges_release(struct edges *e);
/* Makes room for `steps` steps.  0 or ERR_NOMEM. */
int edges_reserve(struct edges *e, size_t steps);
/* The number of a kind of step; new ones are entered.  `n_insn`: of block `to`. */
uint32_t edges_find(struct edges *e, uint32_t from, uint32_t to, unsigned outcome,
                    unsigned n_insn);
/* The next step has no block before it. */
void edges_cut(struct edges *e);

/* Puts a measured step on record. */
void edges_learn(struct edges *e, uint32_t edge, uint64_t time);
/* What a step costs by what is known, or `otherwise`. */
double edges_estimate(const struct edges *e, uint32_t edge, double otherwise);
/* Whether a window has seen its edge, and whether hardly one has. */
bool edges_learned(const struct edges *e, uint32_t edge);
bool edges_scarce(const struct edges *e, uint32_t edge);
/* Puts what a window has learned to what was known; to be called after each, before
 * edges_price. */
void edges_fade(struct edges *e);
/* What the steps in `count` (e->count or e->unit) cost by what is known now, 256ths of a cycle;
 * `covered` gets the instructions among them on edges that were measured.  The counts stay. */
uint64_t edges_price(const struct edges *e, const uint32_t *count, uint64_t *covered);
void edges_clear(struct edges *e);
/* The same of steps on edges that were known when edges_fade was called last; `others` gets what
 * the rest costs by guess.  Those stay counted until they are known. */
bool edges_known(const struct edges *e, uint32_t edge);
uint64_t edges_price_known(const struct edges *e, const uint32_t *count, uint64_t *others);
void edges_clear_known(struct edges *e);
/* Instructions counted on edges that no window has seen. */
uint64_t edges_unknown(struct edges *e);

/* What the events of a step come to, or 0: bits of HIERARCHY_TRANSLATED, _MISPREDICTED and
 * _PREFETCHED, and in the lowest three how far accesses went and how many missed L1D since
 * this was last asked. */
enum { EDGES_LEVEL = 7, EDGES_LEVEL_DEEP = 4 /* beyond L2 from here on */ };
unsigned edges_outcome(struct edges *e, unsigned events);

/* What waits behind an access beyond L2 retires in one go. */
static inline bool edges_is_deep(unsigned outcome)
{
    return (outcome & EDGES_LEVEL) >= EDGES_LEVEL_DEEP || (outcome & HIERARCHY_PREFETCHED);
}

/* Where a key lies among the recent ones: 2^64 by the golden ratio. */
static inline size_t edges_place(uint64_t key)
{
    return key * 0x9e3779b97f4a7c15u >> (64 - EDGES_RECENT_BITS);
}

/* The loop of `block`'s branch went round, or ended. */
static inline void edges_turn(struct edges *e, uint32_t block, bool taken)
{
    if (taken) {
        e->rounds = e->loop == block ? e->rounds + 1 : 1;
        e->loop = block;
    } else if (e->loop == block) {
        /* Two classes for each doubling. */
        unsigned bits = 31 - (unsigned)__builtin_clz(e->rounds);
        unsigned class = 2 * bits + (bits > 0 ? e->rounds >> (bits - 1) & 1 : 0);
        e->context = (e->context & EDGES_DEEP) | (class < 15 ? class : 15) << 2;
        e->loop = UINT32_MAX;
    }
}

/* The kind of the next step.  `backward`: the block ends with a branch to an earlier place. */
static inline __attribute__((always_inline)) uint32_t
edges_step(struct edges *e, uint32_t block, bool taken, bool backward, unsigned n_insn,
           unsigned outcome)
{
    uint32_t from = e->slot << EDGES_CONTEXT_BITS | e->context;
    uint64_t key = (uint64_t)from << 32 | block;
    struct edges_recent *recent = &e->recent[edges_place(key + ((uint64_t)outcome << 24))];
    if (e->behind > 0) {
        e->behind -= (int32_t)n_insn;
        if (e->behind <= 0)
            e->context &= ~(uint32_t)EDGES_DEEP;
    }
    if (outcome != 0 && edges_is_deep(outcome)) {
        if ((e->context & EDGES_DEEP) < EDGES_DEEP)
            e->context++;
        e->behind = e->window;
    }
    if (__builtin_expect(recent->key != key || recent->outcome != outcome, 0))
        *recent = (struct edges_recent){key, edges_find(e, from, block, outcome, n_insn),
                                        outcome};
    uint32_t edge = recent->edge;
    if (backward)
        edges_turn(e, block, taken);
    e->slot = block * 2 + 2 + taken;
    return edge;
}

#endif
