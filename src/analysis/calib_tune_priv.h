/* What the files of the tuner share. */
#ifndef ANALYSIS_CALIB_TUNE_PRIV_H
#define ANALYSIS_CALIB_TUNE_PRIV_H

#include "analysis/calib_tune.h"

enum { TUNE_NONE = -1 }; /* no program is left out */

/* Runs the point at the rung unless it was; its index. */
int tune_visit(struct analysis_tuning *t, size_t rung, const size_t *level, size_t *index,
               struct err *err);
/* The loss over all programs but `except`, at the clock that suits them best (`log_hertz` may
 * be NULL). */
double tune_loss(const struct analysis_tuning *t, const struct analysis_tune_point *p,
                 int except, double *log_hertz);
/* The residual of a log ratio, whose square the loss adds up. */
double tune_residual(const struct analysis_tune_input *in, double log_ratio);
/* Index of the best point of the smallest rung. */
size_t tune_best(const struct analysis_tuning *t, int except);

/* Where the surrogate, fitted to all points so far near point `near`, says the best one is;
 * `level` gets it.  *found is false when there are too few points. */
int tune_surrogate(const struct analysis_tuning *t, size_t near, size_t *level, bool *found,
                   struct err *err);

/* Tries single levels from point *index until none is better. */
int tune_descend(struct analysis_tuning *t, int except, size_t *index, struct err *err);

/* Fills effects and what programs that were left out get. */
int tune_cross_validate(struct analysis_tuning *t, struct err *err);
int tune_effects(struct analysis_tuning *t, struct err *err);

#endif
