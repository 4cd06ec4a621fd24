#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis.h"
#include "tests/unit/unit.h"

enum { ROWS_MAX = 512 };
struct rows {
    struct store_row row[ROWS_MAX];
    size_t count;
};

static struct store_row *add(struct rows *r, const char *problem, double n, const char *variant,
                             double instructions, double cycles)
{
    struct store_row *row = r->row + r->count++;
    *row = (struct store_row){.n = n, .exit_code = 0, .wall_seconds = cycles * 1e-7};
    snprintf(row->id, sizeof row->id, "%016zx", r->count);
    snprintf(row->simulator, sizeof row->simulator, "rung");
    snprintf(row->problem, sizeof row->problem, "%s", problem);
    snprintf(row->problem_class, sizeof row->problem_class, "dense");
    snprintf(row->mode, sizeof row->mode, "timing");
    snprintf(row->machine, sizeof row->machine, "m2");
    snprintf(row->variant, sizeof row->variant, "%s", variant);
    snprintf(row->status, sizeof row->status, "ok");
    for (int i = 0; i < COUNTER_MAX; i++)
        row->counter[i] = NAN;
    row->counter[COUNTER_instructions] = instructions;
    row->counter[COUNTER_cycles] = cycles;
    return row;
}

static const double sizes[] = {64, 96, 128, 192, 256};
static const char *const variants[] = {"base",         "rob=192",  "rob=1024",     "l2.size=8MiB",
                                       "l2.size=32MiB", "width=4", "width=6",      "l1d.size=32KiB"};
enum { N_SIZES = 5, N_VARIANTS = 8 };

/* Cycles 5 n^3 times the variant's factor; at the top rung, each variant's factor is moved
 * by `change` times a fixed pattern. */
static void add_study(struct rows *r, const char *problem, double scale, double change)
{
    for (int v = 0; v < N_VARIANTS; v++)
        for (int k = 0; k < N_SIZES; k++) {
            double n = sizes[k], factor = 1 + 0.1 * v;
            if (k == N_SIZES - 1)
                factor *= 1 + change * sin(12.9898 * (v + 1));
            add(r, problem, n, variants[v], 8 * n * n * n, floor(scale * n * n * n * factor));
        }
}

static struct rows *rows_new(void)
{
    struct rows *r = calloc(1, sizeof *r);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    return r;
}

static const char *has_warning(const struct analysis_warnings *w, const char *code)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->item[i].code, code) == 0)
            return w->item[i].text;
    return NULL;
}

static int fits_of(struct analysis_fits **fits, const struct rows *r,
                   const struct analysis_options *o, struct err *err)
{
    struct analysis_rows rows;
    CU_ASSERT_EQUAL_FATAL(analysis_rows_from_array(&rows, r->row, r->count), 0);
    int status = analysis_fits_alloc(fits, &rows, o, err);
    analysis_rows_release(&rows);
    return status;
}

