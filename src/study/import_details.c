#include "config.h"

#include "study/import_details.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"

static int take(char **text, const struct csv *table, size_t row, const char *column,
                struct err *err)
{
    size_t c = 0;
    while (c < table->n_columns && strcmp(table->header[c], column) != 0)
        c++;
    if (c == table->n_columns || table->cell[row * table->n_columns + c][0] == '\0')
        return 0;
    *text = strdup(table->cell[row * table->n_columns + c]);
    return *text != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

int import_details_init(struct import_details *d, const struct csv *table, size_t row,
                        struct err *err)
{
    int rc = 0;
    memset(d, 0, sizeof(*d));
#define X(column, member) \
    if (rc == 0)          \
        rc = take(&d->member, table, row, column, err);
    IMPORT_DETAILS(X)
#undef X
    return rc;
}

void import_details_release(struct import_details *d)
{
#define X(column, member) free(d->member);
    IMPORT_DETAILS(X)
#undef X
    memset(d, 0, sizeof(*d));
}

void import_details_apply(const struct import_details *d, struct store_run *run)
{
    run->elf = d->elf;
    run->arguments = d->arguments;
    run->machine_text = d->parameters;
    run->message = d->message;
    if (d->created != NULL)
        run->created = d->created;
    if (d->host != NULL)
        run->host = d->host;
    if (d->elf_hash != NULL && strlen(d->elf_hash) < sizeof(run->elf_hash))
        strcpy(run->elf_hash, d->elf_hash);
    if (d->model_version != NULL &&
        units_parse_uint64(d->model_version, &run->model_version) != 0)
        run->model_version = 0;
}
