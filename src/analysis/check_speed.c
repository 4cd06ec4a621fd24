/* Checks of time: "velocity" of the ladder, "speed" against a baseline; and "counters", which
 * must not change where nothing did. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/checks_priv.h"
#include "analysis/plan.h"
#include "stats/adjust.h"
#include "stats/boot.h"
#include "stats/dist.h"

/* ---- velocity ---- */

struct cost {
    double small, all;
};

/* Seconds of a climb below which the ticks of a clock, and not the rungs, make the ratio. */
static const double timeable = 0.1;

static void time_ratio(const void *data, const size_t *index, size_t n, double *value)
{
    const struct cost *cost = data;
    double small = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        small += cost[index[i]].small;
        all += cost[index[i]].all;
    }
    *value = small > 0 ? all / small : NAN;
}

/* What a run cost: the processor's time where it is known, for it is free of what else the
 * machine did meanwhile, and a run keeps one processor busy; else the wall time. */
static double seconds_of(const struct store_row *row)
{
    return row->user_seconds > 0 ? row->user_seconds : row->wall_seconds;
}

/* Time of each design point that reached the top rung of its problem. */
static int gather_costs(const struct checks_input *in, const struct analysis_key *key,
                        struct cost **costs, size_t *count)
{
    struct analysis_rows selected;
    size_t dropped;
    *costs = NULL;
    *count = 0;
    struct err cause = {0};
    int status = analysis_select(&selected, &dropped, in->rows, in->o, "wall_seconds", &cause);
    /* Tables need not have times: the check then says what is missing. */
    if (status == ERR_DATA)
        return 0;
    if (status < 0)
        return err_set(in->err, status, "%s", cause.text);
    *costs = calloc(selected.count, sizeof **costs);
    if (*costs == NULL)
        status = err_set(in->err, ERR_NOMEM, "no memory for %zu runs", selected.count);
    for (size_t i = 0, j; status == 0 && i < selected.count; i = j) {
        const struct store_row *row = selected.row[i];
        struct cost cost = {0};
        bool top = false;
        double from, to;
        checks_rungs(in, key, row->problem, &from, &to);
        for (j = i; j < selected.count && analysis_same_series(row, selected.row[j]); j++) {
            const struct store_row *r = selected.row[j];
            cost.all += r->n <= to ? seconds_of(r) : 0;
            cost.small += r->n < to ? seconds_of(r) : 0;
            top = top || r->n == to;
        }
        if (top && strcmp(row->simulator, key->simulator) == 0 &&
            strcmp(row->machine, key->machine) == 0 && strcmp(row->mode, key->mode) == 0)
            (*costs)[(*count)++] = cost;
    }
    analysis_rows_release(&selected);
    return status;
}

