#include "config.h"

#include "stats/change.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/change_priv.h"

struct split {
    double energy;
    size_t at;
};

struct part {
    size_t begin, end;
    struct split best;
};

struct energy {
    size_t n, least;
    double *y;       /* the series */
    double *order;   /* an order of it within the parts */
    double *between; /* column of the sums below */
    struct part *part;
    size_t parts;
    struct stats_rng *rng;
};

/* The split of y that differs most: Matteson and James compare the t values at the start of a
 * part with those from t to any k.  With D(t, k) the sum of |y_i - y_j| over i < t, j < k, the
 * distances between the two are D(t, k) - D(t, t), those within the first D(t, t) / 2 and those
 * within the second (D(k, k) - 2 D(t, k) + D(t, t)) / 2.  D(., k) grows from D(., k - 1) by one
 * running sum: n^2 / 2 steps and no matrix. */
static struct split best_split(const struct energy *e, const double *y, size_t n)
{
    struct split best = {-INFINITY, 0};
    double *d = e->between; /* D(t, k) */
    double *whole = d + n + 1; /* D(t, t) */
    d[0] = whole[0] = 0;
    for (size_t k = 1; k <= n; k++) {
        double run = 0, last = y[k - 1];
        for (size_t t = 1; t < k; t++) {
            run += fabs(y[t - 1] - last);
            d[t] += run;
        }
        d[k] = whole[k] = whole[k - 1] + 2 * run;
        for (size_t t = e->least; t + e->least <= k; t++) {
            double a = (double)t, b = (double)(k - t);
            double energy = 2 * (d[t] - whole[t]) / (a * b) - whole[t] / (a * (a - 1)) -
                            (whole[k] - 2 * d[t] + whole[t]) / (b * (b - 1));
            energy *= a * b / (a + b);
            if (energy > best.energy)
                best = (struct split){energy, t};
        }
    }
    return best;
}

static void fit_part(const struct energy *e, struct part *p)
{
    p->best = best_split(e, e->y + p->begin, p->end - p->begin);
}

static double largest(const struct energy *e, const double *y)
{
    double energy = -INFINITY;
    for (size_t i = 0; i < e->parts; i++) {
        const struct part *p = e->part + i;
        energy = fmax(energy, best_split(e, y + p->begin, p->end - p->begin).energy);
    }
    return energy;
}

/* How many random orders within the parts show a split of at least that energy; stops where
 * it is more than `enough`. */
static size_t reach(struct energy *e, double energy, size_t resamples, size_t enough)
{
    size_t count = 0;
    /* The last orders were shuffled across what has been split since. */
    memcpy(e->order, e->y, e->n * sizeof *e->order);
    for (size_t b = 0; b < resamples && count <= enough; b++) {
        for (size_t i = 0; i < e->parts; i++) {
            const struct part *p = e->part + i;
            stats_change_shuffle(e->order + p->begin, p->end - p->begin, e->rng);
        }
        count += largest(e, e->order) >= energy * (1 - 1e-12);
    }
    return count;
}

static int by_place(const void *a, const void *b)
{
    const struct stats_change *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static void divide(struct energy *e, const struct stats_change_options *o, size_t allowed,
                   struct stats_changes *out)
{
    fit_part(e, e->part);
    for (;;) {
        size_t widest = 0;
        for (size_t i = 1; i < e->parts; i++)
            if (e->part[i].best.energy > e->part[widest].best.energy)
                widest = i;
        struct part *p = e->part + widest;
        if (!(p->best.energy > 0)) /* nothing to split, or nothing that varies */
            return;
        size_t count = reach(e, p->best.energy, o->resamples, allowed);
        if (count > allowed)
            return;
        size_t at = p->begin + p->best.at;
        out->change[out->n++] = (struct stats_change){
            .at = at, .p = ((double)count + 1) / ((double)o->resamples + 1)};
        e->part[e->parts] = (struct part){.begin = at, .end = p->end};
        p->end = at;
        fit_part(e, p);
        fit_part(e, e->part + e->parts);
        e->parts++;
    }
}

int stats_edivisive(const double *y, size_t n, const struct stats_change_options *options,
                    struct stats_changes *out, struct err *err)
{
    struct energy e = {.n = n, .least = options->min_segment};
    size_t allowed;
    int status = stats_change_check(y, n, 2, options, out, err);
    if (status == 0)
        status = stats_change_allowed(options->resamples, options->rate, &allowed, err);
    if (status < 0)
        return status;
    e.y = calloc(4 * (n + 1), sizeof *e.y);
    e.part = calloc(n, sizeof *e.part);
    out->change = calloc(n, sizeof *out->change);
    if (e.y == NULL || e.part == NULL || out->change == NULL ||
        stats_rng_alloc(&e.rng, options->seed) < 0) {
        status = err_set(err, ERR_NOMEM, "no memory for a series of %zu values", n);
        goto out;
    }
    e.order = e.y + n;
    e.between = e.y + 2 * n;
    memcpy(e.y, y, n * sizeof *y);
    e.part[0].end = n;
    e.parts = 1;
    divide(&e, options, allowed, out);
    qsort(out->change, out->n, sizeof *out->change, by_place);
    stats_change_describe(y, n, options->level, out);
out:
    stats_rng_free(e.rng);
    free(e.part);
    free(e.y);
    return status;
}
