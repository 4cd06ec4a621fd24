#include "config.h"

#include "study/plan.h"

#include <inttypes.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/path.h"
#include "base/str.h"
#include "emu/emu.h"
#include "timing/machine.h"

/* Forecast before anything was measured: instructions for a unit of work, and simulated
 * instructions a second.  Only the order of runs and the progress bar depend on it. */
static const double instructions_per_work = 7;
static const double mode_speed[TIMING_MODE_MAX] = {[TIMING_MODE_emulation] = 8e8,
                                                   [TIMING_MODE_fast_timing] = 1.5e8,
                                                   [TIMING_MODE_timing] = 6e7,
                                                   [TIMING_MODE_sampled] = 2e8};

enum { MAX_RUNS = 1000000 };

/* ---- problems ------------------------------------------------------------------------- */

/* A path in a study file is relative to that file. */
static char *beside_study(const struct study *study, const char *path)
{
    if (path[0] == '/')
        return str_format("%s", path);
    char *copy = str_format("%s", study->document->name);
    char *joined = copy != NULL ? str_format("%s/%s", dirname(copy), path) : NULL;
    free(copy);
    return joined;
}

/* That the program is there and can be loaded is found before anything runs. */
static int check_program(struct plan_problem *problem, const struct yaml_node *node,
                         struct err *err)
{
    char *resolved = realpath(problem->elf, NULL);
    if (resolved != NULL) {
        free(problem->elf);
        problem->elf = resolved;
    }
    const char *argv[] = {problem->elf, NULL};
    struct emu_options options = {
        .elf = problem->elf, .argc = 1, .argv = argv, .out_fd = -1, .err_fd = -1};
    struct emu *emu = NULL;
    int rc = hash_file(problem->elf, problem->elf_hash, err);
    if (rc == 0)
        rc = emu_alloc(&emu, &options, err);
    emu_free(emu);
    if (rc != 0)
        err_prefix(err, "'%s':%d: problem '%s': ", node->document->name, node->line,
                   problem->name);
    return rc;
}

