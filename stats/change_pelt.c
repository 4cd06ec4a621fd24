#include "config.h"

#include "stats/change.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stats/change_priv.h"

enum { MOST_PASSES = 20 };

struct pelt {
    size_t n, least;  /* values; shortest segment */
    double *y;        /* the series */
    double *left;     /* the series less the changes so far */
    double *order;    /* any order of that */
    double *sum;      /* n + 1: of the values before, in units of sigma */
    double *gain;     /* n + 1: best over all cuts of the values before, less penalties */
    double *inverse;  /* 1 / i */
    double *scratch;
    double *null;     /* resamples */
    size_t *last;     /* n + 1: where the last segment begins */
    size_t *open;     /* candidates for it */
    size_t *closes;   /* n + 1: from where a candidate cannot win any more */
    size_t *cut, cuts;   /* of the last search */
    size_t *best, bests; /* those that the critical penalty belongs to */
    bool *found;         /* n: a change begins there */
    struct stats_rng *rng;
};

static void pelt_release(struct pelt *p)
{
    free(p->y);
    free(p->last);
    free(p->found);
    stats_rng_free(p->rng);
}

static int pelt_init(struct pelt *p, size_t n, const struct stats_change_options *o)
{
    *p = (struct pelt){.n = n, .least = o->min_segment};
    size_t m = n + 1;
    p->y = calloc(7 * m + o->resamples, sizeof *p->y);
    p->last = calloc(5 * m, sizeof *p->last);
    p->found = calloc(m, sizeof *p->found);
    if (p->y == NULL || p->last == NULL || p->found == NULL ||
        stats_rng_alloc(&p->rng, o->seed) < 0)
        return ERR_NOMEM;
    p->left = p->y + m;
    p->order = p->y + 2 * m;
    p->sum = p->y + 3 * m;
    p->gain = p->y + 4 * m;
    p->inverse = p->y + 5 * m;
    p->scratch = p->y + 6 * m;
    p->null = p->y + 7 * m;
    p->open = p->last + m;
    p->closes = p->last + 2 * m;
    p->cut = p->last + 3 * m;
    p->best = p->last + 4 * m;
    for (size_t i = 1; i <= n; i++)
        p->inverse[i] = 1 / (double)i;
    return 0;
}

/* The mean of the smaller three quarters of the differences of successive values.  A step is in
 * one difference only, so that changes hardly count; a median would jump with values of few
 * digits.  A part of the mean of all stands in where most values equal their neighbours.  0
 * for a constant series alone. */
static double noise(struct pelt *p, const double *y)
{
    double mean = 0, small = 0;
    size_t m = p->n - 1, most = m - m / 4;
    for (size_t i = 0; i < m; i++) {
        p->scratch[i] = fabs(y[i + 1] - y[i]);
        mean += p->scratch[i] / (double)m;
    }
    stats_sort(p->scratch, m);
    for (size_t i = 0; i < most; i++)
        small += p->scratch[i] / (double)most;
    /* Those of |N(0, 2)|: 2 / sqrt(pi) (1 - exp(-q^2 / 2)) / 0.75, where q is the normal's
     * 0.875 quantile; and 2 / sqrt(pi). */
    return fmax(small / 0.7281832781777035, 0.05 * mean / 1.1283791670955126);
}

static void load(struct pelt *p, const double *y, double sigma)
{
    double mean = 0, scale = 1 / sigma;
    for (size_t i = 0; i < p->n; i++)
        mean += y[i] / (double)p->n;
    p->sum[0] = 0;
    for (size_t i = 0; i < p->n; i++)
        p->sum[i + 1] = p->sum[i] + (y[i] - mean) * scale;
}

/* The cuts that bring most: what is loaded, less a penalty a cut.  The squares of the values
 * are the same for every cut and left out: a segment brings (sum of values)^2 / length.
 * Candidates that cannot win any more are closed, which is what makes it PELT: once one is
 * beaten by a cut at t, it is for good, but a segment from t must first be long enough. */
