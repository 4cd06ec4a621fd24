#include "config.h"

#include "base/csv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* Larger files are no tables of measurements. */
static const size_t size_max = (size_t)1 << 30;

/* Where the parser stands: cells are cut out of the text in place. */
struct reader {
    struct csv *data;
    char *at, *end;
    size_t line;
    char separator;
    size_t cells_size;
    struct err *err;
};

static char separator_of(const char *at, const char *end)
{
    for (const char *candidates = ",;\t"; *candidates != '\0'; candidates++)
        for (const char *p = at; p < end && *p != '\n'; p++)
            if (*p == *candidates)
                return *candidates;
    return ',';
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* A quoted cell; the quotes and doubled quotes inside are taken out in place. */
static int read_quoted(struct reader *r, char **cell)
{
    size_t start = r->line;
    char *to = *cell = ++r->at;
    for (;; r->at++) {
        if (r->at == r->end)
            return err_set(r->err, ERR_DATA, "'%s':%zu: a quoted text does not end",
                           r->data->name, start);
        if (*r->at == '"' && r->at + 1 < r->end && r->at[1] == '"')
            r->at++;
        else if (*r->at == '"')
            break;
        r->line += *r->at == '\n';
        *to++ = *r->at;
    }
    r->at++;
    while (r->at < r->end && blank(*r->at) && *r->at != r->separator)
        r->at++;
    if (r->at < r->end && *r->at != r->separator && *r->at != '\n')
        return err_set(r->err, ERR_DATA, "'%s':%zu: text behind a closing quote", r->data->name,
                       r->line);
    *to = '\0';
    return 0;
}

/* One cell; *last tells that the line ends with it.  The text behind the last byte is a NUL
 * of ours, so that the end of a cell can always be marked. */
static int read_cell(struct reader *r, char **cell, bool *last)
{
    while (r->at < r->end && blank(*r->at) && *r->at != r->separator)
        r->at++;
    if (r->at < r->end && *r->at == '"') {
        int status = read_quoted(r, cell);
        if (status < 0)
            return status;
    } else {
        char *stop = *cell = r->at;
        for (; r->at < r->end && *r->at != r->separator && *r->at != '\n'; r->at++)
            if (!blank(*r->at))
                stop = r->at + 1;
        *last = r->at == r->end || *r->at == '\n';
        r->line += r->at < r->end && *r->at == '\n';
        *stop = '\0';
        r->at += r->at < r->end;
        return 0;
    }
    *last = r->at == r->end || *r->at == '\n';
    r->line += r->at < r->end && *r->at == '\n';
    r->at += r->at < r->end;
    return 0;
}

static bool skip_line(struct reader *r, bool comments)
{
    char *p = r->at;
    while (p < r->end && blank(*p))
        p++;
    if (p < r->end && *p != '\n' && !(comments && *p == '#'))
        return false;
    while (p < r->end && *p != '\n')
        p++;
    r->line += p < r->end;
    r->at = p + (p < r->end);
    return true;
}

static int no_memory(struct reader *r)
{
    return err_set(r->err, ERR_NOMEM, "no memory for '%s'", r->data->name);
}

static int read_header(struct reader *r)
{
    struct csv *d = r->data;
    while (r->at < r->end && skip_line(r, true))
        ;
    if (r->at == r->end)
        return err_set(r->err, ERR_DATA, "'%s': no header and no rows", d->name);
    r->separator = separator_of(r->at, r->end);
    size_t line = d->header_line = r->line;
    for (bool last = false; !last; d->n_columns++) {
        char **grown = realloc(d->header, (d->n_columns + 1) * sizeof *grown);
        if (grown == NULL)
            return no_memory(r);
        d->header = grown;
        int status = read_cell(r, d->header + d->n_columns, &last);
        if (status < 0)
            return status;
        const char *name = d->header[d->n_columns];
        if (name[0] == '\0')
            return err_set(r->err, ERR_DATA, "'%s':%zu: column %zu has no name", d->name, line,
                           d->n_columns + 1);
        for (size_t i = 0; i < d->n_columns; i++)
            if (strcmp(d->header[i], name) == 0)
                return err_set(r->err, ERR_DATA, "'%s':%zu: two columns are named '%s'",
                               d->name, line, name);
    }
    return 0;
}

static int grow_rows(struct reader *r)
{
    struct csv *d = r->data;
    if (d->n_rows < r->cells_size)
        return 0;
    size_t size = r->cells_size * 2 + 64;
    char **cell = realloc(d->cell, size * d->n_columns * sizeof *cell);
    if (cell != NULL)
        d->cell = cell;
    size_t *line = realloc(d->line, size * sizeof *line);
    if (line != NULL)
        d->line = line;
    r->cells_size = size;
    return cell == NULL || line == NULL ? no_memory(r) : 0;
}

static int read_row(struct reader *r)
{
    struct csv *d = r->data;
    int status = grow_rows(r);
    if (status < 0)
        return status;
    size_t line = r->line, count = 0;
    char *cell;
    for (bool last = false; !last; count++) {
        status = read_cell(r, &cell, &last);
        if (status < 0)
            return status;
        if (count < d->n_columns)
            d->cell[d->n_rows * d->n_columns + count] = cell;
    }
    if (count != d->n_columns)
        return err_set(r->err, ERR_DATA, "'%s':%zu: %zu cells instead of %zu", d->name, line,
                       count, d->n_columns);
    d->line[d->n_rows++] = line;
    return 0;
}

int csv_parse(struct csv **out, const char *name, const char *text, size_t len, struct err *err)
{
    *out = NULL;
    struct csv *d = calloc(1, sizeof *d);
    if (d == NULL)
        return err_set(err, ERR_NOMEM, "no memory for '%s'", name);
    d->name = strdup(name);
    d->text = malloc(len + 1);
    struct reader r = {.data = d, .line = 1, .err = err};
    int status = d->name == NULL || d->text == NULL
                     ? err_set(err, ERR_NOMEM, "no memory for '%s'", name)
                     : 0;
    if (status == 0) {
        memcpy(d->text, text, len);
        d->text[len] = '\0';
        r.at = d->text;
        r.end = d->text + len;
        if (memchr(text, '\0', len) != NULL)
            status = err_set(err, ERR_DATA, "'%s': is no text file", name);
        /* The byte order mark that spreadsheets write. */
        if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
            r.at += 3;
    }
    if (status == 0)
        status = read_header(&r);
    while (status == 0 && r.at < r.end)
        if (!skip_line(&r, false))
            status = read_row(&r);
    if (status == 0 && d->n_rows == 0)
        status = err_set(err, ERR_DATA, "'%s': a header and no rows", name);
    if (status < 0) {
        csv_free(d);
        return status;
    }
    *out = d;
    return 0;
}

int csv_load(struct csv **out, const char *path, struct err *err)
{
    *out = NULL;
    bool standard = strcmp(path, "-") == 0;
    FILE *in = standard ? stdin : fopen(path, "rb");
    struct str text;
    char buffer[16384];
    size_t got;
    if (in == NULL)
        return err_set_errno(err, ERR_DATA, errno, "'%s'", path);
    str_init(&text);
    errno = 0;
    while ((got = fread(buffer, 1, sizeof buffer, in)) > 0 && text.len <= size_max)
        str_add_mem(&text, buffer, got);
    int status = 0;
    if (ferror(in))
        status = err_set_errno(err, ERR_DATA, errno, "'%s'", path);
    else if (text.len > size_max)
        status = err_set(err, ERR_DATA, "'%s': larger than 1 GiB", path);
    else if (str_failed(&text))
        status = err_set(err, ERR_NOMEM, "no memory for '%s'", path);
    else
        status = csv_parse(out, path, text.data, text.len, err);
    str_release(&text);
    if (!standard)
        fclose(in);
    return status;
}

void csv_free(struct csv *data)
{
    if (data == NULL)
        return;
    free(data->name);
    free(data->text);
    free(data->header);
    free(data->cell);
    free(data->line);
    free(data);
}

const char *csv_number_hint(const char *text)
{
    size_t digits = strspn(text, "0123456789.,+-eE");
    return text[digits] == '\0' && strchr(text, ',') != NULL
               ? " (write '.' before decimals, and nothing between thousands)"
               : "";
}

int csv_column(const struct csv *data, const char *name, size_t *column, struct err *err)
{
    for (size_t i = 0; i < data->n_columns; i++)
        if (strcmp(data->header[i], name) == 0) {
            *column = i;
            return 0;
        }
    const char **names = calloc(data->n_columns + 1, sizeof *names);
    for (size_t i = 0; names != NULL && i < data->n_columns; i++)
        names[i] = data->header[i];
    const char *nearest = names == NULL ? NULL : str_nearest(name, names);
    int status = nearest != NULL
                     ? err_set(err, ERR_DATA, "'%s': no column '%s' (did you mean '%s'?)",
                               data->name, name, nearest)
                     : err_set(err, ERR_DATA, "'%s': no column '%s'", data->name, name);
    free(names);
    return status;
}
