#include "config.h"

#include "study/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cpu.h"

enum {
    REPORT_SIZE = 8192, /* bytes of a worker's line */
    PROGRESS_MILLISECONDS = 200
};

extern char **environ;

/* A worker under way; pid 0: free. */
struct worker {
    pid_t pid;
    int fd; /* the reading end of its standard output */
    size_t task;
    double start;
    char line[REPORT_SIZE];
    size_t len;
};

struct launch {
    const struct plan *plan;
    const struct launch_options *options;
    struct launch_result *result;
    struct err *err;
    size_t *queue; /* run numbers, longest first */
    size_t n_queue, next;
    struct worker *worker;
    struct pollfd *poll; /* the signals, then the workers */
    size_t n_under_way, n_ended;
    int signals; /* a signalfd: no handlers, no globals */
    sigset_t blocked, before;
    double total, done; /* forecast seconds */
    double instructions, user_seconds;
    int error; /* the first that stops the whole */
    bool stopping, killing;
};

/* ---- events --------------------------------------------------------------------------- */

/* Forecast effort of what is under way, by the time it has taken, never quite all of it.
 * `pace` is measured seconds for a forecast one. */
static double effort_under_way(const struct launch *l, const struct plan_run **longest)
{
    double sum = 0, now = cpu_wall_seconds(), most = -1;
    for (unsigned i = 0; i < l->options->jobs; i++) {
        const struct worker *w = &l->worker[i];
        if (w->pid == 0)
            continue;
        const struct plan_run *run = &l->plan->run[w->task];
        double pace = l->done > 0 && l->user_seconds > 0 ? l->user_seconds / l->done : 1;
        double part = (now - w->start) / pace;
        sum += fmin(part, 0.95 * run->cost);
        if (run->cost > most) {
            most = run->cost;
            *longest = run;
        }
    }
    return sum;
}

static void tell(const struct launch *l, enum launch_event_kind kind,
                 const struct plan_run *run, const struct worker_report *report)
{
    const struct plan_run *longest = NULL;
    if (l->options->event == NULL)
        return;
    double under_way = effort_under_way(l, &longest);
    struct launch_event event = {
        .kind = kind,
        .done = l->done + under_way,
        .total = l->total,
        .run = run != NULL ? run : longest,
        .report = report,
        .mips = l->user_seconds > 0 ? l->instructions / l->user_seconds / 1e6 : 0,
        .n_ended = l->n_ended,
        .n_runs = l->n_queue,
        .n_under_way = l->n_under_way,
    };
    l->options->event(l->options->data, &event);
}

/* ---- starting ------------------------------------------------------------------------- */

/* In a process group of its own, so that a terminal's Ctrl-C reaches the driver alone. */
static int spawn(struct launch *l, struct worker *w, int out)
{
    char index[24], parent[24];
    snprintf(index, sizeof(index), "%zu", w->task);
    snprintf(parent, sizeof(parent), "%ld", (long)getpid());
    char *argv[] = {"rung", "worker", "--parent", parent, (char *)l->options->plan_file,
                    index,  NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGINT);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &l->before);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    int number =
        posix_spawn(&w->pid, l->options->program, &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (number != 0)
        w->pid = 0;
    return number;
}

static void fail(struct launch *l, int error)
{
    if (l->error == 0)
        l->error = error;
    l->stopping = true;
}

static void start(struct launch *l, struct worker *w)
{
    int pipe_fd[2];
    if (pipe2(pipe_fd, O_CLOEXEC) != 0) {
        fail(l, err_set_errno(l->err, ERR_IO, errno, "cannot make a pipe"));
        return;
    }
    memset(w, 0, sizeof(*w));
    w->task = l->queue[l->next];
    w->start = cpu_wall_seconds();
    w->fd = pipe_fd[0];
    int number = spawn(l, w, pipe_fd[1]);
    close(pipe_fd[1]);
    if (number != 0) {
        close(pipe_fd[0]);
        fail(l, err_set_errno(l->err, ERR_IO, number, "cannot start a worker"));
        return;
    }
    l->next++;
    l->n_under_way++;
}

