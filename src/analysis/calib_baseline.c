/* Notes:
 * - A straight line by least squares, in the rows' own order of weight: equal weights hang on
 *   the largest size, for sizes mostly double; relative ones on no size in particular.
 * - R2 of a line through doubling sizes is near 1 whatever happens at the small ones, so the
 *   gate on it says little; the tests say more.
 * - Non-linear: t test of a quadratic term, and where sizes are repeated the F test of lack of
 *   fit against pure error (Draper and Smith, Applied Regression Analysis, 3rd edition, 2.1).
 * - Outliers: the largest externally studentised residual with Bonferroni's bound over the rows
 *   (Cook and Weisberg, Residuals and Influence in Regression (1982), 2.2.2).
 * - Each test is made once a series: Holm's correction over the series tells what survives. */
#include "config.h"

#include "analysis/calib.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "stats/adjust.h"
#include "stats/dist.h"

enum { MS_IN_NS = 1000000 };

/* Numbers of the whole table. */
struct columns {
    stats_real *x, *time;
    size_t program, category, problem; /* category and problem: n_columns when missing */
};

void analysis_baseline_options_init(struct analysis_baseline_options *o)
{
    *o = (struct analysis_baseline_options){.program = "program",
                                            .x = "instructions",
                                            .time = "time_ms",
                                            .level = 0.95,
                                            .gate = 0.997};
}

static const char *cell(const struct csv *d, size_t row, size_t column)
{
    return column < d->n_columns ? d->cell[row * d->n_columns + column] : "";
}

static size_t optional_column(const struct csv *d, const char *name)
{
    size_t column;
    return csv_column(d, name, &column, NULL) == 0 ? column : d->n_columns;
}

static int read_positive(const struct csv *d, const char *name, stats_real *values,
                         struct err *err)
{
    size_t column;
    int status = csv_column(d, name, &column, err);
    if (status == 0)
        status = analysis_data_reals(d, column, values, err);
    for (size_t i = 0; status == 0 && i < d->n_rows; i++)
        if (!(values[i] > 0))
            status = err_set(err, ERR_DATA, "'%s':%zu: column '%s': %s is not above 0", d->name,
                             d->line[i], name, cell(d, i, column));
    return status;
}

static int columns_init(struct columns *c, const struct csv *d,
                        const struct analysis_baseline_options *o, struct err *err)
{
    *c = (struct columns){.x = calloc(d->n_rows, sizeof *c->x),
                          .time = calloc(d->n_rows, sizeof *c->time),
                          .category = optional_column(d, "category"),
                          .problem = optional_column(d, "problem")};
    if (c->x == NULL || c->time == NULL)
        return err_set(err, ERR_NOMEM, "no memory for '%s'", d->name);
    int status = csv_column(d, o->program, &c->program, err);
    if (status == 0)
        status = read_positive(d, o->x, c->x, err);
    if (status == 0)
        status = read_positive(d, o->time, c->time, err);
    return status;
}

static void columns_release(struct columns *c)
{
    free(c->x);
    free(c->time);
}

/* ---- series ---- */

static int add_row(struct analysis_baselines *b, const struct csv *d, const struct columns *c,
                   size_t row)
{
    const char *name = cell(d, row, c->program);
    struct analysis_baseline *s = NULL;
    for (size_t i = 0; i < b->count && s == NULL; i++)
        if (strcmp(b->item[i].name, name) == 0)
            s = b->item + i;
    if (s == NULL) {
        s = realloc(b->item, (b->count + 1) * sizeof *s);
        if (s == NULL)
            return ERR_NOMEM;
        b->item = s;
        s += b->count++;
        *s = (struct analysis_baseline){.name = name,
                                        .category = cell(d, row, c->category),
                                        .problem = cell(d, row, c->problem)};
    }
    size_t *rows = realloc(s->row, (s->n_points + 1) * sizeof *rows);
    if (rows == NULL)
        return ERR_NOMEM;
    s->row = rows;
    size_t at = s->n_points++;
    for (; at > 0 && c->x[rows[at - 1]] > c->x[row]; at--)
        rows[at] = rows[at - 1];
    rows[at] = row;
    return 0;
}

