/* Edges between blocks: how often each was taken, with what outcome in caches and predictor,
 * and what it cost in windows of the detailed model.
 *
 * Notes:
 * - The edge of a step is the pair of the block before and its own.  What a step costs is the
 *   time from the retirement of the block before to its own, which overlap in the window
 *   makes depend on both.
 * - Steps of an edge are told apart by outcome: the furthest level that one of its accesses
 *   went to, whether translation missed, whether the branch before was mispredicted.  How
 *   many accesses missed is not looked at: the mean over the windows stands for it.
 * - An outcome that no window has seen on an edge costs what the edge costs otherwise, and
 *   what the outcome costs on average on other edges more; an edge that no window has seen
 *   costs the mean of all instructions.
 * - Means forget: the windows before count for as many steps as the last one gave, or for
 *   EDGES_MEMORY where it gave fewer.  What is rare is averaged over many windows, what is
 *   frequent follows the phases of the program.
 */
#ifndef TIMING_EDGES_H
#define TIMING_EDGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timing/hierarchy.h"
#include "trace/record.h"

enum { EDGES_OUTCOMES = 16, EDGES_MEMORY = 32 };

/* The edge that was taken last from a block, not taken and taken. */
struct edges_slot {
    uint32_t to, edge;
};

struct edge {
    uint32_t from, to; /* a slot, and a block */
    uint32_t n_insn;   /* of the block that it leads to */
    bool learned;
};

/* Time in 256ths of a cycle, and steps. */
struct edges_cost {
    uint64_t time, steps;
    uint64_t fresh; /* steps of the window under way */
};

struct edges {
    struct edges_slot *slot; /* two for each block, and two for the start */
    size_t n_slots;
    struct edge *edge;
    uint32_t (*count)[EDGES_OUTCOMES];         /* of steps since edges_settle */
    struct edges_cost (*cost)[EDGES_OUTCOMES]; /* what was learned */
    size_t n_edges, max_edges;
    uint32_t *hash;          /* edge + 1 by (from, to), 0: empty */
    size_t hash_size;
    uint32_t at;             /* the slot of the last step */
    struct edges_cost insns; /* of all that was learned, by instruction */
};

int edges_init(struct edges *e);
void edges_release(struct edges *e);
/* Makes room for blocks up to n_blocks and for `steps` steps.  0 or ERR_NOMEM. */
int edges_reserve(struct edges *e, size_t n_blocks, size_t steps);
/* The number of an edge; new ones are entered.  `n_insn`: of block `to`. */
uint32_t edges_find(struct edges *e, uint32_t from, uint32_t to, uint32_t n_insn);
/* The next step has no block before it. */
void edges_cut(struct edges *e);

/* Puts a measured step on record. */
void edges_learn(struct edges *e, uint32_t edge, unsigned outcome, uint64_t time);
/* Lets old measurements fade; to be called after each window. */
void edges_fade(struct edges *e);
/* What the steps counted cost by what is known now, 256ths of a cycle; `covered` gets the
 * instructions among them on edges that were measured.  The counts stay. */
uint64_t edges_price(const struct edges *e, uint64_t *covered);
void edges_clear(struct edges *e);
/* Instructions counted on edges that no window has seen. */
uint64_t edges_unknown(const struct edges *e);

static inline uint32_t edges_slot_of(const struct record_step *step)
{
    return step->block * 2 + 2 + (step->taken != 0);
}

static inline unsigned edges_outcome(unsigned events)
{
    static const uint8_t level[8] = {0, 1, 2, 2, 3, 3, 3, 3};
    return level[events & 7] | (events & (HIERARCHY_TRANSLATED | HIERARCHY_MISPREDICTED)) >> 1;
}

#endif
