/* Change points: where the mean (the distribution) of a history changes.
 *
 * The values are taken as independent apart from the changes; under this alone, whatever their
 * distribution, a series without a change raises an alarm with at most the nominal rate. */
#ifndef STATS_CHANGE_H
#define STATS_CHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stats/stats.h"

struct stats_change_options {
    double rate;        /* false alarms a series without changes, e.g. 0.05 */
    double level;       /* of the ratios' intervals */
    size_t min_segment; /* values between changes, at least: 1 for PELT, 2 for E-divisive */
    size_t resamples;   /* e.g. 399; at least 59 for a rate of 0.05 */
    uint64_t seed;
    double sigma;       /* PELT: standard deviation of the noise; 0: estimated */
    double penalty;     /* PELT: cost of a change in units of sigma^2; 0: calibrated */
};

struct stats_change {
    size_t at;            /* index of the first value after the change */
    size_t before, after; /* values from the change before it, and to the one after it */
    /* Permutation p-value (exceedances + 1) / (resamples + 1), never 0.  PELT: of a change
     * anywhere between its two neighbours; E-divisive: of the split when it was made. */
    double p;
    /* Mean after over mean before, with Fieller's interval (stats/means.h).  NaN where it
     * does not exist: limits where a side has one value or neither varies. */
    struct stats_estimate ratio;
};

struct stats_changes {
    struct stats_change *change; /* ascending */
    size_t n;
    double sigma;   /* PELT: as used, NaN for E-divisive */
    double penalty; /* PELT: of the last pass, in units of sigma^2; NaN for E-divisive */
};

/* PELT with the normal cost of a change in mean (Killick, Fearnhead and Eckley, JASA 107
 * (2012), 1590).
 *
 * Without a known sigma, it is the mean of the smaller three quarters of the differences of
 * successive values, scaled for normal noise: steps hardly inflate it.  The penalty is the one
 * at which at most `rate` of random orders of the series show a change.  Changes that stand out
 * are taken off and the penalty is calibrated again on what is left, for large steps would hide
 * small ones.  With a known sigma, normal noise stands in for the orders.
 *
 * Time grows with resamples * n^2 (0.1 s at 400 and 400), unless `penalty` is given.
 *
 * ERR_DATA for fewer than 2 * min_segment (and fewer than 4) values and for values that are no
 * finite numbers; ERR_CONFIG for options outside their range and for too few resamples for the
 * rate.  A constant series has no change: that is an answer, not an error.  Release with
 * stats_changes_release, after errors too. */
int stats_pelt(const double *y, size_t n, const struct stats_change_options *options,
               struct stats_changes *out, struct err *err);

/* E-divisive: energy distance with exponent 1, bisecting while the next split is significant at
 * `rate` (Matteson and James, JASA 109 (2014), 334).  It sees changes in spread too.  The same
 * time and errors; sigma and penalty do not count. */
int stats_edivisive(const double *y, size_t n, const struct stats_change_options *options,
                    struct stats_changes *out, struct err *err);

void stats_changes_release(struct stats_changes *changes);

#endif
