#include "config.h"

#include "study/forecast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double instructions_per_work = 7;
/* Instructions a second on one core of about 3 GHz. */
static const double mode_speed[TIMING_MODE_MAX] = {[TIMING_MODE_emulation] = 6e8,
                                                   [TIMING_MODE_fast_timing] = 1.1e8,
                                                   [TIMING_MODE_timing] = 6e7,
                                                   [TIMING_MODE_sampled] = 1.4e8};
/* Starting a worker, loading, storing. */
static const double run_seconds = 0.02;
/* The simulator's own: measured 12 to 16 MB beyond the guest's footprint, and some per cent of
 * that for traces of large runs. */
static const double own_memory = 48e6, memory_margin = 1.05;

/* Of another simulator about which nothing is known. */
static const double other_seconds = 1, other_memory = 256e6;

/* What runs of one problem, size and mode took in all.  Of another simulator's runs the units
 * of work stand for instructions, and the mode for nothing. */
struct entry {
    char simulator[STORE_NAME_SIZE], problem[STORE_NAME_SIZE];
    double n, runs, instructions, seconds, peak;
    enum timing_mode mode;
};

struct forecast {
    struct entry *entry;
    size_t n, max;
};

struct forecast *forecast_alloc(void)
{
    return calloc(1, sizeof(struct forecast));
}

void forecast_free(struct forecast *f)
{
    if (f != NULL)
        free(f->entry);
    free(f);
}

/* ---- learning --------------------------------------------------------------------------- */

static struct entry *find_entry(struct forecast *f, const struct store_row *row,
                                enum timing_mode mode)
{
    for (size_t i = f->n; i-- > 0;) /* rows of one rung follow one another */
        if (f->entry[i].n == row->n && f->entry[i].mode == mode &&
            strcmp(f->entry[i].problem, row->problem) == 0 &&
            strcmp(f->entry[i].simulator, row->simulator) == 0)
            return &f->entry[i];
    if (f->n == f->max) {
        size_t max = f->max * 2 + 16;
        struct entry *grown = realloc(f->entry, max * sizeof(*grown));
        if (grown == NULL)
            return NULL;
        f->entry = grown;
        f->max = max;
    }
    struct entry *new = &f->entry[f->n++];
    memset(new, 0, sizeof(*new));
    memcpy(new->simulator, row->simulator, sizeof(new->simulator));
    memcpy(new->problem, row->problem, sizeof(new->problem));
    new->n = row->n;
    new->mode = mode;
    return new;
}

int forecast_learn(struct forecast *f, const struct store_row *row)
{
    enum timing_mode mode = TIMING_MODE_timing;
    bool own = strcmp(row->simulator, "rung") == 0;
    double units = own ? row->instructions_total : row->work > 0 ? row->work : row->n;
    if (strcmp(row->status, "ok") != 0 || (own && timing_mode_parse(row->mode, &mode) != 0) ||
        !(units > 0) || !(row->wall_seconds > 0) || !(row->n > 0))
        return 0;
    struct entry *e = find_entry(f, row, mode);
    if (e == NULL)
        return ERR_NOMEM;
    e->runs++;
    e->instructions += units;
    e->seconds += row->wall_seconds;
    if (row->peak_memory > e->peak)
        e->peak = row->peak_memory;
    return 0;
}

int forecast_learn_store(struct forecast *f, const struct store *store)
{
    int rc = 0;
    for (size_t i = 0; i < store_count(store) && rc == 0; i++)
        rc = forecast_learn(f, store_row(store, i));
    return rc;
}

/* ---- telling ---------------------------------------------------------------------------- */

