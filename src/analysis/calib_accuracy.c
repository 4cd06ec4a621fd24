/* Notes:
 * - The clock is estimated as the median over the programs, which no wild one moves; where the
 *   model is wrong for most of them in one direction, the clock takes up what the model lacks.
 *   A clock from a program whose cycles are certain (dependent additions) does not.
 * - The interval of a program's error is that of its measured time alone; the interval of the
 *   mean error is over programs, with the clock estimated anew in every resample.
 * - Drift is the slope of log(simulated / measured) over the logarithm of the size, from the
 *   measured times between neighbouring sizes; what is simulated does not change with size. */
#include "config.h"

#include "analysis/calib_accuracy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/units.h"
#include "stats/boot.h"
#include "stats/dist.h"
#include "stats/lm.h"

void analysis_accuracy_options_init(struct analysis_accuracy_options *o)
{
    *o = (struct analysis_accuracy_options){.clock = ANALYSIS_CLOCK_ESTIMATE,
                                            .level = 0.95,
                                            .error = NAN,
                                            .worst = NAN,
                                            .seed = 1,
                                            .resamples = 10000};
}

double analysis_accuracy_error(double log_ratio)
{
    return copysign(expm1(fabs(log_ratio)), log_ratio);
}

/* ---- the clock ---- */

/* The logarithm of the clock, in hertz, at which a program is exact. */
static double own_clock(const struct analysis_accuracy_program *p)
{
    return log(p->cycles / (p->hardware->latency.value * 1e-9));
}

/* Over the programs of `index`; `except` is left out (SIZE_MAX: none). */
static double median_clock(const struct analysis_accuracy *a, const size_t *index, size_t n,
                           size_t except, double *room)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (index == NULL || index[i] != except)
            if (index != NULL || i != except)
                room[count++] = own_clock(a->program + (index == NULL ? i : index[i]));
    return stats_median(room, count);
}

/* ---- intervals over programs ---- */

struct resampled {
    const struct analysis_accuracy *a;
    const char *category; /* NULL: all */
    double *room;
};

/* Mean error, and the clock's logarithm. */
static void mean_error(const void *data, const size_t *index, size_t n, double *value)
{
    const struct resampled *r = data;
    const struct analysis_accuracy *a = r->a;
    double clock = a->options.clock == ANALYSIS_CLOCK_ESTIMATE
                       ? median_clock(a, index, n, SIZE_MAX, r->room)
                       : log(a->hertz.value);
    double sum = 0, count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct analysis_accuracy_program *p = a->program + index[i];
        if (r->category != NULL && strcmp(p->hardware->category, r->category) != 0)
            continue;
        sum += expm1(fabs(own_clock(p) - clock));
        count++;
    }
    value[0] = count > 0 ? sum / count : NAN;
    value[1] = clock;
}

