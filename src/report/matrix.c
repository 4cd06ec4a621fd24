/* R² over all pairs of rungs, and how the ranks of variants change between them. */
#include "config.h"

#include "report/ladders.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

enum { MOVED_MAX = 6, MATRIX_HEAD = 120, MATRIX_ROOM = 330 };

static size_t index_of(const double *rung, size_t n, double value)
{
    size_t i = 0;
    while (i < n && rung[i] != value)
        i++;
    return i;
}

static void names_of(const double *rung, size_t n, char (*text)[24], const char **name)
{
    for (size_t i = 0; i < n; i++) {
        html_format_size(text[i], sizeof text[i], rung[i]);
        name[i] = text[i];
    }
}

static int write_matrix(struct report *r, const struct report_ladders *all, size_t which,
                        const char *table, struct err *err)
{
    const struct report_ladder *l = &all->ladder[which];
    bool judged = r->options->thresholds.r2 > 0;
    struct tsv t;
    tsv_init(&t, "column row r2 lower upper from to verdict");
    for (size_t i = 0; i < r->scales->count; i++) {
        const struct analysis_scale *s = &r->scales->scale[i];
        if (all->of[i] != which)
            continue;
        struct stats_estimate r2;
        enum analysis_verdict v = analysis_scale_r2(s, &r->options->thresholds, &r2);
        const double cell[] = {(double)index_of(l->rung, l->n_rungs, s->from),
                               (double)index_of(l->rung, l->n_rungs, s->to),
                               r2.value,
                               r2.lower,
                               r2.upper,
                               s->from,
                               s->to,
                               judged ? (double)v : NAN};
        for (size_t k = 0; k < sizeof cell / sizeof cell[0]; k++)
            tsv_real(&t, cell[k]);
        tsv_end_row(&t);
    }
    return report_write_table(r, &t, table, err);
}

/* "within problems" or "gemm": what the cells of a matrix are made from. */
static const char *subject_of(const struct report_ladder *l)
{
    return l->n_problems > 1 ? "within problems" : l->first->problem;
}

static int draw_matrix(struct report *r, const struct report_ladders *all, size_t which,
                       struct str *html, struct err *err)
{
    const struct report_ladder *l = &all->ladder[which];
    char text[LADDER_RUNGS_MAX][24], slug[sizeof l->name], table[REPORT_TABLE_NAME_SIZE];
    const char *name[LADDER_RUNGS_MAX];
    names_of(l->rung, l->n_rungs, text, name);
    figure_slug(slug, sizeof slug, l->name);
    /* Few cells have the height of any figure, more are squares that fill the width; names that
     * the script turns upright need room below. */
    int longest = 0, cells = (int)l->n_rungs - 1, height = MATRIX_HEAD + MATRIX_ROOM;
    for (size_t i = 0; i < l->n_rungs; i++)
        longest = (int)strlen(name[i]) > longest ? (int)strlen(name[i]) : longest;
    if (cells < 6)
        height = FIGURE_HEIGHT;
    else if (8.3 * longest > (double)MATRIX_ROOM / cells - 4)
        height += 8 * longest;
    int status = figure_begin(&r->figures, slug, "matrix", l->name, height, err);
    if (status != 0)
        return status;
    report_table_name(r, table, "");
    if ((status = write_matrix(r, all, which, table, err)) != 0)
        return status;
    report_table_variable(r, "matrix", table);
    figure_array(&r->figures, "names", name, l->n_rungs);
    char caption[480], limit[40];
    int len = snprintf(caption, sizeof caption, "R² of variants between every two rungs, %s.",
                       subject_of(l));
    if (r->options->thresholds.r2 > 0)
        snprintf(caption + len, sizeof caption - (size_t)len,
                 " Coloured as the check judges it, by the whole interval against %s: above it "
                 "is a pass (✓), below it a failure (✗), across it inconclusive (?), as is R² "
                 "of fewer than six points.",
                 html_format_size(limit, sizeof limit, r->options->thresholds.r2));
    figure_end(&r->figures, html,
               "Matrix of R² between every small and every large rung. The table below has the "
               "numbers.",
               caption, table);
    return 0;
}

