#include "config.h"

#include "profile/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdbool.h>

enum { LINE_SIZE = 8192 };

extern char **environ;

static bool same_name(const char *a, const char *b)
{
    size_t len = strcspn(a, "=");
    return strncmp(a, b, len + 1) == 0;
}

/* The environment with more entries ("NAME=VALUE"), which end with NULL; the array is the
 * caller's to free. */
static char **environment_with(char *const *entry)
{
    size_t n = 0, more = 0, kept = 0;
    while (environ[n] != NULL)
        n++;
    while (entry[more] != NULL)
        more++;
    char **list = calloc(n + more + 1, sizeof(*list));
    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < more && !same_name(entry[k], environ[i]))
            k++;
        if (k == more)
            list[kept++] = environ[i];
    }
    for (size_t k = 0; k < more; k++)
        list[kept++] = entry[k];
    return list;
}

static int start(const char *program, char *const *argv, char *const *environment, int out,
                 pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    int number = posix_spawn(pid, program, &actions, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    return number;
}

/* Reads all that the worker says; what does not fit is left out. */
static void read_line(int fd, char line[LINE_SIZE])
{
    size_t len = 0;
    char rest[512];
    for (;;) {
        bool full = len == LINE_SIZE - 1;
        ssize_t n =
            full ? read(fd, rest, sizeof(rest)) : read(fd, line + len, LINE_SIZE - 1 - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += full ? 0 : (size_t)n;
    }
    line[len] = '\0';
}

/* What became of the worker, and what it says about the run. */
static int judge(int status, const char *line, struct record_report *report, struct err *err)
{
    if (WIFSIGNALED(status))
        return err_set(err, ERR_RUN, "the profiler's worker was killed by signal %d (%s)",
                       WTERMSIG(status), strsignal(WTERMSIG(status)));
    if (record_report_parse(line, report) != 0)
        return err_set(err, ERR_RUN, "the profiler's worker ended with status %d and no report",
                       WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    if (report->error != 0)
        return err_set(err, report->error, "%s", report->message);
    return 0;
}

static int run(const char *program, char *const *argv, char *const *entry,
               struct record_report *report, struct err *err)
{
    int fd[2] = {-1, -1}, status = 0, rc = 0;
    char line[LINE_SIZE], **environment = environment_with(entry);
    pid_t pid = 0;
    if (environment == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    if (pipe2(fd, O_CLOEXEC) != 0) {
        rc = err_set_errno(err, ERR_IO, errno, "cannot make a pipe");
        goto out;
    }
    int number = start(program, argv, environment, fd[1], &pid);
    close(fd[1]);
    if (number != 0) {
        rc = err_set_errno(err, ERR_IO, number, "cannot start a worker");
    } else {
        read_line(fd[0], line);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
        rc = judge(status, line, report, err);
    }
    close(fd[0]);
out:
    free(environment);
    return rc;
}

int collect_cpu(const struct collect_options *options, size_t index, const char *path,
                struct record_report *report, struct err *err)
{
    char task[24], parent[24], seconds[32], rate[16];
    snprintf(task, sizeof(task), "%zu", index);
    snprintf(parent, sizeof(parent), "%ld", (long)getpid());
    snprintf(seconds, sizeof(seconds), "%.6f", options->seconds);
    snprintf(rate, sizeof(rate), "%u", options->rate);
    char *argv[] = {"rung",
                    "profile-worker",
                    "--parent",
                    parent,
                    "--seconds",
                    seconds,
                    "--rate",
                    rate,
                    "--cpu-into",
                    (char *)path,
                    (char *)options->plan_file,
                    task,
                    NULL};
    char *const nothing[] = {NULL};
    return run(options->program, argv, nothing, report, err);
}

int collect_heap(const struct collect_options *options, size_t index, const char *prefix,
                 double instructions, struct record_report *report, struct err *err)
{
    char task[24], parent[24], count[32];
    snprintf(task, sizeof(task), "%zu", index);
    snprintf(parent, sizeof(parent), "%ld", (long)getpid());
    snprintf(count, sizeof(count), "%.0f", instructions);
    char *argv[] = {"rung",
                    "profile-worker",
                    "--parent",
                    parent,
                    "--instructions",
                    count,
                    "--heap-into",
                    (char *)prefix,
                    (char *)options->plan_file,
                    task,
                    NULL};
    /* It must be there before the first allocation, and write nothing of its own accord. */
    char *const entries[] = {"LD_PRELOAD=" TCMALLOC_LIBRARY, "HEAP_PROFILE_INUSE_INTERVAL=0",
                             "HEAP_PROFILE_ALLOCATION_INTERVAL=0", NULL};
    return run(options->program, argv, entries, report, err);
}
