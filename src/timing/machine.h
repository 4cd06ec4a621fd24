/* The description of a simulated CPU: a flat list of named parameters with unit,
 * range and explanation, read from a YAML file whose nested maps become dotted names
 * ("l2.size").  rung-machine(5) documents each; src/timing/params.h lists them. */
#ifndef TIMING_MACHINE_H
#define TIMING_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct machine;

/* Reads the file and checks every parameter (ERR_CONFIG names file, line, key).
 * `name_or_path`: a name found by path_data("machines", NAME.yaml), or a path (whatever
 * has a '/' or ends with ".yaml"). */
int machine_load(struct machine **out, const char *name_or_path, struct err *err);
/* The same from text; `source` stands for the file in messages. */
int machine_parse(struct machine **out, const char *source, const char *text, size_t len,
                  struct err *err);
int machine_copy(struct machine **out, const struct machine *from, struct err *err);
void machine_free(struct machine *m);

/* Changes one parameter: machine_set(m, "l2.size", "8MiB").  `name` must be known, the
 * value in range; sizes that do not go with each other are found by machine_check. */
int machine_set(struct machine *m, const char *name, const char *value, struct err *err);
int machine_check(const struct machine *m, struct err *err);

const char *machine_name(const struct machine *m);
const char *machine_description(const struct machine *m); /* one line, "" if none */
/* All parameters, resolved, in a fixed order and spelling, one "name: value" a line: two
 * machines are the same if and only if these texts are.  It is itself a machine file.
 * Borrowed until the next set. */
const char *machine_text(const struct machine *m);

/* One numeric parameter by dotted name (bytes, cycles, entries, hertz, seconds, bytes a
 * second, 0 or 1; a word gives its place in the list of words, a port its number, "none"
 * -1); NaN when there is none such. */
double machine_value(const struct machine *m, const char *name);

/* The parameters in the order of machine_text, for listings and their documentation. */
struct machine_param {
    const char *name;
    const char *unit;      /* "bytes", "cycles", "count", "hertz", "seconds", "bytes/s",
                              "flag", "word" */
    const char *text;      /* explanation */
    const char *const *words; /* of "word", NULL-terminated; else NULL */
    double min, max;       /* as machine_value gives it */
    double standard;       /* value when the file has none, NaN: it must have one */
};
size_t machine_param_count(void);
int machine_param(size_t index, struct machine_param *param); /* 0 or ERR_DATA */
/* The value as machine_text spells it, written into `buffer` and returned. */
char *machine_param_format(const struct machine *m, size_t index, char *buffer, size_t size);

/* A value of the parameter for people: "3.5 GHz", "192 KiB", "42.86 ns", "13 cycles"; four
 * digits at most of times and rates.  Counts, flags and words as machine_text has them; ""
 * for NaN. */
char *machine_param_show(size_t index, double value, char *buffer, size_t size);

/* A machine's file with what its comments say of the sources.  Texts are UTF-8 as they stand
 * there, borrowed until the free. */
struct machine_remarks;
int machine_remarks_alloc(struct machine_remarks **out, const char *name_or_path,
                          struct err *err); /* errors as machine_load() */
void machine_remarks_free(struct machine_remarks *r);
const struct machine *machine_remarks_machine(const struct machine_remarks *r);
/* The comment lines before the first parameter, each with its line feed. */
const char *machine_remarks_head(const struct machine_remarks *r);
/* Of one parameter: "default" where the file leaves it out, "" where nothing is said. */
const char *machine_remark(const struct machine_remarks *r, size_t index);

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
