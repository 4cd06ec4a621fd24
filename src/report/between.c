/* Between scales: how well variants agree at a small rung and at the largest one. */
#include "config.h"

#include "report/ladders.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

enum { GROUPS_MAX = 8, LINE_POINTS = 41 };

/* The problems of a scale's points in the order of their first point; with more than
 * GROUPS_MAX, the last group holds the rest. */
struct groups {
    const char *name[GROUPS_MAX];
    size_t count;
    bool others;
};

static size_t group_of(struct groups *g, const char *problem)
{
    for (size_t i = 0; i < g->count; i++)
        if (strcmp(g->name[i], problem) == 0)
            return i;
    if (g->count < GROUPS_MAX - 1 || (g->count < GROUPS_MAX && !g->others)) {
        g->name[g->count] = problem;
        return g->count++;
    }
    g->others = true;
    g->name[GROUPS_MAX - 1] = "others";
    return GROUPS_MAX - 1;
}

/* Mean of x and y over the variants of one problem, which the statistics take off. */
static void problem_mean(const struct analysis_scale *s, const char *problem, double *x,
                         double *y)
{
    double sum_x = 0, sum_y = 0, count = 0;
    for (size_t i = 0; i < s->n_points; i++)
        if (strcmp(s->point[i].problem, problem) == 0) {
            sum_x += s->point[i].x;
            sum_y += s->point[i].y;
            count++;
        }
    *x = sum_x / count;
    *y = sum_y / count;
}

struct range {
    double low, high;
};

static int points_table(struct report *r, const struct analysis_scale *s,
                        struct groups *groups, struct range *range, const char *name,
                        struct err *err)
{
    struct tsv t;
    tsv_init(&t, "group small_ratio full_ratio mean_ratio difference small_cpi full_cpi "
                 "problem variant");
    *range = (struct range){INFINITY, -INFINITY};
    for (size_t i = 0; i < s->n_points; i++) {
        const struct analysis_scale_point *p = &s->point[i];
        double x, y;
        problem_mean(s, p->problem, &x, &y);
        x = p->x - x;
        y = p->y - y;
        if (isfinite(x)) {
            range->low = x < range->low ? x : range->low;
            range->high = x > range->high ? x : range->high;
        }
        tsv_real(&t, (double)group_of(groups, p->problem));
        tsv_real(&t, exp(x));
        tsv_real(&t, exp(y));
        tsv_real(&t, exp((x + y) / 2));
        tsv_real(&t, p->base ? NAN : expm1(p->x - p->y));
        tsv_real(&t, p->cpi_from);
        tsv_real(&t, p->cpi_to);
        tsv_text(&t, p->problem);
        tsv_text(&t, p->variant);
        tsv_end_row(&t);
    }
    return report_write_table(r, &t, name, err);
}

/* The regression goes through the common mean; the band is that of its slope. */
static int line_table(struct report *r, const struct analysis_scale *s,
                      struct range range, const char *name, struct err *err)
{
    struct tsv t;
    tsv_init(&t, "small_ratio estimate lower upper");
    for (int i = 0; i < LINE_POINTS; i++) {
        double x = range.low + (range.high - range.low) * i / (LINE_POINTS - 1);
        tsv_real(&t, exp(x));
        tsv_real(&t, exp(s->slope.value * x));
        tsv_real(&t, exp(s->slope.lower * x));
        tsv_real(&t, exp(s->slope.upper * x));
        tsv_end_row(&t);
    }
    return report_write_table(r, &t, name, err);
}

/* The variant that a small rung misjudges most gets a ring in the figure, if it is misjudged by
 * more than the tolerance.  Whether there is one. */
static bool name_worst(struct report *r, const struct analysis_scale *s)
{
    double x = NAN, y = NAN, tolerance = r->options->thresholds.error;
    const char *name = "";
    if (s->worst < s->n_points && fabs(s->worst_error) > (tolerance > 0 ? tolerance : 0)) {
        const struct analysis_scale_point *p = &s->point[s->worst];
        problem_mean(s, p->problem, &x, &y);
        x = exp(p->x - x);
        y = exp(p->y - y);
        name = isfinite(x + y) ? p->variant : "";
    }
    figure_text(&r->figures, "worst", name);
    figure_real(&r->figures, "worst_x", x);
    figure_real(&r->figures, "worst_y", y);
    return name[0] != '\0';
}

/* Bland and Altman's chart of the same points.  The base variants, whose effect is nothing at
 * either rung by definition, are left out. */
