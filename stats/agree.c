#include "config.h"

#include "stats/agree.h"

#include <math.h>
#include <stdbool.h>

#include "stats/dist.h"

static size_t group_of(const struct stats_pairs *p, size_t item)
{
    return p->group == NULL ? 0 : p->group[item];
}

struct moments {
    double xx, yy, xy;
    size_t n, groups;
};

/* The end of the run of one group's items that begins at index[start]. */
static size_t run_end(const struct stats_pairs *p, const size_t *index, size_t start, size_t n)
{
    if (p->group == NULL)
        return n;
    size_t group = p->group[index == NULL ? start : index[start]], end = start + 1;
    while (end < n && p->group[index == NULL ? end : index[end]] == group)
        end++;
    return end;
}

/* Sums of squares and products about the mean of each run of one group: a bootstrap spends its
 * time here.  A group that a bootstrap draws twice counts twice. */
static struct moments within(const struct stats_pairs *p, const double *x, const double *y,
                             const size_t *index, size_t n)
{
    struct moments m = {.n = n};
    for (size_t start = 0, end; start < n; start = end) {
        double mean_x = 0, mean_y = 0;
        end = run_end(p, index, start, n);
        for (size_t i = start; i < end; i++) {
            size_t item = index == NULL ? i : index[i];
            mean_x += x[item];
            mean_y += y[item];
        }
        m.groups++;
        mean_x /= (double)(end - start);
        mean_y /= (double)(end - start);
        for (size_t i = start; i < end; i++) {
            size_t item = index == NULL ? i : index[i];
            double dx = x[item] - mean_x, dy = y[item] - mean_y;
            m.xx += dx * dx;
            m.yy += dy * dy;
            m.xy += dx * dy;
        }
    }
    return m;
}

/* Squares of values that are equal but for rounding: nothing varies there. */
static bool vanishes(double squares, const double *x, const size_t *index, size_t n)
{
    double size = 0;
    for (size_t i = 0; i < n; i++) {
        double v = x[index == NULL ? i : index[i]];
        size += v * v;
    }
    return !(squares > 1e-28 * size);
}

double stats_within_r2(const struct stats_pairs *p, const size_t *index, size_t n)
{
    struct moments m = within(p, p->x, p->y, index, n);
    if (vanishes(m.xx, p->x, index, n) || vanishes(m.yy, p->y, index, n))
        return NAN;
    return fmin(1, m.xy * m.xy / (m.xx * m.yy));
}

static int sign_of(double d)
{
    return (d > 0) - (d < 0);
}

double stats_kendall(const struct stats_pairs *p, const size_t *index, size_t n)
{
    double score = 0, untied_x = 0, untied_y = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j-- > 0;) {
            size_t a = index == NULL ? i : index[i], b = index == NULL ? j : index[j];
            if (group_of(p, a) != group_of(p, b))
                break;
            int sx = sign_of(p->x[a] - p->x[b]), sy = sign_of(p->y[a] - p->y[b]);
            score += sx * sy;
            untied_x += sx != 0;
            untied_y += sy != 0;
        }
    return untied_x > 0 && untied_y > 0 ? score / sqrt(untied_x * untied_y) : NAN;
}

