/* One run: what `rung worker` does, on this machine or as a task of a cluster. */
#ifndef STUDY_WORKER_H
#define STUDY_WORKER_H

#include <stddef.h>

#include "base/err.h"
#include "store/store.h"

/* What a worker says on its standard output when it is done, as one line. */
struct worker_report {
    int error;          /* 0: the run is stored, whatever the guest did; else ERR_* */
    char status[STORE_NAME_SIZE];    /* as in store_row */
    char message[1024]; /* of a failed run, or of the error */
    double instructions, wall_seconds, user_seconds;
};

/* Simulates task `index` of the plan and stores the run.  A guest that faults is a result.
 * Returns report->error. */
int worker_run(const char *plan_file, size_t index, struct worker_report *report);

struct sim_result;
struct sim_watch;
struct task;
/* The simulation of a task of our own simulator and nothing else: the guest writes into these
 * descriptors (-1 discards), `watch` (may be NULL) looks on.  Release the result in any case. */
int worker_simulate(const struct task *task, int out_fd, int err_fd,
                    const struct sim_watch *watch, struct sim_result *result, struct err *err);

/* The line, heap; NULL when memory is short.  And back: 0, or ERR_DATA. */
char *worker_report_format(const struct worker_report *report);
int worker_report_parse(const char *line, struct worker_report *report);

/* Lets the kernel end this process when its parent, of process number `parent`, ends:
 * a killed driver leaves no workers behind. */
int worker_die_with(long parent);

#endif
