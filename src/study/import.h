/* Runs of other programs, from their own files, into a study file. */
#ifndef STUDY_IMPORT_H
#define STUDY_IMPORT_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "store/store.h"

enum import_format { IMPORT_BY_NAME, IMPORT_CSV, IMPORT_GEM5, IMPORT_PERF };
/* "csv", "gem5", "perf"; 0 or ERR_USAGE. */
int import_format_parse(const char *text, enum import_format *format);

/* Leaves a format that is known; else ERR_CONFIG when the file's name does not tell it. */
int import_format_of(const char *name, enum import_format *format, struct err *err);

struct import_options {
    const char *store_path, *tool_commit;
    enum import_format format; /* by name: .csv, .tsv; stats.txt; .json */
    const char *columns;       /* "NAME=COLUMN,..." or NULL; see rung-import(1) */
    const char *const *set;    /* "NAME=VALUE" for what a file does not say */
    size_t n_set;
    unsigned dump; /* of gem5, from 1; 0: the only one */
    struct str *remarks; /* may be NULL; gets lines as of store_rows_from_csv() */
};

struct import_result {
    size_t n_runs;
    struct store_assembled assembled;
};

/* Makes rows of a text in one of the formats: a heap array that the caller frees.  `name` is
 * for messages.  ERR_DATA, ERR_CONFIG. */
int import_rows(struct store_row **rows, size_t *n, const char *name, const char *text,
                size_t len, const struct import_options *options, struct err *err);

/* Reads the files and takes their runs into the study file, which is made when it is not there;
 * all files are read before anything is written.  A run without an id gets one from what it is,
 * so that the same run imported again replaces the old one; rows that are otherwise the same
 * run become its repetitions. */
int import_files(char *const *file, size_t n, const struct import_options *options,
                 struct import_result *result, struct err *err);

#endif
