/* What every function on samples asks of its input. */
#ifndef STATS_INPUT_PRIV_H
#define STATS_INPUT_PRIV_H

#include <stddef.h>

#include "base/err.h"

/* ERR_DATA for fewer than `least` values and for values that are no finite numbers; `name`
 * is the subject of the message ("first sample"). */
int stats_input_values(const double *x, size_t n, size_t least, const char *name,
                       struct err *err);

/* ERR_CONFIG for a level (rate) outside (0, 1). */
int stats_input_level(double level, const char *name, struct err *err);

#endif
