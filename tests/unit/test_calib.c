/* Calibration: baselines from times, accuracy.  Expected numbers are R's (lm, anova, rstudent).
 */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "analysis/calib_accuracy.h"
#include "tests/unit/unit.h"

#define NEAR(value, want) CU_ASSERT_DOUBLE_EQUAL((value) / (want), 1, 1e-12)

static struct csv *parse(const char *text)
{
    struct csv *d = NULL;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(csv_parse(&d, "times.csv", text, strlen(text), &err), 0);
    return d;
}

static struct analysis_baselines *fit(const struct csv *d,
                                      const struct analysis_baseline_options *o)
{
    struct analysis_baselines *b = NULL;
    struct err err = {0};
    if (analysis_baselines_alloc(&b, d, o, &err) != 0)
        CU_FAIL_FATAL(err.text);
    return b;
}

static const char repeated[] = "program,instructions,time_ms\n"
                               "a,40,45.2\na,10,12.1\na,10,11.9\na,20,22.4\n"
                               "a,20,22.1\na,40,44.6\na,80,78.9\na,80,79.6\n";

static void test_repeated_sizes(void)
{
    struct csv *d = parse(repeated);
    struct analysis_baseline_options o;
    analysis_baseline_options_init(&o);
    struct analysis_baselines *b = fit(d, &o);
    const struct analysis_baseline *s = b->item;
    CU_ASSERT_EQUAL(b->count, 1);
    CU_ASSERT_EQUAL(s->n_points, 8);
    CU_ASSERT_EQUAL(s->n_sizes, 4);
    NEAR(s->latency.value, 0.96034782608695657e6);
    NEAR(s->latency.lower, 0.89656832231862438e6);
    NEAR(s->latency.upper, 1.0241273298552886e6);
    NEAR(s->overhead.value, 3.58695652173912594);
    NEAR(s->overhead.lower, 0.64686666945803717);
    NEAR(s->r2, 0.99559947576113572);
    NEAR(s->lack_of_fit, 93.670629991127711);
    NEAR(s->test[ANALYSIS_BASELINE_UNFIT].p, 0.00043702141988960334);
    NEAR(s->test[ANALYSIS_BASELINE_UNFIT].p_adjusted, 0.00043702141988960334);
    NEAR(s->curvature, -0.38020481036950848);
    NEAR(s->test[ANALYSIS_BASELINE_CURVED].p, 0.0020107114577579532);
    NEAR(s->studentised, 2.23442648418854661);
    CU_ASSERT_EQUAL(s->x[s->outlier], 40);
    NEAR(s->test[ANALYSIS_BASELINE_OUTLYING].p, 0.6059421643630164);
    CU_ASSERT_EQUAL(s->verdict, ANALYSIS_FAIL);
    CU_ASSERT_EQUAL(b->verdict, ANALYSIS_FAIL);
    CU_ASSERT_TRUE(analysis_warned(&s->warnings, "r2-gate"));
    CU_ASSERT_TRUE(analysis_warned(&s->warnings, "non-linear"));
    CU_ASSERT_TRUE(analysis_warned(&s->warnings, "lack-of-fit"));
    CU_ASSERT_FALSE(analysis_warned(&s->warnings, "outlier"));
    analysis_baselines_free(b);

    o.relative = true;
    o.gate = 0.995;
    b = fit(d, &o);
    NEAR(b->item->latency.value, 1.0085161261116329e6);
    NEAR(b->item->overhead.value, 2.0285426390260937);
    NEAR(b->item->r2, 0.99565689082672226);
    CU_ASSERT_EQUAL(b->verdict, ANALYSIS_PASS);
    analysis_baselines_free(b);
    csv_free(d);
}

