/* rung worker: one run of a plan.  Hidden: `rung run` and cluster tasks call it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "cmd/commands.h"
#include "study/worker.h"

static int run_worker(int argc, char **argv);

const struct command cmd_worker_command = {
    .name = "worker",
    .summary = NULL,
    .usage = "rung worker [--cpu N] [--parent PID] PLAN INDEX",
    .options = "    --cpu N       run on this processor alone\n"
               "    --parent PID  end when this process, the parent, ends\n",
    .run = run_worker,
};

enum { OPT_CPU = CMD_OPTION_LONG, OPT_PARENT };

struct worker_arguments {
    uint64_t cpu, parent; /* UINT64_MAX, 0: not given */
};

static int take_option(void *arguments, int opt)
{
    const struct command *c = &cmd_worker_command;
    struct worker_arguments *a = arguments;
    return opt == OPT_CPU ? cmd_parse_uint(c, "--cpu", optarg, 0, UINT16_MAX, &a->cpu)
                          : cmd_parse_uint(c, "--parent", optarg, 1, INT32_MAX, &a->parent);
}

/* Ends with the status of an error of the run's making; a guest that failed is ERR_RUN's. */
static int report_status(const struct worker_report *report)
{
    if (report->error != 0)
        return err_exit_status(report->error);
    return strcmp(report->status, "ok") == 0 ? 0 : err_exit_status(ERR_RUN);
}

static int run_worker(int argc, char **argv)
{
    static const struct option longs[] = {{"cpu", required_argument, NULL, OPT_CPU},
                                          {"parent", required_argument, NULL, OPT_PARENT},
                                          CMD_LONG_HELP};
    const struct command *c = &cmd_worker_command;
    struct worker_report report;
    struct worker_arguments a = {.cpu = UINT64_MAX};
    uint64_t index = 0;
    int status = cmd_options(c, argc, argv, "", longs, take_option, &a);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(c, argc, 2, 2, "a plan or the number of a run");
    if (status == 0)
        status = cmd_parse_uint(c, "INDEX", argv[optind + 1], 0, UINT32_MAX, &index);
    if (status != 0)
        return status;
    if (a.parent != 0 && worker_die_with((long)a.parent) != 0)
        return err_exit_status(ERR_INTERRUPTED);
    if (a.cpu != UINT64_MAX && cpu_pin((unsigned)a.cpu) != 0)
        return cmd_usage(c, "'--cpu': processor %u is not to be had", (unsigned)a.cpu);
    worker_run(argv[optind], (size_t)index, &report);
    char *line = worker_report_format(&report);
    if (line == NULL)
        return err_exit_status(ERR_NOMEM);
    puts(line);
    free(line);
    return report_status(&report);
}
