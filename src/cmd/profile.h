/* What the files of `rung profile` share. */
#ifndef CMD_PROFILE_H
#define CMD_PROFILE_H

#include <stddef.h>

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
    const char *no_heap; /* why there is none; NULL: there is */
};

/* Allocations per million instructions of the guest in the third quarter of the run; NaN when they
 * were not counted. */
double profile_allocations(const struct profile_run *run);

/* The profiles on standard output: for people the `top` largest of everything. */
int profile_print(const struct profile_run *run, size_t n, size_t top, enum format format,
                  struct err *err);

#endif
