#include "config.h"

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/json.h"
#include "base/cpu.h"
#include "base/progress.h"
#include "base/str.h"
#include "base/table.h"
#include "tests/unit/test_base.h"
#include "tests/unit/unit.h"

static const char *const keys[] = {"name", "value", "share", NULL};
static const char *const titles[] = {"problem", "CPI", "error", NULL};

static struct table *make_table(void)
{
    struct table *t = table_alloc(keys, titles);
    table_text(t, "gemm");
    table_real(t, 0.34712, 4);
    table_percent(t, 0.0132, 3);
    table_text(t, "st\xc3\xa9ncil, \"7\"");
    table_real(t, 16777216, 4);
    table_percent(t, NAN, 3);
    table_rule(t);
    table_text(t, "a\nb");
    table_real(t, NAN, 4);
    table_percent(t, -0.5, 3);
    return t;
}

void test_table_text(void)
{
    struct err err = {0};
    struct table *t = make_table();
    CU_ASSERT_EQUAL(table_rows(t), 3);
    FILE *file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(table_write(t, FORMAT_TEXT, file, &err), 0);
    CU_ASSERT_STRING_EQUAL(contents(file), "problem            CPI    error\n"
                                           "gemm            0.3471   1.32 %\n"
                                           "st\xc3\xa9ncil, \"7\"  16777216        -\n"
                                           "-------------------------------\n"
                                           "a b                  -  -50.0 %\n");
    fclose(file);
    table_free(t);
    table_free(NULL);

    static const char *const two[] = {"n", "ok", NULL};
    t = table_alloc(two, NULL);
    table_percent(t, -8.88e-16, 3);
    table_percent(t, -8.88e-10, 3);
    file = tmpfile();
    CU_ASSERT_EQUAL(table_write(t, FORMAT_TEXT, file, &err), 0);
    CU_ASSERT_STRING_EQUAL(contents(file), "     n           ok\n0.00 %  -8.88e-08 %\n");
    fclose(file);
    table_free(t);
    t = table_alloc(two, NULL);
    file = tmpfile();
    CU_ASSERT_EQUAL(table_write(t, FORMAT_TEXT, file, &err), 0);
    CU_ASSERT_STRING_EQUAL(contents(file), "n  ok\n");
    table_int(t, -5);
    table_bool(t, true);
    table_uint(t, UINT64_MAX);
    table_bool(t, false);
    table_real(t, 1e-7, 3);
    table_text(t, NULL);
    table_real(t, 123.4, 3);
    table_text(t, "x");
    table_real(t, -0.0, 40);
    table_text(t, "x");
    table_real(t, 1.5e20, 1);
    table_text(t, "x");
    table_number(t, 1024);
    table_text(t, "x");
    table_number(t, 2.5);
    table_text(t, "x");
    rewind(file);
    CU_ASSERT_EQUAL(table_write(t, FORMAT_TEXT, file, &err), 0);
    CU_ASSERT_STRING_EQUAL(contents(file), "                   n  ok\n"
                                           "                  -5  yes\n"
                                           "18446744073709551615  no\n"
                                           "            1.00e-07\n"
                                           "                 123  x\n"
                                           " -0.0000000000000000  x\n"
                                           "               2e+20  x\n"
                                           "                1024  x\n"
                                           "                 2.5  x\n");
    fclose(file);
    table_free(t);
}

