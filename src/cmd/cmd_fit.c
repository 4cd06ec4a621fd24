/* rung fit: how cycles grow with the size. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/fit.h"
#include "cmd/physics.h"
#include "cmd/runs.h"

static int run_fit(int argc, char **argv);

const struct command cmd_fit_command = {
    .name = "fit",
    .summary = "fit how a quantity grows with the problem size",
    .usage = "rung fit [-f FORMAT] [-m METRIC] [--at N,...] [--level P] [--problem NAME]\n"
             "         [--machine NAME] [--variant NAME] [--mode MODE] [--table NAME]\n"
             "         [--tolerance E] [--robust] [--save] STUDY.h5\n"
             "rung fit [-f FORMAT] [--at N,...] [--level P] [--table NAME] [--weights W]\n"
             "         --model FORMULA DATA.csv\n"
             "rung fit [-f FORMAT] [--at N,...] [--level P] [--table NAME] [--tolerance E]\n"
             "         [--group COLUMN] [--deterministic] [--robust] [--footprint FORMULA]\n"
             "         [--stride FORMULA] [--caches SIZE[/WAYS[/LINE]],...]\n"
             "         --x COLUMN --y COLUMN DATA.csv",
    .options =
        "-f, --format FORMAT   text (default), json, csv\n"
        "-m, --metric METRIC   what to fit: cycles (default), cpi, wall_seconds or any "
        "counter\n"
        "    --at N,...        predict at these sizes\n"
        "    --level P         confidence level (default 95%)\n"
        "    --problem NAME    only this problem; likewise --machine, --variant, --mode\n"
        "    --table NAME      only this table: fits, terms, models, points, exponents,\n"
        "                      predictions, fidelities; with --model also rows\n"
        "    --tolerance E     warn of intervals wider than this (default 2%)\n"
        "    --robust          weigh down what lies far off (bisquare)\n"
        "    --save            keep the fits in the study file\n"
        "\n"
        "    --model FORMULA   a linear model: 'y ~ 1 + x + x^2', 'log(t) ~ log2(n) + n*m';\n"
        "                      '0 +' leaves the constant out\n"
        "    --weights W       none (default), relative (1 / y^2), or a column\n"
        "    --x, --y COLUMN   fit growth laws to two columns, as to a study\n"
        "    --group COLUMN    one series for each text in this column\n"
        "    --deterministic   rows of the same size repeat one run and count once\n"
        "    --footprint, --stride FORMULA\n"
        "                      bytes that size n touches; bytes between neighbours of a walk\n"
        "                      over n elements: '24 * n^2', '8 * n'\n"
        "    --caches SIZE[/WAYS[/LINE]],...\n"
        "                      of the machine, from the first level on: 32KiB/8/64,256KiB\n",
    .run = run_fit,
};

enum {
    OPT_AT = CMD_OPTION_LONG,
    OPT_LEVEL,
    OPT_PROBLEM,
    OPT_MACHINE,
    OPT_VARIANT,
    OPT_MODE,
    OPT_TABLE,
    OPT_TOLERANCE,
    OPT_SAVE,
    OPT_MODEL,
    OPT_WEIGHTS,
    OPT_X,
    OPT_Y,
    OPT_GROUP,
    OPT_DETERMINISTIC,
    OPT_ROBUST,
    OPT_FOOTPRINT,
    OPT_STRIDE,
    OPT_CACHES
};

static int parse_table(struct fit_arguments *a, const char *text)
{
    static const char *const names[FIT_TABLE_MAX] = {
        "fits", "terms", "models", "points", "predictions", "exponents", "fidelities", "rows"};
    for (int i = 0; i < FIT_TABLE_MAX; i++)
        if (strcmp(text, names[i]) == 0) {
            a->table = (enum fit_table)i;
            return 0;
        }
    return cmd_usage(&cmd_fit_command, "'--table': unknown table '%s'", text);
}

static int parse_at(struct fit_arguments *a, const char *text)
{
    free(a->at);
    a->at = NULL;
    int status = cmd_parse_doubles(&cmd_fit_command, "--at", text, &a->at, &a->n_at);
    for (size_t i = 0; status == 0 && i < a->n_at; i++)
        if (!isfinite(a->at[i]))
            return cmd_bad_value(&cmd_fit_command, "--at", text, "finite");
    return status;
}

/* Options of the two forms that read CSV files. */
static int take_data_option(struct fit_arguments *a, int opt)
{
    switch (opt) {
    case OPT_MODEL:
        a->model = optarg;
        break;
    case OPT_WEIGHTS:
        a->weights = optarg;
        break;
    case OPT_X:
        a->x = optarg;
        break;
    case OPT_Y:
        a->y = optarg;
        break;
    case OPT_GROUP:
        a->group = optarg;
        break;
    case OPT_FOOTPRINT:
        a->footprint = optarg;
        break;
    case OPT_STRIDE:
        a->stride = optarg;
        break;
    case OPT_CACHES:
        a->caches = optarg;
        break;
    default:
        a->deterministic = true;
        break;
    }
    return 0;
}

