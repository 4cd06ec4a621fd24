/* The page of traces: what happened in the course of the runs, rung over rung. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

enum { RUNGS_MAX = 32 };

static int trace_table(struct report *r, const struct report_series *s, bool misses,
                       const char *const *names, const char *name, struct err *err)
{
    struct tsv t;
    struct str columns;
    size_t n = 0;
    str_init(&columns);
    str_add(&columns, "share");
    for (size_t i = 0; i < s->n_rungs; i++)
        if (s->rung[i].bins != NULL && n < RUNGS_MAX)
            str_addf(&columns, " %s", names[n++]);
    tsv_init(&t, columns.data);
    str_release(&columns);
    for (int b = 0; b < REPORT_BINS; b++) {
        tsv_real(&t, (b + 0.5) / REPORT_BINS);
        size_t shown = 0;
        for (size_t i = 0; i < s->n_rungs; i++)
            if (s->rung[i].bins != NULL && shown++ < n)
                tsv_real(&t, misses ? 1000 * s->rung[i].bins->misses[b]
                                    : s->rung[i].bins->cpi[b]);
        tsv_end_row(&t);
    }
    return report_write_table(r, &t, name, err);
}

static int draw_trace(struct report *r, const struct report_series *s, bool misses,
                      const char *const *names, size_t n, struct str *html, struct err *err)
{
    char slug[4 * STORE_NAME_SIZE + 32], table[REPORT_TABLE_NAME_SIZE];
    snprintf(slug, sizeof slug, "%s-%s", s->slug, misses ? "misses" : "cpi");
    int status = figure_begin(&r->figures, slug, "trace", s->title, FIGURE_HEIGHT, err);
    if (status != 0)
        return status;
    report_table_name(r, table, "");
    if ((status = trace_table(r, s, misses, names, table, err)) != 0)
        return status;
    report_table_variable(r, "trace", table);
    figure_array(&r->figures, "rungs", names, n);
    figure_text(&r->figures, "unit",
                misses ? "L1D misses per 1000 instructions" : "cycles per instruction");
    struct str alt;
    str_init(&alt);
    str_addf(&alt, "Line chart: %s in the course of the run at %zu rungs for %s.",
             misses ? "misses of the first-level data cache" : "cycles per instruction", n,
             s->title);
    figure_end(&r->figures, html, alt.data,
               misses ? "Misses of L1D in the course of the run."
                      : "CPI in the course of the run, every rung in shares of its own length.",
               table);
    str_release(&alt);
    return 0;
}

static int draw_traces(struct report *r, const struct report_series *s, struct str *html,
                       struct err *err)
{
    char text[RUNGS_MAX][24];
    const char *names[RUNGS_MAX];
    size_t n = 0;
    bool any_misses = false;
    for (size_t i = 0; i < s->n_rungs && n < RUNGS_MAX; i++) {
        if (s->rung[i].bins == NULL)
            continue;
        html_format_size(text[n], sizeof text[n], s->rung[i].n);
        names[n] = text[n];
        n++;
        for (int b = 0; b < REPORT_BINS; b++)
            any_misses = any_misses || s->rung[i].bins->misses[b] > 0;
    }
    if (n == 0)
        return 0;
    int status = draw_trace(r, s, false, names, n, html, err);
    if (status == 0 && any_misses)
        status = draw_trace(r, s, true, names, n, html, err);
    return status;
}

/* What a fully associative cache of any size would miss, from the reuse distances. */
static int draw_reuse(struct report *r, const struct report_series *s, struct str *html,
                      struct err *err)
{
    char text[RUNGS_MAX][24], table[REPORT_TABLE_NAME_SIZE];
    const char *names[RUNGS_MAX], *cache[ANALYSIS_CACHES_MAX];
    const struct report_rung *rung[RUNGS_MAX];
    double size[ANALYSIS_CACHES_MAX];
    size_t n = 0, caches = s->caches != NULL ? s->caches->n_caches : 0;
    struct tsv t;
    struct str columns;
    for (size_t i = 0; i < s->n_rungs && n < RUNGS_MAX; i++)
        if (s->rung[i].curve != NULL) {
            rung[n] = &s->rung[i];
            names[n] = html_format_size(text[n], sizeof text[n], s->rung[i].n);
            n++;
        }
    if (n == 0)
        return 0;
    int status = figure_begin(&r->figures, s->slug, "reuse", s->title, FIGURE_HEIGHT, err);
    if (status != 0)
        return status;
    str_init(&columns);
    str_add(&columns, "bytes");
    for (size_t k = 0; k < n; k++)
        str_addf(&columns, " %s", names[k]);
    tsv_init(&t, columns.data);
    str_release(&columns);
    for (size_t i = 0; i < REPORT_CURVE; i++) {
        tsv_real(&t, report_curve_size(i));
        for (size_t k = 0; k < n; k++)
            tsv_real(&t, rung[k]->curve[i]);
        tsv_end_row(&t);
    }
    report_table_name(r, table, "");
    if ((status = report_write_table(r, &t, table, err)) != 0)
        return status;
    for (size_t i = 0; i < caches; i++) {
        cache[i] = s->caches->cache[i].name;
        size[i] = (double)s->caches->cache[i].size;
    }
    report_table_variable(r, "reuse", table);
    figure_array(&r->figures, "rungs", names, n);
    figure_real(&r->figures, "caches", (double)caches);
    figure_reals(&r->figures, "cache_n", size, caches);
    figure_array(&r->figures, "cache_name", cache, caches);
    struct str alt;
    str_init(&alt);
    str_addf(&alt,
             "Line chart: share of accesses that a cache of a given size would miss, at %zu "
             "rungs for %s.",
             n, s->title);
    figure_end(&r->figures, html, alt.data,
               "Reuse distances: what a fully associative cache of any size would miss. Dashed "
               "lines: the caches of the machine.",
               table);
    str_release(&alt);
    return 0;
}

