/* rung merge: joins study files. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "store/store.h"

static int run_merge(int argc, char **argv);

const struct command cmd_merge_command = {
    .name = "merge",
    .summary = "join study files",
    .usage = "rung merge [-q] [--prefer first|last] -o OUT FILE FILE ...",
    .options =
        "-o, --output OUT    the new study file; it may be one of the others\n"
        "    --prefer WHICH  of runs that contradict each other, first or last; without\n"
        "                    it they are refused\n"
        "-q, --quiet         say nothing when all went well\n",
    .run = run_merge,
};

enum { OPT_PREFER = CMD_OPTION_LONG, MAX_FILES = 4096 };

struct merge_arguments {
    enum store_prefer prefer;
    const char *output;
    bool quiet;
};

static int parse_prefer(const char *text, enum store_prefer *prefer)
{
    bool last;
    int status = cmd_parse_either(&cmd_merge_command, "--prefer", text, "first", "last", &last);
    *prefer = last ? STORE_PREFER_LAST : STORE_PREFER_FIRST;
    return status;
}

static int take_option(void *arguments, int opt)
{
    struct merge_arguments *a = arguments;
    switch (opt) {
    case 'o':
        a->output = optarg;
        return 0;
    case 'q':
        a->quiet = true;
        return 0;
    default:
        return parse_prefer(optarg, &a->prefer);
    }
}

static int merge(const char *const *file, size_t n, const struct merge_arguments *a)
{
    struct store_merged merged;
    struct err err = {0};
    if (store_merge(file, n, a->output, a->prefer, &merged, &err) != 0) {
        int status = cmd_fail(&err);
        if (err.code == ERR_CONFIG && a->prefer == STORE_PREFER_NONE &&
            strstr(err.text, "contradict") != NULL)
            fprintf(stderr, "rung: see '--prefer' of 'rung help merge'\n");
        return status;
    }
    if (merged.texts_differ)
        cmd_warn("the files are of different studies: the text of '%s' stays", file[0]);
    if (a->quiet)
        return 0;
    fprintf(stderr, "'%s': %zu run%s", a->output, merged.runs, merged.runs == 1 ? "" : "s");
    if (merged.equal > 0)
        fprintf(stderr, "; %zu were there twice", merged.equal);
    if (merged.preferred > 0)
        fprintf(stderr, "; %zu contradicted others", merged.preferred);
    fputc('\n', stderr);
    return 0;
}

static int run_merge(int argc, char **argv)
{
    static const struct option longs[] = {{"output", required_argument, NULL, 'o'},
                                          {"prefer", required_argument, NULL, OPT_PREFER},
                                          {"quiet", no_argument, NULL, 'q'},
                                          CMD_LONG_HELP};
    const struct command *c = &cmd_merge_command;
    struct merge_arguments a = {.prefer = STORE_PREFER_NONE};
    int status = cmd_options(c, argc, argv, "o:q", longs, take_option, &a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 2, MAX_FILES, "a study file");
    if (status != 0)
        return status;
    if (a.output == NULL)
        return cmd_usage(c, "'--output' is missing");
    return merge((const char *const *)(argv + optind), (size_t)(argc - optind), &a);
}
