/* Simulators of others as subjects of a study: what rung-study(5) calls `simulators`. */
#ifndef STUDY_EXTERNAL_H
#define STUDY_EXTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/yaml.h"
#include "store/fields.h"
#include "study/numbers.h"

/* Where one number is found.  Everything is borrowed from the document. */
struct external_number {
    const struct store_field *field; /* of kind STORE_REAL */
    enum numbers_form form;
    const char *key;
    const char *from; /* "stdout", "stderr", or a file in the run's folder */
    unsigned dump;    /* of stats.txt; 0: the only one */
    double scale;     /* the number times this is in the field's unit */
};

/* One design point: the parameters that differ from the base, parted by blanks. */
struct external_variant {
    char *name;        /* "base", "l2.size=8MiB" */
    char **text;       /* the value of each parameter */
    char *description; /* "name: value" lines, the form that a machine's text has */
};

struct external {
    const char *name, *mode; /* as in /summary */
    char *machine;           /* the same; always tells simulators apart */
    const struct yaml_node *command, *node;
    bool shell;
    double timeout; /* seconds; infinite: none */
    uint64_t repetitions;
    size_t n_parameters, n_variants, n_numbers;
    const char **parameter; /* names */
    struct external_variant *variant;
    struct external_number *number;
};

/* Reads the list below `simulators` (NULL: none): ERR_CONFIG with file and line.  The names of
 * all are different, and none is "rung". */
int external_read(const struct yaml_node *node, struct external **out, size_t *n,
                  struct err *err);
void external_free(struct external *list, size_t n);

/* What a run has to fill in. */
struct external_point {
    const char *problem, *elf; /* elf NULL: the problem has no program */
    const char *folder;        /* of the study */
    char *const *arguments;    /* of the problem, ends with NULL */
    double n;
    uint64_t seed, repetition;
};
/* The command as an argument vector, freed by words_free(); that of the shell where it is one.
 * Without an ELF file "{elf}" is an unknown placeholder. */
int external_command(const struct external *external, size_t variant,
                     const struct external_point *point, char ***argv, struct err *err);
/* How numbers are found, as text: part of what decides a run's result. */
char *external_numbers_text(const struct external *external);

#endif
