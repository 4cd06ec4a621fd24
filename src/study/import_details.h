/* How imported runs were made, where a table tells it: the columns that `rung export --table
 * runs` adds to the summary. */
#ifndef STUDY_IMPORT_DETAILS_H
#define STUDY_IMPORT_DETAILS_H

#include "base/csv.h"
#include "store/store.h"

/* X(column, member of struct import_details) */
#define IMPORT_DETAILS(X)       \
    X("elf", elf)               \
    X("elf_sha256", elf_hash)   \
    X("arguments", arguments)   \
    X("parameters", parameters) \
    X("message", message)       \
    X("created", created)       \
    X("host", host)             \
    X("model_version", model_version)

/* Heap texts; NULL: not told. */
struct import_details {
#define X(column, member) char *member;
    IMPORT_DETAILS(X)
#undef X
};

/* Those of row `row` of the table; ERR_NOMEM.  Release them in any case. */
int import_details_init(struct import_details *d, const struct csv *table, size_t row,
                        struct err *err);
void import_details_release(struct import_details *d);
/* Puts what is told into a run, whose texts are borrowed from here then. */
void import_details_apply(const struct import_details *d, struct store_run *run);

#endif
