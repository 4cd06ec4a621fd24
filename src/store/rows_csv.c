#include "config.h"

#include "store/rows_csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/fields.h"

enum { NO_COLUMN = -1 };

struct reader {
    const struct csv *data;
    int *column; /* of each field; the last is "cpi" */
    struct err *err;
};

static int *column_of(struct reader *r, const char *name, const char **nearest)
{
    if (strcmp(name, "cpi") == 0)
        return &r->column[store_row_field_count];
    const struct store_field *field = store_row_field(name, nearest);
    return field != NULL ? &r->column[field - store_row_fields] : NULL;
}

/* One "NAME=COLUMN" of a renaming. */
static int rename_one(struct reader *r, char *part)
{
    const char *nearest = NULL;
    size_t column = 0;
    char *equals = strchr(part, '=');
    if (equals == NULL || equals == part || equals[1] == '\0')
        return err_set(r->err, ERR_CONFIG, "'%s' is not NAME=COLUMN", part);
    *equals = '\0';
    int *place = column_of(r, part, &nearest);
    if (place == NULL && nearest != NULL)
        return err_set(r->err, ERR_CONFIG, "runs have no '%s' (did you mean '%s'?)", part,
                       nearest);
    if (place == NULL)
        return err_set(r->err, ERR_CONFIG, "runs have no '%s'", part);
    int rc = csv_column(r->data, equals + 1, &column, r->err);
    *place = (int)column;
    return rc;
}

static int find_columns(struct reader *r, const char *columns)
{
    const struct csv *d = r->data;
    for (size_t i = 0; i <= store_row_field_count; i++)
        r->column[i] = NO_COLUMN;
    for (size_t j = 0; j < d->n_columns; j++) {
        int *place = column_of(r, d->header[j], NULL);
        if (place != NULL)
            *place = (int)j;
    }
    char *copy = columns != NULL ? strdup(columns) : NULL, *rest = copy;
    if (columns != NULL && copy == NULL)
        return err_set(r->err, ERR_NOMEM, "no memory for '%s'", columns);
    int rc = 0;
    for (char *part; rc == 0 && (part = strsep(&rest, ",")) != NULL;)
        rc = rename_one(r, part);
    free(copy);
    return rc;
}

static bool has(struct reader *r, const char *name)
{
    return *column_of(r, name, NULL) != NO_COLUMN;
}

static int cell_error(const struct reader *r, size_t row, int column, const struct err *cause)
{
    return err_set(r->err, cause->code, "'%s':%zu: column '%s': %s", r->data->name,
                   r->data->line[row], r->data->header[column], cause->text);
}

static const char *cell_of(const struct reader *r, size_t row, int column)
{
    return r->data->cell[row * r->data->n_columns + (size_t)column];
}

/* CPI alone stands for a run of one instruction. */
static int read_cpi(struct reader *r, size_t row, struct store_row *out)
{
    int column = *column_of(r, "cpi", NULL);
    if (column == NO_COLUMN || has(r, "cycles"))
        return 0;
    struct err cause = {0};
    struct store_row scratch;
    store_row_clear(&scratch);
    const struct store_field *cycles = store_row_field("cycles", NULL);
    if (store_row_set(&scratch, cycles, cell_of(r, row, column), &cause) != 0)
        return cell_error(r, row, column, &cause);
    if (isnan(out->counter[COUNTER_instructions]))
        out->counter[COUNTER_instructions] = 1;
    double cycles_of_all = scratch.counter[COUNTER_cycles] * out->counter[COUNTER_instructions];
    if (isinf(cycles_of_all)) {
        err_set(&cause, ERR_DATA, "so many cycles are no finite number");
        return cell_error(r, row, column, &cause);
    }
    out->counter[COUNTER_cycles] = cycles_of_all;
    return 0;
}

static int read_row(struct reader *r, size_t row, const struct store_row *defaults,
                    struct store_row *out)
{
    *out = *defaults;
    for (size_t i = 0; i < store_row_field_count; i++) {
        struct err cause = {0};
        int column = r->column[i];
        if (column != NO_COLUMN &&
            store_row_set(out, &store_row_fields[i], cell_of(r, row, column), &cause) != 0)
            return cell_error(r, row, column, &cause);
    }
    if (!(out->n > 0))
        return err_set(r->err, ERR_DATA, "'%s':%zu: the size is not above 0", r->data->name,
                       r->data->line[row]);
    return read_cpi(r, row, out);
}

static void fill_text(char *text, size_t size, const char *value)
{
    if (text[0] == '\0')
        strncpy(text, value, size - 1);
}

void store_row_fill(struct store_row *row)
{
    fill_text(row->simulator, sizeof(row->simulator), "external");
    fill_text(row->problem, sizeof(row->problem), "data");
    fill_text(row->variant, sizeof(row->variant), "base");
    fill_text(row->status, sizeof(row->status), "ok");
}

int store_rows_from_csv(struct store_row **out, const struct csv *data, const char *columns,
                        const struct store_row *defaults, struct err *err)
{
    struct reader r = {.data = data, .err = err};
    struct store_row none, *rows = NULL;
    *out = NULL;
    store_row_clear(&none);
    if (defaults == NULL)
        defaults = &none;
    r.column = malloc((store_row_field_count + 1) * sizeof(*r.column));
    int rc = r.column != NULL ? find_columns(&r, columns)
                              : err_set(err, ERR_NOMEM, "no memory for '%s'", data->name);
    if (rc != 0)
        goto out;
    if (!has(&r, "n") && isnan(defaults->n)) {
        rc = err_set(err, ERR_DATA,
                     "'%s': no column 'n' with the sizes (--columns n=NAME names it)",
                     data->name);
        goto out;
    }
    if (!has(&r, "cycles") && !has(&r, "cpi") && !has(&r, "wall_seconds")) {
        rc = err_set(err, ERR_DATA,
                     "'%s': no column 'cycles', 'cpi' or 'wall_seconds' (--columns "
                     "cycles=NAME names it)",
                     data->name);
        goto out;
    }
    rows = calloc(data->n_rows + 1, sizeof(*rows));
    if (rows == NULL)
        rc = err_set(err, ERR_NOMEM, "no memory for %zu runs", data->n_rows);
    for (size_t i = 0; rc == 0 && i < data->n_rows; i++) {
        rc = read_row(&r, i, defaults, &rows[i]);
        store_row_fill(&rows[i]);
    }
    if (rc == 0) {
        *out = rows;
        rows = NULL;
    }
out:
    free(rows);
    free(r.column);
    return rc;
}
