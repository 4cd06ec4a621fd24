/* What moved since an older profile. */
#ifndef CMD_PROFILE_COMPARE_H
#define CMD_PROFILE_COMPARE_H

#include <stdio.h>

#include "base/json.h"
#include "cmd/profile.h"

/* Something of a run before and now. */
struct profile_change {
    const struct store_row *row;
    const char *kind; /* "time" (all of it), "allocations", "stage", "function" */
    char name[128];
    double before, after; /* nanoseconds of processor time a guest instruction; allocations
                             per million instructions */
    double margin;        /* half of the 95 % interval of the difference, from the numbers of
                             samples; NaN: not known */
};

struct profile_comparison {
    struct profile_change *change; /* run by run, kind by kind, what moved most first */
    size_t n, max;
    size_t n_new; /* runs that the older profile does not have */
};

/* Compares with the profile in the study file `path`.  ERR_DATA when it has none, ERR_CONFIG
 * when it has none of these runs.  Release it in any case. */
int profile_compare(struct profile_comparison *c, const struct profile_run *run, size_t n,
                    const char *path, struct err *err);
void profile_comparison_release(struct profile_comparison *c);

int profile_comparison_text(const struct profile_comparison *c, size_t top, FILE *out,
                            struct err *err);
json_t *profile_comparison_json(const struct profile_comparison *c); /* new reference */

#endif
