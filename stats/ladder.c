#include "config.h"

#include "stats/ladder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/dist.h"
#include "stats/ladder_priv.h"
#include "stats/small.h"

/* Exponents that kernels have in practice, with the share of belief that each has before any
 * data.  Loops nest a whole number of times: integer powers.  Halves (surfaces of tiles,
 * irregular ones) and logarithms (sorts, trees) are met about a third as often, and loops
 * nested four deep are rare. */
static const struct size_term {
    double a, b, prior;
} terms[] = {
    {4, 1, 0.15},  {4, 0, 0.5},   {3.5, 0, 0.3}, {3, 1, 0.3},   {3, 0, 1},     {2.5, 1, 0.1},
    {2.5, 0, 0.3}, {2, 1, 0.3},   {2, 0, 1},     {1.5, 1, 0.1}, {1.5, 0, 0.3}, {1, 1, 0.3},
    {1, 0, 1},     {0.5, 1, 0.1}, {0.5, 0, 0.3}, {0, 1, 0.3},   {0, 0, 1},
};
enum {
    N_TERMS = sizeof terms / sizeof terms[0],
    CONSTANT = N_TERMS - 1,
    P = SMALL_COLUMNS,
    CANDIDATES_MAX = N_TERMS * N_TERMS + 1
};

/* A law with one term is the rule at sizes that matter; each further one costs belief, for
 * there are many to choose from.  A free exponent is the last resort for laws that are not in
 * the list.  A negative term is a boundary left out, less common than work added. */
static const double prior_two = 0.25, prior_three = 0.04, prior_power = 0.06,
                    prior_negative = 0.5;
/* Boundaries are smaller than what they bound: where negative terms eat more than this share
 * of the positive ones at any rung, the law is no law of work. */
static const double negative_max = 0.5;
/* Occam's window. */
static const double window = 1.0 / 16;
/* A lack of fit is believed at this p: of 100 series without one, 1 is taken by rungs. */
static const double lack_of_fit_level = 0.01;

/* Relative residuals below this are the rounding of counts, not evidence for a model. */
static const double sd_floor = 1e-9;

/* What all candidates of one fit share. */
struct design {
    const struct ladder_rungs *rungs;
    double *basis;    /* N_TERMS columns of m rungs: term / mean, times the root of weight */
    double *target;   /* roots of the weights */
    double *column;   /* workspace: P x m */
    double *residual; /* workspace: m */
    double tss, tss_centred; /* of y / mean: about 0, about the weighted mean of y */
};

static double term_value(double n, double scale, double a, double b)
{
    return pow(n / scale, a) * (b == 0 ? 1 : pow(log2(n) / log2(scale), b));
}

double stats_ladder_steepest(double from, double to, double *a, double *b)
{
    double most = -INFINITY;
    for (size_t t = 0; t < N_TERMS; t++) {
        double exponent = log(term_value(to, from, terms[t].a, terms[t].b)) / log(to / from);
        if (exponent > most) {
            most = exponent;
            *a = terms[t].a;
            *b = terms[t].b;
        }
    }
    return most;
}

void stats_ladder_term_name(double a, double b, char *buffer, size_t size)
{
    char power[32] = "", logarithm[32] = "";
    if (a == 1)
        snprintf(power, sizeof power, "n");
    else if (a != 0)
        snprintf(power, sizeof power, "n^%.4g", a);
    if (b == 1)
        snprintf(logarithm, sizeof logarithm, "log2(n)");
    else if (b != 0)
        snprintf(logarithm, sizeof logarithm, "log2(n)^%g", b);
    if (a == 0 && b == 0)
        snprintf(buffer, size, "1");
    else
        snprintf(buffer, size, "%s%s%s", power, a != 0 && b != 0 ? " " : "", logarithm);
}

static int check_input(const struct stats_ladder_input *in, struct err *err)
{
    if (!(in->level > 0 && in->level < 1))
        return err_set(err, ERR_CONFIG, "level %g is not between 0 and 1", in->level);
    for (size_t i = 0; i < in->n_rungs; i++) {
        if (!(in->n[i] > 1) || isinf(in->n[i]))
            return err_set(err, ERR_DATA, "size %g is not above 1", in->n[i]);
        if (!(in->mean[i] > 0) || isinf(in->mean[i]))
            return err_set(err, ERR_DATA, "value %g at size %g is not above 0", in->mean[i],
                           in->n[i]);
        for (size_t j = 0; j < i; j++)
            if (in->n[i] == in->n[j])
                return err_set(err, ERR_DATA, "size %g comes twice", in->n[i]);
    }
    return 0;
}

