#include "config.h"

#include "cmd/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/units.h"
#include "cmd/complete.h"

int cmd_fail(const struct err *err)
{
    fflush(stdout); /* as in cmd_warn() */
    fprintf(stderr, "rung: %s\n", err->text[0] != '\0' ? err->text : err_text(err->code));
    return err_exit_status(err->code);
}

int cmd_usage(const struct command *command, const char *format, ...)
{
    va_list args;
    fputs("rung: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    if (command != NULL)
        fprintf(stderr, "\nrung: see 'rung help %s'\n", command->name);
    else
        fputs("\nrung: see 'rung help'\n", stderr);
    return err_exit_status(ERR_USAGE);
}

void cmd_warn(const char *format, ...)
{
    va_list args;
    fflush(stdout); /* both may go to one file; a failure stays for cmd_finish() */
    fputs("rung: warning: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void cmd_warn_lines(const char *text)
{
    for (size_t len; *text != '\0'; text += len + (text[len] == '\n')) {
        len = strcspn(text, "\n");
        cmd_warn("%.*s", (int)len, text);
    }
}

int cmd_help(const struct command *command)
{
    const char *line = command->usage;
    for (const char *lead = "usage: "; line != NULL; lead = "       ") {
        int len = (int)strcspn(line, "\n");
        printf("%s%.*s\n", lead, len, line);
        line = line[len] == '\n' ? line + len + 1 : NULL;
    }
    if (command->summary != NULL)
        printf("\n%s\n", command->summary);
    if (command->options != NULL && command->options[0] != '\0') {
        size_t len = strlen(command->options);
        printf("\n%s%s", command->options, command->options[len - 1] == '\n' ? "" : "\n");
    }
    return 0;
}

int cmd_finish(int status)
{
    int number = 0;
    bool failed = ferror(stdout) != 0; /* some time before, and nobody knows how */
    if (fflush(stdout) != 0)
        number = errno;
    if (!failed && number == 0)
        return status;
    struct pollfd out = {.fd = STDOUT_FILENO};
    if (failed && poll(&out, 1, 0) > 0 && (out.revents & POLLERR))
        number = EPIPE;
    /* What is lost is lost; a disk that is full still is, and says so when it is asked again. */
    if (failed && number == 0 && write(STDOUT_FILENO, "\n", 1) < 0)
        number = errno;
    /* A reader that went away on its own (`| head`) needs no message; the status tells. */
    if (number == 0)
        fputs("rung: cannot write standard output\n", stderr);
    else if (number != EPIPE)
        fprintf(stderr, "rung: cannot write standard output: %s\n", strerror(number));
    return err_exit_status(ERR_IO);
}

/* Complains about a long option that getopt_long did not accept. */
static int bad_long(const struct command *command, const char *word, const struct option *longs)
{
    enum { NAMES_MAX = 64 };
    char name[64];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
    const char *names[NAMES_MAX + 1];
    size_t count = 0, matches = 0, len = strlen(name);
    for (; longs->name != NULL && count < NAMES_MAX; longs++) {
        matches += strncmp(longs->name, name, len) == 0;
        names[count++] = longs->name;
    }
    names[count] = NULL;
    if (matches > 1)
        return cmd_usage(command, "option '--%s' is ambiguous", name);
    const char *nearest = str_nearest(name, names);
    if (nearest != NULL)
        return cmd_usage(command, "unknown option '--%s' (did you mean '--%s'?)", name,
                         nearest);
    return cmd_usage(command, "unknown option '--%s'", name);
}

/* The name of the option with this value, as it is typed. */
static void option_name(int value, const struct option *longs, char *buffer, size_t size)
{
    for (const struct option *o = longs; o->name != NULL; o++)
        if (o->val == value) {
            snprintf(buffer, size, "--%s", o->name);
            return;
        }
    snprintf(buffer, size, "-%c", value);
}

/* What getopt_long did not accept; returns the exit status. */
static int bad_option(const struct command *command, char **argv, const struct option *longs,
                      bool has_no_value)
{
    char name[64];
    /* Only long ones leave it at 0, and always step past the word. */
    if (optopt == 0)
        return bad_long(command, argv[optind - 1] + 2, longs);
    option_name(optopt, longs, name, sizeof(name));
    if (has_no_value)
        return cmd_usage(command, "option '%s' needs a value", name);
    if (name[1] == '-')
        return cmd_usage(command, "option '%s' takes no value", name);
    return cmd_usage(command, "unknown option '%s'", name);
}

int cmd_options(const struct command *command, int argc, char **argv, const char *shorts,
                const struct option *longs, int (*take)(void *arguments, int opt),
                void *arguments)
{
    if (argc > 1 && strcmp(argv[1], COMPLETE_MARK) == 0) {
        complete_options(command, argc, argv, shorts, longs);
        return 0;
    }
    /* A leading colon tells a missing value from an unknown option; it stands behind "+". */
    char letters[64];
    bool stop = shorts[0] == '+';
    snprintf(letters, sizeof(letters), "%s:h%s", stop ? "+" : "", shorts + stop);
    opterr = 0;
    int opt, status = 0;
    while (status == 0 && (opt = getopt_long(argc, argv, letters, longs, NULL)) >= 0)
        if (opt == 'h')
            return cmd_help(command);
        else if (opt == ':' || opt == '?')
            status = bad_option(command, argv, longs, opt == ':');
        else
            status = take(arguments, opt);
    return status == 0 ? CMD_GO_ON : status;
}

int cmd_arguments(const struct command *command, int argc, int least, int most,
                  const char *what)
{
    int count = argc - optind;
    if (count < least)
        return cmd_usage(command, "%s is missing", what);
    if (count > most)
        return cmd_usage(command, "too many arguments");
    return 0;
}

int cmd_run_verb(const struct command *command, const struct cmd_verb *verbs, int argc,
                 char **argv)
{
    enum { VERBS_MAX = 16 };
    const char *names[VERBS_MAX + 1] = {NULL};
    for (size_t i = 0; i < VERBS_MAX && verbs[i].name != NULL; i++)
        names[i] = verbs[i].name;
    if (argc < 2 || argv[1][0] == '-') {
        static const struct option longs[] = {CMD_LONG_HELP};
        int status = cmd_options(command, argc, argv, "+", longs, NULL, NULL);
        if (status != CMD_GO_ON)
            return status;
        struct str list;
        str_init(&list);
        for (size_t i = 0; names[i] != NULL; i++)
            str_addf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
        status = cmd_usage(command, "what to do is missing (%s)",
                           str_failed(&list) ? "" : list.data);
        str_release(&list);
        return status;
    }
    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(argv[1], names[i]) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    const char *nearest = str_nearest(argv[1], names);
    return nearest != NULL
               ? cmd_usage(command, "unknown word '%s' (did you mean '%s'?)", argv[1], nearest)
               : cmd_usage(command, "unknown word '%s'", argv[1]);
}

int cmd_bad_value(const struct command *command, const char *option, const char *text,
                  const char *expected)
{
    return cmd_usage(command, "'%s' must be %s, not '%s'", option, expected, text);
}

int cmd_parse_format(const struct command *command, const char *text, enum format *format)
{
    if (format_parse(text, format) == 0)
        return 0;
    return cmd_bad_value(command, "--format", text, "text, json or csv");
}

int cmd_parse_either(const struct command *command, const char *option, const char *text,
                     const char *first, const char *second, bool *is_second)
{
    char expected[64];
    *is_second = strcmp(text, second) == 0;
    if (*is_second || strcmp(text, first) == 0)
        return 0;
    snprintf(expected, sizeof(expected), "%s or %s", first, second);
    return cmd_bad_value(command, option, text, expected);
}

int cmd_parse_mode(const struct command *command, const char *text, bool cycles,
                   enum timing_mode *mode)
{
    if (timing_mode_parse(text, mode) == 0 && !(cycles && *mode == TIMING_MODE_emulation))
        return 0;
    return cmd_usage(command, "'--mode': unknown mode '%s'%s", text,
                     cycles ? ", or one without cycles" : "");
}

int cmd_parse_fraction(const struct command *command, const char *option, const char *text,
                       double *value)
{
    if (units_parse_fraction(text, value) != 0)
        return cmd_bad_value(command, option, text, "a fraction such as 0.02 or 2%");
    /* Who asks for an error of 2 means 2 %, and would have it 200. */
    if (*value > 1 && strchr(text, '%') == NULL)
        return cmd_usage(command,
                         "'%s' must be a fraction such as 0.02 or 2%%, not '%s', which is %g %% "
                         "(did you mean '%s%%'?)",
                         option, text, 100 * *value, text);
    return 0;
}

int cmd_parse_between(const struct command *command, const char *option, const char *text,
                      double most, double *value)
{
    char expected[40];
    int status = cmd_parse_fraction(command, option, text, value);
    snprintf(expected, sizeof(expected), "between 0 and %g", most);
    return status == 0 && !(*value > 0 && *value < most)
               ? cmd_bad_value(command, option, text, expected)
               : status;
}

int cmd_parse_above(const struct command *command, const char *option, const char *text,
                    bool fraction, double *value)
{
    int status = fraction ? cmd_parse_fraction(command, option, text, value)
                          : cmd_parse_double(command, option, text, value);
    return status == 0 && !(*value > 0 && isfinite(*value))
               ? cmd_bad_value(command, option, text, "above 0")
               : status;
}

int cmd_parse_bytes(const struct command *command, const char *option, const char *text,
                    uint64_t *value)
{
    if (units_parse_bytes(text, value) == 0)
        return 0;
    return cmd_bad_value(command, option, text, "a size in bytes such as 32KiB");
}

int cmd_parse_seconds(const struct command *command, const char *option, const char *text,
                      double *value)
{
    if (units_parse_seconds(text, value) == 0)
        return 0;
    return cmd_bad_value(command, option, text, "a time such as 10s or 5min");
}

int cmd_parse_duration(const struct command *command, const char *option, const char *text,
                       double *seconds)
{
    int status = cmd_parse_seconds(command, option, text, seconds);
    return status == 0 && !(*seconds > 0)
               ? cmd_bad_value(command, option, text, "above 0")
               : status;
}

int cmd_parse_double(const struct command *command, const char *option, const char *text,
                     double *value)
{
    if (units_parse_double(text, value) == 0)
        return 0;
    return cmd_bad_value(command, option, text, "a number");
}

int cmd_parse_uint(const struct command *command, const char *option, const char *text,
                   uint64_t least, uint64_t most, uint64_t *value)
{
    uint64_t number;
    if (units_parse_uint64(text, &number) == 0 && number >= least && number <= most) {
        *value = number;
        return 0;
    }
    char expected[96];
    if (most == UINT64_MAX)
        snprintf(expected, sizeof(expected), "a whole number of at least %" PRIu64, least);
    else
        snprintf(expected, sizeof(expected), "a whole number from %" PRIu64 " to %" PRIu64,
                 least, most);
    return cmd_bad_value(command, option, text, expected);
}

int cmd_parse_doubles(const struct command *command, const char *option, const char *text,
                      double **values, size_t *count)
{
    size_t parts = 1;
    for (const char *p = text; *p != '\0'; p++)
        parts += *p == ',';
    struct err err = {0};
    int status = 0;
    char *copy = strdup(text);
    double *numbers = calloc(parts, sizeof(*numbers));
    if (copy == NULL || numbers == NULL) {
        err_set(&err, ERR_NOMEM, "out of memory while reading '%s'", option);
        status = cmd_fail(&err);
        goto out;
    }
    char *rest = copy;
    for (size_t i = 0; i < parts; i++)
        if (units_parse_double(strsep(&rest, ","), &numbers[i]) != 0) {
            status = cmd_bad_value(command, option, text, "numbers parted by commas");
            goto out;
        }
    *values = numbers;
    *count = parts;
    numbers = NULL;
out:
    free(copy);
    free(numbers);
    return status;
}

/* What went wrong with stdout itself is reported once, by cmd_finish. */
static int print_status(int rc, const struct err *err)
{
    return rc == 0 ? 0 : rc == ERR_IO ? err_exit_status(rc) : cmd_fail(err);
}

int cmd_print(struct table *table, enum format format)
{
    struct err err = {0};
    return print_status(table_finish(table, format, stdout, &err), &err);
}

int cmd_print_json(json_t *root)
{
    struct err err = {0};
    int rc = json_write(root, stdout, &err);
    json_decref(root);
    return print_status(rc, &err);
}
