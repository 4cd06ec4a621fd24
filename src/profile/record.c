/* Notes:
 * - The profiler asks record_wanted() at each sample, so that loading the guest and writing
 *   results are left out, and the runs of one profile add up in one file.
 * - Samples are taken by processor time.  Its timer expires with the kernel's tick alone, 100 to
 *   1000 times a second, whatever is asked for.  The clock on the wall would be finer, but what
 *   it takes when another process gives the processor back stands where the scheduler steps in:
 *   a function that took 30 % was seen in 20 % of the samples on a busy host.
 */
#include "config.h"

#include "profile/record.h"

#include <dlfcn.h>
#include <gperftools/profiler.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/cpu.h"
#include "profile/hardware.h"
#include "profile/record_priv.h"
#include "sim/sim.h"
#include "study/outcome.h"
#include "study/worker.h"

enum { MAX_RUNS = 1000000 };

struct recording {
    volatile sig_atomic_t wanted; /* read by the profiler's signal handler */
    double user, system, wall;    /* when the guest began */
    double user_sum, system_sum, wall_sum;
    struct hardware *hardware;
};

/* ---- time ----------------------------------------------------------------------------------
 */

static double system_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec * 1e-6;
}

static void guest_begins(void *data)
{
    struct recording *r = data;
    r->user = cpu_user_seconds();
    r->system = system_seconds();
    r->wall = cpu_wall_seconds();
    hardware_on(r->hardware);
    r->wanted = 1;
}

static void guest_goes_on(void *data, uint64_t instructions)
{
    (void)data, (void)instructions;
}

static void guest_ends(void *data)
{
    struct recording *r = data;
    r->wanted = 0;
    hardware_off(r->hardware);
    r->user_sum += cpu_user_seconds() - r->user;
    r->system_sum += system_seconds() - r->system;
    r->wall_sum += cpu_wall_seconds() - r->wall;
}

static int record_wanted(void *data)
{
    const struct recording *r = data;
    return r->wanted;
}

/* ---- the CPU profiler ----------------------------------------------------------------------
 */

struct cpu_profiler {
    int (*start)(const char *path, const struct ProfilerOptions *options);
    void (*stop)(void);
};

/* Stays loaded: it has handlers and timers of its own. */
static int load_cpu_profiler(struct cpu_profiler *p, unsigned rate, struct err *err)
{
    char text[16];
    snprintf(text, sizeof(text), "%u", rate);
    if (setenv("CPUPROFILE_FREQUENCY", text, 1) != 0)
        return err_set(err, ERR_NOMEM, "out of memory");
    void *library = dlopen(PROFILER_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return err_set(err, ERR_CONFIG, "the CPU profiler cannot be loaded: %s", dlerror());
    /* POSIX lets a data pointer become one to a function; C does not say so. */
    *(void **)&p->start = dlsym(library, "ProfilerStartWithOptions");
    *(void **)&p->stop = dlsym(library, "ProfilerStop");
    if (p->start == NULL || p->stop == NULL)
        return err_set(err, ERR_CONFIG, "'%s': is not the CPU profiler of gperftools",
                       PROFILER_LIBRARY);
    return 0;
}

int record_run_once(const struct task *task, const struct sim_watch *watch,
                    struct record_report *report, struct err *err)
{
    struct sim_result result = {0};
    int rc = worker_simulate(task, -1, -1, watch, &result, err);
    if (rc == 0 && strcmp(outcome_status(&result.end), "ok") != 0)
        rc =
            err_set(err, ERR_RUN, "'%s': %s", task->elf,
                    result.end.text[0] != '\0' ? result.end.text : outcome_status(&result.end));
    if (rc == 0) {
        report->runs++;
        report->instructions += (double)result.instructions_total;
    }
    sim_result_release(&result);
    return rc;
}

int record_cpu(const struct task *task, const char *path, double seconds, unsigned rate,
               struct record_report *report, struct err *err)
{
    struct hardware hardware;
    struct recording recording = {.hardware = &hardware};
    struct sim_watch watch = {guest_begins, guest_goes_on, guest_ends, &recording};
    struct ProfilerOptions options = {.filter_in_thread = record_wanted,
                                      .filter_in_thread_arg = &recording};
    struct cpu_profiler profiler = {0};
    record_report_clear(report);
    hardware_init(&hardware);
    int rc = load_cpu_profiler(&profiler, rate, err);
    if (rc == 0 && !profiler.start(path, &options))
        rc = err_set(err, ERR_CONFIG, "'%s': the CPU profiler cannot write it", path);
    if (rc != 0)
        goto out;
    do
        rc = record_run_once(task, &watch, report, err);
    while (rc == 0 && recording.user_sum + recording.system_sum < seconds &&
           report->runs < MAX_RUNS);
    struct record_hush hush;
    record_hush_begin(&hush);
    profiler.stop();
    record_hush_end(&hush);
    report->user_seconds = recording.user_sum;
    report->system_seconds = recording.system_sum;
    report->wall_seconds = recording.wall_sum;
    hardware_read(&hardware, report);
out:
    hardware_release(&hardware);
    return rc;
}
