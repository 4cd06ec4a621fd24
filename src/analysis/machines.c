#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"

/* Reads the caches of the machine that a run was made with. */
static int read_machine(struct analysis_machine *out, struct store *s,
                        const struct store_row *row, struct err *err)
{
    struct store_run run;
    struct machine *machine = NULL;
    int status = store_read_run(s, row->id, &run, err);
    analysis_format(out->name, sizeof out->name, "%s", row->machine);
    analysis_format(out->variant, sizeof out->variant, "%s", row->variant);
    out->n_caches = 0;
    /* Runs of other simulators have no description that can be read, nor have those of models
     * with other parameters: then nothing is known of the caches. */
    if (status == 0 && run.machine_text != NULL && strcmp(row->simulator, "rung") == 0)
        (void)machine_parse(&machine, row->id, run.machine_text, strlen(run.machine_text),
                            NULL);
    store_run_release(&run);
    if (machine != NULL)
        for (unsigned level = 1; out->n_caches < ANALYSIS_CACHES_MAX; level++) {
            if (machine_cache(machine, level, out->cache + out->n_caches) < 0)
                break;
            out->n_caches++;
        }
    machine_free(machine);
    return status;
}

int analysis_machines_from_store(struct analysis_machine **machine, size_t *n, struct store *s,
                                 struct err *err)
{
    int status = 0;
    *n = 0;
    *machine = calloc(store_count(s) + 1, sizeof **machine);
    if (*machine == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the machines of '%s'", store_path(s));
    for (size_t i = 0; status == 0 && i < store_count(s); i++) {
        const struct store_row *row = store_row(s, i);
        bool known = row->machine[0] == '\0';
        for (size_t j = 0; j < *n && !known; j++)
            known = strcmp((*machine)[j].name, row->machine) == 0 &&
                    strcmp((*machine)[j].variant, row->variant) == 0;
        if (!known)
            status = read_machine(*machine + (*n)++, s, row, err);
    }
    if (status < 0) {
        free(*machine);
        *machine = NULL;
        *n = 0;
    }
    return status;
}
