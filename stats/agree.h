/* Correlation and agreement of pairs (x, y), within groups where there are several: each
 * group's own mean is taken off first, so that differences between groups, which are the easy
 * part, cannot make a correlation. */
#ifndef STATS_AGREE_H
#define STATS_AGREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stats/stats.h"

struct stats_pairs {
    size_t n;
    const double *x, *y;
    const size_t *group; /* 0 ... n_groups - 1, a group's items together; NULL: one group */
    size_t n_groups;
};

/* Squared correlation within groups of the pairs index[0 ... n - 1] (NULL: all); NaN when x
 * or y does not vary within any group.  This and what follows take each run of equal group
 * numbers in `index` as a group. */
double stats_within_r2(const struct stats_pairs *p, const size_t *index, size_t n);

/* Kendall's tau-b over the pairs of items of the same group (ties in either count as such). */
double stats_kendall(const struct stats_pairs *p, const size_t *index, size_t n);

/* Spearman's correlation: of the ranks within each group (ties share the mean rank). */
double stats_spearman(const struct stats_pairs *p, const size_t *index, size_t n);

/* Interval of R2 for independent pairs by Fisher's z; NaN for fewer than 4 pairs. */
void stats_fisher_r2(double r2, double n, double level, struct stats_estimate *e);

/* Lin's concordance (Biometrics 45 (1989), 255) of x and y as they stand. */
double stats_concordance(const double *x, const double *y, size_t n);

/* y on x by least squares, a constant for each group: the slope; and the constant of the line
 * with that slope through the mean of all as intercept.  Intervals are those of independent
 * errors. */
void stats_within_line(const struct stats_pairs *p, double level, struct stats_estimate *slope,
                       struct stats_estimate *intercept);

/* The same without intervals over the pairs index[0 ... n - 1]. */
void stats_within_slope(const struct stats_pairs *p, const size_t *index, size_t n,
                        double *slope, double *intercept);

/* Mean of y - x with its interval, and Bland-Altman limits of agreement (mean -+ the normal
 * quantile of `level` times the sd of y - x). */
void stats_bland_altman(const double *x, const double *y, size_t n, double level,
                        struct stats_estimate *bias, double *lower, double *upper);

/* Pairs of items of one group whose order by y is the reverse of that by x; *pairs counts
 * those that are ordered in both. */
size_t stats_rank_flips(const struct stats_pairs *p, size_t *pairs);

/* Equivalence on average: are log ratios within log(1 - tolerance) ... log(1 + tolerance)?
 * Two one-sided t tests (Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15
 * (1987), 657), which is the interval of level 1 - 2 alpha inside those bounds. */
struct stats_tost {
    double value, lower, upper; /* mean as a relative difference, exp(mean) - 1 */
    double p;                   /* the larger of the two; NaN when all ratios are the same */
    double df;
    bool equivalent;
    double alpha, tolerance;
};
struct stats_tost_input {
    size_t n;
    const double *log_ratio;
    const size_t *group; /* 0 ... n_groups - 1; NULL: one group */
    size_t n_groups;
    bool clusters; /* the groups are what was sampled, and their means count; otherwise items
                    * were sampled within the groups at hand */
    /* Variance of an error that all items of a group share (of what they are ratios to), and
     * its degrees of freedom; NULL: none.  Means of clusters contain it already. */
    const double *shared;
    double shared_df;
    double alpha, tolerance;
};
void stats_tost(const struct stats_tost_input *in, struct stats_tost *t);

#endif
