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
        "-q, --quiet         say nothing but what is wrong\n",
    .run = run_merge,
};

enum { OPT_PREFER = CMD_OPTION_LONG, MAX_FILES = 4096 };

static int parse_prefer(const char *text, enum store_prefer *prefer)
{
    *prefer = strcmp(text, "first") == 0 ? STORE_PREFER_FIRST : STORE_PREFER_LAST;
    if (strcmp(text, "first") != 0 && strcmp(text, "last") != 0)
        return cmd_usage(&cmd_merge_command, "'--prefer' must be first or last, not '%s'",
                         text);
    return 0;
}

static int merge(const char *const *file, size_t n, const char *output,
                 enum store_prefer prefer, bool quiet)
{
    struct store_merged merged;
    struct err err = {0};
    if (store_merge(file, n, output, prefer, &merged, &err) != 0) {
        int status = cmd_fail(&err);
        if (err.code == ERR_CONFIG && prefer == STORE_PREFER_NONE &&
            strstr(err.text, "contradict") != NULL)
            fprintf(stderr, "rung: see '--prefer' of 'rung help merge'\n");
        return status;
    }
    if (merged.texts_differ)
        cmd_warn("the files are of different studies: the text of '%s' stays", file[0]);
    if (quiet)
        return 0;
    fprintf(stderr, "'%s': %zu runs", output, merged.runs);
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
    enum store_prefer prefer = STORE_PREFER_NONE;
    const char *output = NULL;
    bool quiet = false;
    int opt, status = 0;
    while ((opt = cmd_getopt(c, argc, argv, "o:q", longs)) >= 0) {
        if (opt == 'o')
            output = optarg;
        else if (opt == 'q')
            quiet = true;
        else
            status = parse_prefer(optarg, &prefer);
        if (status != 0)
            return status;
    }
    if (opt != CMD_OPTIONS_END)
        return cmd_options_status(opt);
    status = cmd_arguments(c, argc, 2, MAX_FILES, "a study file");
    if (status != 0)
        return status;
    if (output == NULL)
        return cmd_usage(c, "'--output' is missing");
    return merge((const char *const *)(argv + optind), (size_t)(argc - optind), output, prefer,
                 quiet);
}
