/* rung calibrate accuracy: simulated against measured time per program. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/progress.h"
#include "base/str.h"
#include "base/units.h"
#include "cmd/calibrate.h"
#include "cmd/calibrate_save.h"
#include "cmd/calibrate_sim.h"
#include "cmd/fit.h"
#include "cmd/runs.h"
#include "report/accuracy.h"

enum {
    OPT_CLOCK = CMD_OPTION_LONG,
    OPT_ERROR,
    OPT_FIGURE,
    OPT_LEVEL,
    OPT_PART,
    OPT_PROGRAMS,
    OPT_SAVE,
    OPT_SEED,
    OPT_STORE,
    OPT_TABLE,
    OPT_VARIANT,
    OPT_WORST
};

enum { MAX_SETTINGS = 64 };
enum accuracy_table { TABLE_PROGRAMS, TABLE_CATEGORIES, TABLE_SIZES, TABLE_ALL };

struct arguments {
    enum format format;
    enum accuracy_table table;
    const char *times, *machine, *store, *variant, *clock, *mode_name, *figure, *save;
    const char *programs; /* NULL: all */
    const char *setting[MAX_SETTINGS];
    size_t n_settings;
    enum timing_mode mode;
    double part;
    char seen[STORE_NAME_SIZE]; /* the machine of the store's runs */
    struct analysis_accuracy_options o;
};

/* ---- options ---- */

static int parse_clock(struct arguments *a, const char *text)
{
    a->clock = text;
    a->o.clock = ANALYSIS_CLOCK_GIVEN;
    if (strcmp(text, "estimate") == 0) {
        a->o.clock = ANALYSIS_CLOCK_ESTIMATE;
    } else if (strcmp(text, "machine") != 0 &&
               (units_parse_hertz(text, &a->o.hertz) < 0 || !(a->o.hertz > 0))) {
        a->o.clock = ANALYSIS_CLOCK_PROGRAM;
        a->o.program = text;
    }
    return 0;
}

static int parse_table(struct arguments *a, const char *text)
{
    static const char *const names[TABLE_ALL] = {"programs", "categories", "sizes"};
    for (int i = 0; i < TABLE_ALL; i++)
        if (strcmp(text, names[i]) == 0) {
            a->table = (enum accuracy_table)i;
            return 0;
        }
    return cmd_usage(&cmd_calibrate_command, "'--table': unknown table '%s'", text);
}

static int take_number(int opt, struct arguments *a)
{
    const struct command *c = &cmd_calibrate_command;
    switch (opt) {
    case OPT_ERROR:
        return cmd_parse_above(c, "--error", optarg, true, &a->o.error);
    case OPT_WORST:
        return cmd_parse_above(c, "--worst", optarg, true, &a->o.worst);
    case OPT_LEVEL:
        return cmd_parse_between(c, "--level", optarg, 1, &a->o.level);
    case OPT_PART:
        return cmd_parse_above(c, "--part", optarg, true, &a->part);
    default:
        return cmd_parse_uint(c, "--seed", optarg, 0, UINT32_MAX, &a->o.seed);
    }
}

