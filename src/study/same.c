#include "config.h"

#include "study/same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run of the plan with its row. */
struct stored {
    const struct plan_run *run;
    const struct store_row *row;
};

/* By problem, size, layout and repetition; then as in the plan. */
static int order(const void *first, const void *second)
{
    const struct stored *a = first, *b = second;
    if (a->run->problem != b->run->problem)
        return a->run->problem < b->run->problem ? -1 : 1;
    if (a->run->n != b->run->n)
        return a->run->n < b->run->n ? -1 : 1;
    if (a->run->seed != b->run->seed)
        return a->run->seed < b->run->seed ? -1 : 1;
    if (a->run->repetition != b->run->repetition)
        return a->run->repetition < b->run->repetition ? -1 : 1;
    return (a->run > b->run) - (a->run < b->run);
}

static bool is_comparable(const struct stored *a, const struct stored *b)
{
    return a->run->problem == b->run->problem && a->run->n == b->run->n &&
           a->run->seed == b->run->seed && a->run->repetition == b->run->repetition;
}

static int compare(const struct plan *plan, const struct stored *a, const struct stored *b,
                   struct err *err)
{
    char one[512], two[512];
    plan_describe(plan, a->run, one, sizeof(one));
    plan_describe(plan, b->run, two, sizeof(two));
    if (a->row->instructions_total != b->row->instructions_total)
        return err_set(err, ERR_RUN, "'%s' retired %.0f instructions, but '%s' %.0f", two,
                       b->row->instructions_total, one, a->row->instructions_total);
    /* Stores of before have no digests. */
    if (a->row->output[0] != '\0' && b->row->output[0] != '\0' &&
        strcmp(a->row->output, b->row->output) != 0)
        return err_set(err, ERR_RUN, "'%s' wrote something else than '%s'", two, one);
    return 0;
}

int same_check(const struct plan *plan, const struct store *store, struct err *err)
{
    int rc = 0;
    size_t n = 0;
    struct stored *stored = malloc((plan->n_runs + 1) * sizeof(*stored));
    if (stored == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < plan->n_runs; i++) {
        const struct store_row *row = store_find(store, plan->run[i].id);
        /* Others count as they like. */
        if (row != NULL && plan->run[i].simulator == PLAN_OWN && strcmp(row->status, "ok") == 0)
            stored[n++] = (struct stored){&plan->run[i], row};
    }
    qsort(stored, n, sizeof(*stored), order);
    for (size_t i = 1, first = 0; i < n && rc == 0; i++) {
        if (is_comparable(&stored[first], &stored[i]))
            rc = compare(plan, &stored[first], &stored[i], err);
        else
            first = i;
    }
    free(stored);
    return rc;
}
