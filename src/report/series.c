/* The figures of one series of runs, and the tables that they are drawn from. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

enum { GRID_POINTS = 81 };

/* What is drawn against n: cycles over work where every rung's work is known. */
struct measure {
    bool per_work;
    const char *unit;
};

static struct measure choose_measure(const struct report_series *s)
{
    bool known = true;
    for (size_t i = 0; i < s->n_rungs; i++)
        if (isfinite(s->rung[i].cycles) && !(s->rung[i].work > 0))
            known = false;
    return (struct measure){known, known ? "cycles per unit of work" : "cycles"};
}

/* Work at n: between two rungs, and beyond the outer ones, a power of n through the nearest
 * two, which is exact for the usual formula with one term. */
static double work_at(const struct report_series *s, double n)
{
    const struct report_rung *a = NULL, *b = NULL;
    for (size_t i = 0; i < s->n_rungs; i++) {
        if (!(s->rung[i].work > 0))
            continue;
        if (s->rung[i].n == n)
            return s->rung[i].work;
        if (b != NULL && b->n > n)
            break;
        a = b;
        b = &s->rung[i];
    }
    if (a == NULL)
        return NAN;
    double power = log(b->work / a->work) / log(b->n / a->n);
    return a->work * pow(n / a->n, power);
}

static double divisor(const struct report_series *s, const struct measure *m, double n)
{
    return m->per_work ? work_at(s, n) : 1;
}

/* The fit that the page shows: made without the largest rung where the number of rungs
 * allows it, because only that one can be held against something. */
static const struct analysis_fit *shown_fit(const struct report_series *s)
{
    if (s->fit == NULL)
        return NULL;
    if (s->fit->held_out.valid && s->fit->without_top != NULL)
        return s->fit->without_top;
    return s->fit->valid ? s->fit : NULL;
}

static bool is_held_out(const struct report_series *s, double n)
{
    return s->fit != NULL && s->fit->held_out.valid && s->fit->held_out.prediction.n == n;
}

int report_write_table(struct report *r, struct tsv *t, const char *name, struct err *err)
{
    str_addf(&r->files, "data/%s\n", name);
    int status = tsv_write(t, r->data_directory, name, err);
    tsv_release(t);
    return status;
}

void report_table_name(const struct report *r, char *name, const char *suffix)
{
    snprintf(name, REPORT_TABLE_NAME_SIZE, "%s%s.tsv",
             r->figures.figure[r->figures.count - 1].name, suffix);
}

void report_table_variable(struct report *r, const char *variable, const char *name)
{
    char path[REPORT_TABLE_NAME_SIZE + 8];
    snprintf(path, sizeof path, "data/%s", name);
    figure_text(&r->figures, variable, path);
}

int report_figure_table(struct report *r, const char *slug, const char *kind,
                        const char *heading, struct tsv *t, const char *variable, char *name,
                        struct err *err)
{
    int status = figure_begin(&r->figures, slug, kind, heading, FIGURE_HEIGHT, err);
    if (status != 0) {
        tsv_release(t);
        return status;
    }
    report_table_name(r, name, "");
    status = report_write_table(r, t, name, err);
    if (status == 0)
        report_table_variable(r, variable, name);
    return status;
}

static int runs_table(struct report *r, const struct report_series *s,
                      const struct measure *m, const char *name, struct err *err)
{
    struct tsv t;
    tsv_init(&t, "n base held_out seed cycles instructions cpi value run variant");
    for (size_t i = 0; i < s->n_rows; i++) {
        const struct store_row *row = s->row[i];
        /* Tables from elsewhere may have cycles alone. */
        if (!report_is_ok(row) || !isfinite(row->counter[COUNTER_cycles]) ||
            !(row->counter[COUNTER_cycles] > 0))
            continue;
        tsv_real(&t, row->n);
        tsv_real(&t, report_is_base(row));
        tsv_real(&t, is_held_out(s, row->n));
        tsv_real(&t, (double)row->seed);
        tsv_real(&t, row->counter[COUNTER_cycles]);
        tsv_real(&t, row->counter[COUNTER_instructions]);
        tsv_real(&t, report_cpi(row));
        tsv_real(&t, row->counter[COUNTER_cycles] / divisor(s, m, row->n));
        tsv_text(&t, row->id);
        tsv_text(&t, row->variant);
        tsv_end_row(&t);
    }
    return report_write_table(r, &t, name, err);
}

