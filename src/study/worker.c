#include "config.h"

#include "study/worker.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "sim/sim.h"
#include "study/outcome.h"
#include "study/task.h"

/* The guest's name for itself is always the same, so that the place of its ELF does not
 * move its stack. */
static const char guest_name[] = "guest";

/* What the guest wrote on its streams; NULL where there is no room for such a file. */
struct streams {
    FILE *out, *errors;
};

/* A digest of it; empty when it is not known. */
static void digest_output(FILE *out, char digest[STORE_ID_SIZE])
{
    char path[64], hash[HASH_TEXT_SIZE];
    if (out == NULL)
        return;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(out));
    if (hash_file(path, hash, NULL) == 0)
        snprintf(digest, STORE_ID_SIZE, "%.16s", hash);
}

static int store_result(const struct task *task, const struct sim_result *result,
                        const struct streams *streams, struct worker_report *report,
                        struct err *err)
{
    struct outcome outcome;
    int rc = outcome_init(&outcome, &task->row, task->mode,
                          (const char *const *)task->arguments, result, streams->errors, err);
    digest_output(streams->out, outcome.run.row.output);
    outcome.run.elf = task->elf;
    outcome.run.machine_text = task->machine_text;
    memcpy(outcome.run.elf_hash, task->elf_hash, sizeof(outcome.run.elf_hash));
    outcome.run.files = task->files.path;
    outcome.run.input = task->input.path;
    memcpy(outcome.run.files_hash, task->files.hash, sizeof(outcome.run.files_hash));
    memcpy(outcome.run.input_hash, task->input.hash, sizeof(outcome.run.input_hash));
    if (rc == 0)
        rc = store_write_run(task->store_path, &outcome.run, err);
    if (rc == 0) {
        snprintf(report->status, sizeof(report->status), "%s", outcome_status(&result->end));
        snprintf(report->message, sizeof(report->message), "%s", outcome.message);
        report->instructions = (double)result->instructions_total;
        report->wall_seconds = result->wall_seconds;
        report->user_seconds = result->user_seconds;
    }
    outcome_release(&outcome);
    return rc;
}

static int descriptor(FILE *file)
{
    return file != NULL ? fileno(file) : -1;
}

