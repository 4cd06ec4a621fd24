/* The importers' readers: a text in one of the known forms becomes rows. */
#ifndef STUDY_IMPORT_ROWS_H
#define STUDY_IMPORT_ROWS_H

#include "study/import.h"
#include "study/numbers.h"

/* Where a tool's own output has the members of a row, when nobody says otherwise. */
struct import_known {
    const char *name;   /* of the row's member */
    const char *key[4]; /* the first that is there counts */
};

/* What is known of a form; ends with a NULL name.  NULL: nothing. */
const struct import_known *import_known(enum numbers_form form);

#endif
