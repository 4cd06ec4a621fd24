/* rung report: a study's pages and figures. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/commands.h"
#include "cmd/missing.h"
#include "cmd/physics.h"
#include "report/report.h"

static int run_report(int argc, char **argv);

const struct command cmd_report_command = {
    .name = "report",
    .summary = "draw the report of a study",
    .usage = "rung report [-q] [-f html|text] [-o DIR] [--force] [--level L] [--pdf]\n"
             "            [--plots DIR] [--png] [--seed N] STORE",
    .options =
        "-f, --format F      html: the folder (default); text: on standard output\n"
        "-o, --output DIR    the report's folder (default: the file's name with -report)\n"
        "-q, --quiet         say nothing when all went well\n"
        "    --force         write into a folder that holds other files, too\n"
        "    --level L       confidence level of all intervals (default: the study's)\n"
        "    --pdf           also DIR/report.pdf\n"
        "    --plots DIR     gnuplot scripts and page templates of your own\n"
        "    --png           also each figure as PNG\n"
        "    --seed N        seed of the bootstrap (default 1)\n",
    .run = run_report,
};

enum { OPT_PLOTS = CMD_OPTION_LONG, OPT_LEVEL, OPT_SEED, OPT_PDF, OPT_PNG, OPT_FORCE };

/* Narrower figures show nothing, wider ones are stretched. */
enum { COLUMNS_MIN = 60, COLUMNS_MAX = 132 };

/* Of the many pairs of rungs in a report's matrix: their intervals are read by eye. */
enum { RESAMPLES_BRIEF = 1000 };

struct report_arguments {
    const char *store, *directory, *plots;
    const char **words; /* the command as it was given */
    size_t n_words;
    double level; /* 0: the study's */
    uint64_t seed;
    bool seed_given, pdf, png, text, quiet, force;
};

