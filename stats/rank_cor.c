#include "config.h"

#include "stats/rank.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/agree.h"
#include "stats/dist.h"
#include "stats/input_priv.h"

enum {
    PERMUTE = 10,       /* pairs whose permutations are gone through */
    KENDALL_BELOW = 50, /* R's limit of the exact test */
    KENDALL_EXACT = 150,
};

/* In how many ways a score from -offset to offset can come about. */
struct null {
    double *count; /* 2 * offset + 1 */
    size_t offset;
};

static int null_init(struct null *d, size_t offset)
{
    d->offset = offset;
    d->count = calloc(2 * offset + 1, sizeof *d->count);
    return d->count == NULL ? ERR_NOMEM : 0;
}

/* The mean of the score is 0. */
static void null_p(const struct null *d, long score, struct stats_rank_correlation *out)
{
    double all = 0, up = 0, down = 0, far = 0;
    for (long s = -(long)d->offset; s <= (long)d->offset; s++) {
        double count = d->count[s + (long)d->offset];
        all += count;
        up += s >= score ? count : 0;
        down += s <= score ? count : 0;
        far += labs(s) >= labs(score) ? count : 0;
    }
    out->p = far / all;
    out->p_greater = up / all;
    out->p_less = down / all;
    out->exact = true;
}

/* No permutation test can give less than one order of all n!; approximations may not either. */
static void floor_p(struct stats_rank_correlation *out, size_t n)
{
    double one = fmax(DBL_MIN, exp(-lgamma((double)n + 1)));
    out->p = fmin(1, fmax(out->p, 2 * one));
    out->p_greater = fmax(out->p_greater, one);
    out->p_less = fmax(out->p_less, one);
}

/* Twice the rank about the mean rank, a whole number: values below less values above. */
static void centred_ranks(const double *x, size_t n, int *rank)
{
    for (size_t i = 0; i < n; i++) {
        rank[i] = 0;
        for (size_t j = 0; j < n; j++)
            rank[i] += (x[i] > x[j]) - (x[i] < x[j]);
    }
}

/* Sums of products of two sets of ranks over all n! assignments.  Built by sets of the ranks
 * of y already given to the first items of x: 2^n sets instead of n! orders. */
static int spearman_null(const int *rx, const int *ry, size_t n, struct null *d)
{
    size_t offset = n * (n * n - 1) / 3, row = 2 * offset + 1;
    int status = null_init(d, offset);
    double *count = calloc(((size_t)1 << n) * row, sizeof *count);
    if (status < 0 || count == NULL) {
        free(count);
        return ERR_NOMEM;
    }
    count[offset] = 1;
    for (unsigned set = 0; set < 1U << n; set++) {
        const double *from = count + set * row;
        int x = rx[__builtin_popcount(set) < (int)n ? __builtin_popcount(set) : 0];
        for (size_t j = 0; j < n; j++) {
            if (set >> j & 1)
                continue;
            double *to = count + (set | 1U << j) * row;
            long step = (long)x * ry[j];
            for (size_t s = 0; s < row; s++)
                if (from[s] > 0)
                    to[(long)s + step] += from[s];
        }
    }
    memcpy(d->count, count + (((size_t)1 << n) - 1) * row, row * sizeof *count);
    free(count);
    return 0;
}

/* Orders of n without ties by their score (concordant less discordant pairs): putting the
 * i-th value before j of the others makes j pairs discordant. */
static int kendall_untied(size_t n, struct null *d)
{
    size_t pairs = n * (n - 1) / 2, reach = 0;
    int status = null_init(d, pairs);
    double *discordant = calloc(pairs + 1, sizeof *discordant);
    if (status < 0 || discordant == NULL) {
        free(discordant);
        return ERR_NOMEM;
    }
    discordant[0] = 1;
    for (size_t i = 2; i <= n; i++) {
        reach += i - 1;
        for (size_t s = reach;; s--) {
            for (size_t j = 1; j < i && j <= s; j++)
                discordant[s] += discordant[s - j];
            discordant[s] /= (double)i; /* shares: n! would overflow */
            if (s == 0)
                break;
        }
    }
    for (size_t s = 0; s <= pairs; s++)
        d->count[2 * (pairs - s)] = discordant[s];
    free(discordant);
    return 0;
}

