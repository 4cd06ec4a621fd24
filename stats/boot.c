#include "config.h"

#include "stats/boot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/dist.h"

/* Items sorted by group, so that a group is a range of `item`. */
struct layout {
    size_t *item;    /* n */
    size_t *start;   /* n_groups + 1 */
    size_t *index;   /* n, or the largest that clusters can make */
    size_t n_groups;
    double *values;  /* resamples x n_statistics */
    double *jack;    /* units x n_statistics */
    double *column;
};

static void layout_release(struct layout *l)
{
    free(l->item);
    free(l->start);
    free(l->index);
    free(l->values);
    free(l->jack);
    free(l->column);
}

static int layout_init(struct layout *l, const struct stats_boot_input *in)
{
    size_t g = in->group == NULL ? 1 : in->n_groups, n = in->n, largest = 0;
    *l = (struct layout){.n_groups = g};
    l->item = calloc(n + 1, sizeof *l->item);
    l->start = calloc(g + 2, sizeof *l->start);
    if (l->item == NULL || l->start == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        l->start[(in->group == NULL ? 0 : in->group[i]) + 2]++;
    for (size_t i = 0; i < g; i++) {
        largest = l->start[i + 2] > largest ? l->start[i + 2] : largest;
        l->start[i + 2] += l->start[i + 1];
    }
    /* start[k + 1] is the next free place of group k, and becomes its end. */
    for (size_t i = 0; i < n; i++)
        l->item[l->start[(in->group == NULL ? 0 : in->group[i]) + 1]++] = i;
    l->index = calloc(in->clusters ? largest * g + 1 : n + 1, sizeof *l->index);
    l->values = calloc(in->resamples * in->n_statistics, sizeof *l->values);
    l->jack = calloc((in->clusters ? g : n) * in->n_statistics + 1, sizeof *l->jack);
    l->column = calloc(in->resamples, sizeof *l->column);
    return l->index && l->values && l->jack && l->column ? 0 : ERR_NOMEM;
}

static size_t resample(const struct layout *l, bool clusters, struct stats_rng *rng)
{
    size_t count = 0;
    for (size_t g = 0; g < l->n_groups; g++) {
        size_t from = clusters ? stats_rng_below(rng, l->n_groups) : g;
        size_t start = l->start[from], size = l->start[from + 1] - start;
        for (size_t i = 0; i < size; i++)
            l->index[count++] = l->item[start + (clusters ? i : stats_rng_below(rng, size))];
    }
    return count;
}

/* The statistics without each item (cluster) in turn. */
static void jackknife(const struct stats_boot_input *in, const struct layout *l)
{
    size_t units = in->clusters ? l->n_groups : in->n;
    for (size_t u = 0; u < units; u++) {
        size_t count = 0;
        for (size_t g = 0; g < l->n_groups; g++)
            for (size_t i = l->start[g]; i < l->start[g + 1]; i++)
                if (in->clusters ? g != u : i != u)
                    l->index[count++] = l->item[i];
        in->statistic(in->data, l->index, count, l->jack + u * in->n_statistics);
    }
}

/* Acceleration: skewness of the influence of items, each group by itself. */
static double acceleration(const struct stats_boot_input *in, const struct layout *l, size_t s)
{
    double squares = 0, cubes = 0;
    size_t groups = in->clusters ? 1 : l->n_groups;
    for (size_t g = 0; g < groups; g++) {
        size_t start = in->clusters ? 0 : l->start[g];
        size_t end = in->clusters ? l->n_groups : l->start[g + 1];
        double n = (double)(end - start), mean = 0;
        for (size_t i = start; i < end; i++)
            mean += l->jack[i * in->n_statistics + s] / n;
        for (size_t i = start; i < end; i++) {
            double d = (mean - l->jack[i * in->n_statistics + s]) * (n - 1) / n;
            squares += d * d;
            cubes += d * d * d;
        }
    }
    double a = squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
    return isfinite(a) ? a : 0;
}

static void interval(const struct stats_boot_input *in, const struct layout *l, size_t s,
                     struct stats_estimate *e)
{
    size_t count = 0, units = in->clusters ? l->n_groups : in->n;
    double below = 0;
    e->lower = e->upper = NAN;
    for (size_t b = 0; b < in->resamples; b++) {
        double v = l->values[b * in->n_statistics + s];
        if (isnan(v))
            continue;
        l->column[count++] = v;
        below += v < e->value ? 1 : v == e->value ? 0.5 : 0;
    }
    if (isnan(e->value) || units < 3 || count * 20 < in->resamples * 19)
        return;
    stats_sort(l->column, count);
    double n = (double)count;
    /* A share of exactly 0 or 1 would make the bias infinite. */
    double share = fmin(fmax(below / n, 0.5 / n), 1 - 0.5 / n);
    double z0 = stats_normal_quantile(share), a = acceleration(in, l, s);
    double z = stats_normal_quantile(0.5 + in->level / 2);
    for (int side = -1; side <= 1; side += 2) {
        double w = z0 + side * z, q = stats_normal_cdf(z0 + w / (1 - a * w));
        *(side < 0 ? &e->lower : &e->upper) = stats_quantile_sorted(l->column, count, q);
    }
    /* Strong acceleration can turn the corrected quantiles round the estimate. */
    e->lower = fmin(e->lower, e->value);
    e->upper = fmax(e->upper, e->value);
}

int stats_boot(const struct stats_boot_input *in, struct stats_estimate *estimate,
               struct err *err)
{
    if (!(in->level > 0 && in->level < 1))
        return err_set(err, ERR_CONFIG, "level %g is not between 0 and 1", in->level);
    if (in->resamples < 100)
        return err_set(err, ERR_CONFIG, "%zu resamples are too few (at least 100)",
                       in->resamples);
    struct layout l;
    struct stats_rng *rng = NULL;
    double *point = calloc(in->n_statistics, sizeof *point);
    int status = layout_init(&l, in);
    if (status < 0 || point == NULL || stats_rng_alloc(&rng, in->seed) < 0) {
        status = err_set(err, ERR_NOMEM, "no memory for %zu resamples", in->resamples);
        goto out;
    }
    memcpy(l.index, l.item, in->n * sizeof *l.index);
    in->statistic(in->data, l.index, in->n, point);
    for (size_t b = 0; b < in->resamples; b++) {
        size_t count = resample(&l, in->clusters, rng);
        in->statistic(in->data, l.index, count, l.values + b * in->n_statistics);
    }
    jackknife(in, &l);
    for (size_t s = 0; s < in->n_statistics; s++) {
        estimate[s].value = point[s];
        interval(in, &l, s, estimate + s);
    }
out:
    stats_rng_free(rng);
    layout_release(&l);
    free(point);
    return status;
}
