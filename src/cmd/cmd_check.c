/* rung check: may the small rungs be trusted? */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/check.h"
#include "cmd/commands.h"
#include "cmd/missing.h"
#include "cmd/physics.h"
#include "cmd/runs.h"

static int run_check(int argc, char **argv);

const struct command cmd_check_command = {
    .name = "check",
    .summary = "judge whether the small rungs speak for the large one",
    .usage = "rung check [-f FORMAT] [--r2 R] [--error E] [--velocity V] [--equivalence E]\n"
             "           [--speed-loss E] [--baseline FILE] [--level P] [--alpha P] [--from N]\n"
             "           [--to N] [--bound interval|point] [--seed N] [--resamples N]\n"
             "           [--problem NAME] [--machine NAME] [--mode MODE] [--columns LIST]\n"
             "           [--plan] [--save] STUDY\n"
             "rung check --plan [-f FORMAT] [--r2 R] [--error E] [--equivalence E]\n"
             "           [--speed-loss E] [--level P] [--alpha P]",
    .options =
        "-f, --format FORMAT   text (default), json, csv, junit, markdown, tap,\n"
        "                      github\n"
        "    --r2 R            least R2 between rungs, within problems (default 0.95)\n"
        "    --error E         largest error at the rung left out (default 2%)\n"
        "    --velocity V      least saving of time by the small rungs (default 3)\n"
        "    --equivalence E   variants' effects at both rungs are the same within E on average\n"
        "    --speed-loss E    largest loss of simulation speed (default 5% with --baseline)\n"
        "    --baseline FILE   an earlier study or table, for speed and counters\n"
        "    --level P         confidence level (default 95%)\n"
        "                      a study's own values take the place of the defaults;\n"
        "                      --r2, --error, --velocity, --equivalence and --speed-loss take\n"
        "                      'none' for no such check\n"
        "    --alpha P         of the equivalence test (default 5%)\n"
        "    --from N, --to N  the rungs to correlate (default: the two largest); larger ones\n"
        "                      than --to are left out\n"
        "    --bound WHICH     judge by the interval (default) or by the point value alone\n"
        "    --seed N          of the bootstrap (default 1)\n"
        "    --resamples N     of the bootstrap (default 10000)\n"
        "    --problem NAME    only this problem; likewise --machine, --mode\n"
        "    --columns LIST    of tables: n=COLUMN,cycles=COLUMN,...\n"
        "    --plan            tell how much more data the verdicts need, and judge nothing\n"
        "    --save            keep the checks in the study file\n",
    .run = run_check,
};

enum { OPT_R2 = CMD_OPTION_LONG, OPT_ERROR, OPT_VELOCITY, OPT_LEVEL, OPT_FROM, OPT_TO, OPT_BOUND,
       OPT_SEED, OPT_RESAMPLES, OPT_PROBLEM, OPT_MACHINE, OPT_MODE, OPT_SAVE,
       OPT_EQUIVALENCE, OPT_SPEED_LOSS, OPT_BASELINE, OPT_ALPHA, OPT_COLUMNS, OPT_PLAN };

static int parse_threshold(const char *option, const char *text, bool fraction, double *value)
{
    if (strcmp(text, "none") == 0) {
        *value = INFINITY;
        return 0;
    }
    return cmd_parse_above(&cmd_check_command, option, text, fraction, value);
}

static int parse_bound(struct check_arguments *a, const char *text)
{
    return cmd_parse_either(&cmd_check_command, "--bound", text, "interval", "point", &a->point);
}

/* Options whose values are taken as they are. */
static void take_text(struct check_arguments *a, int opt)
{
    switch (opt) {
    case OPT_PROBLEM:
        a->o.problem = optarg;
        break;
    case OPT_MACHINE:
        a->o.machine = optarg;
        break;
    case OPT_MODE:
        a->o.mode = optarg;
        break;
    case OPT_BASELINE:
        a->baseline = optarg;
        break;
    case OPT_COLUMNS:
        a->columns = optarg;
        break;
    case OPT_PLAN:
        a->plan = true;
        break;
    default:
        a->save = true;
        break;
    }
}

