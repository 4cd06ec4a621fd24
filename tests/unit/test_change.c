#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "stats/change.h"
#include "stats/dist.h"
#include "stats/stats.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

typedef int (*search)(const double *, size_t, const struct stats_change_options *,
                      struct stats_changes *, struct err *);
static const search searches[] = {stats_pelt, stats_edivisive};

static struct stats_change_options defaults(void)
{
    return (struct stats_change_options){
        .rate = 0.05, .level = 0.95, .min_segment = 2, .resamples = 199, .seed = 1};
}

static struct stats_rng *random_numbers(uint64_t seed)
{
    struct stats_rng *rng = NULL;
    CU_ASSERT_EQUAL_FATAL(stats_rng_alloc(&rng, seed), 0);
    return rng;
}

static double squares(const double *y, size_t begin, size_t end)
{
    double mean = 0, sum = 0;
    for (size_t i = begin; i < end; i++)
        mean += y[i] / (double)(end - begin);
    for (size_t i = begin; i < end; i++)
        sum += (y[i] - mean) * (y[i] - mean);
    return sum;
}

/* PELT is exact: against all 2^11 ways to cut 12 values, by penalty and shortest segment. */
static void test_pelt_all_cuts(void)
{
    struct stats_rng *rng = random_numbers(11);
    for (int trial = 0; trial < 60; trial++) {
        double y[12], penalty = 0.3 * (trial % 10 + 1);
        size_t n = COUNT(y), least = (size_t)trial % 4 + 1;
        for (size_t i = 0; i < n; i++)
            y[i] = 50 + stats_rng_normal(rng) + 2 * (double)stats_rng_below(rng, 2);
        double best = INFINITY;
        unsigned which = 0;
        for (unsigned cuts = 0; cuts < 1U << (n - 1); cuts++) {
            double cost = 0;
            size_t begin = 0, shortest = n;
            for (size_t i = 1; i <= n; i++)
                if (i == n || (cuts >> (i - 1) & 1)) {
                    shortest = i - begin < shortest ? i - begin : shortest;
                    cost += squares(y, begin, i) + penalty;
                    begin = i;
                }
            if (shortest >= least && cost < best) {
                best = cost;
                which = cuts;
            }
        }
        struct stats_change_options o = defaults();
        o.min_segment = least;
        o.sigma = 1;
        o.penalty = penalty;
        o.resamples = 19;
        struct stats_changes c;
        struct err err = {0};
        CU_ASSERT_EQUAL(stats_pelt(y, n, &o, &c, &err), 0);
        unsigned found = 0;
        for (size_t i = 0; i < c.n; i++)
            found |= 1U << (c.change[i].at - 1);
        CU_ASSERT_EQUAL(found, which);
        CU_ASSERT(c.sigma == 1 && c.penalty == penalty);
        stats_changes_release(&c);
    }
    stats_rng_free(rng);
}

/* Mean |a - b| over pairs, straight from the definition. */
static double mean_distance(const double *a, size_t na, const double *b, size_t nb)
{
    double sum = 0;
    for (size_t i = 0; i < na; i++)
        for (size_t j = 0; j < nb; j++)
            sum += fabs(a[i] - b[j]);
    return a == b ? sum / (double)(na * (na - 1)) : sum / (double)(na * nb);
}

/* Where E-divisive makes one split, it is the one of largest energy by the definition. */
static void test_energy_definition(void)
{
    struct stats_rng *rng = random_numbers(12);
    int compared = 0;
    for (int trial = 0; trial < 40; trial++) {
        double y[24], best = -INFINITY;
        size_t n = COUNT(y), at = 0, least = (size_t)trial % 3 + 2;
        for (size_t i = 0; i < n; i++)
            y[i] = stats_rng_normal(rng) + (i >= 9 ? 3 : 0);
        for (size_t t = least; t + least <= n; t++)
            for (size_t k = t + least; k <= n; k++) {
                double energy = 2 * mean_distance(y, t, y + t, k - t) -
                                mean_distance(y, t, y, t) -
                                mean_distance(y + t, k - t, y + t, k - t);
                energy *= (double)(t * (k - t)) / (double)k;
                if (energy > best) {
                    best = energy;
                    at = t;
                }
            }
        struct stats_change_options o = defaults();
        o.min_segment = least;
        struct stats_changes c;
        struct err err = {0};
        CU_ASSERT_EQUAL(stats_edivisive(y, n, &o, &c, &err), 0);
        if (c.n == 1) {
            compared++;
            CU_ASSERT_EQUAL(c.change[0].at, at);
            CU_ASSERT(isnan(c.sigma) && isnan(c.penalty));
        }
        stats_changes_release(&c);
    }
    CU_ASSERT(compared > 20);
    stats_rng_free(rng);
}

