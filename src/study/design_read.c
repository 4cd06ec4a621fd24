#include "config.h"

#include "study/design.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "store/store.h"
#include "study/study_priv.h"

enum { MAX_SAMPLE = 100000 };

static int read_values(const struct yaml_node *node, struct design_factor *factor,
                       struct err *err)
{
    struct study_items items;
    const char *text;
    int rc = 0;
    if (study_items_of(node, &items) == 0)
        return yaml_error(node, err, "'%s' has no values", node->key);
    factor->value = study_array(items.n, sizeof(*factor->value), err);
    if (factor->value == NULL)
        return ERR_NOMEM;
    for (; factor->n_values < items.n && rc == 0; factor->n_values++) {
        const struct yaml_node *value = items.item[factor->n_values];
        factor->value[factor->n_values] = value;
        rc = yaml_text(value, &text, err);
        for (size_t i = 0; i < factor->n_values && rc == 0; i++)
            if (strcmp(factor->value[i]->text, text) == 0)
                rc = yaml_error(value, err, "'%s' has the value '%s' twice", node->key, text);
        if (rc == 0 && strlen(node->key) + 1 + strlen(text) >= STORE_VARIANT_SIZE)
            rc = yaml_error(value, err, "'%s=%s' is too long for a variant's name", node->key,
                            text);
    }
    return rc;
}

/* ---- ranges: "LOW..HIGH [log] [step STEP]" ------------------------------------------------
 */

static char *next_word(const char **at)
{
    *at += strspn(*at, " \t");
    size_t len = strcspn(*at, " \t");
    char *word = str_format("%.*s", (int)len, *at);
    *at += len;
    return word;
}

static int read_range(const struct yaml_node *node, struct design_factor *factor,
                      struct err *err)
{
    const char *dots = strstr(node->text, ".."), *at = dots + 2;
    int rc = 0;
    factor->low = str_format("%.*s", (int)(dots - node->text), node->text);
    factor->high = next_word(&at);
    if (factor->low == NULL || factor->high == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    while (rc == 0 && *(at += strspn(at, " \t")) != '\0') {
        char *word = next_word(&at);
        if (word == NULL)
            return err_set(err, ERR_NOMEM, "out of memory");
        if (strcmp(word, "log") == 0 && !factor->log)
            factor->log = true;
        else if (strcmp(word, "step") == 0 && factor->step == NULL)
            factor->step = next_word(&at);
        else
            rc = yaml_error(node, err, "'%s' must be LOW..HIGH [log] [step STEP], not '%s'",
                            node->key, node->text);
        free(word);
    }
    return rc;
}

/* ---- vary, grid, sample ------------------------------------------------------------------ */

static int read_factor(const struct yaml_node *node, bool ranges, struct design_factor *factor,
                       struct err *err)
{
    factor->name = node->key;
    factor->node = node;
    if (ranges && node->kind == YAML_SCALAR && strstr(node->text, "..") != NULL)
        return read_range(node, factor, err);
    return read_values(node, factor, err);
}

/* A map from parameters to values, or, with `ranges`, to ranges as well. */
static int read_factors(const struct yaml_node *map, const char *key, bool ranges,
                        struct design_factor **factor, size_t *n, struct err *err)
{
    int rc = 0;
    if (map->kind != YAML_MAP)
        return yaml_error(map, err, "'%s' must be a map from parameters to values", key);
    *factor = study_array(map->count, sizeof(**factor), err);
    if (*factor == NULL)
        return ERR_NOMEM;
    while (*n < map->count && rc == 0) {
        rc = read_factor(map->child[*n], ranges, &(*factor)[*n], err);
        ++*n;
    }
    return rc;
}

static int read_method(const struct yaml_node *map, struct design_sample *sample,
                       struct err *err)
{
    const struct yaml_node *node = yaml_get(map, "method");
    const char *text;
    sample->latin = true;
    if (node == NULL)
        return 0;
    int rc = yaml_text(node, &text, err);
    if (rc != 0)
        return rc;
    sample->latin = strcmp(text, "lhs") == 0;
    if (!sample->latin && strcmp(text, "random") != 0)
        return yaml_error(node, err, "unknown method '%s' (there are lhs, random)", text);
    return 0;
}

static int read_sample(const struct yaml_node *map, struct design_sample *sample,
                       struct err *err)
{
    static const char *const known[] = {"n", "method", "seed", "over", NULL};
    int rc = yaml_check_keys(map, known, err);
    const struct yaml_node *over = rc == 0 ? yaml_get(map, "over") : NULL;
    if (rc != 0)
        return rc;
    if (yaml_get(map, "n") == NULL || over == NULL)
        return yaml_error(map, err, "'sample' needs '%s'", over == NULL ? "over" : "n");
    sample->node = map;
    sample->seed = 1;
    rc = study_read_count(map, "n", 1, MAX_SAMPLE, &sample->n, err);
    if (rc == 0)
        rc = study_read_count(map, "seed", 0, UINT64_MAX, &sample->seed, err);
    if (rc == 0)
        rc = read_method(map, sample, err);
    if (rc == 0)
        rc = read_factors(over, "over", true, &sample->factor, &sample->n_factors, err);
    if (rc == 0 && sample->n_factors == 0)
        rc = yaml_error(over, err, "'over' is empty");
    return rc;
}

int design_read(struct design *d, const struct yaml_node *map, struct err *err)
{
    const struct yaml_node *vary = yaml_get(map, "vary"), *grid = yaml_get(map, "grid"),
                           *sample = yaml_get(map, "sample");
    int rc = 0;
    memset(d, 0, sizeof(*d));
    if (vary != NULL)
        rc = read_factors(vary, "vary", false, &d->vary, &d->n_vary, err);
    if (rc == 0 && grid != NULL)
        rc = read_factors(grid, "grid", false, &d->grid, &d->n_grid, err);
    if (rc == 0 && sample != NULL)
        rc = read_sample(sample, &d->sample, err);
    return rc;
}

static void release_factors(struct design_factor *factor, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(factor[i].value);
        free(factor[i].low);
        free(factor[i].high);
        free(factor[i].step);
    }
    free(factor);
}

void design_release(struct design *d)
{
    release_factors(d->vary, d->n_vary);
    release_factors(d->grid, d->n_grid);
    release_factors(d->sample.factor, d->sample.n_factors);
    memset(d, 0, sizeof(*d));
}
