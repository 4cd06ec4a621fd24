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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/units.h"
#include "study/lost.h"
#include "study/schedule.h"
#include "study/signals.h"

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
    const char *killed_as; /* "timeout" or "memory": for what it took; else NULL */
    double peak;           /* bytes that it was seen to take */
    char line[REPORT_SIZE];
    size_t len;
};

struct launch {
    const struct plan *plan;
    const struct launch_options *options;
    struct launch_result *result;
    struct err *err;
    struct schedule *schedule;
    size_t n_tasks;
    struct worker *worker;
    struct pollfd *poll; /* the signals, then the workers */
    size_t n_under_way, n_ended;
    struct signals signals;
    double done; /* seconds that ended runs took */
    double instructions[TIMING_MODE_MAX], user_seconds[TIMING_MODE_MAX];
    double looked; /* wall time when memory was last measured */
    unsigned *cpu; /* of each worker, where they are pinned */
    int error;     /* the first that stops the whole */
    bool stopping, killing;
};

/* ---- events --------------------------------------------------------------------------- */

/* The seconds that runs under way took so far and will still take, as it looks. */
struct under_way {
    double spent, left, longest_left;
    const struct plan_run *longest;
};

static struct under_way look_at_workers(const struct launch *l)
{
    struct under_way u = {0};
    double now = cpu_wall_seconds(), most = -1;
    for (unsigned i = 0; i < l->options->jobs; i++) {
        const struct worker *w = &l->worker[i];
        if (w->pid == 0)
            continue;
        double cost = schedule_cost(l->schedule, w->task), spent = now - w->start;
        /* What takes longer than was forecast is about to end, as far as anybody knows. */
        double left = fmax(cost - spent, 0.05 * spent);
        u.spent += spent;
        u.left += left;
        u.longest_left = fmax(u.longest_left, left);
        if (cost > most) {
            most = cost;
            u.longest = &l->plan->run[w->task];
        }
    }
    return u;
}

static void tell(const struct launch *l, enum launch_event_kind kind,
                 const struct plan_run *run, const struct worker_report *report)
{
    if (l->options->event == NULL)
        return;
    struct under_way u = look_at_workers(l);
    double longest, waiting = l->stopping ? 0 : schedule_waiting(l->schedule, &longest);
    double spent = l->done + u.spent, left = u.left + waiting, seconds = u.longest_left;
    if (waiting > 0)
        seconds = fmax(fmax(left / l->options->jobs, longest), seconds);
    struct launch_event event = {
        .kind = kind,
        .fraction = left > 0 ? spent / (spent + left) : 1,
        .left = seconds,
        .run = run != NULL ? run : u.longest,
        .report = report,
        .n_ended = l->n_ended,
        .n_runs = l->n_tasks,
        .n_under_way = l->n_under_way,
    };
    if (event.run != NULL && event.run->simulator == PLAN_OWN &&
        l->user_seconds[event.run->mode] > 0)
        event.mips = l->instructions[event.run->mode] / l->user_seconds[event.run->mode] / 1e6;
    l->options->event(l->options->data, &event);
}

/* ---- starting ------------------------------------------------------------------------- */

