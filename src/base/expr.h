/* Formulas in n, for work and footprint of a problem: numbers, n, + - * / ^,
 * parentheses, log2(), min(,), max(,), ceil(), floor().  ^ binds tightest and to the right. */
#ifndef BASE_EXPR_H
#define BASE_EXPR_H

#include "base/err.h"

struct expr;

/* Compiles `text`; on failure the message names the column.  Nesting deeper than
 * 64 levels is refused. */
int expr_alloc(struct expr **out, const char *text, struct err *err);
void expr_free(struct expr *e);
const char *expr_text(const struct expr *e);
/* Value at n; NaN where the formula is undefined there. */
double expr_value(const struct expr *e, double n);

#endif