int checks_velocity(struct checks_input *in, const struct analysis_key *key)
{
    double from, to, seconds = 0;
    struct cost *costs;
    size_t count;
    char machine[ANALYSIS_MACHINE_SIZE];
    checks_rungs(in, key, NULL, &from, &to);
    struct analysis_check *c = checks_add(in, "velocity", in->t->velocity);
    if (c == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for a check");
    analysis_format(c->subject, sizeof c->subject, "%s %s below %g",
                    analysis_fits_machine(in->fits, key, machine), key->mode, to);
    int status = gather_costs(in, key, &costs, &count);
    struct stats_estimate e = {NAN, NAN, NAN};
    if (status == 0 && count > 0) {
        struct stats_boot_input boot = {.data = costs,
                                        .statistic = time_ratio,
                                        .n_statistics = 1,
                                        .n = count,
                                        .resamples = in->o->resamples,
                                        .seed = in->o->seed,
                                        .level = in->o->level};
        status = stats_boot(&boot, &e, in->err);
    }
    for (size_t i = 0; i < count; i++)
        seconds += costs[i].all / (double)count;
    free(costs);
    if (status < 0)
        return status;
    c->value = e.value;
    c->lower = e.lower;
    c->upper = e.upper;
    c->verdict = checks_judge(c, in->t->velocity, INFINITY, in->t->point);
    bool too_short = c->verdict == ANALYSIS_FAIL && seconds < timeable;
    if (too_short)
        c->verdict = ANALYSIS_INCONCLUSIVE;
    c->unit = "design points";
    c->have = (double)count;
    c->need = c->verdict == ANALYSIS_PASS
                  ? c->have
                  : analysis_plan_root(c->value - c->lower, c->value - in->t->velocity, c->have);
    if (isnan(e.value))
        return checks_advise(in, c, "no rung below n = %g has its time", to);
    if (too_short)
        return checks_advise(in, c,
                             "a climb takes %.2g s, too little to be timed: climb higher, or "
                             "ask for no velocity",
                             seconds);
    if (c->verdict == ANALYSIS_FAIL)
        return checks_advise(in, c,
                             "the small rungs save too little time: leave out the largest of "
                             "them or climb higher");
    if (c->verdict == ANALYSIS_INCONCLUSIVE)
        return isfinite(c->need) && c->need > c->have
                   ? checks_advise(in, c,
                                   "%zu design point%s leave%s the time ratio uncertain: add "
                                   "variants (about %.0f if times stay as they are)",
                                   count, count == 1 ? "" : "s", count == 1 ? "s" : "",
                                   c->need - c->have)
                   : checks_advise(
                         in, c, "%zu design point%s leave%s the time ratio uncertain: %s",
                         count, count == 1 ? "" : "s", count == 1 ? "s" : "",
                         isinf(c->need) ? "more of such variants do not help, climb higher"
                                        : "add variants");
    return checks_advise(in, c, "%s", "");
}

/* ---- speed against a baseline ---- */

/* One design point in both: logarithms of simulated instructions per second. */
struct cell {
    const struct store_row *row;
    size_t n[2];              /* runs here, in the baseline */
    double mean[2], squares[2];
    double work;              /* instructions here */
    bool other_work;          /* the baseline retires other numbers of them */
};

struct cells {
    struct cell *cell;
    size_t count;
};

static double work_of(const struct store_row *row)
{
    return row->instructions_total > 0 ? row->instructions_total
                                       : row->counter[COUNTER_instructions];
}

static bool same_word(const char *asked, const char *has)
{
    return asked[0] == '\0' || strcmp(asked, "external") == 0 || strcmp(asked, has) == 0;
}

/* A table need not say simulator, machine or mode. */
static bool same_point(const struct store_row *asked, const struct store_row *has)
{
    return asked->n == has->n && asked->seed == has->seed &&
           strcmp(asked->problem, has->problem) == 0 &&
           strcmp(asked->variant, has->variant) == 0 &&
           same_word(asked->simulator, has->simulator) &&
           same_word(asked->machine, has->machine) && same_word(asked->mode, has->mode);
}

static void add_run(struct cell *c, const struct store_row *row, int side)
{
    double value = log(work_of(row) / seconds_of(row));
    /* Mean and squares as they grow (Welford 1962). */
    double before = value - c->mean[side];
    c->n[side]++;
    c->mean[side] += before / (double)c->n[side];
    c->squares[side] += before * (value - c->mean[side]);
    if (side == 0)
        c->work = work_of(row);
    else if (work_of(row) != c->work)
        c->other_work = true;
}

/* What is new has no speed to be held against, and must not pass unseen; where all is new the
 * check itself says so. */
static int warn_of_new(struct checks_input *in, const struct cells *cells)
{
    const struct store_row *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < cells->count; i++)
        if (cells->cell[i].n[1] == 0 && count++ == 0)
            first = cells->cell[i].row;
    if (count == 0 || count == cells->count)
        return 0;
    return analysis_warn(&in->out->warnings, "not-in-baseline",
                         "%zu of %zu design points %s not in the baseline (first: %s at %g, %s): "
                         "their speed is not checked",
                         count, cells->count, count == 1 ? "is" : "are", first->problem, first->n,
                         first->variant) < 0
               ? err_set(in->err, ERR_NOMEM, "no memory for a warning")
               : 0;
}

/* Design points that both have, by problem and setting as the rows are sorted. */
static int gather_cells(struct checks_input *in, struct cells *cells)
{
    struct analysis_rows now = {0}, then = {0};
    size_t dropped, kept = 0;
    *cells = (struct cells){0};
    int status = analysis_select(&now, &dropped, in->rows, in->o, "wall_seconds", in->err);
    if (status == 0)
        status = analysis_select(&then, &dropped, in->o->baseline, in->o, "wall_seconds", in->err);
    if (status < 0)
        err_prefix(in->err, "speed: ");
    if (status == 0) {
        cells->cell = calloc(now.count + 1, sizeof *cells->cell);
        status = cells->cell == NULL
                     ? err_set(in->err, ERR_NOMEM, "no memory for %zu runs", now.count)
                     : 0;
    }
    for (size_t i = 0; status == 0 && i < now.count; i++) {
        size_t at = 0;
        if (!(work_of(now.row[i]) > 0) || !(seconds_of(now.row[i]) > 0))
            continue;
        while (at < cells->count && !same_point(now.row[i], cells->cell[at].row))
            at++;
        if (at == cells->count)
            cells->cell[cells->count++].row = now.row[i];
        add_run(cells->cell + at, now.row[i], 0);
    }
    for (size_t i = 0; status == 0 && i < then.count; i++)
        for (size_t at = 0; at < cells->count; at++)
            if (work_of(then.row[i]) > 0 && seconds_of(then.row[i]) > 0 &&
                same_point(then.row[i], cells->cell[at].row)) {
                add_run(cells->cell + at, then.row[i], 1);
                break;
            }
    if (status == 0)
        status = warn_of_new(in, cells);
    for (size_t i = 0; i < cells->count; i++)
        if (cells->cell[i].n[1] > 0)
            cells->cell[kept++] = cells->cell[i];
    cells->count = kept;
    analysis_rows_release(&now);
    analysis_rows_release(&then);
    return status;
}

