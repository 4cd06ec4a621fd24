/* The programs of a table of hardware times, simulated on the spot. */
#ifndef CMD_CALIBRATE_SIM_H
#define CMD_CALIBRATE_SIM_H

#include "analysis/calib_accuracy.h"
#include "study/problem.h"
#include "timing/machine.h"
#include "timing/model.h"

struct calibrate_sim {
    const struct analysis_baselines *baselines;
    struct problem_table *table;
    const struct problem **problem; /* of each baseline; NULL: the table names none */
    enum timing_mode mode;
    uint64_t seed;       /* of the layout */
    double instructions; /* that were simulated so far */
    double seconds;      /* user CPU time */
    size_t runs;
};

/* ERR_CONFIG for a problem that rung does not have.  Release it in any case. */
int calibrate_sim_init(struct calibrate_sim *s, const struct analysis_baselines *baselines,
                       enum timing_mode mode, uint64_t seed, struct err *err);
void calibrate_sim_release(struct calibrate_sim *s);

/* Runs the program of baseline `i` at that size and at twice it: their difference.  All NaN
 * where the table names no problem.  ERR_RUN when the guest fails. */
int calibrate_sim_program(struct calibrate_sim *s, const struct machine *machine, size_t i,
                          double part, struct analysis_simulated *out, struct err *err);

#endif
