/* The base machine over the rungs: how far each is from the largest one. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

enum { SIZES_MAX = 128 }; /* of all problems of a table */

/* CPI of a rung over that of the largest one, less one. */
static double distance(const struct report_series *s, const struct report_rung *rung)
{
    return rung->cpi / s->rung[s->n_rungs - 1].cpi - 1;
}

double report_settled(const struct report_series *s, double tolerance)
{
    double n = NAN;
    for (size_t i = s->n_rungs > 0 ? s->n_rungs - 1 : 0; i-- > 0;) {
        if (!(fabs(distance(s, &s->rung[i])) <= tolerance))
            break;
        n = s->rung[i].n;
    }
    return n;
}

const struct report_rung *report_rung_at(const struct report_series *s, double n)
{
    for (size_t i = 0; i < s->n_rungs; i++)
        if (s->rung[i].n == n)
            return &s->rung[i];
    return NULL;
}

/* The same of the rung of size n; NaN where that is none below the largest. */
static double distance_at(const struct report_series *s, double n)
{
    const struct report_rung *rung = n < s->top ? report_rung_at(s, n) : NULL;
    return rung != NULL ? distance(s, rung) : NAN;
}

/* Of the rungs below the largest; 0 for a series that has none, which is not shown. */
static double largest_distance(const struct report_series *s)
{
    double most = 0;
    for (size_t i = 0; i + 1 < s->n_rungs; i++)
        if (fabs(distance(s, &s->rung[i])) > most)
            most = fabs(distance(s, &s->rung[i]));
    return most;
}

static int compare_series(const void *left, const void *right)
{
    const struct report_series *a = *(const struct report_series *const *)left;
    const struct report_series *b = *(const struct report_series *const *)right;
    double x = largest_distance(a), y = largest_distance(b);
    return x != y ? (x < y) - (x > y) : (a > b) - (a < b);
}

static bool is_shown(const struct report_series *s)
{
    return s->n_rungs > 1 && s->has_cycles && isfinite(s->rung[s->n_rungs - 1].cpi);
}

static int compare_sizes(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* The sizes of all rungs below the largest of their series, ascending. */
static size_t gather_sizes(const struct report_series *const *list, size_t n, double *size)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k + 1 < list[i]->n_rungs; k++) {
            bool seen = false;
            for (size_t j = 0; j < count && !seen; j++)
                seen = size[j] == list[i]->rung[k].n;
            if (!seen && count < SIZES_MAX)
                size[count++] = list[i]->rung[k].n;
        }
    qsort(size, count, sizeof *size, compare_sizes);
    return count;
}

static void add_distance(struct str *html, const struct report_series *s, double n,
                         double tolerance)
{
    double d = distance_at(s, n);
    if (!isfinite(d)) {
        str_add(html, "<td></td>");
        return;
    }
    str_addf(html, "<td class=\"number heat %s\">", fabs(d) <= tolerance ? "pass" : "fail");
    html_percent(html, d, 2);
    str_add(html, "</td>");
}

/* "outgrows l1d 128 KiB at 74, l2 16 MiB at 837", below the name: a column of its own would
 * stand beyond the right edge when there are many rungs. */
static void add_crossings(struct str *html, const struct report_series *s)
{
    if (s->n_crossings == 0)
        return;
    str_add(html, "<small>outgrows ");
    for (size_t i = 0; i < s->n_crossings; i++)
        html_textf(html, "%s%s at %.0f", i > 0 ? ", " : "", s->crossing[i].text,
                   s->crossing[i].first);
    str_add(html, "</small>");
}

/* Whether a series may stand in the table of these: it shares at least half of all columns, or one
 * of both has no size of its own. */
