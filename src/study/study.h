/* Study files (rung-study(5)): which problems, sizes, modes, machines and variants are to
 * be run, and the checks that must hold.
 *
 * Reading one looks at the text alone, so that the text kept in a store can be read again
 * anywhere; whether problems and machines exist is found by
 * plan_alloc() (study/plan.h). */
#ifndef STUDY_STUDY_H
#define STUDY_STUDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/expr.h"
#include "base/yaml.h"
#include "study/design.h"
#include "study/external.h"
#include "timing/model.h"

/* Sizes in ascending order, and where they stand. */
struct study_ladder {
    size_t n;
    double *rung;
    const struct yaml_node **node; /* one a rung */
    bool named; /* "standard" or "fine": it ends where a problem's largest size does */
};

/* A problem as the study names it: an entry of the problem table, or a program of the
 * user's own.  Texts and nodes are borrowed from the document. */
struct study_problem {
    const char *name;
    const char *elf;               /* NULL: `name` is in the problem table, or `own` */
    bool own;                      /* described here; without elf it is for other simulators */
    const char *problem_class;     /* "" when not given */
    const struct yaml_node *args;  /* text or list of texts with "{n}"; NULL: "{n}" */
    const struct yaml_node *files; /* the folder that it may read; NULL when not given */
    const struct yaml_node *input; /* its standard input, with "{n}"; NULL when not given */
    struct expr *work, *footprint; /* NULL when not given */
    struct expr *stride;           /* as in struct problem; NULL when not given */
    struct study_ladder ladder;    /* its own or the study's, cut at its `max` */
    struct study_ladder look;      /* sizes of a look, the same; often none */
    const struct yaml_node *node;  /* for messages */
};

struct study_machine {
    const char *name;
    const struct yaml_node *node;
};

struct study {
    const char *name;
    size_t n_problems, n_modes, n_machines, n_simulators;
    struct external *simulator; /* of others */
    struct study_problem *problem;
    struct study_ladder ladder; /* n 0: each problem has its own */
    enum timing_mode *mode;
    struct study_ladder look; /* sizes that are run in modes of their own, those of most problems */
    size_t n_look_modes;
    enum timing_mode *look_mode;
    struct study_machine *machine;
    struct design design; /* of the machines */
    uint64_t layouts; /* layout seeds 0 .. layouts - 1 */
    uint64_t jobs;    /* 0: not said */
    double run_time;  /* seconds that a run may take, infinite when not said */
    double run_memory; /* bytes, the same */
    struct yaml_document *document;
};

/* Reads a study: ERR_DATA when it cannot be read, ERR_CONFIG with file, line and key
 * when it is wrong. */
int study_load(struct study **out, const char *path, struct err *err);
/* The same for a text, e.g. store_study_yaml(); `name` is for messages. */
int study_parse(struct study **out, const char *name, const char *text, struct err *err);
void study_free(struct study *study);
/* A path in a study is relative to the file that it is in; heap, NULL when memory is short. */
char *study_beside(const struct study *study, const char *path);

#endif
