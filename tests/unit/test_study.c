#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "study/design.h"
#include "study/driver.h"
#include "study/filter.h"
#include "study/input.h"
#include "study/plan.h"
#include "study/problem.h"
#include "study/same.h"
#include "study/schedule.h"
#include "study/study.h"
#include "study/task.h"
#include "study/worker.h"
#include "tests/unit/unit.h"

/* A study with every key. */
static const char whole[] =
    "study: everything\n"                                                           /* 1 */
    "problems:\n"                                                                   /* 2 */
    "  - gemm\n"                                                                    /* 3 */
    "  - {name: own, elf: own.elf, args: 'size={n} x', class: mine, work: 2*n^3,\n" /* 4 */
    "     footprint: 8*n}\n"                                                        /* 5 */
    "ladder: [64, 128]\n"                                                           /* 6 */
    "modes: [emulation, timing]\n"                                                  /* 7 */
    "machines: [m2]\n"                                                              /* 8 */
    "vary:\n"                                                                       /* 9 */
    "  l2.size: [8MiB, 4MiB]\n"                                                     /* 10 */
    "  rob: 192\n"                                                                  /* 11 */
    "layouts: 3\n"                                                                  /* 12 */
    "jobs: 2\n"                                                                     /* 13 */
    "check:\n"                                                                      /* 14 */
    "  r2: 0.9\n"                                                                   /* 15 */
    "  error: 3%\n"                                                                 /* 16 */
    "  velocity: 2.5\n"                                                             /* 17 */
    "  speed-loss: 10%\n"                                                           /* 18 */
    "  level: 90%\n";                                                               /* 19 */

static void test_whole(void)
{
    struct err err = {0};
    struct study *s = NULL;
    CU_ASSERT_EQUAL_FATAL(study_parse(&s, "s.yaml", whole, &err), 0);
    CU_ASSERT_STRING_EQUAL(s->name, "everything");
    CU_ASSERT_EQUAL_FATAL(s->n_problems, 2);
    CU_ASSERT_STRING_EQUAL(s->problem[0].name, "gemm");
    CU_ASSERT_PTR_NULL(s->problem[0].elf);
    CU_ASSERT_STRING_EQUAL(s->problem[1].name, "own");
    CU_ASSERT_STRING_EQUAL(s->problem[1].elf, "own.elf");
    CU_ASSERT_STRING_EQUAL(s->problem[1].problem_class, "mine");
    CU_ASSERT_EQUAL(expr_value(s->problem[1].work, 10), 2000);
    CU_ASSERT_EQUAL(expr_value(s->problem[1].footprint, 10), 80);
    CU_ASSERT_EQUAL_FATAL(s->ladder.n, 2);
    CU_ASSERT_EQUAL(s->ladder.rung[1], 128);
    CU_ASSERT_EQUAL_FATAL(s->n_modes, 2);
    CU_ASSERT_EQUAL(s->mode[0], TIMING_MODE_emulation);
    CU_ASSERT_EQUAL(s->mode[1], TIMING_MODE_timing);
    CU_ASSERT_EQUAL_FATAL(s->n_machines, 1);
    CU_ASSERT_EQUAL_FATAL(s->design.n_vary, 2);
    CU_ASSERT_STRING_EQUAL(s->design.vary[0].name, "l2.size");
    CU_ASSERT_EQUAL_FATAL(s->design.vary[0].n_values, 2);
    CU_ASSERT_STRING_EQUAL(s->design.vary[0].value[1]->text, "4MiB");
    CU_ASSERT_EQUAL(s->design.vary[1].n_values, 1);
    CU_ASSERT_EQUAL(s->layouts, 3);
    CU_ASSERT_EQUAL(s->jobs, 2);
    study_free(s);
}

static void test_least(void)
{
    struct err err = {0};
    struct study *s = NULL;
    CU_ASSERT_EQUAL_FATAL(study_parse(&s, "s.yaml",
                                      "study: a\nproblems: gemm\nladder: 8\nmodes: emulation\n",
                                      &err),
                          0);
    CU_ASSERT_EQUAL(s->ladder.n, 1);
    CU_ASSERT_EQUAL(s->n_machines, 0);
    CU_ASSERT_EQUAL(s->layouts, 1);
    CU_ASSERT_EQUAL(s->jobs, 0);
    study_free(s);
}

/* Each wrong study is a right one with some lines changed. */
#define HEAD "study: a\nproblems: [gemm]\n"
#define LADDER "ladder: [64, 128]\n"
#define MODES "modes: [timing]\nmachines: [m2]\n"

