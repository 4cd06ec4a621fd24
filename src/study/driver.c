#include "config.h"

#include "study/driver.h"

#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/path.h"
#include "base/str.h"
#include "study/same.h"
#include "study/schedule.h"
#include "study/slurm.h"
#include "study/stale.h"
#include "study/task.h"

/* ---- what is to be done ------------------------------------------------------------------ */

static bool is_status(const struct store_row *row, const char *status)
{
    return strcmp(row->status, status) == 0;
}

/* `limit`: seconds that the run may take. */
static enum driver_state state_of(const struct store_row *row, double limit,
                                  const struct driver_options *options)
{
    if (row == NULL)
        return DRIVER_TO_RUN;
    if (is_status(row, "ok"))
        return DRIVER_OK;
    /* A crash is the host's doing and may pass; the guest's own end will not. */
    if (options->retry || is_status(row, "crash"))
        return DRIVER_TO_RUN;
    if (is_status(row, "timeout") && !(row->wall_seconds >= limit))
        return DRIVER_TO_RUN;
    if (is_status(row, "memory") && !(row->peak_memory >= options->run_memory))
        return DRIVER_TO_RUN;
    return DRIVER_FAILED;
}

static int learn_speeds(struct forecast *forecast, const struct driver_options *options,
                        struct err *err)
{
    struct store *store = NULL;
    int rc = 0;
    for (size_t i = 0; options->speeds != NULL && options->speeds[i] != NULL && rc == 0; i++) {
        rc = store_open(&store, options->speeds[i], err);
        if (rc == 0 && forecast_learn_store(forecast, store) != 0)
            rc = err_set(err, ERR_NOMEM, "out of memory");
        store_close(store);
        store = NULL;
    }
    return rc;
}

int driver_states(struct plan *plan, const struct driver_options *options,
                  struct forecast *forecast, enum driver_state *state, struct err *err)
{
    struct store *store = NULL;
    int rc = learn_speeds(forecast, options, err);
    if (rc == 0 && path_exists(options->store_path))
        rc = store_open(&store, options->store_path, err);
    if (rc == 0 && store != NULL && forecast_learn_store(forecast, store) != 0)
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        forecast_plan(forecast, plan);
    for (size_t i = 0; i < plan->n_runs && rc == 0; i++) {
        const struct plan_run *run = &plan->run[i];
        double limit = options->run_seconds;
        if (run->simulator != PLAN_OWN)
            limit = fmin(limit, plan->simulator[run->simulator].external->timeout);
        state[i] = state_of(store != NULL ? store_find(store, run->id) : NULL, limit, options);
        struct store_row planned;
        plan_row(plan, run, &planned);
        if ((options->filters != NULL && !filters_pass(options->filters, &planned)) ||
            (options->chosen != NULL && !options->chosen[i]))
            state[i] = DRIVER_FILTERED;
    }
    store_close(store);
    return rc;
}

int driver_stale(const struct plan *plan, const struct driver_options *options,
                 const enum driver_state *state, struct stale *stale, struct err *err)
{
    struct store *store = NULL;
    memset(stale, 0, sizeof(*stale));
    if (!path_exists(options->store_path))
        return 0;
    int rc = store_open(&store, options->store_path, err);
    if (rc == 0)
        rc = stale_count(plan, store, state, stale, err);
    store_close(store);
    return rc;
}

/* The runs that are to be done; heap. */
static size_t *tasks_of(const struct plan *plan, const enum driver_state *state, size_t *n)
{
    size_t *task = malloc((plan->n_runs + 1) * sizeof(*task));
    *n = 0;
    for (size_t i = 0; task != NULL && i < plan->n_runs; i++)
        if (state[i] == DRIVER_TO_RUN)
            task[(*n)++] = i;
    return task;
}

