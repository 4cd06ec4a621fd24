#include "config.h"

#include <math.h>
#include <string.h>

#include "stats/dist.h"
#include "stats/ladder.h"
#include "stats/regime.h"
#include "stats/small.h"
#include "stats/stats.h"
#include "tests/unit/unit.h"

#define CHECK_NEAR(x, y, tolerance) \
    CU_ASSERT(fabs((x) - (y)) <= (tolerance)*fmax(1, fabs((double)(y))))

/* One claim is its own mixture; two far apart ones share the tails. */
static void test_mixture(void)
{
    const double dfs[] = {1, 2, 3, 24, 25, 61, 7.5};
    for (size_t i = 0; i < sizeof dfs / sizeof dfs[0]; i++)
        for (double p = 0.025; p < 1; p += 0.19) {
            double t = stats_t_quantile(p, dfs[i]);
            struct small_claim c[2] = {{0.5, 10, 2, dfs[i], false, 0},
                                       {0.5, 10, 2, dfs[i], false, 0}};
            CHECK_NEAR(stats_mixture_quantile(c, 1, p), 10 + 2 * t, 1e-8);
            CHECK_NEAR(stats_mixture_quantile(c, 2, p), 10 + 2 * t, 1e-8);
            struct small_claim r = {1, 10, 2, dfs[i], true, 0};
            CHECK_NEAR(stats_mixture_quantile(&r, 1, p), 10 * exp(0.2 * t), 1e-8);
        }
    struct small_claim far[] = {{0.9, 10, 1, 20, false, 0}, {0.1, 1000, 1, 20, false, 0}};
    CHECK_NEAR(stats_mixture_quantile(far, 2, 0.975), 1000 + stats_t_quantile(0.75, 20), 1e-6);
    CHECK_NEAR(stats_mixture_quantile(far, 2, 0.025), 10 + stats_t_quantile(0.025 / 0.9, 20),
               1e-6);
    /* A claim without any uncertainty. */
    struct small_claim sure[] = {{0.9, 10, 0, 20, false, 0}, {0.1, 20, 1, 20, false, 0}};
    CHECK_NEAR(stats_mixture_quantile(sure, 2, 0.5), 10, 1e-6);
}

static void test_small_fit(void)
{
    double q[] = {1, 1, 1, 1, 2, 3}, target[] = {3, 5, 7}, residual[3];
    struct small_fit fit;
    CU_ASSERT_FATAL(stats_small_fit(3, 2, q, target, residual, &fit));
    CHECK_NEAR(fit.coefficient[0], 1, 1e-12);
    CHECK_NEAR(fit.coefficient[1], 2, 1e-12);
    CHECK_NEAR(fit.covariance[SMALL_COLUMNS + 1], 0.5, 1e-12);
    CHECK_NEAR(residual[0], 0, 1e-12);
    double twice[] = {1, 2, 3, 2, 4, 6};
    CU_ASSERT_FALSE(stats_small_fit(3, 2, twice, target, residual, &fit));
    CU_ASSERT(isinf(stats_small_aicc(4, 3, 1)));
    CHECK_NEAR(stats_small_aicc(10, 3, 10), 6 + 24.0 / 6, 1e-12);
}

enum { RUNGS = 6 };
static const double sizes[RUNGS] = {64, 96, 128, 192, 256, 384};

static struct stats_ladder *fit_values(const double *y)
{
    const struct stats_ladder_input in = {
        .n_rungs = RUNGS, .n = sizes, .mean = y, .level = 0.95};
    struct stats_ladder *ladder = NULL;
    CU_ASSERT_EQUAL_FATAL(stats_ladder_alloc(&ladder, &in, NULL), 0);
    return ladder;
}

/* Exponents between those of the list, and no growth at all. */
static void test_power_and_constant(void)
{
    double y[RUNGS];
    struct stats_ladder_prediction p;
    for (size_t i = 0; i < RUNGS; i++)
        y[i] = 7 * pow(sizes[i], 2.67) * (1 + 1e-4 * (i % 2 ? 1 : -1));
    struct stats_ladder *ladder = fit_values(y);
    CU_ASSERT(ladder->model[0].power && ladder->model[0].n_terms == 1);
    CHECK_NEAR(ladder->model[0].term[0].a, 2.67, 1e-3);
    CHECK_NEAR(ladder->model[0].term[0].estimate, 7, 1e-2);
    CU_ASSERT(ladder->model[0].exponent_se > 0 && ladder->model[0].exponent_se < 1e-3);
    CU_ASSERT(ladder->model[0].term[0].se > 0 && ladder->model[0].term[0].se < 0.05);
    stats_ladder_predict(ladder, 1024, &p);
    double truth = 7 * pow(1024, 2.67);
    CU_ASSERT(p.ci_lower < truth && truth < p.ci_upper && p.ci_upper / p.ci_lower < 1.01);
    CU_ASSERT(p.pi_lower < p.ci_lower && p.ci_upper < p.pi_upper);
    stats_ladder_free(ladder);

    for (size_t i = 0; i < RUNGS; i++)
        y[i] = 1000 + (i % 2 ? 1 : -1);
    ladder = fit_values(y);
    CU_ASSERT(ladder->model[0].n_terms == 1 && ladder->model[0].term[0].a == 0);
    CHECK_NEAR(ladder->model[0].term[0].estimate, 1000, 1e-3);
    CHECK_NEAR(ladder->model[0].r2, 0, 1e-9);
    stats_ladder_predict(ladder, 4096, &p);
    CU_ASSERT(p.ci_lower < 1000 && 1000 < p.ci_upper);
    stats_ladder_free(ladder);
}

