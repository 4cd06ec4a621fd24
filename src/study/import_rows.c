#include "config.h"

#include "study/import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/csv.h"
#include "store/fields.h"
#include "store/rows_csv.h"
#include "study/numbers.h"

/* Where a tool's own output has the members of a row, when nobody says otherwise. */
struct known {
    const char *name;   /* of the row's member */
    const char *key[4]; /* the first that is there counts */
};

/* gem5's names of the first CPU and of the caches of its classic memory system: those of
 * release 21 and later, then older ones. */
static const struct known gem5_names[] = {
    {"instructions", {"simInsts", "sim_insts"}},
    {"cycles", {"system.cpu.numCycles", "system.cpu0.numCycles"}},
    {"branches", {"system.cpu.branchPred.condPredicted"}},
    {"mispredictions",
     {"system.cpu.commit.branchMispredicts", "system.cpu.branchPred.condIncorrect"}},
    {"l1i_misses",
     {"system.cpu.icache.overallMisses::total", "system.cpu.icache.overall_misses::total"}},
    {"l1d_accesses",
     {"system.cpu.dcache.overallAccesses::total", "system.cpu.dcache.overall_accesses::total"}},
    {"l1d_misses",
     {"system.cpu.dcache.overallMisses::total", "system.cpu.dcache.overall_misses::total"}},
    {"l2_accesses", {"system.l2.overallAccesses::total", "system.l2.overall_accesses::total"}},
    {"l2_misses", {"system.l2.overallMisses::total", "system.l2.overall_misses::total"}},
    {"wall_seconds", {"hostSeconds", "host_seconds"}},
    {"peak_memory", {"hostMemory"}},
    {NULL, {NULL}},
};

static const struct known perf_names[] = {
    {"instructions", {"instructions"}},
    {"cycles", {"cycles", "cpu-cycles"}},
    {"branches", {"branches", "branch-instructions"}},
    {"mispredictions", {"branch-misses"}},
    {"l1d_accesses", {"L1-dcache-loads"}},
    {"l1d_misses", {"L1-dcache-load-misses"}},
    {"l1i_misses", {"L1-icache-load-misses"}},
    {"wall_seconds", {"duration_time"}},
    {"user_seconds", {"user_time", "task-clock"}},
    {NULL, {NULL}},
};

/* What is known of a form; ends with a NULL name.  NULL: nothing. */
static const struct known *known_of(enum numbers_form form)
{
    if (form == NUMBERS_STATS)
        return gem5_names;
    return form == NUMBERS_PERF ? perf_names : NULL;
}

int import_format_parse(const char *text, enum import_format *format)
{
    static const char *const names[] = {"csv", "gem5", "perf"};
    for (int i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            *format = (enum import_format)(IMPORT_CSV + i);
            return 0;
        }
    return ERR_USAGE;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), tail = strlen(end);
    return len >= tail && strcasecmp(text + len - tail, end) == 0;
}

int import_format_of(const char *name, enum import_format *format, struct err *err)
{
    if (*format != IMPORT_BY_NAME)
        return 0;
    if (ends_with(name, ".csv") || ends_with(name, ".tsv"))
        *format = IMPORT_CSV;
    else if (ends_with(name, ".txt"))
        *format = IMPORT_GEM5;
    else if (ends_with(name, ".json"))
        *format = IMPORT_PERF;
    else
        return err_set(err, ERR_CONFIG,
                       "'%s': which form it has cannot be told from its name (--format csv, "
                       "gem5 or perf)",
                       name);
    return 0;
}

/* Splits "NAME=REST" and finds the member of that name. */
static int split_pair(const char *pair, const char *what, const struct store_field **field,
                      const char **rest, struct err *err)
{
    char name[64];
    const char *nearest = NULL;
    size_t len = strcspn(pair, "=");
    if (pair[len] != '=' || len == 0 || len >= sizeof(name) || pair[len + 1] == '\0')
        return err_set(err, ERR_CONFIG, "'%s' is not NAME=%s", pair, what);
    memcpy(name, pair, len);
    name[len] = '\0';
    *rest = pair + len + 1;
    *field = store_row_field(name, &nearest);
    if (*field != NULL)
        return 0;
    if (nearest != NULL)
        return err_set(err, ERR_CONFIG, "runs have no '%s' (did you mean '%s'?)", name,
                       nearest);
    return err_set(err, ERR_CONFIG, "runs have no '%s'", name);
}

static int apply_sets(struct store_row *row, const struct import_options *o, struct err *err)
{
    store_row_clear(row);
    for (size_t i = 0; i < o->n_set; i++) {
        const struct store_field *field;
        const char *value;
        struct err cause = {0};
        int rc = split_pair(o->set[i], "VALUE", &field, &value, err);
        if (rc != 0)
            return rc;
        if (store_row_set(row, field, value, &cause) != 0)
            return err_set(err, ERR_CONFIG, "'%s': %s", o->set[i], cause.text);
    }
    return 0;
}

/* ---- one run a file --------------------------------------------------------------------- */

