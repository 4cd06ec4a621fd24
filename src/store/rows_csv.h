/* Runs from a table of numbers: what people have who did not run them with this program. */
#ifndef STORE_ROWS_CSV_H
#define STORE_ROWS_CSV_H

#include "base/csv.h"
#include "store/store.h"

/* Makes one row of each of the table's, an array that the caller frees.  Columns have the names
 * of the store's summary: n, and "cycles", "cpi" or "wall_seconds" at least; other columns are
 * left alone.  `columns` renames: "n=size,cycles=ticks" (NULL: none).  What a cell leaves out
 * is that of `defaults` (NULL: none), then that of store_row_fill(), then missing.  A table
 * with "cpi" and no cycles stands for runs of one instruction. ERR_CONFIG for a renaming that
 * is none; ERR_DATA names file, line and column. */
int store_rows_from_csv(struct store_row **out, const struct csv *data, const char *columns,
                        const struct store_row *defaults, struct err *err);

/* Texts that a run must have, where they are empty: the simulator is "external", the problem
 * "data", the variant "base", the status "ok". */
void store_row_fill(struct store_row *row);

#endif
