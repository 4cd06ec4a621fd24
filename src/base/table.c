#include "config.h"

#include "base/table.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

int format_parse(const char *text, enum format *format)
{
    static const char *const names[] = {"text", "json", "csv"};
    for (int i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            *format = (enum format)i;
            return 0;
        }
    return ERR_USAGE;
}

enum cell_kind { CELL_TEXT, CELL_REAL, CELL_PERCENT, CELL_UINT, CELL_INT, CELL_BOOL };

struct cell {
    enum cell_kind kind;
    int digits;
    union {
        char *text;
        double real;
        uint64_t u;
        int64_t i;
        bool b;
    } value;
};

struct table {
    size_t columns;
    char **keys, **titles;
    struct cell *cells;
    size_t count, size;
    size_t *rules; /* rows before which a rule stands, ascending */
    size_t rule_count;
    int failed; /* 0, or the ERR_* of what could not be kept */
};

static void free_list(char **list, size_t count)
{
    for (size_t i = 0; list != NULL && i < count; i++)
        free(list[i]);
    free(list);
}

static char **copy_list(const char *const *list, size_t count)
{
    char **copy = calloc(count, sizeof(*copy));
    for (size_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = strdup(list[i]);
        if (copy[i] == NULL) {
            free_list(copy, count);
            return NULL;
        }
    }
    return copy;
}

struct table *table_alloc(const char *const *keys, const char *const *titles)
{
    struct table *t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    while (keys[t->columns] != NULL)
        t->columns++;
    /* Nothing stands behind the end of a list that is too short. */
    for (size_t i = 0; titles != NULL && i < t->columns && t->failed == 0; i++)
        if (titles[i] == NULL)
            t->failed = ERR_INTERNAL;
    if (t->columns == 0)
        t->failed = ERR_INTERNAL;
    if (t->failed != 0)
        return t;
    t->keys = copy_list(keys, t->columns);
    t->titles = copy_list(titles != NULL ? titles : keys, t->columns);
    if (t->keys == NULL || t->titles == NULL)
        t->failed = ERR_NOMEM;
    return t;
}

void table_free(struct table *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->count; i++)
        if (t->cells[i].kind == CELL_TEXT)
            free(t->cells[i].value.text);
    free(t->cells);
    free(t->rules);
    free_list(t->keys, t->columns);
    free_list(t->titles, t->columns);
    free(t);
}

/* The next cell, or NULL (and the table is marked) when memory is short. */
static struct cell *add_cell(struct table *t, enum cell_kind kind)
{
    if (t == NULL || t->failed != 0)
        return NULL;
    if (t->count == t->size) {
        size_t size = t->size == 0 ? 16 * t->columns : 2 * t->size;
        struct cell *cells = reallocarray(t->cells, size, sizeof(*cells));
        if (cells == NULL) {
            t->failed = ERR_NOMEM;
            return NULL;
        }
        t->cells = cells;
        t->size = size;
    }
    struct cell *cell = &t->cells[t->count++];
    *cell = (struct cell){.kind = kind};
    return cell;
}

void table_text(struct table *t, const char *text)
{
    struct cell *cell = add_cell(t, CELL_TEXT);
    if (cell == NULL)
        return;
    cell->value.text = strdup(text != NULL ? text : "");
    if (cell->value.text == NULL)
        t->failed = ERR_NOMEM;
}

static void add_real(struct table *t, enum cell_kind kind, double value, int digits)
{
    struct cell *cell = add_cell(t, kind);
    if (cell == NULL)
        return;
    cell->digits = digits;
    cell->value.real = value;
}

void table_real(struct table *t, double value, int digits)
{
    add_real(t, CELL_REAL, value, digits);
}

void table_number(struct table *t, double value)
{
    add_real(t, CELL_REAL, value, 0);
}

void table_percent(struct table *t, double fraction, int digits)
{
    add_real(t, CELL_PERCENT, fraction, digits);
}

void table_uint(struct table *t, uint64_t value)
{
    struct cell *cell = add_cell(t, CELL_UINT);
    if (cell != NULL)
        cell->value.u = value;
}

void table_int(struct table *t, int64_t value)
{
    struct cell *cell = add_cell(t, CELL_INT);
    if (cell != NULL)
        cell->value.i = value;
}

void table_bool(struct table *t, bool value)
{
    struct cell *cell = add_cell(t, CELL_BOOL);
    if (cell != NULL)
        cell->value.b = value;
}

size_t table_rows(const struct table *t)
{
    return t != NULL && t->columns > 0 ? t->count / t->columns : 0;
}

void table_rule(struct table *t)
{
    if (t == NULL || t->failed != 0)
        return;
    size_t *rules = reallocarray(t->rules, t->rule_count + 1, sizeof(*rules));
    if (rules == NULL) {
        t->failed = ERR_NOMEM;
        return;
    }
    t->rules = rules;
    t->rules[t->rule_count++] = table_rows(t);
}

