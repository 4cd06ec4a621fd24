/* The parameters of a machine for people: values with units, and where they come from. */
#ifndef ANALYSIS_SHEET_H
#define ANALYSIS_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct analysis_sheet_row {
    const char *name;    /* "l2.size", static */
    const char *meaning; /* static */
    char value[64];      /* "16 MiB" */
    char *source;        /* "" where nothing is known of it */
    bool changed;        /* another value than in the machine's file */
};

struct analysis_sheet {
    char *description; /* of the machine's file, "" without one */
    char *head;        /* the comments at its head, lines; "" without a file */
    size_t count;
    struct analysis_sheet_row *row; /* in the order of machine_text() */
};

/* From the text that a run keeps of its machine.  Descriptions and sources are those of the
 * machine of that name that comes with rung, as far as values are the same there.  ERR_CONFIG
 * for a text that is no machine of this version. */
int analysis_sheet_alloc(struct analysis_sheet **out, const char *machine, const char *text,
                         struct err *err);
void analysis_sheet_free(struct analysis_sheet *s);

#endif