static int design_init(struct design *d, const struct ladder_rungs *r, double scale)
{
    size_t m = r->m;
    *d = (struct design){.rungs = r};
    d->basis = malloc((N_TERMS + 2 + P) * (m + 1) * sizeof *d->basis);
    if (d->basis == NULL)
        return ERR_NOMEM;
    d->target = d->basis + N_TERMS * m;
    d->residual = d->target + m;
    d->column = d->residual + m;
    double sum_w = 0, sum_wy = 0;
    for (size_t i = 0; i < m; i++) {
        double root = sqrt(r->weight[i]);
        d->target[i] = root;
        for (size_t t = 0; t < N_TERMS; t++)
            d->basis[t * m + i] =
                root * term_value(r->n[i], scale, terms[t].a, terms[t].b) / r->mean[i];
        sum_w += r->weight[i] / r->mean[i] / r->mean[i];
        sum_wy += r->weight[i] / r->mean[i];
    }
    d->tss = r->observations + r->pure_ss;
    d->tss_centred = r->pure_ss;
    for (size_t i = 0; i < m; i++) {
        double deviation = d->target[i] * (1 - sum_wy / sum_w / r->mean[i]);
        d->tss_centred += deviation * deviation;
    }
    return 0;
}

/* Squares of the observations left out one at a time: `leverage` of a rung's observations. */
static double press_of(const struct design *d, size_t i, double leverage)
{
    double w = d->rungs->weight[i], h = w > 0 ? leverage / w : 0;
    double squares = d->residual[i] * d->residual[i] + d->rungs->squares[i];
    return squares / ((1 - h) * (1 - h));
}

/* What follows from the residuals; `k` parameters, the variance among them. */
static void judge(struct stats_ladder_model *model, const struct design *d, double k,
                  double press, bool constant)
{
    double n = d->rungs->observations, floor = n * sd_floor * sd_floor;
    model->rss = d->rungs->pure_ss;
    for (size_t i = 0; i < d->rungs->m; i++)
        model->rss += d->residual[i] * d->residual[i];
    model->rss = fmax(model->rss, floor);
    model->df = n - (k - 1);
    model->residual_sd = sqrt(model->rss / model->df);
    model->aicc = stats_small_aicc(n, k, model->rss);
    model->bic = stats_small_bic(n, k, model->rss);
    double tss = fmax(constant ? d->tss_centred : d->tss, floor);
    model->r2_centred = constant;
    model->r2 = 1 - model->rss / tss;
    model->r2_adjusted = 1 - (model->rss / model->df) / (tss / (n - constant));
    model->r2_predicted = 1 - fmax(press, floor) / tss;
}

/* Can this be the work of a program?  It grows from nothing, and no rung is mostly taken away.
 */
static bool plausible(const struct design *d, const size_t *which, const double *c, size_t p,
                      double *prior)
{
    if (!(c[0] > 0))
        return false;
    for (size_t j = 1; j < p; j++)
        *prior *= c[j] < 0 ? prior_negative : 1;
    for (size_t i = 0; i < d->rungs->m; i++) {
        double plus = 0, minus = 0;
        for (size_t j = 0; j < p; j++) {
            double part = c[j] * d->basis[which[j] * d->rungs->m + i];
            plus += fmax(part, 0);
            minus -= fmin(part, 0);
        }
        if (minus > negative_max * plus)
            return false;
    }
    return true;
}

static bool admitted(struct stats_ladder *ladder, const struct design *d, size_t p)
{
    const struct ladder_rungs *r = d->rungs;
    if (!(r->observations - (double)(p + 1) - 1 > 0) || p >= r->m + (r->pure_df > 0))
        return false;
    ladder->n_admitted++;
    return true;
}

