/* Plain tables for gnuplot, people and data frames: one line of column names, then one line
 * a row, parted by tabs.  Numbers have 17 significant digits; one that does not exist is
 * NaN.  Texts should be the last columns of a table: gnuplot takes a quotation mark for
 * the beginning of a quoted field. */
#ifndef REPORT_TSV_H
#define REPORT_TSV_H

#include "base/err.h"
#include "base/str.h"

struct tsv {
    struct str text;
    bool in_row;
};

/* `columns` are the names, parted by blanks. */
void tsv_init(struct tsv *t, const char *columns);
void tsv_release(struct tsv *t);
void tsv_real(struct tsv *t, double value);
/* Tabs, line ends and other control characters become blanks. */
void tsv_text(struct tsv *t, const char *text);
void tsv_end_row(struct tsv *t);
/* Writes DIRECTORY/NAME. */
int tsv_write(const struct tsv *t, const char *directory, const char *name, struct err *err);

#endif
