/* The part of a plan that says what is run: problems, their programs and what these read. */
#ifndef STUDY_PLAN_PROBLEMS_H
#define STUDY_PLAN_PROBLEMS_H

#include "base/err.h"
#include "study/plan.h"
#include "study/study.h"

/* Looks the study's problems up (into plan->table and plan->problem), and reads their programs and
 * inputs, unless the plan is of points only.  ERR_CONFIG, with file and line, for what is unknown;
 * ERR_DATA for files that are missing or no programs. */
int plan_problems_add(struct plan *plan, const struct study *study, struct err *err);
void plan_problems_release(struct plan *plan);

#endif
