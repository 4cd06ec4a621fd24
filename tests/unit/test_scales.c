#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/rows_csv.h"
#include "analysis/pairs.h"
#include "analysis/plan.h"
#include "analysis/predict.h"
#include "analysis/scope.h"
#include "stats/agree.h"
#include "tests/unit/unit.h"

static bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance;
}

static struct csv *parse(const char *text)
{
    struct csv *data = NULL;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(csv_parse(&data, "t.csv", text, strlen(text), &err), 0);
    return data;
}

/* ---- plans ---- */

static void test_plan(void)
{
    /* Figures of rung-check(1). */
    CU_ASSERT(near(analysis_plan_r2(0.95, 10, 0.95), 0.988, 0.0005));
    CU_ASSERT(near(analysis_plan_r2(0.95, 40, 0.95), 0.973, 0.0005));
    CU_ASSERT(isnan(analysis_plan_r2(0.95, 3, 0.95)) && isnan(analysis_plan_r2(1, 10, 0.95)));
    CU_ASSERT(isnan(analysis_plan_r2(0.95, 10, 1)));
    /* What 10 points must show passes with 10 points, and something less with more. */
    struct stats_estimate e;
    stats_fisher_r2(0.97, 10, 0.95, &e);
    double need = analysis_plan_r2_points(0.97, e.lower, 0.95, 10);
    CU_ASSERT(analysis_plan_r2(0.95, need, 0.95) <= 0.97);
    CU_ASSERT(analysis_plan_r2(0.95, need - 1, 0.95) > 0.97);
    CU_ASSERT(isinf(analysis_plan_r2_points(0.94, 0.8, 0.95, 10)));
    CU_ASSERT(analysis_plan_r2_points(0.99, 0.96, 0.95, 10) == 10);
    CU_ASSERT(analysis_plan_r2_points(1, 0.5, 0.95, 10) == 10);
    CU_ASSERT(isnan(analysis_plan_r2_points(NAN, 0.5, 0.95, 10)));
    CU_ASSERT(analysis_plan_root(2, 1, 10) == 40 && analysis_plan_root(1, 2, 10) == 10);
    CU_ASSERT(isinf(analysis_plan_root(1, 0, 10)) && isnan(analysis_plan_root(NAN, 1, 10)));
    need = analysis_plan_equivalence(0.02, 0.02, 0.05, 0.8);
    CU_ASSERT(need > 8 && need < 14 && need == floor(need));
    CU_ASSERT(analysis_plan_equivalence(0.01, 0.02, 0.05, 0.8) < need);
    CU_ASSERT(isinf(analysis_plan_equivalence(1000, 0.001, 0.05, 0.8)));
    CU_ASSERT(isnan(analysis_plan_equivalence(0, 0.02, 0.05, 0.8)));
    CU_ASSERT(isnan(analysis_plan_equivalence(1, 0.02, 0.5, 0.8)));
}

/* ---- parameters ---- */

