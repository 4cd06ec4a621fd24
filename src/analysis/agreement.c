/* The statistics of one scale, from its points. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/analysis_priv.h"
#include "stats/agree.h"
#include "stats/boot.h"
#include "stats/rank.h"

/* From so many problems on, they are what the bootstrap draws: the question is then how well
 * the rungs agree on problems like these, not only on these. */
enum { CLUSTERS_MIN = 8, POINTS_MIN = 6 };

enum { R2, SLOPE, INTERCEPT, N_BRIEF, KENDALL = N_BRIEF, SPEARMAN, N_STATISTICS };

static void brief_statistics(const void *data, const size_t *index, size_t n, double *value)
{
    value[R2] = stats_within_r2(data, index, n);
    stats_within_slope(data, index, n, value + SLOPE, value + INTERCEPT);
}

static void grouped_statistics(const void *data, const size_t *index, size_t n, double *value)
{
    const struct stats_pairs *p = data;
    brief_statistics(data, index, n, value);
    value[KENDALL] = stats_kendall(p, index, n);
    value[SPEARMAN] = stats_spearman(p, index, n);
}

static void single_statistic(const void *data, const size_t *index, size_t n, double *value)
{
    *value = stats_within_r2(data, index, n);
}

/* Rank correlations of independent pairs; NaN where there are none. */
static int rank_intervals(struct analysis_scale *scale, const struct stats_pairs *p,
                          double level, struct err *err)
{
    struct stats_rank_correlation c;
    struct err cause = {0};
    scale->kendall_tau = scale->spearman = (struct stats_estimate){NAN, NAN, NAN};
    int status = stats_kendall_test(p->x, p->y, p->n, STATS_NULL_AUTO, level, &c, &cause);
    if (status == 0) {
        scale->kendall_tau = c.estimate;
        status = stats_spearman_test(p->x, p->y, p->n, STATS_NULL_AUTO, level, &c, &cause);
    }
    if (status == 0)
        scale->spearman = c.estimate;
    return status < 0 && status != ERR_NUMERIC ? err_set(err, status, "%s", cause.text) : 0;
}

/* Intervals: BCa of everything where pairs are not independent; of R2 alone where they are,
 * for the others have theirs by t and z. */
static int intervals(struct analysis_scale *scale, const struct stats_pairs *pairs,
                     const struct analysis_options *o, struct err *err)
{
    struct stats_estimate e[N_STATISTICS];
    struct stats_boot_input in = {.data = pairs,
                                  .statistic = !scale->grouped ? single_statistic
                                               : scale->brief  ? brief_statistics
                                                               : grouped_statistics,
                                  .n_statistics = !scale->grouped ? 1
                                                  : scale->brief  ? N_BRIEF
                                                                  : N_STATISTICS,
                                  .n = pairs->n,
                                  .group = pairs->group,
                                  .n_groups = pairs->n_groups,
                                  .clusters = scale->clusters,
                                  .resamples = scale->resamples,
                                  .seed = o->seed,
                                  .level = o->level};
    int status = stats_boot(&in, e, err);
    if (status < 0)
        return status;
    scale->r2 = e[R2];
    scale->r2_fisher = (struct stats_estimate){NAN, NAN, NAN};
    if (scale->brief) {
        e[KENDALL] = (struct stats_estimate){stats_kendall(pairs, NULL, pairs->n), NAN, NAN};
        e[SPEARMAN] = (struct stats_estimate){stats_spearman(pairs, NULL, pairs->n), NAN, NAN};
    }
    if (scale->grouped) {
        scale->kendall_tau = e[KENDALL];
        scale->spearman = e[SPEARMAN];
        scale->slope = e[SLOPE];
        scale->intercept = e[INTERCEPT];
        return 0;
    }
    double n = (double)pairs->n;
    stats_fisher_r2(scale->r2.value, n, o->level, &scale->r2_fisher);
    stats_within_line(pairs, o->level, &scale->slope, &scale->intercept);
    if (scale->brief) {
        scale->kendall_tau = e[KENDALL];
        scale->spearman = e[SPEARMAN];
        return 0;
    }
    return rank_intervals(scale, pairs, o->level, err);
}

/* Numbers as they stand have differences in logarithms too, unless some are not above 0. */
static double log_from(const struct analysis_scale *s, const struct analysis_scale_point *p)
{
    return s->logarithms ? p->x : p->cpi_from > 0 ? log(p->cpi_from) : NAN;
}

static double log_to(const struct analysis_scale *s, const struct analysis_scale_point *p)
{
    return s->logarithms ? p->y : p->cpi_to > 0 ? log(p->cpi_to) : NAN;
}

