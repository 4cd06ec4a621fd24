/* What the files behind `rung correlate` share. */
#ifndef CMD_CORRELATE_H
#define CMD_CORRELATE_H

#include "analysis/pairs.h"
#include "base/table.h"

struct correlate_arguments {
    const char *path;
    struct analysis_options o;
    enum format format;
    bool matrix, save;
    const char *columns;
    const char *scale;
    struct analysis_pairs pairs; /* x is NULL for runs */
};

/* Prints the scales, `chosen` (may be NULL) in full; returns the exit status. */
int correlate_print(const struct correlate_arguments *a, const struct analysis_scales *scales,
                    const struct analysis_scale *chosen);
/* Keeps them in the study file as /fits/scales. */
int correlate_save(const struct correlate_arguments *a, const struct analysis_scales *scales,
                   struct err *err);

#endif
