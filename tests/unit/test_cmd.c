#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "tests/unit/unit.h"

static int run_nothing(int argc, char **argv)
{
    (void)argv;
    return argc;
}

static const struct command command = {
    .name = "fit",
    .summary = "fit the ladder",
    .usage = "rung fit [-o FILE] STUDY\nrung fit --help",
    .options = "  -o, --output FILE  where to\n",
    .run = run_nothing,
};

/* What is printed on a standard stream goes to a temporary file between these two. */
struct capture {
    FILE *stream, *file;
    int saved;
    char text[2048];
};

static void capture_begin(struct capture *c, FILE *stream)
{
    fflush(stream);
    c->stream = stream;
    c->file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(c->file);
    c->saved = dup(fileno(stream));
    CU_ASSERT_EQUAL_FATAL(dup2(fileno(c->file), fileno(stream)), fileno(stream));
}

static const char *capture_end(struct capture *c)
{
    fflush(c->stream);
    dup2(c->saved, fileno(c->stream));
    close(c->saved);
    rewind(c->file);
    size_t len = fread(c->text, 1, sizeof(c->text) - 1, c->file);
    c->text[len] = '\0';
    fclose(c->file);
    return c->text;
}

#define CHECK_PRINTS(stream_, value_, call_, text_)     \
    do {                                                \
        struct capture capture_;                        \
        capture_begin(&capture_, (stream_));            \
        int value_got_ = (call_);                       \
        capture_end(&capture_);                         \
        CU_ASSERT_EQUAL(value_got_, (value_));          \
        CU_ASSERT_STRING_EQUAL(capture_.text, (text_)); \
    } while (0)

static int warn(void)
{
    cmd_warn("store '%s' is old", "a.h5");
    return 0;
}

static void test_messages(void)
{
    struct err err = {0};
    err_set(&err, ERR_DATA, "cannot open 'x'");
    CHECK_PRINTS(stderr, 5, cmd_fail(&err), "rung: cannot open 'x'\n");
    struct err bare = {.code = ERR_INCONCLUSIVE};
    CHECK_PRINTS(stderr, 3, cmd_fail(&bare), "rung: inconclusive\n");
    CHECK_PRINTS(stderr, 2, cmd_usage(&command, "no %d", 7),
                 "rung: no 7\nrung: see 'rung help fit'\n");
    CHECK_PRINTS(stderr, 2, cmd_usage(NULL, "no"), "rung: no\nrung: see 'rung help'\n");
    CHECK_PRINTS(stderr, 0, warn(), "rung: warning: store 'a.h5' is old\n");
}

static void test_help(void)
{
    struct command c = command;
    CHECK_PRINTS(stdout, 0, cmd_help(&c),
                 "usage: rung fit [-o FILE] STUDY\n       rung fit --help\n\nfit the ladder\n\n"
                 "  -o, --output FILE  where to\n");
    c.summary = NULL;
    c.options = "  last line without its end";
    CHECK_PRINTS(stdout, 0, cmd_help(&c),
                 "usage: rung fit [-o FILE] STUDY\n       rung fit --help\n\n"
                 "  last line without its end\n");
    c.options = NULL;
    CHECK_PRINTS(stdout, 0, cmd_help(&c),
                 "usage: rung fit [-o FILE] STUDY\n       rung fit --help\n");
}

/* Notes what comes; a number of its own ends it. */
static int take(void *arguments, int opt)
{
    char *seen = arguments;
    size_t count = strlen(seen);
    seen[count] = opt < 256 ? (char)opt : (char)('A' + opt - CMD_OPTION_LONG);
    seen[count + 1] = '\0';
    return opt == CMD_OPTION_LONG && strcmp(optarg, "bad") == 0 ? 3 : 0;
}

static int parse_options(const char *shorts, int argc, char **argv, char *seen)
{
    static const struct option longs[] = {{"output", required_argument, NULL, 'o'},
                                          {"format", required_argument, NULL, CMD_OPTION_LONG},
                                          {"force", no_argument, NULL, CMD_OPTION_LONG + 1},
                                          CMD_LONG_HELP};
    optind = 0; /* glibc: begin anew */
    seen[0] = '\0';
    return cmd_options(&command, argc, argv, shorts, longs, take, seen);
}

