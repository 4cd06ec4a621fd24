#include "config.h"

#include "study/plan_problems.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/path.h"
#include "base/str.h"
#include "emu/emu.h"

/* That the program is there and can be loaded is found before anything runs. */
static int check_program(struct plan_problem *problem, bool load, const struct yaml_node *node,
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
    if (rc == 0 && load)
        rc = emu_alloc(&emu, &options, err);
    emu_free(emu);
    if (rc != 0)
        err_prefix(err, "'%s':%d: problem '%s': ", node->document->name, node->line,
                   problem->name);
    return rc;
}

/* A ladder that is spelled out asks for what there is; a named one ends where it must. */
static int check_sizes(const struct study_problem *problem, const struct study_ladder *ladder,
                       double max, size_t *n_rungs, struct err *err)
{
    for (*n_rungs = 0; *n_rungs < ladder->n; ++*n_rungs)
        if (ladder->rung[*n_rungs] > max)
            break;
    if (*n_rungs < ladder->n && (!ladder->named || *n_rungs == 0))
        return yaml_error(ladder->node[*n_rungs], err,
                          "problem '%s' goes up to n = %.0f, not %.0f", problem->name, max,
                          ladder->rung[*n_rungs]);
    return 0;
}

static bool is_beside(const struct study *study, const char *name)
{
    char *path = study_beside(study, name);
    bool found = path != NULL && path_exists(path);
    free(path);
    return found;
}

static int resolve_input(const struct study *study, const struct yaml_node *node,
                         const char *name, enum input_kind kind, struct input *input,
                         struct err *err)
{
    char *path = study_beside(study, name);
    int rc = path != NULL ? input_init(input, path, kind, err)
                          : err_set(err, ERR_NOMEM, "out of memory");
    if (rc != 0)
        err_prefix(err, "'%s':%d: ", node->document->name, node->line);
    free(path);
    return rc;
}

/* What the program reads is there, and known by its content, before anything runs. */
static int resolve_inputs(const struct study *study, const struct study_problem *from,
                          struct plan_problem *problem, struct err *err)
{
    int rc = 0;
    const struct yaml_node *given = from->files != NULL ? from->files : from->input;
    if (given != NULL && study->n_modes == 0)
        return yaml_error(given, err,
                          "what a program reads is for rung's own modes, and there are none");
    if (from->files != NULL)
        rc = resolve_input(study, from->files, from->files->text, INPUT_FOLDER, &problem->files,
                           err);
    if (rc != 0 || from->input == NULL)
        return rc;
    problem->input = calloc(problem->n_rungs + problem->n_looks + 1, sizeof(*problem->input));
    if (problem->input == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < problem->n_rungs + problem->n_looks && rc == 0; i++) {
        char *name = NULL;
        double n = i < problem->n_rungs ? from->ladder.rung[i]
                                        : from->look.rung[i - problem->n_rungs];
        rc = problem_input(from->input, n, &name, err);
        if (rc == 0)
            rc = resolve_input(study, from->input, name, INPUT_FILE, &problem->input[i], err);
        free(name);
    }
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
    problem->n_rungs = from->ladder.n;
    problem->n_looks = from->look.n;
    if (from->own && (from->elf == NULL || plan->points_only))
        return 0; /* other simulators know where it is */
    if (from->elf != NULL) {
        problem->elf = study_beside(study, from->elf);
    } else {
        const struct problem *known = problem_find(plan->table, from->name, &nearest);
        if (known == NULL && nearest != NULL)
            return yaml_error(from->node, err, "unknown problem '%s' (did you mean '%s'?)",
                              from->name, nearest);
        if (known == NULL && is_beside(study, from->name))
            return yaml_error(from->node, err,
                              "unknown problem '%s' (a program of your own is {elf: %s})",
                              from->name, from->name);
        if (known == NULL)
            return yaml_error(from->node, err,
                              "unknown problem '%s' (see 'rung list problems')", from->name);
        problem->problem_class = known->problem_class;
        problem->args = known->args;
        problem->work = known->work;
        problem->footprint = known->footprint;
        problem->instructions = known->instructions;
        problem->elf = str_format("%s", known->elf);
        int rc = check_sizes(from, &from->ladder, known->max, &problem->n_rungs, err);
        if (rc == 0 && from->look.n > 0)
            rc = check_sizes(from, &from->look, known->max, &problem->n_looks, err);
        if (rc != 0)
            return rc;
    }
    if (problem->elf == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (plan->points_only)
        return 0;
    /* Other simulators may run what this one cannot. */
    int rc = check_program(problem, study->n_modes > 0, from->node, err);
    return rc == 0 ? resolve_inputs(study, from, problem, err) : rc;
}

int plan_problems_add(struct plan *plan, const struct study *study, struct err *err)
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

void plan_problems_release(struct plan *plan)
{
    for (size_t i = 0; i < plan->n_problems; i++) {
        struct plan_problem *problem = &plan->problem[i];
        free(problem->elf);
        input_release(&problem->files);
        size_t inputs = problem->n_rungs + problem->n_looks;
        for (size_t n = 0; problem->input != NULL && n < inputs; n++)
            input_release(&problem->input[n]);
        free(problem->input);
    }
    free(plan->problem);
    problem_table_free(plan->table);
}