static bool fits_in(const struct report_series *const *list, size_t n,
                    const struct report_series *s)
{
    double size[SIZES_MAX], own[SIZES_MAX];
    size_t n_sizes = gather_sizes(list, n, size), n_own = gather_sizes(&s, 1, own), common = 0;
    for (size_t i = 0; i < n_sizes; i++)
        for (size_t k = 0; k < n_own; k++)
            common += size[i] == own[k];
    size_t all = n_sizes + n_own - common;
    return common == n_sizes || common == n_own || 2 * common >= all;
}

/* Moves those that belong in one table with the first to the front, and returns their number.
 * Problems of other sizes would make it wide and full of holes. */
static size_t take_ladder(const struct report_series **list, size_t n)
{
    size_t taken = 1;
    for (size_t i = 1; i < n; i++) {
        const struct report_series *s = list[i];
        if (!fits_in(list, taken, s))
            continue;
        memmove(list + taken + 1, list + taken, (i - taken) * sizeof *list);
        list[taken++] = s;
    }
    return taken;
}

/* ", n = 64 to 1024" */
static void add_range(struct str *caption, const struct report_series *const *list, size_t n)
{
    char small[40], large[40];
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, list[i]->rung[0].n);
        most = fmax(most, list[i]->top);
    }
    str_addf(caption, ", n = %s to %s", html_format_size(small, sizeof small, least),
             html_format_size(large, sizeof large, most));
}

static void add_table(struct report *r, struct str *html,
                      const struct report_series *const *list, size_t n, bool alone)
{
    double size[SIZES_MAX], tolerance = report_tolerance(r);
    size_t n_sizes = gather_sizes(list, n, size);
    struct str columns, caption;
    char text[40], setting[4 * STORE_NAME_SIZE + 16] = "";
    str_init(&columns);
    str_init(&caption);
    str_add(&columns, "Problem");
    for (size_t i = 0; i < n_sizes; i++)
        str_addf(&columns, "|#n\u00a0=\u00a0%s", html_format_size(text, sizeof text, size[i]));
    str_add(&columns, "|#largest n|#CPI there");
    if (!r->one_mode || !r->one_machine || !r->one_simulator)
        report_setting_name(setting, sizeof setting, list[0]);
    str_addf(&caption, "CPI of each rung against the largest one%s%s",
             setting[0] != '\0' ? ", " : "", setting);
    if (!alone)
        add_range(&caption, list, n);
    str_add(&caption, n > 1 ? ", worst first" : "");
    html->failed = html->failed || str_failed(&columns) || str_failed(&caption);
    html_table(html, caption.data, columns.data);
    for (size_t i = 0; i < n; i++) {
        const struct report_series *s = list[i];
        html_row(html);
        str_addf(html, "<th scope=\"row\"><a href=\"%s\">", s->page);
        html_text(html, s->problem);
        str_add(html, "</a>");
        add_crossings(html, s);
        str_add(html, "</th>");
        for (size_t k = 0; k < n_sizes; k++)
            add_distance(html, s, size[k], tolerance);
        html_cell_size(html, s->top);
        html_cell_real(html, s->rung[s->n_rungs - 1].cpi, 4);
        html_row_end(html);
    }
    html_table_end(html);
    str_release(&caption);
    str_release(&columns);
}

/* A table for each ladder, that of the worst problem first. */
static void add_setting(struct report *r, struct str *html, const struct report_series **list,
                        size_t n)
{
    for (size_t at = 0, taken; at < n; at += taken) {
        taken = take_ladder(list + at, n - at);
        add_table(r, html, list + at, taken, taken == n);
    }
}

