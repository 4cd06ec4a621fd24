/* The first page: the answer in a sentence, the checks, the rungs, the problems. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

enum { CHECKS_MAX = 12 };

/* How a check is read: its title, which side of the threshold is good, its unit. */
static const struct check_words {
    const char *name, *title;
    bool at_least, ratio;
} check_words[] = {
    {"r2", "R² between rungs, within problems", true, false},
    {"error", "Error predicting the largest rung", false, false},
    {"velocity", "Time saved by the small rungs", true, true},
    {"equivalence", "Mean error of variants' effects", false, false},
    {"speed", "Speed of simulation lost", false, false},
    {"counters", "Runs whose counters changed", false, false},
    {"runs", "Runs that failed", false, false},
};

static struct check_words words_of(const struct analysis_check *c)
{
    for (size_t i = 0; i < sizeof check_words / sizeof check_words[0]; i++)
        if (strcmp(check_words[i].name, c->name) == 0)
            return check_words[i];
    return (struct check_words){c->name, c->name, false, false};
}

const char *report_check_title(const struct analysis_check *c)
{
    return words_of(c).title;
}

char *report_check_value(char *buffer, size_t size, const struct analysis_check *c, double value)
{
    char text[80];
    if (c->fraction)
        return html_format_percent(buffer, size, value, 3);
    if (words_of(c).ratio)
        snprintf(buffer, size, "%s%s", html_format_real(text, sizeof text, value, 3),
                 isfinite(value) ? "×" : "");
    else
        html_format_fixed(buffer, size, value, 3);
    return buffer;
}

/* A threshold as people write it: no zeros behind. */
char *report_check_threshold(char *buffer, size_t size, const struct analysis_check *c)
{
    struct check_words words = words_of(c);
    snprintf(buffer, size, "%s %.6g%s%s", words.at_least ? "≥" : "≤",
             c->fraction ? 100 * c->threshold : c->threshold, c->fraction ? "\xc2\xa0%" : "",
             words.ratio ? "×" : "");
    return buffer;
}

static void add_value(struct str *html, const struct analysis_check *c, double value)
{
    if (c->fraction) {
        html_percent(html, value, 3);
    } else {
        if (words_of(c).ratio)
            html_real(html, value, 3);
        else
            html_fixed(html, value, 3);
        if (words_of(c).ratio && isfinite(value))
            str_add(html, "×");
    }
}

/* Its number alone, with the value beside the text. */
static void add_threshold(struct str *html, const struct analysis_check *c)
{
    struct check_words words = words_of(c);
    char text[40];
    snprintf(text, sizeof text, "%.6g", c->fraction ? 100 * c->threshold : c->threshold);
    str_addf(html, "<data value=\"%.17g\">%s%s</data>%s", c->threshold, text,
             c->fraction ? "\xc2\xa0%" : "", words.ratio ? "×" : "");
}

/* "Error predicting the largest rung, at most 2 %: 3 passed, 1 failed." for each kind of check. */
static void add_counts(struct str *html, const struct analysis_checks *checks)
{
    for (size_t i = 0; i < checks->count; i++) {
        const struct analysis_check *c = &checks->check[i];
        size_t count[3] = {0, 0, 0};
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen = seen || strcmp(checks->check[j].name, c->name) == 0;
        if (seen)
            continue;
        for (size_t j = i; j < checks->count; j++)
            if (strcmp(checks->check[j].name, c->name) == 0)
                count[checks->check[j].verdict]++;
        str_add(html, "<p>");
        html_textf(html, "%s, ", words_of(c).title);
        str_add(html, words_of(c).at_least ? "at least " : "at most ");
        add_threshold(html, c);
        str_add(html, ": ");
        static const char *const did[] = {"passed", "failed", "inconclusive"};
        bool first = true;
        for (int v = 0; v < 3; v++)
            if (count[v] > 0) {
                html_textf(html, "%s%zu %s", first ? "" : ", ", count[v], did[v]);
                first = false;
            }
        str_add(html, ".</p>\n");
    }
}