double stats_spearman(const struct stats_pairs *p, const size_t *index, size_t n)
{
    double xx = 0, yy = 0, xy = 0;
    size_t start = 0, end = 0;
    for (size_t i = 0; i < n; i++) {
        size_t a = index == NULL ? i : index[i];
        if (i == end)
            for (start = end++; end < n; end++)
                if (group_of(p, index == NULL ? end : index[end]) != group_of(p, a))
                    break;
        /* Twice the rank about the group's mean: items below less items above. */
        double rx = 0, ry = 0;
        for (size_t j = start; j < end; j++) {
            size_t b = index == NULL ? j : index[j];
            rx += sign_of(p->x[a] - p->x[b]);
            ry += sign_of(p->y[a] - p->y[b]);
        }
        xx += rx * rx;
        yy += ry * ry;
        xy += rx * ry;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}

void stats_fisher_r2(double r2, double n, double level, struct stats_estimate *e)
{
    *e = (struct stats_estimate){r2, NAN, NAN};
    if (!(n >= 4) || isnan(r2))
        return;
    double z = atanh(sqrt(r2)), half = stats_normal_quantile(0.5 + level / 2) / sqrt(n - 3);
    if (isinf(z)) {
        e->lower = e->upper = 1;
        return;
    }
    /* The sign of r is lost in R2: an interval of r around 0 has its minimum there. */
    double lower = fmax(0, tanh(z - half)), upper = tanh(z + half);
    e->lower = lower * lower;
    e->upper = upper * upper;
}

double stats_concordance(const double *x, const double *y, size_t n)
{
    struct stats_pairs p = {.n = n, .x = x, .y = y};
    struct moments m = within(&p, x, y, NULL, n);
    double shift = 0;
    for (size_t i = 0; i < n; i++)
        shift += (x[i] - y[i]) / (double)n;
    double spread = m.xx + m.yy + (double)n * shift * shift;
    return spread > 0 ? 2 * m.xy / spread : NAN;
}

void stats_within_slope(const struct stats_pairs *p, const size_t *index, size_t n,
                        double *slope, double *intercept)
{
    *slope = *intercept = NAN;
    struct moments m = within(p, p->x, p->y, index, n);
    if (vanishes(m.xx, p->x, index, n))
        return;
    double mean_x = 0, mean_y = 0;
    for (size_t i = 0; i < n; i++) {
        size_t item = index == NULL ? i : index[i];
        mean_x += p->x[item] / (double)n;
        mean_y += p->y[item] / (double)n;
    }
    *slope = m.xy / m.xx;
    *intercept = mean_y - *slope * mean_x;
}

void stats_within_line(const struct stats_pairs *p, double level, struct stats_estimate *slope,
                       struct stats_estimate *intercept)
{
    *slope = *intercept = (struct stats_estimate){NAN, NAN, NAN};
    stats_within_slope(p, NULL, p->n, &slope->value, &intercept->value);
    if (isnan(slope->value))
        return;
    struct moments m = within(p, p->x, p->y, NULL, p->n);
    double n = (double)m.n, df = n - (double)m.groups - 1, mean_x = 0;
    for (size_t i = 0; i < p->n; i++)
        mean_x += p->x[i] / n;
    double variance = fmax(0, m.yy - m.xy * m.xy / m.xx) / df;
    double t = stats_t_quantile(0.5 + level / 2, df);
    double half = t * sqrt(variance / m.xx);
    slope->lower = slope->value - half;
    slope->upper = slope->value + half;
    half = t * sqrt(variance * (1 / n + mean_x * mean_x / m.xx));
    intercept->lower = intercept->value - half;
    intercept->upper = intercept->value + half;
}

void stats_bland_altman(const double *x, const double *y, size_t n, double level,
                        struct stats_estimate *bias, double *lower, double *upper)
{
    *bias = (struct stats_estimate){NAN, NAN, NAN};
    *lower = *upper = NAN;
    if (n == 0)
        return;
    double mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        mean += (y[i] - x[i]) / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (y[i] - x[i] - mean) * (y[i] - x[i] - mean);
    bias->value = mean;
    if (n < 2)
        return;
    double sd = sqrt(squares / (double)(n - 1));
    double half = stats_t_quantile(0.5 + level / 2, (double)(n - 1)) * sd / sqrt((double)n);
    bias->lower = mean - half;
    bias->upper = mean + half;
    *lower = mean - stats_normal_quantile(0.5 + level / 2) * sd;
    *upper = mean + stats_normal_quantile(0.5 + level / 2) * sd;
}

size_t stats_rank_flips(const struct stats_pairs *p, size_t *pairs)
{
    size_t flips = 0;
    *pairs = 0;
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < i; j++) {
            if (group_of(p, i) != group_of(p, j))
                continue;
            int s = sign_of(p->x[i] - p->x[j]) * sign_of(p->y[i] - p->y[j]);
            flips += s < 0;
            *pairs += s != 0;
        }
    return flips;
}

/* Adds the variance of shared errors to that of the mean: Satterthwaite (Biometrics Bulletin 2
 * (1946), 110) for the degrees of freedom of the sum. */
static void add_shared(double shared, double shared_df, double *variance, double *df)
{
    if (!(shared > 0) || !(shared_df > 0))
        return;
    double sum = *variance + shared;
    *df = sum * sum / (*variance * *variance / *df + shared * shared / shared_df);
    *variance = sum;
}

struct group_sum {
    double mean, squares;
    size_t n;
};

static struct group_sum sum_group(const struct stats_tost_input *in, size_t g)
{
    struct group_sum s = {0};
    for (size_t i = 0; i < in->n; i++)
        if (in->group == NULL || in->group[i] == g) {
            /* As they grow (Welford 1962). */
            double before = in->log_ratio[i] - s.mean;
            s.n++;
            s.mean += before / (double)s.n;
            s.squares += before * (in->log_ratio[i] - s.mean);
        }
    return s;
}

/* Mean of the items with its standard error and degrees of freedom. */
static void mean_within(const struct stats_tost_input *in, double *mean, double *se, double *df)
{
    double sum = 0, squares = 0, means = 0, squared_means = 0, shared = 0;
    size_t groups = 0;
    for (size_t g = 0; g < (in->group == NULL ? 1 : in->n_groups); g++) {
        struct group_sum s = sum_group(in, g);
        double k = (double)s.n;
        if (s.n == 0)
            continue;
        groups++;
        sum += k * s.mean;
        squares += s.squares;
        shared += in->shared != NULL ? k * k * in->shared[g] : 0;
        double before = s.mean - means;
        means += before / (double)groups;
        squared_means += before * (s.mean - means);
    }
    double size = in->clusters ? (double)groups : (double)in->n;
    *mean = in->clusters ? means : sum / (double)in->n;
    *df = in->clusters ? size - 1 : size - (double)groups;
    if (!(*df > 0)) {
        *se = NAN;
        return;
    }
    double variance = (in->clusters ? squared_means : squares) / *df / size;
    if (!in->clusters)
        add_shared(shared / size / size, in->shared_df, &variance, df);
    *se = sqrt(variance);
}

void stats_tost(const struct stats_tost_input *in, struct stats_tost *t)
{
    *t = (struct stats_tost){.value = NAN, .lower = NAN, .upper = NAN, .p = NAN, .df = NAN,
                             .alpha = in->alpha, .tolerance = in->tolerance};
    if (in->n == 0)
        return;
    double mean, se, low = log1p(-in->tolerance), high = log1p(in->tolerance);
    mean_within(in, &mean, &se, &t->df);
    t->value = expm1(mean);
    if (!(se >= 0))
        return;
    double half = stats_t_quantile(1 - in->alpha, t->df) * se;
    t->lower = expm1(mean - half);
    t->upper = expm1(mean + half);
    if (se > 0)
        t->p = fmax(stats_t_cdf((low - mean) / se, t->df), stats_t_cdf((mean - high) / se, t->df));
    t->equivalent = mean - half > low && mean + half < high;
}
