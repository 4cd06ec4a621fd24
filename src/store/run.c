#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_priv.h"

enum {
    MAX_TRACE = 1 << 22, /* rows of a trace, and of hot blocks, that will be believed */
    MAX_HOT = 1 << 16,
    PART_SIZE = 16 /* bytes of the name of a part of the CPI stack */
};

struct part {
    char part[PART_SIZE];
    uint64_t cycles;
};

static const struct store_field part_fields[] = {
    {"part", STORE_TEXT, offsetof(struct part, part), PART_SIZE},
    {"cycles", STORE_UINT, offsetof(struct part, cycles), sizeof(uint64_t)},
};
enum { N_PART_FIELDS = sizeof(part_fields) / sizeof(part_fields[0]) };

#define HOT_UINT(name) {#name, STORE_UINT, offsetof(struct store_hot, name), sizeof(uint64_t)}
#define HOT_REAL(name) {#name, STORE_REAL, offsetof(struct store_hot, name), sizeof(double)}
#define HOT_TEXT(name)                                                                         \
    {#name, STORE_TEXT, offsetof(struct store_hot, name), sizeof(((struct store_hot *)0)->name)}
static const struct store_field hot_fields[] = {
    HOT_UINT(pc),
    HOT_UINT(n_insn),
    HOT_UINT(executions),
    HOT_UINT(instructions),
    HOT_REAL(cycles),
    HOT_TEXT(symbol),
    HOT_TEXT(source),
    HOT_TEXT(bound),
    HOT_UINT(bound_pc),
    HOT_TEXT(bound_insn),
    HOT_REAL(bound_cycles),
    HOT_UINT(producer_pc),
    HOT_TEXT(producer_insn),
#define X(name, text)                                                                          \
    {"cycles_" #name, STORE_REAL, offsetof(struct store_hot, part[CPI_##name]), sizeof(double)},
    CPI_PARTS(X)
#undef X
};
enum { N_HOT_FIELDS = sizeof(hot_fields) / sizeof(hot_fields[0]) };

struct distance_row {
    uint64_t from, to;
    double accesses, error;
};

static const struct store_field distance_fields[] = {
    {"from", STORE_UINT, offsetof(struct distance_row, from), sizeof(uint64_t)},
    {"to", STORE_UINT, offsetof(struct distance_row, to), sizeof(uint64_t)},
    {"accesses", STORE_REAL, offsetof(struct distance_row, accesses), sizeof(double)},
    {"error", STORE_REAL, offsetof(struct distance_row, error), sizeof(double)},
};
enum { N_DISTANCE_FIELDS = sizeof(distance_fields) / sizeof(distance_fields[0]) };

/* ---- writing ------------------------------------------------------------------------ */

static int write_attributes(hid_t group, const struct store_run *run)
{
    const struct store_row *row = &run->row;
    int rc = 0;
    rc |= store_h5_write_text(group, "simulator", row->simulator);
    rc |= store_h5_write_text(group, "problem", row->problem);
    rc |= store_h5_write_real(group, "n", row->n);
    rc |= store_h5_write_text(group, "mode", row->mode);
    rc |= store_h5_write_text(group, "variant", row->variant);
    rc |= store_h5_write_text(group, "status", row->status);
    rc |= store_h5_write_text(group, "elf", run->elf);
    rc |= store_h5_write_text(group, "elf_sha256", run->elf_hash);
    rc |= store_h5_write_text(group, "arguments", run->arguments);
    rc |= store_h5_write_text(group, "machine", run->machine_text);
    rc |= store_h5_write_text(group, "message", run->message);
    rc |= store_h5_write_text(group, "created", run->created);
    rc |= store_h5_write_text(group, "host", run->host);
    rc |= store_h5_write_uint(group, "model_version", run->model_version);
    rc |= store_h5_write_uint(group, "stream_hash", run->stream_hash);
    rc |= store_h5_write_uint(group, "trace_interval", run->trace_interval);
    rc |= store_h5_write_real(group, "wall_seconds", row->wall_seconds);
    rc |= store_h5_write_real(group, "user_seconds", row->user_seconds);
    return rc;
}

static int write_column(hid_t group, const struct store_run *run, enum counter c, hid_t space,
                        hid_t list, uint64_t *column)
{
    int rc = -1;
    uint64_t any = 0;
    for (size_t i = 0; i < run->n_trace; i++)
        any |= column[i] = run->trace[i * COUNTER_MAX + c];
    hid_t dataset = H5Dcreate2(group, counter_name(c), H5T_STD_U64LE, space, H5P_DEFAULT, list,
                               H5P_DEFAULT);
    /* What was never written reads as zeros, and costs nothing. */
    if (dataset >= 0 && (any == 0 || H5Dwrite(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL,
                                              H5P_DEFAULT, column) >= 0))
        rc = store_h5_write_text(dataset, "units", counter_unit(c));
    store_h5_close(dataset);
    return rc;
}

static int write_trace(hid_t run_group, const struct store_run *run)
{
    int rc = -1;
    hsize_t length = run->n_trace;
    uint64_t *column = malloc((run->n_trace + 1) * sizeof(*column));
    hid_t group = store_h5_group(run_group, "trace");
    hid_t space = H5Screate_simple(1, &length, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
    if (column == NULL || group < 0 || space < 0 || list < 0)
        goto out;
    H5Pset_chunk(list, 1, &length);
    H5Pset_shuffle(list);
    H5Pset_deflate(list, 4);
    H5Pset_fletcher32(list);
    for (int c = 0; c < COUNTER_MAX; c++)
        if (write_column(group, run, (enum counter)c, space, list, column) < 0)
            goto out;
    rc = 0;
out:
    store_h5_close(list);
    store_h5_close(space);
    store_h5_close(group);
    free(column);
    return rc;
}

static int write_cpi_stack(hid_t group, const struct store_run *run)
{
    struct part part[CPI_PART_MAX];
    memset(part, 0, sizeof(part));
    for (int i = 0; i < CPI_PART_MAX; i++) {
        strncpy(part[i].part, cpi_part_name((enum cpi_part)i), PART_SIZE - 1);
        part[i].cycles = run->cpi_stack[i];
    }
    hid_t disk = store_h5_compound(part_fields, N_PART_FIELDS, sizeof(struct part), true);
    hid_t memory = store_h5_compound(part_fields, N_PART_FIELDS, sizeof(struct part), false);
    int rc = store_h5_write_rows(group, "cpi_stack", disk, memory, part, CPI_PART_MAX);
    store_h5_close(memory);
    store_h5_close(disk);
    return rc;
}

static int write_hot(hid_t group, const struct store_run *run)
{
    hid_t disk = store_h5_compound(hot_fields, N_HOT_FIELDS, sizeof(struct store_hot), true);
    hid_t memory = store_h5_compound(hot_fields, N_HOT_FIELDS, sizeof(struct store_hot), false);
    int rc = store_h5_write_rows(group, "hot_blocks", disk, memory, run->hot, run->n_hot);
    store_h5_close(memory);
    store_h5_close(disk);
    return rc;
}

/* The totals stand beside the bins, as attributes. */
static int write_distance_totals(hid_t group, const struct distance_histogram *h)
{
    hid_t dataset = store_h5_dataset(group, "reuse_distance");
    if (dataset < 0)
        return -1;
    int rc = store_h5_write_uint(dataset, "line", DISTANCE_LINE);
    rc |= store_h5_write_uint(dataset, "accesses", h->accesses);
    rc |= store_h5_write_real(dataset, "cold", h->cold);
    rc |= store_h5_write_real(dataset, "cold_error", h->cold_error);
    rc |= store_h5_write_real(dataset, "rate", h->rate);
    store_h5_close(dataset);
    return rc;
}

static int write_distances(hid_t group, const struct store_run *run)
{
    struct distance_row row[DISTANCE_BINS];
    const struct distance_histogram *h = &run->reuse;
    for (unsigned i = 0; i < h->n_bins; i++)
        row[i] = (struct distance_row){distance_bin_from(i), distance_bin_from(i + 1) - 1,
                                       h->count[i], h->error[i]};
    hid_t disk =
        store_h5_compound(distance_fields, N_DISTANCE_FIELDS, sizeof(row[0]), true);
    hid_t memory =
        store_h5_compound(distance_fields, N_DISTANCE_FIELDS, sizeof(row[0]), false);
    int rc = store_h5_write_rows(group, "reuse_distance", disk, memory, row, h->n_bins);
    store_h5_close(memory);
    store_h5_close(disk);
    return rc == 0 ? write_distance_totals(group, h) : rc;
}

int store_run_write(hid_t runs, const struct store_run *run)
{
    hid_t group = store_h5_group(runs, run->row.id);
    if (group < 0)
        return -1;
    int rc = write_attributes(group, run);
    if (rc == 0 && run->n_trace > 0)
        rc = write_trace(group, run);
    if (rc == 0)
        rc = write_cpi_stack(group, run);
    if (rc == 0)
        rc = write_hot(group, run);
    if (rc == 0 && run->reuse.accesses > 0)
        rc = write_distances(group, run);
    store_h5_close(group);
    return rc;
}

/* ---- the dimension scale -------------------------------------------------------------- */

/* The attributes of HDF5's Dimension Scale Specification (version 1.5), in the form that
 * H5DSset_scale() and H5DSattach_scale() give them; those rewrite the list of references at
 * each call, which made a third of the time that storing a run took. */
struct reference {
    hobj_ref_t dataset;
    unsigned dimension;
};

/* An attribute of the dataset `object`, which is not opened as one: closing it would flush it,
 * and there are many. */
static int write_array(hid_t loc, const char *object, const char *name, hid_t type, hsize_t n,
                       const void *value)
{
    int rc = -1;
    hid_t space = H5Screate_simple(1, &n, NULL);
    /* One that came along from another study file points nowhere. */
    if (H5Aexists_by_name(loc, object, name, H5P_DEFAULT) > 0)
        H5Adelete_by_name(loc, object, name, H5P_DEFAULT);
    hid_t attribute = H5Acreate_by_name(loc, object, name, type, space, H5P_DEFAULT,
                                        H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0 && H5Awrite(attribute, type, value) >= 0)
        rc = 0;
    store_h5_close(attribute);
    store_h5_close(space);
    return rc;
}

static int write_references(hid_t group, const char *scale, const struct reference *list,
                            size_t n)
{
    int rc = -1;
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(*list));
    if (H5Tinsert(type, "dataset", offsetof(struct reference, dataset), H5T_STD_REF_OBJ) >= 0 &&
        H5Tinsert(type, "dimension", offsetof(struct reference, dimension), H5T_NATIVE_UINT) >=
            0)
        rc = write_array(group, scale, "REFERENCE_LIST", type, n, list);
    store_h5_close(type);
    return rc;
}

/* What a walk over the columns of a trace gathers. */
struct scaling {
    hid_t vlen;       /* the type of a list of references */
    hobj_ref_t scale; /* the column of instructions */
    size_t n;
    struct reference list[COUNTER_MAX];
};

/* A reference to an object is its address, which the walk gives without another search. */
static herr_t attach_column(hid_t group, const char *name, const H5L_info_t *info, void *data)
{
    struct scaling *s = data;
    hvl_t to_scale = {.len = 1, .p = &s->scale};
    if (strcmp(name, counter_name(COUNTER_instructions)) == 0 || s->n >= COUNTER_MAX)
        return 0;
    s->list[s->n++].dataset = info->u.address;
    return write_array(group, name, "DIMENSION_LIST", s->vlen, 1, &to_scale);
}

int store_run_scales(hid_t run)
{
    int rc = -1;
    const char *scale_name = counter_name(COUNTER_instructions);
    struct scaling s = {.vlen = H5Tvlen_create(H5T_STD_REF_OBJ)};
    hid_t group = H5Gopen2(run, "trace", H5P_DEFAULT);
    hid_t scale = group >= 0 ? store_h5_dataset(group, scale_name) : -1;
    if (scale < 0 || H5Rcreate(&s.scale, group, scale_name, H5R_OBJECT, -1) < 0)
        goto out;
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, attach_column, &s) < 0)
        goto out;
    if (write_references(group, scale_name, s.list, s.n) < 0 ||
        (H5DSis_scale(scale) <= 0 && H5DSset_scale(scale, scale_name) < 0))
        goto out;
    rc = 0;
out:
    store_h5_close(scale);
    store_h5_close(group);
    store_h5_close(s.vlen);
    return rc;
}