static int fit_table(struct report *r, const struct report_series *s,
                     const struct measure *m, const struct analysis_fit *fit, const char *name,
                     struct err *err)
{
    double low = s->rung[0].n, high = s->rung[s->n_rungs - 1].n;
    struct tsv t;
    tsv_init(&t, "n estimate ci_lower ci_upper pi_lower pi_upper");
    for (int i = 0; i < GRID_POINTS; i++) {
        double n =
            i == GRID_POINTS - 1 ? high : low * pow(high / low, (double)i / (GRID_POINTS - 1));
        struct analysis_prediction p;
        analysis_fit_predict(fit, n, &p);
        double d = divisor(s, m, n);
        const double value[] = {p.value, p.ci_lower, p.ci_upper, p.pi_lower, p.pi_upper};
        tsv_real(&t, n);
        for (size_t k = 0; k < sizeof value / sizeof value[0]; k++)
            tsv_real(&t, value[k] / d);
        tsv_end_row(&t);
    }
    return report_write_table(r, &t, name, err);
}

static void add_rungs(struct str *alt, const struct report_series *s, bool cpi)
{
    bool first = true;
    for (size_t i = 0; i < s->n_rungs; i++) {
        double value = cpi ? s->rung[i].cpi : s->rung[i].cycles;
        char text[64], size[40];
        if (!isfinite(value))
            continue;
        str_addf(alt, "%s%s at %s", first ? "" : ", ",
                 cpi ? html_format_real(text, sizeof text, value, 4)
                     : html_format_count(text, sizeof text, value),
                 html_format_size(size, sizeof size, s->rung[i].n));
        first = false;
    }
    str_add(alt, ".");
}

/* Leaves the names of its tables in the series, for other figures use them too. */
static int draw_ladder(struct report *r, struct report_series *s, struct str *html,
                       struct err *err)
{
    char *runs = s->runs_table, *curve = s->fit_table;
    struct measure m = choose_measure(s);
    const struct analysis_fit *fit = shown_fit(s);
    int status = figure_begin(&r->figures, s->slug, "ladder", s->title, FIGURE_HEIGHT, err);
    if (status != 0)
        return status;
    report_table_name(r, runs, "");
    if ((status = runs_table(r, s, &m, runs, err)) != 0)
        return status;
    report_table_variable(r, "runs", runs);
    bool with_fit = fit != NULL && s->n_rungs > 1;
    if (with_fit) {
        report_table_name(r, curve, "-fit");
        if ((status = fit_table(r, s, &m, fit, curve, err)) != 0)
            return status;
        report_table_variable(r, "fit", curve);
    } else {
        figure_text(&r->figures, "fit", "");
    }
    figure_text(&r->figures, "unit", m.unit);
    figure_real(&r->figures, "logarithmic", !m.per_work);
    bool held_out = with_fit && fit != s->fit;
    figure_real(&r->figures, "held_out", held_out);
    report_crossings_variables(r, s);
    struct str alt;
    str_init(&alt);
    str_addf(&alt, "Line chart: %s against n for %s. Simulated cycles: ", m.unit, s->title);
    add_rungs(&alt, s, false);
    figure_end(&r->figures, html, alt.data,
               !with_fit ? "Cost over the rungs; there are too few for a fit."
               : held_out
                   ? "Cost over the rungs. The fit knows nothing of the rung held out; it "
                     "is an average over models, and so are its bands."
                   : "Cost over the rungs, with the average over the fitted models and "
                     "its bands.",
               runs);
    str_release(&alt);
    return 0;
}

