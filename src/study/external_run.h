/* One run of another program: starts it, waits, and finds its numbers. */
#ifndef STUDY_EXTERNAL_RUN_H
#define STUDY_EXTERNAL_RUN_H

#include <jansson.h>

#include "store/store.h"
#include "study/external.h"
#include "study/outcome.h"

/* What a worker has to know. */
struct external_job {
    char **argv;    /* an absolute path leads */
    double timeout; /* seconds; infinite: none */
    size_t n_numbers;
    struct external_number *number; /* their texts are the job's own */
};

/* The job in a plan file; new reference, NULL when memory is short or a text is no UTF-8. */
json_t *external_job_json(const struct external *external, char *const *argv);
/* And back: 0 or -1.  Release it in any case. */
int external_job_read(struct external_job *job, json_t *object);
void external_job_release(struct external_job *job);

/* Runs it in a folder of its own, which is removed afterwards, and fills in the row's status,
 * exit code, times, memory and numbers:
 *   ok        it ended with status 0 and every number was found
 *   exit      it ended with another status
 *   crash     a signal ended it
 *   timeout   it was killed when its time was over
 *   output    a number is missing or damaged
 * `message` tells the cause and the last lines of its standard error.  ERR_CONFIG when it
 * cannot be started, ERR_IO when the folder cannot be made. */
int external_run(const struct external_job *job, struct store_row *row,
                 char message[OUTCOME_MESSAGE], struct err *err);

#endif