/* One column of a trace, without its attributes but for the unit: those of the dimension scale
 * point into the other file, and libhdf5 crashes over damaged ones (they lie in the global
 * heap, the one structure that has no checksum). */
static herr_t copy_column(hid_t from, const char *name, const H5L_info_t *info, void *data)
{
    hid_t to = *(hid_t *)data, plain = H5Pcreate(H5P_OBJECT_COPY), column = -1;
    herr_t rc = -1;
    char *units = NULL;
    (void)info;
    if (H5Pset_copy_object(plain, H5O_COPY_WITHOUT_ATTR_FLAG) < 0 ||
        H5Ocopy(from, name, to, name, plain, H5P_DEFAULT) < 0)
        goto out;
    column = store_h5_dataset(from, name);
    units = column >= 0 ? store_h5_read_text(column, "units") : NULL;
    store_h5_close(column);
    column = store_h5_dataset(to, name);
    if (column >= 0 && (units == NULL || store_h5_write_text(column, "units", units) == 0))
        rc = 0;
out:
    free(units);
    store_h5_close(column);
    store_h5_close(plain);
    return rc;
}

static int copy_trace(hid_t file, const char *name, hid_t run)
{
    int rc = -1;
    char path[32];
    snprintf(path, sizeof(path), "%s/trace", name);
    hid_t from = H5Gopen2(file, path, H5P_DEFAULT), to = H5Gopen2(run, "trace", H5P_DEFAULT);
    if (from >= 0 && to >= 0 &&
        H5Literate(from, H5_INDEX_NAME, H5_ITER_INC, NULL, copy_column, &to) >= 0)
        rc = store_run_scales(run);
    store_h5_close(from);
    store_h5_close(to);
    return rc;
}

