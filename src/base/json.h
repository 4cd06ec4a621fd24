/* JSON for output, over jansson: numbers with 17 significant digits, non-finite
 * ones as null. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "base/err.h"

/* json_real, or json_null for NaN and infinities.  New reference. */
json_t *json_number(double value);
/* [lower, upper].  New reference. */
json_t *json_interval(double lower, double upper);
/* Writes `value` indented by two blanks, keys in order of insertion, newline at the end.
 * NULL, which jansson gives when memory is short, is ERR_NOMEM; ERR_IO when writing fails. */
int json_write(const json_t *value, FILE *out, struct err *err);
/* Name and version of the library below, for `rung --version`. */
void json_library(char *text, size_t size);

#endif
