#include "config.h"

#include "study/stale.h"

#include <stdlib.h>
#include <string.h>

static bool reads_the_same(const struct store_origin *origin, const struct plan *plan,
                           const struct plan_run *run)
{
    const char *input = run->input != NULL ? run->input->hash : "";
    return strcmp(origin->files_hash, plan->problem[run->problem].files.hash) == 0 &&
           strcmp(origin->input_hash, input) == 0;
}

static int classify(const struct plan *plan, const struct plan_run *run, struct store *store,
                    const char *id, struct stale *stale, struct err *err)
{
    struct store_origin origin;
    const char *machine = run->machine >= 0 ? plan->machine[run->machine].text : "";
    int rc = store_read_origin(store, id, &origin, err);
    if (rc != 0)
        return rc;
    if (strcmp(origin.elf_hash, plan->problem[run->problem].elf_hash) != 0)
        stale->program++;
    else if (run->simulator == PLAN_OWN && !reads_the_same(&origin, plan, run))
        stale->input++;
    else if (run->simulator == PLAN_OWN && strcmp(origin.machine_text, machine) != 0)
        stale->machine++;
    else if (run->simulator == PLAN_OWN &&
             origin.model_version != (uint64_t)timing_mode_version(run->mode))
        stale->model++;
    else
        stale->other++;
    store_origin_release(&origin);
    return 0;
}

static int order_ids(const void *a, const void *b)
{
    const char *const *first = a, *const *second = b;
    return strcmp(*first, *second);
}

int stale_count(const struct plan *plan, struct store *store, const enum driver_state *state,
                struct stale *stale, struct err *err)
{
    int rc = 0;
    size_t n_met = 0, stored = store_count(store);
    const char **met = malloc((plan->n_runs + 1) * sizeof(*met));
    memset(stale, 0, sizeof(*stale));
    if (met == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < plan->n_runs && rc == 0; i++) {
        struct store_row planned;
        plan_row(plan, &plan->run[i], &planned);
        const struct store_row *row = store_find_point(store, &planned);
        if (row == NULL)
            continue;
        met[n_met++] = row->id;
        if (state[i] == DRIVER_TO_RUN && store_find(store, plan->run[i].id) == NULL)
            rc = classify(plan, &plan->run[i], store, row->id, stale, err);
    }
    qsort(met, n_met, sizeof(*met), order_ids);
    for (size_t i = 0; i < stored && rc == 0; i++) {
        const char *id = store_row(store, i)->id;
        stale->unasked += bsearch(&id, met, n_met, sizeof(*met), order_ids) == NULL;
    }
    free(met);
    return rc;
}