static int fill_points(struct analysis_baseline *s, const struct columns *c)
{
    s->x = calloc(s->n_points, sizeof *s->x);
    s->time = calloc(s->n_points, sizeof *s->time);
    if (s->x == NULL || s->time == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->n_points; i++) {
        s->x[i] = (double)c->x[s->row[i]];
        s->time[i] = (double)c->time[s->row[i]];
        s->n_sizes += i == 0 || c->x[s->row[i]] != c->x[s->row[i - 1]];
    }
    return 0;
}

/* A polynomial of `terms` terms in x. */
static int fit_polynomial(struct stats_lm **lm, const struct analysis_baseline *s,
                          const struct columns *c, const struct analysis_baseline_options *o,
                          size_t terms, struct err *err)
{
    size_t n = s->n_points;
    stats_real *x = calloc(n * (terms + 2), sizeof *x);
    if (x == NULL)
        return err_set(err, ERR_NOMEM, "no memory for '%s'", s->name);
    stats_real *y = x + n * terms, *w = y + n;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < terms; k++)
            x[i * terms + k] = stats_real_powi(c->x[s->row[i]], (int)k);
        y[i] = c->time[s->row[i]];
        w[i] = 1 / (y[i] * y[i]);
    }
    struct stats_lm_input in = {.n = n,
                                .p = terms,
                                .x = x,
                                .y = y,
                                .w = o->relative ? w : NULL,
                                .intercept = true,
                                .level = o->level};
    int status = stats_lm_alloc(lm, &in, NULL, err);
    if (status < 0)
        err_prefix(err, "program '%s'", s->name);
    free(x);
    return status;
}

/* ---- tests ---- */

static void find_outlier(struct analysis_baseline *s, const struct stats_lm *lm)
{
    s->studentised = s->test[ANALYSIS_BASELINE_OUTLYING].p = NAN;
    for (size_t i = 0; !lm->exact && i < s->n_points; i++) {
        double r = lm->row[i].studentised;
        if (isnan(r) || (!isnan(s->studentised) && fabs(r) <= fabs(s->studentised)))
            continue;
        s->outlier = i;
        s->studentised = r;
    }
    if (!isnan(s->studentised))
        s->test[ANALYSIS_BASELINE_OUTLYING].p =
            fmin(1, (double)s->n_points * stats_t_two_sided(s->studentised, lm->df - 1));
}

static int find_curve(struct analysis_baseline *s, const struct columns *c,
                      const struct analysis_baseline_options *o, struct err *err)
{
    struct stats_lm *lm = NULL;
    s->curvature = s->test[ANALYSIS_BASELINE_CURVED].p = NAN;
    if (s->n_sizes < 4)
        return 0;
    int status = fit_polynomial(&lm, s, c, o, 3, err);
    if (status < 0)
        return status;
    double first = lm->term[1].estimate + 2 * lm->term[2].estimate * s->x[0];
    double last = lm->term[1].estimate + 2 * lm->term[2].estimate * s->x[s->n_points - 1];
    if (lm->exact) { /* a parabola without residuals: as sure as can be, or a line */
        s->curvature = fabs(last / first - 1) < 1e-12 ? 0 : last / first - 1;
        s->test[ANALYSIS_BASELINE_CURVED].p = s->curvature == 0 ? 1 : 0;
    } else {
        s->curvature = last / first - 1;
        s->test[ANALYSIS_BASELINE_CURVED].p = lm->term[2].p;
    }
    stats_lm_free(lm);
    return 0;
}

static void find_lack_of_fit(struct analysis_baseline *s, const struct stats_lm *lm,
                             bool relative)
{
    double pure = 0, df = (double)(s->n_points - s->n_sizes), sizes = (double)s->n_sizes;
    s->lack_of_fit = s->test[ANALYSIS_BASELINE_UNFIT].p = NAN;
    if (df == 0 || s->n_sizes < 3)
        return;
    for (size_t i = 0, end; i < s->n_points; i = end) {
        double sum = 0, weight = 0;
        for (end = i; end < s->n_points && s->x[end] == s->x[i]; end++) {
            double w = relative ? 1 / (s->time[end] * s->time[end]) : 1;
            sum += w * s->time[end];
            weight += w;
        }
        for (size_t k = i; k < end; k++) {
            double e = s->time[k] - sum / weight;
            pure += e * e * (relative ? 1 / (s->time[k] * s->time[k]) : 1);
        }
    }
    if (!(pure > 0))
        return; /* repetitions that agree to the last digit are none */
    s->lack_of_fit = fmax(0, lm->rss - pure) / (sizes - 2) / (pure / df);
    s->test[ANALYSIS_BASELINE_UNFIT].p = stats_f_upper(s->lack_of_fit, sizes - 2, df);
}

