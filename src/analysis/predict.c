#include "config.h"

#include "analysis/predict.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "analysis/mixed.h"
#include "analysis/scope.h"
#include "base/str.h"
#include "base/units.h"

/* How far beyond the validated range of log CPI a small rung may lie, as a share of it. */
static const double slack = 0.1;

/* ---- where runs come from ---- */

int analysis_origins_init(struct analysis_origins *origins, const struct analysis_rows *rows,
                          struct store *s, double from, double to, struct err *err)
{
    *origins = (struct analysis_origins){.count = rows->count};
    origins->machine = calloc(rows->count + 1, sizeof *origins->machine);
    origins->model_version = calloc(rows->count + 1, sizeof *origins->model_version);
    if (origins->machine == NULL || origins->model_version == NULL)
        return err_set(err, ERR_NOMEM, "no memory for %zu runs", rows->count);
    for (size_t i = 0; s != NULL && i < rows->count; i++) {
        const struct store_row *r = rows->row[i];
        struct store_run run;
        if ((from > 0 || to > 0) && r->n != from && r->n != to)
            continue;
        int status = store_read_run(s, r->id, &run, err);
        if (status == 0) {
            origins->model_version[i] = run.model_version;
            origins->machine[i] = strdup(run.machine_text != NULL ? run.machine_text : "");
            if (origins->machine[i] == NULL)
                status = err_set(err, ERR_NOMEM, "no memory for run '%s'", r->id);
        }
        store_run_release(&run);
        if (status < 0)
            return status;
    }
    return 0;
}

void analysis_origins_release(struct analysis_origins *origins)
{
    for (size_t i = 0; origins->machine != NULL && i < origins->count; i++)
        free(origins->machine[i]);
    free(origins->machine);
    free(origins->model_version);
    *origins = (struct analysis_origins){0};
}

struct origin {
    const char *machine;
    uint64_t model_version;
};

static struct origin origin_of(const struct analysis_rows *rows,
                               const struct analysis_origins *origins,
                               const struct store_row *row)
{
    for (size_t i = 0; origins != NULL && i < rows->count; i++)
        if (rows->row[i] == row)
            return (struct origin){origins->machine[i], origins->model_version[i]};
    return (struct origin){0};
}

/* ---- what was validated ---- */

/* One design point that the study ran at both rungs, with the run at `to`. */
struct design {
    const struct store_row *row; /* a run at `to` */
    double from, to;             /* CPI */
    double seconds;              /* of its runs at `to`, one layout */
    size_t problem;              /* number of its problem */
};

/* Everything that one prediction is made from. */
struct work {
    const struct analysis_predict_input *in;
    const struct analysis_rows *rows; /* selected from the validation, sorted */
    struct design *design;
    size_t count, n_problems;
    double *x, *y;
    size_t *group;
    struct scope *scope; /* of each design point */
    struct analysis_mixes mixes; /* of the validation */
    struct analysis_foretold *out;
    struct err *err;
};

static double mean_at(const struct analysis_point *p, size_t n_points, double n)
{
    for (size_t i = 0; i < n_points; i++)
        if (p[i].n == n)
            return p[i].value;
    return NAN;
}

/* A table need not say machine, mode or simulator. */
static bool same_word(const char *asked, const char *has)
{
    return asked[0] == '\0' || strcmp(asked, "external") == 0 || strcmp(asked, has) == 0;
}

static bool comparable(const struct store_row *small, const struct store_row *row)
{
    return same_word(small->simulator, row->simulator) &&
           same_word(small->machine, row->machine) && same_word(small->mode, row->mode);
}

/* The validated design points that a small run may be compared with, but for itself: what is
 * predicted must not have been looked up. */
