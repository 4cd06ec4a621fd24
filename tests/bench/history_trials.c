/* history_trials HISTORY THEN NOW[,NOW...] SESSIONS[,SESSIONS...] [TRIALS [BEST [BUSY]]]
 * history_trials made:SD THEN,... likewise: pools of made-up sessions, of which `SD` is the
 *                standard deviation of a run's time, and 0, 3, 6, 8 and 20 % the slow-downs,
 *                of commits slow0 to slow4
 *
 * How often `rung history check` says what of commit NOW against commit THEN, with so many
 * sessions of each, drawn with replacement from those in the history; one row for each.
 * BEST and BUSY are its options --best and --busy. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/history_trials.h"

static int run(const struct store_history *pool, const char *then, char *nows, char *counts,
               size_t n, size_t best, double busy, struct stats_rng *rng, struct err *err)
{
    printf("now\tsessions\ttrials\tpass\tinconclusive\tfail\n");
    char *rest = nows;
    for (char *now; (now = strsep(&rest, ",")) != NULL;) {
        char list[256], *more = list;
        snprintf(list, sizeof(list), "%s", counts);
        for (char *count; (count = strsep(&more, ",")) != NULL;) {
            struct trials_result r;
            size_t sessions = strtoul(count, NULL, 10);
            int status = trials_run(pool, then, now, sessions, best, busy, n, rng, &r, err);
            if (status < 0)
                return status;
            printf("%s\t%zu\t%zu\t%.3f\t%.3f\t%.3f\n", now, sessions, n,
                   (double)r.verdict[ANALYSIS_PASS] / (double)n,
                   (double)r.verdict[ANALYSIS_INCONCLUSIVE] / (double)n,
                   (double)r.verdict[ANALYSIS_FAIL] / (double)n);
            fflush(stdout);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const double slow[] = {0, 0.03, 0.06, 0.08, 0.2};
    enum { LEVELS = sizeof(slow) / sizeof(slow[0]), MADE_SESSIONS = 400, MADE_LINES = 4 };
    struct store_history *pool = NULL;
    struct stats_rng *rng = NULL;
    struct err err = {0};
    if (argc < 5) {
        fputs("usage: history_trials HISTORY|made:SD THEN NOW,... SESSIONS,... [TRIALS [BEST "
              "[BUSY]]]\n",
              stderr);
        return 2;
    }
    bool made = strncmp(argv[1], "made:", 5) == 0;
    size_t n = argc > 5 ? strtoul(argv[5], NULL, 10) : 200;
    size_t best = argc > 6 ? strtoul(argv[6], NULL, 10) : 1;
    double busy = argc > 7 ? strtod(argv[7], NULL) : 0;
    if (stats_rng_alloc(&rng, 1) != 0)
        return 4;
    int status = made ? trials_pool_alloc(&pool, slow, LEVELS, MADE_SESSIONS, MADE_LINES, 0,
                                          strtod(argv[1] + 5, NULL), rng)
                      : store_history_open(&pool, argv[1], &err);
    if (status == 0)
        status = run(pool, argv[2], argv[3], argv[4], n, best, busy, rng, &err);
    if (status < 0)
        fprintf(stderr, "history_trials: %s\n", err.text);
    if (made)
        trials_pool_free(pool);
    else
        store_history_close(pool);
    stats_rng_free(rng);
    return status == 0 ? 0 : 1;
}
