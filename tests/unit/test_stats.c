#include "config.h"

#include <math.h>
#include <string.h>

#include "stats/agree.h"
#include "stats/transfer.h"
#include "stats/boot.h"
#include "stats/dist.h"
#include "stats/ladder.h"
#include "stats/lm.h"
#include "stats/real.h"
#include "stats/stats.h"
#include "tests/unit/unit.h"

/* Relative difference, absolute where the expected value is 0. */
static double off(double value, double expected)
{
    return expected == 0 ? fabs(value) : fabs(value / expected - 1);
}
#define CHECK_NEAR(value, expected, tolerance)                                                 \
    CU_ASSERT(off((value), (expected)) <= (tolerance))

static double real_off(stats_real value, stats_real expected)
{
    return (double)stats_real_abs(value / expected - 1);
}

static void test_real(void)
{
    /* Digits that every host with 113 bits must have. */
    const double tiny = STATS_REAL_BITS >= 113 ? 1e-31 : 1e-17;
    stats_real v;
    CU_ASSERT_EQUAL(stats_real_parse("0.1", &v), 3);
    CU_ASSERT(v * 10 == 1);
    CU_ASSERT_EQUAL(stats_real_parse("-6.860120914 x", &v), 12);
    CU_ASSERT(real_off(v * 1000000000, (stats_real)-6860120914.0) < tiny);
    CU_ASSERT_EQUAL(stats_real_parse("1.5e3,2", &v), 5);
    CU_ASSERT(v == 1500);
    CU_ASSERT_EQUAL(stats_real_parse(" +12.50", &v), 7);
    CU_ASSERT(v == 12.5);
    CU_ASSERT_EQUAL(stats_real_parse("0x10", &v), 4);
    CU_ASSERT(v == 16);
    CU_ASSERT_EQUAL(stats_real_parse("nan", &v), 0);
    CU_ASSERT_EQUAL(stats_real_parse("inf", &v), 0);
    CU_ASSERT_EQUAL(stats_real_parse("1e999", &v), 0);
    CU_ASSERT_EQUAL(stats_real_parse("", &v), 0);
    CU_ASSERT_EQUAL(stats_real_parse("x", &v), 0);
    /* 40 digits: the ones that do not fit still count as powers of ten. */
    CU_ASSERT_EQUAL(stats_real_parse("1234567890123456789012345678901234567890", &v), 40);
    CU_ASSERT(fabs((double)v / 1.234567890123456789e39 - 1) < 1e-15);
    CU_ASSERT_EQUAL(stats_real_parse("0.0000000000000000000000000000000000000025", &v), 42);
    CU_ASSERT(fabs((double)v / 2.5e-39 - 1) < 1e-15);

    stats_real two = stats_real_sqrt(2);
    CU_ASSERT(real_off(two * two, 2) < tiny);
    CU_ASSERT(real_off(stats_real_sqrt((stats_real)1e-300) * (stats_real)1e150, 1) < 1e-15);
    CU_ASSERT(stats_real_sqrt(0) == 0);
    CU_ASSERT(isnan((double)stats_real_sqrt(-1)));
    for (double x = 1e-6; x < 1e7; x *= 7.3) {
        CU_ASSERT(real_off(stats_real_exp(stats_real_log(x)), x) < 20 * tiny);
        CU_ASSERT(fabs((double)stats_real_log(x) - log(x)) < 1e-14);
    }
    CU_ASSERT(real_off(stats_real_exp(1) * stats_real_exp(-1), 1) < tiny);
    CU_ASSERT(stats_real_exp(0) == 1 && stats_real_log(1) == 0);
    CU_ASSERT(isinf((double)stats_real_log(0)) && isnan((double)stats_real_log(-1)));
    CU_ASSERT(stats_real_powi(3, 5) == 243 && stats_real_powi(2, -2) == 0.25);
    CU_ASSERT(stats_real_powi(-2, 3) == -8 && stats_real_powi(7, 0) == 1);
    CU_ASSERT(real_off(stats_real_pow(2, 2.5) * stats_real_pow(2, 0.5), 8) < 10 * tiny);
    CU_ASSERT(stats_real_pow(0, 1.5) == 0 && isnan((double)stats_real_pow(-2, 1.5)));
}

