/* Tables of numbers from CSV files: a header, then one row a line (RFC 4180; comma, semicolon
 * or tab, whichever the header has; lines that begin with '#' before the header are skipped).
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stddef.h>

#include "base/err.h"

struct csv {
    char *name; /* for messages: the path as it was given */
    size_t header_line; /* from 1 */
    size_t n_rows, n_columns;
    char **header; /* n_columns, all different, none empty */
    char **cell;   /* n_rows x n_columns, row by row; blanks around unquoted text removed */
    size_t *line;  /* of each row, from 1 */
    char *text;    /* what header and cells point into */
};

/* `path` "-" is standard input.  ERR_DATA with file and line when it cannot be read, is empty,
 * has no rows, or has a row of another length than the header. */
int csv_load(struct csv **out, const char *path, struct err *err);
/* The same from memory; `text` is copied. */
int csv_parse(struct csv **out, const char *name, const char *text, size_t len,
              struct err *err);
void csv_free(struct csv *data);

/* What to say behind a cell that is no number, "" as a rule: a comma has no place in one. */
const char *csv_number_hint(const char *text);

/* The column of that name: ERR_DATA names the nearest one when there is none. */
int csv_column(const struct csv *data, const char *name, size_t *column, struct err *err);

#endif
