#include "config.h"

#include "analysis/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "stats/dist.h"

/* Beyond this, estimates hang on digits that measured data do not have. */
static const double condition_warn = 1e12;

/* Numbers on their way from the table to the model. */
struct matrix {
    stats_real *value; /* rows x columns of the data: those that the formula uses */
    stats_real *x, *y, *w;
};

static void matrix_release(struct matrix *m)
{
    free(m->value);
    free(m->x);
    free(m->y);
    free(m->w);
}

static int matrix_init(struct matrix *m, const struct csv *d, size_t n_terms)
{
    *m = (struct matrix){.value = calloc(d->n_rows * d->n_columns, sizeof(stats_real)),
                         .x = calloc(d->n_rows * n_terms, sizeof(stats_real)),
                         .y = calloc(d->n_rows, sizeof(stats_real)),
                         .w = calloc(d->n_rows, sizeof(stats_real))};
    return m->value && m->x && m->y && m->w ? 0 : ERR_NOMEM;
}

/* Reads every column that a term or the response needs. */
static int read_columns(struct matrix *m, const struct csv *d,
                        const struct analysis_formula *f, struct err *err)
{
    stats_real *column = calloc(d->n_rows, sizeof *column);
    int status = column == NULL ? err_set(err, ERR_NOMEM, "no memory for '%s'", d->name) : 0;
    for (size_t i = 0; status == 0 && i < d->n_columns; i++) {
        if (!analysis_formula_uses(f, i))
            continue;
        status = analysis_data_reals(d, i, column, err);
        for (size_t r = 0; status == 0 && r < d->n_rows; r++)
            m->value[r * d->n_columns + i] = column[r];
    }
    free(column);
    return status;
}

static int evaluate_rows(struct matrix *m, const struct csv *d,
                         const struct analysis_formula *f, struct err *err)
{
    for (size_t r = 0; r < d->n_rows; r++) {
        stats_real *terms = m->x + r * f->n_terms;
        analysis_formula_row(f, m->value + r * d->n_columns, terms, m->y + r);
        const char *bad = stats_real_finite(m->y[r]) ? NULL : f->response;
        for (size_t i = 0; i < f->n_terms && bad == NULL; i++)
            bad = stats_real_finite(terms[i]) ? NULL : f->term[i];
        if (bad != NULL)
            return err_set(err, ERR_DATA, "'%s':%zu: '%s' is not a finite number", d->name,
                           d->line[r], bad);
    }
    return 0;
}