/* With ties: the groups of equal x are given sets of the values of y, lowest group first. */
static int kendall_tied(const int *rx, const int *ry, size_t n, struct null *d)
{
    size_t pairs = n * (n - 1) / 2, row = 2 * pairs + 1, sets = (size_t)1 << n;
    size_t group_end[PERMUTE + 1] = {0}; /* of the group that begins after that many items */
    for (size_t i = 0; i < n; i++) {
        size_t below = 0, up_to = 0;
        for (size_t j = 0; j < n; j++) {
            below += rx[j] < rx[i];
            up_to += rx[j] <= rx[i];
        }
        group_end[below] = up_to;
    }
    int status = null_init(d, pairs);
    double *count = calloc(sets * row, sizeof *count);
    if (status < 0 || count == NULL) {
        free(count);
        return ERR_NOMEM;
    }
    count[pairs] = 1;
    for (unsigned set = 0; set < sets - 1; set++) {
        int begin = __builtin_popcount(set), size = (int)group_end[begin] - begin;
        const double *from = count + set * row;
        unsigned rest = (unsigned)(sets - 1) & ~set;
        long score[PERMUTE] = {0}; /* of each value against those already given */
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++)
                if (set >> k & 1)
                    score[j] += (ry[j] > ry[k]) - (ry[j] < ry[k]);
        if (group_end[begin] == 0)
            continue; /* no group begins here: the set was never reached */
        for (unsigned group = rest; group > 0; group = (group - 1) & rest) {
            if (__builtin_popcount(group) != size)
                continue;
            long step = 0;
            for (size_t j = 0; j < n; j++)
                step += group >> j & 1 ? score[j] : 0;
            double *to = count + (set | group) * row;
            for (size_t s = 0; s < row; s++)
                if (from[s] > 0)
                    to[(long)s + step] += from[s];
        }
    }
    memcpy(d->count, count + (sets - 1) * row, row * sizeof *count);
    free(count);
    return 0;
}

/* Fisher's z.  `half` is half of a step between attainable correlations at the perfect end. */
static void z_interval(double variance, double half, double level, struct stats_estimate *e)
{
    double r = e->value, inner = fmin(fabs(r), 1 - half);
    double reach = stats_normal_quantile(0.5 + level / 2) * sqrt(variance);
    double low = tanh(atanh(inner) - reach), high = tanh(atanh(inner) + reach);
    high = fabs(r) > 1 - half ? 1 : high;
    e->lower = r < 0 ? -high : low;
    e->upper = r < 0 ? -low : high;
}

/* Standard deviation of tau of n normal pairs whose tau is t. */
static double normal_tau_sd(double t, double n)
{
    double a = 2 / M_PI * asin(sin(M_PI / 2 * t) / 2);
    return sqrt(2 / (n * (n - 1)) * fmax(0, 1 - t * t + 2 * (n - 2) * (1.0 / 9 - a * a)));
}

/* The farthest tau towards `end` (-1 or 1) from which the one found is `z` of its standard
 * deviations away. */
static double score_limit(double tau, double n, double z, double end)
{
    double in = tau, out = end;
    if (fabs(tau - end) <= z * normal_tau_sd(end, n))
        return end;
    for (int i = 0; i < 60; i++) {
        double middle = (in + out) / 2;
        *(fabs(tau - middle) > z * normal_tau_sd(middle, n) ? &out : &in) = middle;
    }
    return out;
}

/* Widens the limits to those of the jackknife, whose values without each pair are given, about
 * the estimate and about its correction for bias. */
static void jackknife(const double *without, size_t n, bool bias, double level,
                      struct stats_estimate *e)
{
    double mean = 0, squares = 0, count = (double)n;
    for (size_t i = 0; i < n; i++)
        mean += without[i] / count;
    for (size_t i = 0; i < n; i++)
        squares += (without[i] - mean) * (without[i] - mean);
    double corrected = bias ? count * e->value - (count - 1) * mean : e->value;
    double reach = stats_t_quantile(0.5 + level / 2, count - 1) *
                   sqrt(squares * (count - 1) / count);
    /* Without some pair nothing may vary: NaN, which changes nothing here. */
    e->lower = fmax(-1, fmin(e->lower, fmin(e->value, corrected) - reach));
    e->upper = fmin(1, fmax(e->upper, fmax(e->value, corrected) + reach));
}

static int sign_of(double d)
{
    return (d > 0) - (d < 0);
}