/* Files of single runs have no dimension scale, and are copied in one go. */
static bool has_scale(hid_t file, const char *name)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/trace", name);
    if (!store_h5_exists(file, path))
        return false;
    snprintf(path, sizeof(path), "%s/trace/%s", name, counter_name(COUNTER_cycles));
    return !store_h5_exists(file, path) ||
           H5Aexists_by_name(file, path, "DIMENSION_LIST", H5P_DEFAULT) != 0;
}

int store_run_copy(hid_t file, hid_t runs, const char *id)
{
    char name[8 + STORE_ID_SIZE];
    int rc = -1;
    snprintf(name, sizeof(name), "runs/%s", id);
    if (H5Lexists(runs, id, H5P_DEFAULT) > 0 && H5Ldelete(runs, id, H5P_DEFAULT) < 0)
        return -1;
    bool apart = has_scale(file, name);
    hid_t list = H5Pcreate(H5P_OBJECT_COPY), run = -1;
    /* The members of the group `trace` stay behind. */
    if (apart && H5Pset_copy_object(list, H5O_COPY_SHALLOW_HIERARCHY_FLAG) < 0)
        goto out;
    if (H5Ocopy(file, name, runs, id, list, H5P_DEFAULT) < 0)
        goto out;
    run = H5Gopen2(runs, id, H5P_DEFAULT);
    if (run >= 0 && apart)
        rc = copy_trace(file, name, run);
    else if (run >= 0)
        rc = H5Lexists(run, "trace", H5P_DEFAULT) > 0 ? store_run_scales(run) : 0;
out:
    store_h5_close(run);
    store_h5_close(list);
    return rc;
}

