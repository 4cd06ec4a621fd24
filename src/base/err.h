/* Errors: one map of codes, and a message that travels with them.
 *
 * A function that can fail returns 0 or one of the negative codes below.  Where
 * a cause is worth telling, it takes a `struct err *` as its last argument and
 * leaves a message there: lower case, no full stop, the subject in single
 * quotes, with file and line where there is one ("'gemm.yaml':7: unknown key
 * 'laddder'").  The program name is added by src/cmd alone.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* X(name, value, exit status, text): the exit statuses are those of rung(1). */
#define ERR_MAP(X)                                                             \
    X(ERR_USAGE, -1, 2, "usage error")                                         \
    X(ERR_CONFIG, -2, 2, "configuration error")                                \
    X(ERR_INCONCLUSIVE, -3, 3, "inconclusive")                                 \
    X(ERR_RUN, -4, 4, "run failed")                                            \
    X(ERR_DATA, -5, 5, "data missing or damaged")                              \
    X(ERR_IO, -6, 5, "input or output failed")                                 \
    X(ERR_NOMEM, -7, 4, "out of memory")                                       \
    X(ERR_NUMERIC, -8, 5, "numerical failure")                                 \
    X(ERR_INTERRUPTED, -9, 4, "interrupted")                                   \
    X(ERR_INTERNAL, -10, 4, "internal error")

enum err_code {
#define X(name, value, status, text) name = (value),
    ERR_MAP(X)
#undef X
};

/* A message and its code.  Plain value; starts as zero: `struct err err = {0};` */
struct err {
    int code;
    char text[1024];
};

/* Sets `err` (may be NULL) unless it already holds an error: the first cause is
 * kept.  Returns `code`, so that `return err_set(err, ERR_DATA, ...)` reads well. */
int err_set(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set, followed by ": " and the text of the errno value `number`. */
int err_set_errno(struct err *err, int code, int number, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts "prefix" before the message that `err` holds, e.g. the name of a run. */
void err_prefix(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void err_clear(struct err *err);

/* The short text of a code, and the exit status that rung(1) documents for it
 * (0 for code 0). */
const char *err_text(int code);
int err_exit_status(int code);

#endif
