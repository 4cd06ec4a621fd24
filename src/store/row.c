#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_priv.h"

enum { MAX_ROWS = 10000000 }; /* of a summary that will be believed */

#define ROW_FIELD(kind, name) STORE_FIELD(kind, struct store_row, name)

const struct store_field store_row_fields[] = {
    ROW_FIELD(TEXT, id),
    ROW_FIELD(TEXT, simulator),
    ROW_FIELD(TEXT, problem),
    ROW_FIELD(TEXT, problem_class),
    ROW_FIELD(REAL, n),
    ROW_FIELD(REAL, work),
    ROW_FIELD(REAL, footprint),
    ROW_FIELD(TEXT, mode),
    ROW_FIELD(TEXT, machine),
    ROW_FIELD(TEXT, variant),
    ROW_FIELD(UINT, seed),
    ROW_FIELD(UINT, repetition),
    ROW_FIELD(TEXT, status),
    ROW_FIELD(INT, exit_code),
    ROW_FIELD(TEXT, output),
    ROW_FIELD(REAL, instructions_total),
#define X(name, unit, text) \
    {#name, STORE_REAL, offsetof(struct store_row, counter[COUNTER_##name]), sizeof(double)},
    COUNTERS(X)
#undef X
    ROW_FIELD(REAL, wall_seconds),
    ROW_FIELD(REAL, user_seconds),
    ROW_FIELD(REAL, peak_memory),
};
const size_t store_row_field_count = sizeof(store_row_fields) / sizeof(store_row_fields[0]);

const char *const store_run_columns[] = {"elf",     "elf_sha256", "arguments", "parameters",
                                         "message", "created",    "host",      "model_version",
                                         NULL};

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

/* Rows pass in the packed type of the file: HDF5 would prepare the conversion of so many
 * members anew for each file, which takes longer than all the rest of a short file. */
static size_t pack(char *bytes, const struct store_row *row)
{
    size_t at = 0;
    for (size_t f = 0; f < store_row_field_count; f++) {
        const struct store_field *field = &store_row_fields[f];
        const char *from = (const char *)row + field->offset;
        if (field->kind == STORE_TEXT) /* nothing of what stands behind the NUL */
            strncpy(bytes + at, from, field->size);
        else
            memcpy(bytes + at, from, field->size);
        at += field->size;
    }
    return at;
}

static size_t unpack(struct store_row *row, const char *bytes)
{
    size_t at = 0;
    for (size_t f = 0; f < store_row_field_count; f++) {
        const struct store_field *field = &store_row_fields[f];
        char *to = (char *)row + field->offset;
        memcpy(to, bytes + at, field->size);
        if (field->kind == STORE_TEXT)
            to[field->size - 1] = '\0';
        at += field->size;
    }
    return at;
}

/* The file is little endian. */
static bool is_native(void)
{
    return H5Tget_order(H5T_NATIVE_DOUBLE) == H5T_ORDER_LE;
}

int store_rows_write(hid_t file, const struct store_row *row, size_t n)
{
    int rc = -1;
    bool native = is_native();
    const void *rows = row;
    char *bytes = NULL;
    hid_t disk = store_h5_compound(store_row_fields, store_row_field_count, sizeof(*row), true);
    hid_t memory =
        store_h5_compound(store_row_fields, store_row_field_count, sizeof(*row), false);
    if (disk < 0 || memory < 0)
        goto out;
    if (native) {
        bytes = malloc(n * H5Tget_size(disk) + 1);
        if (bytes == NULL)
            goto out;
        size_t at = 0;
        for (size_t i = 0; i < n; i++)
            at += pack(bytes + at, &row[i]);
        rows = bytes;
    }
    rc = store_h5_write_rows(file, "summary", disk, native ? disk : memory, rows, n);
out:
    free(bytes);
    store_h5_close(disk);
    store_h5_close(memory);
    return rc;
}

static int read_packed(hid_t dataset, hid_t packed, struct store_row *row, size_t n)
{
    int rc = -1;
    size_t at = 0;
    char *bytes = malloc(n * H5Tget_size(packed) + 1);
    if (bytes != NULL && H5Dread(dataset, packed, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0) {
        for (size_t i = 0; i < n; i++)
            at += unpack(&row[i], bytes + at);
        rc = 0;
    }
    free(bytes);
    return rc;
}

/* Members that the file lacks keep what stands in `row`. */
static int read_converted(hid_t dataset, struct store_row *row)
{
    hid_t memory =
        store_h5_compound(store_row_fields, store_row_field_count, sizeof(*row), false);
    herr_t rc = -1;
    if (memory >= 0)
        rc = H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, row);
    store_h5_close(memory);
    return rc < 0 ? -1 : 0;
}

void store_texts_end(char *rows, size_t n, size_t size, const struct store_field *field,
                     size_t n_fields)
{
    for (size_t f = 0; f < n_fields; f++)
        for (size_t i = 0; field[f].kind == STORE_TEXT && i < n; i++)
            rows[i * size + field[f].offset + field[f].size - 1] = '\0';
}

/* Reads the rows from `first` on into rows of memory. */
static int read_part(hid_t dataset, hid_t memory, hsize_t first, hsize_t count,
                     struct store_row *row)
{
    int rc = -1;
    hid_t file_space = H5Dget_space(dataset), space = H5Screate_simple(1, &count, NULL);
    if (H5Sselect_hyperslab(file_space, H5S_SELECT_SET, &first, NULL, &count, NULL) >= 0 &&
        H5Dread(dataset, memory, space, file_space, H5P_DEFAULT, row) >= 0)
        rc = 0;
    store_h5_close(space);
    store_h5_close(file_space);
    return rc;
}

static hsize_t chunk_of(hid_t dataset)
{
    hsize_t chunk = 0;
    hid_t list = H5Dget_create_plist(dataset);
    if (H5Pget_layout(list) != H5D_CHUNKED || H5Pget_chunk(list, 1, &chunk) != 1)
        chunk = 0;
    store_h5_close(list);
    return chunk;
}

int store_rows_salvage(hid_t file, struct store_row **out, size_t *n, size_t *lost)
{
    int rc = -1;
    struct store_row *row = NULL;
    hid_t dataset = store_h5_dataset(file, "summary");
    hid_t memory =
        store_h5_compound(store_row_fields, store_row_field_count, sizeof(*row), false);
    int64_t length = dataset >= 0 ? store_h5_length(dataset) : -1;
    hsize_t chunk = length >= 0 ? chunk_of(dataset) : 0;
    *n = *lost = 0;
    if (length < 0 || length > MAX_ROWS || chunk == 0 || memory < 0)
        goto out;
    row = malloc(((size_t)length + 1) * sizeof(*row));
    if (row == NULL)
        goto out;
    for (hsize_t first = 0; first < (hsize_t)length; first += chunk) {
        hsize_t rest = (hsize_t)length - first, count = rest < chunk ? rest : chunk;
        for (hsize_t i = 0; i < count; i++)
            store_row_clear(&row[*n + i]);
        if (read_part(dataset, memory, first, count, &row[*n]) == 0)
            *n += (size_t)count;
        else
            *lost += (size_t)count;
    }
    store_texts_end((char *)row, *n, sizeof(*row), store_row_fields, store_row_field_count);
    *out = row;
    row = NULL;
    rc = 0;
out:
    H5Eclear2(H5E_DEFAULT);
    free(row);
    store_h5_close(memory);
    store_h5_close(dataset);
    return rc;
}

hid_t store_row_type(void)
{
    return store_h5_compound(store_row_fields, store_row_field_count, sizeof(struct store_row),
                             true);
}

int store_rows_read_as(hid_t file, hid_t packed, struct store_row **out, size_t *n)
{
    int rc = -1;
    struct store_row *row = NULL;
    hid_t dataset = store_h5_dataset(file, "summary"), type = -1;
    int64_t length = dataset >= 0 ? store_h5_length(dataset) : -1;
    if (length < 0 || length > MAX_ROWS || packed < 0)
        goto out;
    row = malloc(((size_t)length + 1) * sizeof(*row));
    type = H5Dget_type(dataset);
    if (row == NULL || type < 0)
        goto out;
    for (int64_t i = 0; i < length; i++)
        store_row_clear(&row[i]);
    bool as_packed = H5Tequal(type, packed) > 0 && is_native();
    if (length > 0 && (as_packed ? read_packed(dataset, packed, row, (size_t)length)
                                 : read_converted(dataset, row)) < 0)
        goto out;
    store_texts_end((char *)row, (size_t)length, sizeof(*row), store_row_fields,
                    store_row_field_count);
    *out = row;
    *n = (size_t)length;
    row = NULL;
    rc = 0;
out:
    free(row);
    store_h5_close(type);
    store_h5_close(dataset);
    return rc;
}

int store_rows_read(hid_t file, struct store_row **out, size_t *n)
{
    hid_t packed = store_row_type();
    int rc = store_rows_read_as(file, packed, out, n);
    store_h5_close(packed);
    return rc;
}
