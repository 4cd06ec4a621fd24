/* A growing string.  Running out of memory is remembered, not fatal: every
 * function may be called after it, and str_failed() tells at the end. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
    char *data; /* always NUL-terminated, never NULL after str_init */
    size_t len;
    size_t size; /* bytes allocated; 0 while `data` is the shared empty string */
    bool failed;
};

void str_init(struct str *s);
void str_release(struct str *s);
void str_clear(struct str *s);
bool str_failed(const struct str *s);

void str_add(struct str *s, const char *text);
void str_add_mem(struct str *s, const void *bytes, size_t len);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_addv(struct str *s, const char *format, va_list args);

/* As one word of a POSIX shell, in quotes where it needs them. */
void str_add_word(struct str *s, const char *text);

/* Hands the heap string to the caller (free() it); NULL after a failure. */
char *str_detach(struct str *s);

/* printf into a fresh heap string; NULL when memory is short. */
char *str_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *str_formatv(const char *format, va_list args);

/* The candidate nearest to `word` by edit distance, or NULL when none is near
 * enough to be a likely typing error (distance above 1 + strlen(word) / 4).
 * `candidates` ends with NULL. */
const char *str_nearest(const char *word, const char *const *candidates);

#endif
