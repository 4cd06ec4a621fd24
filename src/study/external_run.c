#include "config.h"

#include "study/external_run.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "base/units.h"
#include "study/words.h"

enum { MAX_OUTPUT = 1 << 28, TAIL = 640, TAIL_LINES = 8 };

/* ---- the job as JSON -------------------------------------------------------------------- */

static json_t *number_json(const struct external_number *number)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:f}", "name", number->field->name, "form",
                     numbers_form_key(number->form), "key", number->key, "from", number->from,
                     "dump", (json_int_t)number->dump, "scale", number->scale);
}

json_t *external_job_json(const struct external *external, char *const *argv)
{
    json_t *words = json_array(), *numbers = json_array();
    int failed = 0;
    for (; *argv != NULL; argv++)
        failed |= json_array_append_new(words, json_string(*argv));
    for (size_t i = 0; i < external->n_numbers; i++)
        failed |= json_array_append_new(numbers, number_json(&external->number[i]));
    if (failed == 0)
        return json_pack("{s:o, s:o, s:o}", "argv", words, "timeout",
                         json_number(external->timeout), "numbers", numbers);
    json_decref(words);
    json_decref(numbers);
    return NULL;
}

static int read_number(struct external_number *number, json_t *object)
{
    const char *name, *form, *key, *from;
    json_int_t dump;
    if (json_unpack(object, "{s:s, s:s, s:s, s:s, s:I, s:F}", "name", &name, "form", &form,
                    "key", &key, "from", &from, "dump", &dump, "scale", &number->scale) != 0)
        return -1;
    number->field = store_row_field(name, NULL);
    number->dump = (unsigned)dump;
    number->key = str_format("%s", key);
    number->from = str_format("%s", from);
    for (int f = 0; f < NUMBERS_FORM_MAX; f++)
        if (strcmp(form, numbers_form_key((enum numbers_form)f)) == 0) {
            number->form = (enum numbers_form)f;
            return number->field != NULL && number->field->kind == STORE_REAL &&
                           number->key != NULL && number->from != NULL
                       ? 0
                       : -1;
        }
    return -1;
}

int external_job_read(struct external_job *job, json_t *object)
{
    json_t *words = json_object_get(object, "argv"),
           *numbers = json_object_get(object, "numbers");
    json_t *timeout = json_object_get(object, "timeout");
    size_t n_words = json_array_size(words), n_numbers = json_array_size(numbers);
    memset(job, 0, sizeof(*job));
    job->timeout = json_is_number(timeout) ? json_number_value(timeout) : INFINITY;
    job->argv = calloc(n_words + 1, sizeof(*job->argv));
    job->number = calloc(n_numbers + 1, sizeof(*job->number));
    if (job->argv == NULL || job->number == NULL || n_words == 0)
        return -1;
    for (size_t i = 0; i < n_words; i++) {
        const char *text = json_string_value(json_array_get(words, i));
        job->argv[i] = text != NULL ? str_format("%s", text) : NULL;
        if (job->argv[i] == NULL)
            return -1;
    }
    for (; job->n_numbers < n_numbers; job->n_numbers++) {
        struct external_number *number = &job->number[job->n_numbers];
        if (read_number(number, json_array_get(numbers, job->n_numbers)) != 0) {
            free((char *)number->key);
            free((char *)number->from);
            return -1;
        }
    }
    return 0;
}

void external_job_release(struct external_job *job)
{
    words_free(job->argv);
    for (size_t i = 0; i < job->n_numbers; i++) {
        free((char *)job->number[i].key);
        free((char *)job->number[i].from);
    }
    free(job->number);
    memset(job, 0, sizeof(*job));
}

/* ---- the folder ------------------------------------------------------------------------- */

static char *make_folder(struct err *err)
{
    const char *base = getenv("TMPDIR");
    char *folder =
        str_format("%s/rung-XXXXXX", base != NULL && base[0] != '\0' ? base : "/tmp");
    if (folder == NULL) {
        err_set(err, ERR_NOMEM, "out of memory");
    } else if (mkdtemp(folder) == NULL) {
        err_set_errno(err, ERR_IO, errno, "cannot make the folder '%s'", folder);
        free(folder);
        folder = NULL;
    }
    return folder;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    remove(path);
    return 0;
}

