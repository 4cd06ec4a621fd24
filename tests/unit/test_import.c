/* Numbers in the output of other programs, and rows made from it. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "study/import.h"
#include "study/numbers.h"
#include "tests/unit/unit.h"

static double number(enum numbers_form form, const char *key, unsigned dump, const char *text)
{
    struct err err = {0};
    double value;
    bool found;
    int rc = numbers_find(form, key, dump, "out", text, strlen(text), &value, &found, &err);
    CU_ASSERT_EQUAL(rc, 0);
    CU_ASSERT(found);
    if (rc != 0)
        printf("  %s\n", err.text);
    return value;
}

static void refused(enum numbers_form form, const char *key, unsigned dump, const char *text,
                    bool there, const char *message)
{
    struct err err = {0};
    double value;
    bool found;
    CU_ASSERT_EQUAL(
        numbers_find(form, key, dump, "out", text, strlen(text), &value, &found, &err), ERR_DATA);
    CU_ASSERT_EQUAL(found, there);
    CU_ASSERT(isnan(value));
    CHECK_STRING_CONTAINS(err.text, message);
}

static void test_regex(void)
{
    CU_ASSERT_EQUAL(number(NUMBERS_REGEX, "cycles: ([0-9]+)", 0, "x\ncycles: 12\n"), 12);
    CU_ASSERT_EQUAL(number(NUMBERS_REGEX, "[0-9.]+e[0-9]+", 0, "took 1.5e3 s"), 1500);
    CU_ASSERT_EQUAL(number(NUMBERS_REGEX, "^t=(.*)$", 0, "a\nt=-2.5\nt=3\n"), -2.5);
    refused(NUMBERS_REGEX, "cycles: ([0-9]+)", 0, "none", false, "'out' has no 'cycles: ");
    refused(NUMBERS_REGEX, "t=(.*)", 0, "t=nan", true, "'nan', which is no finite number");
    refused(NUMBERS_REGEX, "t=(.*)", 0, "t=1 s", true, "'1 s', which is no finite number");
    refused(NUMBERS_REGEX, "t=(.*)", 0,
            "t=1000000000000000000000000000000000000000000000000000000000000000000000", true,
            "no finite number");
}

static void test_json(void)
{
    const char *text = "{\"a\": {\"b/c\": [1, 2.5, \"3e2\"], \"~\": true, \"n\": null}}";
    CU_ASSERT_EQUAL(number(NUMBERS_JSON, "/a/b~1c/1", 0, text), 2.5);
    CU_ASSERT_EQUAL(number(NUMBERS_JSON, "/a/b~1c/2", 0, text), 300);
    refused(NUMBERS_JSON, "/a/~0", 0, text, true, "is no number");
    refused(NUMBERS_JSON, "/a/n", 0, text, false, "has no '/a/n'");
    refused(NUMBERS_JSON, "/a/b~1c/3", 0, text, false, "has no");
    refused(NUMBERS_JSON, "/a/b~1c/x", 0, text, false, "has no");
    refused(NUMBERS_JSON, "/a/b~1c/0/deeper", 0, text, false, "has no");
    refused(NUMBERS_JSON, "/x", 0, "no json {", false, "'out' holds no JSON");
    refused(NUMBERS_JSON, "/x", 0, "", false, "'out' holds no JSON");
    char pointer[400] = "/";
    memset(pointer + 1, 'x', 300);
    refused(NUMBERS_JSON, pointer, 0, text, false, "has no");
    /* Programs say other things too. */
    CU_ASSERT_EQUAL(number(NUMBERS_JSON, "/t", 0, "hello\n{\"t\": 1}\n{\"t\": 2}\nbye\n"), 2);
    CU_ASSERT_EQUAL(number(NUMBERS_JSON, "/0", 0, "hello\n[7]"), 7);
}

