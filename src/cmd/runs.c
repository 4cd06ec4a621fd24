#include "config.h"

#include "cmd/runs.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd/cmd.h"
#include "store/rows_csv.h"

bool runs_is_table(const char *path)
{
    size_t len = strlen(path);
    return strcmp(path, "-") == 0 ||
           (len > 4 && (strcasecmp(path + len - 4, ".csv") == 0 ||
                        strcasecmp(path + len - 4, ".tsv") == 0));
}

static int open_table(struct runs *runs, const char *path, const char *columns, struct err *err)
{
    struct csv *data;
    int status = csv_load(&data, path, err);
    if (status < 0)
        return status;
    status = store_rows_from_csv(&runs->made, data, columns, NULL, err);
    if (status == 0 && analysis_rows_from_array(&runs->rows, runs->made, data->n_rows) < 0)
        status = err_set(err, ERR_NOMEM, "no memory for %zu runs", data->n_rows);
    csv_free(data);
    return status;
}

int runs_open(struct runs *runs, const char *path, const char *columns, struct err *err)
{
    *runs = (struct runs){0};
    if (runs_is_table(path))
        return open_table(runs, path, columns, err);
    if (columns != NULL)
        return err_set(err, ERR_CONFIG, "'%s': --columns is for tables", path);
    int status = store_open(&runs->store, path, err);
    if (status == 0 && analysis_rows_from_store(&runs->rows, runs->store) < 0)
        status = err_set(err, ERR_NOMEM, "no memory for the runs of '%s'", path);
    return status;
}

/* One run of each rung is looked at: the rows are sorted by problem and size. */
void runs_warn_mixed(struct store *store)
{
    const struct store_row *first = NULL, *last = NULL; /* of the problem; looked at */
    char hash[sizeof(((struct store_origin *)0)->elf_hash)] = "";
    bool said = false;
    for (size_t i = 0; store != NULL && i < store_count(store); i++) {
        const struct store_row *row = store_row(store, i);
        struct store_origin origin;
        if (strcmp(row->simulator, "rung") != 0 ||
            (last != NULL && strcmp(last->problem, row->problem) == 0 && last->n == row->n))
            continue;
        last = row;
        if (store_read_origin(store, row->id, &origin, NULL) != 0)
            continue; /* whoever needs the run itself says what is wrong with it */
        if (first == NULL || strcmp(first->problem, row->problem) != 0) {
            first = row;
            said = false;
            memcpy(hash, origin.elf_hash, sizeof(hash));
        } else if (strcmp(hash, origin.elf_hash) != 0 && !said) {
            said = true;
            cmd_warn("%s: its runs at n = %g and n = %g are of different programs: they make no "
                     "ladder",
                     row->problem, first->n, row->n);
        }
        store_origin_release(&origin);
    }
}

void runs_close(struct runs *runs)
{
    analysis_rows_release(&runs->rows);
    free(runs->made);
    if (runs->store != NULL)
        store_close(runs->store);
    *runs = (struct runs){0};
}
