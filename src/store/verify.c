/* Reading a study file to its last byte, and saving what is whole of a damaged one. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/store_priv.h"

enum { MAX_BYTES = 1 << 30 }; /* of one dataset or attribute that will be believed */

struct verify {
    const char *path;
    hid_t file;
    struct store_row *row;
    size_t n_rows;
    bool *whole; /* one a row */
    bool text_whole, fits_whole, checks_whole;
    char *yaml;
    void (*tell)(void *data, const char *part, const char *what);
    void *data;
    struct store_verified result;
};

static void complain(struct verify *v, const char *part, const char *what)
{
    if (v->tell != NULL)
        v->tell(v->data, part, what);
}

/* What HDF5 says of its last failure. */
static void complain_h5(struct verify *v, const char *part)
{
    struct err err = {0};
    store_h5_fail(&err, ERR_DATA, v->path, "damaged");
    const char *what = strstr(err.text, "damaged");
    complain(v, part, what != NULL ? what : "damaged");
}

/* ---- reading everything of an object ------------------------------------------------------
 */

static bool has_references(hid_t type)
{
    return H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tdetect_class(type, H5T_REFERENCE) > 0;
}

/* Bytes of so many elements; 0: too many, or none. */
static size_t size_of(hid_t type, hid_t space)
{
    hssize_t n = H5Sget_simple_extent_npoints(space);
    size_t size = H5Tget_size(type);
    return n > 0 && size > 0 && (size_t)n <= MAX_BYTES / size ? (size_t)n * size : 0;
}

static int read_dataset(hid_t dataset)
{
    int rc = -1;
    if (!store_h5_inside(dataset))
        return rc;
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    void *bytes = NULL;
    if (type < 0 || n < 0)
        goto out;
    rc = has_references(type) ? -1 : 0;
    if (n == 0 || rc != 0)
        goto out;
    size_t size = size_of(type, space);
    bytes = size > 0 ? malloc(size) : NULL;
    if (bytes == NULL || H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0)
        rc = -1;
out:
    free(bytes);
    store_h5_close(space);
    store_h5_close(type);
    return rc;
}

static herr_t read_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data)
{
    herr_t rc = -1;
    (void)info;
    (void)data;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = attribute >= 0 ? H5Aget_type(attribute) : -1;
    hid_t space = attribute >= 0 ? H5Aget_space(attribute) : -1;
    void *bytes = NULL;
    if (type < 0 || space < 0)
        goto out;
    if (has_references(type))
        goto out;
    rc = 0;
    size_t size = size_of(type, space);
    bytes = size > 0 ? malloc(size) : NULL;
    if (bytes == NULL || H5Aread(attribute, type, bytes) < 0)
        rc = -1;
out:
    free(bytes);
    store_h5_close(space);
    store_h5_close(type);
    store_h5_close(attribute);
    return rc;
}

static herr_t read_object(hid_t group, const char *name, const H5O_info_t *info, void *data)
{
    (void)data;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0)
        return -1;
    hsize_t at = 0;
    herr_t rc = -1;
    if (store_h5_attributes_sound(object))
        rc = H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, &at, read_attribute, NULL);
    if (rc >= 0 && info->type == H5O_TYPE_DATASET)
        rc = read_dataset(object);
    store_h5_close(object);
    return rc;
}

bool store_is_readable(hid_t file, const char *name)
{
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    herr_t rc = object < 0 ? -1
                           : H5Ovisit2(object, H5_INDEX_NAME, H5_ITER_NATIVE, read_object, NULL,
                                       H5O_INFO_BASIC);
    store_h5_close(object);
    return rc >= 0;
}

/* ---- a study file -------------------------------------------------------------------------
 */

/* Whether the run's own words are those of its row. */
static bool matches(hid_t file, const struct store_row *row)
{
    char name[8 + STORE_ID_SIZE];
    snprintf(name, sizeof(name), "runs/%s", row->id);
    hid_t run = H5Gopen2(file, name, H5P_DEFAULT);
    char *problem = run >= 0 ? store_h5_read_text(run, "problem") : NULL;
    char *status = run >= 0 ? store_h5_read_text(run, "status") : NULL;
    double n = run >= 0 ? store_h5_read_real(run, "n") : 0;
    bool good = problem != NULL && status != NULL && strcmp(problem, row->problem) == 0 &&
                strcmp(status, row->status) == 0 &&
                (n == row->n || (n != n && row->n != row->n));
    free(problem);
    free(status);
    store_h5_close(run);
    return good;
}

static void verify_runs(struct verify *v)
{
    for (size_t i = 0; i < v->n_rows; i++) {
        char name[8 + STORE_ID_SIZE], part[8 + STORE_ID_SIZE];
        snprintf(name, sizeof(name), "runs/%s", v->row[i].id);
        snprintf(part, sizeof(part), "run %s", v->row[i].id);
        v->result.runs++;
        if (!store_h5_exists(v->file, name))
            complain(v, part, "it stands in the summary alone");
        else if (!store_is_readable(v->file, name))
            complain_h5(v, part);
        else if (!matches(v->file, &v->row[i]))
            complain(v, part, "it is not what the summary says");
        else
            v->whole[i] = true;
        v->result.whole += v->whole[i];
        v->result.damaged += !v->whole[i];
    }
}

static int order_ids(const void *a, const void *b)
{
    const char *const *first = a, *const *second = b;
    return strcmp(*first, *second);
}

struct orphans {
    struct verify *v;
    const char **id; /* of the rows, sorted */
};

static herr_t look_at_link(hid_t group, const char *name, const H5L_info_t *info, void *data)
{
    struct orphans *o = data;
    char part[300];
    (void)group;
    (void)info;
    if (bsearch(&name, o->id, o->v->n_rows, sizeof(*o->id), order_ids) != NULL)
        return 0;
    snprintf(part, sizeof(part), "run %.250s", name);
    complain(o->v, part, "it is missing in the summary");
    o->v->result.parts++;
    return 0;
}

