/* rung predict: full-scale values of new variants from their small rung. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/predict.h"
#include "base/json.h"
#include "cmd/commands.h"
#include "cmd/fit.h"
#include "cmd/parameters.h"
#include "cmd/runs.h"

static int run_predict(int argc, char **argv);

const struct command cmd_predict_command = {
    .name = "predict",
    .summary = "predict a new variant at full scale from its small rung",
    .usage = "rung predict --small FILE [-f FORMAT] [--from N] [--to N] [--error E]\n"
             "             [--level P] [--problem NAME] [--machine NAME] [--variant NAME]\n"
             "             [--mode MODE] [--columns LIST] STUDY",
    .options =
        "    --small FILE        the new variant's runs: a study file or a table\n"
        "-f, --format FORMAT     text (default), json, csv\n"
        "    --from N, --to N    the small rung (default: the largest that both have) and full\n"
        "                        scale (default: the study's largest rung)\n"
        "    --error E           the prediction interval must be as narrow as this (default: the\n"
        "                        study's check of errors), or none\n"
        "    --level P           confidence level (default 95%)\n"
        "    --problem NAME      only this problem; likewise --machine, --variant, --mode\n"
        "    --columns LIST      of tables: n=COLUMN,cycles=COLUMN,...\n",
    .run = run_predict,
};

struct predict_arguments {
    const char *path, *small, *columns;
    struct analysis_options o;
    double error; /* NaN: the study's */
    bool any_width;
    enum format format;
};

enum { OPT_SMALL = CMD_OPTION_LONG, OPT_FROM, OPT_TO, OPT_ERROR, OPT_LEVEL, OPT_PROBLEM,
       OPT_MACHINE, OPT_VARIANT, OPT_MODE, OPT_COLUMNS };