/* ---- reading ------------------------------------------------------------------------ */

/* What store_run_release() frees. */
struct owner {
    char *text[8];
    size_t n_texts;
    uint64_t *trace;
    struct store_hot *hot;
};

void store_run_release(struct store_run *run)
{
    struct owner *owner = run->owner;
    if (owner != NULL) {
        for (size_t i = 0; i < owner->n_texts; i++)
            free(owner->text[i]);
        free(owner->trace);
        free(owner->hot);
        free(owner);
    }
    memset(run, 0, sizeof(*run));
}

static const char *read_text(hid_t group, const char *name, struct owner *owner)
{
    char *text = store_h5_read_text(group, name);
    if (text == NULL)
        return "";
    owner->text[owner->n_texts++] = text;
    return text;
}

static void read_attributes(hid_t group, struct store_run *run, struct owner *owner)
{
    char *hash = store_h5_read_text(group, "elf_sha256");
    if (hash != NULL)
        strncpy(run->elf_hash, hash, sizeof(run->elf_hash) - 1);
    free(hash);
    run->elf = read_text(group, "elf", owner);
    run->arguments = read_text(group, "arguments", owner);
    run->machine_text = read_text(group, "machine", owner);
    run->message = read_text(group, "message", owner);
    run->created = read_text(group, "created", owner);
    run->host = read_text(group, "host", owner);
    run->model_version = store_h5_read_uint(group, "model_version", 0);
    run->stream_hash = store_h5_read_uint(group, "stream_hash", 0);
    run->trace_interval = store_h5_read_uint(group, "trace_interval", 0);
}