/* What is told of a change. */
static void test_description(void)
{
    struct stats_rng *rng = random_numbers(13);
    double y[60];
    for (size_t i = 0; i < COUNT(y); i++)
        y[i] = (i < 20 ? 100 : i < 45 ? 110 : 90) + stats_rng_normal(rng);
    for (size_t k = 0; k < COUNT(searches); k++) {
        struct stats_change_options o = defaults();
        struct stats_changes c, again;
        struct err err = {0};
        CU_ASSERT_EQUAL(searches[k](y, COUNT(y), &o, &c, &err), 0);
        CU_ASSERT_EQUAL_FATAL(c.n, 2);
        CU_ASSERT(c.change[0].at == 20 && c.change[0].before == 20 && c.change[0].after == 25);
        CU_ASSERT(c.change[1].at == 45 && c.change[1].before == 25 && c.change[1].after == 15);
        for (size_t i = 0; i < 2; i++) {
            /* No random order comes near: 1 of 200, and never 0. */
            CU_ASSERT_DOUBLE_EQUAL(c.change[i].p, 1.0 / 200, 1e-12);
            const struct stats_estimate *r = &c.change[i].ratio;
            double truth = i == 0 ? 1.1 : 90.0 / 110;
            CU_ASSERT(r->lower < r->value && r->value < r->upper);
            CU_ASSERT(fabs(r->value - truth) < 0.02 && r->upper - r->lower < 0.03);
        }
        if (k == 0)
            CU_ASSERT(c.sigma > 0.6 && c.sigma < 1.5 && c.penalty > 5 && c.penalty < 30);
        CU_ASSERT_EQUAL(searches[k](y, COUNT(y), &o, &again, &err), 0);
        CU_ASSERT(again.n == c.n && (k == 1 || again.penalty == c.penalty));
        for (size_t i = 0; i < again.n; i++)
            CU_ASSERT(again.change[i].at == c.change[i].at &&
                      again.change[i].p == c.change[i].p);
        stats_changes_release(&c);
        CU_ASSERT(c.n == 0 && c.change == NULL);
        stats_changes_release(&again);
    }
    stats_rng_free(rng);
}

/* Counters of deterministic simulations: no noise at all. */
static void test_no_noise(void)
{
    double constant[30], step[30], rare[30], levels[40];
    for (size_t i = 0; i < 40; i++)
        levels[i] = i < 10 ? 1000 : i < 20 ? 1010 : i < 30 ? 1005 : 7;
    for (size_t i = 0; i < 30; i++) {
        constant[i] = 1e9;
        step[i] = i < 21 ? 1000 : 1001;
        rare[i] = i < 21 ? 1000 + (i == 7 ? 1 : 0) : 5e9 + (i == 25 ? 1 : 0);
    }
    for (size_t k = 0; k < COUNT(searches); k++) {
        struct stats_change_options o = defaults();
        struct stats_changes c;
        struct err err = {0};
        CU_ASSERT_EQUAL(searches[k](constant, 30, &o, &c, &err), 0);
        CU_ASSERT_EQUAL(c.n, 0);
        stats_changes_release(&c);
        CU_ASSERT_EQUAL(searches[k](step, 30, &o, &c, &err), 0);
        CU_ASSERT_EQUAL_FATAL(c.n, 1);
        CU_ASSERT_EQUAL(c.change[0].at, 21);
        CU_ASSERT_DOUBLE_EQUAL(c.change[0].p, 1.0 / 200, 1e-12);
        /* The ratio is there, an interval from no spread is not. */
        CU_ASSERT_DOUBLE_EQUAL(c.change[0].ratio.value, 1.001, 1e-12);
        CU_ASSERT(isnan(c.change[0].ratio.lower) && isnan(c.change[0].ratio.upper));
        stats_changes_release(&c);
        CU_ASSERT_EQUAL(searches[k](levels, 40, &o, &c, &err), 0);
        CU_ASSERT_EQUAL_FATAL(c.n, 3);
        for (size_t i = 0; i < 3; i++)
            CU_ASSERT(c.change[i].at == 10 * (i + 1) && c.change[i].p < 0.01);
        stats_changes_release(&c);
        /* A step of billions: rounding must not make changes of its own. */
        CU_ASSERT_EQUAL(searches[k](rare, 30, &o, &c, &err), 0);
        CU_ASSERT_EQUAL_FATAL(c.n, 1);
        CU_ASSERT_EQUAL(c.change[0].at, 21);
        stats_changes_release(&c);
    }
}

/* A step of a million standard deviations must not hide one of four. */
static void test_big_and_small(void)
{
    struct stats_rng *rng = random_numbers(14);
    int both = 0;
    for (int trial = 0; trial < 10; trial++) {
        double y[80];
        for (size_t i = 0; i < COUNT(y); i++)
            y[i] = stats_rng_normal(rng) + (i >= 25 ? 4 : 0) + (i >= 70 ? 1e6 : 0);
        struct stats_change_options o = defaults();
        struct stats_changes c;
        struct err err = {0};
        CU_ASSERT_EQUAL(stats_pelt(y, COUNT(y), &o, &c, &err), 0);
        both += c.n == 2 && c.change[1].at == 70 && c.change[0].at > 22 && c.change[0].at < 28;
        stats_changes_release(&c);
    }
    CU_ASSERT(both >= 9);
    stats_rng_free(rng);
}

