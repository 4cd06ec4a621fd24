#include "config.h"

#include "stats/regime.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/dist.h"
#include "stats/small.h"

static const struct size_term {
    double a, b;
} terms[] = {
    {4, 1},   {4, 0},   {3.5, 0}, {3, 1}, {3, 0},   {2.5, 1}, {2.5, 0}, {2, 1}, {2, 0},
    {1.5, 1}, {1.5, 0}, {1, 1},   {1, 0}, {0.5, 1}, {0.5, 0}, {0, 1},   {0, 0},
};
enum { N_TERMS = sizeof terms / sizeof terms[0], CONSTANT = N_TERMS - 1, P = SMALL_COLUMNS };

struct regime {
    const struct stats_regime_input *in;
    size_t m;
    double scale, observations, pure_ss, pure_df;
    double *basis;                    /* N_TERMS x m: term / mean, times root */
    double *root, *column, *residual; /* m, P x m, m */
};

static double term_value(const struct size_term *t, double n, double scale)
{
    return pow(n / scale, t->a) * (t->b == 0 ? 1 : log2(n) / log2(scale));
}

static int check_input(const struct stats_regime_input *in, struct err *err)
{
    if (!(in->level > 0 && in->level < 1))
        return err_set(err, ERR_CONFIG, "level %g is not between 0 and 1", in->level);
    for (size_t i = 0; i < in->n_rungs; i++) {
        if (!(in->n[i] > (i > 0 ? in->n[i - 1] : 1)) || isinf(in->n[i]))
            return err_set(err, ERR_DATA, "size %g is not above %g", in->n[i],
                           i > 0 ? in->n[i - 1] : 1);
        if (!(in->mean[i] > 0) || isinf(in->mean[i]))
            return err_set(err, ERR_DATA, "value %g at size %g is not above 0", in->mean[i],
                           in->n[i]);
    }
    return 0;
}

static int regime_init(struct regime *r, const struct stats_regime_input *in)
{
    size_t m = in->n_rungs;
    *r = (struct regime){.in = in, .m = m, .scale = m > 0 ? in->n[m / 2] : 2};
    r->basis = malloc((N_TERMS + 2 + P) * (m + 1) * sizeof *r->basis);
    if (r->basis == NULL)
        return ERR_NOMEM;
    r->root = r->basis + N_TERMS * m;
    r->residual = r->root + m;
    r->column = r->residual + m;
    for (size_t i = 0; i < m; i++) {
        size_t k = in->replicates == NULL ? 1 : in->replicates[i];
        double sd = k > 1 ? in->sd[i] / in->mean[i] : 0;
        r->root[i] = sqrt((double)k);
        r->observations += (double)k;
        r->pure_ss += (double)(k - 1) * sd * sd;
        r->pure_df += (double)(k - 1);
        for (size_t t = 0; t < N_TERMS; t++)
            r->basis[t * m + i] =
                r->root[i] * term_value(terms + t, in->n[i], r->scale) / in->mean[i];
    }
    return 0;
}

/* AICc of the columns in r->column with `extra` parameters besides their coefficients and the
 * variance.  A difference too small to matter counts as if it were noise. */
static double aicc_of(struct regime *r, size_t p, double extra, struct small_fit *fit,
                      double *sd)
{
    double rss = r->pure_ss, floor = fmax(r->in->floor, 1e-9);
    if (!stats_small_fit(r->m, p, r->column, r->root, r->residual, fit))
        return INFINITY;
    for (size_t i = 0; i < r->m; i++)
        rss += r->residual[i] * r->residual[i];
    *sd = sqrt(rss / r->observations);
    return stats_small_aicc(r->observations, (double)p + 1 + extra,
                            rss + r->observations * floor * floor);
}

static void take_terms(struct regime *r, const size_t *which, size_t p)
{
    for (size_t j = 0; j < p; j++)
        memcpy(r->column + j * r->m, r->basis + which[j] * r->m, r->m * sizeof *r->column);
}

static void try_one(struct regime *r, const size_t *which, size_t p, double *best,
                    double *best_sd)
{
    struct small_fit fit;
    double sd;
    if (p > r->m)
        return;
    take_terms(r, which, p);
    double aicc = aicc_of(r, p, 0, &fit, &sd);
    if (aicc < *best) {
        *best = aicc;
        *best_sd = sd;
    }
}

/* log y against log n, whose residuals are relative errors. */
static void try_power(struct regime *r, double *best, double *best_sd)
{
    struct small_fit fit;
    double *target = r->column + 2 * r->m, rss = r->pure_ss, floor = fmax(r->in->floor, 1e-9);
    for (size_t i = 0; i < r->m; i++) {
        r->column[i] = r->root[i];
        r->column[r->m + i] = r->root[i] * log(r->in->n[i] / r->scale);
        target[i] = r->root[i] * log(r->in->mean[i]);
    }
    if (!stats_small_fit(r->m, 2, r->column, target, r->residual, &fit))
        return;
    for (size_t i = 0; i < r->m; i++)
        rss += r->residual[i] * r->residual[i];
    double aicc = stats_small_aicc(r->observations, 3, rss + r->observations * floor * floor);
    if (aicc < *best) {
        *best = aicc;
        *best_sd = sqrt(rss / r->observations);
    }
}

