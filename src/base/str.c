#include "config.h"

#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Shared by all empty strings; size 0 says that it is never written to. */
static const char empty[1] = "";

void str_init(struct str *s)
{
    *s = (struct str){.data = (char *)empty};
}

void str_release(struct str *s)
{
    if (s->size > 0)
        free(s->data);
    str_init(s);
}

void str_clear(struct str *s)
{
    if (s->size > 0)
        s->data[0] = '\0';
    s->len = 0;
    s->failed = false;
}

bool str_failed(const struct str *s)
{
    return s->failed;
}

/* Makes room for `more` bytes and the NUL behind them. */
static bool reserve(struct str *s, size_t more)
{
    if (s->failed)
        return false;
    if (more >= SIZE_MAX / 4 || s->len >= SIZE_MAX / 4) {
        s->failed = true;
        return false;
    }
    size_t need = s->len + more + 1;
    if (need <= s->size)
        return true;
    size_t size = s->size < 32 ? 32 : s->size;
    while (size < need)
        size *= 2;
    char *data = realloc(s->size > 0 ? s->data : NULL, size);
    if (data == NULL) {
        s->failed = true;
        return false;
    }
    s->data = data;
    s->size = size;
    s->data[s->len] = '\0';
    return true;
}

void str_add_mem(struct str *s, const void *bytes, size_t len)
{
    if (!reserve(s, len))
        return;
    memcpy(s->data + s->len, bytes, len);
    s->len += len;
    s->data[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
    str_add_mem(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
    str_add_mem(s, &c, 1);
}

void str_addv(struct str *s, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len < 0)
        s->failed = true;
    else if (reserve(s, (size_t)len)) {
        vsnprintf(s->data + s->len, (size_t)len + 1, format, again);
        s->len += (size_t)len;
    }
    va_end(again);
}

void str_addf(struct str *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_addv(s, format, args);
    va_end(args);
}

char *str_detach(struct str *s)
{
    char *data = reserve(s, 0) ? s->data : NULL;
    if (data == NULL)
        str_release(s);
    str_init(s);
    return data;
}

void str_add_word(struct str *s, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "._-/+:=,@%";
    if (*text != '\0' && text[strspn(text, plain)] == '\0') {
        str_add(s, text);
        return;
    }
    str_add_char(s, '\'');
    for (; *text != '\0'; text++)
        if (*text == '\'')
            str_add(s, "'\\''");
        else
            str_add_char(s, *text);
    str_add_char(s, '\'');
}

char *str_formatv(const char *format, va_list args)
{
    struct str s;
    str_init(&s);
    str_addv(&s, format, args);
    return str_detach(&s);
}

char *str_format(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = str_formatv(format, args);
    va_end(args);
    return text;
}

enum { WORD_MAX = 63 }; /* longer words are not compared: no key of ours is */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance with insertion, deletion, replacement and exchange of neighbours at one each
 * (optimal string alignment; Wagner and Fischer, J. ACM 21(1), 1974, with the exchange of
 * Damerau, Commun. ACM 7(3), 1964).  row[k] is the distance of a[0..i-k] to each prefix of b.
 */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *row[3] = {rows[0], rows[1], rows[2]};
    for (size_t j = 0; j <= b_len; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *oldest = row[2];
        row[2] = row[1];
        row[1] = row[0];
        row[0] = oldest;
        row[0][0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t best = row[1][j - 1] + (a[i - 1] != b[j - 1]);
            best = smaller(best, smaller(row[1][j], row[0][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = smaller(best, row[2][j - 2] + 1);
            row[0][j] = best;
        }
    }
    return row[0][b_len];
}

const char *str_nearest(const char *word, const char *const *candidates)
{
    size_t len = strlen(word);
    if (len > WORD_MAX)
        return NULL;
    const char *nearest = NULL;
    size_t best = 1 + len / 4;
    for (size_t i = 0; candidates[i] != NULL; i++) {
        size_t other = strlen(candidates[i]);
        if (other > WORD_MAX)
            continue;
        size_t d = distance(word, len, candidates[i], other);
        /* A word that shares no letter with the candidate is no typing error of it. */
        if (d >= len || d > best || (d == best && nearest != NULL))
            continue;
        best = d;
        nearest = candidates[i];
    }
    return nearest;
}
