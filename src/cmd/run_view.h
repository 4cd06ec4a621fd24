/* What is said on standard error of a study that runs: what the store had, a bar on terminals or
 * a line a run, and interrupts. */
#ifndef CMD_RUN_VIEW_H
#define CMD_RUN_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/progress.h"
#include "study/driver.h"
#include "study/stale.h"

/* The caller sets the first two; they are borrowed. */
struct run_view {
    const char *store_path;
    bool quiet; /* only warnings and errors */
    const struct plan *plan;
    struct progress *progress;
};

/* For struct driver_options, whose `data` is the view. */
void run_view_begin(void *data, const struct plan *plan, const enum driver_state *state,
                    const struct store_assembled *found, const struct stale *stale);
void run_view_event(void *data, const struct launch_event *event);
void run_view_release(struct run_view *v);

/* Says which runs of the store at `path` are to be done again, and why. */
void run_view_stale(const char *path, const struct stale *stale);
/* "" or "s". */
const char *run_view_plural(size_t n);

#endif