static int take_option(void *arguments, int opt)
{
    struct check_arguments *a = arguments;
    const struct command *c = &cmd_check_command;
    uint64_t resamples;
    int status = 0;
    switch (opt) {
    case 'f':
        return check_parse_format(c, optarg, &a->format);
    case OPT_R2:
        return strcmp(optarg, "none") == 0 ? parse_threshold("--r2", optarg, false, &a->given.r2)
                                           : cmd_parse_between(c, "--r2", optarg, 1, &a->given.r2);
    case OPT_ERROR:
        return parse_threshold("--error", optarg, true, &a->given.error);
    case OPT_VELOCITY:
        return parse_threshold("--velocity", optarg, false, &a->given.velocity);
    case OPT_LEVEL:
        return cmd_parse_between(c, "--level", optarg, 1, &a->given.level);
    case OPT_FROM:
        return cmd_parse_above(c, "--from", optarg, false, &a->o.from);
    case OPT_TO:
        return cmd_parse_above(c, "--to", optarg, false, &a->o.to);
    case OPT_BOUND:
        return parse_bound(a, optarg);
    case OPT_SEED:
        return cmd_parse_uint(c, "--seed", optarg, 0, UINT64_MAX, &a->o.seed);
    case OPT_RESAMPLES:
        status = cmd_parse_uint(c, "--resamples", optarg, 100, 10000000, &resamples);
        a->o.resamples = status == 0 ? (size_t)resamples : 0;
        return status;
    case OPT_EQUIVALENCE:
        return parse_threshold("--equivalence", optarg, true, &a->given.equivalence);
    case OPT_SPEED_LOSS:
        return parse_threshold("--speed-loss", optarg, true, &a->given.speed_loss);
    case OPT_ALPHA:
        return cmd_parse_between(c, "--alpha", optarg, 0.5, &a->o.alpha);
    default:
        take_text(a, opt);
        return 0;
    }
}

