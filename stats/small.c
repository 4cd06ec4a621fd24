#include "config.h"

#include <math.h>

#include "stats/dist.h"
#include "stats/small.h"

enum { P = SMALL_COLUMNS };

/* Modified Gram-Schmidt with a second pass, which for a few columns is as good as
 * reflections: r is upper triangular. */
static bool orthogonalise(size_t m, size_t p, double *columns, double r[P][P])
{
    for (size_t j = 0; j < p; j++) {
        double *q = columns + j * m, before = 0, after = 0;
        for (size_t i = 0; i < m; i++)
            before += q[i] * q[i];
        for (int pass = 0; pass < 2; pass++)
            for (size_t k = 0; k < j; k++) {
                const double *o = columns + k * m;
                double dot = 0;
                for (size_t i = 0; i < m; i++)
                    dot += o[i] * q[i];
                for (size_t i = 0; i < m; i++)
                    q[i] -= dot * o[i];
                r[k][j] += dot;
            }
        for (size_t i = 0; i < m; i++)
            after += q[i] * q[i];
        if (!(after > 1e-20 * before))
            return false;
        r[j][j] = sqrt(after);
        for (size_t i = 0; i < m; i++)
            q[i] /= r[j][j];
    }
    return true;
}

bool stats_small_fit(size_t m, size_t p, double *q, const double *target, double *residual,
                     struct small_fit *fit)
{
    double r[P][P] = {{0}}, z[P] = {0}, inverse[P][P] = {{0}};
    if (!orthogonalise(m, p, q, r))
        return false;
    for (size_t i = 0; i < m; i++)
        residual[i] = target[i];
    for (size_t j = 0; j < p; j++) {
        for (size_t i = 0; i < m; i++)
            z[j] += q[j * m + i] * target[i];
        for (size_t i = 0; i < m; i++)
            residual[i] -= q[j * m + i] * z[j];
    }
    for (size_t j = 0; j < p; j++)
        for (size_t i = j + 1; i-- > 0;) {
            double sum = i == j;
            for (size_t k = i + 1; k <= j; k++)
                sum -= r[i][k] * inverse[k][j];
            inverse[i][j] = sum / r[i][i];
        }
    for (size_t i = 0; i < p; i++) {
        fit->coefficient[i] = 0;
        for (size_t k = i; k < p; k++)
            fit->coefficient[i] += inverse[i][k] * z[k];
        for (size_t j = 0; j < p; j++) {
            double sum = 0;
            for (size_t k = i > j ? i : j; k < p; k++)
                sum += inverse[i][k] * inverse[j][k];
            fit->covariance[i * P + j] = sum;
        }
    }
    return true;
}

double stats_small_aicc(double n, double k, double rss)
{
    return n - k - 1 > 0 ? n * log(rss / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1) : INFINITY;
}

double stats_small_bic(double n, double k, double rss)
{
    return n * log(rss / n) + k * log(n);
}

static double claim_quantile(const struct small_claim *c, double p)
{
    double t = stats_t_quantile(p, c->df);
    return c->relative ? c->value * exp(t * c->se / c->value) : c->value + t * c->se;
}

/* Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4: a finite sum
 * for whole degrees of freedom, many times faster than the general one.  Absolute error near
 * 1e-15, enough for a mixture. */
static double t_cdf(double t, double df)
{
    enum { TERMS_MAX = 60 };
    if (!(df >= 1 && df <= TERMS_MAX) || df != floor(df))
        return stats_t_cdf(t, df);
    int nu = (int)df;
    double tangent = t / sqrt(df), cosine2 = 1 / (1 + tangent * tangent);
    double sine = isinf(t) ? copysign(1, t) : tangent * sqrt(cosine2);
    double term = nu % 2 == 0 ? 1 : sqrt(cosine2), sum = nu == 1 ? 0 : term;
    for (int k = nu % 2 == 0 ? 2 : 3; k <= nu - 2; k += 2) {
        term *= cosine2 * (double)(k - 1) / (double)k;
        sum += term;
    }
    double two_sided = nu % 2 == 0 ? sine * sum : M_2_PI * (atan(tangent) + sine * sum);
    return 0.5 + two_sided / 2;
}

static double mixture_cdf(const struct small_claim *claim, size_t n, double x)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const struct small_claim *c = claim + i;
        double distance =
            c->relative ? x > 0 ? c->value * log(x / c->value) : -INFINITY : x - c->value;
        if (c->se > 0)
            sum += c->weight * t_cdf(distance / c->se, c->df);
        else
            sum += c->weight * (distance > 0 ? 1 : distance < 0 ? 0 : 0.5);
    }
    return sum;
}

double stats_mixture_quantile(const struct small_claim *claim, size_t n, double p)
{
    /* The candidates' own quantiles enclose it. */
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        double q = claim_quantile(claim + i, p);
        low = fmin(low, q);
        high = fmax(high, q);
    }
    double below = mixture_cdf(claim, n, low) - p, above = mixture_cdf(claim, n, high) - p;
    /* Regula falsi with the Illinois change, and a bisection wherever it stalls. */
    for (int i = 0; i < 60 && high - low > 1e-9 * fabs(high); i++) {
        double x = i % 4 == 3 || !(above > below)
                       ? (low + high) / 2
                       : low - below * (high - low) / (above - below);
        double f = mixture_cdf(claim, n, x = fmin(fmax(x, low), high)) - p;
        if (f < 0) {
            low = x;
            below = f;
            above /= 2;
        } else {
            high = x;
            above = f;
            below /= 2;
        }
        if (f == 0)
            return x;
    }
    return (low + high) / 2;
}
