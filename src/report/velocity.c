/* The page of velocity: what the small rungs save, and which to use. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

/* Time of one series: of the full climb, which ends at the rung that the others are compared
 * with, and of its smallest sufficient rung. */
struct cost {
    const struct report_series *series;
    enum analysis_verdict verdict;
    double rung, small, full;
};

/* What is asked of a small rung: to order variants as the largest one does, or, in a study that
 * has none, to have the same CPI. */
struct question {
    const char *header, *none, *some, *suffices, *settle;
};
static const struct question variants_question = {
    "Small rung speaks", "No small rung is shown to speak for the largest one",
    "The smallest rungs that suffice take ", "that speaks for the largest one",
    "add variants to settle it for "};
static const struct question cpi_question = {
    "CPI settles", "No small rung has the CPI of the largest one",
    "The smallest rungs with the CPI of the largest take ", "whose CPI is that of the largest one",
    "add rungs to settle it for "};

static bool has_variants(const struct report *r)
{
    for (size_t i = 0; i < r->n_series; i++)
        if (r->series[i].n_variants > 0)
            return true;
    return false;
}

static const struct question *question_of(const struct report *r)
{
    return has_variants(r) ? &variants_question : &cpi_question;
}

static struct cost cost_of(const struct report *r, const struct report_series *s)
{
    struct cost c = {.series = s, .small = NAN};
    if (has_variants(r)) {
        c.rung = report_sufficient(r, s, &c.verdict);
    } else {
        c.rung = report_settled(s, report_tolerance(r));
        c.verdict = !isnan(c.rung)     ? ANALYSIS_PASS
                    : s->n_rungs > 1 ? ANALYSIS_FAIL
                                     : ANALYSIS_INCONCLUSIVE;
    }
    double last = has_variants(r) ? s->compared : s->top;
    for (size_t i = 0; i < s->n_rungs && !(s->rung[i].n > last); i++) {
        c.full += s->rung[i].seconds;
        if (s->rung[i].n == c.rung)
            c.small = s->rung[i].seconds;
    }
    return c;
}

static int compare_costs(const void *left, const void *right)
{
    const struct cost *a = left, *b = right;
    double x = isnan(a->small) ? INFINITY : a->small / a->full;
    double y = isnan(b->small) ? INFINITY : b->small / b->full;
    return x != y ? (x < y) - (x > y) : (a->series > b->series) - (a->series < b->series);
}

static void add_row(struct report *r, struct str *html, const struct cost *c)
{
    report_series_row(html, r, c->series);
    str_add(html, "<td>");
    html_badge(html, c->verdict);
    str_add(html, "</td>");
    html_cell_size(html, c->rung);
    html_cell_size(html, c->series->compared);
    html_cell_seconds(html, c->small);
    html_cell_seconds(html, c->full);
    html_cell_percent(html, 1 - c->small / c->full, 3);
    html_cell_real(html, c->full / c->small, 3);
    html_row_end(html);
}

/* In total, a problem without a sufficient rung costs the full climb. */
static void add_total(struct str *html, const struct question *q, const struct cost *cost,
                      size_t n)
{
    double small = 0, full = 0;
    size_t without = 0;
    for (size_t i = 0; i < n; i++) {
        small += isnan(cost[i].small) ? cost[i].full : cost[i].small;
        full += cost[i].full;
        without += isnan(cost[i].small);
    }
    str_add(html, "<p class=\"lead\">");
    if (without == n) {
        html_textf(html, "%s: the full climb of ", q->none);
        html_seconds(html, full);
        str_add(html, " is needed.</p>\n");
        return;
    }
    html_text(html, q->some);
    html_seconds(html, small);
    str_add(html, " instead of ");
    html_seconds(html, full);
    str_add(html, " for the full climb: ");
    html_percent(html, 1 - small / full, 3);
    str_add(html, " less, ");
    html_real(html, full / small, 3);
    str_add(html, " times as fast.");
    if (without > 0)
        html_textf(html, " %zu of %zu problems have none and are counted with the full climb.",
                   without, n);
    str_add(html, "</p>\n");
}