static void add_answer(struct report *r, struct str *html)
{
    struct str text;
    enum analysis_verdict all = report_verdict_of(r);
    str_init(&text);
    report_answer(r, &text);
    str_addf(html, "<section id=\"verdict\">\n<div class=\"verdict %s\">\n<p>All checks: ",
             analysis_verdict_text(all));
    html_badge(html, all);
    str_add(html, "</p>\n<p class=\"answer\">");
    html_text(html, text.data);
    str_add(html, "</p>\n");
    html->failed = html->failed || str_failed(&text);
    str_release(&text);
    if (r->n_rows == 0)
        report_count_gap(r, "The study has no runs.");
    else if (r->checks == NULL)
        report_count_gap(r, r->checks_gap[0] != '\0' ? r->checks_gap : "There are no checks.");
    else if (isnan(r->top))
        report_count_gap(r, "No run that ended well has cycles.");
    if (r->missing.len > 0)
        html_note(html, "%s.", r->missing.data);
    if (r->top < r->largest) {
        char top[40], largest[40];
        report_gap(
            r, html,
            "No run at the largest rung, n = %s, ended well: what follows is about n = %s.",
            html_format_size(largest, sizeof largest, r->largest),
            html_format_size(top, sizeof top, r->top));
    }
    if (r->checks != NULL) {
        add_counts(html, r->checks);
        report_reasons(r, html);
    }
    str_add(html, "</div>\n");
}

static void add_meaning(struct report *r, struct str *html)
{
    if (r->scales == NULL || r->scales->count == 0)
        return;
    char percent[40];
    html_note(html,
              "A rung speaks for the largest one where both agree on what variants of the "
              "machine change: R² within the problem above its threshold by its whole "
              "interval, and the mean error of the effects within %s; all rungs between them "
              "must do so, too.",
              html_format_percent(percent, sizeof percent, report_tolerance(r), 1));
}

static void add_check(struct str *html, const struct analysis_check *c)
{
    struct check_words words = words_of(c);
    html_row(html);
    str_add(html, "<td>");
    html_badge(html, c->verdict);
    str_add(html, "</td><th scope=\"row\">");
    html_text(html, words.title);
    str_add(html, "</th><td class=\"text\">");
    html_text(html, c->subject);
    if (c->advice != NULL && c->advice[0] != '\0') {
        str_add(html, "<small>");
        html_text(html, c->advice);
        str_add(html, "</small>");
    }
    str_add(html, "</td><td class=\"number\">");
    add_value(html, c, c->value);
    str_add(html, "</td><td class=\"number\">");
    add_value(html, c, c->lower);
    if (!isnan(c->lower) || !isnan(c->upper)) {
        str_add(html, " to ");
        add_value(html, c, c->upper);
    }
    str_add(html,
            words.at_least ? "</td><td class=\"number\">≥ " : "</td><td class=\"number\">≤ ");
    add_threshold(html, c);
    str_add(html, "</td>");
    html_row_end(html);
}

/* What may be folded when there is much of it: what is passed, and predictions that are open,
 * for each is a row of the problems' table too. */
static bool is_foldable(const struct analysis_check *c)
{
    return c->verdict == ANALYSIS_PASS ||
           (c->verdict == ANALYSIS_INCONCLUSIVE && strcmp(c->name, "error") == 0);
}

/* How many checks of each verdict are folded, and in all. */
static size_t count_folded(const struct analysis_checks *checks, size_t folded[3])
{
    size_t all = 0;
    for (int v = 0; v < 3; v++)
        folded[v] = 0;
    for (size_t i = 0; i < checks->count; i++)
        folded[checks->check[i].verdict] += is_foldable(&checks->check[i]);
    for (int v = 0; v < 3; v++) {
        if (checks->count <= CHECKS_MAX || folded[v] <= CHECKS_MAX / 2)
            folded[v] = 0;
        all += folded[v];
    }
    return all;
}

