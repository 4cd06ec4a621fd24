/* The dashboard of a history: one folder, as report/report.h has it, with one page: what the
 * latest commit changed, how the modes compare, and a trend for each line. */
#ifndef REPORT_HISTORY_H
#define REPORT_HISTORY_H

#include "analysis/history.h"

/* Measured error against hardware, for the figure of speed against accuracy. */
struct report_history_accuracy {
    const char *name; /* "m2 timing": machine and mode, or simulator and mode */
    double error;     /* mean of |error|, a fraction */
};

struct report_history_options {
    const char *directory;
    bool force;             /* also into a folder that holds files of others */
    const char *plots;      /* scripts and templates; NULL: rung's own */
    const char *commit_url; /* "https://host/project/commit/{commit}"; NULL: no links */
    const char *title;      /* NULL: "Speed of" and the simulator */
    const struct report_history_accuracy *accuracy;
    size_t n_accuracy;
    struct analysis_history_options analysis;
};

/* Judges the latest commit, looks for changes of speed and writes the folder; index.html last.
 * `h` is what analysis_history_alloc() made with the same options.  *verdict may be NULL.
 * Errors: those of report_write(). */
int report_history_write(struct analysis_history *h, const struct report_history_options *o,
                         enum analysis_verdict *verdict, struct err *err);

#endif