void test_table_data(void)
{
    struct err err = {0};
    struct table *t = make_table();
    FILE *file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(table_write(t, FORMAT_CSV, file, &err), 0);
    CU_ASSERT_STRING_EQUAL(contents(file), "name,value,share\n"
                                           "gemm,0.34711999999999998,0.0132\n"
                                           "\"st\xc3\xa9ncil, \"\"7\"\"\",16777216,\n"
                                           "\"a\nb\",,-0.5\n");
    fclose(file);
    file = tmpfile();
    CU_ASSERT_EQUAL(table_write(t, FORMAT_JSON, file, &err), 0);
    json_t *rows = json_loads(contents(file), 0, NULL);
    CU_ASSERT_EQUAL_FATAL(json_array_size(rows), 3);
    json_t *row = json_array_get(rows, 0);
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(row, "name")), "gemm");
    CU_ASSERT_EQUAL(json_real_value(json_object_get(row, "value")), 0.34712);
    CU_ASSERT_EQUAL(json_real_value(json_object_get(row, "share")), 0.0132);
    CU_ASSERT_TRUE(json_is_null(json_object_get(json_array_get(rows, 2), "value")));
    json_decref(rows);
    fclose(file);
    table_free(t);

    static const char *const four[] = {"u", "big", "i", "b", NULL};
    t = table_alloc(four, NULL);
    table_uint(t, 9007199254740993);
    table_uint(t, UINT64_MAX);
    table_int(t, INT64_MIN);
    table_bool(t, true);
    table_text(t, "\xff"); /* no UTF-8 */
    table_bool(t, false);
    table_int(t, 1);
    table_int(t, 2);
    file = tmpfile();
    CU_ASSERT_EQUAL(table_write(t, FORMAT_JSON, file, &err), 0);
    CU_ASSERT_STRING_EQUAL(contents(file), "[\n"
                                           "  {\n"
                                           "    \"u\": 9007199254740993,\n"
                                           "    \"big\": 1.8446744073709552e19,\n"
                                           "    \"i\": -9223372036854775808,\n"
                                           "    \"b\": true\n"
                                           "  },\n"
                                           "  {\n"
                                           "    \"u\": null,\n"
                                           "    \"big\": false,\n"
                                           "    \"i\": 1,\n"
                                           "    \"b\": 2\n"
                                           "  }\n"
                                           "]\n");
    fclose(file);
    file = tmpfile();
    CU_ASSERT_EQUAL(table_write(t, FORMAT_CSV, file, &err), 0);
    CHECK_STRING_CONTAINS(contents(file),
                          "9007199254740993,18446744073709551615,-9223372036854775808,true\n");
    fclose(file);
    table_free(t);
}

