/* What a tuning is worth: programs left out, and how much each parameter matters. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "analysis/calib_accuracy.h"
#include "analysis/calib_tune_priv.h"
#include "stats/boot.h"
#include "stats/lm.h"

/* ---- one program left out ---- */

int tune_cross_validate(struct analysis_tuning *t, struct err *err)
{
    const struct analysis_tune_input *in = &t->input;
    int status = 0;
    for (size_t i = 0; status == 0 && i < in->n_programs; i++) {
        /* From the best of all points that were run, by the loss of the others. */
        size_t index = tune_best(t, (int)i);
        double clock, start_clock;
        status = tune_descend(t, (int)i, &index, err);
        if (status < 0)
            break;
        const struct analysis_tune_point *p = t->rung[0].point + index;
        tune_loss(t, p, (int)i, &clock);
        tune_loss(t, &t->start, (int)i, &start_clock);
        t->held_out[i].error =
            analysis_accuracy_error(p->log_cycles[i] - in->log_time[i] - clock);
        t->held_out[i].start =
            analysis_accuracy_error(t->start.log_cycles[i] - in->log_time[i] - start_clock);
        t->cross_error += fabs(t->held_out[i].error) / (double)in->n_programs;
        t->start_error += fabs(t->held_out[i].start) / (double)in->n_programs;
        for (size_t k = 0; k < in->n_parameters; k++)
            t->effect[k].varied += p->level[k] != t->best.level[k];
    }
    return status;
}

/* ---- effects ---- */

/* Change of log cycles for one level up, from the neighbours of the best point. */
static int slopes(struct analysis_tuning *t, size_t k, double *slope, struct err *err)
{
    const struct analysis_tune_input *in = &t->input;
    size_t *level = calloc(in->n_parameters, sizeof *level), at[2];
    int status = level == NULL ? err_set(err, ERR_NOMEM, "no memory for a point") : 0;
    size_t here = t->best.level[k], low = here == 0 ? 0 : here - 1;
    size_t high = here + 1 < in->parameter[k].levels ? here + 1 : here;
    for (int side = 0; status == 0 && side < 2; side++) {
        memcpy(level, t->best.level, in->n_parameters * sizeof *level);
        level[k] = side == 0 ? low : high;
        status = tune_visit(t, 0, level, at + side, err);
    }
    for (size_t i = 0; status == 0 && i < in->n_programs; i++)
        slope[i] =
            (t->rung[0].point[at[1]].log_cycles[i] - t->rung[0].point[at[0]].log_cycles[i]) /
            (double)(high - low);
    free(level);
    return status;
}

static void mean_magnitude(const void *data, const size_t *index, size_t n, double *value)
{
    const double *slope = data;
    *value = 0;
    for (size_t i = 0; i < n; i++)
        *value += fabs(slope[index[i]]) / (double)n;
}

static int take_sensitivity(struct analysis_tuning *t, size_t k, const double *slope,
                            struct err *err)
{
    const struct analysis_tune_input *in = &t->input;
    struct analysis_tune_effect *e = t->effect + k;
    struct stats_boot_input boot = {.data = slope,
                                    .statistic = mean_magnitude,
                                    .n_statistics = 1,
                                    .n = in->n_programs,
                                    .n_groups = 1,
                                    .resamples = in->resamples,
                                    .seed = in->seed,
                                    .level = in->level};
    for (size_t i = 0; i < in->n_programs; i++)
        if (i == 0 || fabs(slope[i]) > fabs(e->strongest_change)) {
            e->strongest = i;
            e->strongest_change = slope[i];
        }
    e->identified = e->strongest_change != 0;
    e->lower = 0;
    e->upper = (double)(in->parameter[k].levels - 1);
    return stats_boot(&boot, &e->sensitivity, err);
}

/* Levels that the times allow: one step of Gauss and Newton from the best point, whose
 * estimate and interval are those of the regression of the residuals on the slopes. */
static int take_intervals(struct analysis_tuning *t, const double *slope, struct err *err)
{
    const struct analysis_tune_input *in = &t->input;
    size_t n = in->n_programs, p = 0, column[ANALYSIS_TUNE_PARAMETERS];
    bool free_clock = in->clock_upper > in->clock_lower;
    for (size_t k = 0; k < in->n_parameters; k++)
        if (t->effect[k].identified)
            column[p++] = k;
    if (p == 0)
        return 0;
    size_t terms = p + free_clock;
    stats_real *x = calloc(n * (terms + 1), sizeof *x);
    struct stats_lm *lm = NULL;
    if (x == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the intervals");
    stats_real *y = x + n * terms;
    double clock = log(t->best.hertz);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < p; j++)
            x[i * terms + j] = slope[column[j] * n + i];
        if (free_clock)
            x[i * terms + p] = 1;
        y[i] = in->log_time[i] + clock - t->best.log_cycles[i];
    }
    struct stats_lm_input lm_in = {
        .n = n, .p = terms, .x = x, .y = y, .intercept = free_clock, .level = in->level};
    struct err cause = {0};
    size_t collinear;
    int status = stats_lm_alloc(&lm, &lm_in, &collinear, &cause);
    if (status == ERR_DATA) /* two parameters do the same: neither has an interval */
        status = analysis_warn(&t->warnings, "confounded",
                               "the times cannot tell '%s' from the other parameters",
                               collinear < p ? in->parameter[column[collinear]].name : "clock");
    else if (status < 0)
        err_set(err, status, "%s", cause.text);
    for (size_t j = 0; lm != NULL && j < p; j++) {
        struct analysis_tune_effect *e = t->effect + column[j];
        double here = (double)t->best.level[column[j]];
        e->lower = fmax(e->lower, here + lm->term[j].lower);
        e->upper = fmin(e->upper, here + lm->term[j].upper);
    }
    stats_lm_free(lm);
    free(x);
    return status;
}

int tune_effects(struct analysis_tuning *t, struct err *err)
{
    const struct analysis_tune_input *in = &t->input;
    double *slope = calloc(in->n_parameters * in->n_programs, sizeof *slope);
    int status = slope == NULL ? err_set(err, ERR_NOMEM, "no memory for the effects") : 0;
    for (size_t k = 0; status == 0 && k < in->n_parameters; k++) {
        double *own = slope + k * in->n_programs;
        status = slopes(t, k, own, err);
        if (status == 0)
            status = take_sensitivity(t, k, own, err);
    }
    if (status == 0)
        status = take_intervals(t, slope, err);
    free(slope);
    return status;
}
