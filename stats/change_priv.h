/* What both searches for change points share. */
#ifndef STATS_CHANGE_PRIV_H
#define STATS_CHANGE_PRIV_H

#include "stats/change.h"
#include "stats/dist.h"

/* Checks series and options, and empties `out`. */
int stats_change_check(const double *y, size_t n, size_t least_segment,
                       const struct stats_change_options *o, struct stats_changes *out,
                       struct err *err);

/* How many of `resamples` may reach the observed value for it to be significant at `rate`: the
 * largest number that a p-value of just `rate` would stay within in one case out of twenty.  So
 * the chance in the resampling does not count against the rate.  ERR_CONFIG where even 0 is
 * more than that. */
int stats_change_allowed(size_t resamples, double rate, size_t *allowed, struct err *err);

/* Random order, in place. */
void stats_change_shuffle(double *y, size_t n, struct stats_rng *rng);

/* Sets `before`, `after` and `ratio` of every change from its place. */
void stats_change_describe(const double *y, size_t n, double level, struct stats_changes *c);

#endif
