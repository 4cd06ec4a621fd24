/* The fast model: caches, translation and predictor see every instruction; the core's part is
 * a cost for each edge between blocks, learned in windows of the detailed model.
 *
 * Notes:
 * - A window is FAST_WARMING instructions of the detailed model, which starts with an empty
 *   pipeline, and FAST_MEASURED more, of which each step is put on record (see edges.h).
 * - Windows come every FAST_PERIOD instructions, more often in the beginning, and at once
 *   when much of what runs lies on edges that none has seen.  Their distances vary by a
 *   quarter, drawn from a fixed sequence, lest they keep step with a loop.
 * - What lies between two windows is priced when the second is over, by what is known then;
 *   measured instructions count with the time that they took.
 * - What the detailed model knows and this one does not: how misses cluster within a stretch,
 *   as far as it differs from the windows; the bandwidth of memory at any one time.
 * - The CPI stack is that of the windows around each stretch.
 */
#ifndef TIMING_FAST_H
#define TIMING_FAST_H

#include "timing/detailed.h"
#include "timing/edges.h"

enum {
    FAST_WARMING = 10000,
    FAST_MEASURED = 10000,
    FAST_PERIOD = 300000, /* instructions between two windows, and in the beginning */
    FAST_FIRST_PERIOD = 40000,
    FAST_UNKNOWN = 4000   /* instructions on unknown edges that call for a window */
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
    uint64_t window_end;  /* instructions when the last window ended */
    uint64_t retire;      /* of the step before */
    uint64_t time;        /* of what is settled */
    uint64_t measured;    /* instructions with times of their own */
    uint64_t covered;     /* instructions on learned edges, or measured */
    uint64_t seed;
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

/* Used by all models that measure in windows. */
struct fast_stack fast_stack_of(const struct detailed *k);
struct fast_stack fast_stack_less(const struct fast_stack *a, const struct fast_stack *b);
/* Adds the parts of `window` for a stretch of `time`. */
void fast_stack_add(struct fast_stack *sum, const struct fast_stack *window, uint64_t time);
uint64_t fast_draw(uint64_t *seed);

#endif
