/* Two fidelities: small rungs in a costly mode, a cheap look at the target.
 *
 * A cheaper mode that counts cycles has seen the target as it is, and what it saw is the
 * prediction (look.c).  Beside it stands what the smaller rungs alone say, and beside an
 * emulation, which counts no cycles, nothing else can: the costly mode's cycles are regressed on
 * counts over the rungs, and the counts of the cheaper run at the target take the place of what
 * cannot be known from sizes; the law in n is fitted to the same rungs; both are averaged by how
 * well each foretold the largest rung from those below it.  Either knows the costs that the
 * rungs have shown, and none that begins above them. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"
#include "stats/fidelity.h"
#include "stats/ladder.h"

/* Nothing is foretold better than this; below it one side would be trusted alone. */
static const double error_floor = 0.001;
/* Across a change of regime a law in n is off by this at least, whatever it did below: across
 * conflict classes of a naive matrix product 10 to 28 % were measured at best. */
static const double flagged_error = 0.1;

/* What cycles may be made of.  `cycles` are those of the cheaper run. */
static const struct {
    enum counter counter;
    bool work, functional; /* a functional run counts it */
} counts[] = {
    {COUNTER_instructions, true, true},     {COUNTER_cycles, true, false},
    {COUNTER_mispredictions, false, false}, {COUNTER_l1d_misses, false, false},
    {COUNTER_l2_misses, false, false},      {COUNTER_slc_misses, false, false},
};
enum { COUNTS = sizeof counts / sizeof counts[0] };

/* Means of the counters over the runs at n in a mode; false when there are none. */
static bool mean_counts(const struct analysis_fit *fit, const struct analysis_rows *rows,
                        const char *mode, double n, double *mean)
{
    size_t found = 0;
    for (size_t j = 0; j < COUNTS; j++)
        mean[j] = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct store_row *row = rows->row[i];
        if (row->n != n || strcmp(row->mode, mode) != 0 || !analysis_look_belongs(fit, row))
            continue;
        found++;
        for (size_t j = 0; j < COUNTS; j++)
            mean[j] += (row->counter[counts[j].counter] - mean[j]) / (double)found;
    }
    return found > 0;
}

/* The data of one target: arrays over the rungs below it. */
struct problem_data {
    size_t m, q;
    double *n, *mean, *sd; /* one allocation, at n */
    size_t *replicates;
    double *count; /* m x q */
    double target[COUNTS];
    size_t which[COUNTS]; /* of counts[] */
    bool work[COUNTS];
};

static void data_release(struct problem_data *d)
{
    free(d->n);
    free(d->replicates);
    free(d->count);
}

/* Counts that every rung and the target have, and that are there at all. */
static void choose_counts(struct problem_data *d, const double *all, const double *target,
                          bool functional, bool own)
{
    for (size_t j = 0; j < COUNTS; j++) {
        bool usable = isfinite(target[j]) && target[j] >= 0 &&
                      (!functional || counts[j].functional) &&
                      !(own && counts[j].counter == COUNTER_cycles);
        double most = 0;
        for (size_t i = 0; i < d->m; i++) {
            usable = usable && isfinite(all[i * COUNTS + j]);
            most = fmax(most, all[i * COUNTS + j]);
        }
        if (!usable || !(most > 0) || (counts[j].work && !(target[j] > 0)))
            continue;
        d->which[d->q] = j;
        d->work[d->q] = counts[j].work;
        d->target[d->q++] = target[j];
    }
    for (size_t i = 0; i < d->m; i++)
        for (size_t k = 0; k < d->q; k++)
            d->count[i * d->q + k] = all[i * COUNTS + d->which[k]];
}

