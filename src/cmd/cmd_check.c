/* rung check: may the small rungs be trusted? */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis.h"
#include "base/json.h"
#include "cmd/commands.h"
#include "cmd/physics.h"
#include "cmd/save.h"

static int run_check(int argc, char **argv);

const struct command cmd_check_command = {
    .name = "check",
    .summary = "judge whether the small rungs speak for the large one",
    .usage = "rung check [-f FORMAT] [--r2 R] [--error E] [--velocity V] [--level P]\n"
             "           [--from N] [--to N] [--bound interval|point] [--seed N]\n"
             "           [--resamples N] [--problem NAME] [--machine NAME] [--mode MODE]\n"
             "           [--save] STUDY.h5",
    .options =
        "-f, --format FORMAT   text (default), json, csv\n"
        "    --r2 R            least R2 between rungs, within problems (default 0.95)\n"
        "    --error E         largest error at the rung left out (default 2%)\n"
        "    --velocity V      least saving of time by the small rungs (default 3)\n"
        "    --level P         confidence level (default 95%)\n"
        "                      a study's own values take the place of the defaults;\n"
        "                      --r2, --error and --velocity take 'none' for no such check\n"
        "    --from N, --to N  the rungs to correlate (default: the two largest)\n"
        "    --bound WHICH     judge by the interval (default) or by the point value alone\n"
        "    --seed N          of the bootstrap (default 1)\n"
        "    --resamples N     of the bootstrap (default 10000)\n"
        "    --problem NAME    only this problem; likewise --machine, --mode\n"
        "    --save            keep the checks in the study file\n",
    .run = run_check,
};

struct check_arguments {
    const char *path;
    struct analysis_options o;
    /* NaN: not given; infinity: "none". */
    struct analysis_thresholds given;
    bool point, save;
    enum format format;
};

enum { OPT_R2 = CMD_OPTION_LONG, OPT_ERROR, OPT_VELOCITY, OPT_LEVEL, OPT_FROM, OPT_TO, OPT_BOUND,
       OPT_SEED, OPT_RESAMPLES, OPT_PROBLEM, OPT_MACHINE, OPT_MODE, OPT_SAVE };

static int parse_threshold(const char *option, const char *text, bool fraction, double *value)
{
    const struct command *c = &cmd_check_command;
    if (strcmp(text, "none") == 0) {
        *value = INFINITY;
        return 0;
    }
    int status = fraction ? cmd_parse_fraction(c, option, text, value)
                          : cmd_parse_double(c, option, text, value);
    if (status == 0 && !(*value > 0))
        return cmd_usage(c, "%s: '%s' is not above 0", option, text);
    return status;
}

static int parse_between(const char *option, const char *text, double *value)
{
    int status = cmd_parse_fraction(&cmd_check_command, option, text, value);
    if (status == 0 && !(*value > 0 && *value < 1))
        return cmd_usage(&cmd_check_command, "%s: '%s' is not between 0 and 1", option, text);
    return status;
}

static int parse_bound(struct check_arguments *a, const char *text)
{
    if (strcmp(text, "point") != 0 && strcmp(text, "interval") != 0)
        return cmd_usage(&cmd_check_command, "--bound: '%s' is neither interval nor point", text);
    a->point = strcmp(text, "point") == 0;
    return 0;
}

