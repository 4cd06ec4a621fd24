/* Parameters that the names of variants tell of: "rob=96 l2.size=8MiB". */
#ifndef CMD_PARAMETERS_H
#define CMD_PARAMETERS_H

#include "analysis/predict.h"
#include "cmd/runs.h"

/* Refuses small runs whose variant names a parameter that nothing is known of: ERR_DATA names the
 * file, its line, and the parameters that the study varies.  Where the study is of another
 * simulator than rung, whose parameters nobody listed, only likely typing errors are refused. */
int parameters_check(const char *path, const struct runs *small, const struct runs *study,
                     const struct analysis_origins *study_origins, struct err *err);

#endif
