#include "config.h"

#include "study/outcome.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cpu.h"
#include "base/str.h"

const char *outcome_status(const struct emu_end *end)
{
    if (end->kind == EMU_LIMIT)
        return "limit";
    if (end->kind != EMU_EXITED)
        return "fault";
    return end->exit_code == 0 ? "ok" : "exit";
}

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

/* Why the guest failed, as one line; "" when it did not.  Ends with the first line of
 * `guest_errors`, what the guest wrote on its standard error, unless that is NULL. */
static void make_message(const struct sim_result *result, FILE *guest_errors,
                         char message[OUTCOME_MESSAGE])
{
    char line[160];
    message[0] = '\0';
    if (result->end.kind == EMU_EXITED && result->end.exit_code == 0)
        return;
    first_line(guest_errors, line, sizeof(line));
    if (result->end.text[0] != '\0')
        snprintf(message, OUTCOME_MESSAGE, "%s", result->end.text);
    else
        snprintf(message, OUTCOME_MESSAGE, "exit status %d (pc 0x%" PRIx64 ")",
                 result->end.exit_code, result->end.pc);
    size_t len = strlen(message);
    if (line[0] != '\0')
        snprintf(message + len, OUTCOME_MESSAGE - len, ": %s", line);
}

/* Of a failed run, and where the mode does not count it, a counter is missing, not 0. */
static void fill_row(struct store_row *row, enum timing_mode mode,
                     const struct sim_result *result)
{
    snprintf(row->status, sizeof(row->status), "%s", outcome_status(&result->end));
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

static char *join(const char *const *arguments)
{
    struct str text;
    str_init(&text);
    for (size_t i = 0; arguments[i] != NULL; i++)
        str_addf(&text, "%s%s", i > 0 ? " " : "", arguments[i]);
    char *joined = str_detach(&text);
    str_release(&text);
    return joined;
}

void outcome_time(char text[OUTCOME_TIME])
{
    time_t seconds = time(NULL);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(text, OUTCOME_TIME, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void copy_hot(struct store_hot *to, const struct sim_hot_block *from, bool timed)
{
    *to = (struct store_hot){.pc = from->pc,
                             .n_insn = from->n_insn,
                             .executions = from->executions,
                             .instructions = from->instructions,
                             .cycles = timed ? from->cycles : NAN,
                             .bound_pc = from->bound_pc,
                             .bound_cycles = from->bound_pc != 0 ? from->bound_cycles : NAN,
                             .producer_pc = from->producer_pc};
    for (int p = 0; p < CPI_PART_MAX; p++)
        to->part[p] = from->bound >= 0 ? from->part[p] : NAN;
    snprintf(to->symbol, sizeof(to->symbol), "%s", from->symbol);
    snprintf(to->source, sizeof(to->source), "%s", from->source);
    if (from->bound >= 0)
        snprintf(to->bound, sizeof(to->bound), "%s",
                 cpi_part_name((enum cpi_part)from->bound));
    snprintf(to->bound_insn, sizeof(to->bound_insn), "%s", from->bound_insn);
    snprintf(to->producer_insn, sizeof(to->producer_insn), "%s", from->producer_insn);
}

int outcome_init(struct outcome *o, const struct store_row *row, enum timing_mode mode,
                 const char *const *arguments, const struct sim_result *result,
                 FILE *guest_errors, struct err *err)
{
    memset(o, 0, sizeof(*o));
    o->host = cpu_host_description();
    o->arguments = join(arguments);
    o->hot = calloc(result->n_hot + 1, sizeof(*o->hot));
    if (o->host == NULL || o->arguments == NULL || o->hot == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    outcome_time(o->created);
    make_message(result, guest_errors, o->message);
    for (size_t i = 0; i < result->n_hot; i++)
        copy_hot(&o->hot[i], &result->hot[i], mode != TIMING_MODE_emulation);
    o->run = (struct store_run){.row = *row,
                                .arguments = o->arguments,
                                .message = o->message,
                                .created = o->created,
                                .host = o->host,
                                .model_version = (uint64_t)timing_mode_version(mode),
                                .stream_hash = result->stream_hash,
                                .trace_interval = result->trace.interval,
                                .n_trace = result->trace.n_rows,
                                .trace = result->trace.row,
                                .reuse = result->reuse,
                                .n_hot = result->n_hot,
                                .hot = o->hot};
    memcpy(o->run.cpi_stack, result->cpi_stack, sizeof(o->run.cpi_stack));
    fill_row(&o->run.row, mode, result);
    return 0;
}

void outcome_release(struct outcome *o)
{
    free(o->hot);
    free(o->arguments);
    free(o->host);
    memset(o, 0, sizeof(*o));
}
