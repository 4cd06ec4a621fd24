#include "config.h"

#include "study/worker.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "sim/sim.h"
#include "study/task.h"

/* The guest's name for itself is always the same, so that the place of its ELF does not
 * move its stack. */
static const char guest_name[] = "guest";

static const char *status_of(const struct emu_end *end)
{
    if (end->kind == EMU_LIMIT)
        return "limit";
    if (end->kind != EMU_EXITED)
        return "fault";
    return end->exit_code == 0 ? "ok" : "exit";
}

/* The first line that the guest wrote on its standard error, for the message. */
static void first_line(FILE *file, char *line, size_t size)
{
    line[0] = '\0';
    if (file == NULL)
        return;
    rewind(file);
    if (fgets(line, (int)size, file) == NULL)
        line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    for (char *at = line; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
}

static void describe_failure(const struct sim_result *result, FILE *guest_errors, char *message,
                             size_t size)
{
    char line[160];
    message[0] = '\0';
    if (result->end.kind == EMU_EXITED && result->end.exit_code == 0)
        return;
    first_line(guest_errors, line, sizeof(line));
    if (result->end.text[0] != '\0')
        snprintf(message, size, "%s", result->end.text);
    else
        snprintf(message, size, "exit status %d (pc 0x%" PRIx64 ")", result->end.exit_code,
                 result->end.pc);
    size_t len = strlen(message);
    if (line[0] != '\0')
        snprintf(message + len, size - len, ": %s", line);
}

static void fill_row(struct store_row *row, enum timing_mode mode,
                     const struct sim_result *result)
{
    snprintf(row->status, sizeof(row->status), "%s", status_of(&result->end));
    row->exit_code = result->end.kind == EMU_EXITED ? result->end.exit_code : -1;
    row->wall_seconds = result->wall_seconds;
    row->user_seconds = result->user_seconds;
    row->peak_memory = (double)result->peak_memory;
    if (strcmp(row->status, "ok") != 0)
        return;
    row->instructions_total = (double)result->instructions_total;
    for (int c = 0; c < COUNTER_MAX; c++)
        if (timing_mode_counts(mode, (enum counter)c))
            row->counter[c] = (double)result->counter[c];
}

static char *join(char *const *arguments)
{
    struct str text;
    str_init(&text);
    for (size_t i = 0; arguments[i] != NULL; i++)
        str_addf(&text, "%s%s", i > 0 ? " " : "", arguments[i]);
    char *joined = str_detach(&text);
    str_release(&text);
    return joined;
}

static int store_result(const struct task *task, const struct sim_result *result,
                        const char *message, struct err *err)
{
    int rc = 0;
    char created[32];
    time_t seconds = time(NULL);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", &tm);
    char *host = cpu_host_description(), *arguments = join(task->arguments);
    struct store_hot *hot = calloc(result->n_hot + 1, sizeof(*hot));
    if (host == NULL || arguments == NULL || hot == NULL) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    struct store_run run = {.row = task->row,
                            .elf = task->elf,
                            .arguments = arguments,
                            .machine_text = task->machine_text,
                            .message = message,
                            .created = created,
                            .host = host,
                            .model_version = TIMING_MODEL_VERSION,
                            .stream_hash = result->stream_hash,
                            .trace_interval = result->trace.interval,
                            .n_trace = result->trace.n_rows,
                            .trace = result->trace.row,
                            .n_hot = result->n_hot,
                            .hot = hot};
    fill_row(&run.row, task->mode, result);
    memcpy(run.elf_hash, task->elf_hash, sizeof(run.elf_hash));
    memcpy(run.cpi_stack, result->cpi_stack, sizeof(run.cpi_stack));
    for (size_t i = 0; i < result->n_hot; i++) {
        hot[i].pc = result->hot[i].pc;
        hot[i].n_insn = result->hot[i].n_insn;
        hot[i].executions = result->hot[i].executions;
        hot[i].instructions = result->hot[i].instructions;
        snprintf(hot[i].symbol, sizeof(hot[i].symbol), "%s", result->hot[i].symbol);
    }
    rc = store_write_run(task->store_path, &run, err);
out:
    free(hot);
    free(arguments);
    free(host);
    return rc;
}

static int simulate(const struct task *task, FILE *guest_errors, struct sim_result *result,
                    struct err *err)
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
                                  .out_fd = -1,
                                  .err_fd = guest_errors != NULL ? fileno(guest_errors) : -1};
    if (rc == 0)
        rc = sim_run(&options, result, err);
    machine_free(machine);
    free(argv);
    return rc;
}

/* A run is what its id says: the ELF may have been built again since it was planned. */
static int check_elf(const struct task *task, struct err *err)
{
    char hash[HASH_TEXT_SIZE];
    int rc = hash_file(task->elf, hash, err);
    if (rc == 0 && strcmp(hash, task->elf_hash) != 0)
        rc = err_set(err, ERR_DATA, "'%s' has changed since the study began", task->elf);
    return rc;
}

int worker_run(const char *plan_file, size_t index, struct worker_report *report)
{
    struct task task;
    struct sim_result result = {0};
    struct err err = {0};
    FILE *guest_errors = NULL;
    memset(report, 0, sizeof(*report));
    int rc = task_load(&task, plan_file, index, &err);
    if (rc == 0)
        rc = check_elf(&task, &err);
    if (rc == 0) {
        guest_errors = tmpfile(); /* without it, a message is shorter */
        rc = simulate(&task, guest_errors, &result, &err);
    }
    if (rc == 0) {
        describe_failure(&result, guest_errors, report->message, sizeof(report->message));
        rc = store_result(&task, &result, report->message, &err);
    }
    if (rc == 0) {
        snprintf(report->status, sizeof(report->status), "%s", status_of(&result.end));
        report->instructions = (double)result.instructions_total;
        report->wall_seconds = result.wall_seconds;
        report->user_seconds = result.user_seconds;
    } else {
        report->error = rc;
        snprintf(report->message, sizeof(report->message), "%s", err.text);
    }
    if (guest_errors != NULL)
        fclose(guest_errors);
    sim_result_release(&result);
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
