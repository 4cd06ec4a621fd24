#include "config.h"

#include "analysis/data.h"

int analysis_data_reals(const struct csv *data, size_t column, stats_real *values,
                        struct err *err)
{
    for (size_t i = 0; i < data->n_rows; i++) {
        const char *text = data->cell[i * data->n_columns + column];
        size_t used = stats_real_parse(text, values + i);
        if (used == 0 || text[used] != '\0')
            return err_set(err, ERR_DATA, "'%s':%zu: column '%s': '%s' is not a finite number%s",
                           data->name, data->line[i], data->header[column], text,
                           csv_number_hint(text));
    }
    return 0;
}
