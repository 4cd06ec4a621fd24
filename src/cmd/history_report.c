/* rung history report: the dashboard. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/history.h"
#include "report/history.h"

enum { OPT_URL = HISTORY_OPTION, OPT_ACCURACY, OPT_PLOTS, OPT_TITLE, OPT_FORCE };
enum { ACCURACIES_MAX = 32 };

struct arguments {
    const char *path;
    struct report_history_options o;
    struct report_history_accuracy accuracy[ACCURACIES_MAX];
    char *name[ACCURACIES_MAX];
    bool quiet;
};

/* "m2 timing=12.3%" */
static int parse_accuracy(struct arguments *a)
{
    const struct command *c = &cmd_history_command;
    const char *equals = strrchr(optarg, '=');
    if (equals == NULL || equals == optarg)
        return cmd_bad_value(c, "--accuracy", optarg, "NAME=E");
    if (a->o.n_accuracy == ACCURACIES_MAX)
        return cmd_usage(c, "'--accuracy' is given more than %d times", ACCURACIES_MAX);
    struct report_history_accuracy *x = &a->accuracy[a->o.n_accuracy];
    int status = cmd_parse_fraction(c, "--accuracy", equals + 1, &x->error);
    if (status != 0)
        return status;
    char *name = strndup(optarg, (size_t)(equals - optarg));
    if (name == NULL) {
        struct err err = {0};
        err_set(&err, ERR_NOMEM, "out of memory");
        return cmd_fail(&err);
    }
    x->name = a->name[a->o.n_accuracy++] = name;
    return 0;
}

/* Anything else would be no link to a commit, or one that runs a script. */
static int parse_url(struct arguments *a)
{
    const struct command *c = &cmd_history_command;
    if (strncmp(optarg, "https://", 8) != 0 && strncmp(optarg, "http://", 7) != 0)
        return cmd_usage(c, "'--commit-url': '%s' does not begin with https://", optarg);
    if (strstr(optarg, "{commit}") == NULL)
        return cmd_usage(c, "'--commit-url': '%s' has no {commit}", optarg);
    a->o.commit_url = optarg;
    return 0;
}

static int take_option(void *arguments, int opt)
{
    struct arguments *a = arguments;
    switch (opt) {
    case 'o':
        a->o.directory = optarg;
        return 0;
    case 'q':
        a->quiet = true;
        return 0;
    case OPT_URL:
        return parse_url(a);
    case OPT_ACCURACY:
        return parse_accuracy(a);
    case OPT_PLOTS:
        a->o.plots = optarg;
        return 0;
    case OPT_FORCE:
        a->o.force = true;
        return 0;
    case OPT_TITLE:
        a->o.title = optarg;
        return 0;
    default:
        if (history_select(opt, &a->path, &a->o.analysis))
            return 0;
        return history_judge(opt, &a->o.analysis);
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct arguments *a)
{
    static const struct option longs[] = {HISTORY_LONG_SELECT,
                                          HISTORY_LONG_JUDGE,
                                          {"output", required_argument, NULL, 'o'},
                                          {"quiet", no_argument, NULL, 'q'},
                                          {"accuracy", required_argument, NULL, OPT_ACCURACY},
                                          {"commit-url", required_argument, NULL, OPT_URL},
                                          {"force", no_argument, NULL, OPT_FORCE},
                                          {"plots", required_argument, NULL, OPT_PLOTS},
                                          {"title", required_argument, NULL, OPT_TITLE},
                                          CMD_LONG_HELP};
    const struct command *c = &cmd_history_command;
    int status = cmd_options(c, argc, argv, "H:o:q", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 0, 0, "");
    if (status == 0 && a->o.directory[0] == '\0')
        return cmd_usage(c, "'--output': the name is empty");
    return status != 0 ? status : CMD_GO_ON;
}

int history_report(int argc, char **argv)
{
    struct arguments a = {.path = HISTORY_FILE, .o = {.directory = "history-report"}};
    struct store_history *store = NULL;
    struct analysis_history *h = NULL;
    struct err err = {0};
    a.o.accuracy = a.accuracy;
    analysis_history_options_init(&a.o.analysis);
    int status = parse_options(argc, argv, &a);
    if (status == CMD_GO_ON) {
        status = store_history_open(&store, a.path, &err);
        if (status == 0)
            status = analysis_history_alloc(&h, store, &a.o.analysis, &err);
        if (status == 0)
            status = report_history_write(h, &a.o, NULL, &err);
        if (status < 0)
            err_set(&err, status, "%s", err_text(status));
        status = status < 0 ? cmd_fail(&err) : 0;
        if (status == 0 && !a.quiet)
            printf("%s/index.html\n", a.o.directory);
    }
    for (size_t i = 0; i < a.o.n_accuracy; i++)
        free(a.name[i]);
    analysis_history_free(h);
    store_history_close(store);
    return status;
}
