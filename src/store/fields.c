#include "config.h"

#include "store/fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/str.h"
#include "base/units.h"
#include "store/store_priv.h"

const struct store_field *store_row_field(const char *name, const char **nearest)
{
    if (nearest != NULL)
        *nearest = NULL;
    if (strcmp(name, "class") == 0)
        name = "problem_class";
    for (size_t i = 0; i < store_row_field_count; i++)
        if (strcmp(store_row_fields[i].name, name) == 0)
            return &store_row_fields[i];
    const char **names = calloc(store_row_field_count + 1, sizeof(*names));
    for (size_t i = 0; names != NULL && i < store_row_field_count; i++)
        names[i] = store_row_fields[i].name;
    if (names != NULL && nearest != NULL)
        *nearest = str_nearest(name, names);
    free(names);
    return NULL;
}

static int set_text(char *to, const struct store_field *field, const char *text,
                    struct err *err)
{
    size_t len = strlen(text);
    if (len >= field->size)
        return err_set(err, ERR_DATA, "longer than %zu bytes", field->size - 1);
    if (strcmp(field->name, "id") == 0 && !store_is_id(text))
        return err_set(err, ERR_DATA, "'%s' is no id of a run (16 hexadecimal digits)", text);
    memset(to, 0, field->size);
    memcpy(to, text, len);
    return 0;
}

/* Integers pass through a double, as HDF5's readers in other languages do. */
static int set_integer(char *to, const struct store_field *field, const char *text, double real,
                       struct err *err)
{
    bool is_signed = field->kind == STORE_INT;
    if (real != floor(real) || fabs(real) > 9007199254740992.0 || (real < 0 && !is_signed))
        return err_set(err, ERR_DATA, "'%s' is not a whole number", text);
    uint64_t value = is_signed ? (uint64_t)(int64_t)real : (uint64_t)real;
    memcpy(to, &value, sizeof(value));
    return 0;
}

int store_row_set(struct store_row *row, const struct store_field *field, const char *text,
                  struct err *err)
{
    double real;
    char *to = (char *)row + field->offset;
    if (text[0] == '\0')
        return 0;
    if (field->kind == STORE_TEXT)
        return set_text(to, field, text, err);
    if (units_parse_double(text, &real) != 0)
        return err_set(err, ERR_DATA, "'%s' is not a finite number%s", text,
                       csv_number_hint(text));
    if (field->kind != STORE_REAL)
        return set_integer(to, field, text, real, err);
    memcpy(to, &real, sizeof(real));
    return 0;
}

double store_row_number(const struct store_row *row, const struct store_field *field)
{
    const char *from = (const char *)row + field->offset;
    double real;
    uint64_t value;
    if (field->kind == STORE_REAL) {
        memcpy(&real, from, sizeof(real));
        return real;
    }
    memcpy(&value, from, sizeof(value));
    return field->kind == STORE_INT ? (double)(int64_t)value : (double)value;
}

const char *store_row_text(const struct store_row *row, const struct store_field *field)
{
    return (const char *)row + field->offset;
}
