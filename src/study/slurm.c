#include "config.h"

#include "study/slurm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/str.h"
#include "study/lost.h"
#include "study/signals.h"

enum {
    MAX_ARRAY = 1000, /* tasks; Slurm's own limit is 1001 unless it is set otherwise */
    MAX_OUTPUT = 1 << 26,
    MAX_POLL = 5000,   /* milliseconds between looks at the queue */
    MAX_FAILURES = 60, /* looks that fail one after the other */
    NAME_SIZE = 32
};

extern char **environ;

/* ---- Slurm's commands ------------------------------------------------------------------- */

/* Runs a command; its output, both streams, goes to `out`.  ERR_RUN when it fails. */
static int ask(char *const argv[], struct str *out, struct err *err)
{
    int fds[2], status = 0;
    pid_t pid = 0;
    char buffer[4096];
    posix_spawn_file_actions_t actions;
    str_clear(out);
    if (pipe2(fds, O_CLOEXEC) != 0)
        return err_set_errno(err, ERR_IO, errno, "cannot make a pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fds[1], STDERR_FILENO);
    int number = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    for (ssize_t got; number == 0 && (got = read(fds[0], buffer, sizeof(buffer))) != 0;)
        if (got > 0 && out->len < MAX_OUTPUT)
            str_add_mem(out, buffer, (size_t)got);
        else if (got < 0 && errno != EINTR)
            break;
    close(fds[0]);
    if (number != 0)
        return err_set_errno(err, ERR_RUN, number, "cannot run '%s'", argv[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    size_t line = strcspn(out->data, "\n");
    return err_set(err, ERR_RUN, "%s: %.*s", argv[0], line < 400 ? (int)line : 400, out->data);
}

/* The name of the jobs of a study file. */
static void job_name(const char *store_path, char name[NAME_SIZE])
{
    char hash[HASH_TEXT_SIZE];
    hash_bytes(store_path, strlen(store_path), hash);
    snprintf(name, NAME_SIZE, "rung-%.16s", hash);
}

int slurm_under_way(const char *store_path, size_t *n, struct err *err)
{
    char name[NAME_SIZE], option[NAME_SIZE + 8];
    struct str out;
    str_init(&out);
    job_name(store_path, name);
    snprintf(option, sizeof(option), "--name=%s", name);
    char *argv[] = {"squeue", "--noheader", "--array", "--me", option, "--format=%t", NULL};
    int rc = ask(argv, &out, err);
    *n = 0;
    /* CG: it has ended, and its node is being cleaned up. */
    for (const char *at = out.data; rc == 0 && *at != '\0';) {
        size_t len = strcspn(at, "\n");
        *n += len > 0 && strncmp(at, "CG", 2) != 0;
        at += len + (at[len] == '\n');
    }
    str_release(&out);
    return rc;
}

/* `state`: NULL for all. */
static void cancel(const char *store_path, char *state)
{
    char name[NAME_SIZE], option[NAME_SIZE + 8];
    struct str out;
    struct err ignored = {0};
    str_init(&out);
    job_name(store_path, name);
    snprintf(option, sizeof(option), "--name=%s", name);
    char *argv[] = {"scancel", option, state, NULL};
    ask(argv, &out, &ignored);
    str_release(&out);
}

/* ---- the files of arrays ---------------------------------------------------------------- */

/* One task of an array. */
struct slurm_task {
    unsigned array, number;
    const struct plan_run *run; /* NULL: the plan does not have it any more */
    char id[STORE_ID_SIZE];
    bool ended;
};

struct tasks {
    struct slurm_task *task;
    size_t n;
};

static char *array_file(const char *store_path, unsigned array, const char *end)
{
    return str_format("%s.runs/array-%u%s", store_path, array, end);
}

static char *log_file(const char *store_path, const struct slurm_task *task)
{
    return str_format("%s.runs/array-%u-%u.log", store_path, task->array, task->number);
}

static bool has_array(const char *store_path, unsigned array)
{
    char *file = array_file(store_path, array, ".tasks");
    bool there = file != NULL && path_exists(file);
    free(file);
    return there;
}

bool slurm_has_arrays(const char *store_path)
{
    return has_array(store_path, 0);
}

static int order_runs(const void *a, const void *b)
{
    const struct plan_run *const *first = a, *const *second = b;
    return strcmp((*first)->id, (*second)->id);
}

static int add_line(struct tasks *t, const char *line, unsigned array, unsigned number,
                    const struct plan_run **by_id, size_t n_runs)
{
    size_t run;
    struct plan_run wanted = {.n = 0};
    const struct plan_run *key = &wanted;
    struct slurm_task *grown = realloc(t->task, (t->n + 1) * sizeof(*grown));
    if (grown == NULL)
        return ERR_NOMEM;
    t->task = grown;
    grown[t->n] = (struct slurm_task){.array = array, .number = number};
    if (sscanf(line, "%zu %16[0-9a-f]", &run, grown[t->n].id) != 2)
        return ERR_DATA;
    memcpy(wanted.id, grown[t->n].id, sizeof(wanted.id));
    const struct plan_run **found = bsearch(&key, by_id, n_runs, sizeof(*by_id), order_runs);
    grown[t->n++].run = found != NULL ? *found : NULL;
    return 0;
}

static int load_array(struct tasks *t, const char *file, unsigned array,
                      const struct plan_run **by_id, size_t n_runs, struct err *err)
{
    char *text = NULL;
    unsigned number = 0;
    int rc = path_read(file, MAX_OUTPUT, &text, NULL, err);
    for (char *at = text, *end; rc == 0 && *at != '\0'; at = end + (*end == '\n')) {
        end = at + strcspn(at, "\n");
        rc = add_line(t, at, array, number++, by_id, n_runs);
        if (rc != 0)
            err_set(err, rc, "'%s':%u is damaged", file, number);
    }
    free(text);
    return rc;
}

/* All tasks of all arrays. */
static int load_tasks(struct tasks *t, const struct plan *plan, const char *store_path,
                      struct err *err)
{
    int rc = 0;
    const struct plan_run **by_id = malloc((plan->n_runs + 1) * sizeof(*by_id));
    *t = (struct tasks){.n = 0};
    if (by_id == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < plan->n_runs; i++)
        by_id[i] = &plan->run[i];
    qsort(by_id, plan->n_runs, sizeof(*by_id), order_runs);
    for (unsigned array = 0; rc == 0 && has_array(store_path, array); array++) {
        char *file = array_file(store_path, array, ".tasks");
        rc = file != NULL ? load_array(t, file, array, by_id, plan->n_runs, err)
                          : err_set(err, ERR_NOMEM, "out of memory");
        free(file);
    }
    free(by_id);
    return rc;
}

/* "array-..." below the folder of runs, and the plan. */
static void remove_files(const char *store_path)
{
    char *folder_name = str_format("%s.runs", store_path);
    DIR *folder = folder_name != NULL ? opendir(folder_name) : NULL;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (strncmp(entry->d_name, "array-", 6) == 0 ||
            strcmp(entry->d_name, "plan.jsonl") == 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder != NULL)
        closedir(folder);
    free(folder_name);
}

/* ---- submitting ------------------------------------------------------------------------- */

/* A run with what it asks for, rounded up so that few arrays do for all. */
struct need {
    size_t task;
    unsigned minutes, megabytes;
};

static unsigned power_of_two(double least)
{
    unsigned power = 1;
    while (power < least && power < 1u << 30)
        power *= 2;
    return power;
}

/* Forecasts are no promises: three times the time and a minute, half as much memory again; an hour
 * at least where nothing is known. */
static struct need need_of(const struct plan *plan, size_t task, const struct slurm_options *o)
{
    const struct plan_run *run = &plan->run[task];
    double seconds = 3 * run->cost, bytes = 1.5 * run->memory, timeout = INFINITY;
    if (run->simulator != PLAN_OWN)
        timeout = plan->simulator[run->simulator].external->timeout;
    if (isfinite(timeout))
        seconds = timeout;
    else if (run->simulator != PLAN_OWN || run->guessed)
        seconds = fmax(seconds, 3600);
    struct need need = {.task = task,
                        .minutes = power_of_two(1 + seconds / 60),
                        .megabytes = power_of_two(fmax(bytes / 1048576, 64))};
    if (isfinite(o->run_seconds))
        need.minutes = (unsigned)ceil(o->run_seconds / 60);
    if (isfinite(o->run_memory))
        need.megabytes = (unsigned)ceil(o->run_memory / 1048576);
    return need;
}

/* The longest first. */
static int order_needs(const void *first, const void *second)
{
    const struct need *a = first, *b = second;
    if (a->minutes != b->minutes)
        return a->minutes > b->minutes ? -1 : 1;
    if (a->megabytes != b->megabytes)
        return a->megabytes > b->megabytes ? -1 : 1;
    return (a->task > b->task) - (a->task < b->task);
}

/* What each task of the array does. */
static int write_script(const struct slurm_options *o, unsigned array, const char *tasks,
                        struct err *err)
{
    struct str s;
    char *file = array_file(o->store_path, array, ".sh");
    str_init(&s);
    str_add(&s, "#!/bin/sh\nrun=$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))s/ .*//p\" ");
    str_add_word(&s, tasks);
    str_add(&s, ")\nexec ");
    str_add_word(&s, o->program);
    str_add(&s, " worker ");
    str_add_word(&s, o->plan_file);
    str_add(&s, " \"$run\"\n");
    int rc = file == NULL || str_failed(&s) ? err_set(err, ERR_NOMEM, "out of memory")
                                            : path_write_atomic(file, s.data, s.len, err);
    str_release(&s);
    free(file);
    return rc;
}

static int write_tasks(const struct plan *plan, const struct need *need, size_t n,
                       const char *file, struct err *err)
{
    struct str s;
    str_init(&s);
    for (size_t i = 0; i < n; i++)
        str_addf(&s, "%zu %s\n", need[i].task, plan->run[need[i].task].id);
    int rc = str_failed(&s) ? err_set(err, ERR_NOMEM, "out of memory")
                            : path_write_atomic(file, s.data, s.len, err);
    str_release(&s);
    return rc;
}

static int submit_array(const struct plan *plan, const struct slurm_options *o, unsigned array,
                        const struct need *need, size_t n, struct err *err)
{
    char name[NAME_SIZE], limit[24] = "";
    struct str out;
    str_init(&out);
    job_name(o->store_path, name);
    if (o->jobs > 0)
        snprintf(limit, sizeof(limit), "%%%u", o->jobs);
    char *tasks = array_file(o->store_path, array, ".tasks");
    char *script = array_file(o->store_path, array, ".sh");
    char *log = str_format("--output=%s.runs/array-%u-%%a.log", o->store_path, array);
    char *named = str_format("--job-name=%s", name);
    char *range = str_format("--array=0-%zu%s", n - 1, limit);
    char *memory = str_format("--mem=%uM", need->megabytes);
    char *time = str_format("--time=%u", need->minutes);
    int rc = tasks == NULL || script == NULL || log == NULL || named == NULL || range == NULL ||
                     memory == NULL || time == NULL
                 ? err_set(err, ERR_NOMEM, "out of memory")
                 : write_script(o, array, tasks, err);
    if (rc == 0)
        rc = write_tasks(plan, need, n, tasks, err);
    char *argv[] = {"sbatch",     "--parsable",        named, range,  memory, time,
                    "--ntasks=1", "--cpus-per-task=1", log,   script, NULL};
    if (rc == 0)
        rc = ask(argv, &out, err);
    free(time);
    free(memory);
    free(range);
    free(named);
    free(log);
    free(script);
    free(tasks);
    str_release(&out);
    return rc;
}

static bool same_need(const struct need *a, const struct need *b)
{
    return a->minutes == b->minutes && a->megabytes == b->megabytes;
}

int slurm_submit(const struct plan *plan, const size_t *task, size_t n_tasks,
                 const struct slurm_options *o, struct err *err)
{
    int rc = 0;
    unsigned array = 0;
    struct need *need = malloc((n_tasks + 1) * sizeof(*need));
    if (need == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n_tasks; i++)
        need[i] = need_of(plan, task[i], o);
    qsort(need, n_tasks, sizeof(*need), order_needs);
    for (size_t i = 0, n; i < n_tasks && rc == 0; i += n) {
        for (n = 1; i + n < n_tasks && n < MAX_ARRAY && same_need(&need[i], &need[i + n]);)
            n++;
        rc = submit_array(plan, o, array++, &need[i], n, err);
    }
    free(need);
    if (rc != 0) {
        cancel(o->store_path, NULL);
        remove_files(o->store_path);
    }
    return rc;
}

/* ---- following -------------------------------------------------------------------------- */

struct follow {
    const struct slurm_options *options;
    struct launch_result *result;
    struct tasks tasks;
    size_t n_ended, under_way;
    double done, total; /* forecast seconds */
    double start;
};

static void tell(const struct follow *f, enum launch_event_kind kind,
                 const struct plan_run *run, const struct worker_report *report)
{
    if (f->options->event == NULL)
        return;
    double fraction = f->total > 0 ? f->done / f->total : 1;
    double spent = cpu_wall_seconds() - f->start;
    struct launch_event event = {
        .kind = kind,
        .fraction = fraction,
        .left = fraction > 0 ? spent / fraction - spent : f->total,
        .run = run,
        .report = report,
        .n_ended = f->n_ended,
        .n_runs = f->tasks.n,
        .n_under_way = f->under_way,
    };
    f->options->event(f->options->data, &event);
}

/* What the run's own file says; false: it cannot be read. */
static bool read_report(const char *store_path, const char *id, struct worker_report *report)
{
    struct store *store = NULL;
    struct store_run run;
    char *file = str_format("%s.runs/%s.h5", store_path, id);
    memset(report, 0, sizeof(*report));
    bool good = file != NULL && store_open(&store, file, NULL) == 0 &&
                store_read_run(store, id, &run, NULL) == 0;
    if (good) {
        snprintf(report->status, sizeof(report->status), "%s", run.row.status);
        snprintf(report->message, sizeof(report->message), "%s", run.message);
        report->instructions = run.row.instructions_total;
        report->wall_seconds = run.row.wall_seconds;
        report->user_seconds = run.row.user_seconds;
        store_run_release(&run);
    }
    store_close(store);
    free(file);
    return good;
}

static void look_for_results(struct follow *f)
{
    struct worker_report report;
    for (size_t i = 0; i < f->tasks.n; i++) {
        struct slurm_task *task = &f->tasks.task[i];
        if (task->ended || !store_has_run_file(f->options->store_path, task->id))
            continue;
        task->ended = true;
        f->n_ended++;
        if (!read_report(f->options->store_path, task->id, &report) || task->run == NULL)
            continue;
        f->done += task->run->cost;
        if (strcmp(report.status, "ok") == 0)
            f->result->ok++;
        else
            f->result->failed++;
        tell(f, LAUNCH_ENDED, task->run, &report);
    }
}

static void take_signals(struct follow *f, struct signals *signals)
{
    while (signals_next(signals)) {
        bool again = f->result->interrupted;
        f->result->interrupted = true;
        cancel(f->options->store_path, again ? NULL : "--state=PENDING");
        tell(f, again ? LAUNCH_KILLED : LAUNCH_INTERRUPTED, NULL, NULL);
    }
}

/* Until the queue is empty at two looks, for files may come late over a network. */
static int wait_for_queue(struct follow *f, struct signals *signals, struct err *err)
{
    struct pollfd poll_fd = {.fd = signals->fd, .events = POLLIN};
    int wait = 200, failures = 0, empty = 0;
    while (empty < 2) {
        struct err cause = {0};
        if (poll(&poll_fd, 1, wait) > 0)
            take_signals(f, signals);
        wait = wait * 3 / 2 < MAX_POLL ? wait * 3 / 2 : MAX_POLL;
        int rc = slurm_under_way(f->options->store_path, &f->under_way, &cause);
        failures = rc != 0 ? failures + 1 : 0;
        if (failures > MAX_FAILURES)
            return err_set(err, rc, "%s", cause.text);
        look_for_results(f);
        empty = rc == 0 && f->under_way == 0 ? empty + 1 : 0;
        if (f->n_ended == f->tasks.n)
            break;
        tell(f, LAUNCH_PROGRESS, NULL, NULL);
    }
    return 0;
}

int slurm_follow(const struct plan *plan, const struct slurm_options *o,
                 struct launch_result *result, struct err *err)
{
    struct follow f = {.options = o, .result = result, .start = cpu_wall_seconds()};
    struct signals signals;
    memset(result, 0, sizeof(*result));
    int rc = load_tasks(&f.tasks, plan, o->store_path, err);
    for (size_t i = 0; i < f.tasks.n; i++)
        f.total += f.tasks.task[i].run != NULL ? f.tasks.task[i].run->cost : 0;
    if (rc == 0 && signals_init(&signals) != 0)
        rc = err_set_errno(err, ERR_INTERNAL, errno, "cannot wait for signals");
    else if (rc == 0) {
        rc = wait_for_queue(&f, &signals, err);
        signals_release(&signals);
    }
    result->not_run = f.tasks.n - f.n_ended;
    free(f.tasks.task);
    return rc;
}

/* ---- what is left ----------------------------------------------------------------------- */

static const char *last_line(char *text)
{
    size_t len = strlen(text);
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        text[--len] = '\0';
    const char *line = strrchr(text, '\n');
    return line != NULL ? line + 1 : text;
}

/* What the log says of a task that left no result; 1: it never began, or its result has been
 * taken in already. */
static int explain(const char *store_path, const struct slurm_task *task,
                   struct worker_report *report)
{
    char *text = NULL, *file = log_file(store_path, task);
    memset(report, 0, sizeof(*report));
    int began = file != NULL && path_exists(file);
    if (began && path_read(file, MAX_OUTPUT, &text, NULL, NULL) == 0) {
        const char *line = last_line(text);
        struct worker_report said;
        const char *status = "crash";
        if (strstr(text, "DUE TO TIME LIMIT") != NULL)
            status = "timeout";
        else if (strstr(text, "oom") != NULL || strstr(text, "memory limit") != NULL)
            status = "memory";
        bool reported = worker_report_parse(line, &said) == 0;
        snprintf(report->status, sizeof(report->status), "%s", status);
        snprintf(report->message, sizeof(report->message),
                 "the task ended without a result%s%.800s", line[0] != '\0' ? ": " : "",
                 reported ? said.message : line);
        if (reported && said.error == 0)
            began = 0;
    }
    free(text);
    free(file);
    return began ? 0 : 1;
}

int slurm_finish(const struct plan *plan, const struct slurm_options *o, size_t *lost,
                 struct err *err)
{
    struct tasks tasks;
    struct worker_report report;
    int rc = load_tasks(&tasks, plan, o->store_path, err);
    *lost = 0;
    for (size_t i = 0; i < tasks.n && rc == 0; i++) {
        const struct slurm_task *task = &tasks.task[i];
        if (task->run == NULL || store_has_run_file(o->store_path, task->id) ||
            explain(o->store_path, task, &report) != 0)
            continue;
        rc = lost_store(plan, task->run, o->store_path, &report, 0, err);
        *lost += rc == 0;
    }
    if (rc == 0)
        remove_files(o->store_path);
    free(tasks.task);
    return rc;
}
