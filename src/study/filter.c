#include "config.h"

#include "study/filter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
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

enum { NUMBER_SIZE = 32 };

/* What the row has there, in `number` or borrowed from the row. */
static const char *value_of(const char *key, const struct store_row *row,
                            char number[NUMBER_SIZE])
{
    if (strcmp(key, "problem") == 0)
        return row->problem;
    if (strcmp(key, "mode") == 0)
        return row->mode;
    if (strcmp(key, "machine") == 0)
        return row->machine;
    if (strcmp(key, "variant") == 0)
        return row->variant;
    if (strcmp(key, "status") == 0)
        return row->status;
    if (strcmp(key, "simulator") == 0)
        return row->simulator;
    if (strcmp(key, "n") == 0)
        snprintf(number, NUMBER_SIZE, "%.17g", row->n);
    else
        snprintf(number, NUMBER_SIZE, "%" PRIu64, row->seed);
    return number;
}

static bool pass(const struct filter *filter, const struct store_row *row)
{
    char number[NUMBER_SIZE];
    return in_list(filter->values, value_of(filter->key, row, number));
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

/* ---- filters that choose nothing ---------------------------------------------------------- */

struct choice {
    filters_row *row_at;
    const void *data;
    size_t n;
};

enum { KNOWN_MAX = 12 };

/* "gemm, lu and 3 more": what runs that pass the first `n_filters` have there, in their order. */
static char *known_values(const struct filters *f, size_t n_filters, const char *key,
                          const struct choice *from)
{
    struct str seen, text;
    size_t count = 0;
    struct filters before = *f;
    before.count = n_filters;
    str_init(&seen); /* each value between commas */
    str_init(&text);
    str_add(&seen, ",");
    for (size_t i = 0; i < from->n; i++) {
        struct store_row row;
        char number[NUMBER_SIZE];
        from->row_at(from->data, i, &row);
        const char *value = value_of(key, &row, number);
        if (!filters_pass(&before, &row) || in_list(seen.data, value))
            continue;
        str_addf(&seen, "%s,", value);
        if (count++ < KNOWN_MAX)
            str_addf(&text, "%s%s", count > 1 ? ", " : "", value);
    }
    if (count > KNOWN_MAX)
        str_addf(&text, " and %zu more", count - KNOWN_MAX);
    str_release(&seen);
    return str_detach(&text);
}

/* Whether a run passes the first `n_filters` and then has that value. */
static bool have_value(const struct filters *f, size_t n_filters, const char *key,
                       const char *list, const struct choice *from)
{
    struct filters with = *f;
    with.count = n_filters;
    for (size_t i = 0; i < from->n; i++) {
        struct store_row row;
        char number[NUMBER_SIZE];
        from->row_at(from->data, i, &row);
        if (filters_pass(&with, &row) && in_list(list, value_of(key, &row, number)))
            return true;
    }
    return false;
}

static int refuse(const struct filters *f, size_t at, const char *value, size_t len, bool alone,
                  const struct choice *from, struct err *err)
{
    char *known = known_values(f, alone ? 0 : at, f->item[at].key, from);
    int rc = err_set(err, ERR_CONFIG, "'--only': no run is %sof %s '%.*s'; there %s %s",
                     alone ? "" : "left ", f->item[at].key, (int)len, value,
                     known != NULL && strchr(known, ',') == NULL ? "is" : "are",
                     known != NULL ? known : "others");
    free(known);
    return rc;
}

int filters_check(const struct filters *f, filters_row *row_at, const void *data, size_t n,
                  struct err *err)
{
    const struct choice from = {row_at, data, n};
    for (size_t i = 0; i < f->count && n > 0; i++) {
        const struct filter *item = &f->item[i];
        if (strcmp(item->key, "status") == 0)
            continue;
        for (const char *at = item->values;;) {
            size_t len = strcspn(at, ",");
            char value[STORE_VARIANT_SIZE] = "";
            if (len < sizeof(value))
                memcpy(value, at, len);
            if (len >= sizeof(value) || !have_value(f, 0, item->key, value, &from))
                return refuse(f, i, at, len, true, &from, err);
            if (at[len] == '\0')
                break;
            at += len + 1;
        }
        if (!have_value(f, i, item->key, item->values, &from))
            return refuse(f, i, item->values, strlen(item->values), false, &from, err);
    }
    return 0;
}
