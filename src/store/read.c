#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "store/store_priv.h"

enum { N_ATTRIBUTES = 10 };
static const char *const attribute_names[N_ATTRIBUTES] = {
    "study", "created", "host", "tool_version", "tool_commit", "schema",
    "tool_hash", "tool_date", "tool_compiler", "tool_flags",
};

struct store {
    hid_t file;
    char *path;
    char *yaml;
    char *attribute[N_ATTRIBUTES];
    struct store_row *row;
    const struct store_row **by_id;
    size_t n_rows;
};

static int order_ids(const void *a, const void *b)
{
    const struct store_row *const *first = a, *const *second = b;
    return strcmp((*first)->id, (*second)->id);
}

static int read_all(struct store *s, struct err *err)
{
    int rc = store_head_yaml(s->file, s->path, &s->yaml, err);
    if (rc != 0)
        return rc;
    if (store_rows_read(s->file, &s->row, &s->n_rows) < 0)
        return store_h5_fail(err, ERR_DATA, s->path, "the summary is damaged");
    s->by_id = malloc((s->n_rows + 1) * sizeof(*s->by_id));
    if (s->by_id == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    qsort(s->row, s->n_rows, sizeof(*s->row), store_row_order);
    for (size_t i = 0; i < s->n_rows; i++)
        s->by_id[i] = &s->row[i];
    qsort(s->by_id, s->n_rows, sizeof(*s->by_id), order_ids);
    for (int i = 0; i < N_ATTRIBUTES; i++)
        s->attribute[i] = store_h5_read_text(s->file, attribute_names[i]);
    return 0;
}

int store_open(struct store **out, const char *path, struct err *err)
{
    store_h5_quiet();
    struct store *s = calloc(1, sizeof(*s));
    if (s == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    s->file = -1;
    s->path = strdup(path);
    int rc = s->path == NULL ? err_set(err, ERR_NOMEM, "out of memory")
                             : store_head_open(&s->file, path, err);
    if (rc == 0)
        rc = read_all(s, err);
    if (rc == 0)
        *out = s;
    else
        store_close(s);
    H5Eclear2(H5E_DEFAULT);
    return rc;
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    store_h5_close(s->file);
    for (int i = 0; i < N_ATTRIBUTES; i++)
        free(s->attribute[i]);
    free(s->by_id);
    free(s->row);
    free(s->yaml);
    free(s->path);
    free(s);
}

hid_t store_h5_file(const struct store *s)
{
    return s->file;
}

size_t store_count(const struct store *s)
{
    return s->n_rows;
}

const struct store_row *store_row(const struct store *s, size_t i)
{
    return i < s->n_rows ? &s->row[i] : NULL;
}

const struct store_row *store_find(const struct store *s, const char *id)
{
    size_t low = 0, high = s->n_rows, len = strlen(id);
    if (len == 0)
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(s->by_id[middle]->id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == s->n_rows || strncmp(s->by_id[low]->id, id, len) != 0)
        return NULL;
    if (low + 1 < s->n_rows && strncmp(s->by_id[low + 1]->id, id, len) == 0)
        return NULL;
    return s->by_id[low];
}

const struct store_row *store_find_point(const struct store *s, const struct store_row *point)
{
    struct store_row key = *point;
    size_t low = 0, high = s->n_rows;
    key.id[0] = '\0'; /* before all of the same design point */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (store_row_order(&s->row[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->n_rows && store_row_same_point(&s->row[low], point) ? &s->row[low] : NULL;
}

const char *store_path(const struct store *s)
{
    return s->path;
}

const char *store_study_yaml(const struct store *s)
{
    return s->yaml;
}

const char *store_study_name(const struct store *s)
{
    return store_attribute(s, "study");
}

const char *store_attribute(const struct store *s, const char *name)
{
    for (int i = 0; i < N_ATTRIBUTES; i++)
        if (strcmp(attribute_names[i], name) == 0)
            return s->attribute[i] != NULL ? s->attribute[i] : "";
    return "";
}
