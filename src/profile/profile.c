#include "config.h"

#include "profile/profile.h"

#include <stdlib.h>
#include <string.h>

#include "profile/samples.h"
#include "profile/stage.h"
#include "profile/symbols.h"

enum { MAX_FRAMES = 4096 };

/* One sample's functions, innermost first, while it is added up. */
struct stack {
    size_t n;
    size_t function[MAX_FRAMES];
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory for a profile");
}

/* ---- stacks --------------------------------------------------------------------------------
 */

static int expand(struct symbols *symbols, const struct sample *sample, struct stack *stack,
                  struct err *err)
{
    stack->n = 0;
    for (size_t i = 0; i < sample->depth; i++) {
        size_t n;
        const struct symbols_frame *frame = symbols_find(symbols, sample->pc[i], i > 0, &n);
        if (frame == NULL)
            return no_memory(err);
        for (size_t k = 0; k < n && stack->n < MAX_FRAMES; k++)
            stack->function[stack->n++] = frame[k].function;
    }
    return 0;
}

/* Room for functions that were met with this sample. */
static int grow_functions(struct profile *p, size_t *max, struct err *err)
{
    size_t n = symbols_count(p->symbols);
    if (n > *max) {
        size_t more = 2 * n + 64;
        struct profile_function *grown = realloc(p->function, more * sizeof(*grown));
        if (grown == NULL)
            return no_memory(err);
        p->function = grown;
        *max = more;
    }
    for (; p->n_functions < n; p->n_functions++)
        p->function[p->n_functions] = (struct profile_function){0};
    return 0;
}

static void count_functions(struct profile *p, const struct stack *stack, uint64_t count)
{
    p->function[stack->function[0]].self += count;
    for (size_t i = 0; i < stack->n; i++) {
        size_t k = 0;
        /* A function that stands in the stack twice counts once. */
        while (k < i && stack->function[k] != stack->function[i])
            k++;
        if (k == i)
            p->function[stack->function[i]].total += count;
    }
}

/* The child of `node` for this function, made when there is none; 0 when memory is short. */
static size_t child_of(struct profile *p, size_t node, size_t function)
{
    for (size_t i = p->node[node].child; i != 0; i = p->node[i].sibling)
        if (p->node[i].function == function)
            return i;
    if (p->n_nodes == p->max_nodes) {
        size_t more = 2 * p->max_nodes + 256;
        struct profile_node *grown = realloc(p->node, more * sizeof(*grown));
        if (grown == NULL)
            return 0;
        p->node = grown;
        p->max_nodes = more;
    }
    p->node[p->n_nodes] = (struct profile_node){
        .function = function, .parent = node, .sibling = p->node[node].child};
    p->node[node].child = p->n_nodes;
    return p->n_nodes++;
}

static int count_nodes(struct profile *p, const struct stack *stack, uint64_t count,
                       struct err *err)
{
    size_t node = 0;
    p->node[0].total += count;
    for (size_t i = stack->n; i-- > 0;) {
        node = child_of(p, node, stack->function[i]);
        if (node == 0)
            return no_memory(err);
        p->node[node].total += count;
    }
    p->node[node].self += count;
    return 0;
}

/* ---- modules and stages --------------------------------------------------------------------
 */

static int find_share(struct profile_share **list, size_t *n, const char *name, size_t *at,
                      struct err *err)
{
    for (*at = 0; *at < *n; ++*at)
        if (strcmp((*list)[*at].name, name) == 0)
            return 0;
    struct profile_share *grown = realloc(*list, (*n + 1) * sizeof(*grown));
    if (grown == NULL)
        return no_memory(err);
    *list = grown;
    grown[(*n)++] = (struct profile_share){.name = name};
    return 0;
}

static int count_modules(struct profile *p, const struct stack *stack, uint64_t count,
                         struct err *err)
{
    for (size_t i = 0; i < stack->n; i++) {
        const char *module = symbols_function(p->symbols, stack->function[i])->module;
        size_t at, k = 0;
        int rc = find_share(&p->module, &p->n_modules, module, &at, err);
        if (rc != 0)
            return rc;
        if (i == 0)
            p->module[at].self += count;
        while (k < i &&
               strcmp(symbols_function(p->symbols, stack->function[k])->module, module) != 0)
            k++;
        if (k == i)
            p->module[at].total += count;
    }
    return 0;
}