static int gather(struct work *w, const struct store_row *small)
{
    const struct store_row *setting = NULL;
    const char *problem = NULL;
    w->count = w->n_problems = 0;
    for (size_t i = 0, j; i < w->rows->count; i = j) {
        const struct store_row *row = w->rows->row[i];
        struct analysis_point *point;
        size_t n_points;
        bool disagree;
        for (j = i + 1; j < w->rows->count && analysis_same_series(row, w->rows->row[j]);)
            j++;
        if (!comparable(small, row) ||
            (setting != NULL && (strcmp(setting->simulator, row->simulator) != 0 ||
                                 strcmp(setting->machine, row->machine) != 0 ||
                                 strcmp(setting->mode, row->mode) != 0)))
            continue;
        int status = analysis_points(&point, &n_points, w->rows->row + i, j - i, "cpi", &disagree);
        if (status < 0)
            return err_set(w->err, status, "no memory for %zu runs", j - i);
        struct design d = {.from = mean_at(point, n_points, w->out->from),
                           .to = mean_at(point, n_points, w->out->to)};
        free(point);
        if (!(d.from > 0) || !(d.to > 0))
            continue;
        setting = setting != NULL ? setting : row;
        for (size_t k = i; k < j; k++)
            if (w->rows->row[k]->n == w->out->to)
                d.row = w->rows->row[k];
        d.seconds = d.row->wall_seconds;
        if (strcmp(row->problem, small->problem) == 0 &&
            strcmp(row->variant, small->variant) == 0) {
            w->out->simulated = d.to;
            continue;
        }
        w->n_problems += problem == NULL || strcmp(problem, row->problem) != 0;
        problem = row->problem;
        d.problem = w->n_problems - 1;
        w->x[w->count] = log(d.from);
        w->y[w->count] = log(d.to);
        w->group[w->count] = d.problem;
        w->design[w->count++] = d;
    }
    return 0;
}

/* The number of the small run's problem; n_problems when the study does not have it. */
static size_t problem_number(const struct work *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->design[i].row->problem, w->out->problem) == 0)
            return w->design[i].problem;
    return w->n_problems;
}

/* ---- doubts ---- */

static int doubt(struct work *w, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A warning that makes the answer inconclusive. */
static int doubt(struct work *w, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int status = analysis_warnv(&w->out->warnings, code, format, args) < 0
                     ? err_set(w->err, ERR_NOMEM, "no memory for a warning")
                     : 0;
    va_end(args);
    w->out->verdict = ANALYSIS_INCONCLUSIVE;
    return status;
}

static int advise(struct work *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The first advice stays: doubts are looked for in the order of what must be done first. */
static int advise(struct work *w, const char *format, ...)
{
    if (w->out->advice != NULL)
        return 0;
    va_list args;
    va_start(args, format);
    w->out->advice = str_formatv(format, args);
    va_end(args);
    return w->out->advice == NULL ? err_set(w->err, ERR_NOMEM, "no memory for advice") : 0;
}

/* The cheapest run at full scale that would tell, unless the study has it: the same
 * problem's, for a constant of the problem is part of what is in doubt. */
static int advise_run(struct work *w)
{
    double seconds = 0;
    size_t count = 0;
    char cost[64] = "time unknown", time[32];
    if (isfinite(w->out->simulated))
        return advise(w, "take the study's own run of '%s' at n = %g", w->out->variant,
                      w->out->to);
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->design[i].row->problem, w->out->problem) == 0 &&
            isfinite(w->design[i].seconds)) {
            seconds += w->design[i].seconds;
            count++;
        }
    if (count > 0)
        analysis_format(cost, sizeof cost, "about %s",
                        units_format_seconds(time, sizeof time, seconds / (double)count));
    return advise(w, "run '%s' of '%s' at n = %g as well (%s) and add it to the study",
                  w->out->variant, w->out->problem, w->out->to, cost);
}

/* The validation is of design points of all problems. */
static int doubt_mixed(struct work *w, const struct store_row *small)
{
    int status = 0;
    for (size_t i = 0; i < w->mixes.count && status == 0; i++) {
        const struct analysis_mix *m = w->mixes.item + i;
        if (!comparable(small, m->row))
            continue;
        status = doubt(w, "mixed-runs", "%s", m->text);
        if (status == 0)
            status = advise(w, "%s", m->text);
    }
    return status;
}

