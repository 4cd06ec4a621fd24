/* Model formulas: "y ~ 1 + x + x^2", "log(time) ~ log2(n) + n*m".
 *
 *   formula  = sum "~" term { ("+" | "-") term }
 *   term     = "0" | "1" | product       ("0" and "- 1" leave the constant out)
 *   product  = factor { ("*" | ":" | "/") factor }
 *   factor   = atom [ "^" factor ]
 *   atom     = number | column | function "(" sum ")" | "(" sum ")" | "-" factor
 *
 * Unlike R's, "a*b" is the product of two columns and nothing more.  A constant is part of the
 * model unless left out.  Functions: log, log2, log10, exp, sqrt.  A column whose name is no
 * word stands in backquotes. */
#ifndef ANALYSIS_FORMULA_H
#define ANALYSIS_FORMULA_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/data.h"
#include "base/err.h"
#include "stats/real.h"

struct analysis_formula {
    char *text;
    char *response;      /* the left side's text */
    size_t n_terms;
    char **term;         /* their texts, "1" for the constant, which leads */
    bool intercept;
    size_t n_predictors; /* columns on the right side */
    size_t *predictor;   /* their indices in the data */
    void *program;       /* private */
};

/* Reads the formula and finds its columns.  ERR_CONFIG names what is wrong and at which
 * character; ERR_DATA a column that is not there. */
int analysis_formula_alloc(struct analysis_formula **out, const char *text,
                           const struct csv *data, struct err *err);
void analysis_formula_free(struct analysis_formula *formula);

/* Terms (n_terms) and response of one row, whose numbers stand by column; what is not defined
 * there is NaN.  `response` may be NULL. */
void analysis_formula_row(const struct analysis_formula *formula, const stats_real *row,
                          stats_real *terms, stats_real *response);

/* Whether either side names this column of the data. */
bool analysis_formula_uses(const struct analysis_formula *formula, size_t column);

#endif