static int take_option(struct check_arguments *a, int opt)
{
    const struct command *c = &cmd_check_command;
    uint64_t resamples;
    int status = 0;
    switch (opt) {
    case 'f':
        return cmd_parse_format(c, optarg, &a->format);
    case OPT_R2:
        return strcmp(optarg, "none") == 0 ? parse_threshold("--r2", optarg, false, &a->given.r2)
                                           : parse_between("--r2", optarg, &a->given.r2);
    case OPT_ERROR:
        return parse_threshold("--error", optarg, true, &a->given.error);
    case OPT_VELOCITY:
        return parse_threshold("--velocity", optarg, false, &a->given.velocity);
    case OPT_LEVEL:
        return parse_between("--level", optarg, &a->given.level);
    case OPT_FROM:
        return cmd_parse_double(c, "--from", optarg, &a->o.from);
    case OPT_TO:
        return cmd_parse_double(c, "--to", optarg, &a->o.to);
    case OPT_BOUND:
        return parse_bound(a, optarg);
    case OPT_SEED:
        return cmd_parse_uint(c, "--seed", optarg, 0, UINT64_MAX, &a->o.seed);
    case OPT_RESAMPLES:
        status = cmd_parse_uint(c, "--resamples", optarg, 100, 10000000, &resamples);
        a->o.resamples = status == 0 ? (size_t)resamples : 0;
        return status;
    case OPT_PROBLEM:
        a->o.problem = optarg;
        return 0;
    case OPT_MACHINE:
        a->o.machine = optarg;
        return 0;
    case OPT_MODE:
        a->o.mode = optarg;
        return 0;
    default:
        a->save = true;
        return 0;
    }
}

/* Returns -1 to go on, or an exit status. */
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
        CMD_LONG_HELP,
    };
    int opt;
    while ((opt = cmd_getopt(&cmd_check_command, argc, argv, "f:", longs)) >= 0) {
        int status = take_option(a, opt);
        if (status != 0)
            return status;
    }
    if (opt != CMD_OPTIONS_END)
        return cmd_options_status(opt);
    int status = cmd_arguments(&cmd_check_command, argc, 1, 1, "a study file");
    if (status != 0)
        return status;
    if (a->o.from > 0 && a->o.to > 0 && a->o.from >= a->o.to)
        return cmd_usage(&cmd_check_command, "--from %g is not below --to %g", a->o.from, a->o.to);
    a->path = argv[optind];
    return -1;
}

static void override(double *value, double given)
{
    if (!isnan(given))
        *value = isinf(given) ? NAN : given;
}

/* The defaults, then the study's, then the options. */
static int thresholds(struct analysis_thresholds *t, const struct check_arguments *a,
                      const struct store *store, struct err *err)
{
    analysis_thresholds_init(t);
    int status = analysis_thresholds_from_study(t, store_path(store), store_study_yaml(store), err);
    override(&t->r2, a->given.r2);
    override(&t->error, a->given.error);
    override(&t->velocity, a->given.velocity);
    override(&t->level, a->given.level);
    t->point = a->point;
    return status;
}

static void add_number(struct table *t, double value, bool fraction, int digits)
{
    if (fraction)
        table_percent(t, value, digits);
    else
        table_real(t, value, digits);
}

static int print_table(const struct check_arguments *a, const struct analysis_checks *c)
{
    static const char *const keys[] = {"name", "subject", "value", "ci_lower", "ci_upper",
                                       "threshold", "verdict", "advice", NULL};
    static const char *const titles[] = {"check", "subject", "value", "from", "to", "threshold",
                                         "verdict", "advice", NULL};
    struct table *t;
    struct err err = {0};
    if (table_alloc(&t, keys, titles) < 0) {
        err_set(&err, ERR_NOMEM, "no memory for a table");
        return cmd_fail(&err);
    }
    for (size_t i = 0; i < c->count; i++) {
        const struct analysis_check *k = c->check + i;
        table_text(t, k->name);
        table_text(t, k->subject);
        add_number(t, k->value, k->fraction, 4);
        add_number(t, k->lower, k->fraction, 4);
        add_number(t, k->upper, k->fraction, 4);
        add_number(t, k->threshold, k->fraction, 4);
        table_text(t, analysis_verdict_text(k->verdict));
        table_text(t, k->advice);
    }
    int status = cmd_print(t, a->format);
    table_free(t);
    if (status == 0 && a->format == FORMAT_TEXT)
        status = printf("\nverdict: %s%s\n", analysis_verdict_text(c->verdict),
                        a->point ? " (by point values, not intervals)" : "") < 0
                     ? 5
                     : 0;
    return status;
}

