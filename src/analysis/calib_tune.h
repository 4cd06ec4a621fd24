/* Finding the parameters of a machine that bring simulated times nearest to measured ones.
 *
 * Each parameter has a short list of levels, in order.  A design of points is run at the
 * smallest rung; per program a quadratic surrogate of log cycles over the parameters, fitted
 * near the best point, is brought to the measured times by trust-region least squares, the
 * point found is run, and so on; then single levels are tried until none is better.  Changes
 * that the measured times do not ask for are taken back.  The best few points climb the rungs.
 * Leaving one program out at a time and searching again tells what a program that was not used
 * would get. */
#ifndef ANALYSIS_CALIB_TUNE_H
#define ANALYSIS_CALIB_TUNE_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/analysis.h"

enum { ANALYSIS_TUNE_PARAMETERS = 64 }; /* at most */

struct analysis_tune_parameter {
    const char *name;
    size_t levels; /* at least 2 */
    size_t start;  /* the level of the machine that tuning starts from */
};

/* Fills log_cycles (one for each program, for one more of its size) for a machine with these
 * levels at a rung; 0 or ERR_*. */
typedef int (*analysis_tune_run)(void *context, const size_t *level, size_t rung,
                                 double *log_cycles, struct err *err);

struct analysis_tune_input {
    size_t n_parameters;
    const struct analysis_tune_parameter *parameter;
    size_t n_programs;
    const char *const *program;
    const double *log_time;           /* measured, of seconds, for one more of the size */
    double clock_lower, clock_upper;  /* hertz; equal: given */
    size_t n_design;
    const double *design;             /* n_design x n_parameters, places within [0, 1) */
    size_t n_rungs, candidates;       /* at least 1; how many points climb to the next rung */
    bool squares;                     /* loss: squares of log ratios; else their magnitudes */
    double keep;                      /* a change has to lower the mean error by this, 0.001 */
    double level;                     /* of intervals */
    uint64_t seed;
    size_t resamples;
    analysis_tune_run run;
    void *context;
};

struct analysis_tune_point {
    size_t *level;      /* n_parameters */
    double *log_cycles; /* n_programs */
    double loss, error, worst; /* over all programs; the last two as in calib_accuracy.h */
    double hertz;
};

/* The points that were run at one rung, in order. */
struct analysis_tune_rung {
    size_t count;
    struct analysis_tune_point *point;
    size_t best; /* index */
};

struct analysis_tune_effect {
    double lower, upper;  /* levels that the measured times allow; the whole range when they
                             say nothing of it */
    bool identified;
    struct stats_estimate sensitivity; /* mean over programs of |change of log cycles| for one
                                          level; BCa */
    size_t strongest;                  /* the program that it changes most */
    double strongest_change;           /* of log cycles for one level up */
    size_t varied; /* how many of the searches that left a program out ended elsewhere */
};

struct analysis_tune_held_out {
    double error; /* signed, of the program, by parameters and clock of the others */
    double start; /* the same with the parameters that tuning started from */
};

struct analysis_tuning {
    struct analysis_tune_input input;  /* borrowed arrays */
    struct analysis_tune_rung *rung;   /* n_rungs */
    struct analysis_tune_point start, best; /* at the smallest rung; copies */
    size_t *climbed;                   /* levels of the best point at the largest rung */
    bool agree;                        /* it is the best of the smallest one */
    struct analysis_tune_effect *effect;     /* n_parameters */
    struct analysis_tune_held_out *held_out; /* n_programs */
    double cross_error, start_error;         /* means of |held_out| */
    size_t search_runs; /* points of the search at the smallest rung; the rest is validation */
    enum analysis_verdict verdict; /* pass: better than the start for programs left out */
    struct analysis_warnings warnings;
    double *room; /* private: a number for each program */
};

/* ERR_CONFIG when there are not more programs than parameters, or a parameter has one level;
 * ERR_DATA when no point can be compared.  The input's arrays must outlive the result. */
int analysis_tuning_alloc(struct analysis_tuning **out, const struct analysis_tune_input *in,
                          struct err *err);
void analysis_tuning_free(struct analysis_tuning *t);

#endif
