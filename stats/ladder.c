#include "config.h"

#include "stats/ladder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/dist.h"

/* Exponents that kernels have in practice; halves cover surfaces, sorts and irregular ones. */
static const struct size_term {
    double a, b;
} terms[] = {
    {0, 1},   {0.5, 0}, {0.5, 1}, {1, 0},   {1, 1},   {1.5, 0}, {1.5, 1}, {2, 0},
    {2, 1},   {2.5, 0}, {2.5, 1}, {3, 0},   {3, 1},   {3.5, 0}, {4, 0},   {4, 1},
};
enum { N_TERMS = sizeof terms / sizeof terms[0], P = STATS_LADDER_TERMS_MAX };

/* Relative residuals below this are the rounding of counts, not evidence for a model. */
static const double sd_floor = 1e-9;

/* What all candidates of one fit share. */
struct design {
    size_t n_rungs, n_observations;
    double *basis;  /* N_TERMS + 1 columns of n_rungs: term / mean, times sqrt(replicates) */
    double *target; /* sqrt(replicates) */
    double *pure;   /* squares within each rung */
    double *column; /* workspace: P x n_rungs */
    double pure_ss, pure_df;
    double tss, tss_centred; /* of y / mean: about 0, about the weighted mean of y */
};

static double term_value(double n, double scale, double a, double b)
{
    return pow(n / scale, a) * (b == 0 ? 1 : pow(log2(n) / log2(scale), b));
}

void stats_ladder_term_name(double a, double b, char *buffer, size_t size)
{
    char power[32] = "", logarithm[32] = "";
    if (a == 1)
        snprintf(power, sizeof power, "n");
    else if (a != 0)
        snprintf(power, sizeof power, "n^%g", a);
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

static int design_init(struct design *d, const struct stats_ladder_input *in, double scale,
                       bool by_rung)
{
    size_t m = in->n_rungs;
    *d = (struct design){.n_rungs = m};
    d->basis = malloc((N_TERMS + 3 + P) * m * sizeof *d->basis);
    if (d->basis == NULL)
        return ERR_NOMEM;
    d->target = d->basis + (N_TERMS + 1) * m;
    d->pure = d->target + m;
    d->column = d->pure + m;
    double sum_w = 0, sum_wy = 0;
    for (size_t i = 0; i < m; i++) {
        size_t r = by_rung || in->replicates == NULL ? 1 : in->replicates[i];
        double root = sqrt((double)r), sd = r > 1 ? in->sd[i] / in->mean[i] : 0;
        d->n_observations += r;
        d->pure[i] = (double)(r - 1) * sd * sd;
        d->pure_ss += d->pure[i];
        d->pure_df += (double)(r - 1);
        d->target[i] = root;
        for (size_t t = 0; t < N_TERMS; t++)
            d->basis[t * m + i] =
                root * term_value(in->n[i], scale, terms[t].a, terms[t].b) / in->mean[i];
        d->basis[N_TERMS * m + i] = root / in->mean[i];
        sum_w += (double)r / in->mean[i] / in->mean[i];
        sum_wy += (double)r / in->mean[i];
    }
    d->tss = (double)d->n_observations + d->pure_ss;
    d->tss_centred = d->pure_ss;
    for (size_t i = 0; i < m; i++) {
        double deviation = d->target[i] * (1 - sum_wy / sum_w / in->mean[i]);
        d->tss_centred += deviation * deviation;
    }
    return 0;
}

/* Modified Gram-Schmidt with a second pass, which for a few columns is as good as
 * reflections: q overwrites the columns, r is upper triangular.  False when collinear. */
static bool orthogonalise(const struct design *d, const size_t *which, size_t p,
                          double r[P][P])
{
    size_t m = d->n_rungs;
    for (size_t j = 0; j < p; j++) {
        double *q = d->column + j * m, before = 0, after = 0;
        memcpy(q, d->basis + which[j] * m, m * sizeof *q);
        for (size_t i = 0; i < m; i++)
            before += q[i] * q[i];
        for (int pass = 0; pass < 2; pass++)
            for (size_t k = 0; k < j; k++) {
                const double *o = d->column + k * m;
                double dot = 0;
                for (size_t i = 0; i < m; i++)
                    dot += o[i] * q[i];
                for (size_t i = 0; i < m; i++)
                    q[i] -= dot * o[i];
                r[k][j] += dot;
            }
        for (size_t i = 0; i < m; i++)
            after += q[i] * q[i];
        if (!(after > 1e-20 * before))
            return false;
        r[j][j] = sqrt(after);
        for (size_t i = 0; i < m; i++)
            q[i] /= r[j][j];
    }
    return true;
}

/* Residual squares, and those of the observations left out one at a time. */
static void residual_squares(const struct design *d, size_t p, const double *z, double *rss,
                             double *press)
{
    size_t m = d->n_rungs;
    *rss = d->pure_ss;
    *press = 0;
    for (size_t i = 0; i < m; i++) {
        double residual = d->target[i], h = 0;
        for (size_t j = 0; j < p; j++) {
            double q = d->column[j * m + i];
            residual -= q * z[j];
            h += q * q;
        }
        h /= d->target[i] * d->target[i]; /* of one observation of the rung */
        *rss += residual * residual;
        *press += (residual * residual + d->pure[i]) / ((1 - h) * (1 - h));
    }
}

/* Estimates in units of the scaled terms, with their unscaled covariance. */
static bool fit_columns(const struct design *d, const size_t *which,
                        struct stats_ladder_model *model, double *press)
{
    size_t m = d->n_rungs, p = model->n_terms;
    double r[P][P] = {{0}}, z[P] = {0}, inverse[P][P] = {{0}};
    if (!orthogonalise(d, which, p, r))
        return false;
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < m; i++)
            z[j] += d->column[j * m + i] * d->target[i];
    residual_squares(d, p, z, &model->rss, press);
    for (size_t j = 0; j < p; j++)
        for (size_t i = j + 1; i-- > 0;) {
            double sum = i == j;
            for (size_t k = i + 1; k <= j; k++)
                sum -= r[i][k] * inverse[k][j];
            inverse[i][j] = sum / r[i][i];
        }
    for (size_t i = 0; i < p; i++) {
        model->coefficient[i] = 0;
        for (size_t k = i; k < p; k++)
            model->coefficient[i] += inverse[i][k] * z[k];
        for (size_t j = 0; j < p; j++) {
            double sum = 0;
            for (size_t k = i > j ? i : j; k < p; k++)
                sum += inverse[i][k] * inverse[j][k];
            model->covariance[i * P + j] = sum;
        }
    }
    return true;
}