static void take_line(struct analysis_baseline *s, const struct stats_lm *lm, double gate)
{
    const struct stats_lm_term *a = lm->term, *b = lm->term + 1;
    s->overhead = (struct stats_estimate){a->estimate, a->lower, a->upper};
    s->latency = (struct stats_estimate){b->estimate * MS_IN_NS, b->lower * MS_IN_NS,
                                         b->upper * MS_IN_NS};
    s->r2 = lm->r2;
    s->residual_sd = lm->residual_sd;
    s->df = lm->df;
    s->verdict = !(lm->df > 0)   ? ANALYSIS_INCONCLUSIVE
                 : lm->r2 > gate ? ANALYSIS_PASS
                                 : ANALYSIS_FAIL;
}

static int fit_series(struct analysis_baseline *s, const struct csv *d, const struct columns *c,
                      const struct analysis_baseline_options *o, struct err *err)
{
    struct stats_lm *lm = NULL;
    if (fill_points(s, c) < 0)
        return err_set(err, ERR_NOMEM, "no memory for '%s'", s->name);
    if (s->n_sizes < 2)
        return err_set(
            err, ERR_DATA,
            "'%s':%zu: program '%s' has one size only: overhead and latency need two", d->name,
            d->line[s->row[0]], s->name);
    int status = fit_polynomial(&lm, s, c, o, 2, err);
    if (status < 0)
        return status;
    take_line(s, lm, o->gate);
    find_outlier(s, lm);
    find_lack_of_fit(s, lm, o->relative);
    status = find_curve(s, c, o, err);
    stats_lm_free(lm);
    return status;
}

/* Holm's correction of one of the tests over the series that have it. */
static int adjust(struct analysis_baselines *b, size_t test, struct err *err)
{
    size_t n = 0;
    int status = 0;
    double *p = calloc(b->count, sizeof *p);
    if (p == NULL)
        return err_set(err, ERR_NOMEM, "no memory for %zu programs", b->count);
    for (size_t i = 0; i < b->count; i++)
        if (!isnan(b->item[i].test[test].p))
            p[n++] = b->item[i].test[test].p;
    if (n > 0)
        status = stats_adjust_holm(p, n, p, err);
    for (size_t i = 0, k = 0; status == 0 && i < b->count; i++) {
        struct analysis_baseline_test *t = b->item[i].test + test;
        t->p_adjusted = isnan(t->p) ? NAN : p[k++];
    }
    free(p);
    return status;
}

/* ---- warnings ---- */

/* 2 when the test rejects after the correction as well, 1 when on its own alone. */
static int rejects(const struct analysis_baseline_test *t, double alpha)
{
    return t->p_adjusted < alpha ? 2 : t->p < alpha ? 1 : 0;
}

static int warn_of_tests(struct analysis_baseline *s, double alpha)
{
    static const char *const note[] = {"", " (not after correction for the number of programs)",
                                       ""};
    int status = 0, found = rejects(s->test + ANALYSIS_BASELINE_CURVED, alpha);
    if (found > 0)
        status =
            analysis_warn(&s->warnings, found == 2 ? "non-linear" : "perhaps-non-linear",
                          "the slope changes by %+.1f %% from the smallest to the largest "
                          "size, p = %.2g%s",
                          s->curvature * 100, s->test[ANALYSIS_BASELINE_CURVED].p, note[found]);
    found = rejects(s->test + ANALYSIS_BASELINE_UNFIT, alpha);
    if (status == 0 && found > 0)
        status = analysis_warn(&s->warnings, found == 2 ? "lack-of-fit" : "perhaps-lack-of-fit",
                               "sizes lie off the line by more than repetitions differ, "
                               "p = %.2g%s",
                               s->test[ANALYSIS_BASELINE_UNFIT].p, note[found]);
    found = rejects(s->test + ANALYSIS_BASELINE_OUTLYING, alpha);
    if (status == 0 && found > 0)
        status =
            analysis_warn(&s->warnings, found == 2 ? "outlier" : "perhaps-outlier",
                          "the time at size %.6g lies %.3g standard errors off the line of "
                          "the others, p = %.2g%s",
                          s->x[s->outlier], s->studentised,
                          s->test[ANALYSIS_BASELINE_OUTLYING].p, note[found]);
    return status;
}

