/* Runs from a table of numbers: what people have who did not run them with this program. */
#ifndef ANALYSIS_DATA_ROWS_H
#define ANALYSIS_DATA_ROWS_H

#include "analysis/analysis.h"
#include "analysis/data.h"

/* Makes one row of each of the table's, an array that the caller frees.  Columns have the names
 * of the store's summary: n, and "cycles", "cpi" or "wall_seconds" at least; where "problem",
 * "variant", "simulator", "status" are missing they are "data", "base", "external" and "ok".
 * A table with "cpi" and no cycles stands for runs of one instruction.  `columns` renames:
 * "n=size,cycles=ticks" (NULL: none).  Empty cells are missing values.
 * ERR_CONFIG for a renaming that is none; ERR_DATA names file, line and column. */
int analysis_rows_from_data(struct store_row **out, const struct analysis_data *data,
                            const char *columns, struct err *err);

#endif
