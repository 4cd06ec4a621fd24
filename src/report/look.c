/* What a report takes from single runs: stacks, traces, hot blocks; and where a footprint
 * outgrows the caches. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/expr.h"
#include "base/hash.h"
#include "base/units.h"

enum { TRACE_ROWS_MIN = 4 };

/* A cumulative counter at `share` of the run, between rows of the trace on a straight line. */
static double counter_at(const struct store_run *run, double instructions, enum counter c,
                         size_t *row)
{
    double x0 = 0, y0 = 0;
    while (*row < run->n_trace &&
           (double)run->trace[*row * COUNTER_MAX + COUNTER_instructions] < instructions)
        ++*row;
    if (*row > 0) {
        x0 = (double)run->trace[(*row - 1) * COUNTER_MAX + COUNTER_instructions];
        y0 = (double)run->trace[(*row - 1) * COUNTER_MAX + c];
    }
    if (*row == run->n_trace)
        return y0;
    double x1 = (double)run->trace[*row * COUNTER_MAX + COUNTER_instructions];
    double y1 = (double)run->trace[*row * COUNTER_MAX + c];
    return x1 > x0 ? y0 + (y1 - y0) * (instructions - x0) / (x1 - x0) : y1;
}

static void fill_bins(double *bins, const struct store_run *run, enum counter c)
{
    const uint64_t *last = run->trace + (run->n_trace - 1) * COUNTER_MAX;
    double total = (double)last[COUNTER_instructions], before = 0;
    size_t row = 0;
    for (int i = 0; i < REPORT_BINS; i++) {
        double now = counter_at(run, total * (i + 1) / REPORT_BINS, c, &row);
        bins[i] = (now - before) / (total / REPORT_BINS);
        before = now;
    }
}

/* The trace in equal parts of the run's instructions.  Finer parts than the trace has would
 * only repeat its rows, which does no harm. */
static struct report_bins *make_bins(const struct store_run *run)
{
    if (run->n_trace < TRACE_ROWS_MIN)
        return NULL;
    const uint64_t *last = run->trace + (run->n_trace - 1) * COUNTER_MAX;
    struct report_bins *bins =
        last[COUNTER_instructions] > 0 ? calloc(1, sizeof *bins) : NULL;
    if (bins == NULL)
        return NULL;
    fill_bins(bins->cpi, run, COUNTER_cycles);
    fill_bins(bins->misses, run, COUNTER_l1d_misses);
    return bins;
}

/* From 1 KiB to 1 GiB, evenly on a logarithmic axis. */
double report_curve_size(size_t i)
{
    return 1024 * exp2(20.0 * (double)i / (REPORT_CURVE - 1));
}

static double *make_curve(const struct store_run *run)
{
    double *curve = run->reuse.accesses > 0 ? calloc(REPORT_CURVE, sizeof *curve) : NULL;
    for (size_t i = 0; curve != NULL && i < REPORT_CURVE; i++)
        curve[i] =
            distance_misses(&run->reuse, (uint64_t)(report_curve_size(i) / DISTANCE_LINE));
    return curve;
}

void report_look(struct report *r, struct report_series *s, struct report_rung *rung,
                 const struct store_row *row)
{
    struct store_run run;
    struct err err = {0};
    memset(&run, 0, sizeof run);
    if (store_read_run(r->store, row->id, &run, &err) != 0) {
        /* An imported study may have a summary and no runs: the page says so. */
        if (s->gap[0] == '\0')
            snprintf(s->gap, sizeof s->gap, "%.250s", err.text);
        store_run_release(&run);
        return;
    }
    double total = 0, instructions = row->counter[COUNTER_instructions];
    for (int p = 0; p < CPI_PART_MAX; p++)
        total += (double)run.cpi_stack[p];
    rung->has_stack = total > 0 && instructions > 0;
    for (int p = 0; p < CPI_PART_MAX; p++)
        rung->stack[p] = rung->has_stack ? (double)run.cpi_stack[p] / instructions : NAN;
    if (isfinite(rung->cycles))
        rung->bins = make_bins(&run);
    rung->curve = make_curve(&run);
    if (s->elf_hash[0] == '\0')
        memcpy(s->elf_hash, run.elf_hash, sizeof s->elf_hash);
    if (s->machine_text == NULL && run.machine_text != NULL && run.machine_text[0] != '\0') {
        s->machine_text = strdup(run.machine_text);
        hash_bytes(run.machine_text, strlen(run.machine_text), s->machine_hash);
    }
    if (s->has_top_run)
        store_run_release(&s->top_run);
    s->top_run = run;
    s->has_top_run = true;
}

static const struct expr *footprint_formula(const struct report *r,
                                            const struct report_series *s)
{
    const struct analysis_physics *physics = r->options->analysis.physics;
    for (size_t i = 0; physics != NULL && i < physics->n_problems; i++)
        if (physics->problem[i].name != NULL &&
            strcmp(physics->problem[i].name, s->problem) == 0)
            return physics->problem[i].footprint;
    return NULL;
}

/* The footprint at n: the problem's formula, else a power of n between the rungs' own. */
static double footprint_at(const struct report_series *s, const struct expr *formula, double n)
{
    if (formula != NULL)
        return expr_value(formula, n);
    for (size_t i = 0; i + 1 < s->n_rungs; i++) {
        const struct report_rung *a = &s->rung[i], *b = &s->rung[i + 1];
        if (n >= a->n && n <= b->n && a->footprint > 0 && b->footprint > 0)
            return a->footprint *
                   pow(n / a->n, log(b->footprint / a->footprint) / log(b->n / a->n));
    }
    return NAN;
}

/* Bisection: footprints grow with n. */
static double crossing(const struct report_series *s, const struct expr *formula, double size)
{
    double low = s->rung[0].n, high = s->rung[s->n_rungs - 1].n;
    if (!(footprint_at(s, formula, low) <= size) || !(footprint_at(s, formula, high) > size))
        return NAN;
    for (int i = 0; i < 60; i++) {
        double n = sqrt(low * high);
        *(footprint_at(s, formula, n) <= size ? &low : &high) = n;
    }
    return low;
}

/* The first whole number above the crossing whose footprint does not fit; the crossing itself has
 * the error of its last bit. */
static double first_beyond(const struct report_series *s, const struct expr *formula,
                           double size, double n)
{
    double at = fmax(1, floor(n));
    while (!(footprint_at(s, formula, at) > size) && at < n + 2)
        at++;
    return at;
}

void report_find_crossings(const struct report *r, struct report_series *s)
{
    const struct analysis_physics *physics = r->options->analysis.physics;
    for (size_t i = 0; physics != NULL && i < physics->n_machines; i++) {
        const struct analysis_machine *m = &physics->machine[i];
        if (strcmp(m->name, s->machine) == 0 &&
            (m->variant[0] == '\0' || strcmp(m->variant, "base") == 0))
            s->caches = m;
    }
    if (s->caches == NULL || s->n_rungs == 0)
        return;
    const struct expr *formula = footprint_formula(r, s);
    for (size_t i = 0; i < s->caches->n_caches; i++) {
        const struct machine_cache *c = &s->caches->cache[i];
        double n = crossing(s, formula, (double)c->size);
        if (isnan(n))
            continue;
        struct report_crossing *x = &s->crossing[s->n_crossings++];
        char size[40];
        *x = (struct report_crossing){.n = n,
                                      .first = first_beyond(s, formula, (double)c->size, n),
                                      .cache = c->name, .size = (double)c->size};
        snprintf(x->text, sizeof x->text, "%s %s", c->name,
                 units_format_bytes(size, sizeof size, c->size));
    }
}
