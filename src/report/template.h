/* Page templates: text with placeholders such as {{title}}. */
#ifndef REPORT_TEMPLATE_H
#define REPORT_TEMPLATE_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct template_value {
    const char *name;
    const char *text; /* already HTML */
};

/* Adds `text` to `out`, every placeholder replaced by its value.  ERR_CONFIG with `file` and
 * line for a placeholder that is not among `values` or does not end. */
int template_fill(struct str *out, const char *file, const char *text,
                  const struct template_value *values, size_t n, struct err *err);

#endif