#define OPTIONS(...)                      \
    (char *[]){"fit", __VA_ARGS__, NULL}, \
        (int)(sizeof((char *[]){"fit", __VA_ARGS__}) / sizeof(char *))

static int options(const char *shorts, char **argv, int argc, char *seen)
{
    return parse_options(shorts, argc, argv, seen);
}

static void test_options(void)
{
    char seen[16];
    CU_ASSERT_EQUAL(
        options("o:q", OPTIONS("a", "-q", "-o", "x", "--force", "--format=csv", "b"), seen),
        CMD_GO_ON);
    CU_ASSERT_STRING_EQUAL(seen, "qoBA");
    CU_ASSERT_EQUAL(optind, 6); /* the arguments were moved to the end */
    CU_ASSERT_EQUAL(options("+o:q", OPTIONS("-q", "a", "-o", "x"), seen), CMD_GO_ON);
    CU_ASSERT_STRING_EQUAL(seen, "q");
    CU_ASSERT_EQUAL(optind, 2);
    CU_ASSERT_EQUAL(options("o:q", OPTIONS("-q", "--", "-o"), seen), CMD_GO_ON);
    CU_ASSERT_STRING_EQUAL(seen, "q");

    struct capture help;
    capture_begin(&help, stdout);
    CU_ASSERT_EQUAL(options("o:q", OPTIONS("--he"), seen), 0);
    CU_ASSERT_EQUAL(strncmp(capture_end(&help), "usage: rung fit", 15), 0);
    CU_ASSERT_EQUAL(options("o:q", OPTIONS("-q", "--format=bad", "-q"), seen), 3);
    CU_ASSERT_STRING_EQUAL(seen, "qA");

#define SEE "\nrung: see 'rung help fit'\n"
    CHECK_PRINTS(stderr, 2, options("o:q", OPTIONS("--ouput", "x"), seen),
                 "rung: unknown option '--ouput' (did you mean '--output'?)" SEE);
    CHECK_PRINTS(stderr, 2, options("o:q", OPTIONS("a", "--ouput=x"), seen),
                 "rung: unknown option '--ouput' (did you mean '--output'?)" SEE);
    CHECK_PRINTS(stderr, 2, options("o:q", OPTIONS("--nothing", "-q"), seen),
                 "rung: unknown option '--nothing'" SEE);
    CHECK_PRINTS(stderr, 2, options("+o:q", OPTIONS("-q", "--nothing"), seen),
                 "rung: unknown option '--nothing'" SEE);
    CHECK_PRINTS(stderr, 2, options("o:q", OPTIONS("--fo"), seen),
                 "rung: option '--fo' is ambiguous" SEE);
    CHECK_PRINTS(stderr, 2, options("o:q", OPTIONS("-qx"), seen),
                 "rung: unknown option '-x'" SEE);
    CHECK_PRINTS(stderr, 2, options("o:q", OPTIONS("-o"), seen),
                 "rung: option '--output' needs a value" SEE);
    CHECK_PRINTS(stderr, 2, options("o:q", OPTIONS("--format"), seen),
                 "rung: option '--format' needs a value" SEE);
    CHECK_PRINTS(stderr, 2, options("o:j:", OPTIONS("-j"), seen),
                 "rung: option '-j' needs a value" SEE);
    CHECK_PRINTS(stderr, 2, options("o:q", OPTIONS("--force=1"), seen),
                 "rung: option '--force' takes no value" SEE);

    CU_ASSERT_EQUAL(options("o:q", OPTIONS("-q", "a", "b"), seen), CMD_GO_ON);
    CU_ASSERT_EQUAL(cmd_arguments(&command, 4, 1, 2, "a study"), 0);
    CHECK_PRINTS(stderr, 2, cmd_arguments(&command, 4, 3, 3, "a study"),
                 "rung: a study is missing" SEE);
    CHECK_PRINTS(stderr, 2, cmd_arguments(&command, 4, 1, 1, "a study"),
                 "rung: too many arguments" SEE);
}

