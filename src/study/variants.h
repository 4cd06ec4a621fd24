/* The machines of a plan: those that a study names, each with its design points. */
#ifndef STUDY_VARIANTS_H
#define STUDY_VARIANTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "study/plan.h"
#include "study/study.h"

/* Fills plan->machine: for each machine its base, each value of `vary`, each combination of
 * `grid` and each point of `sample`.  ERR_CONFIG, with file and line, for a machine, parameter
 * or value that does not exist and for two machines or values of `vary` that are the same
 * machine; points of `grid` and `sample` that are one already there are left out. */
int variants_resolve(struct plan *plan, const struct study *study, struct err *err);

#endif
