/* rung correlate: how well do two scales agree? */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/pairs.h"
#include "cmd/commands.h"
#include "cmd/correlate.h"
#include "cmd/runs.h"

static int run_correlate(int argc, char **argv);

const struct command cmd_correlate_command = {
    .name = "correlate",
    .summary = "tell how well a small rung agrees with a large one",
    .usage = "rung correlate [-f FORMAT] [--from N] [--to N] [--matrix] [--problem NAME]\n"
             "               [--machine NAME] [--mode MODE] [--columns LIST] [--level P]\n"
             "               [--alpha P] [--tolerance E] [--seed N] [--resamples N] [--save]\n"
             "               FILE\n"
             "rung correlate --x COLUMN --y COLUMN [-f FORMAT] [--group COLUMN]\n"
             "               [--label COLUMN] [--class COLUMN] [--base LABEL]\n"
             "               [--scale log|linear] [--level P] [--alpha P] [--tolerance E]\n"
             "               [--seed N] [--resamples N] FILE.csv",
    .options =
        "-f, --format FORMAT     text (default), json, csv\n"
        "    --from N, --to N    the rungs (default: the two largest)\n"
        "    --matrix            every pair of rungs\n"
        "    --problem NAME      only this problem; likewise --machine, --mode\n"
        "    --columns LIST      of a table of runs: n=COLUMN,cycles=COLUMN,...\n"
        "    --x, --y COLUMN     numbers of the small and of the large scale\n"
        "    --group COLUMN      the problem: agreement is within it, of ratios to its base\n"
        "    --label COLUMN      names the rows; --class COLUMN: classes of problems\n"
        "    --base LABEL        the row of a group that ratios are to (default: the first)\n"
        "    --scale WHICH       log or linear (default: log with --group)\n"
        "    --level P           confidence level (default 95%)\n"
        "    --alpha P           of the equivalence test (default 5%)\n"
        "    --tolerance E       bounds of equivalence (default 2%)\n"
        "    --seed N            of the bootstrap (default 1)\n"
        "    --resamples N       of the bootstrap (default 10000)\n"
        "    --save              keep the result in the study file\n",
    .run = run_correlate,
};

enum { OPT_FROM = CMD_OPTION_LONG, OPT_TO, OPT_MATRIX, OPT_PROBLEM, OPT_MACHINE, OPT_MODE,
       OPT_COLUMNS, OPT_X, OPT_Y, OPT_GROUP, OPT_LABEL, OPT_CLASS, OPT_BASE, OPT_SCALE, OPT_LEVEL,
       OPT_ALPHA, OPT_TOLERANCE, OPT_SEED, OPT_RESAMPLES, OPT_SAVE };

static int parse_scale(struct correlate_arguments *a, const char *text)
{
    bool is_linear;
    a->scale = text;
    return cmd_parse_either(&cmd_correlate_command, "--scale", text, "log", "linear", &is_linear);
}

/* Options whose values are taken as they are. */
static void take_text(struct correlate_arguments *a, int opt)
{
    const char **target = opt == OPT_PROBLEM   ? &a->o.problem
                          : opt == OPT_MACHINE ? &a->o.machine
                          : opt == OPT_MODE    ? &a->o.mode
                          : opt == OPT_COLUMNS ? &a->columns
                          : opt == OPT_X       ? &a->pairs.x
                          : opt == OPT_Y       ? &a->pairs.y
                          : opt == OPT_GROUP   ? &a->pairs.group
                          : opt == OPT_LABEL   ? &a->pairs.label
                          : opt == OPT_CLASS   ? &a->pairs.class_
                                               : &a->pairs.base;
    *target = optarg;
}

static int take_option(void *arguments, int opt)
{
    struct correlate_arguments *a = arguments;
    const struct command *c = &cmd_correlate_command;
    uint64_t resamples;
    int status;
    switch (opt) {
    case 'f':
        return cmd_parse_format(c, optarg, &a->format);
    case OPT_FROM:
        return cmd_parse_above(c, "--from", optarg, false, &a->o.from);
    case OPT_TO:
        return cmd_parse_above(c, "--to", optarg, false, &a->o.to);
    case OPT_MATRIX:
        a->matrix = true;
        return 0;
    case OPT_SCALE:
        return parse_scale(a, optarg);
    case OPT_LEVEL:
        return cmd_parse_between(c, "--level", optarg, 1, &a->o.level);
    case OPT_ALPHA:
        return cmd_parse_between(c, "--alpha", optarg, 0.5, &a->o.alpha);
    case OPT_TOLERANCE:
        return cmd_parse_between(c, "--tolerance", optarg, 1, &a->o.tolerance);
    case OPT_SEED:
        return cmd_parse_uint(c, "--seed", optarg, 0, INT64_MAX, &a->o.seed);
    case OPT_RESAMPLES:
        status = cmd_parse_uint(c, "--resamples", optarg, 100, 10000000, &resamples);
        a->o.resamples = status == 0 ? (size_t)resamples : 0;
        return status;
    case OPT_SAVE:
        a->save = true;
        return 0;
    default:
        take_text(a, opt);
        return 0;
    }
}

