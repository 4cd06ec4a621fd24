/* Notes:
 * - The profiler asks record_wanted() at each sample, so that loading the guest and writing
 *   results are left out, and the runs of one profile add up in one file.
 * - Samples are taken by the clock on the wall: timers of processor time expire with the kernel's
 *   tick alone, 100 to 1000 times a second, whatever is asked for.  While another process has the
 *   processor, at most one sample waits, which is where this one was when it was stopped.
 */
#include "config.h"

#include "profile/record.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gperftools/profiler.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/json.h"
#include "sim/sim.h"
#include "study/outcome.h"
#include "study/worker.h"

enum { MAX_RUNS = 1000000 };

struct recording {
    volatile sig_atomic_t wanted; /* read by the profiler's signal handler */
    double user, system, wall;    /* when the guest began */
    double user_sum, system_sum, wall_sum;
};

/* ---- time ---------------------------------------------------------------------------------- */

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
    r->user_sum += cpu_user_seconds() - r->user;
    r->system_sum += system_seconds() - r->system;
    r->wall_sum += cpu_wall_seconds() - r->wall;
}

static int record_wanted(void *data)
{
    const struct recording *r = data;
    return r->wanted;
}

/* ---- the CPU profiler ---------------------------------------------------------------------- */

struct cpu_profiler {
    int (*start)(const char *path, const struct ProfilerOptions *options);
    void (*stop)(void);
};

/* Stays loaded: it has handlers and timers of its own. */
static int load_cpu_profiler(struct cpu_profiler *p, unsigned rate, struct err *err)
{
    char text[16];
    snprintf(text, sizeof(text), "%u", rate);
    if (setenv("CPUPROFILE_FREQUENCY", text, 1) != 0 || setenv("CPUPROFILE_REALTIME", "1", 1) != 0)
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

/* One run; what the guest writes is discarded. */
static int run_once(const struct task *task, const struct sim_watch *watch,
                    struct record_report *report, struct err *err)
{
    struct sim_result result = {0};
    int rc = worker_simulate(task, -1, -1, watch, &result, err);
    if (rc == 0 && strcmp(outcome_status(&result.end), "ok") != 0)
        rc = err_set(err, ERR_RUN, "'%s': %s", task->elf,
                     result.end.text[0] != '\0' ? result.end.text
                                                : outcome_status(&result.end));
    if (rc == 0) {
        report->runs++;
        report->instructions += (double)result.instructions_total;
    }
    sim_result_release(&result);
    return rc;
}

/* The profiler says on standard error how much it wrote, which nobody wants to know. */
static void stop_quietly(const struct cpu_profiler *profiler)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (nowhere >= 0 && saved >= 0)
        dup2(nowhere, STDERR_FILENO);
    profiler->stop();
    if (nowhere >= 0 && saved >= 0)
        dup2(saved, STDERR_FILENO);
    if (nowhere >= 0)
        close(nowhere);
    if (saved >= 0)
        close(saved);
}

int record_cpu(const struct task *task, const char *path, double seconds, unsigned rate,
               struct record_report *report, struct err *err)
{
    struct recording recording = {0};
    struct sim_watch watch = {guest_begins, guest_goes_on, guest_ends, &recording};
    struct ProfilerOptions options = {.filter_in_thread = record_wanted,
                                      .filter_in_thread_arg = &recording};
    struct cpu_profiler profiler = {0};
    memset(report, 0, sizeof(*report));
    int rc = load_cpu_profiler(&profiler, rate, err);
    if (rc == 0 && !profiler.start(path, &options))
        rc = err_set(err, ERR_CONFIG, "'%s': the CPU profiler cannot write it", path);
    if (rc != 0)
        return rc;
    do
        rc = run_once(task, &watch, report, err);
    while (rc == 0 && recording.user_sum + recording.system_sum < seconds &&
           report->runs < MAX_RUNS);
    stop_quietly(&profiler);
    report->user_seconds = recording.user_sum;
    report->system_seconds = recording.system_sum;
    report->wall_seconds = recording.wall_sum;
    return rc;
}

/* ---- the report ---------------------------------------------------------------------------- */

char *record_report_format(const struct record_report *report)
{
    json_t *message = json_string(report->message);
    json_t *object = json_pack(
        "{s:i, s:o, s:I, s:o, s:o, s:o, s:o}", "error", report->error, "message",
        message != NULL ? message : json_string("?"), "runs", (json_int_t)report->runs,
        "instructions", json_number(report->instructions), "user_seconds",
        json_number(report->user_seconds), "system_seconds",
        json_number(report->system_seconds), "wall_seconds", json_number(report->wall_seconds));
    char *line =
        object != NULL ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(object);
    return line;
}

int record_report_parse(const char *line, struct record_report *report)
{
    const char *message;
    json_int_t runs;
    int rc = ERR_DATA;
    memset(report, 0, sizeof(*report));
    json_t *object = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);
    if (json_unpack(object, "{s:i, s:s, s:I, s:F, s:F, s:F, s:F}", "error", &report->error,
                    "message", &message, "runs", &runs, "instructions", &report->instructions,
                    "user_seconds", &report->user_seconds, "system_seconds",
                    &report->system_seconds, "wall_seconds", &report->wall_seconds) == 0) {
        snprintf(report->message, sizeof(report->message), "%s", message);
        report->runs = (uint64_t)runs;
        rc = 0;
    }
    json_decref(object);
    return rc;
}
