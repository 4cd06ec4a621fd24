/* What the parts of `rung calibrate tune` share. */
#ifndef CMD_CALIBRATE_TUNE_H
#define CMD_CALIBRATE_TUNE_H

#include "analysis/calib_tune.h"
#include "base/yaml.h"
#include "cmd/calibrate.h"
#include "cmd/calibrate_sim.h"

enum { CALIBRATE_RUNGS = 8 };

/* One parameter to tune: its levels as texts for the machine and as numbers. */
struct calibration_parameter {
    const char *name; /* borrowed from the document */
    size_t levels, start;
    char **text;
    double *value;
};

/* A parameter that stays, and where its value is known from. */
struct calibration_fixed {
    const char *name, *source; /* borrowed */
};

/* A calibration file. */
struct calibration {
    struct yaml_document *document;
    const char *name, *hardware; /* borrowed */
    struct machine *machine;     /* that tuning starts from */
    enum timing_mode mode;
    const struct yaml_node *programs; /* list of names; NULL: all */
    double clock_lower, clock_upper;  /* hertz */
    bool clock_tuned;
    size_t n_parameters, n_fixed;
    struct calibration_parameter *parameter;
    struct calibration_fixed *fixed;
    size_t n_rungs;
    double rung[CALIBRATE_RUNGS]; /* parts of the smallest measured size, ascending */
    uint64_t points, seed, candidates;
    bool squares;
    double keep;
};

/* ERR_CONFIG names file, line and key.  Release it in any case. */
int calibration_load(struct calibration *c, const char *path, struct err *err);
void calibration_release(struct calibration *c);
/* "0.4%,4%": ascending parts; 0 or ERR_CONFIG. */
int calibration_add_rung(struct calibration *c, double part);

/* What a rung has cost. */
struct calibration_cost {
    size_t points, search_points; /* the latter before validation began: rung 0 alone */
    double instructions, seconds; /* user CPU time */
};

struct calibration_result {
    const struct calibration *c;
    const struct analysis_tuning *tuning;
    const struct calibration_cost *cost; /* of each rung */
};

/* On stdout; they return exit statuses. */
int calibration_print_text(const struct calibration_result *r);
int calibration_print_json(const struct calibration_result *r);
int calibration_print_csv(const struct calibration_result *r);
/* The tuned machine as a file, with where its values are from. */
int calibration_write_machine(const struct calibration_result *r, const char *path,
                              struct err *err);
/* A level between those that there are. */
double calibration_value(const struct calibration_parameter *p, double level);

#endif
