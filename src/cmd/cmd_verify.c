/* rung verify: reads a study file to its last byte, and saves what is whole. */
#include "config.h"

#include <stdio.h>

#include "cmd/commands.h"
#include "store/history.h"
#include "store/store.h"

static int run_verify(int argc, char **argv);

const struct command cmd_verify_command = {
    .name = "verify",
    .summary = "check a study file for damage and save what is whole",
    .usage = "rung verify [-q] [-f FORMAT] [-o NEW] FILE",
    .options = "-f, --format FORMAT  of the list of damaged parts: text (default), json, csv\n"
               "-o, --output NEW     put what is whole into this new study file\n"
               "-q, --quiet          tell by the exit status alone\n",
    .run = run_verify,
};

struct verify_arguments {
    enum format format;
    const char *output; /* NULL: nothing is saved */
    bool quiet;
};

static void add_part(void *data, const char *part, const char *what)
{
    struct table *t = data;
    table_text(t, part);
    table_text(t, what);
}

static void say_sum(const char *path, const char *output, const struct store_verified *v)
{
    size_t rest = v->lost + v->parts;
    fprintf(stderr, "'%s': %zu of %zu runs are whole", path, v->whole, v->runs + v->lost);
    if (v->lost > 0)
        fprintf(stderr, ", %zu are lost with a part of the summary", v->lost);
    if (v->parts > 0)
        fprintf(stderr, "; %zu other part%s damaged", v->parts, v->parts == 1 ? "" : "s");
    fprintf(stderr, "%s\n", rest + v->damaged == 0 ? ", and all the rest" : "");
    if (output != NULL)
        fprintf(stderr, "'%s': %zu run%s saved\n", output, v->whole, v->whole == 1 ? "" : "s");
}

static int verify(const char *path, const struct verify_arguments *a)
{
    static const char *const keys[] = {"part", "damage", NULL};
    struct store_verified v = {0};
    struct table *t = table_alloc(keys, NULL);
    struct err err = {0};
    int status = 0, rc = store_verify(path, a->output, add_part, t, &v, &err);
    bool whole = v.damaged + v.lost + v.parts == 0;
    if (rc == 0 && !a->quiet && (!whole || a->format != FORMAT_TEXT))
        status = cmd_print(t, a->format);
    else
        table_free(t);
    if (rc == 0 && !a->quiet)
        say_sum(path, a->output, &v);
    if (rc != 0)
        return cmd_fail(&err);
    if (status == 0 && !whole)
        status = err_exit_status(ERR_DATA);
    return status;
}

/* A history is one piece: nothing of it can be saved without the rest. */
static int verify_history(const char *path, const struct verify_arguments *a)
{
    struct store_history *h = NULL;
    struct err err = {0};
    if (a->output != NULL)
        return cmd_usage(&cmd_verify_command,
                         "'--output' is for study files, and '%s' is a history", path);
    if (store_history_open(&h, path, &err) != 0)
        return cmd_fail(&err);
    if (!a->quiet)
        fprintf(stderr, "'%s': a history of %zu session%s with %zu run%s, and whole\n", path,
                h->n_entries, h->n_entries == 1 ? "" : "s", h->n_samples,
                h->n_samples == 1 ? "" : "s");
    store_history_close(h);
    return 0;
}

static int take_option(void *arguments, int opt)
{
    struct verify_arguments *a = arguments;
    switch (opt) {
    case 'o':
        a->output = optarg;
        return 0;
    case 'q':
        a->quiet = true;
        return 0;
    default:
        return cmd_parse_format(&cmd_verify_command, optarg, &a->format);
    }
}

static int run_verify(int argc, char **argv)
{
    static const struct option longs[] = {{"format", required_argument, NULL, 'f'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"quiet", no_argument, NULL, 'q'},
                                          CMD_LONG_HELP};
    const struct command *c = &cmd_verify_command;
    struct verify_arguments a = {.format = FORMAT_TEXT};
    int status = cmd_options(c, argc, argv, "f:o:q", longs, take_option, &a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 1, 1, "a study file");
    if (status != 0)
        return status;
    return store_history_is(argv[optind]) ? verify_history(argv[optind], &a)
                                          : verify(argv[optind], &a);
}