/* Mean change of log speed with its standard error: over design points where there are three,
 * else from repetitions (Welch's degrees of freedom); NaN where there is neither. */
struct change {
    double value, se, df;
    size_t runs, other_work;
    bool by_points;
};

static void measure(const struct cell *cell, size_t n, struct change *change)
{
    double squares = 0, variance = 0, denominator = 0;
    *change = (struct change){.by_points = n >= 3};
    for (size_t i = 0; i < n; i++) {
        double d = cell[i].mean[0] - cell[i].mean[1], before = d - change->value;
        change->value += before / (double)(i + 1);
        squares += before * (d - change->value);
        change->runs += cell[i].n[0] < cell[i].n[1] ? cell[i].n[0] : cell[i].n[1];
        change->other_work += cell[i].other_work;
        for (int side = 0; side < 2; side++) {
            double k = (double)cell[i].n[side], v = cell[i].squares[side] / (k - 1) / k;
            variance += v; /* NaN for a single run */
            denominator += v * v / (k - 1);
        }
    }
    double size = (double)n;
    if (change->by_points) {
        change->df = size - 1;
        change->se = sqrt(squares / change->df / size);
    } else {
        change->df = variance > 0 ? variance * variance / denominator : NAN;
        change->se = sqrt(variance) / size;
    }
}

static bool same_subject(const struct store_row *a, const struct store_row *b)
{
    return strcmp(a->problem, b->problem) == 0 && strcmp(a->machine, b->machine) == 0 &&
           strcmp(a->mode, b->mode) == 0 && strcmp(a->simulator, b->simulator) == 0;
}

static void fill_speed(struct checks_input *in, struct analysis_check *c,
                       const struct change *change)
{
    double half = change->se * stats_t_quantile(0.5 + in->t->level / 2, change->df);
    c->fraction = true;
    c->value = -expm1(change->value);
    if (change->se == 0)
        half = change->by_points ? 0 : NAN;
    c->lower = -expm1(change->value + half);
    c->upper = -expm1(change->value - half);
    c->verdict = checks_judge(c, -INFINITY, in->t->speed_loss, in->t->point);
    c->unit = change->by_points ? "design points" : "repetitions";
    c->have = (double)(change->by_points ? change->df + 1 : (double)change->runs);
    c->need = c->verdict == ANALYSIS_PASS
                  ? c->have
                  : analysis_plan_root(c->upper - c->value, in->t->speed_loss - c->value, c->have);
}

/* The probability of such a loss where the true one is the threshold. */
static double loss_p(const struct checks_input *in, const struct change *change)
{
    double bound = log1p(-in->t->speed_loss);
    if (change->se > 0)
        return stats_t_cdf((change->value - bound) / change->se, change->df);
    return change->se == 0 && change->by_points && change->value < bound ? 0 : 1;
}

static int advise_speed(struct checks_input *in, struct analysis_check *c,
                        const struct change *change)
{
    if (change->other_work > 0) {
        c->verdict = ANALYSIS_INCONCLUSIVE;
        return checks_advise(in, c, "%zu design point%s another number of instructions in the "
                                    "baseline: the work is not the same",
                             change->other_work, change->other_work == 1 ? " has" : "s have");
    }
    if (isnan(c->lower))
        return checks_advise(in, c, "single runs of fewer than three design points have no "
                                    "spread: add design points, or 'layouts' (three or more) to a "
                                    "study of this simulator and 'repetitions' to one of "
                                    "another; 'rung history' holds whole sessions against each "
                                    "other");
    if (c->verdict == ANALYSIS_FAIL)
        return checks_advise(in, c, "simulation is slower than the baseline");
    if (c->verdict == ANALYSIS_INCONCLUSIVE && isfinite(c->need))
        return checks_advise(in, c,
                             "the loss is known to within %+.1f ... %+.1f %% only: add about "
                             "%.0f %s",
                             100 * c->lower, 100 * c->upper, fmax(1, c->need - c->have),
                             c->unit);
    if (c->verdict == ANALYSIS_INCONCLUSIVE)
        return checks_advise(in, c, "slower, but not beyond doubt over all problems (Holm): add "
                                    "%s", c->unit);
    return checks_advise(in, c, "%s", "");
}

