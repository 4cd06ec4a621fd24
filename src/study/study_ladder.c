/* Ladders: the sizes of a study or of one of its problems. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "study/study_priv.h"

enum { MAX_RUNGS = 256 };

/* Each in powers of two, or with the sizes half way: 3/4 of the next. */
static const double standard[] = {64, 128, 256, 512, 1024};
static const double fine[] = {64, 96, 128, 192, 256, 384, 512, 768, 1024};

static const struct {
    const char *name;
    const double *rung;
    size_t n;
} named[] = {
    {"standard", standard, sizeof(standard) / sizeof(standard[0])},
    {"fine", fine, sizeof(fine) / sizeof(fine[0])},
};
enum { N_NAMED = sizeof(named) / sizeof(named[0]) };

static int allocate(struct study_ladder *ladder, size_t n, struct err *err)
{
    ladder->rung = study_array(n, sizeof(*ladder->rung), err);
    ladder->node = study_array(n, sizeof(*ladder->node), err);
    return ladder->rung != NULL && ladder->node != NULL ? 0 : ERR_NOMEM;
}

void study_release_ladder(struct study_ladder *ladder)
{
    free(ladder->rung);
    free(ladder->node);
    memset(ladder, 0, sizeof(*ladder));
}

static bool is_name(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && strspn(node->text, "0123456789+-.") == 0 &&
           node->text[0] != '\0';
}

static int read_named(const struct yaml_node *node, struct study_ladder *ladder,
                      struct err *err)
{
    const char *names[N_NAMED + 1] = {NULL};
    for (size_t i = 0; i < N_NAMED; i++) {
        names[i] = named[i].name;
        if (strcmp(node->text, named[i].name) != 0)
            continue;
        if (allocate(ladder, named[i].n, err) != 0)
            return ERR_NOMEM;
        ladder->named = true;
        ladder->n = named[i].n;
        for (size_t k = 0; k < ladder->n; k++) {
            ladder->rung[k] = named[i].rung[k];
            ladder->node[k] = node;
        }
        return 0;
    }
    const char *nearest = str_nearest(node->text, names);
    if (nearest != NULL)
        return yaml_error(node, err, "unknown ladder '%s' (did you mean '%s'?)", node->text,
                          nearest);
    return yaml_error(node, err, "unknown ladder '%s' (there are standard, fine)", node->text);
}

int study_read_ladder(const struct yaml_node *node, const char *key, struct study_ladder *ladder,
                      struct err *err)
{
    struct study_items items;
    int rc = 0;
    if (is_name(node))
        return read_named(node, ladder, err);
    if (study_items_of(node, &items) == 0)
        return yaml_error(node, err, "'%s' is empty", key);
    if (items.n > MAX_RUNGS)
        return yaml_error(node, err, "'%s' has more than %d rungs", key, MAX_RUNGS);
    if (allocate(ladder, items.n, err) != 0)
        return ERR_NOMEM;
    for (; ladder->n < items.n; ladder->n++) {
        const struct yaml_node *item = items.item[ladder->n];
        uint64_t n;
        rc = yaml_uint64(item, &n, err);
        if (rc != 0)
            return rc;
        /* Sizes are stored as numbers of double precision. */
        if (n == 0 || n > UINT64_C(1) << 53)
            return yaml_error(item, err, "a rung must be from 1 to 2^53, not %s", item->text);
        ladder->rung[ladder->n] = (double)n;
        ladder->node[ladder->n] = item;
        if (ladder->n > 0 && ladder->rung[ladder->n - 1] >= (double)n)
            return yaml_error(item, err, "'%s' must ascend, but %s follows %s", key, item->text,
                              ladder->node[ladder->n - 1]->text);
    }
    return 0;
}

int study_copy_ladder(const struct study_ladder *from, double max, const struct yaml_node *node,
                      struct study_ladder *ladder, struct err *err)
{
    if (allocate(ladder, from->n, err) != 0)
        return ERR_NOMEM;
    ladder->named = from->named;
    for (size_t i = 0; i < from->n && from->rung[i] <= max; i++) {
        ladder->rung[i] = from->rung[i];
        ladder->node[i] = from->node[i];
        ladder->n++;
    }
    if (ladder->n == 0)
        return yaml_error(node, err, "no rung of the ladder is at most %.0f", max);
    return 0;
}
