#ifndef CMD_CALIBRATE_SAVE_H
#define CMD_CALIBRATE_SAVE_H

#include "analysis/calib_log.h"

/* Whose accuracy it is; texts, none NULL. */
struct calibrate_subject {
    const char *hardware, *machine, *mode;
    const char *variant; /* "base", or "forward.latency=5,rob=96" */
};

/* Adds it to those in a study file, which is made where there is none. */
int calibrate_save(const char *path, const struct analysis_accuracy *a,
                   const struct calibrate_subject *subject, struct err *err);

#endif