static int doubt_version(struct work *w, const struct origin *small)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t i = 0; i < w->count; i++) {
        uint64_t v = origin_of(w->in->validation, w->in->validation_origins,
                               w->design[i].row).model_version;
        least = v < least ? v : least;
        most = v > most ? v : most;
    }
    int status = 0;
    if (w->count > 0 && least != most)
        status = doubt(w, "model-version",
                       "the validation mixes runs of model versions %" PRIu64 " and %" PRIu64,
                       least, most);
    else if (w->count > 0 && small->model_version == 0 && most != 0)
        return analysis_warn(&w->out->warnings, "model-version-unknown",
                             "the small run does not say its model version: taken as the "
                             "validation's, %" PRIu64,
                             most) < 0
                   ? err_set(w->err, ERR_NOMEM, "no memory for a warning")
                   : 0;
    else if (w->count > 0 && small->model_version != most)
        status = doubt(w, "model-version",
                       "validated for model version %" PRIu64 ", but the small run is of version "
                       "%" PRIu64,
                       most, small->model_version);
    else
        return 0;
    double seconds = 0;
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->design[i].row->problem, w->out->problem) == 0 &&
            strcmp(w->design[i].row->variant, "base") == 0)
            seconds = w->design[i].seconds;
    char time[32];
    return status < 0 ? status
                      : advise(w,
                               "run the base variant of '%s' at n = %g and n = %g again with this "
                               "version (about %s): the same counters renew the validation",
                               w->out->problem, w->out->from, w->out->to,
                               units_format_seconds(time, sizeof time, seconds));
}

static int doubt_parameters(struct work *w, const struct store_row *small,
                            const struct origin *origin)
{
    const char *base = NULL;
    const struct scope *base_scope = NULL;
    struct scope s;
    char range[2 * SCOPE_VALUE_SIZE + 16];
    int status = 0;
    size_t made = 0, varied = 0;
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->design[i].row->variant, "base") == 0 && base == NULL)
            base = origin_of(w->in->validation, w->in->validation_origins,
                             w->design[i].row).machine;
    if (scope_init(&s, origin->machine, base, small->variant) < 0)
        status = err_set(w->err, ERR_NOMEM, "no memory for parameters");
    for (; status == 0 && made < w->count; made++) {
        const struct store_row *row = w->design[made].row;
        const char *text =
            origin_of(w->in->validation, w->in->validation_origins, row).machine;
        if (scope_init(w->scope + made, text, base, row->variant) < 0)
            status = err_set(w->err, ERR_NOMEM, "no memory for parameters");
        if (strcmp(row->variant, "base") == 0)
            base_scope = w->scope + made;
    }
    if (status == 0 && w->count > 0) {
        const struct scope_parameter *p =
            scope_outside(&s, w->scope, w->count, range, sizeof range);
        if (p != NULL)
            status = doubt(w, "parameter-range", "%s = %s was not validated (%s)", p->name,
                           p->text, range);
        if (p != NULL && status == 0)
            status = advise_run(w);
    }
    for (size_t i = 0; status == 0 && base_scope != NULL && i < w->count; i++) {
        size_t changes = scope_differences(w->scope + i, base_scope);
        varied = changes > varied ? changes : varied;
    }
    if (status == 0 && base_scope != NULL && scope_differences(&s, base_scope) > varied &&
        analysis_warn(&w->out->warnings, "parameter-combination",
                      "changes %zu parameters at once, validated variants at most %zu: that their "
                      "effects add up was not tested",
                      scope_differences(&s, base_scope), varied) < 0)
        status = err_set(w->err, ERR_NOMEM, "no memory for a warning");
    for (size_t i = 0; i < made; i++)
        scope_release(w->scope + i);
    scope_release(&s);
    return status;
}

/* The small rung's own value against those validated. */
static int doubt_range(struct work *w)
{
    double least = INFINITY, most = -INFINITY, x = log(w->out->small);
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->design[i].row->problem, w->out->problem) == 0) {
            least = fmin(least, w->x[i]);
            most = fmax(most, w->x[i]);
        }
    double room = slack * (most - least);
    if (!(x < least - room || x > most + room))
        return 0;
    int status = doubt(w, "small-range",
                       "CPI %.4g at n = %g is outside what was validated (%.4g ... %.4g)",
                       w->out->small, w->out->from, exp(least), exp(most));
    return status < 0 ? status : advise_run(w);
}

