#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "stats/dist.h"

/* One design point's CPI at all rungs. */
struct series {
    const struct store_row *row; /* its first run: names */
    struct analysis_point *point;
    size_t n_points;
};

struct table {
    struct series *series;
    size_t count;
};

static void table_release(struct table *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->series[i].point);
    free(t->series);
    *t = (struct table){0};
}

static int table_init(struct table *t, const struct analysis_rows *rows, const char *metric)
{
    *t = (struct table){.series = calloc(rows->count + 1, sizeof *t->series)};
    if (t->series == NULL)
        return ERR_NOMEM;
    for (size_t i = 0, j; i < rows->count; i = j) {
        for (j = i + 1; j < rows->count && analysis_same_series(rows->row[i], rows->row[j]);)
            j++;
        struct series *s = t->series + t->count++;
        bool disagree;
        s->row = rows->row[i];
        if (analysis_points(&s->point, &s->n_points, rows->row + i, j - i, metric, &disagree) < 0)
            return ERR_NOMEM;
    }
    return 0;
}

static const struct analysis_point *point_at(const struct series *s, double n)
{
    for (size_t i = 0; i < s->n_points; i++)
        if (s->point[i].n == n)
            return s->point + i;
    return NULL;
}

/* Variance of the logarithm of a mean over layouts, 0 where there is one. */
static double log_variance(const struct analysis_point *p)
{
    return p->replicates > 1 ? p->sd * p->sd / (p->value * p->value) / (double)p->replicates : 0;
}

/* Machine and mode (and simulator): scales never mix them. */
static bool same_setting(const struct store_row *a, const struct store_row *b)
{
    return strcmp(a->simulator, b->simulator) == 0 && strcmp(a->machine, b->machine) == 0 &&
           strcmp(a->mode, b->mode) == 0;
}

/* A scale that is being made: its points with the number of each one's problem. */
struct sample {
    struct analysis_scale *scale;
    size_t *group;
};

/* Which problems a scale takes in: all, those of a class, or one. */
struct subject {
    const char *class_name, *problem; /* NULL: any */
};

static bool in_subject(const struct subject *subject, const struct store_row *row)
{
    return (subject->class_name == NULL || strcmp(row->problem_class, subject->class_name) == 0) &&
           (subject->problem == NULL || strcmp(row->problem, subject->problem) == 0);
}

/* The points of one problem, whose series are series[from ... to - 1], and their logarithms
 * against the base variant (the first one where there is no base). */
static void add_problem(struct sample *s, const struct table *t, size_t from, size_t to,
                        const struct store_row *setting)
{
    struct analysis_scale *scale = s->scale;
    size_t first = scale->n_points;
    double base_from = NAN, base_to = NAN;
    for (size_t i = from; i < to; i++) {
        const struct series *v = t->series + i;
        const struct analysis_point *at_from = point_at(v, scale->from);
        const struct analysis_point *at_to = point_at(v, scale->to);
        if (!same_setting(v->row, setting) || at_from == NULL || at_to == NULL ||
            !(at_from->value > 0) || !(at_to->value > 0))
            continue;
        double a = at_from->value, b = at_to->value;
        bool base = scale->n_points == first;
        if (base) {
            base_from = a;
            base_to = b;
        }
        struct analysis_scale_point *p = scale->point + scale->n_points;
        *p = (struct analysis_scale_point){.base = base,
                                           .cpi_from = a,
                                           .cpi_to = b,
                                           .noise = log_variance(at_from) + log_variance(at_to),
                                           .noise_df = (double)(at_from->replicates +
                                                                at_to->replicates - 2),
                                           .x = log(a / base_from),
                                           .y = log(b / base_to)};
        analysis_format(p->problem, sizeof p->problem, "%s", v->row->problem);
        analysis_format(p->variant, sizeof p->variant, "%s", v->row->variant);
        s->group[scale->n_points++] = scale->n_problems;
    }
    /* A problem with one variant says nothing about correlation within it. */
    if (scale->n_points - first < 2)
        scale->n_points = first;
    else
        scale->n_problems++;
}

/* Two rungs; `top` where they are the two largest of a problem of their setting. */
struct pair {
    double from, to;
    bool top;
};

