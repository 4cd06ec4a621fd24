/* Runs that a store has of a design point, but that are not what the plan asks for: made with
 * another program, machine or version of the models. */
#ifndef STUDY_STALE_H
#define STUDY_STALE_H

#include <stddef.h>

#include "base/err.h"
#include "store/store.h"
#include "study/driver.h"
#include "study/plan.h"

/* How many runs are to be done again, by the first cause that is found. */
struct stale {
    size_t program; /* another ELF file */
    size_t input;   /* another content of what it reads */
    size_t machine; /* the same name, other parameters */
    size_t model;   /* a simulator whose models count differently */
    size_t other;   /* arguments, or another simulator's command */
    size_t unasked; /* stored runs of design points that the plan does not have at all */
};

/* `state` as driver_states() leaves it. */
int stale_count(const struct plan *plan, struct store *store, const enum driver_state *state,
                struct stale *stale, struct err *err);

#endif
