/* Linear models y = X b + e by weighted least squares, in extended precision.
 *
 * Columns are scaled to unit length, X is reduced by Householder reflections, everything up
 * to the printed double is kept in stats_real.  The covariance is scaled by the residual
 * variance.  Accuracy is held to NIST's certified regression sets (tests/unit/test_stats.c).
 *
 * Source: Golub and Van Loan, Matrix Computations, 4th edition, 5.2 and 5.3;
 * Belsley, Kuh and Welsch, Regression Diagnostics (1980), for the case statistics. */
#ifndef STATS_LM_H
#define STATS_LM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stats/real.h"

struct stats_lm_input {
    size_t n, p;          /* rows, columns: n >= p >= 1 */
    const stats_real *x;  /* n x p, row by row */
    const stats_real *y;  /* n */
    const stats_real *w;  /* n weights > 0 (1 / variance up to a factor), or NULL for 1 */
    bool intercept;       /* the columns span the constant: R2 and F are about the mean */
    double level;         /* of the confidence intervals, between 0 and 1 */
};

struct stats_lm_term {
    double estimate, se, t, p, lower, upper;
};

/* One row of the data seen by the fit. */
struct stats_lm_case {
    double fitted, residual; /* y - fitted */
    double leverage;
    double standardised;     /* residual over its standard error */
    double studentised;      /* the same with the sd estimated without this row */
    double cook;             /* Cook's distance */
};

struct stats_lm {
    size_t n, p;
    bool intercept;
    double level;
    double df;            /* n - p */
    struct stats_lm_term *term; /* p */
    struct stats_lm_case *row;  /* n */
    double *covariance;   /* p x p, of the estimates */
    double rss, tss;      /* weighted; tss about the weighted mean, or about 0 */
    double residual_sd;   /* of an observation of weight 1 */
    double r2, r2_adjusted, r2_predicted; /* the last from PRESS */
    double press;
    double f, f_df1, f_df2, f_p; /* all terms but the intercept against none */
    double log_likelihood, aic, aicc, bic; /* as R counts: sd is a parameter */
    double condition;     /* 2-norm, of the scaled columns */
    bool exact;           /* residuals vanish to working precision */
    /* Private: estimates and inverse factor at full precision, for predictions. */
    stats_real *beta, *r_inverse;
    stats_real sigma;
};

/* ERR_DATA for fewer rows than columns, values or weights that are not usable (the message
 * counts rows from 1), or columns that are linear combinations of each other: then
 * *collinear (may be NULL) is the first column at fault, otherwise p. */
int stats_lm_alloc(struct stats_lm **out, const struct stats_lm_input *in, size_t *collinear,
                   struct err *err);
void stats_lm_free(struct stats_lm *lm);

/* Mean at a row of p columns with its standard error; `se_new` (for a further observation
 * of weight `w`) may be NULL. */
void stats_lm_predict(const struct stats_lm *lm, const stats_real *row, double w, double *mean,
                      double *se_mean, double *se_new);

#endif
