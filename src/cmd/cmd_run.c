/* rung run: runs what is missing of a study. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/str.h"
#include "base/units.h"
#include "cmd/commands.h"
#include "cmd/run_view.h"
#include "study/commit.h"
#include "study/driver.h"
#include "study/stale.h"

enum { MAX_SPEEDS = 32 };

static int run_run(int argc, char **argv);

const struct command cmd_run_command = {
    .name = "run",
    .summary = "run a study and store its runs",
    .usage = "rung run [-nq] [-f FORMAT] [--gather] [-j JOBS] [--launcher local|slurm]\n"
             "         [--memory-limit SIZE] [--no-wait] [-o STORE] [--only KEY=VALUE,...]...\n"
             "         [--pin] [--retry] [--run-memory SIZE] [--run-time TIME] [--speeds FILE]...\n"
             "         STUDY",
    .options =
        "-f, --format FORMAT         of the plan that -n prints: text (default), json, csv\n"
        "    --gather                take in what Slurm has finished, and run nothing\n"
        "-j, --jobs JOBS             worker processes (default: the study's, or the "
        "processors)\n"
        "    --launcher WHICH        local (default), or slurm: a job array, one task a run\n"
        "    --memory-limit SIZE     of all runs under way together, by forecast (default: 80 "
        "%\n"
        "                            of what is free)\n"
        "-n, --dry-run               print the plan and run nothing\n"
        "    --no-wait               with --launcher slurm: submit the runs and return\n"
        "-o, --output STORE          the study file (default: the study's name with '.h5')\n"
        "    --only KEY=VALUE,...    only runs whose problem, n, mode, machine, variant, "
        "seed\n"
        "                            or simulator is one of the values\n"
        "    --pin                   keep each worker on a processor of its own\n"
        "-q, --quiet                 no progress\n"
        "    --retry                 run again what failed before\n"
        "    --run-memory SIZE       a run that takes more is ended and stored as failed\n"
        "    --run-time TIME         the same for time, as 10min\n"
        "    --speeds FILE           forecast by the runs of this study file too\n",
    .run = run_run,
};

struct run_arguments {
    const char *study_path, *store_path;
    bool dry_run, quiet;
    enum format format;
    uint64_t jobs;
    struct filters filters;
    bool retry, pin, slurm, no_wait, gather;
    uint64_t memory, run_memory; /* 0: not said */
    double run_time;             /* 0: not said */
    const char *speeds[MAX_SPEEDS + 1];
    size_t n_speeds;
};

/* ---- options ----------------------------------------------------------------------------- */

enum {
    OPT_ONLY = CMD_OPTION_LONG,
    OPT_RETRY,
    OPT_MEMORY,
    OPT_PIN,
    OPT_RUN_MEMORY,
    OPT_RUN_TIME,
    OPT_SPEEDS,
    OPT_LAUNCHER,
    OPT_NO_WAIT,
    OPT_GATHER
};

static int add_filter(struct run_arguments *a, const char *text)
{
    const struct command *c = &cmd_run_command;
    struct err err = {0};
    if (filters_add(&a->filters, text, &err) != 0)
        return cmd_usage(c, "'--only': %s", err.text);
    if (filters_have(&a->filters, "status"))
        return cmd_usage(c, "'--only': a run to come has no status");
    return 0;
}

static int parse_size(const struct command *c, const char *option, uint64_t *bytes)
{
    int status = cmd_parse_bytes(c, option, optarg, bytes);
    return status == 0 && *bytes == 0 ? cmd_bad_value(c, option, optarg, "above 0") : status;
}

