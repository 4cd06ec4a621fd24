/* Bootstrap intervals: bias-corrected and accelerated (BCa).
 *
 * Source: Efron, Journal of the American Statistical Association 82 (1987), 171; Davison and
 * Hinkley, Bootstrap Methods and their Application (1997), 5.3 and 2.7 for strata. */
#ifndef STATS_BOOT_H
#define STATS_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stats/stats.h"

/* Fills `value` (one for each statistic) from the items data[index[0 ... n - 1]]; NaN where a
 * statistic does not exist for them. */
typedef void (*stats_statistic)(const void *data, const size_t *index, size_t n, double *value);

struct stats_boot_input {
    const void *data;
    stats_statistic statistic;
    size_t n_statistics;
    size_t n;             /* items */
    const size_t *group;  /* of each item, 0 ... n_groups - 1; NULL: one group */
    size_t n_groups;
    bool clusters;        /* resample whole groups; otherwise items within each group */
    size_t resamples;
    uint64_t seed;
    double level;
};

/* One estimate for each statistic.  An interval is NaN when more than one resample in twenty
 * has no value, and when there are fewer than three items (clusters) to resample.
 * ERR_CONFIG for a level or a number of resamples (below 100) that makes no sense. */
int stats_boot(const struct stats_boot_input *in, struct stats_estimate *estimate,
               struct err *err);

#endif
