/* Accuracy against hardware as it was at one commit after another, kept in the tables
 * accuracy/programs, accuracy/categories and accuracy/sizes of a study file (rung-store(5)). */
#ifndef ANALYSIS_CALIB_LOG_H
#define ANALYSIS_CALIB_LOG_H

#include "analysis/calib_accuracy.h"
#include "store/store.h"

/* When and of what: no two accuracies in a file have the same but for version and time. */
struct analysis_log_mark {
    const char *commit, *version, *created; /* of rung; ISO 8601, UTC */
    const char *hardware;                   /* the table of times */
    const char *machine, *mode, *variant;
    const char *clock; /* "estimate", "program NAME", "3.2 GHz" */
};

struct analysis_log_program {
    struct analysis_log_mark mark;
    const char *program, *category, *problem;
    double n, instructions, nominal, cycles, simulated_ns, measured_ns;
    double error, ci_lower, ci_upper, left_out;
    double drift, drift_lower, drift_upper; /* of log(simulated / measured), a doubling */
};

struct analysis_log_category {
    struct analysis_log_mark mark;
    const char *category, *worst_program; /* "all", or a category */
    double clock_hz, clock_lower, clock_upper, level, programs;
    double error, ci_lower, ci_upper, left_out, worst;
    double drift, drift_lower, drift_upper;
};

struct analysis_log_size {
    struct analysis_log_mark mark;
    const char *program;
    double from, to, measured_ns, error;
};

enum { ANALYSIS_LOG_TABLES = 3 };

/* In the order in which they were saved; texts are borrowed from the log. */
struct analysis_log {
    struct analysis_log_program *program;
    struct analysis_log_category *category;
    struct analysis_log_size *size;
    size_t n_programs, n_categories, n_sizes;
    struct store_table table[ANALYSIS_LOG_TABLES]; /* the texts' owner */
};

/* Of a file without such tables: an empty one.  Release it also after a failure. */
int analysis_log_read(struct analysis_log *log, struct store *s, struct err *err);
void analysis_log_release(struct analysis_log *log);
/* The same thing was measured, at whatever commit and time. */
bool analysis_log_same_subject(const struct analysis_log_mark *a,
                               const struct analysis_log_mark *b);

/* Adds an accuracy to those that the study file `path` has, in place of one of the same commit
 * and subject. */
int analysis_log_save(const char *path, const struct analysis_accuracy *a,
                      const struct analysis_log_mark *mark, struct err *err);

#endif