static void test_scope(void)
{
    struct scope runs[3], s;
    char range[128];
    const char *base = "name: m\ndescription: any\nrob: 512\nl2.size: 8MiB\nissue: wide\n";
    CU_ASSERT_EQUAL(scope_init(&runs[0], base, NULL, "base"), 0);
    CU_ASSERT_EQUAL(runs[0].count, 3);
    CU_ASSERT(scope_find(&runs[0], "l2.size")->number == 8388608);
    CU_ASSERT(isnan(scope_find(&runs[0], "issue")->number));
    CU_ASSERT_PTR_NULL(scope_find(&runs[0], "name"));
    CU_ASSERT_EQUAL(scope_init(&runs[1], "rob: 64\nl2.size: 8MiB\nissue: wide", NULL, "x"), 0);
    CU_ASSERT_EQUAL(scope_init(&runs[2], NULL, base, "l2.size=32MiB"), 0);
    CU_ASSERT(scope_find(&runs[2], "l2.size")->number == 33554432);
    CU_ASSERT_EQUAL(scope_differences(&runs[2], &runs[0]), 1);

    CU_ASSERT_EQUAL(scope_init(&s, "", base, "rob=100,l2.size=16MiB"), 0);
    CU_ASSERT_EQUAL(scope_differences(&s, &runs[0]), 2);
    scope_release(&s);
    CU_ASSERT_EQUAL(scope_init(&s, "", base, "rob=100 l2.size=16MiB"), 0);
    CU_ASSERT_EQUAL(scope_differences(&s, &runs[0]), 2);
    CU_ASSERT_PTR_NULL(scope_outside(&s, runs, 3, range, sizeof range));
    scope_release(&s);
    CU_ASSERT_EQUAL(scope_init(&s, NULL, base, "rob=1024"), 0);
    CU_ASSERT_STRING_EQUAL(scope_outside(&s, runs, 3, range, sizeof range)->name, "rob");
    CU_ASSERT_STRING_EQUAL(range, "64 ... 512");
    scope_release(&s);
    CU_ASSERT_EQUAL(scope_init(&s, NULL, base, "issue=narrow"), 0);
    CU_ASSERT_STRING_EQUAL(scope_outside(&s, runs, 3, range, sizeof range)->text, "narrow");
    CU_ASSERT_STRING_EQUAL(range, "always wide");
    scope_release(&s);
    CU_ASSERT_EQUAL(scope_init(&s, NULL, NULL, "strange=1"), 0);
    CU_ASSERT_PTR_NOT_NULL(scope_outside(&s, runs, 3, range, sizeof range));
    CU_ASSERT_STRING_EQUAL(range, "never set");
    CU_ASSERT_EQUAL(scope_differences(&s, &runs[0]), 4);
    scope_release(&s);
    CU_ASSERT_EQUAL(scope_init(&s, NULL, NULL, "base"), 0);
    CU_ASSERT(s.count == 0 && scope_outside(&s, runs, 3, range, sizeof range) == NULL);
    scope_release(&s);
    for (int i = 0; i < 3; i++)
        scope_release(&runs[i]);
}

/* ---- tables ---- */

static void refused(const char *text, const char *columns, int code, const char *message)
{
    struct csv *data = parse(text);
    struct store_row *rows = NULL;
    struct err err = {0};
    CU_ASSERT_EQUAL(store_rows_from_csv(&rows, data, columns, NULL, NULL, &err), code);
    CHECK_STRING_CONTAINS(err.text, message);
    CU_ASSERT_PTR_NULL(rows);
    csv_free(data);
}