struct source {
    enum numbers_form form;
    const char *name, *text;
    size_t len;
    unsigned dump;
};

static int take(struct store_row *row, const struct store_field *field, const struct source *s,
                const char *key, bool *found, struct err *err)
{
    double value;
    int rc = numbers_find(s->form, key, s->dump, s->name, s->text, s->len, &value, found, err);
    if (rc != 0)
        return rc;
    if (field->kind != STORE_REAL)
        return err_set(err, ERR_CONFIG, "'%s' is not read from '%s': set it", field->name,
                       s->name);
    memcpy((char *)row + field->offset, &value, sizeof(value));
    return 0;
}

/* What is known of the form; what the file does not have is left alone. */
static int take_known(struct store_row *row, const struct source *s, struct err *err)
{
    for (const struct known *k = known_of(s->form); k->name != NULL; k++) {
        const struct store_field *field = store_row_field(k->name, NULL);
        bool found = !isnan(store_row_number(row, field)); /* it was set */
        for (size_t i = 0; i < 4 && k->key[i] != NULL && !found; i++) {
            struct err cause = {0};
            int rc = take(row, field, s, k->key[i], &found, &cause);
            if (rc != 0 && found)
                return err_set(err, rc, "%s", cause.text);
        }
    }
    return 0;
}

static int take_named(struct store_row *row, const struct source *s, const char *columns,
                      struct err *err)
{
    int rc = 0;
    char *copy = columns != NULL ? strdup(columns) : NULL, *rest = copy;
    if (columns != NULL && copy == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (char *part; rc == 0 && (part = strsep(&rest, ",")) != NULL;) {
        const struct store_field *field;
        const char *key;
        rc = split_pair(part, "KEY", &field, &key, err);
        if (rc == 0)
            rc = take(row, field, s, key, NULL, err);
    }
    free(copy);
    return rc;
}

static void default_text(char *text, size_t size, const char *value)
{
    if (text[0] == '\0')
        snprintf(text, size, "%s", value);
}

/* A run that went well did some work and took some time. */
static int check_above(const struct store_row *row, const struct source *s, struct err *err)
{
    static const char *const above[] = {"instructions", "cycles", "wall_seconds", NULL};
    for (size_t i = 0; above[i] != NULL; i++) {
        double value = store_row_number(row, store_row_field(above[i], NULL));
        if (value <= 0)
            return err_set(err, ERR_DATA, "'%s': %s: '%g' is not above 0", s->name, above[i],
                           value);
    }
    return 0;
}

static int one_run(struct store_row **out, const struct source *s, const struct store_row *set,
                   const char *columns, struct err *err)
{
    struct store_row *row = calloc(1, sizeof(*row));
    if (row == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    *row = *set;
    bool gem5 = s->form == NUMBERS_STATS;
    default_text(row->simulator, sizeof(row->simulator), gem5 ? "gem5" : "perf");
    default_text(row->mode, sizeof(row->mode), gem5 ? "timing" : "native");
    default_text(row->machine, sizeof(row->machine), row->simulator);
    store_row_fill(row);
    int rc = take_named(row, s, columns, err);
    if (rc == 0)
        rc = take_known(row, s, err);
    if (rc == 0 && !(row->n > 0))
        rc = err_set(err, ERR_CONFIG, "'%s': its size is not said (--set n=SIZE)", s->name);
    if (rc == 0 && strcmp(row->status, "ok") == 0)
        rc = check_above(row, s, err);
    if (rc == 0 && strcmp(row->status, "ok") == 0 && isnan(row->counter[COUNTER_cycles]) &&
        isnan(row->wall_seconds))
        rc = err_set(
            err, ERR_DATA,
            "'%s' has neither cycles nor wall_seconds (--columns cycles=KEY names them)",
            s->name);
    if (rc == 0)
        *out = row;
    else
        free(row);
    return rc;
}

/* ---- the whole -------------------------------------------------------------------------- */

int import_rows(struct store_row **rows, size_t *n, const char *name, const char *text,
                size_t len, const struct import_options *options, struct err *err)
{
    struct store_row set;
    struct csv *table = NULL;
    enum import_format format = options->format;
    *rows = NULL;
    *n = 0;
    int rc = import_format_of(name, &format, err);
    if (rc == 0)
        rc = apply_sets(&set, options, err);
    if (rc != 0)
        return rc;
    if (format == IMPORT_CSV) {
        rc = csv_parse(&table, name, text, len, err);
        if (rc == 0)
            rc = store_rows_from_csv(rows, table, options->columns, &set, options->remarks, err);
        *n = rc == 0 ? table->n_rows : 0;
        csv_free(table);
        return rc;
    }
    struct source source = {.form = format == IMPORT_GEM5 ? NUMBERS_STATS : NUMBERS_PERF,
                            .name = name,
                            .text = text,
                            .len = len,
                            .dump = options->dump};
    rc = one_run(rows, &source, &set, options->columns, err);
    *n = rc == 0;
    return rc;
}
