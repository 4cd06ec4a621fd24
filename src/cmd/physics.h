/* What the statistics may know of problems and machines, for physical tests. */
#ifndef CMD_PHYSICS_H
#define CMD_PHYSICS_H

#include "analysis/analysis.h"
#include "store/store.h"

struct cmd_physics;

/* The formulas of the problems that the study describes and of rung's own, and the machines of
 * the store's runs.  What cannot be read is not tested, which is said, but no error. */
int cmd_physics_alloc(struct cmd_physics **out, struct store *s, struct err *err);
/* For numbers that come from elsewhere.  Any may be NULL: formulas in n, and caches as
 * "SIZE[/WAYS[/LINE]],..." from the first level on.  ERR_CONFIG for texts that are none. */
int cmd_physics_from_text(struct cmd_physics **out, const char *footprint, const char *stride,
                          const char *caches, struct err *err);
void cmd_physics_free(struct cmd_physics *p);
/* Borrowed; NULL for NULL. */
const struct analysis_physics *cmd_physics_get(const struct cmd_physics *p);

#endif
