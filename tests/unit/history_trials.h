/* Trials of the verdict on a slow-down: sessions are drawn from pools of measured (or made-up)
 * ones, judged by analysis_history_check(), and the verdicts counted. */
#ifndef TESTS_HISTORY_TRIALS_H
#define TESTS_HISTORY_TRIALS_H

#include "analysis/history.h"
#include "stats/dist.h"
#include "store/history.h"

struct trials_result {
    size_t verdict[3]; /* by enum analysis_verdict: of "speed", over all lines */
};

/* `n` trials of `sessions` sessions on each side, drawn with replacement from those of commit
 * `now` and of commit `then` in `pool`; where both are the same commit, no session is on both
 * sides of a trial.  `best` and `busy` (0: as usual) as analysis_history_options have them.  0 or
 * an error. */
int trials_run(const struct store_history *pool, const char *then, const char *now,
               size_t sessions, size_t best, double busy, size_t n, struct stats_rng *rng,
               struct trials_result *result, struct err *err);

/* A pool of `sessions` sessions for each of the slow-downs (fractions), whose commits are called
 * "slow0", "slow1", ...: `lines` lines, times with normal noise of standard deviation `session`
 * between sessions and `run` between the runs of a session, in logarithms.  Free with
 * trials_pool_free(). */
int trials_pool_alloc(struct store_history **out, const double *slow, size_t n_slow,
                      size_t sessions, size_t lines, double session, double run,
                      struct stats_rng *rng);
void trials_pool_free(struct store_history *pool);

#endif
