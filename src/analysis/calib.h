/* Calibration against measured hardware: what its times say, and how far simulated ones are
 * from them. */
#ifndef ANALYSIS_CALIB_H
#define ANALYSIS_CALIB_H

#include "analysis/analysis.h"
#include "analysis/data.h"
#include "stats/lm.h"
#include "stats/real.h"

/* ---- baselines: time = latency * instructions + overhead ---- */

struct analysis_baseline_options {
    const char *program, *x, *time; /* columns: "program", "instructions", "time_ms" */
    double level;                   /* of the intervals; tests are made at 1 - level */
    double gate;                    /* R2 has to be above it */
    bool relative;                  /* weights 1 / time^2; otherwise all rows weigh the same */
};
/* The columns above, 95 %, 0.997, equal weights. */
void analysis_baseline_options_init(struct analysis_baseline_options *o);

enum analysis_baseline_tests {
    ANALYSIS_BASELINE_CURVED,   /* a quadratic term */
    ANALYSIS_BASELINE_UNFIT,    /* lack of fit against pure error */
    ANALYSIS_BASELINE_OUTLYING, /* the largest studentised residual, Bonferroni over the rows */
    ANALYSIS_BASELINE_TESTS
};
/* P-values: of this series alone, and after Holm's correction over all series; NaN where the
 * test cannot be made. */
struct analysis_baseline_test {
    double p, p_adjusted;
};

struct analysis_baseline {
    const char *name, *category, *problem; /* borrowed from the table; "" where it has none */
    size_t n_points, n_sizes;
    size_t *row;                    /* of the table, n_points, by ascending x */
    double *x, *time;               /* n_points; milliseconds */
    struct stats_estimate latency;  /* nanoseconds for one of x */
    struct stats_estimate overhead; /* milliseconds */
    double r2, residual_sd, df;     /* of the straight line; sd in milliseconds (of a row of
                                       weight 1: with relative weights a fraction) */
    double curvature;   /* by the quadratic term the slope changes by this fraction from the
                           smallest to the largest size; NaN with fewer than four sizes */
    double lack_of_fit; /* F; NaN unless sizes are repeated */
    size_t outlier;     /* the row farthest off the line of the others, an index into x */
    double studentised; /* its residual; NaN with fewer than four rows */
    struct analysis_baseline_test test[ANALYSIS_BASELINE_TESTS];
    enum analysis_verdict verdict;  /* of the gate */
    struct analysis_warnings warnings;
};

struct analysis_baselines {
    struct analysis_baseline *item; /* in the table's order */
    size_t count;
    struct analysis_baseline_options options;
    enum analysis_verdict verdict;
};

/* One series for each different text in the program's column; columns "category" and
 * "problem" are optional.  The table must outlive the result.  ERR_DATA names file, line and
 * column of a number that is none or not above 0, and a program of one size only. */
int analysis_baselines_alloc(struct analysis_baselines **out, const struct csv *data,
                             const struct analysis_baseline_options *o, struct err *err);
void analysis_baselines_free(struct analysis_baselines *b);
/* Keeps these programs ("a,b") alone; ERR_CONFIG names one that is not there. */
int analysis_baselines_keep(struct analysis_baselines *b, const char *names, struct err *err);

#endif
