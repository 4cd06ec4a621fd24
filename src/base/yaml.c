#include "config.h"

#include "base/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/path.h"
#include "base/str.h"
#include "base/units.h"

enum {
    DEPTH_MAX = 32,
    SIZE_LIMIT = 4 << 20,
    KEYS_MAX = 4096, /* of one map; keys are compared pair by pair */
};

struct reader {
    yaml_parser_t parser;
    struct yaml_document *doc;
    struct err *err;
};

static int fail_at(struct reader *r, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail_at(struct reader *r, int line, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return err_set(r->err, ERR_CONFIG, "'%s':%d: %s", r->doc->name, line, text);
}

static int fail_memory(struct reader *r)
{
    return err_set(r->err, ERR_NOMEM, "out of memory while reading '%s'", r->doc->name);
}

/* What libyaml found wrong, with its own words for it. */
static int fail_syntax(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return fail_memory(r);
    const char *problem = p->problem != NULL ? p->problem : "cannot be parsed";
    if (p->error == YAML_READER_ERROR) {
        int line = 1; /* the reader knows only a byte offset */
        for (size_t i = 0; i < p->problem_offset && i < r->doc->text_len; i++)
            line += r->doc->text[i] == '\n';
        return fail_at(r, line, "not UTF-8 text: %s", problem);
    }
    int line = (int)p->problem_mark.line + 1;
    if (p->context != NULL && (int)p->context_mark.line + 1 != line)
        return fail_at(r, line, "not YAML: %s %s that begins at line %d", problem, p->context,
                       (int)p->context_mark.line + 1);
    return fail_at(r, line, "not YAML: %s%s%s", problem, p->context != NULL ? " " : "",
                   p->context != NULL ? p->context : "");
}

static int next_event(struct reader *r, yaml_event_t *event)
{
    if (!yaml_parser_parse(&r->parser, event))
        return fail_syntax(r);
    return 0;
}

static void free_node(struct yaml_node *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->count; i++)
        free_node(node->child[i]);
    free(node->child);
    free(node->text);
    free(node->key);
    free(node);
}

static int add_child(struct reader *r, struct yaml_node *parent, struct yaml_node *child)
{
    /* Room doubles at every power of two, so that long lists stay linear. */
    if ((parent->count & (parent->count - 1)) == 0) {
        size_t size = parent->count == 0 ? 1 : 2 * parent->count;
        struct yaml_node **room = reallocarray(parent->child, size, sizeof(struct yaml_node *));
        if (room == NULL)
            return fail_memory(r);
        parent->child = room;
    }
    parent->child[parent->count++] = child;
    return 0;
}

static int read_node(struct reader *r, yaml_event_t *event, int depth, struct yaml_node **out);

/* Anchors and tags are refused wherever they stand. */
static int refuse_extras(struct reader *r, const yaml_event_t *event, int line)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return fail_at(r, line, "aliases are not supported ('*%s')",
                       (const char *)event->data.alias.anchor);
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    default:
        return fail_at(r, line, "not YAML: a value is missing");
    }
    if (anchor != NULL)
        return fail_at(r, line, "anchors are not supported ('&%s')", (const char *)anchor);
    if (tag != NULL)
        return fail_at(r, line, "tags are not supported ('%s')", (const char *)tag);
    return 0;
}

static int read_list(struct reader *r, int depth, struct yaml_node *node)
{
    for (;;) {
        yaml_event_t event;
        int status = next_event(r, &event);
        if (status != 0)
            return status;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return 0;
        }
        struct yaml_node *child;
        status = read_node(r, &event, depth, &child);
        if (status != 0)
            return status;
        status = add_child(r, node, child);
        if (status != 0) {
            free_node(child);
            return status;
        }
    }
}

/* The key in `event`, which is taken over. */
static int read_key(struct reader *r, yaml_event_t *event, const struct yaml_node *map,
                    char **key)
{
    int line = (int)event->start_mark.line + 1;
    int status = 0;
    if (event->type != YAML_SCALAR_EVENT && event->type != YAML_ALIAS_EVENT) {
        status = fail_at(r, line, "a key must be plain text");
        goto out;
    }
    status = refuse_extras(r, event, line);
    if (status != 0)
        goto out;
    const char *text = (const char *)event->data.scalar.value;
    if (strlen(text) != event->data.scalar.length) {
        status = fail_at(r, line, "a key holds a NUL character");
        goto out;
    }
    if (map->count >= KEYS_MAX) {
        status = fail_at(r, line, "a map has more than %d keys", KEYS_MAX);
        goto out;
    }
    const struct yaml_node *other = yaml_get(map, text);
    if (other != NULL) {
        status = fail_at(r, line, "key '%s' is given twice (first at line %d)", text,
                         other->key_line);
        goto out;
    }
    *key = strdup(text);
    if (*key == NULL)
        status = fail_memory(r);
out:
    yaml_event_delete(event);
    return status;
}

