#include "config.h"

#include "stats/lm.h"

#include <math.h>
#include <stdlib.h>

#include "stats/dist.h"

/* Working memory of one fit: `a` (n x p) becomes the reflections and R. */
struct work {
    size_t n, p;
    stats_real *a, *z;      /* scaled columns; sqrt(w) y, then Q'y */
    stats_real *diagonal;   /* of R */
    stats_real *scale;      /* a column's length, as a power of two */
    stats_real *jacobi;     /* p x p */
};

static int work_init(struct work *k, size_t n, size_t p)
{
    *k = (struct work){.n = n, .p = p};
    k->a = malloc((n * p + n + 2 * p + p * p) * sizeof(stats_real));
    if (k->a == NULL)
        return ERR_NOMEM;
    k->z = k->a + n * p;
    k->diagonal = k->z + n;
    k->scale = k->diagonal + p;
    k->jacobi = k->scale + p;
    return 0;
}

static int check_input(const struct stats_lm_input *in, struct err *err)
{
    if (in->p == 0)
        return err_set(err, ERR_DATA, "a model needs at least one term");
    if (in->n < in->p)
        return err_set(err, ERR_DATA, "%zu rows are too few for %zu terms", in->n, in->p);
    if (!(in->level > 0 && in->level < 1))
        return err_set(err, ERR_CONFIG, "level %g is not between 0 and 1", in->level);
    for (size_t i = 0; i < in->n; i++) {
        bool finite = stats_real_finite(in->y[i]);
        for (size_t j = 0; j < in->p; j++)
            finite = finite && stats_real_finite(in->x[i * in->p + j]);
        if (!finite)
            return err_set(err, ERR_DATA, "row %zu: a value is not a finite number", i + 1);
        if (in->w != NULL && !(in->w[i] > 0 && stats_real_finite(in->w[i])))
            return err_set(err, ERR_DATA, "row %zu: weight %g is not above 0", i + 1,
                           (double)in->w[i]);
    }
    return 0;
}

/* Weighted columns of about unit length; powers of two lose nothing. */
static int scale_columns(struct work *k, const struct stats_lm_input *in, struct err *err)
{
    for (size_t i = 0; i < k->n; i++) {
        stats_real root = in->w == NULL ? 1 : stats_real_sqrt(in->w[i]);
        k->z[i] = root * in->y[i];
        for (size_t j = 0; j < k->p; j++)
            k->a[i * k->p + j] = root * in->x[i * k->p + j];
    }
    for (size_t j = 0; j < k->p; j++) {
        double largest = 0;
        for (size_t i = 0; i < k->n; i++)
            largest = fmax(largest, fabs((double)k->a[i * k->p + j]));
        if (!(largest > 0) || isinf(largest))
            return err_set(err, ERR_DATA, "column %zu is %s", j + 1,
                           largest > 0 ? "too large" : "zero everywhere");
        int exponent;
        frexp(largest * sqrt((double)k->n), &exponent);
        k->scale[j] = ldexp(1, exponent);
        for (size_t i = 0; i < k->n; i++)
            k->a[i * k->p + j] /= k->scale[j];
    }
    return 0;
}

/* Householder reflections, column by column.  Returns the first column whose part that is
 * new against the columns before it vanishes against its length, or p. */
static size_t reduce(struct work *k)
{
    size_t n = k->n, p = k->p;
    /* Decimal data that obey a linear relation leave 1e-34; the certified sets 1e-15. */
    const double vanishing = 1e-22;
    for (size_t j = 0; j < p; j++) {
        stats_real below = 0, above = 0;
        for (size_t i = 0; i < n; i++) {
            stats_real v = k->a[i * p + j];
            *(i < j ? &above : &below) += v * v;
        }
        stats_real length = stats_real_sqrt(below);
        if (!(below > (stats_real)vanishing * vanishing * (below + above)))
            return j;
        stats_real head = k->a[j * p + j];
        stats_real alpha = head > 0 ? -length : length;
        k->diagonal[j] = alpha;
        k->a[j * p + j] = head - alpha;
        /* v'v / 2, for the reflection x - v (v'x) / (v'v / 2). */
        stats_real half = below - head * alpha;
        for (size_t c = j + 1; c <= p; c++) {
            stats_real dot = 0;
            for (size_t i = j; i < n; i++)
                dot += k->a[i * p + j] * (c < p ? k->a[i * p + c] : k->z[i]);
            dot /= half;
            for (size_t i = j; i < n; i++)
                *(c < p ? &k->a[i * p + c] : &k->z[i]) -= dot * k->a[i * p + j];
        }
    }
    return p;
}

