#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "base/str.h"
#include "store/store_priv.h"

enum { BYTES_GIVEN = 8192 }; /* of a run without trace in a file; 2.6 kB were measured */

struct run_file {
    char id[STORE_ID_SIZE];
    struct timespec time; /* of its last change */
    uint64_t size;        /* bytes */
};

/* The run files that were found, and the rows of the study file as it grows. */
struct assembly {
    const char *path;
    const struct store_head *head;
    char *folder;
    const struct store_run *given; /* runs that have no files */
    size_t n_given;
    struct run_file *found;
    size_t n_found, max_found;
    struct store_row *row; /* later ones are newer */
    size_t n_rows, max_rows;
    size_t n_known; /* rows of the old study file, sorted by design point */
    hid_t reading, row_type; /* for run files: how they are opened, and their rows */
    struct store_assembled result;
};

static void assembly_release(struct assembly *a)
{
    store_h5_close(a->reading);
    store_h5_close(a->row_type);
    free(a->folder);
    free(a->found);
    free(a->row);
}

/* Room for one more element. */
static int grow(void **array, size_t n, size_t *max, size_t size)
{
    if (n < *max)
        return 0;
    size_t more = *max > 0 ? 2 * *max : 64;
    void *grown = realloc(*array, more * size);
    if (grown == NULL)
        return -1;
    *array = grown;
    *max = more;
    return 0;
}

/* ---- the folder of runs --------------------------------------------------------------- */

/* "0123456789abcdef.h5" and no other name. */
static bool is_run_file(const char *name)
{
    return strspn(name, "0123456789abcdef") == STORE_ID_SIZE - 1 &&
           strcmp(name + STORE_ID_SIZE - 1, ".h5") == 0;
}

static int order_files(const void *first, const void *second)
{
    const struct run_file *a = first, *b = second;
    if (a->time.tv_sec != b->time.tv_sec)
        return a->time.tv_sec < b->time.tv_sec ? -1 : 1;
    if (a->time.tv_nsec != b->time.tv_nsec)
        return a->time.tv_nsec < b->time.tv_nsec ? -1 : 1;
    return memcmp(a->id, b->id, STORE_ID_SIZE);
}

static int add_file(struct assembly *a, int folder, const char *name)
{
    struct stat info;
    void *found = a->found;
    if (fstatat(folder, name, &info, 0) != 0 || !S_ISREG(info.st_mode))
        return 0;
    if (grow(&found, a->n_found, &a->max_found, sizeof(*a->found)) < 0)
        return -1;
    a->found = found;
    struct run_file *file = &a->found[a->n_found++];
    memset(file, 0, sizeof(*file));
    memcpy(file->id, name, STORE_ID_SIZE - 1);
    file->time = info.st_mtim;
    file->size = (uint64_t)info.st_size;
    return 0;
}

/* Oldest first. */
static int list_runs(struct assembly *a, struct err *err)
{
    DIR *folder = opendir(a->folder);
    if (folder == NULL)
        return errno == ENOENT
                   ? 0
                   : err_set_errno(err, ERR_DATA, errno, "cannot read '%s'", a->folder);
    int rc = 0;
    for (struct dirent *entry; rc == 0 && (entry = readdir(folder)) != NULL;)
        if (is_run_file(entry->d_name) && add_file(a, dirfd(folder), entry->d_name) < 0)
            rc = err_set(err, ERR_NOMEM, "out of memory");
    closedir(folder);
    if (a->n_found > 0)
        qsort(a->found, a->n_found, sizeof(*a->found), order_files);
    return rc;
}

/* What a killed worker was writing.  Called when no worker runs. */
static void remove_leftovers(const char *folder_name)
{
    DIR *folder = opendir(folder_name);
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        size_t len = strlen(entry->d_name);
        if (len > 4 && strcmp(entry->d_name + len - 4, ".tmp") == 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    }
    closedir(folder);
}

static char *run_name(const struct assembly *a, const char *id)
{
    return str_format("%s/%s.h5", a->folder, id);
}

static void set_aside(struct assembly *a, const char *name)
{
    char *aside = str_format("%s.damaged", name);
    if (aside != NULL)
        rename(name, aside);
    if (a->result.damaged++ == 0)
        snprintf(a->result.first_damaged, sizeof(a->result.first_damaged), "%s",
                 aside != NULL ? aside : name);
    free(aside);
}

/* ---- rows ----------------------------------------------------------------------------- */

/* Nothing to do when the process died between renaming the study file and removing the
 * run's: the row is there already, byte for byte. */
