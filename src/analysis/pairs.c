#include "config.h"

#include "analysis/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"

/* The columns as they were asked for, and the rows ordered so that groups stand together, in
 * the order of their first rows. */
struct source {
    const struct csv *data;
    const struct analysis_pairs *pairs;
    double *x, *y;
    size_t group, label, class_; /* columns; n_columns where there is none */
    size_t *row;                 /* n_rows */
    size_t *group_of;            /* of row[i] */
};

static void source_release(struct source *s)
{
    free(s->x);
    free(s->y);
    free(s->row);
    free(s->group_of);
}

static const char *cell(const struct source *s, size_t row, size_t column)
{
    return column == s->data->n_columns ? "" : s->data->cell[row * s->data->n_columns + column];
}

static int read_numbers(const struct source *s, const char *name, double **values,
                        struct err *err)
{
    size_t column, n = s->data->n_rows;
    stats_real *reals = calloc(n + 1, sizeof *reals);
    *values = calloc(n + 1, sizeof **values);
    int status = reals == NULL || *values == NULL
                     ? err_set(err, ERR_NOMEM, "no memory for %zu rows", n)
                     : csv_column(s->data, name, &column, err);
    if (status == 0)
        status = analysis_data_reals(s->data, column, reals, err);
    for (size_t i = 0; status == 0 && i < n; i++) {
        (*values)[i] = (double)reals[i];
        if (!isfinite((*values)[i]) || (s->pairs->logarithms && !((*values)[i] > 0)))
            status = err_set(err, ERR_DATA, "'%s':%zu: column '%s': '%s' is not %s",
                             s->data->name, s->data->line[i], name, cell(s, i, column),
                             isfinite((*values)[i]) ? "above 0, as ratios need it"
                                                    : "a finite number");
    }
    free(reals);
    return status;
}

static int find_column(const struct source *s, const char *name, size_t *column,
                       struct err *err)
{
    *column = s->data->n_columns;
    return name == NULL ? 0 : csv_column(s->data, name, column, err);
}

/* Rows by group; quadratic in the number of groups, which are few. */
static void order_rows(struct source *s)
{
    size_t count = 0, n = s->data->n_rows, groups = 0;
    for (size_t i = 0; i < n; i++) {
        const char *name = cell(s, i, s->group);
        bool seen = false;
        for (size_t j = 0; j < count && !seen; j++)
            seen = strcmp(cell(s, s->row[j], s->group), name) == 0;
        for (size_t j = i; j < n && !seen; j++)
            if (strcmp(cell(s, j, s->group), name) == 0) {
                s->group_of[count] = groups;
                s->row[count++] = j;
            }
        groups += !seen;
    }
}

static int source_init(struct source *s, const struct csv *data,
                       const struct analysis_pairs *pairs, struct err *err)
{
    *s = (struct source){.data = data, .pairs = pairs};
    s->row = calloc(data->n_rows + 1, sizeof *s->row);
    s->group_of = calloc(data->n_rows + 1, sizeof *s->group_of);
    if (s->row == NULL || s->group_of == NULL)
        return err_set(err, ERR_NOMEM, "no memory for %zu rows", data->n_rows);
    int status = read_numbers(s, pairs->x, &s->x, err);
    if (status == 0)
        status = read_numbers(s, pairs->y, &s->y, err);
    if (status == 0)
        status = find_column(s, pairs->group, &s->group, err);
    if (status == 0)
        status = find_column(s, pairs->label, &s->label, err);
    if (status == 0)
        status = find_column(s, pairs->class_, &s->class_, err);
    if (status == 0)
        order_rows(s);
    return status;
}

/* The row that the ratios of rows[from ... to - 1] are to. */
static int base_of(const struct source *s, size_t from, size_t to, size_t *base,
                   struct err *err)
{
    *base = s->row[from];
    if (s->pairs->base == NULL)
        return 0;
    for (size_t i = from; i < to; i++)
        if (strcmp(cell(s, s->row[i], s->label), s->pairs->base) == 0) {
            *base = s->row[i];
            return 0;
        }
    return err_set(err, ERR_DATA, "'%s': no row '%s' in group '%s'", s->data->name,
                   s->pairs->base, cell(s, s->row[from], s->group));
}