static const struct {
    const char *text, *message;
} wrong[] = {
    {HEAD "laddder: [64]\n" MODES,
     "'s.yaml':3: unknown key 'laddder' (did you mean 'ladder'?)"},
    {HEAD LADDER MODES "quux: 1\n", "'s.yaml':6: unknown key 'quux'"},
    {"problems: [gemm]\n" LADDER MODES, "'s.yaml':1: 'study' (its name) is missing"},
    {"study: a\n" LADDER MODES, "'s.yaml':1: 'problems' is missing"},
    {HEAD MODES, "'s.yaml':1: 'ladder' is missing"},
    {HEAD LADDER "machines: [m2]\n", "'s.yaml':1: 'modes' is missing"},
    {HEAD LADDER "modes: [timing]\n", "'s.yaml':1: 'machines' is missing"},
    {"study: [a]\n", "'s.yaml':1: 'study' must be text, not a list"},
    {"study: ''\n", "'s.yaml':1: a name has 1 to 63 bytes, '' has 0"},
    {"study: \"a\\tb\"\n", "'s.yaml':1: a name has no control characters"},
    {"study: a\nproblems: []\n", "'s.yaml':2: 'problems' is empty"},
    {"study: a\nproblems: [gemm, gemm]\n", "'s.yaml':2: problem 'gemm' stands here twice"},
    {"study: a\nproblems: [{args: x}]\n",
     "'s.yaml':2: a problem has a 'name' or an 'elf'"},
    {"study: a\nproblems:\n  - elf: x\n    wrok: n\n",
     "'s.yaml':4: unknown key 'wrok' (did you mean 'work'?)"},
    {"study: a\nproblems:\n  - elf: x\n    work: n^\n", "'s.yaml':4: 'work': "},
    {"study: a\nproblems: [{elf: x, args: {a: b}}]\n",
     "'s.yaml':2: 'args' must be text, not a map"},
    {HEAD "ladder: [64, 32]\n" MODES, "'s.yaml':3: 'ladder' must ascend, but 32 follows 64"},
    {HEAD "ladder: [64, 64]\n" MODES, "'s.yaml':3: 'ladder' must ascend, but 64 follows 64"},
    {HEAD "ladder: [0]\n" MODES, "'s.yaml':3: a rung must be from 1 to 2^53, not 0"},
    {HEAD "ladder: [6x4]\n" MODES,
     "'s.yaml':3: a list item must be a whole number from 0 to 2^64 - 1, not '6x4'"},
    {HEAD LADDER "modes: [timng]\nmachines: [m2]\n",
     "'s.yaml':4: unknown mode 'timng' (did you mean 'timing'?)"},
    {HEAD LADDER "modes: [xyzzy]\nmachines: [m2]\n",
     "'s.yaml':4: unknown mode 'xyzzy' (there are emulation, "},
    {HEAD LADDER "modes: [timing, timing]\nmachines: [m2]\n",
     "'s.yaml':4: mode 'timing' stands here twice"},
    {HEAD LADDER "modes: [timing]\nmachines: [m2, m2]\n",
     "'s.yaml':5: machine 'm2' stands here twice"},
    {HEAD LADDER MODES "vary: [rob]\n", "'s.yaml':6: 'vary' must be a map"},
    {HEAD LADDER MODES "vary:\n  rob: []\n", "'s.yaml':7: 'rob' has no values"},
    {HEAD LADDER MODES "vary:\n  rob: [1, 1]\n", "'s.yaml':7: 'rob' has the value '1' twice"},
    {HEAD LADDER MODES "vary:\n  rob: [[1]]\n",
     "'s.yaml':7: a list item must be text, not a list"},
    {HEAD LADDER "modes: [emulation]\nvary: {rob: [1]}\n",
     "'s.yaml':5: 'vary' changes machines, but emulation has none"},
    {HEAD "ladder: standrad\n" MODES,
     "'s.yaml':3: unknown ladder 'standrad' (did you mean 'standard'?)"},
    {HEAD "ladder: xyzzy\n" MODES,
     "'s.yaml':3: unknown ladder 'xyzzy' (there are standard, fine)"},
    {HEAD "ladder: []\n" MODES, "'s.yaml':3: 'ladder' is empty"},
    {"study: a\nproblems: [{name: gemm, ladder: [8]}, lu]\n" MODES,
     "'s.yaml':1: 'ladder' is missing"},
    {"study: a\nproblems:\n  - {name: gemm, max: 32}\n" LADDER MODES,
     "'s.yaml':3: no rung of the ladder is at most 32"},
    {"study: a\nproblems:\n  - {name: gemm, work: n}\n" LADDER MODES,
     "'s.yaml':3: problem 'gemm' has no 'elf' to simulate"},
    {HEAD LADDER MODES "grid: [rob]\n", "'s.yaml':6: 'grid' must be a map"},
    {HEAD LADDER MODES "grid:\n  rob: []\n", "'s.yaml':7: 'rob' has no values"},
    {HEAD LADDER MODES "sample: {n: 4}\n", "'s.yaml':6: 'sample' needs 'over'"},
    {HEAD LADDER MODES "sample: {over: {rob: [8]}}\n", "'s.yaml':6: 'sample' needs 'n'"},
    {HEAD LADDER MODES "sample: {n: 0, over: {rob: 8..9}}\n",
     "'s.yaml':6: 'n' must be from 1 to 100000, not 0"},
    {HEAD LADDER MODES "sample: {n: 2, over: {}}\n", "'s.yaml':6: 'over' is empty"},
    {HEAD LADDER MODES "sample: {n: 2, over: {rob: 8..9}, method: sobol}\n",
     "'s.yaml':6: unknown method 'sobol' (there are lhs, random)"},
    {HEAD LADDER MODES "sample: {n: 2, over: {rob: 8..9 lin}}\n",
     "'s.yaml':6: 'rob' must be LOW..HIGH [log] [step STEP], not '8..9 lin'"},
    {HEAD LADDER MODES "look: [512, 256]\n",
     "'s.yaml':6: 'look' must ascend, but 256 follows 512"},
    {HEAD LADDER MODES "look: {ladder: 256, mode: sampled}\n",
     "'s.yaml':6: unknown key 'mode' (did you mean 'modes'?)"},
    {HEAD LADDER MODES "look: {ladder: 256, modes: sampling}\n",
     "'s.yaml':6: unknown mode 'sampling' (did you mean 'sampled'?)"},
    {HEAD LADDER MODES "look: {modes: sampled}\n",
     "'s.yaml':6: 'look' has no sizes, and no problem has"},
    {HEAD LADDER MODES "look: {ladder: [128, 256], modes: [sampled, timing]}\n",
     "'s.yaml':6: n = 128 is on the ladder of 'gemm' in mode 'timing' already"},
    {HEAD LADDER "modes: emulation\nlook: 256\n", "'s.yaml':1: 'machines' is missing"},
    {HEAD LADDER MODES "run_time: 0\n", "'s.yaml':6: 'run_time' must be above 0, not 0"},
    {HEAD LADDER MODES "run_memory: lots\n", "'s.yaml':6: 'run_memory' must be "},
    {HEAD LADDER MODES "layouts: 0\n", "'s.yaml':6: 'layouts' must be from 1 to 1000, not 0"},
    {HEAD LADDER MODES "jobs: -1\n", "'s.yaml':6: 'jobs' must be a whole number"},
    {HEAD LADDER MODES "check: {r3: 1}\n", "'s.yaml':6: unknown key 'r3' (did you mean 'r2'?)"},
    {HEAD LADDER MODES "check:\n  error: 150%\n",
     "'s.yaml':7: 'error' must be above 0 and at most 1, not 150%"},
    {HEAD LADDER MODES "check:\n  velocity: fast\n",
     "'s.yaml':7: 'velocity' must be a number, not 'fast'"},
    {HEAD LADDER MODES "check:\n  level: 30%\n",
     "'s.yaml':7: 'level' must be above 0.5 and at most 0.9999, not 30%"},
    {HEAD LADDER MODES "check:\n  speed_loss: 5%\n",
     "'s.yaml':7: unknown key 'speed_loss' (did you mean 'speed-loss'?)"},
    {"- a\n", "'s.yaml':1: "},
    {"", "'s.yaml'"},
};

static void test_wrong(void)
{
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct err err = {0};
        struct study *s = NULL;
        CU_ASSERT_EQUAL(study_parse(&s, "s.yaml", wrong[i].text, &err), ERR_CONFIG);
        CU_ASSERT_PTR_NULL(s);
        if (strncmp(err.text, wrong[i].message, strlen(wrong[i].message)) != 0)
            fprintf(stderr, "\ngot:  %s\nwant: %s\n", err.text, wrong[i].message);
        CU_ASSERT_EQUAL(strncmp(err.text, wrong[i].message, strlen(wrong[i].message)), 0);
    }
    struct err err = {0};
    struct study *s = NULL;
    CU_ASSERT_EQUAL(study_load(&s, "/nonexistent/s.yaml", &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "/nonexistent/s.yaml");
}

