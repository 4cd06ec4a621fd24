/* The plan file: what workers read.  One JSON object a line, so that a worker of a plan of
 * ten thousand runs reads three lines: the head, its machine and its run. */
#ifndef STUDY_TASK_H
#define STUDY_TASK_H

#include <stddef.h>

#include "base/err.h"
#include "store/store.h"
#include "study/external_run.h"
#include "study/plan.h"

/* One run as a worker gets it; heap strings. */
struct task {
    char *store_path;     /* of the study file */
    struct store_row row; /* what plan_row() says */
    enum timing_mode mode;
    char *elf;
    char elf_hash[65];
    char *machine_text; /* "" in emulation */
    char **arguments;   /* ends with NULL */
    struct input files, input; /* what the guest may read, and its standard input */
    bool is_external;
    struct external_job job; /* of another simulator */
};

/* Writes the file atomically; run i of the plan is task i. */
int task_write_plan(const struct plan *plan, const char *store_path, const char *file,
                    struct err *err);
/* ERR_DATA when the file is missing or damaged or has no such task.  Release the task in
 * any case. */
int task_load(struct task *task, const char *file, size_t index, struct err *err);
void task_release(struct task *task);

#endif