static int resolve_problem(struct plan *plan, const struct study *study,
                           const struct study_problem *from, struct plan_problem *problem,
                           struct err *err)
{
    const char *nearest = NULL;
    problem->name = from->name;
    problem->problem_class = from->problem_class;
    problem->args = from->args;
    problem->work = from->work;
    problem->footprint = from->footprint;
    if (from->elf != NULL) {
        problem->elf = beside_study(study, from->elf);
    } else {
        const struct problem *known = problem_find(plan->table, from->name, &nearest);
        if (known == NULL && nearest != NULL)
            return yaml_error(from->node, err, "unknown problem '%s' (did you mean '%s'?)",
                              from->name, nearest);
        if (known == NULL)
            return yaml_error(from->node, err,
                              "unknown problem '%s' (see 'rung list problems')", from->name);
        problem->problem_class = known->problem_class;
        problem->args = known->args;
        problem->work = known->work;
        problem->footprint = known->footprint;
        problem->elf = str_format("%s", known->elf);
        for (size_t i = 0; i < study->n_rungs; i++)
            if (study->rung[i] > known->max)
                return yaml_error(study->rung_node[i], err,
                                  "problem '%s' goes up to n = %.0f, not %.0f", from->name,
                                  known->max, study->rung[i]);
    }
    if (problem->elf == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    return check_program(problem, from->node, err);
}

static int resolve_problems(struct plan *plan, const struct study *study, struct err *err)
{
    int rc = problem_table_alloc(&plan->table, err);
    if (rc != 0)
        return rc;
    plan->problem = calloc(study->n_problems + 1, sizeof(*plan->problem));
    if (plan->problem == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    while (rc == 0 && plan->n_problems < study->n_problems) {
        rc = resolve_problem(plan, study, &study->problem[plan->n_problems],
                             &plan->problem[plan->n_problems], err);
        plan->n_problems++;
    }
    return rc;
}

/* ---- machines and variants -------------------------------------------------------------- */

/* Takes `variant` over.  Two machines that are the same would be one run under two names. */
static int add_machine(struct plan *plan, const struct machine *machine, char *variant,
                       const struct yaml_node *node, struct err *err)
{
    struct plan_machine *new = &plan->machine[plan->n_machines++];
    new->variant = variant;
    new->name = str_format("%s", machine_name(machine));
    new->text = str_format("%s", machine_text(machine));
    if (new->variant == NULL || new->name == NULL || new->text == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (strlen(new->name) >= STORE_NAME_SIZE)
        return yaml_error(node, err, "the machine's name has more than %d bytes",
                          STORE_NAME_SIZE - 1);
    for (struct plan_machine *old = plan->machine; old < new; old++)
        if (strcmp(old->text, new->text) == 0)
            return yaml_error(node, err, "'%s' of '%s' is the same machine as '%s' of '%s'",
                              new->variant, new->name, old->variant, old->name);
    return 0;
}

static int add_variant(struct plan *plan, const struct machine *base,
                       const struct study_factor *factor, const struct yaml_node *value,
                       struct err *err)
{
    struct machine *machine = NULL;
    struct err cause = {0};
    int rc = machine_copy(&machine, base, err);
    if (rc != 0)
        return rc;
    if (machine_set(machine, factor->name, value->text, &cause) != 0) {
        /* NaN: there is no such parameter, so the key is wrong and not the value. */
        int line =
            isnan(machine_value(machine, factor->name)) ? factor->node->key_line : value->line;
        rc = err_set(err, cause.code, "'%s':%d: machine '%s': %s", value->document->name, line,
                     machine_name(machine), cause.text);
    } else if (machine_check(machine, &cause) != 0) {
        rc = yaml_error(value, err, "machine '%s' with %s=%s: %s", machine_name(machine),
                        factor->name, value->text, cause.text);
    } else {
        rc = add_machine(plan, machine, str_format("%s=%s", factor->name, value->text), value,
                         err);
    }
    machine_free(machine);
    return rc;
}

static int add_variants(struct plan *plan, const struct study *study,
                        const struct study_machine *from, struct err *err)
{
    struct machine *base = NULL;
    struct err cause = {0};
    char *path = NULL;
    if (strchr(from->name, '/') != NULL)
        path = beside_study(study, from->name);
    int rc = machine_load(&base, path != NULL ? path : from->name, &cause);
    if (rc == 0)
        rc = machine_check(base, &cause);
    if (rc != 0) {
        rc = err_set(err, cause.code, "'%s':%d: %s", from->node->document->name,
                     from->node->line, cause.text);
        goto out;
    }
    rc = add_machine(plan, base, str_format("base"), from->node, err);
    for (size_t f = 0; f < study->n_factors && rc == 0; f++)
        for (size_t v = 0; v < study->factor[f].n_values && rc == 0; v++)
            rc = add_variant(plan, base, &study->factor[f], study->factor[f].value[v], err);
out:
    machine_free(base);
    free(path);
    return rc;
}

static int resolve_machines(struct plan *plan, const struct study *study, struct err *err)
{
    size_t variants = 1;
    int rc = 0;
    for (size_t f = 0; f < study->n_factors; f++)
        variants += study->factor[f].n_values;
    plan->machine = calloc(study->n_machines * variants + 1, sizeof(*plan->machine));
    if (plan->machine == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < study->n_machines && rc == 0; i++)
        rc = add_variants(plan, study, &study->machine[i], err);
    return rc;
}

/* ---- runs ------------------------------------------------------------------------------- */

int plan_run_id(const char *elf_hash, char *const *arguments, double n, enum timing_mode mode,
                const char *machine_text, uint64_t seed, uint64_t repetition,
                char id[STORE_ID_SIZE], struct err *err)
{
    struct str text;
    char hash[HASH_TEXT_SIZE];
    str_init(&text);
    str_addf(&text, "rung\n%d\n%s\n%.17g\n%s\n%" PRIu64 "\n%" PRIu64 "\n", TIMING_MODEL_VERSION,
             elf_hash, n, timing_mode_name(mode), seed, repetition);
    /* With their lengths, so that no two lists look the same. */
    for (; *arguments != NULL; arguments++)
        str_addf(&text, "%zu %s\n", strlen(*arguments), *arguments);
    str_add(&text, machine_text);
    int rc = str_failed(&text) ? err_set(err, ERR_NOMEM, "out of memory") : 0;
    if (rc == 0) {
        hash_bytes(text.data, text.len, hash);
        memcpy(id, hash, STORE_ID_SIZE - 1);
        id[STORE_ID_SIZE - 1] = '\0';
    }
    str_release(&text);
    return rc;
}

double plan_work(const struct plan *plan, const struct plan_run *run)
{
    const struct expr *work = plan->problem[run->problem].work;
    return work != NULL ? expr_value(work, run->n) : NAN;
}

double plan_footprint(const struct plan *plan, const struct plan_run *run)
{
    const struct expr *footprint = plan->problem[run->problem].footprint;
    return footprint != NULL ? expr_value(footprint, run->n) : NAN;
}

static double forecast(const struct plan *plan, const struct plan_run *run)
{
    double work = plan_work(plan, run);
    if (!(work > 0) || !isfinite(work))
        work = run->n;
    return work * instructions_per_work / mode_speed[run->mode];
}

/* Fills in what follows from the rest. */
static int finish_run(struct plan *plan, struct plan_run *run, struct err *err)
{
    const struct plan_problem *problem = &plan->problem[run->problem];
    const char *machine =
        run->machine != PLAN_NO_MACHINE ? plan->machine[run->machine].text : "";
    int rc = problem_arguments(problem->args, run->n, &run->arguments, err);
    if (rc != 0)
        return rc;
    run->cost = forecast(plan, run);
    return plan_run_id(problem->elf_hash, run->arguments, run->n, run->mode, machine, run->seed,
                       run->repetition, run->id, err);
}

/* All machines and layout seeds of one problem, size and mode. */
static int add_runs(struct plan *plan, const struct study *study, struct plan_run point,
                    struct err *err)
{
    int rc = 0;
    bool timed = point.mode != TIMING_MODE_emulation;
    int machines = timed ? (int)plan->n_machines : 1;
    for (int m = 0; m < machines; m++)
        for (uint64_t seed = 0; seed < study->layouts && rc == 0; seed++) {
            struct plan_run *run = &plan->run[plan->n_runs++];
            *run = point;
            run->machine = timed ? m : PLAN_NO_MACHINE;
            run->seed = seed;
            rc = finish_run(plan, run, err);
        }
    return rc;
}

static int order_ids(const void *a, const void *b)
{
    const struct plan_run *const *first = a, *const *second = b;
    return strcmp((*first)->id, (*second)->id);
}

/* The same simulation under two names would be stored once. */
static int check_ids(const struct plan *plan, const struct study *study, struct err *err)
{
    int rc = 0;
    char one[512], two[512];
    const struct plan_run **sorted = malloc((plan->n_runs + 1) * sizeof(*sorted));
    if (sorted == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < plan->n_runs; i++)
        sorted[i] = &plan->run[i];
    qsort(sorted, plan->n_runs, sizeof(*sorted), order_ids);
    for (size_t i = 1; i < plan->n_runs && rc == 0; i++)
        if (strcmp(sorted[i - 1]->id, sorted[i]->id) == 0)
            rc = err_set(err, ERR_CONFIG, "'%s': '%s' and '%s' are the same simulation",
                         study->document->name,
                         plan_describe(plan, sorted[i - 1], one, sizeof(one)),
                         plan_describe(plan, sorted[i], two, sizeof(two)));
    free(sorted);
    return rc;
}

static int add_all_runs(struct plan *plan, const struct study *study, struct err *err)
{
    int rc = 0;
    double most = (double)study->n_problems * (double)study->n_rungs * (double)study->n_modes *
                  (double)(plan->n_machines + 1) * (double)study->layouts;
    if (most > MAX_RUNS)
        return err_set(err, ERR_CONFIG, "'%s' asks for more than %d runs",
                       study->document->name, MAX_RUNS);
    plan->run = calloc((size_t)most + 1, sizeof(*plan->run));
    if (plan->run == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t p = 0; p < study->n_problems; p++)
        for (size_t n = 0; n < study->n_rungs; n++)
            for (size_t m = 0; m < study->n_modes && rc == 0; m++) {
                struct plan_run point = {
                    .problem = p, .n = study->rung[n], .mode = study->mode[m]};
                rc = add_runs(plan, study, point, err);
            }
    return rc != 0 ? rc : check_ids(plan, study, err);
}

int plan_alloc(struct plan **out, const struct study *study, struct err *err)
{
    struct plan *plan = calloc(1, sizeof(*plan));
    if (plan == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = resolve_machines(plan, study, err);
    if (rc == 0)
        rc = resolve_problems(plan, study, err);
    if (rc == 0)
        rc = add_all_runs(plan, study, err);
    if (rc == 0)
        *out = plan;
    else
        plan_free(plan);
    return rc;
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    for (size_t i = 0; i < plan->n_problems; i++)
        free(plan->problem[i].elf);
    for (size_t i = 0; i < plan->n_machines; i++) {
        free(plan->machine[i].name);
        free(plan->machine[i].variant);
        free(plan->machine[i].text);
    }
    for (size_t i = 0; i < plan->n_runs; i++)
        problem_arguments_free(plan->run[i].arguments);
    free(plan->problem);
    free(plan->machine);
    free(plan->run);
    problem_table_free(plan->table);
    free(plan);
}

char *plan_describe(const struct plan *plan, const struct plan_run *run, char *buffer,
                    size_t size)
{
    char machine[STORE_NAME_SIZE + STORE_VARIANT_SIZE + 2] = "", layout[32] = "";
    if (run->machine != PLAN_NO_MACHINE)
        snprintf(machine, sizeof(machine), " %s %s", plan->machine[run->machine].name,
                 plan->machine[run->machine].variant);
    if (run->seed != 0)
        snprintf(layout, sizeof(layout), ", layout %" PRIu64, run->seed);
    snprintf(buffer, size, "%s %.0f %s%s%s", plan->problem[run->problem].name, run->n,
             timing_mode_name(run->mode), machine, layout);
    return buffer;
}

void plan_row(const struct plan *plan, const struct plan_run *run, struct store_row *row)
{
    const struct plan_problem *problem = &plan->problem[run->problem];
    store_row_clear(row);
    memcpy(row->id, run->id, sizeof(row->id));
    snprintf(row->simulator, sizeof(row->simulator), "rung");
    snprintf(row->problem, sizeof(row->problem), "%s", problem->name);
    snprintf(row->problem_class, sizeof(row->problem_class), "%s", problem->problem_class);
    row->n = run->n;
    row->work = plan_work(plan, run);
    row->footprint = plan_footprint(plan, run);
    snprintf(row->mode, sizeof(row->mode), "%s", timing_mode_name(run->mode));
    snprintf(row->variant, sizeof(row->variant), "base");
    if (run->machine != PLAN_NO_MACHINE) {
        snprintf(row->machine, sizeof(row->machine), "%s", plan->machine[run->machine].name);
        snprintf(row->variant, sizeof(row->variant), "%s", plan->machine[run->machine].variant);
    }
    row->seed = run->seed;
    row->repetition = run->repetition;
}
