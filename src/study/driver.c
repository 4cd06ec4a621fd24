#include "config.h"

#include "study/driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/path.h"
#include "base/str.h"
#include "study/task.h"

/* ---- what is to be done ------------------------------------------------------------------ */

static enum driver_state state_of(const struct store_row *row, bool retry)
{
    if (row == NULL)
        return DRIVER_TO_RUN;
    if (strcmp(row->status, "ok") == 0)
        return DRIVER_OK;
    /* A crash or time-out is the host's doing and may pass; the guest's own end will not. */
    if (retry || strcmp(row->status, "crash") == 0 || strcmp(row->status, "timeout") == 0)
        return DRIVER_TO_RUN;
    return DRIVER_FAILED;
}

int driver_states(const struct plan *plan, const struct driver_options *options,
                  enum driver_state *state, struct err *err)
{
    struct store *store = NULL;
    if (path_exists(options->store_path)) {
        int rc = store_open(&store, options->store_path, err);
        if (rc != 0)
            return rc;
    }
    for (size_t i = 0; i < plan->n_runs; i++) {
        const struct plan_run *run = &plan->run[i];
        const struct store_row *row = store != NULL ? store_find(store, run->id) : NULL;
        state[i] = state_of(row, options->retry);
        struct store_row planned;
        plan_row(plan, run, &planned);
        if (!filter_pass(options->filter, options->n_filters, &planned))
            state[i] = DRIVER_FILTERED;
    }
    store_close(store);
    return 0;
}

/* ---- running ------------------------------------------------------------------------------
 */

static int launch(const struct plan *plan, const struct driver_options *options,
                  const enum driver_state *state, struct launch_result *result, struct err *err)
{
    int rc = 0;
    size_t n = 0;
    char *folder = str_format("%s.runs", options->store_path);
    char *plan_file = str_format("%s.runs/plan.jsonl", options->store_path);
    size_t *task = malloc((plan->n_runs + 1) * sizeof(*task));
    if (folder == NULL || plan_file == NULL || task == NULL) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    for (size_t i = 0; i < plan->n_runs; i++)
        if (state[i] == DRIVER_TO_RUN)
            task[n++] = i;
    if (n == 0)
        goto out;
    rc = path_make_directory(folder, err);
    if (rc == 0)
        rc = task_write_plan(plan, options->store_path, plan_file, err);
    if (rc != 0)
        goto out;
    struct launch_options how = {.jobs = options->jobs,
                                 .program = options->program,
                                 .plan_file = plan_file,
                                 .store_path = options->store_path,
                                 .event = options->event,
                                 .data = options->data};
    rc = launch_run(plan, task, n, &how, result, err);
    unlink(plan_file);
out:
    free(task);
    free(plan_file);
    free(folder);
    return rc;
}

static int count(const struct plan *plan, const char *store_path, struct driver_result *result,
                 struct err *err)
{
    struct store *store = NULL;
    int rc = store_open(&store, store_path, err);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < plan->n_runs; i++) {
        const struct store_row *row = store_find(store, plan->run[i].id);
        if (row == NULL)
            result->n_missing++;
        else if (strcmp(row->status, "ok") == 0)
            result->n_ok++;
        else
            result->n_failed++;
    }
    store_close(store);
    return 0;
}

/* With the lock held. */
static int run_locked(const struct study *study, const struct plan *plan,
                      const struct driver_options *options, struct driver_result *result,
                      struct err *err)
{
    struct store_assembled found;
    char *host = cpu_host_description();
    enum driver_state *state = calloc(plan->n_runs + 1, sizeof(*state));
    struct store_head head = {.study_name = study->name,
                              .study_yaml = study->document->text,
                              .tool_version = PACKAGE_VERSION,
                              .tool_commit = options->tool_commit,
                              .host = host};
    int rc = 0;
    if (host == NULL || state == NULL) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    rc = store_assemble(options->store_path, &head, &found, err);
    if (rc == 0)
        rc = driver_states(plan, options, state, err);
    if (rc != 0)
        goto out;
    if (options->begin != NULL)
        options->begin(options->data, plan, state, &found);
    rc = launch(plan, options, state, &result->launch, err);
    /* Also after an error: what is finished belongs into the study file. */
    struct err second = {0};
    int assembled = store_assemble(options->store_path, &head, &result->assembled, &second);
    if (assembled == 0)
        assembled = count(plan, options->store_path, result, &second);
    if (rc == 0 && assembled != 0)
        rc = err_set(err, assembled, "%s", second.text);
    if (rc == 0 && result->launch.interrupted)
        rc = err_set(err, ERR_INTERRUPTED, "interrupted");
out:
    free(state);
    free(host);
    return rc;
}

int driver_run(const struct study *study, const struct plan *plan,
               const struct driver_options *options, struct driver_result *result,
               struct err *err)
{
    struct store_lock *lock = NULL;
    memset(result, 0, sizeof(*result));
    int rc = store_probe(options->store_path, err);
    if (rc == 0)
        rc = store_lock_alloc(&lock, options->store_path, err);
    if (rc == 0)
        rc = run_locked(study, plan, options, result, err);
    store_lock_free(lock);
    return rc;
}
