/* The part of a plan that other simulators do. */
#ifndef STUDY_PLAN_EXTERNAL_H
#define STUDY_PLAN_EXTERNAL_H

#include "base/err.h"
#include "study/plan.h"
#include "study/study.h"

/* Adds the study's simulators with their design points (to plan->simulator and plan->machine)
 * and their runs behind those that are there: every problem, size, design point, layout (where
 * the command has a "{seed}") and repetition.  ERR_CONFIG, with file and line, for a program
 * that is not to be found and for placeholders that are unknown. */
int plan_external_add(struct plan *plan, const struct study *study, struct err *err);
void plan_external_release(struct plan *plan);

#endif