int driver_check_memory(const struct plan *plan, const struct driver_options *options,
                        const enum driver_state *state, struct err *err)
{
    size_t n, left = 0, *task = tasks_of(plan, state, &n);
    if (task == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    /* What an earlier call finished and did not take in is done. */
    for (size_t i = 0; i < n; i++)
        if (!store_has_run_file(options->store_path, plan->run[task[i]].id))
            task[left++] = task[i];
    int rc = schedule_check_memory(plan, task, left, options->memory, err);
    free(task);
    return rc;
}

/* ---- running ------------------------------------------------------------------------------
 */

/* The study file's path from the root: what tasks on other nodes find. */
static char *absolute(const char *path, struct err *err)
{
    char *copy = str_format("%s", path), *name = str_format("%s", path), *joined = NULL;
    char *folder = copy != NULL ? realpath(dirname(copy), NULL) : NULL;
    if (folder != NULL && name != NULL)
        joined = str_format("%s/%s", folder, basename(name));
    if (joined == NULL)
        err_set_errno(err, ERR_CONFIG, errno, "cannot find the folder of '%s'", path);
    free(folder);
    free(name);
    free(copy);
    return joined;
}

/* The options of Slurm's launcher; `store_path` and `plan_file` are heap strings. */
static int slurm_options_init(struct slurm_options *how, char **store_path, char **plan_file,
                              const struct driver_options *options, struct err *err)
{
    *plan_file = NULL;
    *store_path = absolute(options->store_path, err);
    if (*store_path == NULL)
        return err->code;
    *plan_file = str_format("%s.runs/plan.jsonl", *store_path);
    *how = (struct slurm_options){.program = options->program,
                                  .store_path = *store_path,
                                  .plan_file = *plan_file,
                                  .jobs = options->slurm_jobs,
                                  .run_seconds = options->run_seconds,
                                  .run_memory = options->run_memory,
                                  .event = options->event,
                                  .data = options->data};
    return *plan_file != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

/* Waits for the arrays and stores what they lost. */
static int follow(const struct plan *plan, const struct slurm_options *how,
                  struct launch_result *result, struct err *err)
{
    size_t lost = 0;
    int rc = slurm_follow(plan, how, result, err);
    if (rc == 0)
        rc = slurm_finish(plan, how, &lost, err);
    result->failed += lost;
    result->not_run -= lost < result->not_run ? lost : result->not_run;
    return rc;
}

static int launch_slurm(const struct plan *plan, const struct driver_options *options,
                        const size_t *task, size_t n, struct driver_result *result,
                        struct err *err)
{
    struct slurm_options how;
    char *store_path, *plan_file;
    int rc = slurm_options_init(&how, &store_path, &plan_file, options, err);
    if (rc == 0)
        rc = task_write_plan(plan, store_path, plan_file, err);
    if (rc == 0)
        rc = slurm_submit(plan, task, n, &how, err);
    if (rc == 0 && options->no_wait)
        result->n_under_way = n;
    else if (rc == 0)
        rc = follow(plan, &how, &result->launch, err);
    free(plan_file);
    free(store_path);
    return rc;
}

/* What tasks of an earlier call have become. */
static int take_up_arrays(const struct plan *plan, const struct driver_options *options,
                          struct driver_result *result, struct err *err)
{
    struct slurm_options how;
    char *store_path, *plan_file;
    size_t lost, n = 0;
    if (!slurm_has_arrays(options->store_path))
        return 0;
    int rc = slurm_options_init(&how, &store_path, &plan_file, options, err);
    if (rc == 0)
        rc = slurm_under_way(store_path, &n, err);
    if (rc != 0)
        goto out;
    if (n == 0) {
        rc = slurm_finish(plan, &how, &lost, err);
    } else if (options->gather) {
        result->n_under_way = n;
    } else if (options->slurm && !options->no_wait) {
        rc = follow(plan, &how, &result->launch, err);
        if (rc == 0 && result->launch.interrupted)
            rc = err_set(err, ERR_INTERRUPTED, "interrupted");
    } else {
        rc = err_set(err, ERR_CONFIG,
                     "'%s' has %zu run%s under way in Slurm: 'rung run --gather' takes in what is "
                     "done",
                     options->store_path, n, n == 1 ? "" : "s");
    }
out:
    free(plan_file);
    free(store_path);
    return rc;
}

static int launch(const struct plan *plan, const struct driver_options *options,
                  struct forecast *forecast, const enum driver_state *state,
                  struct driver_result *result, struct err *err)
{
    int rc = 0;
    size_t n = 0, *task = tasks_of(plan, state, &n);
    char *folder = str_format("%s.runs", options->store_path);
    char *plan_file = str_format("%s.runs/plan.jsonl", options->store_path);
    if (folder == NULL || plan_file == NULL || task == NULL) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    if (n == 0) {
        /* One that was killed after its last run left its plan; tasks of Slurm may read it. */
        if (!slurm_has_arrays(options->store_path) && unlink(plan_file) == 0)
            rmdir(folder);
        goto out;
    }
    rc = path_make_directory(folder, err);
    if (rc == 0 && options->slurm) {
        rc = launch_slurm(plan, options, task, n, result, err);
        goto out;
    }
    if (rc == 0)
        rc = task_write_plan(plan, options->store_path, plan_file, err);
    if (rc != 0)
        goto out;
    struct launch_options how = {.jobs = options->jobs,
                                 .program = options->program,
                                 .plan_file = plan_file,
                                 .store_path = options->store_path,
                                 .forecast = forecast,
                                 .memory = options->memory,
                                 .run_seconds = options->run_seconds,
                                 .run_memory = options->run_memory,
                                 .pin = options->pin,
                                 .event = options->event,
                                 .data = options->data};
    rc = launch_run(plan, task, n, &how, &result->launch, err);
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
    rc = same_check(plan, store, &result->different);
    if (rc == ERR_RUN)
        rc = 0;
    else if (rc != 0)
        err_set(err, rc, "%s", result->different.text);
    store_close(store);
    return rc;
}

/* With the lock held. */
static int run_locked(const struct study *study, struct plan *plan,
                      const struct driver_options *options, struct driver_result *result,
                      struct err *err)
{
    struct store_assembled found;
    struct stale stale;
    char *host = cpu_host_description();
    enum driver_state *state = calloc(plan->n_runs + 1, sizeof(*state));
    struct forecast *first = forecast_alloc(), *forecast = forecast_alloc();
    struct store_head head = {.study_name = study->name,
                              .study_yaml = study->document->text,
                              .tool_version = PACKAGE_VERSION,
                              .tool_commit = options->tool_commit,
                              .tool_hash = options->tool_hash,
                              .tool_date = options->tool_date,
                              .tool_compiler = options->tool_compiler,
                              .tool_flags = options->tool_flags,
                              .host = host};
    int rc = 0;
    if (host == NULL || state == NULL || first == NULL || forecast == NULL) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    rc = take_up_arrays(plan, options, result, err);
    head.busy = result->n_under_way > 0;
    /* What is refused leaves nothing behind. */
    if (rc == 0)
        rc = driver_states(plan, options, first, state, err);
    if (rc == 0 && !options->slurm && !options->gather)
        rc = driver_check_memory(plan, options, state, err);
    if (rc == 0)
        rc = store_assemble(options->store_path, &head, &found, err);
    if (rc == 0)
        rc = driver_states(plan, options, forecast, state, err);
    if (rc != 0)
        goto out;
    rc = driver_stale(plan, options, state, &stale, err);
    if (rc != 0)
        goto out;
    if (options->begin != NULL)
        options->begin(options->data, plan, state, &found, &stale);
    if (!options->gather)
        rc = launch(plan, options, forecast, state, result, err);
    head.busy = result->n_under_way > 0;
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
    forecast_free(forecast);
    forecast_free(first);
    free(state);
    free(host);
    return rc;
}

int driver_run(const struct study *study, struct plan *plan,
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
