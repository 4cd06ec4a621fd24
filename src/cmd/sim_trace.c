/* rung sim --trace-to: the run as a study file of its own. */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cpu.h"
#include "base/hash.h"
#include "base/str.h"
#include "cmd/sim.h"
#include "store/store.h"
#include "study/plan.h"

static const char *status_of(const struct emu_end *end)
{
    if (end->kind == EMU_LIMIT)
        return "limit";
    if (end->kind != EMU_EXITED)
        return "fault";
    return end->exit_code == 0 ? "ok" : "exit";
}

/* The name of the file, without folder and ".elf". */
static void name_problem(char *text, size_t size, const char *elf)
{
    const char *slash = strrchr(elf, '/'), *name = slash != NULL ? slash + 1 : elf;
    size_t length = strlen(name);

    if (length > 4 && strcmp(name + length - 4, ".elf") == 0)
        length -= 4;
    snprintf(text, size, "%.*s", (int)length, name);
}

static int fill_row(const struct sim_arguments *a, const struct sim_result *r,
                    struct store_row *row, struct err *err)
{
    struct str variant;
    bool timed = a->sim.mode != TIMING_MODE_emulation;

    store_row_clear(row);
    str_init(&variant);
    for (size_t i = 0; i < a->n_settings; i++)
        str_addf(&variant, "%s%s", i > 0 ? " " : "", a->setting[i]);
    int rc = str_failed(&variant) ? err_set(err, ERR_NOMEM, "out of memory") : 0;
    if (rc == 0)
        snprintf(row->variant, sizeof(row->variant), "%s",
                 variant.len > 0 ? variant.data : "base");
    str_release(&variant);
    snprintf(row->simulator, sizeof(row->simulator), "rung");
    name_problem(row->problem, sizeof(row->problem), a->sim.elf);
    snprintf(row->mode, sizeof(row->mode), "%s", timing_mode_name(a->sim.mode));
    if (a->machine != NULL && timed)
        snprintf(row->machine, sizeof(row->machine), "%s", machine_name(a->machine));
    row->seed = a->sim.layout_seed;
    snprintf(row->status, sizeof(row->status), "%s", status_of(&r->end));
    row->exit_code = r->end.kind == EMU_EXITED ? r->end.exit_code : -1;
    row->wall_seconds = r->wall_seconds;
    row->user_seconds = r->user_seconds;
    row->peak_memory = (double)r->peak_memory;
    row->instructions_total = (double)r->instructions_total;
    /* Emulation knows instructions and taken branches; the rest is missing, not zero. */
    for (int c = 0; c < COUNTER_MAX; c++)
        if (timed || c == COUNTER_instructions || c == COUNTER_branches_taken)
            row->counter[c] = (double)r->counter[c];
    return rc;
}

static char *join_arguments(const struct sim_arguments *a)
{
    struct str text;

    str_init(&text);
    for (int i = 1; i < a->sim.argc; i++)
        str_addf(&text, "%s%s", i > 1 ? " " : "", a->sim.argv[i]);
    char *joined = str_detach(&text);
    str_release(&text);
    return joined;
}

static void now_text(char *text, size_t size)
{
    time_t seconds = time(NULL);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static struct store_hot *copy_hot(const struct sim_result *r)
{
    struct store_hot *hot = calloc(r->n_hot + 1, sizeof(*hot));

    for (size_t i = 0; hot != NULL && i < r->n_hot; i++) {
        hot[i] = (struct store_hot){.pc = r->hot[i].pc,
                                    .n_insn = r->hot[i].n_insn,
                                    .executions = r->hot[i].executions,
                                    .instructions = r->hot[i].instructions};
        snprintf(hot[i].symbol, sizeof(hot[i].symbol), "%s", r->hot[i].symbol);
    }
    return hot;
}

int sim_write_trace(const struct sim_arguments *a, const struct sim_result *r, struct err *err)
{
    bool timed = a->sim.mode != TIMING_MODE_emulation;
    const char *machine = a->machine != NULL && timed ? machine_text(a->machine) : "";
    char created[32], *host = cpu_host_description(), *arguments = join_arguments(a);
    struct store_hot *hot = copy_hot(r);
    struct store_run run = {.elf = a->sim.elf,
                            .arguments = arguments,
                            .machine_text = machine,
                            .message = r->end.kind == EMU_EXITED ? "" : r->end.text,
                            .created = created,
                            .host = host,
                            .model_version = TIMING_MODEL_VERSION,
                            .stream_hash = r->stream_hash,
                            .trace_interval = r->trace.interval,
                            .n_trace = r->trace.n_rows,
                            .trace = r->trace.row,
                            .n_hot = r->n_hot,
                            .hot = hot};
    int rc = 0;

    if (host == NULL || arguments == NULL || hot == NULL) {
        rc = err_set(err, ERR_NOMEM, "out of memory");
        goto out;
    }
    now_text(created, sizeof(created));
    memcpy(run.cpi_stack, r->cpi_stack, sizeof(run.cpi_stack));
    rc = fill_row(a, r, &run.row, err);
    if (rc == 0)
        rc = hash_file(a->sim.elf, run.elf_hash, err);
    if (rc == 0)
        rc = plan_run_id(run.elf_hash, (char *const *)(uintptr_t)(a->sim.argv + 1), NAN,
                         a->sim.mode, machine, a->sim.layout_seed, 0, run.row.id, err);
    if (rc == 0)
        rc = store_write_alone(a->trace_path, &run, err);
out:
    free(hot);
    free(arguments);
    free(host);
    return rc;
}
