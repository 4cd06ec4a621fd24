/* What a simulation found, in the form in which the store keeps it. */
#ifndef STUDY_OUTCOME_H
#define STUDY_OUTCOME_H

#include <stdio.h>

#include "base/err.h"
#include "sim/sim.h"
#include "store/store.h"

enum { OUTCOME_MESSAGE = 1024, OUTCOME_TIME = 32 };

/* Now, as ISO 8601 in UTC. */
void outcome_time(char text[OUTCOME_TIME]);

/* "ok", "exit", "fault" or "limit", as the column `status` has it. */
const char *outcome_status(const struct emu_end *end);

struct outcome {
    struct store_run run;
    char message[OUTCOME_MESSAGE], created[OUTCOME_TIME];
    char *host, *arguments;
    struct store_hot *hot;
};

/* Makes o->run from the columns of `row` that say what the run is, the guest's arguments
 * (without its own name; they end with NULL) and the result, which must outlive it.  The
 * caller adds elf, elf_hash and machine_text.  Release it in any case. */
int outcome_init(struct outcome *o, const struct store_row *row, enum timing_mode mode,
                 const char *const *arguments, const struct sim_result *result,
                 FILE *guest_errors, struct err *err);
void outcome_release(struct outcome *o);

#endif
