#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_priv.h"

enum {
    MAX_TRACE = 1 << 21, /* rows of a trace, and of hot blocks, that will be believed */
    MAX_HOT = 1 << 16,
    PART_SIZE = 16, /* bytes of the name of a part of the CPI stack */
    UNIT_SIZE = 24 /* and of a unit */
};

struct part {
    char part[PART_SIZE];
    uint64_t cycles;
};

static const struct store_field part_fields[] = {
    STORE_FIELD(TEXT, struct part, part),
    STORE_FIELD(UINT, struct part, cycles),
};
enum { N_PART_FIELDS = sizeof(part_fields) / sizeof(part_fields[0]) };

static const struct store_field hot_fields[] = {
    STORE_FIELD(UINT, struct store_hot, pc),
    STORE_FIELD(UINT, struct store_hot, n_insn),
    STORE_FIELD(UINT, struct store_hot, executions),
    STORE_FIELD(UINT, struct store_hot, instructions),
    STORE_FIELD(REAL, struct store_hot, cycles),
    STORE_FIELD(TEXT, struct store_hot, symbol),
    STORE_FIELD(TEXT, struct store_hot, source),
    STORE_FIELD(TEXT, struct store_hot, bound),
    STORE_FIELD(UINT, struct store_hot, bound_pc),
    STORE_FIELD(TEXT, struct store_hot, bound_insn),
    STORE_FIELD(REAL, struct store_hot, bound_cycles),
    STORE_FIELD(UINT, struct store_hot, producer_pc),
    STORE_FIELD(TEXT, struct store_hot, producer_insn),
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
    STORE_FIELD(UINT, struct distance_row, from),
    STORE_FIELD(UINT, struct distance_row, to),
    STORE_FIELD(REAL, struct distance_row, accesses),
    STORE_FIELD(REAL, struct distance_row, error),
};
enum { N_DISTANCE_FIELDS = sizeof(distance_fields) / sizeof(distance_fields[0]) };

static const struct store_field trace_fields[] = {
#define X(name, unit, text)                                                                    \
    {#name, STORE_UINT, COUNTER_##name * sizeof(uint64_t), sizeof(uint64_t)},
    COUNTERS(X)
#undef X
};
enum { TRACE_ROW = COUNTER_MAX * sizeof(uint64_t) };
#define X(name, unit, text) _Static_assert(sizeof(unit) <= UNIT_SIZE, "unit of " #name);
COUNTERS(X)
#undef X

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
    if (run->files_hash[0] != '\0') {
        rc |= store_h5_write_text(group, "files", run->files);
        rc |= store_h5_write_text(group, "files_sha256", run->files_hash);
    }
    if (run->input_hash[0] != '\0') {
        rc |= store_h5_write_text(group, "stdin", run->input);
        rc |= store_h5_write_text(group, "stdin_sha256", run->input_hash);
    }
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

/* Their units, in the order of the columns. */
static int write_units(hid_t group)
{
    char unit[COUNTER_MAX][UNIT_SIZE];
    hsize_t n = COUNTER_MAX;
    int rc = -1;
    memset(unit, 0, sizeof(unit));
    for (int c = 0; c < COUNTER_MAX; c++)
        strncpy(unit[c], counter_unit((enum counter)c), UNIT_SIZE - 1);
    hid_t dataset = store_h5_dataset(group, "trace"), space = H5Screate_simple(1, &n, NULL);
    hid_t type = store_h5_text_type(UNIT_SIZE), attribute = -1;
    if (dataset >= 0)
        attribute = H5Acreate2(dataset, "units", type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0 && H5Awrite(attribute, type, unit) >= 0)
        rc = 0;
    store_h5_close(attribute);
    store_h5_close(type);
    store_h5_close(space);
    store_h5_close(dataset);
    return rc;
}

/* One table and no dataset a counter: a run has some forty, and objects are what HDF5 takes its
 * time over when a run is copied into its study. */
static int write_trace(hid_t group, const struct store_run *run)
{
    hid_t disk = store_h5_compound(trace_fields, COUNTER_MAX, TRACE_ROW, true);
    hid_t memory = store_h5_compound(trace_fields, COUNTER_MAX, TRACE_ROW, false);
    int rc = store_h5_write_rows(group, "trace", disk, memory, run->trace, run->n_trace);
    store_h5_close(memory);
    store_h5_close(disk);
    return rc == 0 ? write_units(group) : rc;
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

int store_run_copy(hid_t file, hid_t runs, const char *id)
{
    char name[8 + STORE_ID_SIZE];
    snprintf(name, sizeof(name), "runs/%s", id);
    if (H5Lexists(runs, id, H5P_DEFAULT) > 0 && H5Ldelete(runs, id, H5P_DEFAULT) < 0)
        return -1;
    return H5Ocopy(file, name, runs, id, H5P_DEFAULT, H5P_DEFAULT) < 0 ? -1 : 0;
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

/* As much of an attribute as there is room for; the buffer is all zeros before. */
static void read_short(hid_t group, const char *name, char *text, size_t size)
{
    char *value = store_h5_read_text(group, name);
    if (value != NULL)
        strncpy(text, value, size - 1);
    free(value);
}

static void read_attributes(hid_t group, struct store_run *run, struct owner *owner)
{
    read_short(group, "elf_sha256", run->elf_hash, sizeof(run->elf_hash));
    read_short(group, "files_sha256", run->files_hash, sizeof(run->files_hash));
    read_short(group, "stdin_sha256", run->input_hash, sizeof(run->input_hash));
    run->files = read_text(group, "files", owner);
    run->input = read_text(group, "stdin", owner);
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

/* None where the run has no such table. */
static int read_rows(hid_t group, const char *name, const struct store_field *field,
                     size_t n_fields, size_t size, int64_t limit, void **rows, size_t *n)
{
    const struct store_rows kind = {field, n_fields, size, limit, 0};
    if (H5Lexists(group, name, H5P_DEFAULT) <= 0)
        return 0;
    return store_h5_read_rows(group, name, &kind, rows, n);
}

static int read_trace(hid_t group, struct store_run *run, struct owner *owner)
{
    void *rows = NULL;
    int rc = read_rows(group, "trace", trace_fields, COUNTER_MAX, TRACE_ROW, MAX_TRACE, &rows,
                       &run->n_trace);
    owner->trace = rows;
    run->trace = owner->trace;
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
    read_short(group, "files_sha256", origin->files_hash, sizeof(origin->files_hash));
    read_short(group, "stdin_sha256", origin->input_hash, sizeof(origin->input_hash));
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
