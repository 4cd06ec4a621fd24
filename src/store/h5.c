#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "base/str.h"
#include "base/yaml.h"
#include "store/store_priv.h"

enum {
    MAX_TEXT = 16 << 20,  /* bytes of one text attribute that will be believed */
    MAX_COMPACT = 96,     /* attributes or links kept in an object's header */
    CHUNK_BYTES = 1 << 18 /* about one L2 cache: large enough to compress well */
};

void store_h5_quiet(void)
{
    /* After a write that failed (a full disk), HDF5's clean-up at exit crashes.  Every file is
     * closed by us, so it has nothing to do.  Too late once the library is in use, hence the
     * ignored result. */
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    /* A study file of a stranger must not name files of ours: no link leads out of it.  (It is
     * gone already when this is called again.) */
    H5Lunregister(H5L_TYPE_EXTERNAL);
}

bool store_h5_inside(hid_t dataset)
{
    hid_t list = H5Dget_create_plist(dataset);
    bool inside = list >= 0 && H5Pget_layout(list) != H5D_VIRTUAL &&
                  (H5Pget_layout(list) != H5D_CONTIGUOUS || H5Pget_external_count(list) == 0);
    store_h5_close(list);
    return inside;
}

hid_t store_h5_dataset(hid_t loc, const char *name)
{
    hid_t dataset = H5Dopen2(loc, name, H5P_DEFAULT);
    if (dataset >= 0 && !store_h5_inside(dataset)) {
        store_h5_close(dataset);
        return -1;
    }
    return dataset;
}

hid_t store_h5_create(const char *name, hid_t access)
{
    unlink(name);
    return H5Fcreate(name, H5F_ACC_EXCL, H5P_DEFAULT, access);
}

hid_t store_h5_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0)
        return access;
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    /* A leaked identifier must not keep a file open behind our back. */
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7)
    /* Files are never changed in place, so readers need no lock, which many network file
     * systems refuse. */
    H5Pset_file_locking(access, 0, 1);
#endif
    return access;
}

/* People give a study's text where its runs are asked for: those are in NAME.h5 when nobody says
 * otherwise, where 'rung run' was started or beside the study, or have its file's name. */
static void say_study(const char *path, const char *name, struct err *err)
{
    const char *slash = strrchr(path, '/'), *there = NULL;
    int folder = slash != NULL ? (int)(slash - path) + 1 : 0;
    char *place[] = {str_format("%s.h5", name), str_format("%.*s%s.h5", folder, path, name),
                     str_format("%.*s.h5", (int)(strrchr(path, '.') - path), path)};
    enum { PLACES = sizeof place / sizeof place[0] };
    for (int i = 0; i < PLACES && there == NULL; i++)
        if (place[i] != NULL && path_exists(place[i]))
            there = place[i];
    if (there != NULL)
        err_set(err, ERR_DATA, "'%s' is a study and no HDF5 file: its runs are in '%s'", path,
                there);
    else
        err_set(err, ERR_DATA,
                "'%s' is a study and no HDF5 file: 'rung run' keeps its runs in '%s.h5' when no "
                "other name is given",
                path, name);
    for (int i = 0; i < PLACES; i++)
        free(place[i]);
}

static int no_hdf5(const char *path, struct err *err)
{
    const char *end = strrchr(path, '.'), *name;
    struct yaml_document *doc = NULL;
    struct err ignored = {0};
    if (end != NULL && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0) &&
        yaml_load(&doc, path, &ignored) == 0 && doc->root != NULL &&
        yaml_get(doc->root, "study") != NULL &&
        yaml_text(yaml_get(doc->root, "study"), &name, &ignored) == 0)
        say_study(path, name, err);
    else
        err_set(err, ERR_DATA, "'%s' is no HDF5 file", path);
    yaml_document_free(doc);
    return ERR_DATA;
}

/* The library reads past the ends of damaged metadata, which checksums keep from it: formats
 * before version 2 of the superblock have none.  So the version is read here. */
static int check_form(const char *path, struct err *err)
{
    static const unsigned char signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char start[sizeof(signature) + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, ERR_DATA, errno, "cannot read '%s'", path);
    ssize_t n = pread(fd, start, sizeof(start), 0);
    close(fd);
    if (n != (ssize_t)sizeof(start) || memcmp(start, signature, sizeof(signature)) != 0)
        return no_hdf5(path, err);
    int version = start[sizeof(signature)];
    if (version < 2)
        return err_set(err, ERR_DATA,
                       "'%s' is HDF5 without checksums of its metadata (superblock version %d); "
                       "rung reads what 'h5repack --low=2 OLD NEW' makes of it",
                       path, version);
    return 0;
}

int store_h5_open(hid_t *out, const char *path, struct err *err)
{
    int rc = check_form(path, err);
    if (rc != 0)
        return rc;
    if (H5Fis_hdf5(path) <= 0) { /* too short, a superblock that is not whole */
        H5Eclear2(H5E_DEFAULT);
        return no_hdf5(path, err);
    }
    hid_t access = store_h5_access();
    *out = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (*out < 0)
        rc = store_h5_fail(err, ERR_DATA, path, "damaged"); /* before the next call */
    store_h5_close(access);
    return rc;
}

