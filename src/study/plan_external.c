#include "config.h"

#include "study/plan_external.h"

#include <inttypes.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/str.h"
#include "study/words.h"

struct adding {
    struct plan *plan;
    const struct study *study;
    char *folder; /* of the study, absolute */
    struct err *err;
};

/* ---- programs --------------------------------------------------------------------------- */

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

/* The program of that name: one with a slash is relative to the study, others are looked
 * for in PATH.  Heap; NULL when there is none. */
static char *find_program(const char *name, const char *folder)
{
    const char *path = getenv("PATH");
    if (strchr(name, '/') != NULL) {
        char *joined =
            name[0] == '/' ? str_format("%s", name) : str_format("%s/%s", folder, name);
        if (joined != NULL && is_program(joined))
            return joined;
        free(joined);
        return NULL;
    }
    while (path != NULL && *path != '\0') {
        size_t len = strcspn(path, ":");
        char *joined = str_format("%.*s/%s", (int)len, path, name);
        if (len > 0 && joined != NULL && is_program(joined))
            return joined;
        free(joined);
        path += len + (path[len] == ':');
    }
    return NULL;
}

/* A new build of a simulator makes its runs anew. */
static int identify_program(struct adding *a, struct plan_simulator *s, const char *name)
{
    char *program = find_program(name, a->folder);
    if (program == NULL)
        return yaml_error(s->external->command, a->err, "simulator '%s': no program '%s'",
                          s->external->name, name);
    if (s->program != NULL && strcmp(program, s->program) == 0) {
        free(program);
        return 0;
    }
    free(s->program);
    s->program = program;
    return hash_file(program, s->hash, a->err);
}

/* ---- one run ---------------------------------------------------------------------------- */

static int command_of(struct adding *a, const struct plan_run *run, bool as_identity,
                      char ***argv)
{
    const struct plan_problem *problem = &a->plan->problem[run->problem];
    const struct plan_machine *machine = &a->plan->machine[run->machine];
    struct external_point point = {.problem = problem->name,
                                   .elf = problem->elf,
                                   .folder = as_identity ? "." : a->folder,
                                   .arguments = run->arguments,
                                   .n = run->n,
                                   .seed = run->seed,
                                   .repetition = run->repetition};
    if (as_identity && problem->elf != NULL)
        point.elf = problem->elf_hash;
    return external_command(a->plan->simulator[run->simulator].external, machine->point, &point,
                            argv, a->err);
}

/* What decides the result: the program, the arguments without the places of files, and how the
 * numbers are found. */
static int make_id(struct adding *a, struct plan_run *run)
{
    const struct plan_simulator *s = &a->plan->simulator[run->simulator];
    struct str text;
    char hash[HASH_TEXT_SIZE], **argv = NULL;
    char *numbers = external_numbers_text(s->external);
    int rc = command_of(a, run, true, &argv);
    str_init(&text);
    if (rc == 0) {
        str_addf(&text, "external\n%s\n%s\n%s\n%s\n%s\n%.17g\n%" PRIu64 "\n%" PRIu64 "\n",
                 s->external->name, s->external->mode, s->external->machine,
                 a->plan->problem[run->problem].name, s->external->shell ? "" : s->hash, run->n,
                 run->seed, run->repetition);
        for (size_t i = s->external->shell ? 0 : 1; argv[i] != NULL; i++)
            str_addf(&text, "%zu %s\n", strlen(argv[i]), argv[i]);
        str_add(&text, numbers != NULL ? numbers : "");
    }
    if (rc == 0 && (str_failed(&text) || numbers == NULL))
        rc = err_set(a->err, ERR_NOMEM, "out of memory");
    if (rc == 0) {
        hash_bytes(text.data, text.len, hash);
        memcpy(run->id, hash, STORE_ID_SIZE - 1);
    }
    str_release(&text);
    words_free(argv);
    free(numbers);
    return rc;
}

static int finish_run(struct adding *a, struct plan_run *run)
{
    struct plan_simulator *s = &a->plan->simulator[run->simulator];
    if (a->plan->points_only)
        return 0;
    int rc =
        problem_arguments(a->plan->problem[run->problem].args, run->n, &run->arguments, a->err);
    if (rc == 0)
        rc = command_of(a, run, false, &run->command);
    if (rc == 0 && run->command[0] == NULL)
        rc = yaml_error(s->external->command, a->err, "'command' is empty");
    if (rc == 0 && !s->external->shell) {
        rc = identify_program(a, s, run->command[0]);
        char *program = rc == 0 ? str_format("%s", s->program) : NULL;
        if (rc == 0 && program == NULL)
            rc = err_set(a->err, ERR_NOMEM, "out of memory");
        if (rc == 0) {
            free(run->command[0]);
            run->command[0] = program;
        }
    }
    return rc == 0 ? make_id(a, run) : rc;
}

/* ---- all of a simulator ----------------------------------------------------------------- */

