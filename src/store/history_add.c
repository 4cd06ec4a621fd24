/* Writing a history: sessions and baselines. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/path.h"
#include "base/str.h"
#include "store/history_priv.h"

static void write_time(char text[32])
{
    struct tm tm;
    time_t seconds = time(NULL);
    gmtime_r(&seconds, &tm);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* One more blank row behind those of the table; NULL when memory is short. */
static void *append(struct store_history *h, size_t table)
{
    const struct history_table *t = &history_tables[table];
    void **rows = history_rows(h, t);
    size_t *n = history_count(h, t);
    /* Room doubles: 0, 1, 2, 4, ... rows were filled when it is taken. */
    if ((*n & (*n - 1)) == 0) {
        void *grown = realloc(*rows, (*n == 0 ? 1 : 2 * *n) * t->size);
        if (grown == NULL)
            return NULL;
        *rows = grown;
    }
    char *row = (char *)*rows + *n * t->size;
    memset(row, 0, t->size);
    ++*n;
    return row;
}

/* A table that was read has no more room than rows; append() counts on doubled room. */
static int make_room(struct store_history *h)
{
    for (size_t i = 0; i < HISTORY_TABLES; i++) {
        const struct history_table *t = &history_tables[i];
        size_t n = *history_count(h, t), room = 1;
        while (room < n)
            room *= 2;
        void *grown = realloc(*history_rows(h, t), room * t->size);
        if (grown == NULL)
            return ERR_NOMEM;
        *history_rows(h, t) = grown;
    }
    return 0;
}

enum { ENTRIES, SERIES, SAMPLES, COUNTERS_TABLE, BASELINES };

/* ---- rows of a session ------------------------------------------------------------------- */

static bool counts(const struct store_row *row)
{
    return strcmp(row->status, "ok") == 0;
}

/* What tells the runs of one session from those of any other. */
static int digest(const struct store_history_addition *a, char text[STORE_ID_SIZE])
{
    struct str s;
    char hash[HASH_TEXT_SIZE];
    str_init(&s);
    for (size_t i = 0; i < a->n; i++)
        if (counts(a->row[i]))
            str_addf(&s, "%s %s %s %.17g %" PRIu64 " %.17g %.17g\n", a->row[i]->id,
                     a->row[i]->problem, a->row[i]->mode, a->row[i]->n, a->row[i]->repetition,
                     a->row[i]->wall_seconds, a->row[i]->user_seconds);
    int rc = str_failed(&s) ? ERR_NOMEM : 0;
    hash_bytes(s.data, s.len, hash);
    memcpy(text, hash, STORE_ID_SIZE - 1);
    text[STORE_ID_SIZE - 1] = '\0';
    str_release(&s);
    return rc;
}

static bool same_series(const struct store_history_series *s, const struct store_row *row)
{
    bool same_n = s->n == row->n || (isnan(s->n) && isnan(row->n));
    return same_n && s->seed == row->seed && strcmp(s->problem, row->problem) == 0 &&
           strcmp(s->mode, row->mode) == 0 && strcmp(s->machine, row->machine) == 0 &&
           strcmp(s->variant, row->variant) == 0 && strcmp(s->simulator, row->simulator) == 0;
}

static int find_series(struct store_history *h, const struct store_row *row, uint64_t *index)
{
    for (size_t i = 0; i < h->n_series; i++)
        if (same_series(&h->series[i], row)) {
            *index = i;
            return 0;
        }
    struct store_history_series *s = append(h, SERIES);
    if (s == NULL)
        return ERR_NOMEM;
    memcpy(s->simulator, row->simulator, sizeof(s->simulator));
    memcpy(s->problem, row->problem, sizeof(s->problem));
    memcpy(s->problem_class, row->problem_class, sizeof(s->problem_class));
    memcpy(s->mode, row->mode, sizeof(s->mode));
    memcpy(s->machine, row->machine, sizeof(s->machine));
    memcpy(s->variant, row->variant, sizeof(s->variant));
    s->n = row->n;
    s->seed = row->seed;
    *index = h->n_series - 1;
    return 0;
}

