#include "config.h"

#include "profile/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { MAX_PATH_NODES = 4096 };

/* Its own samples and those of the children that are too small to be shown; and the only child
 * that is large enough, 0 when there is none or more than one. */
static uint64_t own_samples(const struct profile *p, size_t node, double limit, size_t *only)
{
    uint64_t sum = p->node[node].self;
    size_t large = 0;
    *only = 0;
    for (size_t i = p->node[node].child; i != 0; i = p->node[i].sibling)
        if ((double)p->node[i].total < limit) {
            sum += p->node[i].total;
        } else {
            *only = i;
            large++;
        }
    if (large != 1)
        *only = 0;
    return sum;
}

/* The node above which every stack is the same. */
static size_t first_fork(const struct profile *p, double limit)
{
    size_t node = 0, only;
    while (own_samples(p, node, limit, &only) == 0 && only != 0)
        node = only;
    return node;
}

static bool is_below(const struct profile *p, size_t node, size_t root)
{
    while (node != root && node != 0)
        node = p->node[node].parent;
    return node == root;
}

/* The functions from `root` down to `node`; `root` is left out when it is the whole. */
static char *path_of(const struct profile *p, size_t node, size_t root)
{
    size_t path[MAX_PATH_NODES], n = 0;
    struct str text;
    str_init(&text);
    for (; n < MAX_PATH_NODES && node != 0; node = p->node[node].parent) {
        path[n++] = node;
        if (node == root)
            break;
    }
    while (n-- > 0) {
        const struct profile_function *f = &p->function[p->node[path[n]].function];
        str_addf(&text, "%s%s:%s", text.len > 0 ? ";" : "", f->module, f->name);
    }
    char *frames = str_detach(&text);
    str_release(&text);
    return frames;
}

int profile_fold(const struct profile *p, double least, struct profile_stack **out, size_t *n,
                 struct err *err)
{
    double limit = least * (double)p->samples;
    struct profile_stack *stack = calloc(p->n_nodes + 1, sizeof(*stack));
    size_t count = 0, only, root = first_fork(p, limit);
    bool failed = stack == NULL;
    for (size_t i = 0; !failed && i < p->n_nodes; i++) {
        uint64_t self = own_samples(p, i, limit, &only);
        /* Node 0 is the whole, and shown by the others. */
        if (self == 0 || (double)p->node[i].total < limit || !is_below(p, i, root))
            continue;
        stack[count] = (struct profile_stack){path_of(p, i, root), self};
        failed = stack[count++].frames == NULL;
    }
    if (failed) {
        profile_fold_free(stack, count);
        return err_set(err, ERR_NOMEM, "out of memory for a profile");
    }
    *out = stack;
    *n = count;
    return 0;
}

void profile_fold_free(struct profile_stack *stack, size_t n)
{
    for (size_t i = 0; stack != NULL && i < n; i++)
        free(stack[i].frames);
    free(stack);
}
