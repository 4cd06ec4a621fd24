/* What the files of the history share. */
#ifndef STORE_HISTORY_PRIV_H
#define STORE_HISTORY_PRIV_H

#include "store/history.h"
#include "store/store_priv.h"

#define HISTORY_SCHEMA "rung-history"

/* The tables of a history, and where struct store_history keeps each of them. */
enum { HISTORY_TABLES = 5 };
struct history_table {
    const char *name;
    const struct store_field *field;
    size_t n_fields, size; /* of a row, bytes */
    size_t rows, count;    /* offsets */
};
extern const struct history_table history_tables[HISTORY_TABLES];
void **history_rows(struct store_history *h, const struct history_table *t);
size_t *history_count(struct store_history *h, const struct history_table *t);

#endif
