/* Statistics over plain arrays: what its parts share.
 *
 * This folder is the only one that includes GSL.  It knows no files and no runs: arrays of
 * numbers go in, plain structs come out.  A number that does not exist is NaN.
 *
 *   stats/real.h    extended precision
 *   stats/dist.h    distributions, quantiles, random numbers
 *   stats/lm.h      linear models to certified accuracy
 *   stats/ladder.h  growth with a size: candidates, averaging, prediction
 *   stats/boot.h    BCa bootstrap
 *   stats/agree.h   correlation and agreement within groups
 *   stats/rank.h    rank sum and shift; rank correlations with p-values and intervals
 *   stats/means.h   Welch's t, ratio of means
 *   stats/nls.h     nonlinear least squares within bounds
 *   stats/adjust.h  p-values of several tests
 *   stats/change.h  change points
 *   stats/transfer.h  prediction from one scale to another
 */
#ifndef STATS_STATS_H
#define STATS_STATS_H

#include <stddef.h>

/* Turns GSL's aborting error handler off: call it once before anything else of this folder
 * (calling it again is harmless). */
void stats_init(void);
/* Name and version of the library below, for `rung --version`. */
void stats_library(char *text, size_t size);

/* An interval around an estimate. */
struct stats_estimate {
    double value, lower, upper;
};

#endif