/* Fits the candidate made of the terms `which` and appends it unless it is implausible. */
static void consider(struct stats_ladder *ladder, const struct design *d, const size_t *which,
                     size_t p)
{
    static const double by_size[] = {1, 1, prior_two, prior_three};
    size_t m = d->rungs->m;
    struct small_fit fit;
    if (!admitted(ladder, d, p))
        return;
    struct stats_ladder_model *model = ladder->model + ladder->n_models;
    *model = (struct stats_ladder_model){.n_terms = p, .prior = by_size[p], .exponent_se = NAN};
    for (size_t j = 0; j < p; j++) {
        model->prior *= terms[which[j]].prior;
        memcpy(d->column + j * m, d->basis + which[j] * m, m * sizeof *d->column);
    }
    if (!stats_small_fit(m, p, d->column, d->target, d->residual, &fit) ||
        !plausible(d, which, fit.coefficient, p, &model->prior))
        return;
    double press = 0;
    for (size_t i = 0; i < m; i++) {
        double leverage = 0;
        for (size_t j = 0; j < p; j++)
            leverage += d->column[j * m + i] * d->column[j * m + i];
        press += press_of(d, i, leverage);
    }
    judge(model, d, (double)p + 1, press, which[p - 1] == CONSTANT);
    memcpy(model->coefficient, fit.coefficient, sizeof fit.coefficient);
    memcpy(model->covariance, fit.covariance, sizeof fit.covariance);
    for (size_t i = 0; i < p; i++) {
        const struct size_term *s = terms + which[i];
        double unit = pow(ladder->scale, s->a) * pow(log2(ladder->scale), s->b);
        double se = model->residual_sd * sqrt(fit.covariance[i * P + i]) / unit;
        model->term[i] = (struct stats_ladder_term){s->a, s->b, fit.coefficient[i] / unit, se};
    }
    ladder->n_models++;
}

/* c n^a with a free: a straight line in logarithms, whose residuals are relative errors. */
static void consider_power(struct stats_ladder *ladder, const struct design *d)
{
    size_t m = d->rungs->m;
    struct small_fit fit;
    double scale = ladder->scale, *target = d->column + 2 * m;
    if (!admitted(ladder, d, 2))
        return;
    for (size_t i = 0; i < m; i++) {
        d->column[i] = d->target[i];
        d->column[m + i] = d->target[i] * log(d->rungs->n[i] / scale);
        target[i] = d->target[i] * log(d->rungs->mean[i]);
    }
    if (!stats_small_fit(m, 2, d->column, target, d->residual, &fit))
        return;
    double a = fit.coefficient[1], level = fit.coefficient[0], press = 0;
    for (size_t i = 0; i < m; i++) {
        double fitted = exp(level + a * log(d->rungs->n[i] / scale));
        d->residual[i] = d->target[i] * (1 - fitted / d->rungs->mean[i]);
        press +=
            press_of(d, i, d->column[i] * d->column[i] + d->column[m + i] * d->column[m + i]);
    }
    struct stats_ladder_model *model = ladder->model + ladder->n_models++;
    *model = (struct stats_ladder_model){.n_terms = 1, .prior = prior_power, .power = true};
    judge(model, d, 3, press, false);
    memcpy(model->coefficient, fit.coefficient, sizeof fit.coefficient);
    memcpy(model->covariance, fit.covariance, sizeof fit.covariance);
    /* log of the coefficient of n^a is level - a log(scale). */
    double l = log(scale), *v = fit.covariance;
    double c = exp(level - a * l), s = model->residual_sd;
    model->exponent_se = s * sqrt(v[P + 1]);
    model->term[0] = (struct stats_ladder_term){
        a, 0, c, c * s * sqrt(fmax(v[0] - 2 * l * v[1] + l * l * v[P + 1], 0))};
}

static double criterion(const struct stats_ladder_model *model)
{
    return model->bic - 2 * log(model->prior);
}

static int by_criterion(const void *a, const void *b)
{
    double x = criterion(a), y = criterion(b);
    return (x > y) - (x < y);
}

static void weigh(struct stats_ladder *ladder)
{
    qsort(ladder->model, ladder->n_models, sizeof *ladder->model, by_criterion);
    double sum = 0;
    size_t kept = 0;
    for (; kept < ladder->n_models; kept++) {
        struct stats_ladder_model *model = ladder->model + kept;
        model->weight = exp(-0.5 * (criterion(model) - criterion(ladder->model)));
        if (model->weight < window)
            break;
        sum += model->weight;
    }
    for (size_t i = 0; i < kept; i++)
        ladder->model[i].weight /= sum;
    ladder->n_models = kept;
}

