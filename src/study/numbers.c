#include "config.h"

#include "study/numbers.h"

#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/json.h"
#include "base/str.h"
#include "base/units.h"

enum { MAX_NUMBER = 64, MAX_POINTER = 256 }; /* bytes of a number, of a pointer's token */

struct search {
    const char *key, *name, *text;
    size_t len;
    unsigned dump;
    bool found;
    struct err *err;
};

const char *numbers_form_key(enum numbers_form form)
{
    static const char *const keys[] = {
#define X(name, key, text) key,
        NUMBERS_FORMS(X)
#undef X
    };
    return keys[form];
}

static int not_there(const struct search *s)
{
    return err_set(s->err, ERR_DATA, "'%s' has no '%s'", s->name, s->key);
}

/* The number that stands in these bytes and nothing else. */
static int read_number(struct search *s, const char *at, size_t len, double *value)
{
    char number[MAX_NUMBER];
    s->found = true;
    if (len < sizeof(number)) {
        memcpy(number, at, len);
        number[len] = '\0';
        if (units_parse_double(number, value) == 0)
            return 0;
    }
    return err_set(s->err, ERR_DATA, "'%s': '%s' is '%.*s', which is no finite number", s->name,
                   s->key, len < MAX_NUMBER ? (int)len : MAX_NUMBER, at);
}

/* ---- regular expressions ---------------------------------------------------------------- */

static int compile(regex_t *regex, const char *key, struct err *err)
{
    char why[128];
    int code = regcomp(regex, key, REG_EXTENDED | REG_NEWLINE);
    if (code == 0)
        return 0;
    regerror(code, regex, why, sizeof(why));
    return err_set(err, ERR_CONFIG, "'%s' is no regular expression: %s", key, why);
}

static int find_regex(struct search *s, double *value)
{
    regex_t regex;
    regmatch_t match[2];
    int rc = compile(&regex, s->key, s->err);
    if (rc != 0)
        return rc;
    if (regexec(&regex, s->text, 2, match, 0) != 0) {
        rc = not_there(s);
    } else {
        const regmatch_t *part = match[1].rm_so >= 0 ? &match[1] : &match[0];
        rc = read_number(s, s->text + part->rm_so, (size_t)(part->rm_eo - part->rm_so), value);
    }
    regfree(&regex);
    return rc;
}

/* ---- JSON ------------------------------------------------------------------------------- */

/* The text as a whole, or its last line that is an object or array. */
static json_t *json_of(const char *text, size_t len)
{
    json_t *root = json_loadb(text, len, JSON_DECODE_ANY, NULL);
    while (root == NULL && len > 0) {
        size_t end = len;
        while (len > 0 && text[len - 1] != '\n')
            len--;
        if (end > len && (text[len] == '{' || text[len] == '['))
            root = json_loadb(text + len, end - len, 0, NULL);
        len -= len > 0;
    }
    return root;
}

/* One token of a pointer, "~1" being a slash and "~0" a tilde; returns what follows it, or NULL
 * when it is too long. */
static const char *next_token(const char *at, char token[MAX_POINTER])
{
    size_t n = 0;
    for (; *at != '\0' && *at != '/'; at++) {
        char c = *at;
        if (c == '~' && (at[1] == '0' || at[1] == '1'))
            c = *++at == '0' ? '~' : '/';
        if (n + 1 == MAX_POINTER)
            return NULL;
        token[n++] = c;
    }
    token[n] = '\0';
    return at;
}

static json_t *follow(json_t *value, const char *pointer)
{
    char token[MAX_POINTER];
    uint64_t index;
    while (value != NULL && *pointer == '/') {
        pointer = next_token(pointer + 1, token);
        if (pointer == NULL)
            return NULL;
        if (json_is_array(value))
            value = units_parse_uint64(token, &index) == 0
                        ? json_array_get(value, (size_t)index)
                        : NULL;
        else
            value = json_object_get(value, token);
    }
    return value;
}

static int find_json(struct search *s, double *value)
{
    int rc;
    json_t *root = json_of(s->text, s->len);
    if (root == NULL)
        return err_set(s->err, ERR_DATA, "'%s' holds no JSON", s->name);
    const json_t *leaf = follow(root, s->key);
    if (json_is_number(leaf)) {
        s->found = true;
        *value = json_number_value(leaf);
        rc = 0;
    } else if (json_is_string(leaf)) {
        rc = read_number(s, json_string_value(leaf), json_string_length(leaf), value);
    } else if (leaf != NULL && !json_is_null(leaf)) {
        s->found = true;
        rc = err_set(s->err, ERR_DATA, "'%s': '%s' is no number", s->name, s->key);
    } else {
        rc = not_there(s);
    }
    json_decref(root);
    return rc;
}

/* ---- gem5's statistics ------------------------------------------------------------------ */

static const char dump_begins[] = "---------- Begin Simulation Statistics";

