#include "config.h"

#include "study/filter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

const char *const filter_keys[] = {"problem", "n",      "mode",      "machine", "variant",
                                   "seed",    "status", "simulator", NULL};

/* The key that `text` begins with, as "mode" in "mode=timing"; NULL: none. */
static const char *key_at(const char *text)
{
    size_t len = strcspn(text, "=");
    for (size_t i = 0; filter_keys[i] != NULL; i++)
        if (text[len] == '=' && strlen(filter_keys[i]) == len &&
            memcmp(filter_keys[i], text, len) == 0)
            return filter_keys[i];
    return NULL;
}

int filters_add(struct filters *f, const char *text, struct err *err)
{
    char key[64];
    size_t len = strcspn(text, "=");
    if (f->count == FILTERS_MAX)
        return err_set(err, ERR_USAGE, "is given more than %d times", FILTERS_MAX);
    if (text[len] != '=' || text[len + 1] == '\0' || len >= sizeof(key))
        return err_set(err, ERR_USAGE, "'%s' is not KEY=VALUE", text);
    /* "machine=a,n=64" is a slip: no machine is called "n=64". */
    for (const char *item = text + len; (item = strchr(item, ',')) != NULL; item++)
        if (key_at(item + 1) != NULL)
            return err_set(err, ERR_USAGE, "'%s' names two keys: give each an option of its own",
                           text);
    const char *known = key_at(text);
    if (known != NULL) {
        f->item[f->count++] = (struct filter){known, text + len + 1};
        return 0;
    }
    memcpy(key, text, len);
    key[len] = '\0';
    const char *nearest = str_nearest(key, filter_keys);
    if (nearest != NULL)
        return err_set(err, ERR_USAGE, "runs have no '%s' (did you mean '%s'?)", key, nearest);
    return err_set(err, ERR_USAGE, "runs have no '%s'", key);
}

/* Whether `value` stands in the list "a,b,c". */
static bool in_list(const char *list, const char *value)
{
    size_t len = strlen(value);
    for (;;) {
        size_t item = strcspn(list, ",");
        if (item == len && strncmp(list, value, len) == 0)
            return true;
        if (list[item] == '\0')
            return false;
        list += item + 1;
    }
}

static bool pass(const struct filter *filter, const struct store_row *row)
{
    char number[32];
    const char *value = number;
    if (strcmp(filter->key, "problem") == 0)
        value = row->problem;
    else if (strcmp(filter->key, "mode") == 0)
        value = row->mode;
    else if (strcmp(filter->key, "machine") == 0)
        value = row->machine;
    else if (strcmp(filter->key, "variant") == 0)
        value = row->variant;
    else if (strcmp(filter->key, "status") == 0)
        value = row->status;
    else if (strcmp(filter->key, "simulator") == 0)
        value = row->simulator;
    else if (strcmp(filter->key, "n") == 0)
        snprintf(number, sizeof(number), "%.17g", row->n);
    else
        snprintf(number, sizeof(number), "%" PRIu64, row->seed);
    return in_list(filter->values, value);
}

bool filters_have(const struct filters *f, const char *key)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->item[i].key, key) == 0)
            return true;
    return false;
}

bool filters_pass(const struct filters *f, const struct store_row *row)
{
    for (size_t i = 0; i < f->count; i++)
        if (!pass(&f->item[i], row))
            return false;
    return true;
}
