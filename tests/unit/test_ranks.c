#include "config.h"

#include <float.h>
#include <math.h>

#include "stats/adjust.h"
#include "stats/dist.h"
#include "stats/means.h"
#include "stats/rank.h"
#include "stats/stats.h"
#include "tests/unit/unit.h"

static double off(double value, double expected)
{
    return expected == 0 ? fabs(value) : fabs(value / expected - 1);
}
#define CHECK_NEAR(value, expected, tolerance)                                                 \
    CU_ASSERT(off((value), (expected)) <= (tolerance))

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* `call` gives `&err` to what must fail. */
#define FAILS(status, message, call)                                                           \
    do {                                                                                       \
        err = (struct err){0};                                                                 \
        CU_ASSERT_EQUAL(call, status);                                                         \
        CHECK_STRING_CONTAINS(err.text, message);                                              \
    } while (0)

static void test_rank_sum_exact(void)
{
    /* C(7, 3) = 35 ways; U = 0 in one of them, U <= 1 in two. */
    const double x[] = {1.1, 2.2, 3.3}, y[] = {7, 4, 6, 5};
    struct stats_rank_sum r;
    struct err err = {0};
    CU_ASSERT_EQUAL(stats_rank_sum(x, 3, y, 4, STATS_NULL_AUTO, 0.95, &r, &err), 0);
    CU_ASSERT(r.exact && !r.ties && r.u == 0 && r.superiority == 0);
    CHECK_NEAR(r.p, 2.0 / 35, 1e-14);
    CHECK_NEAR(r.p_less, 1.0 / 35, 1e-14);
    CHECK_NEAR(r.p_greater, 1, 1e-14);
    /* The 6th and 7th of the differences -5.9 -4.9 -4.8 -3.9 -3.8 -3.7 -2.9 ... */
    CHECK_NEAR(r.shift.value, -3.3, 1e-14);
    /* 2 / 35 is more than 5 %: no interval at 95 %, the whole range of differences at 90 %. */
    CU_ASSERT(isnan(r.shift.lower) && isnan(r.shift.upper) && isnan(r.attained));
    CU_ASSERT_EQUAL(stats_rank_sum(x, 3, y, 4, STATS_NULL_AUTO, 0.9, &r, &err), 0);
    CU_ASSERT(r.shift.lower == 1.1 - 7 && r.shift.upper == 3.3 - 4);
    CHECK_NEAR(r.attained, 1 - 2.0 / 35, 1e-14);
    /* Sides change places with the samples. */
    struct stats_rank_sum s;
    CU_ASSERT_EQUAL(stats_rank_sum(y, 4, x, 3, STATS_NULL_AUTO, 0.9, &s, &err), 0);
    CU_ASSERT(s.u == 12 && s.p_greater == r.p_less && s.p_less == r.p_greater && s.p == r.p);
    CU_ASSERT(s.shift.lower == -r.shift.upper && s.shift.upper == -r.shift.lower);
}

