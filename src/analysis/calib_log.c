#include "config.h"

#include "analysis/calib_log.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A member of a record and its column. */
struct field {
    const char *name;
    size_t offset;
    bool text;
    const char *unit;
};

#define TEXT(type, member) {#member, offsetof(struct type, member), true, ""}
#define REAL(type, member, unit) {#member, offsetof(struct type, member), false, unit}
#define MARK(type, member)                                                                     \
    {#member, offsetof(struct type, mark) + offsetof(struct analysis_log_mark, member), true, ""}
#define MARKS(type)                                                                            \
    MARK(type, commit), MARK(type, version), MARK(type, created), MARK(type, hardware),        \
        MARK(type, machine), MARK(type, mode), MARK(type, variant), MARK(type, clock)

#define PROGRAM(member, unit) REAL(analysis_log_program, member, unit)
#define CATEGORY(member, unit) REAL(analysis_log_category, member, unit)
#define SIZE(member, unit) REAL(analysis_log_size, member, unit)

static const struct field program_fields[] = {
    MARKS(analysis_log_program),
    TEXT(analysis_log_program, program),
    TEXT(analysis_log_program, category),
    TEXT(analysis_log_program, problem),
    PROGRAM(n, ""),
    PROGRAM(instructions, ""),
    PROGRAM(nominal, ""),
    PROGRAM(cycles, ""),
    PROGRAM(simulated_ns, "ns"),
    PROGRAM(measured_ns, "ns"),
    PROGRAM(error, ""),
    PROGRAM(ci_lower, ""),
    PROGRAM(ci_upper, ""),
    PROGRAM(left_out, ""),
    PROGRAM(drift, ""),
    PROGRAM(drift_lower, ""),
    PROGRAM(drift_upper, ""),
};

static const struct field category_fields[] = {
    MARKS(analysis_log_category),
    TEXT(analysis_log_category, category),
    TEXT(analysis_log_category, worst_program),
    CATEGORY(clock_hz, "Hz"),
    CATEGORY(clock_lower, "Hz"),
    CATEGORY(clock_upper, "Hz"),
    CATEGORY(level, ""),
    CATEGORY(programs, ""),
    CATEGORY(error, ""),
    CATEGORY(ci_lower, ""),
    CATEGORY(ci_upper, ""),
    CATEGORY(left_out, ""),
    CATEGORY(worst, ""),
    CATEGORY(drift, ""),
    CATEGORY(drift_lower, ""),
    CATEGORY(drift_upper, ""),
};

static const struct field size_fields[] = {
    MARKS(analysis_log_size),
    TEXT(analysis_log_size, program),
    SIZE(from, ""),
    SIZE(to, ""),
    SIZE(measured_ns, "ns"),
    SIZE(error, ""),
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct shape {
    const char *name;
    const struct field *field;
    size_t n_fields, size;
} shapes[ANALYSIS_LOG_TABLES] = {
    {"accuracy/programs", program_fields, COUNT(program_fields),
     sizeof(struct analysis_log_program)},
    {"accuracy/categories", category_fields, COUNT(category_fields),
     sizeof(struct analysis_log_category)},
    {"accuracy/sizes", size_fields, COUNT(size_fields), sizeof(struct analysis_log_size)},
};

/* Members of record `row` of an array. */
static const char **text_at(const struct shape *s, void *records, size_t row, size_t field)
{
    return (const char **)(void *)((char *)records + row * s->size + s->field[field].offset);
}

static double *real_at(const struct shape *s, void *records, size_t row, size_t field)
{
    return (double *)(void *)((char *)records + row * s->size + s->field[field].offset);
}

/* ---- reading ---- */

static const struct store_column *column_of(const struct store_table *t, const char *name)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (strcmp(t->column[i].name, name) == 0)
            return &t->column[i];
    return NULL;
}

/* Room for `more` records behind those of the table. */
static void *read_records(const struct shape *s, const struct store_table *t, size_t more)
{
    void *records = calloc(t->n_rows + more + 1, s->size);
    for (size_t f = 0; records != NULL && f < s->n_fields; f++) {
        const struct store_column *c = column_of(t, s->field[f].name);
        for (size_t i = 0; i < t->n_rows; i++)
            if (s->field[f].text)
                *text_at(s, records, i, f) =
                    c != NULL && c->text != NULL && c->text[i] != NULL ? c->text[i] : "";
            else
                *real_at(s, records, i, f) =
                    c != NULL && c->real != NULL ? c->real[i] : (double)NAN;
    }
    return records;
}

static int read_all(struct analysis_log *log, struct store *s, const size_t *more,
                    struct err *err)
{
    void *records[ANALYSIS_LOG_TABLES] = {NULL};
    int status = 0;
    *log = (struct analysis_log){.program = NULL};
    for (size_t k = 0; status == 0 && k < ANALYSIS_LOG_TABLES; k++) {
        bool found = true;
        struct err cause = {0};
        status = store_read_table(s, shapes[k].name, &log->table[k], &found, &cause);
        if (status != 0 && !found)
            status = 0;
        else if (status != 0)
            err_set(err, status, "%s", cause.text);
        if (status == 0 && (records[k] = read_records(&shapes[k], &log->table[k],
                                                      more != NULL ? more[k] : 0)) == NULL)
            status = err_set(err, ERR_NOMEM, "no memory for the accuracy of '%s'",
                             store_path(s));
    }
    log->program = records[0];
    log->category = records[1];
    log->size = records[2];
    log->n_programs = log->table[0].n_rows;
    log->n_categories = log->table[1].n_rows;
    log->n_sizes = log->table[2].n_rows;
    return status;
}

int analysis_log_read(struct analysis_log *log, struct store *s, struct err *err)
{
    return read_all(log, s, NULL, err);
}

void analysis_log_release(struct analysis_log *log)
{
    free(log->program);
    free(log->category);
    free(log->size);
    for (size_t k = 0; k < ANALYSIS_LOG_TABLES; k++)
        store_table_release(&log->table[k]);
    *log = (struct analysis_log){.program = NULL};
}

bool analysis_log_same_subject(const struct analysis_log_mark *a,
                               const struct analysis_log_mark *b)
{
    return strcmp(a->hardware, b->hardware) == 0 && strcmp(a->machine, b->machine) == 0 &&
           strcmp(a->mode, b->mode) == 0 && strcmp(a->variant, b->variant) == 0 &&
           strcmp(a->clock, b->clock) == 0;
}

/* ---- saving ---- */

/* Removes the records of the same commit and subject, which the new ones replace. */
static size_t drop(const struct shape *s, void *records, size_t n,
                   const struct analysis_log_mark *mark)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        /* The mark stands first in every record. */
        char *record = (char *)records + i * s->size;
        const struct analysis_log_mark *m = (const struct analysis_log_mark *)(void *)record;
        if (strcmp(m->commit, mark->commit) == 0 && analysis_log_same_subject(m, mark))
            continue;
        memmove((char *)records + kept++ * s->size, record, s->size);
    }
    return kept;
}

