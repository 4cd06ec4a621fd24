/* Nonlinear least squares within bounds.
 *
 * Levenberg and Marquardt's trust region with geodesic acceleration switched off, derivatives
 * by forward differences; each variable is x = middle + half * sin(u), so that u is free and x
 * stays within its bounds (M. Powell's device, also in MINUIT).
 *
 * Source: More, in Numerical Analysis, Lecture Notes in Mathematics 630 (1978), 105. */
#ifndef STATS_NLS_H
#define STATS_NLS_H

#include <stddef.h>

#include "base/err.h"

/* Fills residual[0 ... n - 1] at x[0 ... p - 1]. */
typedef void (*stats_residuals)(void *context, const double *x, double *residual);

struct stats_nls_input {
    size_t n, p;                 /* n >= p >= 1 */
    const double *lower, *upper; /* p bounds, lower < upper */
    stats_residuals residuals;
    void *context;
    size_t iterations; /* at most */
    double tolerance;  /* of step and gradient, relative */
};

/* Starts at x and leaves the end there; *sum (may be NULL) is the sum of squares at the end,
 * which is never above that at the start.  Stopping by the number of iterations is no error.
 * ERR_CONFIG for sizes and bounds that make no sense, ERR_NUMERIC where a residual is no
 * finite number, ERR_NOMEM. */
int stats_nls(const struct stats_nls_input *in, double *x, double *sum, struct err *err);

#endif