static int take_option(void *arguments, int opt)
{
    const struct command *c = &cmd_predict_command;
    struct predict_arguments *a = arguments;
    switch (opt) {
    case 'f':
        return cmd_parse_format(c, optarg, &a->format);
    case OPT_FROM:
        return cmd_parse_above(c, "--from", optarg, false, &a->o.from);
    case OPT_TO:
        return cmd_parse_above(c, "--to", optarg, false, &a->o.to);
    case OPT_ERROR:
        a->any_width = strcmp(optarg, "none") == 0;
        return a->any_width ? 0 : cmd_parse_above(c, "--error", optarg, true, &a->error);
    case OPT_LEVEL:
        return cmd_parse_between(c, "--level", optarg, 1, &a->o.level);
    case OPT_SMALL:
        a->small = optarg;
        return 0;
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
    default:
        a->columns = optarg;
        return 0;
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct predict_arguments *a)
{
    static const struct option longs[] = {
        {"format", required_argument, NULL, 'f'},
        {"small", required_argument, NULL, OPT_SMALL},
        {"from", required_argument, NULL, OPT_FROM},
        {"to", required_argument, NULL, OPT_TO},
        {"error", required_argument, NULL, OPT_ERROR},
        {"level", required_argument, NULL, OPT_LEVEL},
        {"problem", required_argument, NULL, OPT_PROBLEM},
        {"machine", required_argument, NULL, OPT_MACHINE},
        {"variant", required_argument, NULL, OPT_VARIANT},
        {"mode", required_argument, NULL, OPT_MODE},
        {"columns", required_argument, NULL, OPT_COLUMNS},
        CMD_LONG_HELP,
    };
    const struct command *c = &cmd_predict_command;
    int status = cmd_options(c, argc, argv, "f:", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 1, 1, "a study file");
    if (status != 0)
        return status;
    a->path = argv[optind];
    if (a->small == NULL)
        return cmd_usage(c, "'--small' is missing");
    if (strcmp(a->small, "-") == 0 && strcmp(a->path, "-") == 0)
        return cmd_usage(c, "standard input is asked for twice");
    if (a->o.from > 0 && a->o.to > 0 && a->o.from >= a->o.to)
        return cmd_usage(c, "'--from %g' is not below '--to %g'", a->o.from, a->o.to);
    if (a->columns != NULL && !runs_is_table(a->small) && !runs_is_table(a->path))
        return cmd_usage(c, "'--columns' is for tables");
    return CMD_GO_ON;
}

/* `columns` of whichever of the two is a table. */
static int open_runs(struct runs *runs, const struct predict_arguments *a, const char *path,
                     struct err *err)
{
    return runs_open(runs, path, runs_is_table(path) ? a->columns : NULL, err);
}

/* How wide an interval may be: what is asked for, else what the study asks of errors, else NaN.
 * A table asks nothing. */
static int find_error(double *error, const struct predict_arguments *a, const struct store *study,
                      struct err *err)
{
    struct analysis_thresholds t;
    analysis_thresholds_init(&t);
    t.error = a->any_width ? NAN : a->error;
    if (!isnan(t.error) || a->any_width || study == NULL) {
        *error = t.error;
        return 0;
    }
    int status =
        analysis_thresholds_from_study(&t, store_path(study), store_study_yaml(study), err);
    *error = t.error;
    return status;
}

static int compute(const struct predict_arguments *a, struct analysis_predictions **out,
                   struct err *err)
{
    struct runs study, small = {0};
    struct analysis_origins study_origins = {0}, small_origins = {0};
    int status = open_runs(&study, a, a->path, err);
    if (status == 0)
        status = open_runs(&small, a, a->small, err);
    /* Rungs are looked for in both. */
    struct analysis_options names = a->o;
    names.from = names.to = 0;
    if (status == 0)
        status = runs_check_selection(a->small, &small.rows, &names, err);
    if (status == 0)
        status = analysis_origins_init(&study_origins, &study.rows, study.store, 0, 0, err);
    if (status == 0)
        status = parameters_check(a->small, &small, &study, &study_origins, err);
    if (status == 0)
        status = analysis_origins_init(&small_origins, &small.rows, small.store, 0, 0, err);
    double error = NAN;
    if (status == 0)
        status = find_error(&error, a, study.store, err);
    if (status == 0) {
        const struct analysis_predict_input in = {.validation = &study.rows,
                                                  .small = &small.rows,
                                                  .validation_origins = &study_origins,
                                                  .small_origins = &small_origins,
                                                  .o = &a->o,
                                                  .error = error};
        status = analysis_predict(out, &in, err);
    }
    analysis_origins_release(&study_origins);
    analysis_origins_release(&small_origins);
    runs_close(&small);
    runs_close(&study);
    return status;
}

static int print_table(const struct predict_arguments *a, const struct analysis_predictions *p)
{
    static const char *const keys[] = {
        "problem", "machine", "variant", "mode", "from", "to", "small", "value", "pi_lower",
        "pi_upper", "cycles", "simulated", "n", "verdict", "advice", NULL};
    static const char *const titles[] = {
        "problem", "machine", "variant", "mode", "from", "at", "small CPI", "CPI", "least", "most",
        "cycles", "simulated", "n", "verdict", "advice", NULL};
    struct table *t = table_alloc(keys, titles);
    for (size_t i = 0; i < p->count; i++) {
        const struct analysis_foretold *f = p->item + i;
        table_text(t, f->problem);
        table_text(t, f->machine);
        table_text(t, f->variant);
        table_text(t, f->mode);
        table_number(t, f->from);
        table_number(t, f->to);
        table_real(t, f->small, 4);
        table_real(t, f->value, 4);
        table_real(t, f->pi_lower, 4);
        table_real(t, f->pi_upper, 4);
        table_real(t, f->value * f->instructions, 5);
        table_real(t, f->simulated, 4);
        table_uint(t, f->line.n);
        table_text(t, analysis_verdict_text(f->verdict));
        table_text(t, f->advice);
    }
    return cmd_print(t, a->format);
}

static json_t *json_of_item(const struct analysis_foretold *f)
{
    const struct stats_transfer *l = &f->line;
    json_t *validation = json_pack(
        "{sI so so so so sb}", "n", (json_int_t)l->n, "slope", json_number(l->slope),
        "residual_sd", json_number(l->residual_sd), "df", json_number(l->df), "left_out_rms",
        json_number(l->left_out_rms), "own_line", l->own);
    return json_pack(
        "{ss ss ss ss so so so so so so so so so ss ss so so}", "problem", f->problem, "machine",
        f->machine, "variant", f->variant, "mode", f->mode, "from", json_number(f->from), "at",
        json_number(f->to), "small", json_number(f->small), "value", json_number(f->value), "ci",
        json_interval(f->ci_lower, f->ci_upper), "pi", json_interval(f->pi_lower, f->pi_upper),
        "cycles", json_number(f->value * f->instructions), "cycles_pi",
        json_interval(f->pi_lower * f->instructions, f->pi_upper * f->instructions), "simulated",
        json_number(f->simulated), "verdict", analysis_verdict_text(f->verdict), "advice",
        f->advice, "validation", validation, "warnings", fit_json_warnings(&f->warnings));
}

static int print_json(const struct analysis_predictions *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->count; i++)
        json_array_append_new(list, json_of_item(p->item + i));
    json_t *root = json_pack("{so ss so}", "predictions", list, "verdict",
                             analysis_verdict_text(p->verdict), "level", json_number(p->level));
    return cmd_print_json(root);
}

static int run_predict(int argc, char **argv)
{
    struct predict_arguments a = {.error = NAN};
    struct analysis_predictions *p = NULL;
    struct err err = {0};
    analysis_options_init(&a.o);
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    status = compute(&a, &p, &err);
    if (status < 0) {
        err_set(&err, status, "%s", err_text(status));
        return cmd_fail(&err);
    }
    for (size_t i = 0; i < p->count; i++)
        for (size_t j = 0; j < p->item[i].warnings.count; j++)
            cmd_warn("%s %s: %s", p->item[i].problem, p->item[i].variant,
                     p->item[i].warnings.item[j].text);
    status = a.format == FORMAT_JSON ? print_json(p) : print_table(&a, p);
    if (status == 0 && p->verdict != ANALYSIS_PASS)
        status = err_exit_status(ERR_INCONCLUSIVE);
    analysis_predictions_free(p);
    return status;
}