static void test_data_rows(void)
{
    struct csv *data =
        parse("problem,n,variant,seed,cycles,instructions,unknown\n"
              "gemm,64,,2,100,50,x\nlu,128,rob=64,,,80,y\n");
    struct store_row *rows;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(store_rows_from_csv(&rows, data, NULL, NULL, NULL, &err), 0);
    CU_ASSERT_STRING_EQUAL(rows[0].problem, "gemm");
    CU_ASSERT_STRING_EQUAL(rows[0].variant, "base");
    CU_ASSERT_STRING_EQUAL(rows[0].simulator, "external");
    CU_ASSERT_STRING_EQUAL(rows[1].status, "ok");
    CU_ASSERT(rows[0].seed == 2 && rows[1].seed == 0 && rows[0].n == 64);
    CU_ASSERT(analysis_metric(rows, "cpi") == 2 && isnan(analysis_metric(rows + 1, "cpi")));
    free(rows);
    csv_free(data);

    data = parse("size,v,cpi\n64,a,1.5\n");
    CU_ASSERT_EQUAL_FATAL(
        store_rows_from_csv(&rows, data, "n=size,variant=v", NULL, NULL, &err), 0);
    CU_ASSERT(analysis_metric(rows, "cpi") == 1.5);
    CU_ASSERT_STRING_EQUAL(rows[0].variant, "a");
    free(rows);
    csv_free(data);

    refused("a,cycles\n1,2\n", NULL, ERR_DATA, "no column 'n'");
    refused("n,x\n1,2\n", NULL, ERR_DATA, "no column 'cycles', 'cpi' or 'wall_seconds'");
    refused("n,cycles\n1,2\n3,nan\n", NULL, ERR_DATA, "'t.csv':3: column 'cycles': 'nan'");
    refused("n,cycles\n1,inf\n", NULL, ERR_DATA, "'t.csv':2: column 'cycles': 'inf'");
    refused("n,cycles\n1,12x\n", NULL, ERR_DATA, "'12x' is not a finite number");
    refused("n,cycles\n0,12\n", NULL, ERR_DATA, "'t.csv':2: the size is not above 0");
    refused("n,cycles\n,12\n", NULL, ERR_DATA, "the size is not above 0");
    refused("n,cycles\n1,2\n2,0\n", NULL, ERR_DATA,
            "'t.csv':3: column 'cycles': '0' is not above 0");
    refused("n,ticks\n1,-5\n", "cycles=ticks", ERR_DATA, "column 'ticks': '-5' is not above 0");
    refused("n,cpi\n1,-0.5\n", NULL, ERR_DATA, "column 'cpi': '-0.5' is not above 0");
    refused("n,cycles,instructions\n1,5,0\n", NULL, ERR_DATA, "'instructions': '0' is not above");
    refused("n,wall_seconds\n1,0\n", NULL, ERR_DATA, "'wall_seconds': '0' is not above 0");
    refused("n,cycles,wall_seconds\n1,5,-1\n", NULL, ERR_DATA, "'wall_seconds': '-1' is below 0");
    refused("# of today\nn,cycles,varient\n1,5,a\n", NULL, ERR_DATA,
            "'t.csv':2: unknown column 'varient' (did you mean 'variant'? --columns "
            "variant=varient takes it so, --columns variant= leaves it alone)");
    refused("n,cycles,seed\n1,12,1.5\n", NULL, ERR_DATA, "column 'seed': '1.5' is not a whole");
    refused("n,cycles,seed\n1,12,-1\n", NULL, ERR_DATA, "is not a whole number");
    refused("n,cycles\n1,2\n", "n", ERR_CONFIG, "'n' is not NAME=COLUMN");
    refused("n,cycles\n1,2\n", "=n", ERR_CONFIG, "is not NAME=COLUMN");
    refused("n,cycles\n1,2\n", "n=", ERR_DATA, "no column 'n'");
    refused("n,cycles\n1,2\n", "cycels=n", ERR_CONFIG, "did you mean 'cycles'?");
    refused("n,cycles\n1,2\n", "frobnication=n", ERR_CONFIG, "runs have no 'frobnication'");
    refused("n,cycles\n1,2\n", "n=nn", ERR_DATA, "no column 'nn'");
    char text[256] = "n,cycles,mode\n1,2,";
    memset(text + strlen(text), 'm', 100);
    strcat(text, "\n");
    refused(text, NULL, ERR_DATA, "column 'mode': longer than 63 bytes");
}

static void remarked(const char *text, const char *columns, const char *remarks)
{
    struct csv *data = parse(text);
    struct store_row *rows = NULL;
    struct err err = {0};
    struct str said;
    str_init(&said);
    CU_ASSERT_EQUAL(store_rows_from_csv(&rows, data, columns, NULL, &said, &err), 0);
    CU_ASSERT_STRING_EQUAL(said.data, remarks);
    str_release(&said);
    free(rows);
    csv_free(data);
}

static void test_data_remarks(void)
{
    remarked("n,cycles,elf,parameters\n1,5,,\n", NULL, "");
    remarked("n,cycles,wall_seconds,status\n1,5,0,ok\n1,0,1,fault\n", NULL, "");
    remarked("n,cycles,color\n1,5,red\n2,6,blue\n", NULL,
             "'t.csv':1: unknown column 'color' is left alone (rung-store(5) names those of "
             "runs)\n");
    remarked("n,cycles,color\n1,5,red\n2,6,blue\n", "machine=color", "");
    remarked("n,cycles,varient\n1,5,a\n", "variant=varient", "");
    remarked("n,cycles,varient\n1,5,a\n2,5,b\n", "variant=",
             "'t.csv':1: unknown column 'varient' is left alone (rung-store(5) names those of "
             "runs)\n");
    remarked("n,cycles,q,r,s,t,u,v,w\n1,5,,,,,,,\n", NULL,
             "'t.csv':1: unknown columns 'q', 'r', 's', 't', 'u' and 2 more are left alone "
             "(rung-store(5) names those of runs)\n");
    remarked("n,cycles,l2\n1,5,8\n2,6,8\n1,4,16\n", NULL,
             "'t.csv':1: unknown column 'l2' is left alone (rung-store(5) names those of runs)\n"
             "'t.csv':4: the run of line 2 again, but for column 'l2', which is unknown: such rows "
             "are taken for repetitions (--columns variant=l2 makes variants of them)\n");
    remarked("n,cycles,l2,variant\n1,5,8,a\n1,4,16,a\n", NULL,
             "'t.csv':1: unknown column 'l2' is left alone (rung-store(5) names those of runs)\n"
             "'t.csv':3: the run of line 2 again, but for column 'l2', which is unknown: such rows "
             "are taken for repetitions\n");
    /* Repetitions that say so. */
    remarked(
        "n,cycles,date,repetition\n1,5,mon,0\n1,4,tue,1\n", NULL,
        "'t.csv':1: unknown column 'date' is left alone (rung-store(5) names those of runs)\n");
}

