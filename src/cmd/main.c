#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/commands.h"
#include "cmd/complete.h"
#include "cmd/version.h"

static int run_complete(int argc, char **argv);
static int run_help(int argc, char **argv);

static const struct command complete_command = {
    .name = "complete",
    .usage = "rung complete -- [WORD ...]",
    .run = run_complete,
};

static const struct command help_command = {
    .name = "help",
    .summary = "say what a command does and which options it takes",
    .usage = "rung help [COMMAND]",
    .run = run_help,
};

/* In the order in which a study uses them. */
static const struct command *const commands[] = {
    &cmd_sim_command,
    &cmd_run_command,
    &cmd_log_command,
    &cmd_merge_command,
    &cmd_verify_command,
    &cmd_list_command,
    &cmd_worker_command,
    &cmd_fit_command,
    &cmd_correlate_command,
    &cmd_predict_command,
    &cmd_check_command,
    &cmd_calibrate_command,
    &cmd_history_command,
    &cmd_bench_command,
    &cmd_profile_command,
    &cmd_profile_worker_command,
    &cmd_report_command,
    &cmd_export_command,
    &cmd_import_command,
    &help_command,
    &complete_command,
    NULL,
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) - 1 };

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[COMMANDS + 1];
    size_t count = 0;
    for (size_t i = 0; i < COMMANDS; i++)
        if (commands[i]->summary != NULL)
            names[count++] = commands[i]->name;
    names[count] = NULL;
    const char *nearest = str_nearest(name, names);
    if (nearest != NULL)
        return cmd_usage(NULL, "unknown command '%s' (did you mean '%s'?)", name, nearest);
    return cmd_usage(NULL, "unknown command '%s'", name);
}

static void list_commands(FILE *out)
{
    fputs("usage: rung COMMAND [ARGUMENTS]\n"
          "       rung help [COMMAND]\n"
          "       rung --version\n\ncommands:\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        if (commands[i]->summary != NULL)
            fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\nexit status: 0 success, 1 a check failed, 2 usage or configuration,\n"
          "3 inconclusive, 4 a run failed, 5 data missing or damaged\n",
          out);
}

static int run_help(int argc, char **argv)
{
    static const struct option longs[] = {CMD_LONG_HELP};
    int status = cmd_options(&help_command, argc, argv, "", longs, NULL, NULL);
    if (status != CMD_GO_ON)
        return status;
    status = cmd_arguments(&help_command, argc, 0, 1, "a command");
    if (status != 0)
        return status;
    if (optind == argc) {
        list_commands(stdout);
        return 0;
    }
    const struct command *command = find_command(argv[optind]);
    if (command == NULL)
        return unknown_command(argv[optind]);
    return cmd_help(command);
}

static int run_complete(int argc, char **argv)
{
    static const struct option longs[] = {CMD_LONG_HELP};
    int status = cmd_options(&complete_command, argc, argv, "+", longs, NULL, NULL);
    if (status != CMD_GO_ON)
        return status;
    complete_words(commands, argc - optind, argv + optind);
    return 0;
}

/* A closed standard descriptor would be given to the next file that is opened, and messages
 * would end up in a store.  /dev/null takes its place, opened the wrong way round, so that
 * using it still fails. */
static int hold_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
                return -1;
    return 0;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        list_commands(stderr);
        return 2;
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        return version_print();
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        list_commands(stdout);
        return 0;
    }
    if (name[0] == '-')
        return cmd_usage(NULL, "unknown option '%s'", name);
    const struct command *command = find_command(name);
    if (command == NULL)
        return unknown_command(name);
    return command->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    if (hold_standard_descriptors() != 0)
        return 5;
    /* A closed pipe is a write error like any other: it ends with status 5. */
    signal(SIGPIPE, SIG_IGN);
    return cmd_finish(dispatch(argc, argv));
}
