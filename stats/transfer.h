/* From one scale to another: y of a new item whose x is known, from pairs within groups.
 *
 * y = constant of the group + slope * x + error.  A group of its own many items gets its own
 * line; otherwise all groups share slope and error variance, each keeping its constant.
 * Source: Draper and Smith, Applied Regression Analysis, 3rd edition (1998), 3.1 and 14. */
#ifndef STATS_TRANSFER_H
#define STATS_TRANSFER_H

#include <stdbool.h>

#include "stats/agree.h"

/* From so many items on, a group has a line of its own. */
enum { STATS_TRANSFER_OWN = 8 };

struct stats_transfer {
    double value;
    double ci_lower, ci_upper; /* of the mean of items with this x */
    double pi_lower, pi_upper; /* of one further item */
    double slope, slope_lower, slope_upper, residual_sd, df;
    double left_out_rms;       /* of the errors at each item predicted from the others */
    size_t n;                  /* items behind slope and variance */
    bool own;                  /* the group has a line of its own */
};

/* All but n are NaN when nothing can be said: no item of the group, an x that does not vary
 * within any group, or no degree of freedom left. */
void stats_transfer(const struct stats_pairs *p, size_t group, double x, double level,
                    struct stats_transfer *t);

#endif
