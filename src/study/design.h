/* Design points: which parameters take which values, in `vary`, `grid` and `sample`, for the
 * machines of a study and for a simulator of others alike. */
#ifndef STUDY_DESIGN_H
#define STUDY_DESIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/yaml.h"

/* One varied parameter with its values, or a range of them. */
struct design_factor {
    const char *name; /* "l2.size" */
    size_t n_values;
    const struct yaml_node **value; /* scalars; NULL: a range */
    char *low, *high, *step;        /* of a range, as they were written; step may be NULL */
    bool log;                       /* even steps of the logarithm */
    const struct yaml_node *node;
};

/* Design points drawn from ranges. */
struct design_sample {
    uint64_t n, seed; /* n 0: none */
    bool latin;       /* Latin hypercube, else independent draws */
    struct design_factor *factor;
    size_t n_factors;
    const struct yaml_node *node;
};

struct design {
    struct design_factor *vary, *grid; /* one at a time; each value with each of the others */
    size_t n_vary, n_grid;
    struct design_sample sample;
};

/* Reads the keys `vary`, `grid` and `sample` of a map, each of which may be missing:
 * ERR_CONFIG with file and line.  Texts are borrowed from the document.  To be released also
 * after an error. */
int design_read(struct design *d, const struct yaml_node *map, struct err *err);
void design_release(struct design *d);

/* ---- points ------------------------------------------------------------------------------ */

/* One parameter of a design point.  `text` is borrowed. */
struct design_setting {
    const char *name, *text;
    const struct design_factor *factor;
    const struct yaml_node *node; /* of the value, for messages */
};

/* A range in the parameter's own unit. */
struct design_bounds {
    double low, high, step; /* step 0: every number */
    bool whole;             /* only whole numbers make sense */
    bool bytes;             /* written as KiB or MiB where that is even */
    const char *unit;       /* written behind each number; NULL: nothing */
};

/* Those who take the points. */
struct design_user {
    void *context;
    /* What the texts of a range mean; not asked for anything but numbers. */
    int (*bounds)(void *context, const struct design_factor *factor, struct design_bounds *b,
                  struct err *err);
    /* One point.  With `skip`, one that is there already is left out, else it is an error. */
    int (*add)(void *context, const struct design_setting *setting, size_t n, bool skip,
               struct err *err);
};

/* How many points design_points() gives at most. */
double design_size(const struct design *d);
/* Each value of `vary`, each combination of `grid`, of which the last factor changes fastest,
 * and each point of `sample`. */
int design_points(const struct design *d, const struct design_user *user, struct err *err);

/* Place i of n, from 0 to 1, of a factor's draws.  With `latin` each nth part of the range has
 * exactly one of them (M. McKay, R. Beckman, W. Conover, Technometrics 21, 1979); factors have
 * independent streams, so that one more does not change the others.  `place` has n elements. */
int design_draw(uint64_t seed, size_t factor, bool latin, double *place, size_t n);

#endif
