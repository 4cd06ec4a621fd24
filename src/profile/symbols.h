/* Functions and source lines of addresses in a process that has ended, from the DWARF of the
 * files that it had mapped; functions that the compiler put into others have frames of their
 * own. */
#ifndef PROFILE_SYMBOLS_H
#define PROFILE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* One function; the texts are never NULL. */
struct symbols_function {
    const char *name;   /* "tage_branch", or "libc.so.6+0x1234" where nobody knows it */
    const char *file;   /* "src/timing/predictor.h"; "" without DWARF */
    const char *module; /* the folder in src ("timing"), or the library ("libc") */
};

struct symbols_frame {
    size_t function; /* its number */
    int line;        /* in it, where it was or what it called; 0: not known */
};

struct symbols;

/* `maps` is the text of /proc/PID/maps.  ERR_DATA when nothing of it can be read. */
int symbols_alloc(struct symbols **out, const char *maps, struct err *err);
void symbols_free(struct symbols *s);

/* The frames at `pc`, innermost first; at least one.  With `is_return` the address behind a
 * call is meant, and the call is what counts.  Borrowed until the next call; NULL when memory
 * is short. */
const struct symbols_frame *symbols_find(struct symbols *s, uint64_t pc, bool is_return,
                                         size_t *n);

size_t symbols_count(const struct symbols *s); /* of functions so far */
const struct symbols_function *symbols_function(const struct symbols *s, size_t i);
/* Whether rung's own program has lines: without them there are neither inlined functions nor
 * modules. */
bool symbols_has_lines(const struct symbols *s, const char *program);

#endif