static int take_option(void *arguments, int opt)
{
    struct run_arguments *a = arguments;
    const struct command *c = &cmd_run_command;
    switch (opt) {
    case 'f':
        return cmd_parse_format(c, optarg, &a->format);
    case 'j':
        return cmd_parse_uint(c, "--jobs", optarg, 1, 4096, &a->jobs);
    case 'n':
        a->dry_run = true;
        return 0;
    case 'o':
        a->store_path = optarg;
        return 0;
    case 'q':
        a->quiet = true;
        return 0;
    case OPT_RETRY:
        a->retry = true;
        return 0;
    case OPT_PIN:
        a->pin = true;
        return 0;
    case OPT_NO_WAIT:
        a->no_wait = true;
        return 0;
    case OPT_GATHER:
        a->gather = true;
        return 0;
    case OPT_LAUNCHER:
        return cmd_parse_either(c, "--launcher", optarg, "local", "slurm", &a->slurm);
    case OPT_MEMORY:
        return parse_size(c, "--memory-limit", &a->memory);
    case OPT_RUN_MEMORY:
        return parse_size(c, "--run-memory", &a->run_memory);
    case OPT_RUN_TIME:
        return cmd_parse_duration(c, "--run-time", optarg, &a->run_time);
    case OPT_SPEEDS:
        if (a->n_speeds == MAX_SPEEDS)
            return cmd_usage(c, "'--speeds' is given more than %d times", MAX_SPEEDS);
        a->speeds[a->n_speeds++] = optarg;
        return 0;
    default:
        return add_filter(a, optarg);
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct run_arguments *a)
{
    static const struct option longs[] = {
        {"format", required_argument, NULL, 'f'},
        {"jobs", required_argument, NULL, 'j'},
        {"dry-run", no_argument, NULL, 'n'},
        {"output", required_argument, NULL, 'o'},
        {"quiet", no_argument, NULL, 'q'},
        {"only", required_argument, NULL, OPT_ONLY},
        {"retry", no_argument, NULL, OPT_RETRY},
        {"pin", no_argument, NULL, OPT_PIN},
        {"memory-limit", required_argument, NULL, OPT_MEMORY},
        {"run-memory", required_argument, NULL, OPT_RUN_MEMORY},
        {"run-time", required_argument, NULL, OPT_RUN_TIME},
        {"speeds", required_argument, NULL, OPT_SPEEDS},
        {"launcher", required_argument, NULL, OPT_LAUNCHER},
        {"no-wait", no_argument, NULL, OPT_NO_WAIT},
        {"gather", no_argument, NULL, OPT_GATHER},
        CMD_LONG_HELP};
    int status = cmd_options(&cmd_run_command, argc, argv, "f:j:no:q", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(&cmd_run_command, argc, 1, 1, "a study");
    if (status == 0 && a->no_wait && !a->slurm)
        status = cmd_usage(&cmd_run_command, "'--no-wait' goes with '--launcher slurm'");
    if (status == 0 && a->slurm && a->pin)
        status = cmd_usage(&cmd_run_command, "'--pin' is for local workers");
    a->study_path = argv[optind];
    return status != 0 ? status : CMD_GO_ON;
}

/* ---- the plan ------------------------------------------------------------------------------
 */

/* One line of the dry run: a problem's rung in one mode. */
struct rung_sum {
    const struct plan_run *first;
    uint64_t to_run, kept, filtered;
    double seconds, memory; /* of all that are to run (NaN: unknown), of the largest of them */
};

static bool same_rung(const struct rung_sum *sum, const struct plan_run *run)
{
    const struct plan_run *first = sum->first;
    return first->problem == run->problem && first->n == run->n && first->mode == run->mode &&
           first->simulator == run->simulator;
}

static void add_to_sum(struct rung_sum *sum, const struct plan_run *run,
                       enum driver_state state)
{
    if (state == DRIVER_TO_RUN) {
        sum->to_run++;
        sum->seconds += run->guessed ? NAN : run->cost;
        sum->memory = fmax(sum->memory, run->memory);
    } else if (state == DRIVER_FILTERED) {
        sum->filtered++;
    } else {
        sum->kept++;
    }
}

/* People read the memory with its unit, programs as bytes. */
static void sum_row(struct table *t, const struct plan *plan, const struct rung_sum *sum,
                    enum format format)
{
    char memory[32];
    table_text(t, plan_simulator(plan, sum->first));
    table_text(t, plan->problem[sum->first->problem].name);
    table_uint(t, (uint64_t)sum->first->n);
    table_text(t, plan_mode(plan, sum->first));
    table_uint(t, sum->to_run);
    table_uint(t, sum->kept);
    table_uint(t, sum->filtered);
    table_real(t, sum->seconds, 2);
    if (format == FORMAT_TEXT)
        table_text(t, units_format_bytes(memory, sizeof(memory), (uint64_t)sum->memory));
    else
        table_uint(t, (uint64_t)sum->memory);
}

static int print_plan(const struct plan *plan, const enum driver_state *state,
                      enum format format, struct err *err)
{
    static const char *const keys[] = {
        "simulator",        "problem",         "n", "mode", "to_run", "kept", "filtered",
        "forecast_seconds", "forecast_memory", NULL};
    static const char *const titles[] = {
        "simulator", "problem",         "n", "mode", "to run", "kept", "left out", "forecast in s",
        "memory", NULL};
    struct table *t = table_alloc(keys, titles);
    /* The runs stand in the order problem, n, mode. */
    for (size_t i = 0; i < plan->n_runs;) {
        const struct plan_run *run = &plan->run[i];
        struct rung_sum sum = {.first = run};
        for (; i < plan->n_runs && same_rung(&sum, &plan->run[i]); i++)
            add_to_sum(&sum, &plan->run[i], state[i]);
        sum_row(t, plan, &sum, format);
    }
    int rc = table_finish(t, format, stdout, err);
    return rc == ERR_IO ? 0 : rc; /* cmd_finish() tells that stdout is lost */
}

/* "96 runs: about 3 min on 2 workers, with 1.2 GiB of memory at most" */
static void say_forecast(const struct plan *plan, const enum driver_state *state,
                         const struct driver_options *options)
{
    char seconds[32], largest[32], limit[32];
    double sum = 0, longest = 0, memory = 0;
    const char *unknown = NULL; /* a problem that nothing is known of */
    size_t n = 0;
    for (size_t i = 0; i < plan->n_runs; i++)
        if (state[i] == DRIVER_TO_RUN) {
            n++;
            if (plan->run[i].guessed)
                unknown = plan->problem[plan->run[i].problem].name;
            sum += plan->run[i].cost;
            longest = fmax(longest, plan->run[i].cost);
            memory = fmax(memory, plan->run[i].memory);
        }
    if (n == 0) {
        size_t failed = 0;
        for (size_t i = 0; i < plan->n_runs; i++)
            failed += state[i] == DRIVER_FAILED;
        fprintf(stderr, "nothing to do: all runs are there");
        if (failed > 0)
            fprintf(stderr, ", %zu of them failed ('--retry' runs these again)", failed);
        fputc('\n', stderr);
        return;
    }
    units_format_seconds(seconds, sizeof(seconds), fmax(sum / options->jobs, longest));
    units_format_bytes(largest, sizeof(largest), (uint64_t)memory);
    units_format_bytes(limit, sizeof(limit), (uint64_t)fmin(options->memory, 1e18));
    fprintf(stderr, "%zu run%s", n, run_view_plural(n));
    if (unknown != NULL)
        fprintf(stderr, ": how long is not known before one of '%s' has run", unknown);
    else
        fprintf(stderr, ": about %s on %u worker%s", seconds, options->jobs,
                run_view_plural(options->jobs));
    fprintf(stderr, "; the largest needs %s of %s\n", largest, limit);
}

static int dry_run(struct plan *plan, const struct driver_options *options,
                   const struct run_arguments *a, struct err *err)
{
    enum driver_state *state = calloc(plan->n_runs + 1, sizeof(*state));
    struct forecast *forecast = forecast_alloc();
    struct stale stale;
    int rc = state != NULL && forecast != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = driver_states(plan, options, forecast, state, err);
    if (rc == 0)
        rc = print_plan(plan, state, a->format, err);
    if (rc == 0)
        rc = driver_stale(plan, options, state, &stale, err);
    if (rc == 0 && !a->quiet) {
        run_view_stale(a->store_path, &stale);
        say_forecast(plan, state, options);
    }
    if (rc == 0)
        rc = driver_check_memory(plan, options, state, err);
    forecast_free(forecast);
    free(state);
    return rc;
}

/* ---- the command ---------------------------------------------------------------------------
 */

static void say_what_is_stored(const struct run_arguments *a, const struct plan *plan,
                               const struct driver_result *result)
{
    fprintf(stderr, "'%s': %zu of %zu runs are stored, %zu of them now%s\n", a->store_path,
            result->n_ok + result->n_failed, plan->n_runs,
            result->launch.ok + result->launch.failed,
            result->assembled.replaced > 0 ? "; they replace older ones" : "");
    if (result->n_under_way > 0)
        fprintf(stderr, "'%s': %zu run%s under way in Slurm ('rung run --gather' takes them in)\n",
                a->store_path, result->n_under_way, run_view_plural(result->n_under_way));
}

static int run_it(const struct run_arguments *a, const struct study *study, struct plan *plan,
                  struct driver_options *options)
{
    struct run_view view = {.store_path = a->store_path, .quiet = a->quiet};
    struct driver_result result;
    struct err err = {0};
    char program[4096];
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    program[len > 0 ? len : 0] = '\0';
    options->program = program;
    options->begin = run_view_begin;
    options->event = run_view_event;
    options->data = &view;
    int rc = driver_run(study, plan, options, &result, &err);
    run_view_release(&view);
    if (rc != 0 && rc != ERR_INTERRUPTED)
        return cmd_fail(&err);
    if (result.assembled.damaged > 0)
        cmd_warn("%zu damaged run file%s, set aside ('%s')", result.assembled.damaged,
                 run_view_plural(result.assembled.damaged), result.assembled.first_damaged);
    if (!a->quiet)
        say_what_is_stored(a, plan, &result);
    if (rc == ERR_INTERRUPTED)
        return cmd_fail(&err);
    if (result.different.code != 0)
        return cmd_fail(&result.different);
    if (result.n_failed > 0) {
        err_set(&err, ERR_RUN, "%zu of %zu runs failed", result.n_failed, plan->n_runs);
        return cmd_fail(&err);
    }
    if (a->gather && result.n_under_way > 0)
        return err_exit_status(ERR_INCONCLUSIVE);
    return 0;
}

static unsigned jobs_of(const struct run_arguments *a, const struct study *study)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (a->jobs > 0)
        return (unsigned)a->jobs;
    if (study->jobs > 0)
        return (unsigned)study->jobs;
    return processors > 0 ? (unsigned)processors : 1;
}

/* What the options say, or else the study, or else the host. */
static struct driver_options options_of(const struct run_arguments *a,
                                        const struct study *study)
{
    static const double share = 0.8; /* of free memory: the rest is for what else goes on */
    uint64_t unused = cpu_free_memory();
    return (struct driver_options){
        .store_path = a->store_path,
        .tool_commit = RUNG_COMMIT,
        .tool_hash = RUNG_COMMIT_HASH,
        .tool_date = RUNG_COMMIT_DATE,
        .tool_compiler = RUNG_COMPILER,
        .tool_flags = RUNG_FLAGS,
        .jobs = jobs_of(a, study),
        .filters = &a->filters,
        .retry = a->retry,
        .memory = a->memory > 0 ? (double)a->memory
                  : unused > 0  ? share * (double)unused
                                : INFINITY,
        .run_seconds = a->run_time > 0 ? a->run_time : study->run_time,
        .run_memory = a->run_memory > 0 ? (double)a->run_memory : study->run_memory,
        .pin = a->pin,
        .slurm = a->slurm,
        .slurm_jobs = (unsigned)a->jobs,
        .no_wait = a->no_wait,
        .gather = a->gather,
        .speeds = a->speeds};
}

static int run_run(int argc, char **argv)
{
    struct run_arguments a = {0};
    struct study *study = NULL;
    struct plan *plan = NULL;
    struct err err = {0};
    char *store_path = NULL;
    int rc = 0, status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        goto out;
    rc = study_load(&study, a.study_path, &err);
    if (rc == 0)
        rc = plan_alloc(&plan, study, &err);
    if (rc == 0 && a.store_path == NULL) {
        a.store_path = store_path = str_format("%s.h5", study->name);
        if (store_path == NULL)
            rc = err_set(&err, ERR_NOMEM, "out of memory");
    }
    if (rc == 0)
        rc = filters_check(&a.filters, plan_row_at, plan, plan->n_runs, &err);
    if (rc != 0) {
        status = cmd_fail(&err);
        goto out;
    }
    struct driver_options options = options_of(&a, study);
    if (a.dry_run) {
        rc = dry_run(plan, &options, &a, &err);
        status = rc == 0 ? 0 : cmd_fail(&err);
    } else {
        status = run_it(&a, study, plan, &options);
    }
out:
    free(store_path);
    plan_free(plan);
    study_free(study);
    return status;
}