/* `digits` significant digits, zeros kept so that columns line up; the whole part of a large
 * number is never cut, and only very small and very large ones get an exponent.  0: as many as
 * the number needs. */
static void add_digits(struct str *s, double value, int digits)
{
    char buffer[64];
    if (digits < 0) {
        str_addf(s, "%.*f", -digits, value);
        return;
    }
    if (digits == 0) {
        str_addf(s, "%.15g", value);
        return;
    }
    if (digits > 17)
        digits = 17;
    if (fabs(value) >= pow(10, digits) - 0.5 && fabs(value) < 1e15)
        snprintf(buffer, sizeof(buffer), "%.0f", value);
    else
        snprintf(buffer, sizeof(buffer), digits > 1 ? "%#.*g" : "%.*g", digits, value);
    size_t len = strlen(buffer);
    if (len > 0 && buffer[len - 1] == '.')
        buffer[len - 1] = '\0';
    str_add(s, buffer);
}

static void add_text_cell(struct str *s, const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_TEXT:
        /* One row is one line, whatever the text holds. */
        for (const char *p = cell->value.text; *p != '\0'; p++)
            str_add_char(s, iscntrl((unsigned char)*p) ? ' ' : *p);
        break;
    case CELL_REAL:
        if (isnan(cell->value.real))
            str_add_char(s, '-');
        else
            add_digits(s, cell->value.real, cell->digits);
        break;
    case CELL_PERCENT:
        if (isnan(cell->value.real)) {
            str_add_char(s, '-');
        } else {
            /* What is left of two equal numbers by their last bits is no difference. */
            bool nothing = fabs(cell->value.real) < 1e-12;
            add_digits(s, nothing ? 0 : 100 * cell->value.real, cell->digits);
            str_add(s, " %");
        }
        break;
    case CELL_UINT:
        str_addf(s, "%" PRIu64, cell->value.u);
        break;
    case CELL_INT:
        str_addf(s, "%" PRId64, cell->value.i);
        break;
    case CELL_BOOL:
        str_add(s, cell->value.b ? "yes" : "no");
        break;
    }
}

/* Columns that a UTF-8 text takes, a character being one column wide. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void add_blanks(struct str *s, size_t count)
{
    while (count-- > 0)
        str_add_char(s, ' ');
}

/* Appends `text` in a column; text is flush left, numbers are flush right. */
static void add_padded(struct str *s, const char *text, size_t width, bool right, bool last)
{
    size_t have = width_of(text);
    size_t blanks = width > have ? width - have : 0;
    if (right)
        add_blanks(s, blanks);
    str_add(s, text);
    if (!right && !last)
        add_blanks(s, blanks);
    if (!last)
        str_add(s, "  ");
}

/* Blanks at the end of a line, from cells without text, go. */
static void end_line(struct str *s)
{
    while (s->len > 0 && s->data[s->len - 1] == ' ')
        s->data[--s->len] = '\0';
    str_add_char(s, '\n');
}

static bool is_number(const struct cell *cell)
{
    return cell->kind != CELL_TEXT && cell->kind != CELL_BOOL;
}

/* Widths of the columns, and whether they hold numbers alone. */
static void measure(const struct table *t, size_t *width, bool *right, struct str *scratch)
{
    for (size_t c = 0; c < t->columns; c++) {
        width[c] = width_of(t->titles[c]);
        right[c] = t->count > 0;
    }
    for (size_t i = 0; i < t->count; i++) {
        str_clear(scratch);
        add_text_cell(scratch, &t->cells[i]);
        size_t c = i % t->columns, w = width_of(scratch->data);
        if (w > width[c])
            width[c] = w;
        if (!is_number(&t->cells[i]))
            right[c] = false;
    }
}

static int make_text(const struct table *t, struct str *s)
{
    size_t *width = calloc(t->columns, sizeof(*width));
    bool *right = calloc(t->columns, sizeof(*right));
    struct str scratch;
    str_init(&scratch);
    int status = width == NULL || right == NULL ? ERR_NOMEM : 0;
    if (status != 0)
        goto out;
    measure(t, width, right, &scratch);
    size_t total = 2 * (t->columns - 1);
    for (size_t c = 0; c < t->columns; c++) {
        add_padded(s, t->titles[c], width[c], right[c], c + 1 == t->columns);
        total += width[c];
    }
    end_line(s);
    size_t rule = 0;
    for (size_t r = 0; r < table_rows(t); r++) {
        for (; rule < t->rule_count && t->rules[rule] == r; rule++) {
            for (size_t i = 0; i < total; i++)
                str_add_char(s, '-');
            str_add_char(s, '\n');
        }
        for (size_t c = 0; c < t->columns; c++) {
            str_clear(&scratch);
            add_text_cell(&scratch, &t->cells[r * t->columns + c]);
            add_padded(s, scratch.data, width[c], right[c], c + 1 == t->columns);
        }
        end_line(s);
    }
    if (str_failed(&scratch))
        status = ERR_NOMEM;
out:
    str_release(&scratch);
    free(width);
    free(right);
    return status;
}

