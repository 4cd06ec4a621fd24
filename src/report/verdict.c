/* The first section: the answer in a sentence, the checks, what was simulated. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

enum { REASONS_MAX = 4 };

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

/* The checks of one name taken together: any fail fails, then any doubt is doubt. */
struct answer {
    bool asked;
    enum analysis_verdict verdict;
};

static struct answer answer_of(const struct analysis_checks *checks, const char *name)
{
    struct answer a = {false, ANALYSIS_PASS};
    for (size_t i = 0; checks != NULL && i < checks->count; i++) {
        const struct analysis_check *c = &checks->check[i];
        if (strcmp(c->name, name) != 0)
            continue;
        a.asked = true;
        if (c->verdict == ANALYSIS_FAIL || a.verdict == ANALYSIS_PASS)
            a.verdict = c->verdict;
    }
    return a;
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

/* A threshold as people write it: no zeros behind. */
static void add_threshold(struct str *html, const struct analysis_check *c)
{
    struct check_words words = words_of(c);
    char text[40];
    snprintf(text, sizeof text, "%.6g", c->fraction ? 100 * c->threshold : c->threshold);
    str_addf(html, "<data value=\"%.17g\">%s%s</data>%s", c->threshold, text,
             c->fraction ? "\xc2\xa0%" : "", words.ratio ? "×" : "");
}

/* "The error check passes for 3 of 4: ..." in one sentence a kind of check. */
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

/* The smallest rung at which all problems together order the variants as the top does. */
static void add_smallest(struct report *r, struct str *html)
{
    const struct analysis_scale *best = NULL;
    double least = r->options->thresholds.r2;
    for (size_t i = 0; r->scales != NULL && i < r->scales->count; i++) {
        const struct analysis_scale *s = &r->scales->scale[i];
        if (s->overall && s->to == r->top && s->r2.lower >= least &&
            (best == NULL || s->from < best->from))
            best = s;
    }
    if (best == NULL)
        return;
    char from[40], to[40];
    str_add(html, "<p>");
    html_textf(html,
               "The smallest rung that sets the variants of %s (%s) apart as n = %s does is "
               "n = %s: R² ",
               best->machine, best->mode, html_format_size(to, sizeof to, best->to),
               html_format_size(from, sizeof from, best->from));
    html_fixed(html, best->r2.value, 3);
    str_add(html, ", at least ");
    html_fixed(html, best->r2.lower, 3);
    str_add(html, ".</p>\n");
}

static void add_reasons(struct str *html, const struct analysis_checks *checks)
{
    size_t shown = 0, left = 0;
    for (int pass = 0; pass < 2; pass++) {
        enum analysis_verdict wanted = pass == 0 ? ANALYSIS_FAIL : ANALYSIS_INCONCLUSIVE;
        for (size_t i = 0; i < checks->count; i++) {
            const struct analysis_check *c = &checks->check[i];
            if (c->verdict != wanted || c->advice == NULL || c->advice[0] == '\0')
                continue;
            if (shown == REASONS_MAX) {
                left++;
                continue;
            }
            str_add(html, shown++ == 0 ? "<ul>\n<li>" : "<li>");
            html_textf(html, "%s: %s", c->subject, c->advice);
            str_add(html, "</li>\n");
        }
    }
    if (left > 0) {
        str_add(html, "<li>");
        html_textf(html, "%zu more in the table below", left);
        str_add(html, "</li>\n");
    }
    if (shown > 0)
        str_add(html, "</ul>\n");
}

/* The sentence that answers the study's question, may one trust the small rungs.  There are
 * two ways to trust them, and often only one holds.  Time saved and failed runs are no part
 * of it. */
static void add_sentence(struct report *r, struct str *html, struct answer compare,
                         struct answer predict)
{
    static const char *const short_word[] = {"yes", "no", "not shown"};
    char top[40];
    html_format_size(top, sizeof top, r->top);
    struct answer both = compare.asked ? compare : predict;
    if (r->n_rows == 0)
        html_textf(html, "No verdict: the study has no runs yet.");
    else if (r->checks == NULL)
        html_textf(html, "No verdict: %s.",
                   r->checks_gap[0] != '\0' ? r->checks_gap : "the checks could not be made");
    else if (!both.asked || isnan(r->top))
        html_textf(html, "No verdict: nothing here can be checked against a largest rung.");
    else if (compare.asked && predict.asked && compare.verdict != predict.verdict)
        html_textf(
            html, "Comparing variants on the small rungs: %s. Predicting n = %s from them: %s.",
            short_word[compare.verdict], top, short_word[predict.verdict]);
    else if (both.verdict == ANALYSIS_PASS)
        html_textf(html, "Yes: the small rungs speak for n = %s.", top);
    else if (both.verdict == ANALYSIS_FAIL)
        html_textf(html, "No: the small rungs do not speak for n = %s.", top);
    else
        html_textf(
            html, "Not shown: the runs do not settle whether the small rungs speak for n = %s.",
            top);
}

static void add_answer(struct report *r, struct str *html)
{
    struct answer compare = answer_of(r->checks, "r2"), predict = answer_of(r->checks, "error");
    enum analysis_verdict all =
        r->checks != NULL && r->checks->count > 0 ? r->checks->verdict : ANALYSIS_INCONCLUSIVE;
    str_addf(html, "<div class=\"verdict %s\">\n<p>All checks: ", analysis_verdict_text(all));
    html_badge(html, all);
    str_add(html, "</p>\n<p class=\"answer\">");
    add_sentence(r, html, compare, predict);
    str_add(html, "</p>\n");
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
        add_smallest(r, html);
        add_reasons(html, r->checks);
    }
    str_add(html, "</div>\n");
    if (!compare.asked && !predict.asked)
        r->gaps++;
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

static void add_checks(struct report *r, struct str *html)
{
    if (r->checks == NULL || r->checks->count == 0)
        return;
    char columns[160], caption[120];
    snprintf(columns, sizeof columns, "Verdict|Check|Subject|#value|#%s interval|#threshold",
             r->level);
    snprintf(caption, sizeof caption, "Checks of the study, %s",
             r->options->thresholds.point ? "judged by their values"
                                          : "judged by their intervals");
    html_table(html, caption, columns);
    for (size_t i = 0; i < r->checks->count; i++)
        add_check(html, &r->checks->check[i]);
    html_table_end(html);
    html_warnings(html, &r->checks->warnings);
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
    const char **names = calloc(n, sizeof *names);
    if (names == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    int status = figure_begin(&r->figures, "held-out", "overview", "Error at the largest rung",
                              HEAD + LINE * (int)n, err);
    if (status != 0)
        goto out;
    bool same = true;
    for (size_t i = 1; i < n; i++)
        same = same && strcmp(list[i]->machine, list[0]->machine) == 0 &&
               strcmp(list[i]->mode, list[0]->mode) == 0;
    tsv_init(&t, "row error error_lower error_upper problem");
    for (size_t i = 0; i < n; i++) {
        const struct analysis_held_out *h = &list[i]->fit->held_out;
        /* Machine and mode need not be told where they are all the same. */
        names[i] = same ? list[i]->problem : list[i]->title;
        tsv_real(&t, (double)i);
        tsv_real(&t, h->error);
        tsv_real(&t, h->error_lower);
        tsv_real(&t, h->error_upper);
        tsv_text(&t, list[i]->title);
        tsv_end_row(&t);
    }
    status = tsv_write(&t, r->data_directory, "held-out-overview.tsv", err);
    tsv_release(&t);
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

int report_verdict(struct report *r, struct str *html, struct err *err)
{
    str_add(html, "<section id=\"verdict\">\n");
    add_answer(r, html);
    add_checks(r, html);
    int status = add_overview(r, html, err);
    str_add(html, "</section>\n");
    return status;
}