static stats_real r_at(const struct work *k, size_t i, size_t j)
{
    return i == j ? k->diagonal[i] : i < j ? k->a[i * k->p + j] : 0;
}

/* R of unit-length columns: its singular values by one-sided Jacobi rotations. */
static double condition(const struct work *k)
{
    size_t p = k->p;
    stats_real *m = k->jacobi;
    for (size_t j = 0; j < p; j++) {
        stats_real sum = 0;
        for (size_t i = 0; i <= j; i++)
            sum += r_at(k, i, j) * r_at(k, i, j);
        sum = stats_real_sqrt(sum);
        for (size_t i = 0; i < p; i++)
            m[i * p + j] = r_at(k, i, j) / sum;
    }
    bool turned = true;
    for (int sweep = 0; sweep < 60 && turned; sweep++) {
        turned = false;
        for (size_t a = 0; a + 1 < p; a++)
            for (size_t b = a + 1; b < p; b++) {
                stats_real aa = 0, bb = 0, ab = 0;
                for (size_t i = 0; i < p; i++) {
                    aa += m[i * p + a] * m[i * p + a];
                    bb += m[i * p + b] * m[i * p + b];
                    ab += m[i * p + a] * m[i * p + b];
                }
                /* Six digits of a condition number are plenty. */
                if (!(ab * ab > (stats_real)1e-14 * aa * bb))
                    continue;
                turned = true;
                stats_real zeta = (bb - aa) / (2 * ab);
                stats_real t = 1 / (stats_real_abs(zeta) + stats_real_sqrt(1 + zeta * zeta));
                t = zeta < 0 ? -t : t;
                stats_real c = 1 / stats_real_sqrt(1 + t * t), s = c * t;
                for (size_t i = 0; i < p; i++) {
                    stats_real u = m[i * p + a], v = m[i * p + b];
                    m[i * p + a] = c * u - s * v;
                    m[i * p + b] = s * u + c * v;
                }
            }
    }
    stats_real largest = 0, smallest = 0;
    for (size_t j = 0; j < p; j++) {
        stats_real sum = 0;
        for (size_t i = 0; i < p; i++)
            sum += m[i * p + j] * m[i * p + j];
        largest = sum > largest ? sum : largest;
        smallest = j == 0 || sum < smallest ? sum : smallest;
    }
    return (double)stats_real_sqrt(largest / smallest);
}

/* Inverse of R in units of the unscaled columns, and the estimates. */
static void solve(const struct work *k, struct stats_lm *lm)
{
    size_t p = k->p;
    stats_real *inverse = lm->r_inverse;
    for (size_t j = 0; j < p; j++)
        for (size_t i = p; i-- > 0;) {
            stats_real sum = i == j ? 1 : 0;
            for (size_t c = i + 1; c <= j; c++)
                sum -= r_at(k, i, c) * inverse[c * p + j];
            inverse[i * p + j] = i > j ? 0 : sum / k->diagonal[i];
        }
    for (size_t i = 0; i < p; i++) {
        stats_real sum = 0;
        for (size_t c = i; c < p; c++) {
            sum += inverse[i * p + c] * k->z[c];
            inverse[i * p + c] /= k->scale[i];
        }
        lm->beta[i] = sum / k->scale[i];
    }
}

static stats_real fitted_at(const struct stats_lm *lm, const stats_real *row)
{
    stats_real sum = 0;
    for (size_t j = 0; j < lm->p; j++)
        sum += row[j] * lm->beta[j];
    return sum;
}

/* Squared length of row R^-1: the variance of its fitted value in units of sigma^2. */
static stats_real row_variance(const struct stats_lm *lm, const stats_real *row)
{
    stats_real sum = 0;
    for (size_t c = 0; c < lm->p; c++) {
        stats_real v = 0;
        for (size_t j = 0; j <= c; j++)
            v += row[j] * lm->r_inverse[j * lm->p + c];
        sum += v * v;
    }
    return sum;
}