static int doubt_interval(struct work *w)
{
    struct analysis_foretold *f = w->out;
    double half = fmax(f->pi_upper / f->value - 1, 1 - f->pi_lower / f->value);
    if (isnan(w->in->error) || half <= w->in->error)
        return 0;
    int status = doubt(w, "interval-wide",
                       "the prediction is known to within %.3g %% only, not %.3g %%", 100 * half,
                       100 * w->in->error);
    return status < 0 ? status : advise_run(w);
}

/* The study's own run of the variant, where it has one.  One in twenty lies outside of a 95 %
 * interval by chance: that refutes the prediction only where it is off by more than is allowed. */
static int doubt_simulated(struct work *w)
{
    static const char *const text = "the study's own run at n = %g has CPI %.4g, outside of the "
                                    "interval (%.4g ... %.4g)";
    struct analysis_foretold *f = w->out;
    if (!(f->simulated < f->pi_lower || f->simulated > f->pi_upper))
        return 0;
    if (isnan(w->in->error) || fabs(f->value / f->simulated - 1) <= w->in->error)
        return analysis_warn(&f->warnings, "simulated-outside", text, f->to, f->simulated,
                             f->pi_lower, f->pi_upper) < 0
                   ? err_set(w->err, ERR_NOMEM, "no memory for a warning")
                   : 0;
    int status = doubt(w, "simulated-outside", text, f->to, f->simulated, f->pi_lower,
                       f->pi_upper);
    return status < 0 ? status : advise_run(w);
}

/* A small rung that turns the order of the variants round, or may do so, was not shown to
 * speak for full scale, however narrow the line. */
static int doubt_order(struct work *w)
{
    const struct analysis_foretold *f = w->out;
    const struct stats_transfer *l = &f->line;
    int status;
    if (l->slope_upper <= 0)
        status = doubt(w, "order-reversed",
                       "the order is reversed: slope %.1f; what is better at n = %g is worse at "
                       "n = %g", l->slope, f->from, f->to);
    else if (l->slope_lower <= 0)
        status = doubt(w, "order-open",
                       "whether n = %g orders the variants as n = %g does is open: slope %.2g "
                       "(%.2g to %.2g)", f->from, f->to, l->slope, l->slope_lower,
                       l->slope_upper);
    else
        return 0;
    return status < 0 ? status
                      : advise(w, "take a larger small rung than n = %g, or add variants that "
                                  "matter more there", f->from);
}

/* ---- one prediction ---- */

static int fill_value(struct work *w, size_t problem)
{
    struct analysis_foretold *f = w->out;
    struct stats_pairs pairs = {.n = w->count, .x = w->x, .y = w->y, .group = w->group,
                                .n_groups = w->n_problems};
    stats_transfer(&pairs, problem, log(f->small), w->in->o->level, &f->line);
    if (isnan(f->line.value)) {
        int status = doubt(w, "too-few-variants",
                           "the validated variants of '%s' are too few, or do not differ at "
                           "n = %g", f->problem, f->from);
        return status < 0 ? status
                          : advise(w, "add variants of '%s' at n = %g and n = %g", f->problem,
                                   f->from, f->to);
    }
    f->value = exp(f->line.value);
    f->ci_lower = exp(f->line.ci_lower);
    f->ci_upper = exp(f->line.ci_upper);
    f->pi_lower = exp(f->line.pi_lower);
    f->pi_upper = exp(f->line.pi_upper);
    /* A variant of the machine does not change what the guest does. */
    for (size_t i = 0; i < w->count; i++)
        if (w->design[i].problem == problem) {
            double count = w->design[i].row->counter[COUNTER_instructions];
            f->instructions = isnan(f->instructions) || f->instructions == count ? count : -1;
        }
    if (!(f->instructions > 0))
        f->instructions = NAN;
    int status = doubt_order(w);
    if (status == 0)
        status = doubt_range(w);
    if (status == 0)
        status = doubt_simulated(w);
    return status == 0 ? doubt_interval(w) : status;
}

