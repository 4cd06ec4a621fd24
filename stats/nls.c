#include "config.h"

#include "stats/nls.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A start on a bound has no slope in u: it moves this far inside, as a part of the range. */
static const double inside = 0.02;

struct problem {
    const struct stats_nls_input *in;
    double *x; /* p, room for the bounded variables */
    double *r; /* n */
};

static double bounded(const struct stats_nls_input *in, size_t i, double u)
{
    return (in->lower[i] + in->upper[i]) / 2 + (in->upper[i] - in->lower[i]) / 2 * sin(u);
}

static double unbounded(const struct stats_nls_input *in, size_t i, double x)
{
    double place = (2 * x - in->lower[i] - in->upper[i]) / (in->upper[i] - in->lower[i]);
    return asin(fmax(inside - 1, fmin(1 - inside, place)));
}

static int evaluate(const gsl_vector *u, void *params, gsl_vector *f)
{
    struct problem *p = params;
    for (size_t i = 0; i < p->in->p; i++)
        p->x[i] = bounded(p->in, i, gsl_vector_get(u, i));
    p->in->residuals(p->in->context, p->x, p->r);
    for (size_t i = 0; i < p->in->n; i++) {
        if (!isfinite(p->r[i]))
            return GSL_EBADFUNC;
        gsl_vector_set(f, i, p->r[i]);
    }
    return GSL_SUCCESS;
}

static int check(const struct stats_nls_input *in, struct err *err)
{
    if (in->p == 0 || in->n < in->p)
        return err_set(err, ERR_CONFIG, "%zu residuals do not decide %zu variables", in->n,
                       in->p);
    for (size_t i = 0; i < in->p; i++)
        if (!(in->lower[i] < in->upper[i]) || !isfinite(in->upper[i] - in->lower[i]))
            return err_set(err, ERR_CONFIG, "bounds of variable %zu: %g to %g is no range",
                           i + 1, in->lower[i], in->upper[i]);
    return 0;
}

static double sum_of_squares(struct problem *p, const double *x)
{
    double sum = 0;
    p->in->residuals(p->in->context, x, p->r);
    for (size_t i = 0; i < p->in->n; i++)
        sum += p->r[i] * p->r[i];
    return sum;
}

static int solve(struct problem *p, double *x, struct err *err)
{
    const struct stats_nls_input *in = p->in;
    gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_fdf f = {.f = evaluate, .n = in->n, .p = in->p, .params = p};
    gsl_multifit_nlinear_workspace *w =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, in->n, in->p);
    gsl_vector *u = gsl_vector_alloc(in->p);
    int status = w == NULL || u == NULL ? GSL_ENOMEM : GSL_SUCCESS, why;
    for (size_t i = 0; u != NULL && i < in->p; i++)
        gsl_vector_set(u, i, unbounded(in, i, x[i]));
    if (status == GSL_SUCCESS)
        status = gsl_multifit_nlinear_init(u, &f, w);
    if (status == GSL_SUCCESS) {
        status = gsl_multifit_nlinear_driver(in->iterations, in->tolerance, in->tolerance, 0,
                                             NULL, NULL, &why, w);
        /* Out of iterations, or of steps that make it smaller: where it is, is the answer. */
        if (status == GSL_EMAXITER || status == GSL_ENOPROG)
            status = GSL_SUCCESS;
        for (size_t i = 0; status == GSL_SUCCESS && i < in->p; i++)
            x[i] = bounded(in, i, gsl_vector_get(gsl_multifit_nlinear_position(w), i));
    }
    gsl_vector_free(u);
    gsl_multifit_nlinear_free(w);
    return status == GSL_SUCCESS ? 0
           : status == GSL_ENOMEM
               ? err_set(err, ERR_NOMEM, "no memory for least squares")
               : err_set(err, ERR_NUMERIC, "least squares: %s", gsl_strerror(status));
}

int stats_nls(const struct stats_nls_input *in, double *x, double *sum, struct err *err)
{
    int status = check(in, err);
    if (status < 0)
        return status;
    double *room = calloc(2 * in->p + in->n, sizeof *room);
    if (room == NULL)
        return err_set(err, ERR_NOMEM, "no memory for least squares");
    struct problem p = {.in = in, .x = room, .r = room + in->p};
    double *start = room + in->p + in->n;
    for (size_t i = 0; i < in->p; i++) {
        x[i] = fmax(in->lower[i], fmin(in->upper[i], x[i]));
        start[i] = x[i];
    }
    status = solve(&p, x, err);
    if (status == 0) {
        double end = sum_of_squares(&p, x), begin = sum_of_squares(&p, start);
        if (end > begin) { /* the start was on a bound, and the best there is */
            memcpy(x, start, in->p * sizeof *x);
            end = begin;
        }
        if (sum != NULL)
            *sum = end;
    }
    free(room);
    return status;
}
