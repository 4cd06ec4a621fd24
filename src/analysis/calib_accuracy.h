/* How far simulated times are from measured ones.
 *
 * Both are times for one more of n (an iteration, a repetition): differences between sizes,
 * which hold no start-up and need nobody's count of instructions.  With r = simulated /
 * measured, the error is |simulated - measured| / min(simulated, measured) = exp(|log r|) - 1,
 * here with the sign of log r: positive is too slow. */
#ifndef ANALYSIS_CALIB_ACCURACY_H
#define ANALYSIS_CALIB_ACCURACY_H

#include "analysis/calib.h"

/* What a simulator says of a program: for one more of n.  NaN: it was not simulated. */
struct analysis_simulated {
    double cycles, instructions;
    double n; /* the largest size that it was run at */
};

/* From runs of one machine, variant and mode (o->machine, ... select), one for each baseline
 * that has a problem: the difference of the two largest sizes, or a single size divided by n.
 * `simulated` has room for baselines->count.  ERR_DATA when several series are left of a
 * problem, or nothing at all. */
int analysis_simulated_from_rows(struct analysis_simulated *simulated,
                                 const struct analysis_baselines *baselines,
                                 const struct analysis_rows *rows,
                                 const struct analysis_options *o, struct err *err);

enum analysis_clock {
    ANALYSIS_CLOCK_ESTIMATE, /* the median over the programs of the clock that suits each */
    ANALYSIS_CLOCK_PROGRAM,  /* the one that suits a program whose cycles are known */
    ANALYSIS_CLOCK_GIVEN
};

struct analysis_accuracy_options {
    enum analysis_clock clock;
    const char *program; /* of ANALYSIS_CLOCK_PROGRAM */
    double hertz;        /* of ANALYSIS_CLOCK_GIVEN */
    double level;
    double error, worst; /* thresholds of mean and largest error; NaN: none */
    uint64_t seed;
    size_t resamples;
};
void analysis_accuracy_options_init(struct analysis_accuracy_options *o);

struct analysis_accuracy_size {
    double from, to;    /* neighbouring sizes at which hardware was measured */
    double measured_ns; /* between them, for one more of n */
    double error;
};

struct analysis_accuracy_program {
    const struct analysis_baseline *hardware;
    double cycles, instructions, n; /* as simulated */
    double nominal;      /* instructions for one more of n, as the table counts them; NaN */
    double simulated_ns; /* at the common clock */
    double error;        /* signed */
    double lower, upper; /* of the error, by the interval of the measured time */
    double left_out;     /* error with the clock of the other programs; NaN unless estimated */
    size_t n_sizes;
    struct analysis_accuracy_size *size;
    struct stats_estimate drift; /* of log r for each doubling of the size */
};

struct analysis_accuracy_group {
    const char *name; /* "all", or a category */
    size_t count;
    struct stats_estimate error; /* mean of |error|; BCa over programs, from three on */
    double left_out;             /* mean of |left_out| */
    struct stats_estimate drift; /* mean over programs, Student's t */
    double worst;                /* signed */
    const char *worst_program;
};

struct analysis_accuracy {
    struct analysis_accuracy_options options;
    struct stats_estimate hertz; /* no interval when given */
    size_t count;
    struct analysis_accuracy_program *program; /* those that were simulated */
    size_t n_groups;
    struct analysis_accuracy_group *group;     /* "all" leads */
    enum analysis_verdict mean_verdict, worst_verdict, verdict;
    struct analysis_warnings warnings;
};

/* `baselines` are those of time against n, with `data` their table; `simulated` stand beside
 * them.  Both tables must outlive the result.  ERR_DATA when nothing was simulated, ERR_CONFIG
 * for a program that is not there. */
int analysis_accuracy_alloc(struct analysis_accuracy **out,
                            const struct analysis_baselines *baselines, const struct csv *data,
                            const struct analysis_simulated *simulated,
                            const struct analysis_accuracy_options *o, struct err *err);
void analysis_accuracy_free(struct analysis_accuracy *a);

/* exp(|log_ratio|) - 1 with the sign of log_ratio. */
double analysis_accuracy_error(double log_ratio);

#endif