static int add_machines(struct adding *a, int simulator)
{
    struct plan *plan = a->plan;
    const struct external *e = plan->simulator[simulator].external;
    struct plan_machine *grown =
        realloc(plan->machine, (plan->n_machines + e->n_variants + 1) * sizeof(*grown));
    if (grown == NULL)
        return err_set(a->err, ERR_NOMEM, "out of memory");
    plan->machine = grown;
    for (size_t v = 0; v < e->n_variants; v++) {
        struct plan_machine *new = &grown[plan->n_machines++];
        *new = (struct plan_machine){.name = str_format("%s", e->machine),
                                     .variant = str_format("%s", e->variant[v].name),
                                     .text = str_format("%s", e->variant[v].description),
                                     .point = v};
        if (new->name == NULL || new->variant == NULL || new->text == NULL)
            return err_set(a->err, ERR_NOMEM, "out of memory");
    }
    return 0;
}

static int room_for(struct adding *a, double more)
{
    struct plan *plan = a->plan;
    if ((double)plan->n_runs + more > PLAN_RUNS_MAX)
        return err_set(a->err, ERR_CONFIG, "'%s' asks for more than %d runs",
                       a->study->document->name, PLAN_RUNS_MAX);
    struct plan_run *grown =
        realloc(plan->run, (plan->n_runs + (size_t)more + 1) * sizeof(*grown));
    if (grown == NULL)
        return err_set(a->err, ERR_NOMEM, "out of memory");
    plan->run = grown;
    return 0;
}

static bool uses(const struct yaml_node *command, const char *placeholder)
{
    bool found = command->kind == YAML_SCALAR && strstr(command->text, placeholder) != NULL;
    for (size_t i = 0; command->kind == YAML_LIST && i < command->count && !found; i++)
        found = uses(command->child[i], placeholder);
    return found;
}

/* All design points, layouts and repetitions of one problem and size. */
static int add_points(struct adding *a, struct plan_run point, size_t first)
{
    int rc = 0;
    struct plan *plan = a->plan;
    const struct external *e = plan->simulator[point.simulator].external;
    uint64_t seeds = uses(e->command, "{seed}") ? a->study->layouts : 1;
    rc = room_for(a, (double)e->n_variants * (double)seeds * (double)e->repetitions);
    for (size_t v = 0; v < e->n_variants; v++)
        for (uint64_t seed = 0; seed < seeds; seed++)
            for (uint64_t r = 0; r < e->repetitions && rc == 0; r++) {
                struct plan_run *run = &plan->run[plan->n_runs++];
                *run = point;
                run->machine = (int)(first + v);
                run->seed = seed;
                run->repetition = r;
                rc = finish_run(a, run);
            }
    return rc;
}

/* Rungs that have the same command are one run under several sizes. */
static int check_same_rungs(struct adding *a, const struct plan_run *first,
                       const struct plan_run *run)
{
    const struct external *e = a->plan->simulator[run->simulator].external;
    if (a->plan->points_only || run->n == first->n ||
        !words_equal(first->command, run->command))
        return 0;
    return yaml_error(e->command, a->err,
                      "the command of '%s' for '%s' is the same at n = %.0f and at n = %.0f: there "
                      "is no {n} in it",
                      e->name, a->plan->problem[run->problem].name, first->n, run->n);
}

static int add_simulator(struct adding *a, const struct external *external)
{
    struct plan *plan = a->plan;
    int simulator = (int)plan->n_simulators;
    size_t first = plan->n_machines;
    plan->simulator[plan->n_simulators++] = (struct plan_simulator){.external = external};
    int rc = add_machines(a, simulator);
    for (size_t p = 0; p < plan->n_problems; p++) {
        size_t first_run = plan->n_runs;
        for (size_t i = 0; i < plan->problem[p].n_rungs && rc == 0; i++) {
            struct plan_run point = {.problem = p,
                                     .simulator = simulator,
                                     .n = a->study->problem[p].ladder.rung[i],
                                     .mode = TIMING_MODE_timing};
            size_t at = plan->n_runs;
            rc = add_points(a, point, first);
            if (rc == 0)
                rc = check_same_rungs(a, &plan->run[first_run], &plan->run[at]);
        }
    }
    return rc;
}

/* Absolute, so that a command finds files from wherever it is run. */
static char *folder_of(const struct study *study)
{
    char *copy = str_format("%s", study->document->name);
    char *folder = copy != NULL ? realpath(dirname(copy), NULL) : NULL;
    free(copy);
    return folder;
}

int plan_external_add(struct plan *plan, const struct study *study, struct err *err)
{
    struct adding a = {.plan = plan, .study = study, .err = err};
    int rc = 0;
    if (study->n_simulators == 0)
        return 0;
    a.folder = folder_of(study);
    plan->simulator = calloc(study->n_simulators + 1, sizeof(*plan->simulator));
    if (a.folder == NULL || plan->simulator == NULL)
        rc =
            err_set(err, ERR_CONFIG, "'%s': its folder cannot be found", study->document->name);
    for (size_t i = 0; i < study->n_simulators && rc == 0; i++)
        rc = add_simulator(&a, &study->simulator[i]);
    free(a.folder);
    return rc;
}

void plan_external_release(struct plan *plan)
{
    for (size_t i = 0; i < plan->n_simulators; i++)
        free(plan->simulator[i].program);
    for (size_t i = 0; i < plan->n_runs; i++)
        words_free(plan->run[i].command);
    free(plan->simulator);
}