static void search(struct pelt *p, double penalty)
{
    size_t n = p->n, count = 0;
    p->gain[0] = -penalty;
    for (size_t t = p->least; t <= n; t++) {
        if (t == p->least || t >= 2 * p->least) {
            p->closes[t - p->least] = n + 1;
            p->open[count++] = t - p->least;
        }
        double best = -INFINITY, end = p->sum[t];
        size_t from = 0, kept = 0;
        for (size_t i = 0; i < count; i++) {
            size_t s = p->open[i];
            double d = end - p->sum[s], g = p->gain[s] + d * d * p->inverse[t - s];
            p->scratch[i] = g;
            if (g > best) {
                best = g;
                from = s;
            }
        }
        p->gain[t] = best - penalty;
        p->last[t] = from;
        for (size_t i = 0; i < count; i++) {
            size_t s = p->open[i];
            if (p->scratch[i] <= p->gain[t] && p->closes[s] > t + p->least)
                p->closes[s] = t + p->least;
            if (p->closes[s] > t + 1)
                p->open[kept++] = s;
        }
        count = kept;
    }
    p->cuts = 0;
    for (size_t t = p->last[n]; t > 0; t = p->last[t])
        p->cut[p->cuts++] = t;
    for (size_t i = 0; i < p->cuts / 2; i++) {
        size_t held = p->cut[i];
        p->cut[i] = p->cut[p->cuts - 1 - i];
        p->cut[p->cuts - 1 - i] = held;
    }
}

/* What one cut of the values from `begin` to `end` at c brings. */
static double split_gain(const struct pelt *p, size_t begin, size_t c, size_t end)
{
    double left = (p->sum[c] - p->sum[begin]) * p->inverse[c - begin];
    double right = (p->sum[end] - p->sum[c]) * p->inverse[end - c];
    double m = (double)(c - begin) * (double)(end - c) * p->inverse[end - begin];
    return (left - right) * (left - right) * m;
}

static double best_split(const struct pelt *p, size_t begin, size_t end, size_t *at)
{
    double best = 0;
    for (size_t c = begin + p->least; c + p->least <= end; c++) {
        double gain = split_gain(p, begin, c, end);
        if (gain > best) {
            best = gain;
            *at = c;
        }
    }
    return best;
}

/* The smallest penalty at which nothing is found: the largest mean gain of any set of cuts.
 * Each search either finds a set with a larger mean gain, or there is none (Dinkelbach,
 * Management Science 13 (1967), 492). */
static double critical_penalty(struct pelt *p)
{
    double penalty = best_split(p, 0, p->n, p->best);
    p->bests = 1;
    for (;;) {
        search(p, penalty);
        if (p->cuts == 0)
            return penalty;
        double total = 0;
        size_t begin = 0;
        for (size_t i = 0; i <= p->cuts; i++) {
            size_t end = i < p->cuts ? p->cut[i] : p->n;
            double s = p->sum[end] - p->sum[begin];
            total += s * s * p->inverse[end - begin];
            begin = end;
        }
        double gain = (total - p->sum[p->n] * p->sum[p->n] / (double)p->n) / (double)p->cuts;
        /* Rounding may find what brings nothing more. */
        if (!(gain > penalty * (1 + 1e-12)))
            return penalty;
        penalty = gain;
        p->bests = p->cuts;
        memcpy(p->best, p->cut, p->cuts * sizeof *p->best);
    }
}

/* The penalty that `allowed` of the random orders of what is left (of normal series, for a
 * known sigma) exceed. */
static double calibrate(struct pelt *p, const struct stats_change_options *o, size_t allowed)
{
    memcpy(p->order, p->left, p->n * sizeof *p->order);
    for (size_t b = 0; b < o->resamples; b++) {
        if (o->sigma > 0)
            for (size_t i = 0; i < p->n; i++)
                p->order[i] = stats_rng_normal(p->rng);
        else
            stats_change_shuffle(p->order, p->n, p->rng);
        load(p, p->order, o->sigma > 0 ? 1 : noise(p, p->order));
        p->null[b] = critical_penalty(p);
    }
    stats_sort(p->null, o->resamples);
    return p->null[o->resamples - 1 - allowed] * (1 + 1e-9);
}

/* Takes out cuts that do not bring the penalty between their neighbours.  In exact arithmetic
 * there are none; after steps of a billion sigma, rounding can make some. */
static void prune(struct pelt *p, double penalty)
{
    for (;;) {
        double least = INFINITY;
        size_t worst = 0;
        for (size_t i = 0; i < p->cuts; i++) {
            size_t begin = i > 0 ? p->cut[i - 1] : 0;
            size_t end = i + 1 < p->cuts ? p->cut[i + 1] : p->n;
            double gain = split_gain(p, begin, p->cut[i], end);
            if (gain < least) {
                least = gain;
                worst = i;
            }
        }
        if (!(least < penalty * (1 - 1e-9)))
            return;
        memmove(p->cut + worst, p->cut + worst + 1,
                (p->cuts - worst - 1) * sizeof *p->cut);
        p->cuts--;
    }
}