static int draw_cpi(struct report *r, const struct report_series *s, struct str *html,
                    struct err *err)
{
    const char *runs = s->runs_table;
    char means[REPORT_TABLE_NAME_SIZE];
    struct tsv t;
    bool any = false;
    for (size_t i = 0; i < s->n_rungs; i++)
        any = any || isfinite(s->rung[i].cpi);
    if (!any) {
        report_gap(r, html, "The study file has no instructions of these runs: there are no cycles "
                            "per instruction to draw.");
        return 0;
    }
    int status = figure_begin(&r->figures, s->slug, "cpi", s->title, FIGURE_HEIGHT, err);
    if (status != 0)
        return status;
    report_table_name(r, means, "-means");
    tsv_init(&t, "n cpi replicates");
    for (size_t i = 0; i < s->n_rungs; i++) {
        tsv_real(&t, s->rung[i].n);
        tsv_real(&t, s->rung[i].cpi);
        tsv_real(&t, (double)s->rung[i].replicates);
        tsv_end_row(&t);
    }
    if ((status = report_write_table(r, &t, means, err)) != 0)
        return status;
    report_table_variable(r, "runs", runs);
    report_table_variable(r, "means", means);
    figure_real(&r->figures, "variants", s->n_variants > 0);
    report_crossings_variables(r, s);
    struct str alt;
    str_init(&alt);
    str_addf(&alt,
             "Line chart: cycles per instruction against n for %s. Base machine: ", s->title);
    add_rungs(&alt, s, true);
    figure_end(&r->figures, html, alt.data,
               s->n_variants > 0
                   ? "Cycles per instruction; crosses are variants of the machine."
                   : "Cycles per instruction; the study has no variants of the machine.",
               runs);
    str_release(&alt);
    return 0;
}

static int draw_error(struct report *r, const struct report_series *s, struct str *html,
                      struct err *err)
{
    const struct analysis_fit *fit = shown_fit(s);
    if (fit == NULL)
        return 0;
    const struct analysis_held_out *h = &s->fit->held_out;
    char name[REPORT_TABLE_NAME_SIZE], error[80], size[40];
    struct tsv t;
    int status = figure_begin(&r->figures, s->slug, "error", s->title, FIGURE_HEIGHT, err);
    if (status != 0)
        return status;
    report_table_name(r, name, "");
    tsv_init(&t, "n held_out error error_lower error_upper predicted simulated");
    for (size_t i = 0; i < fit->n_points; i++) {
        const struct analysis_point *p = &fit->point[i];
        if (h->valid && p->n == h->prediction.n)
            continue;
        const double row[] = {p->n, 0, p->fitted / p->value - 1, NAN, NAN, p->fitted, p->value};
        for (size_t k = 0; k < sizeof row / sizeof row[0]; k++)
            tsv_real(&t, row[k]);
        tsv_end_row(&t);
    }
    if (h->valid) {
        const double row[] = {
            h->prediction.n,     1,          h->error, h->error_lower, h->error_upper,
            h->prediction.value, h->observed};
        for (size_t k = 0; k < sizeof row / sizeof row[0]; k++)
            tsv_real(&t, row[k]);
        tsv_end_row(&t);
    }
    if ((status = report_write_table(r, &t, name, err)) != 0)
        return status;
    report_table_variable(r, "errors", name);
    double tolerance = r->options->thresholds.error;
    figure_real(&r->figures, "tolerance", tolerance > 0 ? tolerance : 0);
    figure_real(&r->figures, "held_out", h->valid);
    struct str alt;
    str_init(&alt);
    str_addf(&alt, "Point chart: relative error of the fit over the rungs for %s.", s->title);
    if (h->valid)
        str_addf(&alt, " At the held-out rung, n = %s: %s.",
                 html_format_size(size, sizeof size, h->prediction.n),
                 html_format_percent(error, sizeof error, h->error, 3));
    figure_end(&r->figures, html, alt.data,
               h->valid
                   ? "Error of the fit. Only the rung held out is a test of it; the others "
                     "are what it was made from."
                   : "Error of the fit at the rungs that it was made from. Too few rungs to "
                     "hold one out.",
               name);
    str_release(&alt);
    return 0;
}

