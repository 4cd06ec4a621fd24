/* New variants at full scale from their small rung, by what a study has validated.
 *
 * Over the variants that the study ran at both rungs, log CPI at full scale is a line in log
 * CPI at the small rung, with a constant of its own for each problem (stats/transfer.h); a new
 * variant's small rung gives its full-scale value with a prediction interval.  This holds for
 * the model version that made the runs and within the range of every parameter (and of the
 * small rung's CPI) that they had: outside, the answer is inconclusive. */
#ifndef ANALYSIS_PREDICT_H
#define ANALYSIS_PREDICT_H

#include "analysis/analysis.h"
#include "stats/transfer.h"

/* What made the runs of some rows: texts as the store keeps them, parallel to rows.row. */
struct analysis_origins {
    char **machine;          /* resolved parameters; NULL or "" where unknown */
    uint64_t *model_version; /* 0 where unknown */
    size_t count;
};
/* Reads those of the runs at the sizes that `wanted` says (NULL: all); `s` is where the rows
 * come from.  With a NULL store all are unknown. */
int analysis_origins_init(struct analysis_origins *origins, const struct analysis_rows *rows,
                          struct store *s, double from, double to, struct err *err);
void analysis_origins_release(struct analysis_origins *origins);

struct analysis_predict_input {
    const struct analysis_rows *validation, *small;
    const struct analysis_origins *validation_origins, *small_origins;
    const struct analysis_options *o; /* selection; from, to (0: the largest), level */
    double error; /* largest half width of the prediction interval, relative; NaN: any */
};

struct analysis_foretold {
    char problem[STORE_NAME_SIZE], variant[STORE_VARIANT_SIZE];
    char machine[STORE_NAME_SIZE], mode[STORE_NAME_SIZE];
    double from, to;
    double small;                /* CPI at `from` */
    double value;                /* CPI at `to`; NaN where nothing can be said */
    double ci_lower, ci_upper;   /* of the mean of such variants */
    double pi_lower, pi_upper;   /* of this variant */
    double simulated;            /* CPI at `to` where the study has this very variant (which
                                  * then does not count for its own prediction); NaN */
    double instructions;         /* at `to`, as the study's runs had them; NaN if they differ */
    struct stats_transfer line;  /* in logarithms */
    enum analysis_verdict verdict; /* pass or inconclusive */
    struct analysis_warnings warnings; /* why: "model-version", "parameter-range", ... */
    char *advice;                /* the cheapest re-check; "" for a pass */
};

struct analysis_predictions {
    struct analysis_foretold *item; /* by problem, machine, variant, mode */
    size_t count;
    double level;
    enum analysis_verdict verdict;
};

/* ERR_DATA when there is nothing to predict from or for. */
int analysis_predict(struct analysis_predictions **out, const struct analysis_predict_input *in,
                     struct err *err);
void analysis_predictions_free(struct analysis_predictions *predictions);

#endif
