/* rung import: runs of other programs into a study file. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "study/commit.h"
#include "study/import.h"

enum { MAX_SETS = 64 };

static int run_import(int argc, char **argv);

const struct command cmd_import_command = {
    .name = "import",
    .summary = "take runs of other programs into a study file",
    .usage = "rung import [-q] [--columns NAME=COLUMN,...] [--dump N] [-f FORMAT]\n"
             "         [--set NAME=VALUE]... -s STORE FILE...",
    .options =
        "    --columns NAME=COLUMN,...  where the file has what a run calls NAME\n"
        "    --dump N                   of a stats.txt with several dumps: the N-th\n"
        "-f, --format FORMAT            csv, gem5, perf; by the file's name when left out\n"
        "-q, --quiet                    say nothing when all went well\n"
        "-s, --study STORE              the study file; made when it is not there\n"
        "    --set NAME=VALUE           what the file does not say: n=256, problem=gemm\n",
    .run = run_import,
};

struct import_arguments {
    struct import_options options;
    const char *set[MAX_SETS];
    bool quiet;
};

enum { OPT_COLUMNS = CMD_OPTION_LONG, OPT_DUMP, OPT_SET };

static int take_option(void *arguments, int opt)
{
    struct import_arguments *a = arguments;
    struct import_options *o = &a->options;
    uint64_t dump;
    int status;
    switch (opt) {
    case OPT_COLUMNS:
        o->columns = optarg;
        return 0;
    case OPT_DUMP:
        status = cmd_parse_uint(&cmd_import_command, "--dump", optarg, 1, 1000000, &dump);
        o->dump = status == 0 ? (unsigned)dump : 0;
        return status;
    case 'f':
        if (import_format_parse(optarg, &o->format) != 0)
            return cmd_bad_value(&cmd_import_command, "--format", optarg, "csv, gem5 or perf");
        return 0;
    case 'q':
        a->quiet = true;
        return 0;
    case 's':
        o->store_path = optarg;
        return 0;
    default:
        if (o->n_set == MAX_SETS)
            return cmd_usage(&cmd_import_command, "'--set' is given more than %d times",
                             MAX_SETS);
        a->set[o->n_set++] = optarg;
        return 0;
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct import_arguments *a)
{
    static const struct option longs[] = {{"columns", required_argument, NULL, OPT_COLUMNS},
                                          {"dump", required_argument, NULL, OPT_DUMP},
                                          {"format", required_argument, NULL, 'f'},
                                          {"quiet", no_argument, NULL, 'q'},
                                          {"set", required_argument, NULL, OPT_SET},
                                          {"study", required_argument, NULL, 's'},
                                          CMD_LONG_HELP};
    int status = cmd_options(&cmd_import_command, argc, argv, "f:qs:", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(&cmd_import_command, argc, 1, 1000000, "a file");
    if (status == 0 && a->options.store_path == NULL)
        status = cmd_usage(&cmd_import_command, "'--study' is missing");
    return status != 0 ? status : CMD_GO_ON;
}

static int run_import(int argc, char **argv)
{
    struct import_arguments a = {.options = {.tool_commit = RUNG_COMMIT}};
    struct import_result result;
    struct err err = {0};
    struct str remarks;
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    str_init(&remarks);
    a.options.set = a.set;
    a.options.remarks = &remarks;
    status = import_files(argv + optind, (size_t)(argc - optind), &a.options, &result, &err);
    cmd_warn_lines(remarks.data);
    str_release(&remarks);
    if (status != 0)
        return cmd_fail(&err);
    if (result.assembled.damaged > 0)
        cmd_warn("%zu damaged run files, set aside ('%s')", result.assembled.damaged,
                 result.assembled.first_damaged);
    if (!a.quiet)
        fprintf(stderr, "'%s': %zu run%s imported%s\n", a.options.store_path, result.n_runs,
                result.n_runs == 1 ? "" : "s",
                result.assembled.replaced > 0 ? "; they replace older ones" : "");
    return 0;
}