/* ---- the problem table ---------------------------------------------------------------------
 */

#define PROBLEM(name)  \
    "  - {name: " name \
    ", text: t, class: c, work: n^3, footprint: 8*n, args: 'x {n}', max: 9}\n"

static void test_problem_table(void)
{
    struct err err = {0};
    struct problem_table *table = NULL;
    const char *nearest = NULL;
    CU_ASSERT_EQUAL_FATAL(problem_table_alloc(&table, &err), 0);
    const struct problem *gemm = problem_find(table, "gemm", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(gemm);
    CU_ASSERT_EQUAL(expr_value(gemm->work, 10), 1000);
    CU_ASSERT_PTR_NOT_NULL(strstr(gemm->elf, "gemm.elf"));
    CU_ASSERT_PTR_NULL(problem_find(table, "gem", &nearest));
    CU_ASSERT_PTR_NOT_NULL_FATAL(nearest);
    CU_ASSERT_STRING_EQUAL(nearest, "gemm");
    CU_ASSERT_PTR_NULL(problem_find(table, "frobnicator", &nearest));
    CU_ASSERT_PTR_NULL(nearest);
    problem_table_free(table);

    static const struct {
        const char *text, *message;
    } bad[] = {
        {"problems: {a: b}\n", "'p.yaml':1: 'problems' must be a list of problems"},
        {"x: y\n", "'p.yaml':1: unknown key 'x'"},
        {"problems:\n" PROBLEM("a") PROBLEM("a"), "'p.yaml':3: problem 'a' stands here twice"},
        {"problems:\n  - {name: a}\n", "'p.yaml':2: 'text' is missing"},
        {"problems:\n  - {name: a, text: t, class: c, work: 'n^', footprint: n}\n",
         "'p.yaml':2: 'work': "},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        err_clear(&err);
        CU_ASSERT_EQUAL(problem_table_parse(&table, "p.yaml", bad[i].text, &err), ERR_CONFIG);
        CHECK_STRING_CONTAINS(err.text, bad[i].message);
    }
}

/* The arguments that the scalar or list `text` gives for n = 128, joined by '|'. */
static int arguments_of(const char *text, char *joined, size_t size, struct err *err)
{
    struct yaml_document *doc = NULL;
    char **arguments = NULL;
    joined[0] = '\0';
    if (yaml_parse(&doc, "a.yaml", text, strlen(text), err) != 0)
        return -1;
    int rc = problem_arguments(yaml_get(doc->root, "args"), 128, &arguments, err);
    for (size_t i = 0; rc == 0 && arguments[i] != NULL; i++) {
        size_t len = strlen(joined);
        snprintf(joined + len, size - len, "%s|", arguments[i]);
    }
    if (rc == 0)
        problem_arguments_free(arguments);
    yaml_document_free(doc);
    return rc;
}

static void test_arguments(void)
{
    struct err err = {0};
    char joined[256];
    static const struct {
        const char *text, *want;
    } good[] = {
        {"x: 1\n", "128|"},
        {"args: '{n}'\n", "128|"},
        {"args: '  -n {n}  --verbose '\n", "-n|128|--verbose|"},
        {"args: 'a={n}x{n}'\n", "a=128x128|"},
        {"args: ''\n", ""},
        {"args: []\n", ""},
        {"args: ['two words', '{n}', '{{n}}']\n", "two words|128|{n}|"},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        CU_ASSERT_EQUAL(arguments_of(good[i].text, joined, sizeof(joined), &err), 0);
        CU_ASSERT_STRING_EQUAL(joined, good[i].want);
    }
    CU_ASSERT_EQUAL(arguments_of("args: 'a {m} b'\n", joined, sizeof(joined), &err),
                    ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'a.yaml':1: unknown placeholder '{m}' (there is {n})");
    err_clear(&err);
    CU_ASSERT_EQUAL(arguments_of("args: '{n'\n", joined, sizeof(joined), &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'a.yaml':1: unknown placeholder '{n' (there is {n})");
    err_clear(&err);
    CU_ASSERT_EQUAL(arguments_of("args: {a: b}\n", joined, sizeof(joined), &err), ERR_CONFIG);
}

/* ---- the plan ------------------------------------------------------------------------------
 */

static int plan_of(const char *text, struct study **study, struct plan **plan, struct err *err)
{
    int rc = study_parse(study, "s.yaml", text, err);
    CU_ASSERT_EQUAL_FATAL(rc, 0);
    return plan_alloc(plan, *study, err);
}

static void test_plan(void)
{
    struct err err = {0};
    struct study *study = NULL;
    struct plan *plan = NULL, *again = NULL;
    char text[256];
    static const char both[] =
        HEAD LADDER "modes: [emulation, timing]\nmachines: [m2]\n"
                    "vary: {rob: [192, 96], l2.size: 8MiB}\nlayouts: 2\n";
    CU_ASSERT_EQUAL_FATAL(plan_of(both, &study, &plan, &err), 0);
    CU_ASSERT_EQUAL(plan->n_problems, 1);
    CU_ASSERT_EQUAL_FATAL(plan->n_machines, 4);
    CU_ASSERT_STRING_EQUAL(plan->machine[0].variant, "base");
    CU_ASSERT_STRING_EQUAL(plan->machine[1].variant, "rob=192");
    CU_ASSERT_STRING_EQUAL(plan->machine[3].variant, "l2.size=8MiB");
    /* Each of two sizes: emulation twice, four machines twice. */
    CU_ASSERT_EQUAL_FATAL(plan->n_runs, 2 * (2 + 8));
    CU_ASSERT_EQUAL(plan->run[0].machine, PLAN_NO_MACHINE);
    CU_ASSERT_STRING_EQUAL(plan_describe(plan, &plan->run[0], text, sizeof(text)),
                           "gemm 64 emulation");
    CU_ASSERT_STRING_EQUAL(plan_describe(plan, &plan->run[5], text, sizeof(text)),
                           "gemm 64 timing m2 rob=192, layout 1");
    CU_ASSERT_STRING_EQUAL(plan->run[0].arguments[0], "64");
    CU_ASSERT_PTR_NULL(plan->run[0].arguments[1]);
    CU_ASSERT_EQUAL(plan_work(plan, &plan->run[0]), 64 * 64 * 64);
    CU_ASSERT_TRUE(plan_footprint(plan, &plan->run[0]) > 0);
    CU_ASSERT_TRUE(plan->run[2].cost > plan->run[0].cost);

    struct store_row row;
    plan_row(plan, &plan->run[5], &row);
    CU_ASSERT_STRING_EQUAL(row.id, plan->run[5].id);
    CU_ASSERT_STRING_EQUAL(row.simulator, "rung");
    CU_ASSERT_STRING_EQUAL(row.machine, "m2");
    CU_ASSERT_STRING_EQUAL(row.variant, "rob=192");
    CU_ASSERT_STRING_EQUAL(row.status, "");
    CU_ASSERT_EQUAL(row.seed, 1);
    CU_ASSERT_TRUE(isnan(row.counter[COUNTER_cycles]));

    /* Ids: 16 digits, all different, the same again. */
    CU_ASSERT_EQUAL_FATAL(plan_alloc(&again, study, &err), 0);
    for (size_t i = 0; i < plan->n_runs; i++) {
        CU_ASSERT_EQUAL(strspn(plan->run[i].id, "0123456789abcdef"), 16);
        CU_ASSERT_STRING_EQUAL(plan->run[i].id, again->run[i].id);
        for (size_t k = 0; k < i; k++)
            CU_ASSERT_STRING_NOT_EQUAL(plan->run[i].id, plan->run[k].id);
    }
    plan_free(again);
    plan_free(plan);
    study_free(study);
}

/* Ladders of one's own, named ones, cut ones. */
static void test_ladders(void)
{
    struct err err = {0};
    struct study *study = NULL;
    struct plan *plan = NULL;
    static const char text[] = "study: a\nproblems: [heat-3d, {name: gemm, max: 128},"
                               " {name: lu, ladder: [8, 16]}, {name: sort, ladder: fine}]\n"
                               "ladder: standard\nmodes: emulation\n";
    static const struct {
        size_t problem;
        double n;
    } want[] = {{0, 64}, {0, 128}, {0, 256}, {0, 512}, {1, 64}, {1, 128},  {2, 8},  {2, 16},
                {3, 64}, {3, 96},  {3, 128}, {3, 192}, {3, 256}, {3, 384}, {3, 512}};
    CU_ASSERT_EQUAL_FATAL(plan_of(text, &study, &plan, &err), 0);
    CU_ASSERT_EQUAL_FATAL(plan->n_runs, sizeof(want) / sizeof(want[0]));
    for (size_t i = 0; i < plan->n_runs; i++) {
        CU_ASSERT_EQUAL(plan->run[i].problem, want[i].problem);
        CU_ASSERT_EQUAL(plan->run[i].n, want[i].n);
    }
    plan_free(plan);
    study_free(study);
}

static void test_grid(void)
{
    struct err err = {0};
    struct study *study = NULL;
    struct plan *plan = NULL;
    /* 630 and 16MiB are the base's: that combination is not run twice. */
    static const char *const want[] = {"base", "rob=630 l2.size=8MiB", "rob=96 l2.size=16MiB",
                                       "rob=96 l2.size=8MiB"};
    CU_ASSERT_EQUAL_FATAL(
        plan_of(HEAD LADDER MODES "grid: {rob: [630, 96], l2.size: [16MiB, 8MiB]}\n", &study,
                &plan, &err),
        0);
    CU_ASSERT_EQUAL_FATAL(plan->n_machines, 4);
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_STRING_EQUAL(plan->machine[i].variant, want[i]);
    CU_ASSERT_EQUAL(plan->n_runs, 8);
    plan_free(plan);
    study_free(study);
}

/* Each part of each range is hit once, values keep to their steps, the seed decides. */
static void test_sample(void)
{
    struct err err = {0};
    double place[40], again[40];
    int hits[40] = {0};
    CU_ASSERT_EQUAL(design_draw(7, 2, true, place, 40), 0);
    for (int i = 0; i < 40; i++)
        hits[(int)(place[i] * 40)]++;
    for (int i = 0; i < 40; i++)
        CU_ASSERT_EQUAL(hits[i], 1);
    CU_ASSERT_EQUAL(design_draw(7, 2, true, again, 40), 0);
    CU_ASSERT_EQUAL(memcmp(place, again, sizeof(place)), 0);
    CU_ASSERT_EQUAL(design_draw(8, 2, true, again, 40), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(place, again, sizeof(place)), 0);
    CU_ASSERT_EQUAL(design_draw(7, 3, true, again, 40), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(place, again, sizeof(place)), 0);

    struct study *study = NULL;
    struct plan *plan = NULL;
    static const char text[] = HEAD LADDER MODES
        "sample: {n: 8, seed: 3, over: {rob: 100..170 step 10, l2.size: [8MiB, 4MiB],"
        " l2.latency: 15..60 log}}\n";
    CU_ASSERT_EQUAL_FATAL(plan_of(text, &study, &plan, &err), 0);
    CU_ASSERT_EQUAL_FATAL(plan->n_machines, 9);
    unsigned robs = 0, small = 0;
    for (size_t i = 1; i < plan->n_machines; i++) {
        unsigned rob, size, latency;
        CU_ASSERT_EQUAL(sscanf(plan->machine[i].variant,
                               "rob=%u l2.size=%uMiB l2.latency=%u", &rob, &size, &latency),
                        3);
        CU_ASSERT_TRUE(rob % 10 == 0 && rob >= 100 && rob <= 170);
        robs |= 1u << (rob / 10 - 10);
        small += size == 4;
        CU_ASSERT_TRUE(latency >= 15 && latency <= 60);
    }
    CU_ASSERT_EQUAL(robs, 0xff);
    CU_ASSERT_EQUAL(small, 4);
    plan_free(plan);
    study_free(study);
}

/* Sizes in a cheaper mode alone: of the study, or a problem's own. */
static void test_look(void)
{
    struct err err = {0};
    struct study *study = NULL;
    struct plan *plan = NULL;
    char text[256];
    static const char *const want[] = {
        "gemm 64 timing m2 base",        "gemm 128 timing m2 base",  "gemm 256 sampled m2 base",
        "stencil7 32 timing m2 base",    "stencil7 48 sampled m2 base",
        "stencil7 96 sampled m2 base",   "lu 64 timing m2 base"};
    static const char looks[] =
        "study: a\nproblems:\n  - gemm\n  - {name: stencil7, ladder: 32, look: [48, 96]}\n"
        "  - {name: lu, max: 100}\n" LADDER "look: 256\n" MODES;
    enum { N = sizeof(want) / sizeof(want[0]) };
    CU_ASSERT_EQUAL_FATAL(plan_of(looks, &study, &plan, &err), 0);
    CU_ASSERT_EQUAL_FATAL(plan->n_runs, N);
    for (size_t i = 0; i < N; i++)
        CU_ASSERT_STRING_EQUAL(plan_describe(plan, &plan->run[i], text, sizeof(text)), want[i]);
    CU_ASSERT_STRING_EQUAL(plan->run[2].arguments[0], "256");
    plan_free(plan);
    study_free(study);

    CU_ASSERT_EQUAL_FATAL(
        plan_of(HEAD LADDER MODES "look: {ladder: [32, 128], modes: [emulation, fast-timing]}\n",
                &study, &plan, &err),
        0);
    CU_ASSERT_EQUAL(plan->n_runs, 2 + 4);
    CU_ASSERT_EQUAL(plan->run[2].machine, PLAN_NO_MACHINE);
    plan_free(plan);
    study_free(study);
    CU_ASSERT_EQUAL(plan_of(HEAD LADDER MODES "look: 100000\n", &study, &plan, &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "'s.yaml':6: problem 'gemm' goes up to n = ");
    study_free(study);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_TRUE(fputs(text, file) >= 0);
    CU_ASSERT_EQUAL(fclose(file), 0);
}

/* The hash of what a folder or file holds now. */
static void hash_now(const char *path, enum input_kind kind, char hash[HASH_TEXT_SIZE])
{
    struct err err = {0};
    struct input input;
    CU_ASSERT_EQUAL(input_init(&input, path, kind, &err), 0);
    memcpy(hash, input.hash, HASH_TEXT_SIZE);
    CU_ASSERT_EQUAL(input_check(&input, &err), 0);
    input_release(&input);
}

static void test_inputs(void)
{
    char folder[] = "inputs-test.XXXXXX", path[64], one[HASH_TEXT_SIZE], other[HASH_TEXT_SIZE];
    char command[128];
    struct err err = {0};
    struct input input;
    const struct timespec past[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/b", folder);
    write_text(path, "abc");
    hash_now(path, INPUT_FILE, one);
    /* FIPS 180-4's example */
    CU_ASSERT_EQUAL(strncmp(one, "ba7816bf8f01cfea", 16), 0);
    hash_now(folder, INPUT_FOLDER, one);
    /* a date alone is no other content, */
    CU_ASSERT_EQUAL(utimensat(AT_FDCWD, path, past, 0), 0);
    hash_now(folder, INPUT_FOLDER, other);
    CU_ASSERT_STRING_EQUAL(one, other);
    /* but says that somebody was there while a study ran */
    CU_ASSERT_EQUAL(input_init(&input, folder, INPUT_FOLDER, &err), 0);
    write_text(path, "abd");
    CU_ASSERT_EQUAL(input_check(&input, &err), ERR_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "has changed since the study began"));
    input_release(&input);
    CU_ASSERT_EQUAL(input_check(&input, &err), 0);
    /* content, names, what links lead to, empty folders, and where names end */
#define CHANGES(...)                                               \
    hash_now(folder, INPUT_FOLDER, one);                           \
    snprintf(command, sizeof(command), "cd '%s' && " __VA_ARGS__, folder); \
    CU_ASSERT_EQUAL(system(command), 0);                           \
    hash_now(folder, INPUT_FOLDER, other);                         \
    CU_ASSERT_STRING_NOT_EQUAL(one, other)
    CHANGES("echo x >>b");
    CHANGES("mv b c");
    CHANGES("ln -s c link");
    CHANGES("ln -sf d link");
    CHANGES("mkdir sub");
    CHANGES("mv c sub");
    CHANGES("mv sub 'sub c'");
#undef CHANGES
    CU_ASSERT_EQUAL(input_init(&input, path, INPUT_FILE, &err), ERR_DATA);
    input_release(&input);
    err = (struct err){0};
    CU_ASSERT_EQUAL(input_init(&input, folder, INPUT_FILE, &err), ERR_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "' is no file"));
    input_release(&input);
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void test_run_id(void)
{
    struct err err = {0};
    char base[STORE_ID_SIZE], other[STORE_ID_SIZE];
    char *one[] = {"1 2", NULL}, *two[] = {"1", "2", NULL};
    const struct plan_identity of = {.elf_hash = "aa",
                                     .arguments = one,
                                     .n = 1,
                                     .mode = TIMING_MODE_timing,
                                     .machine_text = "m"};
    struct plan_identity changed;
    CU_ASSERT_EQUAL(plan_run_id(&of, base, &err), 0);
    /* It must not change by itself either: stores would lose their runs. */
    changed = of;
    changed.files_hash = changed.input_hash = "";
    CU_ASSERT_EQUAL(plan_run_id(&changed, other, &err), 0);
    CU_ASSERT_STRING_EQUAL(base, other);
#define DIFFERS(member, value)                             \
    changed = of;                                          \
    changed.member = value;                                \
    CU_ASSERT_EQUAL(plan_run_id(&changed, other, &err), 0); \
    CU_ASSERT_STRING_NOT_EQUAL(base, other)
    DIFFERS(elf_hash, "ab");
    DIFFERS(arguments, two);
    DIFFERS(files_hash, "aa");
    DIFFERS(input_hash, "aa");
    DIFFERS(n, 2);
    DIFFERS(mode, TIMING_MODE_emulation);
    DIFFERS(machine_text, "x");
    DIFFERS(seed, 1);
    DIFFERS(repetition, 1);
#undef DIFFERS
}

static const struct {
    const char *text;
    int code;
    const char *message;
} wrong_plan[] = {
    {"study: a\nproblems: [gem]\n" LADDER MODES, ERR_CONFIG,
     "'s.yaml':2: unknown problem 'gem' (did you mean 'gemm'?)"},
    {"study: a\nproblems: [xyzzy]\n" LADDER MODES, ERR_CONFIG,
     "'s.yaml':2: unknown problem 'xyzzy' (see 'rung list problems')"},
    {"study: a\nproblems:\n  - elf: nothing.elf\n" LADDER MODES, ERR_DATA,
     "'s.yaml':3: problem 'nothing.elf': "},
    {HEAD "ladder: [64, 100000]\n" MODES, ERR_CONFIG,
     "'s.yaml':3: problem 'gemm' goes up to n = "},
    {HEAD LADDER "modes: timing\nmachines: [m3x]\n", ERR_CONFIG,
     "'s.yaml':5: unknown machine 'm3x'"},
    {HEAD LADDER MODES "vary:\n  robb: [1]\n", ERR_CONFIG,
     "'s.yaml':7: machine 'm2': unknown key 'robb' (did you mean 'rob'?)"},
    {HEAD LADDER MODES "vary:\n  rob:\n    - 192\n    - lots\n", ERR_CONFIG,
     "'s.yaml':9: machine 'm2': 'rob' must be "},
    {HEAD LADDER MODES "vary:\n  rob: [630]\n", ERR_CONFIG,
     "'s.yaml':7: 'rob=630' of 'm2' is the same machine as 'base' of 'm2'"},
    {HEAD LADDER MODES "vary:\n  l2.size: [3000]\n", ERR_CONFIG, "'s.yaml':7: machine 'm2'"},
    {HEAD LADDER MODES "grid:\n  rob: [96]\n  robb: [1]\n", ERR_CONFIG,
     "'s.yaml':8: machine 'm2': unknown key 'robb' (did you mean 'rob'?)"},
    {HEAD LADDER MODES "sample:\n  n: 2\n  over:\n    robb: 1..2\n", ERR_CONFIG,
     "'s.yaml':9: machine 'm2': unknown key 'robb' (did you mean 'rob'?)"},
    {HEAD LADDER MODES "sample:\n  n: 2\n  over:\n    rob: 200..100\n", ERR_CONFIG,
     "'s.yaml':9: 'rob': 200 is not below 100"},
    {HEAD LADDER MODES "sample:\n  n: 2\n  over:\n    issue: in-order..out-of-order\n",
     ERR_CONFIG, "'s.yaml':9: 'issue' has no range, but a list of values"},
    {HEAD LADDER MODES "sample:\n  n: 2\n  over:\n    rob: 90..100 step x\n", ERR_CONFIG,
     "'s.yaml':9: 'rob': 'x' is no step in count"},
    {HEAD LADDER MODES "sample:\n  n: 2\n  over:\n    l2.size: 8MiB..9MiB step 1000\n",
     ERR_CONFIG, "'s.yaml':9: machine 'm2' with l2.size="},
    {HEAD LADDER MODES "layouts: 1000\nsample: {n: 600, over: {dram.latency: 50ns..150ns}}\n",
     ERR_CONFIG, "'s.yaml' asks for more than 1000000 runs"},
    {"study: a\nproblems:\n  - {name: p, elf: " RUNG_BUILD_DIR "/problems/gemm.elf}\n"
     "  - {name: p2, elf: " RUNG_BUILD_DIR "/problems/gemm.elf}\nladder: 64\nmodes: emulation\n",
     ERR_CONFIG, "'s.yaml': 'p 64 emulation' and 'p2 64 emulation' are the same simulation"},
};

static void test_wrong_plan(void)
{
    for (size_t i = 0; i < sizeof(wrong_plan) / sizeof(wrong_plan[0]); i++) {
        struct err err = {0};
        struct study *study = NULL;
        struct plan *plan = NULL;
        const char *want = wrong_plan[i].message;
        CU_ASSERT_EQUAL(plan_of(wrong_plan[i].text, &study, &plan, &err), wrong_plan[i].code);
        CU_ASSERT_PTR_NULL(plan);
        if (strncmp(err.text, want, strlen(want)) != 0)
            fprintf(stderr, "\ngot:  %s\nwant: %s\n", err.text, want);
        CU_ASSERT_EQUAL(strncmp(err.text, want, strlen(want)), 0);
        plan_free(plan);
        study_free(study);
    }
}

/* ---- tasks, workers ------------------------------------------------------------------------
 */

static char folder[] = "/tmp/rung-study.XXXXXX";

static void test_tasks(void)
{
    struct err err = {0};
    struct study *study = NULL;
    struct plan *plan = NULL;
    struct task task;
    struct store_row want;
    char file[64];
    snprintf(file, sizeof(file), "%s/plan.jsonl", folder);
    CU_ASSERT_EQUAL_FATAL(
        plan_of(HEAD LADDER "modes: [emulation, timing]\nmachines: m2\nvary: {rob: 192}\n",
                &study, &plan, &err),
        0);
    CU_ASSERT_EQUAL_FATAL(task_write_plan(plan, "x.h5", file, &err), 0);
    for (size_t i = 0; i < plan->n_runs; i++) {
        CU_ASSERT_EQUAL_FATAL(task_load(&task, file, i, &err), 0);
        plan_row(plan, &plan->run[i], &want);
        CU_ASSERT_EQUAL(memcmp(&task.row, &want, sizeof(want)), 0);
        CU_ASSERT_STRING_EQUAL(task.store_path, "x.h5");
        CU_ASSERT_STRING_EQUAL(task.elf, plan->problem[0].elf);
        CU_ASSERT_STRING_EQUAL(task.elf_hash, plan->problem[0].elf_hash);
        CU_ASSERT_STRING_EQUAL(task.arguments[0], plan->run[i].arguments[0]);
        int m = plan->run[i].machine;
        CU_ASSERT_STRING_EQUAL(task.machine_text, m < 0 ? "" : plan->machine[m].text);
        task_release(&task);
    }
    CU_ASSERT_EQUAL(task_load(&task, file, plan->n_runs, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "has no task 6, or is damaged");
    task_release(&task);
    static const char *const bad[] = {
        "",
        "{}\n",
        "nonsense\n",
        "{\"rung_plan\":1,\"store\":\"x\",\"machines\":0,\"runs\":9}\n",
        "{\"rung_plan\":1,\"store\":\"x\",\"machines\":0,\"runs\":9}\n{\"id\":1}\n",
        "{\"rung_plan\":2,\"store\":\"x\",\"machines\":0,\"runs\":9}\n",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CU_ASSERT_EQUAL(path_write_atomic(file, bad[i], strlen(bad[i]), &err), 0);
        err_clear(&err);
        CU_ASSERT_EQUAL(task_load(&task, file, 0, &err), ERR_DATA);
        task_release(&task);
    }
    err_clear(&err);
    CU_ASSERT_EQUAL(task_load(&task, "/nonexistent", 0, &err), ERR_DATA);
    task_release(&task);
    err_clear(&err);
    CU_ASSERT_EQUAL(task_write_plan(plan, "bad \xff path", file, &err), ERR_CONFIG);
    plan_free(plan);
    study_free(study);
}

static void test_report(void)
{
    struct worker_report report = {.error = 0,
                                   .status = "fault",
                                   .message = "unmapped read at \"0x10\"\n\xff",
                                   .instructions = 123456789,
                                   .wall_seconds = 0.1,
                                   .user_seconds = NAN},
                         got;
    char *line = worker_report_format(&report);
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    CU_ASSERT_PTR_NULL(strchr(line, '\n'));
    CU_ASSERT_EQUAL_FATAL(worker_report_parse(line, &got), 0);
    CU_ASSERT_EQUAL(got.error, 0);
    CU_ASSERT_STRING_EQUAL(got.status, "fault");
    CU_ASSERT_STRING_EQUAL(got.message, "unmapped read at \"0x10\"??");
    CU_ASSERT_EQUAL(got.instructions, 123456789);
    CU_ASSERT_EQUAL(got.wall_seconds, 0.1);
    CU_ASSERT_TRUE(isnan(got.user_seconds));
    free(line);
    CU_ASSERT_EQUAL(worker_report_parse("", &got), ERR_DATA);
    CU_ASSERT_EQUAL(worker_report_parse("{\"error\":1}", &got), ERR_DATA);
    CU_ASSERT_EQUAL(worker_report_parse("[1", &got), ERR_DATA);
}

static void test_worker_errors(void)
{
    struct worker_report report;
    CU_ASSERT_EQUAL(worker_run("/nonexistent/plan", 0, &report), ERR_DATA);
    CU_ASSERT_EQUAL(report.error, ERR_DATA);
    CHECK_STRING_CONTAINS(report.message, "/nonexistent/plan");
    /* Not the parent of this process. */
    CU_ASSERT_EQUAL(worker_die_with((long)getpid()), ERR_INTERRUPTED);
}

/* ---- what all modes and machines share ------------------------------------------------------
 */

static int store_runs(const struct plan *plan, const char *path, size_t odd,
                      const char *output, double instructions, struct err *err)
{
    struct store_head head = {
        .study_name = "a", .study_yaml = "study: a\n", .tool_version = "0", .host = "a host"};
    int rc = 0;
    for (size_t i = 0; i < plan->n_runs && rc == 0; i++) {
        struct store_run run = {.created = "2026-01-01T00:00:00Z", .host = "a host"};
        plan_row(plan, &plan->run[i], &run.row);
        strcpy(run.row.status, "ok");
        strcpy(run.row.output, i == odd ? output : "00000000000000aa");
        run.row.instructions_total = i == odd ? instructions : 1000;
        rc = store_write_run(path, &run, err);
    }
    return rc == 0 ? store_assemble(path, &head, NULL, err) : rc;
}

static void test_same(void)
{
    static const struct {
        const char *output;
        double instructions;
        const char *message;
    } cases[] = {
        {"00000000000000aa", 1000, ""},
        {"", 1000, ""},
        {"00000000000000ab", 1000,
         "'gemm 128 timing m2 rob=192' wrote something else than 'gemm 128 emulation'"},
        {"00000000000000aa", 1001,
         "'gemm 128 timing m2 rob=192' retired 1001 instructions, but 'gemm 128 emulation' "
         "1000"},
    };
    struct err err = {0};
    struct study *study = NULL;
    struct plan *plan = NULL;
    CU_ASSERT_EQUAL_FATAL(
        plan_of(HEAD LADDER "modes: [emulation, timing]\nmachines: m2\nvary: {rob: 192}\n",
                &study, &plan, &err),
        0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct store *store = NULL;
        char path[64];
        snprintf(path, sizeof(path), "%s/same-%zu.h5", folder, i);
        err_clear(&err);
        CU_ASSERT_EQUAL_FATAL(store_runs(plan, path, plan->n_runs - 1, cases[i].output,
                                         cases[i].instructions, &err),
                              0);
        CU_ASSERT_EQUAL_FATAL(store_open(&store, path, &err), 0);
        CU_ASSERT_EQUAL(same_check(plan, store, &err), cases[i].message[0] ? ERR_RUN : 0);
        CU_ASSERT_STRING_EQUAL(err.text, cases[i].message);
        store_close(store);
    }
    plan_free(plan);
    study_free(study);
}

/* ---- forecasts and the order of runs -------------------------------------------------------
 */

static void test_forecast(void)
{
    struct err err = {0};
    struct study *study = NULL;
    struct plan *plan = NULL;
    struct store_row row;
    struct forecast *f = forecast_alloc();
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT_EQUAL_FATAL(plan_of("study: a\nproblems: [gemm, lu]\nladder: [64, 128]\n"
                                  "modes: [emulation, timing]\nmachines: m2\n",
                                  &study, &plan, &err),
                          0);
    /* gemm 64 and 128 in both modes, then lu. */
    const struct plan_run *run = plan->run;
    CU_ASSERT_TRUE(run[0].cost < run[1].cost && run[1].cost < run[3].cost);
    CU_ASSERT_DOUBLE_EQUAL(run[3].memory, 48e6 + 1.05 * 24 * 128 * 128, 1);
    double before = forecast_seconds(f, plan, &run[7]);
    plan_row(plan, &run[1], &row);
    strcpy(row.status, "fault");
    row.instructions_total = 3e6;
    row.wall_seconds = 100;
    row.peak_memory = 1e9;
    CU_ASSERT_EQUAL(forecast_learn(f, &row), 0);
    CU_ASSERT_EQUAL(forecast_seconds(f, plan, &run[7]), before);
    /* A slow host: what was seen counts where it was seen, its speed for the mode. */
    strcpy(row.status, "ok");
    CU_ASSERT_EQUAL(forecast_learn(f, &row), 0);
    forecast_plan(f, plan);
    CU_ASSERT_DOUBLE_EQUAL(run[1].cost, 100.02, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(run[1].memory, 1.05e9, 1);
    double ratio = plan_instructions(plan, &run[3]) / plan_instructions(plan, &run[1]);
    CU_ASSERT_DOUBLE_EQUAL(run[3].cost, 0.02 + 100 * ratio, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(run[7].cost, 0.02 + plan_instructions(plan, &run[7]) / 3e4, 1e-6);
    CU_ASSERT_TRUE(run[0].cost < 0.1); /* emulation was not seen */
    forecast_free(f);
    plan_free(plan);
    study_free(study);
}

static void test_schedule(void)
{
    struct err err = {0};
    struct study *study = NULL;
    struct plan *plan = NULL;
    struct schedule *s = NULL;
    size_t task, all[4] = {0, 1, 2, 3};
    double longest;
    CU_ASSERT_EQUAL_FATAL(
        plan_of(HEAD "ladder: [8, 16, 24, 32]\nmodes: emulation\n", &study, &plan, &err), 0);
    static const double memory[] = {1, 5, 4, 8}, cost[] = {1, 2, 3, 4};
    for (int i = 0; i < 4; i++) {
        plan->run[i].memory = memory[i];
        plan->run[i].cost = cost[i];
    }
    /* 8 of 10 are taken; 4 is the longest that waits and does not fit, nor does 5; 1 fits
     * beside both. */
    CU_ASSERT_EQUAL_FATAL(schedule_alloc(&s, plan, all, 4, NULL, 10, &err), 0);
    CU_ASSERT_TRUE(schedule_next(s, &task) && task == 3);
    CU_ASSERT_TRUE(schedule_next(s, &task) && task == 0);
    CU_ASSERT_FALSE(schedule_next(s, &task));
    CU_ASSERT_EQUAL(schedule_waiting(s, &longest), 5);
    CU_ASSERT_EQUAL(longest, 3);
    schedule_end(s, 0, NULL);
    CU_ASSERT_FALSE(schedule_next(s, &task));
    schedule_end(s, 3, NULL);
    CU_ASSERT_TRUE(schedule_next(s, &task) && task == 2);
    CU_ASSERT_TRUE(schedule_next(s, &task) && task == 1);
    CU_ASSERT_FALSE(schedule_next(s, &task));
    CU_ASSERT_EQUAL(schedule_waiting(s, &longest), 0);
    schedule_free(s);
    /* What waits for much memory is not passed by for ever. */
    plan->run[2].memory = 10;
    CU_ASSERT_EQUAL_FATAL(schedule_alloc(&s, plan, all, 4, NULL, 10, &err), 0);
    CU_ASSERT_TRUE(schedule_next(s, &task) && task == 3);
    CU_ASSERT_FALSE(schedule_next(s, &task));
    schedule_free(s);

    CU_ASSERT_EQUAL(schedule_check_memory(plan, all, 4, 10, &err), 0);
    CU_ASSERT_EQUAL(schedule_check_memory(plan, all, 4, 9, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(
        err.text, "'gemm 24 emulation' needs 10 B of memory, but there may be used 9 B");
    plan_free(plan);
    study_free(study);
}

/* Runs of the sizes 1, 2 ... of two problems. */
static void count_up(const void *data, size_t i, struct store_row *row)
{
    (void)data;
    store_row_clear(row);
    row->n = (double)i + 1;
    snprintf(row->problem, sizeof(row->problem), i % 2 == 0 ? "odd" : "even");
}

static void test_filters(void)
{
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"gemm", "'gemm' is not KEY=VALUE"},
        {"problem=", "'problem=' is not KEY=VALUE"},
        {"", "'' is not KEY=VALUE"},
        {"machine=a,n=64", "'machine=a,n=64' names two keys: give each an option of its own"},
        {"probelm=gemm", "runs have no 'probelm' (did you mean 'problem'?)"},
        {"colour=red", "runs have no 'colour'"},
        {"a-key-that-is-so-long-that-nobody-could-have-meant-any-of-those-that-are=1",
         "'a-key-that-is-so-long-that-nobody-could-have-meant-any-of-those-that-are=1' is not "
         "KEY=VALUE"},
    };
    struct filters f = {.count = 0};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err err = {0};
        CU_ASSERT_EQUAL(filters_add(&f, bad[i].text, &err), ERR_USAGE);
        CU_ASSERT_STRING_EQUAL(err.text, bad[i].message);
    }
    CU_ASSERT_EQUAL(f.count, 0);
    struct store_row row;
    struct err err = {0};
    store_row_clear(&row);
    CU_ASSERT(filters_pass(&f, &row));
    snprintf(row.problem, sizeof(row.problem), "gemm");
    snprintf(row.variant, sizeof(row.variant), "rob=96 l2.size=8MiB");
    row.n = 64;
    row.seed = 3;
    CU_ASSERT_EQUAL(filters_add(&f, "problem=lu,gemm,fft", &err), 0);
    CU_ASSERT_EQUAL(filters_add(&f, "n=8,64", &err), 0);
    CU_ASSERT_EQUAL(filters_add(&f, "variant=rob=96 l2.size=8MiB", &err), 0);
    CU_ASSERT(filters_pass(&f, &row) && filters_have(&f, "n") && !filters_have(&f, "seed"));
    row.n = 6;
    CU_ASSERT(!filters_pass(&f, &row));
    row.n = 64;
    CU_ASSERT_EQUAL(filters_add(&f, "seed=33", &err), 0);
    CU_ASSERT(!filters_pass(&f, &row));
    row.seed = 33;
    CU_ASSERT(filters_pass(&f, &row));
    snprintf(row.problem, sizeof(row.problem), "gem");
    CU_ASSERT(!filters_pass(&f, &row));
    f.count = 0;
    CU_ASSERT_EQUAL(filters_check(&f, count_up, NULL, 16, &err), 0);
    CU_ASSERT_EQUAL(filters_add(&f, "n=3,5", &err), 0);
    CU_ASSERT_EQUAL(filters_check(&f, count_up, NULL, 16, &err), 0);
    CU_ASSERT_EQUAL(filters_check(&f, count_up, NULL, 0, &err), 0);
    CU_ASSERT_EQUAL(filters_check(&f, count_up, NULL, 4, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'--only': no run is of n '5'; there are 1, 2, 3, 4");
    CU_ASSERT_EQUAL(filters_add(&f, "problem=even", &err), 0);
    err = (struct err){0};
    CU_ASSERT_EQUAL(filters_check(&f, count_up, NULL, 16, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'--only': no run is left of problem 'even'; there is odd");
    CU_ASSERT_EQUAL(filters_add(&f, "problem=evn", &err), 0);
    f.item[1] = f.item[2];
    f.count = 2;
    err = (struct err){0};
    CU_ASSERT_EQUAL(filters_check(&f, count_up, NULL, 16, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'--only': no run is of problem 'evn'; there are odd, even");
    f.item[0] = (struct filter){filter_keys[1], "99"};
    err = (struct err){0};
    CU_ASSERT_EQUAL(filters_check(&f, count_up, NULL, 16, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'--only': no run is of n '99'; there are 1, 2, 3, 4, 5, 6, "
                                     "7, 8, 9, 10, 11, 12 and 4 more");
    f.count = 0;
    CU_ASSERT_EQUAL(filters_add(&f, "status=ok", &err), 0);
    CU_ASSERT_EQUAL(filters_check(&f, count_up, NULL, 16, &err), 0);
    while (f.count < FILTERS_MAX)
        CU_ASSERT_EQUAL(filters_add(&f, "mode=timing", &err), 0);
    err = (struct err){0};
    CU_ASSERT_EQUAL(filters_add(&f, "mode=timing", &err), ERR_USAGE);
    CU_ASSERT_STRING_EQUAL(err.text, "is given more than 32 times");
}

static const struct unit_test tests[] = {
    {"a study with every key", test_whole},
    {"a study with the least keys", test_least},
    {"wrong studies", test_wrong},
    {"the problem table", test_problem_table},
    {"arguments of guests", test_arguments},
    {"a plan", test_plan},
    {"ladders", test_ladders},
    {"a grid of variants", test_grid},
    {"a sample of variants", test_sample},
    {"looks", test_look},
    {"ids of runs", test_run_id},
    {"what programs read", test_inputs},
    {"plans that cannot be", test_wrong_plan},
    {"tasks for workers", test_tasks},
    {"a worker's report", test_report},
    {"a worker's errors", test_worker_errors},
    {"runs that must agree", test_same},
    {"forecasts", test_forecast},
    {"the order of runs", test_schedule},
    {"filters", test_filters},
};

int main(int argc, char **argv)
{
    if (mkdtemp(folder) == NULL)
        return 99;
    int rc = unit_main("study", tests, sizeof(tests) / sizeof(tests[0]), argc, argv);
    char command[64];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command) == 0 ? rc : 1;
}