static int fit_all(struct stats_ladder *ladder, const struct ladder_rungs *r)
{
    struct design d;
    if (design_init(&d, r, ladder->scale) < 0)
        return ERR_NOMEM;
    ladder->n_models = ladder->n_admitted = 0;
    ladder->n_observations = (size_t)(r->observations + 0.5);
    for (size_t i = 0; i < N_TERMS; i++) {
        consider(ladder, &d, (size_t[]){i}, 1);
        for (size_t j = i + 1; j < N_TERMS; j++) {
            consider(ladder, &d, (size_t[]){i, j}, 2);
            if (j < CONSTANT)
                consider(ladder, &d, (size_t[]){i, j, CONSTANT}, 3);
        }
    }
    consider_power(ladder, &d);
    weigh(ladder);
    free(d.basis);
    return 0;
}

/* Are the rungs further from the best candidate than their own noise explains? */
static void test_lack_of_fit(struct stats_ladder *ladder, const struct ladder_rungs *r)
{
    ladder->pure_error = r->pure_df > 0 ? sqrt(r->pure_ss / r->pure_df) : NAN;
    ladder->lack_of_fit_p = NAN;
    if (ladder->n_models == 0 || !(r->pure_df > 0))
        return;
    const struct stats_ladder_model *best = ladder->model;
    double df = r->observations - r->pure_df - (r->observations - best->df);
    double pure = fmax(r->pure_ss, r->observations * sd_floor * sd_floor);
    if (df > 0)
        ladder->lack_of_fit_p = stats_f_upper(
            (fmax(best->rss - r->pure_ss, 0) / df) / (pure / r->pure_df), df, r->pure_df);
}

static double geometric_mean(const double *n, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += log(n[i]);
    return count > 0 ? exp(sum / (double)count) : 2;
}

/* Value and squared standard error of one candidate at n. */
static double model_at(const struct stats_ladder *ladder,
                       const struct stats_ladder_model *model, double n, double *variance)
{
    double v[P], value = 0, sum = 0;
    size_t p = model->power ? 2 : model->n_terms;
    for (size_t i = 0; i < p; i++) {
        v[i] = !model->power ? term_value(n, ladder->scale, model->term[i].a, model->term[i].b)
               : i == 0      ? 1
                             : log(n / ladder->scale);
        value += model->coefficient[i] * v[i];
    }
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            sum += v[i] * v[j] * model->covariance[i * P + j];
    *variance = sum * model->residual_sd * model->residual_sd;
    if (model->power) {
        value = exp(value);
        *variance *= value * value;
    }
    return value;
}

/* Fits, weighs each observation by its distance from the average, and fits again, until the
 * weights stay.  All candidates share the weights: their BIC would not compare otherwise. */
static int fit_robust(struct stats_ladder *ladder, struct ladder_rungs *r,
                      const struct stats_ladder_input *in)
{
    enum { ROUNDS = 30 };
    size_t total = 0;
    for (size_t i = 0; i < r->m; i++)
        total += in->replicates == NULL ? 1 : in->replicates[i];
    double *scratch = malloc((total + r->m + 1) * sizeof *scratch), *fitted = scratch + total;
    int status = scratch == NULL ? ERR_NOMEM : ladder_rungs_start(r, in);
    if (status == 0)
        status = fit_all(ladder, r);
    for (int round = 0; status == 0 && round < ROUNDS && ladder->n_models > 0; round++) {
        for (size_t i = 0; i < r->m; i++) {
            fitted[i] = 0;
            for (size_t j = 0; j < ladder->n_models; j++) {
                double v;
                fitted[i] +=
                    ladder->model[j].weight * model_at(ladder, ladder->model + j, r->n[i], &v);
            }
        }
        const struct stats_ladder_model *best = ladder->model;
        double p = (double)(best->power ? 2 : best->n_terms);
        double changed = ladder_rungs_reweigh(r, in, fitted, p, scratch);
        status = fit_all(ladder, r);
        if (changed < 1e-3)
            break;
    }
    for (size_t i = 0; i < r->m; i++)
        ladder->rung_weight[i] =
            r->weight[i] / (double)(in->replicates == NULL ? 1 : in->replicates[i]);
    free(scratch);
    return status;
}

