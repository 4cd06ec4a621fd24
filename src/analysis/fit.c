#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"
#include "stats/dist.h"
#include "stats/ladder.h"

void analysis_fit_release(struct analysis_fit *fit)
{
    stats_ladder_free(fit->predictor);
    free(fit->point);
    free(fit->observation);
    free(fit->exponent);
    free(fit->fidelity);
    free(fit->model);
    analysis_warnings_release(&fit->warnings);
    if (fit->without_top != NULL)
        analysis_fit_release(fit->without_top);
    free(fit->without_top);
}

/* Moves one end of an interval away from the value, by what is to be feared beside it: both as
 * logarithms of ratios, so that a quantity stays positive. */
static double widened(double end, double value, double fear)
{
    double ratio = log(end / value);
    return isfinite(ratio) ? value * exp(copysign(hypot(ratio, fear), ratio)) : end;
}

void analysis_prediction_cut(struct analysis_prediction *p)
{
    double *const part[] = {&p->value, &p->ci_lower, &p->ci_upper, &p->pi_lower, &p->pi_upper};
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++)
        if (*part[i] < 0) {
            *part[i] = 0;
            p->at_zero = true;
        }
}

/* An interval knows what the candidate laws say, and not that the program may follow none of
 * them.  How far the fit of the rungs below missed the largest one is the one thing that is known
 * of that: beyond the largest rung the same miss is taken for a standard deviation, again at
 * each step as long as the last one was. */
static void fear_the_next_step(const struct analysis_fit *fit, struct analysis_prediction *p)
{
    if (!fit->held_out.valid || fit->n_points < 2)
        return;
    double top = fit->point[fit->n_points - 1].n, below = fit->point[fit->n_points - 2].n;
    if (!(p->n > top))
        return;
    double miss = log1p(fit->held_out.error);
    if (isfinite(fit->pure_error)) { /* replicates tell what of it is noise */
        double noise = fit->held_out.prediction.se / fit->held_out.prediction.value;
        miss = sqrt(fmax(0, miss * miss - noise * noise));
    }
    miss = fabs(miss) * log(p->n / top) / log(top / below);
    if (!isfinite(miss))
        return;
    double z = stats_normal_quantile(0.5 + fit->level / 2);
    p->se = hypot(p->se, miss * p->value);
    p->ci_lower = widened(p->ci_lower, p->value, z * miss);
    p->ci_upper = widened(p->ci_upper, p->value, z * miss);
    p->pi_lower = widened(p->pi_lower, p->value, z * miss);
    p->pi_upper = widened(p->pi_upper, p->value, z * miss);
}

void analysis_fit_predict(const struct analysis_fit *fit, double n,
                          struct analysis_prediction *p)
{
    *p = (struct analysis_prediction){n, NAN, NAN, NAN, NAN, NAN, NAN, 0, false};
    if (!fit->valid || !(n > 1))
        return;
    struct stats_ladder_prediction at;
    stats_ladder_predict(fit->predictor, n, &at);
    p->value = at.value;
    p->se = at.se;
    p->ci_lower = at.ci_lower;
    p->ci_upper = at.ci_upper;
    p->pi_lower = at.pi_lower;
    p->pi_upper = at.pi_upper;
    analysis_prediction_cut(p);
    fear_the_next_step(fit, p);
    p->flags = analysis_fit_flags(fit, n);
}

/* Copies a candidate with what people look at: names, t, p, intervals. */
static void copy_model(struct analysis_model *to, const struct stats_ladder_model *from,
                       double level)
{
    struct str formula;
    str_init(&formula);
    double t = stats_t_quantile(0.5 + level / 2, from->df);
    to->n_terms = from->n_terms;
    for (size_t i = 0; i < from->n_terms; i++) {
        const struct stats_ladder_term *f = from->term + i;
        struct analysis_term *term = to->term + i;
        stats_ladder_term_name(f->a, f->b, term->name, sizeof term->name);
        str_addf(&formula, "%s%s", i > 0 ? " + " : "", term->name);
        term->a = f->a;
        term->b = f->b;
        term->estimate = f->estimate;
        term->se = f->se;
        term->t = f->estimate / f->se;
        term->p = stats_t_two_sided(term->t, from->df);
        term->lower = f->estimate - t * f->se;
        term->upper = f->estimate + t * f->se;
    }
    to->prior = from->prior;
    analysis_format(to->formula, sizeof to->formula, "%s", formula.data);
    str_release(&formula);
    to->aicc = from->aicc;
    to->bic = from->bic;
    to->weight = from->weight;
    to->r2 = from->r2;
    to->r2_centred = from->r2_centred;
    to->r2_adjusted = from->r2_adjusted;
    to->r2_predicted = from->r2_predicted;
    to->residual_sd = from->residual_sd;
    to->df = from->df;
}

