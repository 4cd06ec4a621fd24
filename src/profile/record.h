/* The worker's side: one simulation, again and again, under a profiler of gperftools.
 *
 * The profilers are loaded by the worker alone, so that no other process pays for them: the CPU
 * profiler with dlopen(), the heap profiler, which must be there before the first allocation, by
 * the loader (LD_PRELOAD), which whoever starts the worker sees to. */
#ifndef PROFILE_RECORD_H
#define PROFILE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "study/task.h"

/* What the worker says of it, as one line. */
struct record_report {
    int error; /* 0, or ERR_* */
    char message[1024];
    uint64_t runs;         /* of the program */
    double instructions;   /* of them all */
    double user_seconds;   /* processor time while the program ran, */
    double system_seconds; /* and that of the kernel */
    double wall_seconds;
};

/* Samples where the simulator is while the guest runs, for `seconds` of processor time or once
 * through, whatever is longer, `rate` times a second, into the file `path`. */
int record_cpu(const struct task *task, const char *path, double seconds, unsigned rate,
               struct record_report *report, struct err *err);

/* The line, heap, NULL when memory is short.  And back: 0, or ERR_DATA. */
char *record_report_format(const struct record_report *report);
int record_report_parse(const char *line, struct record_report *report);

#endif