static int warn(struct analysis_baseline *s, const struct analysis_baseline_options *o)
{
    int status = 0;
    if (s->verdict == ANALYSIS_FAIL)
        status =
            analysis_warn(&s->warnings, "r2-gate", "R2 is %.6f, not above %g", s->r2, o->gate);
    if (status == 0 && s->verdict == ANALYSIS_INCONCLUSIVE)
        status = analysis_warn(&s->warnings, "too-few-sizes",
                               "two points always lie on a line: measure a third size");
    if (status == 0 && s->n_sizes < 4)
        status = analysis_warn(&s->warnings, "not-tested",
                               "%zu sizes are too few to test whether the times are linear",
                               s->n_sizes);
    if (status == 0)
        status = warn_of_tests(s, 1 - o->level);
    if (status == 0 && s->latency.upper < 0)
        status = analysis_warn(&s->warnings, "negative-latency", "time falls with size");
    if (status == 0 && s->overhead.upper < 0)
        status = analysis_warn(&s->warnings, "negative-overhead",
                               "the line says that starting takes %.3g ms, less than nothing",
                               s->overhead.value);
    return status;
}

static void judge(struct analysis_baselines *b)
{
    b->verdict = ANALYSIS_PASS;
    for (size_t i = 0; i < b->count; i++)
        if (b->item[i].verdict == ANALYSIS_FAIL ||
            (b->item[i].verdict == ANALYSIS_INCONCLUSIVE && b->verdict == ANALYSIS_PASS))
            b->verdict = b->item[i].verdict;
}

int analysis_baselines_alloc(struct analysis_baselines **out, const struct csv *data,
                             const struct analysis_baseline_options *o, struct err *err)
{
    struct columns c;
    struct analysis_baselines *b = calloc(1, sizeof *b);
    int status = columns_init(&c, data, o, err);
    *out = NULL;
    if (status == 0 && b == NULL)
        status = ERR_NOMEM;
    for (size_t i = 0; status == 0 && i < data->n_rows; i++)
        status = add_row(b, data, &c, i);
    for (size_t i = 0; status == 0 && i < b->count; i++)
        status = fit_series(b->item + i, data, &c, o, err);
    for (size_t i = 0; status == 0 && i < ANALYSIS_BASELINE_TESTS; i++)
        status = adjust(b, i, err);
    for (size_t i = 0; status == 0 && i < b->count; i++)
        status = warn(b->item + i, o);
    if (status == 0) {
        b->options = *o;
        judge(b);
        *out = b;
        b = NULL;
    } else {
        err_set(err, status, "no memory for the baselines of '%s'", data->name);
    }
    analysis_baselines_free(b);
    columns_release(&c);
    return status;
}

static void baseline_release(struct analysis_baseline *b)
{
    free(b->row);
    free(b->x);
    free(b->time);
    analysis_warnings_release(&b->warnings);
}

int analysis_baselines_keep(struct analysis_baselines *b, const char *names, struct err *err)
{
    bool *keep = calloc(b->count + 1, sizeof *keep);
    char *copy = strdup(names), *rest = copy, *name;
    size_t kept = 0;
    int status = keep == NULL || copy == NULL ? err_set(err, ERR_NOMEM, "out of memory") : 0;
    while (status == 0 && (name = strsep(&rest, ",")) != NULL) {
        size_t i = 0;
        while (i < b->count && strcmp(b->item[i].name, name) != 0)
            i++;
        if (i < b->count)
            keep[i] = true;
        else
            status = err_set(err, ERR_CONFIG, "the hardware times have no program '%s'", name);
    }
    for (size_t i = 0; status == 0 && i < b->count; i++)
        if (keep[i])
            b->item[kept++] = b->item[i];
        else
            baseline_release(b->item + i);
    if (status == 0)
        b->count = kept;
    free(copy);
    free(keep);
    return status;
}

void analysis_baselines_free(struct analysis_baselines *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; i < b->count; i++)
        baseline_release(b->item + i);
    free(b->item);
    free(b);
}