static int draw_stack(struct report *r, const struct report_series *s, struct str *html,
                      struct err *err)
{
    bool used[CPI_PART_MAX] = {false};
    const char *parts[CPI_PART_MAX];
    size_t n_parts = 0;
    for (size_t i = 0; i < s->n_rungs; i++)
        for (int p = 0; s->rung[i].has_stack && p < CPI_PART_MAX; p++)
            used[p] = used[p] || s->rung[i].stack[p] > 0;
    struct str columns;
    str_init(&columns);
    str_add(&columns, "n");
    for (int p = 0; p < CPI_PART_MAX; p++)
        if (used[p]) {
            parts[n_parts++] = cpi_part_name((enum cpi_part)p);
            str_addf(&columns, " %s", parts[n_parts - 1]);
        }
    if (n_parts == 0) {
        str_release(&columns);
        return 0;
    }
    char name[REPORT_TABLE_NAME_SIZE];
    struct tsv t;
    tsv_init(&t, columns.data);
    str_release(&columns);
    for (size_t i = 0; i < s->n_rungs; i++) {
        if (!s->rung[i].has_stack)
            continue;
        tsv_real(&t, s->rung[i].n);
        for (int p = 0; p < CPI_PART_MAX; p++)
            if (used[p])
                tsv_real(&t, s->rung[i].stack[p]);
        tsv_end_row(&t);
    }
    int status = report_figure_table(r, s->slug, "stack", s->title, &t, "stack", name, err);
    if (status != 0)
        return status;
    figure_array(&r->figures, "parts", parts, n_parts);
    struct str alt;
    str_init(&alt);
    str_addf(&alt,
             "Stacked bars: cycles per instruction by cause at each rung for %s. The table of "
             "stacks has the numbers.",
             s->title);
    figure_end(&r->figures, html, alt.data, "Where the cycles of an instruction went.", name);
    str_release(&alt);
    return 0;
}

int report_thumb(struct report *r, const struct report_series *s, struct str *html,
                 struct err *err)
{
    enum { WIDTH = 230, HEIGHT = 140 };
    const struct analysis_fit *fit = shown_fit(s);
    int status = figure_begin(&r->figures, s->slug, "thumb", "", HEIGHT, err);
    if (status != 0)
        return status;
    figure_last(&r->figures)->width = WIDTH;
    report_table_variable(r, "runs", s->runs_table);
    if (s->fit_table[0] != '\0')
        report_table_variable(r, "fit", s->fit_table);
    else
        figure_text(&r->figures, "fit", "");
    figure_real(&r->figures, "logarithmic", !choose_measure(s).per_work);
    figure_real(&r->figures, "held_out", s->fit_table[0] != '\0' && fit != s->fit);
    struct str alt;
    str_init(&alt);
    str_addf(&alt, "Small line chart: cost over the rungs for %s.", s->title);
    figure_end_small(&r->figures, html, alt.data);
    str_release(&alt);
    return 0;
}

int report_series_figures(struct report *r, struct report_series *s, struct str *html,
                          struct err *err)
{
    if (!s->has_cycles)
        return 0;
    int status;
    r->figures.section = s->title;
    str_add(html, "<div class=\"figures\">\n");
    if ((status = draw_ladder(r, s, html, err)) != 0 ||
        (status = draw_cpi(r, s, html, err)) != 0 ||
        (status = draw_error(r, s, html, err)) != 0 ||
        (status = draw_stack(r, s, html, err)) != 0 ||
        (status = report_memory_figures(r, s, html, err)) != 0)
        return status;
    str_add(html, "</div>\n");
    return 0;
}
