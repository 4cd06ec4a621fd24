/* How often the intervals of a ladder fit hold: for each law and noise, series of five (or
 * REPETITIONS) noisy repetitions at 64, 96, 128, 192 and 256, predicted at 512 and 1024.
 *
 *     coverage [SERIES [SEED [REPETITIONS]]]
 *
 * Columns: share of nominal 95 % intervals for the mean that hold it at either size, median
 * error and median width of the interval at 1024 (relative to the truth), processor time a
 * series for fit, average and the intervals at both sizes. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/bench/laws.h"
#include "stats/dist.h"
#include "stats/ladder.h"
#include "stats/stats.h"

enum { RUNGS = 5, TARGETS = 2 };
static const double sizes[RUNGS] = {64, 96, 128, 192, 256};
static const double targets[TARGETS] = {512, 1024};

struct tally {
    size_t series, hit[TARGETS];
    double *error, *width; /* at the last target */
    double seconds;
};

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int one_series(struct tally *tally, const struct law *law, double noise,
                      size_t repetitions, struct stats_rng *rng, struct err *err)
{
    double mean[RUNGS], sd[RUNGS];
    size_t replicates[RUNGS];
    for (size_t i = 0; i < RUNGS; i++) {
        double squares = 0;
        mean[i] = 0;
        for (size_t j = 0; j < repetitions; j++) {
            double y = law->at(sizes[i]) * (1 + noise * stats_rng_normal(rng));
            double step = y - mean[i];
            mean[i] += step / (double)(j + 1);
            squares += step * (y - mean[i]);
        }
        sd[i] = repetitions > 1 ? sqrt(squares / (double)(repetitions - 1)) : 0;
        replicates[i] = repetitions;
    }
    const struct stats_ladder_input in = {.n_rungs = RUNGS,
                                          .n = sizes,
                                          .mean = mean,
                                          .sd = sd,
                                          .replicates = replicates,
                                          .level = 0.95};
    struct stats_ladder *ladder;
    double start = seconds();
    int status = stats_ladder_alloc(&ladder, &in, err);
    if (status < 0)
        return status;
    struct stats_ladder_prediction p[TARGETS];
    for (size_t i = 0; i < TARGETS; i++)
        stats_ladder_predict(ladder, targets[i], p + i);
    stats_ladder_free(ladder);
    tally->seconds += seconds() - start;
    for (size_t i = 0; i < TARGETS; i++) {
        double truth = law->at(targets[i]);
        tally->hit[i] += p[i].ci_lower <= truth && truth <= p[i].ci_upper;
        tally->error[tally->series] = fabs(p[i].value / truth - 1);
        tally->width[tally->series] = (p[i].ci_upper - p[i].ci_lower) / truth;
    }
    tally->series++;
    return 0;
}

static void print_tally(struct tally *t, const struct law *law, double noise)
{
    stats_sort(t->error, t->series);
    stats_sort(t->width, t->series);
    double n = (double)t->series;
    printf("%-22s %-8s %4.0f %% %8.1f %% %8.1f %% %10.2f %% %10.1f %% %8.3f\n", law->name,
           law->held_out ? "held out" : "", 100 * noise, 100 * (double)t->hit[0] / n,
           100 * (double)t->hit[1] / n, 100 * t->error[t->series / 2],
           100 * t->width[t->series / 2], 1e3 * t->seconds / n);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    long series = argc > 1 ? strtol(argv[1], NULL, 10) : 1000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    long repetitions = argc > 3 ? strtol(argv[3], NULL, 10) : 5;
    struct stats_rng *rng = NULL;
    struct err err = {0};
    if (argc > 4 || series < 1 || series > 1000000 || repetitions < 1 || repetitions > 1000) {
        fprintf(stderr, "usage: coverage [SERIES [SEED [REPETITIONS]]]\n");
        return 2;
    }
    stats_init();
    double *values = malloc(2 * (size_t)series * sizeof *values);
    int status = values == NULL ? ERR_NOMEM : stats_rng_alloc(&rng, seed);
    printf("%-31s %6s %10s %10s %12s %12s %8s\n", "law", "noise", "at 512", "at 1024", "error",
           "width", "ms");
    for (size_t i = 0; status == 0 && i < N_LAWS; i++)
        for (size_t j = 0; status == 0 && j < N_NOISES; j++) {
            struct tally t = {.error = values, .width = values + series};
            for (long k = 0; status == 0 && k < series; k++)
                status = one_series(&t, laws + i, noises[j], (size_t)repetitions, rng, &err);
            if (status == 0)
                print_tally(&t, laws + i, noises[j]);
        }
    stats_rng_free(rng);
    free(values);
    if (status < 0)
        fprintf(stderr, "coverage: %s\n", err.text);
    return status < 0 ? 1 : 0;
}
