/* Two fidelities and physical tests, on rows made by hand. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis.h"
#include "stats/fidelity.h"
#include "tests/unit/unit.h"

#define CHECK_NEAR(x, y, tolerance) \
    CU_ASSERT(fabs((x) - (y)) <= (tolerance)*fmax(1, fabs((double)(y))))

enum { RUNGS = 7, ROWS_MAX = 64 };
static const double sizes[RUNGS] = {64, 96, 128, 160, 192, 240, 256};

/* Eight n^3 instructions; misses of one access in 64, or in 6 where the walk conflicts, which
 * 128 n^2 / 8 accesses of start-up blur at small sizes. */
static double misses_at(double n)
{
    bool conflicts = n == 128 || n == 256 || n == 384;
    return n * n * n * 8 / (conflicts ? 6 : 64) + 16 * n * n;
}

static double cycles_at(double n)
{
    return 0.3 * 8 * n * n * n + 5 * misses_at(n);
}

static void add(struct store_row *rows, size_t *count, const char *mode, double n)
{
    struct store_row *row = rows + (*count)++;
    store_row_clear(row);
    snprintf(row->id, sizeof row->id, "%016zx", *count);
    snprintf(row->simulator, sizeof row->simulator, "rung");
    snprintf(row->problem, sizeof row->problem, "gemm");
    snprintf(row->mode, sizeof row->mode, "%s", mode);
    bool functional = strcmp(mode, "emulation") == 0;
    snprintf(row->machine, sizeof row->machine, "%s", functional ? "" : "m2");
    snprintf(row->variant, sizeof row->variant, "base");
    snprintf(row->status, sizeof row->status, "ok");
    row->n = n;
    for (int i = 0; i < COUNTER_MAX; i++)
        row->counter[i] = 0;
    row->counter[COUNTER_instructions] = 8 * n * n * n;
    if (functional)
        return;
    row->counter[COUNTER_l1d_misses] = misses_at(n);
    row->counter[COUNTER_cycles] =
        cycles_at(n) * (strcmp(mode, "timing") == 0 ? 1 + 1e-4 * sin(n) : 1.1 + 0.05 * sin(n));
}

static struct analysis_fits *fits_of(const struct store_row *array, size_t n, const char *mode)
{
    struct analysis_rows rows;
    struct analysis_options o;
    struct analysis_fits *fits = NULL;
    struct err err = {0};
    analysis_options_init(&o);
    o.mode = mode;
    CU_ASSERT_EQUAL_FATAL(analysis_rows_from_array(&rows, array, n), 0);
    CU_ASSERT_EQUAL_FATAL(analysis_fits_alloc(&fits, &rows, &o, &err), 0);
    analysis_rows_release(&rows);
    return fits;
}

/* Sizes alone cannot know of 384's conflicts; its counts do. */
static void test_counts_at_target(void)
{
    struct store_row rows[ROWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < RUNGS; i++)
        add(rows, &count, "timing", sizes[i]);
    add(rows, &count, "fast-timing", 384);
    add(rows, &count, "fast-timing", 500);
    struct analysis_fits *fits = fits_of(rows, count, "timing");
    CU_ASSERT_EQUAL_FATAL(fits->count, 1);
    CU_ASSERT_EQUAL_FATAL(fits->fit->n_fidelities, 2);
    const struct analysis_fidelity *f = fits->fit->fidelity;
    CU_ASSERT(f[0].n == 384 && f[1].n == 500 && f[0].n_rungs == RUNGS && f[0].own_counts);
    CU_ASSERT_STRING_EQUAL(f->mode, "fast-timing");
    CU_ASSERT_STRING_EQUAL(f->formula, "instructions + l1d_misses");
    for (int i = 0; i < 2; i++) {
        double truth = cycles_at(f[i].n);
        CU_ASSERT(f[i].valid && isnan(f[i].observed));
        CU_ASSERT(fabs(f[i].counts.value / truth - 1) < 1e-3);
        CU_ASSERT(f[i].counts.ci_lower < truth && truth < f[i].counts.ci_upper);
        CU_ASSERT(fabs(f[i].rungs.value / truth - 1) < 2e-3 && f[i].share > 0.99);
        /* No rung tells what the look is off: it stands, and the interval has both. */
        CU_ASSERT(f[i].by_look && f[i].combined.value == f[i].looked && isnan(f[i].look_off));
        CU_ASSERT(f[i].looked > 1.04 * truth && isnan(f[i].look.ci_lower));
        CU_ASSERT(f[i].combined.ci_lower < truth && truth < f[i].combined.ci_upper);
        CU_ASSERT(f[i].combined.ci_upper >= f[i].looked);
        CU_ASSERT(fabs(f[i].counts_error) < 1e-2 && fabs(f[i].size_error) > 0.05);
        CU_ASSERT(f[i].counts.flags == 0 && f[i].counts.n == f[i].n);
    }
    CU_ASSERT(fabs(f->size.value / cycles_at(384) - 1) > 0.05);
    analysis_fits_free(fits);
}