int report_matrices(struct report *r, const struct report_ladders *all, struct str *html,
                    struct err *err)
{
    int status = 0;
    r->figures.section = "Between scales";
    str_add(html, "<div class=\"figures\">\n");
    for (size_t i = 0; status == 0 && i < all->count; i++)
        status = draw_matrix(r, all, i, html, err);
    str_add(html, "</div>\n");
    return status;
}

/* ---- ranks ---- */

/* Mean effect of a variant at each rung, over the problems that have it at all of them. */
struct mover {
    const char *name;
    double sum[LADDER_RUNGS_MAX], count[LADDER_RUNGS_MAX];
    double rank[LADDER_RUNGS_MAX];
    double moved;
};

struct movers {
    struct mover *mover;
    size_t count, n_rungs;
    double rung[LADDER_RUNGS_MAX];
};

static struct mover *mover_of(struct movers *m, const char *name)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->mover[i].name, name) == 0)
            return &m->mover[i];
    struct mover *grown = realloc(m->mover, (m->count + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    m->mover = grown;
    memset(&grown[m->count], 0, sizeof *grown);
    grown[m->count].name = name;
    return &grown[m->count++];
}

/* Pairs with the largest rung tell the effects at each of the others, and at itself. */
static int gather_effects(const struct report *r, const struct report_ladders *all,
                          size_t which, struct movers *m)
{
    double top = m->rung[m->n_rungs - 1];
    for (size_t i = 0; i < r->scales->count; i++) {
        const struct analysis_scale *s = &r->scales->scale[i];
        if (all->of[i] != which || s->to != top)
            continue;
        size_t at = index_of(m->rung, m->n_rungs, s->from);
        if (at + 1 >= m->n_rungs)
            continue;
        for (size_t k = 0; k < s->n_points; k++) {
            const struct analysis_scale_point *p = &s->point[k];
            struct mover *v = mover_of(m, p->variant);
            if (v == NULL)
                return ERR_NOMEM;
            v->sum[at] += p->x;
            v->count[at]++;
            if (at + 2 == m->n_rungs) {
                v->sum[at + 1] += p->y;
                v->count[at + 1]++;
            }
        }
    }
    return 0;
}

static void rank_all(struct movers *m)
{
    for (size_t k = 0; k < m->n_rungs; k++)
        for (size_t i = 0; i < m->count; i++) {
            double x = m->mover[i].sum[k] / m->mover[i].count[k];
            m->mover[i].rank[k] = isnan(x) ? NAN : 1;
            for (size_t j = 0; j < m->count; j++) {
                double y = m->mover[j].sum[k] / m->mover[j].count[k];
                m->mover[i].rank[k] += j == i || isnan(y) ? 0 : y < x ? 1 : y == x ? 0.5 : 0;
            }
        }
    for (size_t i = 0; i < m->count; i++)
        for (size_t k = 0; k + 1 < m->n_rungs; k++) {
            double d = fabs(m->mover[i].rank[k] - m->mover[i].rank[m->n_rungs - 1]);
            m->mover[i].moved = d > m->mover[i].moved ? d : m->mover[i].moved;
        }
}

/* Marks those that move farthest. */
static void mark(const struct movers *m, double *marks)
{
    for (size_t i = 0; i < m->count; i++) {
        size_t farther = 0;
        for (size_t j = 0; j < m->count; j++)
            farther += m->mover[j].moved > m->mover[i].moved ||
                       (m->mover[j].moved == m->mover[i].moved && j < i);
        marks[i] = m->mover[i].moved > 0 && farther < MOVED_MAX;
    }
}

static int ranks_table(struct report *r, const struct movers *m, const char *name,
                       struct err *err)
{
    struct tsv t;
    struct str columns;
    str_init(&columns);
    str_add(&columns, "rung n");
    for (size_t i = 0; i < m->count; i++)
        str_addf(&columns, " v%zu", i + 1);
    tsv_init(&t, columns.data);
    str_release(&columns);
    for (size_t k = 0; k < m->n_rungs; k++) {
        tsv_real(&t, (double)k);
        tsv_real(&t, m->rung[k]);
        for (size_t i = 0; i < m->count; i++)
            tsv_real(&t, m->mover[i].rank[k]);
        tsv_end_row(&t);
    }
    return report_write_table(r, &t, name, err);
}

static int draw_ranks(struct report *r, const struct report_ladder *l, struct movers *m,
                      struct str *html, struct err *err)
{
    enum { HEAD = 120, LINE = 17 };
    char text[LADDER_RUNGS_MAX][24], slug[sizeof l->name], table[REPORT_TABLE_NAME_SIZE];
    const char *rung[LADDER_RUNGS_MAX], **name = calloc(m->count + 1, sizeof *name);
    double *marks = calloc(m->count + 1, sizeof *marks);
    double *last = calloc(m->count + 1, sizeof *last);
    int status = name != NULL && marks != NULL && last != NULL
                     ? 0
                     : err_set(err, ERR_NOMEM, "out of memory for the report");
    if (status != 0)
        goto out;
    names_of(m->rung, m->n_rungs, text, rung);
    figure_slug(slug, sizeof slug, l->name);
    int height = HEAD + LINE * (int)m->count;
    status = figure_begin(&r->figures, slug, "ranks", l->name,
                          height > FIGURE_HEIGHT ? height : FIGURE_HEIGHT, err);
    if (status != 0)
        goto out;
    rank_all(m);
    mark(m, marks);
    for (size_t i = 0; i < m->count; i++) {
        name[i] = m->mover[i].name;
        last[i] = m->mover[i].rank[m->n_rungs - 1];
    }
    report_table_name(r, table, "");
    if ((status = ranks_table(r, m, table, err)) != 0)
        goto out;
    report_table_variable(r, "ranks", table);
    figure_array(&r->figures, "names", name, m->count);
    figure_reals(&r->figures, "moved", marks, m->count);
    figure_reals(&r->figures, "last", last, m->count);
    figure_array(&r->figures, "rungs", rung, m->n_rungs);
    figure_end(&r->figures, html,
               "Line chart: rank of every variant at every rung; those that move farthest "
               "against the largest rung are coloured and named.",
               l->n_problems > 1
                   ? "Ranks of the variants by their mean effect over the problems. Coloured: "
                     "those that move farthest."
                   : "Ranks of the variants. Coloured: those that move farthest.",
               table);
out:
    free(name);
    free(marks);
    free(last);
    return status;
}

/* The rungs that are compared with `top`, and it. */
static void find_rungs(const struct report *r, const struct report_ladders *all, size_t which,
                       double top, struct movers *m)
{
    const struct report_ladder *l = &all->ladder[which];
    for (size_t k = 0; k < l->n_rungs; k++) {
        bool compared = l->rung[k] == top;
        for (size_t i = 0; i < r->scales->count && !compared; i++)
            compared = all->of[i] == which && r->scales->scale[i].to == top &&
                       r->scales->scale[i].from == l->rung[k];
        if (compared)
            m->rung[m->n_rungs++] = l->rung[k];
    }
}

int report_ranks(struct report *r, const struct report_ladders *all, struct str *html,
                 struct err *err)
{
    int status = 0;
    r->figures.section = "Rank changes";
    str_add(html, "<h2>Rank changes</h2>\n<div class=\"figures\">\n");
    for (size_t i = 0; status == 0 && i < all->count; i++)
        for (size_t k = 0; status == 0 && k < all->ladder[i].n_tops; k++) {
            struct movers m = {.count = 0};
            find_rungs(r, all, i, all->ladder[i].top[k], &m);
            status = gather_effects(r, all, i, &m) != 0
                         ? err_set(err, ERR_NOMEM, "out of memory for the report")
                         : 0;
            if (status == 0 && m.count > 1)
                status = draw_ranks(r, &all->ladder[i], &m, html, err);
            free(m.mover);
        }
    str_add(html, "</div>\n");
    return status;
}