static void test_exact_shapes(void)
{
    struct csv *d = parse("program,instructions,time_ms\n"
                          "line,1,5\nline,2,7\nline,3,9\nline,4,11\nline,8,19\n"
                          "bent,1,1\nbent,2,4\nbent,3,9\nbent,4,16\nbent,5,25\n"
                          "two,1,5\ntwo,2,7\n"
                          "falls,1,9\nfalls,2,8\nfalls,3,7.001\n");
    struct analysis_baseline_options o;
    analysis_baseline_options_init(&o);
    struct analysis_baselines *b = fit(d, &o);
    CU_ASSERT_EQUAL_FATAL(b->count, 4);
    const struct analysis_baseline *line = b->item, *bent = b->item + 1, *two = b->item + 2;
    NEAR(line->latency.value, 2e6);
    NEAR(line->overhead.value, 3);
    CU_ASSERT_EQUAL(line->r2, 1);
    CU_ASSERT_EQUAL(line->curvature, 0);
    CU_ASSERT_EQUAL(line->test[ANALYSIS_BASELINE_CURVED].p, 1);
    CU_ASSERT_TRUE(isnan(line->test[ANALYSIS_BASELINE_UNFIT].p));
    CU_ASSERT_EQUAL(line->warnings.count, 0);
    CU_ASSERT_EQUAL(line->verdict, ANALYSIS_PASS);
    NEAR(bent->curvature, 4); /* slopes 2 and 10 */
    CU_ASSERT_EQUAL(bent->test[ANALYSIS_BASELINE_CURVED].p_adjusted, 0);
    CU_ASSERT_TRUE(analysis_warned(&bent->warnings, "non-linear"));
    NEAR(two->latency.value, 2e6);
    CU_ASSERT_TRUE(isnan(two->latency.lower));
    CU_ASSERT_TRUE(isnan(two->curvature));
    CU_ASSERT_EQUAL(two->verdict, ANALYSIS_INCONCLUSIVE);
    CU_ASSERT_TRUE(analysis_warned(&two->warnings, "too-few-sizes"));
    CU_ASSERT_TRUE(analysis_warned(&two->warnings, "not-tested"));
    CU_ASSERT_TRUE(analysis_warned(&b->item[3].warnings, "negative-latency"));
    CU_ASSERT_EQUAL(b->verdict, ANALYSIS_FAIL); /* bent */
    analysis_baselines_free(b);
    csv_free(d);
}

/* A clean line with one wild time. */
static void test_outlier(void)
{
    char text[1024] = "program,n,ms\n";
    size_t len = strlen(text);
    for (int i = 1; i <= 8; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "a,%d,%.3f\n", i,
                                i * 3 + 1 + 0.001 * (i % 3) + (i == 5 ? 4 : 0));
    struct csv *d = parse(text);
    struct analysis_baseline_options o;
    analysis_baseline_options_init(&o);
    o.x = "n";
    o.time = "ms";
    struct analysis_baselines *b = fit(d, &o);
    CU_ASSERT_EQUAL(b->item->x[b->item->outlier], 5);
    CU_ASSERT_TRUE(b->item->studentised > 100);
    CU_ASSERT_TRUE(analysis_warned(&b->item->warnings, "outlier"));
    analysis_baselines_free(b);
    csv_free(d);
}

static void refuse(const char *text, const char *message)
{
    struct csv *d = parse(text);
    struct analysis_baselines *b = NULL;
    struct analysis_baseline_options o;
    struct err err = {0};
    analysis_baseline_options_init(&o);
    CU_ASSERT_EQUAL(analysis_baselines_alloc(&b, d, &o, &err), ERR_DATA);
    CU_ASSERT_PTR_NULL(b);
    CHECK_STRING_CONTAINS(err.text, message);
    csv_free(d);
}

