#include "config.h"

#include "stats/fidelity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/ladder_priv.h"
#include "stats/small.h"

enum {
    P = SMALL_COLUMNS,
    Q = STATS_FIDELITY_COUNTS_MAX,
    CANDIDATES_MAX = Q + Q * Q / 2 + Q * Q * Q / 6
};

/* As for size terms: each further count has many rivals to be chosen from. */
static const double prior_more = 0.25;
static const double window = 1.0 / 16;
static const double sd_floor = 1e-9;

struct design {
    const struct stats_fidelity_input *in;
    size_t m;
    double observations, pure_ss;
    double *basis, *target, *column, *residual; /* n_counts x m, m, P x m, m */
};

static int check_input(const struct stats_fidelity_input *in, struct err *err)
{
    if (!(in->level > 0 && in->level < 1))
        return err_set(err, ERR_CONFIG, "level %g is not between 0 and 1", in->level);
    if (in->n_counts < 1 || in->n_counts > Q)
        return err_set(err, ERR_CONFIG, "%zu counts are not between 1 and %d", in->n_counts, Q);
    for (size_t i = 0; i < in->n_rungs; i++) {
        if (!(in->mean[i] > 0) || isinf(in->mean[i]))
            return err_set(err, ERR_DATA, "cost %g of rung %zu is not above 0", in->mean[i],
                           i + 1);
        for (size_t j = 0; j < in->n_counts; j++)
            if (!(in->count[i * in->n_counts + j] >= 0) ||
                isinf(in->count[i * in->n_counts + j]))
                return err_set(err, ERR_DATA, "count %zu of rung %zu is not usable", j + 1,
                               i + 1);
    }
    return 0;
}

static int design_init(struct design *d, const struct stats_fidelity_input *in,
                       struct stats_fidelity *f)
{
    size_t m = in->n_rungs, q = in->n_counts;
    *d = (struct design){.in = in, .m = m};
    d->basis = malloc((q + 2 + P) * (m + 1) * sizeof *d->basis);
    if (d->basis == NULL)
        return ERR_NOMEM;
    d->target = d->basis + q * m;
    d->residual = d->target + m;
    d->column = d->residual + m;
    for (size_t j = 0; j < q; j++) {
        f->scale[j] = 0;
        for (size_t i = 0; i < m; i++)
            f->scale[j] = fmax(f->scale[j], in->count[i * q + j]);
    }
    for (size_t i = 0; i < m; i++) {
        size_t k = in->replicates == NULL ? 1 : in->replicates[i];
        double sd = k > 1 ? in->sd[i] / in->mean[i] : 0;
        d->observations += (double)k;
        d->pure_ss += (double)(k - 1) * sd * sd;
        d->target[i] = sqrt((double)k);
        for (size_t j = 0; j < q; j++)
            d->basis[j * m + i] = f->scale[j] > 0 ? d->target[i] * in->count[i * q + j] /
                                                        f->scale[j] / in->mean[i]
                                                  : 0;
    }
    return 0;
}

static void consider(struct stats_fidelity *f, struct design *d, const size_t *which, size_t p)
{
    size_t m = d->m;
    double n = d->observations, rss = d->pure_ss;
    struct small_fit fit;
    bool work = false;
    for (size_t j = 0; j < p; j++)
        work = work || d->in->work[which[j]];
    if (!work || p >= m || !(n - (double)(p + 1) - 1 > 0))
        return;
    for (size_t j = 0; j < p; j++)
        memcpy(d->column + j * m, d->basis + which[j] * m, m * sizeof *d->column);
    if (!stats_small_fit(m, p, d->column, d->target, d->residual, &fit))
        return;
    struct stats_fidelity_model *model = f->model + f->n_models;
    *model =
        (struct stats_fidelity_model){.n_terms = p, .prior = pow(prior_more, (double)p - 1)};
    for (size_t j = 0; j < p; j++)
        if (!(fit.coefficient[j] > 0))
            return;
    for (size_t i = 0; i < m; i++)
        rss += d->residual[i] * d->residual[i];
    rss = fmax(rss, n * sd_floor * sd_floor);
    model->df = n - (double)p;
    model->residual_sd = sqrt(rss / model->df);
    model->aicc = stats_small_aicc(n, (double)p + 1, rss);
    model->bic = stats_small_bic(n, (double)p + 1, rss);
    memcpy(model->coefficient, fit.coefficient, sizeof fit.coefficient);
    memcpy(model->covariance, fit.covariance, sizeof fit.covariance);
    for (size_t j = 0; j < p; j++) {
        double unit = f->scale[which[j]];
        model->which[j] = which[j];
        model->estimate[j] = fit.coefficient[j] / unit;
        model->se[j] = model->residual_sd * sqrt(fit.covariance[j * P + j]) / unit;
    }
    f->n_models++;
}

