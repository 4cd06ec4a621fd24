/* The sampled model: systematic sampling after SMARTS (R. Wunderlich and others, "SMARTS:
 * accelerating microarchitecture simulation via rigorous statistical sampling", ISCA 2003).
 *
 * Notes:
 * - The first SAMPLED_EXACT instructions all go through the detailed model and count as they
 *   are: a short program is timed exactly.
 * - The rest is cut into periods.  In each a place is drawn, from the layout seed, for
 *   SAMPLED_WARMING instructions of detailed warming and a measured unit of SAMPLED_UNIT:
 *   loops that keep step with the periods do not keep step with the units.  Periods grow with
 *   the run, to SAMPLED_PERIOD at most; a unit weighs what its period is long.
 * - Caches and translation see all instructions, the predictor the last SAMPLED_PREDICTED
 *   before a window.  Mispredictions are therefore estimated too: those seen in a period,
 *   times its length over the length seen.
 * - The cycles of a unit are regressed on its misses and kinds of instructions, which are
 *   known of the whole (see regress.h).  The interval is that of sampling; that warming or a
 *   drawn place may be biased is not in it.
 */
#ifndef TIMING_SAMPLED_H
#define TIMING_SAMPLED_H

#include "timing/fast.h"
#include "timing/regress.h"

enum {
    SAMPLED_EXACT = 2000000,
    SAMPLED_PREDICTED = 100000,
    SAMPLED_WARMING = 10000,
    SAMPLED_UNIT = 10000,
    SAMPLED_FIRST_PERIOD = 100000,
    SAMPLED_PERIOD = 1000000
};

enum sampled_phase {
    SAMPLED_ALL,     /* the exact beginning */
    SAMPLED_CACHES,  /* between two windows: caches alone, */
    SAMPLED_PREDICT, /* and predictor */
    SAMPLED_WARM,
    SAMPLED_MEASURE
};

struct sampled {
    struct detailed *core;
    enum sampled_phase phase;
    uint64_t done, until; /* instructions so far, and at which the phase ends */
    uint64_t seed;
    uint64_t window;      /* where the next or present one begins, in instructions */
    uint64_t period, period_end; /* that it stands for: how long, and to where */
    /* With the predictor on, since the last unit: instructions and mispredictions. */
    uint64_t predicted, mispredicted;
    double mispredictions; /* estimated for the periods of all units */
    uint64_t exact_mispredictions;
    uint64_t known[REGRESS_COVARIATES]; /* covariates since the exact beginning, */
    uint64_t known_of;                  /* and their instructions */
    uint64_t unit_known[REGRESS_COVARIATES], unit_of;
    struct fast_stack exact, now; /* of the exact beginning, the present unit, */
    struct fast_stack sum;        /* and all units, each as long as its period */
    struct regress_unit *unit;
    size_t n_units, max_units;
    double weight;                /* of all units: instructions */
    bool final;
    uint64_t rest, error;         /* when final: time behind the beginning, half width */
};

void sampled_init(struct sampled *s, struct detailed *core, uint64_t seed);
void sampled_release(struct sampled *s);
int sampled_retire(struct sampled *s, const struct record_program *program,
                   const struct record_batch *batch);
int sampled_finish(struct sampled *s); /* 0 or ERR_NOMEM */
/* 256ths of a cycle; `error` gets the half width at 95 %, 0 before the end. */
uint64_t sampled_time(const struct sampled *s, uint64_t *error);
uint64_t sampled_mispredictions(const struct sampled *s);
struct fast_stack sampled_stack(const struct sampled *s);

#endif