static int data_init(struct problem_data *d, struct analysis_fidelity *f,
                     const struct analysis_fit *fit, const struct analysis_rows *rows)
{
    size_t most = fit->n_points;
    double *all = calloc(COUNTS * most + 1, sizeof *all), target[COUNTS];
    *d = (struct problem_data){.n = calloc(3 * most + 1, sizeof *d->n),
                               .replicates = calloc(most + 1, sizeof *d->replicates),
                               .count = calloc(COUNTS * most + 1, sizeof *d->count)};
    if (all == NULL || d->n == NULL || d->replicates == NULL || d->count == NULL) {
        free(all);
        return ERR_NOMEM;
    }
    d->mean = d->n + most;
    d->sd = d->mean + most;
    for (; d->m < most && fit->point[d->m].n < f->n; d->m++) {
        const struct analysis_point *p = fit->point + d->m;
        d->n[d->m] = p->n;
        d->mean[d->m] = p->value;
        d->sd[d->m] = p->replicates > 1 ? p->sd : 0;
        d->replicates[d->m] = p->replicates;
        f->own_counts =
            f->own_counts || !mean_counts(fit, rows, f->mode, p->n, all + d->m * COUNTS);
    }
    for (size_t i = 0; f->own_counts && i < d->m; i++)
        mean_counts(fit, rows, fit->key.mode, d->n[i], all + i * COUNTS);
    mean_counts(fit, rows, f->mode, f->n, target);
    choose_counts(d, all, target, strcmp(f->mode, "emulation") == 0, f->own_counts);
    f->n_rungs = d->m;
    free(all);
    return 0;
}

/* Both models of the first m rungs; one that cannot be fitted stays NULL. */
static int fit_both(const struct problem_data *d, size_t m, double level,
                    struct stats_fidelity **by_counts, struct stats_ladder **by_size,
                    struct err *err)
{
    const struct stats_fidelity_input in = {.n_rungs = m,
                                            .n_counts = d->q,
                                            .count = d->count,
                                            .work = d->work,
                                            .mean = d->mean,
                                            .replicates = d->replicates,
                                            .sd = d->sd,
                                            .level = level};
    const struct stats_ladder_input size = {.n_rungs = m,
                                            .n = d->n,
                                            .mean = d->mean,
                                            .replicates = d->replicates,
                                            .sd = d->sd,
                                            .level = level};
    struct err cause = {0};
    *by_counts = NULL;
    *by_size = NULL;
    int status = d->q > 0 ? stats_fidelity_alloc(by_counts, &in, &cause) : 0;
    if (status == 0 || status == ERR_INCONCLUSIVE)
        status = stats_ladder_alloc(by_size, &size, &cause);
    return status == 0 || status == ERR_INCONCLUSIVE ? 0
                                                     : err_set(err, status, "%s", cause.text);
}

/* How far off either model was at the largest rung: the error that was seen together with the
 * one that the model itself owned up to, so that one lucky hit does not decide. */
struct foretold {
    double counts, size;
};

static double distance(double error, const struct stats_ladder_prediction *p)
{
    return fmax(hypot(error, p->se / p->value), error_floor);
}

/* The largest rung from those below it, by either model. */
static int foretell(struct analysis_fidelity *f, struct foretold *off,
                    const struct problem_data *d, double level, struct err *err)
{
    struct stats_fidelity *by_counts;
    struct stats_ladder *by_size;
    struct stats_ladder_prediction p;
    size_t top = d->m - 1;
    int status = fit_both(d, top, level, &by_counts, &by_size, err);
    if (status == 0 && by_counts != NULL) {
        stats_fidelity_predict(by_counts, d->count + top * d->q, &p);
        f->counts_error = p.value / d->mean[top] - 1;
        off->counts = distance(f->counts_error, &p);
    }
    if (status == 0 && by_size != NULL) {
        stats_ladder_predict(by_size, d->n[top], &p);
        f->size_error = p.value / d->mean[top] - 1;
        off->size = distance(f->size_error, &p);
    }
    stats_fidelity_free(by_counts);
    stats_ladder_free(by_size);
    return status;
}

static void copy_prediction(struct analysis_prediction *to, double n,
                            const struct stats_ladder_prediction *from, unsigned flags)
{
    *to = (struct analysis_prediction){n,
                                       from->value,
                                       from->se,
                                       from->ci_lower,
                                       from->ci_upper,
                                       from->pi_lower,
                                       from->pi_upper,
                                       flags,
                                       false};
    analysis_prediction_cut(to);
}

