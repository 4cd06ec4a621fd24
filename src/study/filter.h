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

/* ERR_USAGE, with the nearest key, when `text` is no filter. */
int filter_parse(struct filter *filter, const char *text, struct err *err);
/* Whether all of the filters hold for the row. */
bool filter_pass(const struct filter *filter, size_t n, const struct store_row *row);

#endif
