#include "config.h"

#include "analysis/calib_tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "analysis/calib_accuracy.h"
#include "analysis/calib_tune_priv.h"
#include "stats/dist.h"

/* Log ratios well below this are squared by either loss. */
static const double bend = 0.02;
enum { SURROGATE_ROUNDS = 8 };

/* ---- loss ---- */

double tune_residual(const struct analysis_tune_input *in, double log_ratio)
{
    if (in->squares)
        return log_ratio;
    /* Its square is 2 bend^2 (sqrt(1 + (r / bend)^2) - 1): smooth, and 2 bend |r| far out. */
    double s = log_ratio / bend, square = 2 * bend * bend * (s * s / (1 + sqrt(1 + s * s)));
    return copysign(sqrt(square), log_ratio);
}

double tune_loss(const struct analysis_tuning *t, const struct analysis_tune_point *p,
                 int except, double *log_hertz)
{
    const struct analysis_tune_input *in = &t->input;
    double sum = 0, clock = 0;
    double *ratio = t->room;
    size_t n = 0;
    for (size_t i = 0; i < in->n_programs; i++)
        if ((int)i != except)
            ratio[n++] = p->log_cycles[i] - in->log_time[i];
    if (in->squares)
        for (size_t i = 0; i < n; i++)
            clock += ratio[i] / (double)n;
    else
        clock = stats_median(ratio, n);
    clock = fmax(log(in->clock_lower), fmin(log(in->clock_upper), clock));
    for (size_t i = 0; i < n; i++) {
        double r = tune_residual(in, ratio[i] - clock);
        sum += r * r;
    }
    if (log_hertz != NULL)
        *log_hertz = clock;
    return sum / (double)n;
}

static void judge_point(const struct analysis_tuning *t, struct analysis_tune_point *p)
{
    const struct analysis_tune_input *in = &t->input;
    double clock;
    p->loss = tune_loss(t, p, TUNE_NONE, &clock);
    p->hertz = exp(clock);
    p->error = p->worst = 0;
    for (size_t i = 0; i < in->n_programs; i++) {
        double e = analysis_accuracy_error(p->log_cycles[i] - in->log_time[i] - clock);
        p->error += fabs(e) / (double)in->n_programs;
        if (fabs(e) > fabs(p->worst))
            p->worst = e;
    }
}

/* ---- points ---- */

static void point_release(struct analysis_tune_point *p)
{
    free(p->level);
    free(p->log_cycles);
    *p = (struct analysis_tune_point){0};
}

static int point_copy(struct analysis_tune_point *to, const struct analysis_tune_point *from,
                      const struct analysis_tune_input *in)
{
    *to = *from;
    to->level = calloc(in->n_parameters + 1, sizeof *to->level);
    to->log_cycles = calloc(in->n_programs, sizeof *to->log_cycles);
    if (to->level == NULL || to->log_cycles == NULL)
        return ERR_NOMEM;
    memcpy(to->level, from->level, in->n_parameters * sizeof *to->level);
    memcpy(to->log_cycles, from->log_cycles, in->n_programs * sizeof *to->log_cycles);
    return 0;
}

int tune_visit(struct analysis_tuning *t, size_t rung, const size_t *level, size_t *index,
               struct err *err)
{
    const struct analysis_tune_input *in = &t->input;
    struct analysis_tune_rung *r = t->rung + rung;
    for (size_t i = 0; i < r->count; i++)
        if (memcmp(r->point[i].level, level, in->n_parameters * sizeof *level) == 0) {
            *index = i;
            return 0;
        }
    struct analysis_tune_point *grown = realloc(r->point, (r->count + 1) * sizeof *grown);
    if (grown == NULL)
        return err_set(err, ERR_NOMEM, "no memory for a point");
    r->point = grown;
    double *log_cycles = calloc(in->n_programs, sizeof *log_cycles);
    struct analysis_tune_point made = {.level = (size_t *)level, .log_cycles = log_cycles};
    int status = log_cycles == NULL ? err_set(err, ERR_NOMEM, "no memory for a point")
                                    : in->run(in->context, level, rung, log_cycles, err);
    for (size_t i = 0; status == 0 && i < in->n_programs; i++)
        if (!isfinite(log_cycles[i]))
            status = err_set(err, ERR_NUMERIC, "'%s' has no cycles", in->program[i]);
    if (status == 0) {
        judge_point(t, &made);
        status = point_copy(r->point + r->count, &made, in);
        if (status == 0)
            *index = r->count++;
        else
            point_release(r->point + r->count);
    }
    free(log_cycles);
    return status;
}

