#include "config.h"

#include "study/problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "study/words.h"

/* ---- the table ------------------------------------------------------------------------- */

static int need_text(const struct yaml_node *map, const char *key, const char **text,
                     struct err *err)
{
    const struct yaml_node *node = yaml_get(map, key);
    if (node == NULL)
        return yaml_error(map, err, "'%s' is missing", key);
    return yaml_text(node, text, err);
}

static int need_expr(const struct yaml_node *map, const char *key, struct expr **out,
                     struct err *err)
{
    const char *text;
    struct err cause = {0};
    int rc = need_text(map, key, &text, err);
    if (rc == 0 && expr_alloc(out, text, &cause) != 0)
        rc = yaml_error(yaml_get(map, key), err, "'%s': %s", key, cause.text);
    return rc;
}

static int read_problem(const struct yaml_node *map, struct problem *problem, struct err *err)
{
    /* `sources`, `flags` and `checksum` are for building and testing. */
    static const char *const known[] = {"name", "text", "class",     "sources",      "flags",
                                        "work", "args", "footprint", "instructions", "max",
                                        "checksum", "stride", NULL};
    int rc = yaml_check_keys(map, known, err);
    if (rc == 0)
        rc = need_text(map, "name", &problem->name, err);
    if (rc == 0)
        rc = need_text(map, "text", &problem->text, err);
    if (rc == 0)
        rc = need_text(map, "class", &problem->problem_class, err);
    if (rc == 0)
        rc = need_expr(map, "work", &problem->work, err);
    if (rc == 0)
        rc = need_expr(map, "footprint", &problem->footprint, err);
    if (rc == 0 && yaml_get(map, "instructions") != NULL)
        rc = need_expr(map, "instructions", &problem->instructions, err);
    if (rc == 0 && yaml_get(map, "stride") != NULL)
        rc = need_expr(map, "stride", &problem->stride, err);
    if (rc != 0)
        return rc;
    problem->args = yaml_get(map, "args");
    problem->max = INFINITY;
    if (yaml_get(map, "max") != NULL)
        rc = yaml_double(yaml_get(map, "max"), &problem->max, err);
    char *file = str_format("%s.elf", problem->name);
    problem->elf = file != NULL ? path_data("problems", file) : NULL;
    free(file);
    if (rc == 0 && problem->elf == NULL)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    return rc;
}

static int read_table(struct problem_table *table, struct err *err)
{
    static const char *const known[] = {"problems", NULL};
    const struct yaml_node *root = table->document->root;
    int rc = yaml_check_keys(root, known, err);
    if (rc != 0)
        return rc;
    const struct yaml_node *list = yaml_get(root, "problems");
    if (list == NULL || list->kind != YAML_LIST)
        return yaml_error(list != NULL ? list : root, err,
                          "'problems' must be a list of problems");
    table->problem = calloc(list->count + 1, sizeof(*table->problem));
    if (table->problem == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    while (rc == 0 && table->n < list->count) {
        const struct yaml_node *map = list->child[table->n];
        struct problem *problem = &table->problem[table->n++];
        rc = read_problem(map, problem, err);
        for (size_t i = 0; i + 1 < table->n && rc == 0; i++)
            if (strcmp(table->problem[i].name, problem->name) == 0)
                rc = yaml_error(map, err, "problem '%s' stands here twice", problem->name);
    }
    return rc;
}

static int from_document(struct problem_table **out, struct yaml_document *document,
                         struct err *err)
{
    struct problem_table *table = calloc(1, sizeof(*table));
    if (table == NULL) {
        yaml_document_free(document);
        return err_set(err, ERR_NOMEM, "out of memory");
    }
    table->document = document;
    int rc = read_table(table, err);
    if (rc == 0)
        *out = table;
    else
        problem_table_free(table);
    return rc;
}

int problem_table_alloc(struct problem_table **out, struct err *err)
{
    struct yaml_document *document = NULL;
    char *path = path_data("problems", "problems.yaml");
    if (path == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = yaml_load(&document, path, err);
    free(path);
    return rc != 0 ? rc : from_document(out, document, err);
}

int problem_table_parse(struct problem_table **out, const char *name, const char *text,
                        struct err *err)
{
    struct yaml_document *document = NULL;
    int rc = yaml_parse(&document, name, text, strlen(text), err);
    return rc != 0 ? rc : from_document(out, document, err);
}

void problem_table_free(struct problem_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->n; i++) {
        expr_free(table->problem[i].work);
        expr_free(table->problem[i].footprint);
        expr_free(table->problem[i].instructions);
        expr_free(table->problem[i].stride);
        free(table->problem[i].elf);
    }
    free(table->problem);
    yaml_document_free(table->document);
    free(table);
}

const struct problem *problem_find(const struct problem_table *table, const char *name,
                                   const char **nearest)
{
    for (size_t i = 0; i < table->n; i++)
        if (strcmp(table->problem[i].name, name) == 0)
            return &table->problem[i];
    if (nearest == NULL)
        return NULL;
    *nearest = NULL;
    const char **names = calloc(table->n + 1, sizeof(*names));
    if (names == NULL)
        return NULL;
    for (size_t i = 0; i < table->n; i++)
        names[i] = table->problem[i].name;
    *nearest = str_nearest(name, names);
    free(names);
    return NULL;
}

/* ---- arguments ------------------------------------------------------------------------- */

int problem_arguments(const struct yaml_node *args, double n, char ***out, struct err *err)
{
    static const struct yaml_node size_alone = {.kind = YAML_SCALAR, .text = (char *)"{n}"};
    char *size = str_format("%.0f", n);
    struct words_value value = {.name = "n", .text = size};
    int rc = 0;
    if (size == NULL)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    else if (args != NULL && args->kind == YAML_MAP)
        rc = yaml_error(args, err, "'args' must be text or a list");
    else
        rc = words_expand(args != NULL ? args : &size_alone, &value, 1, out, err);
    free(size);
    return rc;
}

int problem_input(const struct yaml_node *node, double n, char **out, struct err *err)
{
    char *size = str_format("%.0f", n);
    struct words_value value = {.name = "n", .text = size};
    int rc = size == NULL
                 ? err_set(err, ERR_NOMEM, "out of memory")
                 : words_fill(node, node->text, strlen(node->text), &value, 1, out, err);
    free(size);
    return rc;
}

void problem_arguments_free(char **arguments)
{
    words_free(arguments);
}