/* The entry of the problem with the nearest size, by ratio; of any mode or of one. */
static const struct entry *nearest(const struct forecast *f, const struct plan *plan,
                                   const struct plan_run *run, bool any_mode)
{
    const struct entry *best = NULL;
    double least = INFINITY;
    for (size_t i = 0; f != NULL && i < f->n; i++) {
        const struct entry *e = &f->entry[i];
        double distance = fabs(log(e->n / run->n));
        if (strcmp(e->problem, plan->problem[run->problem].name) == 0 &&
            strcmp(e->simulator, plan_simulator(plan, run)) == 0 &&
            (any_mode || e->mode == run->mode) && distance < least) {
            best = e;
            least = distance;
        }
    }
    return best;
}

/* Instructions of the problem at a size, by formula. */
static double formula(const struct plan *plan, const struct plan_run *run)
{
    double instructions = plan_instructions(plan, run), work = plan_work(plan, run);
    if (isfinite(instructions) && instructions > 0)
        return instructions;
    return (isfinite(work) && work > 0 ? work : run->n) * instructions_per_work;
}

static double instructions_of(const struct forecast *f, const struct plan *plan,
                              const struct plan_run *run)
{
    const struct entry *e = nearest(f, plan, run, true);
    if (e == NULL)
        return formula(plan, run);
    double seen = e->instructions / e->runs;
    if (e->n == run->n)
        return seen;
    struct plan_run other = *run;
    other.n = e->n;
    return formula(plan, run) * seen / formula(plan, &other);
}

/* Neither a formula of what it does, nor a run of it. */
static bool is_guessed(const struct forecast *f, const struct plan *plan,
                       const struct plan_run *run)
{
    bool told = run->simulator == PLAN_OWN &&
                (plan_instructions(plan, run) > 0 || plan_work(plan, run) > 0);
    return !told && nearest(f, plan, run, true) == NULL;
}

static double speed_of(const struct forecast *f, const struct plan *plan,
                       const struct plan_run *run)
{
    const struct entry *e = nearest(f, plan, run, false);
    double instructions = 0, seconds = 0;
    if (e != NULL)
        return e->instructions / e->seconds;
    for (size_t i = 0; f != NULL && i < f->n; i++)
        if (f->entry[i].mode == run->mode && strcmp(f->entry[i].simulator, "rung") == 0) {
            instructions += f->entry[i].instructions;
            seconds += f->entry[i].seconds;
        }
    return seconds > 0 ? instructions / seconds : mode_speed[run->mode];
}

static double other_seconds_of(const struct forecast *f, const struct plan *plan,
                               const struct plan_run *run)
{
    const struct entry *e = nearest(f, plan, run, true);
    double work = plan_work(plan, run);
    if (e == NULL)
        return other_seconds;
    return e->seconds / e->instructions * (work > 0 ? work : run->n);
}

double forecast_seconds(const struct forecast *f, const struct plan *plan,
                        const struct plan_run *run)
{
    if (run->simulator != PLAN_OWN)
        return run_seconds + other_seconds_of(f, plan, run);
    return run_seconds + instructions_of(f, plan, run) / speed_of(f, plan, run);
}

static double memory_of(const struct forecast *f, const struct plan *plan,
                        const struct plan_run *run)
{
    double peak = 0, footprint = plan_footprint(plan, run);
    for (size_t i = 0; f != NULL && i < f->n; i++)
        if (f->entry[i].n == run->n && f->entry[i].peak > peak &&
            strcmp(f->entry[i].simulator, plan_simulator(plan, run)) == 0 &&
            strcmp(f->entry[i].problem, plan->problem[run->problem].name) == 0)
            peak = f->entry[i].peak;
    if (peak > 0)
        return memory_margin * peak;
    if (run->simulator != PLAN_OWN)
        return other_memory;
    return own_memory + (footprint > 0 ? memory_margin * footprint : 0);
}

void forecast_plan(const struct forecast *f, struct plan *plan)
{
    for (size_t i = 0; i < plan->n_runs; i++) {
        struct plan_run *run = &plan->run[i];
        run->cost = forecast_seconds(f, plan, run);
        run->memory = memory_of(f, plan, run);
        run->guessed = is_guessed(f, plan, run);
    }
}
