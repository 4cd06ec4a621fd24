#include "config.h"

#include "stats/dist.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_version.h>

#include "base/err.h"
#include "stats/stats.h"

void stats_init(void)
{
    gsl_set_error_handler_off();
}

void stats_library(char *text, size_t size)
{
    snprintf(text, size, "GSL %s", gsl_version);
}

double stats_normal_cdf(double z)
{
    return gsl_cdf_ugaussian_P(z);
}

double stats_normal_quantile(double p)
{
    return p >= 0 && p <= 1 ? gsl_cdf_ugaussian_Pinv(p) : NAN;
}

double stats_t_cdf(double t, double df)
{
    return df > 0 && !isnan(t) ? gsl_cdf_tdist_P(t, df) : NAN;
}

double stats_t_quantile(double p, double df)
{
    if (!(df > 0) || !(p >= 0 && p <= 1))
        return NAN;
    double t = gsl_cdf_tdist_Pinv(p, df);
    /* GSL stops at some 1e-8 for small df; two Newton steps on the cdf bring the rest. */
    for (int i = 0; i < 2 && isfinite(t); i++) {
        double density = gsl_ran_tdist_pdf(t, df);
        double error = t < 0 ? gsl_cdf_tdist_P(t, df) - p : (1 - p) - gsl_cdf_tdist_Q(t, df);
        if (!(density > 0) || !isfinite(error / density))
            break;
        t -= error / density;
    }
    return t;
}

double stats_t_two_sided(double t, double df)
{
    if (isnan(t) || !(df > 0))
        return NAN;
    return isinf(t) ? 0 : 2 * gsl_cdf_tdist_Q(fabs(t), df);
}

double stats_f_upper(double f, double df1, double df2)
{
    if (isnan(f) || !(df1 > 0) || !(df2 > 0))
        return NAN;
    return isinf(f) ? 0 : f <= 0 ? 1 : gsl_cdf_fdist_Q(f, df1, df2);
}

/* A wrapper of its own, so that callers need no GSL headers. */
struct stats_rng {
    gsl_rng *rng;
};

int stats_rng_alloc(struct stats_rng **out, uint64_t seed)
{
    *out = NULL;
    struct stats_rng *r = malloc(sizeof *r);
    if (r == NULL)
        return ERR_NOMEM;
    r->rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (r->rng == NULL) {
        free(r);
        return ERR_NOMEM;
    }
    /* MT19937 takes 32 bits of seed; both halves must matter. */
    gsl_rng_set(r->rng, (unsigned long)((seed ^ (seed >> 32)) & 0xffffffff));
    *out = r;
    return 0;
}

void stats_rng_free(struct stats_rng *rng)
{
    if (rng == NULL)
        return;
    gsl_rng_free(rng->rng);
    free(rng);
}

size_t stats_rng_below(struct stats_rng *rng, size_t n)
{
    return gsl_rng_uniform_int(rng->rng, n);
}

double stats_rng_uniform(struct stats_rng *rng)
{
    return gsl_rng_uniform(rng->rng);
}

double stats_rng_normal(struct stats_rng *rng)
{
    return gsl_ran_gaussian_ziggurat(rng->rng, 1);
}

double stats_quantile_sorted(const double *x, size_t n, double p)
{
    if (n == 0 || !(p >= 0 && p <= 1))
        return NAN;
    double h = (double)(n - 1) * p;
    size_t i = (size_t)h;
    return i + 1 < n ? x[i] + (h - (double)i) * (x[i + 1] - x[i]) : x[n - 1];
}

void stats_sort(double *x, size_t n)
{
    gsl_sort(x, 1, n);
}

double stats_median(double *x, size_t n)
{
    stats_sort(x, n);
    return stats_quantile_sorted(x, n, 0.5);
}
