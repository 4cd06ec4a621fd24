/* How far two groups of times are apart. */
#include "config.h"

#include "analysis/history.h"

#include <math.h>
#include <stdlib.h>

#include "stats/dist.h"

/* Below this p-value groups are taken to differ (Bancroft's rule for pooling after a
 * preliminary test: Biometrics 20 (1964), 427). */
static const double pool_p = 0.25;

/* One side at one level: sums over groups of neighbours. */
struct level {
    double *mean;  /* of each group */
    size_t *count; /* members of each group, at the level below */
    size_t *key;   /* commit of each group */
    size_t n;
};

struct side {
    struct level unit[3]; /* runs, sessions, commits */
};

static int level_alloc(struct level *l, size_t n)
{
    l->mean = calloc(n + 1, sizeof(*l->mean));
    l->count = calloc(n + 1, sizeof(*l->count));
    l->key = calloc(n + 1, sizeof(*l->key));
    return l->mean != NULL && l->count != NULL && l->key != NULL ? 0 : ERR_NOMEM;
}

static void side_release(struct side *s)
{
    for (int u = 0; u < 3; u++) {
        free(s->unit[u].mean);
        free(s->unit[u].count);
        free(s->unit[u].key);
    }
}

/* A member more of the last group, or the first of a new one. */
static void put(struct level *l, bool fresh, double value, size_t key)
{
    if (fresh)
        l->n++;
    size_t at = l->n - 1;
    l->key[at] = key;
    l->count[at]++;
    l->mean[at] += (value - l->mean[at]) / (double)l->count[at];
}

static int side_init(struct side *s, const struct analysis_history_sample *x, size_t n)
{
    *s = (struct side){0};
    for (int u = 0; u < 3; u++)
        if (level_alloc(&s->unit[u], n) != 0)
            return ERR_NOMEM;
    struct level *runs = &s->unit[ANALYSIS_HISTORY_RUNS];
    struct level *sessions = &s->unit[ANALYSIS_HISTORY_SESSIONS];
    struct level *commits = &s->unit[ANALYSIS_HISTORY_COMMITS];
    for (size_t i = 0; i < n; i++) {
        put(runs, true, x[i].value, x[i].commit);
        put(sessions, i == 0 || x[i].session != x[i - 1].session, x[i].value, x[i].commit);
    }
    for (size_t i = 0; i < sessions->n; i++)
        put(commits, i == 0 || sessions->key[i] != sessions->key[i - 1], sessions->mean[i],
            sessions->key[i]);
    return 0;
}

static double mean_of(const struct level *l)
{
    double mean = 0;
    for (size_t i = 0; i < l->n; i++)
        mean += (l->mean[i] - mean) / (double)(i + 1);
    return mean;
}

/* Squares about the mean of a side. */
static double squares_of(const struct level *l)
{
    double mean = mean_of(l), sum = 0;
    for (size_t i = 0; i < l->n; i++)
        sum += (l->mean[i] - mean) * (l->mean[i] - mean);
    return sum;
}

/* Analysis of variance of groups within sides: adds squares and degrees of freedom between the
 * groups of `upper` and among the members of `lower` within them. */
static void add_variance(const struct level *lower, const struct level *upper, double *between,
                         double *df_between, double *within, double *df_within)
{
    double weighted = 0, total = 0;
    for (size_t i = 0; i < upper->n; i++) {
        total += (double)upper->count[i];
        weighted += ((double)upper->count[i] / total) * (upper->mean[i] - weighted);
    }
    for (size_t i = 0, at = 0; i < upper->n; i++) {
        double d = upper->mean[i] - weighted;
        *between += (double)upper->count[i] * d * d;
        for (size_t k = 0; k < upper->count[i]; k++, at++) {
            double r = lower->mean[at] - upper->mean[i];
            *within += r * r;
        }
    }
    *df_between += upper->n > 0 ? (double)(upper->n - 1) : 0;
    *df_within += total - (double)upper->n;
}

/* Whether groups of that unit differ by more than their members. */
static bool differ(const struct side *now, const struct side *then, int unit)
{
    double between = 0, df_between = 0, within = 0, df_within = 0;
    add_variance(&now->unit[unit - 1], &now->unit[unit], &between, &df_between, &within,
                 &df_within);
    add_variance(&then->unit[unit - 1], &then->unit[unit], &between, &df_between, &within,
                 &df_within);
    if (df_between < 1)
        return false; /* one group a side tells nothing of how groups differ */
    if (df_within < 1 || within == 0)
        return between > 0 || df_within < 1;
    double f = (between / df_between) / (within / df_within);
    return stats_f_upper(f, df_between, df_within) < pool_p;
}

/* Welch's standard error and degrees of freedom where both sides have a spread worth the name,
 * else those of a pooled variance. */
static void spread(const struct level *now, const struct level *then,
                   const struct analysis_history_noise *noise,
                   struct analysis_history_difference *d)
{
    enum { OWN_VARIANCE = 3 };
    double a = squares_of(now), b = squares_of(then);
    double na = (double)now->n, nb = (double)then->n;
    if (now->n >= OWN_VARIANCE && then->n >= OWN_VARIANCE) {
        double va = a / (na - 1) / na, vb = b / (nb - 1) / nb;
        d->se = sqrt(va + vb);
        d->df = (va + vb) * (va + vb) / (va * va / (na - 1) + vb * vb / (nb - 1));
    } else if (now->n + then->n > 2) {
        d->df = na + nb - 2;
        d->se = sqrt((a + b) / d->df * (1 / na + 1 / nb));
    } else if (noise != NULL && noise->df > 0) {
        d->unit = ANALYSIS_HISTORY_COMMITS;
        d->df = noise->df;
        d->se = sqrt(2 * noise->variance);
        return;
    }
    if (d->se == 0)
        d->df = na + nb - 2;
}

int analysis_history_compare(const struct analysis_history_sample *now, size_t n_now,
                             const struct analysis_history_sample *then, size_t n_then,
                             const struct analysis_history_noise *noise, double level,
                             struct analysis_history_difference *out, struct err *err)
{
    struct side sides[2] = {{{{0}}}};
    int unit = ANALYSIS_HISTORY_RUNS, status = 0;
    *out = (struct analysis_history_difference){
        .value = NAN, .se = NAN, .df = NAN, .lower = NAN, .upper = NAN};
    if (n_now == 0 || n_then == 0)
        return 0;
    if (side_init(&sides[0], now, n_now) != 0 || side_init(&sides[1], then, n_then) != 0) {
        status = err_set(err, ERR_NOMEM, "no memory for %zu runs", n_now + n_then);
        goto out;
    }
    for (int u = ANALYSIS_HISTORY_SESSIONS; u <= ANALYSIS_HISTORY_COMMITS; u++)
        if (differ(&sides[0], &sides[1], u))
            unit = u;
    out->unit = (enum analysis_history_unit)unit;
    const struct level *a = &sides[0].unit[unit], *b = &sides[1].unit[unit];
    out->n[0] = a->n;
    out->n[1] = b->n;
    out->value = mean_of(a) - mean_of(b);
    spread(a, b, noise, out);
    double half = out->se == 0 ? 0 : out->se * stats_t_quantile(0.5 + level / 2, out->df);
    out->lower = out->value - half;
    out->upper = out->value + half;
out:
    side_release(&sides[0]);
    side_release(&sides[1]);
    return status;
}

double analysis_history_p(const struct analysis_history_difference *d, double bound)
{
    if (isnan(d->se))
        return 1;
    if (d->se == 0)
        return d->value > bound ? 0 : 1;
    return stats_t_cdf((bound - d->value) / d->se, d->df);
}