static int take_option(void *arguments, int opt)
{
    struct arguments *a = arguments;
    const struct command *c = &cmd_calibrate_command;
    switch (opt) {
    case 'f':
        return cmd_parse_format(c, optarg, &a->format);
    case 'M':
        a->machine = optarg;
        return 0;
    case 'm':
        a->mode_name = optarg;
        return cmd_parse_mode(c, optarg, true, &a->mode);
    case 's':
        if (a->n_settings == MAX_SETTINGS)
            return cmd_usage(c, "'--set' is given more than %d times", MAX_SETTINGS);
        a->setting[a->n_settings++] = optarg;
        return 0;
    case OPT_CLOCK:
        return parse_clock(a, optarg);
    case OPT_FIGURE:
        a->figure = optarg;
        return 0;
    case OPT_PROGRAMS:
        a->programs = optarg;
        return 0;
    case OPT_SAVE:
        a->save = optarg;
        return 0;
    case OPT_STORE:
        a->store = optarg;
        return 0;
    case OPT_TABLE:
        return parse_table(a, optarg);
    case OPT_VARIANT:
        a->variant = optarg;
        return 0;
    default:
        return take_number(opt, a);
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct arguments *a)
{
    static const struct option longs[] = {
        {"format", required_argument, NULL, 'f'},
        {"machine", required_argument, NULL, 'M'},
        {"mode", required_argument, NULL, 'm'},
        {"set", required_argument, NULL, 's'},
        {"clock", required_argument, NULL, OPT_CLOCK},
        {"error", required_argument, NULL, OPT_ERROR},
        {"figure", required_argument, NULL, OPT_FIGURE},
        {"level", required_argument, NULL, OPT_LEVEL},
        {"part", required_argument, NULL, OPT_PART},
        {"programs", required_argument, NULL, OPT_PROGRAMS},
        {"save", required_argument, NULL, OPT_SAVE},
        {"seed", required_argument, NULL, OPT_SEED},
        {"store", required_argument, NULL, OPT_STORE},
        {"table", required_argument, NULL, OPT_TABLE},
        {"variant", required_argument, NULL, OPT_VARIANT},
        {"worst", required_argument, NULL, OPT_WORST},
        CMD_LONG_HELP,
    };
    const struct command *c = &cmd_calibrate_command;
    int status = cmd_options(c, argc, argv, "f:M:m:s:", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 0, 1, "a table of times");
    if (status != 0)
        return status;
    a->times = argv[optind];
    if (a->store != NULL && a->n_settings > 0)
        return cmd_usage(c, "'--set' is for runs made on the spot, not for '--store'");
    if (a->store == NULL && a->variant != NULL)
        return cmd_usage(c, "'--variant' needs '--store'");
    return CMD_GO_ON;
}

/* ---- simulated times ---- */

static int simulate(const struct arguments *a, const struct machine *machine,
                    const struct analysis_baselines *b, struct analysis_simulated *simulated,
                    struct err *err)
{
    struct calibrate_sim s;
    struct progress *progress = NULL;
    int rc = calibrate_sim_init(&s, b, a->mode, 0, err);
    if (rc == 0)
        rc = progress_alloc(&progress, stderr, (double)b->count, false);
    for (size_t i = 0; rc == 0 && i < b->count; i++) {
        progress_update(progress, (double)i, b->item[i].name);
        rc = calibrate_sim_program(&s, machine, i, a->part, simulated + i, err);
    }
    progress_free(progress);
    calibrate_sim_release(&s);
    return rc < 0 ? err_set(err, rc, "the programs cannot be simulated") : 0;
}

static int read_store(struct arguments *a, const struct analysis_baselines *b,
                      struct analysis_simulated *simulated, struct err *err)
{
    struct runs runs = {0};
    struct analysis_options o;
    analysis_options_init(&o);
    o.machine = a->machine;
    o.mode = a->mode_name;
    o.variant = a->variant;
    int rc = runs_open(&runs, a->store, NULL, err);
    if (rc == 0)
        rc = analysis_simulated_from_rows(simulated, b, &runs.rows, &o, err);
    if (rc == 0 && runs.rows.count > 0)
        snprintf(a->seen, sizeof a->seen, "%s",
                 a->machine != NULL ? a->machine : runs.rows.row[0]->machine);
    runs_close(&runs);
    return rc;
}

static int compute(struct arguments *a, const struct csv *data,
                   const struct analysis_baselines *b, struct analysis_accuracy **out,
                   struct err *err)
{
    struct machine *machine = NULL;
    struct analysis_accuracy_options o = a->o;
    struct analysis_simulated *simulated = calloc(b->count, sizeof *simulated);
    int rc = simulated == NULL ? err_set(err, ERR_NOMEM, "no memory for the programs") : 0;
    bool clock = a->clock != NULL && strcmp(a->clock, "machine") == 0;
    if (rc == 0 && (a->store == NULL || clock))
        rc = calibrate_machine(&machine, a->machine, a->setting, a->n_settings, err);
    if (rc == 0)
        rc = a->store != NULL ? read_store(a, b, simulated, err)
                              : simulate(a, machine, b, simulated, err);
    if (clock)
        o.hertz = machine_value(machine, "clock");
    if (rc == 0)
        rc = analysis_accuracy_alloc(out, b, data, simulated, &o, err);
    machine_free(machine);
    free(simulated);
    return rc;
}

/* ---- text and CSV ---- */

static struct table *programs_table(const struct analysis_accuracy *a)
{
    static const char *const keys[] = {
        "program",      "category",    "n",     "instructions", "nominal",  "cycles",
        "simulated_ns", "measured_ns", "error", "ci_lower",     "ci_upper", "left_out",
        "drift",        NULL};
    static const char *const titles[] = {
        "program",     "category", "n",     "insns", "nominal",  "cycles", "simulated ns",
        "measured ns", "error",    "lower", "upper", "left out", "drift",  NULL};
    struct table *t = table_alloc(keys, titles);
    for (size_t i = 0; i < a->count; i++) {
        const struct analysis_accuracy_program *p = a->program + i;
        table_text(t, p->hardware->name);
        table_text(t, p->hardware->category);
        table_number(t, p->n);
        table_real(t, p->instructions, 6);
        table_real(t, p->nominal, 6);
        table_real(t, p->cycles, 5);
        table_real(t, p->simulated_ns, 5);
        table_real(t, p->hardware->latency.value, 5);
        table_percent(t, p->error, 3);
        table_percent(t, p->lower, 3);
        table_percent(t, p->upper, 3);
        table_percent(t, p->left_out, 3);
        table_percent(t, p->drift.value, 2);
    }
    return t;
}

static struct table *categories_table(const struct analysis_accuracy *a)
{
    static const char *const keys[] = {
        "category", "programs",      "error", "ci_lower",    "ci_upper",    "left_out",
        "worst",    "worst_program", "drift", "drift_lower", "drift_upper", NULL};
    static const char *const titles[] = {"category", "programs", "mean error", "lower",
                                         "upper",    "left out", "worst",      "of",
                                         "drift",    "lower",    "upper",      NULL};
    struct table *t = table_alloc(keys, titles);
    for (size_t i = 0; i < a->n_groups; i++) {
        const struct analysis_accuracy_group *g = a->group + i;
        table_text(t, g->name);
        table_uint(t, g->count);
        table_percent(t, g->error.value, 3);
        table_percent(t, g->error.lower, 3);
        table_percent(t, g->error.upper, 3);
        table_percent(t, g->left_out, 3);
        table_percent(t, g->worst, 3);
        table_text(t, g->worst_program);
        table_percent(t, g->drift.value, 2);
        table_percent(t, g->drift.lower, 2);
        table_percent(t, g->drift.upper, 2);
    }
    return t;
}

static struct table *sizes_table(const struct analysis_accuracy *a)
{
    static const char *const keys[] = {"program",      "from",  "to", "measured_ns",
                                       "simulated_ns", "error", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < a->program[i].n_sizes; k++) {
            const struct analysis_accuracy_size *s = a->program[i].size + k;
            table_text(t, a->program[i].hardware->name);
            table_number(t, s->from);
            table_number(t, s->to);
            table_real(t, s->measured_ns, 5);
            table_real(t, a->program[i].simulated_ns, 5);
            table_percent(t, s->error, 3);
        }
    return t;
}

static int print_table(const struct arguments *a, const struct analysis_accuracy *x,
                       enum accuracy_table which)
{
    return cmd_print(which == TABLE_CATEGORIES ? categories_table(x)
                     : which == TABLE_SIZES    ? sizes_table(x)
                                               : programs_table(x),
                     a->format);
}

static void print_verdict(const char *what, double value, const struct stats_estimate *e,
                          double threshold, enum analysis_verdict verdict)
{
    printf("%s %.1f %%", what, value * 100);
    if (e != NULL && !isnan(e->lower))
        printf(" (%.1f to %.1f)", e->lower * 100, e->upper * 100);
    if (!isnan(threshold))
        printf(", at most %g %%: %s", threshold * 100, analysis_verdict_text(verdict));
    puts("");
}

static int print_text(const struct arguments *a, const struct analysis_accuracy *x)
{
    const struct analysis_accuracy_group *all = x->group;
    int status = print_table(a, x, TABLE_PROGRAMS);
    if (status == 0 && putchar('\n') != EOF)
        status = print_table(a, x, TABLE_CATEGORIES);
    if (status != 0)
        return status;
    printf("\nclock %.4g GHz", x->hertz.value / 1e9);
    if (!isnan(x->hertz.lower))
        printf(" (%.4g to %.4g)", x->hertz.lower / 1e9, x->hertz.upper / 1e9);
    puts(x->options.clock == ANALYSIS_CLOCK_ESTIMATE  ? ", the median over the programs"
         : x->options.clock == ANALYSIS_CLOCK_PROGRAM ? ", by the program that was named"
                                                      : ", given");
    print_verdict("mean error", all->error.value, &all->error, x->options.error,
                  x->mean_verdict);
    print_verdict("largest error", fabs(all->worst), NULL, x->options.worst, x->worst_verdict);
    return 0;
}

/* ---- JSON ---- */

static json_t *json_of_estimate(const char *key, double value, const struct stats_estimate *e)
{
    return json_pack("{so so}", key, json_number(value), "ci",
                     json_interval(e->lower, e->upper));
}

static json_t *json_of_program(const struct analysis_accuracy_program *p)
{
    const struct analysis_baseline *h = p->hardware;
    json_t *sizes = json_array();
    for (size_t i = 0; i < p->n_sizes; i++)
        json_array_append_new(sizes,
                              json_pack("{so so so so}", "from", json_number(p->size[i].from),
                                        "to", json_number(p->size[i].to), "measured_ns",
                                        json_number(p->size[i].measured_ns), "error",
                                        json_number(p->size[i].error)));
    return json_pack(
        "{ss ss ss so so so so so so so so so so so so}", "name", h->name, "category",
        h->category, "problem", h->problem, "n", json_number(p->n), "instructions",
        json_number(p->instructions), "nominal", json_number(p->nominal), "cycles",
        json_number(p->cycles), "simulated_ns", json_number(p->simulated_ns), "measured_ns",
        json_number(h->latency.value), "measured_ci",
        json_interval(h->latency.lower, h->latency.upper), "error", json_number(p->error),
        "error_ci", json_interval(p->lower, p->upper), "left_out", json_number(p->left_out),
        "drift", json_of_estimate("per_doubling", p->drift.value, &p->drift), "sizes", sizes);
}

static json_t *json_of_group(const struct analysis_accuracy_group *g)
{
    return json_pack(
        "{ss sI so so so so ss so}", "name", g->name, "programs", (json_int_t)g->count, "error",
        json_number(g->error.value), "error_ci", json_interval(g->error.lower, g->error.upper),
        "left_out", json_number(g->left_out), "worst", json_number(g->worst), "worst_program",
        g->worst_program, "drift", json_of_estimate("per_doubling", g->drift.value, &g->drift));
}

static int print_json(const struct analysis_accuracy *x)
{
    static const char *const clocks[] = {"estimate", "program", "given"};
    const struct analysis_accuracy_options *o = &x->options;
    json_t *programs = json_array(), *groups = json_array();
    for (size_t i = 0; i < x->count; i++)
        json_array_append_new(programs, json_of_program(x->program + i));
    for (size_t i = 0; i < x->n_groups; i++)
        json_array_append_new(groups, json_of_group(x->group + i));
    json_t *clock = json_of_estimate(
        "ghz", x->hertz.value / 1e9,
        &(struct stats_estimate){0, x->hertz.lower / 1e9, x->hertz.upper / 1e9});
    json_object_set_new(clock, "by", json_string(clocks[o->clock]));
    json_t *root =
        json_pack("{so so so so so ss so sI sI so}", "programs", programs, "categories", groups,
                  "clock", clock, "error_threshold", json_number(o->error), "worst_threshold",
                  json_number(o->worst), "verdict", analysis_verdict_text(x->verdict), "level",
                  json_number(o->level), "seed", (json_int_t)o->seed, "resamples",
                  (json_int_t)o->resamples, "warnings", fit_json_warnings(&x->warnings));
    return cmd_print_json(root);
}

static int print_accuracy(const struct arguments *a, const struct analysis_accuracy *x)
{
    if (a->format == FORMAT_JSON)
        return print_json(x);
    for (size_t i = 0; i < x->warnings.count; i++)
        cmd_warn("%s", x->warnings.item[i].text);
    if (a->table != TABLE_ALL || a->format != FORMAT_TEXT)
        return print_table(a, x, a->table == TABLE_ALL ? TABLE_PROGRAMS : a->table);
    return print_text(a, x);
}

/* `all`: how many programs the hardware times have. */
static int save(const struct arguments *a, const struct analysis_accuracy *x, size_t all,
                struct err *err)
{
    struct str variant, hardware;
    str_init(&variant);
    str_init(&hardware);
    str_add(&hardware, a->times != NULL ? a->times : CALIBRATE_TIMES);
    if (a->programs != NULL)
        str_addf(&hardware, ", %zu of %zu programs", x->count, all);
    for (size_t i = 0; i < a->n_settings; i++)
        str_addf(&variant, "%s%s", i > 0 ? "," : "", a->setting[i]);
    if (variant.len == 0)
        str_add(&variant, a->variant != NULL ? a->variant : "base");
    struct calibrate_subject subject = {
        .hardware = hardware.data,
        .machine = a->store != NULL     ? a->seen
                   : a->machine != NULL ? a->machine
                                        : "m2",
        .mode = timing_mode_name(a->mode),
        .variant = variant.data};
    int rc = str_failed(&variant) || str_failed(&hardware)
                 ? err_set(err, ERR_NOMEM, "out of memory")
                                  : calibrate_save(a->save, x, &subject, err);
    str_release(&variant);
    str_release(&hardware);
    return rc;
}

int calibrate_accuracy(int argc, char **argv)
{
    struct arguments a = {
        .format = FORMAT_TEXT, .table = TABLE_ALL, .mode = TIMING_MODE_timing, .part = 0.004};
    struct analysis_baseline_options o;
    struct csv *data = NULL;
    struct analysis_baselines *baselines = NULL;
    struct analysis_accuracy *accuracy = NULL;
    struct err err = {0};
    analysis_accuracy_options_init(&a.o);
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    analysis_baseline_options_init(&o);
    o.x = "n";
    o.level = a.o.level;
    status = calibrate_load(&data, a.times, &err);
    if (status == 0)
        status = analysis_baselines_alloc(&baselines, data, &o, &err);
    size_t all = baselines != NULL ? baselines->count : 0;
    if (status == 0 && a.programs != NULL)
        status = analysis_baselines_keep(baselines, a.programs, &err);
    if (status == 0)
        status = compute(&a, data, baselines, &accuracy, &err);
    if (status == 0 && a.figure != NULL)
        status = report_accuracy(accuracy, a.figure, &err);
    if (status == 0 && a.save != NULL)
        status = save(&a, accuracy, all, &err);
    status = status < 0 ? cmd_fail(&err) : print_accuracy(&a, accuracy);
    if (status == 0)
        status = calibrate_status(accuracy->verdict);
    analysis_accuracy_free(accuracy);
    analysis_baselines_free(baselines);
    csv_free(data);
    return status;
}