/* Priors, weights and the window. */
static void test_weights(void)
{
    double y[RUNGS], sum = 0;
    for (size_t i = 0; i < RUNGS; i++)
        y[i] = 5 * pow(sizes[i], 3) * (1 + 0.02 * (i % 3 == 0 ? 1 : -0.7));
    struct stats_ladder *ladder = fit_values(y);
    for (size_t i = 0; i < ladder->n_models; i++) {
        const struct stats_ladder_model *m = ladder->model + i, *best = ladder->model;
        sum += m->weight;
        CU_ASSERT(m->weight >= best->weight / 16 && m->weight <= best->weight);
        CHECK_NEAR(m->weight / best->weight,
                   m->prior / best->prior * exp(-0.5 * (m->bic - best->bic)), 1e-9);
    }
    CHECK_NEAR(sum, 1, 1e-12);
    CHECK_NEAR(ladder->model[0].prior, 1, 1e-12);
    stats_ladder_free(ladder);
}

/* One wild repetition, and with single runs one wild rung. */
static void test_robust(void)
{
    enum { REPLICATES = 5 };
    double y[RUNGS * REPLICATES], mean[RUNGS], sd[RUNGS];
    size_t replicates[RUNGS];
    const double shape[REPLICATES] = {-0.012, 0.007, 0.001, -0.004, 0.008};
    for (size_t i = 0; i < RUNGS; i++) {
        double sum = 0, squares = 0;
        for (size_t j = 0; j < REPLICATES; j++) {
            double *at = y + i * REPLICATES + j;
            *at = 5 * pow(sizes[i], 3) * (1 + shape[(i + j) % REPLICATES]);
            if (i == 4 && j == 2)
                *at *= 1.8;
            sum += *at;
            squares += *at * *at;
        }
        mean[i] = sum / REPLICATES;
        sd[i] = sqrt((squares - sum * mean[i]) / (REPLICATES - 1));
        replicates[i] = REPLICATES;
    }
    struct stats_ladder_input in = {.n_rungs = RUNGS,
                                    .n = sizes,
                                    .mean = mean,
                                    .sd = sd,
                                    .replicates = replicates,
                                    .level = 0.95,
                                    .robust = true,
                                    .observation = y};
    struct stats_ladder *ladder;
    struct stats_ladder_prediction robust, plain;
    double truth = 5 * pow(1024, 3);
    CU_ASSERT_EQUAL_FATAL(stats_ladder_alloc(&ladder, &in, NULL), 0);
    CU_ASSERT(ladder->robust && ladder->rung_weight[4] < 0.85 && ladder->rung_weight[3] > 0.85);
    CU_ASSERT(ladder->model[0].term[0].a == 3 && ladder->model[0].n_terms == 1);
    stats_ladder_predict(ladder, 1024, &robust);
    stats_ladder_free(ladder);
    in.robust = false;
    CU_ASSERT_EQUAL_FATAL(stats_ladder_alloc(&ladder, &in, NULL), 0);
    stats_ladder_predict(ladder, 1024, &plain);
    stats_ladder_free(ladder);
    CU_ASSERT(fabs(robust.value / truth - 1) < 0.01);
    CU_ASSERT(robust.ci_lower < truth && truth < robust.ci_upper);
    CU_ASSERT(robust.ci_upper - robust.ci_lower < (plain.ci_upper - plain.ci_lower) / 2);

    double single[RUNGS];
    for (size_t i = 0; i < RUNGS; i++)
        single[i] =
            5 * pow(sizes[i], 3) * (1 + shape[i % REPLICATES] / 10) * (i == 3 ? 1.3 : 1);
    in = (struct stats_ladder_input){.n_rungs = RUNGS,
                                     .n = sizes,
                                     .mean = single,
                                     .level = 0.95,
                                     .robust = true,
                                     .observation = single};
    CU_ASSERT_EQUAL_FATAL(stats_ladder_alloc(&ladder, &in, NULL), 0);
    CU_ASSERT(ladder->rung_weight[3] < 0.1 && ladder->rung_weight[1] > 0.5);
    stats_ladder_predict(ladder, 1024, &robust);
    CU_ASSERT(fabs(robust.value / truth - 1) < 0.02);
    stats_ladder_free(ladder);
}