static void test_fits(void)
{
    struct rows *r = rows_new();
    struct analysis_options o;
    struct analysis_fits *fits;
    struct err err = {0};
    analysis_options_init(&o);
    add_study(r, "gemm", 5, 0);
    /* A run repeated is no evidence, a failed one none either. */
    *(r->row + r->count) = r->row[0];
    r->row[r->count++].repetition = 1;
    add(r, "gemm", 64, "base", NAN, NAN);
    snprintf(r->row[r->count - 1].status, STORE_NAME_SIZE, "fault");
    CU_ASSERT_EQUAL_FATAL(fits_of(&fits, r, &o, &err), 0);
    CU_ASSERT_EQUAL_FATAL(fits->count, N_VARIANTS);
    CU_ASSERT_PTR_NOT_NULL(has_warning(&fits->warnings, "failed-runs"));
    const struct analysis_fit *base = analysis_fits_find(fits, "gemm", "m2", "base", "timing");
    CU_ASSERT_PTR_EQUAL_FATAL(base, fits->fit);
    CU_ASSERT(base->valid && base->deterministic && base->n_points == 5);
    CU_ASSERT_EQUAL(base->n_observations, 5);
    CU_ASSERT_EQUAL(base->point[0].replicates, 1);
    CU_ASSERT_PTR_NOT_NULL(has_warning(&base->warnings, "zero-variance-replicates"));
    CU_ASSERT_STRING_EQUAL(base->model[0].formula, "n^3");
    CU_ASSERT(fabs(base->model[0].term[0].estimate - 5) < 1e-4);
    CU_ASSERT(base->model[0].weight > 0.5);
    CU_ASSERT(base->held_out.valid && base->held_out.prediction.n == 256);
    CU_ASSERT(fabs(base->held_out.error) < 1e-4);
    CU_ASSERT(base->held_out.error_lower <= base->held_out.error &&
              base->held_out.error <= base->held_out.error_upper);
    CU_ASSERT_PTR_NOT_NULL_FATAL(base->without_top);
    CU_ASSERT(base->without_top->point[4].held_out && !base->without_top->point[3].held_out);
    struct analysis_prediction p;
    analysis_fit_predict(base, 512, &p);
    CU_ASSERT(fabs(p.value / (5 * pow(512, 3)) - 1) < 1e-3);
    CU_ASSERT(p.pi_lower <= p.ci_lower && p.ci_upper <= p.pi_upper);
    analysis_fit_predict(base, 0, &p);
    CU_ASSERT(isnan(p.value));
    CU_ASSERT_PTR_NULL(analysis_fits_find(fits, "gemm", NULL, "rob=1", NULL));
    analysis_fits_free(fits);

    o.variant = "width=4";
    CU_ASSERT_EQUAL_FATAL(fits_of(&fits, r, &o, &err), 0);
    CU_ASSERT(fits->count == 1 && strcmp(fits->fit[0].key.variant, "width=4") == 0);
    analysis_fits_free(fits);
    o.variant = "none";
    CU_ASSERT_EQUAL(fits_of(&fits, r, &o, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "no finished run of this selection has 'cycles'");
    CU_ASSERT_PTR_NULL(fits);
    analysis_fits_free(NULL);
    err_clear(&err);
    o.variant = NULL;
    o.metric = "cycels";
    CU_ASSERT_EQUAL(fits_of(&fits, r, &o, &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "unknown metric 'cycels'");
    o.metric = "cycles";
    o.level = 95;
    CU_ASSERT_EQUAL(fits_of(&fits, r, &o, NULL), ERR_CONFIG);
    free(r);
}

static void test_fit_few_and_odd(void)
{
    struct rows *r = rows_new();
    struct analysis_options o;
    struct analysis_fits *fits;
    struct err err = {0};
    analysis_options_init(&o);
    add(r, "a", 64, "base", 1, 100);
    add(r, "a", 128, "base", 1, 800);
    add(r, "a", 256, "base", 1, 6400);
    add(r, "b", 1, "base", 1, 6400);
    CU_ASSERT_EQUAL_FATAL(fits_of(&fits, r, &o, &err), 0);
    CU_ASSERT(!fits->fit[0].valid && !fits->fit[0].held_out.valid);
    CHECK_STRING_CONTAINS(has_warning(&fits->fit[0].warnings, "too-few-rungs"), "add 1 more");
    CU_ASSERT(isnan(fits->fit[0].held_out.error));
    CU_ASSERT_PTR_NOT_NULL(has_warning(&fits->fit[1].warnings, "not-positive"));
    CU_ASSERT(isnan(fits->fit[1].held_out.error) && !fits->fit[1].valid);
    struct analysis_prediction p;
    analysis_fit_predict(fits->fit, 512, &p);
    CU_ASSERT(isnan(p.value) && isnan(p.ci_lower) && p.n == 512);
    analysis_fits_free(fits);

    /* Four rungs: a fit, but nothing to test it with. */
    add(r, "a", 512, "base", 1, 51200);
    CU_ASSERT_EQUAL_FATAL(fits_of(&fits, r, &o, &err), 0);
    CU_ASSERT(fits->fit[0].valid && !fits->fit[0].held_out.valid);
    CU_ASSERT_PTR_NOT_NULL(has_warning(&fits->fit[0].warnings, "no-held-out-rung"));
    analysis_fits_free(fits);

    /* Layout seeds are replicates; a run that differs from its own repetition is reported. */
    struct store_row *row = add(r, "a", 512, "base", 1, 51201);
    row->seed = 1;
    row = add(r, "a", 64, "base", 1, 101);
    row->repetition = 1;
    CU_ASSERT_EQUAL_FATAL(fits_of(&fits, r, &o, &err), 0);
    CU_ASSERT(fits->fit[0].point[3].replicates == 2 && fits->fit[0].point[0].replicates == 2);
    CU_ASSERT(fabs(fits->fit[0].point[3].sd - sqrt(0.5)) < 1e-9);
    CU_ASSERT_PTR_NOT_NULL(has_warning(&fits->fit[0].warnings, "not-deterministic"));
    analysis_fits_free(fits);
    free(r);
}

static int scales_of(struct analysis_scales **scales, const struct rows *r,
                     const struct analysis_options *o, struct err *err)
{
    struct analysis_rows rows;
    CU_ASSERT_EQUAL_FATAL(analysis_rows_from_array(&rows, r->row, r->count), 0);
    int status = analysis_scales_alloc(scales, &rows, o, err);
    analysis_rows_release(&rows);
    return status;
}

static void test_scales(void)
{
    struct rows *r = rows_new();
    struct analysis_options o;
    struct analysis_scales *scales;
    struct err err = {0};
    analysis_options_init(&o);
    o.resamples = 1000;
    add_study(r, "gemm", 5, 0.01);
    CU_ASSERT_EQUAL_FATAL(scales_of(&scales, r, &o, &err), 0);
    CU_ASSERT_EQUAL_FATAL(scales->count, 10); /* pairs of five rungs */
    const struct analysis_scale *s = scales->scale + 9;
    CU_ASSERT(s->from == 192 && s->to == 256 && s->overall && s->n_points == N_VARIANTS);
    CU_ASSERT_STRING_EQUAL(s->subject, "gemm");
    CU_ASSERT(s->point[0].base && s->point[0].x == 0 && s->point[0].y == 0);
    /* log(1.1), and the same moved by the pattern of add_study(). */
    CU_ASSERT(fabs(s->point[1].x - log(1.1)) < 1e-6 ||
              strcmp(s->point[1].variant, variants[1]) != 0);
    CU_ASSERT(s->r2.value > 0.98 && s->r2.value < 1);
    CU_ASSERT(s->r2.lower < s->r2.value && s->r2.value < s->r2.upper);
    CU_ASSERT(s->r2_fisher.lower < s->r2.value && s->ccc > 0.9 && s->kendall_tau.value > 0.9);
    CU_ASSERT(fabs(s->slope.value - 1) < 0.1 && s->slope.lower < 1 && s->slope.upper > 1);
    CU_ASSERT(fabs(s->worst_error) > 0.005 && fabs(s->worst_error) < 0.03);
    CU_ASSERT(s->rank_flips == 0 && s->rank_pairs == 28);
    CU_ASSERT(s->limit_lower < s->bias.value && s->bias.value < s->limit_upper);
    CU_ASSERT(s->seed == 1 && s->resamples == 1000);
    analysis_scales_free(scales);

    /* Another problem, ten times slower, whose variants do not agree between the rungs:
     * pooled it all looks well, within problems it does not. */
    for (int v = 0; v < N_VARIANTS; v++)
        for (int k = 0; k < N_SIZES; k++) {
            double n = sizes[k], factor = k == 4 ? 1 + 0.1 * ((v * 3) % 8) : 1 + 0.1 * v;
            struct store_row *row =
                add(r, "walk", n, variants[v], 8 * n * n * n, 500 * n * n * n * factor);
            snprintf(row->problem_class, sizeof row->problem_class, "irregular");
        }
    o.from = 192;
    o.to = 256;
    CU_ASSERT_EQUAL_FATAL(scales_of(&scales, r, &o, &err), 0);
    CU_ASSERT_EQUAL_FATAL(scales->count, 5);
    CU_ASSERT_STRING_EQUAL(scales->scale[0].subject, "all");
    CU_ASSERT_STRING_EQUAL(scales->scale[1].subject, "class dense");
    CU_ASSERT_STRING_EQUAL(scales->scale[4].subject, "walk");
    s = scales->scale;
    CU_ASSERT(s->overall && s->n_problems == 2 && s->n_points == 16 && !s[1].overall);
    CU_ASSERT(s->r2_pooled > 0.98 && s->r2.value < 0.6 && isnan(s->r2_fisher.lower));
    CU_ASSERT(s[3].r2.value > 0.98 && s[4].r2.value < 0.3);
    CU_ASSERT_STRING_EQUAL(s->point[s->worst].problem, "walk");
    analysis_scales_free(scales);

    o.from = 200;
    CU_ASSERT_EQUAL_FATAL(scales_of(&scales, r, &o, &err), 0);
    CU_ASSERT_EQUAL(scales->count, 0);
    CU_ASSERT_PTR_NOT_NULL(has_warning(&scales->warnings, "no-scales"));
    analysis_scales_free(scales);
    analysis_scales_free(NULL);
    o.from = 192;
    o.resamples = 5;
    CU_ASSERT_EQUAL(scales_of(&scales, r, &o, &err), ERR_CONFIG);
    free(r);
}

static void test_scales_without_variation(void)
{
    struct rows *r = rows_new();
    struct analysis_options o;
    struct analysis_scales *scales;
    struct err err = {0};
    analysis_options_init(&o);
    for (int v = 0; v < 4; v++)
        for (int k = 0; k < 2; k++)
            add(r, "gemm", sizes[k], variants[v], 100, 50);
    CU_ASSERT_EQUAL_FATAL(scales_of(&scales, r, &o, &err), 0);
    CU_ASSERT_EQUAL_FATAL(scales->count, 1);
    CU_ASSERT(isnan(scales->scale[0].r2.value) && isnan(scales->scale[0].r2.lower));
    CU_ASSERT_PTR_NOT_NULL(has_warning(&scales->scale[0].warnings, "no-variation"));
    CU_ASSERT_PTR_NOT_NULL(has_warning(&scales->scale[0].warnings, "few-variants"));
    analysis_scales_free(scales);
    free(r);
}

static struct analysis_checks *checks_of(const struct rows *r,
                                         const struct analysis_thresholds *t)
{
    struct analysis_rows rows;
    struct analysis_options o;
    struct analysis_checks *checks = NULL;
    struct err err = {0};
    analysis_options_init(&o);
    o.resamples = 1000;
    CU_ASSERT_EQUAL_FATAL(analysis_rows_from_array(&rows, r->row, r->count), 0);
    CU_ASSERT_EQUAL(analysis_checks_alloc(&checks, &rows, &o, t, &err), 0);
    CU_ASSERT_STRING_EQUAL(err.text, "");
    analysis_rows_release(&rows);
    CU_ASSERT_PTR_NOT_NULL_FATAL(checks);
    return checks;
}

static const struct analysis_check *find(const struct analysis_checks *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->check[i].name, name) == 0)
            return c->check + i;
    CU_FAIL_FATAL("no such check");
    return NULL;
}

