/* Made-up studies for tests of what reads a store: real files, written by the store's own
 * code, with numbers that follow a known law instead of a simulation. */
#ifndef TESTS_MADE_STUDY_H
#define TESTS_MADE_STUDY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { MADE_NAMES_MAX = 64 };

struct made_study {
    const char *name;                    /* NULL: "made" */
    const char *problem[MADE_NAMES_MAX]; /* ends with NULL */
    double rung[MADE_NAMES_MAX];         /* ends with 0 */
    const char *machine, *mode;          /* NULL: "m2", "timing" */
    size_t variants;                     /* beside the base */
    const char *variant[MADE_NAMES_MAX]; /* names; what is NULL is called "l2.size=<k>MiB" */
    size_t seeds;                        /* of the base machine; 0 is 1 */
    bool no_stacks;                      /* runs without CPI stack */
    bool no_traces;                      /* runs without trace and hot blocks */
    bool no_work;                        /* problems without a work formula */
    bool infinite;  /* the base machine's first rung has an infinite cycle count */
    bool top_fails; /* every run at the largest rung faults */
    bool one_fails; /* one variant faults at the largest rung */
    bool all_fail;
    double step; /* cycles jump by this fraction at the largest rung */
};

/* Cycles per instruction that a run is given: problem p (from 0), size n, variant v (0 is the
 * base), seed s. */
double made_cpi(const struct made_study *m, size_t p, double n, size_t v, size_t s);
double made_instructions(size_t p, double n);

/* Writes a new study file; one of that name is removed first. */
int made_study_write(const char *path, const struct made_study *m, struct err *err);

#endif