/* Fails stand only where they do after Holm's correction over the problems: with many
 * problems, one is bound to look slow. */
static int correct_speeds(struct checks_input *in, size_t first, const struct change *change,
                          const double *p, double *adjusted)
{
    size_t n = in->out->count - first;
    int status = stats_adjust_holm(p, n, adjusted, in->err);
    for (size_t i = 0; status == 0 && i < n; i++) {
        struct analysis_check *c = in->out->check + first + i;
        if (c->verdict == ANALYSIS_FAIL && !in->t->point &&
            adjusted[i] > (1 - in->t->level) / 2) {
            c->verdict = ANALYSIS_INCONCLUSIVE;
            c->need = NAN;
        }
        status = advise_speed(in, c, change + i);
    }
    return status;
}

static int check_speeds(struct checks_input *in, const struct cells *cells)
{
    size_t first = in->out->count, n = cells->count;
    struct change *change = calloc(n + 1, sizeof *change);
    double *p = calloc(n + 1, sizeof *p), *adjusted = calloc(n + 1, sizeof *adjusted);
    int status = change == NULL || p == NULL || adjusted == NULL
                     ? err_set(in->err, ERR_NOMEM, "no memory for %zu runs", n)
                     : 0;
    size_t count = 0;
    for (size_t i = 0, j; status == 0 && i < n; i = j) {
        const struct store_row *row = cells->cell[i].row;
        for (j = i; j < n && same_subject(row, cells->cell[j].row);)
            j++;
        struct analysis_check *c = checks_add(in, "speed", in->t->speed_loss);
        if (c == NULL) {
            status = err_set(in->err, ERR_NOMEM, "no memory for a check");
            break;
        }
        analysis_format(c->subject, sizeof c->subject, "%s %s %s against the baseline",
                        row->problem, row->machine, row->mode);
        measure(cells->cell + i, j - i, change + count);
        fill_speed(in, c, change + count);
        p[count] = loss_p(in, change + count);
        count++;
    }
    if (status == 0 && count > 0)
        status = correct_speeds(in, first, change, p, adjusted);
    free(change);
    free(p);
    free(adjusted);
    return status;
}

/* Runs of the same id have the same inputs and model: their counters are equal, or something
 * is broken. */
static int check_counters(struct checks_input *in)
{
    size_t shared = 0, differ = 0;
    const struct store_row *first = NULL;
    for (size_t i = 0; i < in->rows->count; i++)
        for (size_t j = 0; j < in->o->baseline->count; j++) {
            const struct store_row *a = in->rows->row[i], *b = in->o->baseline->row[j];
            if (a->id[0] == '\0' || strcmp(a->id, b->id) != 0 || !same_point(b, a) ||
                strcmp(a->status, "ok") != 0 || strcmp(b->status, "ok") != 0 ||
                !analysis_deterministic(a, "cycles"))
                continue;
            bool same = true;
            for (int k = 0; k < COUNTER_MAX; k++)
                same = same && (a->counter[k] == b->counter[k] ||
                                (isnan(a->counter[k]) && isnan(b->counter[k])));
            shared++;
            differ += !same;
            first = !same && first == NULL ? a : first;
        }
    if (shared == 0)
        return 0;
    struct analysis_check *c = checks_add(in, "counters", 0);
    if (c == NULL)
        return err_set(in->err, ERR_NOMEM, "no memory for a check");
    analysis_format(c->subject, sizeof c->subject, "%zu runs that the baseline has too", shared);
    c->value = c->lower = c->upper = (double)differ;
    c->verdict = differ == 0 ? ANALYSIS_PASS : ANALYSIS_FAIL;
    c->unit = "runs";
    c->have = c->need = (double)shared;
    if (differ == 0)
        return checks_advise(in, c, "%s", "");
    return checks_advise(in, c, "same inputs, other counters: first is %s (%s at %g, %s)",
                         first->id, first->problem, first->n, first->variant);
}

int checks_speed(struct checks_input *in)
{
    struct cells cells;
    int status = gather_cells(in, &cells);
    if (status == 0 && cells.count == 0) {
        struct analysis_check *c = checks_add(in, "speed", in->t->speed_loss);
        status = c == NULL ? err_set(in->err, ERR_NOMEM, "no memory for a check")
                           : checks_advise(in, c, "the baseline has none of these design points");
        if (c != NULL)
            analysis_format(c->subject, sizeof c->subject, "against the baseline");
        if (c != NULL)
            c->fraction = true;
    } else if (status == 0) {
        status = check_speeds(in, &cells);
    }
    free(cells.cell);
    return status == 0 ? check_counters(in) : status;
}