/* The settings, that of the detailed mode first; the rest are folded. */
int report_rungs(struct report *r, struct str *html, struct err *err)
{
    const struct report_series **list = calloc(r->n_series + 1, sizeof *list);
    char percent[40];
    size_t shown = 0;
    if (list == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < r->n_series; i++) {
            const struct report_series *s = &r->series[i];
            size_t n = 0;
            bool seen = !is_shown(s) || report_is_detailed(s) == (pass > 0);
            for (size_t j = 0; j < i && !seen; j++)
                seen = is_shown(&r->series[j]) && report_same_setting(&r->series[j], s);
            if (seen)
                continue;
            for (size_t j = 0; j < r->n_series; j++)
                if (is_shown(&r->series[j]) && report_same_setting(&r->series[j], s))
                    list[n++] = &r->series[j];
            qsort(list, n, sizeof *list, compare_series);
            if (shown++ == 0)
                str_add(html, "</section>\n<section id=\"rungs\">\n<h2>Rungs against the "
                              "largest</h2>\n");
            else if (shown == 2)
                str_add(html, "<details><summary>Other modes and machines</summary>\n");
            add_setting(r, html, list, n);
        }
    if (shown > 1)
        str_add(html, "</details>\n");
    if (shown > 0)
        html_note(html, "On the base machine: a rung within %s of the largest one stands "
                        "for its cycles an instruction as it is, without a fit.",
                  html_format_percent(percent, sizeof percent, report_tolerance(r), 1));
    free(list);
    return 0;
}

enum { NAME_WIDTH = 16, CELL_WIDTH = 8 };

static bool has_any(const struct report_series *s, const double *size, size_t n_sizes)
{
    for (size_t k = 0; k < n_sizes; k++)
        if (isfinite(distance_at(s, size[k])))
            return true;
    return false;
}

/* A line that is "name  -1.3 %  ..." */
static void add_text_row(struct str *out, const struct report_series *s, const double *size,
                         size_t n_sizes)
{
    str_add(out, "    ");
    report_text_cell(out, s->problem, NAME_WIDTH);
    for (size_t k = 0; k < n_sizes; k++) {
        double d = distance_at(s, size[k]);
        if (isfinite(d))
            str_addf(out, "%*.1f %%", CELL_WIDTH - 2, 100 * d);
        else
            str_addf(out, "%*s", CELL_WIDTH, "");
    }
    str_addf(out, "%*g\n", CELL_WIDTH, s->top);
}

/* As many sizes side by side as the terminal has room for, the others below, each time with the
 * problems that have them. */
static void add_text_rows(struct str *out, const struct report_series *const *list, size_t n,
                          unsigned columns)
{
    double size[SIZES_MAX];
    size_t n_sizes = gather_sizes(list, n, size), room = columns / CELL_WIDTH;
    room = room > 4 ? room - 4 : 1;
    for (size_t from = 0; from < n_sizes; from += room) {
        size_t count = n_sizes - from < room ? n_sizes - from : room;
        str_addf(out, "    %*s", NAME_WIDTH, "");
        for (size_t k = from; k < from + count; k++)
            str_addf(out, "%*g", CELL_WIDTH, size[k]);
        str_addf(out, "%*s\n", CELL_WIDTH, "largest");
        for (size_t i = 0; i < n; i++)
            if (has_any(list[i], size + from, count))
                add_text_row(out, list[i], size + from, count);
    }
}

void report_rungs_text(const struct report *r, unsigned columns, struct str *out)
{
    const struct report_series **list = calloc(r->n_series + 1, sizeof *list);
    size_t n = 0;
    if (list == NULL) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < r->n_series; i++) {
        const struct report_series *s = &r->series[i];
        if (is_shown(s) && (r->one_mode || report_is_detailed(s)) &&
            (n == 0 || report_same_setting(list[0], s)))
            list[n++] = s;
    }
    qsort(list, n, sizeof *list, compare_series);
    if (n > 0) {
        char setting[4 * STORE_NAME_SIZE + 16];
        report_setting_name(setting, sizeof setting, list[0]);
        str_add(out, "\nCPI of each rung against the largest one");
        str_add(out, setting[0] != '\0' ? ", " : "");
        report_text_cell(out, setting, SIZE_MAX);
        str_add_char(out, '\n');
        for (size_t at = 0, taken; at < n; at += taken) {
            taken = take_ladder(list + at, n - at);
            add_text_rows(out, list + at, taken, columns);
        }
    }
    free(list);
}
