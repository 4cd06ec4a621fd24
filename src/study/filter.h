/* Choosing runs by what they are: "KEY=VALUE,VALUE..." */
#ifndef STUDY_FILTER_H
#define STUDY_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "store/store.h"

/* problem, n, mode, machine, variant, seed, status, simulator; ends with NULL. */
extern const char *const filter_keys[];

struct filter {
    const char *key;    /* one of filter_keys */
    const char *values; /* parted by commas; borrowed from the text */
};

enum { FILTERS_MAX = 32 };
struct filters {
    struct filter item[FILTERS_MAX];
    size_t count;
};

/* ERR_USAGE, with the nearest key, when `text` is no filter, or one too many. */
int filters_add(struct filters *f, const char *text, struct err *err);
/* Whether one of them is on `key`. */
bool filters_have(const struct filters *f, const char *key);
/* Whether all of them hold for the row. */
bool filters_pass(const struct filters *f, const struct store_row *row);
/* The i-th run of what is chosen from, written into `row`. */
typedef void filters_row(const void *data, size_t i, struct store_row *row);
/* ERR_CONFIG where a value is that of none of the `n` runs, or no run passes: the message names
 * what there is.  A status may be that of no run, and of no runs nothing is wanted. */
int filters_check(const struct filters *f, filters_row *row_at, const void *data, size_t n,
                  struct err *err);

#endif