int worker_simulate(const struct task *task, int out_fd, int err_fd,
                    const struct sim_watch *watch, struct sim_result *result, struct err *err)
{
    int rc = 0, argc = 1;
    struct machine *machine = NULL;
    const char **argv = NULL;
    while (task->arguments[argc - 1] != NULL)
        argc++;
    argv = calloc((size_t)argc + 1, sizeof(*argv));
    if (argv == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    argv[0] = guest_name;
    for (int i = 1; i < argc; i++)
        argv[i] = task->arguments[i - 1];
    if (task->machine_text[0] != '\0')
        rc = machine_parse(&machine, task->row.machine, task->machine_text,
                           strlen(task->machine_text), err);
    struct sim_options options = {.elf = task->elf,
                                  .argc = argc,
                                  .argv = argv,
                                  .mode = task->mode,
                                  .machine = machine,
                                  .layout_seed = task->row.seed,
                                  .out_fd = out_fd,
                                  .err_fd = err_fd,
                                  .files = task->files.path,
                                  .files_read_only = true,
                                  .input = task->input.path,
                                  .watch = watch};
    if (rc == 0)
        rc = sim_run(&options, result, err);
    machine_free(machine);
    free(argv);
    return rc;
}

/* A run is what its id says: the ELF may have been built again since it was planned. */
static int check_unchanged(const struct task *task, struct err *err)
{
    char hash[HASH_TEXT_SIZE];
    int rc = task->elf_hash[0] != '\0' ? hash_file(task->elf, hash, err) : 0;
    if (rc == 0 && task->elf_hash[0] != '\0' && strcmp(hash, task->elf_hash) != 0)
        rc = err_set(err, ERR_DATA, "'%s' has changed since the study began", task->elf);
    if (rc == 0)
        rc = input_check(&task->files, err);
    return rc == 0 ? input_check(&task->input, err) : rc;
}

/* One line of the command, for people. */
static char *join(char *const *argv)
{
    struct str text;
    str_init(&text);
    for (size_t i = 0; argv[i] != NULL; i++)
        str_addf(&text, "%s%s", i > 0 ? " " : "", argv[i]);
    char *line = str_detach(&text);
    str_release(&text);
    return line;
}

static int run_external(struct task *task, struct worker_report *report, struct err *err)
{
    char message[OUTCOME_MESSAGE], created[OUTCOME_TIME];
    char *host = cpu_host_description(), *command = join(task->job.argv);
    int rc = host == NULL || command == NULL ? err_set(err, ERR_NOMEM, "out of memory") : 0;
    if (rc == 0)
        rc = external_run(&task->job, &task->row, message, err);
    outcome_time(created);
    if (rc == 0) {
        struct store_run run = {.row = task->row,
                                .elf = task->elf,
                                .arguments = command,
                                .machine_text = task->machine_text,
                                .message = message,
                                .created = created,
                                .host = host};
        memcpy(run.elf_hash, task->elf_hash, sizeof(run.elf_hash));
        rc = store_write_run(task->store_path, &run, err);
    }
    if (rc == 0) {
        snprintf(report->status, sizeof(report->status), "%s", task->row.status);
        snprintf(report->message, sizeof(report->message), "%s", message);
        report->instructions = task->row.counter[COUNTER_instructions];
        report->wall_seconds = task->row.wall_seconds;
        report->user_seconds = task->row.user_seconds;
    }
    free(command);
    free(host);
    return rc;
}

static int run_own(const struct task *task, struct worker_report *report, struct err *err)
{
    struct sim_result result = {0};
    /* Without the second one, a message is shorter. */
    struct streams streams = {.out = tmpfile(), .errors = tmpfile()};
    int rc = worker_simulate(task, descriptor(streams.out), descriptor(streams.errors), NULL,
                             &result, err);
    if (rc == 0)
        rc = store_result(task, &result, &streams, report, err);
    if (streams.out != NULL)
        fclose(streams.out);
    if (streams.errors != NULL)
        fclose(streams.errors);
    sim_result_release(&result);
    return rc;
}

int worker_run(const char *plan_file, size_t index, struct worker_report *report)
{
    struct task task;
    struct err err = {0};
    memset(report, 0, sizeof(*report));
    int rc = task_load(&task, plan_file, index, &err);
    if (rc == 0)
        rc = check_unchanged(&task, &err);
    if (rc == 0)
        rc =
            task.is_external ? run_external(&task, report, &err) : run_own(&task, report, &err);
    if (rc != 0) {
        report->error = rc;
        snprintf(report->message, sizeof(report->message), "%s", err.text);
    }
    task_release(&task);
    return rc;
}

/* JSON takes UTF-8 alone, but a file's name may hold any bytes. */
static json_t *text_json(const char *text)
{
    json_t *string = json_string(text);
    if (string != NULL)
        return string;
    char ascii[sizeof(((struct worker_report *)0)->message)];
    snprintf(ascii, sizeof(ascii), "%s", text);
    for (char *at = ascii; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
    return json_string(ascii);
}

char *worker_report_format(const struct worker_report *report)
{
    json_t *object = json_pack("{s:i, s:s, s:o, s:o, s:o, s:o}", "error", report->error,
                               "status", report->status, "message", text_json(report->message),
                               "instructions", json_number(report->instructions),
                               "wall_seconds", json_number(report->wall_seconds),
                               "user_seconds", json_number(report->user_seconds));
    char *line =
        object != NULL ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(object);
    return line;
}

static double number(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

int worker_report_parse(const char *line, struct worker_report *report)
{
    const char *status, *message;
    int rc = ERR_DATA;
    memset(report, 0, sizeof(*report));
    json_t *object = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);
    if (json_unpack(object, "{s:i, s:s, s:s}", "error", &report->error, "status", &status,
                    "message", &message) == 0) {
        snprintf(report->status, sizeof(report->status), "%s", status);
        snprintf(report->message, sizeof(report->message), "%s", message);
        report->instructions = number(object, "instructions");
        report->wall_seconds = number(object, "wall_seconds");
        report->user_seconds = number(object, "user_seconds");
        rc = 0;
    }
    json_decref(object);
    return rc;
}

int worker_die_with(long parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return ERR_INTERNAL;
    /* It may have ended before. */
    return (long)getppid() == parent ? 0 : ERR_INTERRUPTED;
}