static void test_checks(void)
{
    struct rows *r = rows_new();
    struct analysis_thresholds t;
    analysis_thresholds_init(&t);
    t.velocity = 1.5;
    add_study(r, "gemm", 5, 0.0001);
    struct analysis_checks *c = checks_of(r, &t);
    CU_ASSERT_EQUAL(c->count, 3);
    CU_ASSERT_EQUAL(c->verdict, ANALYSIS_PASS);
    for (size_t i = 0; i < c->count; i++) {
        CU_ASSERT_EQUAL(c->check[i].verdict, ANALYSIS_PASS);
        CU_ASSERT_STRING_EQUAL(c->check[i].advice, "");
    }
    CU_ASSERT_STRING_EQUAL(find(c, "r2")->subject, "gemm m2 timing 192 -> 256");
    CHECK_STRING_CONTAINS(find(c, "error")->subject, "gemm m2 timing at 256 (");
    /* Climb over small rungs: (64^3 + ... + 256^3) / (64^3 + ... + 192^3). */
    CU_ASSERT(fabs(find(c, "velocity")->value - 2.6254) < 0.001);
    analysis_checks_free(c);
    analysis_checks_free(NULL);

    /* The velocity misses its threshold: fail.  The interval alone would be around 2.6. */
    t.velocity = 3;
    c = checks_of(r, &t);
    CU_ASSERT_EQUAL(find(c, "velocity")->verdict, ANALYSIS_FAIL);
    CU_ASSERT_EQUAL(c->verdict, ANALYSIS_FAIL);
    CU_ASSERT(strlen(find(c, "velocity")->advice) > 10);
    analysis_checks_free(c);

    /* Variants that part ways at the top rung. */
    r->count = 0;
    add_study(r, "gemm", 5, 0.5);
    c = checks_of(r, &t);
    CU_ASSERT(find(c, "r2")->verdict != ANALYSIS_PASS);
    CU_ASSERT_EQUAL(find(c, "error")->verdict, ANALYSIS_FAIL);
    CHECK_STRING_CONTAINS(find(c, "r2")->advice, "worst is gemm");
    analysis_checks_free(c);

    /* One check alone. */
    t.error = t.velocity = NAN;
    c = checks_of(r, &t);
    CU_ASSERT_EQUAL(c->count, 1);
    analysis_checks_free(c);
    free(r);
}

