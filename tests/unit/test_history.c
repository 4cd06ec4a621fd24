/* Histories: dates, comparison, verdicts on slow-downs, the file. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"
#include "tests/unit/history_trials.h"
#include "tests/unit/unit.h"

static void test_dates(void)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } good[] = {{"1970-01-01", 0},
                {"2000-02-29T12:00:00Z", 951825600},
                {"2026-11-23T01:37:28+00:00", 1795397848},
                {"2026-11-23 02:37:28 +0100", 1795397848},
                {"2026-11-22T20:07:28-05:30", 1795397848}};
    static const char *const bad[] = {"", "2026", "2026-13-01", "2026-02-29", "2026-01-01T",
                                      "2026-01-01T24:00:00", "2026-01-01T00:00:00+", "yesterday",
                                      "2026-01-01T00:00:00Zx", "1969-12-31"};
    int64_t seconds;
    char text[DATE_SIZE];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        CU_ASSERT_EQUAL(date_parse(good[i].text, &seconds), 0);
        CU_ASSERT_EQUAL(seconds, good[i].seconds);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_EQUAL(date_parse(bad[i], &seconds), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(date_format(text, 951825600), "2000-02-29T12:00:00Z");
}

/* Values of two groups by hand. */
static struct analysis_history_difference compare(const struct analysis_history_sample *now,
                                                  size_t n,
                                                  const struct analysis_history_sample *then,
                                                  size_t m,
                                                  const struct analysis_history_noise *noise)
{
    struct analysis_history_difference d;
    struct err err = {0};
    CU_ASSERT_EQUAL(analysis_history_compare(now, n, then, m, noise, 0.95, &d, &err), 0);
    return d;
}

