/* The fast model: caches, translation and predictor see every instruction; the core's part is
 * a cost for each edge between blocks, learned in windows of the detailed model.
 *
 * Notes:
 * - The first FAST_EXACT instructions all go through the detailed model and count as they are.
 * - A window is FAST_WARMING instructions of the detailed model and FAST_MEASURED more, of
 *   which each step is put on record (see edges.h).  It begins with the pipeline as the window
 *   before left it: queues that are full stay so for longer than a window warms.
 * - Windows come every FAST_PERIOD instructions, more often in the beginning and, for a
 *   while, behind a window that took another time than what was known before it had said,
 *   more so than windows do as a rule; at once when much of what runs lies on edges that none
 *   has seen.  What windows have hardly seen is learned in their warming too, once it has made
 *   up for FAST_SETTLED instructions.  Distances vary by a quarter, drawn from a fixed
 *   sequence, lest they keep step with a loop.
 * - What lies between two windows is priced when the second is over, by what is known then;
 *   measured instructions count with the time that they took.
 * - What the detailed model knows and this one does not: how misses cluster within a stretch,
 *   as far as contexts do not tell; the bandwidth of memory at any one time.
 * - The CPI stack is that of the windows around each stretch.
 */
#ifndef TIMING_FAST_H
#define TIMING_FAST_H

#include "timing/detailed.h"
#include "timing/edges.h"

enum {
    FAST_EXACT = 2000000,
    FAST_WARMING = 10000,
    FAST_MEASURED = 20000,
    FAST_FIRST_PERIOD = 60000, /* instructions from window to window at least, */
    FAST_PERIOD = 400000,      /* and at most: one 24th of the run so far between */
    FAST_SHARE = 24,
    FAST_HASTE = 3,       /* halvings of the period after a surprise, one less each window */
    FAST_SURPRISE = 3,    /* per cent that a window takes more or less than foreseen */
    FAST_UNKNOWN = 2000,  /* instructions on unknown edges that call for a window */
    FAST_LOOK = 4000,     /* instructions after which these are counted */
    FAST_SETTLED = 1000
};

/* Of a stretch of the detailed model: times in 256ths of a cycle, slots of retirement. */
struct fast_stack {
    uint64_t time, slots, lost[16];
};

enum fast_phase { FAST_GAP, FAST_WARM, FAST_MEASURE };


struct fast {
    struct detailed *core;
    struct edges edges;
    enum fast_phase phase;
    uint64_t done, until; /* instructions so far, and at which the phase ends */
    uint64_t mark;        /* instructions when this window began */
    uint64_t look;        /* instructions at which unknown edges are counted next */
    uint64_t retire;      /* of the step before */
    uint64_t time;        /* of what is settled */
    uint64_t covered;     /* instructions on learned edges, or measured */
    uint64_t seed;
    double foreseen;      /* time of this window by what was known before each step */
    double usually_off;   /* by how many per cent it fails, lately */
    unsigned haste;       /* halvings of the period */
    bool learn_new;       /* warming has gone on for FAST_SETTLED instructions */
    struct fast_stack begin, window, before; /* at its beginning; this one; the one before */
    struct fast_stack sum;                   /* of all that is settled */
};

int fast_init(struct fast *f, struct detailed *core);
void fast_release(struct fast *f);
int fast_retire(struct fast *f, const struct record_program *program,
                const struct record_batch *batch);
/* The region of interest begins: the pipeline is empty, and there is no block before. */
void fast_enter(struct fast *f);
/* The run is over: prices the rest. */
void fast_finish(struct fast *f);
/* The time so far, and the instructions whose cost is known. */
uint64_t fast_time(const struct fast *f, uint64_t *covered);
/* How the time divides: sums over what is settled, with the last window for the rest. */
struct fast_stack fast_stack_now(const struct fast *f);

/* Sequence of pseudo-random numbers below 2^31; changes the seed. */
uint64_t fast_draw(uint64_t *seed);

/* Sums of stretches. */
struct fast_stack fast_stack_of(const struct detailed *k);
struct fast_stack fast_stack_less(const struct fast_stack *a, const struct fast_stack *b);
struct fast_stack fast_stack_both(const struct fast_stack *a, const struct fast_stack *b);
/* Adds the parts of `window` for a stretch of `time`. */
void fast_stack_add(struct fast_stack *sum, const struct fast_stack *window, uint64_t time);

#endif