static void test_checks_inconclusive(void)
{
    struct rows *r = rows_new();
    struct analysis_thresholds t;
    analysis_thresholds_init(&t);
    /* One variant, three rungs, and a failed run. */
    for (int k = 0; k < 3; k++)
        add(r, "gemm", sizes[k], "base", 100, 5 * pow(sizes[k], 3));
    add(r, "gemm", 512, "base", NAN, NAN);
    snprintf(r->row[3].status, STORE_NAME_SIZE, "fault");
    struct analysis_checks *c = checks_of(r, &t);
    CU_ASSERT_EQUAL(c->verdict, ANALYSIS_INCONCLUSIVE);
    CU_ASSERT_EQUAL(c->count, 4);
    for (size_t i = 0; i < c->count; i++) {
        CU_ASSERT_EQUAL(c->check[i].verdict, ANALYSIS_INCONCLUSIVE);
        CU_ASSERT(strlen(c->check[i].advice) > 10);
    }
    CU_ASSERT(find(c, "runs")->value == 1);
    CHECK_STRING_CONTAINS(find(c, "error")->advice, "add 2");
    analysis_checks_free(c);

    /* Four design points correlate perfectly, and still are too few. */
    r->count = 0;
    for (int v = 0; v < 4; v++)
        for (int k = 0; k < 2; k++)
            add(r, "gemm", sizes[k], variants[v], 100, (v + 1) * pow(sizes[k], 3));
    c = checks_of(r, &t);
    CU_ASSERT_EQUAL(find(c, "r2")->verdict, ANALYSIS_INCONCLUSIVE);
    CHECK_STRING_CONTAINS(find(c, "r2")->advice, "add 2 variants");
    analysis_checks_free(c);
    t.point = true;
    c = checks_of(r, &t);
    CU_ASSERT_EQUAL(find(c, "r2")->verdict, ANALYSIS_PASS);
    analysis_checks_free(c);
    free(r);
}