static double fit_one_piece(struct regime *r, double *sd)
{
    double best = INFINITY;
    for (size_t i = 0; i < N_TERMS; i++) {
        try_one(r, (size_t[]){i}, 1, &best, sd);
        for (size_t j = i + 1; j < N_TERMS; j++) {
            try_one(r, (size_t[]){i, j}, 2, &best, sd);
            if (j < CONSTANT)
                try_one(r, (size_t[]){i, j, CONSTANT}, 3, &best, sd);
        }
    }
    try_power(r, &best, sd);
    return best;
}

enum two { JUMP, KINK_AT_RUNG, KINK, N_TWO };

/* Adds columns to the p terms in `which` that change the first of them behind rung i: its
 * value by a factor, or its slope, at rung i or anywhere before the next rung.  The last takes
 * two columns, slope and offset, and is a kink where they meet between the rungs. */
static void try_two(struct regime *r, const size_t *which, size_t p, size_t i, enum two kind,
                    double *best, struct stats_regime *out)
{
    size_t m = r->m, t = which[0];
    const double *n = r->in->n;
    double *slope = r->column + p * m, *offset = slope + m, sd;
    double low = term_value(terms + t, n[i], r->scale);
    double high = term_value(terms + t, n[i + 1], r->scale);
    struct small_fit fit;
    if (kind != JUMP && t == CONSTANT)
        return; /* a constant has no slope */
    take_terms(r, which, p);
    for (size_t k = 0; k < m; k++) {
        double one = k > i ? r->root[k] / r->in->mean[k] : 0;
        slope[k] = k > i ? r->basis[t * m + k] - (kind == KINK_AT_RUNG ? low * one : 0) : 0;
        if (kind == KINK)
            offset[k] = one;
    }
    /* The place of the break is a parameter, in its own column or not. */
    double aicc = aicc_of(r, p + (kind == KINK ? 2 : 1), kind != KINK, &fit, &sd);
    const double *c = fit.coefficient;
    /* Nothing costs less than nothing on either side. */
    if (!(aicc < *best) || !(c[0] > 0) || !(c[0] + c[p] > 0))
        return;
    double at = kind == KINK ? -c[p + 1] / c[p] : low;
    if (!(at >= low && at <= high))
        return;
    *best = aicc;
    out->two_sd = sd;
    out->jump = kind == JUMP;
    out->from = n[i];
    out->to = n[i + 1];
    out->change = 1 + c[p] / c[0];
}

/* Two rungs at least stand below a break, for one fixes nothing. */
static double fit_two_pieces(struct regime *r, struct stats_regime *out)
{
    /* Pairs of whole powers, which are what programs have most. */
    static const size_t pairs[][2] = {{4, 8},        {4, 12},        {4, CONSTANT}, {8, 12},
                                      {8, CONSTANT}, {12, CONSTANT}, {1, 4}};
    double best = INFINITY;
    for (size_t i = 1; i + 1 < r->m; i++)
        for (enum two kind = JUMP; kind < N_TWO; kind++) {
            for (size_t t = 0; t < N_TERMS; t++)
                try_two(r, &t, 1, i, kind, &best, out);
            for (size_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++)
                try_two(r, pairs[k], 2, i, kind, &best, out);
        }
    return best;
}

static void local_exponents(struct regime *r, struct stats_regime_exponent *e)
{
    const struct stats_regime_input *in = r->in;
    double t = r->pure_df > 0 ? stats_t_quantile(0.5 + in->level / 2, r->pure_df) *
                                    sqrt(r->pure_ss / r->pure_df)
                              : NAN;
    for (size_t i = 0; i + 1 < r->m; i++) {
        double step = log(in->n[i + 1] / in->n[i]);
        double half = t * hypot(1 / r->root[i], 1 / r->root[i + 1]) / step;
        double value = log(in->mean[i + 1] / in->mean[i]) / step;
        e[i] = (struct stats_regime_exponent){in->n[i], in->n[i + 1], value, value - half,
                                              value + half};
    }
}

int stats_regime_test(struct stats_regime *out, struct stats_regime_exponent *exponent,
                      const struct stats_regime_input *in, struct err *err)
{
    struct regime r;
    *out = (struct stats_regime){
        .gain = NAN, .from = NAN, .to = NAN, .change = NAN, .one_sd = NAN, .two_sd = NAN};
    int status = check_input(in, err);
    if (status < 0)
        return status;
    if (regime_init(&r, in) < 0)
        return err_set(err, ERR_NOMEM, "no memory for %zu rungs", in->n_rungs);
    if (exponent != NULL)
        local_exponents(&r, exponent);
    /* A jump has four parameters: coefficient, its change, the break and the variance. */
    if (r.m >= 4 && r.observations - 4 - 1 > 0) {
        double one = fit_one_piece(&r, &out->one_sd), two = fit_two_pieces(&r, out);
        out->tested = isfinite(one) && isfinite(two);
        out->gain = out->tested ? one - two : NAN;
        out->found = out->gain > (in->gain > 0 ? in->gain : STATS_REGIME_GAIN);
    }
    free(r.basis);
    return 0;
}
