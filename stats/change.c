#include "config.h"

#include "stats/change.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "stats/change_priv.h"
#include "stats/input_priv.h"
#include "stats/means.h"

void stats_changes_release(struct stats_changes *changes)
{
    free(changes->change);
    *changes = (struct stats_changes){0};
}

int stats_change_check(const double *y, size_t n, size_t least_segment,
                       const struct stats_change_options *o, struct stats_changes *out,
                       struct err *err)
{
    *out = (struct stats_changes){.sigma = NAN, .penalty = NAN};
    int status = stats_input_level(o->level, "level", err);
    if (status == 0)
        status = stats_input_level(o->rate, "rate of false alarms", err);
    if (status < 0)
        return status;
    if (o->min_segment < least_segment)
        return err_set(err, ERR_CONFIG, "segments of %zu values are too short (at least %zu)",
                       o->min_segment, least_segment);
    if (!(o->sigma >= 0 && isfinite(o->sigma)))
        return err_set(err, ERR_CONFIG, "standard deviation %g is not a number from 0 up",
                       o->sigma);
    if (!(o->penalty >= 0 && isfinite(o->penalty)))
        return err_set(err, ERR_CONFIG, "penalty %g is not a number from 0 up", o->penalty);
    size_t least = o->min_segment < 2 ? 4 : 2 * o->min_segment;
    return stats_input_values(y, n, least, "series", err);
}

int stats_change_allowed(size_t resamples, double rate, size_t *allowed, struct err *err)
{
    const double doubt = 0.05;
    if (gsl_cdf_binomial_P(0, rate, (unsigned)resamples) > doubt)
        return err_set(err, ERR_CONFIG, "%zu resamples are too few for a rate of %g (at least "
                       "%.0f)", resamples, rate, ceil(log(doubt) / log1p(-rate)));
    size_t k = 0;
    while (gsl_cdf_binomial_P((unsigned)k + 1, rate, (unsigned)resamples) <= doubt)
        k++;
    *allowed = k;
    return 0;
}

void stats_change_shuffle(double *y, size_t n, struct stats_rng *rng)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = stats_rng_below(rng, i);
        double held = y[i - 1];
        y[i - 1] = y[j];
        y[j] = held;
    }
}

static double mean_of(const double *y, size_t n)
{
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += y[i] / (double)n;
    return mean;
}

void stats_change_describe(const double *y, size_t n, double level, struct stats_changes *c)
{
    struct stats_ratio_options options = {.method = STATS_RATIO_FIELLER, .level = level};
    for (size_t i = 0; i < c->n; i++) {
        struct stats_change *x = c->change + i;
        x->before = x->at - (i > 0 ? x[-1].at : 0);
        x->after = (i + 1 < c->n ? x[1].at : n) - x->at;
        /* Its errors are those that the header names: no interval then. */
        if (stats_ratio(y + x->at, x->after, y + x->at - x->before, x->before, &options,
                        &x->ratio, NULL) < 0) {
            double before = mean_of(y + x->at - x->before, x->before);
            double value = before == 0 ? NAN : mean_of(y + x->at, x->after) / before;
            x->ratio = (struct stats_estimate){value, NAN, NAN};
        }
    }
}
