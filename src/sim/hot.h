/* The blocks in which a run spends its time. */
#ifndef SIM_HOT_H
#define SIM_HOT_H

#include "sim/sim.h"

/* Fills r->hot: most cycles first, or, without a model (NULL), most instructions.
 * `executions` counts those of the first n blocks in the region.  0 or ERR_NOMEM. */
int hot_find(struct sim_result *r, const struct emu *emu, const struct timing_model *model,
             const char *elf, const uint64_t *executions, size_t n);

#endif
