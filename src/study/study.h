/* Study files (rung-study(5)): which problems, sizes, modes, machines and variants are to
 * be run, and the checks that must hold.
 *
 * Reading one looks at the text alone, so that the text kept in a store can be read again
 * anywhere (for its thresholds); whether problems and machines exist is found by
 * plan_alloc() (study/plan.h). */
#ifndef STUDY_STUDY_H
#define STUDY_STUDY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/expr.h"
#include "base/yaml.h"
#include "timing/model.h"

/* Thresholds of `rung check`; the defaults stand for what a study leaves out. */
struct study_check {
    double r2;         /* least R^2 between rungs, within problems: 0.95 */
    double error;      /* largest relative error between rungs: 0.02 */
    double velocity;   /* least ratio of the full climb's time to the small rungs': 3 */
    double speed_loss; /* largest loss of simulation speed against a baseline: 0.05 */
    double equivalence; /* largest mean difference of variants' effects; NaN: not checked */
    double level;      /* confidence level: 0.95 */
};
void study_check_defaults(struct study_check *check);

/* A problem as the study names it: an entry of the problem table, or a program of the
 * user's own.  Texts and nodes are borrowed from the document. */
struct study_problem {
    const char *name;
    const char *elf;               /* NULL: `name` is in the problem table */
    const char *problem_class;     /* "" when not given */
    const struct yaml_node *args;  /* text or list of texts with "{n}"; NULL: "{n}" */
    struct expr *work, *footprint; /* NULL when not given */
    const struct yaml_node *node;  /* for messages */
};

struct study_machine {
    const char *name;
    const struct yaml_node *node;
};

/* One varied parameter with its values. */
struct study_factor {
    const char *name; /* "l2.size" */
    size_t n_values;
    const struct yaml_node **value; /* scalars */
    const struct yaml_node *node;
};

struct study {
    const char *name;
    size_t n_problems, n_rungs, n_modes, n_machines, n_factors;
    struct study_problem *problem;
    double *rung; /* ascending */
    const struct yaml_node **rung_node;
    enum timing_mode *mode;
    struct study_machine *machine;
    struct study_factor *factor;
    uint64_t layouts; /* layout seeds 0 .. layouts - 1 */
    uint64_t jobs;    /* 0: not said */
    struct study_check check;
    struct yaml_document *document;
};

/* Reads a study file: ERR_DATA when it cannot be read, ERR_CONFIG with file, line and key
 * when it is wrong. */
int study_load(struct study **out, const char *path, struct err *err);
/* The same for a text, e.g. store_study_yaml(); `name` is for messages. */
int study_parse(struct study **out, const char *name, const char *text, struct err *err);
void study_free(struct study *study);

#endif