/* 0 when done or when there is no such column, -1 when it is damaged. */
static int read_column(hid_t group, enum counter c, struct store_run *run, struct owner *owner,
                       uint64_t **column)
{
    int rc = -1;
    if (H5Lexists(group, counter_name(c), H5P_DEFAULT) <= 0)
        return 0;
    hid_t dataset = store_h5_dataset(group, counter_name(c));
    int64_t length = dataset >= 0 ? store_h5_length(dataset) : -1;
    if (length < 0 || length > MAX_TRACE)
        goto out;
    if (owner->trace == NULL) {
        run->n_trace = (size_t)length;
        owner->trace = calloc((size_t)length + 1, COUNTER_MAX * sizeof(uint64_t));
        *column = malloc(((size_t)length + 1) * sizeof(**column));
        run->trace = owner->trace;
    }
    if (owner->trace == NULL || *column == NULL || (size_t)length != run->n_trace ||
        H5Dread(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, *column) < 0)
        goto out;
    for (size_t i = 0; i < run->n_trace; i++)
        owner->trace[i * COUNTER_MAX + c] = (*column)[i];
    rc = 0;
out:
    store_h5_close(dataset);
    return rc;
}

static int read_trace(hid_t run_group, struct store_run *run, struct owner *owner)
{
    int rc = 0;
    uint64_t *column = NULL;
    if (H5Lexists(run_group, "trace", H5P_DEFAULT) <= 0)
        return 0;
    hid_t group = H5Gopen2(run_group, "trace", H5P_DEFAULT);
    if (group < 0)
        return -1;
    for (int c = 0; c < COUNTER_MAX && rc == 0; c++)
        rc = read_column(group, (enum counter)c, run, owner, &column);
    free(column);
    store_h5_close(group);
    return rc;
}

/* A table of at most `limit` rows into fresh memory; none after a failure. */
static int read_rows(hid_t group, const char *name, const struct store_field *field,
                     size_t n_fields, size_t size, int64_t limit, void **rows, size_t *n)
{
    int rc = -1;
    if (H5Lexists(group, name, H5P_DEFAULT) <= 0)
        return 0;
    hid_t memory = store_h5_compound(field, n_fields, size, false);
    hid_t dataset = store_h5_dataset(group, name);
    int64_t length = dataset >= 0 ? store_h5_length(dataset) : -1;
    if (length < 0 || length > limit || memory < 0)
        goto out;
    *rows = calloc((size_t)length + 1, size);
    if (*rows == NULL ||
        (length > 0 && H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, *rows) < 0))
        goto out;
    store_texts_end(*rows, (size_t)length, size, field, n_fields);
    *n = (size_t)length;
    rc = 0;
out:
    if (rc != 0) {
        free(*rows);
        *rows = NULL;
    }
    store_h5_close(dataset);
    store_h5_close(memory);
    return rc;
}

static int read_cpi_stack(hid_t group, struct store_run *run)
{
    void *rows = NULL;
    size_t n = 0;
    int rc = read_rows(group, "cpi_stack", part_fields, N_PART_FIELDS, sizeof(struct part),
                       4096, &rows, &n);
    const struct part *part = rows;
    for (size_t i = 0; rc == 0 && i < n; i++)
        for (int p = 0; p < CPI_PART_MAX; p++)
            if (strcmp(part[i].part, cpi_part_name((enum cpi_part)p)) == 0)
                run->cpi_stack[p] = part[i].cycles;
    free(rows);
    return rc;
}

