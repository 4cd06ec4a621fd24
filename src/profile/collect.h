/* The driver's side: starts a worker under a profiler and waits for what it says. */
#ifndef PROFILE_COLLECT_H
#define PROFILE_COLLECT_H

#include "base/err.h"
#include "profile/record.h"

struct collect_options {
    const char *program;   /* rung's own path */
    const char *plan_file; /* study/task.h */
    double seconds;        /* of processor time to sample */
    unsigned rate;         /* samples a second */
};

/* A CPU profile of task `index` into the file `path`.  ERR_RUN when the worker or the guest
 * failed. */
int collect_cpu(const struct collect_options *options, size_t index, const char *path,
                struct record_report *report, struct err *err);

/* Heap profiles of task `index` (see record_heap()) with this beginning of their names; the run
 * has `instructions`. */
int collect_heap(const struct collect_options *options, size_t index, const char *prefix,
                 double instructions, struct record_report *report, struct err *err);

#endif
