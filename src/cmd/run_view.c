#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cmd/commands.h"
#include "cmd/run_view.h"

const char *run_view_plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* Why runs are done again, and what is left alone. */
void run_view_stale(const char *path, const struct stale *stale)
{
    const struct {
        size_t n;
        const char *cause;
    } causes[] = {{stale->program, "the program changed"},
                  {stale->input, "the program's input changed"},
                  {stale->machine, "the machine changed"},
                  {stale->model, "the simulator's models changed"},
                  {stale->other, "the arguments or the command changed"}};
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
        if (causes[i].n > 0)
            fprintf(stderr, "'%s': %zu run%s to be done again: %s\n", path, causes[i].n,
                    run_view_plural(causes[i].n), causes[i].cause);
    if (stale->unasked > 0)
        fprintf(stderr, "'%s': %zu run%s that the study does not ask for left alone\n", path,
                stale->unasked, run_view_plural(stale->unasked));
}

static void say_what_was_found(const struct run_view *v, const struct store_assembled *found,
                               size_t ok, size_t failed)
{
    const char *path = v->store_path;
    if (found->damaged > 0)
        cmd_warn("%zu damaged run file%s, set aside ('%s'), to be done again", found->damaged,
                 run_view_plural(found->damaged), found->first_damaged);
    if (v->quiet)
        return;
    if (found->added > 0)
        fprintf(stderr, "'%s': %zu run%s of an earlier call taken in\n", path, found->added,
                run_view_plural(found->added));
    if (ok > 0)
        fprintf(stderr, "'%s': %zu run%s kept\n", path, ok, run_view_plural(ok));
    if (failed > 0)
        fprintf(stderr, "'%s': %zu failed run%s kept (--retry runs them again)\n", path, failed,
                run_view_plural(failed));
}

void run_view_begin(void *data, const struct plan *plan, const enum driver_state *state,
                    const struct store_assembled *found, const struct stale *stale)
{
    struct run_view *v = data;
    size_t ok = 0, failed = 0;
    for (size_t i = 0; i < plan->n_runs; i++) {
        ok += state[i] == DRIVER_OK;
        failed += state[i] == DRIVER_FAILED;
    }
    v->plan = plan;
    say_what_was_found(v, found, ok, failed);
    if (!v->quiet)
        run_view_stale(v->store_path, stale);
    /* Without memory for a bar the study goes on without one. */
    if (progress_alloc(&v->progress, stderr, 1, v->quiet) != 0)
        v->progress = NULL;
}

/* "[3/8] gemm 256 timing m2 base: 117.4 M instructions in 1.2 s, about 2 min 10 s left" */
static void say_ended(const struct run_view *v, const struct launch_event *event)
{
    char name[512], instructions[32], seconds[32], left[32];
    const struct worker_report *report = event->report;
    bool more = event->n_ended < event->n_runs && event->left > 0;
    plan_describe(v->plan, event->run, name, sizeof(name));
    if (strcmp(report->status, "ok") != 0) {
        progress_line(v->progress, "rung: %s: %s: %s", name, report->status, report->message);
        return;
    }
    units_format_count(instructions, sizeof(instructions), report->instructions);
    units_format_seconds(seconds, sizeof(seconds), report->wall_seconds);
    units_format_seconds(left, sizeof(left), event->left);
    /* Other simulators need not count. */
    bool counted = isfinite(report->instructions);
    progress_line(v->progress, "[%zu/%zu] %s: %s%s%s%s%s%s", event->n_ended, event->n_runs,
                  name, counted ? instructions : "", counted ? " instructions in " : "",
                  seconds, more ? ", about " : "", more ? left : "", more ? " left" : "");
}

void run_view_event(void *data, const struct launch_event *event)
{
    struct run_view *v = data;
    char what[512], name[400] = "";
    if (v->progress == NULL)
        return;
    switch (event->kind) {
    case LAUNCH_ENDED:
        /* A terminal's bar says enough of runs that went well. */
        if (!isatty(STDERR_FILENO) || strcmp(event->report->status, "ok") != 0)
            say_ended(v, event);
        break;
    case LAUNCH_INTERRUPTED:
        progress_line(v->progress,
                      "rung: interrupted: finishing %zu run%s under way, a second interrupt "
                      "kills them",
                      event->n_under_way, run_view_plural(event->n_under_way));
        break;
    case LAUNCH_KILLED:
        progress_line(v->progress, "rung: interrupted again: %zu run%s killed",
                      event->n_under_way, run_view_plural(event->n_under_way));
        break;
    case LAUNCH_PROGRESS:
        break;
    }
    if (event->run != NULL)
        plan_describe(v->plan, event->run, name, sizeof(name));
    char more[32] = "", mips[64] = "";
    if (event->n_under_way > 1)
        snprintf(more, sizeof(more), " and %zu more", event->n_under_way - 1);
    if (event->mips > 0)
        snprintf(mips, sizeof(mips), ", %s at %.3g MIPS", timing_mode_name(event->run->mode),
                 event->mips);
    snprintf(what, sizeof(what), "%zu/%zu  %s%s%s", event->n_ended, event->n_runs, name, more,
             mips);
    progress_left(v->progress, event->left);
    progress_update(v->progress, event->fraction, what);
}

void run_view_release(struct run_view *v)
{
    progress_free(v->progress);
    v->progress = NULL;
}
