/* rung sim --trace-to: the run as a study file of its own. */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "cmd/sim.h"
#include "store/store.h"
#include "study/outcome.h"
#include "study/plan.h"

/* The name of the file, without folder and ".elf". */
static void name_problem(char *text, size_t size, const char *elf)
{
    const char *slash = strrchr(elf, '/'), *name = slash != NULL ? slash + 1 : elf;
    size_t length = strlen(name);

    if (length > 4 && strcmp(name + length - 4, ".elf") == 0)
        length -= 4;
    snprintf(text, size, "%.*s", (int)length, name);
}

/* The columns that say what the run is, but for its id. */
static int name_run(const struct sim_arguments *a, struct store_row *row, struct err *err)
{
    struct str variant;

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
    if (a->machine != NULL && a->sim.mode != TIMING_MODE_emulation)
        snprintf(row->machine, sizeof(row->machine), "%s", machine_name(a->machine));
    row->seed = a->sim.layout_seed;
    return rc;
}

/* What decides the result besides program, mode and seed: the machine, and a wanted error. */
static char *deciding_text(const struct sim_arguments *a, const char *machine)
{
    if (a->sim.wanted_error > 0)
        return str_format("%s\nerror %.17g\n", machine, a->sim.wanted_error);
    return str_format("%s", machine);
}

int sim_write_trace(const struct sim_arguments *a, const struct sim_result *r, struct err *err)
{
    bool timed = a->sim.mode != TIMING_MODE_emulation;
    const char *machine = a->machine != NULL && timed ? machine_text(a->machine) : "";
    struct outcome outcome = {0};
    struct store_row row;
    char *deciding = deciding_text(a, machine);
    int rc = deciding != NULL ? name_run(a, &row, err)
                              : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = outcome_init(&outcome, &row, a->sim.mode, a->sim.argv + 1, r, NULL, err);
    if (rc == 0)
        rc = hash_file(a->sim.elf, outcome.run.elf_hash, err);
    struct plan_identity identity = {.elf_hash = outcome.run.elf_hash,
                                     .arguments = (char *const *)(uintptr_t)(a->sim.argv + 1),
                                     .n = NAN,
                                     .mode = a->sim.mode,
                                     .machine_text = deciding,
                                     .seed = a->sim.layout_seed};
    if (rc == 0)
        rc = plan_run_id(&identity, outcome.run.row.id, err);
    outcome.run.elf = a->sim.elf;
    outcome.run.machine_text = machine;
    if (rc == 0)
        rc = store_write_alone(a->trace_path, &outcome.run, err);
    outcome_release(&outcome);
    free(deciding);
    return rc;
}
