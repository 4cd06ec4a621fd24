/* What the files that read a study share: typed items of its document.  Functions that return
 * an int return 0 or ERR_CONFIG (ERR_NOMEM) with a message that names file and line. */
#ifndef STUDY_STUDY_PRIV_H
#define STUDY_STUDY_PRIV_H

#include "study/study.h"

/* A list, or a single value that stands for a list of one.  Borrowed from the node. */
struct study_items {
    size_t n;
    struct yaml_node *const *item;
    struct yaml_node *single;
};
size_t study_items_of(const struct yaml_node *node, struct study_items *items);
/* The items of a key that must be there and not be empty. */
int study_need_items(const struct yaml_node *root, const char *key, struct study_items *items,
                     struct err *err);

/* Zeroed, one element more than n; NULL leaves a message. */
void *study_array(size_t n, size_t size, struct err *err);
/* A name that is stored with each run. */
int study_read_name(const struct yaml_node *node, const char **name, struct err *err);
/* A formula; the key may be missing. */
int study_read_expr(const struct yaml_node *map, const char *key, struct expr **out,
                    struct err *err);
/* A number of `key` within limits; the key may be missing. */
int study_read_count(const struct yaml_node *root, const char *key, uint64_t least,
                     uint64_t most, uint64_t *value, struct err *err);

/* ---- study_problem.c */

int study_read_problems(struct study *s, const struct yaml_node *root, struct err *err);
void study_release_problems(struct study *s);

/* ---- study_ladder.c */

/* `node`: a list of sizes, one size, or the name of a ladder; `key` is what it is of. */
int study_read_ladder(const struct yaml_node *node, const char *key, struct study_ladder *ladder,
                      struct err *err);
/* The rungs of `from` up to `max`; ERR_CONFIG, at `node`, when none is left. */
int study_copy_ladder(const struct study_ladder *from, double max,
                      const struct yaml_node *node, struct study_ladder *ladder,
                      struct err *err);
void study_release_ladder(struct study_ladder *ladder);

#endif
