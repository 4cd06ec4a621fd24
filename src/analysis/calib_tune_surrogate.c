/* Notes: the surrogate of a program's log cycles has a straight and, from three levels on, a
 * quadratic term for each parameter and no interactions; points weigh less the farther they
 * are from the best one, so that it is a local model whose error the next run corrects. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/calib_tune_priv.h"
#include "stats/lm.h"
#include "stats/nls.h"

enum { PLACES = ANALYSIS_TUNE_PARAMETERS + 1, TERMS = 2 * ANALYSIS_TUNE_PARAMETERS + 1 };

struct surrogate {
    const struct analysis_tuning *t;
    size_t n_terms;
    double *beta; /* n_programs x n_terms */
};

/* A level's place from -1 to 1. */
static double place(const struct analysis_tune_parameter *p, size_t level)
{
    return 2 * (double)level / (double)(p->levels - 1) - 1;
}

/* Terms at z; the number of them. */
static size_t make_terms(const struct analysis_tune_input *in, const double *z, double *term)
{
    size_t n = 0;
    term[n++] = 1;
    for (size_t k = 0; k < in->n_parameters; k++) {
        term[n++] = z[k];
        if (in->parameter[k].levels > 2)
            term[n++] = z[k] * z[k];
    }
    return n;
}

static void residuals(void *context, const double *x, double *r)
{
    const struct surrogate *s = context;
    const struct analysis_tune_input *in = &s->t->input;
    double term[TERMS];
    bool free_clock = in->clock_upper > in->clock_lower;
    double clock = free_clock ? x[in->n_parameters] : log(in->clock_lower);
    make_terms(in, x, term);
    for (size_t i = 0; i < in->n_programs; i++) {
        double y = 0;
        for (size_t j = 0; j < s->n_terms; j++)
            y += s->beta[i * s->n_terms + j] * term[j];
        r[i] = tune_residual(in, y - in->log_time[i] - clock);
    }
}

/* Rows of terms and their weights near a point. */
static void fill_rows(const struct surrogate *s, size_t near, stats_real *x, stats_real *w)
{
    const struct analysis_tune_input *in = &s->t->input;
    const struct analysis_tune_rung *rung = s->t->rung;
    double term[TERMS], z[PLACES];
    for (size_t i = 0; i < rung->count; i++) {
        double distance = 0;
        for (size_t k = 0; k < in->n_parameters; k++) {
            z[k] = place(in->parameter + k, rung->point[i].level[k]);
            double d = z[k] - place(in->parameter + k, rung->point[near].level[k]);
            distance += d * d / (double)in->n_parameters;
        }
        make_terms(in, z, term);
        for (size_t j = 0; j < s->n_terms; j++)
            x[i * s->n_terms + j] = term[j];
        w[i] = 1 / (1 + 4 * distance);
    }
}

/* *found is false where the points do not decide the terms. */
static int fit(struct surrogate *s, size_t near, bool *found, struct err *err)
{
    const struct analysis_tune_rung *rung = s->t->rung;
    size_t n = rung->count, programs = s->t->input.n_programs, collinear;
    stats_real *x = calloc(n * (s->n_terms + 2), sizeof *x);
    if (x == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the surrogate");
    stats_real *w = x + n * s->n_terms, *y = w + n;
    fill_rows(s, near, x, w);
    int status = 0;
    *found = true;
    for (size_t i = 0; status == 0 && *found && i < programs; i++) {
        struct stats_lm *lm = NULL;
        struct err cause = {0};
        for (size_t j = 0; j < n; j++)
            y[j] = rung->point[j].log_cycles[i];
        struct stats_lm_input in = {
            .n = n, .p = s->n_terms, .x = x, .y = y, .w = w, .intercept = true, .level = 0.95};
        status = stats_lm_alloc(&lm, &in, &collinear, &cause);
        if (status == ERR_DATA) {
            *found = false;
            status = 0;
        } else if (status < 0) {
            err_set(err, status, "%s", cause.text);
        }
        for (size_t j = 0; lm != NULL && j < s->n_terms; j++)
            s->beta[i * s->n_terms + j] = lm->term[j].estimate;
        stats_lm_free(lm);
    }
    free(x);
    return status;
}

static int minimise(struct surrogate *s, size_t near, size_t *level, struct err *err)
{
    const struct analysis_tune_input *in = &s->t->input;
    size_t k_max = in->n_parameters;
    bool free_clock = in->clock_upper > in->clock_lower;
    double x[PLACES], lower[PLACES], upper[PLACES];
    for (size_t k = 0; k < k_max; k++) {
        lower[k] = -1;
        upper[k] = 1;
        x[k] = place(in->parameter + k, s->t->rung[0].point[near].level[k]);
    }
    lower[k_max] = log(in->clock_lower);
    upper[k_max] = log(in->clock_upper);
    x[k_max] = log(s->t->rung[0].point[near].hertz);
    struct stats_nls_input nls = {.n = in->n_programs,
                                  .p = k_max + free_clock,
                                  .lower = lower,
                                  .upper = upper,
                                  .residuals = residuals,
                                  .context = s,
                                  .iterations = 200,
                                  .tolerance = 1e-8};
    int status = stats_nls(&nls, x, NULL, err);
    for (size_t k = 0; k < k_max; k++)
        level[k] = (size_t)lround((x[k] + 1) / 2 * (double)(in->parameter[k].levels - 1));
    return status;
}

int tune_surrogate(const struct analysis_tuning *t, size_t near, size_t *level, bool *found,
                   struct err *err)
{
    const struct analysis_tune_input *in = &t->input;
    struct surrogate s = {.t = t, .n_terms = 1 + in->n_parameters};
    for (size_t k = 0; k < in->n_parameters; k++)
        s.n_terms += in->parameter[k].levels > 2;
    *found = false;
    if (t->rung[0].count < s.n_terms + 2)
        return 0;
    s.beta = calloc(in->n_programs * s.n_terms, sizeof *s.beta);
    if (s.beta == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the surrogate");
    int status = fit(&s, near, found, err);
    if (status == 0 && *found)
        status = minimise(&s, near, level, err);
    free(s.beta);
    return status;
}