static void test_values(void)
{
    enum format format;
    double number = 0;
    uint64_t whole = 0;
    CU_ASSERT_EQUAL(cmd_parse_format(&command, "csv", &format), 0);
    CU_ASSERT_EQUAL(format, FORMAT_CSV);
    CHECK_PRINTS(stderr, 2, cmd_parse_format(&command, "xml", &format),
                 "rung: '--format' must be text, json or csv, not 'xml'" SEE);
    bool is_point = true;
    CU_ASSERT_EQUAL(cmd_parse_either(&command, "--bound", "interval", "interval", "point", &is_point),
                    0);
    CU_ASSERT_FALSE(is_point);
    CU_ASSERT_EQUAL(cmd_parse_either(&command, "--bound", "point", "interval", "point", &is_point),
                    0);
    CU_ASSERT_TRUE(is_point);
    CHECK_PRINTS(stderr, 2,
                 cmd_parse_either(&command, "--bound", "", "interval", "point", &is_point),
                 "rung: '--bound' must be interval or point, not ''" SEE);
    CU_ASSERT_EQUAL(cmd_parse_fraction(&command, "--error", "2%", &number), 0);
    CU_ASSERT_EQUAL(number, 0.02);
    CHECK_PRINTS(stderr, 2, cmd_parse_fraction(&command, "--error", "2x", &number),
                 "rung: '--error' must be a fraction such as 0.02 or 2%, not '2x'" SEE);
    CU_ASSERT_EQUAL(cmd_parse_between(&command, "--level", "95%", 1, &number), 0);
    CU_ASSERT_EQUAL(number, 0.95);
    CHECK_PRINTS(stderr, 2, cmd_parse_between(&command, "--level", "1", 1, &number),
                 "rung: '--level' must be between 0 and 1, not '1'" SEE);
    CHECK_PRINTS(stderr, 2, cmd_parse_between(&command, "--alpha", "50%", 0.5, &number),
                 "rung: '--alpha' must be between 0 and 0.5, not '50%'" SEE);
    CHECK_PRINTS(stderr, 2, cmd_parse_between(&command, "--level", "much", 1, &number),
                 "rung: '--level' must be a fraction such as 0.02 or 2%, not 'much'" SEE);
    CU_ASSERT_EQUAL(cmd_parse_above(&command, "--from", "64", false, &number), 0);
    CU_ASSERT_EQUAL(number, 64);
    CU_ASSERT_EQUAL(cmd_parse_above(&command, "--error", "150%", true, &number), 0);
    CU_ASSERT_EQUAL(number, 1.5);
    CHECK_PRINTS(stderr, 2, cmd_parse_above(&command, "--from", "0", false, &number),
                 "rung: '--from' must be above 0, not '0'" SEE);
    CHECK_PRINTS(stderr, 2, cmd_parse_above(&command, "--error", "0%", true, &number),
                 "rung: '--error' must be above 0, not '0%'" SEE);
    CU_ASSERT_EQUAL(cmd_parse_bytes(&command, "--size", "1KiB", &whole), 0);
    CU_ASSERT_EQUAL(whole, 1024);
    CHECK_PRINTS(stderr, 2, cmd_parse_bytes(&command, "--size", "", &whole),
                 "rung: '--size' must be a size in bytes such as 32KiB, not ''" SEE);
    CU_ASSERT_EQUAL(cmd_parse_seconds(&command, "--limit", "2min", &number), 0);
    CU_ASSERT_EQUAL(number, 120);
    CHECK_PRINTS(stderr, 2, cmd_parse_seconds(&command, "--limit", "-1", &number),
                 "rung: '--limit' must be a time such as 10s or 5min, not '-1'" SEE);
    CU_ASSERT_EQUAL(cmd_parse_double(&command, "--x", "-1.5", &number), 0);
    CU_ASSERT_EQUAL(number, -1.5);
    CHECK_PRINTS(stderr, 2, cmd_parse_double(&command, "--x", "y", &number),
                 "rung: '--x' must be a number, not 'y'" SEE);
    CU_ASSERT_EQUAL(cmd_parse_uint(&command, "-j", "8", 1, 8, &whole), 0);
    CU_ASSERT_EQUAL(whole, 8);
    CHECK_PRINTS(stderr, 2, cmd_parse_uint(&command, "-j", "9", 1, 8, &whole),
                 "rung: '-j' must be a whole number from 1 to 8, not '9'" SEE);
    CHECK_PRINTS(stderr, 2, cmd_parse_uint(&command, "-j", "0", 1, UINT64_MAX, &whole),
                 "rung: '-j' must be a whole number of at least 1, not '0'" SEE);
    CHECK_PRINTS(stderr, 2, cmd_parse_uint(&command, "-j", "x", 1, 8, &whole),
                 "rung: '-j' must be a whole number from 1 to 8, not 'x'" SEE);
    CU_ASSERT_EQUAL(whole, 8);

    double *numbers = NULL;
    size_t count = 0;
    CU_ASSERT_EQUAL_FATAL(
        cmd_parse_doubles(&command, "--at", "512, 1024,1.5", &numbers, &count), 0);
    CU_ASSERT_EQUAL_FATAL(count, 3);
    CU_ASSERT_EQUAL(numbers[0], 512);
    CU_ASSERT_EQUAL(numbers[1], 1024);
    CU_ASSERT_EQUAL(numbers[2], 1.5);
    free(numbers);
    CHECK_PRINTS(stderr, 2, cmd_parse_doubles(&command, "--at", "512,", &numbers, &count),
                 "rung: '--at' must be numbers parted by commas, not '512,'" SEE);
    CHECK_PRINTS(stderr, 2, cmd_parse_doubles(&command, "--at", "", &numbers, &count),
                 "rung: '--at' must be numbers parted by commas, not ''" SEE);
}