static bool same_counters(const double *a, const double *b)
{
    for (int i = 0; i < COUNTER_MAX; i++)
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

/* Most commits change no counter: the latest ones are looked at first. */
static int find_counters(struct store_history *h, const double *counter, uint64_t *index)
{
    for (size_t i = h->n_counters; i-- > 0;)
        if (same_counters(h->counters[i].counter, counter)) {
            *index = i;
            return 0;
        }
    struct store_history_counters *c = append(h, COUNTERS_TABLE);
    if (c == NULL)
        return ERR_NOMEM;
    memcpy(c->counter, counter, sizeof(c->counter));
    *index = h->n_counters - 1;
    return 0;
}

static int add_run(struct store_history *h, const struct store_row *row, double allocations)
{
    struct store_history_sample s = {.entry = h->n_entries - 1,
                                     .repetition = row->repetition,
                                     .instructions = row->instructions_total,
                                     .wall_seconds = row->wall_seconds,
                                     .user_seconds = row->user_seconds,
                                     .peak_memory = row->peak_memory,
                                     .allocations = allocations};
    if (!(s.instructions > 0))
        s.instructions = row->counter[COUNTER_instructions];
    memcpy(s.id, row->id, sizeof(s.id));
    if (find_series(h, row, &s.series) != 0 ||
        find_counters(h, row->counter, &s.counters) != 0)
        return ERR_NOMEM;
    struct store_history_sample *at = append(h, SAMPLES);
    if (at == NULL)
        return ERR_NOMEM;
    *at = s;
    return 0;
}

static int add_session(struct store_history *h, struct store_history_addition *a,
                       struct err *err)
{
    size_t before = h->n_samples;
    struct store_history_entry *e = &a->entry;
    if (digest(a, e->source) != 0)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < h->n_entries; i++)
        if (strcmp(h->entry[i].source, e->source) == 0 &&
            strcmp(h->entry[i].host, e->host) == 0)
            return err_set(err, ERR_CONFIG, "'%s' has these runs already, as session %zu",
                           h->path, i + 1);
    e->number = h->n_entries + 1;
    write_time(e->added);
    struct store_history_entry *entry = append(h, ENTRIES);
    if (entry == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    *entry = *e;
    for (size_t i = 0; i < a->n; i++)
        if (counts(a->row[i]) &&
            add_run(h, a->row[i], a->allocations != NULL ? a->allocations[i] : NAN) != 0)
            return err_set(err, ERR_NOMEM, "out of memory");
    if (h->n_samples == before)
        return err_set(err, ERR_DATA, "no run ended well");
    return 0;
}

/* ---- the file ---------------------------------------------------------------------------- */

static int write_table(struct store_history *h, hid_t file, const struct history_table *t)
{
    hid_t disk = store_h5_compound(t->field, t->n_fields, t->size, true);
    hid_t memory = store_h5_compound(t->field, t->n_fields, t->size, false);
    int rc = -1;
    if (disk >= 0 && memory >= 0)
        rc = store_h5_write_rows(file, t->name, disk, memory, *history_rows(h, t),
                                 *history_count(h, t));
    store_h5_close(memory);
    store_h5_close(disk);
    return rc;
}

static int write_units(hid_t file)
{
    int rc = -1;
    hid_t samples = store_h5_dataset(file, "samples");
    if (samples >= 0)
        rc = store_h5_write_text(samples, "units:wall_seconds", "seconds") |
             store_h5_write_text(samples, "units:user_seconds", "seconds") |
             store_h5_write_text(samples, "units:peak_memory", "bytes") |
             store_h5_write_text(samples, "units:allocations", "per million instructions");
    store_h5_close(samples);
    return rc;
}

static int write_all(struct store_history *h, hid_t file)
{
    int rc = store_h5_write_text(file, "schema", HISTORY_SCHEMA) |
             store_h5_write_uint(file, "version", STORE_HISTORY_VERSION) |
             store_h5_write_text(file, "tool_version", PACKAGE_VERSION);
    for (size_t i = 0; i < HISTORY_TABLES && rc == 0; i++)
        rc = write_table(h, file, &history_tables[i]);
    return rc == 0 ? write_units(file) : rc;
}

/* Bytes without compression, which is more than they take. */
static uint64_t room_for(struct store_history *h)
{
    uint64_t bytes = 1 << 16;
    for (size_t i = 0; i < HISTORY_TABLES; i++)
        bytes += history_tables[i].size * *history_count(h, &history_tables[i]);
    return bytes;
}

static int replace(struct store_history *h, struct err *err)
{
    struct store_update update;
    int rc = store_update_blank(&update, h->path, room_for(h), err);
    if (rc == 0 && write_all(h, update.file) != 0)
        rc = store_h5_fail(err, ERR_IO, h->path, "cannot write");
    return store_update_end(&update, rc, err);
}

/* The history under its lock; without a file, an empty one unless it must exist. */
static int begin(struct store_history **out, struct store_lock **lock, const char *path,
                 bool must_exist, struct err *err)
{
    struct store_history *h = NULL;
    *lock = NULL;
    *out = NULL;
    store_h5_quiet();
    int rc = store_lock_alloc(lock, path, err);
    if (rc != 0)
        return rc;
    if (must_exist || path_exists(path)) {
        rc = store_history_open(&h, path, err);
    } else {
        h = calloc(1, sizeof(*h));
        if (h == NULL || (h->path = strdup(path)) == NULL)
            rc = err_set(err, ERR_NOMEM, "out of memory");
    }
    if (rc == 0 && make_room(h) != 0)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0) {
        *out = h;
        return 0;
    }
    store_history_close(h);
    return rc;
}

int store_history_add(const char *path, struct store_history_addition *addition, size_t n,
                      struct err *err)
{
    struct store_history *h;
    struct store_lock *lock;
    int rc = begin(&h, &lock, path, false, err);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = add_session(h, &addition[i], err);
    if (rc == 0)
        rc = replace(h, err);
    store_history_close(h);
    store_lock_free(lock);
    return rc;
}

int store_history_set_baseline(const char *path, struct store_history_baseline *baseline,
                               struct err *err)
{
    struct store_history *h;
    struct store_lock *lock;
    const char *commit;
    int rc = begin(&h, &lock, path, true, err);
    if (rc == 0)
        rc = store_history_find_commit(h, baseline->commit, &commit, err);
    if (rc == 0) {
        struct store_history_baseline *row = append(h, BASELINES);
        if (row == NULL) {
            rc = err_set(err, ERR_NOMEM, "out of memory");
        } else {
            memmove(baseline->commit, commit, strlen(commit) + 1);
            write_time(baseline->set);
            *row = *baseline;
            rc = replace(h, err);
        }
    }
    store_history_close(h);
    store_lock_free(lock);
    return rc;
}
