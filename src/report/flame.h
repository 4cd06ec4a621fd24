/* Flame graphs as SVG: one picture, no script, nothing loaded from elsewhere.  Every frame has
 * a title with its name and shares, which browsers show and screen readers read. */
#ifndef REPORT_FLAME_H
#define REPORT_FLAME_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct flame_stack {
    const char *frames; /* "module:function;module:function", outermost first */
    double self;        /* its weight, above 0 */
};

/* Adds the picture, an <svg> element, to `out`.  `id` makes its labels' ids unique on a page.
 * ERR_NOMEM; ERR_DATA without any weight. */
int flame_draw(struct str *out, const char *id, const char *title,
               const struct flame_stack *stack, size_t n, struct err *err);

#endif
