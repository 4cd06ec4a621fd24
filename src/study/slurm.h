/* The launcher for clusters under Slurm: a job array with one task a run.
 *
 * The folder of runs is shared by all nodes.  Runs with like needs form an array of its own,
 * which stands there as `array-K.tasks`, one line "RUN ID" a task, and `array-K.sh`, the job;
 * what tasks say goes to `array-K-TASK.log`.  These files are all that has to be known later:
 * jobs are found in the queue by a name made of the study file's path. */
#ifndef STUDY_SLURM_H
#define STUDY_SLURM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "study/launch.h"
#include "study/plan.h"

struct slurm_options {
    const char *program;    /* absolute, of the same place on every node */
    const char *store_path; /* absolute */
    const char *plan_file;
    unsigned jobs;                  /* tasks under way at once; 0: as many as Slurm likes */
    double run_seconds, run_memory; /* that one may take; infinite: by forecast */
    void (*event)(void *data, const struct launch_event *event); /* may be NULL */
    void *data;
};

/* Whether a call of before left arrays behind, under way or not; asks no Slurm. */
bool slurm_has_arrays(const char *store_path);
/* How many of their tasks wait or run: ERR_RUN when Slurm cannot be asked. */
int slurm_under_way(const char *store_path, size_t *n, struct err *err);

/* Submits the tasks.  ERR_RUN with what sbatch said; what it had taken is cancelled then. */
int slurm_submit(const struct plan *plan, const size_t *task, size_t n_tasks,
                 const struct slurm_options *options, struct err *err);
/* Waits until none is left in the queue.  The first interrupt cancels what waits, the second
 * what runs too. */
int slurm_follow(const struct plan *plan, const struct slurm_options *options,
                 struct launch_result *result, struct err *err);
/* Stores the tasks that have left the queue without a result as lost, when none is in it any
 * more, and removes the files of the arrays. */
int slurm_finish(const struct plan *plan, const struct slurm_options *options, size_t *lost,
                 struct err *err);

#endif
