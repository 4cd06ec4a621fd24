/* rung log: the runs of a study file. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/runs.h"
#include "store/store.h"
#include "study/filter.h"

static int run_log(int argc, char **argv);

const struct command cmd_log_command = {
    .name = "log",
    .summary = "list the runs of a study file",
    .usage = "rung log [-av] [-f FORMAT] [--only KEY=VALUE,...]... FILE",
    .options =
        "-a, --all                 every counter, not just instructions and cycles\n"
        "-f, --format FORMAT       text (default), json, csv\n"
        "    --only KEY=VALUE,...  only runs whose problem, n, mode, machine, variant, seed,\n"
        "                          status or simulator is one of the values\n"
        "-v, --verbose             say of each failed run why it failed\n",
    .run = run_log,
};

struct log_arguments {
    const char *path;
    bool all, verbose;
    enum format format;
    struct filters filters;
};

enum { OPT_ONLY = CMD_OPTION_LONG };

static int take_option(void *arguments, int opt)
{
    struct log_arguments *a = arguments;
    struct err err = {0};
    switch (opt) {
    case 'a':
        a->all = true;
        return 0;
    case 'f':
        return cmd_parse_format(&cmd_log_command, optarg, &a->format);
    case 'v':
        a->verbose = true;
        return 0;
    default:
        if (filters_add(&a->filters, optarg, &err) != 0)
            return cmd_usage(&cmd_log_command, "'--only': %s", err.text);
        return 0;
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct log_arguments *a)
{
    static const struct option longs[] = {{"all", no_argument, NULL, 'a'},
                                          {"format", required_argument, NULL, 'f'},
                                          {"only", required_argument, NULL, OPT_ONLY},
                                          {"verbose", no_argument, NULL, 'v'},
                                          CMD_LONG_HELP};
    int status = cmd_options(&cmd_log_command, argc, argv, "af:v", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(&cmd_log_command, argc, 1, 1, "a study file");
    a->path = argv[optind];
    return status != 0 ? status : CMD_GO_ON;
}

static struct table *make_table(const struct log_arguments *a)
{
    const char *keys[32 + COUNTER_MAX] = {"id",         "simulator", "problem", "n",
                                          "mode",       "machine",   "variant", "seed",
                                          "repetition", "status"};
    size_t n = 10;
    for (int c = 0; c < COUNTER_MAX; c++)
        if (a->all || c == COUNTER_instructions || c == COUNTER_cycles)
            keys[n++] = counter_name((enum counter)c);
    keys[n++] = "cpi";
    keys[n++] = "wall_seconds";
    if (a->all) {
        keys[n++] = "user_seconds";
        keys[n++] = "peak_memory";
    }
    if (a->verbose)
        keys[n++] = "message";
    keys[n] = NULL;
    return table_alloc(keys, NULL);
}

static int add_message(struct table *t, struct store *store, const struct store_row *row,
                       struct err *err)
{
    struct store_run run;
    int rc = store_read_run(store, row->id, &run, err);
    table_text(t, rc == 0 ? run.message : "");
    store_run_release(&run);
    return rc;
}

static int add_row(struct table *t, const struct log_arguments *a, struct store *store,
                   const struct store_row *row, struct err *err)
{
    table_text(t, row->id);
    table_text(t, row->simulator);
    table_text(t, row->problem);
    table_number(t, row->n);
    table_text(t, row->mode);
    table_text(t, row->machine);
    table_text(t, row->variant);
    table_uint(t, row->seed);
    table_uint(t, row->repetition);
    table_text(t, row->status);
    for (int c = 0; c < COUNTER_MAX; c++)
        if (a->all || c == COUNTER_instructions || c == COUNTER_cycles)
            table_number(t, row->counter[c]);
    table_real(t, row->counter[COUNTER_cycles] / row->counter[COUNTER_instructions], 4);
    table_real(t, row->wall_seconds, 3);
    if (a->all) {
        table_real(t, row->user_seconds, 3);
        table_number(t, row->peak_memory);
    }
    return a->verbose ? add_message(t, store, row, err) : 0;
}

static int run_log(int argc, char **argv)
{
    struct log_arguments a = {0};
    struct store *store = NULL;
    struct err err = {0};
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    struct table *t = make_table(&a);
    int rc = store_open(&store, a.path, &err);
    if (rc == 0)
        rc = runs_check_filters(&a.filters, store, &err);
    for (size_t i = 0; rc == 0 && i < store_count(store); i++) {
        const struct store_row *row = store_row(store, i);
        if (filters_pass(&a.filters, row))
            rc = add_row(t, &a, store, row, &err);
    }
    if (rc == 0) {
        status = cmd_print(t, a.format);
    } else {
        status = cmd_fail(&err);
        table_free(t);
    }
    store_close(store);
    return status;
}