static void remove_folder(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- the process ------------------------------------------------------------------------ */

/* What became of it. */
struct end {
    int status; /* of waitpid() */
    bool timed_out;
    double wall_seconds;
    struct rusage usage;
};

/* Between fork and exec; reports errno through the pipe when there is no program to run. */
__attribute__((noreturn)) static void become(const struct external_job *job, const char *folder,
                                             int report)
{
    int in = open("/dev/null", O_RDONLY);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a killed worker leaves no simulator behind */
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (in >= 0 && dup2(in, STDIN_FILENO) >= 0 && chdir(folder) == 0) {
        int out = open("stdout", O_WRONLY | O_CREAT | O_APPEND, 0666);
        int err = open("stderr", O_WRONLY | O_CREAT | O_APPEND, 0666);
        if (out >= 0 && err >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
            dup2(err, STDERR_FILENO) >= 0) {
            if (out > STDERR_FILENO)
                close(out);
            if (err > STDERR_FILENO)
                close(err);
            execv(job->argv[0], job->argv);
        }
    }
    int number = errno;
    while (write(report, &number, sizeof(number)) < 0 && errno == EINTR)
        continue;
    _exit(127);
}

/* Until it ends or its time is over; the kernel tells, so that the time is exact. */
static void await(pid_t pid, double start, double timeout, struct end *end)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    for (;;) {
        double left = 1e3 * (timeout - (cpu_wall_seconds() - start));
        if (left <= 0) {
            end->timed_out = true;
            kill(-pid, SIGKILL);
            break;
        }
        /* Without such a descriptor we look again and again. */
        int wait = fd < 0 ? 1 : left < 1e9 ? (int)left + 1 : -1;
        if (poll(fd < 0 ? NULL : &poll_fd, fd < 0 ? 0 : 1, wait) > 0)
            break;
        siginfo_t info = {0};
        if (fd < 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid != 0)
            break;
    }
    end->wall_seconds = cpu_wall_seconds() - start;
    if (fd >= 0)
        close(fd);
    while (wait4(pid, &end->status, 0, &end->usage) < 0 && errno == EINTR)
        continue;
    kill(-pid, SIGKILL); /* what it left behind */
}

static int run_program(const struct external_job *job, const char *folder, struct end *end,
                       struct err *err)
{
    int report[2], number = 0;
    if (pipe2(report, O_CLOEXEC) != 0)
        return err_set_errno(err, ERR_IO, errno, "cannot make a pipe");
    double start = cpu_wall_seconds();
    pid_t pid = fork();
    if (pid == 0)
        become(job, folder, report[1]);
    close(report[1]);
    if (pid < 0) {
        close(report[0]);
        return err_set_errno(err, ERR_IO, errno, "cannot start '%s'", job->argv[0]);
    }
    setpgid(pid, pid); /* whichever of both is first */
    ssize_t got;
    while ((got = read(report[0], &number, sizeof(number))) < 0 && errno == EINTR)
        continue;
    close(report[0]);
    await(pid, start, job->timeout, end);
    if (got == (ssize_t)sizeof(number))
        return err_set_errno(err, ERR_CONFIG, number, "cannot run '%s'", job->argv[0]);
    return 0;
}

/* ---- what it said ----------------------------------------------------------------------- */

/* The last lines of its standard error behind the cause. */
static void add_tail(const char *folder, char message[OUTCOME_MESSAGE])
{
    char tail[TAIL + 1];
    char *name = str_format("%s/stderr", folder);
    FILE *file = name != NULL ? fopen(name, "rb") : NULL;
    free(name);
    if (file == NULL)
        return;
    if (fseek(file, -TAIL, SEEK_END) != 0)
        rewind(file);
    bool cut = ftell(file) > 0;
    size_t len = fread(tail, 1, TAIL, file);
    fclose(file);
    while (len > 0 && (tail[len - 1] == '\n' || tail[len - 1] == '\r'))
        len--;
    tail[len] = '\0';
    char *from = tail;
    if (cut && strchr(tail, '\n') != NULL)
        from = strchr(tail, '\n') + 1;
    char *at = tail + len;
    for (int lines = 0; at > from; at--)
        if (at[-1] == '\n' && ++lines == TAIL_LINES)
            break;
    for (char *c = at; *c != '\0'; c++)
        if ((*c < ' ' || *c > '~') && *c != '\n')
            *c = '?';
    size_t used = strlen(message);
    if (*at != '\0')
        snprintf(message + used, OUTCOME_MESSAGE - used, "; standard error ends with\n%s", at);
}

