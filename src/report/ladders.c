/* Ladders of a report: which problems are compared at the same rungs. */
#include "config.h"

#include "report/ladders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_of_setting(const struct report_series *s, const struct analysis_scale *scale)
{
    return strcmp(s->simulator, scale->simulator) == 0 &&
           strcmp(s->machine, scale->machine) == 0 && strcmp(s->mode, scale->mode) == 0;
}

/* The series of a point of a scale; n_series: there is none. */
static size_t series_of(const struct report *r, const struct analysis_scale *scale, size_t point)
{
    size_t i = 0;
    while (i < r->n_series && !(is_of_setting(&r->series[i], scale) &&
                                strcmp(r->series[i].problem, scale->point[point].problem) == 0))
        i++;
    return i;
}

/* Points stand problem by problem: whether this is the first one of its. */
static bool begins(const struct analysis_scale *scale, size_t point)
{
    return point == 0 ||
           strcmp(scale->point[point].problem, scale->point[point - 1].problem) != 0;
}

/* Series that a scale compares get the same mark. */
static void merge(const struct report *r, const struct analysis_scale *scale, size_t *mark)
{
    size_t first = r->n_series;
    for (size_t k = 0; k < scale->n_points; k++) {
        size_t at = begins(scale, k) ? series_of(r, scale, k) : r->n_series;
        if (at == r->n_series)
            continue;
        first = first == r->n_series ? at : first;
        size_t old = mark[at];
        for (size_t i = 0; i < r->n_series; i++)
            if (mark[i] == old)
                mark[i] = mark[first];
    }
}

void report_ladder_insert(double *list, size_t *n, double value)
{
    size_t at = 0;
    while (at < *n && list[at] < value)
        at++;
    if ((at < *n && list[at] == value) || *n == LADDER_RUNGS_MAX)
        return;
    memmove(list + at + 1, list + at, (*n - at) * sizeof *list);
    list[at] = value;
    ++*n;
}

/* The largest rung at which a problem is compared, for each problem of the ladder. */
static void find_tops(const struct report *r, const size_t *of, size_t which, double *top,
                      struct report_ladder *l)
{
    memset(top, 0, r->n_series * sizeof *top);
    for (size_t i = 0; i < r->scales->count; i++) {
        const struct analysis_scale *scale = &r->scales->scale[i];
        if (of[i] != which)
            continue;
        report_ladder_insert(l->rung, &l->n_rungs, scale->from);
        report_ladder_insert(l->rung, &l->n_rungs, scale->to);
        for (size_t k = 0; k < scale->n_points; k++) {
            size_t at = begins(scale, k) ? series_of(r, scale, k) : r->n_series;
            if (at < r->n_series && scale->to > top[at])
                top[at] = scale->to;
        }
    }
    for (size_t i = 0; i < r->n_series; i++)
        if (top[i] > 0) {
            report_ladder_insert(l->top, &l->n_tops, top[i]);
            l->first = l->n_problems == 0 ? &r->series[i] : l->first;
            l->last = &r->series[i];
            l->n_problems++;
        }
}

/* "gemm", "gemm and fw", "gemm and 3 more" */
static void name_problems(char *text, size_t size, const struct report_ladder *l)
{
    if (l->n_problems > 2)
        snprintf(text, size, "%s and %zu more", l->first->problem, l->n_problems - 1);
    else
        snprintf(text, size, "%s%s%s", l->first->problem, l->n_problems > 1 ? " and " : "",
                 l->n_problems > 1 ? l->last->problem : "");
}

static void name_ladder(const struct report *r, struct report_ladders *all, size_t which)
{
    struct report_ladder *l = &all->ladder[which];
    const struct analysis_scale *s = l->like;
    char problems[2 * STORE_NAME_SIZE + 24] = "";
    bool alone = true;
    for (size_t i = 0; i < all->count; i++)
        alone = alone && (i == which || !is_of_setting(all->ladder[i].first, s));
    if (!alone)
        name_problems(problems, sizeof problems, l);
    const char *parts[] = {r->one_simulator ? "" : s->simulator, s->machine, s->mode, problems};
    report_join(l->name, sizeof l->name, parts, sizeof parts / sizeof parts[0]);
}

static bool share_rung(const struct report_ladder *a, const struct report_ladder *b)
{
    for (size_t i = 0; i < a->n_rungs; i++)
        for (size_t k = 0; k < b->n_rungs; k++)
            if (a->rung[i] == b->rung[k])
                return true;
    return false;
}

static void find_tables(const struct report *r, struct report_ladders *all, const size_t *mark)
{
    for (size_t i = 0; i < r->n_series; i++) {
        size_t own = 0, first = 0;
        while (own < all->count && all->ladder[own].mark != mark[i])
            own++;
        while (own < all->count && !share_rung(&all->ladder[first], &all->ladder[own]))
            first++;
        all->table[i] = first;
    }
}

/* Makes the ladders from the scales of all problems, series of one ladder having one mark. */
static void find_ladders(const struct report *r, struct report_ladders *all, const size_t *mark)
{
    for (size_t i = 0; i < r->scales->count; i++) {
        const struct analysis_scale *s = &r->scales->scale[i];
        size_t at = s->overall ? series_of(r, s, 0) : r->n_series, k = 0;
        all->of[i] = SIZE_MAX;
        if (at == r->n_series)
            continue;
        while (k < all->count && all->ladder[k].mark != mark[at])
            k++;
        if (k == all->count)
            all->ladder[all->count++] = (struct report_ladder){.like = s, .mark = mark[at]};
        all->of[i] = k;
    }
}

int report_ladders_init(struct report_ladders *all, const struct report *r, struct err *err)
{
    size_t count = r->scales->count;
    size_t *mark = calloc(r->n_series + 1, sizeof *mark);
    double *top = calloc(r->n_series + 1, sizeof *top);
    *all = (struct report_ladders){.ladder = calloc(count + 1, sizeof *all->ladder),
                                   .of = calloc(count + 1, sizeof *all->of),
                                   .table = calloc(r->n_series + 1, sizeof *all->table)};
    if (mark == NULL || top == NULL || all->ladder == NULL || all->of == NULL ||
        all->table == NULL) {
        free(mark);
        free(top);
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    }
    for (size_t i = 0; i < r->n_series; i++)
        mark[i] = i;
    for (size_t i = 0; i < count; i++)
        if (r->scales->scale[i].overall)
            merge(r, &r->scales->scale[i], mark);
    find_ladders(r, all, mark);
    for (size_t k = 0; k < all->count; k++)
        find_tops(r, all->of, k, top, &all->ladder[k]);
    for (size_t k = 0; k < all->count; k++)
        name_ladder(r, all, k);
    find_tables(r, all, mark);
    free(mark);
    free(top);
    return 0;
}

void report_ladders_release(struct report_ladders *all)
{
    free(all->ladder);
    free(all->of);
    free(all->table);
    *all = (struct report_ladders){0};
}

bool report_ladder_tops(const struct report_ladder *l, double n)
{
    for (size_t i = 0; i < l->n_tops; i++)
        if (l->top[i] == n)
            return true;
    return false;
}
