/* The worker's side: one simulation, again and again, under a profiler of gperftools.
 *
 * The profilers are loaded by the worker alone, so that no other process pays for them: the CPU
 * profiler with dlopen(), the heap profiler, which must be there before the first allocation,
 * by the loader (LD_PRELOAD), which whoever starts the worker sees to. */
#ifndef PROFILE_RECORD_H
#define PROFILE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "study/task.h"

/* Counters of the processor and the kernel while the guest ran (perf_event_open(2)); the names
 * are those of perf(1), with _ for -. */
#define RECORD_COUNTERS(X) \
    X(cycles)              \
    X(instructions)        \
    X(branches)            \
    X(branch_misses)       \
    X(cache_references)    \
    X(cache_misses)        \
    X(page_faults)         \
    X(context_switches)

enum record_counter {
#define X(name) RECORD_##name,
    RECORD_COUNTERS(X)
#undef X
        RECORD_COUNTER_MAX
};
const char *record_counter_name(enum record_counter c);

/* What the worker says of it, as one line. */
struct record_report {
    int error; /* 0, or ERR_* */
    char message[1024];
    uint64_t runs;         /* of the program */
    double instructions;   /* of them all */
    double user_seconds;   /* processor time while the program ran, */
    double system_seconds; /* and that of the kernel */
    double wall_seconds;
    double counter[RECORD_COUNTER_MAX]; /* NaN: not to be had */
    char no_counters[160];              /* why some are not; "" when all are */
};

/* Samples where the simulator is while the guest runs, for `seconds` of processor time or once
 * through, whatever is longer, `rate` times a second, into the file `path`. */
int record_cpu(const struct task *task, const char *path, double seconds, unsigned rate,
               struct record_report *report, struct err *err);

/* Every allocation of memory, from the beginning of the worker on: the heap profiles when the
 * guest begins, when a half and three quarters of its `instructions` are done, and when it
 * ends, into PREFIX.begin.heap, PREFIX.half.heap, PREFIX.quarters.heap and PREFIX.end.heap.
 * ERR_CONFIG when the worker was started without the heap profiler. */
int record_heap(const struct task *task, const char *prefix, double instructions,
                struct record_report *report, struct err *err);
/* Why there are no heap profiles in this build; NULL: there are. */
const char *record_no_heap(void);

/* The line, heap, NULL when memory is short.  And back: 0, or ERR_DATA. */
char *record_report_format(const struct record_report *report);
int record_report_parse(const char *line, struct record_report *report);

#endif