/* The arrays that stats wants, from the points that are not held out. */
static int ladder_from_points(struct stats_ladder **ladder, const struct analysis_fit *fit,
                              struct err *err)
{
    size_t n = fit->n_points;
    double *real = calloc(3 * n + 1, sizeof *real);
    size_t *replicates = calloc(n + 1, sizeof *replicates);
    /* The rung held out is the last one, so the others' observations stand together. */
    struct stats_ladder_input in = {.n = real,
                                    .mean = real + n,
                                    .sd = real + 2 * n,
                                    .replicates = replicates,
                                    .level = fit->level,
                                    .robust = fit->robust,
                                    .observation = fit->observation};
    int status = ERR_NOMEM;
    *ladder = NULL;
    if (real == NULL || replicates == NULL) {
        err_set(err, ERR_NOMEM, "no memory for %zu rungs", n);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        if (fit->point[i].held_out)
            continue;
        size_t k = in.n_rungs++;
        real[k] = fit->point[i].n;
        real[n + k] = fit->point[i].value;
        real[2 * n + k] = fit->point[i].replicates > 1 ? fit->point[i].sd : 0;
        replicates[k] = fit->point[i].replicates;
    }
    status = stats_ladder_alloc(ladder, &in, err);
out:
    free(real);
    free(replicates);
    return status;
}

/* Fits the points that are not held out; too few of them is a result, not a failure. */
static int fit_points(struct analysis_fit *fit, struct err *err)
{
    struct stats_ladder *ladder;
    struct err cause = {0};
    size_t used = 0;
    for (size_t i = 0; i < fit->n_points; i++)
        used += !fit->point[i].held_out;
    int status = ladder_from_points(&ladder, fit, &cause);
    if (status == ERR_INCONCLUSIVE)
        return analysis_warn(&fit->warnings, "too-few-rungs",
                             "%zu rung%s no candidate model: add %zu more", used,
                             used == 1 ? " admits" : "s admit", used < 4 ? 4 - used : 1);
    if (status < 0)
        return err_set(err, status, "%s", cause.text);
    fit->predictor = ladder;
    fit->n_observations = ladder->n_observations;
    fit->by_rung = ladder->by_rung;
    fit->pure_error = ladder->pure_error;
    fit->lack_of_fit_p = ladder->lack_of_fit_p;
    fit->model = calloc(ladder->n_models, sizeof *fit->model);
    if (fit->model == NULL)
        return ERR_NOMEM;
    fit->n_models = ladder->n_models;
    for (size_t i = 0; i < ladder->n_models; i++)
        copy_model(fit->model + i, ladder->model + i, fit->level);
    fit->valid = true;
    for (size_t i = 0, k = 0; i < fit->n_points; i++) {
        struct analysis_prediction p;
        analysis_fit_predict(fit, fit->point[i].n, &p);
        fit->point[i].fitted = p.value;
        fit->point[i].weight = fit->point[i].held_out ? 0 : ladder->rung_weight[k++];
    }
    return 0;
}

/* Differences of a tenth of what the user tolerates are no change of regime. */
static int test_regime(struct analysis_fit *fit, double tolerance, struct err *err)
{
    size_t n = fit->n_points, used = 0;
    double *real = calloc(3 * n + 1, sizeof *real);
    size_t *replicates = calloc(n + 1, sizeof *replicates);
    fit->exponent = calloc(n + 1, sizeof *fit->exponent);
    int status = ERR_NOMEM;
    if (real == NULL || replicates == NULL || fit->exponent == NULL)
        goto out;
    for (; used < n && !fit->point[used].held_out; used++) {
        const struct analysis_point *p = fit->point + used;
        real[used] = p->n;
        real[n + used] = p->value;
        real[2 * n + used] = p->replicates > 1 ? p->sd : 0;
        replicates[used] = p->replicates;
    }
    const struct stats_regime_input in = {.n_rungs = used,
                                          .n = real,
                                          .mean = real + n,
                                          .sd = real + 2 * n,
                                          .replicates = replicates,
                                          .level = fit->level,
                                          .floor = tolerance / 10};
    fit->n_exponents = used > 0 ? used - 1 : 0;
    status = stats_regime_test(&fit->regime, fit->exponent, &in, err);
out:
    free(real);
    free(replicates);
    return status;
}