/* Fits the candidate made of columns `which` and appends it, unless it cannot be the truth: a
 * leading term that is not positive makes the work fall below zero somewhere. */
static void consider(struct stats_ladder *ladder, const struct design *d, const size_t *which,
                     size_t p)
{
    double n = (double)d->n_observations, k = (double)p + 1;
    if (n - k - 1 <= 0 || p >= d->n_rungs + (d->pure_df > 0))
        return;
    ladder->n_admitted++;
    struct stats_ladder_model *model = ladder->model + ladder->n_models;
    *model = (struct stats_ladder_model){.n_terms = p};
    double press;
    if (!fit_columns(d, which, model, &press) || !(model->coefficient[0] > 0))
        return;
    bool constant = which[p - 1] == N_TERMS;
    double floor = n * sd_floor * sd_floor;
    model->rss = fmax(model->rss, floor);
    model->df = n - (double)p;
    model->residual_sd = sqrt(model->rss / model->df);
    model->aicc = n * log(model->rss / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1);
    double tss = constant ? d->tss_centred : d->tss;
    model->r2_centred = constant;
    model->r2 = 1 - model->rss / tss;
    model->r2_adjusted = 1 - (model->rss / model->df) / (tss / (n - constant));
    model->r2_predicted = 1 - fmax(press, floor) / tss;
    for (size_t i = 0; i < p; i++) {
        struct stats_ladder_term *term = model->term + i;
        struct size_term s = which[i] < N_TERMS ? terms[which[i]] : (struct size_term){0, 0};
        double unit = pow(ladder->scale, s.a) * pow(log2(ladder->scale), s.b);
        term->a = s.a;
        term->b = s.b;
        term->estimate = model->coefficient[i] / unit;
        term->se = model->residual_sd * sqrt(model->covariance[i * P + i]) / unit;
    }
    ladder->n_models++;
}

static int by_aicc(const void *a, const void *b)
{
    const struct stats_ladder_model *x = a, *y = b;
    return (x->aicc > y->aicc) - (x->aicc < y->aicc);
}

/* Akaike weights; candidates a thousand times less likely than the best are dropped. */
static void weigh(struct stats_ladder *ladder)
{
    qsort(ladder->model, ladder->n_models, sizeof *ladder->model, by_aicc);
    double sum = 0;
    size_t kept = 0;
    for (; kept < ladder->n_models; kept++) {
        struct stats_ladder_model *model = ladder->model + kept;
        model->weight = exp(-0.5 * (model->aicc - ladder->model[0].aicc));
        if (model->weight < 1e-3)
            break;
        sum += model->weight;
    }
    for (size_t i = 0; i < kept; i++)
        ladder->model[i].weight /= sum;
    ladder->n_models = kept;
}

static void fit_all(struct stats_ladder *ladder, const struct design *d)
{
    ladder->n_models = ladder->n_admitted = 0;
    for (size_t i = 0; i < N_TERMS; i++) {
        consider(ladder, d, (size_t[]){i}, 1);
        consider(ladder, d, (size_t[]){i, N_TERMS}, 2);
        for (size_t j = 0; j < i; j++) {
            consider(ladder, d, (size_t[]){i, j}, 2);
            consider(ladder, d, (size_t[]){i, j, N_TERMS}, 3);
        }
    }
    weigh(ladder);
}

