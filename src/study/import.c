#include "config.h"

#include "study/import.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/csv.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "study/import_details.h"
#include "study/outcome.h"
#include "study/slurm.h"

enum { MAX_FILE = 1 << 30 };

/* ---- what a run is ---------------------------------------------------------------------- */

/* The id of a run that has none: what says which run it is, but not what came out of it. */
static int make_id(struct store_row *row, struct err *err)
{
    char hash[HASH_TEXT_SIZE];
    char *text = str_format("imported\n%s\n%s\n%.17g\n%s\n%s\n%s\n%" PRIu64 "\n%" PRIu64 "\n",
                            row->simulator, row->problem, row->n, row->mode, row->machine,
                            row->variant, row->seed, row->repetition);
    if (text == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    hash_bytes(text, strlen(text), hash);
    memcpy(row->id, hash, STORE_ID_SIZE - 1);
    free(text);
    return 0;
}

/* A row with its place, for sorting. */
struct place {
    struct store_row *row;
    bool made; /* the id is ours */
};

static int order_places(const void *first, const void *second)
{
    const struct place *a = first, *b = second;
    int order = strcmp(a->row->id, b->row->id);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

/* Rows that are the same run become its repetitions, in the order of the files. */
static int number_repetitions(struct place *place, size_t n, struct err *err)
{
    int rc = 0;
    for (size_t i = 1; i < n && rc == 0; i++) {
        const struct store_row *row = place[i].row;
        if (strcmp(row->id, place[i - 1].row->id) == 0 &&
            (!place[i].made || !place[i - 1].made || row->repetition != 0))
            return err_set(err, ERR_DATA,
                           "two rows are the same run: '%s' %.17g, '%s', repetition %" PRIu64,
                           row->problem, row->n, row->variant, row->repetition);
    }
    for (size_t i = 0, first = 0; i < n; i++) {
        if (strcmp(place[i].row->id, place[first].row->id) != 0)
            first = i;
        place[i].row->repetition += i - first;
    }
    return 0;
}

static int identify(struct store_row *row, size_t n, struct err *err)
{
    struct place *place = calloc(n + 1, sizeof(*place));
    int rc = place != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; rc == 0 && i < n; i++) {
        place[i] = (struct place){&row[i], row[i].id[0] == '\0'};
        if (place[i].made)
            rc = make_id(&row[i], err);
    }
    if (rc == 0 && n > 0) {
        qsort(place, n, sizeof(*place), order_places);
        rc = number_repetitions(place, n, err);
    }
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (place[i].made && place[i].row->repetition != 0)
            rc = make_id(place[i].row, err);
    free(place);
    return rc;
}

/* ---- reading ---------------------------------------------------------------------------- */

struct batch {
    struct store_row *row;
    struct import_details *details; /* of each row */
    size_t n;
};

static void batch_release(struct batch *b)
{
    for (size_t i = 0; i < b->n; i++)
        import_details_release(&b->details[i]);
    free(b->details);
    free(b->row);
}

/* Room for n more rows, with no details. */
static int batch_grow(struct batch *b, size_t n, struct err *err)
{
    struct store_row *row = realloc(b->row, (b->n + n + 1) * sizeof(*row));
    if (row != NULL)
        b->row = row;
    struct import_details *details = realloc(b->details, (b->n + n + 1) * sizeof(*details));
    if (details != NULL)
        b->details = details;
    if (row == NULL || details == NULL)
        return err_set(err, ERR_NOMEM, "no memory for %zu runs", b->n + n);
    memset(details + b->n, 0, n * sizeof(*details));
    return 0;
}

/* Of the last n rows, which a table of as many rows gave. */
static int add_details(struct batch *b, size_t n, const char *file, const char *text,
                       size_t len, struct err *err)
{
    struct csv *table = NULL;
    int rc = csv_parse(&table, file, text, len, err);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = import_details_init(&b->details[b->n - n + i], table, i, err);
    csv_free(table);
    return rc;
}

static int add_file(struct batch *b, const char *file, const struct import_options *options,
                    struct err *err)
{
    char *text = NULL;
    size_t len = 0, n = 0;
    struct store_row *rows = NULL;
    struct import_options known = *options;
    int rc = import_format_of(file, &known.format, err);
    if (rc == 0)
        rc = path_read(file, MAX_FILE, &text, &len, err);
    if (rc == 0)
        rc = import_rows(&rows, &n, file, text, len, &known, err);
    if (rc == 0)
        rc = batch_grow(b, n, err);
    if (rc == 0) {
        memcpy(b->row + b->n, rows, n * sizeof(*rows));
        b->n += n;
    }
    if (rc == 0 && known.format == IMPORT_CSV)
        rc = add_details(b, n, file, text, len, err);
    free(rows);
    free(text);
    return rc;
}

/* ---- the study file --------------------------------------------------------------------- */

/* What the study file says of itself, or will say; all heap. */
struct identity {
    char *name, *yaml, *host;
};

static void identity_release(struct identity *i)
{
    free(i->name);
    free(i->yaml);
    free(i->host);
}

/* A new study is called like its file, and its text says no more than that. */
static int new_identity(struct identity *i, const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    size_t len = strlen(base);
    if (len > 3 && strcmp(base + len - 3, ".h5") == 0)
        len -= 3;
    len = len < STORE_NAME_SIZE ? len : STORE_NAME_SIZE - 1;
    i->name = strndup(base, len);
    json_t *string = i->name != NULL ? json_string(i->name) : NULL;
    /* A text of JSON is one of YAML. */
    char *quoted = string != NULL ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    if (quoted != NULL)
        i->yaml = str_format("study: %s\n", quoted);
    free(quoted);
    json_decref(string);
    return i->yaml != NULL ? 0
                           : err_set(err, ERR_CONFIG, "'%s' is no name for a study file", path);
}

static int identity_init(struct identity *i, const char *path, struct err *err)
{
    struct store *store = NULL;
    int rc = 0;
    *i = (struct identity){.host = cpu_host_description()};
    if (i->host == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (!path_exists(path))
        return new_identity(i, path, err);
    rc = store_open(&store, path, err);
    if (rc != 0)
        return rc;
    i->name = strdup(store_study_name(store));
    i->yaml = strdup(store_study_yaml(store));
    if (i->name == NULL || i->yaml == NULL)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    store_close(store);
    return rc;
}

/* Heap; borrows from the batch and the identity. */
static struct store_run *make_runs(const struct batch *b, const struct identity *identity,
                                   const char *created, struct err *err)
{
    struct store_run *run = calloc(b->n + 1, sizeof(*run));
    if (run == NULL)
        err_set(err, ERR_NOMEM, "no memory for %zu runs", b->n);
    for (size_t i = 0; run != NULL && i < b->n; i++) {
        run[i] =
            (struct store_run){.row = b->row[i], .created = created, .host = identity->host};
        import_details_apply(&b->details[i], &run[i]);
    }
    return run;
}

static int take_in(const struct batch *b, const struct import_options *options,
                   struct import_result *result, struct err *err)
{
    struct identity identity;
    struct store_lock *lock = NULL;
    struct store_run *run = NULL;
    char created[OUTCOME_TIME];
    int rc = store_lock_alloc(&lock, options->store_path, err);
    if (rc != 0)
        return rc;
    outcome_time(created);
    rc = identity_init(&identity, options->store_path, err);
    if (rc == 0) {
        run = make_runs(b, &identity, created, err);
        rc = run != NULL ? 0 : ERR_NOMEM;
    }
    if (rc == 0) {
        struct store_head head = {.study_name = identity.name,
                                  .study_yaml = identity.yaml,
                                  .tool_version = PACKAGE_VERSION,
                                  .tool_commit = options->tool_commit,
                                  .host = identity.host,
                                  .busy = slurm_has_arrays(options->store_path)};
        rc = store_add_runs(options->store_path, &head, run, b->n, &result->assembled, err);
    }
    free(run);
    identity_release(&identity);
    store_lock_free(lock);
    return rc;
}

int import_files(char *const *file, size_t n, const struct import_options *options,
                 struct import_result *result, struct err *err)
{
    struct batch batch = {0};
    int rc = 0;
    *result = (struct import_result){0};
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = add_file(&batch, file[i], options, err);
    if (rc == 0)
        rc = identify(batch.row, batch.n, err);
    if (rc == 0)
        rc = store_probe(options->store_path, err);
    if (rc == 0)
        rc = take_in(&batch, options, result, err);
    result->n_runs = batch.n;
    batch_release(&batch);
    return rc;
}
