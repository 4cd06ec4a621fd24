#include "config.h"

#include "stats/transfer.h"

#include <math.h>

#include "stats/dist.h"

struct group_mean {
    double x, y;
    size_t n;
};

static size_t group_of(const struct stats_pairs *p, size_t i)
{
    return p->group == NULL ? 0 : p->group[i];
}

static struct group_mean mean_of(const struct stats_pairs *p, size_t group)
{
    struct group_mean m = {0};
    for (size_t i = 0; i < p->n; i++)
        if (group_of(p, i) == group) {
            m.n++;
            m.x += p->x[i];
            m.y += p->y[i];
        }
    if (m.n > 0) {
        m.x /= (double)m.n;
        m.y /= (double)m.n;
    }
    return m;
}

/* Sums over the groups first ... last, about the mean of each. */
struct sums {
    double xx, xy, rss, left_out, size;
    size_t n, groups;
};

static void add_products(const struct stats_pairs *p, size_t group, struct sums *s)
{
    struct group_mean m = mean_of(p, group);
    if (m.n < 2)
        return;
    for (size_t i = 0; i < p->n; i++)
        if (group_of(p, i) == group) {
            s->xx += (p->x[i] - m.x) * (p->x[i] - m.x);
            s->xy += (p->x[i] - m.x) * (p->y[i] - m.y);
            s->size += p->x[i] * p->x[i];
        }
    s->n += m.n;
    s->groups++;
}

static void add_residuals(const struct stats_pairs *p, size_t group, struct sums *s)
{
    struct group_mean m = mean_of(p, group);
    double slope = s->xy / s->xx;
    for (size_t i = 0; i < p->n && m.n >= 2; i++)
        if (group_of(p, i) == group) {
            double dx = p->x[i] - m.x, e = p->y[i] - m.y - slope * dx;
            double leverage = 1 / (double)m.n + dx * dx / s->xx;
            s->rss += e * e;
            /* An item that alone decides has no error when it is left out. */
            if (leverage < 1 - 1e-12)
                s->left_out += e * e / ((1 - leverage) * (1 - leverage));
        }
}

void stats_transfer(const struct stats_pairs *p, size_t group, double x, double level,
                    struct stats_transfer *t)
{
    struct group_mean m = mean_of(p, group);
    size_t groups = p->group == NULL ? 1 : p->n_groups;
    *t = (struct stats_transfer){.value = NAN,
                                 .ci_lower = NAN,
                                 .ci_upper = NAN,
                                 .pi_lower = NAN,
                                 .pi_upper = NAN,
                                 .slope = NAN,
                                 .slope_lower = NAN,
                                 .slope_upper = NAN,
                                 .residual_sd = NAN,
                                 .df = NAN,
                                 .left_out_rms = NAN,
                                 .own = m.n >= STATS_TRANSFER_OWN};
    size_t first = t->own ? group : 0, last = t->own ? group + 1 : groups;
    struct sums s = {0};
    for (size_t g = first; g < last; g++)
        add_products(p, g, &s);
    t->n = s.n;
    t->df = (double)s.n - (double)s.groups - 1;
    if (m.n < 2 || !(t->df > 0) || !(s.xx > 1e-28 * s.size))
        return;
    for (size_t g = first; g < last; g++)
        add_residuals(p, g, &s);
    double dx = x - m.x, quantile = stats_t_quantile(0.5 + level / 2, t->df);
    double share = 1 / (double)m.n + dx * dx / s.xx;
    t->slope = s.xy / s.xx;
    t->residual_sd = sqrt(s.rss / t->df);
    double slope_half = quantile * t->residual_sd / sqrt(s.xx);
    t->slope_lower = t->slope - slope_half;
    t->slope_upper = t->slope + slope_half;
    t->left_out_rms = sqrt(s.left_out / (double)s.n);
    t->value = m.y + t->slope * dx;
    double mean_half = quantile * t->residual_sd * sqrt(share);
    double new_half = quantile * t->residual_sd * sqrt(1 + share);
    t->ci_lower = t->value - mean_half;
    t->ci_upper = t->value + mean_half;
    t->pi_lower = t->value - new_half;
    t->pi_upper = t->value + new_half;
}