/* The same series without its largest rung, judged by that rung. */
static int hold_out_top(struct analysis_fit *fit, const struct analysis_options *o,
                        struct err *err)
{
    struct analysis_held_out *h = &fit->held_out;
    if (fit->n_points < 2)
        return 0;
    struct analysis_fit *small = calloc(1, sizeof *small);
    if (small == NULL)
        return ERR_NOMEM;
    fit->without_top = small;
    small->key = fit->key;
    small->level = fit->level;
    small->deterministic = fit->deterministic;
    small->held_out = *h;
    small->n_points = fit->n_points;
    small->point = calloc(fit->n_points, sizeof *small->point);
    if (small->point == NULL)
        return ERR_NOMEM;
    memcpy(small->point, fit->point, fit->n_points * sizeof *small->point);
    struct analysis_point *top = small->point + fit->n_points - 1;
    size_t observations = top->first + top->replicates;
    small->observation = malloc(observations * sizeof *small->observation);
    if (small->observation == NULL)
        return ERR_NOMEM;
    memcpy(small->observation, fit->observation, observations * sizeof *small->observation);
    small->robust = fit->robust;
    small->problem = fit->problem;
    small->machine = fit->machine;
    top->held_out = true;
    int status = fit_points(small, err);
    if (status == 0)
        status = test_regime(small, o->tolerance, err);
    if (status < 0)
        return status;
    if (!small->valid) {
        analysis_fit_release(small);
        free(small);
        fit->without_top = NULL;
        return 0;
    }
    h->valid = true;
    h->observed = top->value;
    analysis_fit_predict(small, top->n, &h->prediction);
    h->error = h->prediction.value / top->value - 1;
    h->error_lower = h->prediction.ci_lower / top->value - 1;
    h->error_upper = h->prediction.ci_upper / top->value - 1;
    return 0;
}

static void held_out_nothing(struct analysis_fit *fit)
{
    fit->held_out =
        (struct analysis_held_out){.observed = NAN,
                                   .prediction = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, false},
                                   .error = NAN,
                                   .error_lower = NAN,
                                   .error_upper = NAN};
}

int analysis_fit_series(struct analysis_fit *fit, size_t runs, bool disagree,
                        const struct analysis_options *o, struct err *err)
{
    size_t replicates = 0;
    held_out_nothing(fit);
    fit->level = o->level;
    fit->robust = o->robust;
    fit->pure_error = fit->lack_of_fit_p = NAN;
    fit->regime = (struct stats_regime){
        .gain = NAN, .from = NAN, .to = NAN, .change = NAN, .one_sd = NAN, .two_sd = NAN};
    analysis_fit_describe(fit, o->physics);
    for (size_t i = 0; i < fit->n_points; i++) {
        replicates += fit->point[i].replicates;
        /* Growth laws are for quantities above zero: a counter that is zero has none. */
        if (!(fit->point[i].n > 1))
            return analysis_warn(&fit->warnings, "not-positive",
                                 "growth laws are for sizes above 1, and n = %g is there: count in "
                                 "another unit, or leave it out",
                                 fit->point[i].n);
        if (!(fit->point[i].value > 0))
            return analysis_warn(&fit->warnings, "not-positive",
                                 "'%s' is %g at n = %g: no growth law applies", fit->key.metric,
                                 fit->point[i].value, fit->point[i].n);
    }
    int status = fit_points(fit, err);
    if (status == 0)
        status = test_regime(fit, o->tolerance, err);
    if (status == 0)
        status = hold_out_top(fit, o, err);
    return status == 0 ? analysis_fit_warn(fit, o, runs - replicates, disagree) : status;
}
