/* What speaks against a prediction of a new variant, and the cheapest way to know. */
#include "config.h"

#include "analysis/predict_priv.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"
#include "base/units.h"

/* How far beyond the validated range of log CPI a small rung may lie, as a share of it. */
static const double slack = 0.1;

static int doubt(struct predict_work *w, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A warning that makes the answer inconclusive. */
static int doubt(struct predict_work *w, const char *code, const char *format, ...)
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

int predict_advise(struct predict_work *w, const char *format, ...)
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
static int advise_run(struct predict_work *w)
{
    double seconds = 0;
    size_t count = 0;
    char cost[64] = "time unknown", time[32];
    if (isfinite(w->out->simulated))
        return predict_advise(w, "take the study's own run of '%s' at n = %g",
                              w->out->variant, w->out->to);
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->design[i].row->problem, w->out->problem) == 0 &&
            isfinite(w->design[i].seconds)) {
            seconds += w->design[i].seconds;
            count++;
        }
    if (count > 0)
        analysis_format(cost, sizeof cost, "about %s",
                        units_format_seconds(time, sizeof time, seconds / (double)count));
    return predict_advise(w, "run '%s' of '%s' at n = %g as well (%s) and add it to the study",
                          w->out->variant, w->out->problem, w->out->to, cost);
}

/* The validation is of design points of all problems. */
static int doubt_mixed(struct predict_work *w, const struct store_row *small)
{
    int status = 0;
    for (size_t i = 0; i < w->mixes.count && status == 0; i++) {
        const struct analysis_mix *m = w->mixes.item + i;
        if (!predict_comparable(small, m->row))
            continue;
        status = doubt(w, "mixed-runs", "%s", m->text);
        if (status == 0)
            status = predict_advise(w, "%s", m->text);
    }
    return status;
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

static int doubt_version(struct predict_work *w, const struct origin *small)
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
    return status < 0
               ? status
               : predict_advise(w,
                                "run the base variant of '%s' at n = %g and n = %g again with this "
                                "version (about %s): the same counters renew the validation",
                                w->out->problem, w->out->from, w->out->to,
                                units_format_seconds(time, sizeof time, seconds));
}

static int doubt_parameters(struct predict_work *w, const struct store_row *small,
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
static int doubt_range(struct predict_work *w)
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

static int doubt_interval(struct predict_work *w)
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
static int doubt_simulated(struct predict_work *w)
{
    struct analysis_foretold *f = w->out;
    if (!(f->simulated < f->pi_lower || f->simulated > f->pi_upper))
        return 0;
    if (analysis_warn(&f->warnings, "simulated-outside",
                      "the study's own run at n = %g has CPI %.4g, outside of the interval (%.4g "
                      "... %.4g)",
                      f->to, f->simulated, f->pi_lower, f->pi_upper) < 0)
        return err_set(w->err, ERR_NOMEM, "no memory for a warning");
    if (isnan(w->in->error) || fabs(f->value / f->simulated - 1) <= w->in->error)
        return 0;
    f->verdict = ANALYSIS_INCONCLUSIVE;
    return advise_run(w);
}

/* A small rung that turns the order of the variants round, or may do so, was not shown to
 * speak for full scale, however narrow the line. */
static int doubt_order(struct predict_work *w)
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
                      : predict_advise(w,
                                       "take a larger small rung than n = %g, or add variants "
                                       "that matter more there", f->from);
}

/* "gemm, lu": the problems that the study has; false where that of w->out is one of them. */
static bool name_problems(const struct predict_work *w, char *text, size_t size)
{
    const char *problem = w->out->problem;
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
int predict_doubt_problem(struct predict_work *w)
{
    static const char *const run =
        "run the base variant and at least four others of '%s' at n = %g and n = %g";
    const struct analysis_foretold *f = w->out;
    char known[512], what[256];
    int status;
    analysis_format(what, sizeof what, run, f->problem, f->from, f->to);
    if (!name_problems(w, known, sizeof known)) {
        status = doubt(w, "unknown-problem",
                       "the study has no other variant of '%s' at both n = %g and n = %g",
                       f->problem, f->from, f->to);
        return status == 0 ? predict_advise(w, "%s", what) : status;
    }
    status = doubt(w, "unknown-problem", "the study has no problem '%s': it has %s", f->problem,
                   known);
    return status < 0 ? status
                      : predict_advise(w, "name one of the study's problems (%s), or %s", known,
                                       what);
}

int predict_doubt_few(struct predict_work *w)
{
    const struct analysis_foretold *f = w->out;
    int status = doubt(w, "too-few-variants",
                       "the validated variants of '%s' are too few, or do not differ at n = %g",
                       f->problem, f->from);
    return status < 0 ? status
                      : predict_advise(w, "add variants of '%s' at n = %g and n = %g",
                                       f->problem, f->from, f->to);
}

int predict_doubt_runs(struct predict_work *w, const struct store_row *small)
{
    struct origin origin = origin_of(w->in->small, w->in->small_origins, small);
    int status = doubt_mixed(w, small);
    if (status == 0)
        status = doubt_version(w, &origin);
    return status == 0 ? doubt_parameters(w, small, &origin) : status;
}

int predict_doubt_value(struct predict_work *w)
{
    int status = doubt_order(w);
    if (status == 0)
        status = doubt_range(w);
    if (status == 0)
        status = doubt_simulated(w);
    return status == 0 ? doubt_interval(w) : status;
}