/* What is left of the series without the changes found: less the mean of each segment. */
static void take_off(struct pelt *p)
{
    for (size_t begin = 0, end; begin < p->n; begin = end) {
        for (end = begin + 1; end < p->n && !p->found[end];)
            end++;
        double mean = 0, rest = 0, m = (double)(end - begin);
        for (size_t j = begin; j < end; j++)
            mean += p->y[j] / m;
        for (size_t j = begin; j < end; j++)
            rest += (p->y[j] - mean) / m;
        for (size_t j = begin; j < end; j++)
            p->left[j] = p->y[j] - (mean + rest);
    }
}

/* Sigma and penalty of the search.  Changes that stand out most are taken off, as long as what
 * is left stands out from its own random orders: sigma and penalty must come from the noise,
 * not from the steps.  Not from the residuals of a first search either: in heavy tails that
 * would give each outlier a segment of its own, and find the rest to be light-tailed. */
static void settle(struct pelt *p, const struct stats_change_options *o, size_t allowed,
                   struct stats_changes *out)
{
    double largest = 0;
    for (size_t i = 0; i < p->n; i++)
        largest = fmax(largest, fabs(p->y[i]));
    for (int pass = 0; pass < MOST_PASSES; pass++) {
        double sigma = noise(p, p->left);
        /* Steps without noise: the last pass has seen them all. */
        if (!(sigma > 4 * DBL_EPSILON * largest) && pass > 0)
            return;
        double penalty = calibrate(p, o, allowed);
        out->sigma = sigma;
        out->penalty = penalty;
        load(p, p->left, sigma);
        if (!(critical_penalty(p) > penalty))
            return;
        for (size_t i = 0; i < p->bests; i++)
            p->found[p->best[i]] = true;
        take_off(p);
    }
}

static int segment(struct pelt *p, const struct stats_change_options *o,
                   struct stats_changes *out, struct err *err)
{
    size_t allowed;
    out->penalty = o->penalty;
    if (o->penalty == 0) {
        int status = stats_change_allowed(o->resamples, o->rate, &allowed, err);
        if (status < 0)
            return status;
        if (o->sigma > 0)
            out->penalty = calibrate(p, o, allowed);
        else
            settle(p, o, allowed, out);
    }
    load(p, p->y, out->sigma);
    search(p, out->penalty);
    prune(p, out->penalty);
    return 0;
}

/* p-value of a change anywhere in the values from `begin` to `end`. */
static double local_p(struct pelt *p, size_t begin, size_t end, size_t resamples)
{
    struct pelt part = *p;
    size_t reached = 0, at;
    part.n = end - begin;
    load(&part, p->y + begin, 1);
    double observed = best_split(&part, 0, part.n, &at);
    memcpy(p->order, p->y + begin, part.n * sizeof *p->y);
    for (size_t b = 0; b < resamples; b++) {
        stats_change_shuffle(p->order, part.n, p->rng);
        load(&part, p->order, 1);
        /* Orders that differ in nothing but rounding are the same. */
        reached += best_split(&part, 0, part.n, &at) >= observed * (1 - 1e-12);
    }
    return ((double)reached + 1) / ((double)resamples + 1);
}

int stats_pelt(const double *y, size_t n, const struct stats_change_options *options,
               struct stats_changes *out, struct err *err)
{
    struct pelt p = {0};
    int status = stats_change_check(y, n, 1, options, out, err);
    if (status < 0)
        return status;
    status = pelt_init(&p, n, options);
    if (status < 0)
        goto out;
    memcpy(p.y, y, n * sizeof *y);
    memcpy(p.left, y, n * sizeof *y);
    out->sigma = options->sigma > 0 ? options->sigma : noise(&p, y);
    if (!(out->sigma > 0))
        goto out;
    status = segment(&p, options, out, err);
    if (status < 0)
        goto out;
    out->change = calloc(p.cuts + 1, sizeof *out->change);
    if (out->change == NULL) {
        status = ERR_NOMEM;
        goto out;
    }
    out->n = p.cuts;
    for (size_t i = 0; i < p.cuts; i++) {
        size_t begin = i > 0 ? p.cut[i - 1] : 0;
        size_t end = i + 1 < p.cuts ? p.cut[i + 1] : n;
        out->change[i].at = p.cut[i];
        out->change[i].p = local_p(&p, begin, end, options->resamples);
    }
    stats_change_describe(y, n, options->level, out);
out:
    pelt_release(&p);
    return status < 0 ? err_set(err, status, "no memory for a series of %zu values", n) : 0;
}
