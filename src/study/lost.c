#include "config.h"

#include "study/lost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "study/outcome.h"

int lost_store(const struct plan *plan, const struct plan_run *run, const char *store_path,
               const struct worker_report *report, double peak, struct err *err)
{
    char created[OUTCOME_TIME];
    const struct plan_problem *problem = &plan->problem[run->problem];
    char *host = cpu_host_description();
    struct store_run record = {.elf = problem->elf,
                               .message = report->message,
                               .created = created,
                               .host = host,
                               .model_version = (uint64_t)timing_mode_version(run->mode)};
    outcome_time(created);
    plan_row(plan, run, &record.row);
    snprintf(record.row.status, sizeof(record.row.status), "%s", report->status);
    record.row.wall_seconds = report->wall_seconds;
    if (peak > 0)
        record.row.peak_memory = peak;
    memcpy(record.elf_hash, problem->elf_hash, sizeof(record.elf_hash));
    if (run->machine != PLAN_NO_MACHINE)
        record.machine_text = plan->machine[run->machine].text;
    int rc = store_write_run(store_path, &record, err);
    free(host);
    return rc;
}
