/* The figure of simulated against measured times. */
#ifndef REPORT_ACCURACY_H
#define REPORT_ACCURACY_H

#include "analysis/calib_accuracy.h"
#include "base/err.h"

/* Makes a folder with data/accuracy.tsv, the scripts in plots/, draw.gp, and
 * figures/accuracy-accuracy.svg with its dark sister.  Errors as those of report_write(). */
int report_accuracy(const struct analysis_accuracy *a, const char *directory, struct err *err);

#endif