static int print_json(const struct analysis_checks *c)
{
    struct err err = {0};
    json_t *list = json_array();
    for (size_t i = 0; i < c->count; i++) {
        const struct analysis_check *k = c->check + i;
        json_array_append_new(
            list, json_pack("{ss ss so so so ss ss}", "name", k->name, "subject", k->subject,
                            "value", json_number(k->value), "ci",
                            json_interval(k->lower, k->upper), "threshold",
                            json_number(k->threshold), "verdict",
                            analysis_verdict_text(k->verdict), "advice", k->advice));
    }
    const struct analysis_thresholds *t = &c->thresholds;
    json_t *root = json_pack("{so ss ss so sI sI}", "checks", list, "verdict",
                             analysis_verdict_text(c->verdict), "bound",
                             t->point ? "point" : "interval", "level", json_number(t->level),
                             "seed", (json_int_t)c->seed, "resamples", (json_int_t)c->resamples);
    int status = root == NULL ? err_set(&err, ERR_NOMEM, "no memory for the output")
                              : json_write(root, stdout, &err);
    json_decref(root);
    return status < 0 ? cmd_fail(&err) : 0;
}

static int save_checks(const struct check_arguments *a, const struct analysis_checks *c,
                       struct err *err)
{
    static const char *const texts[] = {"name", "subject", "verdict", "advice", NULL};
    static const char *const reals[] = {"value", "ci_lower", "ci_upper", "threshold", NULL};
    const struct store_value values[] = {
        {"verdict", analysis_verdict_text(c->verdict), 0},
        {"bound", a->point ? "point" : "interval", 0},
        {"level", NULL, c->thresholds.level},
        {"seed", NULL, (double)c->seed},
        {"resamples", NULL, (double)c->resamples},
    };
    struct save s;
    int status = save_init(&s, "checks", texts, reals, c->count);
    for (size_t i = 0; status == 0 && i < c->count; i++) {
        const struct analysis_check *k = c->check + i;
        const char *const row[] = {k->name, k->subject, analysis_verdict_text(k->verdict),
                                   k->advice};
        const double numbers[] = {k->value, k->lower, k->upper, k->threshold};
        save_row(&s, i, row, numbers);
    }
    if (status == 0) {
        s.table.value = values;
        s.table.n_values = sizeof values / sizeof values[0];
        status = store_write_tables(a->path, &s.table, 1, err);
    }
    save_release(&s);
    return status;
}

/* Fills *checks from the store, which is closed again: saving replaces the file. */
static int compute(const struct check_arguments *a, struct analysis_checks **checks,
                   struct err *err)
{
    struct store *store;
    struct analysis_rows rows = {0};
    struct analysis_thresholds t;
    struct analysis_options o = a->o;
    struct cmd_physics *physics = NULL;
    *checks = NULL;
    int status = store_open(&store, a->path, err);
    if (status < 0)
        return status;
    status = thresholds(&t, a, store, err);
    if (status == 0)
        status = analysis_rows_from_store(&rows, store);
    if (status == 0)
        status = cmd_physics_alloc(&physics, store, err);
    o.physics = cmd_physics_get(physics);
    if (status == 0)
        status = analysis_checks_alloc(checks, &rows, &o, &t, err);
    analysis_rows_release(&rows);
    cmd_physics_free(physics);
    store_close(store);
    return status;
}

static int run_check(int argc, char **argv)
{
    struct check_arguments a = {
        .given = {.r2 = NAN, .error = NAN, .velocity = NAN, .speed_loss = NAN, .level = NAN}};
    analysis_options_init(&a.o);
    int status = parse_options(argc, argv, &a);
    if (status != -1)
        return status;
    struct analysis_checks *checks = NULL;
    struct err err = {0};
    status = compute(&a, &checks, &err);
    if (status == 0 && a.save)
        status = save_checks(&a, checks, &err);
    if (status < 0) {
        err_set(&err, status, "%s", err_text(status));
        analysis_checks_free(checks);
        return cmd_fail(&err);
    }
    status = a.format == FORMAT_JSON ? print_json(checks) : print_table(&a, checks);
    if (status == 0)
        status = checks->verdict == ANALYSIS_PASS   ? 0
                 : checks->verdict == ANALYSIS_FAIL ? 1
                                                    : err_exit_status(ERR_INCONCLUSIVE);
    analysis_checks_free(checks);
    return status;
}
