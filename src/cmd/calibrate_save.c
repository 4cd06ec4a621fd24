/* rung calibrate accuracy --save: keeps an accuracy in a study file. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/path.h"
#include "base/units.h"
#include "cmd/calibrate_save.h"
#include "store/store.h"
#include "study/commit.h"
#include "study/outcome.h"

/* A study file without runs, for those who keep nothing else. */
static int make_file(const char *path, struct err *err)
{
    struct store_lock *lock = NULL;
    char *host = cpu_host_description();
    struct store_head head = {.study_name = "accuracy",
                              .study_yaml = "study: accuracy\n",
                              .tool_version = PACKAGE_VERSION,
                              .tool_commit = RUNG_COMMIT,
                              .host = host};
    int rc = host != NULL ? store_lock_alloc(&lock, path, err)
                          : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = store_add_runs(path, &head, NULL, 0, NULL, err);
    store_lock_free(lock);
    free(host);
    return rc;
}

int calibrate_save(const char *path, const struct analysis_accuracy *a,
                   const struct calibrate_subject *subject, struct err *err)
{
    char created[OUTCOME_TIME], clock[ANALYSIS_NAME_SIZE + 16], hertz[40];
    outcome_time(created);
    snprintf(clock, sizeof clock, "estimate");
    if (a->options.clock == ANALYSIS_CLOCK_PROGRAM)
        snprintf(clock, sizeof clock, "program %.*s", ANALYSIS_NAME_SIZE, a->options.program);
    else if (a->options.clock == ANALYSIS_CLOCK_GIVEN)
        snprintf(clock, sizeof clock, "%s",
                 units_format_prefixed(hertz, sizeof hertz, a->hertz.value, "Hz"));
    struct analysis_log_mark mark = {.commit = RUNG_COMMIT,
                                     .version = PACKAGE_VERSION,
                                     .created = created,
                                     .hardware = subject->hardware,
                                     .machine = subject->machine,
                                     .mode = subject->mode,
                                     .variant = subject->variant,
                                     .clock = clock};
    int rc = path_exists(path) ? 0 : make_file(path, err);
    return rc == 0 ? analysis_log_save(path, a, &mark, err) : rc;
}