size_t tune_best(const struct analysis_tuning *t, int except)
{
    const struct analysis_tune_rung *r = t->rung;
    size_t best = 0;
    double least = INFINITY;
    for (size_t i = 0; i < r->count; i++) {
        double loss = tune_loss(t, r->point + i, except, NULL);
        if (loss < least) {
            least = loss;
            best = i;
        }
    }
    return best;
}

/* ---- search ---- */

static int run_design(struct analysis_tuning *t, size_t *level, struct err *err)
{
    const struct analysis_tune_input *in = &t->input;
    size_t index;
    for (size_t k = 0; k < in->n_parameters; k++)
        level[k] = in->parameter[k].start;
    int status = tune_visit(t, 0, level, &index, err);
    for (size_t i = 0; status == 0 && i < in->n_design; i++) {
        for (size_t k = 0; k < in->n_parameters; k++) {
            double place = in->design[i * in->n_parameters + k];
            level[k] = (size_t)(place * (double)in->parameter[k].levels);
        }
        status = tune_visit(t, 0, level, &index, err);
    }
    return status;
}

static int search_surrogate(struct analysis_tuning *t, size_t *level, struct err *err)
{
    for (int round = 0; round < SURROGATE_ROUNDS; round++) {
        bool found = false;
        size_t before = t->rung[0].count, index;
        int status = tune_surrogate(t, tune_best(t, TUNE_NONE), level, &found, err);
        if (status < 0 || !found)
            return status;
        status = tune_visit(t, 0, level, &index, err);
        if (status < 0)
            return status;
        if (t->rung[0].count == before) /* it has been there */
            return 0;
    }
    return 0;
}

/* One level of one parameter: visits it when it is there, and takes it when it is better. */
static int try_level(struct analysis_tuning *t, int except, size_t *index, size_t *level,
                     size_t k, bool up, bool *better, struct err *err)
{
    const struct analysis_tune_input *in = &t->input;
    size_t next, old;
    memcpy(level, t->rung[0].point[*index].level, in->n_parameters * sizeof *level);
    old = level[k];
    if (up ? old + 1 == in->parameter[k].levels : old == 0)
        return 0;
    level[k] = up ? old + 1 : old - 1;
    int status = tune_visit(t, 0, level, &next, err);
    if (status < 0)
        return status;
    const struct analysis_tune_point *point = t->rung[0].point;
    if (tune_loss(t, point + next, except, NULL) <
        tune_loss(t, point + *index, except, NULL) * (1 - 1e-9)) {
        *index = next;
        *better = true;
    }
    return 0;
}

int tune_descend(struct analysis_tuning *t, int except, size_t *index, struct err *err)
{
    size_t k_max = t->input.n_parameters;
    size_t *level = calloc(k_max + 1, sizeof *level);
    int status = level == NULL ? err_set(err, ERR_NOMEM, "no memory for a point") : 0;
    for (bool better = true; status == 0 && better;) {
        better = false;
        for (size_t k = 0; status == 0 && k < k_max; k++) {
            status = try_level(t, except, index, level, k, true, &better, err);
            if (status == 0)
                status = try_level(t, except, index, level, k, false, &better, err);
        }
    }
    free(level);
    return status;
}

/* Takes back, one at a time, what the mean error does not ask for. */
static int take_back(struct analysis_tuning *t, size_t *index, size_t *level, struct err *err)
{
    const struct analysis_tune_input *in = &t->input;
    for (;;) {
        size_t choice = *index;
        double error = t->rung[0].point[*index].error + in->keep;
        for (size_t k = 0; k < in->n_parameters; k++) {
            size_t next;
            memcpy(level, t->rung[0].point[*index].level, in->n_parameters * sizeof *level);
            if (level[k] == in->parameter[k].start)
                continue;
            level[k] = in->parameter[k].start;
            int status = tune_visit(t, 0, level, &next, err);
            if (status < 0)
                return status;
            if (t->rung[0].point[next].error <= error) {
                error = t->rung[0].point[next].error;
                choice = next;
            }
        }
        if (choice == *index)
            return 0;
        *index = choice;
    }
}