static int take_option(void *arguments, int opt)
{
    struct report_arguments *a = arguments;
    const struct command *c = &cmd_report_command;
    switch (opt) {
    case 'o':
        a->directory = optarg;
        return 0;
    case 'q':
        a->quiet = true;
        return 0;
    case OPT_FORCE:
        a->force = true;
        return 0;
    case OPT_PLOTS:
        a->plots = optarg;
        return 0;
    case OPT_PDF:
        a->pdf = true;
        return 0;
    case OPT_PNG:
        a->png = true;
        return 0;
    case 'f':
        return cmd_parse_either(c, "--format", optarg, "html", "text", &a->text);
    case OPT_LEVEL:
        return cmd_parse_between(c, "--level", optarg, 1, &a->level);
    default:
        a->seed_given = true;
        return cmd_parse_uint(c, "--seed", optarg, 0, UINT32_MAX, &a->seed);
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct report_arguments *a)
{
    static const struct option longs[] = {
        {"output", required_argument, NULL, 'o'},
        {"force", no_argument, NULL, OPT_FORCE},
        {"quiet", no_argument, NULL, 'q'},
        {"pdf", no_argument, NULL, OPT_PDF},
        {"png", no_argument, NULL, OPT_PNG},
        {"format", required_argument, NULL, 'f'},
        {"plots", required_argument, NULL, OPT_PLOTS},
        {"level", required_argument, NULL, OPT_LEVEL},
        {"seed", required_argument, NULL, OPT_SEED},
        CMD_LONG_HELP,
    };
    int status = cmd_options(&cmd_report_command, argc, argv, "f:o:q", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(&cmd_report_command, argc, 1, 1, "a study file");
    if (status != 0)
        return status;
    a->store = argv[optind];
    if (a->directory != NULL && a->directory[0] == '\0')
        return cmd_usage(&cmd_report_command, "'--output': the name is empty");
    if (a->text && (a->directory != NULL || a->pdf || a->png || a->force))
        return cmd_usage(&cmd_report_command,
                         "'--format text' writes no folder: it goes with none of '--output', "
                         "'--force', '--pdf', '--png'");
    return CMD_GO_ON;
}

/* "runs/first.h5" makes "runs/first-report". */
static char *default_directory(const char *store)
{
    size_t len = strlen(store);
    if (len > 3 && strcmp(store + len - 3, ".h5") == 0)
        len -= 3;
    return str_format("%.*s-report", (int)len, store);
}

/* The width of the terminal, or of a usual one. */
static unsigned terminal_columns(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    unsigned long n = columns != NULL ? strtoul(columns, NULL, 10) : 0;
    if (n == 0 && isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        n = size.ws_col;
    return n == 0            ? 79
           : n < COLUMNS_MIN ? COLUMNS_MIN
           : n > COLUMNS_MAX ? COLUMNS_MAX
                             : (unsigned)n;
}

static int print(struct store *store, const struct report_options *o,
                 struct report_result *result, struct err *err)
{
    struct str text;
    str_init(&text);
    int status = report_print(store, o, terminal_columns(), &text, result, err);
    if (status == 0 && (fputs(text.data, stdout) == EOF || fflush(stdout) != 0))
        status = err_set_errno(err, ERR_IO, errno, "cannot write to standard output");
    str_release(&text);
    return status;
}

/* The pages have all of them. */
static void tell_gaps(const char *store, const struct report_result *result)
{
    size_t more = result->gaps > REPORT_GAPS_TOLD ? result->gaps - REPORT_GAPS_TOLD : 0;
    char rest[40] = "";
    if (more > 0)
        snprintf(rest, sizeof rest, "; and %zu more", more);
    if (result->gaps > 0)
        cmd_warn("the report finds %zu thing%s missing in '%s': %s%s", result->gaps,
                 result->gaps == 1 ? "" : "s", store, result->told, rest);
}

/* What of the plan is not there. */
static int find_missing(struct store *store, const struct analysis_options *o, struct str *text,
                        struct err *err)
{
    struct analysis_warnings found = {0};
    int status = missing_warn(store, o, &found, err);
    for (size_t i = 0; i < found.count; i++)
        str_addf(text, "%s%s", i > 0 ? ". " : "", found.item[i].text);
    analysis_warnings_release(&found);
    return status;
}

static int draw(struct store *store, const struct report_arguments *a, const char *directory,
                struct err *err)
{
    struct report_options o = {
        .directory = directory, .plots = a->plots, .argv = a->words, .argc = a->n_words,
        .pdf = a->pdf, .png = a->png, .force = a->force};
    struct report_result result = {0};
    analysis_options_init(&o.analysis);
    analysis_thresholds_init(&o.thresholds);
    int status =
        analysis_thresholds_from_study(&o.thresholds, a->store, store_study_yaml(store), err);
    if (status != 0)
        return status;
    if (a->level > 0)
        o.thresholds.level = a->level;
    if (a->seed_given)
        o.analysis.seed = a->seed;
    o.analysis.resamples_brief = RESAMPLES_BRIEF;
    o.analysis.level = o.thresholds.level;
    o.analysis.tolerance = o.thresholds.error;
    struct cmd_physics *physics = NULL;
    struct str missing;
    str_init(&missing);
    status = cmd_physics_alloc(&physics, store, err);
    o.analysis.physics = cmd_physics_get(physics);
    if (status == 0)
        status = find_missing(store, &o.analysis, &missing, err);
    if (missing.len > 0)
        o.missing = missing.data;
    if (status == 0)
        status = a->text ? print(store, &o, &result, err) : report_write(store, &o, &result, err);
    str_release(&missing);
    cmd_physics_free(physics);
    if (status != 0)
        return status;
    if (!a->text && !a->quiet) {
        printf("%s/index.html\n", directory);
        tell_gaps(a->store, &result);
    }
    return 0;
}

static int run_report(int argc, char **argv)
{
    struct report_arguments a = {.seed = 0};
    struct err err = {0};
    struct store *store = NULL;
    /* Parsing the options puts the words in another order. */
    a.words = calloc((size_t)argc + 1, sizeof *a.words);
    if (a.words != NULL) {
        a.words[a.n_words++] = "rung";
        for (int i = 0; i < argc; i++)
            a.words[a.n_words++] = argv[i];
    }
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON) {
        free(a.words);
        return status;
    }
    char *directory = a.directory != NULL ? strdup(a.directory) : default_directory(a.store);
    status = 0;
    if (directory == NULL || a.words == NULL)
        err_set(&err, ERR_NOMEM, "out of memory");
    else if ((status = store_open(&store, a.store, &err)) == 0)
        status = draw(store, &a, directory, &err);
    if (status < 0 && err.code == 0)
        err_set(&err, status, "no report of '%s': %s", a.store, err_text(status));
    status = err.code != 0 ? cmd_fail(&err) : 0;
    store_close(store);
    free(directory);
    free(a.words);
    return status;
}