static bool is_taken(const struct assembly *a, const struct store_row *row)
{
    size_t low = 0, high = a->n_known;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (store_row_order(&a->row[middle], row) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < a->n_known && memcmp(&a->row[low], row, sizeof(*row)) == 0;
}

/* By design point, then older ones first. */
static int order_newest_last(const void *first, const void *second)
{
    const struct store_row *a = *(struct store_row *const *)first;
    const struct store_row *b = *(struct store_row *const *)second;
    if (!store_row_same_point(a, b))
        return store_row_order(a, b);
    return (a > b) - (a < b);
}

/* The sorted rows without those that gave way to a newer run of the same design point,
 * which another program, machine or model made, or which is the same run done again.
 * Returns how many they are, or -1. */
static int64_t newest(struct assembly *a, hid_t runs, struct store_row **order)
{
    int64_t n = 0;
    for (size_t i = 0; i < a->n_rows; i++)
        order[i] = &a->row[i];
    if (a->n_rows > 0)
        qsort(order, a->n_rows, sizeof(*order), order_newest_last);
    for (size_t i = 0; i < a->n_rows; i++) {
        const struct store_row *next = i + 1 < a->n_rows ? order[i + 1] : NULL;
        if (next == NULL || !store_row_same_point(order[i], next)) {
            order[n++] = order[i];
            continue;
        }
        a->result.replaced++;
        if (strcmp(order[i]->id, next->id) != 0 &&
            H5Ldelete(runs, order[i]->id, H5P_DEFAULT) < 0)
            return -1;
    }
    return n;
}

/* ---- taking one run in ---------------------------------------------------------------- */

/* Opens a run file, which is read at once into memory; its single row goes into *row. */
static hid_t open_run(const struct assembly *a, const char *name, const char *id,
                      struct store_row *row)
{
    struct store_row *rows = NULL;
    size_t n = 0;
    hid_t file = H5Fopen(name, H5F_ACC_RDONLY, a->reading);
    if (file < 0)
        return -1;
    bool good = store_h5_read_uint(file, "version", 0) == STORE_SCHEMA_VERSION &&
                store_rows_read_as(file, a->row_type, &rows, &n) == 0 && n == 1 &&
                strcmp(rows[0].id, id) == 0;
    if (good)
        *row = rows[0];
    free(rows);
    if (good)
        return file;
    store_h5_close(file);
    return -1;
}

/* Room for one more row; ERR_NOMEM. */
static int grow_rows(struct assembly *a, struct err *err)
{
    void *rows = a->row;
    if (grow(&rows, a->n_rows, &a->max_rows, sizeof(*a->row)) < 0)
        return err_set(err, ERR_NOMEM, "out of memory");
    a->row = rows;
    return 0;
}

static int put_run(struct assembly *a, hid_t runs, const struct store_run *run, struct err *err)
{
    const char *id = run->row.id;
    if (is_taken(a, &run->row))
        return 0;
    int rc = grow_rows(a, err);
    if (rc != 0)
        return rc;
    if ((H5Lexists(runs, id, H5P_DEFAULT) > 0 && H5Ldelete(runs, id, H5P_DEFAULT) < 0) ||
        store_run_write(runs, run) < 0)
        return store_h5_fail(err, ERR_IO, a->path, "cannot take in a run");
    a->row[a->n_rows++] = run->row;
    return 0;
}

static int take_run(struct assembly *a, hid_t runs, const char *id, struct err *err)
{
    int rc = 0;
    struct store_row row;
    char *name = run_name(a, id);
    if (name == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    hid_t file = open_run(a, name, id, &row);
    if (file < 0) {
        set_aside(a, name);
        goto out;
    }
    if (is_taken(a, &row))
        goto out;
    rc = grow_rows(a, err);
    if (rc != 0)
        goto out;
    if (store_run_copy(file, runs, id) < 0) {
        rc = store_h5_fail(err, ERR_IO, a->path, "cannot take in a run");
        goto out;
    }
    a->row[a->n_rows++] = row;
out:
    H5Eclear2(H5E_DEFAULT);
    store_h5_close(file);
    free(name);
    return rc;
}

static int write_summary(struct assembly *a, hid_t file, hid_t runs, struct err *err)
{
    int rc = 0;
    struct store_row *sorted = NULL, **order = malloc((a->n_rows + 1) * sizeof(*order));
    int64_t n = order != NULL ? newest(a, runs, order) : -1;
    a->result.kept = 0; /* counted anew below */
    if (n >= 0)
        sorted = malloc(((size_t)n + 1) * sizeof(*sorted));
    if (sorted == NULL) {
        rc = store_h5_fail(err, order == NULL || n >= 0 ? ERR_NOMEM : ERR_IO, a->path,
                           "cannot write the summary");
        goto out;
    }
    for (int64_t i = 0; i < n; i++) {
        sorted[i] = *order[i];
        if (order[i] < a->row + a->n_known)
            a->result.kept++;
        else
            a->result.added++;
    }
    if (store_rows_write(file, sorted, (size_t)n) < 0)
        rc = store_h5_fail(err, ERR_IO, a->path, "cannot write the summary");
out:
    free(sorted);
    free(order);
    return rc;
}

static int take_runs(struct assembly *a, hid_t file, struct err *err)
{
    int rc = 0;
    hid_t runs = H5Gopen2(file, "runs", H5P_DEFAULT);
    if (runs < 0)
        return store_h5_fail(err, ERR_DATA, a->path, "damaged");
    for (size_t i = 0; i < a->n_found && rc == 0; i++)
        rc = take_run(a, runs, a->found[i].id, err);
    for (size_t i = 0; i < a->n_given && rc == 0; i++)
        rc = put_run(a, runs, &a->given[i], err);
    if (rc == 0)
        rc = write_summary(a, file, runs, err);
    store_h5_close(runs);
    return rc;
}

/* ---- the whole ------------------------------------------------------------------------ */

/* Whether the study file is there and says already what it should; counts its runs. */
static bool is_current(struct assembly *a)
{
    struct store *s = NULL;
    if (!path_exists(a->path) || store_open(&s, a->path, NULL) != 0)
        return false;
    bool same = strcmp(store_study_yaml(s), a->head->study_yaml) == 0 &&
                strcmp(store_study_name(s), a->head->study_name) == 0;
    a->result.kept = store_count(s);
    store_close(s);
    return same;
}

/* Each run as it is, and the summary once more, uncompressed. */
static uint64_t room_for(const struct assembly *a)
{
    uint64_t bytes = 2 * strlen(a->head->study_yaml);
    for (size_t i = 0; i < a->n_found; i++)
        bytes += a->found[i].size;
    bytes += a->n_given * BYTES_GIVEN;
    return bytes + (a->result.kept + a->n_found + a->n_given) * sizeof(struct store_row);
}

static int rewrite(struct assembly *a, struct err *err)
{
    struct store_update update;
    int rc = store_update_begin(&update, a->path, false, room_for(a), err);
    if (rc == 0 && !update.fresh && store_rows_read(update.file, &a->row, &a->n_rows) < 0)
        rc = store_h5_fail(err, ERR_DATA, a->path, "the summary is damaged");
    if (rc == 0) {
        a->max_rows = a->n_known = a->n_rows;
        if (a->n_rows > 0)
            qsort(a->row, a->n_rows, sizeof(*a->row), store_row_order);
        rc = take_runs(a, update.file, err);
    }
    if (rc == 0 && store_head_write(update.file, a->head, update.fresh) < 0)
        rc = store_h5_fail(err, ERR_IO, a->path, "cannot write");
    return store_update_end(&update, rc, err);
}

/* The study file holds them now. */
static void remove_runs(const struct assembly *a)
{
    for (size_t i = 0; i < a->n_found; i++) {
        char *name = run_name(a, a->found[i].id);
        if (name != NULL)
            unlink(name);
        free(name);
    }
    rmdir(a->folder);
}

int store_add_runs(const char *path, const struct store_head *head, const struct store_run *run,
                   size_t n, struct store_assembled *result, struct err *err)
{
    store_h5_quiet();
    struct assembly a = {.path = path,
                         .head = head,
                         .folder = str_format("%s.runs", path),
                         .given = run,
                         .n_given = n,
                         .reading = store_h5_access(),
                         .row_type = store_row_type()};
    H5Pset_fapl_core(a.reading, 1 << 16, 0);
    int rc = a.folder != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = list_runs(&a, err);
    if (rc != 0)
        goto out;
    if (!head->busy)
        remove_leftovers(a.folder);
    if (!is_current(&a) || a.n_found > 0 || n > 0)
        rc = rewrite(&a, err);
    if (rc == 0)
        remove_runs(&a);
out:
    if (result != NULL)
        *result = a.result;
    assembly_release(&a);
    return rc;
}

int store_assemble(const char *path, const struct store_head *head,
                   struct store_assembled *result, struct err *err)
{
    return store_add_runs(path, head, NULL, 0, result, err);
}
