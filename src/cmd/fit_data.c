/* `rung fit` on tables of numbers. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/linear.h"
#include "cmd/fit.h"
#include "cmd/physics.h"

static struct table *terms_table(const struct analysis_linear *l)
{
    static const char *const keys[] = {"term", "estimate", "se", "t", "p", "ci_lower", "ci_upper",
                                       NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < l->lm->p; i++) {
        const struct stats_lm_term *term = l->lm->term + i;
        table_text(t, l->formula->term[i]);
        table_real(t, term->estimate, 8);
        table_real(t, term->se, 5);
        table_real(t, term->t, 5);
        table_real(t, term->p, 4);
        table_real(t, term->lower, 6);
        table_real(t, term->upper, 6);
    }
    return t;
}

static struct table *rows_table(const struct analysis_linear *l)
{
    static const char *const keys[] = {"line", "fitted", "residual", "leverage", "standardised",
                                       "studentised", "cook", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < l->lm->n; i++) {
        const struct stats_lm_case *c = l->lm->row + i;
        table_uint(t, l->data->line[i]);
        table_real(t, c->fitted, 8);
        table_real(t, c->residual, 5);
        table_real(t, c->leverage, 4);
        table_real(t, c->standardised, 4);
        table_real(t, c->studentised, 4);
        table_real(t, c->cook, 4);
    }
    return t;
}

/* Numbers of the whole model, one a row. */
static struct table *summary_table(const struct analysis_linear *l)
{
    static const char *const keys[] = {"quantity", "value", NULL};
    const struct stats_lm *m = l->lm;
    const struct {
        const char *name;
        double value;
    } rows[] = {{"rows", (double)m->n},
                {"df", m->df},
                {m->intercept ? "R2 (about the mean)" : "R2 (about 0)", m->r2},
                {"R2 adjusted", m->r2_adjusted},
                {"R2 predicted", m->r2_predicted},
                {"residual sd", m->residual_sd},
                {"F", m->f},
                {"p of F", m->f_p},
                {"AIC", m->aic},
                {"AICc", m->aicc},
                {"BIC", m->bic},
                {"condition number", m->condition}};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        table_text(t, rows[i].name);
        table_real(t, rows[i].value, 8);
    }
    return t;
}

static int add_predictions(struct table *t, const struct fit_arguments *a,
                           const struct analysis_linear *l, struct err *err)
{
    for (size_t i = 0; i < a->n_at; i++) {
        struct analysis_prediction p;
        int status = analysis_linear_predict(l, a->at[i], &p, err);
        if (status < 0)
            return status;
        const double cells[] = {p.n, p.value, p.se, p.ci_lower, p.ci_upper, p.pi_lower,
                                p.pi_upper};
        for (size_t j = 0; j < sizeof cells / sizeof cells[0]; j++)
            table_real(t, cells[j], 8);
    }
    return 0;
}

static int print_predictions(const struct fit_arguments *a, const struct analysis_linear *l)
{
    static const char *const keys[] = {"at", "value", "se", "ci_lower", "ci_upper", "pi_lower",
                                       "pi_upper", NULL};
    struct table *t = table_alloc(keys, NULL);
    struct err err = {0};
    if (add_predictions(t, a, l, &err) == 0)
        return cmd_print(t, a->format);
    table_free(t);
    return cmd_fail(&err);
}

static int print_table(enum fit_table which, const struct fit_arguments *a,
                       const struct analysis_linear *l)
{
    if (which == FIT_TABLE_PREDICTIONS)
        return print_predictions(a, l);
    return cmd_print(which == FIT_TABLE_TERMS  ? terms_table(l)
                     : which == FIT_TABLE_ROWS ? rows_table(l)
                                               : summary_table(l),
                     a->format);
}

/* ---- JSON ---- */

static json_t *json_of_terms(const struct analysis_linear *l)
{
    json_t *terms = json_array();
    for (size_t i = 0; i < l->lm->p; i++) {
        const struct stats_lm_term *t = l->lm->term + i;
        json_array_append_new(
            terms, json_pack("{ss so so so so so}", "term", l->formula->term[i], "estimate",
                             json_number(t->estimate), "se", json_number(t->se), "t",
                             json_number(t->t), "p", json_number(t->p), "ci",
                             json_interval(t->lower, t->upper)));
    }
    return terms;
}

static json_t *json_of_rows(const struct analysis_linear *l)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < l->lm->n; i++) {
        const struct stats_lm_case *c = l->lm->row + i;
        json_array_append_new(
            rows, json_pack("{sI so so so so so so}", "line", (json_int_t)l->data->line[i],
                            "fitted", json_number(c->fitted), "residual",
                            json_number(c->residual), "leverage", json_number(c->leverage),
                            "standardised", json_number(c->standardised), "studentised",
                            json_number(c->studentised), "cook", json_number(c->cook)));
    }
    return rows;
}

static void add_numbers(json_t *root, const struct stats_lm *m)
{
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"r2", m->r2},
                   {"r2_adjusted", m->r2_adjusted},
                   {"r2_predicted", m->r2_predicted},
                   {"residual_sd", m->residual_sd},
                   {"df", m->df},
                   {"rss", m->rss},
                   {"tss", m->tss},
                   {"press", m->press},
                   {"f", m->f},
                   {"f_p", m->f_p},
                   {"log_likelihood", m->log_likelihood},
                   {"aic", m->aic},
                   {"aicc", m->aicc},
                   {"bic", m->bic},
                   {"condition", m->condition}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        json_object_set_new(root, numbers[i].key, json_number(numbers[i].value));
}

