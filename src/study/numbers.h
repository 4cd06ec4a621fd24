/* Numbers in the output of other programs: what simulators print, and gem5's and perf's own
 * forms.  Nothing here trusts its input. */
#ifndef STUDY_NUMBERS_H
#define STUDY_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* X(name, key in studies, what the key's text is) */
#define NUMBERS_FORMS(X)                                     \
    X(REGEX, "regex", "a POSIX extended regular expression") \
    X(JSON, "json", "a JSON pointer (RFC 6901)")             \
    X(STATS, "stats", "a name in gem5's stats.txt")          \
    X(PERF, "perf", "an event of perf stat -j")              \
    X(CSV, "csv", "a column of a table with one row")

enum numbers_form {
#define X(name, key, text) NUMBERS_##name,
    NUMBERS_FORMS(X)
#undef X
        NUMBERS_FORM_MAX
};
/* The word for it in a study: "regex". */
const char *numbers_form_key(enum numbers_form form);

/* Whether `key` can be one of this form at all: ERR_CONFIG with the reason when not (an
 * expression that does not compile, a pointer without a slash). */
int numbers_check_key(enum numbers_form form, const char *key, struct err *err);

/* Finds the number of `key` in the text of `len` bytes, which has a NUL behind it; `name` is
 * for messages.
 *   regex  the first match: its first group, or all of it
 *   json   the whole text, or else its last line that is JSON; a number, or a text of one
 *   stats  `dump` says which of several dumps, from 1; 0: there must be only one that has it
 *   perf   one JSON object a line; times are converted to seconds; "cycles" is also "cycles:u"
 *   csv    the column of the only row
 * ERR_DATA when it is not there (*found, may be NULL, tells that from a text that is damaged),
 * or is no finite number. */
int numbers_find(enum numbers_form form, const char *key, unsigned dump, const char *name,
                 const char *text, size_t len, double *value, bool *found, struct err *err);

#endif
