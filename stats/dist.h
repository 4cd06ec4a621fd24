/* Distributions and random numbers. */
#ifndef STATS_DIST_H
#define STATS_DIST_H

#include <stddef.h>
#include <stdint.h>

/* Cumulative probabilities and quantiles.  NaN for arguments outside the domain. */
double stats_normal_cdf(double z);
double stats_normal_quantile(double p);
double stats_t_cdf(double t, double df);
double stats_t_quantile(double p, double df);
/* P(|T| >= |t|), exact in the far tail; 0 for an infinite t. */
double stats_t_two_sided(double t, double df);
/* P(F >= f). */
double stats_f_upper(double f, double df1, double df2);

/* Random numbers: MT19937 with a recorded seed, the same on every host. */
struct stats_rng;
int stats_rng_alloc(struct stats_rng **out, uint64_t seed);
void stats_rng_free(struct stats_rng *rng);
size_t stats_rng_below(struct stats_rng *rng, size_t n); /* uniform on 0 ... n - 1, n > 0 */
double stats_rng_uniform(struct stats_rng *rng);         /* [0, 1) */
double stats_rng_normal(struct stats_rng *rng);

/* The p-quantile of sorted x (linear interpolation between order statistics, Hyndman and
 * Fan 1996, type 7). */
double stats_quantile_sorted(const double *x, size_t n, double p);
/* Sorts ascending in place. */
void stats_sort(double *x, size_t n);
/* The median, NaN of no values; sorts x. */
double stats_median(double *x, size_t n);

#endif
