#include "config.h"

#include "cmd/save.h"

#include <stdlib.h>

int save_init(struct save *s, const char *name, const char *const *texts,
              const char *const *reals, size_t n_rows)
{
    *s = (struct save){.table = {.name = name, .n_rows = n_rows}};
    size_t n_real = 0;
    while (texts[s->n_text] != NULL)
        s->n_text++;
    while (reals[n_real] != NULL)
        n_real++;
    s->text = calloc(s->n_text * n_rows + 1, sizeof *s->text);
    s->real = calloc(n_real * n_rows + 1, sizeof *s->real);
    if (s->text == NULL || s->real == NULL || s->n_text + n_real > SAVE_COLUMNS_MAX)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->n_text; i++)
        s->column[i] = (struct store_column){.name = texts[i], .text = s->text + i * n_rows};
    for (size_t i = 0; i < n_real; i++)
        s->column[s->n_text + i] =
            (struct store_column){.name = reals[i], .real = s->real + i * n_rows};
    s->table.n_columns = s->n_text + n_real;
    s->table.column = s->column;
    return 0;
}

void save_release(struct save *s)
{
    free(s->text);
    free(s->real);
}

void save_row(struct save *s, size_t row, const char *const *texts, const double *reals)
{
    size_t n = s->table.n_rows;
    for (size_t i = 0; i < s->n_text; i++)
        s->text[i * n + row] = texts[i];
    for (size_t i = 0; i < s->table.n_columns - s->n_text; i++)
        s->real[i * n + row] = reals[i];
}

int save_write(struct save *s, const char *path, const struct store_value *values,
               size_t n_values, struct err *err)
{
    s->table.value = values;
    s->table.n_values = n_values;
    return store_write_tables(path, &s->table, 1, err);
}
