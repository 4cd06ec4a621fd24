#include "config.h"

#include <math.h>

#include "timing/regress.h"

/* Columns of the work space, of n numbers each: the covariates, y, the weights.  Covariates
 * and y are what the columns chosen so far leave of them (modified Gram-Schmidt). */
struct space {
    size_t n;
    double *x[REGRESS_COVARIATES], *y, *w;
    double norm[REGRESS_COVARIATES];   /* in the beginning */
    double target[REGRESS_COVARIATES]; /* where the covariate's mean lies, likewise reduced */
    double mean;
};

static double product(const struct space *s, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += s->w[i] * a[i] * b[i];
    return sum;
}

/* Takes its weighted mean out of a column and returns it. */
static double center(const struct space *s, double *column)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < s->n; i++) {
        sum += s->w[i] * column[i];
        weight += s->w[i];
    }
    for (size_t i = 0; i < s->n; i++)
        column[i] -= sum / weight;
    return sum / weight;
}

static void fill(struct space *s, const struct regress_unit *unit,
                 const double mean[REGRESS_COVARIATES])
{
    for (size_t i = 0; i < s->n; i++) {
        s->w[i] = unit[i].weight;
        s->y[i] = unit[i].y;
        for (int c = 0; c < REGRESS_COVARIATES; c++)
            s->x[c][i] = unit[i].x[c];
    }
    s->mean = center(s, s->y);
    for (int c = 0; c < REGRESS_COVARIATES; c++) {
        double raw = product(s, s->x[c], s->x[c]);
        s->target[c] = mean[c] - center(s, s->x[c]);
        s->norm[c] = product(s, s->x[c], s->x[c]);
        if (s->norm[c] <= 1e-12 * raw)
            s->norm[c] = 0; /* constant */
    }
}

/* The covariate that explains most of what is left, or -1. */
static int best(const struct space *s, unsigned used, double *gain)
{
    int which = -1;
    *gain = 0;
    for (int c = 0; c < REGRESS_COVARIATES; c++) {
        double norm = product(s, s->x[c], s->x[c]);
        if (used >> c & 1 || norm <= 1e-6 * s->norm[c] || norm <= 0)
            continue; /* what is left of it is rounding, or nearly the others' sum */
        double xy = product(s, s->x[c], s->y);
        if (xy * xy / norm > *gain) {
            *gain = xy * xy / norm;
            which = c;
        }
    }
    return which;
}

/* Takes what covariate `c` explains out of y, the mean and the other covariates. */
static void take(struct space *s, int c, unsigned used)
{
    double norm = product(s, s->x[c], s->x[c]);
    double slope = product(s, s->x[c], s->y) / norm;
    for (size_t i = 0; i < s->n; i++)
        s->y[i] -= slope * s->x[c][i];
    s->mean += slope * s->target[c];
    for (int o = 0; o < REGRESS_COVARIATES; o++) {
        if (o == c || used >> o & 1)
            continue;
        slope = product(s, s->x[c], s->x[o]) / norm;
        for (size_t i = 0; i < s->n; i++)
            s->x[o][i] -= slope * s->x[c][i];
        s->target[o] -= slope * s->target[c];
    }
}

static double student(double freedom)
{
    const double z = 1.959963984540054, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
    return z + (z3 + z) / (4 * freedom) +
           (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom * freedom * freedom);
}

struct regress_estimate regress(const struct regress_unit *unit, size_t n,
                                const double mean[REGRESS_COVARIATES], double *work)
{
    struct space s = {.n = n};
    struct regress_estimate e = {0};
    if (n == 0)
        return e;
    for (int c = 0; c < REGRESS_COVARIATES; c++)
        s.x[c] = work + n * (size_t)c;
    s.y = work + n * REGRESS_COVARIATES;
    s.w = s.y + n;
    fill(&s, unit, mean);
    size_t chosen = 0;
    while ((chosen + 2) * 10 <= n) {
        double gain, rest = product(&s, s.y, s.y);
        int c = best(&s, e.used, &gain);
        if (c < 0 || rest <= 0 ||
            (double)n * log1p(-fmin(gain / rest, 1 - 1e-12)) + log((double)n) >= 0)
            break;
        take(&s, c, e.used);
        e.used |= 1u << c;
        chosen++;
    }
    e.mean = s.mean;
    e.half_width = s.mean;
    if (n < 3)
        return e;
    double sum = 0, weight = 0, freedom = (double)(n - 1 - chosen);
    for (size_t i = 0; i < n; i++) {
        sum += s.w[i] * s.w[i] * s.y[i] * s.y[i];
        weight += s.w[i];
    }
    e.half_width = student(freedom) * sqrt(sum * (double)n / freedom) / weight;
    return e;
}
