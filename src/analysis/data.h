/* Tables of numbers from CSV files: a header, then one row a line (RFC 4180; comma, semicolon
 * or tab, whichever the header has; lines that begin with '#' before the header are skipped). */
#ifndef ANALYSIS_DATA_H
#define ANALYSIS_DATA_H

#include <stddef.h>

#include "base/err.h"
#include "stats/real.h"

struct analysis_data {
    char *name;     /* for messages: the path as it was given */
    size_t n_rows, n_columns;
    char **header;  /* n_columns, all different, none empty */
    char **cell;    /* n_rows x n_columns, row by row; blanks around unquoted text removed */
    size_t *line;   /* of each row, from 1 */
    char *text;     /* what header and cells point into */
};

/* `path` "-" is standard input.  ERR_DATA with file and line when it cannot be read, is empty,
 * has no rows, or has a row of another length than the header. */
int analysis_data_load(struct analysis_data **out, const char *path, struct err *err);
/* The same from memory; `text` is copied. */
int analysis_data_parse(struct analysis_data **out, const char *name, const char *text,
                        size_t len, struct err *err);
void analysis_data_free(struct analysis_data *data);

/* The column of that name: ERR_DATA names the nearest one when there is none. */
int analysis_data_column(const struct analysis_data *data, const char *name, size_t *column,
                         struct err *err);
/* Its numbers, n_rows of them, at full precision: ERR_DATA names file, line and column of the
 * first cell that is no finite number. */
int analysis_data_reals(const struct analysis_data *data, size_t column, stats_real *values,
                        struct err *err);

#endif