static double criterion(const struct stats_fidelity_model *model)
{
    return model->bic - 2 * log(model->prior);
}

static int by_criterion(const void *a, const void *b)
{
    double x = criterion(a), y = criterion(b);
    return (x > y) - (x < y);
}

static void weigh(struct stats_fidelity *f)
{
    qsort(f->model, f->n_models, sizeof *f->model, by_criterion);
    double sum = 0;
    size_t kept = 0;
    for (; kept < f->n_models; kept++) {
        f->model[kept].weight = exp(-0.5 * (criterion(f->model + kept) - criterion(f->model)));
        if (f->model[kept].weight < window)
            break;
        sum += f->model[kept].weight;
    }
    for (size_t i = 0; i < kept; i++)
        f->model[i].weight /= sum;
    f->n_models = kept;
}

int stats_fidelity_alloc(struct stats_fidelity **out, const struct stats_fidelity_input *in,
                         struct err *err)
{
    struct design d = {0};
    *out = NULL;
    int status = check_input(in, err);
    if (status < 0)
        return status;
    struct stats_fidelity *f = calloc(1, sizeof *f);
    if (f != NULL)
        f->model = calloc(CANDIDATES_MAX, sizeof *f->model);
    if (f == NULL || f->model == NULL || design_init(&d, in, f) < 0) {
        stats_fidelity_free(f);
        return err_set(err, ERR_NOMEM, "no memory for a fit of counts");
    }
    f->n_counts = in->n_counts;
    f->level = in->level;
    for (size_t i = 0; i < in->n_counts; i++) {
        consider(f, &d, (size_t[]){i}, 1);
        for (size_t j = i + 1; j < in->n_counts; j++) {
            consider(f, &d, (size_t[]){i, j}, 2);
            for (size_t k = j + 1; k < in->n_counts; k++)
                consider(f, &d, (size_t[]){i, j, k}, 3);
        }
    }
    free(d.basis);
    weigh(f);
    if (f->n_models == 0) {
        stats_fidelity_free(f);
        return err_set(err, ERR_INCONCLUSIVE, "no sum of counts explains the cost of %zu rungs",
                       in->n_rungs);
    }
    *out = f;
    return 0;
}

void stats_fidelity_free(struct stats_fidelity *f)
{
    if (f == NULL)
        return;
    free(f->model);
    free(f);
}

static void make_claims(const struct stats_fidelity *f, const double *count,
                        struct small_claim *claim)
{
    for (size_t i = 0; i < f->n_models; i++) {
        const struct stats_fidelity_model *model = f->model + i;
        double value = 0, sum = 0, v[STATS_FIDELITY_TERMS_MAX];
        for (size_t j = 0; j < model->n_terms; j++) {
            v[j] = count[model->which[j]] / f->scale[model->which[j]];
            value += model->coefficient[j] * v[j];
        }
        for (size_t j = 0; j < model->n_terms; j++)
            for (size_t k = 0; k < model->n_terms; k++)
                sum += v[j] * v[k] * model->covariance[j * P + k];
        claim[i] = (struct small_claim){model->weight, value, model->residual_sd * sqrt(sum),
                                        model->df,     false, model->residual_sd};
    }
}

void stats_fidelity_predict(const struct stats_fidelity *f, const double *count,
                            struct stats_ladder_prediction *p)
{
    struct small_claim claim[CANDIDATES_MAX];
    make_claims(f, count, claim);
    ladder_average(claim, f->n_models, f->level, p);
}

int stats_fidelity_combine(const struct stats_fidelity *f, const double *count, double share,
                           const struct stats_ladder *ladder, double n,
                           struct stats_ladder_prediction *p, struct err *err)
{
    size_t total = f->n_models + ladder->n_models;
    struct small_claim *claim = malloc(total * sizeof *claim);
    if (claim == NULL)
        return err_set(err, ERR_NOMEM, "no memory for a prediction");
    make_claims(f, count, claim);
    ladder_claims(ladder, n, claim + f->n_models);
    for (size_t i = 0; i < total; i++)
        claim[i].weight *= i < f->n_models ? share : 1 - share;
    ladder_average(claim, total, f->level, p);
    free(claim);
    return 0;
}