static void add(struct analysis_log *log, const struct analysis_accuracy *a,
                const struct analysis_log_mark *mark)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct analysis_accuracy_program *p = &a->program[i];
        log->program[log->n_programs++] =
            (struct analysis_log_program){.mark = *mark,
                                          .program = p->hardware->name,
                                          .category = p->hardware->category,
                                          .problem = p->hardware->problem,
                                          .n = p->n,
                                          .instructions = p->instructions,
                                          .nominal = p->nominal,
                                          .cycles = p->cycles,
                                          .simulated_ns = p->simulated_ns,
                                          .measured_ns = p->hardware->latency.value,
                                          .error = p->error,
                                          .ci_lower = p->lower,
                                          .ci_upper = p->upper,
                                          .left_out = p->left_out,
                                          .drift = p->drift.value,
                                          .drift_lower = p->drift.lower,
                                          .drift_upper = p->drift.upper};
        for (size_t k = 0; k < p->n_sizes; k++)
            log->size[log->n_sizes++] =
                (struct analysis_log_size){.mark = *mark,
                                           .program = p->hardware->name,
                                           .from = p->size[k].from,
                                           .to = p->size[k].to,
                                           .measured_ns = p->size[k].measured_ns,
                                           .error = p->size[k].error};
    }
    for (size_t i = 0; i < a->n_groups; i++) {
        const struct analysis_accuracy_group *g = &a->group[i];
        log->category[log->n_categories++] =
            (struct analysis_log_category){.mark = *mark,
                                           .category = g->name,
                                           .worst_program = g->worst_program,
                                           .clock_hz = a->hertz.value,
                                           .clock_lower = a->hertz.lower,
                                           .clock_upper = a->hertz.upper,
                                           .level = a->options.level,
                                           .programs = (double)g->count,
                                           .error = g->error.value,
                                           .ci_lower = g->error.lower,
                                           .ci_upper = g->error.upper,
                                           .left_out = g->left_out,
                                           .worst = g->worst,
                                           .drift = g->drift.value,
                                           .drift_lower = g->drift.lower,
                                           .drift_upper = g->drift.upper};
    }
}

