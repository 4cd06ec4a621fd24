/* What the parts of `rung calibrate` share. */
#ifndef CMD_CALIBRATE_H
#define CMD_CALIBRATE_H

#include "analysis/calib.h"
#include "cmd/commands.h"
#include "timing/machine.h"

#define CALIBRATE_TIMES "m2-times"

/* A table of hardware times: a path (whatever has a '/' or a '.', and "-"), else the name of
 * one that comes with rung; NULL is the M2's. */
int calibrate_load(struct csv **out, const char *name, struct err *err);

/* Each reads its own options; argv[0] is its name.  The exit status. */
int calibrate_baseline(int argc, char **argv);
int calibrate_accuracy(int argc, char **argv);
int calibrate_tune(int argc, char **argv);

/* A machine (NULL: m2) with changes "name=value". */
int calibrate_machine(struct machine **out, const char *name, const char *const *setting,
                      size_t n_settings, struct err *err);

/* The exit status of a verdict. */
int calibrate_status(enum analysis_verdict verdict);
/* "non-linear outlier", or "" without warnings; heap. */
char *calibrate_codes(const struct analysis_warnings *w);

#endif