/* Small shares of what tests/bench/changes measures: enough to see it break.  Of 60 series at
 * a rate of 5 % more than 9 alarm with a probability of 0.1 %. */
static void test_rates(void)
{
    struct stats_rng *rng = random_numbers(15);
    struct stats_change_options o = defaults();
    o.resamples = 99;
    for (size_t k = 0; k < 3; k++) {
        int alarms = 0, heavy = 0, near = 0;
        search find = k == 2 ? stats_pelt : searches[k];
        o.sigma = k == 2 ? 1 : 0;
        for (int trial = 0; trial < 60; trial++) {
            double noise[50], tails[50], step[100];
            for (size_t i = 0; i < 100; i++)
                step[i] = 10 + stats_rng_normal(rng) + (i >= 70 ? 2 : 0);
            for (size_t i = 0; i < 50; i++) {
                noise[i] = stats_rng_normal(rng);
                tails[i] = exp(2 * stats_rng_normal(rng));
            }
            struct stats_changes c;
            struct err err = {0};
            o.seed = (uint64_t)trial;
            CU_ASSERT_EQUAL(find(noise, 50, &o, &c, &err), 0);
            alarms += c.n > 0;
            stats_changes_release(&c);
            if (k < 2) {
                CU_ASSERT_EQUAL(find(tails, 50, &o, &c, &err), 0);
                heavy += c.n > 0;
                stats_changes_release(&c);
            }
            CU_ASSERT_EQUAL(find(step, 100, &o, &c, &err), 0);
            for (size_t i = 0; i < c.n; i++)
                near += c.change[i].at >= 67 && c.change[i].at <= 73;
            stats_changes_release(&c);
        }
        CU_ASSERT(alarms <= 9);
        CU_ASSERT(heavy <= 9);
        CU_ASSERT(near >= 51);
    }
    stats_rng_free(rng);
}

static void fails(search find, const double *y, size_t n, const struct stats_change_options *o,
                  int status, const char *message)
{
    struct stats_changes c;
    struct err err = {0};
    CU_ASSERT_EQUAL(find(y, n, o, &c, &err), status);
    CHECK_STRING_CONTAINS(err.text, message);
    CU_ASSERT_EQUAL(c.n, 0);
    stats_changes_release(&c);
}

static void test_errors(void)
{
    double y[8] = {1, 2, 1, 2, 3, 4, 3, 4}, bad[8] = {1, 2, 1, NAN, 3, 4, INFINITY, 4};
    for (size_t k = 0; k < COUNT(searches); k++) {
        struct stats_change_options o = defaults();
        fails(searches[k], bad, 8, &o, ERR_DATA, "series: value 4 is not a finite number");
        fails(searches[k], bad + 4, 4, &o, ERR_DATA, "series: value 3 is not a finite number");
        fails(searches[k], y, 0, &o, ERR_DATA, "series: it is empty");
        fails(searches[k], y, 3, &o, ERR_DATA, "series: 3 values are too few (at least 4)");
        o.min_segment = 5;
        fails(searches[k], y, 8, &o, ERR_DATA, "series: 8 values are too few (at least 10)");
        o.min_segment = k;
        fails(searches[k], y, 8, &o, ERR_CONFIG,
              k == 0 ? "segments of 0 values are too short (at least 1)"
                     : "segments of 1 values are too short (at least 2)");
        o = defaults();
        o.resamples = 58;
        fails(searches[k], y, 8, &o, ERR_CONFIG,
              "58 resamples are too few for a rate of 0.05 (at least 59)");
        o.resamples = 0;
        fails(searches[k], y, 8, &o, ERR_CONFIG, "0 resamples are too few");
        o = defaults();
        o.rate = 0;
        fails(searches[k], y, 8, &o, ERR_CONFIG, "rate of false alarms 0 is not between");
        o = defaults();
        o.level = 1;
        fails(searches[k], y, 8, &o, ERR_CONFIG, "level 1 is not between");
        o = defaults();
        o.sigma = NAN;
        fails(searches[k], y, 8, &o, ERR_CONFIG, "standard deviation nan");
        o = defaults();
        o.penalty = -1;
        fails(searches[k], y, 8, &o, ERR_CONFIG, "penalty -1");
        /* Just enough of everything. */
        o = defaults();
        o.resamples = 59;
        struct stats_changes c;
        struct err err = {0};
        CU_ASSERT_EQUAL(searches[k](y, 4, &o, &c, &err), 0);
        stats_changes_release(&c);
    }
}

static const struct unit_test tests[] = {
    {"PELT against all cuts", test_pelt_all_cuts},
    {"energy by its definition", test_energy_definition},
    {"description of a change", test_description},
    {"series without noise", test_no_noise},
    {"big and small changes", test_big_and_small},
    {"rates", test_rates},
    {"errors", test_errors},
};

UNIT_MAIN("change points", tests)