static struct analysis_scales *pairs_of(const char *text, const struct analysis_pairs *pairs,
                                        int code, const char *message)
{
    struct csv *data = parse(text);
    struct analysis_scales *scales = NULL;
    struct analysis_options o;
    struct err err = {0};
    analysis_options_init(&o);
    o.resamples = 500;
    CU_ASSERT_EQUAL(analysis_pairs_alloc(&scales, data, pairs, &o, &err), code);
    if (code < 0) {
        CHECK_STRING_CONTAINS(err.text, message);
        CU_ASSERT_PTR_NULL(scales);
    }
    csv_free(data);
    return scales;
}

static void test_pairs(void)
{
    const struct analysis_pairs plain = {.x = "x", .y = "y"};
    struct analysis_scales *s = pairs_of("x,y\n1,2\n2,1\n3,4\n4,3\n", &plain, 0, "");
    CU_ASSERT_FATAL(s != NULL && s->count == 1);
    const struct analysis_scale *c = s->scale;
    CU_ASSERT(near(c->r2.value, 0.36, 1e-14) && near(c->r2_fisher.value, 0.36, 1e-14));
    CU_ASSERT(c->n_points == 4 && !c->grouped && !c->logarithms && c->overall);
    CU_ASSERT(near(c->spearman.value, 0.6, 1e-14) && near(c->kendall_tau.value, 1.0 / 3, 1e-14));
    CU_ASSERT(c->rank_flips == 2 && near(c->worst_error, 1, 1e-14));
    CU_ASSERT_STRING_EQUAL(c->point[c->worst].variant, "line 3");
    analysis_scales_free(s);

    /* Rows of groups in any order; a base that is not the first. */
    struct analysis_pairs grouped = {.x = "x", .y = "y", .group = "g", .label = "l",
                                     .class_ = "c", .base = "b", .logarithms = true};
    s = pairs_of("g,c,l,x,y\np,k,a,1,2\nq,k,b,10,40\np,k,b,2,4\nq,k,a,5,20\np,k,d,4,8\n"
                 "q,k,d,20,80\nr,k,b,1,1\n",
                 &grouped, 0, "");
    CU_ASSERT_FATAL(s != NULL && s->count == 4); /* all, class k, p, q; r has one row alone */
    CU_ASSERT_STRING_EQUAL(s->scale[1].subject, "class k");
    CU_ASSERT_STRING_EQUAL(s->scale[2].subject, "p");
    c = s->scale;
    CU_ASSERT(c->n_points == 6 && c->n_problems == 2 && c->grouped && !c->clusters);
    CU_ASSERT(near(c->r2.value, 1, 1e-14) && near(c->slope.value, 1, 1e-14));
    CU_ASSERT(c->point[1].base && c->point[1].x == 0 && near(c->point[0].x, -log(2), 1e-15));
    CU_ASSERT(isnan(c->r2_fisher.lower) && !isnan(s->scale[2].r2_fisher.value));
    CU_ASSERT(near(c->tost.value, 0, 1e-14) && c->tost.equivalent);
    analysis_scales_free(s);
    grouped.base = "z";
    pairs_of("g,c,l,x,y\np,k,a,1,2\np,k,b,1,2\np,k,c,1,2\n", &grouped, ERR_DATA, "no row 'z'");
    grouped.base = NULL;
    pairs_of("g,c,l,x,y\np,k,a,1,2\nq,k,b,1,2\nr,k,c,1,2\n", &grouped, ERR_INCONCLUSIVE,
             "in groups of two or more");
    pairs_of("g,c,l,x,y\np,k,a,1,2\np,k,b,-1,2\n", &grouped, ERR_DATA,
             "'t.csv':3: column 'x': '-1' is not above 0");
    pairs_of("g,l,x,y\np,a,1,2\n", &grouped, ERR_DATA, "no column 'c'");
    pairs_of("x,y\n1,2\n2,3\n", &plain, ERR_INCONCLUSIVE, "2 rows are too few");
    pairs_of("x,y\n1,2\n2,1e400\n", &plain, ERR_DATA, "is not a finite number");
    pairs_of("x,z\n1,2\n", &plain, ERR_DATA, "no column 'y'");
    s = pairs_of("x,y\n1,2\n1,3\n1,4\n", &plain, 0, "");
    CU_ASSERT(isnan(s->scale->r2.value) && isnan(s->scale->kendall_tau.value));
    CU_ASSERT_STRING_EQUAL(s->scale->warnings.item[0].code, "no-variation");
    analysis_scales_free(s);
}