/* One output, read once for the numbers that stand together. */
struct output {
    const char *from;
    char *text;
    size_t len;
};

static int read_output(struct output *output, const char *folder, const char *from,
                       struct err *err)
{
    if (output->from != NULL && strcmp(output->from, from) == 0)
        return 0;
    free(output->text);
    *output = (struct output){.from = from};
    char *name = str_format("%s/%s", folder, from);
    int rc = name == NULL ? err_set(err, ERR_NOMEM, "out of memory") : 0;
    if (rc == 0 && !path_exists(name))
        rc = err_set(err, ERR_DATA, "it made no file '%s'", from);
    if (rc == 0)
        rc = path_read(name, MAX_OUTPUT, &output->text, &output->len, err);
    free(name);
    if (rc != 0)
        output->from = NULL;
    return rc;
}

static int find_numbers(const struct external_job *job, const char *folder,
                        struct store_row *row, struct err *err)
{
    struct output output = {0};
    int rc = 0;
    for (size_t i = 0; i < job->n_numbers && rc == 0; i++) {
        const struct external_number *number = &job->number[i];
        double value = NAN;
        rc = read_output(&output, folder, number->from, err);
        if (rc == 0)
            rc = numbers_find(number->form, number->key, number->dump, number->from,
                              output.text, output.len, &value, NULL, err);
        value *= number->scale;
        memcpy((char *)row + number->field->offset, &value, sizeof(value));
        if (rc != 0)
            err_prefix(err, "%s: ", number->field->name);
    }
    free(output.text);
    return rc;
}

/* ---- the whole -------------------------------------------------------------------------- */

static void set_status(struct store_row *row, const char *status)
{
    snprintf(row->status, sizeof(row->status), "%s", status);
}

/* How it ended, but for its numbers. */
static void judge(const struct external_job *job, const struct end *end, struct store_row *row,
                  char message[OUTCOME_MESSAGE])
{
    char limit[32];
    if (end->timed_out) {
        set_status(row, "timeout");
        snprintf(message, OUTCOME_MESSAGE, "it took more than %s",
                 units_format_seconds(limit, sizeof(limit), job->timeout));
    } else if (WIFSIGNALED(end->status)) {
        set_status(row, "crash");
        snprintf(message, OUTCOME_MESSAGE, "signal %d (%s)", WTERMSIG(end->status),
                 strsignal(WTERMSIG(end->status)));
    } else {
        row->exit_code = WEXITSTATUS(end->status);
        set_status(row, row->exit_code == 0 ? "ok" : "exit");
        if (row->exit_code != 0)
            snprintf(message, OUTCOME_MESSAGE, "exit status %d", WEXITSTATUS(end->status));
    }
}

/* Of a failed run nothing is known but its times. */
static void forget_numbers(struct store_row *row)
{
    row->instructions_total = NAN;
    for (int c = 0; c < COUNTER_MAX; c++)
        row->counter[c] = NAN;
}

int external_run(const struct external_job *job, struct store_row *row,
                 char message[OUTCOME_MESSAGE], struct err *err)
{
    struct end end = {0};
    struct err cause = {0};
    message[0] = '\0';
    char *folder = make_folder(err);
    if (folder == NULL)
        return err->code;
    int rc = run_program(job, folder, &end, err);
    if (rc != 0)
        goto out;
    row->wall_seconds = end.wall_seconds;
    row->user_seconds =
        (double)end.usage.ru_utime.tv_sec + 1e-6 * (double)end.usage.ru_utime.tv_usec;
    row->peak_memory = 1024.0 * (double)end.usage.ru_maxrss;
    judge(job, &end, row, message);
    if (strcmp(row->status, "ok") == 0 && find_numbers(job, folder, row, &cause) != 0) {
        set_status(row, "output");
        snprintf(message, OUTCOME_MESSAGE, "%.300s", cause.text);
    }
    if (strcmp(row->status, "ok") != 0) {
        forget_numbers(row);
        add_tail(folder, message);
    }
out:
    remove_folder(folder);
    free(folder);
    return rc;
}
