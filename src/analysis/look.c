/* The cycles of a cheaper run, taken to those that the costly mode would count there.
 *
 * The cheaper mode has simulated the size itself: caches, conflicts and all.  What it is off is
 * measured at the rungs that both modes have; a sampled run also knows its own error.  Where
 * the cheaper run was so short that it timed every instruction, its cycles are the costly ones
 * and say nothing of what it is off where it did not. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "stats/dist.h"

/* A scatter from fewer common rungs than these is no better than none: a run that knows its own
 * error keeps that. */
enum { RUNGS_MIN = 2, RUNGS_MIN_OWN = 3 };
/* Common rungs may agree by chance: what a mode is off is known no better than this (a standard
 * deviation, relative). */
static const double off_floor = 0.001;

int analysis_look_rank(const char *mode)
{
    static const char *const modes[] = {"emulation", "fast-timing", "sampled", "timing"};
    for (int i = 0; i < (int)(sizeof modes / sizeof modes[0]); i++)
        if (strcmp(mode, modes[i]) == 0)
            return i;
    return -1;
}

bool analysis_look_belongs(const struct analysis_fit *fit, const struct store_row *row)
{
    const struct analysis_key *k = &fit->key;
    return strcmp(row->status, "ok") == 0 && strcmp(row->simulator, k->simulator) == 0 &&
           strcmp(row->problem, k->problem) == 0 &&
           (strcmp(row->mode, "emulation") == 0 ||
            (strcmp(row->machine, k->machine) == 0 && strcmp(row->variant, k->variant) == 0));
}

/* Means over the runs of a mode at one size. */
struct seen {
    double cycles; /* NaN: none */
    double error;  /* relative half width of 95 %; NaN where no run tells one */
    bool in_full;  /* every instruction was timed */
};

static struct seen see(const struct analysis_fit *fit, const struct analysis_rows *rows,
                       const char *mode, double n)
{
    struct seen s = {0, 0, true};
    double found = 0, error = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct store_row *row = rows->row[i];
        if (row->n != n || strcmp(row->mode, mode) != 0 || !analysis_look_belongs(fit, row))
            continue;
        const double *count = row->counter;
        found++;
        s.cycles += (analysis_metric(row, "cycles") - s.cycles) / found;
        error += (count[COUNTER_cycles_error] - error) / found;
        s.in_full = s.in_full && count[COUNTER_instructions] > 0 &&
                    count[COUNTER_instructions_timed] >= count[COUNTER_instructions];
    }
    s.cycles = found > 0 ? s.cycles : NAN;
    s.error = error > 0 ? error / s.cycles : NAN;
    return s;
}

void analysis_look(struct analysis_fidelity *f, const struct analysis_fit *fit,
                   const struct analysis_rows *rows)
{
    struct seen there = see(fit, rows, f->mode, f->n);
    double mean = 0, squares = 0, half = NAN;
    f->look = (struct analysis_prediction){f->n, NAN, NAN, NAN, NAN, NAN, NAN, 0, false};
    f->looked = there.cycles;
    f->look_off = NAN;
    if (!(there.cycles > 0))
        return;
    for (size_t i = 0; i < fit->n_points && fit->point[i].n < f->n; i++) {
        struct seen s = see(fit, rows, f->mode, fit->point[i].n);
        if (!(s.cycles > 0) || s.in_full)
            continue;
        /* Mean and squares as they grow (Welford 1962). */
        double off = log(fit->point[i].value / s.cycles), before = off - mean;
        mean += before / (double)++f->look_rungs;
        squares += before * (off - mean);
    }
    double m = (double)f->look_rungs, z = stats_normal_quantile(0.5 + fit->level / 2);
    double own = there.error * z / stats_normal_quantile(0.975);
    f->look_off = f->look_rungs > 0 ? exp(-mean) - 1 : NAN;
    if (there.in_full) {
        mean = half = 0;
    } else if (f->look_rungs >= (isnan(own) ? RUNGS_MIN : RUNGS_MIN_OWN)) {
        half = stats_t_quantile(0.5 + fit->level / 2, m - 1) *
               sqrt(squares / (m - 1) * (1 + 1 / m));
        half = hypot(half, isnan(own) ? z * off_floor : own);
    } else if (!isnan(own)) {
        mean = 0;
        half = own;
    }
    f->look.value = there.cycles * exp(mean);
    f->look.se = f->look.value * half / z;
    f->look.ci_lower = f->look.pi_lower = f->look.value * exp(-half);
    f->look.ci_upper = f->look.pi_upper = f->look.value * exp(half);
}

/* Is a series, too short for laws of its own, a look at the top of another one, or above? */
static bool looks_for(const struct analysis_fit *fit, const struct analysis_fit *costly)
{
    const struct analysis_key *a = &fit->key, *b = &costly->key;
    return costly->valid && fit->n_points > 0 &&
           analysis_look_rank(a->mode) < analysis_look_rank(b->mode) &&
           fit->point[fit->n_points - 1].n >= costly->point[costly->n_points - 1].n &&
           strcmp(a->simulator, b->simulator) == 0 && strcmp(a->problem, b->problem) == 0 &&
           strcmp(a->machine, b->machine) == 0 && strcmp(a->variant, b->variant) == 0;
}

void analysis_look_mark(struct analysis_fits *fits)
{
    for (size_t i = 0; i < fits->count; i++) {
        struct analysis_fit *fit = fits->fit + i;
        for (size_t j = 0; j < fits->count && !fit->valid && !fit->look; j++)
            fit->look = looks_for(fit, fits->fit + j);
        if (fit->look)
            analysis_unwarn(&fit->warnings, "too-few-rungs");
    }
}
