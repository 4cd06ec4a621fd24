/* One interface for all timing modes: a model eats the emulator's batches. */
#ifndef TIMING_MODEL_H
#define TIMING_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "timing/machine.h"
#include "trace/counters.h"
#include "trace/record.h"

/* X(id, name, text). */
#define TIMING_MODES(X)                                                                        \
    X(emulation, "emulation", "functional only: instructions, result, exit code")              \
    X(fast_timing, "fast-timing", "caches and predictor; costs of block edges, learned")       \
    X(timing, "timing", "out-of-order model over every instruction")                           \
    X(sampled, "sampled", "that model in samples; an estimate with an interval")

enum timing_mode {
#define X(id, name, text) TIMING_MODE_##id,
    TIMING_MODES(X)
#undef X
    TIMING_MODE_MAX
};

const char *timing_mode_name(enum timing_mode mode);
int timing_mode_parse(const char *name, enum timing_mode *mode); /* 0 or ERR_USAGE */

/* Changes whenever a model may give other counters for the same input; part of a run's id. */
enum { TIMING_MODEL_VERSION = 2 };

struct timing_model;

int timing_model_alloc(struct timing_model **out, enum timing_mode mode,
                       const struct machine *machine, uint64_t layout_seed, struct err *err);
void timing_model_free(struct timing_model *m);

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

#endif
