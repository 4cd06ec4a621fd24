/* A YAML document as a tree of nodes that remember where they stood, so that
 * every complaint can name file, line and column.  Built from libyaml's events.
 * One document a file; anchors and aliases are refused (a study read by people
 * should say what it means); duplicate keys are errors. */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    bool quoted;        /* a scalar that stood in quotes: always text */
    int line, column;   /* from 1 */
    char *text;         /* of a scalar; NULL otherwise */
    char *key;          /* of a map's child; NULL elsewhere */
    int key_line;       /* from 1; 0 where there is no key */
    size_t count;       /* children of a list or map */
    struct yaml_node **child;
    struct yaml_document *document;
};

struct yaml_document {
    char *name; /* for messages: the file's name as it was given */
    char *text; /* the whole source, NUL-terminated */
    size_t text_len;
    struct yaml_node *root;
};

/* Reads a file (ERR_DATA when it cannot be read, ERR_CONFIG when it is no YAML)
 * or a string.  Nesting deeper than 32 and files above 4 MiB are refused. */
int yaml_load(struct yaml_document **out, const char *path, struct err *err);
int yaml_parse(struct yaml_document **out, const char *name, const char *text, size_t len,
               struct err *err);
/* (Not yaml_free: libyaml exports a function of that name.) */
void yaml_document_free(struct yaml_document *doc);

/* A map's child by key, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* ERR_CONFIG with "'file':line: message". */
int yaml_error(const struct yaml_node *node, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Complains about the first key of `map` that is not in `known` (NULL-terminated),
 * with the nearest known one; also when `map` is no map. */
int yaml_check_keys(const struct yaml_node *map, const char *const *known, struct err *err);

/* Typed values; the message names key, line and what was expected. */
int yaml_text(const struct yaml_node *node, const char **text, struct err *err);
int yaml_double(const struct yaml_node *node, double *value, struct err *err);
int yaml_uint64(const struct yaml_node *node, uint64_t *value, struct err *err);
int yaml_bool(const struct yaml_node *node, bool *value, struct err *err);
int yaml_bytes(const struct yaml_node *node, uint64_t *bytes, struct err *err);
int yaml_fraction(const struct yaml_node *node, double *fraction, struct err *err);
int yaml_hertz(const struct yaml_node *node, double *hertz, struct err *err);
int yaml_seconds(const struct yaml_node *node, double *seconds, struct err *err);

/* Name and version of the library below, for `rung --version`. */
void yaml_library(char *text, size_t size);

#endif