static int add_group(const struct source *s, struct analysis_scale *scale, size_t *group,
                     size_t from, size_t to, struct err *err)
{
    /* Ratios to a base are for groups; independent pairs stand for themselves. */
    bool ratios = s->pairs->logarithms && s->pairs->group != NULL;
    size_t base;
    int status = base_of(s, from, to, &base, err);
    if (status < 0)
        return status;
    for (size_t i = from; i < to; i++) {
        size_t r = s->row[i];
        struct analysis_scale_point *p = scale->point + scale->n_points;
        *p = (struct analysis_scale_point){
            .cpi_from = s->x[r], .cpi_to = s->y[r], .base = ratios && r == base};
        p->x = s->pairs->logarithms ? log(s->x[r] / (ratios ? s->x[base] : 1)) : s->x[r];
        p->y = s->pairs->logarithms ? log(s->y[r] / (ratios ? s->y[base] : 1)) : s->y[r];
        analysis_format(p->problem, sizeof p->problem, "%s", cell(s, r, s->group));
        if (s->pairs->label != NULL)
            analysis_format(p->variant, sizeof p->variant, "%s", cell(s, r, s->label));
        else
            analysis_format(p->variant, sizeof p->variant, "line %zu", s->data->line[r]);
        group[scale->n_points++] = scale->n_problems;
    }
    scale->n_problems++;
    return 0;
}

/* Appends the scale of all groups, of a class, or of one group (`wanted` is a column and its
 * text); none when fewer than three rows are left. */
static int add_scale(struct analysis_scales *out, const struct source *s, size_t column,
                     const char *wanted, const struct analysis_options *o, struct err *err)
{
    size_t n = s->data->n_rows;
    struct analysis_scale *grown = realloc(out->scale, (out->count + 1) * sizeof *grown);
    size_t *group = calloc(n + 1, sizeof *group);
    out->scale = grown != NULL ? grown : out->scale;
    struct analysis_scale_point *point = calloc(n + 1, sizeof *point);
    if (grown == NULL || group == NULL || point == NULL) {
        free(group);
        free(point);
        return err_set(err, ERR_NOMEM, "no memory for %zu rows", n);
    }
    struct analysis_scale *scale = out->scale + out->count++;
    *scale = (struct analysis_scale){.point = point,
                                     .from = NAN,
                                     .to = NAN,
                                     .overall = wanted == NULL,
                                     .logarithms = s->pairs->logarithms};
    int status = 0;
    for (size_t i = 0, j; status == 0 && i < n; i = j) {
        for (j = i + 1; j < n && s->group_of[j] == s->group_of[i];)
            j++;
        bool taken = wanted == NULL || strcmp(cell(s, s->row[i], column), wanted) == 0;
        /* One row of a group says nothing about agreement within it. */
        if (taken && (j - i > 1 || s->pairs->group == NULL))
            status = add_group(s, scale, group, i, j, err);
    }
    scale->grouped = s->pairs->group != NULL && (wanted == NULL || scale->n_problems > 1);
    analysis_format(scale->subject, sizeof scale->subject, "%s%s",
                    wanted != NULL && column == s->class_ ? "class " : "",
                    wanted != NULL ? wanted : "all");
    if (status == 0 && scale->n_points >= 3)
        status = analysis_scale_compute(scale, group, o, err);
    else if (status == 0) {
        free(scale->point);
        out->count--;
    }
    free(group);
    return status;
}

/* One scale for each different text of a column. */
static int add_subjects(struct analysis_scales *out, const struct source *s, size_t column,
                        const struct analysis_options *o, struct err *err)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < s->data->n_rows && column < s->data->n_columns; i++) {
        const char *name = cell(s, s->row[i], column);
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = strcmp(cell(s, s->row[j], column), name) == 0;
        if (!seen)
            status = add_scale(out, s, column, name, o, err);
    }
    return status;
}

int analysis_pairs_alloc(struct analysis_scales **out, const struct csv *data,
                         const struct analysis_pairs *pairs, const struct analysis_options *o,
                         struct err *err)
{
    struct source s;
    *out = NULL;
    stats_init();
    struct analysis_scales *scales = calloc(1, sizeof *scales);
    int status = source_init(&s, data, pairs, err);
    if (scales == NULL)
        status = err_set(err, ERR_NOMEM, "no memory for %zu rows", data->n_rows);
    if (status == 0)
        status = add_scale(scales, &s, 0, NULL, o, err);
    if (status == 0 && scales->count == 0)
        status = err_set(err, ERR_INCONCLUSIVE,
                         "'%s': %zu row%s too few for a correlation: at least three%s",
                         data->name, data->n_rows, data->n_rows == 1 ? " is" : "s are",
                         pairs->group == NULL ? "" : ", in groups of two or more");
    if (status == 0 && pairs->group != NULL)
        status = add_subjects(scales, &s, s.class_, o, err);
    if (status == 0 && pairs->group != NULL)
        status = add_subjects(scales, &s, s.group, o, err);
    source_release(&s);
    if (status < 0) {
        analysis_scales_free(scales);
        return status;
    }
    *out = scales;
    return 0;
}