static int draw_bland(struct report *r, const struct analysis_scale *s, const char *slug,
                      const char *heading, const char *points, const struct groups *groups,
                      struct str *html, struct err *err)
{
    char text[64], low[64], high[64], size[40], caption[320];
    int status = figure_begin(&r->figures, slug, "bland", heading, FIGURE_HEIGHT, err);
    if (status != 0)
        return status;
    double tolerance = r->options->thresholds.error;
    /* The statistics are of to over from; the figure is of from over to, as errors are. */
    double bias = expm1(0 - s->bias.value), lower = expm1(0 - s->limit_upper),
           upper = expm1(0 - s->limit_lower); /* 0, where a minus gives -0 */
    report_table_variable(r, "points", points);
    figure_array(&r->figures, "groups", groups->name, groups->count);
    figure_real(&r->figures, "bias", bias);
    figure_real(&r->figures, "lower", lower);
    figure_real(&r->figures, "upper", upper);
    figure_real(&r->figures, "tolerance", tolerance > 0 ? tolerance : 0);
    snprintf(text, sizeof text, "n = %s", html_format_size(size, sizeof size, s->from));
    figure_text(&r->figures, "small", text);
    snprintf(text, sizeof text, "n = %s", html_format_size(size, sizeof size, s->to));
    figure_text(&r->figures, "full", text);
    snprintf(caption, sizeof caption,
             "Bland–Altman: what the small rung makes of a variant against the large one. Mean "
             "%s, limits %s to %s.",
             html_format_percent(text, sizeof text, bias, 3),
             html_format_percent(low, sizeof low, lower, 3),
             html_format_percent(high, sizeof high, upper, 3));
    figure_end(&r->figures, html,
               "Point chart after Bland and Altman: difference of a variant's effect between "
               "the two rungs, against the mean of both.",
               caption, points);
    return 0;
}

static int draw_scatter(struct report *r, const struct report_ladder *l,
                        const struct analysis_scale *s, struct str *html, struct err *err)
{
    enum { SIZE = sizeof l->name + 100 };
    char from[40], to[40], slug[SIZE], heading[SIZE], name[FIGURE_NAME_SIZE + 16];
    char path[FIGURE_NAME_SIZE + 32], text[64], value[64];
    struct groups groups = {.count = 0};
    struct range range;
    html_format_size(from, sizeof from, s->from);
    html_format_size(to, sizeof to, s->to);
    snprintf(heading, sizeof heading, "%s%s%s to %s", l->name, l->name[0] != '\0' ? " · " : "",
             from, to);
    figure_slug(slug, sizeof slug, heading);
    int status = figure_begin(&r->figures, slug, "between", heading, FIGURE_HEIGHT, err);
    if (status != 0)
        return status;
    const char *figure = figure_last(&r->figures)->name;
    snprintf(name, sizeof name, "%s-line.tsv", figure);
    snprintf(path, sizeof path, "data/%s", name);
    char points[FIGURE_NAME_SIZE + 16];
    snprintf(points, sizeof points, "%s.tsv", figure);
    if ((status = points_table(r, s, &groups, &range, points, err)) != 0)
        return status;
    bool line = isfinite(s->slope.value) && range.high > range.low;
    if (line && (status = line_table(r, s, range, name, err)) != 0)
        return status;
    figure_text(&r->figures, "line", line ? path : "");
    figure_real(&r->figures, "band", line && isfinite(s->slope.lower + s->slope.upper));
    snprintf(path, sizeof path, "data/%s", points);
    figure_text(&r->figures, "points", path);
    snprintf(text, sizeof text, "n = %s", from);
    figure_text(&r->figures, "small", text);
    snprintf(text, sizeof text, "n = %s", to);
    figure_text(&r->figures, "full", text);
    bool ringed = name_worst(r, s);
    figure_array(&r->figures, "groups", groups.name, groups.count);
    struct str alt;
    str_init(&alt);
    str_addf(&alt,
             "Scatter chart: CPI of %zu variants at n = %s against n = %s, relative to their "
             "problem's mean. R² %s.",
             s->n_points, from, to, html_format_fixed(value, sizeof value, s->r2.value, 3));
    char caption[640], lower[64], upper[64];
    struct stats_estimate r2;
    analysis_scale_r2(s, &r->options->thresholds, &r2);
    int len =
        snprintf(caption, sizeof caption, "n = %s against n = %s: R² %s (%s: %s to %s).", from,
                 to, value, r->level, html_format_fixed(lower, sizeof lower, r2.lower, 3),
                 html_format_fixed(upper, sizeof upper, r2.upper, 3));
    if (ringed)
        snprintf(caption + len, sizeof caption - (size_t)len, " Ringed: %s%s%s, off by %s.",
                 s->n_problems > 1 ? s->point[s->worst].problem : "",
                 s->n_problems > 1 ? " " : "", s->point[s->worst].variant,
                 html_format_percent(value, sizeof value, s->worst_error, 3));
    figure_end(&r->figures, html, alt.data, caption, points);
    str_release(&alt);
    return draw_bland(r, s, slug, heading, points, &groups, html, err);
}

