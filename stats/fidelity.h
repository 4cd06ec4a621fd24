/* A cost explained by counts: cycles as a sum of instructions, misses and the like, each times
 * what one of them costs, fitted over a few rungs where the cost was simulated and used at a
 * size where only the counts are known.
 *
 * Candidates are subsets of the counts without a constant; events cost time, so one with a
 * negative coefficient is no candidate.  They are fitted, weighed and averaged as in ladder.h.
 * Set conflicts and capacities are in the counts already, which size terms cannot know. */
#ifndef STATS_FIDELITY_H
#define STATS_FIDELITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stats/ladder.h"

enum { STATS_FIDELITY_COUNTS_MAX = 8, STATS_FIDELITY_TERMS_MAX = 3 };

struct stats_fidelity_input {
    size_t n_rungs, n_counts;
    const double *count;      /* n_rungs x n_counts, >= 0 */
    const bool *work;         /* n_counts: a candidate has one of these at least */
    const double *mean;       /* of the cost at a rung, > 0 */
    const size_t *replicates; /* NULL: 1 everywhere */
    const double *sd;         /* ignored where there is one */
    double level;
};

struct stats_fidelity_model {
    size_t n_terms;
    size_t which[STATS_FIDELITY_TERMS_MAX];  /* counts */
    double estimate[STATS_FIDELITY_TERMS_MAX], se[STATS_FIDELITY_TERMS_MAX];
    double prior, aicc, bic, weight, df;
    double residual_sd; /* relative */
    /* Private: estimates of the counts over their largest, and their normal matrix inverted. */
    double coefficient[4], covariance[16];
};

struct stats_fidelity {
    size_t n_counts, n_models;
    struct stats_fidelity_model *model; /* by descending weight */
    double level;
    double scale[STATS_FIDELITY_COUNTS_MAX]; /* private */
};

/* ERR_INCONCLUSIVE when no candidate is admitted or none can be fitted (fewer than four
 * observations, counts that vanish); ERR_DATA for values that are not usable. */
int stats_fidelity_alloc(struct stats_fidelity **out, const struct stats_fidelity_input *in,
                         struct err *err);
void stats_fidelity_free(struct stats_fidelity *f);

/* The cost where the counts are count[0 ... n_counts - 1]. */
void stats_fidelity_predict(const struct stats_fidelity *f, const double *count,
                            struct stats_ladder_prediction *p);

/* The average of both kinds of model: `share` (0 ... 1) of the belief to the counts, the rest
 * to the size. */
int stats_fidelity_combine(const struct stats_fidelity *f, const double *count, double share,
                           const struct stats_ladder *ladder, double n,
                           struct stats_ladder_prediction *p, struct err *err);

#endif