/* "gemm, lu": the problems that the study has; false where `problem` is one of them. */
static bool name_problems(const struct work *w, const char *problem, char *text, size_t size)
{
    const struct analysis_rows *rows = w->in->validation;
    size_t used = 0;
    text[0] = '\0';
    for (const char *last = "", *next; last != NULL; last = next) {
        next = NULL;
        for (size_t i = 0; i < rows->count; i++) {
            const char *name = rows->row[i]->problem;
            if (strcmp(name, problem) == 0)
                return false;
            if (strcmp(name, last) > 0 && (next == NULL || strcmp(name, next) < 0))
                next = name;
        }
        if (next != NULL && used < size)
            analysis_format(text + used, size - used, "%s%s", used > 0 ? ", " : "", next);
        used = strlen(text);
    }
    return true;
}

/* Nothing was validated of a problem: it may as well be misspelt. */
static int doubt_problem(struct work *w, const char *problem)
{
    static const char *const run =
        "run the base variant and at least four others of '%s' at n = %g and n = %g";
    char known[512], what[256];
    int status;
    analysis_format(what, sizeof what, run, problem, w->out->from, w->out->to);
    if (!name_problems(w, problem, known, sizeof known)) {
        status = doubt(w, "unknown-problem",
                       "the study has no other variant of '%s' at both n = %g and n = %g",
                       problem, w->out->from, w->out->to);
        return status == 0 ? advise(w, "%s", what) : status;
    }
    status = doubt(w, "unknown-problem", "the study has no problem '%s': it has %s", problem,
                   known);
    return status == 0 ? advise(w, "name one of the study's problems (%s), or %s", known, what)
                       : status;
}

static int foretell(struct work *w, const struct store_row *small)
{
    struct origin origin = origin_of(w->in->small, w->in->small_origins, small);
    int status = gather(w, small);
    if (status < 0)
        return status;
    size_t problem = problem_number(w);
    if (problem == w->n_problems)
        status = doubt_problem(w, small->problem);
    if (status == 0)
        status = doubt_mixed(w, small);
    if (status == 0)
        status = doubt_version(w, &origin);
    if (status == 0)
        status = doubt_parameters(w, small, &origin);
    if (status == 0 && problem < w->n_problems)
        status = fill_value(w, problem);
    return status == 0 ? advise(w, "%s", "") : status;
}

/* The study's largest rung of what the small run may be compared with: of its problem, for
 * problems may have ladders of their own, or, where the study does not have it, of all. */
static double largest_of(const struct analysis_rows *rows, const struct store_row *small)
{
    double n = 0, any = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct store_row *row = rows->row[i];
        any = fmax(any, row->n);
        if (comparable(small, row) && strcmp(small->problem, row->problem) == 0)
            n = fmax(n, row->n);
    }
    return n > 0 ? n : any;
}

/* Of a problem, NULL: of any. */
static bool has_size(const struct analysis_rows *rows, const char *problem, double n)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->row[i]->n == n &&
            (problem == NULL || strcmp(rows->row[i]->problem, problem) == 0))
            return true;
    return false;
}

/* The rung that a small series is taken at: the one asked for, or its largest that the
 * validation has too, of this problem before any other; 0 when there is none. */
static double rung_of(const struct analysis_point *p, size_t n_points, const char *problem,
                      const struct analysis_rows *validation, double from, double to)
{
    for (int any = 0; any < 2; any++)
        for (size_t i = n_points; i-- > 0;)
            if (p[i].n < to && has_size(validation, any ? NULL : problem, p[i].n) &&
                (!(from > 0) || p[i].n == from))
                return p[i].n;
    return 0;
}

/* Appends the prediction of one series of the small runs. */
static int add_series(struct analysis_predictions *out, struct work *w,
                      const struct store_row *const *row, size_t n)
{
    double to = w->in->o->to > 0 ? w->in->o->to : largest_of(w->rows, row[0]);
    struct analysis_point *point;
    size_t n_points;
    bool disagree;
    int status = analysis_points(&point, &n_points, row, n, "cpi", &disagree);
    if (status < 0)
        return err_set(w->err, status, "no memory for %zu runs", n);
    double from = rung_of(point, n_points, row[0]->problem, w->rows, w->in->o->from,
                          to);
    struct analysis_foretold *f = w->out = out->item + out->count;
    *f = (struct analysis_foretold){.from = from, .to = to, .value = NAN, .ci_lower = NAN,
                                    .ci_upper = NAN, .pi_lower = NAN, .pi_upper = NAN,
                                    .instructions = NAN, .simulated = NAN};
    f->small = mean_at(point, n_points, from);
    free(point);
    if (!(from > 0))
        return 0;
    out->count++;
    analysis_format(f->problem, sizeof f->problem, "%s", row[0]->problem);
    analysis_format(f->variant, sizeof f->variant, "%s", row[0]->variant);
    analysis_format(f->machine, sizeof f->machine, "%s", row[0]->machine);
    analysis_format(f->mode, sizeof f->mode, "%s", row[0]->mode);
    const struct store_row *small = row[0];
    for (size_t i = 0; i < n; i++)
        small = row[i]->n == from ? row[i] : small;
    return foretell(w, small);
}

