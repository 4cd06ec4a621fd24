/* Columns of tables as numbers of full precision. */
#ifndef ANALYSIS_DATA_H
#define ANALYSIS_DATA_H

#include "base/csv.h"
#include "stats/real.h"

/* The numbers of a column, n_rows of them, at full precision: ERR_DATA names file, line and
 * column of the first cell that is no finite number. */
int analysis_data_reals(const struct csv *data, size_t column, stats_real *values,
                        struct err *err);

#endif