static void check_regime(const double *y, size_t m, bool found, bool jump, double from)
{
    struct stats_regime r;
    struct stats_regime_exponent e[RUNGS + 2];
    static const double seven[] = {64, 96, 128, 160, 192, 224, 256};
    const struct stats_regime_input in = {
        .n_rungs = m, .n = seven, .mean = y, .level = 0.95, .floor = 0.002};
    CU_ASSERT_EQUAL_FATAL(stats_regime_test(&r, e, &in, NULL), 0);
    CU_ASSERT(r.tested && r.found == found);
    if (found)
        CU_ASSERT(r.jump == jump && r.from == from && r.two_sd < r.one_sd / 10);
    CU_ASSERT(e[0].from == 64 && e[0].to == 96 && isnan(e[0].lower) && e[0].value > 0);
}

/* Seven single runs: exact laws, a jump, a kink. */
static void test_regime(void)
{
    static const double seven[] = {64, 96, 128, 160, 192, 224, 256};
    double y[7];
    for (size_t i = 0; i < 7; i++)
        y[i] = 5 * pow(seven[i], 3) + 300 * pow(seven[i], 2);
    check_regime(y, 7, false, false, 0);
    for (size_t i = 0; i < 7; i++)
        y[i] = (i < 4 ? 3 : 4.5) * pow(seven[i], 3);
    check_regime(y, 7, true, true, 160);
    for (size_t i = 0; i < 7; i++)
        y[i] = 5 * pow(seven[i], 3) + 7 * fmax(pow(seven[i], 3) - pow(144.222, 3), 0);
    check_regime(y, 7, true, false, 128);
    /* Differences below the floor are nothing. */
    for (size_t i = 0; i < 7; i++)
        y[i] = (i < 4 ? 3 : 3.002) * pow(seven[i], 3);
    check_regime(y, 7, false, false, 0);
}

/* Exponents have intervals where there are replicates. */
static void test_exponents(void)
{
    const double n[] = {100, 200, 400}, y[] = {1e6, 8e6, 64e6}, sd[] = {1e4, 8e4, 64e4};
    const size_t replicates[] = {5, 5, 5};
    struct stats_regime r;
    struct stats_regime_exponent e[2];
    struct stats_regime_input in = {
        .n_rungs = 3, .n = n, .mean = y, .sd = sd, .replicates = replicates, .level = 0.95};
    CU_ASSERT_EQUAL_FATAL(stats_regime_test(&r, e, &in, NULL), 0);
    CHECK_NEAR(e[1].value, 3, 1e-12);
    CHECK_NEAR(e[1].upper - 3, stats_t_quantile(0.975, 12) * 0.01 * sqrt(0.4) / log(2), 1e-9);
    CU_ASSERT(!r.tested && !r.found && isnan(r.gain)); /* three rungs */
    in.n_rungs = 0;
    CU_ASSERT_EQUAL(stats_regime_test(&r, NULL, &in, NULL), 0);
    CU_ASSERT(!r.tested);
}

static void test_regime_errors(void)
{
    const double up[] = {64, 128}, down[] = {128, 64}, y[] = {1, 2}, zero[] = {1, 0};
    const double nan_y[] = {1, NAN};
    struct stats_regime r;
    struct err err = {0};
    struct stats_regime_input in = {.n_rungs = 2, .n = down, .mean = y, .level = 0.95};
    CU_ASSERT_EQUAL(stats_regime_test(&r, NULL, &in, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "size 64 is not above 128");
    in.n = up;
    in.mean = zero;
    err = (struct err){0};
    CU_ASSERT_EQUAL(stats_regime_test(&r, NULL, &in, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "value 0 at size 128");
    in.mean = nan_y;
    CU_ASSERT_EQUAL(stats_regime_test(&r, NULL, &in, &err), ERR_DATA);
    in.mean = y;
    in.level = 1;
    CU_ASSERT_EQUAL(stats_regime_test(&r, NULL, &in, &err), ERR_CONFIG);
}

static const struct unit_test tests[] = {
    {"mixture of claims", test_mixture},
    {"least squares of few rows", test_small_fit},
    {"free exponents and constants", test_power_and_constant},
    {"weights", test_weights},
    {"robust", test_robust},
    {"change of regime", test_regime},
    {"local exponents", test_exponents},
    {"change of regime, bad input", test_regime_errors},
};

int main(int argc, char **argv)
{
    stats_init();
    return unit_main("ladder", tests, sizeof tests / sizeof tests[0], argc, argv);
}
