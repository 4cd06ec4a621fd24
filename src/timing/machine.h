/* The description of a simulated CPU: a flat list of named parameters with unit,
 * range and explanation, read from a YAML file whose nested maps become dotted names
 * ("l2.size").  rung-machine(5) documents each. */
#ifndef TIMING_MACHINE_H
#define TIMING_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct machine;

/* Reads the file and checks every parameter (ERR_CONFIG names file, line, key).
 * `name_or_path`: a name found by path_data("machines", NAME.yaml), or a path. */
int machine_load(struct machine **out, const char *name_or_path, struct err *err);
void machine_free(struct machine *m);

/* Changes one parameter: machine_set(m, "l2.size", "8MiB").  `name` must be known, the
 * value in range; sizes that do not go with each other are found by machine_check. */
int machine_set(struct machine *m, const char *name, const char *value, struct err *err);
int machine_check(const struct machine *m, struct err *err);

const char *machine_name(const struct machine *m);
/* All parameters, resolved, in a fixed order and spelling, one "name: value" a line: two
 * machines are the same if and only if these texts are.  Borrowed until the next set. */
const char *machine_text(const struct machine *m);

/* One numeric parameter by dotted name (bytes, cycles, entries, hertz, as documented);
 * NaN when there is none such. */
double machine_value(const struct machine *m, const char *name);

/* Geometry of data caches for analysis: level 1, 2, ... up to the last; returns 0, or
 * ERR_DATA when there is no such level. */
struct machine_cache {
    const char *name; /* "l1d", "l2", "slc" */
    uint64_t size;    /* bytes */
    unsigned ways, line; /* line in bytes */
    uint64_t sets;
};
int machine_cache(const struct machine *m, unsigned level, struct machine_cache *cache);

#endif
