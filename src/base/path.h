/* Where rung's own files are, and small file-system helpers. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* The path of one of rung's data files: `kind` is "machines", "studies", "hardware",
 * "problems" (built guest programs and the problem table) or "plots".  Order: the
 * environment's RUNG_DATADIR; the build tree, when the program runs from there; the
 * installed directory.  Returns a heap string, NULL when memory is short. */
char *path_data(const char *kind, const char *name);

/* Reads a whole file of at most `limit` bytes into a heap buffer with a NUL behind it: ERR_DATA
 * when it cannot be read or is larger. */
int path_read(const char *path, size_t limit, char **text, size_t *len, struct err *err);
/* Whether it is there and, links followed, is a device, pipe or socket: /dev/null must not be
 * replaced by a file. */
bool path_is_special(const char *path);
/* Writes bytes under a temporary name beside `path`, syncs, renames; ERR_IO, and nothing is left
 * of it, when that fails.  What is special is written to as it is. */
int path_write_atomic(const char *path, const void *bytes, size_t len, struct err *err);
/* Syncs the directory that holds `path`, so that a rename to that name is on disk. */
int path_sync_directory(const char *path, struct err *err);
/* Makes a directory and its parents; an existing one is fine.  ERR_IO. */
int path_make_directory(const char *path, struct err *err);
bool path_exists(const char *path);

#endif