hid_t store_h5_group(hid_t loc, const char *name)
{
    hid_t list = H5Pcreate(H5P_GROUP_CREATE);
    /* Beyond eight attributes HDF5 would build a heap and a tree of some kilobytes. */
    H5Pset_attr_phase_change(list, MAX_COMPACT, MAX_COMPACT / 2);
    H5Pset_link_phase_change(list, MAX_COMPACT, MAX_COMPACT / 2);
    hid_t group = H5Gcreate2(loc, name, H5P_DEFAULT, list, H5P_DEFAULT);
    store_h5_close(list);
    return group;
}

void store_h5_close(hid_t id)
{
    if (id > 0)
        H5Idec_ref(id);
}

/* H5E_WALK_DOWNWARD ends at the innermost record, so the last one stays. */
static herr_t keep_cause(unsigned n, const H5E_error2_t *record, void *data)
{
    char *text = data;
    (void)n;
    if (record->desc != NULL) {
        strncpy(text, record->desc, 255);
        text[255] = '\0';
    }
    return 0;
}

/* "... errno = 28, error message = 'No space left on device', ..." says it in the quotes. */
static void shorten(char *cause)
{
    static const char mark[] = "error message = '";
    char *start = strstr(cause, mark);
    if (start == NULL)
        return;
    start += strlen(mark);
    size_t len = strcspn(start, "'");
    memmove(cause, start, len);
    cause[len] = '\0';
}

int store_h5_fail(struct err *err, int code, const char *path, const char *what)
{
    char cause[256] = "";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_cause, cause);
    H5Eclear2(H5E_DEFAULT);
    shorten(cause);
    if (cause[0] == '\0')
        return err_set(err, code, "'%s': %s", path, what);
    return err_set(err, code, "'%s': %s: %s", path, what, cause);
}

bool store_h5_exists(hid_t loc, const char *name)
{
    char part[512];
    if (strlen(name) >= sizeof(part))
        return false;
    for (const char *at = name;; at++) {
        at += strcspn(at, "/");
        memcpy(part, name, (size_t)(at - name));
        part[at - name] = '\0';
        if (part[0] != '\0' && H5Lexists(loc, part, H5P_DEFAULT) <= 0)
            return false;
        if (*at == '\0')
            return true;
    }
}

static int write_attribute(hid_t loc, const char *name, hid_t file_type, hid_t memory_type,
                           const void *value)
{
    int rc = -1;
    hid_t space = H5Screate(H5S_SCALAR), attribute = -1;
    if (space < 0)
        return -1;
    htri_t there = H5Aexists(loc, name);
    if (there < 0 || (there > 0 && H5Adelete(loc, name) < 0))
        goto out;
    attribute = H5Acreate2(loc, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0 && H5Awrite(attribute, memory_type, value) >= 0)
        rc = 0;
out:
    store_h5_close(attribute);
    store_h5_close(space);
    return rc;
}

hid_t store_h5_text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

int store_h5_write_text(hid_t loc, const char *name, const char *text)
{
    if (text == NULL)
        text = "";
    hid_t type = store_h5_text_type(strlen(text) + 1);
    int rc = write_attribute(loc, name, type, type, text);
    store_h5_close(type);
    return rc;
}

int store_h5_write_uint(hid_t loc, const char *name, uint64_t value)
{
    return write_attribute(loc, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
}

int store_h5_write_real(hid_t loc, const char *name, double value)
{
    return write_attribute(loc, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

/* Whether the attribute is a single value of that class. */
static hid_t open_scalar(hid_t loc, const char *name, H5T_class_t class)
{
    if (H5Aexists(loc, name) <= 0)
        return -1;
    hid_t attribute = H5Aopen(loc, name, H5P_DEFAULT);
    if (attribute < 0)
        return -1;
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    bool good = type >= 0 && space >= 0 && H5Tget_class(type) == class &&
                H5Sget_simple_extent_npoints(space) == 1;
    store_h5_close(type);
    store_h5_close(space);
    if (good)
        return attribute;
    store_h5_close(attribute);
    return -1;
}

char *store_h5_read_text(hid_t loc, const char *name)
{
    char *text = NULL;
    hid_t attribute = open_scalar(loc, name, H5T_STRING), type = -1;
    if (attribute < 0)
        return NULL;
    type = H5Aget_type(attribute);
    size_t size = H5Tget_size(type);
    if (H5Tis_variable_str(type) != 0 || size == 0 || size > MAX_TEXT)
        goto out;
    text = calloc(1, size + 1);
    if (text != NULL && H5Aread(attribute, type, text) < 0) {
        free(text);
        text = NULL;
    }
out:
    store_h5_close(type);
    store_h5_close(attribute);
    return text;
}

double store_h5_read_real(hid_t loc, const char *name)
{
    double value = NAN;
    hid_t attribute = open_scalar(loc, name, H5T_FLOAT);
    if (attribute < 0 || H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) < 0)
        value = NAN;
    store_h5_close(attribute);
    return value;
}

uint64_t store_h5_read_uint(hid_t loc, const char *name, uint64_t missing)
{
    uint64_t value = missing;
    hid_t attribute = open_scalar(loc, name, H5T_INTEGER);
    if (attribute < 0 || H5Aread(attribute, H5T_NATIVE_UINT64, &value) < 0)
        value = missing;
    store_h5_close(attribute);
    return value;
}

static hid_t member_type(const struct store_field *field, bool file)
{
    switch (field->kind) {
    case STORE_TEXT:
        return store_h5_text_type(field->size);
    case STORE_REAL:
        return H5Tcopy(file ? H5T_IEEE_F64LE : H5T_NATIVE_DOUBLE);
    case STORE_UINT:
        return H5Tcopy(file ? H5T_STD_U64LE : H5T_NATIVE_UINT64);
    case STORE_INT:
        return H5Tcopy(file ? H5T_STD_I64LE : H5T_NATIVE_INT64);
    }
    return -1;
}

hid_t store_h5_compound(const struct store_field *field, size_t n, size_t size, bool file)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, size);
    for (size_t i = 0; type >= 0 && i < n; i++) {
        hid_t member = member_type(&field[i], file);
        herr_t rc = H5Tinsert(type, field[i].name, field[i].offset, member);
        store_h5_close(member);
        if (rc < 0) {
            store_h5_close(type);
            return -1;
        }
    }
    if (type >= 0 && file)
        H5Tpack(type);
    return type;
}

