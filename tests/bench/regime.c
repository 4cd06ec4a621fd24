/* How often a change of regime is found where there is one, and where there is none.
 *
 *     regime [SERIES [SEED]]
 *
 * Series of five noisy repetitions at 64, 96, 128, 160, 192, 224 and 256: laws without a change
 * (each at three noises; alarms are false), then laws with one.  Columns: share of series with
 * an alarm, median gain in AICc and its 95 % quantile, processor time a series. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/bench/laws.h"
#include "stats/dist.h"
#include "stats/regime.h"
#include "stats/stats.h"

enum { RUNGS = 7, REPETITIONS = 5 };
static const double sizes[RUNGS] = {64, 96, 128, 160, 192, 224, 256};

/* The slope per n^3 goes from 5 to 12 at 150. */
static double kink(double n)
{
    const double at = 150.0 * 150 * 150, cube = n * n * n;
    return cube <= at ? 5 * cube : 5 * at + 12 * (cube - at);
}

/* A level of the caches less from 150 on: every step costs a third more. */
static double jump(double n)
{
    return (n < 150 ? 3 : 4) * n * n * n;
}

/* As the last rung alone falls into a conflict class. */
static double conflict(double n)
{
    return (n < 250 ? 0.50 : 0.66) * 8 * n * n * n;
}

static const struct law changes[] = {
    {"5 to 12 n^3 at 150", kink, false},
    {"3 to 4 n^3 at 150", jump, false},
    {"256 conflicts", conflict, false},
};
enum { N_CHANGES = sizeof changes / sizeof changes[0] };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int one_series(const struct law *law, double noise, struct stats_rng *rng,
                      struct stats_regime *result, struct err *err)
{
    double mean[RUNGS], sd[RUNGS];
    size_t replicates[RUNGS];
    struct stats_regime_exponent exponent[RUNGS - 1];
    for (size_t i = 0; i < RUNGS; i++) {
        double squares = 0;
        mean[i] = 0;
        for (size_t j = 0; j < REPETITIONS; j++) {
            double y = law->at(sizes[i]) * (1 + noise * stats_rng_normal(rng));
            double step = y - mean[i];
            mean[i] += step / (double)(j + 1);
            squares += step * (y - mean[i]);
        }
        sd[i] = sqrt(squares / (REPETITIONS - 1));
        replicates[i] = REPETITIONS;
    }
    const struct stats_regime_input in = {.n_rungs = RUNGS,
                                          .n = sizes,
                                          .mean = mean,
                                          .sd = sd,
                                          .replicates = replicates,
                                          .level = 0.95,
                                          .floor = 0.002};
    return stats_regime_test(result, exponent, &in, err);
}

static int simulate(const struct law *law, const char *kind, double noise, size_t series,
                    struct stats_rng *rng, double *gain, struct err *err)
{
    size_t found = 0;
    double start = seconds();
    for (size_t i = 0; i < series; i++) {
        struct stats_regime result;
        int status = one_series(law, noise, rng, &result, err);
        if (status < 0)
            return status;
        found += result.found;
        gain[i] = result.gain;
    }
    double spent = seconds() - start;
    stats_sort(gain, series);
    printf("%-22s %-8s %4.0f %% %8.1f %% %10.1f %10.1f %8.3f\n", law->name, kind, 100 * noise,
           100 * (double)found / (double)series, stats_quantile_sorted(gain, series, 0.5),
           stats_quantile_sorted(gain, series, 0.95), 1e3 * spent / (double)series);
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv)
{
    long series = argc > 1 ? strtol(argv[1], NULL, 10) : 1000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    struct stats_rng *rng = NULL;
    struct err err = {0};
    if (argc > 3 || series < 1 || series > 1000000) {
        fprintf(stderr, "usage: regime [SERIES [SEED]]\n");
        return 2;
    }
    stats_init();
    double *gain = malloc((size_t)series * sizeof *gain);
    int status = gain == NULL ? ERR_NOMEM : stats_rng_alloc(&rng, seed);
    printf("%-31s %6s %10s %10s %10s %8s\n", "law", "noise", "alarms", "gain", "95 %", "ms");
    for (size_t j = 0; status == 0 && j < N_NOISES; j++) {
        for (size_t i = 0; status == 0 && i < N_LAWS; i++)
            status = simulate(laws + i, "smooth", noises[j], (size_t)series, rng, gain, &err);
        for (size_t i = 0; status == 0 && i < N_CHANGES; i++)
            status =
                simulate(changes + i, "change", noises[j], (size_t)series, rng, gain, &err);
    }
    stats_rng_free(rng);
    free(gain);
    if (status < 0)
        fprintf(stderr, "regime: %s\n", err.text);
    return status < 0 ? 1 : 0;
}
