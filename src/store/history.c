/* Reading a history. */
#include "config.h"

#include "store/history.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/history_priv.h"

enum { MAX_ROWS = 10000000 }; /* of a table that will be believed */

static const struct store_field entry_fields[] = {
    STORE_FIELD(UINT, struct store_history_entry, number),
    STORE_FIELD(TEXT, struct store_history_entry, commit),
    STORE_FIELD(TEXT, struct store_history_entry, date),
    STORE_FIELD(TEXT, struct store_history_entry, measured),
    STORE_FIELD(TEXT, struct store_history_entry, added),
    STORE_FIELD(TEXT, struct store_history_entry, tag),
    STORE_FIELD(TEXT, struct store_history_entry, host),
    STORE_FIELD(TEXT, struct store_history_entry, host_text),
    STORE_FIELD(TEXT, struct store_history_entry, compiler),
    STORE_FIELD(TEXT, struct store_history_entry, flags),
    STORE_FIELD(TEXT, struct store_history_entry, version),
    STORE_FIELD(TEXT, struct store_history_entry, study),
    STORE_FIELD(TEXT, struct store_history_entry, source),
};
static const struct store_field series_fields[] = {
    STORE_FIELD(TEXT, struct store_history_series, simulator),
    STORE_FIELD(TEXT, struct store_history_series, problem),
    STORE_FIELD(TEXT, struct store_history_series, problem_class),
    STORE_FIELD(REAL, struct store_history_series, n),
    STORE_FIELD(TEXT, struct store_history_series, mode),
    STORE_FIELD(TEXT, struct store_history_series, machine),
    STORE_FIELD(TEXT, struct store_history_series, variant),
    STORE_FIELD(UINT, struct store_history_series, seed),
};
static const struct store_field sample_fields[] = {
    STORE_FIELD(UINT, struct store_history_sample, entry),
    STORE_FIELD(UINT, struct store_history_sample, series),
    STORE_FIELD(UINT, struct store_history_sample, counters),
    STORE_FIELD(UINT, struct store_history_sample, repetition),
    STORE_FIELD(TEXT, struct store_history_sample, id),
    STORE_FIELD(REAL, struct store_history_sample, instructions),
    STORE_FIELD(REAL, struct store_history_sample, wall_seconds),
    STORE_FIELD(REAL, struct store_history_sample, user_seconds),
    STORE_FIELD(REAL, struct store_history_sample, peak_memory),
    STORE_FIELD(REAL, struct store_history_sample, allocations),
};
static const struct store_field counters_fields[] = {
#define X(name, unit, text) \
    {#name, STORE_REAL, sizeof(double) * COUNTER_##name, sizeof(double)},
    COUNTERS(X)
#undef X
};
static const struct store_field baseline_fields[] = {
    STORE_FIELD(TEXT, struct store_history_baseline, commit),
    STORE_FIELD(TEXT, struct store_history_baseline, set),
    STORE_FIELD(TEXT, struct store_history_baseline, note),
};

#define TABLE(name, fields, row, member)                                                       \
    {                                                                                          \
        name, fields, sizeof(fields) / sizeof(fields[0]), sizeof(struct row),                  \
            offsetof(struct store_history, member), offsetof(struct store_history, n_##member) \
    }
#define n_entry n_entries
#define n_sample n_samples
#define n_baseline n_baselines
const struct history_table history_tables[HISTORY_TABLES] = {
    TABLE("entries", entry_fields, store_history_entry, entry),
    TABLE("series", series_fields, store_history_series, series),
    TABLE("samples", sample_fields, store_history_sample, sample),
    TABLE("counters", counters_fields, store_history_counters, counters),
    TABLE("baselines", baseline_fields, store_history_baseline, baseline),
};

void **history_rows(struct store_history *h, const struct history_table *t)
{
    return (void **)(void *)((char *)h + t->rows);
}

size_t *history_count(struct store_history *h, const struct history_table *t)
{
    return (size_t *)(void *)((char *)h + t->count);
}

static int read_table(struct store_history *h, hid_t file, const struct history_table *t)
{
    const struct store_rows rows = {t->field, t->n_fields, t->size, MAX_ROWS, NAN};
    return store_h5_read_rows(file, t->name, &rows, history_rows(h, t), history_count(h, t));
}

/* Tables that do not fit each other would send readers out of bounds. */
static int check_tables(const struct store_history *h, struct err *err)
{
    for (size_t i = 0; i < h->n_entries; i++)
        if (h->entry[i].number != i + 1)
            return err_set(err, ERR_DATA, "'%s': session %zu is numbered %" PRIu64, h->path,
                           i + 1, h->entry[i].number);
    for (size_t i = 0; i < h->n_samples; i++) {
        const struct store_history_sample *s = &h->sample[i];
        if (s->entry >= h->n_entries || s->series >= h->n_series ||
            s->counters >= h->n_counters || (i > 0 && s->entry < s[-1].entry))
            return err_set(err, ERR_DATA, "'%s': run %zu belongs to nothing", h->path, i);
    }
    return 0;
}

static int check_schema(hid_t file, const char *path, struct err *err)
{
    int rc = 0;
    char *schema = store_h5_read_text(file, "schema");
    uint64_t version = store_h5_read_uint(file, "version", 0);
    if (schema == NULL || strcmp(schema, HISTORY_SCHEMA) != 0)
        rc = err_set(err, ERR_DATA, "'%s' is no history of rung", path);
    else if (version != STORE_HISTORY_VERSION)
        rc = err_set(err, ERR_DATA, "'%s': version %" PRIu64 " of histories is not known here",
                     path, version);
    free(schema);
    H5Eclear2(H5E_DEFAULT);
    return rc;
}

int store_history_open(struct store_history **out, const char *path, struct err *err)
{
    hid_t file = -1;
    store_h5_quiet();
    struct store_history *h = calloc(1, sizeof(*h));
    if (h == NULL || (h->path = strdup(path)) == NULL) {
        free(h);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    int rc = store_h5_open(&file, path, err);
    if (rc == 0)
        rc = check_schema(file, path, err);
    for (size_t i = 0; rc == 0 && i < HISTORY_TABLES; i++)
        if (read_table(h, file, &history_tables[i]) < 0)
            rc = store_h5_fail(err, ERR_DATA, path, "the history is damaged");
    if (rc == 0)
        rc = check_tables(h, err);
    H5Eclear2(H5E_DEFAULT);
    store_h5_close(file);
    if (rc == 0)
        *out = h;
    else
        store_history_close(h);
    return rc;
}

void store_history_close(struct store_history *h)
{
    if (h == NULL)
        return;
    for (size_t i = 0; i < HISTORY_TABLES; i++)
        free(*history_rows(h, &history_tables[i]));
    free(h->path);
    free(h);
}

bool store_history_is(const char *path)
{
    hid_t file = -1;
    store_h5_quiet();
    if (store_h5_open(&file, path, NULL) != 0)
        return false;
    char *schema = store_h5_read_text(file, "schema");
    bool is = schema != NULL && strcmp(schema, HISTORY_SCHEMA) == 0;
    free(schema);
    H5Eclear2(H5E_DEFAULT);
    store_h5_close(file);
    return is;
}

int store_history_find_commit(const struct store_history *h, const char *commit,
                              const char **found, struct err *err)
{
    size_t len = strlen(commit);
    *found = NULL;
    for (size_t i = 0; len > 0 && i < h->n_entries; i++) {
        const struct store_history_entry *e = &h->entry[i];
        if (strcmp(e->commit, commit) == 0 || strcmp(e->tag, commit) == 0) {
            *found = e->commit;
            return 0;
        }
    }
    for (size_t i = 0; len > 0 && i < h->n_entries; i++) {
        const struct store_history_entry *e = &h->entry[i];
        if (strncmp(e->commit, commit, len) != 0)
            continue;
        if (*found != NULL && strcmp(*found, e->commit) != 0)
            return err_set(err, ERR_CONFIG, "'%s' begins more than one commit of '%s'", commit,
                           h->path);
        *found = e->commit;
    }
    return *found != NULL
               ? 0
               : err_set(err, ERR_DATA, "'%s' has no commit '%s'", h->path, commit);
}
