/* What the fits of few rungs share: least squares in a handful of columns, and the average of
 * candidate models as a mixture of their confidence distributions. */
#ifndef STATS_SMALL_H
#define STATS_SMALL_H

#include <stdbool.h>
#include <stddef.h>

enum { SMALL_COLUMNS = 4 };

struct small_fit {
    double coefficient[SMALL_COLUMNS];
    /* Inverse of the normal matrix, row by row with stride SMALL_COLUMNS: the covariance of
     * the coefficients is this times the residual variance. */
    double covariance[SMALL_COLUMNS * SMALL_COLUMNS];
};

/* Least squares of `target` on p <= SMALL_COLUMNS columns of m rows each, which stand one
 * after the other in `q` and leave it orthonormal; `residual` has m rows.  False when columns
 * are linear combinations of each other. */
bool stats_small_fit(size_t m, size_t p, double *q, const double *target, double *residual,
                     struct small_fit *fit);

/* AICc up to a constant that depends on the data alone: n observations, k parameters with the
 * variance among them.  Infinite where n - k - 1 is not above 0. */
double stats_small_aicc(double n, double k, double rss);

/* Schwarz's criterion, up to the same kind of constant: exp(-BIC / 2) is the probability of the
 * data given the candidate, to the order that a few observations let it be known (Kass and
 * Raftery, J. Am. Stat. Assoc. 90 (1995), 773). */
double stats_small_bic(double n, double k, double rss);

/* What one candidate says about a value: estimate, standard error, degrees of freedom; with
 * `relative` the logarithm has the t distribution, with standard error se / value. */
struct small_claim {
    double weight, value, se, df;
    bool relative;
    double sd; /* relative residual sd of one observation; not used by the quantile */
};

/* Where the average of the candidates' confidence distributions reaches p: the model-averaged
 * tail-area interval.  Weights add up to 1, n >= 1.
 * Source: Turek and Fletcher, Computational Statistics and Data Analysis 56 (2012), 2809. */
double stats_mixture_quantile(const struct small_claim *claim, size_t n, double p);

#endif
