/* The command table: one file per subcommand, one entry each in main.c; and what the
 * subcommands share: messages, options, output.  This folder alone prints and decides exit
 * statuses (those of rung(1): 0 success, 1 a check failed, 2 usage or configuration,
 * 3 inconclusive, 4 a run failed, 5 data missing or damaged). */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/table.h"
#include "timing/model.h"

struct command {
    const char *name;
    const char *summary; /* half a line for `rung help`; NULL: not listed there */
    const char *usage;   /* equals the page's SYNOPSIS ("rung fit [...] FILE"), lines parted
                          * by '\n' */
    const char *options; /* the rest of `rung help NAME`: one option a line; NULL: none */
    int (*run)(int argc, char **argv); /* argv[0] is the name; returns the exit status */
};

/* Prints "rung: MESSAGE" and returns the exit status that belongs to the error. */
int cmd_fail(const struct err *err);
/* Prints "rung: MESSAGE" and how to get help; returns 2.  `command` may be NULL. */
int cmd_usage(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints a warning on stderr. */
void cmd_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A warning for each line of a text. */
void cmd_warn_lines(const char *text);
/* Prints usage and options on stdout; returns 0. */
int cmd_help(const struct command *command);
/* Flushes stdout; ERR_IO's status (5) when that failed (a full disk, a closed pipe), else
 * `status`.  main calls it after every command. */
int cmd_finish(int status);

/* Options: each is given to `take`, its letter or number in `opt` and its value in optarg,
 * which returns 0 or an exit status.  CMD_GO_ON when all are taken and the arguments begin at
 * optind; else the exit status to end with.
 *
 *     static const struct option longs[] = {{"output", required_argument, NULL, 'o'},
 *                                           CMD_LONG_HELP};
 *     int status = cmd_options(&cmd_fit_command, argc, argv, "o:", longs, take_option, a);
 *     if (status != CMD_GO_ON)
 *         return status;
 *
 * -h and --help print the help; unknown, ambiguous and incomplete options print a message with
 * the nearest known one.  A "+" at the start of `shorts` stops at the first argument that is no
 * option.  Values of long options without a letter are CMD_OPTION_LONG and above.  `take` may
 * be NULL where there are no options. */
enum { CMD_GO_ON = -1, CMD_OPTION_LONG = 256 };

#define CMD_LONG_HELP {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}

int cmd_options(const struct command *command, int argc, char **argv, const char *shorts,
                const struct option *longs, int (*take)(void *arguments, int opt),
                void *arguments);
/* Complains unless there are `least` to `most` arguments from `optind` on; 0 or 2.
 * `what` names what is missing: "a study file". */
int cmd_arguments(const struct command *command, int argc, int least, int most,
                  const char *what);

/* A command of several words, as `rung calibrate tune`: the list ends with a NULL name. */
struct cmd_verb {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is this word; returns the exit status */
};
int cmd_run_verb(const struct command *command, const struct cmd_verb *verbs, int argc,
                 char **argv);

/* Complains of the value of an option (as "--alpha"), and says what it must be; 2. */
int cmd_bad_value(const struct command *command, const char *option, const char *text,
                  const char *expected);
/* Values of options: 0, or a message that names the option and 2. */
int cmd_parse_format(const struct command *command, const char *text, enum format *format);
/* One of two words: which? */
int cmd_parse_either(const struct command *command, const char *option, const char *text,
                     const char *first, const char *second, bool *is_second);
/* `cycles`: one that counts them. */
int cmd_parse_mode(const struct command *command, const char *text, bool cycles,
                   enum timing_mode *mode);
/* A number above 1 must have its percent sign. */
int cmd_parse_fraction(const struct command *command, const char *option, const char *text,
                       double *value);
/* A fraction above 0 and below `most`, as a confidence level is; a number (with `fraction` one
 * that may be a percentage) above 0. */
int cmd_parse_between(const struct command *command, const char *option, const char *text,
                      double most, double *value);
int cmd_parse_above(const struct command *command, const char *option, const char *text,
                    bool fraction, double *value);
int cmd_parse_bytes(const struct command *command, const char *option, const char *text,
                    uint64_t *value);
int cmd_parse_seconds(const struct command *command, const char *option, const char *text,
                      double *value);
int cmd_parse_duration(const struct command *command, const char *option, const char *text,
                       double *seconds); /* above 0 */
int cmd_parse_double(const struct command *command, const char *option, const char *text,
                     double *value);
int cmd_parse_uint(const struct command *command, const char *option, const char *text,
                   uint64_t least, uint64_t most, uint64_t *value);
/* "512,1024": numbers in a heap array that the caller frees. */
int cmd_parse_doubles(const struct command *command, const char *option, const char *text,
                      double **values, size_t *count);

/* Writes a table on stdout and frees it; returns 0 or the exit status after a message. */
int cmd_print(struct table *table, enum format format);
/* The same of JSON, taking the reference; NULL is what jansson gives when memory is short. */
int cmd_print_json(json_t *root);

#endif