/* Are the rungs further from the best candidate than their own noise explains? */
static void test_lack_of_fit(struct stats_ladder *ladder, const struct design *d)
{
    ladder->pure_error = d->pure_df > 0 ? sqrt(d->pure_ss / d->pure_df) : NAN;
    ladder->lack_of_fit_p = NAN;
    if (ladder->n_models == 0 || !(d->pure_df > 0))
        return;
    const struct stats_ladder_model *best = ladder->model;
    double df = (double)d->n_rungs - (double)best->n_terms;
    if (df > 0)
        ladder->lack_of_fit_p = stats_f_upper(
            ((best->rss - d->pure_ss) / df) / (d->pure_ss / d->pure_df), df, d->pure_df);
}

static double geometric_mean(const double *n, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += log(n[i]);
    return exp(sum / (double)count);
}

int stats_ladder_alloc(struct stats_ladder **out, const struct stats_ladder_input *in,
                       struct err *err)
{
    *out = NULL;
    struct design d = {0};
    struct stats_ladder *ladder = NULL;
    int status = check_input(in, err);
    if (status < 0)
        return status;
    ladder = calloc(1, sizeof *ladder);
    if (ladder != NULL)
        ladder->model = calloc(N_TERMS * (N_TERMS + 1), sizeof *ladder->model);
    if (ladder == NULL || ladder->model == NULL) {
        status = err_set(err, ERR_NOMEM, "no memory for a ladder fit");
        goto out;
    }
    ladder->level = in->level;
    ladder->n_rungs = in->n_rungs;
    ladder->scale = in->n_rungs > 0 ? geometric_mean(in->n, in->n_rungs) : 1;
    /* Noise first; where a lack of fit outweighs it, more replicates of the same rungs add
     * nothing, and each rung is one observation. */
    for (int by_rung = 0; by_rung < 2; by_rung++) {
        if (design_init(&d, in, ladder->scale, by_rung != 0) < 0) {
            status = err_set(err, ERR_NOMEM, "no memory for a ladder fit");
            goto out;
        }
        ladder->by_rung = by_rung != 0;
        ladder->n_observations = d.n_observations;
        fit_all(ladder, &d);
        if (by_rung == 0)
            test_lack_of_fit(ladder, &d);
        free(d.basis);
        d.basis = NULL;
        if (!(ladder->lack_of_fit_p < 0.05))
            break;
    }
    if (ladder->n_models == 0) {
        status = err_set(err, ERR_INCONCLUSIVE, "%zu rungs are too few for any candidate model",
                         in->n_rungs);
        goto out;
    }
    *out = ladder;
    ladder = NULL;
out:
    free(d.basis);
    stats_ladder_free(ladder);
    return status;
}

void stats_ladder_free(struct stats_ladder *ladder)
{
    if (ladder == NULL)
        return;
    free(ladder->model);
    free(ladder);
}

/* Value and squared standard error of one candidate at n. */
static double model_at(const struct stats_ladder *ladder, const struct stats_ladder_model *model,
                       double n, double *variance)
{
    double v[P], value = 0, sum = 0;
    for (size_t i = 0; i < model->n_terms; i++) {
        v[i] = term_value(n, ladder->scale, model->term[i].a, model->term[i].b);
        value += model->coefficient[i] * v[i];
    }
    for (size_t i = 0; i < model->n_terms; i++)
        for (size_t j = 0; j < model->n_terms; j++)
            sum += v[i] * v[j] * model->covariance[i * P + j];
    *variance = sum * model->residual_sd * model->residual_sd;
    return value;
}

void stats_ladder_predict(const struct stats_ladder *ladder, double n,
                          struct stats_ladder_prediction *p)
{
    double value = 0, variance = 0, noise = 0, df = 0;
    for (size_t i = 0; i < ladder->n_models; i++) {
        double v;
        value += ladder->model[i].weight * model_at(ladder, ladder->model + i, n, &v);
    }
    for (size_t i = 0; i < ladder->n_models; i++) {
        const struct stats_ladder_model *model = ladder->model + i;
        double v, at = model_at(ladder, model, n, &v), sd = model->residual_sd * value;
        variance += model->weight * (v + (at - value) * (at - value));
        noise += model->weight * sd * sd;
        df += model->weight * model->df;
    }
    double t = stats_t_quantile(0.5 + ladder->level / 2, df);
    p->value = value;
    p->se = sqrt(variance);
    p->ci_lower = value - t * p->se;
    p->ci_upper = value + t * p->se;
    p->pi_lower = value - t * sqrt(variance + noise);
    p->pi_upper = value + t * sqrt(variance + noise);
}
