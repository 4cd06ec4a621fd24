#include "config.h"

#include <math.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "analysis/growth.h"

static const double differs = 0.01;      /* of CPI: less is no growth */
static const double worth_naming = 0.1;  /* of what differs */

/* CPI's parts in a run of the series at n; not found where none has a CPI stack. */
static int read_stack(const struct analysis_rows *rows, const struct analysis_fit *fit, double n,
                      double part[CPI_PART_MAX], bool *found, struct err *err)
{
    *found = false;
    for (size_t i = 0; i < rows->count; i++) {
        const struct store_row *r = rows->row[i];
        struct store_run run;
        double instructions = r->counter[COUNTER_instructions];
        if (r->n != n || !(instructions > 0) || strcmp(r->mode, fit->key.mode) != 0 ||
            !analysis_look_belongs(fit, r))
            continue;
        int status = store_read_run(rows->store, r->id, &run, err);
        for (int p = 0; status == 0 && p < CPI_PART_MAX; p++) {
            part[p] = (double)run.cpi_stack[p] / instructions;
            *found |= run.cpi_stack[p] > 0;
        }
        store_run_release(&run);
        return status;
    }
    return 0;
}

int analysis_growth_find(struct analysis_growth *g, const struct analysis_rows *rows,
                         const struct analysis_fit *fit, struct err *err)
{
    double from[CPI_PART_MAX], to[CPI_PART_MAX];
    bool found_from = false, found_to = false;
    *g = (struct analysis_growth){0};
    if (rows->store == NULL || fit->n_points < 2)
        return 0;
    g->from = fit->point[0].n;
    g->to = fit->point[fit->n_points - 1].n;
    int status = read_stack(rows, fit, g->from, from, &found_from, err);
    if (status == 0)
        status = read_stack(rows, fit, g->to, to, &found_to, err);
    for (int p = 0; found_from && found_to && p < CPI_PART_MAX; p++) {
        g->cpi_from += from[p];
        g->cpi_to += to[p];
        g->part[p] = to[p] - from[p];
    }
    g->known = fabs(g->cpi_to - g->cpi_from) > differs * g->cpi_from;
    return status;
}

/* The parts that go the way that CPI goes. */
static double along(const struct analysis_growth *g, int part)
{
    return g->cpi_to > g->cpi_from ? fmax(g->part[part], 0) : fmax(-g->part[part], 0);
}

static double sum_along(const struct analysis_growth *g)
{
    double sum = 0;
    for (int p = 0; p < CPI_PART_MAX; p++)
        sum += along(g, p);
    return sum;
}

bool analysis_growth_is_memory(const struct analysis_growth *g)
{
    static const enum cpi_part memory[] = {CPI_l1,   CPI_l2,  CPI_slc,
                                           CPI_dram, CPI_tlb, CPI_store};
    double sum = 0;
    for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++)
        sum += fabs(g->part[memory[i]]);
    return sum > worth_naming * sum_along(g);
}

void analysis_growth_text(const struct analysis_growth *g, char text[GROWTH_TEXT])
{
    double all = sum_along(g);
    int most = 0, next = -1;
    text[0] = '\0';
    if (!g->known)
        return;
    for (int p = 1; p < CPI_PART_MAX; p++)
        if (along(g, p) > along(g, most))
            most = p;
    for (int p = 0; p < CPI_PART_MAX; p++)
        if (p != most && (next < 0 || along(g, p) > along(g, next)))
            next = p;
    char more[64] = "";
    if (along(g, next) > worth_naming * all)
        analysis_format(more, sizeof more, ", and '%s' %.0f %%",
                        cpi_part_name((enum cpi_part)next), 100 * along(g, next) / all);
    analysis_format(text, GROWTH_TEXT,
                    "CPI goes from %.3g at n = %g to %.3g at n = %g, and '%s' is %.0f %% of that%s",
                    g->cpi_from, g->from, g->cpi_to, g->to, cpi_part_name((enum cpi_part)most),
                    100 * along(g, most) / all, more);
}