/* Appends one scale when it has at least three points. */
static int add_scale(struct analysis_scales *out, const struct table *t, const struct pair *pair,
                     const struct store_row *setting, const struct subject *subject,
                     const struct analysis_options *o, struct err *err)
{
    struct analysis_scale *grown = realloc(out->scale, (out->count + 1) * sizeof *grown);
    if (grown == NULL)
        return err_set(err, ERR_NOMEM, "no memory for a scale");
    out->scale = grown;
    struct analysis_scale *scale = out->scale + out->count;
    bool overall = !subject->class_name && !subject->problem;
    *scale = (struct analysis_scale){.from = pair->from,
                                     .to = pair->to,
                                     .logarithms = true,
                                     .overall = overall,
                                     .brief = o->resamples_brief > 0 && !(overall && pair->top)};
    struct sample s = {.scale = scale};
    scale->point = calloc(t->count + 1, sizeof *scale->point);
    s.group = calloc(t->count + 1, sizeof *s.group);
    out->count++;
    int status = scale->point == NULL || s.group == NULL
                     ? err_set(err, ERR_NOMEM, "no memory for a scale")
                     : 0;
    for (size_t i = 0, j; status == 0 && i < t->count; i = j) {
        const struct store_row *row = t->series[i].row;
        for (j = i + 1; j < t->count && strcmp(t->series[j].row->problem, row->problem) == 0 &&
                        strcmp(t->series[j].row->simulator, row->simulator) == 0;)
            j++;
        if (in_subject(subject, row))
            add_problem(&s, t, i, j, setting);
    }
    analysis_format(scale->simulator, sizeof scale->simulator, "%s", setting->simulator);
    analysis_format(scale->machine, sizeof scale->machine, "%s", setting->machine);
    analysis_format(scale->mode, sizeof scale->mode, "%s", setting->mode);
    if (subject->class_name != NULL)
        analysis_format(scale->subject, sizeof scale->subject, "class %s", subject->class_name);
    else
        analysis_format(scale->subject, sizeof scale->subject, "%s",
                        subject->problem != NULL  ? subject->problem
                        : scale->n_problems == 1 ? scale->point[0].problem
                                                  : "all");
    if (status == 0 && scale->n_points < 3) {
        out->count--;
        free(scale->point);
    } else if (status == 0) {
        scale->grouped = scale->n_problems > 1;
        status = analysis_scale_compute(scale, s.group, o, err);
    }
    free(s.group);
    return status;
}

/* The overall scale of a pair of rungs, then its classes and problems where there are several
 * of them. */
static int add_pair(struct analysis_scales *out, const struct table *t, const struct pair *pair,
                    const struct store_row *setting, const struct analysis_options *o,
                    struct err *err)
{
    size_t before = out->count;
    int status = add_scale(out, t, pair, setting, &(struct subject){0}, o, err);
    if (status < 0 || out->count == before || out->scale[before].n_problems < 2)
        return status;
    for (int classes = 1; classes >= 0; classes--)
        for (size_t i = 0; status == 0 && i < t->count; i++) {
            const struct store_row *row = t->series[i].row;
            const char *name = classes ? row->problem_class : row->problem;
            bool seen = !same_setting(row, setting) || name[0] == '\0';
            for (size_t j = 0; j < i && !seen; j++) {
                const struct store_row *other = t->series[j].row;
                seen = same_setting(other, setting) &&
                       strcmp(classes ? other->problem_class : other->problem, name) == 0;
            }
            struct subject subject = {classes ? name : NULL, classes ? NULL : name};
            if (!seen)
                status = add_scale(out, t, pair, setting, &subject, o, err);
        }
    return status;
}

/* All rungs of a setting, ascending. */
static int rungs_of(const struct table *t, const struct store_row *setting, double **rungs,
                    size_t *count)
{
    size_t total = 0, kept = 0;
    for (size_t i = 0; i < t->count; i++)
        total += t->series[i].n_points;
    double *n = *rungs = calloc(total + 1, sizeof *n);
    *count = 0;
    if (n == NULL)
        return ERR_NOMEM;
    total = 0;
    for (size_t i = 0; i < t->count; i++)
        for (size_t j = 0; j < t->series[i].n_points; j++)
            if (same_setting(t->series[i].row, setting))
                n[total++] = t->series[i].point[j].n;
    stats_sort(n, total);
    for (size_t i = 0; i < total; i++)
        if (i == 0 || n[i] != n[i - 1])
            n[kept++] = n[i];
    *count = kept;
    return 0;
}

/* Whether a and b are the two largest rungs of some problem of the setting: those that its
 * checks are about. */
static bool is_top_pair(const struct table *t, const struct store_row *setting, double a,
                        double b)
{
    for (size_t i = 0, j; i < t->count; i = j) {
        const struct store_row *row = t->series[i].row;
        double to = 0, from = 0;
        for (j = i; j < t->count && strcmp(t->series[j].row->problem, row->problem) == 0 &&
                    strcmp(t->series[j].row->simulator, row->simulator) == 0;
             j++)
            for (size_t k = 0; k < t->series[j].n_points; k++) {
                double n = t->series[j].point[k].n;
                if (!same_setting(t->series[j].row, setting) || n == to)
                    continue;
                from = n > to ? to : fmax(from, n);
                to = fmax(to, n);
            }
        if (from == a && to == b)
            return true;
    }
    return false;
}

