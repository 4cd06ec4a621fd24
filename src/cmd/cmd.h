/* The command table: one file per subcommand, one entry each in main.c. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/err.h"

struct command {
    const char *name;
    const char *summary;                /* half a line for `rung help` */
    const char *usage;                  /* equals the page's SYNOPSIS; lines parted by '\n' */
    const char *options;                /* the rest of `rung help NAME`: one option a line */
    int (*run)(int argc, char **argv);  /* argv[0] is the command's name; returns the exit status */
};

/* Prints "rung: MESSAGE" and returns the exit status that belongs to the error. */
int cmd_fail(const struct err *err);
/* Prints "rung: MESSAGE" and how to get help; returns 2. */
int cmd_usage(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints a warning on stderr. */
void cmd_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints usage and options on stdout; returns 0. */
int cmd_help(const struct command *command);
/* Flushes stdout; ERR_IO's status (5) when that failed (a full disk, a closed pipe). */
int cmd_finish(int status);

#endif
