/* The problem table (problems/problems.yaml): guest programs with their formulas. */
#ifndef STUDY_PROBLEM_H
#define STUDY_PROBLEM_H

#include <stddef.h>

#include "base/err.h"
#include "base/expr.h"
#include "base/yaml.h"

struct problem {
    const char *name, *text, *problem_class; /* borrowed from the table's document */
    char *elf;                               /* path of the program; it need not be there yet */
    struct expr *work, *footprint;           /* operations; bytes */
    struct expr *instructions;               /* about how many, for forecasts; may be NULL */
    struct expr *stride;                     /* bytes between neighbours of its longest strided
                                                walk, over n elements; NULL: it has none */
    const struct yaml_node *args;            /* template, see problem_arguments() */
    double max;                              /* largest size, infinite when not given */
};

struct problem_table {
    size_t n;
    struct problem *problem;
    struct yaml_document *document;
};

/* Reads the table of rung's own problems. */
int problem_table_alloc(struct problem_table **out, struct err *err);
/* Reads one from a text; for tests. */
int problem_table_parse(struct problem_table **out, const char *name, const char *text,
                        struct err *err);
void problem_table_free(struct problem_table *table);
/* NULL when there is none; *nearest (may be NULL) is then a similar name or NULL. */
const struct problem *problem_find(const struct problem_table *table, const char *name,
                                   const char **nearest);

/* The guest's arguments at size n, its own name not included: a text is cut at blanks, a
 * list gives one argument an item; "{n}" becomes the size.  NULL means "{n}".  Unknown
 * placeholders are ERR_CONFIG.  The array ends with NULL and is freed by
 * problem_arguments_free(). */
int problem_arguments(const struct yaml_node *args, double n, char ***out, struct err *err);
void problem_arguments_free(char **arguments);
/* The path of its standard input at size n, made in the same way of one text; heap. */
int problem_input(const struct yaml_node *node, double n, char **out, struct err *err);

#endif