static int draw(struct report *r, const struct cost *cost, size_t n, struct str *html,
                struct err *err)
{
    enum { HEAD = 178, LINE = 24 }; /* the margins fill some 170 */
    struct tsv t;
    size_t some = 0;
    char (*text)[4 * STORE_NAME_SIZE + 16] = calloc(n, sizeof *text);
    const char **name = calloc(n, sizeof *name);
    int status = text != NULL && name != NULL
                     ? figure_begin(&r->figures, "time", "velocity", "Time to a verdict",
                                    HEAD + LINE * (int)n, err)
                     : err_set(err, ERR_NOMEM, "out of memory for the report");
    if (status != 0)
        goto out;
    tsv_init(&t, "row saved small full rung problem");
    for (size_t i = 0; i < n; i++) {
        const double cell[] = {(double)i, 1 - cost[i].small / cost[i].full, cost[i].small,
                               cost[i].full, cost[i].rung};
        for (size_t k = 0; k < sizeof cell / sizeof cell[0]; k++)
            tsv_real(&t, cell[k]);
        some += !isnan(cost[i].small);
        name[i] = report_series_name(text[i], sizeof text[i], r, cost[i].series);
        tsv_text(&t, name[i]);
        tsv_end_row(&t);
    }
    status = report_write_table(r, &t, "time-velocity.tsv", err);
    if (status != 0)
        goto out;
    double target = r->options->thresholds.velocity;
    figure_text(&r->figures, "times", "data/time-velocity.tsv");
    figure_array(&r->figures, "names", name, n);
    figure_real(&r->figures, "target", target > 1 ? target : 0);
    figure_real(&r->figures, "some", some > 0);
    figure_real(&r->figures, "none", some < n);
    str_add(html, "<div class=\"figures\">\n");
    char caption[200];
    snprintf(caption, sizeof caption,
             "Time saved by the smallest rung %s. The band marks 50 to 80 %%, the lines how many "
             "times faster that is.",
             question_of(r)->suffices);
    figure_end(&r->figures, html,
               "Point chart: share of the time of the full climb that the smallest sufficient "
               "rung saves, problem by problem.",
               caption, "time-velocity.tsv");
    str_add(html, "</div>\n");
out:
    free(text);
    free(name);
    return status;
}

/* ---- what to do, in words ---- */

/* Why a problem needs more than `common`: the capacity that its footprint crosses between. */
static const struct report_crossing *why_larger(const struct report_series *s, double common,
                                                double own)
{
    for (size_t i = s->n_crossings; i-- > 0;)
        if (s->crossing[i].n > common && (isnan(own) || s->crossing[i].n <= own))
            return &s->crossing[i];
    return NULL;
}

static void add_why(struct str *html, const struct report_crossing *x)
{
    if (x != NULL)
        html_textf(html, ", whose footprint outgrows %s at n = %.0f", x->text, x->first);
}

static bool same_class(const struct cost *a, const struct cost *b)
{
    return strcmp(a->series->problem_class, b->series->problem_class) == 0 &&
           report_same_setting(a->series, b->series);
}

/* The smallest rung that suffices for at least half of those of a class that any does. */
static double common_rung(const struct cost *cost, size_t n, const struct cost *like)
{
    double best = NAN;
    size_t suffice = 0;
    for (size_t i = 0; i < n; i++)
        suffice += same_class(&cost[i], like) && !isnan(cost[i].rung);
    for (size_t i = 0; i < n; i++) {
        if (!same_class(&cost[i], like) || isnan(cost[i].rung))
            continue;
        size_t covered = 0;
        for (size_t j = 0; j < n; j++)
            covered += same_class(&cost[j], like) && cost[j].rung <= cost[i].rung;
        if (2 * covered >= suffice && !(best <= cost[i].rung))
            best = cost[i].rung;
    }
    return best;
}

