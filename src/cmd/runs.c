#include "config.h"

#include "cmd/runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "analysis/mixed.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "store/rows_csv.h"

bool runs_is_table(const char *path)
{
    size_t len = strlen(path);
    return strcmp(path, "-") == 0 ||
           (len > 4 && (strcasecmp(path + len - 4, ".csv") == 0 ||
                        strcasecmp(path + len - 4, ".tsv") == 0));
}

static int open_table(struct runs *runs, const char *path, const char *columns, struct err *err)
{
    struct csv *data;
    struct str remarks;
    int status = csv_load(&data, path, err);
    if (status < 0)
        return status;
    str_init(&remarks);
    status = store_rows_from_csv(&runs->made, data, columns, NULL, &remarks, err);
    cmd_warn_lines(remarks.data);
    str_release(&remarks);
    runs->line = data->line; /* taken over */
    data->line = NULL;
    if (status == 0 && analysis_rows_from_array(&runs->rows, runs->made, data->n_rows) < 0)
        status = err_set(err, ERR_NOMEM, "no memory for %zu runs", data->n_rows);
    csv_free(data);
    return status;
}

int runs_open(struct runs *runs, const char *path, const char *columns, struct err *err)
{
    *runs = (struct runs){0};
    if (runs_is_table(path))
        return open_table(runs, path, columns, err);
    if (columns != NULL)
        return err_set(err, ERR_CONFIG, "'%s': --columns is for tables", path);
    int status = store_open(&runs->store, path, err);
    if (status == 0 && analysis_rows_from_store(&runs->rows, runs->store) < 0)
        status = err_set(err, ERR_NOMEM, "no memory for the runs of '%s'", path);
    return status;
}

/* What a selection asks for, one part after the other. */
enum { PART_PROBLEM, PART_MACHINE, PART_VARIANT, PART_MODE, N_PARTS };

struct part {
    const char *name, *wanted; /* NULL: any */
    size_t offset;             /* of the text in a row */
};

static const char *text_of(const struct store_row *row, const struct part *part)
{
    return (const char *)row + part->offset;
}

/* Whether a row is of the first n parts. */
static bool is_of(const struct store_row *row, const struct part *part, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (part[i].wanted != NULL && strcmp(part[i].wanted, text_of(row, &part[i])) != 0)
            return false;
    return true;
}

/* The least text above `last` that rows of the earlier parts have, or NULL. */
static const char *next_text(const struct analysis_rows *rows, const struct part *part, size_t at,
                             const char *last)
{
    const char *next = NULL;
    for (size_t i = 0; i < rows->count; i++) {
        const char *text = text_of(rows->row[i], &part[at]);
        if (is_of(rows->row[i], part, at) && strcmp(text, last) > 0 &&
            (next == NULL || strcmp(text, next) < 0))
            next = text;
    }
    return next;
}

enum { NAMES_MAX = 12 };

/* What there is: the first names or sizes, and how many more. */
static void add_known(struct str *known, size_t *count, const char *text)
{
    if (*count < NAMES_MAX)
        str_addf(known, "%s%s", *count > 0 ? ", " : "", text);
    ++*count;
}

static int refuse(const char *path, const char *asked, struct str *known, size_t count,
                  struct err *err)
{
    if (count > NAMES_MAX)
        str_addf(known, " and %zu more", count - NAMES_MAX);
    int status = count == 0 ? err_set(err, ERR_DATA, "'%s': no run %s", path, asked)
                            : err_set(err, ERR_DATA, "'%s': no run %s; there %s %s", path, asked,
                                      count == 1 ? "is" : "are", known->data);
    str_release(known);
    return status;
}

static int check_part(const char *path, const struct analysis_rows *rows, const struct part *part,
                      size_t at, struct err *err)
{
    struct str known;
    size_t count = 0;
    char asked[STORE_VARIANT_SIZE + 64];
    for (size_t i = 0; i < rows->count; i++)
        if (is_of(rows->row[i], part, at + 1))
            return 0;
    str_init(&known);
    for (const char *text = ""; (text = next_text(rows, part, at, text)) != NULL;)
        add_known(&known, &count, text);
    snprintf(asked, sizeof asked, "of %s '%s'", part[at].name, part[at].wanted);
    return refuse(path, asked, &known, count, err);
}

static int check_size(const char *path, const struct analysis_rows *rows, const struct part *part,
                      double n, struct err *err)
{
    struct str known;
    size_t count = 0;
    char text[64];
    if (!(n > 0))
        return 0;
    str_init(&known);
    for (double last = -INFINITY, next; last < INFINITY; last = next) {
        next = INFINITY;
        for (size_t i = 0; i < rows->count; i++)
            if (is_of(rows->row[i], part, N_PARTS) && rows->row[i]->n > last)
                next = fmin(next, rows->row[i]->n);
        if (next == n) {
            str_release(&known);
            return 0;
        }
        snprintf(text, sizeof text, "%g", next);
        if (isfinite(next))
            add_known(&known, &count, text);
    }
    snprintf(text, sizeof text, "at n = %g", n);
    return refuse(path, text, &known, count, err);
}

int runs_check_selection(const char *path, const struct analysis_rows *rows,
                         const struct analysis_options *o, struct err *err)
{
    const struct part part[N_PARTS] = {
        [PART_PROBLEM] = {"problem", o->problem, offsetof(struct store_row, problem)},
        [PART_MACHINE] = {"machine", o->machine, offsetof(struct store_row, machine)},
        [PART_VARIANT] = {"variant", o->variant, offsetof(struct store_row, variant)},
        [PART_MODE] = {"mode", o->mode, offsetof(struct store_row, mode)}};
    int status = 0;
    for (size_t i = 0; status == 0 && i < N_PARTS; i++)
        status = check_part(path, rows, part, i, err);
    if (status == 0)
        status = check_size(path, rows, part, o->from, err);
    return status == 0 ? check_size(path, rows, part, o->to, err) : status;
}

static void row_at(const void *store, size_t i, struct store_row *row)
{
    *row = *store_row(store, i);
}

int runs_check_filters(const struct filters *f, const struct store *store, struct err *err)
{
    return filters_check(f, row_at, store, store_count(store), err);
}

int runs_warn_mixed(const struct analysis_rows *rows, const struct analysis_options *o,
                    struct err *err)
{
    struct analysis_mixes mixes;
    int status = analysis_mixes_init(&mixes, rows, o, err);
    for (size_t i = 0; status == 0 && i < mixes.count; i++)
        cmd_warn("%s", mixes.item[i].text);
    analysis_mixes_release(&mixes);
    return status;
}

void runs_close(struct runs *runs)
{
    analysis_rows_release(&runs->rows);
    free(runs->made);
    free(runs->line);
    if (runs->store != NULL)
        store_close(runs->store);
    *runs = (struct runs){0};
}
