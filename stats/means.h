/* Two means.  Errors of both functions: ERR_DATA for fewer than two values in a sample and for
 * values that are no finite numbers, ERR_NUMERIC where neither sample varies (a deterministic
 * measurement repeated is one observation: there is no interval), ERR_CONFIG for a level
 * outside (0, 1). */
#ifndef STATS_MEANS_H
#define STATS_MEANS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stats/stats.h"

struct stats_welch {
    double mean_x, mean_y;
    struct stats_estimate difference; /* mean of x less mean of y */
    double t, df;
    double p, p_greater, p_less;      /* two-sided; x is greater; x is less */
};

/* Welch's t: variances may differ; degrees of freedom of Satterthwaite (Biometrika 34 (1947),
 * 28). */
int stats_welch(const double *x, size_t nx, const double *y, size_t ny, double level,
                struct stats_welch *out, struct err *err);

/* How the interval of a ratio is made. */
enum stats_ratio_method {
    /* The ratios that a Welch test of mean(x) - ratio mean(y) does not reject (Fieller, JRSS B
     * 16 (1954), 175; degrees of freedom at the estimate: Hasler, Vonk and Hothorn, Stat. Med.
     * 27 (2008), 490).  The one to take for times and rates: right for normal means of any
     * spread, and it admits when there is no bounded interval. */
    STATS_RATIO_FIELLER,
    /* Student's t about the difference of the logarithms of the means (delta method), positive
     * means only.  Turning the ratio upside down turns the interval upside down, and it is
     * always bounded; good where the spread is below some 20 % of the means.  Fieller's and
     * this one agree there to a percent of the width. */
    STATS_RATIO_LOG,
    /* BCa bootstrap of the ratio (stats/boot.h), for skewed samples of ten and more: with five
     * values a bootstrap is too narrow. */
    STATS_RATIO_BOOTSTRAP,
};

struct stats_ratio_options {
    enum stats_ratio_method method;
    double level;
    size_t resamples; /* of the bootstrap */
    uint64_t seed;
};

/* Mean of x over mean of y.  The limits are NaN where Fieller's interval is unbounded (the
 * mean of y cannot be told from 0).  ERR_NUMERIC for a mean of y of 0, ERR_DATA where the
 * logarithm needs positive means. */
int stats_ratio(const double *x, size_t nx, const double *y, size_t ny,
                const struct stats_ratio_options *options, struct stats_estimate *out,
                struct err *err);

#endif