/* All n - 1 others against each value: n^2 steps for all n correlations. */
static int kendall_interval(const double *x, const double *y, size_t n, double level,
                            struct stats_estimate *e)
{
    double *score = calloc(3 * n, sizeof *score), all[3] = {0};
    if (score == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            int sx = sign_of(x[i] - x[j]), sy = sign_of(y[i] - y[j]);
            score[i] += sx * sy;
            score[n + i] += sx != 0;
            score[2 * n + i] += sy != 0;
        }
    for (size_t k = 0; k < 3 * n; k++)
        all[k / n] += score[k] / 2;
    for (size_t i = 0; i < n; i++)
        score[i] = (all[0] - score[i]) /
                   sqrt((all[1] - score[n + i]) * (all[2] - score[2 * n + i]));
    double z = stats_normal_quantile(0.5 + level / 2);
    e->lower = score_limit(e->value, (double)n, z, -1);
    e->upper = score_limit(e->value, (double)n, z, 1);
    jackknife(score, n, false, level, e);
    free(score);
    return 0;
}

static int spearman_interval(const double *x, const double *y, size_t n, double level,
                             struct stats_estimate *e)
{
    double *rx = calloc(3 * n, sizeof *rx), *ry = rx + n, *without = rx + 2 * n;
    if (rx == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            rx[i] += sign_of(x[i] - x[j]);
            ry[i] += sign_of(y[i] - y[j]);
        }
    for (size_t i = 0; i < n; i++) {
        double xx = 0, yy = 0, xy = 0;
        for (size_t k = 0; k < n; k++) {
            if (k == i)
                continue;
            double a = rx[k] - sign_of(x[k] - x[i]), b = ry[k] - sign_of(y[k] - y[i]);
            xx += a * a;
            yy += b * b;
            xy += a * b;
        }
        without[i] = xy / sqrt(xx * yy);
    }
    double count = (double)n, r = e->value;
    z_interval((1 + r * r / 2) / (count - 3), 6 / (count * (count * count - 1)), level, e);
    jackknife(without, n, true, level, e);
    free(rx);
    return 0;
}

static int check_pairs(const double *x, const double *y, size_t n, double level,
                       struct stats_rank_correlation *out, struct err *err)
{
    *out = (struct stats_rank_correlation){.estimate = {NAN, NAN, NAN}, .p = NAN,
                                           .p_greater = NAN, .p_less = NAN};
    int status = stats_input_level(level, "level", err);
    if (status == 0)
        status = stats_input_values(x, n, 3, "x", err);
    if (status == 0)
        status = stats_input_values(y, n, 3, "y", err);
    return status;
}

static int constant(struct err *err, const double *x, size_t n)
{
    bool varies = false;
    for (size_t i = 1; i < n; i++)
        varies = varies || x[i] != x[0];
    return err_set(err, ERR_NUMERIC, "all values of '%s' are equal", varies ? "y" : "x");
}

/* Sums over groups of t equal values: t (t - 1), t (t - 1) (t - 2), t (t - 1) (2 t + 5). */
struct tie_sums {
    double two, three, five;
};

static int tie_sums(const double *x, size_t n, struct tie_sums *t)
{
    *t = (struct tie_sums){0};
    double *sorted = malloc(n * sizeof *sorted);
    if (sorted == NULL)
        return ERR_NOMEM;
    memcpy(sorted, x, n * sizeof *sorted);
    stats_sort(sorted, n);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && sorted[j] == sorted[i];)
            j++;
        double size = (double)(j - i);
        t->two += size * (size - 1);
        t->three += size * (size - 1) * (size - 2);
        t->five += size * (size - 1) * (2 * size + 5);
    }
    free(sorted);
    return 0;
}