/* With the cheaper mode at every rung, its counts and its cycles are used; the top rung of the
 * costly mode is foretold, not used. */
static void test_both_everywhere(void)
{
    struct store_row rows[ROWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < RUNGS; i++) {
        add(rows, &count, "timing", sizes[i]);
        add(rows, &count, "sampled", sizes[i]);
        add(rows, &count, "emulation", sizes[i]);
    }
    struct analysis_fits *fits = fits_of(rows, count, "timing");
    const struct analysis_fidelity *f = fits->fit->fidelity;
    CU_ASSERT_EQUAL_FATAL(fits->fit->n_fidelities, 1);
    CU_ASSERT(f->n == 256 && f->n_rungs == RUNGS - 1 && !f->own_counts);
    CU_ASSERT_STRING_EQUAL(f->mode, "sampled");
    CHECK_NEAR(f->observed / cycles_at(256), 1, 1e-3);
    CU_ASSERT(f->by_look && f->look_rungs == RUNGS - 1 && f->look_off > 0.05);
    CU_ASSERT(fabs(f->combined.value / f->observed - 1) < 0.1);
    CU_ASSERT(f->combined.ci_upper / f->combined.value > 1.04);
    analysis_fits_free(fits);
    /* The cheapest mode has nothing cheaper to look with. */
    fits = fits_of(rows, count, "sampled");
    CU_ASSERT(fits->fit->n_fidelities == 1 &&
              strcmp(fits->fit->fidelity->mode, "emulation") == 0);
    analysis_fits_free(fits);
}

/* A functional run knows instructions alone, and says nothing of misses never met. */
static void test_functional_look(void)
{
    struct store_row rows[ROWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < RUNGS; i++)
        add(rows, &count, "timing", sizes[i]);
    add(rows, &count, "emulation", 512);
    struct analysis_fits *fits = fits_of(rows, count, "timing");
    const struct analysis_fidelity *f = fits->fit->fidelity;
    CU_ASSERT_EQUAL_FATAL(fits->fit->n_fidelities, 1);
    CU_ASSERT_STRING_EQUAL(f->formula, "instructions");
    CU_ASSERT(f->valid && f->residual_sd > 0.05);
    analysis_fits_free(fits);

    for (size_t i = 0; i < RUNGS; i++)
        rows[i].counter[COUNTER_l2_misses] = 10 + (double)i;
    rows[count - 1].counter[COUNTER_l2_misses] = 1e7;
    snprintf(rows[count - 1].mode, sizeof rows[0].mode, "fast-timing");
    snprintf(rows[count - 1].machine, sizeof rows[0].machine, "m2");
    fits = fits_of(rows, count, "timing");
    CU_ASSERT(fits->fit->n_fidelities == 1 &&
              fits->fit->fidelity->counts.flags == ANALYSIS_CACHE);
    analysis_fits_free(fits);

    /* Three rungs, or no cheaper look: nothing to say. */
    fits = fits_of(rows, 3, "timing");
    CU_ASSERT(fits->fit->n_fidelities == 0);
    analysis_fits_free(fits);
    fits = fits_of(rows, RUNGS, "timing");
    CU_ASSERT(fits->fit->n_fidelities == 0);
    analysis_fits_free(fits);
}

/* Above all rungs begins a cost that none of them has: what a sampled run saw there is the
 * prediction, and its own error the interval. */