static stats_real total_squares(const struct stats_lm_input *in, stats_real *about_zero)
{
    stats_real sum_w = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < in->n; i++) {
        stats_real w = in->w == NULL ? 1 : in->w[i];
        sum_w += w;
        sum += w * in->y[i];
    }
    *about_zero = 0;
    stats_real mean = in->intercept ? sum / sum_w : 0;
    for (size_t i = 0; i < in->n; i++) {
        stats_real w = in->w == NULL ? 1 : in->w[i], d = in->y[i] - mean;
        squares += w * d * d;
        *about_zero += w * in->y[i] * in->y[i];
    }
    return squares;
}

/* Residuals from the data, not from Q'y: they keep their digits when they are small. */
static stats_real residuals(struct stats_lm *lm, const struct stats_lm_input *in,
                            stats_real about_zero)
{
    stats_real rss = 0, noise = 0;
    for (size_t i = 0; i < lm->n; i++) {
        const stats_real *row = in->x + i * lm->p;
        stats_real fitted = fitted_at(lm, row), e = in->y[i] - fitted, size = 0;
        stats_real w = in->w == NULL ? 1 : in->w[i];
        for (size_t j = 0; j < lm->p; j++)
            size += stats_real_abs(row[j] * lm->beta[j]);
        rss += w * e * e;
        noise += w * size * size;
        lm->row[i] = (struct stats_lm_case){.fitted = (double)fitted, .residual = (double)e};
    }
    /* Rounding alone leaves about epsilon times the condition number. */
    stats_real unit = STATS_REAL_EPSILON * lm->condition * 16;
    lm->exact = rss <= unit * unit * (noise + about_zero);
    return lm->exact ? 0 : rss;
}

static void case_statistics(struct stats_lm *lm, const struct stats_lm_input *in)
{
    double n = (double)lm->n, p = (double)lm->p, press = 0;
    for (size_t i = 0; i < lm->n; i++) {
        struct stats_lm_case *c = lm->row + i;
        double w = in->w == NULL ? 1 : (double)in->w[i];
        double h = fmin(1, w * (double)row_variance(lm, in->x + i * lm->p));
        c->leverage = h;
        /* A row that alone decides a coefficient cannot be judged. */
        bool alone = 1 - h < 1e-12;
        double deleted = alone ? NAN : c->residual / (1 - h);
        double r = alone ? NAN : c->residual * sqrt(w) / (lm->residual_sd * sqrt(1 - h));
        c->standardised = r;
        c->studentised = r * sqrt((n - p - 1) / (n - p - r * r));
        c->cook = r * r * h / (p * (1 - h));
        press += w * deleted * deleted;
    }
    lm->press = lm->exact ? 0 : press;
    lm->r2_predicted = 1 - lm->press / lm->tss;
}

static void summarise(struct stats_lm *lm, const struct stats_lm_input *in, stats_real rss,
                      stats_real tss)
{
    double n = (double)lm->n, p = (double)lm->p, one = lm->intercept ? 1 : 0;
    lm->df = n - p;
    lm->sigma = lm->df > 0 ? stats_real_sqrt(rss / lm->df) : (stats_real)NAN;
    lm->rss = (double)rss;
    lm->tss = (double)tss;
    lm->residual_sd = (double)lm->sigma;
    lm->r2 = tss > 0 ? (double)(1 - rss / tss) : NAN;
    lm->r2_adjusted =
        lm->df > 0 && tss > 0 ? (double)(1 - (rss / lm->df) / (tss / (n - one))) : NAN;
    lm->f_df1 = p - one;
    lm->f_df2 = lm->df;
    lm->f = lm->f_df1 > 0 && lm->df > 0 && tss > 0
                ? rss > 0 ? (double)(((tss - rss) / lm->f_df1) / (rss / lm->df)) : INFINITY
                : NAN;
    lm->f_p = stats_f_upper(lm->f, lm->f_df1, lm->f_df2);

    double log_weights = 0, k = p + 1;
    for (size_t i = 0; in->w != NULL && i < lm->n; i++)
        log_weights += log((double)in->w[i]);
    lm->log_likelihood = 0.5 * (log_weights - n * (log(2 * M_PI * lm->rss / n) + 1));
    lm->aic = 2 * k - 2 * lm->log_likelihood;
    lm->aicc = n - k - 1 > 0 ? lm->aic + 2 * k * (k + 1) / (n - k - 1) : NAN;
    lm->bic = k * log(n) - 2 * lm->log_likelihood;

    double t = stats_t_quantile(0.5 + lm->level / 2, lm->df);
    for (size_t i = 0; i < lm->p; i++) {
        struct stats_lm_term *term = lm->term + i;
        for (size_t j = 0; j < lm->p; j++) {
            stats_real sum = 0;
            for (size_t c = i > j ? i : j; c < lm->p; c++)
                sum += lm->r_inverse[i * lm->p + c] * lm->r_inverse[j * lm->p + c];
            lm->covariance[i * lm->p + j] = (double)(sum * lm->sigma * lm->sigma);
            if (i == j)
                term->se = (double)(lm->sigma * stats_real_sqrt(sum));
        }
        term->estimate = (double)lm->beta[i];
        term->t = term->se > 0 || isnan(term->se) ? term->estimate / term->se
                  : term->estimate == 0           ? NAN
                                                  : copysign(INFINITY, term->estimate);
        term->p = stats_t_two_sided(term->t, lm->df);
        term->lower = term->estimate - t * term->se;
        term->upper = term->estimate + t * term->se;
    }
}