static void name_model(struct analysis_fidelity *f, const struct stats_fidelity *by_counts,
                       const struct problem_data *d)
{
    const struct stats_fidelity_model *best = by_counts->model;
    size_t used = 0;
    for (size_t j = 0; j < best->n_terms && used < sizeof f->formula; j++) {
        enum counter c = counts[d->which[best->which[j]]].counter;
        analysis_format(f->formula + used, sizeof f->formula - used, "%s%s%s",
                        j > 0 ? " + " : "", c == COUNTER_cycles ? f->mode : counter_name(c),
                        c == COUNTER_cycles ? " cycles" : "");
        used = strlen(f->formula);
    }
    f->weight = best->weight;
    f->residual_sd = best->residual_sd;
}

/* Events that are ten times as frequent at the target as at any rung, and frequent enough to
 * cost: what one of them takes there was never measured. */
static unsigned unseen(const struct problem_data *d)
{
    unsigned flags = 0;
    if (d->q == 0 || counts[d->which[0]].counter != COUNTER_instructions)
        return 0;
    for (size_t k = 1; k < d->q; k++) {
        double most = 0, there = d->target[k] / d->target[0];
        for (size_t i = 0; i < d->m; i++)
            most = fmax(most, d->count[i * d->q + k] / d->count[i * d->q]);
        if (!d->work[k] && there > 1e-4 && there > 10 * most)
            flags |= ANALYSIS_CACHE;
    }
    return flags;
}

static int predict(struct analysis_fidelity *f, const struct foretold *off,
                   const struct analysis_fit *fit, const struct problem_data *d,
                   struct err *err)
{
    struct stats_fidelity *by_counts;
    struct stats_ladder *by_size;
    struct stats_ladder_prediction p;
    int status = fit_both(d, d->m, fit->level, &by_counts, &by_size, err);
    /* At the largest rung, that rung was not used. */
    bool at_top = fit->point[fit->n_points - 1].n == f->n && fit->without_top != NULL;
    unsigned size_flags = analysis_fit_flags(at_top ? fit->without_top : fit, f->n);
    unsigned counts_flags = unseen(d);
    double size_off = size_flags != 0 ? hypot(off->size, flagged_error) : off->size;
    f->share = by_counts == NULL ? 0 : by_size == NULL ? 1 : 0.5;
    if (isfinite(off->counts) && isfinite(size_off) && f->share == 0.5)
        f->share = size_off * size_off / (off->counts * off->counts + size_off * size_off);
    if (status == 0 && by_counts != NULL) {
        f->valid = true;
        name_model(f, by_counts, d);
        stats_fidelity_predict(by_counts, d->target, &p);
        copy_prediction(&f->counts, f->n, &p, counts_flags);
    }
    if (status == 0 && by_size != NULL) {
        stats_ladder_predict(by_size, f->n, &p);
        copy_prediction(&f->size, f->n, &p, size_flags);
    }
    f->combined = f->share < 0.5 ? f->size : f->counts;
    if (status == 0 && by_counts != NULL && by_size != NULL) {
        status = stats_fidelity_combine(by_counts, d->target, f->share, by_size, f->n, &p, err);
        if (status == 0)
            copy_prediction(&f->combined, f->n, &p, size_flags | counts_flags);
    }
    stats_fidelity_free(by_counts);
    stats_ladder_free(by_size);
    return status;
}

/* What was looked at takes the place of what the rungs foretell.  Where nothing tells how far
 * the cheaper mode may be off, the interval reaches as far as theirs does. */
static void prefer_look(struct analysis_fidelity *f)
{
    const struct analysis_prediction rungs = f->combined;
    if (!(f->look.value > 0))
        return;
    f->by_look = true;
    f->off_rungs = f->look.value / rungs.value - 1;
    f->combined = f->look;
    f->rungs = rungs;
    if (isnan(f->look.ci_lower) && !isnan(rungs.ci_lower)) {
        f->combined.ci_lower = fmin(f->look.value, rungs.ci_lower);
        f->combined.ci_upper = fmax(f->look.value, rungs.ci_upper);
        f->combined.pi_lower = fmin(f->look.value, rungs.pi_lower);
        f->combined.pi_upper = fmax(f->look.value, rungs.pi_upper);
        f->combined.flags = rungs.flags;
    }
}

