#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_priv.h"

enum { MAX_ROWS = 10000000, MAX_COLUMNS = 1024, MAX_VALUES = 1024, MAX_CELL = 1 << 20 };

/* ---- writing ------------------------------------------------------------------------ */

/* The layout of one packed row; texts have the width of their column's longest. */
static size_t lay_out(const struct store_table *table, struct store_field *field)
{
    size_t size = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        const struct store_column *column = &table->column[c];
        size_t width = sizeof(double);
        if (column->text != NULL) {
            width = 1;
            for (size_t r = 0; r < table->n_rows; r++) {
                size_t len = column->text[r] != NULL ? strlen(column->text[r]) + 1 : 1;
                width = len > width ? len : width;
            }
        }
        field[c] = (struct store_field){
            column->name, column->text != NULL ? STORE_TEXT : STORE_REAL, size, width};
        size += width;
    }
    return size;
}

static void fill(const struct store_table *table, const struct store_field *field, size_t size,
                 char *rows)
{
    for (size_t r = 0; r < table->n_rows; r++) {
        for (size_t c = 0; c < table->n_columns; c++) {
            const struct store_column *column = &table->column[c];
            char *cell = rows + r * size + field[c].offset;
            if (column->text == NULL)
                memcpy(cell, &column->real[r], sizeof(double));
            else if (column->text[r] != NULL)
                memcpy(cell, column->text[r], strlen(column->text[r]));
        }
    }
}

static int write_notes(hid_t file, const struct store_table *table)
{
    char name[256];
    hid_t dataset = store_h5_dataset(file, table->name);
    int rc = dataset < 0 ? -1 : 0;
    for (size_t c = 0; rc == 0 && c < table->n_columns; c++) {
        const char *unit = table->column[c].unit;
        if (unit == NULL || unit[0] == '\0')
            continue;
        snprintf(name, sizeof(name), "units:%s", table->column[c].name);
        rc = store_h5_write_text(dataset, name, unit);
    }
    for (size_t v = 0; rc == 0 && v < table->n_values; v++) {
        const struct store_value *value = &table->value[v];
        rc = value->text != NULL ? store_h5_write_text(dataset, value->name, value->text)
                                 : store_h5_write_real(dataset, value->name, value->real);
    }
    store_h5_close(dataset);
    return rc;
}

static int write_table(hid_t file, const struct store_table *table)
{
    int rc = -1;
    hid_t disk = -1, memory = -1;
    char *rows = NULL;
    struct store_field *field = calloc(table->n_columns + 1, sizeof(*field));
    if (field == NULL)
        goto out;
    size_t size = lay_out(table, field);
    rows = calloc(table->n_rows + 1, size);
    disk = store_h5_compound(field, table->n_columns, size, true);
    memory = store_h5_compound(field, table->n_columns, size, false);
    if (rows == NULL || disk < 0 || memory < 0)
        goto out;
    fill(table, field, size, rows);
    rc = store_h5_write_rows(file, table->name, disk, memory, rows, table->n_rows);
    if (rc == 0)
        rc = write_notes(file, table);
out:
    store_h5_close(memory);
    store_h5_close(disk);
    free(rows);
    free(field);
    return rc;
}

/* Cells of numbers, texts and their widths; twice that, for safety. */
static uint64_t room_for(const struct store_table *table, size_t n)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        struct store_field *field = calloc(table[i].n_columns + 1, sizeof(*field));
        if (field != NULL)
            bytes += 2 * (uint64_t)lay_out(&table[i], field) * table[i].n_rows + 65536;
        free(field);
    }
    return bytes;
}

