/* A CPU profile, added up: functions, modules, stages, and the tree of who called whom. */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Samples in something itself, and in it or what it called. */
struct profile_share {
    const char *name;
    uint64_t self, total;
};

struct profile_function {
    const char *name, *file, *module;
    uint64_t self, total;
};

/* A function as it was called by its parent; node 0 is the whole. */
struct profile_node {
    size_t function;               /* its number; unused in node 0 */
    size_t parent, child, sibling; /* 0: none; node 0 is nobody's child */
    uint64_t self, total;
};

struct profile {
    uint64_t samples;
    bool has_lines; /* else there are neither inlined functions nor modules nor stages */
    size_t n_functions, n_modules, n_stages, n_nodes;
    struct profile_function *function;    /* most of their own first */
    struct profile_share *module, *stage; /* the same; a stage has no total */
    struct profile_node *node;
    struct symbols *symbols; /* whose texts the names are */
    size_t max_nodes;
};

/* Adds up the raw profile in `path`, which a process of `program` (its path) wrote.  ERR_DATA
 * when it cannot be read or has no sample.  Release it in any case. */
int profile_load(struct profile *p, const char *path, const char *program, struct err *err);
void profile_release(struct profile *p);

#endif
