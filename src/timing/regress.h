/* Weighted regression of what was measured in units on what is known of the whole.
 *
 * Notes:
 * - Each unit stands for a number of instructions, its weight.  Weighted least squares with
 *   intercept leaves weighted residuals that sum to zero, so that the estimate is the fit at
 *   the known means: the generalised regression estimator (C.-E. Saerndal, B. Swensson,
 *   J. Wretman, "Model Assisted Survey Sampling", 1992, chapter 6), whose variance comes from
 *   the residuals.
 * - A covariate enters, the best first, as long as Schwarz's criterion gets better and ten
 *   units are there for each: with few units or useless covariates it is the plain mean.
 * - The half width is Student's quantile at 97.5 % times the standard error; that of few
 *   degrees of freedom after Abramowitz and Stegun, 26.7.5.
 */
#ifndef TIMING_REGRESS_H
#define TIMING_REGRESS_H

#include <stddef.h>

enum { REGRESS_COVARIATES = 7, REGRESS_COLUMNS = REGRESS_COVARIATES + 2 };

struct regress_unit {
    double weight, y, x[REGRESS_COVARIATES];
};

struct regress_estimate {
    double mean, half_width; /* of y, at 95 % */
    unsigned used;           /* bit i: covariate i */
};

/* `n` units and the means of the covariates over the whole.  `work` has room for
 * n x REGRESS_COLUMNS numbers.  With fewer than three units the half width is the mean. */
struct regress_estimate regress(const struct regress_unit *unit, size_t n,
                                const double mean[REGRESS_COVARIATES], double *work);

#endif