/* "name   value   # text", with blanks between. */
static int find_stats(struct search *s, double *value)
{
    size_t key_len = strlen(s->key), value_len = 0;
    unsigned dump = 0, hits = 0;
    const char *hit = NULL;
    for (const char *at = s->text; *at != '\0';) {
        size_t line = strcspn(at, "\n"), name = strcspn(at, " \t\n");
        if (strncmp(at, dump_begins, sizeof(dump_begins) - 1) == 0) {
            dump++;
        } else if (name == key_len && strncmp(at, s->key, name) == 0 &&
                   (s->dump == 0 || s->dump == dump)) {
            hit = at + name + strspn(at + name, " \t");
            value_len = strcspn(hit, " \t\r\n");
            hits++;
        }
        at += line + (at[line] == '\n');
    }
    if (hits == 0 && s->dump > dump)
        return err_set(s->err, ERR_DATA, "'%s' has %u dumps, not %u", s->name, dump, s->dump);
    if (hits == 0)
        return not_there(s);
    if (hits > 1) {
        s->found = true;
        return err_set(s->err, ERR_DATA, "'%s' has '%s' %u times: say which dump it is of",
                       s->name, s->key, hits);
    }
    return read_number(s, hit, value_len, value);
}

/* ---- perf stat -j ----------------------------------------------------------------------- */

/* "cycles" is "cycles" and "cycles:u". */
static bool is_event(const char *key, const char *event)
{
    size_t len = strlen(key);
    return strncmp(key, event, len) == 0 &&
           (event[len] == '\0' || (event[len] == ':' && strchr(key, ':') == NULL));
}

static double to_seconds(const char *unit)
{
    if (strcmp(unit, "msec") == 0)
        return 1e-3;
    if (strcmp(unit, "ns") == 0)
        return 1e-9;
    return 1;
}

static int read_event(struct search *s, json_t *object, double *value)
{
    const char *count = NULL, *unit = "";
    json_unpack(object, "{s:s, s?:s}", "counter-value", &count, "unit", &unit);
    s->found = true;
    if (count == NULL)
        return err_set(s->err, ERR_DATA, "'%s': '%s' has no 'counter-value'", s->name, s->key);
    if (count[0] == '<') {
        s->found = false;
        return err_set(s->err, ERR_DATA, "'%s': '%s' is %s", s->name, s->key, count);
    }
    int rc = read_number(s, count, strlen(count), value);
    *value = rc == 0 ? *value * to_seconds(unit) : NAN;
    return rc;
}

static int find_perf(struct search *s, double *value)
{
    int rc = 0;
    unsigned objects = 0, hits = 0;
    for (const char *at = s->text; rc == 0 && *at != '\0';) {
        size_t line = strcspn(at, "\n");
        const char *event = NULL;
        json_t *object = *at == '{' ? json_loadb(at, line, 0, NULL) : NULL;
        if (json_unpack(object, "{s:s}", "event", &event) == 0) {
            objects++;
            if (is_event(s->key, event) && ++hits == 1)
                rc = read_event(s, object, value);
        }
        json_decref(object);
        at += line + (at[line] == '\n');
    }
    if (rc == 0 && objects == 0)
        rc = err_set(s->err, ERR_DATA, "'%s' holds no output of perf stat -j", s->name);
    else if (rc == 0 && hits == 0)
        rc = not_there(s);
    else if (rc == 0 && hits > 1)
        rc = err_set(s->err, ERR_DATA, "'%s' counts '%s' %u times", s->name, s->key, hits);
    return rc;
}

/* ---- tables ----------------------------------------------------------------------------- */

static int find_csv(struct search *s, double *value)
{
    struct csv *table = NULL;
    struct err cause = {0};
    size_t column = 0;
    int rc = csv_parse(&table, s->name, s->text, s->len, s->err);
    if (rc != 0)
        return rc;
    if (csv_column(table, s->key, &column, &cause) != 0)
        rc = err_set(s->err, cause.code, "%s", cause.text);
    else if (table->n_rows != 1)
        rc = err_set(s->err, ERR_DATA, "'%s' has %zu rows instead of one", s->name,
                     table->n_rows);
    else
        rc = read_number(s, table->cell[column], strlen(table->cell[column]), value);
    csv_free(table);
    return rc;
}

/* ---- the whole -------------------------------------------------------------------------- */

int numbers_check_key(enum numbers_form form, const char *key, struct err *err)
{
    regex_t regex;
    if (key[0] == '\0')
        return err_set(err, ERR_CONFIG, "a '%s' cannot be empty", numbers_form_key(form));
    if (form == NUMBERS_JSON && key[0] != '/')
        return err_set(err, ERR_CONFIG, "'%s' is no JSON pointer: it begins with '/'", key);
    if (form != NUMBERS_REGEX)
        return 0;
    int rc = compile(&regex, key, err);
    if (rc == 0)
        regfree(&regex);
    return rc;
}

int numbers_find(enum numbers_form form, const char *key, unsigned dump, const char *name,
                 const char *text, size_t len, double *value, bool *found, struct err *err)
{
    struct search s = {
        .key = key, .name = name, .text = text, .len = len, .dump = dump, .err = err};
    int rc = ERR_INTERNAL;
    *value = NAN;
    switch (form) {
    case NUMBERS_REGEX:
        rc = find_regex(&s, value);
        break;
    case NUMBERS_JSON:
        rc = find_json(&s, value);
        break;
    case NUMBERS_STATS:
        rc = find_stats(&s, value);
        break;
    case NUMBERS_PERF:
        rc = find_perf(&s, value);
        break;
    case NUMBERS_CSV:
        rc = find_csv(&s, value);
        break;
    case NUMBERS_FORM_MAX:
        rc = err_set(err, ERR_INTERNAL, "no form of numbers");
        break;
    }
    if (found != NULL)
        *found = s.found;
    return rc;
}
