/* Bounded least squares, and the tuner on machines that are formulas. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/calib_tune.h"
#include "stats/dist.h"
#include "stats/nls.h"
#include "stats/stats.h"
#include "tests/unit/unit.h"

/* ---- least squares ---- */

static void rosenbrock(void *context, const double *x, double *r)
{
    (void)context;
    r[0] = 10 * (x[1] - x[0] * x[0]);
    r[1] = 1 - x[0];
}

static void test_nls(void)
{
    const double lower[] = {-2, -2}, upper[] = {2, 2}, tight[] = {0.5, 2};
    double x[] = {-1.2, 1}, sum;
    struct err err = {0};
    struct stats_nls_input in = {.n = 2,
                                 .p = 2,
                                 .lower = lower,
                                 .upper = upper,
                                 .residuals = rosenbrock,
                                 .iterations = 500,
                                 .tolerance = 1e-12};
    CU_ASSERT_EQUAL(stats_nls(&in, x, &sum, &err), 0);
    CU_ASSERT_DOUBLE_EQUAL(x[0], 1, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(x[1], 1, 1e-6);
    CU_ASSERT_TRUE(sum < 1e-12);

    /* The minimum is beyond the bound: x ends there, and y at its square. */
    in.upper = tight;
    x[0] = -1.2;
    x[1] = 1;
    CU_ASSERT_EQUAL(stats_nls(&in, x, &sum, &err), 0);
    CU_ASSERT_DOUBLE_EQUAL(x[0], 0.5, 1e-4);
    CU_ASSERT_DOUBLE_EQUAL(x[1], 0.25, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(sum, 0.25, 1e-3);

    /* A start outside is moved to the bound, and never ends worse than it began. */
    x[0] = 9;
    x[1] = 0.25;
    CU_ASSERT_EQUAL(stats_nls(&in, x, &sum, &err), 0);
    CU_ASSERT_TRUE(x[0] <= 0.5 && sum <= 0.25 + 1e-9);

    in.n = 1;
    CU_ASSERT_EQUAL(stats_nls(&in, x, &sum, &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "1 residuals do not decide 2 variables");
    err_clear(&err);
    in.n = 2;
    in.upper = lower;
    CU_ASSERT_EQUAL(stats_nls(&in, x, &sum, &err), ERR_CONFIG);
}

static void nowhere(void *context, const double *x, double *r)
{
    (void)context;
    (void)x;
    r[0] = NAN;
}

static void test_nls_nan(void)
{
    const double lower = 0, upper = 1;
    double x = 0.5;
    struct err err = {0};
    struct stats_nls_input in = {.n = 1,
                                 .p = 1,
                                 .lower = &lower,
                                 .upper = &upper,
                                 .residuals = nowhere,
                                 .iterations = 10,
                                 .tolerance = 1e-6};
    CU_ASSERT_EQUAL(stats_nls(&in, &x, NULL, &err), ERR_NUMERIC);
}

/* ---- a machine of three parameters ---- */

enum { PROGRAMS = 9, PARAMETERS = 3, POINTS = 20 };

static const struct analysis_tune_parameter parameters[PARAMETERS] = {
    {"width", 6, 5}, {"latency", 8, 1}, {"unused", 3, 1}};
static const char *const names[PROGRAMS] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};

struct world {
    size_t runs, fail_at;
    bool nan;
    bool twins;      /* "unused" is not: it does what the width does */
    size_t programs; /* 0: all */
    double other_rung; /* this many cycles more for every width, at rungs above the first */
};

/* What the width allows, what the latency allows, or the larger of both: a kink that no
 * quadratic has. */
static double cycles_of(size_t program, const size_t *level, double bias)
{
    double wide =
        (40 + 13 * (double)program) / (1 + (double)level[0]) + bias * (double)level[0];
    double deep = (4 + 2 * (double)program) * (1 + (double)level[1]);
    return 3 + (program % 3 == 0 ? wide : program % 3 == 1 ? deep : fmax(wide, deep));
}

/* Their logarithm, in which two parameters are one; exact in binary, so that they are to the last
 * digit. */
static double twin_cycles(size_t program, const size_t *level)
{
    return 5 - (double)((program + 1) * (level[0] + level[2])) / 64 +
           (double)(program * 7 % 5 * level[1]) / 32;
}

static int run(void *context, const size_t *level, size_t rung, double *log_cycles,
               struct err *err)
{
    struct world *w = context;
    if (++w->runs == w->fail_at)
        return err_set(err, ERR_RUN, "the guest failed");
    for (size_t i = 0; i < (w->programs > 0 ? w->programs : PROGRAMS); i++)
        log_cycles[i] = w->nan     ? NAN
                        : w->twins ? twin_cycles(i, level)
                                   : log(cycles_of(i, level, rung > 0 ? w->other_rung : 0));
    return 0;
}

/* Times of a machine with these levels at 3.2 GHz. */
static void measure(double *log_time, size_t width, size_t latency)
{
    const size_t level[PARAMETERS] = {width, latency, 0};
    for (size_t i = 0; i < PROGRAMS; i++)
        log_time[i] = log(cycles_of(i, level, 0) / 3.2e9);
}

static double log_time[PROGRAMS], design[POINTS * PARAMETERS];

static struct analysis_tune_input input(struct world *w)
{
    struct stats_rng *rng = NULL;
    CU_ASSERT_EQUAL_FATAL(stats_rng_alloc(&rng, 1), 0);
    for (size_t i = 0; i < POINTS * PARAMETERS; i++)
        design[i] = stats_rng_uniform(rng);
    stats_rng_free(rng);
    return (struct analysis_tune_input){.n_parameters = PARAMETERS,
                                        .parameter = parameters,
                                        .n_programs = PROGRAMS,
                                        .program = names,
                                        .log_time = log_time,
                                        .clock_lower = 3e9,
                                        .clock_upper = 3.5e9,
                                        .n_design = POINTS,
                                        .design = design,
                                        .n_rungs = 2,
                                        .candidates = 3,
                                        .keep = 0.001,
                                        .level = 0.95,
                                        .seed = 1,
                                        .resamples = 500,
                                        .run = run,
                                        .context = w};
}

/* Every hidden machine is found, whatever the loss. */
static void test_recovery(void)
{
    for (size_t width = 0; width < 6; width += 2)
        for (size_t latency = 0; latency < 8; latency += 3)
            for (int squares = 0; squares < 2; squares++) {
                struct world w = {0};
                struct err err = {0};
                struct analysis_tuning *t = NULL;
                struct analysis_tune_input in = input(&w);
                in.squares = squares;
                measure(log_time, width, latency);
                CU_ASSERT_EQUAL_FATAL(analysis_tuning_alloc(&t, &in, &err), 0);
                CU_ASSERT_EQUAL(t->best.level[0], width);
                CU_ASSERT_EQUAL(t->best.level[1], latency);
                CU_ASSERT_EQUAL(t->best.level[2], 1); /* as it was */
                CU_ASSERT_DOUBLE_EQUAL(t->best.hertz, 3.2e9, 1);
                CU_ASSERT_TRUE(t->best.error < 1e-9);
                CU_ASSERT_TRUE(t->agree);
                CU_ASSERT_EQUAL(t->verdict, ANALYSIS_PASS);
                CU_ASSERT_TRUE(t->cross_error < t->start_error);
                CU_ASSERT_TRUE(t->search_runs <= t->rung[0].count);
                CU_ASSERT_EQUAL(t->rung[0].count + t->rung[1].count, w.runs);
                analysis_tuning_free(t);
            }
}

static void test_effects(void)
{
    struct world w = {0};
    struct err err = {0};
    struct analysis_tuning *t = NULL;
    struct analysis_tune_input in = input(&w);
    measure(log_time, 2, 2);
    log_time[0] += 0.02; /* a little noise, so that intervals have a width */
    log_time[5] -= 0.02;
    CU_ASSERT_EQUAL_FATAL(analysis_tuning_alloc(&t, &in, &err), 0);
    CU_ASSERT_TRUE(t->effect[0].identified);
    CU_ASSERT_TRUE(t->effect[0].lower <= 2 && t->effect[0].upper >= 2);
    CU_ASSERT_TRUE(t->effect[0].lower > 1 && t->effect[0].upper < 3);
    CU_ASSERT_TRUE(t->effect[0].sensitivity.lower <= t->effect[0].sensitivity.value);
    CU_ASSERT_TRUE(t->effect[0].sensitivity.value > 0.01);
    CU_ASSERT_TRUE(t->effect[1].strongest_change > 0);
    CU_ASSERT_FALSE(t->effect[2].identified);
    CU_ASSERT_EQUAL(t->effect[2].sensitivity.value, 0);
    CU_ASSERT_EQUAL(t->effect[2].lower, 0);
    CU_ASSERT_EQUAL(t->effect[2].upper, 2);
    CU_ASSERT_TRUE(analysis_warned(&t->warnings, "not-identified"));
    analysis_tuning_free(t);
}

/* The large rung has other costs, so that another width is best there. */
static void test_rungs_disagree(void)
{
    struct world w = {.other_rung = 12};
    struct err err = {0};
    struct analysis_tuning *t = NULL;
    struct analysis_tune_input in = input(&w);
    in.candidates = 8;
    measure(log_time, 3, 0);
    CU_ASSERT_EQUAL_FATAL(analysis_tuning_alloc(&t, &in, &err), 0);
    CU_ASSERT_EQUAL(t->best.level[0], 3);
    CU_ASSERT_FALSE(t->agree);
    CU_ASSERT_TRUE(analysis_warned(&t->warnings, "rungs-disagree"));
    analysis_tuning_free(t);
}

/* The machine is right already. */
static void test_unchanged(void)
{
    struct world w = {0};
    struct err err = {0};
    struct analysis_tuning *t = NULL;
    struct analysis_tune_input in = input(&w);
    measure(log_time, parameters[0].start, parameters[1].start);
    CU_ASSERT_EQUAL_FATAL(analysis_tuning_alloc(&t, &in, &err), 0);
    CU_ASSERT_TRUE(analysis_warned(&t->warnings, "unchanged"));
    CU_ASSERT_FALSE(analysis_warned(&t->warnings, "over-fitted"));
    CU_ASSERT_EQUAL(t->verdict, ANALYSIS_INCONCLUSIVE);
    analysis_tuning_free(t);
}

/* One program alone asks for another latency, and errs as before when it is left out. */
static int run_one(void *context, const size_t *level, size_t rung, double *log_cycles,
                   struct err *err)
{
    (void)context;
    (void)rung;
    (void)err;
    for (size_t i = 0; i < PROGRAMS; i++)
        log_cycles[i] = log(100 + (i == 4 ? 30 * (double)level[1] : (double)i));
    return 0;
}

static void test_over_fitted(void)
{
    struct err err = {0};
    struct analysis_tuning *t = NULL;
    struct analysis_tune_input in = input(NULL);
    in.run = run_one;
    for (size_t i = 0; i < PROGRAMS; i++)
        log_time[i] = log((100 + (i == 4 ? 120 : (double)i)) / 3.2e9);
    CU_ASSERT_EQUAL_FATAL(analysis_tuning_alloc(&t, &in, &err), 0);
    CU_ASSERT_EQUAL(t->best.level[1], 4);
    CU_ASSERT_TRUE(fabs(t->held_out[4].error) > 0.1);
    CU_ASSERT_TRUE(analysis_warned(&t->warnings, "over-fitted"));
    CU_ASSERT_EQUAL(t->verdict, ANALYSIS_INCONCLUSIVE);
    CU_ASSERT_EQUAL(t->effect[1].varied, 1);
    analysis_tuning_free(t);
}

/* Times that no clock within the range can reach. */
static void test_clock_bound(void)
{
    struct world w = {0};
    struct err err = {0};
    struct analysis_tuning *t = NULL;
    struct analysis_tune_input in = input(&w);
    measure(log_time, 5, 1);
    for (size_t i = 0; i < PROGRAMS; i++)
        log_time[i] += 4;
    CU_ASSERT_EQUAL_FATAL(analysis_tuning_alloc(&t, &in, &err), 0);
    CU_ASSERT_TRUE(analysis_warned(&t->warnings, "clock-at-bound"));
    CU_ASSERT_DOUBLE_EQUAL(t->best.hertz, 3e9, 1);
    analysis_tuning_free(t);
}

/* Two parameters that do the same, of which no times can tell; and few programs for so many. */
static void test_confounded(void)
{
    struct world w = {.twins = true};
    struct err err = {0};
    struct analysis_tuning *t = NULL;
    struct analysis_tune_input in = input(&w);
    for (size_t i = 0; i < PROGRAMS; i++)
        log_time[i] = twin_cycles(i, (size_t[PARAMETERS]){3, 2, 1}) - log(3.2e9);
    CU_ASSERT_EQUAL_FATAL(analysis_tuning_alloc(&t, &in, &err), 0);
    CU_ASSERT_TRUE(analysis_warned(&t->warnings, "confounded"));
    CU_ASSERT_FALSE(analysis_warned(&t->warnings, "many-parameters"));
    analysis_tuning_free(t);
    w = (struct world){.programs = 5};
    measure(log_time, 4, 1);
    in.n_programs = 5;
    CU_ASSERT_EQUAL_FATAL(analysis_tuning_alloc(&t, &in, &err), 0);
    CU_ASSERT_TRUE(analysis_warned(&t->warnings, "many-parameters"));
    CU_ASSERT_FALSE(analysis_warned(&t->warnings, "confounded"));
    analysis_tuning_free(t);
}

static void refuse(const struct analysis_tune_input *in, int code, const char *message)
{
    struct err err = {0};
    struct analysis_tuning *t = NULL;
    CU_ASSERT_EQUAL(analysis_tuning_alloc(&t, in, &err), code);
    CU_ASSERT_PTR_NULL(t);
    CHECK_STRING_CONTAINS(err.text, message);
}

static void test_errors(void)
{
    static const struct analysis_tune_parameter stuck[PARAMETERS] = {
        {"width", 1, 0}, {"latency", 8, 1}, {"unused", 3, 1}};
    struct world w = {0};
    measure(log_time, 2, 2);
    struct analysis_tune_input in = input(&w);
    in.n_programs = 4;
    refuse(&in, ERR_CONFIG, "4 programs cannot decide 3 parameters and the clock");
    in = input(&w);
    in.n_parameters = 0;
    refuse(&in, ERR_CONFIG, "0 parameters to tune");
    in = input(&w);
    in.parameter = stuck;
    refuse(&in, ERR_CONFIG, "parameter 'width' has no levels");
    in = input(&w);
    in.clock_lower = 4e9;
    refuse(&in, ERR_CONFIG, "is no range");
    w.fail_at = 30;
    in = input(&w);
    refuse(&in, ERR_RUN, "the guest failed");
    w = (struct world){.nan = true};
    in = input(&w);
    refuse(&in, ERR_NUMERIC, "'a' has no cycles");
}

static const struct unit_test tests[] = {
    {"least squares within bounds", test_nls},
    {"residuals that are no numbers", test_nls_nan},
    {"hidden machines are found", test_recovery},
    {"effects and intervals", test_effects},
    {"rungs that disagree", test_rungs_disagree},
    {"a clock at its bound", test_clock_bound},
    {"parameters that do the same", test_confounded},
    {"a machine that is right already", test_unchanged},
    {"one program alone", test_over_fitted},
    {"inputs that are refused", test_errors},
};

int main(int argc, char **argv)
{
    stats_init();
    return unit_main("tune", tests, sizeof tests / sizeof tests[0], argc, argv);
}
