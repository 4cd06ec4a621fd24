/* Full-scale values of new variants: the line over the validated ones. */
#include "config.h"

#include "analysis/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "analysis/predict_priv.h"

/* ---- where runs come from ---- */

int analysis_origins_init(struct analysis_origins *origins, const struct analysis_rows *rows,
                          struct store *s, double from, double to, struct err *err)
{
    *origins = (struct analysis_origins){.count = rows->count};
    origins->machine = calloc(rows->count + 1, sizeof *origins->machine);
    origins->model_version = calloc(rows->count + 1, sizeof *origins->model_version);
    if (origins->machine == NULL || origins->model_version == NULL)
        return err_set(err, ERR_NOMEM, "no memory for %zu runs", rows->count);
    for (size_t i = 0; s != NULL && i < rows->count; i++) {
        const struct store_row *r = rows->row[i];
        struct store_run run;
        if ((from > 0 || to > 0) && r->n != from && r->n != to)
            continue;
        int status = store_read_run(s, r->id, &run, err);
        if (status == 0) {
            origins->model_version[i] = run.model_version;
            origins->machine[i] = strdup(run.machine_text != NULL ? run.machine_text : "");
            if (origins->machine[i] == NULL)
                status = err_set(err, ERR_NOMEM, "no memory for run '%s'", r->id);
        }
        store_run_release(&run);
        if (status < 0)
            return status;
    }
    return 0;
}

void analysis_origins_release(struct analysis_origins *origins)
{
    for (size_t i = 0; origins->machine != NULL && i < origins->count; i++)
        free(origins->machine[i]);
    free(origins->machine);
    free(origins->model_version);
    *origins = (struct analysis_origins){0};
}

/* ---- what was validated ---- */

static double mean_at(const struct analysis_point *p, size_t n_points, double n)
{
    for (size_t i = 0; i < n_points; i++)
        if (p[i].n == n)
            return p[i].value;
    return NAN;
}

/* A table need not say machine, mode or simulator. */
static bool same_word(const char *asked, const char *has)
{
    return asked[0] == '\0' || strcmp(asked, "external") == 0 || strcmp(asked, has) == 0;
}

bool predict_comparable(const struct store_row *small, const struct store_row *row)
{
    return same_word(small->simulator, row->simulator) &&
           same_word(small->machine, row->machine) && same_word(small->mode, row->mode);
}

/* The validated design points that a small run may be compared with, but for itself: what is
 * predicted must not have been looked up. */
static int gather(struct predict_work *w, const struct store_row *small)
{
    const struct store_row *setting = NULL;
    const char *problem = NULL;
    w->count = w->n_problems = 0;
    for (size_t i = 0, j; i < w->rows->count; i = j) {
        const struct store_row *row = w->rows->row[i];
        struct analysis_point *point;
        size_t n_points;
        bool disagree;
        for (j = i + 1; j < w->rows->count && analysis_same_series(row, w->rows->row[j]);)
            j++;
        if (!predict_comparable(small, row) ||
            (setting != NULL && (strcmp(setting->simulator, row->simulator) != 0 ||
                                 strcmp(setting->machine, row->machine) != 0 ||
                                 strcmp(setting->mode, row->mode) != 0)))
            continue;
        int status = analysis_points(&point, &n_points, w->rows->row + i, j - i, "cpi", &disagree);
        if (status < 0)
            return err_set(w->err, status, "no memory for %zu runs", j - i);
        struct predict_design d = {.from = mean_at(point, n_points, w->out->from),
                                   .to = mean_at(point, n_points, w->out->to)};
        free(point);
        if (!(d.from > 0) || !(d.to > 0))
            continue;
        setting = setting != NULL ? setting : row;
        for (size_t k = i; k < j; k++)
            if (w->rows->row[k]->n == w->out->to)
                d.row = w->rows->row[k];
        d.seconds = d.row->wall_seconds;
        if (strcmp(row->problem, small->problem) == 0 &&
            strcmp(row->variant, small->variant) == 0) {
            w->out->simulated = d.to;
            continue;
        }
        w->n_problems += problem == NULL || strcmp(problem, row->problem) != 0;
        problem = row->problem;
        d.problem = w->n_problems - 1;
        w->x[w->count] = log(d.from);
        w->y[w->count] = log(d.to);
        w->group[w->count] = d.problem;
        w->design[w->count++] = d;
    }
    return 0;
}

