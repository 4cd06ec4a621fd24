/* Runs a study: finds out what is done already, launches the rest, assembles the store. */
#ifndef STUDY_DRIVER_H
#define STUDY_DRIVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "study/filter.h"
#include "study/forecast.h"
#include "study/launch.h"
#include "study/plan.h"
#include "study/study.h"

/* What of the plan is in the store already. */
enum driver_state {
    DRIVER_TO_RUN,
    DRIVER_OK,
    DRIVER_FAILED,  /* the guest failed; it would again */
    DRIVER_FILTERED /* not asked for this time */
};

struct stale;

struct driver_options {
    const char *store_path, *program;
    const char *tool_commit;
    /* For the study file's head; see struct store_head. */
    const char *tool_hash, *tool_date, *tool_compiler, *tool_flags;
    unsigned jobs;
    const struct filters *filters;  /* on what is known before a run; NULL: none */
    const bool *chosen;             /* of those, by their place in the plan; NULL: all */
    bool retry;                     /* failed runs too */
    double memory;                  /* bytes that all workers together may take, by forecast */
    double run_seconds, run_memory; /* that a run may take; infinite: no limit */
    bool pin;                       /* a processor for each worker */
    bool slurm;                     /* tasks of a cluster instead of workers here */
    unsigned slurm_jobs;            /* at once; 0: as many as Slurm likes */
    bool no_wait;                   /* submit and return */
    bool gather;                    /* take in what tasks have finished, and run nothing */
    const char *const *speeds; /* study files that forecasts learn from too; ends with NULL */
    /* Told once, after looking into the store and before the first run. */
    void (*begin)(void *data, const struct plan *plan, const enum driver_state *state,
                  const struct store_assembled *found, const struct stale *stale);
    void (*event)(void *data, const struct launch_event *event);
    void *data;
};

struct driver_result {
    struct launch_result launch;
    struct store_assembled assembled;
    size_t n_ok, n_failed, n_missing; /* of the whole plan, after all */
    size_t n_under_way;               /* in Slurm */
    struct err different; /* of same_check(): two runs that should be alike are not */
};

/* The state of each run of the plan in a store; `state` has plan->n_runs elements.  A store
 * that is not there has none of them.  "crash" is run again, and so are "timeout" and "memory"
 * where the limit is higher now than what the run had taken.
 * Forecasts of all runs are made anew from what the store and `speeds` hold. */
int driver_states(struct plan *plan, const struct driver_options *options,
                  struct forecast *forecast, enum driver_state *state, struct err *err);
/* Why which runs are done again (study/stale.h); zero for a store that is not there. */
int driver_stale(const struct plan *plan, const struct driver_options *options,
                 const enum driver_state *state, struct stale *stale, struct err *err);
/* ERR_CONFIG when a run that is to be done can't ever have the memory that it needs. */
int driver_check_memory(const struct plan *plan, const struct driver_options *options,
                        const enum driver_state *state, struct err *err);

/* Finds an unwritable output, another driver, and a run that needs too much memory (all
 * ERR_CONFIG) before anything is run.  Failed guests are no error of this function; an
 * interrupt is ERR_INTERRUPTED. Whatever was finished is in the store afterwards. */
int driver_run(const struct study *study, struct plan *plan,
               const struct driver_options *options, struct driver_result *result,
               struct err *err);

#endif
