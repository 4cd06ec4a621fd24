/* Runs of a study file or of a table of numbers, whichever a path names. */
#ifndef CMD_RUNS_H
#define CMD_RUNS_H

#include <stdbool.h>

#include "analysis/analysis.h"
#include "store/store.h"
#include "study/filter.h"

struct runs {
    struct store *store;      /* NULL for a table */
    struct store_row *made;   /* of a table */
    size_t *line;             /* of each of them there */
    struct analysis_rows rows;
};

/* A path that ends in ".csv" or ".tsv", or "-", is a table; all else is a study file. */
bool runs_is_table(const char *path);
/* `columns` renames a table's columns (NULL: none); see store_rows_from_csv(). */
int runs_open(struct runs *runs, const char *path, const char *columns, struct err *err);
/* Refuses a selection (problem, machine, variant, mode, from, to) that no run is of: ERR_DATA, and
 * the message names what there is. */
int runs_check_selection(const char *path, const struct analysis_rows *rows,
                         const struct analysis_options *o, struct err *err);
/* filters_check() of a store's runs. */
int runs_check_filters(const struct filters *f, const struct store *store, struct err *err);
/* Warns of selected runs that different programs, machines or models made; see
 * analysis_mixes_init().  Tables have none. */
int runs_warn_mixed(const struct analysis_rows *rows, const struct analysis_options *o,
                    struct err *err);
/* Harmless after a failure and for zeros. */
void runs_close(struct runs *runs);

#endif