/* The number of the small run's problem; n_problems when the study does not have it. */
static size_t problem_number(const struct predict_work *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->design[i].row->problem, w->out->problem) == 0)
            return w->design[i].problem;
    return w->n_problems;
}

/* ---- one prediction ---- */

static int fill_value(struct predict_work *w, size_t problem)
{
    struct analysis_foretold *f = w->out;
    struct stats_pairs pairs = {.n = w->count, .x = w->x, .y = w->y, .group = w->group,
                                .n_groups = w->n_problems};
    stats_transfer(&pairs, problem, log(f->small), w->in->o->level, &f->line);
    if (isnan(f->line.value))
        return predict_doubt_few(w);
    f->value = exp(f->line.value);
    f->ci_lower = exp(f->line.ci_lower);
    f->ci_upper = exp(f->line.ci_upper);
    f->pi_lower = exp(f->line.pi_lower);
    f->pi_upper = exp(f->line.pi_upper);
    /* A variant of the machine does not change what the guest does. */
    for (size_t i = 0; i < w->count; i++)
        if (w->design[i].problem == problem) {
            double count = w->design[i].row->counter[COUNTER_instructions];
            f->instructions = isnan(f->instructions) || f->instructions == count ? count : -1;
        }
    if (!(f->instructions > 0))
        f->instructions = NAN;
    return predict_doubt_value(w);
}

static int foretell(struct predict_work *w, const struct store_row *small)
{
    int status = gather(w, small);
    if (status < 0)
        return status;
    size_t problem = problem_number(w);
    if (problem == w->n_problems)
        status = predict_doubt_problem(w);
    if (status == 0)
        status = predict_doubt_runs(w, small);
    if (status == 0 && problem < w->n_problems)
        status = fill_value(w, problem);
    return status == 0 ? predict_advise(w, "%s", "") : status;
}

/* The study's largest rung of what the small run may be compared with: of its problem, for
 * problems may have ladders of their own, or, where the study does not have it, of all. */
static double largest_of(const struct analysis_rows *rows, const struct store_row *small)
{
    double n = 0, any = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct store_row *row = rows->row[i];
        any = fmax(any, row->n);
        if (predict_comparable(small, row) && strcmp(small->problem, row->problem) == 0)
            n = fmax(n, row->n);
    }
    return n > 0 ? n : any;
}

/* Of a problem, NULL: of any. */
static bool has_size(const struct analysis_rows *rows, const char *problem, double n)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->row[i]->n == n &&
            (problem == NULL || strcmp(rows->row[i]->problem, problem) == 0))
            return true;
    return false;
}

/* The rung that a small series is taken at: the one asked for, or its largest that the
 * validation has too, of this problem before any other; 0 when there is none. */
static double rung_of(const struct analysis_point *p, size_t n_points, const char *problem,
                      const struct analysis_rows *validation, double from, double to)
{
    for (int any = 0; any < 2; any++)
        for (size_t i = n_points; i-- > 0;)
            if (p[i].n < to && has_size(validation, any ? NULL : problem, p[i].n) &&
                (!(from > 0) || p[i].n == from))
                return p[i].n;
    return 0;
}

/* Appends the prediction of one series of the small runs. */
static int add_series(struct analysis_predictions *out, struct predict_work *w,
                      const struct store_row *const *row, size_t n)
{
    double to = w->in->o->to > 0 ? w->in->o->to : largest_of(w->rows, row[0]);
    struct analysis_point *point;
    size_t n_points;
    bool disagree;
    int status = analysis_points(&point, &n_points, row, n, "cpi", &disagree);
    if (status < 0)
        return err_set(w->err, status, "no memory for %zu runs", n);
    double from = rung_of(point, n_points, row[0]->problem, w->rows, w->in->o->from,
                          to);
    struct analysis_foretold *f = w->out = out->item + out->count;
    *f = (struct analysis_foretold){.from = from, .to = to, .value = NAN, .ci_lower = NAN,
                                    .ci_upper = NAN, .pi_lower = NAN, .pi_upper = NAN,
                                    .instructions = NAN, .simulated = NAN};
    f->small = mean_at(point, n_points, from);
    free(point);
    if (!(from > 0))
        return 0;
    out->count++;
    analysis_format(f->problem, sizeof f->problem, "%s", row[0]->problem);
    analysis_format(f->variant, sizeof f->variant, "%s", row[0]->variant);
    analysis_format(f->machine, sizeof f->machine, "%s", row[0]->machine);
    analysis_format(f->mode, sizeof f->mode, "%s", row[0]->mode);
    const struct store_row *small = row[0];
    for (size_t i = 0; i < n; i++)
        small = row[i]->n == from ? row[i] : small;
    return foretell(w, small);
}

