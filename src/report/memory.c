/* Figures of what memory and predictor do over the rungs. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/html.h"

/* On a linear axis, a level that misses this much less than another would lie on the axis. */
static const double linear_span = 20;

void report_crossings_variables(struct report *r, const struct report_series *s)
{
    const char *name[ANALYSIS_CACHES_MAX];
    double n[ANALYSIS_CACHES_MAX];
    for (size_t i = 0; i < s->n_crossings; i++) {
        name[i] = s->crossing[i].text;
        n[i] = s->crossing[i].n;
    }
    figure_real(&r->figures, "caches", (double)s->n_crossings);
    figure_reals(&r->figures, "cache_n", n, s->n_crossings);
    figure_array(&r->figures, "cache_name", name, s->n_crossings);
}

static bool is_used(const struct report_series *s, size_t level)
{
    for (size_t i = 0; i < s->n_rungs; i++)
        if (s->rung[i].misses[level] > 0)
            return true;
    return false;
}

int report_memory_figures(struct report *r, const struct report_series *s, struct str *html,
                          struct err *err)
{
    static const char *const titles[REPORT_LEVELS] = {"L1D misses", "L2 misses",
                                                      "system cache misses", "mispredictions",
                                                      "L1D prefetches", "L2 prefetches"};
    const char *column[REPORT_LEVELS], *title[REPORT_LEVELS];
    double least = INFINITY, most = 0;
    size_t n = 0, used[REPORT_LEVELS];
    struct tsv t;
    char name[REPORT_TABLE_NAME_SIZE];
    struct str columns;
    str_init(&columns);
    str_add(&columns, "n");
    for (size_t k = 0; k < REPORT_LEVELS; k++)
        if (is_used(s, k)) {
            used[n] = k;
            column[n] = report_level_name(k);
            title[n++] = titles[k];
            str_addf(&columns, " %s", report_level_name(k));
        }
    tsv_init(&t, columns.data);
    str_release(&columns);
    if (n == 0) {
        tsv_release(&t);
        return 0;
    }
    for (size_t i = 0; i < s->n_rungs; i++) {
        tsv_real(&t, s->rung[i].n);
        for (size_t k = 0; k < n; k++) {
            double value = 1000 * s->rung[i].misses[used[k]];
            if (value > 0) {
                least = fmin(least, value);
                most = fmax(most, value);
            }
            tsv_real(&t, value);
        }
        tsv_end_row(&t);
    }
    int status = report_figure_table(r, s->slug, "misses", s->title, &t, "misses", name, err);
    if (status != 0)
        return status;
    figure_array(&r->figures, "levels", column, n);
    figure_array(&r->figures, "titles", title, n);
    figure_real(&r->figures, "logarithmic", most > linear_span * least);
    report_crossings_variables(r, s);
    struct str alt;
    str_init(&alt);
    str_addf(&alt,
             "Line chart: misses and prefetched lines per thousand instructions at each rung for %s. "
             "The table of rungs has the numbers.",
             s->title);
    figure_end(&r->figures, html, alt.data,
               s->n_crossings > 0 ? "Misses and prefetched lines by level. Dashed lines: where the "
                                    "footprint outgrows a cache."
                                  : "Misses and prefetched lines by level.",
               name);
    str_release(&alt);
    return 0;
}