static void start_workers(struct launch *l)
{
    for (unsigned i = 0; i < l->options->jobs; i++)
        if (!l->stopping && l->next < l->n_queue && l->worker[i].pid == 0)
            start(l, &l->worker[i]);
}

/* ---- ending --------------------------------------------------------------------------- */

static void describe_death(int status, char *message, size_t size)
{
    if (WIFSIGNALED(status))
        snprintf(message, size, "the worker was killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(message, size, "the worker ended with status %d and no result",
                 WEXITSTATUS(status));
}

/* The worker can't any more. */
static int store_crash(struct launch *l, const struct plan_run *run, const char *message)
{
    char created[32];
    time_t seconds = time(NULL);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", &tm);
    const struct plan_problem *problem = &l->plan->problem[run->problem];
    struct store_run record = {.elf = problem->elf,
                               .message = message,
                               .created = created,
                               .model_version = TIMING_MODEL_VERSION};
    plan_row(l->plan, run, &record.row);
    snprintf(record.row.status, sizeof(record.row.status), "crash");
    memcpy(record.elf_hash, problem->elf_hash, sizeof(record.elf_hash));
    if (run->machine != PLAN_NO_MACHINE)
        record.machine_text = l->plan->machine[run->machine].text;
    char *host = cpu_host_description();
    record.host = host;
    int rc = store_write_run(l->options->store_path, &record, l->err);
    free(host);
    return rc;
}

/* Errors that the next run would meet too. */
static bool stops_all(int error)
{
    return error == ERR_IO || error == ERR_DATA || error == ERR_CONFIG || error == ERR_USAGE;
}

/* Takes a worker's end as a result; false when there is none, because we killed it. */
static bool judge(struct launch *l, struct worker *w, int status, struct worker_report *report)
{
    const struct plan_run *run = &l->plan->run[w->task];
    char name[512];
    w->line[w->len] = '\0';
    bool reported = worker_report_parse(w->line, report) == 0;
    if (!reported && l->killing)
        return false;
    if (!reported) {
        memset(report, 0, sizeof(*report));
        describe_death(status, report->message, sizeof(report->message));
    }
    if (reported && report->error == 0)
        return true;
    if (reported && stops_all(report->error)) {
        plan_describe(l->plan, run, name, sizeof(name));
        fail(l, err_set(l->err, report->error, "%s: %s", name, report->message));
        return false;
    }
    snprintf(report->status, sizeof(report->status), "crash");
    int rc = store_crash(l, run, report->message);
    if (rc != 0)
        fail(l, rc);
    return rc == 0;
}