static void test_compare_units(void)
{
    /* One session each: runs, by Welch.  x = 1, 2, 3 and 4, 6, 8: variances 1 and 4. */
    const struct analysis_history_sample a[] = {{1, 1, 1}, {2, 1, 1}, {3, 1, 1}};
    const struct analysis_history_sample b[] = {{4, 2, 2}, {6, 2, 2}, {8, 2, 2}};
    struct analysis_history_difference d = compare(a, 3, b, 3, NULL);
    CU_ASSERT_EQUAL(d.unit, ANALYSIS_HISTORY_RUNS);
    CU_ASSERT_DOUBLE_EQUAL(d.value, -4, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(d.se, sqrt(5 / 3.0), 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(d.df, (25 / 9.0) / (1 / 18.0 + 16 / 18.0), 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(analysis_history_p(&d, -4), 0.5, 1e-12);

    /* Sessions far apart, their runs close together: sessions count.  Two a side are pooled. */
    const struct analysis_history_sample c[] = {{1, 1, 1}, {1.01, 1, 1}, {2, 1, 2}, {2.01, 1, 2}};
    const struct analysis_history_sample e[] = {{5, 2, 3}, {5.01, 2, 3}, {6, 2, 4}, {6.01, 2, 4}};
    d = compare(c, 4, e, 4, NULL);
    CU_ASSERT_EQUAL(d.unit, ANALYSIS_HISTORY_SESSIONS);
    CU_ASSERT_EQUAL(d.n[0], 2);
    CU_ASSERT_EQUAL(d.n[1], 2);
    CU_ASSERT_DOUBLE_EQUAL(d.value, -4, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(d.df, 2, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(d.se, sqrt(0.5), 1e-12);

    /* Sessions no further apart than their runs: runs count. */
    const struct analysis_history_sample f[] = {{1, 1, 1}, {3, 1, 1}, {1, 1, 2}, {3, 1, 2}};
    CU_ASSERT_EQUAL(compare(f, 4, f, 4, NULL).unit, ANALYSIS_HISTORY_RUNS);

    /* Commits of the reference far apart, their sessions close together: commits count. */
    const struct analysis_history_sample g[] = {{1, 1, 1}, {1.01, 1, 2}, {2, 2, 3}, {2.01, 2, 4},
                                                {3, 3, 5}, {3.01, 3, 6}};
    const struct analysis_history_sample h[] = {{2, 4, 7}, {2.01, 4, 8}};
    d = compare(h, 2, g, 6, NULL);
    CU_ASSERT_EQUAL(d.unit, ANALYSIS_HISTORY_COMMITS);
    CU_ASSERT_EQUAL(d.n[1], 3);
    CU_ASSERT_DOUBLE_EQUAL(d.value, 0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(d.se, sqrt(1 + 1 / 3.0), 1e-12);
}

static void test_compare_little(void)
{
    const struct analysis_history_sample a[] = {{1, 1, 1}}, b[] = {{3, 2, 2}};
    struct analysis_history_difference d = compare(a, 1, b, 1, NULL);
    CU_ASSERT_TRUE(isnan(d.lower) && isnan(d.se));
    CU_ASSERT_EQUAL(analysis_history_p(&d, 0), 1);
    const struct analysis_history_noise noise = {0.02, 9};
    d = compare(a, 1, b, 1, &noise);
    CU_ASSERT_DOUBLE_EQUAL(d.se, 0.2, 1e-12);
    CU_ASSERT_EQUAL(d.unit, ANALYSIS_HISTORY_COMMITS);
    d = compare(a, 0, b, 1, NULL);
    CU_ASSERT_TRUE(isnan(d.value));
    /* The same value each time. */
    const struct analysis_history_sample c[] = {{1, 1, 1}, {1, 1, 2}};
    d = compare(c, 2, c, 2, NULL);
    CU_ASSERT_EQUAL(d.se, 0);
    CU_ASSERT_EQUAL(d.lower, 0);
    CU_ASSERT_EQUAL(analysis_history_p(&d, 0.1), 1);
    CU_ASSERT_EQUAL(analysis_history_p(&d, -0.1), 0);
}

/* What the verdicts on four lines promise, at 1 % of noise a run and six sessions a side. */
static void test_verdicts(void)
{
    static const double slow[] = {0, 0.03, 0.06, 0.08, 0.2};
    enum { TRIALS = 200, SESSIONS = 6 };
    struct store_history *pool;
    struct stats_rng *rng;
    struct err err = {0};
    struct trials_result r[5];
    CU_ASSERT_EQUAL_FATAL(stats_rng_alloc(&rng, 7), 0);
    CU_ASSERT_EQUAL_FATAL(trials_pool_alloc(&pool, slow, 5, 200, 4, 0, 0.01, rng), 0);
    for (int i = 0; i < 5; i++) {
        char now[16];
        snprintf(now, sizeof(now), "slow%d", i);
        CU_ASSERT_EQUAL(
            trials_run(pool, "slow0", now, SESSIONS, 1, 0, TRIALS, rng, &r[i], &err), 0);
        printf("\n    %2.0f %% slower: pass %zu, inconclusive %zu, fail %zu of %d", 100 * slow[i],
               r[i].verdict[ANALYSIS_PASS], r[i].verdict[ANALYSIS_INCONCLUSIVE],
               r[i].verdict[ANALYSIS_FAIL], TRIALS);
    }
    CU_ASSERT_EQUAL(r[4].verdict[ANALYSIS_FAIL], TRIALS);
    CU_ASSERT_TRUE(r[3].verdict[ANALYSIS_FAIL] >= TRIALS * 9 / 10);
    CU_ASSERT_TRUE(r[2].verdict[ANALYSIS_PASS] <= TRIALS / 10);
    CU_ASSERT_TRUE(r[1].verdict[ANALYSIS_FAIL] <= TRIALS / 20);
    CU_ASSERT_TRUE(r[0].verdict[ANALYSIS_FAIL] <= TRIALS / 20);
    CU_ASSERT_TRUE(r[0].verdict[ANALYSIS_PASS] >= TRIALS * 9 / 10);
    trials_pool_free(pool);
    stats_rng_free(rng);
}

/* Runs that share their processor look slower than they are: that is no fail. */
static void test_busy(void)
{
    static const double slow[] = {0, 0.15};
    struct store_history *pool;
    struct stats_rng *rng;
    struct err err = {0};
    struct trials_result r;
    CU_ASSERT_EQUAL_FATAL(stats_rng_alloc(&rng, 3), 0);
    CU_ASSERT_EQUAL_FATAL(trials_pool_alloc(&pool, slow, 2, 20, 4, 0, 0.01, rng), 0);
    for (size_t i = pool->n_samples / 2; i < pool->n_samples; i++)
        pool->sample[i].wall_seconds = 2 * pool->sample[i].user_seconds;
    CU_ASSERT_EQUAL(trials_run(pool, "slow0", "slow1", 8, 1, 0, 50, rng, &r, &err), 0);
    CU_ASSERT_EQUAL(r.verdict[ANALYSIS_INCONCLUSIVE], 50);
    trials_pool_free(pool);
    stats_rng_free(rng);
}

/* On a host where every other run is slowed down by a third or more, the best of eight tells
 * what means do not. */
static void test_best(void)
{
    static const double slow[] = {0, 0.08};
    struct store_history *pool;
    struct stats_rng *rng;
    struct err err = {0};
    struct trials_result same, slower, mean;
    CU_ASSERT_EQUAL_FATAL(stats_rng_alloc(&rng, 5), 0);
    CU_ASSERT_EQUAL_FATAL(trials_pool_alloc(&pool, slow, 2, 400, 2, 0, 0.005, rng), 0);
    for (size_t i = 0; i < pool->n_samples; i++)
        if (stats_rng_uniform(rng) < 0.5) {
            pool->sample[i].user_seconds *= 1.3 + 0.4 * stats_rng_uniform(rng);
            pool->sample[i].wall_seconds = pool->sample[i].user_seconds;
        }
    CU_ASSERT_EQUAL(trials_run(pool, "slow0", "slow1", 80, 8, 0, 50, rng, &slower, &err), 0);
    CU_ASSERT_EQUAL(trials_run(pool, "slow0", "slow0", 80, 8, 0, 50, rng, &same, &err), 0);
    CU_ASSERT_EQUAL(trials_run(pool, "slow0", "slow1", 80, 1, 0, 50, rng, &mean, &err), 0);
    printf("\n    8 %% slower: best fail %zu, means fail %zu; the same: best fail %zu, of 50",
           slower.verdict[ANALYSIS_FAIL], mean.verdict[ANALYSIS_FAIL],
           same.verdict[ANALYSIS_FAIL]);
    CU_ASSERT_EQUAL(same.verdict[ANALYSIS_FAIL], 0);
    CU_ASSERT_TRUE(mean.verdict[ANALYSIS_FAIL] < 30);
    CU_ASSERT_TRUE(slower.verdict[ANALYSIS_FAIL] > 45);
    trials_pool_free(pool);
    stats_rng_free(rng);
}

/* A file of one session, and rows that point outside of their tables. */
static void test_file(void)
{
    char path[] = "/tmp/rung-history.XXXXXX";
    int fd = mkstemp(path);
    struct err err = {0};
    CU_ASSERT_TRUE_FATAL(fd >= 0);
    close(fd);
    unlink(path);
    struct store_row row;
    store_row_clear(&row);
    snprintf(row.status, sizeof(row.status), "ok");
    snprintf(row.problem, sizeof(row.problem), "gemm");
    row.user_seconds = 1;
    row.instructions_total = 100;
    row.counter[COUNTER_cycles] = 50;
    const struct store_row *rows[] = {&row};
    struct store_history_addition a = {.entry = {.commit = "c1", .date = "2026-01-01T00:00:00Z"},
                                       .row = rows,
                                       .n = 1};
    CU_ASSERT_EQUAL(store_history_add(path, &a, 1, &err), 0);
    CU_ASSERT_EQUAL(a.entry.number, 1);
    row.user_seconds = 2;
    CU_ASSERT_EQUAL(store_history_add(path, &a, 1, &err), 0);
    CU_ASSERT_TRUE(store_history_is(path));
    struct store_history *h = NULL;
    CU_ASSERT_EQUAL_FATAL(store_history_open(&h, path, &err), 0);
    CU_ASSERT_EQUAL(h->n_entries, 2);
    CU_ASSERT_EQUAL(h->n_samples, 2);
    CU_ASSERT_EQUAL(h->n_series, 1);
    CU_ASSERT_EQUAL(h->n_counters, 1); /* equal ones are kept once */
    CU_ASSERT_EQUAL(h->sample[1].user_seconds, 2);
    CU_ASSERT_TRUE(isnan(h->sample[1].allocations));
    CU_ASSERT_EQUAL(h->counters[0].counter[COUNTER_cycles], 50);
    CU_ASSERT_TRUE(isnan(h->counters[0].counter[COUNTER_loads]));
    store_history_close(h);
    snprintf(row.status, sizeof(row.status), "fault");
    CU_ASSERT_EQUAL(store_history_add(path, &a, 1, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "no run ended well");
    unlink(path);
    err_clear(&err);
    CU_ASSERT_EQUAL(store_history_open(&h, path, &err), ERR_DATA);
    CU_ASSERT_FALSE(store_history_is(path));
    err_clear(&err);
    CU_ASSERT_EQUAL(store_history_add("/nowhere/h.h5", &a, 1, &err), ERR_CONFIG);
}

/* One run a session: a commit, built so, of a program with this id, that allocates so much. */
static void add_session(const char *path, const char *commit, int day, const char *compiler,
                        const char *id, double allocations)
{
    struct store_row row;
    const struct store_row *rows[] = {&row};
    struct err err = {0};
    store_row_clear(&row);
    snprintf(row.simulator, sizeof(row.simulator), "rung");
    snprintf(row.status, sizeof(row.status), "ok");
    snprintf(row.problem, sizeof(row.problem), "gemm");
    snprintf(row.mode, sizeof(row.mode), "timing");
    snprintf(row.id, sizeof(row.id), "%s", id);
    row.n = 64;
    row.user_seconds = 1 + 0.001 * day;
    row.instructions_total = 1e6;
    row.counter[COUNTER_instructions] = 1e6;
    row.counter[COUNTER_cycles] = 5e5;
    struct store_history_addition a = {.row = rows, .allocations = &allocations, .n = 1};
    snprintf(a.entry.commit, sizeof(a.entry.commit), "%s", commit);
    snprintf(a.entry.date, sizeof(a.entry.date), "2026-01-%02dT00:00:00Z", day);
    snprintf(a.entry.compiler, sizeof(a.entry.compiler), "%s", compiler);
    CU_ASSERT_EQUAL_FATAL(store_history_add(path, &a, 1, &err), 0);
}

/* The check of that name of a commit, with `against` (NULL: what is usual). */
static struct analysis_check judged(const char *path, const char *commit, const char *against,
                                    const char *name, char advice[512], bool *other_build)
{
    struct store_history *store = NULL;
    struct analysis_history *h = NULL;
    struct analysis_checks *checks = NULL;
    struct analysis_history_options o;
    struct analysis_history_reference reference;
    struct analysis_check found = {.name = NULL, .value = NAN};
    struct err err = {0};
    analysis_history_options_init(&o);
    o.commit = commit;
    o.against = against;
    CU_ASSERT_EQUAL_FATAL(store_history_open(&store, path, &err), 0);
    CU_ASSERT_EQUAL_FATAL(analysis_history_alloc(&h, store, &o, &err), 0);
    CU_ASSERT_EQUAL_FATAL(analysis_history_check(&checks, &reference, h, &o, &err), 0);
    for (size_t i = 0; i < checks->count; i++)
        if (strcmp(checks->check[i].name, name) == 0) {
            found = checks->check[i];
            snprintf(advice, 512, "%s", found.advice);
        }
    *other_build = analysis_warned(&checks->warnings, "other-build");
    analysis_checks_free(checks);
    analysis_history_free(h);
    store_history_close(store);
    return found;
}

/* Allocations are counted, not estimated: one more a million instructions, beyond what may be
 * more, is a failure; and what another program counts is not compared. */
static void test_exact(void)
{
    char path[] = "/tmp/rung-history.XXXXXX", advice[512] = "";
    bool other_build;
    int fd = mkstemp(path);
    CU_ASSERT_TRUE_FATAL(fd >= 0);
    close(fd);
    unlink(path);
    add_session(path, "c1", 1, "gcc", "aaaaaaaaaaaaaaaa", 20);
    add_session(path, "c2", 2, "gcc", "aaaaaaaaaaaaaaaa", 22.9); /* 20 + 10 % + less than 1 */
    add_session(path, "c3", 3, "clang", "aaaaaaaaaaaaaaaa", 40);
    add_session(path, "c4", 4, "clang", "bbbbbbbbbbbbbbbb", NAN);
    struct analysis_check c = judged(path, "c2", NULL, "allocations", advice, &other_build);
    CU_ASSERT(c.name != NULL && c.verdict == ANALYSIS_PASS && !other_build);
    c = judged(path, "c3", NULL, "allocations", advice, &other_build);
    CU_ASSERT(c.name != NULL && c.verdict == ANALYSIS_FAIL && c.value == 1 && other_build);
    CHECK_STRING_CONTAINS(advice, "gemm timing at 64 allocates 40 times per million "
                                  "instructions, at most 22.9 before");
    /* Against c1 alone, by name; then what c4 has not counted is not checked. */
    c = judged(path, "c3", "c1", "allocations", advice, &other_build);
    CU_ASSERT(c.name != NULL && c.verdict == ANALYSIS_FAIL);
    CHECK_STRING_CONTAINS(advice, "at most 20 before");
    c = judged(path, "c4", NULL, "allocations", advice, &other_build);
    CU_ASSERT_PTR_NULL(c.name);
    c = judged(path, "c3", NULL, "counters", advice, &other_build);
    CU_ASSERT(c.name != NULL && c.verdict == ANALYSIS_PASS && c.have == 1);
    c = judged(path, "c4", NULL, "counters", advice, &other_build);
    CU_ASSERT(c.name != NULL && c.verdict == ANALYSIS_INCONCLUSIVE);
    CHECK_STRING_CONTAINS(advice, "programs, machines or models of 1 runs have changed");
    unlink(path);
}

static const struct unit_test tests[] = {
    {"dates", test_dates},
    {"what an observation is", test_compare_units},
    {"too little to compare", test_compare_little},
    {"verdicts on slow-downs", test_verdicts},
    {"a busy host", test_busy},
    {"the best of some sessions", test_best},
    {"the file", test_file},
    {"what is counted exactly", test_exact},
};

UNIT_MAIN("history", tests)