static int read_weights(struct matrix *m, struct analysis_linear *l, const char *weights,
                        struct err *err)
{
    const struct csv *d = l->data;
    if (strcmp(weights, "none") == 0)
        return 0;
    l->relative = strcmp(weights, "relative") == 0;
    if (!l->relative) {
        size_t column;
        int status = csv_column(d, weights, &column, err);
        if (status == 0)
            status = analysis_data_reals(d, column, m->w, err);
        if (status < 0)
            return status;
    }
    l->weight = calloc(d->n_rows, sizeof *l->weight);
    if (l->weight == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the weights");
    for (size_t r = 0; r < d->n_rows; r++) {
        if (l->relative && m->y[r] == 0)
            return err_set(err, ERR_DATA, "'%s':%zu: relative weights need a '%s' other than 0",
                           d->name, d->line[r], l->formula->response);
        if (l->relative)
            m->w[r] = 1 / (m->y[r] * m->y[r]);
        l->weight[r] = (double)m->w[r];
        if (!(m->w[r] > 0) || !isfinite(l->weight[r]) || !(l->weight[r] > 0))
            return err_set(err, ERR_DATA, "'%s':%zu: column '%s': weight %g is not above 0",
                           d->name, d->line[r], weights, (double)m->w[r]);
    }
    return 0;
}

static int warn(struct analysis_linear *l)
{
    int status = 0;
    if (l->lm->condition > condition_warn)
        status = analysis_warn(&l->warnings, "ill-conditioned",
                               "condition number %.2g: the terms are nearly combinations of each "
                               "other, and the estimates hang on the last digits of the data",
                               l->lm->condition);
    if (status == 0 && l->lm->exact && l->lm->df > 0)
        status = analysis_warn(&l->warnings, "exact-fit",
                               "the model fits without any residual: errors, t and F mean nothing");
    if (status == 0 && !(l->lm->df > 0))
        status = analysis_warn(&l->warnings, "saturated",
                               "as many terms as rows: the fit says nothing about its errors");
    if (status == 0 && isnan(l->lm->r2))
        status = analysis_warn(&l->warnings, "constant-response",
                               "'%s' does not vary: there is no R2", l->formula->response);
    return status;
}

static int fit(struct analysis_linear *l, const char *weights, double level, struct err *err)
{
    const struct csv *d = l->data;
    struct matrix m = {0};
    struct err cause = {0};
    size_t collinear;
    int status = matrix_init(&m, d, l->formula->n_terms) < 0
                     ? err_set(err, ERR_NOMEM, "no memory for '%s'", d->name)
                     : 0;
    if (status == 0)
        status = read_columns(&m, d, l->formula, err);
    if (status == 0)
        status = evaluate_rows(&m, d, l->formula, err);
    if (status == 0)
        status = read_weights(&m, l, weights, err);
    if (status == 0) {
        struct stats_lm_input in = {.n = d->n_rows,
                                    .p = l->formula->n_terms,
                                    .x = m.x,
                                    .y = m.y,
                                    .w = l->weight == NULL ? NULL : m.w,
                                    .intercept = l->formula->intercept,
                                    .level = level};
        status = stats_lm_alloc(&l->lm, &in, &collinear, &cause);
        if (status == ERR_DATA && collinear < in.p)
            err_set(err, status, "'%s': term '%s' is a linear combination of those before it",
                    d->name, l->formula->term[collinear]);
        else if (status < 0)
            err_set(err, status, "'%s': %s", d->name, cause.text);
    }
    matrix_release(&m);
    return status;
}

int analysis_linear_alloc(struct analysis_linear **out, const struct csv *data,
                          const char *formula, const char *weights, double level,
                          struct err *err)
{
    stats_init();
    *out = NULL;
    struct analysis_linear *l = calloc(1, sizeof *l);
    if (l == NULL)
        return err_set(err, ERR_NOMEM, "no memory for a model");
    l->data = data;
    int status = analysis_formula_alloc(&l->formula, formula, data, err);
    if (status == 0)
        status = fit(l, weights, level, err);
    if (status == 0 && warn(l) < 0)
        status = err_set(err, ERR_NOMEM, "no memory for a warning");
    if (status < 0) {
        analysis_linear_free(l);
        return status;
    }
    *out = l;
    return 0;
}

void analysis_linear_free(struct analysis_linear *linear)
{
    if (linear == NULL)
        return;
    analysis_formula_free(linear->formula);
    stats_lm_free(linear->lm);
    analysis_warnings_release(&linear->warnings);
    free(linear->weight);
    free(linear);
}

int analysis_linear_predict(const struct analysis_linear *l, double at,
                            struct analysis_prediction *p, struct err *err)
{
    const struct analysis_formula *f = l->formula;
    if (f->n_predictors != 1)
        return err_set(err, ERR_CONFIG, "formula '%s' has %zu predictors: predictions need one",
                       f->text, f->n_predictors);
    stats_real *row = calloc(l->data->n_columns, sizeof *row);
    stats_real *terms = calloc(f->n_terms, sizeof *terms);
    int status = 0;
    if (row == NULL || terms == NULL) {
        status = err_set(err, ERR_NOMEM, "no memory for a prediction");
        goto out;
    }
    row[f->predictor[0]] = at;
    analysis_formula_row(f, row, terms, NULL);
    for (size_t i = 0; i < f->n_terms; i++)
        if (!stats_real_finite(terms[i])) {
            status = err_set(err, ERR_DATA, "term '%s' is not a finite number at %g", f->term[i],
                             at);
            goto out;
        }
    double se, se_new, mean, weight = 1;
    stats_lm_predict(l->lm, terms, 1, &mean, &se, &se_new);
    if (l->relative)
        weight = 1 / (mean * mean);
    stats_lm_predict(l->lm, terms, weight, &mean, &se, &se_new);
    double t = stats_t_quantile(0.5 + l->lm->level / 2, l->lm->df);
    *p = (struct analysis_prediction){.n = at,
                                      .value = mean,
                                      .se = se,
                                      .ci_lower = mean - t * se,
                                      .ci_upper = mean + t * se,
                                      .pi_lower = mean - t * se_new,
                                      .pi_upper = mean + t * se_new};
out:
    free(row);
    free(terms);
    return status;
}
