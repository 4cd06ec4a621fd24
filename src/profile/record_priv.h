/* What the files that record share. */
#ifndef PROFILE_RECORD_PRIV_H
#define PROFILE_RECORD_PRIV_H

#include "profile/record.h"
#include "sim/sim.h"

/* One run, which counts in the report; what the guest writes is discarded.  ERR_RUN when it
 * does not end well. */
int record_run_once(const struct task *task, const struct sim_watch *watch,
                    struct record_report *report, struct err *err);

/* The profilers say on standard error what they do, which nobody wants to know: nothing is seen
 * of what is written there between the two. */
struct record_hush {
    int saved; /* the descriptor; -1: nothing was changed */
};
void record_hush_begin(struct record_hush *hush);
void record_hush_end(struct record_hush *hush);

/* Zero, and counters that are not known. */
void record_report_clear(struct record_report *report);

#endif
