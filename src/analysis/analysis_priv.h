/* What the files of this folder share. */
#ifndef ANALYSIS_ANALYSIS_PRIV_H
#define ANALYSIS_ANALYSIS_PRIV_H

#include "analysis/analysis.h"


/* The rows that the options select and that have the metric, sorted by simulator, problem,
 * machine, variant, mode, n, seed, repetition; `*dropped` counts selected rows whose run
 * failed.  ERR_CONFIG for an unknown metric, ERR_DATA when nothing is left. */
int analysis_select(struct analysis_rows *out, size_t *dropped, const struct analysis_rows *rows,
                    const struct analysis_options *o, const char *metric, struct err *err);
/* Cuts what a prediction has below 0: all that growth laws are for is above. */
void analysis_prediction_cut(struct analysis_prediction *p);

/* Whether two rows belong to one series, and their order. */
bool analysis_same_series(const struct store_row *a, const struct store_row *b);

/* Runs of a deterministic simulator differ only where their layout seeds do. */
bool analysis_deterministic(const struct store_row *row, const char *metric);

/* Rungs of one series, rows[0 ... n - 1] being sorted: *points is a heap array.  Repetitions
 * of a deterministic run count once; `*disagree` tells that they were not equal. */
int analysis_points(struct analysis_point **points, size_t *n_points,
                    const struct store_row *const *rows, size_t n, const char *metric,
                    bool *disagree);
/* The same, with the honest replicates rung by rung in *observation, a heap array. */
int analysis_points_observed(struct analysis_point **points, size_t *n_points,
                             double **observation, const struct store_row *const *rows,
                             size_t n, const char *metric, bool *disagree);

/* Fits a series whose key, points and observations are there; it was made of `runs` runs. */
int analysis_fit_series(struct analysis_fit *fit, size_t runs, bool disagree,
                        const struct analysis_options *o, struct err *err);
void analysis_fit_release(struct analysis_fit *fit);
/* Everything that a fit has to warn of; `repeats` runs count for nothing. */
int analysis_fit_warn(struct analysis_fit *fit, const struct analysis_options *o,
                      size_t repeats, bool disagree);

/* Those alone that tell why the rungs below may miss the largest one: a change of regime among
 * all rungs or those below, caches, set conflicts. */
int analysis_fit_warn_of_causes(const struct analysis_fit *fit, struct analysis_warnings *w);

/* Predicts the cycles of a fit where cheaper modes have been, from all rows of a store, and
 * warns where that is further than the tolerance from what its rungs say. */
int analysis_fidelity_fit(struct analysis_fit *fit, const struct analysis_rows *rows,
                          double tolerance, struct err *err);
/* How much of the machine a mode simulates; -1 for a mode that is not known. */
int analysis_look_rank(const char *mode);
/* Whether a finished run is of the fit's problem, machine and variant, in any mode. */
bool analysis_look_belongs(const struct analysis_fit *fit, const struct store_row *row);
/* Sets look, looked, look_rungs and look_off of f, whose n and mode are there. */
void analysis_look(struct analysis_fidelity *f, const struct analysis_fit *fit,
                   const struct analysis_rows *rows);
/* Marks the series that are nothing but looks for others, and takes back that they are short. */
void analysis_look_mark(struct analysis_fits *fits);

/* See analysis_fits_machine(). */
const char *analysis_name_machine(const char *simulator, const char *machine, bool shared,
                                  char text[ANALYSIS_MACHINE_SIZE]);

/* Finds what is known of the fit's problem and machine. */
void analysis_fit_describe(struct analysis_fit *fit, const struct analysis_physics *physics);
/* What stands between the fit's rungs and n, and warnings that say so. */
unsigned analysis_fit_flags(const struct analysis_fit *fit, double n);
int analysis_physics_warn(const struct analysis_fit *fit, double n,
                          struct analysis_warnings *w);
/* The fit's rungs on n's side of what a flag means, ANALYSIS_CACHE or ANALYSIS_CONFLICT; of
 * several caches the one with the fewest. */
size_t analysis_physics_rungs(const struct analysis_fit *fit, unsigned flag, double n);

/* Everything of a scale from its points, whose x and y, `grouped`, `logarithms` and number of
 * problems are set; group[i] is the number of point i's problem, and the points of a problem
 * stand together. */
int analysis_scale_compute(struct analysis_scale *scale, const size_t *group,
                           const struct analysis_options *o, struct err *err);

/* Formats into a buffer that is always terminated, cutting what does not fit. */
void analysis_format(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