/* Beyond the largest rung nothing else tells that its law has ended. */
static int warn_of_parting(struct analysis_fit *fit, const struct analysis_fidelity *f,
                           double tolerance)
{
    const struct analysis_prediction *r = &f->rungs;
    bool apart = f->look.ci_lower > r->ci_upper || f->look.ci_upper < r->ci_lower;
    if (!f->by_look || !apart || !isnan(f->observed) || fabs(f->off_rungs) <= tolerance)
        return 0;
    return analysis_warn(&fit->warnings, "look-apart",
                         "the %s look at n = %g sees %.6g cycles, where the smaller rungs "
                         "foretell %.6g (%+.1f %%): they do not reach that far",
                         f->mode, f->n, f->look.value, r->value,
                         100 * (r->value / f->look.value - 1));
}

/* The dearest of the modes cheaper than the fit's that has been at n; NULL when none has. */
static const char *cheap_mode(const struct analysis_fit *fit, const struct analysis_rows *rows,
                              double n)
{
    const char *best = NULL;
    for (size_t i = 0; i < rows->count; i++) {
        const struct store_row *row = rows->row[i];
        int rank = analysis_look_rank(row->mode);
        if (row->n == n && analysis_look_belongs(fit, row) && rank >= 0 &&
            rank < analysis_look_rank(fit->key.mode) &&
            (best == NULL || rank > analysis_look_rank(best)))
            best = row->mode;
    }
    return best;
}

static int try_target(struct analysis_fit *fit, const struct analysis_rows *rows, double n,
                      double tolerance, struct err *err)
{
    const char *mode = cheap_mode(fit, rows, n);
    if (mode == NULL)
        return 0;
    struct analysis_fidelity *f = realloc(fit->fidelity, (fit->n_fidelities + 1) * sizeof *f);
    if (f == NULL)
        return ERR_NOMEM;
    fit->fidelity = f;
    f += fit->n_fidelities++;
    const struct analysis_prediction none = {n, NAN, NAN, NAN, NAN, NAN, NAN, 0, false};
    *f = (struct analysis_fidelity){.n = n,
                                    .looked = NAN,
                                    .look_off = NAN,
                                    .off_rungs = NAN,
                                    .look = none,
                                    .rungs = none,
                                    .counts = none,
                                    .size = none,
                                    .combined = none,
                                    .weight = NAN,
                                    .residual_sd = NAN,
                                    .counts_error = NAN,
                                    .size_error = NAN,
                                    .observed = NAN};
    analysis_format(f->mode, sizeof f->mode, "%s", mode);
    const struct analysis_point *top = fit->point + fit->n_points - 1;
    if (top->n == n)
        f->observed = top->value;
    struct problem_data d;
    struct foretold off = {NAN, NAN};
    int status = data_init(&d, f, fit, rows);
    if (status == 0)
        status = foretell(f, &off, &d, fit->level, err);
    if (status == 0)
        status = predict(f, &off, fit, &d, err);
    data_release(&d);
    if (status < 0)
        return status;
    analysis_look(f, fit, rows);
    prefer_look(f);
    return warn_of_parting(fit, f, tolerance);
}

int analysis_fidelity_fit(struct analysis_fit *fit, const struct analysis_rows *rows,
                          double tolerance, struct err *err)
{
    /* Fewer rungs than this admit no candidate, and with one more the largest can be foretold.
     */
    const size_t rungs_min = 4;
    int status = 0;
    if (!fit->valid || fit->n_points < rungs_min || analysis_look_rank(fit->key.mode) < 1)
        return 0;
    double top = fit->point[fit->n_points - 1].n, before = 0;
    /* Sizes ascend: the next one is the least above the last. */
    while (status == 0) {
        double next = INFINITY;
        for (size_t i = 0; i < rows->count; i++) {
            double n = rows->row[i]->n;
            if (n > before && n < next && analysis_look_belongs(fit, rows->row[i]) &&
                (n > top || (n == top && fit->n_points > rungs_min)))
                next = n;
        }
        if (isinf(next))
            break;
        before = next;
        status = try_target(fit, rows, next, tolerance, err);
    }
    return status;
}