/* The checks with this verdict that stand in the open, or those that are folded. */
static void add_verdicts(struct report *r, struct str *html, bool inside, bool any_folded,
                         enum analysis_verdict verdict)
{
    for (size_t i = 0; i < r->checks->count; i++) {
        const struct analysis_check *c = &r->checks->check[i];
        if (c->verdict == verdict && (any_folded && is_foldable(c)) == inside)
            add_check(html, c);
    }
}

static void begin_checks(struct report *r, struct str *html, const char *caption)
{
    char columns[160];
    snprintf(columns, sizeof columns, "Verdict|Check|Subject|#value|#%s interval|#threshold",
             r->level);
    html_table(html, caption, columns);
}

/* Worst first. */
static void add_checks(struct report *r, struct str *html)
{
    if (r->checks == NULL || r->checks->count == 0)
        return;
    static const enum analysis_verdict order[] = {ANALYSIS_FAIL, ANALYSIS_INCONCLUSIVE,
                                                  ANALYSIS_PASS};
    static const char *const words[] = {"passed", "failed", "open"};
    size_t folded[3], in_all = count_folded(r->checks, folded);
    if (in_all < r->checks->count) {
        begin_checks(r, html, r->options->thresholds.point
                                  ? "Checks of the study, judged by their values"
                                  : "Checks of the study, judged by their intervals");
        for (size_t k = 0; k < 3; k++)
            add_verdicts(r, html, false, folded[order[k]] > 0, order[k]);
        html_table_end(html);
    }
    for (size_t k = 0; k < 3; k++) {
        if (folded[order[k]] == 0)
            continue;
        bool one = folded[order[k]] == 1;
        str_add(html, "<details><summary>");
        html_textf(html, "%zu%s check%s %s %s", folded[order[k]],
                   in_all < r->checks->count ? " more" : "", one ? "" : "s", one ? "is" : "are",
                   words[order[k]]);
        str_add(html, "</summary>\n");
        begin_checks(r, html, "Checks of the study");
        add_verdicts(r, html, true, true, order[k]);
        html_table_end(html);
        str_add(html, "</details>\n");
    }
    html_warnings(html, &r->checks->warnings);
}

/* All problems with what is known of each, worst first. */
static void add_problem_row(struct report *r, struct str *html, const struct report_series *s)
{
    enum analysis_verdict best;
    double n = report_sufficient(r, s, &best);
    bool tested = s->fit != NULL && s->fit->held_out.valid;
    report_series_row(html, r, s);
    html_cell(html, s->problem_class);
    html_cell_count(html, (double)s->n_rows);
    html_cell_count(html, (double)s->n_failed);
    html_cell_size(html, s->top);
    html_cell_real(html, s->n_rungs > 0 ? s->rung[s->n_rungs - 1].cpi : NAN, 4);
    html_cell_percent(html, tested ? s->fit->held_out.error : NAN, 3);
    str_add(html, "<td>");
    html_badge(html, best);
    str_add(html, "</td>");
    html_cell_size(html, n);
    html_cell_size(html, s->compared);
    html_row_end(html);
}

static int add_thumbs(struct report *r, const struct report_series *const *list,
                      struct str *html, struct err *err)
{
    size_t drawn = 0;
    for (size_t i = 0; i < r->n_series; i++) {
        struct report_series *s = &r->series[list[i] - r->series];
        if (s->runs_table[0] == '\0')
            continue;
        if (drawn++ == 0)
            str_add(html, "<ul class=\"thumbs\">\n");
        str_addf(html, "<li><a href=\"%s\">", s->page);
        int status = report_thumb(r, s, html, err);
        if (status != 0)
            return status;
        char name[4 * STORE_NAME_SIZE + 16];
        str_add(html, "<span>");
        html_text(html, report_series_name(name, sizeof name, r, s));
        if (s->fit != NULL && s->fit->held_out.valid) {
            str_add(html, " <small>");
            html_percent(html, s->fit->held_out.error, 3);
            str_add(html, "</small>");
        }
        str_add(html, "</span></a></li>\n");
    }
    if (drawn > 0) {
        str_add(html, "</ul>\n");
        html_note(html, "Cost of a unit of work over the rungs, worst first by the error at the "
                        "rung held out: simulated (dots), the fit of the small rungs with its "
                        "band, and the rung held out (diamond).");
    }
    return 0;
}