static int check_metric(const char *metric)
{
    const struct command *c = &cmd_fit_command;
    if (analysis_metric_known(metric))
        return 0;
    const char *nearest = analysis_metric_nearest(metric);
    if (nearest != NULL)
        return cmd_usage(c, "'--metric': unknown metric '%s' (did you mean '%s'?)", metric,
                         nearest);
    return cmd_usage(c, "'--metric': unknown metric '%s'", metric);
}

static int take_option(void *arguments, int opt)
{
    struct fit_arguments *a = arguments;
    const struct command *c = &cmd_fit_command;
    switch (opt) {
    case 'f':
        return cmd_parse_format(c, optarg, &a->format);
    case 'm':
        a->o.metric = optarg;
        return check_metric(optarg);
    case OPT_AT:
        return parse_at(a, optarg);
    case OPT_LEVEL:
        return cmd_parse_between(c, "--level", optarg, 1, &a->o.level);
    case OPT_PROBLEM:
        a->o.problem = optarg;
        return 0;
    case OPT_MACHINE:
        a->o.machine = optarg;
        return 0;
    case OPT_VARIANT:
        a->o.variant = optarg;
        return 0;
    case OPT_MODE:
        a->o.mode = optarg;
        return 0;
    case OPT_TABLE:
        return parse_table(a, optarg);
    case OPT_TOLERANCE:
        return cmd_parse_fraction(c, "--tolerance", optarg, &a->o.tolerance);
    case OPT_SAVE:
        a->save = true;
        return 0;
    case OPT_ROBUST:
        a->o.robust = true;
        return 0;
    default:
        return take_data_option(a, opt);
    }
}