/* What to do with a problem. */
enum action { USE, SIMULATE, SETTLE };

static enum action action_of(const struct cost *c)
{
    return !isnan(c->rung) ? USE : c->verdict == ANALYSIS_FAIL ? SIMULATE : SETTLE;
}

/* Whether two problems get the same advice: the same action, at the same rung. */
static bool same_advice(const struct cost *a, const struct cost *b)
{
    enum action what = action_of(a);
    if (what != action_of(b))
        return false;
    return what == USE ? a->rung == b->rung
                       : what == SETTLE || a->series->compared == b->series->compared;
}

/* "gemm, lu, whose footprint outgrows l1d 128 KiB at n = 74, and fw": all of one setting, which
 * the list has named. */
static void add_names(struct str *html, const struct cost *cost, size_t n,
                      const struct cost *like, double common)
{
    size_t count = 0, shown = 0;
    for (size_t i = 0; i < n; i++)
        count += same_class(&cost[i], like) && same_advice(&cost[i], like);
    for (size_t i = 0; i < n; i++) {
        const struct cost *c = &cost[i];
        if (!same_class(c, like) || !same_advice(c, like))
            continue;
        shown++;
        html_textf(html, "%s%s", shown == 1 ? "" : shown == count ? " and " : ", ",
                   c->series->problem);
        add_why(html, why_larger(c->series, isnan(common) ? 0 : common, c->rung));
    }
}

/* "n = 256 for lu and fw" */
static void add_action(struct report *r, struct str *html, const struct cost *cost, size_t n,
                       const struct cost *c, double common)
{
    char size[40];
    html_format_size(size, sizeof size, isnan(c->rung) ? c->series->compared : c->rung);
    switch (action_of(c)) {
    case USE:
        html_textf(html, "n = %s for ", size);
        break;
    case SIMULATE:
        html_textf(html, "simulate n = %s, or take a sampled look at it, for ", size);
        break;
    case SETTLE:
        html_text(html, question_of(r)->settle);
        break;
    }
    add_names(html, cost, n, c, common);
}

static void add_advice(struct report *r, struct str *html, const struct cost *cost, size_t n,
                       const struct cost *like)
{
    double common = common_rung(cost, n, like);
    char size[40];
    str_add(html, "<li><strong>");
    html_text(html, like->series->problem_class[0] != '\0' ? like->series->problem_class
                                                             : "problems without a class");
    str_add(html, "</strong>");
    if (!r->one_machine || !r->one_mode || !r->one_simulator)
        html_textf(html, " on %s (%s%s%s)", like->series->machine, like->series->mode,
                   r->one_simulator ? "" : ", ", r->one_simulator ? "" : like->series->simulator);
    str_add(html, ": ");
    bool first = isnan(common);
    if (!first)
        html_textf(html, "use n = %s", html_format_size(size, sizeof size, common));
    for (size_t i = 0; i < 3 * n; i++) {
        /* Rungs to use stand before what has none. */
        const struct cost *c = &cost[i % n];
        bool said = !same_class(c, like) || c->rung <= common || action_of(c) != i / n;
        for (const struct cost *k = cost; k < c && !said; k++)
            said = same_class(k, c) && same_advice(k, c);
        if (!said) {
            str_add(html, first ? "" : "; ");
            first = false;
            add_action(r, html, cost, n, c, common);
        }
    }
    str_add(html, ".</li>\n");
}

static void add_strategy(struct report *r, struct str *html, const struct cost *cost, size_t n)
{
    str_add(html, "<h2>What to do</h2>\n<ul>\n");
    for (size_t i = 0; i < n; i++) {
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = same_class(&cost[j], &cost[i]);
        if (!seen)
            add_advice(r, html, cost, n, &cost[i]);
    }
    str_add(html, "</ul>\n");
}