static bool has_points(const struct analysis_scale *s)
{
    for (size_t i = 0; i < s->n_points; i++)
        if (isfinite(s->point[i].x) && isfinite(s->point[i].y))
            return true;
    return false;
}

static void add_row(const struct report *r, struct str *html, const struct analysis_scale *s)
{
    html_row(html);
    if (!r->one_simulator)
        html_cell(html, s->simulator);
    if (!r->one_machine || !r->one_mode) {
        html_cell(html, s->machine);
        html_cell(html, s->mode);
    }
    html_cell(html, s->subject);
    html_cell_size(html, s->from);
    html_cell_size(html, s->to);
    html_cell_count(html, (double)s->n_points);
    struct stats_estimate r2;
    enum analysis_verdict verdict = analysis_scale_r2(s, &r->options->thresholds, &r2);
    html_cell_fixed(html, r2.value, 3);
    html_cell_interval(html, s->r2.lower, s->r2.upper, 3);
    html_cell_interval(html, r2.lower, r2.upper, 3);
    if (r->options->thresholds.r2 > 0) {
        str_add(html, "<td>");
        html_badge(html, verdict);
        str_add(html, "</td>");
    }
    html_cell_fixed(html, s->slope.value, 3);
    html_cell_fixed(html, s->kendall_tau.value, 3);
    html_cell_percent(html, s->worst_error, 3);
    html_cell_count(html, (double)s->rank_flips);
    html_cell_count(html, (double)s->rank_pairs);
    str_add(html, "<td class=\"text\">");
    if (s->worst < s->n_points)
        html_textf(html, "%s %s", s->point[s->worst].problem, s->point[s->worst].variant);
    str_add(html, "</td>");
    html_row_end(html);
}

/* The rows over all problems, or those of single problems and classes. */
static void add_table(struct report *r, struct str *html, bool overall)
{
    char columns[320];
    snprintf(columns, sizeof columns,
             "%s%sProblems|#from n|#to n|#points|#R²|#%s bootstrap|#%s judged by|%s#slope|"
             "#Kendall τ|#largest error|#pairs swapped|#of|Worst variant",
             r->one_simulator ? "" : "Simulator|",
             r->one_machine && r->one_mode ? "" : "Machine|Mode|", r->level, r->level,
             r->options->thresholds.r2 > 0 ? "R² is|" : "");
    html_table(html,
               overall ? "Agreement of every pair of rungs over variants, within problems"
                       : "Agreement of every pair of rungs over variants, one problem each",
               columns);
    for (size_t i = 0; i < r->scales->count; i++)
        if (r->scales->scale[i].overall == overall)
            add_row(r, html, &r->scales->scale[i]);
    html_table_end(html);
}

static void add_tables(struct report *r, struct str *html)
{
    size_t single = 0;
    for (size_t i = 0; i < r->scales->count; i++)
        single += !r->scales->scale[i].overall;
    if (single < r->scales->count)
        add_table(r, html, true);
    if (single == 0)
        return;
    str_add(html, "<details><summary>Problem by problem</summary>\n");
    add_table(r, html, false);
    str_add(html, "</details>\n");
}

static void add_voice(struct str *html, struct report_voice v)
{
    if (v.scale == NULL) {
        html_cell_real(html, NAN, 1);
        return;
    }
    str_addf(html, "<td class=\"number heat %s\">", analysis_verdict_text(v.speaks));
    html_fixed(html, v.scale->r2.value, 3);
    str_addf(html, " %s<small>", html_verdict_sign(v.speaks));
    html_percent(html, v.scale->tost.value, 2);
    str_add(html, "</small></td>");
}

/* The sizes below those that they are compared with, of problems of these ladders, ascending. */
static size_t sizes_of(const struct report *r, const struct report_ladders *all, size_t table,
                       double *size)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_series; i++)
        for (size_t k = 0; all->table[i] == table && k < r->series[i].n_rungs; k++)
            if (r->series[i].rung[k].n < r->series[i].compared)
                report_ladder_insert(size, &n, r->series[i].rung[k].n);
    return n;
}

