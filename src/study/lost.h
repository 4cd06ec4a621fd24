/* Runs whose worker cannot tell what became of them. */
#ifndef STUDY_LOST_H
#define STUDY_LOST_H

#include "base/err.h"
#include "study/plan.h"
#include "study/worker.h"

/* Stores the run with status and message of the report; `peak` bytes, 0: not known. */
int lost_store(const struct plan *plan, const struct plan_run *run, const char *store_path,
               const struct worker_report *report, double peak, struct err *err);

#endif