/* "fmadd at 0x400614, waiting for ldr at 0x400608" */
static void add_bound(struct str *html, const struct store_hot *h)
{
    str_add(html, "<td class=\"text\">");
    if (h->bound[0] == '\0') {
        html_text(html, "–");
    } else {
        html_text(html, h->bound);
        str_add(html, "<small>");
        if (h->bound_insn[0] != '\0')
            html_textf(html, "%s", h->bound_insn);
        if (h->producer_insn[0] != '\0')
            html_textf(html, ", waiting for %s", h->producer_insn);
        str_add(html, "</small>");
    }
    str_add(html, "</td>");
}

static void add_hot(struct str *html, const struct report_series *s)
{
    const struct store_run *run = &s->top_run;
    double instructions = run->row.counter[COUNTER_instructions];
    double cycles = run->row.counter[COUNTER_cycles];
    char caption[160], size[40];
    snprintf(caption, sizeof caption, "Hottest blocks at n = %s",
             html_format_size(size, sizeof size, run->row.n));
    html_table(html, caption,
               "Where|#executed|#share of instructions|#share of cycles|#CPI|Bound by");
    for (size_t i = 0; i < run->n_hot && i < REPORT_HOT; i++) {
        const struct store_hot *h = &run->hot[i];
        html_row(html);
        str_add(html, "<th scope=\"row\">");
        html_text(html, h->symbol[0] != '\0' ? h->symbol : "no symbol");
        str_add(html, "<small>");
        html_textf(html, "%s%s0x%llx, %llu instruction%s", h->source,
                   h->source[0] != '\0' ? ", " : "", (unsigned long long)h->pc,
                   (unsigned long long)h->n_insn, h->n_insn == 1 ? "" : "s");
        str_add(html, "</small></th>");
        html_cell_count(html, (double)h->executions);
        html_cell_percent(html, instructions > 0 ? (double)h->instructions / instructions : NAN,
                          3);
        /* A mode that does not tell the cycles of blocks leaves them 0. */
        html_cell_percent(html, cycles > 0 && h->cycles > 0 ? h->cycles / cycles : NAN, 3);
        html_cell_real(html, h->cycles > 0 ? h->cycles / (double)h->instructions : NAN, 3);
        add_bound(html, h);
        html_row_end(html);
    }
    html_table_end(html);
}

static bool has_trace(const struct report_series *s)
{
    for (size_t i = 0; i < s->n_rungs; i++)
        if (s->rung[i].bins != NULL)
            return true;
    return false;
}

static int add_series(struct report *r, const struct report_series *s, size_t index,
                      struct str *html, struct err *err)
{
    bool hot = s->has_top_run && s->top_run.n_hot > 0;
    str_addf(html, "<section id=\"trace-%zu\">\n<h2>", index + 1);
    report_series_link(html, r, s);
    str_add(html, "</h2>\n");
    if (!s->has_cycles)
        html_note(html, "These runs have no cycles.");
    else if (!has_trace(s))
        report_gap(r, html, "The study file has no traces of these runs.");
    str_add(html, "<div class=\"figures\">\n");
    int status = draw_traces(r, s, html, err);
    if (status == 0)
        status = draw_reuse(r, s, html, err);
    str_add(html, "</div>\n");
    if (hot)
        add_hot(html, s);
    str_add(html, "</section>\n");
    return status;
}

int report_page_traces(struct report *r, struct str *html, struct err *err)
{
    r->figures.section = "Traces";
    str_add(html,
            "<p>The first run of the base machine at each rung, from its beginning to its "
            "end: where the curves lie on each other, the rungs do the same at the same part of "
            "their work.</p>\n");
    if (r->n_series > 1) {
        char name[4 * STORE_NAME_SIZE + 16];
        str_add(html, "<nav class=\"here\" aria-label=\"Problems on this page\">\n<ul>\n");
        for (size_t i = 0; i < r->n_series; i++) {
            str_addf(html, "<li><a href=\"#trace-%zu\">", i + 1);
            html_text(html, report_series_name(name, sizeof name, r, &r->series[i]));
            str_add(html, "</a></li>\n");
        }
        str_add(html, "</ul>\n</nav>\n");
    }
    int status = 0;
    for (size_t i = 0; status == 0 && i < r->n_series; i++)
        status = add_series(r, &r->series[i], i, html, err);
    return status;
}