/* ---- predictions ---- */

enum { WINDOWS = 9 };
static const int windows[WINDOWS] = {512, 64, 96, 128, 192, 256, 384, 768, 160};

/* CPI at 1024 is the square of that at 64, times 2. */
static void add_run(struct store_row *rows, size_t *count, const char *problem, double n, int v)
{
    struct store_row *r = rows + (*count)++;
    store_row_clear(r);
    strcpy(r->simulator, "rung");
    strcpy(r->mode, "timing");
    strcpy(r->machine, "m2");
    strcpy(r->status, "ok");
    snprintf(r->problem, sizeof r->problem, "%s", problem);
    if (v == 0)
        strcpy(r->variant, "base");
    else
        snprintf(r->variant, sizeof r->variant, "rob=%d", windows[v]);
    double small = 0.5 + 40.0 / windows[v];
    /* A small wobble, so that there is a spread. */
    double cpi = n == 64 ? small : 2 * small * small * (1 + 0.001 * sin(7.0 * v));
    r->n = n;
    r->wall_seconds = n;
    r->counter[COUNTER_instructions] = 8 * n * n * n;
    r->counter[COUNTER_cycles] = cpi * 8 * n * n * n;
}

static const struct analysis_foretold *predict(struct analysis_predictions **p,
                                               const struct analysis_rows *study,
                                               const struct analysis_rows *small,
                                               const struct analysis_options *o, double error,
                                               uint64_t version)
{
    struct analysis_origins from = {0}, to = {0};
    struct err err = {0};
    *p = NULL;
    CU_ASSERT_EQUAL_FATAL(analysis_origins_init(&from, study, NULL, 0, 0, &err), 0);
    CU_ASSERT_EQUAL_FATAL(analysis_origins_init(&to, small, NULL, 0, 0, &err), 0);
    for (size_t i = 0; i < from.count; i++)
        from.model_version[i] = 3;
    for (size_t i = 0; i < to.count; i++)
        to.model_version[i] = version;
    const struct analysis_predict_input in = {.validation = study,
                                              .small = small,
                                              .validation_origins = &from,
                                              .small_origins = &to,
                                              .o = o,
                                              .error = error};
    int status = analysis_predict(p, &in, &err);
    CU_ASSERT_EQUAL(status, *p != NULL ? 0 : ERR_DATA);
    analysis_origins_release(&from);
    analysis_origins_release(&to);
    return *p != NULL ? (*p)->item : NULL;
}

