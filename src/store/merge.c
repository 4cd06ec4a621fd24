/* Joining study files. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "store/store_priv.h"

/* One run of one of the files. */
struct candidate {
    const struct store_row *row;
    size_t file;
};

struct merge {
    struct store **store;
    size_t n_stores;
    struct candidate *run;
    size_t n_runs;
    enum store_prefer prefer;
    struct store_merged result;
};

/* By design point, then by file. */
static int order(const void *first, const void *second)
{
    const struct candidate *a = first, *b = second;
    if (!store_row_same_point(a->row, b->row))
        return store_row_order(a->row, b->row);
    return (a->file > b->file) - (a->file < b->file);
}

/* Without what the host decides. */
static bool is_equal(const struct store_row *first, const struct store_row *second)
{
    struct store_row a = *first, b = *second;
    a.wall_seconds = a.user_seconds = a.peak_memory = 0;
    b.wall_seconds = b.user_seconds = b.peak_memory = 0;
    if (strcmp(a.id, b.id) != 0 || strcmp(a.status, b.status) != 0 ||
        strcmp(a.output, b.output) != 0 || a.exit_code != b.exit_code)
        return false;
    for (int c = 0; c < COUNTER_MAX; c++)
        if (a.counter[c] != b.counter[c] && !(isnan(a.counter[c]) && isnan(b.counter[c])))
            return false;
    return a.instructions_total == b.instructions_total ||
           (isnan(a.instructions_total) && isnan(b.instructions_total));
}

static int contradiction(const struct merge *m, const struct candidate *a,
                         const struct candidate *b, struct err *err)
{
    const struct store_row *row = b->row;
    bool same = strcmp(a->row->id, row->id) == 0;
    return err_set(err, ERR_CONFIG,
                   "'%s' and '%s' contradict each other: %s %.0f %s%s%s %s, layout %llu, %s",
                   store_path(m->store[a->file]), store_path(m->store[b->file]), row->problem,
                   row->n, row->mode, row->machine[0] != '\0' ? " " : "", row->machine,
                   row->variant, (unsigned long long)row->seed,
                   same ? "counted differently" : "is of another program, machine or model");
}

static int order_by_id(const void *first, const void *second)
{
    const struct candidate *a = first, *b = second;
    int ids = strcmp(a->row->id, b->row->id);
    return ids != 0 ? ids : (a->file > b->file) - (a->file < b->file);
}

static bool same_id(const struct store_row *a, const struct store_row *b)
{
    return strcmp(a->id, b->id) == 0;
}

/* Leaves one of those that are `same`, in the order in which these stand together. */
static int choose(struct merge *m, int (*in_order)(const void *, const void *),
                  bool (*same)(const struct store_row *, const struct store_row *),
                  struct err *err)
{
    size_t n = 0;
    if (m->n_runs > 0)
        qsort(m->run, m->n_runs, sizeof(*m->run), in_order);
    for (size_t i = 0; i < m->n_runs; i++) {
        struct candidate *last = n > 0 ? &m->run[n - 1] : NULL, *next = &m->run[i];
        if (last == NULL || !same(last->row, next->row)) {
            m->run[n++] = *next;
        } else if (is_equal(last->row, next->row)) {
            m->result.equal++;
        } else if (m->prefer == STORE_PREFER_NONE) {
            return contradiction(m, last, next, err);
        } else {
            m->result.preferred++;
            if (m->prefer == STORE_PREFER_LAST)
                *last = *next;
        }
    }
    m->result.runs = m->n_runs = n;
    return 0;
}

static int gather(struct merge *m, struct err *err)
{
    size_t n = 0;
    for (size_t s = 0; s < m->n_stores; s++)
        n += store_count(m->store[s]);
    m->run = malloc((n + 1) * sizeof(*m->run));
    if (m->run == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t s = 0; s < m->n_stores; s++) {
        for (size_t i = 0; i < store_count(m->store[s]); i++)
            m->run[m->n_runs++] = (struct candidate){store_row(m->store[s], i), s};
        if (strcmp(store_study_yaml(m->store[s]), store_study_yaml(m->store[0])) != 0)
            m->result.texts_differ = true;
    }
    int rc = choose(m, order_by_id, same_id, err);
    return rc == 0 ? choose(m, order, store_row_same_point, err) : rc;
}

