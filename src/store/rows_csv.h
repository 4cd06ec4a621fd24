/* Runs from a table of numbers: what people have who did not run them with this program. */
#ifndef STORE_ROWS_CSV_H
#define STORE_ROWS_CSV_H

#include "base/csv.h"
#include "base/str.h"
#include "store/store.h"

/* Makes one row of each of the table's, an array that the caller frees.  Columns have the names
 * of the store's summary: n, and "cycles", "cpi" or "wall_seconds" at least.  `columns` renames:
 * "n=size,cycles=ticks" (NULL: none); "mode=" says that no column is the mode.  What a cell
 * leaves out is that of `defaults` (NULL: none), then that of store_row_fill(), then missing.  A
 * table with "cpi" and no cycles stands for runs of one instruction.
 *
 * A column that looks like a misspelt one of those that say which run it is or what it took is
 * refused, and so are runs that went well without work or time; ERR_DATA names file, line and
 * column.  ERR_CONFIG for a renaming that is none.  Other columns are left alone: `remarks` (may
 * be NULL) is told of them, of runs that differ in nothing else, and of those that have no cycles
 * where others do, in lines. */
int store_rows_from_csv(struct store_row **out, const struct csv *data, const char *columns,
                        const struct store_row *defaults, struct str *remarks, struct err *err);

/* Texts that a run must have, where they are empty: the simulator is "external", the problem
 * "data", the variant "base", the status "ok". */
void store_row_fill(struct store_row *row);

#endif