int stats_spearman_test(const double *x, const double *y, size_t n, enum stats_null null,
                        double level, struct stats_rank_correlation *out, struct err *err)
{
    int status = check_pairs(x, y, n, level, out, err);
    if (status < 0)
        return status;
    if (null == STATS_NULL_EXACT && n > PERMUTE)
        return err_set(err, ERR_CONFIG, "%zu pairs are too many for the exact distribution "
                       "(at most %d)", n, PERMUTE);
    struct stats_pairs pairs = {.n = n, .x = x, .y = y};
    double r = stats_spearman(&pairs, NULL, n), count = (double)n;
    if (isnan(r))
        return constant(err, x, n);
    struct tie_sums tx, ty;
    if (tie_sums(x, n, &tx) < 0 || tie_sums(y, n, &ty) < 0)
        return err_set(err, ERR_NOMEM, "no memory for %zu pairs", n);
    out->ties = tx.two > 0 || ty.two > 0;
    out->estimate.value = r;
    if (n > 3 && spearman_interval(x, y, n, level, &out->estimate) < 0)
        return err_set(err, ERR_NOMEM, "no memory for %zu pairs", n);
    if (null == STATS_NULL_APPROXIMATE || n > PERMUTE) {
        double t = r * sqrt((count - 2) / fmax(0, (1 - r) * (1 + r)));
        out->p = stats_t_two_sided(t, count - 2);
        double tail = isinf(t) ? 0 : stats_t_cdf(-fabs(t), count - 2);
        out->p_greater = t > 0 ? tail : 1 - tail;
        out->p_less = t > 0 ? 1 - tail : tail;
        floor_p(out, n);
        return 0;
    }
    int rx[PERMUTE], ry[PERMUTE];
    struct null d = {0};
    long score = 0;
    centred_ranks(x, n, rx);
    centred_ranks(y, n, ry);
    for (size_t i = 0; i < n; i++)
        score += (long)rx[i] * ry[i];
    status = spearman_null(rx, ry, n, &d);
    if (status == 0)
        null_p(&d, score, out);
    free(d.count);
    return status < 0 ? err_set(err, status, "no memory for %zu pairs", n) : 0;
}

/* Kendall, Rank Correlation Methods, 4th ed., 4.9. */
static void kendall_normal(double score, double n, const struct tie_sums *x,
                           const struct tie_sums *y, struct stats_rank_correlation *out)
{
    double variance = (n * (n - 1) * (2 * n + 5) - x->five - y->five) / 18 +
                      x->two * y->two / (2 * n * (n - 1)) +
                      x->three * y->three / (9 * n * (n - 1) * (n - 2));
    double z = score / sqrt(variance);
    out->p = 2 * stats_normal_cdf(-fabs(z));
    out->p_greater = stats_normal_cdf(-z);
    out->p_less = stats_normal_cdf(z);
    floor_p(out, (size_t)n);
}

static int kendall_exact(const double *x, const double *y, size_t n, long score,
                         struct stats_rank_correlation *out)
{
    struct null d = {0};
    int status;
    if (out->ties) {
        int rx[PERMUTE], ry[PERMUTE];
        centred_ranks(x, n, rx);
        centred_ranks(y, n, ry);
        status = kendall_tied(rx, ry, n, &d);
    } else {
        status = kendall_untied(n, &d);
    }
    if (status == 0)
        null_p(&d, score, out);
    free(d.count);
    return status;
}

int stats_kendall_test(const double *x, const double *y, size_t n, enum stats_null null,
                       double level, struct stats_rank_correlation *out, struct err *err)
{
    int status = check_pairs(x, y, n, level, out, err);
    if (status < 0)
        return status;
    struct stats_pairs pairs = {.n = n, .x = x, .y = y};
    double tau = stats_kendall(&pairs, NULL, n), count = (double)n;
    if (isnan(tau))
        return constant(err, x, n);
    struct tie_sums tx, ty;
    if (tie_sums(x, n, &tx) < 0 || tie_sums(y, n, &ty) < 0)
        return err_set(err, ERR_NOMEM, "no memory for %zu pairs", n);
    out->ties = tx.two > 0 || ty.two > 0;
    size_t most = out->ties ? PERMUTE : KENDALL_EXACT;
    if (null == STATS_NULL_EXACT && n > most)
        return err_set(err, ERR_CONFIG, "%zu pairs%s are too many for the exact distribution "
                       "(at most %zu)", n, out->ties ? " with ties" : "", most);
    out->estimate.value = tau;
    double all = count * (count - 1);
    if (n > 3 && kendall_interval(x, y, n, level, &out->estimate) < 0)
        return err_set(err, ERR_NOMEM, "no memory for %zu pairs", n);
    /* tau-b is the score over the geometric mean of the untied pairs. */
    double score = round(tau * sqrt((all - tx.two) * (all - ty.two)) / 2);
    if (null == STATS_NULL_APPROXIMATE ||
        (null == STATS_NULL_AUTO && n > (out->ties ? PERMUTE : KENDALL_BELOW - 1))) {
        kendall_normal(score, count, &tx, &ty, out);
        return 0;
    }
    status = kendall_exact(x, y, n, (long)score, out);
    return status < 0 ? err_set(err, status, "no memory for %zu pairs", n) : 0;
}