static int work_init(struct work *w, size_t n)
{
    w->design = calloc(n + 1, sizeof *w->design);
    w->x = calloc(n + 1, sizeof *w->x);
    w->y = calloc(n + 1, sizeof *w->y);
    w->group = calloc(n + 1, sizeof *w->group);
    w->scope = calloc(n + 1, sizeof *w->scope);
    return w->design && w->x && w->y && w->group && w->scope
               ? 0
               : err_set(w->err, ERR_NOMEM, "no memory for %zu runs", n);
}

static void work_release(struct work *w)
{
    free(w->design);
    free(w->x);
    free(w->y);
    free(w->group);
    free(w->scope);
    analysis_mixes_release(&w->mixes);
}

static int predict_all(struct analysis_predictions *out, struct work *w,
                       const struct analysis_rows *small)
{
    double to = w->in->o->to;
    if (to > 0 && !has_size(w->rows, NULL, to))
        return err_set(w->err, ERR_DATA, "the study has no run at n = %g", to);
    int status = 0;
    for (size_t i = 0, j; status == 0 && i < small->count; i = j) {
        for (j = i + 1; j < small->count && analysis_same_series(small->row[i], small->row[j]);)
            j++;
        status = add_series(out, w, small->row + i, j - i);
    }
    if (status == 0 && out->count == 0)
        return err_set(w->err, ERR_DATA,
                       "no small run%s is at a rung below n = %g that the study has",
                       w->in->o->from > 0 ? " at --from" : "",
                       to > 0 || small->count == 0 ? to : largest_of(w->rows, small->row[0]));
    for (size_t i = 0; i < out->count; i++)
        if (out->item[i].verdict != ANALYSIS_PASS)
            out->verdict = ANALYSIS_INCONCLUSIVE;
    return status;
}

int analysis_predict(struct analysis_predictions **out, const struct analysis_predict_input *in,
                     struct err *err)
{
    struct analysis_rows validation = {0}, small = {0};
    struct work w = {.in = in, .rows = &validation, .err = err};
    struct analysis_options any = *in->o;
    size_t dropped;
    stats_init();
    *out = NULL;
    /* The selection is of small runs; what speaks for them is found by their settings. */
    any.problem = any.variant = any.machine = any.mode = NULL;
    struct analysis_predictions *p = calloc(1, sizeof *p);
    int status = p == NULL ? err_set(err, ERR_NOMEM, "no memory for predictions")
                           : analysis_select(&validation, &dropped, in->validation, &any, "cpi",
                                             err);
    if (status == 0)
        status = analysis_select(&small, &dropped, in->small, in->o, "cpi", err);
    if (status == 0)
        status = work_init(&w, validation.count);
    if (status == 0)
        status = analysis_mixes_init(&w.mixes, in->validation, &any, err);
    if (status == 0) {
        p->level = in->o->level;
        p->item = calloc(small.count + 1, sizeof *p->item);
        status = p->item == NULL ? err_set(err, ERR_NOMEM, "no memory for predictions")
                                 : predict_all(p, &w, &small);
    }
    if (status == 0) {
        *out = p;
        p = NULL;
    }
    analysis_predictions_free(p);
    work_release(&w);
    analysis_rows_release(&validation);
    analysis_rows_release(&small);
    return status;
}

void analysis_predictions_free(struct analysis_predictions *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->count; i++) {
        analysis_warnings_release(&p->item[i].warnings);
        free(p->item[i].advice);
    }
    free(p->item);
    free(p);
}
