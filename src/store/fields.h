/* The members of a row of /summary by name: what exporters, importers and readers of other
 * programs' output go by, so that a new column reaches all of them. */
#ifndef STORE_FIELDS_H
#define STORE_FIELDS_H

#include "store/store.h"

enum store_kind { STORE_TEXT, STORE_REAL, STORE_UINT, STORE_INT };
struct store_field {
    const char *name;
    enum store_kind kind;
    size_t offset, size; /* bytes */
};

extern const struct store_field store_row_fields[];
extern const size_t store_row_field_count;

/* What tables of runs have besides, of how each was made; ends with NULL. */
extern const char *const store_run_columns[];

/* NULL when there is none; *nearest (may be NULL) is then a similar name or NULL.  "class" is
 * another name of "problem_class". */
const struct store_field *store_row_field(const char *name, const char **nearest);

/* Sets one member from a text.  An empty one leaves it as it is.  ERR_DATA for a text that is
 * too long, no finite number, no whole number of at most 2^53, or no id. */
int store_row_set(struct store_row *row, const struct store_field *field, const char *text,
                  struct err *err);
/* The number that a member of kind STORE_REAL, STORE_UINT or STORE_INT holds. */
double store_row_number(const struct store_row *row, const struct store_field *field);
const char *store_row_text(const struct store_row *row, const struct store_field *field);

#endif