/* In a process group of its own, so that a terminal's Ctrl-C reaches the driver alone. */
static int spawn(struct launch *l, struct worker *w, int out)
{
    char index[24], parent[24], cpu[24] = "";
    char *argv[10] = {"rung", "worker", "--parent", parent};
    int argc = 4;
    snprintf(index, sizeof(index), "%zu", w->task);
    snprintf(parent, sizeof(parent), "%ld", (long)getpid());
    if (l->cpu != NULL) {
        snprintf(cpu, sizeof(cpu), "%u", l->cpu[w - l->worker]);
        argv[argc++] = "--cpu";
        argv[argc++] = cpu;
    }
    argv[argc++] = (char *)l->options->plan_file;
    argv[argc++] = index;
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
    posix_spawnattr_setsigmask(&attributes, &l->signals.before);
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

static void start(struct launch *l, struct worker *w, size_t task)
{
    int pipe_fd[2];
    if (pipe2(pipe_fd, O_CLOEXEC) != 0) {
        fail(l, err_set_errno(l->err, ERR_IO, errno, "cannot make a pipe"));
        return;
    }
    memset(w, 0, sizeof(*w));
    w->task = task;
    w->start = cpu_wall_seconds();
    w->fd = pipe_fd[0];
    int number = spawn(l, w, pipe_fd[1]);
    close(pipe_fd[1]);
    if (number != 0) {
        close(pipe_fd[0]);
        fail(l, err_set_errno(l->err, ERR_IO, number, "cannot start a worker"));
        return;
    }
    l->n_under_way++;
}

static void start_workers(struct launch *l)
{
    size_t task;
    for (unsigned i = 0; i < l->options->jobs; i++)
        if (!l->stopping && l->worker[i].pid == 0 && schedule_next(l->schedule, &task))
            start(l, &l->worker[i], task);
}

/* ---- ending --------------------------------------------------------------------------- */

static void describe_death(const struct launch *l, const struct worker *w, int status,
                           char *message, size_t size)
{
    char limit[32];
    if (w->killed_as != NULL && strcmp(w->killed_as, "timeout") == 0)
        snprintf(message, size, "it took more than %s",
                 units_format_seconds(limit, sizeof(limit), l->options->run_seconds));
    else if (w->killed_as != NULL)
        snprintf(message, size, "it took more than %s of memory",
                 units_format_bytes(limit, sizeof(limit), (uint64_t)l->options->run_memory));
    else if (WIFSIGNALED(status))
        snprintf(message, size, "the worker was killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(message, size, "the worker ended with status %d and no result",
                 WEXITSTATUS(status));
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
        describe_death(l, w, status, report->message, sizeof(report->message));
        report->wall_seconds = cpu_wall_seconds() - w->start;
    }
    if (reported && report->error == 0)
        return true;
    if (reported && stops_all(report->error)) {
        plan_describe(l->plan, run, name, sizeof(name));
        fail(l, err_set(l->err, report->error, "%s: %s", name, report->message));
        return false;
    }
    snprintf(report->status, sizeof(report->status), "%s",
             w->killed_as != NULL ? w->killed_as : "crash");
    int rc = lost_store(l->plan, run, l->options->store_path, report, w->peak, l->err);
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

static void learn(struct launch *l, size_t task, const struct worker_report *report)
{
    struct store_row row;
    plan_row(l->plan, &l->plan->run[task], &row);
    snprintf(row.status, sizeof(row.status), "%s", report->status);
    row.instructions_total = report->instructions;
    row.wall_seconds = report->wall_seconds;
    row.user_seconds = report->user_seconds;
    schedule_end(l->schedule, task, &row);
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
    double spent = cpu_wall_seconds() - w->start;
    w->pid = 0;
    l->n_under_way--;
    if (!stored) {
        schedule_end(l->schedule, w->task, NULL);
        return;
    }
    l->done += spent;
    l->n_ended++;
    if (strcmp(report.status, "ok") == 0) {
        l->result->ok++;
        if (run->simulator == PLAN_OWN) {
            l->instructions[run->mode] += report.instructions;
            l->user_seconds[run->mode] += report.user_seconds;
        }
    } else {
        l->result->failed++;
    }
    learn(l, w->task, &report);
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
    while (signals_next(&l->signals)) {
        if (l->result->interrupted) {
            kill_workers(l);
            tell(l, LAUNCH_KILLED, NULL, NULL);
        } else {
            l->result->interrupted = l->stopping = true;
            tell(l, LAUNCH_INTERRUPTED, NULL, NULL);
        }
    }
}

/* ---- limits --------------------------------------------------------------------------- */

/* Kills what takes more than it may. */
static void hold_limits(struct launch *l)
{
    double now = cpu_wall_seconds(), seconds = l->options->run_seconds;
    bool look = isfinite(l->options->run_memory) && now - l->looked >= 0.05;
    if (look)
        l->looked = now;
    for (unsigned i = 0; i < l->options->jobs; i++) {
        struct worker *w = &l->worker[i];
        if (w->pid == 0 || w->killed_as != NULL)
            continue;
        if (look)
            w->peak = fmax(w->peak, (double)cpu_memory_of(w->pid));
        if (now - w->start > seconds)
            w->killed_as = "timeout";
        else if (w->peak > l->options->run_memory)
            w->killed_as = "memory";
        if (w->killed_as != NULL)
            kill(w->pid, SIGKILL);
    }
}

/* Milliseconds until something has to be looked at. */
static int patience(const struct launch *l)
{
    double now = cpu_wall_seconds(), wait = PROGRESS_MILLISECONDS;
    if (isfinite(l->options->run_memory))
        wait = 50;
    for (unsigned i = 0; i < l->options->jobs; i++)
        if (l->worker[i].pid != 0 && l->worker[i].killed_as == NULL)
            wait = fmin(wait, 1e3 * (l->worker[i].start + l->options->run_seconds - now) + 1);
    return wait > 0 ? (int)wait : 0;
}

/* ---- the whole ------------------------------------------------------------------------ */

static void wait_for_something(struct launch *l)
{
    unsigned jobs = l->options->jobs;
    l->poll[0] = (struct pollfd){.fd = l->signals.fd, .events = POLLIN};
    for (unsigned i = 0; i < jobs; i++)
        l->poll[1 + i] = (struct pollfd){.fd = l->worker[i].pid != 0 ? l->worker[i].fd : -1,
                                         .events = POLLIN};
    int n = poll(l->poll, 1 + jobs, patience(l));
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
    hold_limits(l);
    if (n == 0)
        tell(l, LAUNCH_PROGRESS, NULL, NULL);
}

/* As many different ones as there are workers. */
static int choose_processors(struct launch *l)
{
    unsigned jobs = l->options->jobs;
    l->cpu = calloc(jobs + 1, sizeof(*l->cpu));
    if (l->cpu == NULL)
        return err_set(l->err, ERR_NOMEM, "out of memory");
    unsigned n = cpu_allowed(l->cpu, jobs);
    if (n == jobs)
        return 0;
    return err_set(l->err, ERR_CONFIG,
                   "%u workers cannot be pinned to %u processor%s: say '--jobs'", jobs, n,
                   n == 1 ? "" : "s");
}

int launch_run(const struct plan *plan, const size_t *task, size_t n_tasks,
               const struct launch_options *options, struct launch_result *result,
               struct err *err)
{
    struct launch l = {
        .plan = plan, .options = options, .result = result, .err = err};
    memset(result, 0, sizeof(*result));
    int rc = schedule_alloc(&l.schedule, plan, task, n_tasks, options->forecast,
                            options->memory, err);
    l.n_tasks = n_tasks;
    l.worker = calloc(options->jobs + 1, sizeof(*l.worker));
    l.poll = calloc(options->jobs + 1, sizeof(*l.poll));
    if (rc == 0 && (l.worker == NULL || l.poll == NULL))
        rc = err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0 && options->pin)
        rc = choose_processors(&l);
    if (rc != 0)
        goto out;
    if (signals_init(&l.signals) != 0) {
        rc = err_set_errno(err, ERR_INTERNAL, errno, "cannot wait for signals");
        goto out;
    }
    for (;;) {
        start_workers(&l);
        if (l.n_under_way == 0)
            break;
        wait_for_something(&l);
    }
    take_signal(&l); /* it counts that one has come by now */
    signals_release(&l.signals);
    rc = l.error;
out:
    result->not_run = n_tasks - result->ok - result->failed;
    free(l.poll);
    free(l.worker);
    free(l.cpu);
    schedule_free(l.schedule);
    return rc;
}