static const char dumps[] =
    "\n---------- Begin Simulation Statistics ----------\n"
    "simSeconds   0.000123   # Number of seconds simulated (Second)\n"
    "system.cpu.numCycles     1000 # Number of cpu cycles simulated (Cycle)\n"
    "system.cpu.op::total  500  12.00%  12.00% # Class\n"
    "system.cpu.ipc        nan # (Ratio)\n"
    "---------- End Simulation Statistics   ----------\n"
    "---------- Begin Simulation Statistics ----------\n"
    "system.cpu.numCycles     2000 # Number of cpu cycles simulated (Cycle)\n"
    "---------- End Simulation Statistics   ----------\n";

static void test_stats(void)
{
    CU_ASSERT_EQUAL(number(NUMBERS_STATS, "simSeconds", 0, dumps), 0.000123);
    CU_ASSERT_EQUAL(number(NUMBERS_STATS, "system.cpu.op::total", 0, dumps), 500);
    CU_ASSERT_EQUAL(number(NUMBERS_STATS, "system.cpu.numCycles", 1, dumps), 1000);
    CU_ASSERT_EQUAL(number(NUMBERS_STATS, "system.cpu.numCycles", 2, dumps), 2000);
    refused(NUMBERS_STATS, "system.cpu.numCycles", 0, dumps, true, "2 times: say which dump");
    refused(NUMBERS_STATS, "system.cpu.numCycles", 3, dumps, false, "has 2 dumps, not 3");
    refused(NUMBERS_STATS, "simSeconds", 2, dumps, false, "has no 'simSeconds'");
    refused(NUMBERS_STATS, "system.cpu", 1, dumps, false, "has no 'system.cpu'");
    refused(NUMBERS_STATS, "system.cpu.ipc", 1, dumps, true, "no finite number");
    refused(NUMBERS_STATS, "x", 0, "x", true, "no finite number");
}

static const char perf[] =
    "# started on Sun\n\n"
    "{\"counter-value\" : \"5.000000\", \"unit\" : \"msec\", \"event\" : \"task-clock\"}\n"
    "{\"counter-value\" : \"2000000.0\", \"unit\" : \"ns\", \"event\" : \"duration_time\"}\n"
    "{\"counter-value\" : \"70.0\", \"unit\" : \"\", \"event\" : \"cycles:u\"}\n"
    "{\"counter-value\" : \"1\", \"event\" : \"twice\"}\n"
    "{\"counter-value\" : \"1\", \"event\" : \"twice\"}\n"
    "{\"event\" : \"empty\"}\n"
    "{\"counter-value\" : \"<not supported>\", \"unit\" : \"\", \"event\" : \"branches\"}\n";

static void test_perf(void)
{
    CU_ASSERT_DOUBLE_EQUAL(number(NUMBERS_PERF, "task-clock", 0, perf), 0.005, 1e-18);
    CU_ASSERT_DOUBLE_EQUAL(number(NUMBERS_PERF, "duration_time", 0, perf), 0.002, 1e-18);
    CU_ASSERT_EQUAL(number(NUMBERS_PERF, "cycles", 0, perf), 70);
    CU_ASSERT_EQUAL(number(NUMBERS_PERF, "cycles:u", 0, perf), 70);
    refused(NUMBERS_PERF, "cycles:k", 0, perf, false, "has no 'cycles:k'");
    refused(NUMBERS_PERF, "branches", 0, perf, false, "'branches' is <not supported>");
    refused(NUMBERS_PERF, "empty", 0, perf, true, "has no 'counter-value'");
    refused(NUMBERS_PERF, "cycles", 0, "{\n{\"x\": 1}\n", false, "no output of perf stat -j");
    struct err err = {0};
    double value;
    CU_ASSERT_EQUAL(numbers_find(NUMBERS_PERF, "twice", 0, "out", perf, strlen(perf), &value,
                                 NULL, &err),
                    ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "counts 'twice' 2 times");
}

