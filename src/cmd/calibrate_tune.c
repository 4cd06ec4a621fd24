/* rung calibrate tune: the machine that comes nearest to the measured times. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "base/units.h"
#include "cmd/calibrate_tune.h"
#include "study/design.h"

enum { OPT_RUNGS = CMD_OPTION_LONG };

struct arguments {
    enum format format;
    const char *path, *output;
    double *rung; /* instead of the file's */
    size_t n_rungs;
};

static int take_rungs(struct arguments *a)
{
    const struct command *c = &cmd_calibrate_command;
    char *copy = strdup(optarg), *rest = copy, *part;
    int status = 0;
    free(a->rung);
    a->rung = calloc(CALIBRATE_RUNGS, sizeof *a->rung);
    a->n_rungs = 0;
    if (copy == NULL || a->rung == NULL) {
        struct err err = {0};
        err_set(&err, ERR_NOMEM, "out of memory");
        status = cmd_fail(&err);
    }
    while (status == 0 && (part = strsep(&rest, ",")) != NULL) {
        if (a->n_rungs == CALIBRATE_RUNGS)
            status = cmd_usage(c, "'--rungs' has more than %d of them", CALIBRATE_RUNGS);
        else
            status = cmd_parse_fraction(c, "--rungs", part, a->rung + a->n_rungs++);
    }
    free(copy);
    return status;
}

