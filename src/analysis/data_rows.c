#include "config.h"

#include "analysis/data_rows.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"

enum kind { TEXT, REAL, COUNT };

/* Where a column goes. */
struct field {
    const char *name;
    enum kind kind;
    size_t offset, size;
    const char *missing; /* of a text */
};

#define TEXT_FIELD(column, member, text)                                                       \
    {column, TEXT, offsetof(struct store_row, member),                                         \
     sizeof(((struct store_row *)NULL)->member), text}
#define REAL_FIELD(column, member) {column, REAL, offsetof(struct store_row, member), 0, NULL}
#define COUNT_FIELD(column, member) {column, COUNT, offsetof(struct store_row, member), 0, NULL}

static const struct field fields[] = {
    TEXT_FIELD("simulator", simulator, "external"),
    TEXT_FIELD("problem", problem, "data"),
    TEXT_FIELD("class", problem_class, ""),
    REAL_FIELD("n", n),
    REAL_FIELD("work", work),
    REAL_FIELD("footprint", footprint),
    TEXT_FIELD("mode", mode, ""),
    TEXT_FIELD("machine", machine, ""),
    TEXT_FIELD("variant", variant, "base"),
    COUNT_FIELD("seed", seed),
    COUNT_FIELD("repetition", repetition),
    TEXT_FIELD("status", status, "ok"),
    REAL_FIELD("instructions_total", instructions_total),
#define X(name, unit, text) REAL_FIELD(#name, counter[COUNTER_##name]),
    COUNTERS(X)
#undef X
    REAL_FIELD("wall_seconds", wall_seconds),
    REAL_FIELD("user_seconds", user_seconds),
    REAL_FIELD("peak_memory", peak_memory),
};

enum { N_FIELDS = sizeof fields / sizeof fields[0] };

struct reader {
    const struct analysis_data *data;
    size_t column[N_FIELDS + 1]; /* the last is "cpi"; n_columns: not there */
    struct err *err;
};

static const char *field_name(size_t i)
{
    return i < N_FIELDS ? fields[i].name : "cpi";
}

/* One "NAME=COLUMN" of a renaming. */
static int rename_one(struct reader *r, char *part)
{
    char *equals = strchr(part, '=');
    if (equals == NULL || equals == part || equals[1] == '\0')
        return err_set(r->err, ERR_CONFIG, "'%s' is not NAME=COLUMN", part);
    *equals = '\0';
    const char *names[N_FIELDS + 2] = {NULL};
    for (size_t i = 0; i <= N_FIELDS; i++) {
        names[i] = field_name(i);
        if (strcmp(part, names[i]) == 0)
            return analysis_data_column(r->data, equals + 1, r->column + i, r->err);
    }
    const char *nearest = str_nearest(part, names);
    if (nearest != NULL)
        return err_set(r->err, ERR_CONFIG, "runs have no '%s' (did you mean '%s'?)", part,
                       nearest);
    return err_set(r->err, ERR_CONFIG, "runs have no '%s'", part);
}

static int find_columns(struct reader *r, const char *columns)
{
    const struct analysis_data *d = r->data;
    for (size_t i = 0; i <= N_FIELDS; i++) {
        r->column[i] = d->n_columns;
        for (size_t j = 0; j < d->n_columns; j++)
            if (strcmp(d->header[j], field_name(i)) == 0)
                r->column[i] = j;
    }
    char *copy = columns == NULL ? NULL : strdup(columns), *rest = copy;
    if (columns != NULL && copy == NULL)
        return err_set(r->err, ERR_NOMEM, "no memory for '%s'", columns);
    int status = 0;
    for (char *part; status == 0 && (part = strsep(&rest, ",")) != NULL;)
        status = rename_one(r, part);
    free(copy);
    return status;
}

static bool has(const struct reader *r, const char *name)
{
    for (size_t i = 0; i <= N_FIELDS; i++)
        if (strcmp(field_name(i), name) == 0)
            return r->column[i] < r->data->n_columns;
    return false;
}