static void test_distributions(void)
{
    /* Table values: Abramowitz and Stegun, 26.1, 26.9, 26.10, computed to 12 digits. */
    CHECK_NEAR(stats_normal_quantile(0.975), 1.95996398454005, 1e-13);
    CHECK_NEAR(stats_t_quantile(0.975, 10), 2.22813885198627, 1e-12);
    CHECK_NEAR(stats_t_quantile(0.975, 1), 12.7062047361747, 1e-12);
    CHECK_NEAR(stats_t_quantile(0.05, 3), -2.35336343480182, 1e-12);
    CHECK_NEAR(stats_t_two_sided(2.22813885198627, 10), 0.05, 1e-12);
    CHECK_NEAR(stats_f_upper(4.96460274441016, 1, 10), 0.05, 1e-8);
    CU_ASSERT(isnan(stats_t_quantile(0.975, 0)) && isnan(stats_t_quantile(2, 3)));
    CU_ASSERT(isnan(stats_t_two_sided(NAN, 3)) && stats_t_two_sided(INFINITY, 3) == 0);
    CU_ASSERT(stats_t_two_sided(40, 30) > 0);
    CU_ASSERT(isnan(stats_f_upper(1, 0, 3)) && stats_f_upper(INFINITY, 1, 3) == 0);
    double x[] = {4, 1, 3, 2};
    stats_sort(x, 4);
    CU_ASSERT(x[0] == 1 && x[3] == 4);
    CU_ASSERT(stats_quantile_sorted(x, 4, 0.5) == 2.5 && stats_quantile_sorted(x, 4, 1) == 4);
    CU_ASSERT(isnan(stats_quantile_sorted(x, 0, 0.5)));
    double even[] = {9, 2, 4, 1}, odd[] = {3, 1, 2};
    CU_ASSERT(stats_median(even, 4) == 3 && even[3] == 9);
    CU_ASSERT(stats_median(odd, 3) == 2 && isnan(stats_median(odd, 0)));
    struct stats_rng *a, *b;
    CU_ASSERT_EQUAL_FATAL(stats_rng_alloc(&a, 7), 0);
    CU_ASSERT_EQUAL_FATAL(stats_rng_alloc(&b, 7), 0);
    for (int i = 0; i < 100; i++) {
        CU_ASSERT(stats_rng_below(a, 10) == stats_rng_below(b, 10));
        CU_ASSERT(stats_rng_normal(a) == stats_rng_normal(b));
        CU_ASSERT(stats_rng_uniform(a) == stats_rng_uniform(b));
    }
    stats_rng_free(a);
    stats_rng_free(b);
    stats_rng_free(NULL);
}

/* y = 1 + 2 x, by hand: Sxx = 10, residuals -0.2 0.6 -0.6 0.2 0 ... */
static void test_lm_by_hand(void)
{
    /* x = 1 ... 5, y = 2 4 5 4 5: slope 0.6, constant 2.2, RSS 2.4, TSS 6. */
    stats_real x[] = {1, 1, 1, 2, 1, 3, 1, 4, 1, 5}, y[] = {2, 4, 5, 4, 5};
    struct stats_lm_input in = {.n = 5, .p = 2, .x = x, .y = y, .intercept = true, .level = 0.95};
    struct stats_lm *lm;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(stats_lm_alloc(&lm, &in, NULL, &err), 0);
    CHECK_NEAR(lm->term[0].estimate, 2.2, 1e-15);
    CHECK_NEAR(lm->term[1].estimate, 0.6, 1e-15);
    CHECK_NEAR(lm->rss, 2.4, 1e-15);
    CHECK_NEAR(lm->r2, 0.6, 1e-15);
    CHECK_NEAR(lm->r2_adjusted, 1 - 0.8 / 1.5, 1e-14);
    CHECK_NEAR(lm->residual_sd, sqrt(0.8), 1e-15);
    CHECK_NEAR(lm->term[1].se, sqrt(0.08), 1e-15);
    CHECK_NEAR(lm->f, 4.5, 1e-14);
    CHECK_NEAR(lm->term[1].t * lm->term[1].t, lm->f, 1e-14);
    CHECK_NEAR(lm->term[1].p, lm->f_p, 1e-9);
    CHECK_NEAR(lm->row[0].leverage, 0.6, 1e-15);
    CHECK_NEAR(lm->row[2].leverage, 0.2, 1e-15);
    /* Deleted residuals: -0.8/0.4, 0.6/0.7, 1/0.8, -0.6/0.7, -0.2/0.4. */
    CHECK_NEAR(lm->press, 4 + 2 * 0.36 / 0.49 + 1.5625 + 0.25, 1e-13);
    double r = -0.8 / sqrt(0.8 * 0.4);
    CHECK_NEAR(lm->row[0].standardised, r, 1e-13);
    CHECK_NEAR(lm->row[0].studentised, r * sqrt(2 / (3 - r * r)), 1e-13);
    CHECK_NEAR(lm->row[0].cook, r * r * 0.6 / (2 * 0.4), 1e-13);
    /* The logarithm of the likelihood by its definition. */
    double log_l = -2.5 * (log(2 * M_PI * 2.4 / 5) + 1);
    CHECK_NEAR(lm->log_likelihood, log_l, 1e-14);
    CHECK_NEAR(lm->aic, 6 - 2 * log_l, 1e-14);
    CHECK_NEAR(lm->aicc, 6 - 2 * log_l + 24, 1e-14);
    CHECK_NEAR(lm->bic, 3 * log(5) - 2 * log_l, 1e-14);
    double mean, se, se_new;
    stats_real row[] = {1, 6};
    stats_lm_predict(lm, row, 1, &mean, &se, &se_new);
    CHECK_NEAR(mean, 5.8, 1e-15);
    CHECK_NEAR(se, sqrt(0.8 * 1.1), 1e-14);
    CHECK_NEAR(se_new, sqrt(0.8 * 2.1), 1e-14);
    CHECK_NEAR(lm->term[0].upper - lm->term[0].lower,
               2 * stats_t_quantile(0.975, 3) * lm->term[0].se, 1e-13);
    CHECK_NEAR(lm->covariance[1], -3 * 0.08, 1e-14);
    CU_ASSERT_FALSE(lm->exact);
    stats_lm_free(lm);
    stats_lm_free(NULL);
}

