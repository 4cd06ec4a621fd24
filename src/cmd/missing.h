/* What a study's plan has and its store does not: the rest of a climb that was interrupted. */
#ifndef CMD_MISSING_H
#define CMD_MISSING_H

#include "analysis/analysis.h"
#include "store/store.h"

/* Warns ("missing-runs") of planned runs of the selection (problem, machine, mode, up to `to`)
 * that the store has none of.  Design points are compared, not ids: a program that was built
 * anew does not make its old runs missing.  Silent where the study kept in the store can no
 * longer be planned, or was none. */
int missing_warn(struct store *store, const struct analysis_options *o,
                 struct analysis_warnings *warnings, struct err *err);

#endif