/* ---- writing ------------------------------------------------------------------------------
 */

static int copy_run(const struct store *from, const char *id, hid_t runs, const char *out,
                    struct err *err)
{
    char name[8 + STORE_ID_SIZE];
    snprintf(name, sizeof(name), "runs/%s", id);
    if (!store_is_readable(store_h5_file(from), name)) {
        int rc = store_h5_fail(err, ERR_DATA, store_path(from), "damaged");
        err_prefix(err, "run %s: ", id);
        return rc;
    }
    return store_run_copy(store_h5_file(from), runs, id) < 0
               ? store_h5_fail(err, ERR_IO, out, "cannot write")
               : 0;
}

static int copy_runs(const struct merge *m, hid_t file, const char *out, struct err *err)
{
    const struct store *first = m->store[0];
    struct store_head head = {.study_name = store_study_name(first),
                              .study_yaml = store_study_yaml(first),
                              .tool_version = store_attribute(first, "tool_version"),
                              .tool_commit = store_attribute(first, "tool_commit"),
                              .tool_hash = store_attribute(first, "tool_hash"),
                              .tool_date = store_attribute(first, "tool_date"),
                              .tool_compiler = store_attribute(first, "tool_compiler"),
                              .tool_flags = store_attribute(first, "tool_flags"),
                              .host = store_attribute(first, "host")};
    int rc = 0;
    hid_t runs = H5Gopen2(file, "runs", H5P_DEFAULT);
    struct store_row *row = malloc((m->n_runs + 1) * sizeof(*row));
    if (row == NULL)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    else if (runs < 0 || store_head_write(file, &head, true) < 0)
        rc = store_h5_fail(err, ERR_IO, out, "cannot write");
    for (size_t i = 0; i < m->n_runs && rc == 0; i++) {
        row[i] = *m->run[i].row;
        rc = copy_run(m->store[m->run[i].file], row[i].id, runs, out, err);
    }
    if (rc == 0 && store_rows_write(file, row, m->n_runs) < 0)
        rc = store_h5_fail(err, ERR_IO, out, "cannot write");
    free(row);
    store_h5_close(runs);
    return rc;
}

static uint64_t room_for(const struct merge *m)
{
    struct stat info;
    uint64_t bytes = 0;
    for (size_t s = 0; s < m->n_stores; s++)
        if (stat(store_path(m->store[s]), &info) == 0)
            bytes += (uint64_t)info.st_size;
    return bytes;
}

/* It may replace one of its sources, nothing else. */
static int check_output(const struct merge *m, const char *out, struct err *err)
{
    struct stat there, source;
    if (stat(out, &there) != 0)
        return 0;
    for (size_t s = 0; s < m->n_stores; s++)
        if (stat(store_path(m->store[s]), &source) == 0 && source.st_dev == there.st_dev &&
            source.st_ino == there.st_ino)
            return 0;
    return err_set(err, ERR_CONFIG, "'%s' is there already, and none of the files to merge",
                   out);
}

static int write_merged(const struct merge *m, const char *out, struct err *err)
{
    struct store_lock *lock = NULL;
    struct store_update update;
    int rc = store_lock_alloc(&lock, out, err);
    if (rc != 0)
        return rc;
    rc = store_update_fresh(&update, out, room_for(m), err);
    if (rc == 0)
        rc = copy_runs(m, update.file, out, err);
    rc = store_update_end(&update, rc, err);
    store_lock_free(lock);
    return rc;
}

int store_merge(const char *const *path, size_t n, const char *out, enum store_prefer prefer,
                struct store_merged *result, struct err *err)
{
    struct merge m = {.prefer = prefer, .store = calloc(n + 1, sizeof(*m.store))};
    int rc = m.store != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    while (rc == 0 && m.n_stores < n) {
        rc = store_open(&m.store[m.n_stores], path[m.n_stores], err);
        m.n_stores += rc == 0;
    }
    if (rc == 0)
        rc = check_output(&m, out, err);
    if (rc == 0)
        rc = gather(&m, err);
    if (rc == 0)
        rc = write_merged(&m, out, err);
    *result = m.result;
    for (size_t s = 0; s < m.n_stores; s++)
        store_close(m.store[s]);
    free(m.store);
    free(m.run);
    H5Eclear2(H5E_DEFAULT);
    return rc;
}