/* Runs without a row: their counters are lost with it. */
static int find_orphans(struct verify *v, struct err *err)
{
    hsize_t at = 0;
    struct orphans o = {v, malloc((v->n_rows + 1) * sizeof(*o.id))};
    if (o.id == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < v->n_rows; i++)
        o.id[i] = v->row[i].id;
    qsort(o.id, v->n_rows, sizeof(*o.id), order_ids);
    hid_t runs = H5Gopen2(v->file, "runs", H5P_DEFAULT);
    if (runs < 0 ||
        H5Literate(runs, H5_INDEX_NAME, H5_ITER_NATIVE, &at, look_at_link, &o) < 0) {
        complain_h5(v, "the group of runs");
        v->result.parts++;
    }
    store_h5_close(runs);
    free(o.id);
    return 0;
}

static bool verify_part(struct verify *v, const char *name)
{
    if (!store_h5_exists(v->file, name))
        return false;
    if (store_is_readable(v->file, name))
        return true;
    complain_h5(v, name);
    v->result.parts++;
    return false;
}

static int verify_all(struct verify *v, struct err *err)
{
    struct err cause = {0};
    if (store_rows_read(v->file, &v->row, &v->n_rows) < 0) {
        complain_h5(v, "the summary");
        if (store_rows_salvage(v->file, &v->row, &v->n_rows, &v->result.lost) < 0)
            v->n_rows = 0;
        v->result.parts += v->result.lost == 0;
    }
    v->whole = calloc(v->n_rows + 1, sizeof(*v->whole));
    if (v->whole == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    v->text_whole = store_head_yaml(v->file, v->path, &v->yaml, &cause) == 0;
    if (!v->text_whole) {
        complain(v, "study_yaml", cause.text);
        v->result.parts++;
    }
    verify_runs(v);
    v->fits_whole = verify_part(v, "fits");
    v->checks_whole = verify_part(v, "checks");
    return find_orphans(v, err);
}

/* ---- salvage ------------------------------------------------------------------------------
 */

static int copy_head(const struct verify *v, hid_t file)
{
    char *name = store_h5_read_text(v->file, "study"),
         *host = store_h5_read_text(v->file, "host");
    char *version = store_h5_read_text(v->file, "tool_version");
    char *commit = store_h5_read_text(v->file, "tool_commit");
    char *created = store_h5_read_text(v->file, "created");
    struct store_head head = {.study_name = name,
                              .study_yaml = v->yaml,
                              .tool_version = version,
                              .tool_commit = commit,
                              .host = host};
    int rc = store_head_write(file, &head, true);
    if (rc == 0 && created != NULL)
        rc = store_h5_write_text(file, "created", created);
    static const char *const built[] = {"tool_hash", "tool_date", "tool_compiler", "tool_flags"};
    for (size_t i = 0; i < sizeof(built) / sizeof(built[0]) && rc == 0; i++) {
        char *text = store_h5_read_text(v->file, built[i]);
        if (text != NULL)
            rc = store_h5_write_text(file, built[i], text);
        free(text);
    }
    free(created);
    free(commit);
    free(version);
    free(host);
    free(name);
    return rc;
}

static int copy_whole(const struct verify *v, hid_t file)
{
    int rc = copy_head(v, file);
    size_t n = 0;
    hid_t runs = H5Gopen2(file, "runs", H5P_DEFAULT);
    struct store_row *row = malloc((v->n_rows + 1) * sizeof(*row));
    if (runs < 0 || row == NULL)
        rc = -1;
    for (size_t i = 0; i < v->n_rows && rc == 0; i++)
        if (v->whole[i]) {
            row[n++] = v->row[i];
            rc = store_run_copy(v->file, runs, v->row[i].id);
        }
    if (rc == 0)
        rc = store_rows_write(file, row, n);
    if (rc == 0 && v->fits_whole)
        rc = H5Ocopy(v->file, "fits", file, "fits", H5P_DEFAULT, H5P_DEFAULT);
    if (rc == 0 && v->checks_whole)
        rc = H5Ocopy(v->file, "checks", file, "checks", H5P_DEFAULT, H5P_DEFAULT);
    free(row);
    store_h5_close(runs);
    return rc < 0 ? -1 : 0;
}

static int salvage(const struct verify *v, const char *path, struct err *err)
{
    struct stat info;
    struct store_lock *lock = NULL;
    struct store_update update;
    int rc = store_lock_alloc(&lock, path, err);
    if (rc != 0)
        return rc;
    rc = store_update_fresh(&update, path,
                            stat(v->path, &info) == 0 ? (uint64_t)info.st_size : 0, err);
    if (rc == 0 && copy_whole(v, update.file) < 0)
        rc = store_h5_fail(err, ERR_IO, path, "cannot write");
    rc = store_update_end(&update, rc, err);
    store_lock_free(lock);
    return rc;
}

int store_verify(const char *path, const char *salvage_to,
                 void (*tell)(void *data, const char *part, const char *what), void *data,
                 struct store_verified *result, struct err *err)
{
    struct verify v = {.path = path, .file = -1, .tell = tell, .data = data};
    store_h5_quiet();
    int rc = store_head_open(&v.file, path, err);
    if (rc == 0)
        rc = verify_all(&v, err);
    if (rc == 0 && salvage_to != NULL)
        rc = salvage(&v, salvage_to, err);
    H5Eclear2(H5E_DEFAULT);
    *result = v.result;
    free(v.yaml);
    free(v.whole);
    free(v.row);
    store_h5_close(v.file);
    return rc;
}
