#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis.h"
#include "analysis/data.h"
#include "analysis/formula.h"
#include "analysis/linear.h"
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
static const char *const variants[] = {"base",         "rob=192",       "rob=1024",
                                       "l2.size=8MiB", "l2.size=32MiB", "width=4",
                                       "width=6",      "l1d.size=32KiB"};
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
    const struct analysis_fit *base = fits->fit;
    CU_ASSERT_STRING_EQUAL(base->key.problem, "gemm");
    CU_ASSERT_STRING_EQUAL(base->key.machine, "m2");
    CU_ASSERT_STRING_EQUAL(base->key.variant, "base");
    CU_ASSERT_STRING_EQUAL(base->key.mode, "timing");
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

/* Another problem, ten times slower, whose variants do not agree between the rungs: pooled with
 * that of add_study() it all looks well, within problems it does not. */
static void add_walk(struct rows *r)
{
    for (int v = 0; v < N_VARIANTS; v++)
        for (int k = 0; k < N_SIZES; k++) {
            double n = sizes[k], factor = k == 4 ? 1 + 0.1 * ((v * 3) % 8) : 1 + 0.1 * v;
            struct store_row *row =
                add(r, "walk", n, variants[v], 8 * n * n * n, 500 * n * n * n * factor);
            snprintf(row->problem_class, sizeof row->problem_class, "irregular");
        }
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

    add_walk(r);
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

/* In brief, only the overall scale of the two largest rungs has intervals of ranks; no value
 * changes. */
static void test_scales_in_brief(void)
{
    struct rows *r = rows_new();
    struct analysis_options o;
    struct analysis_scales *scales, *brief;
    struct err err = {0};
    analysis_options_init(&o);
    add_study(r, "gemm", 5, 0.01);
    add_walk(r);
    o.resamples = 1000;
    o.resamples_brief = 200;
    CU_ASSERT_EQUAL_FATAL(scales_of(&brief, r, &o, &err), 0);
    o.resamples_brief = 0;
    CU_ASSERT_EQUAL_FATAL(scales_of(&scales, r, &o, &err), 0);
    CU_ASSERT_EQUAL_FATAL(scales->count, brief->count);
    for (size_t i = 0; i < scales->count; i++) {
        const struct analysis_scale *a = scales->scale + i, *b = brief->scale + i;
        bool headline = a->overall && a->from == 192 && a->to == 256;
        CU_ASSERT(b->brief == !headline && b->resamples == (headline ? 1000U : 200U));
        CU_ASSERT(a->r2.value == b->r2.value && a->slope.value == b->slope.value);
        /* A single problem's Kendall is that of its points, whichever way it is counted. */
        CU_ASSERT(fabs(a->kendall_tau.value - b->kendall_tau.value) < 1e-12);
        CU_ASSERT(fabs(a->spearman.value - b->spearman.value) < 1e-12);
        CU_ASSERT(isnan(b->kendall_tau.lower) == !headline && !isnan(b->r2.lower));
    }
    analysis_scales_free(scales);
    analysis_scales_free(brief);
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

    /* A climb of milliseconds says nothing of time saved. */
    for (size_t i = 0; i < r->count; i++)
        r->row[i].wall_seconds *= 1e-9;
    c = checks_of(r, &t);
    CU_ASSERT_EQUAL(find(c, "velocity")->verdict, ANALYSIS_INCONCLUSIVE);
    CHECK_STRING_CONTAINS(find(c, "velocity")->advice, "too little to be timed");
    analysis_checks_free(c);
    for (size_t i = 0; i < r->count; i++)
        r->row[i].wall_seconds *= 1e9;

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

/* An error check over a variant of each kind: `off` is what the largest rung of a variant
 * misses the law of the others by, `noise` what each rung does. */
static void add_ladder(struct rows *r, const char *variant, double off, double noise)
{
    for (int k = 0; k < 6; k++) {
        double n = 64 * (k + 1), cycles = 5 * pow(n, 3) * (1 + (k % 2 == 0 ? noise : -noise));
        add(r, "gemm", n, variant, 100, k == 5 ? cycles * (1 + off) : cycles);
    }
}

static void test_checks_worst_variant(void)
{
    struct rows *r = rows_new();
    struct analysis_thresholds t;
    analysis_thresholds_init(&t);
    t.r2 = t.velocity = NAN;
    /* What fails stands before what is only less certain, in either order. */
    add_ladder(r, "base", 0.12, 0.0001);
    add_ladder(r, "rob=64", 0, 0.2);
    struct analysis_checks *c = checks_of(r, &t);
    CU_ASSERT_EQUAL(c->count, 1);
    CU_ASSERT_EQUAL(c->check[0].verdict, ANALYSIS_FAIL);
    CU_ASSERT_STRING_EQUAL(c->check[0].subject, "gemm m2 timing at 384 (worst of 2: base)");
    CU_ASSERT(c->check[0].upper < -0.02);
    analysis_checks_free(c);

    r->count = 0;
    add_ladder(r, "base", 0, 0.2);
    add_ladder(r, "rob=64", 0.12, 0.0001);
    add_ladder(r, "rob=128", 0.3, 0.0001); /* more surely still */
    c = checks_of(r, &t);
    CU_ASSERT_STRING_EQUAL(c->check[0].subject, "gemm m2 timing at 384 (worst of 3: rob=128)");
    CU_ASSERT_EQUAL(c->check[0].verdict, ANALYSIS_FAIL);
    analysis_checks_free(c);

    /* What is not known stands before what passes, and of two that pass the nearer one. */
    r->count = 0;
    add_ladder(r, "base", 0, 0.0001);
    add_ladder(r, "rob=64", 0, 0.2);
    c = checks_of(r, &t);
    CU_ASSERT_STRING_EQUAL(c->check[0].subject, "gemm m2 timing at 384 (worst of 2: rob=64)");
    CU_ASSERT_EQUAL(c->check[0].verdict, ANALYSIS_INCONCLUSIVE);
    analysis_checks_free(c);
    r->count = 0;
    add_ladder(r, "base", 0, 0.0001);
    add_ladder(r, "rob=64", 0.01, 0.0001);
    c = checks_of(r, &t);
    CU_ASSERT_STRING_EQUAL(c->check[0].subject, "gemm m2 timing at 384 (worst of 2: rob=64)");
    CU_ASSERT_EQUAL(c->check[0].verdict, ANALYSIS_PASS);
    analysis_checks_free(c);

    /* Too few rungs for a prediction say less than one that fails. */
    r->count = 0;
    add_ladder(r, "base", 0.12, 0.0001);
    add(r, "gemm", 64, "rob=64", 100, 5 * pow(64, 3));
    add(r, "gemm", 384, "rob=64", 100, 5 * pow(384, 3));
    c = checks_of(r, &t);
    CU_ASSERT_EQUAL(c->check[0].verdict, ANALYSIS_FAIL);
    CU_ASSERT_STRING_EQUAL(c->check[0].subject, "gemm m2 timing at 384 (worst of 2: base)");
    analysis_checks_free(c);

    /* And less than one that is uncertain, which has an interval to show; more than a pass. */
    r->count = 0;
    add(r, "gemm", 64, "rob=64", 100, 5 * pow(64, 3));
    add_ladder(r, "base", 0, 0.2);
    c = checks_of(r, &t);
    CU_ASSERT_STRING_EQUAL(c->check[0].subject, "gemm m2 timing at 384 (worst of 2: base)");
    analysis_checks_free(c);
    r->count = 0;
    add(r, "gemm", 64, "rob=64", 100, 5 * pow(64, 3));
    add_ladder(r, "base", 0, 0.0001);
    c = checks_of(r, &t);
    CU_ASSERT_EQUAL(c->check[0].verdict, ANALYSIS_INCONCLUSIVE);
    CU_ASSERT_STRING_EQUAL(c->check[0].subject, "gemm m2 timing at 64 (worst of 2: rob=64)");
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
    text = "check:\n  r2: 80%\n  equivalence: 3%\n";
    CU_ASSERT_EQUAL(analysis_thresholds_from_study(&t, "x.yaml", text, &err), 0);
    CU_ASSERT(t.r2 == 0.8 && t.equivalence == 0.03);
    CU_ASSERT_EQUAL(analysis_thresholds_from_study(&t, "x.yaml", "study: x\n", &err), 0);
    CU_ASSERT(t.r2 == 0.8);
    CU_ASSERT_EQUAL(
        analysis_thresholds_from_study(&t, "x.yaml", "check:\n  r2: high\n", &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "'x.yaml':2");
    CU_ASSERT_EQUAL(analysis_thresholds_from_study(&t, "x.yaml", "a: [", NULL), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(analysis_verdict_text(ANALYSIS_PASS), "pass");
    CU_ASSERT_STRING_EQUAL(analysis_verdict_text(ANALYSIS_FAIL), "fail");
    CU_ASSERT_STRING_EQUAL(analysis_verdict_text(ANALYSIS_INCONCLUSIVE), "inconclusive");
}

static int parse(struct csv **d, const char *text, struct err *err)
{
    err_clear(err);
    return csv_parse(d, "t.csv", text, strlen(text), err);
}

static void test_data(void)
{
    struct csv *d;
    struct err err = {0};
    size_t column;
    CU_ASSERT_EQUAL_FATAL(parse(&d,
                                "\xef\xbb\xbf# a remark\n\n n , \"the \"\"y\"\"\" ,t\r\n"
                                "1, 2.5 ,a b\r\n\n\"2\",\" 3\nx\",\"a,b\"\n3,,",
                                &err),
                          0);
    CU_ASSERT(d->n_columns == 3 && d->n_rows == 3);
    CU_ASSERT_STRING_EQUAL(d->header[0], "n");
    CU_ASSERT_STRING_EQUAL(d->header[1], "the \"y\"");
    CU_ASSERT_STRING_EQUAL(d->cell[1], "2.5");
    CU_ASSERT_STRING_EQUAL(d->cell[2], "a b");
    CU_ASSERT_STRING_EQUAL(d->cell[4], " 3\nx");
    CU_ASSERT_STRING_EQUAL(d->cell[5], "a,b");
    CU_ASSERT_STRING_EQUAL(d->cell[8], "");
    CU_ASSERT(d->line[0] == 4 && d->line[1] == 6 && d->line[2] == 8);
    stats_real v[3];
    CU_ASSERT_EQUAL(analysis_data_reals(d, 0, v, &err), 0);
    CU_ASSERT(v[0] == 1 && v[2] == 3);
    CU_ASSERT_EQUAL(analysis_data_reals(d, 1, v, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "'t.csv':6: column 'the \"y\"': ' 3\nx' is not a finite");
    err_clear(&err);
    CU_ASSERT_EQUAL(csv_column(d, "m", &column, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "no column 'm'");
    csv_free(d);
    CU_ASSERT_EQUAL_FATAL(parse(&d, "a;b\n1;2\n", &err), 0);
    CU_ASSERT(d->n_columns == 2);
    csv_free(d);
    CU_ASSERT_EQUAL_FATAL(parse(&d, "a\tb\n\t2", &err), 0);
    CU_ASSERT(d->n_columns == 2 && d->cell[0][0] == '\0' && d->cell[1][0] == '2');
    csv_free(d);
    csv_free(NULL);

    const struct {
        const char *text, *message;
    } wrong[] = {
        {"", "'t.csv': no header and no rows"},
        {"# only a remark\n", "no header and no rows"},
        {"a,b\n", "a header and no rows"},
        {"a,b\n1,2\n\n1\n", "'t.csv':4: 1 cells instead of 2"},
        {"a,b\n1,2,3\n", "'t.csv':2: 3 cells instead of 2"},
        {"a,,b\n1,2,3\n", "'t.csv':1: column 2 has no name"},
        {"a,b,a\n1,2,3\n", "two columns are named 'a'"},
        {"a,b\n\"1,2\n", "'t.csv':2: a quoted text does not end"},
        {"a,b\n\"1\"x,2\n", "'t.csv':2: text behind a closing quote"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CU_ASSERT_EQUAL(parse(&d, wrong[i].text, &err), ERR_DATA);
        CU_ASSERT_PTR_NULL(d);
        CHECK_STRING_CONTAINS(err.text, wrong[i].message);
    }
    err_clear(&err);
    CU_ASSERT_EQUAL(csv_parse(&d, "t.csv", "a\0b", 3, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "is no text file");
    err_clear(&err);
    CU_ASSERT_EQUAL(csv_load(&d, "/", &err), ERR_DATA);
    CU_ASSERT_STRING_EQUAL(err.text, "'/': Is a directory");
    err_clear(&err);
    CU_ASSERT_EQUAL(csv_load(&d, "/nonexistent/x.csv", &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "/nonexistent/x.csv");
    for (const char *bad = "x\0nan\0inf\0001e999\0001x\0001 2\0"; *bad != '\0';
         bad += strlen(bad) + 1) {
        char text[64];
        snprintf(text, sizeof text, "a,b\n%s,1\n", bad);
        CU_ASSERT_EQUAL_FATAL(parse(&d, text, &err), 0);
        CU_ASSERT_EQUAL(analysis_data_reals(d, 0, v, &err), ERR_DATA);
        CHECK_STRING_CONTAINS(err.text, "'t.csv':2: column 'a': ");
        csv_free(d);
    }
}

static void test_formula(void)
{
    struct csv *d;
    struct analysis_formula *f;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(parse(&d, "y,x,z w\n1,2,3\n", &err), 0);
    stats_real row[3] = {5, 8, 3}, terms[8], y;
    CU_ASSERT_EQUAL_FATAL(
        analysis_formula_alloc(&f,
                               "log2(2*y - 2) ~ x^2 + x*`z w`+ log2(x)^-1 + sqrt(2*x) + (x-1)/7 "
                               "+ -x^2 + 2^3^0",
                               d, &err),
        0);
    CU_ASSERT(f->intercept && f->n_terms == 8 && f->n_predictors == 2);
    CU_ASSERT(f->predictor[0] == 1 && f->predictor[1] == 2);
    CU_ASSERT_STRING_EQUAL(f->term[0], "1");
    CU_ASSERT_STRING_EQUAL(f->term[2], "x*`z w`");
    CU_ASSERT_STRING_EQUAL(f->response, "log2(2*y - 2)");
    analysis_formula_row(f, row, terms, &y);
    const double expected[] = {1, 64, 24, 1.0 / 3, 4, 1, -64, 2};
    for (int i = 0; i < 8; i++)
        CU_ASSERT(fabs((double)terms[i] - expected[i]) < 1e-15);
    CU_ASSERT(fabs((double)y - 3) < 1e-15);
    CU_ASSERT(analysis_formula_uses(f, 0) && analysis_formula_uses(f, 2));
    analysis_formula_free(f);
    CU_ASSERT_EQUAL_FATAL(analysis_formula_alloc(
                              &f, "y ~ log10(x + 2) + exp(x - 8) + ( x+`z w` )/11 + log(x/8)", d,
                              &err),
                          0);
    analysis_formula_row(f, row, terms, NULL);
    const double functions[] = {1, 1, 1, 1, 0};
    for (int i = 0; i < 5; i++)
        CU_ASSERT(fabs((double)terms[i] - functions[i]) < 1e-15);
    CU_ASSERT_STRING_EQUAL(f->term[3], "( x+`z w` )/11");
    analysis_formula_free(f);
    analysis_formula_free(NULL);
    for (const char *none = "y~0+x\0y ~ x - 1\0y ~ x + 0\0"; *none != '\0';
         none += strlen(none) + 1) {
        CU_ASSERT_EQUAL_FATAL(analysis_formula_alloc(&f, none, d, &err), 0);
        CU_ASSERT(!f->intercept && f->n_terms == 1 && strcmp(f->term[0], "x") == 0);
        analysis_formula_free(f);
    }
    CU_ASSERT_EQUAL_FATAL(analysis_formula_alloc(&f, "y ~ 1", d, &err), 0);
    CU_ASSERT(f->intercept && f->n_terms == 1);
    analysis_formula_free(f);
    const struct {
        const char *text, *message;
    } wrong[] = {
        {"", "a column expected at character 1"},
        {"y", "'~' expected at character 2"},
        {"y ~", "a column expected"},
        {"y ~ x +", "a column expected at character 8"},
        {"y ~ x x", "'+' expected at character 7"},
        {"y ~ (x", "')' expected"},
        {"y ~ sin(x)", "unknown function at character 5"},
        {"y ~ x - x^2", "only '- 1' may be subtracted"},
        {"y ~ x + x", "term 'x' comes twice"},
        {"y ~ 0", "no terms"},
        {"y ~ x % 2", "'+' expected at character 7"},
        {"y ~ $", "unexpected character at character 5"},
        {"y ~ `x", "'`' expected"},
        {"y ~ .", "a number expected"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        err_clear(&err);
        CU_ASSERT_EQUAL(analysis_formula_alloc(&f, wrong[i].text, d, &err), ERR_CONFIG);
        CHECK_STRING_CONTAINS(err.text, wrong[i].message);
        CU_ASSERT_PTR_NULL(f);
    }
    err_clear(&err);
    CU_ASSERT_EQUAL(analysis_formula_alloc(&f, "y ~ xx", d, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "no column 'xx' (did you mean 'x'?)");
    char deep[512] = "y ~ ";
    memset(deep + 4, '(', 300);
    CU_ASSERT_EQUAL(analysis_formula_alloc(&f, deep, d, NULL), ERR_CONFIG);
    memset(deep + 4, '-', 300);
    CU_ASSERT_EQUAL(analysis_formula_alloc(&f, deep, d, NULL), ERR_CONFIG);
    csv_free(d);
}

static int linear_of(struct analysis_linear **l, struct csv **d, const char *text,
                     const char *formula, const char *weights, struct err *err)
{
    CU_ASSERT_EQUAL_FATAL(parse(d, text, err), 0);
    return analysis_linear_alloc(l, *d, formula, weights, 0.95, err);
}

static void test_linear(void)
{
    static const char table[] = "x,y,w\n1,2,1\n2,4,1\n3,5,1\n4,4,1\n5,5,2\n";
    struct csv *d;
    struct analysis_linear *l;
    struct analysis_prediction p;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(linear_of(&l, &d, table, "y ~ x", "none", &err), 0);
    CU_ASSERT(fabs(l->lm->term[1].estimate - 0.6) < 1e-15 && l->warnings.count == 0);
    CU_ASSERT_EQUAL(analysis_linear_predict(l, 6, &p, &err), 0);
    CU_ASSERT(fabs(p.value - 5.8) < 1e-14 && p.pi_lower < p.ci_lower && p.ci_upper < p.pi_upper);
    CU_ASSERT(fabs(p.se - sqrt(0.88)) < 1e-14);
    analysis_linear_free(l);
    csv_free(d);
    for (int k = 0; k < 2; k++) {
        CU_ASSERT_EQUAL_FATAL(linear_of(&l, &d, table, "y ~ x", k ? "w" : "relative", &err), 0);
        CU_ASSERT(l->weight[4] == (k ? 2 : 0.04) && l->relative == !k);
        /* A new observation has the residual sd, or that share of what it is about. */
        CU_ASSERT_EQUAL(analysis_linear_predict(l, 6, &p, &err), 0);
        double t = (p.ci_upper - p.value) / p.se, half = p.pi_upper - p.value;
        double sd = l->lm->residual_sd * (k ? 1 : p.value);
        CU_ASSERT(fabs(half / t - sqrt(p.se * p.se + sd * sd)) < 1e-12 * half);
        analysis_linear_free(l);
        csv_free(d);
    }
    const struct {
        const char *text, *formula, *weights, *message;
    } wrong[] = {
        {table, "y ~ x + x^2 + x^3 + x^4 + x^5", "none", "5 rows are too few for 6 terms"},
        {table, "y ~ x + 2*x", "none", "term '2*x' is a linear combination of those before it"},
        {table, "y ~ log(x - 1)", "none", "'t.csv':2: 'log(x - 1)' is not a finite number"},
        {table, "log(y - 2) ~ x", "none", "'t.csv':2: 'log(y - 2)' is not a finite number"},
        {"x,y,w\n1,2,1\n2,4,0\n3,5,1\n", "y ~ x", "w", "'t.csv':3: column 'w': weight 0"},
        {"x,y,w\n1,2,1\n2,0,0\n3,5,1\n", "y ~ x", "relative", "'t.csv':3: relative weights"},
        {table, "y ~ x", "v", "no column 'v'"},
        {"x,y\n1,2\n2,abc\n", "y ~ x", "none", "'t.csv':3: column 'y': 'abc' is not a finite"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        err_clear(&err);
        CU_ASSERT_EQUAL(
            linear_of(&l, &d, wrong[i].text, wrong[i].formula, wrong[i].weights, &err), ERR_DATA);
        CHECK_STRING_CONTAINS(err.text, wrong[i].message);
        CU_ASSERT_PTR_NULL(l);
        csv_free(d);
    }
    err_clear(&err);
    CU_ASSERT_EQUAL_FATAL(linear_of(&l, &d, table, "y ~ x*w + log(x)", "none", &err), 0);
    CU_ASSERT_EQUAL(analysis_linear_predict(l, 6, &p, &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "2 predictors");
    analysis_linear_free(l);
    csv_free(d);
    err_clear(&err);
    CU_ASSERT_EQUAL_FATAL(linear_of(&l, &d, table, "y ~ log(x)", "none", &err), 0);
    CU_ASSERT_EQUAL(analysis_linear_predict(l, -1, &p, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "term 'log(x)' is not a finite number at -1");
    analysis_linear_free(l);
    csv_free(d);
    analysis_linear_free(NULL);
}

static void test_linear_warnings(void)
{
    struct csv *d;
    struct analysis_linear *l;
    struct err err = {0};
    const struct {
        const char *text, *formula, *code;
    } odd[] = {
        {"x,y\n1,3\n2,5\n3,7\n", "y ~ x", "exact-fit"},
        {"x,y\n1,3\n2,5\n", "y ~ x", "saturated"},
        {"x,y\n1,3\n2,3\n4,3\n", "y ~ x", "constant-response"},
        {"x,y\n1000000001,3\n1000000002,5\n1000000003,8\n1000000005,9\n",
         "y ~ x + x^2", "ill-conditioned"},
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        CU_ASSERT_EQUAL_FATAL(linear_of(&l, &d, odd[i].text, odd[i].formula, "none", &err), 0);
        CU_ASSERT_PTR_NOT_NULL(has_warning(&l->warnings, odd[i].code));
        analysis_linear_free(l);
        csv_free(d);
    }
}

static void test_fits_from_values(void)
{
    double n[20], y[20];
    const char *label[20];
    for (int i = 0; i < 20; i++) {
        n[i] = sizes[i % 5];
        y[i] = (i < 10 ? 5 : 7) * pow(n[i], 2) * (1 + (i % 10 < 5 ? 0.001 : -0.001));
        label[i] = i < 10 ? "b" : "a";
    }
    struct analysis_values v = {.count = 20, .n = n, .y = y, .label = label, .metric = "time"};
    struct analysis_options o;
    struct analysis_fits *fits;
    struct err err = {0};
    analysis_options_init(&o);
    CU_ASSERT_EQUAL_FATAL(analysis_fits_from_values(&fits, &v, &o, &err), 0);
    CU_ASSERT_EQUAL_FATAL(fits->count, 2);
    CU_ASSERT_STRING_EQUAL(fits->fit[0].key.problem, "a");
    CU_ASSERT_STRING_EQUAL(fits->fit[0].key.metric, "time");
    CU_ASSERT(fits->fit[0].n_points == 5 && fits->fit[0].n_observations == 10);
    CU_ASSERT(fabs(fits->fit[1].model[0].term[0].estimate / 5 - 1) < 1e-2);
    analysis_fits_free(fits);
    v.deterministic = true;
    v.label = NULL;
    v.count = 5;
    CU_ASSERT_EQUAL_FATAL(analysis_fits_from_values(&fits, &v, &o, &err), 0);
    CU_ASSERT(fits->count == 1 && fits->fit[0].n_observations == 5);
    analysis_fits_free(fits);
    o.level = 0;
    CU_ASSERT_EQUAL(analysis_fits_from_values(&fits, &v, &o, &err), ERR_CONFIG);
}

static const struct unit_test tests[] = {
    {"fits", test_fits},
    {"fits of few and odd runs", test_fit_few_and_odd},
    {"scales", test_scales},
    {"scales in brief", test_scales_in_brief},
    {"scales without variation", test_scales_without_variation},
    {"checks", test_checks},
    {"worst variant of a problem", test_checks_worst_variant},
    {"inconclusive checks", test_checks_inconclusive},
    {"thresholds", test_thresholds},
    {"tables of numbers", test_data},
    {"formulas", test_formula},
    {"linear models", test_linear},
    {"linear models of odd data", test_linear_warnings},
    {"fits from values", test_fits_from_values},
};
UNIT_MAIN("analysis", tests)
