/* Typed items of a study's document. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"
#include "study/study_priv.h"

size_t study_items_of(const struct yaml_node *node, struct study_items *items)
{
    items->n = 1;
    items->single = (struct yaml_node *)node;
    items->item = &items->single;
    if (node->kind == YAML_LIST) {
        items->n = node->count;
        items->item = node->child;
    }
    return items->n;
}

int study_need_items(const struct yaml_node *root, const char *key, struct study_items *items,
                     struct err *err)
{
    const struct yaml_node *node = yaml_get(root, key);
    if (node == NULL)
        return yaml_error(root, err, "'%s' is missing", key);
    if (study_items_of(node, items) == 0)
        return yaml_error(node, err, "'%s' is empty", key);
    return 0;
}

void *study_array(size_t n, size_t size, struct err *err)
{
    void *array = calloc(n + 1, size);
    if (array == NULL)
        err_set(err, ERR_NOMEM, "out of memory");
    return array;
}

int study_read_name(const struct yaml_node *node, const char **name, struct err *err)
{
    int rc = yaml_text(node, name, err);
    if (rc != 0)
        return rc;
    size_t len = strlen(*name);
    if (len == 0 || len >= STORE_NAME_SIZE)
        return yaml_error(node, err, "a name has 1 to %d bytes, '%s' has %zu",
                          STORE_NAME_SIZE - 1, *name, len);
    for (const char *at = *name; *at != '\0'; at++)
        if (iscntrl((unsigned char)*at))
            return yaml_error(node, err, "a name has no control characters");
    return 0;
}

int study_read_expr(const struct yaml_node *map, const char *key, struct expr **out,
                    struct err *err)
{
    const struct yaml_node *node = yaml_get(map, key);
    const char *text;
    if (node == NULL)
        return 0;
    struct err cause = {0};
    int rc = yaml_text(node, &text, err);
    if (rc == 0 && expr_alloc(out, text, &cause) != 0)
        rc = yaml_error(node, err, "'%s': %s", key, cause.text);
    return rc;
}

int study_read_count(const struct yaml_node *root, const char *key, uint64_t least,
                     uint64_t most, uint64_t *value, struct err *err)
{
    const struct yaml_node *node = yaml_get(root, key);
    if (node == NULL)
        return 0;
    int rc = yaml_uint64(node, value, err);
    if (rc == 0 && (*value < least || *value > most))
        rc = yaml_error(node, err, "'%s' must be from %llu to %llu, not %llu", key,
                        (unsigned long long)least, (unsigned long long)most,
                        (unsigned long long)*value);
    return rc;
}