int store_write_tables(const char *path, const struct store_table *table, size_t n,
                       struct err *err)
{
    store_h5_quiet();
    struct store_lock *lock = NULL;
    struct store_update update;
    int rc = store_lock_alloc(&lock, path, err);
    if (rc != 0)
        return rc;
    rc = store_update_begin(&update, path, true, room_for(table, n), err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (table[i].n_columns == 0)
            rc = err_set(err, ERR_INTERNAL, "table '%s' has no columns", table[i].name);
        else if (write_table(update.file, &table[i]) < 0)
            rc = store_h5_fail(err, ERR_IO, path, "cannot write a table");
    rc = store_update_end(&update, rc, err);
    store_lock_free(lock);
    return rc;
}

/* ---- reading ------------------------------------------------------------------------ */

/* Everything that store_table_release() frees, in a list. */
struct block {
    struct block *next;
};

static void *keep(struct store_table *table, size_t size)
{
    struct block *block = calloc(1, sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    block->next = table->owner;
    table->owner = block;
    return block + 1;
}

void store_table_release(struct store_table *table)
{
    for (struct block *block = table->owner; block != NULL;) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    memset(table, 0, sizeof(*table));
}

static char *keep_text(struct store_table *table, const char *text)
{
    char *copy = keep(table, strlen(text) + 1);
    if (copy != NULL)
        strcpy(copy, text);
    return copy;
}

/* One member of the compound type into an array of its own: HDF5 converts by name. */
static int read_member(hid_t dataset, const char *name, hid_t type, void *cells)
{
    int rc = -1;
    hid_t memory = H5Tcreate(H5T_COMPOUND, H5Tget_size(type));
    if (memory >= 0 && H5Tinsert(memory, name, 0, type) >= 0 &&
        H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, cells) >= 0)
        rc = 0;
    store_h5_close(memory);
    return rc;
}

static int read_texts(hid_t dataset, hid_t member, struct store_table *table,
                      struct store_column *column)
{
    size_t size = H5Tget_size(member), rows = table->n_rows;
    if (H5Tis_variable_str(member) != 0 || size == 0 || size > MAX_CELL ||
        rows > SIZE_MAX / 2 / size)
        return -1;
    char *cells = keep(table, rows * size + 1);
    char *texts = keep(table, rows * (size + 1) + 1);
    const char **text = keep(table, (rows + 1) * sizeof(*text));
    if (cells == NULL || texts == NULL || text == NULL ||
        (rows > 0 && read_member(dataset, column->name, member, cells) < 0))
        return -1;
    for (size_t r = 0; r < rows; r++) {
        memcpy(texts + r * (size + 1), cells + r * size, size);
        text[r] = texts + r * (size + 1);
    }
    column->text = text;
    return 0;
}

static int read_reals(hid_t dataset, struct store_table *table, struct store_column *column)
{
    double *real = keep(table, (table->n_rows + 1) * sizeof(*real));
    if (real == NULL ||
        (table->n_rows > 0 && read_member(dataset, column->name, H5T_NATIVE_DOUBLE, real) < 0))
        return -1;
    column->real = real;
    return 0;
}

static int read_column(hid_t dataset, hid_t type, unsigned c, struct store_table *table,
                       struct store_column *column)
{
    char note[256];
    char *name = H5Tget_member_name(type, c);
    hid_t member = H5Tget_member_type(type, c);
    int rc = -1;
    if (name == NULL || member < 0)
        goto out;
    column->name = keep_text(table, name);
    if (column->name == NULL)
        goto out;
    snprintf(note, sizeof(note), "units:%s", name);
    char *unit = store_h5_read_text(dataset, note);
    column->unit = unit != NULL ? keep_text(table, unit) : "";
    free(unit);
    rc = H5Tget_class(member) == H5T_STRING ? read_texts(dataset, member, table, column)
                                            : read_reals(dataset, table, column);
out:
    store_h5_close(member);
    H5free_memory(name);
    return rc;
}

static int read_value(hid_t dataset, unsigned i, struct store_table *table,
                      struct store_value *value, bool *kept)
{
    char name[256] = "";
    int rc = -1;
    hid_t attribute =
        H5Aopen_by_idx(dataset, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = attribute >= 0 ? H5Aget_type(attribute) : -1;
    if (type < 0 || H5Aget_name(attribute, sizeof(name), name) < 0)
        goto out;
    rc = 0;
    *kept = false;
    if (strncmp(name, "units:", 6) == 0)
        goto out;
    value->name = keep_text(table, name);
    if (H5Tget_class(type) == H5T_STRING) {
        char *text = store_h5_read_text(dataset, name);
        value->text = keep_text(table, text != NULL ? text : "");
        free(text);
    } else {
        value->real = store_h5_read_real(dataset, name);
    }
    *kept = value->name != NULL;
out:
    store_h5_close(type);
    store_h5_close(attribute);
    return rc;
}

static int read_values(hid_t dataset, struct store_table *table)
{
    H5O_info_t info;
    if (H5Oget_info2(dataset, &info, H5O_INFO_NUM_ATTRS) < 0 || info.num_attrs > MAX_VALUES ||
        !store_h5_attributes_sound(dataset))
        return -1;
    struct store_value *value = keep(table, (info.num_attrs + 1) * sizeof(*value));
    if (value == NULL)
        return -1;
    for (unsigned i = 0; i < info.num_attrs; i++) {
        bool kept = false;
        if (read_value(dataset, i, table, &value[table->n_values], &kept) < 0)
            return -1;
        table->n_values += kept;
    }
    table->value = value;
    return 0;
}

static int read_table(hid_t dataset, struct store_table *table)
{
    int rc = -1;
    int64_t length = store_h5_length(dataset);
    hid_t type = H5Dget_type(dataset);
    int columns = type >= 0 && H5Tget_class(type) == H5T_COMPOUND ? H5Tget_nmembers(type) : -1;
    if (length < 0 || length > MAX_ROWS || columns < 0 || columns > MAX_COLUMNS)
        goto out;
    table->n_rows = (size_t)length;
    struct store_column *column = keep(table, ((size_t)columns + 1) * sizeof(*column));
    if (column == NULL)
        goto out;
    table->column = column;
    for (int c = 0; c < columns; c++) {
        if (read_column(dataset, type, (unsigned)c, table, &column[c]) < 0)
            goto out;
        table->n_columns++;
    }
    rc = read_values(dataset, table);
out:
    store_h5_close(type);
    return rc;
}

int store_read_table(struct store *s, const char *name, struct store_table *table, bool *found,
                     struct err *err)
{
    store_h5_quiet();
    memset(table, 0, sizeof(*table));
    bool there = store_h5_exists(store_h5_file(s), name);
    if (found != NULL)
        *found = there;
    if (!there)
        return err_set(err, ERR_DATA, "'%s' has no table '%s'", store_path(s), name);
    hid_t dataset = store_h5_dataset(store_h5_file(s), name);
    table->name = keep_text(table, name);
    int rc = 0;
    if (dataset < 0 || table->name == NULL || read_table(dataset, table) < 0) {
        rc = store_h5_fail(err, ERR_DATA, store_path(s), "a table is damaged");
        store_table_release(table);
    }
    H5Eclear2(H5E_DEFAULT);
    store_h5_close(dataset);
    return rc;
}
