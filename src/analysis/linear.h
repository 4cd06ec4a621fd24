/* Linear models of a table of numbers. */
#ifndef ANALYSIS_LINEAR_H
#define ANALYSIS_LINEAR_H

#include "analysis/analysis.h"
#include "analysis/data.h"
#include "analysis/formula.h"
#include "stats/lm.h"

struct analysis_linear {
    struct analysis_formula *formula;
    struct stats_lm *lm;
    const struct csv *data; /* borrowed */
    double *weight;                   /* of each row; NULL: all 1 */
    bool relative;                    /* weights are 1 / y^2 */
    struct analysis_warnings warnings; /* "ill-conditioned", "exact-fit", "saturated" */
};

/* `weights`: "none", "relative" (1 / y^2), or a column's name.  ERR_DATA and ERR_CONFIG name
 * file, line and column or term. */
int analysis_linear_alloc(struct analysis_linear **out, const struct csv *data,
                          const char *formula, const char *weights, double level,
                          struct err *err);
void analysis_linear_free(struct analysis_linear *linear);

/* At a value of the only predictor: ERR_CONFIG when there are several, ERR_DATA when a term is
 * not defined there.  The interval of a further observation takes the weight that the rows'
 * rule gives it (1 / predicted^2 where weights are relative, else 1). */
int analysis_linear_predict(const struct analysis_linear *linear, double at,
                            struct analysis_prediction *p, struct err *err);

#endif
