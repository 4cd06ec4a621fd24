/* rung export: tables of a study file for other programs. */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "cmd/commands.h"
#include "cmd/runs.h"
#include "store/fields.h"
#include "study/filter.h"

enum { MAX_COLUMNS = 64 + COUNTER_MAX };

static int run_export(int argc, char **argv);

const struct command cmd_export_command = {
    .name = "export",
    .summary = "write a table of a study file as CSV or JSON",
    .usage = "rung export [-f FORMAT] [--only KEY=VALUE,...]... [-o OUTPUT] [-t TABLE] FILE",
    .options =
        "-f, --format FORMAT       csv (default), json, jsonl (one JSON object a line)\n"
        "    --only KEY=VALUE,...  only runs whose problem, n, mode, machine, variant, seed,\n"
        "                          status or simulator is one of the values\n"
        "-o, --output OUTPUT       a file instead of standard output\n"
        "-t, --table TABLE         summary (default), runs, trace, cpi_stack, hot_blocks,\n"
        "                          reuse_distance, fits, or a table of results:\n"
        "                          fits/scales, checks, ...\n",
    .run = run_export,
};

struct export_arguments {
    const char *path, *output, *table;
    enum format format;
    struct filters filters;
};

enum { OPT_ONLY = CMD_OPTION_LONG };

static int take_format(struct export_arguments *a, const char *text)
{
    if (strcmp(text, "jsonl") == 0) {
        a->format = FORMAT_JSONL;
        return 0;
    }
    if (format_parse(text, &a->format) == 0 && a->format != FORMAT_TEXT)
        return 0;
    return cmd_bad_value(&cmd_export_command, "--format", text, "csv, json or jsonl");
}

