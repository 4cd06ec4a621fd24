#include "config.h"

#include "stats/means.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/boot.h"
#include "stats/dist.h"
#include "stats/input_priv.h"

struct sample {
    double n, mean, square; /* square: of the standard error of the mean */
};

static struct sample sample_of(const double *x, size_t n)
{
    struct sample s = {.n = (double)n};
    double squares = 0, rest = 0;
    for (size_t i = 0; i < n; i++)
        s.mean += x[i] / s.n;
    for (size_t i = 0; i < n; i++)
        rest += x[i] - s.mean;
    s.mean += rest / s.n; /* what rounding left over */
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - s.mean) * (x[i] - s.mean);
    s.square = squares / (s.n - 1) / s.n;
    return s;
}

/* Equal but for rounding. */
static int varies(const struct sample *x, const struct sample *y)
{
    double size = fmax(fabs(x->mean), fabs(y->mean));
    return sqrt(x->square + y->square) > 10 * DBL_EPSILON * size;
}

/* Degrees of freedom of the variance x + y. */
static double satterthwaite(double x, double nx, double y, double ny)
{
    double sum = x + y;
    return 1 / (x / sum * (x / sum) / (nx - 1) + y / sum * (y / sum) / (ny - 1));
}

static int check(const double *x, size_t nx, const double *y, size_t ny, double level,
                 struct sample *sx, struct sample *sy, struct err *err)
{
    int status = stats_input_level(level, "level", err);
    if (status == 0)
        status = stats_input_values(x, nx, 2, "first sample", err);
    if (status == 0)
        status = stats_input_values(y, ny, 2, "second sample", err);
    if (status < 0)
        return status;
    *sx = sample_of(x, nx);
    *sy = sample_of(y, ny);
    return varies(sx, sy) ? 0
                          : err_set(err, ERR_NUMERIC, "neither of the samples varies: there is "
                                                      "no spread to judge their means by");
}

int stats_welch(const double *x, size_t nx, const double *y, size_t ny, double level,
                struct stats_welch *out, struct err *err)
{
    *out = (struct stats_welch){NAN, NAN, {NAN, NAN, NAN}, NAN, NAN, NAN, NAN, NAN};
    struct sample sx, sy;
    int status = check(x, nx, y, ny, level, &sx, &sy, err);
    if (status < 0)
        return status;
    double se = sqrt(sx.square + sy.square);
    out->mean_x = sx.mean;
    out->mean_y = sy.mean;
    out->difference.value = sx.mean - sy.mean;
    out->df = satterthwaite(sx.square, sx.n, sy.square, sy.n);
    out->t = out->difference.value / se;
    double half = stats_t_quantile(0.5 + level / 2, out->df) * se;
    out->difference.lower = out->difference.value - half;
    out->difference.upper = out->difference.value + half;
    out->p = fmax(DBL_MIN, stats_t_two_sided(out->t, out->df));
    out->p_greater = fmax(DBL_MIN, stats_t_cdf(-out->t, out->df));
    out->p_less = fmax(DBL_MIN, stats_t_cdf(out->t, out->df));
    return 0;
}

static void fieller(const struct sample *x, const struct sample *y, double level,
                    struct stats_estimate *out)
{
    double r2 = out->value * out->value;
    double df = satterthwaite(x->square, x->n, r2 * y->square, y->n);
    double t = stats_t_quantile(0.5 + level / 2, df);
    /* (mean x - r mean y)^2 <= t^2 (se x^2 + r^2 se y^2): a r^2 - 2 b r + c <= 0. */
    double a = y->mean * y->mean - t * t * y->square, b = x->mean * y->mean;
    double c = x->mean * x->mean - t * t * x->square;
    if (!(a > 0))
        return;
    /* b^2 - a c, without the two squares that cancel. */
    double root = t * sqrt(x->mean * x->mean * y->square + x->square * a);
    out->lower = (b - root) / a;
    out->upper = (b + root) / a;
    if (b != 0 && c != 0) { /* the limit near 0 loses no digits through c / the other */
        double far = b > 0 ? b + root : b - root;
        *(b > 0 ? &out->lower : &out->upper) = c / far;
    }
}

static int log_interval(const struct sample *x, const struct sample *y, double level,
                        struct stats_estimate *out, struct err *err)
{
    if (!(x->mean > 0 && y->mean > 0))
        return err_set(err, ERR_DATA, "means %g and %g: logarithms need both above 0", x->mean,
                       y->mean);
    double ux = x->square / (x->mean * x->mean), uy = y->square / (y->mean * y->mean);
    double t = stats_t_quantile(0.5 + level / 2, satterthwaite(ux, x->n, uy, y->n));
    double factor = exp(t * sqrt(ux + uy));
    out->lower = out->value / factor;
    out->upper = out->value * factor;
    return 0;
}

/* Items 0 ... nx - 1 are x, those after them y. */
struct both {
    const double *x, *y;
    size_t nx;
};

static void ratio_statistic(const void *data, const size_t *index, size_t n, double *value)
{
    const struct both *b = data;
    double sum_x = 0, sum_y = 0;
    size_t count_x = 0;
    for (size_t i = 0; i < n; i++) {
        if (index[i] < b->nx) {
            sum_x += b->x[index[i]];
            count_x++;
        } else {
            sum_y += b->y[index[i] - b->nx];
        }
    }
    *value = sum_y == 0 || count_x == 0
                 ? NAN
                 : sum_x / (double)count_x / (sum_y / (double)(n - count_x));
}

static int bootstrap(const double *x, size_t nx, const double *y, size_t ny,
                     const struct stats_ratio_options *o, struct stats_estimate *out,
                     struct err *err)
{
    struct both both = {x, y, nx};
    size_t *group = calloc(nx + ny, sizeof *group);
    if (group == NULL)
        return err_set(err, ERR_NOMEM, "no memory for %zu values", nx + ny);
    for (size_t i = nx; i < nx + ny; i++)
        group[i] = 1;
    struct stats_boot_input in = {
        .data = &both,
        .statistic = ratio_statistic,
        .n_statistics = 1,
        .n = nx + ny,
        .group = group,
        .n_groups = 2,
        .resamples = o->resamples,
        .seed = o->seed,
        .level = o->level,
    };
    int status = stats_boot(&in, out, err);
    free(group);
    return status;
}

int stats_ratio(const double *x, size_t nx, const double *y, size_t ny,
                const struct stats_ratio_options *options, struct stats_estimate *out,
                struct err *err)
{
    *out = (struct stats_estimate){NAN, NAN, NAN};
    struct sample sx, sy;
    int status = check(x, nx, y, ny, options->level, &sx, &sy, err);
    if (status < 0)
        return status;
    if (sy.mean == 0)
        return err_set(err, ERR_NUMERIC, "the mean of the second sample is 0");
    out->value = sx.mean / sy.mean;
    switch (options->method) {
    case STATS_RATIO_FIELLER:
        fieller(&sx, &sy, options->level, out);
        return 0;
    case STATS_RATIO_LOG:
        return log_interval(&sx, &sy, options->level, out, err);
    case STATS_RATIO_BOOTSTRAP:
        return bootstrap(x, nx, y, ny, options, out, err);
    }
    return err_set(err, ERR_CONFIG, "method %d is none of a ratio's", (int)options->method);
}
