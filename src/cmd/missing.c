#include "config.h"

#include "cmd/missing.h"

#include <string.h>

#include "study/plan.h"
#include "study/study.h"

static bool is_selected(const struct store_row *row, const struct analysis_options *o)
{
    return (o->problem == NULL || strcmp(o->problem, row->problem) == 0) &&
           (o->machine == NULL || strcmp(o->machine, row->machine) == 0) &&
           (o->mode == NULL || strcmp(o->mode, row->mode) == 0) &&
           !(o->to > 0 && row->n > o->to);
}

static int warn_of(const struct plan *plan, struct store *store, const struct analysis_options *o,
                   struct analysis_warnings *warnings)
{
    size_t planned = 0, missing = 0;
    char first[512] = "";
    for (size_t i = 0; i < plan->n_runs; i++) {
        struct store_row row;
        plan_row(plan, &plan->run[i], &row);
        if (!is_selected(&row, o))
            continue;
        planned++;
        if (store_find_point(store, &row) != NULL)
            continue;
        if (missing++ == 0)
            plan_describe(plan, &plan->run[i], first, sizeof first);
    }
    if (missing == 0)
        return 0;
    return analysis_warn(warnings, "missing-runs",
                         "%zu of %zu planned runs %s not in '%s' (first: %s): 'rung run' with the "
                         "study and '-o %s' goes on",
                         missing, planned, missing == 1 ? "is" : "are", store_path(store), first,
                         store_path(store));
}

int missing_warn(struct store *store, const struct analysis_options *o,
                 struct analysis_warnings *warnings, struct err *err)
{
    struct study *study = NULL;
    struct plan *plan = NULL;
    struct err cause = {0};
    int status = 0;
    /* Machine files of the study are looked for beside the store, where studies often are.  Only
     * memory that ran out is worth a word here: all else is said by whoever needs it. */
    int rc = study_parse(&study, store_path(store), store_study_yaml(store), &cause);
    if (rc == 0)
        rc = plan_points_alloc(&plan, study, &cause);
    if (rc == 0)
        status = warn_of(plan, store, o, warnings);
    if (status < 0 || rc == ERR_NOMEM)
        status = err_set(err, ERR_NOMEM, "no memory for the study's plan");
    plan_free(plan);
    study_free(study);
    return status;
}
