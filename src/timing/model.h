/* One interface for all timing modes: a model eats the emulator's batches. */
#ifndef TIMING_MODEL_H
#define TIMING_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "timing/machine.h"
#include "trace/counters.h"
#include "trace/record.h"

/* X(id, name, version, text).  A mode's version changes whenever it may give other counters for
 * the same input; it is part of a run's id. */
#define TIMING_MODES(X)                                                                        \
    X(emulation, "emulation", 3, "functional only: instructions, result, exit code")           \
    X(fast_timing, "fast-timing", 4, "caches and predictor; costs of block edges, learned")    \
    X(timing, "timing", 4, "out-of-order model over every instruction")                        \
    X(sampled, "sampled", 6, "that model in samples; an estimate with an interval")

enum timing_mode {
#define X(id, name, version, text) TIMING_MODE_##id,
    TIMING_MODES(X)
#undef X
    TIMING_MODE_MAX
};

const char *timing_mode_name(enum timing_mode mode);
const char *timing_mode_text(enum timing_mode mode); /* what it does, in a line */
int timing_mode_version(enum timing_mode mode); /* of its model */
int timing_mode_parse(const char *name, enum timing_mode *mode); /* 0 or ERR_USAGE */

struct timing_model;

int timing_model_alloc(struct timing_model **out, enum timing_mode mode,
                       const struct machine *machine, uint64_t layout_seed, struct err *err);
void timing_model_free(struct timing_model *m);
/* Before the first batch, in mode sampled: as large a sample as makes the half width of the
 * interval at 95 % this part of the cycles. */
void timing_model_want(struct timing_model *m, double error);

/* Retires a batch.  Outside the region of interest (batch->roi false) state is warmed but
 * nothing is counted.  Where a program marks no region, src/sim says true throughout. */
int timing_model_retire(struct timing_model *m, const struct record_program *program,
                        const struct record_batch *batch);

/* Ends the run: models that estimate do so once more with all that they know.  Counters and
 * stack are final from then on; before, they are what is known so far. */
int timing_model_finish(struct timing_model *m); /* 0 or ERR_NOMEM */
/* Whether the mode has a value for the counter. */
bool timing_mode_counts(enum timing_mode mode, enum counter counter);

/* The counters so far, and the CPI stack in cycles (its parts add up to the cycles). */
void timing_model_counters(const struct timing_model *m, uint64_t counter[COUNTER_MAX]);
void timing_model_cpi_stack(const struct timing_model *m, uint64_t part[CPI_PART_MAX]);

/* ---- single blocks, when the run is over ---------------------------------------------- */

/* Cycles spent in the blocks 0..n-1 of the program, which ran `executions` times in the
 * region; they add up to the cycles.  Exact in mode timing, an estimate in the others. */
void timing_model_block_cycles(const struct timing_model *m, const uint64_t *executions,
                               size_t n, double *cycles);

struct timing_block {
    double cycles;
    double part[CPI_PART_MAX]; /* that add up to them; all 0 when none was timed */
    int bound;          /* the largest part, an enum cpi_part; -1: not known */
    int insn;           /* the instruction that lost most in it, counted from 0; -1: none, */
    double insn_cycles; /* and what it lost */
    int producer;       /* the one on whose result it waits, or -1 */
};
/* How a block's `cycles` divide, by what the detailed model saw of it. */
void timing_model_block(const struct timing_model *m, size_t block, double cycles,
                        struct timing_block *out);

/* Which of the paths that were compiled this host runs: "x86-64-v3" or "portable". */
const char *timing_model_path(void);

#endif