static int read_real(const struct reader *r, size_t row, size_t column, double *value)
{
    const struct analysis_data *d = r->data;
    const char *text = d->cell[row * d->n_columns + column];
    stats_real real;
    *value = NAN;
    if (text[0] == '\0')
        return 0;
    size_t used = stats_real_parse(text, &real);
    if (used > 0 && text[used] == '\0')
        *value = (double)real;
    if (!isfinite(*value))
        return err_set(r->err, ERR_DATA, "'%s':%zu: column '%s': '%s' is not a finite number",
                       d->name, d->line[row], d->header[column], text);
    return 0;
}

static int read_count(const struct reader *r, size_t row, size_t column, uint64_t *value)
{
    double real;
    int status = read_real(r, row, column, &real);
    if (status < 0 || isnan(real))
        return status;
    if (real < 0 || real > 9007199254740992.0 || real != floor(real))
        return err_set(r->err, ERR_DATA, "'%s':%zu: column '%s': %g is not a whole number",
                       r->data->name, r->data->line[row], r->data->header[column], real);
    *value = (uint64_t)real;
    return 0;
}

static int read_field(const struct reader *r, size_t row, size_t i, struct store_row *out)
{
    const struct analysis_data *d = r->data;
    const struct field *f = fields + i;
    char *target = (char *)out + f->offset;
    size_t column = r->column[i];
    bool there = column < d->n_columns;
    if (f->kind == REAL)
        return there ? read_real(r, row, column, (double *)(void *)target) : 0;
    if (f->kind == COUNT)
        return there ? read_count(r, row, column, (uint64_t *)(void *)target) : 0;
    const char *text = there ? d->cell[row * d->n_columns + column] : "";
    if (strlen(text) >= f->size)
        return err_set(r->err, ERR_DATA, "'%s':%zu: column '%s': longer than %zu bytes", d->name,
                       d->line[row], d->header[column], f->size - 1);
    analysis_format(target, f->size, "%s", text[0] != '\0' ? text : f->missing);
    return 0;
}

static int read_row(const struct reader *r, size_t row, struct store_row *out)
{
    int status = 0;
    store_row_clear(out);
    for (size_t i = 0; status == 0 && i < N_FIELDS; i++)
        status = read_field(r, row, i, out);
    if (status < 0)
        return status;
    if (!(out->n > 0))
        return err_set(r->err, ERR_DATA, "'%s':%zu: the size is not above 0", r->data->name,
                       r->data->line[row]);
    if (r->column[N_FIELDS] < r->data->n_columns && !has(r, "cycles")) {
        double cpi;
        status = read_real(r, row, r->column[N_FIELDS], &cpi);
        if (isnan(out->counter[COUNTER_instructions]))
            out->counter[COUNTER_instructions] = 1;
        out->counter[COUNTER_cycles] = cpi * out->counter[COUNTER_instructions];
    }
    return status;
}

int analysis_rows_from_data(struct store_row **out, const struct analysis_data *data,
                            const char *columns, struct err *err)
{
    struct reader r = {.data = data, .err = err};
    *out = NULL;
    int status = find_columns(&r, columns);
    if (status < 0)
        return status;
    if (!has(&r, "n"))
        return err_set(err, ERR_DATA,
                       "'%s': no column 'n' with the sizes (--columns n=NAME names it)",
                       data->name);
    if (!has(&r, "cycles") && !has(&r, "cpi") && !has(&r, "wall_seconds"))
        return err_set(err, ERR_DATA,
                       "'%s': no column 'cycles', 'cpi' or 'wall_seconds' (--columns "
                       "cycles=NAME names it)",
                       data->name);
    struct store_row *rows = calloc(data->n_rows + 1, sizeof *rows);
    if (rows == NULL)
        return err_set(err, ERR_NOMEM, "no memory for %zu runs", data->n_rows);
    for (size_t i = 0; status == 0 && i < data->n_rows; i++)
        status = read_row(&r, i, rows + i);
    if (status < 0) {
        free(rows);
        return status;
    }
    *out = rows;
    return 0;
}