/* Noise first; where a lack of fit outweighs it, more replicates of the same rungs add
 * nothing, and each rung is one observation. */
static int fit_input(struct stats_ladder *ladder, const struct stats_ladder_input *in)
{
    struct ladder_rungs r;
    int status = ladder_rungs_init(&r, in, false);
    if (status < 0)
        return status;
    status = in->robust ? fit_robust(ladder, &r, in) : fit_all(ladder, &r);
    if (status == 0)
        test_lack_of_fit(ladder, &r);
    if (status == 0 && ladder->lack_of_fit_p < lack_of_fit_level && !in->robust) {
        ladder->by_rung = true;
        ladder_rungs_release(&r);
        status = ladder_rungs_init(&r, in, true);
        if (status == 0)
            status = fit_all(ladder, &r);
    }
    ladder_rungs_release(&r);
    return status;
}

int stats_ladder_alloc(struct stats_ladder **out, const struct stats_ladder_input *in,
                       struct err *err)
{
    *out = NULL;
    int status = check_input(in, err);
    if (status < 0)
        return status;
    struct stats_ladder *ladder = calloc(1, sizeof *ladder);
    status = ERR_NOMEM;
    if (ladder == NULL)
        goto out;
    ladder->model = calloc(CANDIDATES_MAX, sizeof *ladder->model);
    ladder->rung_weight = malloc((in->n_rungs + 1) * sizeof *ladder->rung_weight);
    if (ladder->model == NULL || ladder->rung_weight == NULL)
        goto out;
    for (size_t i = 0; i < in->n_rungs; i++)
        ladder->rung_weight[i] = 1;
    ladder->level = in->level;
    ladder->robust = in->robust;
    ladder->n_rungs = in->n_rungs;
    ladder->scale = geometric_mean(in->n, in->n_rungs);
    status = fit_input(ladder, in);
    if (status == 0 && ladder->n_models == 0)
        status = ERR_INCONCLUSIVE;
out:
    if (status == 0) {
        *out = ladder;
        return 0;
    }
    stats_ladder_free(ladder);
    return status == ERR_INCONCLUSIVE
               ? err_set(err, status, "%zu rungs are too few for any candidate model",
                         in->n_rungs)
               : err_set(err, status, "no memory for a ladder fit");
}

void stats_ladder_free(struct stats_ladder *ladder)
{
    if (ladder == NULL)
        return;
    free(ladder->model);
    free(ladder->rung_weight);
    free(ladder);
}

void ladder_claims(const struct stats_ladder *ladder, double n, struct small_claim *claim)
{
    for (size_t i = 0; i < ladder->n_models; i++) {
        const struct stats_ladder_model *model = ladder->model + i;
        double v, value = model_at(ladder, model, n, &v);
        claim[i] = (struct small_claim){model->weight, value,        sqrt(v),
                                        model->df,     model->power, model->residual_sd};
    }
}

void ladder_average(struct small_claim *claim, size_t n_claims, double level,
                    struct stats_ladder_prediction *p)
{
    double low = 0.5 - level / 2, variance = 0;
    p->value = stats_mixture_quantile(claim, n_claims, 0.5);
    p->ci_lower = stats_mixture_quantile(claim, n_claims, low);
    p->ci_upper = stats_mixture_quantile(claim, n_claims, 1 - low);
    for (size_t i = 0; i < n_claims; i++) {
        double off = claim[i].value - p->value;
        variance += claim[i].weight * (claim[i].se * claim[i].se + off * off);
        claim[i].se = hypot(claim[i].se, claim[i].sd * p->value);
    }
    p->se = sqrt(variance);
    p->pi_lower = stats_mixture_quantile(claim, n_claims, low);
    p->pi_upper = stats_mixture_quantile(claim, n_claims, 1 - low);
}

void stats_ladder_predict(const struct stats_ladder *ladder, double n,
                          struct stats_ladder_prediction *p)
{
    struct small_claim claim[CANDIDATES_MAX];
    ladder_claims(ladder, n, claim);
    ladder_average(claim, ladder->n_models, ladder->level, p);
}