static void add_voices_table(struct report *r, const struct report_ladders *all, size_t table,
                             const struct report_series *const *list, size_t n_list,
                             struct str *html)
{
    struct str columns;
    double size[LADDER_RUNGS_MAX];
    size_t n = sizes_of(r, all, table, size);
    str_init(&columns);
    str_add(&columns, "Problem|#top n|#against n");
    for (size_t k = 0; k < n; k++) {
        char text[40];
        str_addf(&columns, "|#n\u00a0=\u00a0%s", html_format_size(text, sizeof text, size[k]));
    }
    html_table(html, "R² of every rung with the largest one where enough variants ran, problem by "
                     "problem; the colour and the sign tell whether the rung speaks for that "
                     "one, below stands the mean error of the effects",
               columns.data);
    for (size_t i = 0; i < n_list; i++) {
        if (all->table[list[i] - r->series] != table)
            continue;
        report_series_row(html, r, list[i]);
        html_cell_size(html, list[i]->top);
        html_cell_size(html, list[i]->compared);
        for (size_t k = 0; k < n; k++)
            add_voice(html, report_voice(r, list[i], size[k]));
        html_row_end(html);
    }
    html_table_end(html);
    html->failed = html->failed || str_failed(&columns);
    str_release(&columns);
}

/* Every problem against every rung, each against its largest one that has enough variants; a
 * table for those that have sizes in common.  One rung alone, as a look is,
 * has none below it. */
static int add_voices(struct report *r, const struct report_ladders *all, struct str *html,
                      struct err *err)
{
    const struct report_series **list = report_worst_first(r);
    if (list == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    size_t n = 0;
    for (size_t i = 0; i < r->n_series; i++)
        if (list[i]->n_rungs > 1)
            list[n++] = list[i];
    for (size_t i = 0; i < n; i++) {
        size_t table = all->table[list[i] - r->series];
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = all->table[list[j] - r->series] == table;
        if (!seen)
            add_voices_table(r, all, table, list, n, html);
    }
    free(list);
    return 0;
}

static void add_nothing(struct report *r, struct str *html)
{
    size_t variants = 0;
    for (size_t i = 0; i < r->n_series; i++)
        variants += r->series[i].n_variants;
    if (r->scales_gap[0] != '\0')
        report_gap(r, html, "Rungs could not be compared: %s.", r->scales_gap);
    else if (variants == 0)
        report_gap(r, html,
                   "The study has no variants of its machines: whether a small "
                   "rung orders them as the largest does cannot be asked.");
    else
        report_gap(r, html, "No two rungs have enough variants in common to be compared.");
    if (r->scales != NULL)
        html_warnings(html, &r->scales->warnings);
}

static int add_scatters(struct report *r, const struct report_ladders *all, struct str *html,
                        struct err *err)
{
    str_add(html,
            "<h2>Small against large</h2>\n<p>Each point is a variant of the machine: its CPI "
            "at a small rung and at the largest one of its ladder, both relative to the mean of its "
            "problem. On the dashed line a change is worth the same at both. Beside it, the same points "
            "as differences.</p>\n<div class=\"figures\">\n");
    r->figures.section = "Small against large";
    int status = 0;
    for (size_t k = 0; k < all->count; k++)
        for (size_t i = 0; status == 0 && i < r->scales->count; i++) {
            const struct analysis_scale *s = &r->scales->scale[i];
            if (all->of[i] == k && report_ladder_tops(&all->ladder[k], s->to) && has_points(s))
                status = draw_scatter(r, &all->ladder[k], s, html, err);
        }
    str_add(html, "</div>\n");
    return status;
}

int report_page_between(struct report *r, struct str *html, struct err *err)
{
    str_add(html, "<section>\n");
    if (r->scales == NULL || r->scales->count == 0) {
        add_nothing(r, html);
        str_add(html, "</section>\n");
        return 0;
    }
    struct report_ladders all;
    int status = report_ladders_init(&all, r, err);
    if (status == 0)
        status = report_matrices(r, &all, html, err);
    if (status == 0)
        status = add_voices(r, &all, html, err);
    if (status == 0)
        status = add_scatters(r, &all, html, err);
    if (status == 0)
        status = report_ranks(r, &all, html, err);
    report_ladders_release(&all);
    if (status != 0)
        return status;
    str_add(html, "<h2>In numbers</h2>\n");
    add_tables(r, html);
    html_note(html, "The bootstrap is BCa. The interval that R² is judged by, here, in the "
                    "figures and in the checks, is the wider at either end of the bootstrap's "
                    "and Fisher's z: one of them alone passes too often.");
    if (r->options->analysis.resamples_brief > 0)
        html_note(html,
                  "Bootstraps have %zu resamples for all problems at the two largest rungs, %zu "
                  "for every other pair.",
                  r->options->analysis.resamples, r->options->analysis.resamples_brief);
    html_warnings(html, &r->scales->warnings);
    str_add(html, "</section>\n");
    return 0;
}