/* A weight of 2 is the same row twice, but for the degrees of freedom. */
static void test_lm_weights(void)
{
    stats_real x[] = {1, 1, 1, 2, 1, 4, 1, 4}, y[] = {1, 3, 4, 4}, w[] = {1, 1, 2};
    struct stats_lm *once, *twice;
    struct stats_lm_input in = {.n = 4, .p = 2, .x = x, .y = y, .intercept = true, .level = 0.9};
    CU_ASSERT_EQUAL_FATAL(stats_lm_alloc(&twice, &in, NULL, NULL), 0);
    in.n = 3;
    in.w = w;
    CU_ASSERT_EQUAL_FATAL(stats_lm_alloc(&once, &in, NULL, NULL), 0);
    CHECK_NEAR(once->term[1].estimate, twice->term[1].estimate, 1e-15);
    CHECK_NEAR(once->rss, twice->rss, 1e-14);
    CHECK_NEAR(once->r2, twice->r2, 1e-14);
    CHECK_NEAR(once->term[1].se / once->residual_sd, twice->term[1].se / twice->residual_sd,
               1e-14);
    stats_lm_free(once);
    stats_lm_free(twice);
}

/* y = 1 + x + ... + x^5 on 0 ... 20: Wampler's first set, exact by construction. */
static void test_lm_exact(void)
{
    enum { N = 21, P = 6 };
    stats_real x[N * P], y[N];
    for (int i = 0; i < N; i++) {
        y[i] = 0;
        for (int j = 0; j < P; j++) {
            x[i * P + j] = stats_real_powi(i, j);
            y[i] += x[i * P + j];
        }
    }
    struct stats_lm_input in = {.n = N, .p = P, .x = x, .y = y, .intercept = true, .level = 0.95};
    struct stats_lm *lm;
    CU_ASSERT_EQUAL_FATAL(stats_lm_alloc(&lm, &in, NULL, NULL), 0);
    for (int j = 0; j < P; j++) {
        CHECK_NEAR(lm->term[j].estimate, 1, 1e-15);
        CU_ASSERT(lm->term[j].se == 0 && isinf(lm->term[j].t) && lm->term[j].p == 0);
    }
    CU_ASSERT(lm->exact && lm->residual_sd == 0 && lm->r2 == 1 && isinf(lm->f));
    CU_ASSERT(lm->condition > 1000 && lm->condition < 1e5);
    stats_lm_free(lm);
}