static void test_errors(void)
{
    refuse("program,instructions,time\na,1,2\na,2,3\n", "no column 'time_ms'");
    refuse("program,instructions,time_ms\na,1,2\na,2,nan\n",
           "'times.csv':3: column 'time_ms': 'nan' is not a finite number");
    refuse("program,instructions,time_ms\na,one,2\na,2,3\n",
           "'times.csv':2: column 'instructions': 'one' is not a finite number");
    refuse("program,instructions,time_ms\na,1,2\na,2,-3\n",
           "'times.csv':3: column 'time_ms': -3 is not above 0");
    refuse("program,instructions,time_ms\na,0,2\na,2,3\n",
           "'times.csv':2: column 'instructions': 0 is not above 0");
    refuse("program,instructions,time_ms\na,1,2\na,2,3\nb,7,2\nb,7,3\n",
           "'times.csv':4: program 'b' has one size only");
}

/* ---- accuracy ---- */

/* Times of 2, 4, 8 and 3 ns for one of n, exactly. */
static const char measured[] = "program,category,problem,n,instructions,time_ms\n"
                               "a,x,pa,1000000,10000000,3\na,x,pa,2000000,20000000,5\n"
                               "a,x,pa,4000000,40000000,9\n"
                               "b,x,pb,1000000,1,5\nb,x,pb,2000000,2,9\nb,x,pb,3000000,3,13\n"
                               "c,y,pc,1000000,1,9\nc,y,pc,2000000,2,17\nc,y,pc,3000000,3,25\n"
                               "d,y,pd,1000000,1,4\nd,y,pd,2000000,2,7\nd,y,pd,3000000,3,10\n"
                               "e,y,,1000000,1,4\ne,y,,2000000,2,7\ne,y,,3000000,3,10\n";

static struct analysis_accuracy *compare(const struct csv *d,
                                         const struct analysis_baselines *b,
                                         const struct analysis_simulated *s,
                                         const struct analysis_accuracy_options *o)
{
    struct analysis_accuracy *a = NULL;
    struct err err = {0};
    if (analysis_accuracy_alloc(&a, b, d, s, o, &err) != 0)
        CU_FAIL_FATAL(err.text);
    return a;
}