/* Which options go together; CMD_GO_ON or an exit status. */
static int check_options(const struct fit_arguments *a)
{
    const struct command *c = &cmd_fit_command;
    bool ladder = a->x != NULL || a->y != NULL;
    if (ladder && a->model != NULL)
        return cmd_usage(c, "'--model' does not go with '--x' and '--y'");
    if (ladder && (a->x == NULL || a->y == NULL))
        return cmd_usage(c, "'--x' and '--y' go together");
    if ((a->group != NULL || a->deterministic) && !ladder)
        return cmd_usage(c, "'--group' and '--deterministic' need '--x' and '--y'");
    if ((a->footprint != NULL || a->stride != NULL || a->caches != NULL) && !ladder)
        return cmd_usage(c, "'--footprint', '--stride' and '--caches' need '--x' and '--y'");
    if ((a->footprint != NULL || a->stride != NULL) != (a->caches != NULL))
        return cmd_usage(c, "'--caches' and '--footprint' or '--stride' go together");
    if (a->o.robust && a->model != NULL)
        return cmd_usage(c, "'--robust' does not go with '--model'");
    if (a->weights != NULL && a->model == NULL)
        return cmd_usage(c, "'--weights' needs '--model'");
    if ((ladder || a->model != NULL) &&
        (a->save || a->o.problem || a->o.machine || a->o.variant || a->o.mode))
        return cmd_usage(c, "'--save', '--problem', '--machine', '--variant' and '--mode' are for "
                            "study files");
    if (a->table == FIT_TABLE_PREDICTIONS && a->n_at == 0)
        return cmd_usage(c, "'--table predictions' needs '--at'");
    if (a->table == FIT_TABLE_ROWS && a->model == NULL)
        return cmd_usage(c, "'--table rows' needs '--model'");
    if (a->model != NULL && a->table != FIT_TABLE_MAX && a->table != FIT_TABLE_TERMS &&
        a->table != FIT_TABLE_PREDICTIONS && a->table != FIT_TABLE_ROWS &&
        a->table != FIT_TABLE_FITS)
        return cmd_usage(c, "'--model' has the tables fits, terms, rows and predictions");
    for (size_t i = 0; a->model == NULL && i < a->n_at; i++)
        if (!(a->at[i] > 1))
            return cmd_usage(c, "'--at': size %g is not above 1", a->at[i]);
    return CMD_GO_ON;
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct fit_arguments *a)
{
    static const struct option longs[] = {
        {"format", required_argument, NULL, 'f'},
        {"metric", required_argument, NULL, 'm'},
        {"at", required_argument, NULL, OPT_AT},
        {"level", required_argument, NULL, OPT_LEVEL},
        {"problem", required_argument, NULL, OPT_PROBLEM},
        {"machine", required_argument, NULL, OPT_MACHINE},
        {"variant", required_argument, NULL, OPT_VARIANT},
        {"mode", required_argument, NULL, OPT_MODE},
        {"table", required_argument, NULL, OPT_TABLE},
        {"tolerance", required_argument, NULL, OPT_TOLERANCE},
        {"save", no_argument, NULL, OPT_SAVE},
        {"model", required_argument, NULL, OPT_MODEL},
        {"weights", required_argument, NULL, OPT_WEIGHTS},
        {"x", required_argument, NULL, OPT_X},
        {"y", required_argument, NULL, OPT_Y},
        {"group", required_argument, NULL, OPT_GROUP},
        {"deterministic", no_argument, NULL, OPT_DETERMINISTIC},
        {"robust", no_argument, NULL, OPT_ROBUST},
        {"footprint", required_argument, NULL, OPT_FOOTPRINT},
        {"stride", required_argument, NULL, OPT_STRIDE},
        {"caches", required_argument, NULL, OPT_CACHES},
        CMD_LONG_HELP,
    };
    int status = cmd_options(&cmd_fit_command, argc, argv, "f:m:", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(&cmd_fit_command, argc, 1, 1, "a file");
    if (status != 0)
        return status;
    a->path = argv[optind];
    return check_options(a);
}

static int fit_store(const struct fit_arguments *a)
{
    struct store *store = NULL;
    struct analysis_rows rows = {0};
    struct analysis_fits *fits = NULL;
    struct cmd_physics *physics = NULL;
    struct analysis_options o = a->o;
    struct err err = {0};
    int status = store_open(&store, a->path, &err);
    if (status == 0)
        status = cmd_physics_alloc(&physics, store, &err);
    o.physics = cmd_physics_get(physics);
    if (status == 0)
        status = analysis_rows_from_store(&rows, store);
    if (status == 0)
        status = runs_check_selection(a->path, &rows, &o, &err);
    if (status == 0)
        status = analysis_fits_alloc(&fits, &rows, &o, &err);
    if (status == 0)
        status = runs_warn_mixed(&rows, &o, &err);
    if (status == 0 && a->save) {
        analysis_rows_release(&rows);
        store_close(store);
        store = NULL;
        status = fit_save_store(a, fits, &err);
    }
    if (status < 0) {
        err_set(&err, status, "%s", err_text(status));
        status = cmd_fail(&err);
    } else {
        status = fit_print_store(a, fits);
    }
    analysis_fits_free(fits);
    cmd_physics_free(physics);
    analysis_rows_release(&rows);
    if (store != NULL)
        store_close(store);
    return status;
}

static int run_fit(int argc, char **argv)
{
    struct fit_arguments a = {.table = FIT_TABLE_MAX};
    analysis_options_init(&a.o);
    int status = parse_options(argc, argv, &a);
    a.o.at = a.at;
    a.o.n_at = a.n_at;
    if (status == CMD_GO_ON)
        status = a.model != NULL ? fit_data_model(&a)
                 : a.x != NULL   ? fit_data_ladder(&a)
                                 : fit_store(&a);
    free(a.at);
    return status;
}