static int work_init(struct predict_work *w, size_t n)
{
    w->design = calloc(n + 1, sizeof *w->design);
    w->x = calloc(n + 1, sizeof *w->x);
    w->y = calloc(n + 1, sizeof *w->y);
    w->group = calloc(n + 1, sizeof *w->group);
    w->scope = calloc(n + 1, sizeof *w->scope);
    return w->design && w->x && w->y && w->group && w->scope
               ? 0
               : err_set(w->err, ERR_NOMEM, "no memory for %zu runs", n);
}

static void work_release(struct predict_work *w)
{
    free(w->design);
    free(w->x);
    free(w->y);
    free(w->group);
    free(w->scope);
    analysis_mixes_release(&w->mixes);
}

static int predict_all(struct analysis_predictions *out, struct predict_work *w,
                       const struct analysis_rows *small)
{
    double to = w->in->o->to;
    if (to > 0 && !has_size(w->rows, NULL, to))
        return err_set(w->err, ERR_DATA, "the study has no run at n = %g", to);
    int status = 0;
    for (size_t i = 0, j; status == 0 && i < small->count; i = j) {
        for (j = i + 1; j < small->count && analysis_same_series(small->row[i], small->row[j]);)
            j++;
        status = add_series(out, w, small->row + i, j - i);
    }
    if (status == 0 && out->count == 0)
        return err_set(w->err, ERR_DATA,
                       "no small run%s is at a rung below n = %g that the study has",
                       w->in->o->from > 0 ? " at --from" : "",
                       to > 0 || small->count == 0 ? to : largest_of(w->rows, small->row[0]));
    for (size_t i = 0; i < out->count; i++)
        if (out->item[i].verdict != ANALYSIS_PASS)
            out->verdict = ANALYSIS_INCONCLUSIVE;
    return status;
}

int analysis_predict(struct analysis_predictions **out, const struct analysis_predict_input *in,
                     struct err *err)
{
    struct analysis_rows validation = {0}, small = {0};
    struct predict_work w = {.in = in, .rows = &validation, .err = err};
    struct analysis_options any = *in->o;
    size_t dropped;
    stats_init();
    *out = NULL;
    /* The selection is of small runs; what speaks for them is found by their settings. */
    any.problem = any.variant = any.machine = any.mode = NULL;
    struct analysis_predictions *p = calloc(1, sizeof *p);
    int status = p == NULL ? err_set(err, ERR_NOMEM, "no memory for predictions")
                           : analysis_select(&validation, &dropped, in->validation, &any, "cpi",
                                             err);
    if (status == 0)
        status = analysis_select(&small, &dropped, in->small, in->o, "cpi", err);
    if (status == 0)
        status = work_init(&w, validation.count);
    if (status == 0)
        status = analysis_mixes_init(&w.mixes, in->validation, &any, err);
    if (status == 0) {
        p->level = in->o->level;
        p->item = calloc(small.count + 1, sizeof *p->item);
        status = p->item == NULL ? err_set(err, ERR_NOMEM, "no memory for predictions")
                                 : predict_all(p, &w, &small);
    }
    if (status == 0) {
        *out = p;
        p = NULL;
    }
    analysis_predictions_free(p);
    work_release(&w);
    analysis_rows_release(&validation);
    analysis_rows_release(&small);
    return status;
}

void analysis_predictions_free(struct analysis_predictions *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->count; i++) {
        analysis_warnings_release(&p->item[i].warnings);
        free(p->item[i].advice);
    }
    free(p->item);
    free(p);
}