static struct table *numbers(uint64_t n)
{
    static const char *const keys[] = {"a", "b", NULL};
    struct table *table = table_alloc(keys, NULL);
    for (uint64_t i = 1; i <= n; i++)
        table_uint(table, i);
    return table;
}

static int print_all(void)
{
    return cmd_finish(cmd_print(numbers(2), FORMAT_CSV));
}

static int print_json(void)
{
    return cmd_finish(cmd_print_json(json_pack("{si}", "a", 1)));
}

static void test_print(void)
{
    CHECK_PRINTS(stdout, 0, print_json(), "{\n  \"a\": 1\n}\n");
    CHECK_PRINTS(stderr, 4, cmd_print_json(NULL), "rung: out of memory while making JSON\n");
    CHECK_PRINTS(stdout, 0, print_all(), "a,b\n1,2\n");
    CU_ASSERT_EQUAL(cmd_finish(3), 3);
    CHECK_PRINTS(stderr, 4, cmd_print(numbers(3), FORMAT_CSV),
                 "rung: the last row of a table has 1 of 2 cells\n");
}

/* Standard output and error may go to one file: a warning stands behind what came before it. */
static void test_order(void)
{
    char text[128];
    FILE *file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fflush(stdout);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    CU_ASSERT_FATAL(dup2(fileno(file), STDOUT_FILENO) >= 0);
    CU_ASSERT_FATAL(dup2(fileno(file), STDERR_FILENO) >= 0);
    printf("a row, ");
    cmd_warn("late");
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    rewind(file);
    size_t len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    fclose(file);
    CU_ASSERT_STRING_EQUAL(text, "a row, rung: warning: late\n");
}

static const struct unit_test tests[] = {
    {"messages and exit statuses", test_messages},
    {"help", test_help},
    {"options", test_options},
    {"values of options", test_values},
    {"tables on standard output", test_print},
    {"the order of output and warnings", test_order},
};

UNIT_MAIN("cmd", tests)