static void read_line(struct worker *w)
{
    while (w->len < REPORT_SIZE - 1) {
        ssize_t got = read(w->fd, w->line + w->len, REPORT_SIZE - 1 - w->len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        w->len += (size_t)got;
    }
}

/* A worker closed its end of the pipe: it has ended or is about to. */
static void end(struct launch *l, struct worker *w)
{
    int status = 0;
    struct worker_report report;
    const struct plan_run *run = &l->plan->run[w->task];
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    close(w->fd);
    bool stored = judge(l, w, status, &report);
    w->pid = 0;
    l->n_under_way--;
    if (!stored)
        return;
    l->done += run->cost;
    l->n_ended++;
    if (strcmp(report.status, "ok") == 0) {
        l->result->ok++;
        l->instructions += report.instructions;
        l->user_seconds += report.user_seconds;
    } else {
        l->result->failed++;
    }
    tell(l, LAUNCH_ENDED, run, &report);
}

static void kill_workers(struct launch *l)
{
    l->killing = true;
    for (unsigned i = 0; i < l->options->jobs; i++)
        if (l->worker[i].pid != 0)
            kill(l->worker[i].pid, SIGKILL);
}

static void take_signal(struct launch *l)
{
    struct signalfd_siginfo info;
    while (read(l->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (l->result->interrupted) {
            kill_workers(l);
            tell(l, LAUNCH_KILLED, NULL, NULL);
        } else {
            l->result->interrupted = l->stopping = true;
            tell(l, LAUNCH_INTERRUPTED, NULL, NULL);
        }
    }
}

/* ---- the whole ------------------------------------------------------------------------ */

static void wait_for_something(struct launch *l)
{
    unsigned jobs = l->options->jobs;
    l->poll[0] = (struct pollfd){.fd = l->signals, .events = POLLIN};
    for (unsigned i = 0; i < jobs; i++)
        l->poll[1 + i] = (struct pollfd){.fd = l->worker[i].pid != 0 ? l->worker[i].fd : -1,
                                         .events = POLLIN};
    int n = poll(l->poll, 1 + jobs, PROGRESS_MILLISECONDS);
    bool broken = n < 0 && errno != EINTR;
    if (broken) {
        fail(l, err_set_errno(l->err, ERR_INTERNAL, errno, "cannot wait for workers"));
        kill_workers(l);
    }
    for (unsigned i = 0; (n > 0 || broken) && i < jobs; i++)
        if (l->worker[i].pid != 0 && (broken || l->poll[1 + i].revents != 0)) {
            read_line(&l->worker[i]);
            end(l, &l->worker[i]);
        }
    if (n > 0 && l->poll[0].revents != 0)
        take_signal(l);
    if (n == 0)
        tell(l, LAUNCH_PROGRESS, NULL, NULL);
}

struct queued {
    size_t task;
    double cost;
};

static int order_longest_first(const void *first, const void *second)
{
    const struct queued *a = first, *b = second;
    if (a->cost != b->cost)
        return a->cost > b->cost ? -1 : 1;
    return (a->task > b->task) - (a->task < b->task);
}

static int fill_queue(struct launch *l, const size_t *task, size_t n)
{
    struct queued *sorted = malloc((n + 1) * sizeof(*sorted));
    l->queue = malloc((n + 1) * sizeof(*l->queue));
    if (sorted == NULL || l->queue == NULL) {
        free(sorted);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct queued){task[i], l->plan->run[task[i]].cost};
    qsort(sorted, n, sizeof(*sorted), order_longest_first);
    for (size_t i = 0; i < n; i++) {
        l->queue[i] = sorted[i].task;
        l->total += sorted[i].cost;
    }
    l->n_queue = n;
    free(sorted);
    return 0;
}

static int open_signals(struct launch *l)
{
    sigemptyset(&l->blocked);
    sigaddset(&l->blocked, SIGINT);
    sigaddset(&l->blocked, SIGTERM);
    sigaddset(&l->blocked, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &l->blocked, &l->before) != 0)
        return -1;
    l->signals = signalfd(-1, &l->blocked, SFD_NONBLOCK | SFD_CLOEXEC);
    if (l->signals < 0)
        sigprocmask(SIG_SETMASK, &l->before, NULL);
    return l->signals < 0 ? -1 : 0;
}

static void close_signals(struct launch *l)
{
    take_signal(l); /* what is pending must not end the process now */
    close(l->signals);
    sigprocmask(SIG_SETMASK, &l->before, NULL);
}

int launch_run(const struct plan *plan, const size_t *task, size_t n_tasks,
               const struct launch_options *options, struct launch_result *result,
               struct err *err)
{
    struct launch l = {
        .plan = plan, .options = options, .result = result, .err = err, .signals = -1};
    memset(result, 0, sizeof(*result));
    int rc = fill_queue(&l, task, n_tasks);
    l.worker = calloc(options->jobs + 1, sizeof(*l.worker));
    l.poll = calloc(options->jobs + 1, sizeof(*l.poll));
    if (rc != 0 || l.worker == NULL || l.poll == NULL) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    if (open_signals(&l) != 0) {
        rc = err_set_errno(err, ERR_INTERNAL, errno, "cannot wait for signals");
        goto out;
    }
    for (;;) {
        start_workers(&l);
        if (l.n_under_way == 0)
            break;
        wait_for_something(&l);
    }
    close_signals(&l);
    rc = l.error;
out:
    result->not_run = n_tasks - result->ok - result->failed;
    free(l.poll);
    free(l.worker);
    free(l.queue);
    return rc;
}