static int resample(const struct analysis_accuracy *a, const char *category,
                    struct stats_estimate estimate[2], struct err *err)
{
    double *room = calloc(a->count, sizeof *room);
    if (room == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the bootstrap");
    struct resampled r = {.a = a, .category = category, .room = room};
    struct stats_boot_input in = {.data = &r,
                                  .statistic = mean_error,
                                  .n_statistics = 2,
                                  .n = a->count,
                                  .n_groups = 1,
                                  .resamples = a->options.resamples,
                                  .seed = a->options.seed,
                                  .level = a->options.level};
    int status = stats_boot(&in, estimate, err);
    free(room);
    return status;
}

static void take_drift(struct analysis_accuracy_group *g, const struct analysis_accuracy *a,
                       const char *category)
{
    double sum = 0, squares = 0, n = 0;
    for (size_t i = 0; i < a->count; i++) {
        const struct analysis_accuracy_program *p = a->program + i;
        if ((category != NULL && strcmp(p->hardware->category, category) != 0) ||
            isnan(p->drift.value))
            continue;
        sum += p->drift.value;
        squares += p->drift.value * p->drift.value;
        n++;
    }
    double mean = sum / n, half = NAN;
    if (n >= 2)
        half = stats_t_quantile(0.5 + a->options.level / 2, n - 1) *
               sqrt(fmax(0, squares - n * mean * mean) / (n - 1) / n);
    g->drift = (struct stats_estimate){mean, mean - half, mean + half};
}

static int add_group(struct analysis_accuracy *a, const char *category, struct err *err)
{
    struct analysis_accuracy_group *g = a->group + a->n_groups++;
    struct stats_estimate estimate[2];
    double left_out = 0;
    *g = (struct analysis_accuracy_group){.name = category == NULL ? "all" : category};
    for (size_t i = 0; i < a->count; i++) {
        const struct analysis_accuracy_program *p = a->program + i;
        if (category != NULL && strcmp(p->hardware->category, category) != 0)
            continue;
        g->count++;
        left_out += fabs(p->left_out);
        if (g->worst_program == NULL || fabs(p->error) > fabs(g->worst)) {
            g->worst = p->error;
            g->worst_program = p->hardware->name;
        }
    }
    g->left_out = left_out / (double)g->count;
    take_drift(g, a, category);
    int status = resample(a, category, estimate, err);
    g->error = estimate[0];
    if (g->count < 3)
        g->error.lower = g->error.upper = NAN;
    if (status == 0 && category == NULL && a->options.clock == ANALYSIS_CLOCK_ESTIMATE) {
        a->hertz.lower = exp(estimate[1].lower);
        a->hertz.upper = exp(estimate[1].upper);
    }
    return status;
}

static int add_groups(struct analysis_accuracy *a, struct err *err)
{
    a->group = calloc(a->count + 1, sizeof *a->group);
    if (a->group == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the categories");
    int status = add_group(a, NULL, err);
    for (size_t i = 0; status == 0 && i < a->count; i++) {
        const char *category = a->program[i].hardware->category;
        bool known = category[0] == '\0';
        for (size_t k = 1; k < a->n_groups && !known; k++)
            known = strcmp(a->group[k].name, category) == 0;
        if (!known)
            status = add_group(a, category, err);
    }
    return status;
}

/* ---- programs ---- */

static double table_number(const struct csv *d, size_t row, const char *name)
{
    size_t column;
    double value;
    if (csv_column(d, name, &column, NULL) < 0 ||
        units_parse_double(d->cell[row * d->n_columns + column], &value) < 0)
        return NAN;
    return value;
}

static int fill_sizes(struct analysis_accuracy_program *p, struct err *err)
{
    const struct analysis_baseline *h = p->hardware;
    p->size = calloc(h->n_points, sizeof *p->size);
    if (p->size == NULL)
        return err_set(err, ERR_NOMEM, "no memory for '%s'", h->name);
    for (size_t i = 1; i < h->n_points; i++) {
        if (h->x[i] == h->x[i - 1])
            continue;
        struct analysis_accuracy_size *s = p->size + p->n_sizes++;
        s->from = h->x[i - 1];
        s->to = h->x[i];
        s->measured_ns = (h->time[i] - h->time[i - 1]) * 1e6 / (s->to - s->from);
        s->error = s->measured_ns > 0
                       ? analysis_accuracy_error(log(p->simulated_ns / s->measured_ns))
                       : NAN;
    }
    return 0;
}

/* The slope of log(simulated / measured) over log2 of the size. */
static int fit_drift(struct analysis_accuracy_program *p, double level, struct err *err)
{
    size_t n = 0;
    struct stats_lm *lm = NULL;
    stats_real *x = calloc(3 * (p->n_sizes + 1), sizeof *x), *y;
    p->drift = (struct stats_estimate){NAN, NAN, NAN};
    if (x == NULL)
        return err_set(err, ERR_NOMEM, "no memory for '%s'", p->hardware->name);
    y = x + 2 * p->n_sizes;
    for (size_t i = 0; i < p->n_sizes; i++) {
        const struct analysis_accuracy_size *s = p->size + i;
        if (!(s->measured_ns > 0))
            continue;
        x[2 * n] = 1;
        x[2 * n + 1] = log2(sqrt(s->from * s->to));
        y[n++] = log(p->simulated_ns / s->measured_ns);
    }
    struct stats_lm_input in = {
        .n = n, .p = 2, .x = x, .y = y, .intercept = true, .level = level};
    int status = n < 2 ? 0 : stats_lm_alloc(&lm, &in, NULL, err);
    if (lm != NULL)
        p->drift =
            (struct stats_estimate){lm->term[1].estimate, lm->term[1].lower, lm->term[1].upper};
    stats_lm_free(lm);
    free(x);
    return status;
}

static int add_program(struct analysis_accuracy *a, const struct analysis_baseline *h,
                       const struct csv *d, const struct analysis_simulated *s)
{
    if (!(h->latency.value > 0))
        return analysis_warn(&a->warnings, "not-measured",
                             "'%s' is left out: its measured times do not grow", h->name);
    if (!(s->cycles > 0))
        return analysis_warn(&a->warnings, "not-simulated", "'%s' is left out: %s", h->name,
                             h->problem[0] == '\0' ? "the table names no problem for it"
                                                   : "there are no simulated runs of it");
    struct analysis_accuracy_program *p = a->program + a->count++;
    size_t first = h->row[0], last = h->row[h->n_points - 1];
    *p =
        (struct analysis_accuracy_program){.hardware = h,
                                           .cycles = s->cycles,
                                           .instructions = s->instructions,
                                           .n = s->n,
                                           .nominal = (table_number(d, last, "instructions") -
                                                       table_number(d, first, "instructions")) /
                                                      (h->x[h->n_points - 1] - h->x[0])};
    return 0;
}

static int set_clock(struct analysis_accuracy *a, struct err *err)
{
    const struct analysis_accuracy_options *o = &a->options;
    double value = o->hertz;
    a->hertz = (struct stats_estimate){NAN, NAN, NAN};
    if (o->clock == ANALYSIS_CLOCK_ESTIMATE) {
        double *room = calloc(a->count, sizeof *room);
        if (room == NULL)
            return err_set(err, ERR_NOMEM, "no memory for the clock");
        value = exp(median_clock(a, NULL, a->count, SIZE_MAX, room));
        for (size_t i = 0; i < a->count; i++)
            a->program[i].left_out = analysis_accuracy_error(
                own_clock(a->program + i) - median_clock(a, NULL, a->count, i, room));
        free(room);
    } else if (o->clock == ANALYSIS_CLOCK_PROGRAM) {
        const struct analysis_accuracy_program *p = NULL;
        for (size_t i = 0; i < a->count && p == NULL; i++)
            if (strcmp(a->program[i].hardware->name, o->program) == 0)
                p = a->program + i;
        if (p == NULL)
            return err_set(err, ERR_CONFIG, "no program '%s' to take the clock from",
                           o->program);
        value = exp(own_clock(p));
        const struct stats_estimate *l = &p->hardware->latency;
        a->hertz.lower = p->cycles / (l->upper * 1e-9);
        a->hertz.upper = p->cycles / (l->lower * 1e-9);
    }
    a->hertz.value = value;
    return 0;
}

/* Errors of a program at the common clock. */
static int compare(struct analysis_accuracy *a, struct analysis_accuracy_program *p,
                   struct err *err)
{
    const struct stats_estimate *l = &p->hardware->latency;
    p->simulated_ns = p->cycles / a->hertz.value * 1e9;
    p->error = analysis_accuracy_error(log(p->simulated_ns / l->value));
    p->lower = analysis_accuracy_error(log(p->simulated_ns / l->upper));
    p->upper = l->lower > 0 ? analysis_accuracy_error(log(p->simulated_ns / l->lower)) : NAN;
    if (a->options.clock != ANALYSIS_CLOCK_ESTIMATE)
        p->left_out = NAN;
    int status = fill_sizes(p, err);
    return status < 0 ? status : fit_drift(p, a->options.level, err);
}

static enum analysis_verdict judge(double value, double lower, double upper, double threshold)
{
    if (isnan(threshold))
        return ANALYSIS_PASS;
    if (isnan(lower) || isnan(upper))
        return value > threshold ? ANALYSIS_FAIL : ANALYSIS_INCONCLUSIVE;
    return upper <= threshold  ? ANALYSIS_PASS
           : lower > threshold ? ANALYSIS_FAIL
                               : ANALYSIS_INCONCLUSIVE;
}

/* The largest error: fails when some program's whole interval is beyond the threshold, passes
 * when every one's is within. */
static enum analysis_verdict judge_worst(const struct analysis_accuracy *a)
{
    enum analysis_verdict verdict = ANALYSIS_PASS;
    for (size_t i = 0; i < a->count; i++) {
        const struct analysis_accuracy_program *p = a->program + i;
        double lower = fabs(p->lower), upper = fabs(p->upper);
        double least = (p->lower < 0) != (p->upper < 0) ? 0 : fmin(lower, upper);
        enum analysis_verdict v = judge(fabs(p->error), isnan(p->upper) ? NAN : least,
                                        fmax(lower, upper), a->options.worst);
        if (v == ANALYSIS_FAIL || (v == ANALYSIS_INCONCLUSIVE && verdict == ANALYSIS_PASS))
            verdict = v;
    }
    return verdict;
}

static void judge_all(struct analysis_accuracy *a)
{
    const struct stats_estimate *e = &a->group[0].error;
    a->mean_verdict = judge(e->value, e->lower, e->upper, a->options.error);
    a->worst_verdict = judge_worst(a);
    bool failed = a->mean_verdict == ANALYSIS_FAIL || a->worst_verdict == ANALYSIS_FAIL;
    bool open = a->mean_verdict != ANALYSIS_PASS || a->worst_verdict != ANALYSIS_PASS;
    a->verdict = failed ? ANALYSIS_FAIL : open ? ANALYSIS_INCONCLUSIVE : ANALYSIS_PASS;
}

static int fill(struct analysis_accuracy *a, struct err *err)
{
    int status = set_clock(a, err);
    for (size_t i = 0; status == 0 && i < a->count; i++)
        status = compare(a, a->program + i, err);
    if (status == 0)
        status = add_groups(a, err);
    if (status == 0)
        judge_all(a);
    return status;
}

int analysis_accuracy_alloc(struct analysis_accuracy **out,
                            const struct analysis_baselines *baselines, const struct csv *data,
                            const struct analysis_simulated *simulated,
                            const struct analysis_accuracy_options *o, struct err *err)
{
    int status = 0;
    struct analysis_accuracy *a = calloc(1, sizeof *a);
    *out = NULL;
    if (a != NULL)
        a->program = calloc(baselines->count, sizeof *a->program);
    if (a == NULL || a->program == NULL)
        status = ERR_NOMEM;
    for (size_t i = 0; status == 0 && i < baselines->count; i++)
        status = add_program(a, baselines->item + i, data, simulated + i);
    if (status == 0 && a->count == 0)
        status =
            err_set(err, ERR_DATA, "'%s': nothing was both measured and simulated", data->name);
    if (status == 0) {
        a->options = *o;
        status = fill(a, err);
    }
    if (status == 0) {
        *out = a;
        a = NULL;
    } else {
        err_set(err, status, "no memory for the accuracy of '%s'", data->name);
    }
    analysis_accuracy_free(a);
    return status;
}

void analysis_accuracy_free(struct analysis_accuracy *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < a->count; i++)
        free(a->program[i].size);
    free(a->program);
    free(a->group);
    analysis_warnings_release(&a->warnings);
    free(a);
}

/* ---- simulated times from runs ---- */

/* Two sizes of one series, the largest. */
struct largest {
    const struct store_row *first; /* of the series */
    double n[2], cycles[2], instructions[2];
};

static void take_row(struct largest *l, const struct store_row *row)
{
    double cycles = analysis_metric(row, "cycles");
    if (!(cycles > 0) || row->n == l->n[0] || row->n == l->n[1])
        return; /* layouts and repetitions: the first one speaks */
    size_t at = row->n > l->n[0] ? 0 : 1;
    if (at == 1 && row->n < l->n[1])
        return;
    if (at == 0) {
        l->n[1] = l->n[0];
        l->cycles[1] = l->cycles[0];
        l->instructions[1] = l->instructions[0];
    }
    l->n[at] = row->n;
    l->cycles[at] = cycles;
    l->instructions[at] = analysis_metric(row, "instructions");
}

static int take_problem(struct analysis_simulated *s, const char *problem,
                        const struct analysis_rows *rows, struct err *err)
{
    struct largest l = {0};
    for (size_t i = 0; i < rows->count; i++) {
        const struct store_row *row = rows->row[i];
        if (strcmp(row->problem, problem) != 0)
            continue;
        if (l.first != NULL && !analysis_same_series(l.first, row))
            return err_set(err, ERR_DATA,
                           "'%s' was run by more than one machine, variant or mode: choose one",
                           problem);
        l.first = row;
        take_row(&l, row);
    }
    if (l.n[0] > 0) {
        double span = l.n[0] - l.n[1]; /* n[1] is 0 where there is one size */
        *s = (struct analysis_simulated){.cycles = (l.cycles[0] - l.cycles[1]) / span,
                                         .instructions =
                                             (l.instructions[0] - l.instructions[1]) / span,
                                         .n = l.n[0]};
    }
    return 0;
}

int analysis_simulated_from_rows(struct analysis_simulated *simulated,
                                 const struct analysis_baselines *baselines,
                                 const struct analysis_rows *rows,
                                 const struct analysis_options *o, struct err *err)
{
    struct analysis_rows selected = {0};
    size_t dropped;
    int status = analysis_select(&selected, &dropped, rows, o, "cycles", err);
    for (size_t i = 0; i < baselines->count; i++)
        simulated[i] = (struct analysis_simulated){NAN, NAN, NAN};
    for (size_t i = 0; status == 0 && i < baselines->count; i++)
        if (baselines->item[i].problem[0] != '\0')
            status = take_problem(simulated + i, baselines->item[i].problem, &selected, err);
    analysis_rows_release(&selected);
    return status;
}
