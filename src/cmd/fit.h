/* What the files behind `rung fit` share. */
#ifndef CMD_FIT_H
#define CMD_FIT_H

#include <stddef.h>

#include "analysis/analysis.h"
#include "base/json.h"
#include "base/table.h"
#include "cmd/cmd.h"

enum fit_table { FIT_TABLE_FITS, FIT_TABLE_TERMS, FIT_TABLE_MODELS, FIT_TABLE_POINTS,
                 FIT_TABLE_PREDICTIONS, FIT_TABLE_EXPONENTS, FIT_TABLE_FIDELITIES,
                 FIT_TABLE_ROWS, FIT_TABLE_MAX };

struct fit_arguments {
    const char *path;
    struct analysis_options o;
    enum format format;
    enum fit_table table; /* FIT_TABLE_MAX: those that people want to see */
    double *at;
    size_t n_at;
    bool save;
    /* For tables of numbers: a formula with weights, or columns for a ladder fit. */
    const char *model, *weights;
    const char *x, *y, *group;
    bool deterministic;
    const char *footprint, *stride, *caches; /* formulas in n, SIZE[/WAYS[/LINE]],... */
};

/* Prints the ladder fits of a store; returns the exit status. */
int fit_print_store(const struct fit_arguments *a, const struct analysis_fits *fits);
/* Fits a linear model to a CSV file, or a ladder to two of its columns, and prints it. */
int fit_data_model(const struct fit_arguments *a);
int fit_data_ladder(const struct fit_arguments *a);
int fit_print_json(const struct fit_arguments *a, const struct analysis_fits *fits);
/* [{code, text}] */
json_t *fit_json_warnings(const struct analysis_warnings *w);
json_t *fit_json_prediction(const struct analysis_prediction *p);
/* Keeps them in the store as /fits/ladder. */
int fit_save_store(const struct fit_arguments *a, const struct analysis_fits *fits,
                   struct err *err);

#endif