static void test_accuracy(void)
{
    struct csv *d = parse(measured);
    struct analysis_baseline_options bo;
    struct analysis_accuracy_options o;
    analysis_baseline_options_init(&bo);
    analysis_accuracy_options_init(&o);
    bo.x = "n";
    struct analysis_baselines *b = fit(d, &bo);
    /* Clocks that suit: 1, 2, 2.5 and 3 GHz; in logarithms half way between 2 and 2.5. */
    const double clock = sqrt(5);
    const struct analysis_simulated s[] = {
        {2, 11, 1}, {8, 1, 1}, {20, 1, 1}, {9, 1, 1}, {NAN, NAN, NAN}};
    struct analysis_accuracy *a = compare(d, b, s, &o);
    CU_ASSERT_EQUAL_FATAL(a->count, 4);
    NEAR(a->hertz.value, clock * 1e9);
    NEAR(a->program[0].error, 1 - clock); /* 2 / clock ns for 2: the shorter is the measure */
    NEAR(a->program[1].error, 1 - clock / 2);
    NEAR(a->program[2].error, 2.5 / clock - 1);
    NEAR(a->program[3].error, 3 / clock - 1);
    NEAR(a->program[0].left_out, -1.5); /* the others' median is 2.5 */
    NEAR(a->program[0].nominal, 10);
    CU_ASSERT_EQUAL(a->program[0].instructions, 11);
    CU_ASSERT_EQUAL(a->program[0].n_sizes, 2);
    NEAR(a->program[0].size[1].measured_ns, 2);
    CU_ASSERT_DOUBLE_EQUAL(a->program[0].drift.value, 0, 1e-12);
    CU_ASSERT_EQUAL_FATAL(a->n_groups, 3);
    CU_ASSERT_STRING_EQUAL(a->group[2].name, "y");
    NEAR(a->group[0].error.value, (clock * 1.5 - 2 + 5.5 / clock - 2) / 4);
    NEAR(a->group[1].error.value, (clock * 1.5 - 2) / 2);
    CU_ASSERT_TRUE(isnan(a->group[1].error.lower)); /* of two programs */
    CU_ASSERT_STRING_EQUAL(a->group[0].worst_program, "a");
    NEAR(a->group[0].worst, 1 - clock);
    CU_ASSERT_TRUE(a->group[0].error.lower < a->group[0].error.value);
    CU_ASSERT_TRUE(analysis_warned(&a->warnings, "not-simulated"));
    CU_ASSERT_EQUAL(a->verdict, ANALYSIS_PASS); /* nothing was asked for */
    analysis_accuracy_free(a);

    o.clock = ANALYSIS_CLOCK_PROGRAM;
    o.program = "b";
    o.worst = 0.9;
    a = compare(d, b, s, &o);
    NEAR(a->hertz.value, 2e9);
    CU_ASSERT_DOUBLE_EQUAL(a->program[1].error, 0, 1e-12);
    NEAR(a->program[0].error, -1);
    CU_ASSERT_TRUE(isnan(a->program[0].left_out));
    CU_ASSERT_EQUAL(a->worst_verdict, ANALYSIS_FAIL);
    CU_ASSERT_EQUAL(a->verdict, ANALYSIS_FAIL);
    analysis_accuracy_free(a);

    o.worst = 1.1;
    o.error = 0.9;
    a = compare(d, b, s, &o);
    CU_ASSERT_EQUAL(a->worst_verdict, ANALYSIS_PASS);
    CU_ASSERT_EQUAL(a->mean_verdict,
                    a->group[0].error.upper <= 0.9 ? ANALYSIS_PASS : ANALYSIS_INCONCLUSIVE);
    analysis_accuracy_free(a);

    struct err err = {0};
    o.program = "z";
    CU_ASSERT_EQUAL(analysis_accuracy_alloc(&a, b, d, s, &o, &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "no program 'z'");
    err_clear(&err);
    const struct analysis_simulated none[5] = {
        {NAN, NAN, NAN}, {NAN, NAN, NAN}, {NAN, NAN, NAN}, {NAN, NAN, NAN}, {NAN, NAN, NAN}};
    CU_ASSERT_EQUAL(analysis_accuracy_alloc(&a, b, d, none, &o, &err), ERR_DATA);
    analysis_baselines_free(b);
    csv_free(d);
}

/* Times that grow faster than n while the simulator's do not. */
/* Times that fall, and a line that crosses 0 behind the smallest size. */
static void test_odd_times(void)
{
    struct csv *d = parse("program,instructions,n,time_ms\nfalls,1,1,9\nfalls,2,2,8\nfalls,3,3,7\n"
                          "falls,4,4,6.01\nearly,11,1,5\nearly,12,2,15\nearly,13,3,25\n"
                          "early,14,4,35.01\n");
    struct analysis_baseline_options bo;
    struct analysis_accuracy_options o;
    analysis_baseline_options_init(&bo);
    analysis_accuracy_options_init(&o);
    bo.x = "n";
    struct analysis_baselines *b = fit(d, &bo);
    CU_ASSERT_EQUAL_FATAL(b->count, 2);
    for (size_t i = 0; i < 2; i++) {
        bool falls = strcmp(b->item[i].name, "falls") == 0;
        CU_ASSERT_EQUAL(analysis_warned(&b->item[i].warnings, "negative-latency"), falls);
        CU_ASSERT_EQUAL(analysis_warned(&b->item[i].warnings, "negative-overhead"), !falls);
    }
    const struct analysis_simulated s[] = {{2, 11, 1}, {8, 1, 1}};
    struct analysis_accuracy *a = compare(d, b, s, &o);
    CU_ASSERT_EQUAL(a->count, 1);
    CU_ASSERT_TRUE(analysis_warned(&a->warnings, "not-measured"));
    analysis_accuracy_free(a);
    analysis_baselines_free(b);
    csv_free(d);
}

static void test_drift(void)
{
    struct csv *d = parse("program,problem,n,time_ms\n"
                          "a,pa,1,1\na,pa,2,2\na,pa,4,6\na,pa,8,22\na,pa,16,86\n");
    struct analysis_baseline_options bo;
    struct analysis_accuracy_options o;
    analysis_baseline_options_init(&bo);
    analysis_accuracy_options_init(&o);
    bo.x = "n";
    o.clock = ANALYSIS_CLOCK_GIVEN;
    o.hertz = 1e9;
    struct analysis_baselines *b = fit(d, &bo);
    const struct analysis_simulated s = {4e6, 1, 1};
    struct analysis_accuracy *a = compare(d, b, &s, &o);
    /* Between sizes 1, 2, 4, 8 ms for one of n: twice with each doubling. */
    NEAR(a->program[0].drift.value, -log(2));
    CU_ASSERT_EQUAL(a->program[0].n_sizes, 4);
    NEAR(a->program[0].size[0].error, 3);
    CU_ASSERT_DOUBLE_EQUAL(a->program[0].size[2].error, 0, 1e-12);
    CU_ASSERT_TRUE(isnan(a->program[0].nominal));
    analysis_accuracy_free(a);
    analysis_baselines_free(b);
    csv_free(d);
}

static void fill_row(struct store_row *row, const char *problem, double n, double cycles,
                     const char *variant)
{
    store_row_clear(row);
    snprintf(row->problem, sizeof row->problem, "%s", problem);
    snprintf(row->variant, sizeof row->variant, "%s", variant);
    snprintf(row->mode, sizeof row->mode, "timing");
    snprintf(row->simulator, sizeof row->simulator, "rung");
    snprintf(row->status, sizeof row->status, "ok");
    row->n = n;
    row->counter[COUNTER_cycles] = cycles;
    row->counter[COUNTER_instructions] = 3 * n;
}

static void test_rows(void)
{
    struct csv *d = parse(measured);
    struct analysis_baseline_options bo;
    struct analysis_options o;
    struct store_row row[6];
    struct analysis_rows rows;
    struct analysis_simulated s[5];
    struct err err = {0};
    analysis_baseline_options_init(&bo);
    analysis_options_init(&o);
    struct analysis_baselines *b = fit(d, &bo);
    fill_row(row, "pa", 100, 1000, "base");
    fill_row(row + 1, "pa", 300, 1800, "base");
    fill_row(row + 2, "pa", 200, 1600, "base");
    fill_row(row + 3, "pa", 300, 1900, "base"); /* another layout */
    row[3].seed = 1;
    fill_row(row + 4, "pb", 50, 100, "base");
    fill_row(row + 5, "pb", 50, 120, "rob=8");
    CU_ASSERT_EQUAL_FATAL(analysis_rows_from_array(&rows, row, 6), 0);
    CU_ASSERT_EQUAL(analysis_simulated_from_rows(s, b, &rows, &o, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "'pb' was run by more than one");
    err_clear(&err);
    o.variant = "base";
    CU_ASSERT_EQUAL(analysis_simulated_from_rows(s, b, &rows, &o, &err), 0);
    CU_ASSERT_EQUAL(s[0].cycles, 2);
    CU_ASSERT_EQUAL(s[0].instructions, 3);
    CU_ASSERT_EQUAL(s[0].n, 300);
    CU_ASSERT_EQUAL(s[1].cycles, 2);
    CU_ASSERT_TRUE(isnan(s[2].cycles));
    analysis_rows_release(&rows);
    analysis_baselines_free(b);
    csv_free(d);
}

static const struct unit_test tests[] = {
    {"repeated sizes, as R has them", test_repeated_sizes},
    {"lines, parabolas, two points", test_exact_shapes},
    {"an outlier", test_outlier},
    {"tables that are refused", test_errors},
    {"accuracy by hand", test_accuracy},
    {"drift by hand", test_drift},
    {"odd times", test_odd_times},
    {"simulated times from runs", test_rows},
};

UNIT_MAIN("calib", tests)