static void test_thresholds(void)
{
    struct analysis_thresholds t;
    struct err err = {0};
    analysis_thresholds_init(&t);
    const char *text = "study: x\ncheck:\n  r2: 0.9\n  error: 5%\n  velocity: 2\n";
    CU_ASSERT_EQUAL(analysis_thresholds_from_study(&t, "x.yaml", text, &err), 0);
    CU_ASSERT(t.r2 == 0.9 && t.error == 0.05 && t.velocity == 2 && t.level == 0.95);
    CU_ASSERT_EQUAL(analysis_thresholds_from_study(&t, "x.yaml", "study: x\n", &err), 0);
    CU_ASSERT(t.r2 == 0.9);
    CU_ASSERT_EQUAL(
        analysis_thresholds_from_study(&t, "x.yaml", "check:\n  r2: high\n", &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "'x.yaml':2");
    CU_ASSERT_EQUAL(analysis_thresholds_from_study(&t, "x.yaml", "a: [", NULL), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(analysis_verdict_text(ANALYSIS_PASS), "pass");
    CU_ASSERT_STRING_EQUAL(analysis_verdict_text(ANALYSIS_FAIL), "fail");
    CU_ASSERT_STRING_EQUAL(analysis_verdict_text(ANALYSIS_INCONCLUSIVE), "inconclusive");
}

static const struct unit_test tests[] = {
    {"fits", test_fits},
    {"fits of few and odd runs", test_fit_few_and_odd},
    {"scales", test_scales},
    {"scales without variation", test_scales_without_variation},
    {"checks", test_checks},
    {"inconclusive checks", test_checks_inconclusive},
    {"thresholds", test_thresholds},
};
UNIT_MAIN("analysis", tests)