static void add_rung_times(struct report *r, struct str *html)
{
    html_table(html, "Processor time of all runs of a rung, variants and layouts included",
               "Problem|#n|#runs|#time|#share of the climb");
    for (size_t i = 0; i < r->n_series; i++) {
        const struct report_series *s = &r->series[i];
        double full = 0;
        for (size_t k = 0; k < s->n_rungs; k++)
            full += s->rung[k].seconds;
        for (size_t k = 0; k < s->n_rungs; k++) {
            size_t runs = 0;
            for (size_t j = 0; j < s->n_rows; j++)
                runs += s->row[j]->n == s->rung[k].n;
            html_row(html);
            html_cell(html, s->title);
            html_cell_size(html, s->rung[k].n);
            html_cell_count(html, (double)runs);
            html_cell_seconds(html, s->rung[k].seconds);
            html_cell_percent(html, s->rung[k].seconds / full, 3);
            html_row_end(html);
        }
    }
    html_table_end(html);
}

static void add_costs(struct report *r, struct str *html, const struct cost *cost, size_t n)
{
    const struct question *q = question_of(r);
    char caption[120], columns[120];
    snprintf(caption, sizeof caption, "The smallest rung %s, against the full climb",
             q->suffices);
    snprintf(columns, sizeof columns,
             "Problem|%s|#smallest n|#for n =|#its time|#full climb|#saved|#times as fast",
             q->header);
    html_table(html, caption, columns);
    for (size_t i = 0; i < n; i++)
        add_row(r, html, &cost[i]);
    html_table_end(html);
}

static int add_answer(struct report *r, struct str *html, struct cost *cost, size_t n,
                      struct err *err)
{
    char percent[40];
    size_t first = 0; /* those of the detailed mode, where there are several */
    for (size_t i = 0; i < n && !r->one_mode; i++)
        if (report_is_detailed(cost[i].series)) {
            struct cost moved = cost[i];
            memmove(&cost[first + 1], &cost[first], (i - first) * sizeof *cost);
            cost[first++] = moved;
        }
    first = first > 0 ? first : n;
    add_total(html, question_of(r), cost, first);
    if (!has_variants(r))
        html_note(html,
                  "The study has no variants of its machines. So this is asked of a rung, and no "
                  "more: whether its cycles an instruction, and those of all rungs above it, are "
                  "those of the largest one within %s.",
                  html_format_percent(percent, sizeof percent, report_tolerance(r), 1));
    add_strategy(r, html, cost, first);
    str_add(html, "<h2>Problem by problem</h2>\n");
    int status = draw(r, cost, first, html, err);
    add_costs(r, html, cost, first);
    if (first < n) {
        str_add(html, "<details><summary>Other modes</summary>\n");
        add_total(html, question_of(r), cost + first, n - first);
        add_costs(r, html, cost + first, n - first);
        str_add(html, "</details>\n");
    }
    str_add(html, "<details><summary>Rung by rung</summary>\n");
    add_rung_times(r, html);
    str_add(html, "</details>\n");
    return status == 0 ? report_modes(r, html, err) : status;
}

int report_page_velocity(struct report *r, struct str *html, struct err *err)
{
    struct cost *cost = calloc(r->n_series + 1, sizeof *cost);
    size_t n = 0;
    double full = 0;
    if (cost == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    for (size_t i = 0; i < r->n_series; i++)
        if (r->series[i].has_cycles) {
            cost[n] = cost_of(r, &r->series[i]);
            full += cost[n++].full;
        }
    int status = 0;
    r->figures.section = "Velocity";
    str_add(html, "<section>\n");
    if (n == 0) {
        html_note(html, "No run has cycles: there is nothing to compare.");
    } else if (!(full > 0)) {
        report_gap(r, html, "The study file has no times of its runs.");
    } else {
        qsort(cost, n, sizeof *cost, compare_costs);
        status = add_answer(r, html, cost, n, err);
    }
    str_add(html, "</section>\n");
    free(cost);
    return status;
}
