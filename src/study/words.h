/* Arguments from templates: "{n}" and its like become what they stand for. */
#ifndef STUDY_WORDS_H
#define STUDY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/yaml.h"

/* What "{name}" stands for: a text, or a list of texts that ends with NULL, which must be an
 * argument of its own. */
struct words_value {
    const char *name;
    const char *text;
    char *const *list;
};

/* One text with its placeholders filled in, "{{" and "}}" being braces; heap.  ERR_CONFIG, at
 * the node, for an unknown placeholder. */
int words_fill(const struct yaml_node *node, const char *text, size_t len,
               const struct words_value *value, size_t n, char **out, struct err *err);

/* Arguments: a text is cut at blanks, a list gives one argument an item.  The array ends with
 * NULL and is freed by words_free(). */
int words_expand(const struct yaml_node *node, const struct words_value *value, size_t n,
                 char ***out, struct err *err);
void words_free(char **words);
/* Whether both are the same arguments. */
bool words_equal(char *const *a, char *const *b);

#endif