static int read_hot(hid_t group, struct store_run *run, struct owner *owner)
{
    void *rows = NULL;
    int rc = read_rows(group, "hot_blocks", hot_fields, N_HOT_FIELDS, sizeof(struct store_hot),
                       MAX_HOT, &rows, &run->n_hot);
    owner->hot = rows;
    run->hot = owner->hot;
    return rc;
}

static int read_distances(hid_t group, struct store_run *run)
{
    void *rows = NULL;
    size_t n = 0;
    struct distance_histogram *h = &run->reuse;
    int rc = read_rows(group, "reuse_distance", distance_fields, N_DISTANCE_FIELDS,
                       sizeof(struct distance_row), DISTANCE_BINS, &rows, &n);
    if (rc != 0 || rows == NULL)
        return rc;
    const struct distance_row *row = rows;
    for (size_t i = 0; i < n; i++) {
        unsigned bin = distance_bin(row[i].from);
        h->count[bin] = row[i].accesses;
        h->error[bin] = row[i].error;
        h->n_bins = bin + 1;
    }
    free(rows);
    hid_t dataset = store_h5_dataset(group, "reuse_distance");
    h->accesses = store_h5_read_uint(dataset, "accesses", 0);
    h->cold = store_h5_read_real(dataset, "cold");
    h->cold_error = store_h5_read_real(dataset, "cold_error");
    h->rate = store_h5_read_real(dataset, "rate");
    store_h5_close(dataset);
    return 0;
}

int store_read_run(struct store *s, const char *id, struct store_run *run, struct err *err)
{
    int rc = 0;
    memset(run, 0, sizeof(*run));
    store_h5_quiet();
    const struct store_row *row = store_find(s, id);
    if (row == NULL)
        return err_set(err, ERR_DATA, "'%s': no run '%s'", store_path(s), id);
    struct owner *owner = calloc(1, sizeof(*owner));
    if (owner == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    run->owner = owner;
    run->row = *row;
    hid_t runs = H5Gopen2(store_h5_file(s), "runs", H5P_DEFAULT);
    hid_t group = runs >= 0 ? H5Gopen2(runs, row->id, H5P_DEFAULT) : -1;
    if (group < 0) {
        rc = store_h5_fail(err, ERR_DATA, store_path(s), "a run of the summary is missing");
        goto out;
    }
    read_attributes(group, run, owner);
    if (read_trace(group, run, owner) < 0 || read_cpi_stack(group, run) < 0 ||
        read_hot(group, run, owner) < 0 || read_distances(group, run) < 0) {
        rc = store_h5_fail(err, ERR_DATA, store_path(s), "damaged");
        err_prefix(err, "run %s: ", row->id);
    }
out:
    H5Eclear2(H5E_DEFAULT);
    store_h5_close(group);
    store_h5_close(runs);
    return rc;
}

/* As much of an attribute as there is room for; the buffer is all zeros before. */
static void read_short(hid_t group, const char *name, char *text, size_t size)
{
    char *value = store_h5_read_text(group, name);
    if (value != NULL)
        strncpy(text, value, size - 1);
    free(value);
}

int store_read_origin(struct store *s, const char *id, struct store_origin *origin,
                      struct err *err)
{
    char name[8 + STORE_ID_SIZE];
    int rc = 0;
    memset(origin, 0, sizeof(*origin));
    snprintf(name, sizeof(name), "runs/%s", id);
    hid_t group = H5Gopen2(store_h5_file(s), name, H5P_DEFAULT);
    if (group < 0)
        return store_h5_fail(err, ERR_DATA, store_path(s), "a run of the summary is missing");
    read_short(group, "elf_sha256", origin->elf_hash, sizeof(origin->elf_hash));
    origin->machine_text = store_h5_read_text(group, "machine");
    if (origin->machine_text == NULL)
        origin->machine_text = strdup("");
    if (origin->machine_text == NULL)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    origin->model_version = store_h5_read_uint(group, "model_version", 0);
    read_short(group, "host", origin->host, sizeof(origin->host));
    read_short(group, "created", origin->created, sizeof(origin->created));
    store_h5_close(group);
    H5Eclear2(H5E_DEFAULT);
    return rc;
}

void store_origin_release(struct store_origin *origin)
{
    free(origin->machine_text);
    memset(origin, 0, sizeof(*origin));
}
