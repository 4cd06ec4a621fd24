/* Agreement of two columns of a table of numbers. */
#ifndef ANALYSIS_PAIRS_H
#define ANALYSIS_PAIRS_H

#include "analysis/analysis.h"
#include "analysis/data.h"

struct analysis_pairs {
    const char *x, *y;  /* columns: the small scale (or prediction), the large one */
    const char *group;  /* column of the problem: agreement is within it; NULL: one group */
    const char *label;  /* column that names the rows; NULL: by their lines */
    const char *class_; /* column of the problem's class; NULL: none; needs a group */
    const char *base;   /* label of the row that a group's ratios are to; NULL: its first row */
    bool logarithms;    /* ratios; else the numbers as they stand */
};

/* The overall scale first, then one for each class and each group.  ERR_DATA names file, line
 * and column of what is missing or no number, or not above 0 where ratios are asked for;
 * ERR_INCONCLUSIVE for fewer than three rows (of groups of at least two). */
int analysis_pairs_alloc(struct analysis_scales **out, const struct csv *data,
                         const struct analysis_pairs *pairs, const struct analysis_options *o,
                         struct err *err);

#endif