/* Equivalence of from and to.  What moved a base variant moved every ratio to it. */
static void equivalence(struct analysis_scale *scale, const double *d, const size_t *group,
                        size_t n, double *shared, const struct analysis_options *o,
                        const size_t *point_group)
{
    struct stats_tost_input in = {.n = n,
                                  .log_ratio = d,
                                  .group = group,
                                  .n_groups = scale->n_problems,
                                  .clusters = scale->clusters,
                                  .shared = shared,
                                  .alpha = o->alpha,
                                  .tolerance = o->tolerance};
    for (size_t i = 0; i < scale->n_points; i++) {
        const struct analysis_scale_point *p = scale->point + i;
        if (!p->base)
            continue;
        shared[point_group[i]] = p->noise;
        if (p->noise_df > 0)
            in.shared_df = in.shared_df > 0 ? fmin(in.shared_df, p->noise_df) : p->noise_df;
    }
    stats_tost(&in, &scale->tost);
}

/* Statistics of differences leave the base variants out, whose ratio to themselves is 1 by
 * definition.  `work` has room for four times the points. */
static void differences(struct analysis_scale *scale, const size_t *group, double *work,
                        size_t *kept_group, const struct analysis_options *o)
{
    size_t n = 0, m = scale->n_points;
    double *x = work, *y = work + m, *d = work + 2 * m;
    for (size_t i = 0; i < m; i++)
        if (!scale->point[i].base) {
            x[n] = scale->point[i].x;
            y[n++] = scale->point[i].y;
        }
    scale->ccc = n >= 2 ? stats_concordance(x, y, n) : NAN;
    n = 0;
    for (size_t i = 0; i < m; i++)
        if (!scale->point[i].base) {
            x[n] = log_from(scale, scale->point + i);
            y[n] = log_to(scale, scale->point + i);
            d[n] = x[n] - y[n];
            kept_group[n++] = group[i];
        }
    stats_bland_altman(x, y, n, o->level, &scale->bias, &scale->limit_lower,
                       &scale->limit_upper);
    equivalence(scale, d, kept_group, n, work + 3 * m, o, group);
}

static void find_worst(struct analysis_scale *scale)
{
    scale->worst_error = NAN;
    for (size_t i = 0; i < scale->n_points; i++) {
        const struct analysis_scale_point *p = scale->point + i;
        double error = expm1(log_from(scale, p) - log_to(scale, p));
        if (!isnan(error) &&
            (isnan(scale->worst_error) || fabs(error) > fabs(scale->worst_error))) {
            scale->worst = i;
            scale->worst_error = error;
        }
    }
}

static int warn_of_scale(struct analysis_scale *s)
{
    int status = 0;
    if (isnan(s->r2.value) && s->to > 0)
        status = analysis_warn(&s->warnings, "no-variation",
                               "the variants do not differ at n = %g or at n = %g", s->from,
                               s->to);
    else if (isnan(s->r2.value))
        status = analysis_warn(&s->warnings, "no-variation",
                               "one of the columns does not vary%s",
                               s->grouped ? " within any group" : "");
    if (status == 0 && !isnan(s->r2.value) && s->slope.upper <= 0)
        status = analysis_warn(&s->warnings, "order-reversed",
                               "the order is reversed: slope %.1f, whatever R2",
                               s->slope.value);
    if (status == 0 && s->n_points < POINTS_MIN)
        status = analysis_warn(&s->warnings, "few-variants",
                               "%zu design points are too few for an interval to be trusted",
                               s->n_points);
    if (status == 0 && isnan(s->bias.value))
        status = analysis_warn(&s->warnings, "no-ratios",
                               "values that are not above 0 have no ratios: limits of agreement "
                               "and the equivalence test are left out");
    return status;
}

int analysis_scale_compute(struct analysis_scale *scale, const size_t *group,
                           const struct analysis_options *o, struct err *err)
{
    size_t n = scale->n_points;
    double *work = calloc(6 * n + 1, sizeof *work);
    size_t *kept_group = calloc(n + 1, sizeof *kept_group);
    int status = 0;
    if (work == NULL || kept_group == NULL) {
        status = err_set(err, ERR_NOMEM, "no memory for %zu points", n);
        goto out;
    }
    scale->level = o->level;
    scale->seed = o->seed;
    scale->resamples = scale->brief ? o->resamples_brief : o->resamples;
    scale->clusters = scale->grouped && scale->n_problems >= CLUSTERS_MIN;
    double *x = work, *y = work + n;
    for (size_t i = 0; i < n; i++) {
        const struct analysis_scale_point *p = scale->point + i;
        x[i] = scale->logarithms ? log(p->cpi_from) : p->cpi_from;
        y[i] = scale->logarithms ? log(p->cpi_to) : p->cpi_to;
    }
    struct stats_pairs pairs = {.n = n, .x = x, .y = y};
    scale->r2_pooled = stats_within_r2(&pairs, NULL, n);
    for (size_t i = 0; i < n; i++) {
        x[i] = scale->point[i].x;
        y[i] = scale->point[i].y;
    }
    pairs.group = group;
    pairs.n_groups = scale->n_problems;
    scale->rank_flips = stats_rank_flips(&pairs, &scale->rank_pairs);
    find_worst(scale);
    status = intervals(scale, &pairs, o, err);
    if (status < 0)
        goto out;
    differences(scale, group, work + 2 * n, kept_group, o);
    if (warn_of_scale(scale) < 0)
        status = err_set(err, ERR_NOMEM, "no memory for a warning");
out:
    free(work);
    free(kept_group);
    return status;
}