int store_h5_write_rows(hid_t loc, const char *name, hid_t file_type, hid_t memory_type,
                        const void *rows, size_t n)
{
    int rc = -1;
    hsize_t length = n, limit = H5S_UNLIMITED, chunk = CHUNK_BYTES / H5Tget_size(file_type);
    chunk = chunk > n ? n : chunk;
    chunk = chunk > 0 ? chunk : 1;
    hid_t dataset = -1, links = H5Pcreate(H5P_LINK_CREATE);
    hid_t space = H5Screate_simple(1, &length, &limit), list = H5Pcreate(H5P_DATASET_CREATE);
    if (links < 0 || space < 0 || list < 0)
        goto out;
    H5Pset_create_intermediate_group(links, 1);
    H5Pset_chunk(list, 1, &chunk);
    H5Pset_attr_phase_change(list, MAX_COMPACT, MAX_COMPACT / 2);
    H5Pset_shuffle(list);
    H5Pset_deflate(list, 4);
    H5Pset_fletcher32(list);
    if (store_h5_exists(loc, name) && H5Ldelete(loc, name, H5P_DEFAULT) < 0)
        goto out;
    dataset = H5Dcreate2(loc, name, file_type, space, links, list, H5P_DEFAULT);
    if (dataset < 0)
        goto out;
    if (n == 0 || H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) >= 0)
        rc = 0;
out:
    store_h5_close(dataset);
    store_h5_close(list);
    store_h5_close(space);
    store_h5_close(links);
    return rc;
}

bool store_h5_attributes_sound(hid_t object)
{
    return H5Aexists(object, "\x01 no attribute") >= 0; /* looks at each, for none has the name */
}

static char *blank_rows(const struct store_rows *kind, size_t n)
{
    char *rows = calloc(n + 1, kind->size);
    for (size_t i = 0; rows != NULL && i < n; i++)
        for (size_t f = 0; f < kind->n_fields; f++)
            if (kind->field[f].kind == STORE_REAL)
                memcpy(rows + i * kind->size + kind->field[f].offset, &kind->missing,
                       sizeof(kind->missing));
    return rows;
}

int store_h5_read_rows(hid_t loc, const char *name, const struct store_rows *kind, void **rows,
                       size_t *n)
{
    int rc = -1;
    char *fresh = NULL;
    hid_t dataset = store_h5_dataset(loc, name);
    hid_t memory = store_h5_compound(kind->field, kind->n_fields, kind->size, false);
    int64_t length = dataset >= 0 ? store_h5_length(dataset) : -1;
    if (length < 0 || length > kind->limit || memory < 0)
        goto out;
    fresh = blank_rows(kind, (size_t)length);
    if (fresh == NULL ||
        (length > 0 && H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, fresh) < 0))
        goto out;
    store_texts_end(fresh, (size_t)length, kind->size, kind->field, kind->n_fields);
    *rows = fresh;
    *n = (size_t)length;
    fresh = NULL;
    rc = 0;
out:
    free(fresh);
    store_h5_close(memory);
    store_h5_close(dataset);
    return rc;
}

int64_t store_h5_length(hid_t dataset)
{
    hsize_t length = 0;
    hid_t space = H5Dget_space(dataset);
    int good = space >= 0 && H5Sget_simple_extent_ndims(space) == 1 &&
               H5Sget_simple_extent_dims(space, &length, NULL) == 1;
    store_h5_close(space);
    return good && length <= INT64_MAX ? (int64_t)length : -1;
}

void store_library(char *text, size_t size)
{
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, size, "HDF5 %u.%u.%u", major, minor, release);
}