static void test_predict(void)
{
    struct store_row *rows = calloc(64, sizeof *rows), *fresh = calloc(8, sizeof *fresh);
    size_t n = 0, n_fresh = 0;
    struct analysis_rows study, small;
    struct analysis_options o;
    struct analysis_predictions *p;
    analysis_options_init(&o);
    for (int v = 0; v < WINDOWS - 1; v++)
        for (double size = 64; size <= 1024; size *= 16)
            add_run(rows, &n, "gemm", size, v);
    add_run(fresh, &n_fresh, "gemm", 64, WINDOWS - 1);
    CU_ASSERT_EQUAL_FATAL(analysis_rows_from_array(&study, rows, n), 0);
    CU_ASSERT_EQUAL_FATAL(analysis_rows_from_array(&small, fresh, n_fresh), 0);
    const struct analysis_foretold *f = predict(&p, &study, &small, &o, NAN, 3);
    CU_ASSERT_FATAL(f != NULL && p->count == 1);
    CU_ASSERT_EQUAL(p->verdict, ANALYSIS_PASS);
    CU_ASSERT(f->from == 64 && f->to == 1024 && near(f->small, 0.75, 1e-12));
    CU_ASSERT(near(f->value, 2 * 0.75 * 0.75, 0.003) && f->line.own && f->line.n == 8);
    CU_ASSERT(f->pi_lower < f->ci_lower && f->ci_upper < f->pi_upper);
    CU_ASSERT(f->instructions == 8 * pow(1024, 3) && isnan(f->simulated));
    CU_ASSERT_STRING_EQUAL(f->advice, "");
    analysis_predictions_free(p);

    /* Another model, an unknown one, an interval too wide, a rung that is not there. */
    f = predict(&p, &study, &small, &o, NAN, 4);
    CU_ASSERT_FATAL(f != NULL && f->verdict == ANALYSIS_INCONCLUSIVE && p->verdict == f->verdict);
    CU_ASSERT_STRING_EQUAL(f->warnings.item[0].code, "model-version");
    CHECK_STRING_CONTAINS(f->advice, "run the base variant of 'gemm' at n = 64 and n = 1024");
    CU_ASSERT(isfinite(f->value));
    analysis_predictions_free(p);
    f = predict(&p, &study, &small, &o, NAN, 0);
    CU_ASSERT_FATAL(f != NULL && f->verdict == ANALYSIS_PASS && f->warnings.count == 1);
    CU_ASSERT_STRING_EQUAL(f->warnings.item[0].code, "model-version-unknown");
    analysis_predictions_free(p);
    f = predict(&p, &study, &small, &o, 1e-5, 3);
    CU_ASSERT_FATAL(f != NULL && f->verdict == ANALYSIS_INCONCLUSIVE);
    CU_ASSERT_STRING_EQUAL(f->warnings.item[0].code, "interval-wide");
    analysis_predictions_free(p);
    o.from = 128;
    CU_ASSERT_PTR_NULL(predict(&p, &study, &small, &o, NAN, 3));
    o.from = 0;
    o.to = 2048;
    CU_ASSERT_PTR_NULL(predict(&p, &study, &small, &o, NAN, 3));
    o.to = 0;

    /* A small rung far from all that was validated, under a name that says nothing. */
    strcpy(fresh[0].variant, "strange");
    fresh[0].counter[COUNTER_cycles] *= 10;
    f = predict(&p, &study, &small, &o, NAN, 3);
    CU_ASSERT_FATAL(f != NULL && f->verdict == ANALYSIS_INCONCLUSIVE);
    CU_ASSERT_STRING_EQUAL(f->warnings.item[0].code, "small-range");
    CHECK_STRING_CONTAINS(f->advice, "run 'strange' of 'gemm' at n = 1024 as well");
    analysis_predictions_free(p);
    strcpy(fresh[0].problem, "lu");
    f = predict(&p, &study, &small, &o, NAN, 3);
    CU_ASSERT_FATAL(f != NULL && isnan(f->value) && f->verdict == ANALYSIS_INCONCLUSIVE);
    CU_ASSERT_STRING_EQUAL(f->warnings.item[0].code, "unknown-problem");
    analysis_predictions_free(p);
    analysis_predictions_free(NULL);
    analysis_rows_release(&study);
    analysis_rows_release(&small);
    free(rows);
    free(fresh);
}

static const struct unit_test tests[] = {
    {"plan", test_plan},
    {"scope", test_scope},
    {"rows of tables", test_data_rows},
    {"what tables have besides", test_data_remarks},
    {"pairs", test_pairs},
    {"predictions", test_predict},
};
UNIT_MAIN("scales", tests)