static int result_alloc(struct stats_lm **out, const struct stats_lm_input *in)
{
    size_t n = in->n, p = in->p;
    struct stats_lm *lm = calloc(1, sizeof *lm);
    if (lm == NULL)
        return ERR_NOMEM;
    lm->n = n;
    lm->p = p;
    lm->intercept = in->intercept;
    lm->level = in->level;
    lm->term = calloc(p, sizeof *lm->term);
    lm->row = calloc(n, sizeof *lm->row);
    lm->covariance = calloc(p * p, sizeof *lm->covariance);
    lm->beta = calloc(p, sizeof *lm->beta);
    lm->r_inverse = calloc(p * p, sizeof *lm->r_inverse);
    *out = lm;
    return lm->term && lm->row && lm->covariance && lm->beta && lm->r_inverse ? 0 : ERR_NOMEM;
}

int stats_lm_alloc(struct stats_lm **out, const struct stats_lm_input *in, size_t *collinear,
                   struct err *err)
{
    *out = NULL;
    struct work k = {0};
    struct stats_lm *lm = NULL;
    if (collinear != NULL)
        *collinear = in->p;
    int status = check_input(in, err);
    if (status < 0)
        return status;
    if (work_init(&k, in->n, in->p) < 0 || result_alloc(&lm, in) < 0) {
        status = err_set(err, ERR_NOMEM, "no memory for a model of %zu rows", in->n);
        goto out;
    }
    status = scale_columns(&k, in, err);
    if (status < 0)
        goto out;
    size_t at = reduce(&k);
    if (at < in->p) {
        if (collinear != NULL)
            *collinear = at;
        status = err_set(err, ERR_DATA, "column %zu is a linear combination of those before it",
                         at + 1);
        goto out;
    }
    lm->condition = condition(&k);
    solve(&k, lm);
    stats_real about_zero, tss = total_squares(in, &about_zero);
    stats_real rss = residuals(lm, in, about_zero);
    summarise(lm, in, rss, tss);
    case_statistics(lm, in);
    *out = lm;
    lm = NULL;
out:
    stats_lm_free(lm);
    free(k.a);
    return status;
}

void stats_lm_free(struct stats_lm *lm)
{
    if (lm == NULL)
        return;
    free(lm->term);
    free(lm->row);
    free(lm->covariance);
    free(lm->beta);
    free(lm->r_inverse);
    free(lm);
}

void stats_lm_predict(const struct stats_lm *lm, const stats_real *row, double w, double *mean,
                      double *se_mean, double *se_new)
{
    stats_real variance = row_variance(lm, row);
    *mean = (double)fitted_at(lm, row);
    *se_mean = (double)(lm->sigma * stats_real_sqrt(variance));
    if (se_new != NULL)
        *se_new = (double)(lm->sigma * stats_real_sqrt(variance + 1 / (stats_real)w));
}