static int take_option(void *arguments, int opt)
{
    struct export_arguments *a = arguments;
    struct err err = {0};
    switch (opt) {
    case 'f':
        return take_format(a, optarg);
    case 'o':
        a->output = optarg;
        return 0;
    case 't':
        a->table = optarg;
        return 0;
    default:
        if (filters_add(&a->filters, optarg, &err) != 0)
            return cmd_usage(&cmd_export_command, "'--only': %s", err.text);
        return 0;
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct export_arguments *a)
{
    static const struct option longs[] = {{"format", required_argument, NULL, 'f'},
                                          {"only", required_argument, NULL, OPT_ONLY},
                                          {"output", required_argument, NULL, 'o'},
                                          {"table", required_argument, NULL, 't'},
                                          CMD_LONG_HELP};
    int status = cmd_options(&cmd_export_command, argc, argv, "f:o:t:", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(&cmd_export_command, argc, 1, 1, "a study file");
    a->path = argv[optind];
    return status != 0 ? status : CMD_GO_ON;
}

/* ---- tables of runs --------------------------------------------------------------------- */

/* One table: its columns, and what a run adds to it. */
struct kind {
    const char *name;
    bool whole; /* every member of the summary leads each row, not just those that name it */
    const char *const *keys;
    void (*add)(struct table *t, const struct kind *kind, const struct store_row *row,
                const struct store_run *run);
};

static const char *const name_fields[] = {"id",         "simulator", "problem", "n",
                                          "mode",       "machine",   "variant", "seed",
                                          "repetition", NULL};

static void add_field(struct table *t, const struct store_row *row,
                      const struct store_field *field)
{
    if (field->kind == STORE_TEXT)
        table_text(t, store_row_text(row, field));
    else if (field->kind != STORE_REAL)
        table_int(t, (int64_t)store_row_number(row, field));
    else
        table_number(t, store_row_number(row, field));
}

static void add_lead(struct table *t, const struct kind *kind, const struct store_row *row)
{
    for (size_t i = 0; kind->whole && i < store_row_field_count; i++)
        add_field(t, row, &store_row_fields[i]);
    for (size_t i = 0; !kind->whole && name_fields[i] != NULL; i++)
        add_field(t, row, store_row_field(name_fields[i], NULL));
}

/* In the order of store_run_columns. */
static void add_run(struct table *t, const struct kind *kind, const struct store_row *row,
                    const struct store_run *run)
{
    add_lead(t, kind, row);
    table_text(t, run->elf);
    table_text(t, run->elf_hash);
    table_text(t, run->arguments);
    table_text(t, run->machine_text);
    table_text(t, run->message);
    table_text(t, run->created);
    table_text(t, run->host);
    table_uint(t, run->model_version);
}

static void add_summary(struct table *t, const struct kind *kind, const struct store_row *row,
                        const struct store_run *run)
{
    (void)run;
    add_lead(t, kind, row);
}

static void add_trace(struct table *t, const struct kind *kind, const struct store_row *row,
                      const struct store_run *run)
{
    for (size_t i = 0; i < run->n_trace; i++) {
        add_lead(t, kind, row);
        for (int c = 0; c < COUNTER_MAX; c++)
            table_uint(t, run->trace[i * COUNTER_MAX + (size_t)c]);
    }
}

static void add_stack(struct table *t, const struct kind *kind, const struct store_row *row,
                      const struct store_run *run)
{
    for (int p = 0; p < CPI_PART_MAX; p++) {
        add_lead(t, kind, row);
        table_text(t, cpi_part_name((enum cpi_part)p));
        table_uint(t, run->cpi_stack[p]);
    }
}

/* An address, or nothing. */
static void add_pc(struct table *t, uint64_t pc)
{
    char text[24] = "";
    if (pc != 0)
        snprintf(text, sizeof(text), "0x%llx", (unsigned long long)pc);
    table_text(t, text);
}

static void add_hot(struct table *t, const struct kind *kind, const struct store_row *row,
                    const struct store_run *run)
{
    for (size_t i = 0; i < run->n_hot; i++) {
        const struct store_hot *h = &run->hot[i];
        add_lead(t, kind, row);
        add_pc(t, h->pc);
        table_uint(t, h->n_insn);
        table_uint(t, h->executions);
        table_uint(t, h->instructions);
        table_number(t, h->cycles);
        table_text(t, h->symbol);
        table_text(t, h->source);
        table_text(t, h->bound);
        add_pc(t, h->bound_pc);
        table_text(t, h->bound_insn);
        table_number(t, h->bound_cycles);
        add_pc(t, h->producer_pc);
        table_text(t, h->producer_insn);
        for (int p = 0; p < CPI_PART_MAX; p++)
            table_number(t, h->part[p]);
    }
}

/* The last row, without a range, is of what was touched for the first time. */
static void add_reuse(struct table *t, const struct kind *kind, const struct store_row *row,
                      const struct store_run *run)
{
    const struct distance_histogram *h = &run->reuse;
    for (unsigned i = 0; i <= h->n_bins && h->accesses > 0; i++) {
        bool cold = i == h->n_bins;
        add_lead(t, kind, row);
        table_number(t, cold ? NAN : (double)distance_bin_from(i));
        table_number(t, cold ? NAN : (double)(distance_bin_from(i + 1) - 1));
        table_number(t, cold ? h->cold : h->count[i]);
        table_number(t, cold ? h->cold_error : h->error[i]);
    }
}

static const char *const no_keys[] = {NULL};
static const char *const trace_keys[] = {
#define X(name, unit, text) #name,
    COUNTERS(X)
#undef X
        NULL};
static const char *const stack_keys[] = {"part", "cycles", NULL};
static const char *const hot_keys[] = {
    "pc", "n_insn", "executions", "instructions", "cycles", "symbol", "source", "bound",
    "bound_pc", "bound_insn", "bound_cycles", "producer_pc", "producer_insn",
#define X(name, text) "cycles_" #name,
    CPI_PARTS(X)
#undef X
        NULL};
static const char *const reuse_keys[] = {"from", "to", "accesses", "error", NULL};

static const struct kind kinds[] = {
    {"summary", true, no_keys, add_summary},  {"runs", true, store_run_columns, add_run},
    {"trace", false, trace_keys, add_trace},  {"cpi_stack", false, stack_keys, add_stack},
    {"hot_blocks", false, hot_keys, add_hot}, {"reuse_distance", false, reuse_keys, add_reuse},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static struct table *make_header(const struct kind *kind)
{
    const char *keys[MAX_COLUMNS + 1];
    size_t n = 0;
    for (size_t i = 0; kind->whole && i < store_row_field_count && n < MAX_COLUMNS; i++)
        keys[n++] = store_row_fields[i].name;
    for (size_t i = 0; !kind->whole && name_fields[i] != NULL; i++)
        keys[n++] = name_fields[i];
    for (size_t i = 0; kind->keys[i] != NULL && n < MAX_COLUMNS; i++)
        keys[n++] = kind->keys[i];
    keys[n] = NULL;
    return table_alloc(keys, NULL);
}

static int runs_table(struct table **t, const struct kind *kind,
                      const struct export_arguments *a, struct store *store, struct err *err)
{
    int rc = runs_check_filters(&a->filters, store, err);
    *t = make_header(kind);
    for (size_t i = 0; rc == 0 && i < store_count(store); i++) {
        const struct store_row *row = store_row(store, i);
        struct store_run run = {0};
        if (!filters_pass(&a->filters, row))
            continue;
        if (kind->add != add_summary)
            rc = store_read_run(store, row->id, &run, err);
        if (rc == 0)
            kind->add(*t, kind, row, &run);
        if (kind->add != add_summary)
            store_run_release(&run);
    }
    return rc;
}

/* ---- tables of results ------------------------------------------------------------------ */

static int result_table(struct table **t, const char *name, struct store *store,
                        struct err *err)
{
    struct store_table from;
    int rc = store_read_table(store, name, &from, NULL, err);
    if (rc != 0)
        return rc;
    const char **keys = calloc(from.n_columns + 1, sizeof(*keys));
    for (size_t c = 0; keys != NULL && c < from.n_columns; c++)
        keys[c] = from.column[c].name;
    if (keys != NULL)
        *t = table_alloc(keys, NULL);
    else
        rc = err_set(err, ERR_NOMEM, "out of memory");
    for (size_t r = 0; rc == 0 && r < from.n_rows; r++)
        for (size_t c = 0; c < from.n_columns; c++)
            if (from.column[c].text != NULL)
                table_text(*t, from.column[c].text[r]);
            else
                table_number(*t, from.column[c].real[r]);
    free(keys);
    store_table_release(&from);
    return rc;
}

/* ---- the command ------------------------------------------------------------------------ */

static int make_table(struct table **t, const struct export_arguments *a, struct store *store,
                      struct err *err)
{
    const char *name = a->table != NULL ? a->table : "summary";
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(name, kinds[i].name) == 0)
            return runs_table(t, &kinds[i], a, store, err);
    if (a->filters.count > 0)
        return err_set(err, ERR_USAGE, "'--only' chooses runs, and '%s' is a table of results",
                       name);
    return result_table(t, strcmp(name, "fits") == 0 ? "fits/ladder" : name, store, err);
}

/* The whole of a file or nothing. */
static int write_file(const struct table *t, const struct export_arguments *a, struct err *err)
{
    char *text = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&text, &len);
    if (memory == NULL)
        return err_set_errno(err, ERR_NOMEM, errno, "cannot write '%s'", a->output);
    int rc = table_write(t, a->format, memory, err);
    if (fclose(memory) != 0 && rc == 0)
        rc = err_set_errno(err, ERR_NOMEM, errno, "cannot write '%s'", a->output);
    if (rc == 0)
        rc = path_write_atomic(a->output, text, len, err);
    free(text);
    return rc;
}

static int run_export(int argc, char **argv)
{
    struct export_arguments a = {.format = FORMAT_CSV};
    struct store *store = NULL;
    struct table *t = NULL;
    struct err err = {0};
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    int rc = store_open(&store, a.path, &err);
    if (rc == 0)
        rc = make_table(&t, &a, store, &err);
    if (rc == 0 && a.output != NULL)
        rc = write_file(t, &a, &err);
    if (rc != 0)
        status = cmd_fail(&err);
    else
        status = a.output != NULL ? 0 : cmd_print(t, a.format);
    if (rc != 0 || a.output != NULL)
        table_free(t);
    store_close(store);
    return status;
}
