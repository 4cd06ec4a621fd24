#include "config.h"

#include "analysis/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "timing/machine.h"

static int fill_row(struct analysis_sheet_row *row, size_t index, const struct machine *m,
                    const struct machine_remarks *file)
{
    struct machine_param p;
    (void)machine_param(index, &p);
    row->name = p.name;
    row->meaning = p.text;
    machine_param_show(index, machine_value(m, p.name), row->value, sizeof row->value);
    row->changed = file != NULL && machine_value(m, p.name) !=
                                       machine_value(machine_remarks_machine(file), p.name);
    row->source = strdup(file == NULL   ? ""
                         : row->changed ? "other than in the machine's file"
                                        : machine_remark(file, index));
    return row->source != NULL ? 0 : ERR_NOMEM;
}

static int fill(struct analysis_sheet *s, const struct machine *m,
                const struct machine_remarks *file)
{
    int status = 0;
    s->description =
        strdup(file != NULL ? machine_description(machine_remarks_machine(file)) : "");
    s->head = strdup(file != NULL ? machine_remarks_head(file) : "");
    s->row = calloc(machine_param_count(), sizeof *s->row);
    if (s->description == NULL || s->head == NULL || s->row == NULL)
        return ERR_NOMEM;
    for (; status == 0 && s->count < machine_param_count(); s->count++)
        status = fill_row(s->row + s->count, s->count, m, file);
    return status;
}

int analysis_sheet_alloc(struct analysis_sheet **out, const char *name, const char *text,
                         struct err *err)
{
    struct machine *m = NULL;
    struct machine_remarks *file = NULL;
    struct err none = {0};
    *out = NULL;
    int status = machine_parse(&m, name, text, strlen(text), err);
    if (status != 0)
        return status;
    /* A machine of the user's own has no file that could be found: no sources are known then.
     * A name with a '/' would be taken for a path. */
    if (strchr(name, '/') == NULL && machine_remarks_alloc(&file, name, &none) == ERR_NOMEM)
        status = err_set(err, ERR_NOMEM, "no memory for machine '%s'", name);
    struct analysis_sheet *s = status == 0 ? calloc(1, sizeof *s) : NULL;
    if (status == 0 && (s == NULL || fill(s, m, file) != 0))
        status = err_set(err, ERR_NOMEM, "no memory for machine '%s'", name);
    if (status != 0)
        analysis_sheet_free(s);
    else
        *out = s;
    machine_remarks_free(file);
    machine_free(m);
    return status;
}

void analysis_sheet_free(struct analysis_sheet *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        free(s->row[i].source);
    free(s->row);
    free(s->description);
    free(s->head);
    free(s);
}
