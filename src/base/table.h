/* Tables on stdout, in the three formats every command offers: aligned text for
 * people, JSON (an array of objects) and CSV (RFC 4180) for programs. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_JSONL };
/* "text", "json" or "csv"; 0 or ERR_USAGE.  FORMAT_JSONL, one object a line, is for whoever
 * writes files for other programs. */
int format_parse(const char *text, enum format *format);

struct table;

/* `keys` name the columns in JSON and CSV, `titles` in text (NULL: the keys);
 * both end with NULL and are copied.  Nobody need look whether it worked: NULL, when memory is
 * short, takes cells too, and fails when it is written. */
struct table *table_alloc(const char *const *keys, const char *const *titles);
void table_free(struct table *t);

/* Cells are added left to right; a row ends when it is full.  `digits` is the number of
 * significant digits in text, -n means n after the point; CSV and JSON carry 17.  NaN is "-" in
 * text, empty in CSV, null in JSON. */
void table_text(struct table *t, const char *text);
void table_real(struct table *t, double value, int digits);
/* A size or a count that is held in a double: whole numbers without a point, others with as
 * many digits as they need. */
void table_number(struct table *t, double value);
void table_uint(struct table *t, uint64_t value);
void table_int(struct table *t, int64_t value);
void table_bool(struct table *t, bool value);
/* A fraction that people read as a percentage (text "1.32 %", data 0.0132). */
void table_percent(struct table *t, double fraction, int digits);
/* A rule before the next row in text. */
void table_rule(struct table *t);

size_t table_rows(const struct table *t);
/* ERR_NOMEM when the table or any cell could not be kept, ERR_IO when writing failed. */
int table_write(const struct table *t, enum format format, FILE *out, struct err *err);
/* Writes and frees it. */
int table_finish(struct table *t, enum format format, FILE *out, struct err *err);

#endif