static int take_option(void *arguments, int opt)
{
    struct arguments *a = arguments;
    switch (opt) {
    case 'f':
        return cmd_parse_format(&cmd_calibrate_command, optarg, &a->format);
    case 'o':
        a->output = optarg;
        return 0;
    default:
        return take_rungs(a);
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct arguments *a)
{
    static const struct option longs[] = {
        {"format", required_argument, NULL, 'f'},
        {"output", required_argument, NULL, 'o'},
        {"rungs", required_argument, NULL, OPT_RUNGS},
        CMD_LONG_HELP,
    };
    const struct command *c = &cmd_calibrate_command;
    int status = cmd_options(c, argc, argv, "f:o:", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 1, 1, "a calibration file");
    if (status != 0)
        return status;
    a->path = argv[optind];
    return CMD_GO_ON;
}

/* ---- points ---- */

struct runner {
    const struct calibration *c;
    struct calibrate_sim sim;
    size_t *chosen; /* baselines of the programs */
    size_t n_chosen;
    struct calibration_cost cost[CALIBRATE_RUNGS];
    struct progress *progress;
};

static int run_point(void *context, const size_t *level, size_t rung, double *log_cycles,
                     struct err *err)
{
    struct runner *r = context;
    const struct calibration *c = r->c;
    struct calibration_cost *cost = r->cost + rung;
    struct machine *machine = NULL;
    double instructions = r->sim.instructions, seconds = r->sim.seconds;
    int rc = machine_copy(&machine, c->machine, err);
    for (size_t k = 0; rc == 0 && k < c->n_parameters; k++)
        rc = machine_set(machine, c->parameter[k].name, c->parameter[k].text[level[k]], err);
    if (rc == 0)
        rc = machine_check(machine, err);
    for (size_t i = 0; rc == 0 && i < r->n_chosen; i++) {
        struct analysis_simulated s;
        rc = calibrate_sim_program(&r->sim, machine, r->chosen[i], c->rung[rung], &s, err);
        log_cycles[i] = log(s.cycles);
    }
    machine_free(machine);
    cost->points++;
    cost->instructions += r->sim.instructions - instructions;
    cost->seconds += r->sim.seconds - seconds;
    char what[64];
    snprintf(what, sizeof what, "point %zu at rung %zu of %zu", cost->points, rung + 1,
             c->n_rungs);
    progress_update(r->progress, (double)r->sim.runs, what);
    return rc;
}

/* ---- programs ---- */

static bool wanted(const struct calibration *c, const char *name)
{
    if (c->programs == NULL)
        return true;
    for (size_t i = 0; i < c->programs->count; i++)
        if (c->programs->child[i]->kind == YAML_SCALAR &&
            strcmp(c->programs->child[i]->text, name) == 0)
            return true;
    return false;
}

static int check_programs(const struct calibration *c, const struct analysis_baselines *b,
                          struct err *err)
{
    for (size_t i = 0; c->programs != NULL && i < c->programs->count; i++) {
        const char *name;
        bool known = false;
        int rc = yaml_text(c->programs->child[i], &name, err);
        if (rc != 0)
            return rc;
        for (size_t k = 0; k < b->count && !known; k++)
            known = strcmp(b->item[k].name, name) == 0;
        if (!known)
            return yaml_error(c->programs->child[i], err,
                              "the hardware times have no program '%s'", name);
    }
    return 0;
}

static int choose_programs(struct runner *r, const struct analysis_baselines *b,
                           struct err *err)
{
    r->chosen = calloc(b->count, sizeof *r->chosen);
    if (r->chosen == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the programs");
    for (size_t i = 0; i < b->count; i++)
        if (wanted(r->c, b->item[i].name) && r->sim.problem[i] != NULL &&
            b->item[i].latency.value > 0)
            r->chosen[r->n_chosen++] = i;
    return check_programs(r->c, b, err);
}

/* ---- all of it ---- */

struct numbers {
    struct analysis_tune_parameter *parameter;
    const char **program;
    double *log_time, *design;
};

static void numbers_release(struct numbers *n)
{
    free(n->parameter);
    free(n->program);
    free(n->log_time);
    free(n->design);
}

static int numbers_init(struct numbers *n, const struct runner *r,
                        const struct analysis_baselines *b, struct err *err)
{
    const struct calibration *c = r->c;
    size_t points = (size_t)c->points, k_max = c->n_parameters;
    double *place = calloc(points, sizeof *place);
    *n = (struct numbers){.parameter = calloc(k_max, sizeof *n->parameter),
                          .program = calloc(r->n_chosen + 1, sizeof *n->program),
                          .log_time = calloc(r->n_chosen + 1, sizeof *n->log_time),
                          .design = calloc(points * k_max, sizeof *n->design)};
    int rc = place && n->parameter && n->program && n->log_time && n->design ? 0 : ERR_NOMEM;
    for (size_t i = 0; rc == 0 && i < r->n_chosen; i++) {
        n->program[i] = b->item[r->chosen[i]].name;
        n->log_time[i] = log(b->item[r->chosen[i]].latency.value * 1e-9);
    }
    for (size_t k = 0; rc == 0 && k < k_max; k++) {
        n->parameter[k] = (struct analysis_tune_parameter){
            c->parameter[k].name, c->parameter[k].levels, c->parameter[k].start};
        rc = design_draw(c->seed, k, true, place, points);
        for (size_t i = 0; rc == 0 && i < points; i++)
            n->design[i * k_max + k] = place[i];
    }
    free(place);
    return rc < 0 ? err_set(err, rc, "no memory for the design") : 0;
}

static int tune(struct runner *r, const struct analysis_baselines *b,
                struct analysis_tuning **tuning, struct numbers *n, struct err *err)
{
    const struct calibration *c = r->c;
    int rc = choose_programs(r, b, err);
    if (rc == 0)
        rc = numbers_init(n, r, b, err);
    if (rc != 0)
        return rc;
    struct analysis_tune_input in = {.n_parameters = c->n_parameters,
                                     .parameter = n->parameter,
                                     .n_programs = r->n_chosen,
                                     .program = n->program,
                                     .log_time = n->log_time,
                                     .clock_lower = c->clock_lower,
                                     .clock_upper = c->clock_upper,
                                     .n_design = (size_t)c->points,
                                     .design = n->design,
                                     .n_rungs = c->n_rungs,
                                     .candidates = (size_t)c->candidates,
                                     .squares = c->squares,
                                     .keep = c->keep,
                                     .level = 0.95,
                                     .seed = c->seed,
                                     .resamples = 2000,
                                     .run = run_point,
                                     .context = r};
    return analysis_tuning_alloc(tuning, &in, err);
}

static int print_result(const struct arguments *a, const struct calibration_result *result)
{
    const struct analysis_tuning *t = result->tuning;
    struct err err = {0};
    if (a->output != NULL && calibration_write_machine(result, a->output, &err) < 0)
        return cmd_fail(&err);
    for (size_t i = 0; a->format != FORMAT_JSON && i < t->warnings.count; i++)
        cmd_warn("%s", t->warnings.item[i].text);
    int status = a->format == FORMAT_JSON   ? calibration_print_json(result)
                 : a->format == FORMAT_TEXT ? calibration_print_text(result)
                                            : calibration_print_csv(result);
    return status != 0 ? status : calibrate_status(t->verdict);
}

static int load(const struct arguments *a, struct calibration *c, struct csv **data,
                struct analysis_baselines **b, struct err *err)
{
    struct analysis_baseline_options o;
    analysis_baseline_options_init(&o);
    o.x = "n";
    int rc = calibration_load(c, a->path, err);
    if (rc == 0 && a->n_rungs > 0) {
        c->n_rungs = 0;
        for (size_t i = 0; rc == 0 && i < a->n_rungs; i++)
            if (calibration_add_rung(c, a->rung[i]) < 0)
                rc = err_set(err, ERR_USAGE, "--rungs: parts ascend from above 0");
    }
    if (rc == 0)
        rc = calibrate_load(data, c->hardware, err);
    if (rc == 0)
        rc = analysis_baselines_alloc(b, *data, &o, err);
    return rc;
}

int calibrate_tune(int argc, char **argv)
{
    struct arguments a = {.format = FORMAT_TEXT};
    struct calibration c = {0};
    struct runner r = {.c = &c};
    struct csv *data = NULL;
    struct analysis_baselines *b = NULL;
    struct analysis_tuning *tuning = NULL;
    struct numbers n = {0};
    struct err err = {0};
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON) {
        free(a.rung);
        return status;
    }
    status = load(&a, &c, &data, &b, &err);
    if (status == 0)
        status = calibrate_sim_init(&r.sim, b, c.mode, 0, &err);
    if (status == 0)
        status = progress_alloc(&r.progress, stderr, 0, false);
    if (status == 0)
        status = tune(&r, b, &tuning, &n, &err);
    progress_free(r.progress);
    if (status < 0) {
        err_set(&err, status, "tuning failed");
        status = cmd_fail(&err);
    } else {
        r.cost[0].search_points = tuning->search_runs;
        struct calibration_result result = {.c = &c, .tuning = tuning, .cost = r.cost};
        status = print_result(&a, &result);
    }
    analysis_tuning_free(tuning);
    numbers_release(&n);
    calibrate_sim_release(&r.sim);
    free(r.chosen);
    analysis_baselines_free(b);
    csv_free(data);
    calibration_release(&c);
    free(a.rung);
    return status;
}
