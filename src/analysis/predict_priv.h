/* Of the prediction of one variant: what it is made from, and what speaks against it. */
#ifndef ANALYSIS_PREDICT_PRIV_H
#define ANALYSIS_PREDICT_PRIV_H

#include "analysis/mixed.h"
#include "analysis/predict.h"
#include "analysis/scope.h"

/* One design point that the study ran at both rungs, with the run at `to`. */
struct predict_design {
    const struct store_row *row; /* a run at `to` */
    double from, to;             /* CPI */
    double seconds;              /* of its runs at `to`, one layout */
    size_t problem;              /* number of its problem */
};

/* Everything that one prediction is made from. */
struct predict_work {
    const struct analysis_predict_input *in;
    const struct analysis_rows *rows; /* selected from the validation, sorted */
    struct predict_design *design;
    size_t count, n_problems;
    double *x, *y;
    size_t *group;
    struct scope *scope; /* of each design point */
    struct analysis_mixes mixes; /* of the validation */
    struct analysis_foretold *out;
    struct err *err;
};

/* Whether a run of the validation has the settings of the small run. */
bool predict_comparable(const struct store_row *small, const struct store_row *row);

/* Every predict_doubt_* looks for reasons why the prediction w->out does not hold: each is a
 * warning, makes it inconclusive, and names the cheapest way to know.  0, or an error. */

/* The study has no other variant of the problem. */
int predict_doubt_problem(struct predict_work *w);
/* What made the runs: mixes of them, versions of the models, parameters out of range. */
int predict_doubt_runs(struct predict_work *w, const struct store_row *small);
/* The design points give no line. */
int predict_doubt_few(struct predict_work *w);
/* The line and the value that it gives. */
int predict_doubt_value(struct predict_work *w);

/* The first advice stays: doubts are looked for in the order of what must be done first. */
int predict_advise(struct predict_work *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