static void test_csv(void)
{
    CU_ASSERT_EQUAL(number(NUMBERS_CSV, "t", 0, "n,t\n1,2.5\n"), 2.5);
    refused(NUMBERS_CSV, "t", 0, "n,t\n1,2.5\n2,3\n", false, "has 2 rows instead of one");
    refused(NUMBERS_CSV, "x", 0, "n,t\n1,2.5\n", false, "no column 'x'");
    refused(NUMBERS_CSV, "t", 0, "n,t\n1,\n", true, "no finite number");
    refused(NUMBERS_CSV, "t", 0, "n,t\n1\n", false, "1 cells instead of 2");
}

static void test_keys(void)
{
    struct err err = {0};
    CU_ASSERT_STRING_EQUAL(numbers_form_key(NUMBERS_STATS), "stats");
    CU_ASSERT_EQUAL(numbers_check_key(NUMBERS_REGEX, "(a|b)", &err), 0);
    CU_ASSERT_EQUAL(numbers_check_key(NUMBERS_JSON, "/a", &err), 0);
    CU_ASSERT_EQUAL(numbers_check_key(NUMBERS_REGEX, "(a", &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "'(a' is no regular expression");
    err_clear(&err);
    CU_ASSERT_EQUAL(numbers_check_key(NUMBERS_JSON, "a", &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "'a' is no JSON pointer");
    err_clear(&err);
    CU_ASSERT_EQUAL(numbers_check_key(NUMBERS_PERF, "", &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "a 'perf' cannot be empty");
    err_clear(&err);
    double value;
    CU_ASSERT_EQUAL(
        numbers_find(NUMBERS_REGEX, "(", 0, "out", "x", 1, &value, NULL, &err), ERR_CONFIG);
}

/* ---- rows ------------------------------------------------------------------------------- */

static int rows_of(struct store_row **rows, size_t *n, const char *name, const char *text,
                   const char *columns, const char *set, struct err *err)
{
    const char *sets[] = {"n=64", set};
    struct import_options o = {.columns = columns, .set = sets, .n_set = set != NULL ? 2 : 1};
    err_clear(err);
    return import_rows(rows, n, name, text, strlen(text), &o, err);
}

static void test_rows(void)
{
    struct store_row *rows;
    struct err err = {0};
    size_t n;
    CU_ASSERT_EQUAL_FATAL(rows_of(&rows, &n, "perf.json", perf, NULL, "problem=gemm", &err), 0);
    CU_ASSERT_EQUAL(n, 1);
    CU_ASSERT(rows->n == 64 && rows->counter[COUNTER_cycles] == 70);
    CU_ASSERT(isnan(rows->counter[COUNTER_branches]) && isnan(rows->counter[COUNTER_loads]));
    CU_ASSERT_DOUBLE_EQUAL(rows->wall_seconds, 0.002, 1e-18);
    CU_ASSERT_DOUBLE_EQUAL(rows->user_seconds, 0.005, 1e-18);
    CU_ASSERT_STRING_EQUAL(rows->problem, "gemm");
    CU_ASSERT_STRING_EQUAL(rows->simulator, "perf");
    CU_ASSERT_STRING_EQUAL(rows->mode, "native");
    CU_ASSERT_STRING_EQUAL(rows->variant, "base");
    free(rows);

    const char *one = "simInsts 500 # x\nsystem.cpu.numCycles 1000\nhostSeconds 2.5\n"
                      "system.cpu.dcache.overall_misses::total 7\nticks 9\n";
    CU_ASSERT_EQUAL_FATAL(rows_of(&rows, &n, "m5out/stats.txt", one, "loads=ticks", NULL, &err),
                          0);
    CU_ASSERT(rows->counter[COUNTER_instructions] == 500);
    CU_ASSERT(rows->counter[COUNTER_cycles] == 1000 && rows->wall_seconds == 2.5);
    CU_ASSERT(rows->counter[COUNTER_l1d_misses] == 7 && rows->counter[COUNTER_loads] == 9);
    CU_ASSERT_STRING_EQUAL(rows->simulator, "gem5");
    free(rows);
    /* What is set or named comes before what is known. */
    CU_ASSERT_EQUAL_FATAL(rows_of(&rows, &n, "stats.txt", one, "cycles=ticks",
                                  "instructions=3", &err),
                          0);
    CU_ASSERT(rows->counter[COUNTER_cycles] == 9 && rows->counter[COUNTER_instructions] == 3);
    free(rows);

    CU_ASSERT_EQUAL_FATAL(
        rows_of(&rows, &n, "t.csv", "cycles,simulator\n5,x\n6,\n", NULL, "simulator=s", &err), 0);
    CU_ASSERT(n == 2 && rows[0].n == 64 && rows[1].counter[COUNTER_cycles] == 6);
    CU_ASSERT_STRING_EQUAL(rows[0].simulator, "x");
    CU_ASSERT_STRING_EQUAL(rows[1].simulator, "s");
    free(rows);
}

static void rows_refused(const char *name, const char *text, const char *columns,
                         const char *set, int code, const char *message)
{
    struct store_row *rows;
    struct err err = {0};
    size_t n;
    CU_ASSERT_EQUAL(rows_of(&rows, &n, name, text, columns, set, &err), code);
    CU_ASSERT(rows == NULL && n == 0);
    CHECK_STRING_CONTAINS(err.text, message);
}

static void test_refusals(void)
{
    rows_refused("x", "", NULL, NULL, ERR_CONFIG, "cannot be told from its name");
    rows_refused("t.csv", "", NULL, NULL, ERR_DATA, "no header and no rows");
    rows_refused("t.csv", "cycles\n1\n", NULL, "cycels=1", ERR_CONFIG, "did you mean 'cycles'");
    rows_refused("t.csv", "cycles\n1\n", NULL, "frobnication=1", ERR_CONFIG, "runs have no");
    rows_refused("t.csv", "cycles\n1\n", NULL, "cycles", ERR_CONFIG, "is not NAME=VALUE");
    rows_refused("t.csv", "cycles\n1\n", NULL, "cycles=x", ERR_CONFIG, "not a finite number");
    rows_refused("t.csv", "cycles\n1\n", NULL, "seed=1.5", ERR_CONFIG, "not a whole number");
    rows_refused("t.csv", "cycles,id\n1,abc\n", NULL, NULL, ERR_DATA, "'abc' is no id");
    rows_refused("s.txt", "x 1\n", NULL, NULL, ERR_DATA, "neither cycles nor wall_seconds");
    rows_refused("s.txt", "x 1\n", "cycles=y", NULL, ERR_DATA, "has no 'y'");
    rows_refused("s.txt", "x 1\n", "seed=x", NULL, ERR_CONFIG, "'seed' is not read from");
    rows_refused("s.txt", "x 1\n", "cycles", NULL, ERR_CONFIG, "'cycles' is not NAME=KEY");
    rows_refused("s.txt", "x 1\nsimInsts 2\nsimInsts 3\n", "cycles=x", NULL, ERR_DATA,
                 "'simInsts' 2 times");
    rows_refused("s.txt", "x 1\n", "cycles=x", "n=0", ERR_CONFIG, "its size is not said");
    rows_refused("p.json", "{}", NULL, NULL, ERR_DATA, "neither cycles nor wall_seconds");
    enum import_format format;
    CU_ASSERT_EQUAL(import_format_parse("gem5", &format), 0);
    CU_ASSERT_EQUAL(format, IMPORT_GEM5);
    CU_ASSERT_EQUAL(import_format_parse("xml", &format), ERR_USAGE);
}

static const struct unit_test tests[] = {
    {"regular expressions", test_regex},
    {"JSON", test_json},
    {"gem5's statistics", test_stats},
    {"perf stat -j", test_perf},
    {"tables", test_csv},
    {"keys", test_keys},
    {"rows", test_rows},
    {"refusals", test_refusals},
};

UNIT_MAIN("import", tests)