static void test_look_beyond(void)
{
    const double n = 500;
    struct store_row rows[ROWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < RUNGS; i++) {
        add(rows, &count, "timing", sizes[i]);
        add(rows, &count, "sampled", sizes[i]);
        rows[count - 1].counter[COUNTER_instructions_timed] =
            rows[count - 1].counter[COUNTER_instructions];
    }
    add(rows, &count, "sampled", n);
    double seen = rows[count - 1].counter[COUNTER_cycles] = 3 * cycles_at(n);
    rows[count - 1].counter[COUNTER_cycles_error] = 0.01 * seen;
    struct analysis_fits *fits = fits_of(rows, count, "timing");
    const struct analysis_fidelity *f = fits->fit->fidelity + 1;
    CU_ASSERT_EQUAL_FATAL(fits->fit->n_fidelities, 2);
    /* Runs that were timed in full are no measure of the others. */
    CU_ASSERT(f->n == n && f->by_look && f->look_rungs == 0 && f->combined.value == seen);
    CHECK_NEAR(f->combined.ci_lower / seen, exp(-0.01), 1e-9);
    CHECK_NEAR(f->combined.ci_upper / seen, exp(0.01), 1e-9);
    CU_ASSERT(f->combined.flags == 0 && f->off_rungs > 1.5);
    CU_ASSERT(analysis_warned(&fits->fit->warnings, "look-apart"));
    analysis_fits_free(fits);

    /* Those that were not are: three and more take their mean off, and widen. */
    for (size_t i = 0; i < 2 * RUNGS; i++)
        rows[i].counter[COUNTER_instructions_timed] = 0;
    fits = fits_of(rows, count, "timing");
    f = fits->fit->fidelity + 1;
    CU_ASSERT(f->look_rungs == RUNGS && f->look_off > 0.05 && f->combined.value < 0.96 * seen);
    CU_ASSERT(f->combined.ci_upper / f->combined.value > 1.05);
    analysis_fits_free(fits);

    /* A look that was timed in full is what the costly mode would have seen. */
    rows[count - 1].counter[COUNTER_instructions_timed] =
        rows[count - 1].counter[COUNTER_instructions];
    fits = fits_of(rows, count, "timing");
    f = fits->fit->fidelity + 1;
    CU_ASSERT(f->combined.ci_lower == seen && f->combined.ci_upper == seen);
    analysis_fits_free(fits);

    /* One that the rungs foretell is nothing to be warned of; a lone one is no short series. */
    rows[count - 1].counter[COUNTER_cycles] = cycles_at(n);
    rows[0] = rows[count - 1];
    count = 1;
    for (size_t i = 0; i < RUNGS; i++)
        add(rows, &count, "timing", sizes[i]);
    for (size_t i = 0; i < count; i++) {
        rows[i].counter[COUNTER_l1d_misses] = 0;
        rows[i].counter[COUNTER_cycles] = 3 * rows[i].n * rows[i].n * rows[i].n;
    }
    fits = fits_of(rows, count, NULL);
    CU_ASSERT_EQUAL_FATAL(fits->count, 2);
    CU_ASSERT(fits->fit[0].look && fits->fit[0].warnings.count == 0);
    CU_ASSERT(!fits->fit[1].look && !analysis_warned(&fits->fit[1].warnings, "look-apart"));
    analysis_fits_free(fits);
    fits = fits_of(rows, count, "sampled");
    CU_ASSERT(!fits->fit->look && analysis_warned(&fits->fit->warnings, "too-few-rungs"));
    analysis_fits_free(fits);
}

/* The law of the rungs against a look that knows itself within 1 %: pass, neither, fail.  The
 * look's own mode, of one rung, has no rows. */
static void test_check_of_look(void)
{
    static const struct {
        double factor;
        enum analysis_verdict verdict;
    } cases[] = {{1, ANALYSIS_PASS}, {1.02, ANALYSIS_INCONCLUSIVE}, {1.1, ANALYSIS_FAIL}};
    const double n = 300;
    struct store_row rows[ROWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < RUNGS; i++)
        add(rows, &count, "timing", sizes[i]);
    add(rows, &count, "sampled", n);
    for (size_t i = 0; i < count; i++) {
        rows[i].counter[COUNTER_l1d_misses] = 0;
        rows[i].counter[COUNTER_cycles] = 3 * rows[i].n * rows[i].n * rows[i].n;
    }
    double law = rows[count - 1].counter[COUNTER_cycles];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct analysis_rows list;
        struct analysis_options o;
        struct analysis_thresholds t;
        struct analysis_checks *checks = NULL;
        struct err err = {0};
        rows[count - 1].counter[COUNTER_cycles] = cases[i].factor * law;
        rows[count - 1].counter[COUNTER_cycles_error] = 0.01 * cases[i].factor * law;
        analysis_options_init(&o);
        analysis_thresholds_init(&t);
        t.r2 = t.velocity = NAN;
        CU_ASSERT_EQUAL_FATAL(analysis_rows_from_array(&list, rows, count), 0);
        CU_ASSERT_EQUAL_FATAL(analysis_checks_alloc(&checks, &list, &o, &t, &err), 0);
        CU_ASSERT_EQUAL_FATAL(checks->count, 2);
        const struct analysis_check *c = checks->check + 1;
        CHECK_STRING_CONTAINS(c->subject, "gemm m2 timing at 300, sampled look (base)");
        CU_ASSERT_EQUAL(c->verdict, cases[i].verdict);
        CHECK_NEAR(c->value, 1 / cases[i].factor - 1, 1e-6);
        CHECK_NEAR((c->upper - c->lower) * cases[i].factor, 0.02, 1e-4);
        CU_ASSERT((c->advice[0] == '\0') == (cases[i].verdict == ANALYSIS_PASS));
        analysis_checks_free(checks);
        analysis_rows_release(&list);
    }
}

