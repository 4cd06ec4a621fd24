#include "config.h"

#include "report/tsv.h"

#include <math.h>
#include <stdlib.h>

#include "base/path.h"

void tsv_init(struct tsv *t, const char *columns)
{
    str_init(&t->text);
    for (const char *p = columns; *p != '\0'; p++)
        str_add_char(&t->text, *p == ' ' ? '\t' : *p);
    str_add_char(&t->text, '\n');
    t->in_row = false;
}

void tsv_release(struct tsv *t)
{
    str_release(&t->text);
}

static void begin_cell(struct tsv *t)
{
    if (t->in_row)
        str_add_char(&t->text, '\t');
    t->in_row = true;
}

void tsv_real(struct tsv *t, double value)
{
    begin_cell(t);
    /* gnuplot reads "inf" as an undefined word: an infinite value cannot be drawn anyhow. */
    if (isfinite(value))
        str_addf(&t->text, "%.17g", value);
    else
        str_add(&t->text, "NaN");
}

void tsv_text(struct tsv *t, const char *text)
{
    begin_cell(t);
    for (const char *p = text; *p != '\0'; p++)
        str_add_char(&t->text, (unsigned char)*p < 0x20 || *p == 0x7f ? ' ' : *p);
}

void tsv_end_row(struct tsv *t)
{
    str_add_char(&t->text, '\n');
    t->in_row = false;
}

int tsv_write(const struct tsv *t, const char *directory, const char *name, struct err *err)
{
    if (str_failed(&t->text))
        return err_set(err, ERR_NOMEM, "out of memory for '%s'", name);
    char *path = str_format("%s/%s", directory, name);
    if (path == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for '%s'", name);
    int status = path_write_atomic(path, t->text.data, t->text.len, err);
    free(path);
    return status;
}
