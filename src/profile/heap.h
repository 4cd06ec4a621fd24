/* Where the simulator allocates memory, from the heap profiles of a run. */
#ifndef PROFILE_HEAP_H
#define PROFILE_HEAP_H

#include <stddef.h>

#include "base/err.h"

struct heap_counts {
    double allocations, bytes;
};

/* Phases of a run. */
enum heap_phase {
    HEAP_LOADING, /* before the guest begins */
    HEAP_GROWING, /* the first half of its instructions */
    HEAP_STEADY,  /* the third quarter: nothing, when the hot loops do not allocate */
    HEAP_ENDING,  /* the last quarter, in which a program also says what it found */
    HEAP_PHASE_MAX
};

/* A line of rung, or of a library's caller, that allocates. */
struct heap_site {
    const char *function, *file; /* file "" where it is not known */
    int line;
    const char *caller; /* the function that called that one; "" when not known */
    struct heap_counts phase[HEAP_PHASE_MAX];
    double live_bytes; /* that were not freed when the guest ended */
};

/* "loading", "first_half", "third_quarter", "last_quarter" */
const char *heap_phase_name(enum heap_phase phase);

struct heap {
    size_t n_sites;
    struct heap_site *site; /* most allocations in the third quarter first, then in the last
                               one, in the first half, while loading */
    struct heap_counts phase[HEAP_PHASE_MAX];
    double live_bytes;
    struct symbols *symbols; /* whose texts the names are */
};

/* Reads the four profiles that record_heap() wrote.  ERR_DATA when one is missing or damaged.
 * Release it in any case. */
int heap_load(struct heap *heap, const char *prefix, struct err *err);
void heap_release(struct heap *heap);

#endif
