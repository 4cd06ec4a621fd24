/* The problems of a study. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"
#include "study/study_priv.h"

/* "/path/to/own.elf" is called "own.elf". */
static const char *default_name(const struct yaml_node *elf)
{
    const char *slash = strrchr(elf->text, '/');
    return slash != NULL ? slash + 1 : elf->text;
}

static int check_args(const struct yaml_node *node, struct err *err)
{
    struct study_items items;
    const char *text;
    int rc = 0;
    study_items_of(node, &items);
    for (size_t i = 0; i < items.n && rc == 0; i++)
        rc = yaml_text(items.item[i], &text, err);
    return rc;
}

/* A path for the guest of an `elf`; the key may be missing. */
static int read_path(const struct yaml_node *map, const char *key,
                     const struct yaml_node **path, struct err *err)
{
    const char *text;
    *path = yaml_get(map, key);
    if (*path == NULL)
        return 0;
    if (yaml_get(map, "elf") == NULL)
        return yaml_error(*path, err, "'%s' is for a program that 'elf' names", key);
    int rc = yaml_text(*path, &text, err);
    if (rc == 0 && text[0] == '\0')
        rc = yaml_error(*path, err, "'%s' is empty", key);
    return rc;
}

static int read_own_problem(const struct yaml_node *map, struct study_problem *problem,
                            struct err *err)
{
    const struct yaml_node *elf = yaml_get(map, "elf"), *name = yaml_get(map, "name");
    const struct yaml_node *class = yaml_get(map, "class");
    int rc = elf != NULL ? yaml_text(elf, &problem->elf, err) : 0;
    problem->own = true;
    if (rc == 0 && name != NULL)
        rc = study_read_name(name, &problem->name, err);
    else if (rc == 0)
        problem->name = default_name(elf);
    if (rc == 0 && class != NULL)
        rc = study_read_name(class, &problem->problem_class, err);
    problem->args = yaml_get(map, "args");
    if (rc == 0 && problem->args != NULL)
        rc = check_args(problem->args, err);
    if (rc == 0)
        rc = read_path(map, "files", &problem->files, err);
    if (rc == 0)
        rc = read_path(map, "stdin", &problem->input, err);
    if (rc == 0)
        rc = study_read_expr(map, "work", &problem->work, err);
    if (rc == 0)
        rc = study_read_expr(map, "footprint", &problem->footprint, err);
    if (rc == 0)
        rc = study_read_expr(map, "stride", &problem->stride, err);
    if (rc == 0 && strlen(problem->name) >= STORE_NAME_SIZE)
        rc = yaml_error(map, err, "'%s' is too long for a problem's name: give it a 'name'",
                        problem->name);
    return rc;
}

/* Sizes of its own, or those of the study that are not too large. */
static int read_look(const struct study *s, const struct yaml_node *map, double max,
                     struct study_problem *problem, struct err *err)
{
    const struct yaml_node *own = map->kind == YAML_MAP ? yaml_get(map, "look") : NULL;
    if (own != NULL)
        return study_read_ladder(own, "look", &problem->look, err);
    if (s->look.n == 0 || s->look.rung[0] > max)
        return 0;
    return study_copy_ladder(&s->look, max, map, &problem->look, err);
}

/* Its own ladder or the study's, cut at its largest size. */
static int read_sizes(const struct study *s, const struct yaml_node *map,
                      struct study_problem *problem, struct err *err)
{
    const struct yaml_node *own = map->kind == YAML_MAP ? yaml_get(map, "ladder") : NULL;
    const struct yaml_node *largest = map->kind == YAML_MAP ? yaml_get(map, "max") : NULL;
    struct study_ladder ladder = {0};
    double max = INFINITY;
    int rc = 0;
    if (largest != NULL)
        rc = yaml_double(largest, &max, err);
    if (rc == 0 && own != NULL)
        rc = study_read_ladder(own, "ladder", &ladder, err);
    /* Neither: read_study() complains when it has seen the rest. */
    if (rc == 0 && (own != NULL || s->ladder.n > 0))
        rc = study_copy_ladder(own != NULL ? &ladder : &s->ladder, max,
                               largest != NULL ? largest : map, &problem->ladder, err);
    study_release_ladder(&ladder);
    return rc == 0 ? read_look(s, map, max, problem, err) : rc;
}

/* What only a problem that is described here has. */
static bool is_described(const struct yaml_node *map)
{
    static const char *const keys[] = {"elf",  "args", "files",     "stdin",
                                       "class", "work", "footprint", "stride"};
    bool found = false;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        found = found || yaml_get(map, keys[i]) != NULL;
    return found;
}

static int read_problem(const struct study *s, const struct yaml_node *node,
                        struct study_problem *problem, struct err *err)
{
    static const char *const own[] = {"name",   "elf",  "args",      "files",  "stdin",
                                      "class",  "work", "footprint", "stride", "ladder",
                                      "look",   "max",  NULL};
    static const char *const known[] = {"name", "ladder", "look", "max", NULL};
    int rc = 0;
    problem->node = node;
    problem->problem_class = "";
    if (node->kind != YAML_MAP) {
        rc = study_read_name(node, &problem->name, err);
    } else if (yaml_get(node, "name") == NULL && yaml_get(node, "elf") == NULL) {
        rc = yaml_check_keys(node, own, err);
        if (rc == 0)
            rc = yaml_error(node, err, "a problem has a 'name' or an 'elf'");
    } else if (is_described(node)) {
        rc = yaml_check_keys(node, own, err);
        if (rc == 0)
            rc = read_own_problem(node, problem, err);
    } else {
        rc = yaml_check_keys(node, known, err);
        if (rc == 0)
            rc = study_read_name(yaml_get(node, "name"), &problem->name, err);
    }
    return rc == 0 ? read_sizes(s, node, problem, err) : rc;
}

int study_read_problems(struct study *s, const struct yaml_node *root, struct err *err)
{
    struct study_items items;
    int rc = study_need_items(root, "problems", &items, err);
    if (rc != 0)
        return rc;
    s->problem = study_array(items.n, sizeof(*s->problem), err);
    if (s->problem == NULL)
        return ERR_NOMEM;
    while (rc == 0 && s->n_problems < items.n) {
        const struct yaml_node *node = items.item[s->n_problems];
        struct study_problem *problem = &s->problem[s->n_problems++];
        rc = read_problem(s, node, problem, err);
        for (struct study_problem *old = s->problem; old < problem && rc == 0; old++)
            if (strcmp(old->name, problem->name) == 0)
                rc = yaml_error(node, err, "problem '%s' stands here twice", problem->name);
    }
    return rc;
}

void study_release_problems(struct study *s)
{
    for (size_t i = 0; i < s->n_problems; i++) {
        expr_free(s->problem[i].work);
        expr_free(s->problem[i].footprint);
        expr_free(s->problem[i].stride);
        study_release_ladder(&s->problem[i].ladder);
        study_release_ladder(&s->problem[i].look);
    }
    free(s->problem);
}