static void add_csv_text(struct str *s, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        str_add(s, text);
        return;
    }
    str_add_char(s, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            str_add_char(s, '"');
        str_add_char(s, *text);
    }
    str_add_char(s, '"');
}

static void add_csv_cell(struct str *s, const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_TEXT:
        add_csv_text(s, cell->value.text);
        break;
    case CELL_REAL:
    case CELL_PERCENT:
        if (!isnan(cell->value.real))
            str_addf(s, "%.17g", cell->value.real);
        break;
    case CELL_BOOL:
        str_add(s, cell->value.b ? "true" : "false");
        break;
    case CELL_UINT:
    case CELL_INT:
        add_text_cell(s, cell);
        break;
    }
}

static void make_csv(const struct table *t, struct str *s)
{
    for (size_t c = 0; c < t->columns; c++) {
        add_csv_text(s, t->keys[c]);
        str_add_char(s, c + 1 < t->columns ? ',' : '\n');
    }
    for (size_t i = 0; i < t->count; i++) {
        add_csv_cell(s, &t->cells[i]);
        str_add_char(s, (i + 1) % t->columns != 0 ? ',' : '\n');
    }
}

static json_t *json_cell(const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_TEXT:
        return json_string(cell->value.text);
    case CELL_REAL:
    case CELL_PERCENT:
        return json_number(cell->value.real);
    case CELL_BOOL:
        return json_boolean(cell->value.b);
    case CELL_UINT:
        /* jansson's integers are signed. */
        if (cell->value.u > INT64_MAX)
            return json_real((double)cell->value.u);
        return json_integer((json_int_t)cell->value.u);
    case CELL_INT:
        return json_integer(cell->value.i);
    }
    return NULL;
}

/* Row `r` as an object, NULL when memory is short. */
static json_t *json_row(const struct table *t, size_t r)
{
    json_t *row = json_object();
    bool good = row != NULL;
    for (size_t c = 0; good && c < t->columns; c++) {
        const struct cell *cell = &t->cells[r * t->columns + c];
        json_t *value = json_cell(cell);
        if (value == NULL && cell->kind == CELL_TEXT)
            value = json_null(); /* no valid UTF-8: JSON cannot hold it */
        good = json_object_set_new(row, t->keys[c], value) == 0;
    }
    if (good)
        return row;
    json_decref(row);
    return NULL;
}

static int write_json(const struct table *t, FILE *out, struct err *err)
{
    json_t *rows = json_array();
    bool good = rows != NULL;
    for (size_t r = 0; good && r < table_rows(t); r++)
        good = json_array_append_new(rows, json_row(t, r)) == 0;
    int status = json_write(good ? rows : NULL, out, err);
    json_decref(rows);
    return status;
}

static int make_lines(const struct table *t, struct str *s)
{
    for (size_t r = 0; r < table_rows(t); r++) {
        json_t *row = json_row(t, r);
        char *line =
            row != NULL ? json_dumps(row, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
        json_decref(row);
        if (line == NULL)
            return ERR_NOMEM;
        str_add(s, line);
        str_add_char(s, '\n');
        free(line);
    }
    return 0;
}

int table_write(const struct table *t, enum format format, FILE *out, struct err *err)
{
    if (t == NULL || t->failed == ERR_NOMEM)
        return err_set(err, ERR_NOMEM, "out of memory while making a table");
    if (t->failed != 0)
        return err_set(err, t->failed, "a table without columns, or with too few titles");
    if (t->count % t->columns != 0)
        return err_set(err, ERR_INTERNAL, "the last row of a table has %zu of %zu cells",
                       t->count % t->columns, t->columns);
    if (format == FORMAT_JSON)
        return write_json(t, out, err);
    struct str s;
    str_init(&s);
    int status = 0;
    if (format == FORMAT_CSV)
        make_csv(t, &s);
    else if (format == FORMAT_JSONL)
        status = make_lines(t, &s);
    else
        status = make_text(t, &s);
    if (status != 0 || str_failed(&s)) {
        status = err_set(err, ERR_NOMEM, "out of memory while making a table");
    } else if (fwrite(s.data, 1, s.len, out) != s.len || ferror(out)) {
        status = err_set_errno(err, ERR_IO, errno, "cannot write a table");
    }
    str_release(&s);
    return status;
}

int table_finish(struct table *t, enum format format, FILE *out, struct err *err)
{
    int status = table_write(t, format, out, err);
    table_free(t);
    return status;
}