static int read_map(struct reader *r, int depth, struct yaml_node *node)
{
    for (;;) {
        yaml_event_t event;
        int status = next_event(r, &event);
        if (status != 0)
            return status;
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            return 0;
        }
        int line = (int)event.start_mark.line + 1;
        char *key = NULL;
        status = read_key(r, &event, node, &key);
        if (status == 0)
            status = next_event(r, &event);
        struct yaml_node *child = NULL;
        if (status == 0)
            status = read_node(r, &event, depth, &child);
        if (status != 0) {
            free(key);
            return status;
        }
        child->key = key;
        child->key_line = line;
        status = add_child(r, node, child);
        if (status != 0) {
            free_node(child);
            return status;
        }
    }
}

static int read_scalar(struct reader *r, const yaml_event_t *event, struct yaml_node *node)
{
    const char *text = (const char *)event->data.scalar.value;
    node->kind = YAML_SCALAR;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (strlen(text) != event->data.scalar.length)
        return fail_at(r, node->line, "a value holds a NUL character");
    node->text = strdup(text);
    return node->text != NULL ? 0 : fail_memory(r);
}

/* The node that begins with `event`, which is taken over. */
static int read_node(struct reader *r, yaml_event_t *event, int depth, struct yaml_node **out)
{
    int line = (int)event->start_mark.line + 1;
    struct yaml_node *node = NULL;
    int status = refuse_extras(r, event, line);
    if (status == 0 && depth > DEPTH_MAX)
        status = fail_at(r, line, "nested deeper than %d levels", DEPTH_MAX);
    if (status != 0)
        goto out;
    node = calloc(1, sizeof(*node));
    if (node == NULL) {
        status = fail_memory(r);
        goto out;
    }
    node->line = line;
    node->column = (int)event->start_mark.column + 1;
    node->document = r->doc;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        status = read_scalar(r, event, node);
        break;
    case YAML_SEQUENCE_START_EVENT:
        node->kind = YAML_LIST;
        status = read_list(r, depth + 1, node);
        break;
    default:
        node->kind = YAML_MAP;
        status = read_map(r, depth + 1, node);
        break;
    }
out:
    yaml_event_delete(event);
    if (status != 0)
        free_node(node);
    else
        *out = node;
    return status;
}

/* The whole stream: one document and nothing behind it. */
static int read_stream(struct reader *r)
{
    for (;;) {
        yaml_event_t event;
        int status = next_event(r, &event);
        if (status != 0)
            return status;
        yaml_event_type_t type = event.type;
        int line = (int)event.start_mark.line + 1;
        if (type == YAML_DOCUMENT_START_EVENT && r->doc->root != NULL) {
            yaml_event_delete(&event);
            return fail_at(r, line, "a second document begins; one is expected");
        }
        if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT ||
            type == YAML_DOCUMENT_END_EVENT) {
            yaml_event_delete(&event);
            continue;
        }
        if (type == YAML_STREAM_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        status = read_node(r, &event, 1, &r->doc->root);
        if (status != 0)
            return status;
    }
    if (r->doc->root == NULL)
        return err_set(r->err, ERR_CONFIG, "'%s' is empty", r->doc->name);
    return 0;
}

/* Takes `text` over. */
static int parse_owned(struct yaml_document **out, const char *name, char *text, size_t len,
                       struct err *err)
{
    struct reader r = {.err = err};
    int status;
    r.doc = calloc(1, sizeof(*r.doc));
    if (r.doc == NULL) {
        free(text);
        return err_set(err, ERR_NOMEM, "out of memory while reading '%s'", name);
    }
    r.doc->text = text;
    r.doc->text_len = len;
    r.doc->name = strdup(name);
    if (r.doc->name == NULL || !yaml_parser_initialize(&r.parser)) {
        yaml_document_free(r.doc);
        return err_set(err, ERR_NOMEM, "out of memory while reading '%s'", name);
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
    status = read_stream(&r);
    yaml_parser_delete(&r.parser);
    if (status != 0)
        yaml_document_free(r.doc);
    else
        *out = r.doc;
    return status;
}

int yaml_load(struct yaml_document **out, const char *path, struct err *err)
{
    char *text;
    size_t len;
    int status = path_read(path, SIZE_LIMIT, &text, &len, err);
    if (status != 0)
        return status;
    return parse_owned(out, path, text, len, err);
}

int yaml_parse(struct yaml_document **out, const char *name, const char *text, size_t len,
               struct err *err)
{
    if (len > SIZE_LIMIT)
        return err_set(err, ERR_DATA, "'%s' is larger than %d bytes", name, SIZE_LIMIT);
    char *copy = malloc(len + 1);
    if (copy == NULL)
        return err_set(err, ERR_NOMEM, "out of memory while reading '%s'", name);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return parse_owned(out, name, copy, len, err);
}

void yaml_document_free(struct yaml_document *doc)
{
    if (doc == NULL)
        return;
    free_node(doc->root);
    free(doc->name);
    free(doc->text);
    free(doc);
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->child[i]->key, key) == 0)
            return map->child[i];
    return NULL;
}