/* What belongs to no stage belongs to its module. */
static int count_stage(struct profile *p, const struct stack *stack, uint64_t count,
                       struct err *err)
{
    const char *stage = NULL;
    size_t at;
    for (size_t i = 0; i < stack->n && stage == NULL; i++) {
        const struct symbols_function *f = symbols_function(p->symbols, stack->function[i]);
        stage = stage_of(f->name, f->file);
    }
    if (stage == NULL)
        stage = symbols_function(p->symbols, stack->function[0])->module;
    int rc = find_share(&p->stage, &p->n_stages, stage, &at, err);
    if (rc == 0)
        p->stage[at].self += count;
    return rc;
}

/* ---- putting it in order -------------------------------------------------------------------
 */

static int compare_counts(uint64_t self_a, uint64_t total_a, const char *name_a,
                          uint64_t self_b, uint64_t total_b, const char *name_b)
{
    if (self_a != self_b)
        return self_a > self_b ? -1 : 1;
    if (total_a != total_b)
        return total_a > total_b ? -1 : 1;
    return strcmp(name_a, name_b);
}

static int compare_shares(const void *a, const void *b)
{
    const struct profile_share *x = a, *y = b;
    return compare_counts(x->self, x->total, x->name, y->self, y->total, y->name);
}

/* A function with the number that nodes know it by. */
struct numbered {
    struct profile_function function;
    size_t number;
};

static int compare_functions(const void *a, const void *b)
{
    const struct profile_function *x = &((const struct numbered *)a)->function;
    const struct profile_function *y = &((const struct numbered *)b)->function;
    return compare_counts(x->self, x->total, x->name, y->self, y->total, y->name);
}

static int sort_functions(struct profile *p, struct err *err)
{
    struct numbered *list = malloc((p->n_functions + 1) * sizeof(*list));
    size_t *place = malloc((p->n_functions + 1) * sizeof(*place));
    int rc = list == NULL || place == NULL ? no_memory(err) : 0;
    for (size_t i = 0; rc == 0 && i < p->n_functions; i++) {
        const struct symbols_function *f = symbols_function(p->symbols, i);
        list[i] = (struct numbered){p->function[i], i};
        list[i].function.name = f->name;
        list[i].function.file = f->file;
        list[i].function.module = f->module;
    }
    if (rc == 0)
        qsort(list, p->n_functions, sizeof(*list), compare_functions);
    for (size_t i = 0; rc == 0 && i < p->n_functions; i++) {
        p->function[i] = list[i].function;
        place[list[i].number] = i;
    }
    for (size_t i = 1; rc == 0 && i < p->n_nodes; i++)
        p->node[i].function = place[p->node[i].function];
    free(place);
    free(list);
    return rc;
}

static int add_sample(struct profile *p, const struct sample *sample, struct stack *stack,
                      size_t *max, struct err *err)
{
    int rc = expand(p->symbols, sample, stack, err);
    if (rc == 0)
        rc = grow_functions(p, max, err);
    if (rc != 0)
        return rc;
    count_functions(p, stack, sample->count);
    rc = count_nodes(p, stack, sample->count, err);
    if (rc == 0)
        rc = count_modules(p, stack, sample->count, err);
    return rc == 0 ? count_stage(p, stack, sample->count, err) : rc;
}

int profile_load(struct profile *p, const char *path, const char *program, struct err *err)
{
    struct samples samples;
    size_t max = 0;
    *p = (struct profile){.n_nodes = 1, .max_nodes = 256};
    struct stack *stack = malloc(sizeof(*stack));
    p->node = calloc(p->max_nodes, sizeof(*p->node));
    int rc = samples_load(&samples, path, err);
    if (rc == 0 && (stack == NULL || p->node == NULL))
        rc = no_memory(err);
    if (rc == 0 && samples.total == 0)
        rc = err_set(err, ERR_DATA, "'%s': holds no sample: the run was too short", path);
    if (rc == 0)
        rc = symbols_alloc(&p->symbols, samples.maps, err);
    for (size_t i = 0; rc == 0 && i < samples.n; i++)
        rc = add_sample(p, &samples.sample[i], stack, &max, err);
    if (rc == 0)
        rc = sort_functions(p, err);
    if (rc == 0) {
        p->samples = samples.total;
        p->has_lines = symbols_has_lines(p->symbols, program);
        qsort(p->module, p->n_modules, sizeof(*p->module), compare_shares);
        qsort(p->stage, p->n_stages, sizeof(*p->stage), compare_shares);
    }
    free(stack);
    samples_release(&samples);
    return rc;
}

void profile_release(struct profile *p)
{
    symbols_free(p->symbols);
    free(p->function);
    free(p->module);
    free(p->stage);
    free(p->node);
    *p = (struct profile){0};
}