void test_table_errors(void)
{
    static const char *const none[] = {NULL};
    static const char *const one[] = {"a", NULL};
    struct err err = {0};
    struct table *t = NULL;
    enum format format = FORMAT_TEXT;
    CU_ASSERT_EQUAL(format_parse("json", &format), 0);
    CU_ASSERT_EQUAL(format, FORMAT_JSON);
    CU_ASSERT_EQUAL(format_parse("csv", &format), 0);
    CU_ASSERT_EQUAL(format, FORMAT_CSV);
    CU_ASSERT_EQUAL(format_parse("text", &format), 0);
    CU_ASSERT_EQUAL(format, FORMAT_TEXT);
    CU_ASSERT_EQUAL(format_parse("xml", &format), ERR_USAGE);
    /* Whoever makes a table need not look: it takes cells, and fails when it is written. */
    t = table_alloc(none, NULL);
    table_uint(t, 1);
    CU_ASSERT_EQUAL(table_rows(t), 0);
    CU_ASSERT_EQUAL(table_finish(t, FORMAT_CSV, stdout, &err), ERR_INTERNAL);
    CU_ASSERT_STRING_EQUAL(err.text, "a table without columns, or with too few titles");
    err_clear(&err);
    CU_ASSERT_EQUAL(table_finish(table_alloc(keys, one), FORMAT_CSV, stdout, &err), ERR_INTERNAL);
    for (long nth = 0; nth < 9; nth++) { /* the table, two lists, six names */
        alloc_fail_at(nth);
        t = table_alloc(keys, titles);
        alloc_fail_at(-1);
        table_text(t, "a");
        table_real(t, 1, 1);
        table_bool(t, true);
        table_rule(t);
        CU_ASSERT_EQUAL(table_rows(t), 0);
        err_clear(&err);
        CU_ASSERT_EQUAL(table_finish(t, FORMAT_CSV, stdout, &err), ERR_NOMEM);
    }

    /* Full disk. */
    t = make_table();
    FILE *full = fopen("/dev/full", "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(full);
    setvbuf(full, NULL, _IONBF, 0);
    for (int f = FORMAT_TEXT; f <= FORMAT_CSV; f++) {
        err_clear(&err);
        CU_ASSERT_EQUAL(table_write(t, (enum format)f, full, &err), ERR_IO);
        CHECK_STRING_CONTAINS(err.text, ": No space left on device");
    }
    fclose(full);

    /* Out of memory while writing, at whichever allocation it happens. */
    for (int f = FORMAT_TEXT; f <= FORMAT_CSV; f++) {
        int failures = 0, status = ERR_NOMEM;
        for (long nth = 0; status == ERR_NOMEM; nth++) {
            FILE *file = fopen("/dev/null", "w");
            err_clear(&err);
            alloc_fail_at(nth);
            status = table_write(t, (enum format)f, file, &err);
            alloc_fail_at(-1);
            fclose(file);
            failures += status == ERR_NOMEM;
        }
        CU_ASSERT_EQUAL(status, 0);
        CU_ASSERT_TRUE(failures > 0);
    }
    /* A row that is not complete. */
    table_text(t, "alone");
    err_clear(&err);
    CU_ASSERT_EQUAL(table_write(t, FORMAT_TEXT, stdout, &err), ERR_INTERNAL);
    CU_ASSERT_STRING_EQUAL(err.text, "the last row of a table has 1 of 3 cells");
    table_free(t);
}

/* Cells that could not be kept: the table remembers, and writing tells. */
void test_table_memory(void)
{
    static const char *const one[] = {"a", NULL};
    struct err err = {0};
    struct table *t = NULL;
    for (int i = 0; i < 6; i++) {
        t = table_alloc(one, NULL);
        alloc_fail_at(0);
        switch (i) {
        case 0:
            table_text(t, "x");
            break;
        case 1:
            table_real(t, 1, 3);
            break;
        case 2:
            table_uint(t, 1);
            break;
        case 3:
            table_int(t, 1);
            break;
        case 4:
            table_bool(t, true);
            break;
        default:
            table_rule(t);
            break;
        }
        alloc_fail_at(-1);
        err_clear(&err);
        CU_ASSERT_EQUAL(table_write(t, FORMAT_TEXT, stdout, &err), ERR_NOMEM);
        CU_ASSERT_STRING_EQUAL(err.text, "out of memory while making a table");
        table_free(t);
    }
    t = table_alloc(one, NULL);
    alloc_fail_at(1); /* the text is copied, the cell fails */
    table_text(t, "x");
    alloc_fail_at(-1);
    CU_ASSERT_EQUAL(table_write(t, FORMAT_TEXT, stdout, &err), ERR_NOMEM);
    table_free(t);
}

void test_json(void)
{
    struct err err = {0};
    json_t *object = json_object();
    json_object_set_new(object, "z", json_number(0.1));
    json_object_set_new(object, "a", json_number(NAN));
    json_object_set_new(object, "i", json_interval(-INFINITY, 2));
    FILE *file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(json_write(object, file, &err), 0);
    CU_ASSERT_STRING_EQUAL(contents(file), "{\n"
                                           "  \"z\": 0.10000000000000001,\n"
                                           "  \"a\": null,\n"
                                           "  \"i\": [\n"
                                           "    null,\n"
                                           "    2.0\n"
                                           "  ]\n"
                                           "}\n");
    fclose(file);
    CU_ASSERT_EQUAL(json_write(NULL, stdout, &err), ERR_NOMEM);
    CU_ASSERT_STRING_EQUAL(err.text, "out of memory while making JSON");
    err_clear(&err);
    FILE *full = fopen("/dev/full", "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(full);
    setvbuf(full, NULL, _IONBF, 0);
    CU_ASSERT_EQUAL(json_write(object, full, &err), ERR_IO);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot write JSON: No space left on device");
    fclose(full);
    json_decref(object);
    alloc_fail_at(0);
    CU_ASSERT_PTR_NULL(json_number(1));
    CU_ASSERT_PTR_NULL(json_interval(1, 2));
    alloc_fail_at(-1);
}

void test_progress_plain(void)
{
    struct progress *p = NULL;
    FILE *file = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL_FATAL(progress_alloc(&p, file, 10, false), 0);
    progress_update(p, 1, "under way");
    progress_line(p, "gemm %d done", 64);
    progress_update(p, 10, "under way");
    progress_free(p);
    CU_ASSERT_STRING_EQUAL(contents(file), "gemm 64 done\n");
    fclose(file);
    file = tmpfile();
    CU_ASSERT_EQUAL_FATAL(progress_alloc(&p, file, 10, true), 0);
    progress_update(p, 1, "under way");
    progress_line(p, "gemm %d done", 64);
    progress_free(p);
    CU_ASSERT_STRING_EQUAL(contents(file), "");
    fclose(file);
    progress_free(NULL);
    alloc_fail_at(0);
    CU_ASSERT_EQUAL(progress_alloc(&p, stderr, 10, true), ERR_NOMEM);
    alloc_fail_at(-1);
}

/* Opens a terminal of `columns` columns; returns its program side. */
static FILE *open_terminal(int *master, unsigned short columns)
{
    *master = posix_openpt(O_RDWR | O_NOCTTY);
    if (*master < 0 || grantpt(*master) != 0 || unlockpt(*master) != 0)
        return NULL;
    int slave = open(ptsname(*master), O_RDWR | O_NOCTTY);
    struct termios mode;
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    if (slave < 0 || tcgetattr(slave, &mode) != 0)
        return NULL;
    mode.c_oflag &= ~(tcflag_t)OPOST;
    if (tcsetattr(slave, TCSANOW, &mode) != 0 || ioctl(slave, TIOCSWINSZ, &size) != 0)
        return NULL;
    return fdopen(slave, "w");
}

/* What was written so far.  A terminal hands its bytes over in pieces, at its leisure: a mark
 * behind them tells when all have come. */
static void read_terminal(FILE *terminal, int master, char *buffer, size_t size)
{
    enum { MARK = '\001' };
    size_t len = 0;
    CU_ASSERT_TRUE_FATAL(fputc(MARK, terminal) == MARK && fflush(terminal) == 0);
    do {
        ssize_t got = read(master, buffer + len, size - 1 - len);
        CU_ASSERT_TRUE_FATAL(got > 0);
        len += (size_t)got;
    } while (buffer[len - 1] != MARK);
    buffer[len - 1] = '\0';
}

void test_progress_bar(void)
{
    char screen[1024];
    int master;
    struct progress *p = NULL;
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    FILE *terminal = open_terminal(&master, 100);
    CU_ASSERT_PTR_NOT_NULL_FATAL(terminal);
    CU_ASSERT_EQUAL_FATAL(progress_alloc(&p, terminal, 10, false), 0);
    progress_update(p, 5, "gemm 256 timing");
    read_terminal(terminal, master, screen, sizeof(screen));
    CHECK_STRING_CONTAINS(screen, "\033[32m[############------------]\033[0m  50 %  ");
    CHECK_STRING_CONTAINS(screen, " left  gemm 256 timing");
    progress_line(p, "a line");
    read_terminal(terminal, master, screen, sizeof(screen));
    CU_ASSERT_EQUAL(strncmp(screen, "\r\033[Ka line\n", 11), 0);
    CHECK_STRING_CONTAINS(screen, "50 %");
    /* Not redrawn at once, but at the end in any case, and never beyond 100 %. */
    double start = cpu_wall_seconds();
    progress_line(p, "b line");
    progress_update(p, 6, "soon");
    bool at_once = cpu_wall_seconds() - start < 0.05;
    progress_update(p, 12, NULL);
    read_terminal(terminal, master, screen, sizeof(screen));
    /* A busy machine may have let the time to redraw pass. */
    CU_ASSERT_TRUE(!at_once || strstr(screen, "soon") == NULL);
    CHECK_STRING_CONTAINS(screen, "[########################]\033[0m 100 %");
    progress_free(p);
    read_terminal(terminal, master, screen, sizeof(screen));
    CU_ASSERT_STRING_EQUAL(screen, "\r\033[K");
    fclose(terminal);
    close(master);

    /* Without colours, on a narrow terminal: one column stays free. */
    setenv("NO_COLOR", "1", 1);
    terminal = open_terminal(&master, 31);
    CU_ASSERT_PTR_NOT_NULL_FATAL(terminal);
    CU_ASSERT_EQUAL_FATAL(progress_alloc(&p, terminal, 0, false), 0);
    progress_update(p, -1, "a text that has no room");
    read_terminal(terminal, master, screen, sizeof(screen));
    CU_ASSERT_STRING_EQUAL(screen, "[------------------------]   0");
    CU_ASSERT_EQUAL(strlen(screen), 30);
    progress_free(p);
    fclose(terminal);
    close(master);

    /* A dumb terminal gets plain lines. */
    setenv("TERM", "dumb", 1);
    terminal = open_terminal(&master, 80);
    CU_ASSERT_PTR_NOT_NULL_FATAL(terminal);
    CU_ASSERT_EQUAL_FATAL(progress_alloc(&p, terminal, 10, false), 0);
    progress_update(p, 5, "gemm");
    progress_line(p, "plain");
    read_terminal(terminal, master, screen, sizeof(screen));
    CU_ASSERT_STRING_EQUAL(screen, "plain\n");
    progress_free(p);
    fclose(terminal);
    close(master);
}