/* Columns of a table; *room owns the cells. */
static int make_table(struct store_table *t, const struct shape *s, void *records, size_t n,
                      void **room)
{
    struct store_column *column = calloc(s->n_fields, sizeof *column);
    const char **text = calloc(n * s->n_fields + 1, sizeof *text);
    double *real = calloc(n * s->n_fields + 1, sizeof *real);
    room[0] = column;
    room[1] = text;
    room[2] = real;
    if (column == NULL || text == NULL || real == NULL)
        return ERR_NOMEM;
    for (size_t f = 0; f < s->n_fields; f++) {
        column[f] = (struct store_column){.name = s->field[f].name, .unit = s->field[f].unit};
        if (s->field[f].text)
            column[f].text = text + f * n;
        else
            column[f].real = real + f * n;
        for (size_t i = 0; i < n; i++)
            if (s->field[f].text)
                text[f * n + i] = *text_at(s, records, i, f);
            else
                real[f * n + i] = *real_at(s, records, i, f);
    }
    *t = (struct store_table){
        .name = s->name, .n_rows = n, .n_columns = s->n_fields, .column = column};
    return 0;
}

static int write_log(const char *path, struct analysis_log *log, struct err *err)
{
    struct store_table table[ANALYSIS_LOG_TABLES];
    void *room[ANALYSIS_LOG_TABLES][3] = {{NULL}};
    void *records[] = {log->program, log->category, log->size};
    const size_t n[] = {log->n_programs, log->n_categories, log->n_sizes};
    int status = 0;
    for (size_t k = 0; status == 0 && k < ANALYSIS_LOG_TABLES; k++)
        if (make_table(&table[k], &shapes[k], records[k], n[k], room[k]) != 0)
            status = err_set(err, ERR_NOMEM, "no memory for the accuracy of '%s'", path);
    if (status == 0)
        status = store_write_tables(path, table, ANALYSIS_LOG_TABLES, err);
    for (size_t k = 0; k < ANALYSIS_LOG_TABLES; k++)
        for (size_t i = 0; i < 3; i++)
            free(room[k][i]);
    return status;
}

int analysis_log_save(const char *path, const struct analysis_accuracy *a,
                      const struct analysis_log_mark *mark, struct err *err)
{
    struct store *s = NULL;
    struct analysis_log log = {.program = NULL};
    size_t more[ANALYSIS_LOG_TABLES] = {a->count, a->n_groups, 0};
    for (size_t i = 0; i < a->count; i++)
        more[2] += a->program[i].n_sizes;
    int status = store_open(&s, path, err);
    if (status == 0)
        status = read_all(&log, s, more, err);
    store_close(s);
    if (status == 0) {
        log.n_programs = drop(&shapes[0], log.program, log.n_programs, mark);
        log.n_categories = drop(&shapes[1], log.category, log.n_categories, mark);
        log.n_sizes = drop(&shapes[2], log.size, log.n_sizes, mark);
        add(&log, a, mark);
        status = write_log(path, &log, err);
    }
    analysis_log_release(&log);
    return status;
}
