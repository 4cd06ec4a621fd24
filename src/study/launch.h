/* The local launcher: runs tasks of a plan in worker processes, a process a run, so that a
 * crash costs one run. */
#ifndef STUDY_LAUNCH_H
#define STUDY_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "study/forecast.h"
#include "study/plan.h"
#include "study/worker.h"

enum launch_event_kind {
    LAUNCH_PROGRESS,    /* some time went by */
    LAUNCH_ENDED,       /* `run` ended and is stored; `report` says how */
    LAUNCH_INTERRUPTED, /* no more runs are begun; those under way go on */
    LAUNCH_KILLED       /* those under way are killed */
};

/* What the caller is told while it goes on.  Texts are borrowed for the call. */
struct launch_event {
    enum launch_event_kind kind;
    double fraction;            /* of the effort that is done, 0 to 1 */
    double left;                /* seconds to the end, as it looks now */
    const struct plan_run *run; /* LAUNCH_ENDED; else the longest run under way, or NULL */
    const struct worker_report *report; /* LAUNCH_ENDED, else NULL */
    double mips; /* simulated million instructions a second of processor time, of the runs
                    in the mode of `run` that ended so far; 0: none */
    size_t n_ended, n_runs, n_under_way;
};

struct launch_options {
    unsigned jobs;
    const char *program; /* what to run as `PROGRAM worker ...` */
    const char *plan_file;
    const char *store_path;    /* crashed workers are stored there by the launcher itself */
    struct forecast *forecast; /* learns; may be NULL */
    double memory;             /* bytes that all together may take, by forecast */
    double run_seconds, run_memory; /* that one may take; infinite: no limit */
    bool pin;                       /* a processor for each worker, always the same */
    void (*event)(void *data, const struct launch_event *event); /* may be NULL */
    void *data;
};

struct launch_result {
    size_t ok, failed, not_run;
    bool interrupted; /* by SIGINT, SIGTERM or SIGHUP */
};

/* Runs the tasks, longest first, as many at once as there are workers and memory.  The first
 * interrupt lets the runs under way finish, the second kills them.  A worker that dies is
 * stored as a run of status "crash", one that is killed for what it took as "timeout" or
 * "memory".  An error of the whole (a full disk, a program that changed) stops it: runs under
 * way finish, and the first such error is returned.  `result` is filled in any case. */
int launch_run(const struct plan *plan, const size_t *task, size_t n_tasks,
               const struct launch_options *options, struct launch_result *result,
               struct err *err);

#endif
