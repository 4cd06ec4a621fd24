/* What the files of this folder share: small helpers over HDF5.  Identifiers are closed by
 * store_h5_close(); functions return 0 or -1 and leave the cause on HDF5's own stack, from
 * which store_h5_fail() takes it. */
#ifndef STORE_STORE_PRIV_H
#define STORE_STORE_PRIV_H

/* The interface of 1.10 also where a later library is installed. */
#ifndef H5_USE_110_API
#define H5_USE_110_API
#endif
#include <hdf5.h>

#include "store/fields.h"
#include "store/store.h"

/* A member of a C structure, for lists of them: STORE_FIELD(UINT, struct run, seed). */
#define STORE_FIELD(kind, type, name) \
    {#name, STORE_##kind, offsetof(type, name), sizeof(((type *)0)->name)}

/* ---- h5.c */

/* HDF5 prints its error stack by default; every entry of this module turns that off. */
void store_h5_quiet(void);
/* Access properties: the file format of 1.10, whose metadata carry checksums. */
hid_t store_h5_access(void);
/* Opens a file to read.  ERR_DATA: unreadable, no HDF5, damaged, or in one of the early formats,
 * whose metadata have no checksums. */
int store_h5_open(hid_t *out, const char *path, struct err *err);
/* A new file; what a killed process left under this name, or a link that somebody laid there, is
 * taken away first. */
hid_t store_h5_create(const char *name, hid_t access);
/* Creation properties of a group that keeps many attributes and links in its header. */
hid_t store_h5_group(hid_t loc, const char *name);
/* Opens a dataset whose values are in the file itself; negative for those that other files have
 * (external storage, virtual datasets), and where there is none. */
hid_t store_h5_dataset(hid_t loc, const char *name);
bool store_h5_inside(hid_t dataset);
void store_h5_close(hid_t id); /* any identifier; a negative one is left alone */
/* "'path': what: innermost cause", with `code`.  The cause is that of the last call of HDF5,
 * if that failed. */
int store_h5_fail(struct err *err, int code, const char *path, const char *what);
bool store_h5_exists(hid_t loc, const char *name); /* name may have several parts */
/* Whether all attributes of an object can be decoded.  To be asked before they are gone through:
 * libhdf5 1.10 crashes when it gives up in the middle of listing damaged ones. */
bool store_h5_attributes_sound(hid_t object);

int store_h5_write_text(hid_t loc, const char *name, const char *text);
int store_h5_write_uint(hid_t loc, const char *name, uint64_t value);
int store_h5_write_real(hid_t loc, const char *name, double value);
/* A heap string; NULL when there is no such attribute of text or memory is short. */
char *store_h5_read_text(hid_t loc, const char *name);
uint64_t store_h5_read_uint(hid_t loc, const char *name, uint64_t missing);
double store_h5_read_real(hid_t loc, const char *name); /* NaN when missing */

hid_t store_h5_text_type(size_t size); /* UTF-8, padded with zeros */
/* A compound type from a list of members of a C structure.
 * `file`: packed and little endian, as on disk; else as in memory. */
hid_t store_h5_compound(const struct store_field *field, size_t n, size_t size, bool file);
/* Ends the texts of `n` rows of `size` bytes that came from a file: a damaged one may hold some
 * that do not end. */
void store_texts_end(char *rows, size_t n, size_t size, const struct store_field *field,
                     size_t n_fields);
/* A new compressed and checksummed table of `rows`; an old one of that name goes. */
int store_h5_write_rows(hid_t loc, const char *name, hid_t file_type, hid_t memory_type,
                        const void *rows, size_t n);
/* What rows of a table are read into: structures of `size` bytes, at most `limit` of them.
 * Members that the file lacks are 0 or empty, real ones `missing`. */
struct store_rows {
    const struct store_field *field;
    size_t n_fields, size;
    int64_t limit;
    double missing;
};
/* The rows of a table in fresh memory, which the caller frees; a failure leaves *rows and *n as
 * they are. */
int store_h5_read_rows(hid_t loc, const char *name, const struct store_rows *kind, void **rows,
                       size_t *n);
/* Elements of a one-dimensional dataset, or -1. */
int64_t store_h5_length(hid_t dataset);

/* ---- row.c */

int store_row_order(const void *a, const void *b); /* for qsort */
bool store_row_same_point(const struct store_row *a, const struct store_row *b);
int store_rows_write(hid_t file, const struct store_row *row, size_t n);
/* The caller frees *row. */
int store_rows_read(hid_t file, struct store_row **row, size_t *n);
/* The type of a row in a file, and reading with one at hand: making it costs more than reading
 * the single row of a run file. */
hid_t store_row_type(void);
int store_rows_read_as(hid_t file, hid_t packed, struct store_row **row, size_t *n);
/* The same from a damaged table, chunk by chunk; *lost is how many rows could not be read. */
int store_rows_salvage(hid_t file, struct store_row **row, size_t *n, size_t *lost);

/* ---- head.c: root attributes and the text of the study */

int store_head_write(hid_t file, const struct store_head *head, bool fresh);
/* Opens a study file and checks that it is one. */
int store_head_open(hid_t *file, const char *path, struct err *err);
/* The study's text, checked against its checksum; heap. */
int store_head_yaml(hid_t file, const char *path, char **text, struct err *err);

/* ---- run.c */

int store_run_write(hid_t runs, const struct store_run *run);

/* ---- verify.c */

/* Whether `name` and all below it can be read to the last byte, and is of kinds that this schema
 * has: no references and nothing of variable length, whose damage HDF5 does not survive. */
bool store_is_readable(hid_t file, const char *name);

/* ---- write.c */

bool store_is_id(const char *id); /* 16 hexadecimal digits */

/* Copies a run of another file into the group /runs, over an old one of that id. */
int store_run_copy(hid_t file, hid_t runs, const char *id);

/* ---- read.c */

hid_t store_h5_file(const struct store *s);

/* ---- update.c: a study file changes by being copied, changed and renamed */

struct store_update {
    char *path, *temporary;
    hid_t file; /* of the copy, to be changed */
    bool fresh; /* there was none */
};
/* The caller holds the lock and is going to add some `room` bytes.  Without a study file one
 * is made, or, with `must_exist`, that is an error. */
int store_update_begin(struct store_update *update, const char *path, bool must_exist,
                       uint64_t room, struct err *err);
/* The same for a file that begins empty, whatever `path` holds now. */
int store_update_fresh(struct store_update *update, const char *path, uint64_t room,
                       struct err *err);
/* The same without the group of runs: nothing at all is in it. */
int store_update_blank(struct store_update *update, const char *path, uint64_t room,
                       struct err *err);
/* Renames the copy over the study file, or throws it away when `rc` is an error.  To be
 * called after begin() in any case; returns `rc` or the error that it met. */
int store_update_end(struct store_update *update, int rc, struct err *err);
/* Syncs a closed file, gives it its name, syncs the folder. */
int store_publish(const char *temporary, const char *path, struct err *err);

#endif