static void test_lm_errors(void)
{
    stats_real x[] = {1, 1, 2, 1, 2, 4, 1, 3, 6, 1, 4, 8}, y[] = {1, 2, 3, 5};
    struct stats_lm_input in = {.n = 4, .p = 3, .x = x, .y = y, .level = 0.95};
    struct stats_lm *lm;
    struct err err = {0};
    size_t at;
    CU_ASSERT_EQUAL(stats_lm_alloc(&lm, &in, &at, &err), ERR_DATA);
    CU_ASSERT(lm == NULL && at == 2);
    CHECK_STRING_CONTAINS(err.text, "column 3 is a linear combination");

    err_clear(&err);
    in.n = 2;
    CU_ASSERT_EQUAL(stats_lm_alloc(&lm, &in, &at, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "2 rows are too few for 3 terms");

    struct stats_lm_input line = {.n = 4, .p = 1, .x = y, .y = y, .level = 0.95};
    stats_real bad[4] = {1, 2, 0, 4};
    line.w = bad;
    err_clear(&err);
    CU_ASSERT_EQUAL(stats_lm_alloc(&lm, &line, NULL, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "row 3: weight 0");
    line.w = NULL;
    line.y = bad;
    bad[1] = NAN;
    err_clear(&err);
    CU_ASSERT_EQUAL(stats_lm_alloc(&lm, &line, NULL, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "row 2: a value is not a finite number");
    bad[1] = INFINITY;
    CU_ASSERT_EQUAL(stats_lm_alloc(&lm, &line, NULL, NULL), ERR_DATA);
    line.y = y;
    line.level = 1;
    CU_ASSERT_EQUAL(stats_lm_alloc(&lm, &line, NULL, NULL), ERR_CONFIG);
    line.level = 0.95;
    line.p = 0;
    CU_ASSERT_EQUAL(stats_lm_alloc(&lm, &line, NULL, NULL), ERR_DATA);
    line.p = 1;
    stats_real zero[4] = {0};
    line.x = zero;
    err_clear(&err);
    CU_ASSERT_EQUAL(stats_lm_alloc(&lm, &line, NULL, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "zero everywhere");

    /* As many rows as terms: estimates, but nothing about their errors. */
    stats_real square[] = {1, 0, 1, 1}, two[] = {3, 5};
    struct stats_lm_input full = {
        .n = 2, .p = 2, .x = square, .y = two, .intercept = true, .level = 0.95};
    CU_ASSERT_EQUAL_FATAL(stats_lm_alloc(&lm, &full, NULL, NULL), 0);
    CU_ASSERT(lm->term[1].estimate == 2 && isnan(lm->term[1].se) && isnan(lm->residual_sd));
    stats_lm_free(lm);
    /* Constant y about its mean: no R2. */
    stats_real ones[] = {1, 1, 1, 2, 1, 3}, same[] = {4, 4, 4};
    struct stats_lm_input flat = {
        .n = 3, .p = 2, .x = ones, .y = same, .intercept = true, .level = 0.95};
    CU_ASSERT_EQUAL_FATAL(stats_lm_alloc(&lm, &flat, NULL, NULL), 0);
    CU_ASSERT(isnan(lm->r2) && isnan(lm->f) && off(lm->term[0].estimate, 4) < 1e-15);
    stats_lm_free(lm);
}

/* Exact data of one law: it gets nearly all of the weight and is predicted exactly. */
static void test_ladder_exact(void)
{
    double n[] = {64, 96, 128, 192, 256, 320}, y[6];
    const struct {
        double a, b, c;
    } laws[] = {{3, 0, 0}, {2, 1, 0}, {2.5, 0, 0}, {3, 0, 1e5}, {3, 1, 0}};
    for (size_t k = 0; k < sizeof laws / sizeof laws[0]; k++) {
        for (int i = 0; i < 6; i++)
            y[i] = 5 * pow(n[i], laws[k].a) * pow(log2(n[i]), laws[k].b) + laws[k].c;
        struct stats_ladder_input in = {.n_rungs = 6, .n = n, .mean = y, .level = 0.95};
        struct stats_ladder *ladder;
        struct err err = {0};
        CU_ASSERT_EQUAL_FATAL(stats_ladder_alloc(&ladder, &in, &err), 0);
        CU_ASSERT(ladder->model[0].weight > 0.5 && ladder->model[0].term[0].a == laws[k].a);
        CHECK_NEAR(ladder->model[0].term[0].estimate, 5, 1e-6);
        CU_ASSERT(ladder->model[0].n_terms == (laws[k].c > 0 ? 2 : 1));
        CU_ASSERT(ladder->n_observations == 6 && isnan(ladder->pure_error));
        double sum = 0;
        for (size_t i = 0; i < ladder->n_models; i++)
            sum += ladder->model[i].weight;
        CHECK_NEAR(sum, 1, 1e-12);
        struct stats_ladder_prediction p;
        stats_ladder_predict(ladder, 1024, &p);
        double truth = 5 * pow(1024, laws[k].a) * pow(log2(1024), laws[k].b) + laws[k].c;
        CHECK_NEAR(p.value, truth, 1e-5);
        CU_ASSERT(p.ci_lower <= p.value && p.value <= p.ci_upper);
        CU_ASSERT(p.pi_lower <= p.ci_lower && p.ci_upper <= p.pi_upper);
        stats_ladder_free(ladder);
    }
}

/* One candidate against stats_lm on the same weighted data. */
static void test_ladder_against_lm(void)
{
    enum { N = 7 };
    double n[N] = {64, 96, 128, 160, 192, 224, 256}, y[N];
    stats_real x[N * 2], target[N], w[N];
    for (int i = 0; i < N; i++) {
        y[i] = (5 * pow(n[i], 3) + 300 * pow(n[i], 2)) * (1 + 0.001 * sin(7.0 * i));
        x[2 * i] = stats_real_powi(n[i], 3);
        x[2 * i + 1] = stats_real_powi(n[i], 2);
        target[i] = y[i];
        w[i] = 1 / (stats_real)y[i] / y[i];
    }
    struct stats_ladder_input in = {.n_rungs = N, .n = n, .mean = y, .level = 0.95};
    struct stats_lm_input lm_in = {.n = N, .p = 2, .x = x, .y = target, .w = w, .level = 0.95};
    struct stats_ladder *ladder;
    struct stats_lm *lm;
    CU_ASSERT_EQUAL_FATAL(stats_ladder_alloc(&ladder, &in, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(stats_lm_alloc(&lm, &lm_in, NULL, NULL), 0);
    const struct stats_ladder_model *model = NULL;
    for (size_t i = 0; i < ladder->n_models; i++) {
        const struct stats_ladder_model *m = ladder->model + i;
        if (m->n_terms == 2 && m->term[0].a == 3 && m->term[0].b == 0 && m->term[1].a == 2 &&
            m->term[1].b == 0)
            model = m;
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    for (int j = 0; j < 2; j++) {
        CHECK_NEAR(model->term[j].estimate, lm->term[j].estimate, 1e-10);
        CHECK_NEAR(model->term[j].se, lm->term[j].se, 1e-9);
    }
    CHECK_NEAR(model->rss, lm->rss, 1e-9);
    CHECK_NEAR(model->residual_sd, lm->residual_sd, 1e-9);
    CHECK_NEAR(model->r2, lm->r2, 1e-12);
    CHECK_NEAR(model->r2_adjusted, lm->r2_adjusted, 1e-12);
    CHECK_NEAR(model->r2_predicted, lm->r2_predicted, 1e-12);
    stats_ladder_free(ladder);
    stats_lm_free(lm);
}

static void test_ladder_replicates(void)
{
    double n[] = {64, 128, 256, 512}, y[] = {1, 8, 64, 512}, sd[] = {0.01, 0.08, 0.64, 5.12};
    size_t five[] = {5, 5, 5, 5};
    struct stats_ladder_input in = {
        .n_rungs = 4, .n = n, .mean = y, .sd = sd, .replicates = five, .level = 0.95};
    struct stats_ladder *ladder;
    CU_ASSERT_EQUAL_FATAL(stats_ladder_alloc(&ladder, &in, NULL), 0);
    CU_ASSERT(ladder->n_observations == 20 && !ladder->by_rung);
    CHECK_NEAR(ladder->pure_error, 0.01, 1e-12);
    stats_ladder_free(ladder);
    /* Rungs that scatter far beyond their noise: twenty observations are four again. */
    y[1] = 11;
    y[2] = 40;
    CU_ASSERT_EQUAL_FATAL(stats_ladder_alloc(&ladder, &in, NULL), 0);
    CU_ASSERT(ladder->by_rung && ladder->n_observations == 4 && ladder->lack_of_fit_p < 0.01);
    stats_ladder_free(ladder);
}

static void test_ladder_errors(void)
{
    double n[] = {64, 96, 128, 128}, y[] = {1, 2, 3, 4};
    struct stats_ladder_input in = {.n_rungs = 3, .n = n, .mean = y, .level = 0.95};
    struct stats_ladder *ladder;
    struct err err = {0};
    CU_ASSERT_EQUAL(stats_ladder_alloc(&ladder, &in, &err), ERR_INCONCLUSIVE);
    CHECK_STRING_CONTAINS(err.text, "3 rungs are too few");
    CU_ASSERT_PTR_NULL(ladder);
    in.n_rungs = 0;
    CU_ASSERT_EQUAL(stats_ladder_alloc(&ladder, &in, NULL), ERR_INCONCLUSIVE);
    in.n_rungs = 4;
    err_clear(&err);
    CU_ASSERT_EQUAL(stats_ladder_alloc(&ladder, &in, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "size 128 comes twice");
    n[3] = 1;
    CU_ASSERT_EQUAL(stats_ladder_alloc(&ladder, &in, NULL), ERR_DATA);
    n[3] = 256;
    y[2] = 0;
    CU_ASSERT_EQUAL(stats_ladder_alloc(&ladder, &in, NULL), ERR_DATA);
    y[2] = NAN;
    CU_ASSERT_EQUAL(stats_ladder_alloc(&ladder, &in, NULL), ERR_DATA);
    y[2] = 3;
    in.level = 0;
    CU_ASSERT_EQUAL(stats_ladder_alloc(&ladder, &in, NULL), ERR_CONFIG);
    char name[32];
    stats_ladder_term_name(2.5, 1, name, sizeof name);
    CU_ASSERT_STRING_EQUAL(name, "n^2.5 log2(n)");
    stats_ladder_term_name(1, 0, name, sizeof name);
    CU_ASSERT_STRING_EQUAL(name, "n");
    stats_ladder_term_name(0, 1, name, sizeof name);
    CU_ASSERT_STRING_EQUAL(name, "log2(n)");
    stats_ladder_term_name(0, 0, name, sizeof name);
    CU_ASSERT_STRING_EQUAL(name, "1");
}

/* Expected numbers are those of R 4.2's predict(lm(y ~ x)) and predict(lm(y ~ x + group)). */
static void test_transfer(void)
{
    enum { N = 10 };
    const double x[N] = {1.2, 2.1, 3.3, 3.9, 5.4, 6.2, 7.7, 8.1, 9.6, 11.3};
    const double y[N] = {1.25, 2.0, 3.4, 4.1, 5.2, 6.5, 7.4, 8.6, 9.5, 11.0};
    const size_t halves[N] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
    struct stats_pairs p = {.n = N, .x = x, .y = y};
    struct stats_transfer t;
    stats_transfer(&p, 0, 4.5, 0.95, &t);
    CU_ASSERT(t.own && t.n == N && t.df == 8);
    CHECK_NEAR(t.value, 4.5395318397662248, 1e-12);
    CHECK_NEAR(t.ci_lower, 4.3215457555902255, 1e-11);
    CHECK_NEAR(t.pi_upper, 5.207174935410384, 1e-11);
    CHECK_NEAR(t.residual_sd, 0.27365700007358329, 1e-12);
    CHECK_NEAR(t.left_out_rms, 0.29759496438317984, 1e-12);
    p.group = halves;
    p.n_groups = 2;
    stats_transfer(&p, 1, 7, 0.95, &t);
    CU_ASSERT(!t.own && t.n == N && t.df == 7);
    CHECK_NEAR(t.value, 7.1362090739008419, 1e-12);
    CHECK_NEAR(t.ci_upper, 7.4777530815562114, 1e-11);
    CHECK_NEAR(t.pi_lower, 6.4227519774013189, 1e-11);
    stats_transfer(&p, 2, 7, 0.95, &t);
    CU_ASSERT(isnan(t.value) && isnan(t.pi_lower));
    p.n = 3; /* one group of three: one degree of freedom */
    stats_transfer(&p, 0, 2, 0.95, &t);
    CU_ASSERT(t.df == 1 && isfinite(t.pi_lower));
    p.n = 2;
    stats_transfer(&p, 0, 2, 0.95, &t);
    CU_ASSERT(isnan(t.value));
    const double flat[N] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    struct stats_pairs none = {.n = N, .x = flat, .y = y};
    stats_transfer(&none, 0, 2, 0.95, &t);
    CU_ASSERT(isnan(t.value) && isnan(t.pi_lower));
}

/* Expected numbers are those of R 4.2's t.test, cor.test and lm. */
/* Ten pairs, alone and as those of two problems. */
enum { PAIRS = 10 };
static const double pair_x[PAIRS] = {1.2, 2.1, 3.3, 3.9, 5.4, 6.2, 7.7, 8.1, 9.6, 11.3};
static const double pair_y[PAIRS] = {1.25, 2.0, 3.4, 4.1, 5.2, 6.5, 7.4, 8.6, 9.5, 11.0};
static const size_t halves[PAIRS] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1};

static struct stats_tost tost(struct stats_tost_input in)
{
    struct stats_tost t;
    in.n_groups = in.group != NULL ? 2 : 1;
    in.alpha = 0.05;
    in.tolerance = in.tolerance > 0 ? in.tolerance : 0.02;
    stats_tost(&in, &t);
    return t;
}

static void test_equivalence(void)
{
    double d[PAIRS], first = 0, second = 0;
    for (int i = 0; i < PAIRS; i++)
        d[i] = log(pair_x[i] / pair_y[i]);
    struct stats_tost t = tost((struct stats_tost_input){.n = PAIRS, .log_ratio = d});
    CHECK_NEAR(t.lower, -0.030890779585059591, 1e-12);
    CHECK_NEAR(t.upper, 0.018713536621740356, 1e-12);
    CHECK_NEAR(t.p, 0.168904530486214677, 1e-12);
    CU_ASSERT(!t.equivalent && t.df == 9 && t.alpha == 0.05 && t.tolerance == 0.02);
    t = tost((struct stats_tost_input){.n = PAIRS, .log_ratio = d, .tolerance = 0.05});
    CU_ASSERT(t.equivalent && t.p < 0.05);
    t = tost((struct stats_tost_input){.n = PAIRS, .log_ratio = d, .group = halves});
    CHECK_NEAR(t.lower, expm1(-0.033272393277853515), 1e-12);
    CHECK_NEAR(t.upper, expm1(0.020435027060413724), 1e-12);
    CU_ASSERT(t.df == 8);
    /* Two problems as what was sampled: their means, one degree of freedom. */
    t = tost((struct stats_tost_input){
        .n = PAIRS, .log_ratio = d, .group = halves, .clusters = true});
    for (int i = 0; i < 5; i++) {
        first += d[i] / 5;
        second += d[i + 5] / 5;
    }
    CU_ASSERT(t.df == 1);
    /* The 95 % quantile of one degree of freedom is tan(0.45 pi). */
    CHECK_NEAR(t.upper, expm1((first + second) / 2 + tan(0.45 * acos(-1)) *
                                                         fabs(first - second) / 2), 1e-12);
}

static void test_equivalence_of_few(void)
{
    static const double same[3] = {0.001, 0.001, 0.001};
    struct stats_tost t = tost((struct stats_tost_input){.n = 3, .log_ratio = same});
    CU_ASSERT(isnan(t.p) && t.equivalent);
    CHECK_NEAR(t.lower, expm1(0.001), 1e-15);
    t = tost((struct stats_tost_input){.n = 1, .log_ratio = same});
    CU_ASSERT(isnan(t.lower) && !t.equivalent);
    t = tost((struct stats_tost_input){.n = 0, .log_ratio = same});
    CU_ASSERT(isnan(t.value) && !t.equivalent);
}

/* An error that the ratios share widens the interval; so few degrees of freedom, too. */
static void test_equivalence_shared(void)
{
    static const double shared[1] = {1e-4};
    double d[PAIRS], mean = 0, variance = 0;
    for (int i = 0; i < PAIRS; i++)
        d[i] = log(pair_x[i] / pair_y[i]);
    struct stats_tost t = tost((struct stats_tost_input){
        .n = PAIRS, .log_ratio = d, .shared = shared, .shared_df = 8});
    for (int i = 0; i < PAIRS; i++)
        mean += d[i] / PAIRS;
    for (int i = 0; i < PAIRS; i++)
        variance += (d[i] - mean) * (d[i] - mean) / (PAIRS - 1) / PAIRS;
    double df = (variance + 1e-4) * (variance + 1e-4) / (variance * variance / 9 + 1e-8 / 8);
    CHECK_NEAR(t.df, df, 1e-10);
    CHECK_NEAR(t.upper, expm1(mean + stats_t_quantile(0.95, df) * sqrt(variance + 1e-4)), 1e-12);
}

static void test_within(void)
{
    struct stats_pairs p = {.n = PAIRS, .x = pair_x, .y = pair_y};
    struct stats_estimate e, intercept;
    stats_fisher_r2(stats_within_r2(&p, NULL, PAIRS), PAIRS, 0.95, &e);
    CHECK_NEAR(e.lower, 0.97274150200939391, 1e-12);
    CHECK_NEAR(e.upper, 0.99857348360930309, 1e-12);
    stats_within_line(&p, 0.95, &e, &intercept);
    CHECK_NEAR(e.lower, 0.91865727151025500, 1e-11);
    CHECK_NEAR(intercept.upper, 0.54323165402005091, 1e-11);
    CHECK_NEAR(stats_concordance(pair_x, pair_y, PAIRS), 0.9967437274924642, 1e-13);
    p.group = halves;
    p.n_groups = 2;
    CHECK_NEAR(stats_within_r2(&p, NULL, PAIRS), 0.97818003457089797, 1e-13);
    stats_within_line(&p, 0.95, &e, &intercept);
    CHECK_NEAR(e.value, 0.92644995322731527, 1e-13);
    CHECK_NEAR(e.upper, 1.05011663702614255, 1e-11);
    double slope, constant;
    stats_within_slope(&p, NULL, PAIRS, &slope, &constant);
    CU_ASSERT(slope == e.value && constant == intercept.value);
}

static void test_agreement(void)
{
    double x[] = {1, 2, 3, 4}, y[] = {1, 3, 2, 4};
    struct stats_pairs p = {.n = 4, .x = x, .y = y};
    size_t pairs;
    CHECK_NEAR(stats_within_r2(&p, NULL, 4), 0.64, 1e-14);
    CHECK_NEAR(stats_kendall(&p, NULL, 4), 4.0 / 6, 1e-14);
    CHECK_NEAR(stats_spearman(&p, NULL, 4), 0.8, 1e-14);
    CU_ASSERT_EQUAL(stats_rank_flips(&p, &pairs), 1);
    CU_ASSERT_EQUAL(pairs, 6);
    /* Two groups far apart whose members do not agree: pooled, they seem to. */
    double gx[] = {0, 1, 2, 100, 101, 102}, gy[] = {2, 0, 2, 102, 100, 102};
    size_t group[] = {0, 0, 0, 1, 1, 1};
    struct stats_pairs pooled = {.n = 6, .x = gx, .y = gy};
    struct stats_pairs grouped = {.n = 6, .x = gx, .y = gy, .group = group, .n_groups = 2};
    CU_ASSERT(stats_within_r2(&pooled, NULL, 6) > 0.999);
    CU_ASSERT(stats_within_r2(&grouped, NULL, 6) < 1e-12);
    CU_ASSERT(fabs(stats_kendall(&grouped, NULL, 6)) < 1e-12);
    CU_ASSERT(fabs(stats_spearman(&grouped, NULL, 6)) < 1e-12);
    double flat[] = {3, 3, 3, 3};
    struct stats_pairs none = {.n = 4, .x = x, .y = flat};
    CU_ASSERT(isnan(stats_within_r2(&none, NULL, 4)) && isnan(stats_kendall(&none, NULL, 4)));
    CU_ASSERT(isnan(stats_spearman(&none, NULL, 4)));

    /* R2 of 0.988 from 10 pairs is what 0.95 at 95 % takes, 0.973 from 40. */
    struct stats_estimate e;
    stats_fisher_r2(0.988, 10, 0.95, &e);
    CU_ASSERT(fabs(e.lower - 0.95) < 0.003 && e.upper > 0.99);
    stats_fisher_r2(0.973, 40, 0.95, &e);
    CU_ASSERT(fabs(e.lower - 0.95) < 0.003);
    stats_fisher_r2(0.9, 3, 0.95, &e);
    CU_ASSERT(isnan(e.lower));
    stats_fisher_r2(1, 9, 0.95, &e);
    CU_ASSERT(e.lower == 1 && e.upper == 1);
    stats_fisher_r2(0, 9, 0.95, &e);
    CU_ASSERT(e.lower == 0 && e.upper > 0);

    CHECK_NEAR(stats_concordance(x, y, 4), 0.8, 1e-14);
    double shifted[] = {2, 3, 4, 5};
    CHECK_NEAR(stats_concordance(x, shifted, 4), 10 / (5 + 5 + 4.0), 1e-14);
    CU_ASSERT(isnan(stats_concordance(flat, flat, 4)));
    struct stats_estimate slope, intercept;
    stats_within_line(&p, 0.95, &slope, &intercept);
    CHECK_NEAR(slope.value, 0.8, 1e-14);
    CHECK_NEAR(intercept.value, 0.5, 1e-14);
    CHECK_NEAR(slope.upper - slope.value, stats_t_quantile(0.975, 2) * sqrt(1.8 / 2 / 5), 1e-12);
    struct stats_estimate bias;
    double lower, upper;
    stats_bland_altman(x, shifted, 4, 0.95, &bias, &lower, &upper);
    CU_ASSERT(bias.value == 1 && lower == 1 && upper == 1);
    stats_bland_altman(x, y, 0, 0.95, &bias, &lower, &upper);
    CU_ASSERT(isnan(bias.value));
}

static void pair_r2(const void *data, const size_t *index, size_t n, double *value)
{
    *value = stats_within_r2(data, index, n);
}

static void test_bootstrap(void)
{
    enum { N = 40 };
    double x[N], y[N];
    size_t group[N], clusters[N];
    struct stats_rng *rng;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(stats_rng_alloc(&rng, 3), 0);
    for (int i = 0; i < N; i++) {
        x[i] = stats_rng_normal(rng);
        y[i] = x[i] + 0.3 * stats_rng_normal(rng);
        group[i] = (size_t)i % 2;
        clusters[i] = (size_t)i / 4;
    }
    stats_rng_free(rng);
    struct stats_pairs p = {.n = N, .x = x, .y = y};
    struct stats_boot_input in = {.data = &p,
                                  .statistic = pair_r2,
                                  .n_statistics = 1,
                                  .n = N,
                                  .resamples = 4000,
                                  .seed = 1,
                                  .level = 0.95};
    struct stats_estimate e, again, fisher;
    CU_ASSERT_EQUAL_FATAL(stats_boot(&in, &e, &err), 0);
    CU_ASSERT_EQUAL_FATAL(stats_boot(&in, &again, &err), 0);
    CU_ASSERT(e.lower == again.lower && e.upper == again.upper);
    CHECK_NEAR(e.value, stats_within_r2(&p, NULL, N), 1e-15);
    /* For normal pairs, Fisher's interval is right, and BCa comes near it. */
    stats_fisher_r2(e.value, N, 0.95, &fisher);
    CU_ASSERT(fabs(e.lower - fisher.lower) < 0.05 && fabs(e.upper - fisher.upper) < 0.05);
    in.group = group;
    in.n_groups = 2;
    p.group = group;
    p.n_groups = 2;
    CU_ASSERT_EQUAL_FATAL(stats_boot(&in, &e, &err), 0);
    CU_ASSERT(e.lower < e.value && e.value < e.upper);
    in.group = clusters;
    p.group = clusters;
    in.n_groups = p.n_groups = 10;
    in.clusters = true;
    CU_ASSERT_EQUAL_FATAL(stats_boot(&in, &e, &err), 0);
    CU_ASSERT(e.lower < e.value && e.value < e.upper && e.lower > 0.6);
    /* Perfect agreement has no spread. */
    p.y = x;
    CU_ASSERT_EQUAL_FATAL(stats_boot(&in, &e, &err), 0);
    CU_ASSERT(off(e.lower, 1) < 1e-12 && off(e.upper, 1) < 1e-12);

    struct stats_boot_input two = {.data = &p, .statistic = pair_r2, .n_statistics = 1, .n = 2,
                                   .resamples = 100, .seed = 1, .level = 0.95};
    p.group = NULL;
    p.y = y;
    CU_ASSERT_EQUAL_FATAL(stats_boot(&two, &e, &err), 0);
    CU_ASSERT(isnan(e.lower) && isnan(e.upper));
    two.resamples = 99;
    CU_ASSERT_EQUAL(stats_boot(&two, &e, &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "99 resamples");
    two.resamples = 100;
    two.level = 1.5;
    CU_ASSERT_EQUAL(stats_boot(&two, &e, NULL), ERR_CONFIG);
}

static const struct unit_test tests[] = {
    {"reals", test_real},
    {"distributions", test_distributions},
    {"linear model by hand", test_lm_by_hand},
    {"linear model with weights", test_lm_weights},
    {"linear model without error", test_lm_exact},
    {"linear model, bad input", test_lm_errors},
    {"ladder, exact laws", test_ladder_exact},
    {"ladder against linear model", test_ladder_against_lm},
    {"ladder with replicates", test_ladder_replicates},
    {"ladder, bad input", test_ladder_errors},
    {"agreement", test_agreement},
    {"equivalence", test_equivalence},
    {"equivalence of few and equal values", test_equivalence_of_few},
    {"equivalence with a shared error", test_equivalence_shared},
    {"R2 and line within groups", test_within},
    {"transfer", test_transfer},
    {"bootstrap", test_bootstrap},
};

int main(int argc, char **argv)
{
    stats_init();
    return unit_main("stats", tests, sizeof tests / sizeof tests[0], argc, argv);
}
