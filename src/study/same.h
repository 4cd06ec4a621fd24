/* What no mode and no machine may change: a problem of one size and layout writes the same and
 * retires the same number of instructions in every run. */
#ifndef STUDY_SAME_H
#define STUDY_SAME_H

#include <stddef.h>

#include "base/err.h"
#include "store/store.h"
#include "study/plan.h"

/* Compares the stored runs of the plan that went well with the first one of the same problem,
 * size, layout and repetition.  ERR_RUN names the first two that differ, and in what. */
int same_check(const struct plan *plan, const struct store *store, struct err *err);

#endif
