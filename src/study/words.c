#include "config.h"

#include "study/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static const struct words_value *find(const struct words_value *value, size_t n,
                                      const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(value[i].name) == len && strncmp(value[i].name, name, len) == 0)
            return &value[i];
    return NULL;
}

static int unknown(const struct yaml_node *node, const char *at, size_t len,
                   const struct words_value *value, size_t n, struct err *err)
{
    struct str known;
    str_init(&known);
    for (size_t i = 0; i < n; i++)
        str_addf(&known, "%s{%s}", i > 0 ? ", " : "", value[i].name);
    int rc = yaml_error(node, err, "unknown placeholder '%.*s' (there %s %s)", (int)len, at,
                        n == 1 ? "is" : "are", known.data);
    str_release(&known);
    return rc;
}

/* Fills in the placeholder that begins at `at`; *len becomes its length. */
static int fill_one(const struct yaml_node *node, const char *at, size_t room,
                    const struct words_value *value, size_t n, struct str *out, size_t *len,
                    struct err *err)
{
    size_t name = 0;
    while (name + 1 < room && strchr("} ", at[name + 1]) == NULL)
        name++;
    bool closed = name + 1 < room && at[name + 1] == '}';
    const struct words_value *v = closed ? find(value, n, at + 1, name) : NULL;
    *len = name + 1 + closed;
    if (v == NULL)
        return unknown(node, at, *len, value, n, err);
    if (v->text == NULL)
        return yaml_error(node, err, "'{%s}' must be an argument of its own", v->name);
    str_add(out, v->text);
    return 0;
}

int words_fill(const struct yaml_node *node, const char *text, size_t len,
               const struct words_value *value, size_t n, char **out, struct err *err)
{
    struct str filled;
    int rc = 0;
    str_init(&filled);
    for (size_t i = 0, step; i < len && rc == 0; i += step) {
        char c = text[i];
        step = 1;
        if ((c == '{' || c == '}') && i + 1 < len && text[i + 1] == c) {
            str_add_char(&filled, c);
            step = 2;
        } else if (c == '{') {
            rc = fill_one(node, text + i, len - i, value, n, &filled, &step, err);
        } else {
            str_add_char(&filled, c);
        }
    }
    if (rc == 0) {
        *out = str_detach(&filled);
        if (*out == NULL)
            rc = err_set(err, ERR_NOMEM, "out of memory");
    }
    str_release(&filled);
    return rc;
}

/* ---- words ------------------------------------------------------------------------------ */

struct builder {
    const struct words_value *value;
    size_t n, count;
    char **word;
    struct err *err;
};

/* Takes `word` over. */
static int add(struct builder *w, char *word)
{
    char **grown = word != NULL ? realloc(w->word, (w->count + 2) * sizeof(*grown)) : NULL;
    if (grown == NULL) {
        free(word);
        return err_set(w->err, ERR_NOMEM, "out of memory");
    }
    w->word = grown;
    grown[w->count++] = word;
    grown[w->count] = NULL;
    return 0;
}

static int add_filled(struct builder *w, const struct yaml_node *node, const char *text,
                      size_t len)
{
    int rc = 0;
    const struct words_value *v =
        len > 2 && text[0] == '{' ? find(w->value, w->n, text + 1, len - 2) : NULL;
    if (v != NULL && v->list != NULL && text[len - 1] == '}') {
        for (size_t i = 0; rc == 0 && v->list[i] != NULL; i++)
            rc = add(w, str_format("%s", v->list[i]));
        return rc;
    }
    char *word = NULL;
    rc = words_fill(node, text, len, w->value, w->n, &word, w->err);
    return rc == 0 ? add(w, word) : rc;
}

static int add_text(struct builder *w, const struct yaml_node *node)
{
    static const char blanks[] = " \t\n";
    int rc = 0;
    for (const char *at = node->text + strspn(node->text, blanks); rc == 0 && *at != '\0';) {
        size_t len = strcspn(at, blanks);
        rc = add_filled(w, node, at, len);
        at += len + strspn(at + len, blanks);
    }
    return rc;
}

static int add_list(struct builder *w, const struct yaml_node *node)
{
    int rc = 0;
    const char *text;
    for (size_t i = 0; i < node->count && rc == 0; i++) {
        rc = yaml_text(node->child[i], &text, w->err);
        if (rc == 0)
            rc = add_filled(w, node->child[i], text, strlen(text));
    }
    return rc;
}

int words_expand(const struct yaml_node *node, const struct words_value *value, size_t n,
                 char ***out, struct err *err)
{
    struct builder w = {.value = value, .n = n, .err = err};
    const char *text;
    w.word = calloc(1, sizeof(*w.word));
    int rc = w.word == NULL ? err_set(err, ERR_NOMEM, "out of memory") : 0;
    if (rc == 0 && node->kind == YAML_LIST)
        rc = add_list(&w, node);
    else if (rc == 0 && (rc = yaml_text(node, &text, err)) == 0)
        rc = add_text(&w, node);
    if (rc == 0)
        *out = w.word;
    else
        words_free(w.word);
    return rc;
}

void words_free(char **words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        free(words[i]);
    free(words);
}

bool words_equal(char *const *a, char *const *b)
{
    while (*a != NULL && *b != NULL && strcmp(*a, *b) == 0)
        a++, b++;
    return *a == NULL && *b == NULL;
}