/* Which options go together; CMD_GO_ON or an exit status. */
static int check_options(const struct check_arguments *a)
{
    const struct command *c = &cmd_check_command;
    bool tables = (a->path != NULL && runs_is_table(a->path)) ||
                  (a->baseline != NULL && runs_is_table(a->baseline));
    if (a->o.from > 0 && a->o.to > 0 && a->o.from >= a->o.to)
        return cmd_usage(c, "'--from %g' is not below '--to %g'", a->o.from, a->o.to);
    if (a->path == NULL && (a->baseline || a->save || a->columns))
        return cmd_usage(c, "a study file is missing");
    if (a->columns != NULL && !tables)
        return cmd_usage(c, "'--columns' is for tables");
    if (a->save && (a->plan || runs_is_table(a->path)))
        return cmd_usage(c, "'--save' keeps the checks of a study file");
    if (isfinite(a->given.speed_loss) && a->baseline == NULL && !a->plan)
        return cmd_usage(c, "'--speed-loss' needs '--baseline'");
    if (a->plan && a->format > CHECK_CSV)
        return cmd_usage(c, "'--plan' has the formats text, json and csv");
    if (a->baseline != NULL && strcmp(a->baseline, "-") == 0 && strcmp(a->path, "-") == 0)
        return cmd_usage(c, "standard input is asked for twice");
    return CMD_GO_ON;
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct check_arguments *a)
{
    static const struct option longs[] = {
        {"format", required_argument, NULL, 'f'},
        {"r2", required_argument, NULL, OPT_R2},
        {"error", required_argument, NULL, OPT_ERROR},
        {"velocity", required_argument, NULL, OPT_VELOCITY},
        {"level", required_argument, NULL, OPT_LEVEL},
        {"from", required_argument, NULL, OPT_FROM},
        {"to", required_argument, NULL, OPT_TO},
        {"bound", required_argument, NULL, OPT_BOUND},
        {"seed", required_argument, NULL, OPT_SEED},
        {"resamples", required_argument, NULL, OPT_RESAMPLES},
        {"problem", required_argument, NULL, OPT_PROBLEM},
        {"machine", required_argument, NULL, OPT_MACHINE},
        {"mode", required_argument, NULL, OPT_MODE},
        {"save", no_argument, NULL, OPT_SAVE},
        {"equivalence", required_argument, NULL, OPT_EQUIVALENCE},
        {"speed-loss", required_argument, NULL, OPT_SPEED_LOSS},
        {"baseline", required_argument, NULL, OPT_BASELINE},
        {"alpha", required_argument, NULL, OPT_ALPHA},
        {"columns", required_argument, NULL, OPT_COLUMNS},
        {"plan", no_argument, NULL, OPT_PLAN},
        CMD_LONG_HELP,
    };
    int status = cmd_options(&cmd_check_command, argc, argv, "f:", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(&cmd_check_command, argc, a->plan ? 0 : 1, 1, "a study file");
    if (status != 0)
        return status;
    a->path = argv[optind]; /* NULL for a plan without one */
    return check_options(a);
}

static void override(double *value, double given)
{
    if (!isnan(given))
        *value = isinf(given) ? NAN : given;
}

/* The defaults, then the study's (NULL: there is none), then the options. */
static int thresholds(struct analysis_thresholds *t, const struct check_arguments *a,
                      const struct store *store, struct err *err)
{
    int status = 0;
    analysis_thresholds_init(t);
    if (a->baseline != NULL)
        t->speed_loss = 0.05;
    if (store != NULL)
        status = analysis_thresholds_from_study(t, store_path(store), store_study_yaml(store),
                                                err);
    override(&t->r2, a->given.r2);
    override(&t->error, a->given.error);
    override(&t->velocity, a->given.velocity);
    t->velocity_asked = t->velocity_asked || !isnan(a->given.velocity);
    override(&t->equivalence, a->given.equivalence);
    override(&t->speed_loss, a->given.speed_loss);
    override(&t->level, a->given.level);
    t->point = a->point;
    return status;
}

/* Fills *checks from the study, which is closed again: saving replaces the file. */
static int compute(struct check_arguments *a, struct analysis_checks **checks, struct err *err)
{
    struct runs study, baseline = {0};
    struct analysis_thresholds t;
    struct cmd_physics *physics = NULL;
    *checks = NULL;
    int status = runs_open(&study, a->path, runs_is_table(a->path) ? a->columns : NULL, err);
    if (status == 0)
        status = runs_check_selection(a->path, &study.rows, &a->o, err);
    if (status == 0 && a->baseline != NULL) {
        status = runs_open(&baseline, a->baseline,
                           runs_is_table(a->baseline) ? a->columns : NULL, err);
        a->o.baseline = &baseline.rows;
    }
    if (status == 0)
        status = thresholds(&t, a, study.store, err);
    if (status == 0 && study.store != NULL)
        status = cmd_physics_alloc(&physics, study.store, err);
    a->o.physics = cmd_physics_get(physics);
    if (status == 0)
        status = analysis_checks_alloc(checks, &study.rows, &a->o, &t, err);
    if (status == 0 && study.store != NULL)
        status = missing_warn(study.store, &a->o, &(*checks)->warnings, err);
    a->o.baseline = NULL;
    a->o.physics = NULL;
    cmd_physics_free(physics);
    runs_close(&baseline);
    runs_close(&study);
    return status;
}

/* What any study would need: plans of equivalence and speed for their usual tolerances. */
static int plan_nothing(const struct check_arguments *a)
{
    struct analysis_thresholds t;
    struct err err = {0};
    analysis_thresholds_init(&t);
    if (thresholds(&t, a, NULL, &err) < 0)
        return cmd_fail(&err);
    if (isnan(a->given.equivalence))
        t.equivalence = 0.02;
    if (isnan(a->given.speed_loss))
        t.speed_loss = 0.05;
    return check_print_plan(a, &t, NULL);
}

/* A study with failed runs is not complete, whatever the rest of it says. */
static int exit_status(const struct analysis_checks *c)
{
    if (c->failed_runs > 0)
        return err_exit_status(ERR_RUN);
    return c->verdict == ANALYSIS_PASS   ? 0
           : c->verdict == ANALYSIS_FAIL ? 1
                                         : err_exit_status(ERR_INCONCLUSIVE);
}

static int run_check(int argc, char **argv)
{
    struct check_arguments a = {.title = "rung check",
                                .given = {.r2 = NAN,
                                          .error = NAN,
                                          .velocity = NAN,
                                          .speed_loss = NAN,
                                          .equivalence = NAN,
                                          .level = NAN}};
    analysis_options_init(&a.o);
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    if (a.path == NULL)
        return plan_nothing(&a);
    struct analysis_checks *checks = NULL;
    struct err err = {0};
    status = compute(&a, &checks, &err);
    if (status == 0 && a.save)
        status = check_save(&a, checks, &err);
    if (status < 0) {
        err_set(&err, status, "%s", err_text(status));
        analysis_checks_free(checks);
        return cmd_fail(&err);
    }
    if (a.plan)
        status = check_print_plan(&a, &checks->thresholds, checks);
    else
        status = check_print(&a, checks);
    if (status == 0 && !a.plan)
        status = exit_status(checks);
    analysis_checks_free(checks);
    return status;
}