/* Which options go together; CMD_GO_ON or an exit status. */
static int check_options(const struct correlate_arguments *a)
{
    const struct command *c = &cmd_correlate_command;
    const struct analysis_pairs *p = &a->pairs;
    bool pairs = p->x != NULL || p->y != NULL;
    if (pairs && (p->x == NULL || p->y == NULL))
        return cmd_usage(c, "'--x' and '--y' go together");
    if (!pairs && (p->group || p->label || p->class_ || p->base || a->scale))
        return cmd_usage(c, "'--group', '--label', '--class', '--base' and '--scale' need '--x' "
                            "and '--y'");
    if (pairs && (a->o.from > 0 || a->o.to > 0 || a->matrix || a->o.problem || a->o.machine ||
                  a->o.mode || a->columns || a->save))
        return cmd_usage(c, "'--x' and '--y' take the table as it is: no rungs, no selection");
    if (p->class_ != NULL && p->group == NULL)
        return cmd_usage(c, "'--class' needs '--group'");
    if (p->base != NULL && (p->label == NULL || p->group == NULL))
        return cmd_usage(c, "'--base' needs '--label' and '--group'");
    if (a->o.from > 0 && a->o.to > 0 && a->o.from >= a->o.to)
        return cmd_usage(c, "'--from %g' is not below '--to %g'", a->o.from, a->o.to);
    if (a->save && runs_is_table(a->path))
        return cmd_usage(c, "'--save' is for study files");
    return CMD_GO_ON;
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct correlate_arguments *a)
{
    static const struct option longs[] = {
        {"format", required_argument, NULL, 'f'},
        {"from", required_argument, NULL, OPT_FROM},
        {"to", required_argument, NULL, OPT_TO},
        {"matrix", no_argument, NULL, OPT_MATRIX},
        {"problem", required_argument, NULL, OPT_PROBLEM},
        {"machine", required_argument, NULL, OPT_MACHINE},
        {"mode", required_argument, NULL, OPT_MODE},
        {"columns", required_argument, NULL, OPT_COLUMNS},
        {"x", required_argument, NULL, OPT_X},
        {"y", required_argument, NULL, OPT_Y},
        {"group", required_argument, NULL, OPT_GROUP},
        {"label", required_argument, NULL, OPT_LABEL},
        {"class", required_argument, NULL, OPT_CLASS},
        {"base", required_argument, NULL, OPT_BASE},
        {"scale", required_argument, NULL, OPT_SCALE},
        {"level", required_argument, NULL, OPT_LEVEL},
        {"alpha", required_argument, NULL, OPT_ALPHA},
        {"tolerance", required_argument, NULL, OPT_TOLERANCE},
        {"seed", required_argument, NULL, OPT_SEED},
        {"resamples", required_argument, NULL, OPT_RESAMPLES},
        {"save", no_argument, NULL, OPT_SAVE},
        CMD_LONG_HELP,
    };
    int status = cmd_options(&cmd_correlate_command, argc, argv, "f:", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(&cmd_correlate_command, argc, 1, 1, "a file");
    if (status != 0)
        return status;
    a->path = argv[optind];
    a->pairs.logarithms = a->scale != NULL ? strcmp(a->scale, "log") == 0
                                           : a->pairs.group != NULL;
    return check_options(a);
}

static int from_runs(struct correlate_arguments *a, struct analysis_scales **scales,
                     struct err *err)
{
    struct runs runs;
    int status = runs_open(&runs, a->path, a->columns, err);
    if (status == 0)
        status = runs_check_selection(a->path, &runs.rows, &a->o, err);
    if (status == 0)
        status = analysis_scales_alloc(scales, &runs.rows, &a->o, err);
    if (status == 0)
        status = runs_warn_mixed(&runs.rows, &a->o, err);
    runs_close(&runs);
    return status;
}

static int from_columns(const struct correlate_arguments *a, struct analysis_scales **scales,
                        struct err *err)
{
    struct csv *data;
    int status = csv_load(&data, a->path, err);
    if (status < 0)
        return status;
    status = analysis_pairs_alloc(scales, data, &a->pairs, &a->o, err);
    csv_free(data);
    return status;
}

/* The scale that the answer is about: that of the two largest rungs asked for. */
static const struct analysis_scale *main_scale(const struct analysis_scales *s)
{
    const struct analysis_scale *best = NULL;
    for (size_t i = 0; i < s->count; i++) {
        const struct analysis_scale *c = s->scale + i;
        if (c->overall && (best == NULL || c->to > best->to ||
                           (c->to == best->to && c->from > best->from)))
            best = c;
    }
    return best;
}

static int run_correlate(int argc, char **argv)
{
    struct correlate_arguments a = {0};
    struct analysis_scales *scales = NULL;
    struct err err = {0};
    analysis_options_init(&a.o);
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    status = a.pairs.x != NULL ? from_columns(&a, &scales, &err) : from_runs(&a, &scales, &err);
    if (status == 0 && a.save)
        status = correlate_save(&a, scales, &err);
    if (status < 0) {
        err_set(&err, status, "%s", err_text(status));
        analysis_scales_free(scales);
        return cmd_fail(&err);
    }
    const struct analysis_scale *chosen = main_scale(scales);
    status = correlate_print(&a, scales, chosen);
    /* No pair of rungs, or nothing that varies: no answer. */
    if (status == 0 && (chosen == NULL || isnan(chosen->r2.value)))
        status = err_exit_status(ERR_INCONCLUSIVE);
    analysis_scales_free(scales);
    return status;
}