int yaml_error(const struct yaml_node *node, struct err *err, const char *format, ...)
{
    char text[768];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return err_set(err, ERR_CONFIG, "'%s':%d: %s", node->document->name, node->line, text);
}

/* "'key' must be EXPECTED, not ..." */
static int mismatch(const struct yaml_node *node, const char *expected, struct err *err)
{
    const char *quote = node->key != NULL ? "'" : "";
    const char *what = node->key != NULL              ? node->key
                       : node == node->document->root ? "the document"
                                                      : "a list item";
    switch (node->kind) {
    case YAML_LIST:
        return yaml_error(node, err, "%s%s%s must be %s, not a list", quote, what, quote,
                          expected);
    case YAML_MAP:
        return yaml_error(node, err, "%s%s%s must be %s, not a map", quote, what, quote,
                          expected);
    case YAML_SCALAR:
        break;
    }
    if (node->text[0] == '\0' && !node->quoted)
        return yaml_error(node, err, "%s%s%s must be %s, but has no value", quote, what, quote,
                          expected);
    return yaml_error(node, err, "%s%s%s must be %s, not '%s'", quote, what, quote, expected,
                      node->text);
}

int yaml_check_keys(const struct yaml_node *map, const char *const *known, struct err *err)
{
    if (map->kind != YAML_MAP)
        return mismatch(map, "a map", err);
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_node *child = map->child[i];
        size_t k = 0;
        while (known[k] != NULL && strcmp(known[k], child->key) != 0)
            k++;
        if (known[k] != NULL)
            continue;
        const char *nearest = str_nearest(child->key, known);
        const char *name = child->document->name;
        if (nearest != NULL)
            return err_set(err, ERR_CONFIG, "'%s':%d: unknown key '%s' (did you mean '%s'?)",
                           name, child->key_line, child->key, nearest);
        return err_set(err, ERR_CONFIG, "'%s':%d: unknown key '%s'", name, child->key_line,
                       child->key);
    }
    return 0;
}

int yaml_text(const struct yaml_node *node, const char **text, struct err *err)
{
    if (node->kind != YAML_SCALAR)
        return mismatch(node, "text", err);
    if (!node->quoted && (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
                          strcmp(node->text, "null") == 0))
        return mismatch(node, "text", err);
    *text = node->text;
    return 0;
}

int yaml_double(const struct yaml_node *node, double *value, struct err *err)
{
    if (node->kind != YAML_SCALAR || node->quoted || units_parse_double(node->text, value) != 0)
        return mismatch(node, "a number", err);
    return 0;
}

int yaml_uint64(const struct yaml_node *node, uint64_t *value, struct err *err)
{
    if (node->kind != YAML_SCALAR || node->quoted || units_parse_uint64(node->text, value) != 0)
        return mismatch(node, "a whole number from 0 to 2^64 - 1", err);
    return 0;
}

int yaml_bool(const struct yaml_node *node, bool *value, struct err *err)
{
    if (node->kind == YAML_SCALAR && !node->quoted) {
        if (strcmp(node->text, "true") == 0 || strcmp(node->text, "yes") == 0) {
            *value = true;
            return 0;
        }
        if (strcmp(node->text, "false") == 0 || strcmp(node->text, "no") == 0) {
            *value = false;
            return 0;
        }
    }
    return mismatch(node, "true or false", err);
}

/* Quotes are no mistake around a number with a unit. */
int yaml_bytes(const struct yaml_node *node, uint64_t *bytes, struct err *err)
{
    if (node->kind != YAML_SCALAR || units_parse_bytes(node->text, bytes) != 0)
        return mismatch(node, "a size in bytes such as 32KiB", err);
    return 0;
}

int yaml_fraction(const struct yaml_node *node, double *fraction, struct err *err)
{
    if (node->kind != YAML_SCALAR || units_parse_fraction(node->text, fraction) != 0)
        return mismatch(node, "a fraction such as 0.02 or 2%", err);
    return 0;
}

int yaml_hertz(const struct yaml_node *node, double *hertz, struct err *err)
{
    if (node->kind != YAML_SCALAR || units_parse_hertz(node->text, hertz) != 0)
        return mismatch(node, "a frequency such as 3.5GHz", err);
    return 0;
}

int yaml_seconds(const struct yaml_node *node, double *seconds, struct err *err)
{
    if (node->kind != YAML_SCALAR || units_parse_seconds(node->text, seconds) != 0)
        return mismatch(node, "a time such as 10s or 5min", err);
    return 0;
}

void yaml_library(char *text, size_t size)
{
    snprintf(text, size, "libyaml %s", yaml_get_version_string());
}
