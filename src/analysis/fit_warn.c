#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/analysis_priv.h"
#include "stats/ladder.h"

/* Beyond a factor of two, percentages say little. */
static int warn_of_width(const struct analysis_prediction *p, bool largest, double tolerance,
                         struct analysis_warnings *w)
{
    double half = (p->ci_upper - p->ci_lower) / 2 / p->value;
    char at[64] = "even at the largest rung";
    if (!(half > tolerance))
        return 0;
    if (!largest)
        analysis_format(at, sizeof at, "at n = %g", p->n);
    if (half > 1)
        return analysis_warn(w, "wide-interval",
                             "%s the fit is not known within a factor of two, and the tolerance "
                             "is %g %%",
                             at, 100 * tolerance);
    return analysis_warn(w, "wide-interval",
                         "%s the fit is known within %.1f %% only, wider than the tolerance of "
                         "%g %%",
                         at, 100 * half, 100 * tolerance);
}

/* What a prediction at n has to fear, beyond what the interval says. */
static int warn_of_target(const struct analysis_fit *fit, double n, double tolerance,
                          struct analysis_warnings *w)
{
    double top = 0;
    struct analysis_prediction p;
    for (size_t i = 0; i < fit->n_points; i++)
        top = fit->point[i].held_out ? top : fmax(top, fit->point[i].n);
    int status = 0;
    if (top > 0 && n > 4 * top)
        status = analysis_warn(w, "extrapolation",
                               "n = %g lies %.3g times beyond the largest rung: no fit of the "
                               "rungs below can know what changes on the way",
                               n, n / top);
    if (status == 0)
        status = analysis_physics_warn(fit, n, w);
    analysis_fit_predict(fit, n, &p);
    if (status == 0 && p.at_zero)
        status = analysis_warn(w, "cut-at-zero",
                               "at n = %g the laws of the rungs go below 0, which '%s' cannot: %s "
                               "ends there",
                               n, fit->key.metric,
                               p.value > 0 ? "the interval" : "the prediction");
    return status == 0 ? warn_of_width(&p, false, tolerance, w) : status;
}

/* Where growth itself grows, as in exponential search, the laws fall behind more and more. */
static int warn_of_growth(struct analysis_fit *fit)
{
    const struct analysis_held_out *h = &fit->held_out;
    size_t n = fit->n_exponents;
    char law[64];
    double a = 0, b = 0;
    if (!fit->valid || n < 3 || (h->valid && !(h->error_upper < 0)))
        return 0;
    const struct stats_regime_exponent *last = fit->exponent + n - 1;
    if (!(last->value > stats_ladder_steepest(last->from, last->to, &a, &b)) ||
        !(last[0].value > last[-1].value && last[-1].value > last[-2].value))
        return 0;
    stats_ladder_term_name(a, b, law, sizeof law);
    return analysis_warn(&fit->warnings, "faster-than-any-law",
                         "'%s' grows as n^%.3g between n = %g and %g, and more steeply from rung "
                         "to rung: no law that is tried (%s at most) grows so fast, and "
                         "predictions beyond are too low",
                         fit->key.metric, last->value, last->from, last->to, law);
}

static int warn_of_regime(const struct stats_regime *r, struct analysis_warnings *w)
{
    if (!r->found)
        return 0;
    return analysis_warn(w, analysis_flag_code(ANALYSIS_REGIME),
                         "two laws describe the rungs better than one: between n = %g and %g "
                         "the %s changes by a factor of %.3g; the fit crosses it",
                         r->from, r->to, r->jump ? "value" : "slope", r->change);
}

static int warn_of_weights(struct analysis_fit *fit)
{
    int status = 0;
    for (size_t i = 0; status == 0 && fit->valid && i < fit->n_points; i++)
        if (fit->point[i].weight < 0.5)
            status = analysis_warn(&fit->warnings, "downweighted-rung",
                                   "n = %g lies so far off the other rungs that the robust fit "
                                   "counts only %.2g of it",
                                   fit->point[i].n, fit->point[i].weight);
    return status;
}

int analysis_fit_warn_of_causes(const struct analysis_fit *fit, struct analysis_warnings *w)
{
    const struct analysis_fit *below = fit->without_top;
    int status = warn_of_regime(fit->regime.found || below == NULL ? &fit->regime : &below->regime, w);
    if (status == 0 && below != NULL)
        status = analysis_physics_warn(below, fit->held_out.prediction.n, w);
    return status;
}

int analysis_fit_warn(struct analysis_fit *fit, const struct analysis_options *o,
                      size_t repeats, bool disagree)
{
    struct analysis_warnings *w = &fit->warnings;
    const struct analysis_held_out *h = &fit->held_out;
    int status = 0;
    if (disagree)
        status = analysis_warn(w, "not-deterministic",
                               "repetitions of the same run differ: they count as replicates");
    if (status == 0 && repeats > 0)
        status = analysis_warn(w, "zero-variance-replicates",
                               "%zu repetition%s of deterministic runs add no evidence: vary "
                               "the layout seed instead",
                               repeats, repeats == 1 ? "" : "s");
    if (status == 0 && fit->by_rung)
        status = analysis_warn(w, "lack-of-fit",
                               "no candidate explains the rungs within the noise of their "
                               "replicates: only rungs count as evidence");
    if (status == 0 && fit->valid && !h->valid)
        status =
            analysis_warn(w, "no-held-out-rung",
                          "too few rungs to leave the largest one out: the fit is untested");
    if (status == 0 && h->valid && !(h->error_lower <= 0 && h->error_upper >= 0) &&
        fabs(h->error) > o->tolerance)
        status =
            analysis_warn(w, "held-out-miss",
                          "the smaller rungs miss the one at n = %g by %+.1f %%, more than "
                          "their interval admits: something changes on the way",
                          h->prediction.n, 100 * h->error);
    if (status == 0)
        status = warn_of_growth(fit);
    if (status == 0)
        status = warn_of_regime(&fit->regime, w);
    if (status == 0)
        status = warn_of_weights(fit);
    if (status == 0 && h->valid)
        status = analysis_physics_warn(fit->without_top, h->prediction.n, w);
    for (size_t i = 0; status == 0 && fit->valid && i < o->n_at; i++)
        status = warn_of_target(fit, o->at[i], o->tolerance, w);
    if (status == 0 && fit->valid) {
        struct analysis_prediction p;
        analysis_fit_predict(fit, fit->point[fit->n_points - 1].n, &p);
        status = warn_of_width(&p, true, o->tolerance, w);
    }
    return status;
}