static void test_count_fits(void)
{
    enum { M = 5, Q = 2 };
    double count[M * Q], mean[M];
    const bool work[] = {true, false};
    for (size_t i = 0; i < M; i++) {
        count[i * Q] = 1000.0 * (double)(i + 1);
        count[i * Q + 1] = 100.0 * (double)((i * 7) % 5 + 1);
        mean[i] = 2 * count[i * Q] + 3 * count[i * Q + 1];
    }
    struct stats_fidelity_input in = {
        .n_rungs = M, .n_counts = Q, .count = count, .work = work, .mean = mean, .level = 0.95};
    struct stats_fidelity *f;
    struct stats_ladder_prediction p;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(stats_fidelity_alloc(&f, &in, &err), 0);
    CU_ASSERT(f->n_models == 1 && f->model->n_terms == 2);
    CHECK_NEAR(f->model->estimate[0], 2, 1e-9);
    CHECK_NEAR(f->model->estimate[1], 3, 1e-9);
    stats_fidelity_predict(f, (double[]){10000, 0}, &p);
    CHECK_NEAR(p.value, 20000, 1e-6);
    stats_fidelity_free(f);
    /* Events that save time are no events: only the first count is left. */
    for (size_t i = 0; i < M; i++)
        mean[i] = 2 * count[i * Q] - count[i * Q + 1] / 10;
    CU_ASSERT_EQUAL_FATAL(stats_fidelity_alloc(&f, &in, &err), 0);
    CU_ASSERT(f->n_models == 1 && f->model->n_terms == 1 && f->model->which[0] == 0);
    stats_fidelity_free(f);

    in.n_rungs = 3;
    CU_ASSERT_EQUAL(stats_fidelity_alloc(&f, &in, &err), ERR_INCONCLUSIVE);
    CHECK_STRING_CONTAINS(err.text, "3 rungs");
    in.n_rungs = M;
    in.n_counts = 0;
    CU_ASSERT_EQUAL(stats_fidelity_alloc(&f, &in, NULL), ERR_CONFIG);
    in.n_counts = Q;
    in.level = 0;
    CU_ASSERT_EQUAL(stats_fidelity_alloc(&f, &in, NULL), ERR_CONFIG);
    in.level = 0.95;
    count[3] = NAN;
    CU_ASSERT_EQUAL(stats_fidelity_alloc(&f, &in, NULL), ERR_DATA);
    count[3] = 1;
    mean[1] = 0;
    CU_ASSERT_EQUAL(stats_fidelity_alloc(&f, &in, NULL), ERR_DATA);
    for (size_t i = 0; i < M; i++) {
        mean[i] = 1;
        count[i * Q] = 0;
    }
    CU_ASSERT_EQUAL(stats_fidelity_alloc(&f, &in, NULL), ERR_INCONCLUSIVE);
}

/* A column of doubles in 128 KiB of 8 ways, as measured: 256, 384, 512 and 1024 conflict. */
static void test_conflicts(void)
{
    const struct machine_cache l1 = {
        .name = "l1d", .size = 131072, .ways = 8, .line = 64, .sets = 256};
    const double crowded[] = {256, 384, 512, 1024}, spread[] = {64, 128, 240, 288, 400};
    for (size_t i = 0; i < sizeof crowded / sizeof crowded[0]; i++)
        CU_ASSERT(analysis_conflicts(&l1, 8 * crowded[i], crowded[i]));
    for (size_t i = 0; i < sizeof spread / sizeof spread[0]; i++)
        CU_ASSERT_FALSE(analysis_conflicts(&l1, 8 * spread[i], spread[i]));
    const struct machine_cache unknown = {.name = "l1d", .size = 131072};
    CU_ASSERT_FALSE(analysis_conflicts(&unknown, 4096, 512));
    CU_ASSERT_FALSE(analysis_conflicts(&l1, NAN, 512));
    CU_ASSERT_FALSE(analysis_conflicts(&l1, 4096, INFINITY));
}

