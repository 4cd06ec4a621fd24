#include "config.h"

#include "study/plan.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "study/forecast.h"
#include "study/plan_external.h"
#include "study/plan_problems.h"
#include "study/variants.h"
#include "study/words.h"

/* ---- runs ------------------------------------------------------------------------------- */

static void add_hash(struct str *text, const char *what, const char *hash)
{
    if (hash != NULL && hash[0] != '\0')
        str_addf(text, "%s %s\n", what, hash);
}

int plan_run_id(const struct plan_identity *of, char id[STORE_ID_SIZE], struct err *err)
{
    struct str text;
    char hash[HASH_TEXT_SIZE];
    str_init(&text);
    str_addf(&text, "rung\n%d\n%s\n%.17g\n%s\n%" PRIu64 "\n%" PRIu64 "\n",
             timing_mode_version(of->mode), of->elf_hash, of->n, timing_mode_name(of->mode),
             of->seed, of->repetition);
    /* With their lengths, so that no two lists look the same. */
    for (char *const *argument = of->arguments; *argument != NULL; argument++)
        str_addf(&text, "%zu %s\n", strlen(*argument), *argument);
    add_hash(&text, "files", of->files_hash);
    add_hash(&text, "stdin", of->input_hash);
    str_add(&text, of->machine_text);
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

double plan_instructions(const struct plan *plan, const struct plan_run *run)
{
    const struct expr *instructions = plan->problem[run->problem].instructions;
    return instructions != NULL ? expr_value(instructions, run->n) : NAN;
}

/* Fills in what follows from the rest. */
static int finish_run(struct plan *plan, struct plan_run *run, struct err *err)
{
    const struct plan_problem *problem = &plan->problem[run->problem];
    const char *machine =
        run->machine != PLAN_NO_MACHINE ? plan->machine[run->machine].text : "";
    if (plan->points_only)
        return 0;
    int rc = problem_arguments(problem->args, run->n, &run->arguments, err);
    if (rc != 0)
        return rc;
    struct plan_identity identity = {.elf_hash = problem->elf_hash,
                                     .files_hash = problem->files.hash,
                                     .input_hash = run->input != NULL ? run->input->hash : "",
                                     .arguments = run->arguments,
                                     .n = run->n,
                                     .mode = run->mode,
                                     .machine_text = machine,
                                     .seed = run->seed,
                                     .repetition = run->repetition};
    return plan_run_id(&identity, run->id, err);
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

/* Rungs that are given the same arguments are one run under several sizes. */
static int check_same_rungs(const struct plan *plan, const struct plan_run *first,
                       const struct plan_run *run, struct err *err)
{
    const struct plan_problem *problem = &plan->problem[run->problem];
    if (plan->points_only || run->n == first->n ||
        !words_equal(first->arguments, run->arguments) ||
        (run->input != NULL && strcmp(run->input->path, first->input->path) != 0))
        return 0;
    return yaml_error(problem->args, err,
                      "the arguments of '%s' are the same at n = %.0f and at n = %.0f: there is no "
                      "{n} in them",
                      problem->name, first->n, run->n);
}

/* What a problem is run at: its ladder, or its look. */
struct sizes {
    size_t n, n_modes;
    const double *size;
    const struct input *input; /* one a size, or NULL */
    const enum timing_mode *mode;
};

/* `first`: the problem's first run, which the others differ from. */
static int add_sizes(struct plan *plan, const struct study *study, size_t problem,
                     struct sizes at, size_t first, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; i < at.n; i++)
        for (size_t m = 0; m < at.n_modes && rc == 0; m++) {
            struct plan_run point = {.problem = problem,
                                     .simulator = PLAN_OWN,
                                     .n = at.size[i],
                                     .input = at.input != NULL ? &at.input[i] : NULL,
                                     .mode = at.mode[m]};
            size_t begin = plan->n_runs;
            rc = add_runs(plan, study, point, err);
            if (rc == 0)
                rc = check_same_rungs(plan, &plan->run[first], &plan->run[begin], err);
        }
    return rc;
}

static int add_all_runs(struct plan *plan, const struct study *study, struct err *err)
{
    int rc = 0;
    double most = 0;
    for (size_t p = 0; p < study->n_problems; p++)
        most += ((double)plan->problem[p].n_rungs * (double)study->n_modes +
                 (double)plan->problem[p].n_looks * (double)study->n_look_modes) *
                (double)(plan->n_machines + 1) * (double)study->layouts;
    if (most > PLAN_RUNS_MAX)
        return err_set(err, ERR_CONFIG, "'%s' asks for more than %d runs",
                       study->document->name, PLAN_RUNS_MAX);
    plan->run = calloc((size_t)most + 1, sizeof(*plan->run));
    if (plan->run == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t p = 0; p < study->n_problems && rc == 0; p++) {
        const struct study_problem *from = &study->problem[p];
        const struct plan_problem *problem = &plan->problem[p];
        size_t first = plan->n_runs;
        const struct sizes ladder = {.n = problem->n_rungs,
                                     .size = from->ladder.rung,
                                     .input = problem->input,
                                     .n_modes = study->n_modes,
                                     .mode = study->mode};
        const struct sizes look = {
            .n = problem->n_looks,
            .size = from->look.rung,
            .input = problem->input != NULL ? problem->input + problem->n_rungs : NULL,
            .n_modes = study->n_look_modes,
            .mode = study->look_mode};
        rc = add_sizes(plan, study, p, ladder, first, err);
        if (rc == 0)
            rc = add_sizes(plan, study, p, look, first, err);
    }
    return rc;
}

static int make_plan(struct plan **out, const struct study *study, bool points_only,
                     struct err *err)
{
    struct plan *plan = calloc(1, sizeof(*plan));
    if (plan == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    plan->points_only = points_only;
    int rc = variants_resolve(plan, study, err);
    if (rc == 0)
        rc = plan_problems_add(plan, study, err);
    if (rc == 0)
        rc = add_all_runs(plan, study, err);
    if (rc == 0)
        rc = plan_external_add(plan, study, err);
    if (rc == 0)
        forecast_plan(NULL, plan);
    if (rc == 0 && !points_only)
        rc = check_ids(plan, study, err);
    if (rc == 0)
        *out = plan;
    else
        plan_free(plan);
    return rc;
}

int plan_alloc(struct plan **out, const struct study *study, struct err *err)
{
    return make_plan(out, study, false, err);
}

int plan_points_alloc(struct plan **out, const struct study *study, struct err *err)
{
    return make_plan(out, study, true, err);
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    plan_external_release(plan);
    plan_problems_release(plan);
    for (size_t i = 0; i < plan->n_machines; i++) {
        free(plan->machine[i].name);
        free(plan->machine[i].variant);
        free(plan->machine[i].text);
    }
    for (size_t i = 0; i < plan->n_runs; i++)
        problem_arguments_free(plan->run[i].arguments);
    free(plan->machine);
    free(plan->run);
    free(plan);
}

const char *plan_simulator(const struct plan *plan, const struct plan_run *run)
{
    return run->simulator == PLAN_OWN ? "rung" : plan->simulator[run->simulator].external->name;
}

const char *plan_mode(const struct plan *plan, const struct plan_run *run)
{
    return run->simulator == PLAN_OWN ? timing_mode_name(run->mode)
                                      : plan->simulator[run->simulator].external->mode;
}

char *plan_describe(const struct plan *plan, const struct plan_run *run, char *buffer,
                    size_t size)
{
    char machine[STORE_NAME_SIZE + STORE_VARIANT_SIZE + 2] = "", layout[32] = "";
    char repetition[40] = "";
    if (run->machine != PLAN_NO_MACHINE)
        snprintf(machine, sizeof(machine), " %s %s", plan->machine[run->machine].name,
                 plan->machine[run->machine].variant);
    if (run->seed != 0)
        snprintf(layout, sizeof(layout), ", layout %" PRIu64, run->seed);
    if (run->repetition != 0)
        snprintf(repetition, sizeof(repetition), ", repetition %" PRIu64, run->repetition);
    snprintf(buffer, size, "%s %.0f %s%s%s%s", plan->problem[run->problem].name, run->n,
             plan_mode(plan, run), machine, layout, repetition);
    return buffer;
}

void plan_row(const struct plan *plan, const struct plan_run *run, struct store_row *row)
{
    const struct plan_problem *problem = &plan->problem[run->problem];
    store_row_clear(row);
    memcpy(row->id, run->id, sizeof(row->id));
    snprintf(row->simulator, sizeof(row->simulator), "%s", plan_simulator(plan, run));
    snprintf(row->problem, sizeof(row->problem), "%s", problem->name);
    snprintf(row->problem_class, sizeof(row->problem_class), "%s", problem->problem_class);
    row->n = run->n;
    row->work = plan_work(plan, run);
    row->footprint = plan_footprint(plan, run);
    snprintf(row->mode, sizeof(row->mode), "%s", plan_mode(plan, run));
    snprintf(row->variant, sizeof(row->variant), "base");
    if (run->machine != PLAN_NO_MACHINE) {
        snprintf(row->machine, sizeof(row->machine), "%s", plan->machine[run->machine].name);
        snprintf(row->variant, sizeof(row->variant), "%s", plan->machine[run->machine].variant);
    }
    row->seed = run->seed;
    row->repetition = run->repetition;
}

void plan_row_at(const void *plan, size_t i, struct store_row *row)
{
    plan_row(plan, &((const struct plan *)plan)->run[i], row);
}
