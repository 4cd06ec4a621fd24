/* rung profile-worker: one run under a profiler.  Hidden: `rung profile` calls it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/commands.h"
#include "profile/record.h"
#include "study/worker.h"

static int run_profile_worker(int argc, char **argv);

const struct command cmd_profile_worker_command = {
    .name = "profile-worker",
    .summary = NULL,
    .usage = "rung profile-worker [--parent PID] [--seconds SECONDS] [--rate N]\n"
             "         --cpu-into FILE|--heap-into PREFIX [--instructions N] PLAN INDEX",
    .options = "    --parent PID       end when this process, the parent, ends\n"
               "    --seconds SECONDS  of processor time to sample (default 5)\n"
               "    --rate N           samples a second (default 1000)\n"
               "    --cpu-into FILE    the CPU profile\n"
               "    --heap-into PREFIX the heap profiles instead, PREFIX.begin.heap and so on\n"
               "    --instructions N   that the run has, for the one at its half\n",
    .run = run_profile_worker,
};

struct worker_arguments {
    uint64_t parent, rate, index, instructions;
    double seconds;
    const char *cpu_path, *heap_prefix, *plan_file;
};

enum {
    OPT_PARENT = CMD_OPTION_LONG,
    OPT_SECONDS,
    OPT_RATE,
    OPT_CPU,
    OPT_HEAP,
    OPT_INSTRUCTIONS
};

static int take_option(void *arguments, int opt)
{
    struct worker_arguments *a = arguments;
    const struct command *c = &cmd_profile_worker_command;
    switch (opt) {
    case OPT_PARENT:
        return cmd_parse_uint(c, "--parent", optarg, 1, INT32_MAX, &a->parent);
    case OPT_SECONDS:
        return cmd_parse_seconds(c, "--seconds", optarg, &a->seconds);
    case OPT_RATE:
        return cmd_parse_uint(c, "--rate", optarg, 1, 4000, &a->rate);
    case OPT_INSTRUCTIONS:
        return cmd_parse_uint(c, "--instructions", optarg, 0, UINT64_MAX, &a->instructions);
    case OPT_HEAP:
        a->heap_prefix = optarg;
        return 0;
    default:
        a->cpu_path = optarg;
        return 0;
    }
}

static int parse_options(int argc, char **argv, struct worker_arguments *a)
{
    static const struct option longs[] = {
        {"parent", required_argument, NULL, OPT_PARENT},
        {"seconds", required_argument, NULL, OPT_SECONDS},
        {"rate", required_argument, NULL, OPT_RATE},
        {"cpu-into", required_argument, NULL, OPT_CPU},
        {"heap-into", required_argument, NULL, OPT_HEAP},
        {"instructions", required_argument, NULL, OPT_INSTRUCTIONS},
        CMD_LONG_HELP};
    const struct command *c = &cmd_profile_worker_command;
    int status = cmd_options(c, argc, argv, "", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 2, 2, "a plan or the number of a run");
    if (status == 0)
        status = cmd_parse_uint(c, "INDEX", argv[optind + 1], 0, UINT32_MAX, &a->index);
    if (status == 0 && (a->cpu_path == NULL) == (a->heap_prefix == NULL))
        status = cmd_usage(c, "either '--cpu-into' or '--heap-into' is needed");
    a->plan_file = argv[optind];
    return status != 0 ? status : CMD_GO_ON;
}

static int run_profile_worker(int argc, char **argv)
{
    struct worker_arguments a = {.rate = 1000, .seconds = 5};
    struct record_report report = {0};
    struct task task = {0};
    struct err err = {0};
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    if (a.parent != 0 && worker_die_with((long)a.parent) != 0)
        return err_exit_status(ERR_INTERRUPTED);
    int rc = task_load(&task, a.plan_file, (size_t)a.index, &err);
    if (rc == 0 && a.cpu_path != NULL)
        rc = record_cpu(&task, a.cpu_path, a.seconds, (unsigned)a.rate, &report, &err);
    else if (rc == 0)
        rc = record_heap(&task, a.heap_prefix, (double)a.instructions, &report, &err);
    if (rc != 0) {
        report.error = rc;
        snprintf(report.message, sizeof(report.message), "%s", err.text);
    }
    task_release(&task);
    char *line = record_report_format(&report);
    if (line == NULL)
        return err_exit_status(ERR_NOMEM);
    puts(line);
    free(line);
    return err_exit_status(rc);
}