static int print_json(const struct fit_arguments *a, const struct analysis_linear *l)
{
    struct err err = {0};
    int status = 0;
    json_t *root = json_pack("{ss sI so so sb}", "model", l->formula->text, "n",
                             (json_int_t)l->lm->n, "level", json_number(l->lm->level), "terms",
                             json_of_terms(l), "r2_centred", (int)l->lm->intercept);
    json_t *predictions = json_array();
    add_numbers(root, l->lm);
    json_object_set_new(root, "predictions", predictions);
    for (size_t i = 0; status == 0 && i < a->n_at; i++) {
        struct analysis_prediction p;
        status = analysis_linear_predict(l, a->at[i], &p, &err);
        if (status == 0)
            json_array_append_new(predictions, fit_json_prediction(&p));
    }
    json_object_set_new(root, "rows", json_of_rows(l));
    json_object_set_new(root, "warnings", fit_json_warnings(&l->warnings));
    if (status == 0)
        return cmd_print_json(root);
    json_decref(root);
    return cmd_fail(&err);
}

static int print_model(const struct fit_arguments *a, const struct analysis_linear *l)
{
    if (a->format == FORMAT_JSON)
        return print_json(a, l);
    for (size_t i = 0; i < l->warnings.count; i++)
        cmd_warn("%s", l->warnings.item[i].text);
    if (a->table != FIT_TABLE_MAX || a->format == FORMAT_CSV)
        return print_table(a->table == FIT_TABLE_MAX ? FIT_TABLE_TERMS : a->table, a, l);
    int status = printf("%s\n\n", l->formula->text) < 0 ? 5 : print_table(FIT_TABLE_TERMS, a, l);
    if (status == 0 && putchar('\n') != EOF)
        status = print_table(FIT_TABLE_FITS, a, l);
    if (status == 0 && a->n_at > 0 && putchar('\n') != EOF)
        status = print_table(FIT_TABLE_PREDICTIONS, a, l);
    return status;
}

int fit_data_model(const struct fit_arguments *a)
{
    struct csv *data = NULL;
    struct analysis_linear *linear = NULL;
    struct err err = {0};
    int status = csv_load(&data, a->path, &err);
    if (status == 0)
        status = analysis_linear_alloc(&linear, data, a->model,
                                       a->weights == NULL ? "none" : a->weights, a->o.level, &err);
    status = status < 0 ? cmd_fail(&err) : print_model(a, linear);
    analysis_linear_free(linear);
    csv_free(data);
    return status;
}

/* ---- ladder fits ---- */

static int read_column(const struct csv *data, const char *name, double *values,
                       struct err *err)
{
    size_t column;
    stats_real *reals = calloc(data->n_rows, sizeof *reals);
    int status = reals == NULL ? err_set(err, ERR_NOMEM, "no memory for '%s'", data->name)
                               : csv_column(data, name, &column, err);
    if (status == 0)
        status = analysis_data_reals(data, column, reals, err);
    for (size_t i = 0; status == 0 && i < data->n_rows; i++)
        values[i] = (double)reals[i];
    free(reals);
    return status;
}

static int ladder_of(struct analysis_fits **fits, const struct fit_arguments *a,
                     const struct analysis_options *o, const struct csv *data,
                     struct err *err)
{
    size_t n = data->n_rows, group = 0;
    double *x = calloc(2 * n, sizeof *x);
    const char **label = calloc(n, sizeof *label);
    int status = x == NULL || label == NULL ? ERR_NOMEM : 0;
    if (status < 0)
        err_set(err, status, "no memory for '%s'", data->name);
    if (status == 0)
        status = read_column(data, a->x, x, err);
    if (status == 0)
        status = read_column(data, a->y, x + n, err);
    if (status == 0 && a->group != NULL)
        status = csv_column(data, a->group, &group, err);
    if (status == 0) {
        for (size_t i = 0; i < n; i++)
            label[i] = a->group == NULL ? "" : data->cell[i * data->n_columns + group];
        struct analysis_values values = {.count = n,
                                         .n = x,
                                         .y = x + n,
                                         .label = label,
                                         .metric = a->y,
                                         .deterministic = a->deterministic};
        status = analysis_fits_from_values(fits, &values, o, err);
    }
    free(x);
    free(label);
    return status;
}

int fit_data_ladder(const struct fit_arguments *a)
{
    struct csv *data = NULL;
    struct analysis_fits *fits = NULL;
    struct cmd_physics *physics = NULL;
    struct analysis_options o = a->o;
    struct err err = {0};
    int status = 0;
    if (a->caches != NULL)
        status = cmd_physics_from_text(&physics, a->footprint, a->stride, a->caches, &err);
    o.physics = cmd_physics_get(physics);
    if (status == 0)
        status = csv_load(&data, a->path, &err);
    if (status == 0)
        status = ladder_of(&fits, a, &o, data, &err);
    status = status < 0 ? cmd_fail(&err) : fit_print_store(a, fits);
    analysis_fits_free(fits);
    cmd_physics_free(physics);
    csv_free(data);
    return status;
}