static void test_rank_sum_published(void)
{
    /* Permeability constants of the human chorioamnion, Hollander and Wolfe, example 4.1:
     * one-sided p 0.1272 (382 of 3003 ways), shift 0.305. */
    const double x[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    const double y[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    struct stats_rank_sum r;
    struct err err = {0};
    CU_ASSERT_EQUAL(stats_rank_sum(x, 10, y, 5, STATS_NULL_AUTO, 0.95, &r, &err), 0);
    CU_ASSERT_EQUAL(r.u, 35);
    CHECK_NEAR(r.p_greater, 382.0 / 3003, 1e-14);
    CHECK_NEAR(r.p, 764.0 / 3003, 1e-14);
    CHECK_NEAR(r.shift.value, 0.305, 1e-13);
    CHECK_NEAR(r.shift.lower, -0.15, 1e-13);
    CHECK_NEAR(r.shift.upper, 0.76, 1e-13);
}

static void test_rank_sum_ties(void)
{
    /* Mid-ranks 1 3 3 3 5.  Of the ten pairs that y may have, three sum to 4, three and 1 + 5
     * to 6, and three to 8; y has 8, the mean is 6. */
    const double x[] = {1, 2, 2}, y[] = {2, 3};
    struct stats_rank_sum r;
    struct err err = {0};
    CU_ASSERT_EQUAL(stats_rank_sum(x, 3, y, 2, STATS_NULL_AUTO, 0.5, &r, &err), 0);
    CU_ASSERT(r.exact && r.ties && r.u == 1);
    CHECK_NEAR(r.p, 0.6, 1e-14);
    CHECK_NEAR(r.p_less, 0.3, 1e-14);
    CHECK_NEAR(r.p_greater, 1, 1e-14);
    /* Differences -2 -1 -1 -1 0 0. */
    CU_ASSERT_EQUAL(r.shift.value, -1);
    CU_ASSERT(r.shift.lower == -1 && r.shift.upper == 0);
    /* Normal: variance 6 / 12 (6 - 24 / 20) = 2.4, one and a half from the mean. */
    CU_ASSERT_EQUAL(stats_rank_sum(x, 3, y, 2, STATS_NULL_APPROXIMATE, 0.5, &r, &err), 0);
    CU_ASSERT(!r.exact);
    CHECK_NEAR(r.p, 0.33292160806556603, 1e-13);
    CHECK_NEAR(r.p_less, 0.33292160806556603 / 2, 1e-13);
    CHECK_NEAR(r.p_greater, stats_normal_cdf(2.5 / sqrt(2.4)), 1e-13);
    /* A mean difference of no consequence: p is 1, never more. */
    const double a[] = {1, 2, 3, 4}, b[] = {1, 2, 3, 4};
    for (int null = STATS_NULL_AUTO; null <= STATS_NULL_APPROXIMATE; null++) {
        CU_ASSERT_EQUAL(stats_rank_sum(a, 4, b, 4, null, 0.5, &r, &err), 0);
        CHECK_NEAR(r.p, 1, 1e-14);
        CU_ASSERT_EQUAL(r.shift.value, 0);
    }
}

/* The exact distribution against the other way to get it: all choices of 5 out of 11 values
 * with ties, counted one by one. */
static void test_rank_sum_enumerated(void)
{
    const double values[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};
    double x[5], y[6];
    for (unsigned chosen = 0; chosen < 1U << 11; chosen += 37) {
        size_t nx = 0, ny = 0;
        if (__builtin_popcount(chosen) != 5)
            continue;
        for (unsigned i = 0; i < 11; i++)
            *(chosen >> i & 1 ? x + nx++ : y + ny++) = values[i];
        struct stats_rank_sum r, other;
        struct err err = {0};
        CU_ASSERT_EQUAL(stats_rank_sum(x, 5, y, 6, STATS_NULL_EXACT, 0.9, &r, &err), 0);
        size_t all = 0, far = 0, up = 0;
        for (unsigned set = 0; set < 1U << 11; set++) {
            if (__builtin_popcount(set) != 5)
                continue;
            double u = 0;
            for (unsigned i = 0; i < 11; i++)
                for (unsigned j = 0; j < 11; j++)
                    if ((set >> i & 1) && !(set >> j & 1))
                        u += values[i] > values[j] ? 1 : values[i] == values[j] ? 0.5 : 0;
            all++;
            far += fabs(u - 15) >= fabs(r.u - 15);
            up += u >= r.u;
        }
        CHECK_NEAR(r.p, (double)far / (double)all, 1e-13);
        CHECK_NEAR(r.p_greater, (double)up / (double)all, 1e-13);
        CU_ASSERT_EQUAL(stats_rank_sum(y, 6, x, 5, STATS_NULL_EXACT, 0.9, &other, &err), 0);
        CHECK_NEAR(other.p, r.p, 1e-13);
        CHECK_NEAR(other.p_less, r.p_greater, 1e-13);
    }
}

/* The k-th difference without a table of them, on both sides of the exact limit. */
static void test_shift(void)
{
    static double x[60], y[70], d[60 * 70];
    struct stats_rng *rng;
    CU_ASSERT_EQUAL_FATAL(stats_rng_alloc(&rng, 5), 0);
    for (size_t nx = 20; nx <= 60; nx += 20) {
        size_t ny = nx + 9, n = nx * ny;
        for (size_t i = 0; i < nx; i++)
            x[i] = 1e3 * stats_rng_normal(rng) - 40;
        for (size_t i = 0; i < ny; i++)
            y[i] = nx == 20 ? (double)stats_rng_below(rng, 9) : stats_rng_normal(rng) * 1e-3;
        for (size_t i = 0; i < n; i++)
            d[i] = x[i / ny] - y[i % ny];
        stats_sort(d, n);
        struct stats_rank_sum r;
        struct err err = {0};
        CU_ASSERT_EQUAL(stats_rank_sum(x, nx, y, ny, STATS_NULL_AUTO, 0.95, &r, &err), 0);
        CHECK_NEAR(r.shift.value, n % 2 ? d[n / 2] : (d[n / 2 - 1] + d[n / 2]) / 2, 1e-15);
        CU_ASSERT_EQUAL(r.exact, nx < 50 && ny < 50);
        size_t both = 0; /* places from either end that are the limits; ties make several */
        for (size_t k = 0; k < n / 2; k++)
            both += d[k] == r.shift.lower && d[n - 1 - k] == r.shift.upper;
        CU_ASSERT(both > 0);
        CU_ASSERT(r.attained >= 0.95 && r.attained < 0.96);
    }
    stats_rng_free(rng);
}

static void test_spearman(void)
{
    /* D = 4; of the 24 orders 1, 3 and 1 have D = 0, 2 and 4. */
    const double x[] = {1, 2, 3, 4}, y[] = {20, 10, 40, 30};
    struct stats_rank_correlation r;
    struct err err = {0};
    CU_ASSERT_EQUAL(stats_spearman_test(x, y, 4, STATS_NULL_AUTO, 0.95, &r, &err), 0);
    CU_ASSERT(r.exact && !r.ties);
    CHECK_NEAR(r.estimate.value, 0.6, 1e-14);
    CHECK_NEAR(r.p, 10.0 / 24, 1e-14);
    CHECK_NEAR(r.p_greater, 5.0 / 24, 1e-14);
    CHECK_NEAR(r.p_less, 20.0 / 24, 1e-14);
    CHECK_NEAR(r.estimate.lower, -0.8928731351171554, 1e-12);
    CHECK_NEAR(r.estimate.upper, 0.9929505792194502, 1e-12);
    /* t = 0.6 sqrt(2 / 0.64), 2 degrees of freedom: p = 1 - t / sqrt(2 + t^2) = 0.4. */
    CU_ASSERT_EQUAL(stats_spearman_test(x, y, 4, STATS_NULL_APPROXIMATE, 0.95, &r, &err), 0);
    CU_ASSERT(!r.exact);
    CHECK_NEAR(r.p, 0.4, 1e-12);
    CHECK_NEAR(r.p_greater, 0.2, 1e-12);
    CHECK_NEAR(r.p_less, 0.8, 1e-12);
    /* Tuna lightness and quality, Hollander and Wolfe, example 8.1: 35126 of 9! orders. */
    const double l[] = {44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1};
    const double q[] = {2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8};
    CU_ASSERT_EQUAL(stats_spearman_test(l, q, 9, STATS_NULL_AUTO, 0.95, &r, &err), 0);
    CHECK_NEAR(r.estimate.value, 0.6, 1e-14);
    CHECK_NEAR(r.p, 35126.0 / 362880, 1e-13);
    CHECK_NEAR(r.estimate.lower, -0.17424406977828477, 1e-12);
    CU_ASSERT_EQUAL(r.estimate.upper, 1); /* the jackknife's, about 0.659 with 0.302 */
    /* Ties: the odd one of x gets 3, 2 or 1 of y, a third each: correlation as it is, 0, or
     * the reverse. */
    const double tx[] = {1, 1, 2}, ty[] = {1, 2, 3};
    CU_ASSERT_EQUAL(stats_spearman_test(tx, ty, 3, STATS_NULL_AUTO, 0.95, &r, &err), 0);
    CU_ASSERT(r.exact && r.ties && isnan(r.estimate.lower));
    CHECK_NEAR(r.estimate.value, sqrt(0.75), 1e-14);
    CHECK_NEAR(r.p, 2.0 / 3, 1e-14);
    CHECK_NEAR(r.p_greater, 1.0 / 3, 1e-14);
}

static void test_kendall(void)
{
    /* Two inversions; 1, 3 and 5 of 24 orders have 0, 1 and 2. */
    const double x[] = {1, 2, 3, 4}, y[] = {20, 10, 40, 30};
    struct stats_rank_correlation r;
    struct err err = {0};
    CU_ASSERT_EQUAL(stats_kendall_test(x, y, 4, STATS_NULL_AUTO, 0.95, &r, &err), 0);
    CU_ASSERT(r.exact && !r.ties);
    /* All of the jackknife's values are 1 / 3 here. */
    CHECK_NEAR(r.estimate.value, 1.0 / 3, 1e-14);
    CHECK_NEAR(r.estimate.lower, -0.4759302709147047, 1e-12);
    CHECK_NEAR(r.estimate.upper, 0.818736471022812, 1e-12);
    CHECK_NEAR(r.p, 0.75, 1e-14);
    CHECK_NEAR(r.p_greater, 9.0 / 24, 1e-14);
    CHECK_NEAR(r.p_less, 20.0 / 24, 1e-14);
    /* Hollander and Wolfe, example 8.1: tau 0.444, 43342 of 9! orders (p 0.1194). */
    const double l[] = {44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1};
    const double q[] = {2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8};
    CU_ASSERT_EQUAL(stats_kendall_test(l, q, 9, STATS_NULL_AUTO, 0.95, &r, &err), 0);
    CHECK_NEAR(r.estimate.value, 4.0 / 9, 1e-14);
    CHECK_NEAR(r.p, 43342.0 / 362880, 1e-13);
    /* The jackknife is the wider one: standard error 0.266, t of 8 degrees of freedom. */
    CHECK_NEAR(r.estimate.lower, -0.1680449145865415, 1e-12);
    CU_ASSERT_EQUAL(r.estimate.upper, 1);
    /* Normal: score 16, variance 9 * 8 * 23 / 18 = 92. */
    CU_ASSERT_EQUAL(stats_kendall_test(l, q, 9, STATS_NULL_APPROXIMATE, 0.95, &r, &err), 0);
    CHECK_NEAR(r.p, 2 * stats_normal_cdf(-16 / sqrt(92)), 1e-13);
    const double tx[] = {1, 1, 2}, ty[] = {1, 2, 3};
    CU_ASSERT_EQUAL(stats_kendall_test(tx, ty, 3, STATS_NULL_AUTO, 0.95, &r, &err), 0);
    CU_ASSERT(r.exact && r.ties);
    CHECK_NEAR(r.estimate.value, 2 / sqrt(6), 1e-14);
    CHECK_NEAR(r.p, 2.0 / 3, 1e-14);
    CHECK_NEAR(r.p_greater, 1.0 / 3, 1e-14);
    CU_ASSERT_EQUAL(r.p_less, 1);
}

/* Exact p-values with ties against going through all 7! orders. */
static void test_correlation_enumerated(void)
{
    const double x[] = {1, 1, 2, 3, 3, 3, 7}, y[] = {2, 5, 5, 1, 8, 9, 9};
    struct stats_rank_correlation s, k, other;
    struct err err = {0};
    CU_ASSERT_EQUAL(stats_spearman_test(x, y, 7, STATS_NULL_EXACT, 0.95, &s, &err), 0);
    CU_ASSERT_EQUAL(stats_kendall_test(x, y, 7, STATS_NULL_EXACT, 0.95, &k, &err), 0);
    size_t far[2] = {0}, up[2] = {0}, all = 0, turn[7] = {0};
    double order[7];
    memcpy(order, y, sizeof order);
    /* Heap's algorithm. */
    for (size_t i = 0; i < 7;) {
        if (all == 0 || turn[i] < i) {
            if (all > 0) {
                size_t from = i % 2 ? turn[i] : 0;
                double held = order[from];
                order[from] = order[i];
                order[i] = held;
                turn[i]++;
                i = 0;
            }
            stats_spearman_test(x, order, 7, STATS_NULL_APPROXIMATE, 0.95, &other, &err);
            far[0] += fabs(other.estimate.value) >= fabs(s.estimate.value) - 1e-12;
            up[0] += other.estimate.value >= s.estimate.value - 1e-12;
            stats_kendall_test(x, order, 7, STATS_NULL_APPROXIMATE, 0.95, &other, &err);
            far[1] += fabs(other.estimate.value) >= fabs(k.estimate.value) - 1e-12;
            up[1] += other.estimate.value >= k.estimate.value - 1e-12;
            all++;
        } else {
            turn[i++] = 0;
        }
    }
    CU_ASSERT_EQUAL(all, 5040);
    CHECK_NEAR(s.p, (double)far[0] / 5040, 1e-13);
    CHECK_NEAR(s.p_greater, (double)up[0] / 5040, 1e-13);
    CHECK_NEAR(k.p, (double)far[1] / 5040, 1e-13);
    CHECK_NEAR(k.p_greater, (double)up[1] / 5040, 1e-13);
}

static void test_perfect_order(void)
{
    double x[200], down[200];
    struct stats_rank_correlation r;
    struct err err = {0};
    for (size_t i = 0; i < 200; i++) {
        x[i] = (double)i;
        down[i] = -exp((double)i / 30);
    }
    /* An approximation must not say what no permutation could: p of at least 2 / n!. */
    for (size_t n = 12; n <= 200; n += 188) {
        double least = fmax(DBL_MIN, exp(-lgamma((double)n + 1)));
        CU_ASSERT_EQUAL(stats_spearman_test(x, x, n, STATS_NULL_AUTO, 0.95, &r, &err), 0);
        CU_ASSERT(!r.exact && r.estimate.value == 1 && r.estimate.upper == 1);
        CU_ASSERT(r.estimate.lower < 1 && r.estimate.lower > 0.97 - 1 / (double)n);
        CHECK_NEAR(r.p, 2 * least, 1e-12);
        CHECK_NEAR(r.p_less, 1, 1e-15);
        CU_ASSERT_EQUAL(stats_spearman_test(x, down, n, STATS_NULL_AUTO, 0.95, &r, &err), 0);
        CU_ASSERT(r.estimate.value == -1 && r.estimate.lower == -1 && r.estimate.upper < -0.8);
        CHECK_NEAR(r.p_less, least, 1e-12);
    }
    CU_ASSERT_EQUAL(stats_kendall_test(x, down, 12, STATS_NULL_AUTO, 0.95, &r, &err), 0);
    CU_ASSERT(r.exact && r.estimate.value == -1 && r.estimate.lower == -1);
    CU_ASSERT(r.estimate.upper > -1 && r.estimate.upper < -0.6);
    CHECK_NEAR(r.p, 2 / 479001600.0, 1e-12);
    CU_ASSERT_EQUAL(stats_kendall_test(x, x, 150, STATS_NULL_EXACT, 0.95, &r, &err), 0);
    CHECK_NEAR(r.p_greater, exp(-lgamma(151)), 1e-10);
}

/* Strong correlations are what scales are gated on: tau 0.872, Spearman 0.978 for normal pairs
 * of correlation 0.98.  Coverage is 98 to 100 %; below 93 % of 300 would be a fault. */
static void test_interval_coverage(void)
{
    struct stats_rng *rng;
    CU_ASSERT_EQUAL_FATAL(stats_rng_alloc(&rng, 8), 0);
    const double c = 0.98, tau = 2 / M_PI * asin(c), rho = 6 / M_PI * asin(c / 2);
    for (size_t n = 10; n <= 40; n += 30) {
        int covered[2] = {0};
        double x[40], y[40];
        for (int trial = 0; trial < 300; trial++) {
            for (size_t i = 0; i < n; i++) {
                x[i] = stats_rng_normal(rng);
                y[i] = c * x[i] + sqrt(1 - c * c) * stats_rng_normal(rng);
            }
            struct stats_rank_correlation s, k;
            struct err err = {0};
            stats_spearman_test(x, y, n, STATS_NULL_APPROXIMATE, 0.95, &s, &err);
            stats_kendall_test(x, y, n, STATS_NULL_APPROXIMATE, 0.95, &k, &err);
            covered[0] += s.estimate.lower <= rho && rho <= s.estimate.upper;
            covered[1] += k.estimate.lower <= tau && tau <= k.estimate.upper;
        }
        CU_ASSERT(covered[0] >= 279 && covered[1] >= 279);
    }
    stats_rng_free(rng);
}

static void test_rank_errors(void)
{
    const double x[] = {1, 2, NAN, 4}, y[] = {1, 2, 3, INFINITY}, c[] = {5, 5, 5, 5};
    const double good[] = {1, 3, 2, 4};
    static double many[300];
    struct stats_rank_sum r;
    struct stats_rank_correlation k;
    struct err err;
    FAILS(ERR_DATA, "first sample: value 3 is not a finite number",
          stats_rank_sum(x, 4, good, 4, STATS_NULL_AUTO, 0.95, &r, &err));
    CU_ASSERT(isnan(r.p) && isnan(r.shift.value));
    FAILS(ERR_DATA, "second sample: value 4 is not a finite number",
          stats_rank_sum(good, 4, y, 4, STATS_NULL_AUTO, 0.95, &r, &err));
    FAILS(ERR_DATA, "first sample: it is empty",
          stats_rank_sum(x, 0, good, 4, STATS_NULL_AUTO, 0.95, &r, &err));
    FAILS(ERR_DATA, "second sample: it is empty",
          stats_rank_sum(good, 4, NULL, 0, STATS_NULL_AUTO, 0.95, &r, &err));
    FAILS(ERR_NUMERIC, "all values of both samples are equal",
          stats_rank_sum(c, 4, c, 2, STATS_NULL_AUTO, 0.95, &r, &err));
    FAILS(ERR_CONFIG, "level 1 is not between 0 and 1",
          stats_rank_sum(good, 4, c, 2, STATS_NULL_AUTO, 1, &r, &err));
    FAILS(ERR_CONFIG, "304 values are too many for the exact distribution (at most 200)",
          stats_rank_sum(good, 4, many, 300, STATS_NULL_EXACT, 0.95, &r, &err));
    int (*test[])(const double *, const double *, size_t, enum stats_null, double,
                  struct stats_rank_correlation *, struct err *) = {stats_spearman_test,
                                                                    stats_kendall_test};
    for (size_t i = 0; i < COUNT(test); i++) {
        FAILS(ERR_DATA, "x: value 3", test[i](x, good, 4, STATS_NULL_AUTO, 0.95, &k, &err));
        FAILS(ERR_DATA, "y: value 4", test[i](good, y, 4, STATS_NULL_AUTO, 0.95, &k, &err));
        FAILS(ERR_DATA, "x: 2 values are too few (at least 3)",
              test[i](good, good, 2, STATS_NULL_AUTO, 0.95, &k, &err));
        FAILS(ERR_DATA, "x: 1 value is too few",
              test[i](good, good, 1, STATS_NULL_AUTO, 0.95, &k, &err));
        FAILS(ERR_DATA, "x: it is empty", test[i](x, y, 0, STATS_NULL_AUTO, 0.95, &k, &err));
        FAILS(ERR_NUMERIC, "all values of 'x' are equal",
              test[i](c, good, 4, STATS_NULL_AUTO, 0.95, &k, &err));
        FAILS(ERR_NUMERIC, "all values of 'y' are equal",
              test[i](good, c, 4, STATS_NULL_AUTO, 0.95, &k, &err));
        FAILS(ERR_CONFIG, "level nan", test[i](good, good, 4, STATS_NULL_AUTO, NAN, &k, &err));
        many[1] = 1;
        FAILS(ERR_CONFIG, "too many for the exact distribution",
              test[i](many, many, 300, STATS_NULL_EXACT, 0.95, &k, &err));
    }
}

static void test_welch(void)
{
    /* Student's sleep data (Biometrika 6 (1908), 1), by R's t.test. */
    const double a[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    const double b[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    struct stats_welch w;
    struct err err = {0};
    CU_ASSERT_EQUAL(stats_welch(a, 10, b, 10, 0.95, &w, &err), 0);
    CHECK_NEAR(w.mean_x, 0.75, 1e-14);
    CHECK_NEAR(w.mean_y, 2.33, 1e-14);
    CHECK_NEAR(w.t, -1.86081346748685306, 1e-13);
    CHECK_NEAR(w.df, 17.77647351617849836, 1e-13);
    CHECK_NEAR(w.p, 0.07939414018735817, 1e-11);
    CHECK_NEAR(w.p_less, 0.07939414018735817 / 2, 1e-11);
    CHECK_NEAR(w.p_greater, 1 - 0.07939414018735817 / 2, 1e-11);
    CHECK_NEAR(w.difference.lower, -3.36548323071171041, 1e-11);
    CHECK_NEAR(w.difference.upper, 0.20548323071171018, 1e-11);
    /* One deterministic side is fine, a shift by a large constant costs no digits. */
    const double c[] = {5, 5}, d[] = {1e9 + 1, 1e9 + 2, 1e9 + 3}, e[] = {1e9, 1e9};
    CU_ASSERT_EQUAL(stats_welch(d, 3, e, 2, 0.95, &w, &err), 0);
    CU_ASSERT_EQUAL(w.difference.value, 2);
    CHECK_NEAR(w.t, 2 * sqrt(3), 1e-14);
    CHECK_NEAR(w.df, 2, 1e-14);
    FAILS(ERR_NUMERIC, "neither of the samples varies", stats_welch(c, 2, c, 2, 0.9, &w, &err));
    CU_ASSERT(isnan(w.p));
    const double bad[] = {1, INFINITY};
    FAILS(ERR_DATA, "second sample: value 2", stats_welch(a, 10, bad, 2, 0.9, &w, &err));
    FAILS(ERR_DATA, "first sample: 1 value is too few (at least 2)",
          stats_welch(a, 1, b, 10, 0.9, &w, &err));
    FAILS(ERR_DATA, "first sample: it is empty", stats_welch(a, 0, b, 10, 0.9, &w, &err));
    FAILS(ERR_CONFIG, "level 0", stats_welch(a, 10, b, 10, 0, &w, &err));
}

static void test_ratio(void)
{
    /* Roots of Fieller's equation found numerically in R; the other by its formula. */
    const double x[] = {10.1, 9.8, 10.4, 10.0, 9.9}, y[] = {8.2, 7.9, 8.5, 8.1};
    struct stats_ratio_options o = {.method = STATS_RATIO_FIELLER, .level = 0.95};
    struct stats_estimate e, inverse, boot;
    struct err err = {0};
    CU_ASSERT_EQUAL(stats_ratio(x, 5, y, 4, &o, &e, &err), 0);
    CHECK_NEAR(e.value, 1.228134556574924, 1e-13);
    CHECK_NEAR(e.lower, 1.173229489233150, 1e-11);
    CHECK_NEAR(e.upper, 1.286648355567019, 1e-11);
    /* Fieller's is symmetric too, once the degrees of freedom are those of the same ratio. */
    CU_ASSERT_EQUAL(stats_ratio(y, 4, x, 5, &o, &inverse, &err), 0);
    CHECK_NEAR(inverse.lower, 1 / e.upper, 1e-12);
    CHECK_NEAR(inverse.upper, 1 / e.lower, 1e-12);
    o.method = STATS_RATIO_LOG;
    CU_ASSERT_EQUAL(stats_ratio(x, 5, y, 4, &o, &e, &err), 0);
    CHECK_NEAR(e.lower, 1.172781621835861, 1e-11);
    CHECK_NEAR(e.upper, 1.286100038549703, 1e-11);
    CU_ASSERT_EQUAL(stats_ratio(y, 4, x, 5, &o, &inverse, &err), 0);
    CHECK_NEAR(inverse.lower, 1 / e.upper, 1e-12);
    o = (struct stats_ratio_options){STATS_RATIO_BOOTSTRAP, 0.95, 2000, 3};
    CU_ASSERT_EQUAL(stats_ratio(x, 5, y, 4, &o, &boot, &err), 0);
    CHECK_NEAR(boot.value, e.value, 1e-14);
    CU_ASSERT(boot.lower < boot.value && boot.value < boot.upper);
    CU_ASSERT(boot.upper / boot.lower < e.upper / e.lower);
    CU_ASSERT(boot.upper / boot.lower > sqrt(e.upper / e.lower));
    o.resamples = 10;
    FAILS(ERR_CONFIG, "10 resamples are too few", stats_ratio(x, 5, y, 4, &o, &e, &err));
}

static void test_ratio_errors(void)
{
    const double x[] = {10, 11, 12}, zero[] = {-1, 0, 1}, wide[] = {-1, 0.5, 1}, c[] = {3, 3};
    struct stats_ratio_options o = {.method = STATS_RATIO_FIELLER, .level = 0.95};
    struct stats_estimate e;
    struct err err = {0};
    CU_ASSERT_EQUAL(stats_ratio(x, 3, wide, 3, &o, &e, &err), 0);
    CHECK_NEAR(e.value, 66, 1e-13);
    CU_ASSERT(isnan(e.lower) && isnan(e.upper));
    FAILS(ERR_NUMERIC, "the mean of the second sample is 0",
          stats_ratio(x, 3, zero, 3, &o, &e, &err));
    FAILS(ERR_NUMERIC, "neither of the samples varies", stats_ratio(c, 2, c, 2, &o, &e, &err));
    FAILS(ERR_DATA, "second sample: it is empty", stats_ratio(x, 3, c, 0, &o, &e, &err));
    o.method = STATS_RATIO_LOG;
    FAILS(ERR_DATA, "means 0 and 11: logarithms need both above 0",
          stats_ratio(zero, 3, x, 3, &o, &e, &err));
    o.method = (enum stats_ratio_method)9;
    FAILS(ERR_CONFIG, "method 9", stats_ratio(x, 3, wide, 3, &o, &e, &err));
    o.level = 2;
    FAILS(ERR_CONFIG, "level 2", stats_ratio(x, 3, wide, 3, &o, &e, &err));
    /* A numerator around 0: the limits have both signs. */
    o = (struct stats_ratio_options){.method = STATS_RATIO_FIELLER, .level = 0.95};
    CU_ASSERT_EQUAL(stats_ratio(zero, 3, x, 3, &o, &e, &err), 0);
    CU_ASSERT(e.value == 0 && e.lower < -0.1 && e.upper > 0.1);
}

static void test_adjust(void)
{
    /* Holm: 5 x 0.01, 4 x 0.02, then 0.09 for the rest; Benjamini-Hochberg: p 5 / rank. */
    const double p[] = {0.03, 0.01, 0.05, 0.02, 0.04};
    const double holm[] = {0.09, 0.05, 0.09, 0.08, 0.09};
    double a[5];
    struct err err = {0};
    CU_ASSERT_EQUAL(stats_adjust_holm(p, 5, a, &err), 0);
    for (size_t i = 0; i < 5; i++)
        CHECK_NEAR(a[i], holm[i], 1e-14);
    CU_ASSERT_EQUAL(stats_adjust_bh(p, 5, a, &err), 0);
    for (size_t i = 0; i < 5; i++)
        CHECK_NEAR(a[i], 0.05, 1e-14);
    /* In place; large ones stay at 1. */
    double q[] = {0.5, 0.001, 0.9, 0.2};
    const double bh[] = {2.0 / 3, 0.004, 0.9, 0.4};
    CU_ASSERT_EQUAL(stats_adjust_bh(q, 4, q, &err), 0);
    for (size_t i = 0; i < 4; i++)
        CHECK_NEAR(q[i], bh[i], 1e-14);
    double r[] = {0.5, 0, 0.9, 0.2};
    CU_ASSERT_EQUAL(stats_adjust_holm(r, 4, r, &err), 0);
    CU_ASSERT(r[0] == 1 && r[1] == 0 && r[2] == 1);
    CHECK_NEAR(r[3], 0.6, 1e-14);
    const double bad[] = {0.1, NAN}, above[] = {1.5};
    FAILS(ERR_DATA, "p-value 2 is nan, not from 0 to 1", stats_adjust_holm(bad, 2, a, &err));
    FAILS(ERR_DATA, "p-value 1 is 1.5", stats_adjust_bh(above, 1, a, &err));
    FAILS(ERR_DATA, "there are no p-values", stats_adjust_holm(p, 0, a, &err));
    FAILS(ERR_DATA, "there are no p-values", stats_adjust_bh(p, 0, a, &err));
}

static const struct unit_test tests[] = {
    {"rank sum, small", test_rank_sum_exact},
    {"rank sum, published", test_rank_sum_published},
    {"rank sum with ties", test_rank_sum_ties},
    {"rank sum, all ways", test_rank_sum_enumerated},
    {"shift", test_shift},
    {"Spearman", test_spearman},
    {"Kendall", test_kendall},
    {"correlations, all orders", test_correlation_enumerated},
    {"perfect order", test_perfect_order},
    {"coverage of intervals", test_interval_coverage},
    {"errors of ranks", test_rank_errors},
    {"Welch", test_welch},
    {"ratio", test_ratio},
    {"errors of ratios", test_ratio_errors},
    {"adjusting", test_adjust},
};

UNIT_MAIN("ranks and means", tests)
