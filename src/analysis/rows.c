#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"

void analysis_options_init(struct analysis_options *o)
{
    *o = (struct analysis_options){
        .metric = "cycles", .level = 0.95, .tolerance = 0.02, .seed = 1, .resamples = 10000,
        .alpha = 0.05};
}

static int rows_init(struct analysis_rows *rows, size_t n)
{
    *rows = (struct analysis_rows){.row = malloc((n + 1) * sizeof *rows->row)};
    return rows->row == NULL ? ERR_NOMEM : 0;
}

int analysis_rows_from_store(struct analysis_rows *rows, struct store *s)
{
    if (rows_init(rows, store_count(s)) < 0)
        return ERR_NOMEM;
    for (size_t i = 0; i < store_count(s); i++)
        rows->row[rows->count++] = store_row(s, i);
    rows->store = s;
    return 0;
}

int analysis_rows_from_array(struct analysis_rows *rows, const struct store_row *array, size_t n)
{
    if (rows_init(rows, n) < 0)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        rows->row[rows->count++] = array + i;
    return 0;
}

void analysis_rows_release(struct analysis_rows *rows)
{
    free(rows->row);
    *rows = (struct analysis_rows){0};
}

static int counter_index(const char *name)
{
    for (int i = 0; i < COUNTER_MAX; i++)
        if (strcmp(name, counter_name((enum counter)i)) == 0)
            return i;
    return -1;
}

bool analysis_metric_known(const char *metric)
{
    return counter_index(metric) >= 0 || strcmp(metric, "cpi") == 0 ||
           strcmp(metric, "wall_seconds") == 0 || strcmp(metric, "user_seconds") == 0 ||
           strcmp(metric, "peak_memory") == 0;
}

const char *analysis_metric_nearest(const char *metric)
{
    const char *names[COUNTER_MAX + 5] = {"cpi", "wall_seconds", "user_seconds", "peak_memory"};
    for (int i = 0; i < COUNTER_MAX; i++)
        names[4 + i] = counter_name((enum counter)i);
    return str_nearest(metric, names);
}

double analysis_metric(const struct store_row *row, const char *metric)
{
    if (strcmp(row->status, "ok") != 0)
        return NAN;
    double cycles = row->counter[COUNTER_cycles];
    double instructions = row->counter[COUNTER_instructions];
    if (strcmp(metric, "cpi") == 0)
        return cycles > 0 && instructions > 0 ? cycles / instructions : NAN;
    if (strcmp(metric, "wall_seconds") == 0)
        return row->wall_seconds;
    if (strcmp(metric, "user_seconds") == 0)
        return row->user_seconds;
    if (strcmp(metric, "peak_memory") == 0)
        return row->peak_memory;
    int i = counter_index(metric);
    if (i < 0)
        return NAN;
    /* A functional run counts no cycles: its zero is no measurement. */
    return i == COUNTER_cycles && !(cycles > 0) ? NAN : row->counter[i];
}

bool analysis_deterministic(const struct store_row *row, const char *metric)
{
    return strcmp(row->simulator, "rung") == 0 &&
           (counter_index(metric) >= 0 || strcmp(metric, "cpi") == 0);
}

static int compare_series(const struct store_row *a, const struct store_row *b)
{
    int d = strcmp(a->simulator, b->simulator);
    d = d != 0 ? d : strcmp(a->problem, b->problem);
    d = d != 0 ? d : strcmp(a->machine, b->machine);
    /* The base variant leads the others. */
    d = d != 0 ? d : (strcmp(b->variant, "base") == 0) - (strcmp(a->variant, "base") == 0);
    d = d != 0 ? d : strcmp(a->variant, b->variant);
    return d != 0 ? d : strcmp(a->mode, b->mode);
}

bool analysis_same_series(const struct store_row *a, const struct store_row *b)
{
    return compare_series(a, b) == 0;
}

static int compare_rows(const void *x, const void *y)
{
    const struct store_row *a = *(const struct store_row *const *)x;
    const struct store_row *b = *(const struct store_row *const *)y;
    int d = compare_series(a, b);
    if (d != 0)
        return d;
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    if (a->seed != b->seed)
        return a->seed < b->seed ? -1 : 1;
    return (a->repetition > b->repetition) - (a->repetition < b->repetition);
}

static bool matches(const char *wanted, const char *text)
{
    return wanted == NULL || strcmp(wanted, text) == 0;
}

int analysis_select(struct analysis_rows *out, size_t *dropped, const struct analysis_rows *rows,
                    const struct analysis_options *o, const char *metric, struct err *err)
{
    *dropped = 0;
    *out = (struct analysis_rows){0};
    if (!analysis_metric_known(metric))
        return err_set(err, ERR_CONFIG, "unknown metric '%s'", metric);
    if (rows_init(out, rows->count) < 0)
        return err_set(err, ERR_NOMEM, "no memory for %zu runs", rows->count);
    for (size_t i = 0; i < rows->count; i++) {
        const struct store_row *r = rows->row[i];
        if (!matches(o->problem, r->problem) || !matches(o->machine, r->machine) ||
            !matches(o->variant, r->variant) || !matches(o->mode, r->mode))
            continue;
        *dropped += strcmp(r->status, "ok") != 0;
        double value = analysis_metric(r, metric);
        if (isfinite(value) && isfinite(r->n))
            out->row[out->count++] = r;
    }
    if (out->count == 0) {
        analysis_rows_release(out);
        return err_set(err, ERR_DATA, "no finished run%s has '%s'",
                       o->problem || o->machine || o->variant || o->mode ? " of this selection"
                                                                         : "",
                       metric);
    }
    qsort(out->row, out->count, sizeof *out->row, compare_rows);
    return 0;
}

int analysis_points(struct analysis_point **points, size_t *n_points,
                    const struct store_row *const *rows, size_t n, const char *metric,
                    bool *disagree)
{
    return analysis_points_observed(points, n_points, NULL, rows, n, metric, disagree);
}

int analysis_points_observed(struct analysis_point **points, size_t *n_points,
                             double **observation, const struct store_row *const *rows,
                             size_t n, const char *metric, bool *disagree)
{
    size_t used = 0;
    *n_points = 0;
    *disagree = false;
    struct analysis_point *p = *points = calloc(n + 1, sizeof *p);
    if (observation != NULL)
        *observation = calloc(n + 1, sizeof **observation);
    if (p == NULL || (observation != NULL && *observation == NULL))
        return ERR_NOMEM;
    for (size_t i = 0; i < n;) {
        struct analysis_point *at = p + (*n_points)++;
        double squares = 0;
        size_t j = i;
        *at = (struct analysis_point){
            .n = rows[i]->n, .fitted = NAN, .weight = 1, .first = used};
        for (; j < n && rows[j]->n == rows[i]->n; j++) {
            double value = analysis_metric(rows[j], metric);
            bool again = j > i && rows[j]->seed == rows[j - 1]->seed &&
                         analysis_deterministic(rows[j], metric);
            if (again && value == analysis_metric(rows[j - 1], metric))
                continue;
            *disagree = *disagree || again;
            /* Mean and squares as they grow (Welford 1962). */
            double before = value - at->value;
            if (observation != NULL)
                (*observation)[used] = value;
            used++;
            at->replicates++;
            at->value += before / (double)at->replicates;
            squares += before * (value - at->value);
        }
        at->sd = at->replicates > 1 ? sqrt(squares / (double)(at->replicates - 1)) : NAN;
        i = j;
    }
    return 0;
}