static int add_problems(struct report *r, struct str *html, struct err *err)
{
    if (r->n_series == 0)
        return 0;
    const struct report_series **list = report_worst_first(r);
    if (list == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    str_add(html, "</section>\n<section id=\"problems\">\n<h2>Problems</h2>\n");
    html_table(html, "Each problem has a page of its own; worst first",
               "Problem|Class|#runs|#failed|#top n|#CPI there|#predicted off by|Small rung "
               "speaks|#smallest that does|#for n =");
    for (size_t i = 0; i < r->n_series; i++)
        add_problem_row(r, html, list[i]);
    html_table_end(html);
    int status = r->n_series > 1 ? add_thumbs(r, list, html, err) : 0;
    free(list);
    return status;
}

static int compare_errors(const void *left, const void *right)
{
    const struct report_series *a = *(const struct report_series *const *)left;
    const struct report_series *b = *(const struct report_series *const *)right;
    double x = fabs(a->fit->held_out.error), y = fabs(b->fit->held_out.error);
    return (x < y) - (x > y);
}

static int draw_overview(struct report *r, const struct report_series **list, size_t n,
                         struct str *html, struct err *err)
{
    enum { HEAD = 140, LINE = 24 };
    struct tsv t;
    char (*text)[4 * STORE_NAME_SIZE + 16] = calloc(n, sizeof *text);
    const char **names = calloc(n, sizeof *names);
    if (names == NULL || text == NULL) {
        free(names);
        free(text);
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    }
    r->figures.section = "Overview";
    int status = figure_begin(&r->figures, "held-out", "overview", "Error at the largest rung",
                              HEAD + LINE * (int)n, err);
    if (status != 0)
        goto out;
    tsv_init(&t, "row error error_lower error_upper problem");
    for (size_t i = 0; i < n; i++) {
        const struct analysis_held_out *h = &list[i]->fit->held_out;
        names[i] = report_series_name(text[i], sizeof text[i], r, list[i]);
        tsv_real(&t, (double)i);
        tsv_real(&t, h->error);
        tsv_real(&t, h->error_lower);
        tsv_real(&t, h->error_upper);
        tsv_text(&t, list[i]->title);
        tsv_end_row(&t);
    }
    status = report_write_table(r, &t, "held-out-overview.tsv", err);
    if (status != 0)
        goto out;
    double tolerance = r->options->thresholds.error;
    figure_text(&r->figures, "errors", "data/held-out-overview.tsv");
    figure_array(&r->figures, "names", names, n);
    figure_real(&r->figures, "tolerance", tolerance > 0 ? tolerance : 0);
    str_add(html, "<div class=\"figures\">\n");
    figure_end(
        &r->figures, html,
        "Point chart: error of the prediction of the largest rung for every problem, "
        "worst first.",
        "The largest rung predicted from those below it on the base machine, worst first.",
        "held-out-overview.tsv");
    str_add(html, "</div>\n");
out:
    free(names);
    free(text);
    return status;
}

static int add_overview(struct report *r, struct str *html, struct err *err)
{
    const struct report_series **list = calloc(r->n_series + 1, sizeof *list);
    size_t n = 0;
    if (list == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    for (size_t i = 0; i < r->n_series; i++) {
        const struct analysis_fit *fit = r->series[i].fit;
        if (fit != NULL && fit->held_out.valid && isfinite(fit->held_out.error))
            list[n++] = &r->series[i];
    }
    qsort(list, n, sizeof *list, compare_errors);
    int status = n >= 2 ? draw_overview(r, list, n, html, err) : 0;
    free(list);
    return status;
}

int report_page_verdict(struct report *r, struct str *html, struct err *err)
{
    add_answer(r, html);
    add_meaning(r, html);
    add_checks(r, html);
    int status = add_overview(r, html, err);
    if (status == 0)
        status = report_rungs(r, html, err);
    if (status == 0)
        status = add_problems(r, html, err);
    str_add(html, "</section>\n");
    return status;
}
