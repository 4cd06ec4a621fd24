#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_priv.h"

enum { MAX_ROWS = 10000000 }; /* of a summary that will be believed */

#define ROW_TEXT(name)                                                                         \
    {#name, STORE_TEXT, offsetof(struct store_row, name), sizeof(((struct store_row *)0)->name)}
#define ROW_REAL(name) {#name, STORE_REAL, offsetof(struct store_row, name), sizeof(double)}
#define ROW_UINT(name) {#name, STORE_UINT, offsetof(struct store_row, name), sizeof(uint64_t)}
#define ROW_INT(name) {#name, STORE_INT, offsetof(struct store_row, name), sizeof(int64_t)}

const struct store_field store_row_fields[] = {
    ROW_TEXT(id),
    ROW_TEXT(simulator),
    ROW_TEXT(problem),
    ROW_TEXT(problem_class),
    ROW_REAL(n),
    ROW_REAL(work),
    ROW_REAL(footprint),
    ROW_TEXT(mode),
    ROW_TEXT(machine),
    ROW_TEXT(variant),
    ROW_UINT(seed),
    ROW_UINT(repetition),
    ROW_TEXT(status),
    ROW_INT(exit_code),
    ROW_REAL(instructions_total),
#define X(name, unit, text)                                                                    \
    {#name, STORE_REAL, offsetof(struct store_row, counter[COUNTER_##name]), sizeof(double)},
    COUNTERS(X)
#undef X
    ROW_REAL(wall_seconds),
    ROW_REAL(user_seconds),
    ROW_REAL(peak_memory),
};
const size_t store_row_field_count = sizeof(store_row_fields) / sizeof(store_row_fields[0]);

void store_row_clear(struct store_row *row)
{
    /* Also the padding, so that rows can be compared as bytes. */
    memset(row, 0, sizeof(*row));
    row->n = row->work = row->footprint = NAN;
    row->exit_code = -1;
    row->instructions_total = NAN;
    for (int i = 0; i < COUNTER_MAX; i++)
        row->counter[i] = NAN;
    row->wall_seconds = row->user_seconds = row->peak_memory = NAN;
}

static int order_number(double a, double b)
{
    return (a > b) - (a < b);
}

int store_row_order(const void *first, const void *second)
{
    const struct store_row *a = first, *b = second;
    int order = strcmp(a->problem, b->problem);
    if (order == 0)
        order = order_number(a->n, b->n);
    if (order == 0)
        order = strcmp(a->mode, b->mode);
    if (order == 0)
        order = strcmp(a->machine, b->machine);
    if (order == 0)
        order = strcmp(a->variant, b->variant);
    if (order == 0)
        order = (a->seed > b->seed) - (a->seed < b->seed);
    if (order == 0)
        order = (a->repetition > b->repetition) - (a->repetition < b->repetition);
    if (order == 0)
        order = strcmp(a->simulator, b->simulator);
    return order != 0 ? order : strcmp(a->id, b->id);
}

bool store_row_same_point(const struct store_row *a, const struct store_row *b)
{
    return strcmp(a->problem, b->problem) == 0 && a->n == b->n &&
           strcmp(a->mode, b->mode) == 0 && strcmp(a->machine, b->machine) == 0 &&
           strcmp(a->variant, b->variant) == 0 && a->seed == b->seed &&
           a->repetition == b->repetition && strcmp(a->simulator, b->simulator) == 0;
}

int store_rows_write(hid_t file, const struct store_row *row, size_t n)
{
    hid_t disk = store_h5_compound(store_row_fields, store_row_field_count, sizeof(*row), true);
    hid_t memory = store_h5_compound(store_row_fields, store_row_field_count, sizeof(*row), false);
    int rc = -1;
    if (disk >= 0 && memory >= 0)
        rc = store_h5_write_rows(file, "summary", disk, memory, row, n);
    store_h5_close(disk);
    store_h5_close(memory);
    return rc;
}

int store_rows_read(hid_t file, struct store_row **out, size_t *n)
{
    int rc = -1;
    struct store_row *row = NULL;
    hid_t dataset = H5Dopen2(file, "summary", H5P_DEFAULT), memory = -1;
    int64_t length = dataset >= 0 ? store_h5_length(dataset) : -1;
    if (length < 0 || length > MAX_ROWS)
        goto out;
    row = malloc(((size_t)length + 1) * sizeof(*row));
    memory = store_h5_compound(store_row_fields, store_row_field_count, sizeof(*row), false);
    if (row == NULL || memory < 0)
        goto out;
    /* Members that the file lacks keep what stands here. */
    for (int64_t i = 0; i < length; i++)
        store_row_clear(&row[i]);
    if (length > 0 && H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, row) < 0)
        goto out;
    *out = row;
    *n = (size_t)length;
    row = NULL;
    rc = 0;
out:
    free(row);
    store_h5_close(memory);
    store_h5_close(dataset);
    return rc;
}