/* Flags by formula, machine and rungs. */
static void test_flags(void)
{
    struct store_row rows[ROWS_MAX];
    size_t count = 0;
    struct expr *footprint = NULL;
    CU_ASSERT_EQUAL_FATAL(expr_alloc(&footprint, "24 * n^2", NULL), 0);
    const struct analysis_problem problems[] = {{"other", NULL, NULL},
                                                {"gemm", footprint, NULL}};
    struct analysis_machine machine = {.name = "m2",
                                       .variant = "base",
                                       .n_caches = 1,
                                       .cache = {{.name = "l2", .size = 1 << 21}}};
    const struct analysis_physics physics = {2, 1, problems, &machine};
    struct analysis_options o;
    struct analysis_fits *fits;
    struct analysis_rows list;
    struct analysis_prediction p;
    for (size_t i = 0; i < RUNGS; i++)
        add(rows, &count, "timing", sizes[i]);
    for (size_t i = 0; i < RUNGS; i++)
        rows[i].counter[COUNTER_cycles] = 5 * pow(sizes[i], 3);
    analysis_options_init(&o);
    o.physics = &physics;
    for (int fits_in = 0; fits_in < 2; fits_in++) {
        CU_ASSERT_EQUAL_FATAL(analysis_rows_from_array(&list, rows, count), 0);
        CU_ASSERT_EQUAL_FATAL(analysis_fits_alloc(&fits, &list, &o, NULL), 0);
        CU_ASSERT(fits->fit->problem == problems + 1 && fits->fit->machine == &machine);
        analysis_fit_predict(fits->fit, 256, &p);
        CU_ASSERT_EQUAL(p.flags, 0);
        analysis_fit_predict(fits->fit, 512, &p);
        CU_ASSERT_EQUAL(p.flags, fits_in ? 0 : ANALYSIS_CACHE);
        analysis_fits_free(fits);
        analysis_rows_release(&list);
        machine.cache[0].size = (uint64_t)1 << 24;
    }
    expr_free(footprint);
}

/* Beyond the largest rung intervals fear that the miss at that rung comes again. */
static void test_fear(void)
{
    struct store_row rows[ROWS_MAX];
    size_t count = 0;
    struct analysis_options o;
    struct analysis_fits *fits;
    struct analysis_rows list;
    analysis_options_init(&o);
    for (size_t i = 0; i < RUNGS; i++)
        add(rows, &count, "timing", sizes[i]);
    for (int jump = 0; jump < 2; jump++) {
        struct stats_ladder_prediction law;
        struct analysis_prediction p;
        for (size_t i = 0; i < RUNGS; i++)
            rows[i].counter[COUNTER_cycles] =
                5 * pow(sizes[i], 3) * (jump && i == RUNGS - 1 ? 1.25 : 1);
        CU_ASSERT_EQUAL_FATAL(analysis_rows_from_array(&list, rows, count), 0);
        CU_ASSERT_EQUAL_FATAL(analysis_fits_alloc(&fits, &list, &o, NULL), 0);
        const struct analysis_fit *fit = fits->fit;
        CU_ASSERT_TRUE_FATAL(fit->held_out.valid);
        CU_ASSERT_DOUBLE_EQUAL(fit->held_out.error, jump ? -0.2 : 0, 1e-6);
        double top = sizes[RUNGS - 1], step = log(top / sizes[RUNGS - 2]);
        for (int k = 0; k <= 2; k++) { /* at the top, one step beyond, two */
            double n = top * exp(k * step), fear = jump ? 1.959964 * k * log(1.25) : 0;
            analysis_fit_predict(fit, n, &p);
            stats_ladder_predict(fit->predictor, n, &law);
            CU_ASSERT_DOUBLE_EQUAL(p.value, law.value, 0);
            CU_ASSERT_DOUBLE_EQUAL(log(p.pi_upper / p.value),
                                   hypot(log(law.pi_upper / law.value), fear), 1e-5);
            CU_ASSERT_DOUBLE_EQUAL(log(p.value / p.ci_lower),
                                   hypot(log(law.value / law.ci_lower), fear), 1e-5);
        }
        analysis_fits_free(fits);
        analysis_rows_release(&list);
    }
}

static const struct unit_test tests[] = {
    {"counts at the target", test_counts_at_target},
    {"both modes at every rung", test_both_everywhere},
    {"a functional look", test_functional_look},
    {"a look beyond the rungs", test_look_beyond},
    {"a check by a look", test_check_of_look},
    {"fits of counts", test_count_fits},
    {"set conflicts", test_conflicts},
    {"flags", test_flags},
    {"fear of the next step", test_fear},
};

UNIT_MAIN("fits", tests)
