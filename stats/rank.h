/* Inference from ranks: nothing is assumed of the distributions but that each sample's values
 * are independent.
 *
 * Sources: Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3rd ed. (2014),
 * 4.1-4.3 (rank sum, Hodges-Lehmann), 8.1-8.5 (Kendall, Spearman).  Errors of all functions:
 * ERR_DATA for too few values and for values that are no finite numbers, ERR_NUMERIC where
 * nothing varies (no test exists), ERR_CONFIG for a level outside (0, 1) and for an exact
 * distribution of more values than is sensible, ERR_NOMEM. */
#ifndef STATS_RANK_H
#define STATS_RANK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stats/stats.h"

enum stats_null {
    STATS_NULL_AUTO,   /* exact where it is cheap, as said at each function */
    STATS_NULL_EXACT,
    STATS_NULL_APPROXIMATE,
};

/* Two independent samples. */
struct stats_rank_sum {
    double u;           /* pairs with x > y, ties count a half */
    double superiority; /* u as a share of all pairs: P(X > Y) + P(X = Y) / 2 */
    /* Two-sided: the probability that u is as far from its mean as it is, or farther.
     * One-sided: that u is as large (small) as it is, or larger (smaller). */
    double p, p_greater, p_less;
    /* By how much x exceeds y: Hodges and Lehmann's median of all x - y.  The limits are NaN
     * where the samples are too small for the level. */
    struct stats_estimate shift;
    double attained; /* level of the interval: exact ones can only reach some levels */
    bool exact;      /* p and interval */
    bool ties;       /* equal values, within or between the samples */
};

/* Mann and Whitney's test (Wilcoxon's rank sum) and the shift.
 *
 * STATS_NULL_AUTO is exact below 50 values in each sample and normal otherwise, with correction
 * for ties and continuity, as R's wilcox.test; unlike there, ties do not end the exact test:
 * the permutation distribution of the mid-ranks is computed (Streitberg and Roehmel, EDV in
 * Medizin und Biologie 18 (1987), 12).  With ties the exact interval of the shift covers at
 * least at the level attained (Noether, JASA 62 (1967), 184).  STATS_NULL_EXACT takes up to
 * 200 values in all. */
int stats_rank_sum(const double *x, size_t nx, const double *y, size_t ny,
                   enum stats_null null, double level, struct stats_rank_sum *out,
                   struct err *err);

/* A correlation of ranks. */
struct stats_rank_correlation {
    struct stats_estimate estimate;
    double p, p_greater, p_less; /* against no association, sides as above */
    bool exact;                  /* the p-values */
    bool ties;
};

/* Spearman's correlation of n >= 3 pairs.  Exact permutation distribution, with ties too, up
 * to 10 pairs (STATS_NULL_EXACT takes no more), Student's t with n - 2 degrees of freedom
 * above.
 *
 * The interval (NaN for fewer than 4 pairs) is the wider on each side of two: Fisher's z with
 * the variance of Bonett and Wright, Psychometrika 65 (2000), 23, and the jackknife (Arvesen,
 * Annals of Mathematical Statistics 40 (1969), 2076).  The first is for near-normal pairs;
 * alone it covers 50 to 90 % where correlations are above 0.95 or the scatter has heavy tails.
 * Where the order agrees perfectly its variance means nothing: its inner limit is then that of
 * a correlation half a step below the perfect one. */
int stats_spearman_test(const double *x, const double *y, size_t n, enum stats_null null,
                        double level, struct stats_rank_correlation *out, struct err *err);

/* Kendall's tau-b of n >= 3 pairs.  Exact below 50 pairs without ties (STATS_NULL_EXACT: up to
 * 150) and up to 10 with; otherwise normal, variance corrected for ties (Kendall, Rank
 * Correlation Methods, ch. 4).
 *
 * The interval (NaN for fewer than 4 pairs) is the wider on each side of two: the values of tau
 * that the one found does not reject, with the variance that each has for normal pairs (ibid.,
 * ch. 10; in the manner of Wilson, JASA 22 (1927), 209, so that perfect order has an interval
 * too), and the jackknife. */
int stats_kendall_test(const double *x, const double *y, size_t n, enum stats_null null,
                       double level, struct stats_rank_correlation *out, struct err *err);

#endif
