/* P-values of several tests at once. */
#ifndef STATS_ADJUST_H
#define STATS_ADJUST_H

#include <stddef.h>

#include "base/err.h"

/* Adjusted p-values, each to be compared with the level itself; `adjusted` may be `p`.
 * ERR_DATA for no p-values and for one that is not in [0, 1] (NaN is not), ERR_NOMEM. */

/* Holm, Scandinavian Journal of Statistics 6 (1979), 65: holds the probability of any false
 * rejection, whatever the dependence. */
int stats_adjust_holm(const double *p, size_t n, double *adjusted, struct err *err);

/* Benjamini and Hochberg, JRSS B 57 (1995), 289: holds the expected share of false ones among
 * the rejections, for independent or positively dependent tests. */
int stats_adjust_bh(const double *p, size_t n, double *adjusted, struct err *err);

#endif
