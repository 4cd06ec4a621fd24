/* What the files of `rung profile` share. */
#ifndef CMD_PROFILE_H
#define CMD_PROFILE_H

#include <stddef.h>
#include <stdio.h>

#include "base/json.h"
#include "base/table.h"
#include "profile/heap.h"
#include "profile/profile.h"
#include "profile/record.h"
#include "store/store.h"

/* One run that was profiled. */
struct profile_run {
    const struct store_row *row; /* borrowed from the study file */
    struct profile cpu;
    struct record_report recorded;
    struct heap heap;
    const char *no_heap;    /* why there is none; NULL: there is */
    struct store_run guest; /* the undisturbed run, with its hot blocks */
};

/* Allocations per million instructions of the guest in the third quarter of the run; NaN when
 * they were not counted. */
double profile_allocations(const struct profile_run *run);

struct profile_comparison;

/* The profiles on standard output: for people the `top` largest of everything.  `comparison`
 * may be NULL. */
int profile_print(const struct profile_run *run, size_t n,
                  const struct profile_comparison *comparison, size_t top, enum format format,
                  struct err *err);

/* Where the guest spends its time: its hot blocks. */
int profile_guest_text(const struct profile_run *run, size_t top, FILE *out, struct err *err);
json_t *profile_guest_json(const struct profile_run *run); /* new reference */

/* The stages of all runs, the largest share first; a heap array of n_stages elements. */
struct profile_bottleneck {
    const struct profile_run *run;
    const char *stage;
    double share, nanoseconds; /* of the run's time; of processor time a guest instruction */
};
struct profile_bottleneck *profile_bottlenecks(const struct profile_run *run, size_t n,
                                               size_t *count);

/* Keeps them in the study file, as the tables profile/runs, stages, modules, functions, sites
 * and stacks, which replace older ones; and draws a flame graph of each run into the folder. */
int profile_save(const struct profile_run *run, size_t n, const char *store_path,
                 const char *folder, struct err *err);

#endif