static int search(struct analysis_tuning *t, struct err *err)
{
    size_t *level = calloc(t->input.n_parameters + 1, sizeof *level), index = 0;
    int status = level == NULL ? err_set(err, ERR_NOMEM, "no memory for a point") : 0;
    if (status == 0)
        status = run_design(t, level, err);
    if (status == 0)
        status = search_surrogate(t, level, err);
    if (status == 0) {
        index = tune_best(t, TUNE_NONE);
        status = tune_descend(t, TUNE_NONE, &index, err);
    }
    if (status == 0)
        status = take_back(t, &index, level, err);
    if (status == 0) {
        t->rung[0].best = index;
        t->search_runs = t->rung[0].count;
        if (point_copy(&t->best, t->rung[0].point + index, &t->input) < 0 ||
            point_copy(&t->start, t->rung[0].point, &t->input) < 0)
            status = err_set(err, ERR_NOMEM, "no memory for a point");
    }
    free(level);
    return status;
}

/* ---- climbing ---- */

struct ranked {
    double loss;
    size_t index;
};

static int by_loss(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->loss < y->loss ? -1 : x->loss > y->loss ? 1 : x->index < y->index ? -1 : 1;
}

/* The best points of a rung, its chosen one first, are run on the next. */
static int climb_one(struct analysis_tuning *t, size_t rung, struct err *err)
{
    struct analysis_tune_rung *r = t->rung + rung, *next = t->rung + rung + 1;
    struct ranked *ranked = calloc(r->count + 1, sizeof *ranked);
    size_t index, n = rung == 0 ? t->input.candidates : (t->input.candidates + 1) / 2;
    if (ranked == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the points");
    for (size_t i = 0; i < r->count; i++)
        ranked[i] = (struct ranked){i == r->best ? -1 : r->point[i].loss, i};
    qsort(ranked, r->count, sizeof *ranked, by_loss);
    int status = 0;
    for (size_t i = 0; status == 0 && i < r->count && i < n; i++)
        status = tune_visit(t, rung + 1, r->point[ranked[i].index].level, &index, err);
    /* The first one stays unless another is clearly better: its mean error by `keep`. */
    for (size_t i = 1; status == 0 && i < next->count; i++)
        if (next->point[i].error < next->point[next->best].error - t->input.keep)
            next->best = i;
    free(ranked);
    return status;
}

static int climb(struct analysis_tuning *t, struct err *err)
{
    const struct analysis_tune_input *in = &t->input;
    int status = 0;
    for (size_t rung = 0; status == 0 && rung + 1 < in->n_rungs; rung++)
        status = climb_one(t, rung, err);
    if (status < 0)
        return status;
    const struct analysis_tune_rung *last = t->rung + in->n_rungs - 1;
    memcpy(t->climbed, last->point[last->best].level, in->n_parameters * sizeof *t->climbed);
    t->agree = memcmp(t->climbed, t->best.level, in->n_parameters * sizeof *t->climbed) == 0;
    return 0;
}

/* ---- all of it ---- */

static int check(const struct analysis_tune_input *in, struct err *err)
{
    size_t free_clock = in->clock_upper > in->clock_lower;
    if (in->n_parameters == 0 || in->n_parameters > ANALYSIS_TUNE_PARAMETERS)
        return err_set(err, ERR_CONFIG, "%zu parameters to tune: 1 to %d make sense",
                       in->n_parameters, ANALYSIS_TUNE_PARAMETERS);
    if (in->n_programs <= in->n_parameters + free_clock)
        return err_set(err, ERR_CONFIG,
                       "%zu programs cannot decide %zu parameters%s: tune fewer",
                       in->n_programs, in->n_parameters, free_clock ? " and the clock" : "");
    if (!(in->clock_lower > 0) || !(in->clock_upper >= in->clock_lower))
        return err_set(err, ERR_CONFIG, "clock from %g to %g Hz is no range", in->clock_lower,
                       in->clock_upper);
    for (size_t k = 0; k < in->n_parameters; k++)
        if (in->parameter[k].levels < 2 || in->parameter[k].start >= in->parameter[k].levels)
            return err_set(err, ERR_CONFIG, "parameter '%s' has no levels to choose from",
                           in->parameter[k].name);
    return 0;
}

static int warn(struct analysis_tuning *t)
{
    const struct analysis_tune_input *in = &t->input;
    int status = 0;
    if (2 * in->n_parameters > in->n_programs)
        status = analysis_warn(&t->warnings, "many-parameters",
                               "%zu parameters for %zu programs: what fits may mean little",
                               in->n_parameters, in->n_programs);
    if (status == 0 && !t->agree)
        status = analysis_warn(&t->warnings, "rungs-disagree",
                               "another point is better at the largest rung than the best of "
                               "the smallest: start from a larger one");
    bool unchanged =
        memcmp(t->best.level, t->start.level, in->n_parameters * sizeof *t->best.level) == 0;
    if (status == 0 && unchanged)
        status = analysis_warn(&t->warnings, "unchanged",
                               "no change of a parameter lowers the mean error by %g %%",
                               in->keep * 100);
    if (status == 0 && !unchanged && !(t->cross_error < t->start_error))
        status = analysis_warn(&t->warnings, "over-fitted",
                               "programs left out get %.1f %% instead of %.1f %%: what was "
                               "tuned does not carry over",
                               t->cross_error * 100, t->start_error * 100);
    for (size_t k = 0; status == 0 && k < in->n_parameters; k++)
        if (!t->effect[k].identified)
            status = analysis_warn(&t->warnings, "not-identified",
                                   "'%s' changes no program's cycles by a neighbouring value: "
                                   "the times say nothing of it",
                                   in->parameter[k].name);
    bool free_clock = in->clock_upper > in->clock_lower;
    if (status == 0 && free_clock &&
        (t->best.hertz <= in->clock_lower * 1.000001 ||
         t->best.hertz >= in->clock_upper * 0.999999))
        status = analysis_warn(
            &t->warnings, "clock-at-bound",
            "the clock ends at its bound, %.4g GHz: the machine is too %s for "
            "most programs",
            t->best.hertz / 1e9, t->best.hertz <= in->clock_lower * 1.000001 ? "fast" : "slow");
    return status;
}

int analysis_tuning_alloc(struct analysis_tuning **out, const struct analysis_tune_input *in,
                          struct err *err)
{
    *out = NULL;
    int status = check(in, err);
    if (status < 0)
        return status;
    struct analysis_tuning *t = calloc(1, sizeof *t);
    if (t == NULL)
        return err_set(err, ERR_NOMEM, "no memory for tuning");
    t->input = *in;
    t->rung = calloc(in->n_rungs, sizeof *t->rung);
    t->climbed = calloc(in->n_parameters, sizeof *t->climbed);
    t->effect = calloc(in->n_parameters, sizeof *t->effect);
    t->held_out = calloc(in->n_programs, sizeof *t->held_out);
    t->room = calloc(in->n_programs, sizeof *t->room);
    if (!t->rung || !t->climbed || !t->effect || !t->held_out || !t->room)
        status = err_set(err, ERR_NOMEM, "no memory for tuning");
    if (status == 0)
        status = search(t, err);
    if (status == 0)
        status = climb(t, err);
    if (status == 0)
        status = tune_cross_validate(t, err);
    if (status == 0)
        status = tune_effects(t, err);
    if (status == 0) {
        t->verdict = t->cross_error < t->start_error ? ANALYSIS_PASS : ANALYSIS_INCONCLUSIVE;
        if (warn(t) < 0)
            status = err_set(err, ERR_NOMEM, "no memory for warnings");
    }
    if (status == 0) {
        *out = t;
        t = NULL;
    }
    analysis_tuning_free(t);
    return status;
}

void analysis_tuning_free(struct analysis_tuning *t)
{
    if (t == NULL)
        return;
    for (size_t r = 0; t->rung != NULL && r < t->input.n_rungs; r++) {
        for (size_t i = 0; i < t->rung[r].count; i++)
            point_release(t->rung[r].point + i);
        free(t->rung[r].point);
    }
    point_release(&t->best);
    point_release(&t->start);
    free(t->rung);
    free(t->climbed);
    free(t->effect);
    free(t->held_out);
    free(t->room);
    analysis_warnings_release(&t->warnings);
    free(t);
}