static int add_setting(struct analysis_scales *out, const struct table *t,
                       const struct store_row *setting, const struct analysis_options *o,
                       struct err *err)
{
    double *rung;
    size_t n_rungs;
    int status = rungs_of(t, setting, &rung, &n_rungs);
    if (status < 0)
        err_set(err, status, "no memory for the rungs");
    for (size_t b = 1; status == 0 && b < n_rungs; b++)
        for (size_t a = 0; status == 0 && a < b; a++)
            if ((!(o->from > 0) || rung[a] == o->from) && (!(o->to > 0) || rung[b] == o->to))
                status = add_pair(out, t,
                                  &(struct pair){rung[a], rung[b],
                                                 is_top_pair(t, setting, rung[a], rung[b])},
                                  setting, o, err);
    free(rung);
    return status;
}

/* The runs that have CPI; where none of them has instructions, those that have cycles: variants
 * of a machine run the same instructions, so their cycles at one size are CPI times a constant,
 * which falls out of every ratio to the base variant. */
static int select_metric(struct analysis_rows *selected, size_t *dropped, bool *by_cycles,
                         const struct analysis_rows *rows, const struct analysis_options *o,
                         struct err *err)
{
    struct err cause = {0};
    int status = analysis_select(selected, dropped, rows, o, "cpi", &cause);
    *by_cycles = status == ERR_DATA &&
                 analysis_select(selected, dropped, rows, o, "cycles", NULL) == 0;
    if (*by_cycles)
        return 0;
    return status < 0 ? err_set(err, status, "%s", cause.text) : 0;
}

int analysis_scales_alloc(struct analysis_scales **out, const struct analysis_rows *rows,
                          const struct analysis_options *o, struct err *err)
{
    stats_init();
    struct analysis_rows selected;
    struct table t = {0};
    size_t dropped;
    *out = NULL;
    bool by_cycles;
    int status = select_metric(&selected, &dropped, &by_cycles, rows, o, err);
    if (status < 0)
        return status;
    struct analysis_scales *scales = calloc(1, sizeof *scales);
    if (scales == NULL || table_init(&t, &selected, by_cycles ? "cycles" : "cpi") < 0) {
        status = err_set(err, ERR_NOMEM, "no memory for %zu runs", selected.count);
        goto out;
    }
    scales->by_cycles = by_cycles;
    if (by_cycles && analysis_warn(&scales->warnings, "no-instructions",
                                   "no run has its instructions: cycles stand for CPI, for all "
                                   "variants of a problem run the same ones at one size") < 0)
        status = err_set(err, ERR_NOMEM, "no memory for a warning");
    for (size_t i = 0; status == 0 && i < t.count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = same_setting(t.series[j].row, t.series[i].row);
        if (!seen)
            status = add_setting(scales, &t, t.series[i].row, o, err);
    }
    if (status == 0 && scales->count == 0 &&
        analysis_warn(&scales->warnings, "no-scales",
                      "no pair of rungs has three variants of a problem in common: vary a "
                      "parameter of the machine") < 0)
        status = err_set(err, ERR_NOMEM, "no memory for a warning");
    /* Cycles of different problems are of different work: pooled they tell nothing. */
    for (size_t i = 0; i < scales->count && by_cycles; i++)
        if (scales->scale[i].grouped)
            scales->scale[i].r2_pooled = NAN;
    if (status == 0) {
        *out = scales;
        scales = NULL;
    }
out:
    analysis_scales_free(scales);
    table_release(&t);
    analysis_rows_release(&selected);
    return status;
}

const char *analysis_scales_machine(const struct analysis_scales *scales,
                                    const struct analysis_scale *scale,
                                    char text[ANALYSIS_MACHINE_SIZE])
{
    bool shared = false;
    for (size_t i = 0; i < scales->count && !shared; i++) {
        const struct analysis_scale *other = scales->scale + i;
        shared = strcmp(other->simulator, scale->simulator) != 0 &&
                 strcmp(other->machine, scale->machine) == 0 &&
                 strcmp(other->mode, scale->mode) == 0;
    }
    return analysis_name_machine(scale->simulator, scale->machine, shared, text);
}

void analysis_scales_free(struct analysis_scales *scales)
{
    if (scales == NULL)
        return;
    for (size_t i = 0; i < scales->count; i++) {
        free(scales->scale[i].point);
        analysis_warnings_release(&scales->scale[i].warnings);
    }
    free(scales->scale);
    analysis_warnings_release(&scales->warnings);
    free(scales);
}
