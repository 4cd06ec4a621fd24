#include "config.h"

#include "store/rows_csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "store/fields.h"
#include "store/store_priv.h"

enum { NO_COLUMN = -1, UNSAID = -2 /* and nobody said that there is none */ };

struct reader {
    const struct csv *data;
    int *column;    /* of each field; the last is "cpi" */
    bool *is_known; /* of each column of the table */
    size_t n_unknown;
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
    if (equals == NULL || equals == part)
        return err_set(r->err, ERR_CONFIG, "'%s' is not NAME=COLUMN", part);
    *equals = '\0';
    int *place = column_of(r, part, &nearest);
    if (place == NULL && nearest != NULL)
        return err_set(r->err, ERR_CONFIG, "runs have no '%s' (did you mean '%s'?)", part,
                       nearest);
    if (place == NULL)
        return err_set(r->err, ERR_CONFIG, "runs have no '%s'", part);
    *place = NO_COLUMN;
    if (equals[1] == '\0')
        return 0;
    int rc = csv_column(r->data, equals + 1, &column, r->err);
    if (rc == 0) {
        *place = (int)column;
        r->is_known[column] = true;
    }
    return rc;
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* Misspelt, one of these makes other runs of what is there; others are only missing. */
static int refuse_misspelt(struct reader *r)
{
    static const char *const decisive[] = {
        "simulator", "problem", "n",      "mode",         "machine", "variant",      "seed",
        "repetition", "status", "cycles", "instructions", "cpi",     "wall_seconds", NULL};
    const struct csv *d = r->data;
    for (size_t j = 0; j < d->n_columns; j++) {
        const char *nearest = NULL;
        if (r->is_known[j])
            continue;
        column_of(r, d->header[j], &nearest);
        if (nearest != NULL && is_one_of(nearest, decisive) &&
            *column_of(r, nearest, NULL) == UNSAID)
            return err_set(r->err, ERR_DATA,
                           "'%s':%zu: unknown column '%s' (did you mean '%s'? --columns %s=%s "
                           "takes it so, --columns %s= leaves it alone)",
                           d->name, d->header_line, d->header[j], nearest, nearest, d->header[j],
                           nearest);
    }
    return 0;
}

static int find_columns(struct reader *r, const char *columns)
{
    const struct csv *d = r->data;
    for (size_t i = 0; i <= store_row_field_count; i++)
        r->column[i] = UNSAID;
    for (size_t j = 0; j < d->n_columns; j++) {
        int *place = column_of(r, d->header[j], NULL);
        r->is_known[j] = place != NULL || is_one_of(d->header[j], store_run_columns);
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
    if (rc == 0)
        rc = refuse_misspelt(r);
    for (size_t j = 0; j < d->n_columns; j++)
        r->n_unknown += !r->is_known[j];
    return rc;
}

static bool has(struct reader *r, const char *name)
{
    return *column_of(r, name, NULL) >= 0;
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
    if (column < 0 || has(r, "cycles"))
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

/* A run that went well did some work and took some time.  Clocks may tick too slowly for a small
 * one, which matters where there is nothing else. */
static int check_above(struct reader *r, size_t row, const struct store_row *out)
{
    static const struct {
        const char *name;
        bool zero; /* is possible */
    } above[] = {{"instructions", false}, {"cycles", false},      {"cpi", false},
                 {"wall_seconds", true},  {"user_seconds", true}, {"peak_memory", true}};
    struct err cause = {0};
    double value;
    for (size_t i = 0; i < sizeof above / sizeof above[0]; i++) {
        int column = *column_of(r, above[i].name, NULL);
        bool zero = (above[i].zero && (has(r, "cycles") || has(r, "cpi"))) ||
                    strcmp(out->status, "ok") != 0;
        if (column < 0 || units_parse_double(cell_of(r, row, column), &value) != 0 || value > 0 ||
            (zero && value == 0))
            continue;
        err_set(&cause, ERR_DATA, "'%s' is %s", cell_of(r, row, column),
                zero ? "below 0" : "not above 0");
        return cell_error(r, row, column, &cause);
    }
    return 0;
}

static int read_row(struct reader *r, size_t row, const struct store_row *defaults,
                    struct store_row *out)
{
    *out = *defaults;
    for (size_t i = 0; i < store_row_field_count; i++) {
        struct err cause = {0};
        int column = r->column[i];
        if (column >= 0 &&
            store_row_set(out, &store_row_fields[i], cell_of(r, row, column), &cause) != 0)
            return cell_error(r, row, column, &cause);
    }
    if (!(out->n > 0))
        return err_set(r->err, ERR_DATA, "'%s':%zu: the size is not above 0", r->data->name,
                       r->data->line[row]);
    int rc = read_cpi(r, row, out);
    store_row_fill(out);
    return rc == 0 ? check_above(r, row, out) : rc;
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

/* ---- what was left alone ---------------------------------------------------------------- */

enum { NAMES_MAX = 5 };

static void remark_columns(const struct reader *r, struct str *remarks)
{
    const struct csv *d = r->data;
    size_t told = 0;
    str_addf(remarks, "'%s':%zu: unknown column%s ", d->name, d->header_line,
             r->n_unknown == 1 ? "" : "s");
    for (size_t j = 0; j < d->n_columns; j++)
        if (!r->is_known[j] && told++ < NAMES_MAX)
            str_addf(remarks, "%s'%s'", told > 1 ? ", " : "", d->header[j]);
    if (told > NAMES_MAX)
        str_addf(remarks, " and %zu more", told - NAMES_MAX);
    str_addf(remarks, " %s left alone (rung-store(5) names those of runs)\n",
             told == 1 ? "is" : "are");
}

/* Runs that went well with neither cycles nor a time, where others have cycles: a gap is easily
 * overlooked. */
static void remark_gaps(struct reader *r, const struct store_row *rows, struct str *remarks)
{
    const struct csv *d = r->data;
    size_t first = 0, count = 0;
    if (!has(r, "cycles") && !has(r, "cpi"))
        return;
    for (size_t i = 0; i < d->n_rows; i++)
        if (isnan(rows[i].counter[COUNTER_cycles]) && isnan(rows[i].wall_seconds) &&
            strcmp(rows[i].status, "ok") == 0 &&
            strcmp(rows[i].mode, "emulation") != 0 && count++ == 0)
            first = i;
    if (count > 0 && count < d->n_rows)
        str_addf(remarks, "'%s':%zu: this run%s ha%s no cycles, and no say in what is made of them\n",
                 d->name, d->line[first], count > 1 ? " and others" : "", count > 1 ? "ve" : "s");
}

struct place {
    const struct store_row *row;
    size_t number;
};

static int order_places(const void *first, const void *second)
{
    const struct place *a = first, *b = second;
    int order = store_row_order(a->row, b->row);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

/* The first unknown column that tells two rows apart, or NULL. */
static const char *differs_in(const struct reader *r, size_t a, size_t b)
{
    for (size_t j = 0; j < r->data->n_columns; j++)
        if (!r->is_known[j] && strcmp(cell_of(r, a, (int)j), cell_of(r, b, (int)j)) != 0)
            return r->data->header[j];
    return NULL;
}

/* Runs that only columns tell apart that were left alone: perhaps variants, not repetitions. */
static int remark_repetitions(struct reader *r, const struct store_row *rows, struct str *remarks)
{
    const struct csv *d = r->data;
    struct place *place = malloc((d->n_rows + 1) * sizeof(*place));
    if (place == NULL)
        return err_set(r->err, ERR_NOMEM, "no memory for %zu runs", d->n_rows);
    for (size_t i = 0; i < d->n_rows; i++)
        place[i] = (struct place){&rows[i], i};
    qsort(place, d->n_rows, sizeof(*place), order_places);
    for (size_t i = 1; i < d->n_rows; i++) {
        const char *name = differs_in(r, place[i - 1].number, place[i].number);
        if (name == NULL || !store_row_same_point(place[i - 1].row, place[i].row))
            continue;
        str_addf(remarks,
                 "'%s':%zu: the run of line %zu again, but for column '%s', which is unknown: "
                 "such rows are taken for repetitions",
                 d->name, d->line[place[i].number], d->line[place[i - 1].number], name);
        if (!has(r, "variant"))
            str_addf(remarks, " (--columns variant=%s makes variants of them)", name);
        str_add(remarks, "\n");
        break;
    }
    free(place);
    return 0;
}

int store_rows_from_csv(struct store_row **out, const struct csv *data, const char *columns,
                        const struct store_row *defaults, struct str *remarks, struct err *err)
{
    struct reader r = {.data = data, .err = err};
    struct store_row none, *rows = NULL;
    *out = NULL;
    store_row_clear(&none);
    if (defaults == NULL)
        defaults = &none;
    r.column = malloc((store_row_field_count + 1) * sizeof(*r.column));
    r.is_known = calloc(data->n_columns + 1, sizeof(*r.is_known));
    int rc = r.column != NULL && r.is_known != NULL ? find_columns(&r, columns)
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
    for (size_t i = 0; rc == 0 && i < data->n_rows; i++)
        rc = read_row(&r, i, defaults, &rows[i]);
    if (rc == 0 && remarks != NULL && r.n_unknown > 0) {
        remark_columns(&r, remarks);
        rc = remark_repetitions(&r, rows, remarks);
    }
    if (rc == 0 && remarks != NULL)
        remark_gaps(&r, rows, remarks);
    if (rc == 0) {
        *out = rows;
        rows = NULL;
    }
out:
    free(rows);
    free(r.is_known);
    free(r.column);
    return rc;
}
