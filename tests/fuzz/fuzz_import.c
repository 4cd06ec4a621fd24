/* Any bytes as the output of another program: tables, gem5's statistics, perf's JSON, and every
 * way to find a number in a text.  What is read must be a row that can be stored; what is
 * refused must say why. */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "store/fields.h"
#include "study/import.h"
#include "study/numbers.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_rows(const char *text, size_t len, enum import_format format)
{
    static const char *const set[] = {"n=64", "problem=p"};
    struct import_options o = {.format = format, .set = set, .n_set = 2};
    struct store_row *rows = NULL;
    struct err err = {0};
    size_t n = 0;
    if (import_rows(&rows, &n, "input", text, len, &o, &err) < 0) {
        if (rows != NULL || n != 0 || err.text[0] == '\0')
            abort();
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < store_row_field_count; f++) {
            const struct store_field *field = &store_row_fields[f];
            if (field->kind == STORE_TEXT &&
                memchr(store_row_text(&rows[i], field), '\0', field->size) == NULL)
                abort();
            if (field->kind == STORE_REAL && isinf(store_row_number(&rows[i], field)))
                abort();
        }
    free(rows);
}

static void check_number(enum numbers_form form, const char *key, const char *text, size_t len)
{
    struct err err = {0};
    double value;
    bool found;
    for (unsigned dump = 0; dump < 3; dump++) {
        err_clear(&err);
        int rc = numbers_find(form, key, dump, "input", text, len, &value, &found, &err);
        if (rc == 0 ? !isfinite(value) || !found : err.text[0] == '\0')
            abort();
    }
}

/* The first line is the key, the rest the text. */
static void check_numbers(char *text, size_t len)
{
    char *end = memchr(text, '\n', len);
    if (end == NULL || end - text > 60)
        return;
    *end = '\0';
    for (int f = 0; f < NUMBERS_FORM_MAX; f++) {
        struct err err = {0};
        /* Expressions with counts can take any time and memory: they are the user's own. */
        if (f == NUMBERS_REGEX && strpbrk(text, "{*+") != NULL)
            continue;
        if (numbers_check_key((enum numbers_form)f, text, &err) == 0)
            check_number((enum numbers_form)f, text, end + 1, len - (size_t)(end + 1 - text));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    size_t len = size - 1;
    char *text = malloc(len + 1);
    if (text == NULL)
        return 0;
    memcpy(text, bytes + 1, len);
    text[len] = '\0';
    switch (bytes[0] % 4) {
    case 0:
        check_rows(text, len, IMPORT_CSV);
        break;
    case 1:
        check_rows(text, len, IMPORT_GEM5);
        break;
    case 2:
        check_rows(text, len, IMPORT_PERF);
        break;
    default:
        check_numbers(text, len);
        break;
    }
    free(text);
    return 0;
}
