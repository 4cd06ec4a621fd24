/* What the files behind `rung fit` share. */
#ifndef CMD_FIT_H
#define CMD_FIT_H

#include <stddef.h>

#include "analysis/analysis.h"
#include "base/table.h"
#include "cmd/cmd.h"

enum fit_table { FIT_TABLE_FITS, FIT_TABLE_TERMS, FIT_TABLE_MODELS, FIT_TABLE_POINTS,
                 FIT_TABLE_PREDICTIONS, FIT_TABLE_MAX };

struct fit_arguments {
    const char *path;
    struct analysis_options o;
    enum format format;
    enum fit_table table; /* FIT_TABLE_MAX: those that people want to see */
    double *at;
    size_t n_at;
    bool save;
};

/* Prints the ladder fits of a store; returns the exit status. */
int fit_print_store(const struct fit_arguments *a, const struct analysis_fits *fits);
/* Keeps them in the store as /fits/ladder. */
int fit_save_store(const struct fit_arguments *a, const struct analysis_fits *fits,
                   struct err *err);

#endif
