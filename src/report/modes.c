/* The base machine in several modes: how far each is from the detailed one. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

static const char detailed[] = "timing"; /* what the other modes are measured against */

bool report_is_detailed(const struct report_series *s)
{
    return strcmp(s->mode, detailed) == 0;
}

/* A mode's errors against the detailed one, over the rungs that both have. */
struct mode_errors {
    const struct report_series *setting;
    double *error; /* absolute, ascending once sorted */
    size_t n, bounded, covered; /* runs with an interval; those that hold the truth */
    double worst, worst_n;      /* signed */
    const struct report_series *worst_series;
    double faster; /* sum of log ratios of speed */
    size_t n_faster;
};

static const struct report_series *detailed_twin(const struct report *r,
                                                 const struct report_series *s)
{
    for (size_t i = 0; i < r->n_series; i++) {
        const struct report_series *t = &r->series[i];
        if (report_is_detailed(t) && strcmp(t->simulator, s->simulator) == 0 &&
            strcmp(t->problem, s->problem) == 0 && strcmp(t->machine, s->machine) == 0)
            return t;
    }
    return NULL;
}

/* Intervals are those of each run of the rung, over its own error. */
static void count_covered(struct mode_errors *m, const struct report_series *s,
                          const struct report_rung *truth)
{
    for (size_t i = 0; i < s->n_rows; i++) {
        const struct store_row *row = s->row[i];
        double half = row->counter[COUNTER_cycles_error];
        if (row->n != truth->n || !report_is_base(row) || !report_is_ok(row) || !(half > 0))
            continue;
        m->bounded++;
        m->covered += fabs(row->counter[COUNTER_cycles] - truth->cycles) <= half;
    }
}

static void add_errors(struct mode_errors *m, const struct report_series *s,
                       const struct report_series *truth)
{
    for (size_t i = 0; i < s->n_rungs; i++) {
        const struct report_rung *rung = &s->rung[i], *twin = report_rung_at(truth, rung->n);
        double error = twin != NULL ? rung->cpi / twin->cpi - 1 : NAN;
        if (!isfinite(error))
            continue;
        m->error[m->n++] = fabs(error);
        if (m->worst_series == NULL || fabs(error) > fabs(m->worst)) {
            m->worst = error;
            m->worst_n = rung->n;
            m->worst_series = s;
        }
        double ratio = rung->instructions_per_second / twin->instructions_per_second;
        if (isfinite(ratio) && ratio > 0) {
            m->faster += log(ratio);
            m->n_faster++;
        }
        count_covered(m, s, twin);
    }
}

static int compare_errors(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double median(double *value, size_t n)
{
    qsort(value, n, sizeof *value, compare_errors);
    return n == 0 ? NAN : n % 2 ? value[n / 2] : (value[n / 2 - 1] + value[n / 2]) / 2;
}

static void add_mode(struct report *r, struct str *html, struct mode_errors *m)
{
    char setting[4 * STORE_NAME_SIZE + 16], size[40];
    html_row(html);
    html_head_cell(html, r->one_machine && r->one_simulator
                             ? m->setting->mode
                             : report_setting_name(setting, sizeof setting, m->setting));
    html_cell_count(html, (double)m->n);
    html_cell_percent(html, median(m->error, m->n), 2);
    html_cell_percent(html, m->worst, 3);
    str_add(html, "<td>");
    html_textf(html, "%s at n = %s", m->worst_series->problem,
               html_format_size(size, sizeof size, m->worst_n));
    str_add(html, "</td>");
    if (m->bounded > 0) {
        str_add(html, "<td class=\"number\">");
        html_textf(html, "%zu of %zu", m->covered, m->bounded);
        str_add(html, "</td>");
    } else {
        html_cell_real(html, NAN, 3);
    }
    html_cell_real(html, m->n_faster > 0 ? exp(m->faster / (double)m->n_faster) : NAN, 3);
    html_row_end(html);
}

int report_modes(struct report *r, struct str *html, struct err *err)
{
    size_t rungs = 0, shown = 0;
    for (size_t i = 0; i < r->n_series; i++)
        rungs += r->series[i].n_rungs;
    double *error = calloc(rungs + 1, sizeof *error);
    if (error == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    for (size_t i = 0; i < r->n_series; i++) {
        const struct report_series *s = &r->series[i];
        struct mode_errors m = {.setting = s, .error = error};
        bool seen = report_is_detailed(s) || !s->has_cycles;
        for (size_t j = 0; j < i && !seen; j++)
            seen = r->series[j].has_cycles && report_same_setting(&r->series[j], s);
        for (size_t j = i; j < r->n_series && !seen; j++) {
            const struct report_series *truth = detailed_twin(r, &r->series[j]);
            if (report_same_setting(&r->series[j], s) && truth != NULL)
                add_errors(&m, &r->series[j], truth);
        }
        if (m.n == 0)
            continue;
        if (shown++ == 0) {
            str_add(html, "<h2>Modes</h2>\n");
            html_table(html, "CPI of the base machine against that of timing, over all "
                             "rungs that both modes have",
                       "Mode|#rungs|#median error|#worst error|Where|#interval holds it|#times "
                       "as fast");
        }
        add_mode(r, html, &m);
    }
    if (shown > 0)
        html_table_end(html);
    free(error);
    return 0;
}
