#include "config.h"

#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/err.h"
#include "base/expr.h"
#include "base/path.h"
#include "base/str.h"
#include "base/units.h"
#include "tests/unit/test_base.h"
#include "tests/unit/unit.h"

/* ---- failing allocations, by the linker's --wrap ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_reallocarray(void *p, size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t count, size_t size);
char *__wrap_strdup(const char *text);

static long countdown = -1;

static bool refuse(void)
{
    if (countdown < 0)
        return false;
    if (countdown == 0)
        return true;
    countdown--;
    return false;
}

void *__wrap_malloc(size_t size)
{
    return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuse() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return refuse() ? NULL : __real_realloc(p, size);
}

void *__wrap_reallocarray(void *p, size_t count, size_t size)
{
    return refuse() ? NULL : __real_reallocarray(p, count, size);
}

char *__wrap_strdup(const char *text)
{
    return refuse() ? NULL : __real_strdup(text);
}

void alloc_fail_at(long nth)
{
    countdown = nth;
}

/* ---- files ---- */

static char directory[64];

const char *scratch(const char *name)
{
    static char paths[8][256];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
    return path;
}

void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fwrite(text, 1, strlen(text), file), strlen(text));
    CU_ASSERT_EQUAL(fclose(file), 0);
}

const char *contents(FILE *file)
{
    static char buffer[65536];
    fflush(file);
    rewind(file);
    size_t len = fread(buffer, 1, sizeof(buffer) - 1, file);
    buffer[len] = '\0';
    return buffer;
}

/* ---- err ---- */

static void test_err_set(void)
{
    struct err err = {0};
    CU_ASSERT_EQUAL(err_set(&err, ERR_CONFIG, "unknown key '%s'", "x"), ERR_CONFIG);
    CU_ASSERT_EQUAL(err.code, ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "unknown key 'x'");
    /* The first cause is kept; the code of the later call is still returned. */
    CU_ASSERT_EQUAL(err_set(&err, ERR_DATA, "later"), ERR_DATA);
    CU_ASSERT_EQUAL(err_set_errno(&err, ERR_IO, 2, "later"), ERR_IO);
    CU_ASSERT_EQUAL(err.code, ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "unknown key 'x'");
    err_prefix(&err, "run %d: ", 7);
    CU_ASSERT_STRING_EQUAL(err.text, "run 7: unknown key 'x'");
    err_clear(&err);
    CU_ASSERT_EQUAL(err.code, 0);
    CU_ASSERT_STRING_EQUAL(err.text, "");
    err_prefix(&err, "nothing");
    CU_ASSERT_STRING_EQUAL(err.text, "");
    CU_ASSERT_EQUAL(err_set_errno(&err, ERR_DATA, 2, "cannot open '%s'", "f"), ERR_DATA);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot open 'f': No such file or directory");
    CU_ASSERT_EQUAL(err_set(NULL, ERR_RUN, "nobody listens"), ERR_RUN);
    CU_ASSERT_EQUAL(err_set_errno(NULL, ERR_RUN, 2, "nobody listens"), ERR_RUN);
    err_prefix(NULL, "nobody");
}

static void test_err_long(void)
{
    struct err err = {0};
    char text[3000];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    err_set(&err, ERR_DATA, "%s", text);
    CU_ASSERT_EQUAL(strlen(err.text), sizeof(err.text) - 1);
    err_prefix(&err, "front: ");
    CU_ASSERT_EQUAL(strlen(err.text), sizeof(err.text) - 1);
    CU_ASSERT_EQUAL(strncmp(err.text, "front: aaa", 10), 0);
    err_prefix(&err, "%s", text);
    CU_ASSERT_EQUAL(strlen(err.text), sizeof(err.text) - 1);
    err_clear(&err);
    err_set_errno(&err, ERR_DATA, 2, "%s", text);
    CU_ASSERT_EQUAL(strlen(err.text), sizeof(err.text) - 1);
}

static void test_err_map(void)
{
    static const struct {
        int code, status;
    } expected[] = {
        {0, 0},           {ERR_USAGE, 2},    {ERR_CONFIG, 2},      {ERR_INCONCLUSIVE, 3},
        {ERR_RUN, 4},     {ERR_DATA, 5},     {ERR_IO, 5},          {ERR_NOMEM, 4},
        {ERR_NUMERIC, 5}, {ERR_INTERNAL, 4}, {ERR_INTERRUPTED, 4}, {-999, 4},
    };
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        CU_ASSERT_EQUAL(err_exit_status(expected[i].code), expected[i].status);
    CU_ASSERT_STRING_EQUAL(err_text(ERR_DATA), "data missing or damaged");
    CU_ASSERT_STRING_EQUAL(err_text(0), "success");
    CU_ASSERT_STRING_EQUAL(err_text(-999), "unknown error");
}

/* ---- str ---- */

static void test_str(void)
{
    struct str s;
    str_init(&s);
    CU_ASSERT_STRING_EQUAL(s.data, "");
    str_clear(&s);
    str_add(&s, "ab");
    str_add_char(&s, 'c');
    str_add_mem(&s, "defg", 2);
    str_addf(&s, "-%d-%s", 42, "x");
    CU_ASSERT_STRING_EQUAL(s.data, "abcde-42-x");
    CU_ASSERT_EQUAL(s.len, 10);
    for (int i = 0; i < 10000; i++)
        str_add(&s, "0123456789");
    CU_ASSERT_EQUAL(s.len, 100010);
    CU_ASSERT_EQUAL(strlen(s.data), 100010);
    CU_ASSERT_FALSE(str_failed(&s));
    static const char *const words[][2] = {
        {"runs/a-1_2.h5", "runs/a-1_2.h5"}, {"n=64,8:9@x+%", "n=64,8:9@x+%"},
        {"", "''"},                         {"a b", "'a b'"},
        {"$HOME", "'$HOME'"},               {"it's", "'it'\\''s'"},
        {"~", "'~'"},                       {"a\nb", "'a\nb'"},
        {"\xc3\xa9", "'\xc3\xa9'"},         {"*", "'*'"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        str_clear(&s);
        str_add_word(&s, words[i][0]);
        CU_ASSERT_STRING_EQUAL(s.data, words[i][1]);
    }
    str_clear(&s);
    CU_ASSERT_STRING_EQUAL(s.data, "");
    char *text = str_detach(&s);
    CU_ASSERT_STRING_EQUAL(text, "");
    free(text);
    CU_ASSERT_STRING_EQUAL(s.data, "");
    text = str_detach(&s); /* an empty string is a heap string too */
    CU_ASSERT_STRING_EQUAL(text, "");
    free(text);
    str_release(&s);
    str_release(&s);
    text = str_format("%s %03d", "n", 7);
    CU_ASSERT_STRING_EQUAL(text, "n 007");
    free(text);
}

static void test_str_memory(void)
{
    struct str s;
    str_init(&s);
    str_add(&s, "kept");
    alloc_fail_at(0);
    str_addf(&s, "%200d", 1);
    CU_ASSERT_TRUE(str_failed(&s));
    str_add(&s, "x"); /* would fit, but comes after the gap */
    alloc_fail_at(-1);
    str_add(&s, "y");
    CU_ASSERT_STRING_EQUAL(s.data, "kept");
    CU_ASSERT_PTR_NULL(str_detach(&s));
    CU_ASSERT_FALSE(str_failed(&s));
    CU_ASSERT_STRING_EQUAL(s.data, "");
    str_add_mem(&s, "", SIZE_MAX); /* an impossible length is refused before it is read */
    CU_ASSERT_TRUE(str_failed(&s));
    str_clear(&s);
    CU_ASSERT_FALSE(str_failed(&s));
    str_release(&s);
    alloc_fail_at(0);
    CU_ASSERT_PTR_NULL(str_format("%d", 1));
    alloc_fail_at(-1);
}

static void test_str_nearest(void)
{
    static const char *const words[] = {"ladder",   "layouts", "modes",
                                        "machines", "check",   NULL};
    static const char *const none[] = {NULL};
    CU_ASSERT_PTR_EQUAL(str_nearest("laddder", words), words[0]);
    CU_ASSERT_PTR_EQUAL(str_nearest("lader", words), words[0]);
    CU_ASSERT_PTR_EQUAL(str_nearest("alddre", words), words[0]); /* two exchanges */
    CU_ASSERT_PTR_EQUAL(str_nearest("mode", words), words[2]);
    CU_ASSERT_PTR_EQUAL(str_nearest("machines", words), words[3]);
    CU_ASSERT_PTR_EQUAL(str_nearest("chekc", words), words[4]);
    CU_ASSERT_PTR_NULL(str_nearest("problems", words));
    CU_ASSERT_PTR_NULL(str_nearest("xy", words));
    CU_ASSERT_PTR_NULL(str_nearest("", words));
    CU_ASSERT_PTR_NULL(str_nearest("modes", none));
    char word[100];
    memset(word, 'a', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    const char *const longs[] = {word, NULL};
    CU_ASSERT_PTR_NULL(str_nearest(word, words));
    CU_ASSERT_PTR_NULL(str_nearest("aaaa", longs));
    /* A word of one letter is not "near" to another one. */
    static const char *const letters[] = {"n", NULL};
    CU_ASSERT_PTR_NULL(str_nearest("x", letters));
}

/* ---- units ---- */

static void test_units_bytes(void)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {
        {"4096", 4096},
        {"32KiB", 32768},
        {" 8 MiB ", 8388608},
        {"2GiB", UINT64_C(2147483648)},
        {"64kB", 64000},
        {"64B", 64},
        {"0", 0},
        {"1.5MiB", 1572864},
        {"1e6", 1000000},
        {"3TB", UINT64_C(3000000000000)},
        {"18446744073709551615", UINT64_MAX},
    };
    static const char *const bad[] = {
        "",      " ",    "x",   "-1",   "1.5",    "32Kib",          "32 KB",
        "1KiB2", "0x10", "inf", "nan",  "1e30",   "0.3KiB",         "KiB",
        "1_000", "1 2",  "1e",  "MiB8", "8MiB/s", "17179869184TiB", "18446744073709551616",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        uint64_t bytes = 1;
        CU_ASSERT_EQUAL(units_parse_bytes(good[i].text, &bytes), 0);
        CU_ASSERT_EQUAL(bytes, good[i].bytes);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint64_t bytes;
        CU_ASSERT_EQUAL(units_parse_bytes(bad[i], &bytes), ERR_CONFIG);
    }
}

struct unit_case {
    int (*parse)(const char *text, double *value);
    const char *text;
    double value; /* NaN: refused */
};

static void test_units_doubles(void)
{
    static const struct unit_case cases[] = {
        {units_parse_hertz, "3.5GHz", 3.5e9},
        {units_parse_hertz, "800MHz", 800e6},
        {units_parse_hertz, "1e9", 1e9},
        {units_parse_hertz, "5 kHz", 5e3},
        {units_parse_hertz, "0", NAN},
        {units_parse_hertz, "-1GHz", NAN},
        {units_parse_hertz, "3.5ghz", NAN},
        {units_parse_hertz, "GHz", NAN},
        {units_parse_seconds, "10s", 10},
        {units_parse_seconds, "250ms", 0.25},
        {units_parse_seconds, "5min", 300},
        {units_parse_seconds, "2h", 7200},
        {units_parse_seconds, "1d", 86400},
        {units_parse_seconds, "1.5", 1.5},
        {units_parse_seconds, ".5", 0.5},
        {units_parse_seconds, "-1s", NAN},
        {units_parse_seconds, "1e999", NAN},
        {units_parse_seconds, "1e-999", NAN},
        {units_parse_seconds, "1e308min", NAN},
        {units_parse_fraction, "2%", 0.02},
        {units_parse_fraction, "7 %", 0.07},
        {units_parse_fraction, "0.02", 0.02},
        {units_parse_fraction, "-2%", NAN},
        {units_parse_fraction, "2%%", NAN},
        {units_parse_fraction, "two", NAN},
        {units_parse_fraction, "inf", NAN},
        {units_parse_rate, "100GB/s", 100e9},
        {units_parse_rate, "64GiB/s", 64 * 1073741824.0},
        {units_parse_rate, "1 B/s", 1},
        {units_parse_rate, "100", NAN},
        {units_parse_rate, "100GB", NAN},
        {units_parse_rate, "-1GB/s", NAN},
        {units_parse_double, "-1.25e3", -1250},
        {units_parse_double, "+4", 4},
        {units_parse_double, "", NAN},
        {units_parse_double, "1,5", NAN},
        {units_parse_double, "0x1p3", NAN},
        {units_parse_double, "nan", NAN},
        {units_parse_double, "infinity", NAN},
        {units_parse_double, "--1", NAN},
        {units_parse_double, ".", NAN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value = 12345;
        int status = cases[i].parse(cases[i].text, &value);
        if (isnan(cases[i].value)) {
            CU_ASSERT_EQUAL(status, ERR_CONFIG);
        } else {
            CU_ASSERT_EQUAL(status, 0);
            CU_ASSERT_DOUBLE_EQUAL(value, cases[i].value, fabs(cases[i].value) * DBL_EPSILON);
        }
    }
    double us, ns;
    CU_ASSERT_EQUAL(units_parse_seconds("3us", &us), 0);
    CU_ASSERT_EQUAL(units_parse_seconds("100ns", &ns), 0);
    CU_ASSERT_DOUBLE_EQUAL(us, 3e-6, 1e-20);
    CU_ASSERT_DOUBLE_EQUAL(ns, 1e-7, 1e-21);
}

static void test_units_uint64(void)
{
    static const char *const bad[] = {
        "", "-1", "+1", "1.0", "1e3", "1x", "x", "18446744073709551616", "1 1"};
    uint64_t value;
    CU_ASSERT_EQUAL(units_parse_uint64(" 42 ", &value), 0);
    CU_ASSERT_EQUAL(value, 42);
    CU_ASSERT_EQUAL(units_parse_uint64("18446744073709551615", &value), 0);
    CU_ASSERT_EQUAL(value, UINT64_MAX);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_EQUAL(units_parse_uint64(bad[i], &value), ERR_CONFIG);
}

static void test_units_format(void)
{
    char b[32];
    CU_ASSERT_STRING_EQUAL(units_format_bytes(b, sizeof(b), 0), "0 B");
    CU_ASSERT_STRING_EQUAL(units_format_bytes(b, sizeof(b), 1023), "1023 B");
    CU_ASSERT_STRING_EQUAL(units_format_bytes(b, sizeof(b), 8 << 20), "8 MiB");
    CU_ASSERT_STRING_EQUAL(units_format_bytes(b, sizeof(b), 1536), "1.5 KiB");
    CU_ASSERT_STRING_EQUAL(units_format_bytes(b, sizeof(b), 1048575), "1 MiB");
    CU_ASSERT_STRING_EQUAL(units_format_bytes(b, sizeof(b), UINT64_MAX), "16 EiB");
    CU_ASSERT_STRING_EQUAL(units_format_count(b, sizeof(b), 16800000), "16.8 M");
    CU_ASSERT_STRING_EQUAL(units_format_prefixed(b, sizeof(b), 3.5e9, "Hz"), "3.5 GHz");
    CU_ASSERT_STRING_EQUAL(units_format_prefixed(b, sizeof(b), 1e-7, "s"), "100 ns");
    CU_ASSERT_STRING_EQUAL(units_format_prefixed(b, sizeof(b), 999.96e6, "Hz"), "1 GHz");
    CU_ASSERT_STRING_EQUAL(units_format_prefixed(b, sizeof(b), 4.2857142857e-8, "s"), "42.86 ns");
    CU_ASSERT_STRING_EQUAL(units_format_prefixed(b, sizeof(b), 0, "s"), "0 s");
    CU_ASSERT_STRING_EQUAL(units_format_prefixed(b, sizeof(b), 1e-12, "s"), "0.001 ns");
    CU_ASSERT_STRING_EQUAL(units_format_prefixed(b, sizeof(b), -2.5e13, "B/s"), "-25 TB/s");
    CU_ASSERT_STRING_EQUAL(units_format_prefixed(b, sizeof(b), NAN, "s"), "-");
    CU_ASSERT_STRING_EQUAL(units_format_count(b, sizeof(b), 999), "999");
    CU_ASSERT_STRING_EQUAL(units_format_count(b, sizeof(b), 999999), "1 M");
    CU_ASSERT_STRING_EQUAL(units_format_count(b, sizeof(b), -2500), "-2.5 k");
    CU_ASSERT_STRING_EQUAL(units_format_count(b, sizeof(b), 1e21), "1000 E");
    CU_ASSERT_STRING_EQUAL(units_format_count(b, sizeof(b), NAN), "-");
    CU_ASSERT_STRING_EQUAL(units_format_seconds(b, sizeof(b), 0), "0 ns");
    CU_ASSERT_STRING_EQUAL(units_format_seconds(b, sizeof(b), 2.5e-8), "25 ns");
    CU_ASSERT_STRING_EQUAL(units_format_seconds(b, sizeof(b), 3.25e-5), "32.5 us");
    CU_ASSERT_STRING_EQUAL(units_format_seconds(b, sizeof(b), 0.25), "250 ms");
    CU_ASSERT_STRING_EQUAL(units_format_seconds(b, sizeof(b), 0.99999), "1 s");
    CU_ASSERT_STRING_EQUAL(units_format_seconds(b, sizeof(b), 12.34), "12.3 s");
    CU_ASSERT_STRING_EQUAL(units_format_seconds(b, sizeof(b), 59.99), "1 min 0 s");
    CU_ASSERT_STRING_EQUAL(units_format_seconds(b, sizeof(b), 80), "1 min 20 s");
    CU_ASSERT_STRING_EQUAL(units_format_seconds(b, sizeof(b), 7500), "2 h 5 min");
    CU_ASSERT_STRING_EQUAL(units_format_seconds(b, sizeof(b), INFINITY), "-");
    CU_ASSERT_STRING_EQUAL(units_format_bytes(b, 3, 8 << 20), "8 ");
}

/* ---- expr ---- */

static void test_expr_values(void)
{
    static const struct {
        const char *text;
        double n, value; /* NaN: undefined at n */
    } cases[] = {
        {"2*n^3", 4, 128},       {"3*8*n^2", 64, 98304},  {"n", 7, 7},
        {" 1 + 2 * 3 ", 0, 7},   {"(1+2)*3", 0, 9},       {"2^3^2", 0, 512},
        {"-n^2", 3, -9},         {"2^-1", 0, 0.5},        {"--2", 0, 2},
        {"1-2-3", 0, -4},        {"8/4/2", 0, 1},         {"2*-3", 0, -6},
        {"n*log2(n)", 8, 24},    {"min(n, 3)", 5, 3},     {"min(3, n)", 5, 3},
        {"max(n,3)", 5, 5},      {"max(3,n)", 5, 5},      {"ceil(n/2)", 5, 3},
        {"floor(n/2)", 5, 2},    {"1.5e2+.5", 0, 150.5},  {"+n", 3, 3},
        {"1/n", 0, NAN},         {"max(1/n, 3)", 0, NAN}, {"(1/n)^0", 0, NAN},
        {"log2(n)", 0, NAN},     {"log2(n)", -1, NAN},    {"(0-1)^0.5", 0, NAN},
        {"1e200*1e200", 0, NAN}, {"n", NAN, NAN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct expr *e = NULL;
        struct err err = {0};
        CU_ASSERT_EQUAL_FATAL(expr_alloc(&e, cases[i].text, &err), 0);
        CU_ASSERT_STRING_EQUAL(expr_text(e), cases[i].text);
        double value = expr_value(e, cases[i].n);
        if (isnan(cases[i].value))
            CU_ASSERT_TRUE(isnan(value))
        else
            CU_ASSERT_DOUBLE_EQUAL(value, cases[i].value, 0);
        expr_free(e);
    }
    expr_free(NULL);
}

static void test_expr_refused(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "formula '': value expected at column 1"},
        {"2*", "formula '2*': value expected at column 3"},
        {"2*n)", "formula '2*n)': unexpected character at column 4"},
        {"(2*n", "formula '(2*n': ')' expected at column 5"},
        {"2*m", "formula '2*m': unknown name at column 3"},
        {"nn", "formula 'nn': unknown name at column 1"},
        {"2 n", "formula '2 n': unexpected character at column 3"},
        {"log2 n", "formula 'log2 n': '(' expected at column 6"},
        {"min(n)", "formula 'min(n)': ',' expected at column 6"},
        {"log2(n,2)", "formula 'log2(n,2)': ')' expected at column 7"},
        {"*2", "formula '*2': unexpected character at column 1"},
        {"0x10", "formula '0x10': decimal number expected at column 1"},
        {"1e999", "formula '1e999': number out of range at column 1"},
        {"2^", "formula '2^': value expected at column 3"},
        {"2+$", "formula '2+$': unexpected character at column 3"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct expr *e = NULL;
        struct err err = {0};
        CU_ASSERT_EQUAL(expr_alloc(&e, cases[i].text, &err), ERR_CONFIG);
        CU_ASSERT_STRING_EQUAL(err.text, cases[i].message);
        CU_ASSERT_PTR_NULL(e);
    }
}

/* `levels` pairs of parentheses around n. */
static int nested(int levels, struct err *err)
{
    char text[400];
    memset(text, '(', (size_t)levels);
    text[levels] = 'n';
    memset(text + levels + 1, ')', (size_t)levels);
    text[2 * levels + 1] = '\0';
    struct expr *e = NULL;
    int status = expr_alloc(&e, text, err);
    expr_free(e);
    return status;
}

static void test_expr_limits(void)
{
    struct err err = {0};
    CU_ASSERT_EQUAL(nested(64, &err), 0);
    CU_ASSERT_EQUAL(nested(65, &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "nested too deeply at column 66");
    /* The deepest stack: sum, product and power wait at every level. */
    struct str s;
    str_init(&s);
    for (int i = 0; i < 32; i++)
        str_add(&s, "1+1*1^(");
    str_add(&s, "n");
    for (int i = 0; i < 32; i++)
        str_add(&s, ")");
    struct expr *e = NULL;
    err_clear(&err);
    CU_ASSERT_EQUAL_FATAL(expr_alloc(&e, s.data, &err), 0);
    CU_ASSERT_EQUAL(expr_value(e, 3), 2);
    expr_free(e);
    str_clear(&s);
    for (int i = 0; i < 2000; i++)
        str_add(&s, "1+");
    str_add(&s, "1");
    CU_ASSERT_EQUAL_FATAL(expr_alloc(&e, s.data, &err), 0);
    CU_ASSERT_EQUAL(expr_value(e, 3), 2001);
    expr_free(e);
    str_addf(&s, "%100s", "1");
    CU_ASSERT_EQUAL(expr_alloc(&e, s.data, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "formula is longer than 4096 characters");
    str_release(&s);
}

static void test_expr_memory(void)
{
    int failures = 0;
    for (long nth = 0;; nth++) {
        struct expr *e = NULL;
        struct err err = {0};
        alloc_fail_at(nth);
        int status = expr_alloc(&e, "1+2+3+4+5+6+7+8+9+10", &err);
        alloc_fail_at(-1);
        if (status == 0) {
            CU_ASSERT_EQUAL(expr_value(e, 1), 55);
            expr_free(e);
            break;
        }
        CU_ASSERT_EQUAL(status, ERR_NOMEM);
        CU_ASSERT_STRING_EQUAL(err.text, "out of memory while reading a formula");
        failures++;
    }
    CU_ASSERT_EQUAL(failures, 4);
}

/* ---- cpu ---- */

static void test_cpu(void)
{
    double wall = cpu_wall_seconds(), user = cpu_user_seconds();
    CU_ASSERT_TRUE(wall > 0);
    usleep(2000);
    CU_ASSERT_TRUE(cpu_wall_seconds() - wall >= 0.002);
    CU_ASSERT_TRUE(cpu_wall_seconds() - wall < 60);
    volatile double x = 1;
    while (cpu_user_seconds() <= user && cpu_wall_seconds() - wall < 60)
        x = x * 1.0000001;
    CU_ASSERT_TRUE(cpu_user_seconds() > user);
    uint64_t peak = cpu_peak_memory();
    size_t size = (size_t)64 << 20;
    CU_ASSERT_TRUE(peak > 100000);
    volatile char *block = malloc(size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(block);
    for (size_t i = 0; i < size; i += 1024)
        block[i] = 1;
    free((void *)block);
    CU_ASSERT_TRUE(cpu_peak_memory() >= size);
    char *host = cpu_host_description();
    CU_ASSERT_PTR_NOT_NULL_FATAL(host);
    CHECK_STRING_CONTAINS(host, " core");
    CHECK_STRING_CONTAINS(host, "iB");
    CU_ASSERT_PTR_NULL(strchr(host, '\n'));
    free(host);
    alloc_fail_at(0);
    CU_ASSERT_PTR_NULL(cpu_host_description());
    alloc_fail_at(-1);
}

static const struct unit_test tests[] = {
    {"err: first cause, prefix, errno", test_err_set},
    {"err: long messages are cut", test_err_long},
    {"err: texts and exit statuses", test_err_map},
    {"str: growing", test_str},
    {"str: out of memory", test_str_memory},
    {"str: nearest word", test_str_nearest},
    {"units: bytes", test_units_bytes},
    {"units: hertz, seconds, fractions, rates, numbers", test_units_doubles},
    {"units: whole numbers", test_units_uint64},
    {"units: text for people", test_units_format},
    {"expr: values", test_expr_values},
    {"expr: mistakes", test_expr_refused},
    {"expr: limits", test_expr_limits},
    {"expr: out of memory", test_expr_memory},
    {"cpu: time, memory, host", test_cpu},
    {"hash: FIPS 180-4 examples, files", test_hash},
    {"path: data files", test_path_data},
    {"path: reading", test_path_read},
    {"path: writing", test_path_write},
    {"path: directories", test_path_directory},
    {"yaml: tree", test_yaml_tree},
    {"yaml: refused documents", test_yaml_refused},
    {"yaml: unknown keys", test_yaml_keys},
    {"yaml: typed values", test_yaml_values},
    {"yaml: limits", test_yaml_limits},
    {"yaml: out of memory", test_yaml_memory},
    {"table: text", test_table_text},
    {"table: JSON and CSV", test_table_data},
    {"table: errors", test_table_errors},
    {"table: out of memory", test_table_memory},
    {"json: numbers, intervals, errors", test_json},
    {"progress: plain lines", test_progress_plain},
    {"progress: bar on a terminal", test_progress_bar},
};

static void *jansson_malloc(size_t size)
{
    return malloc(size);
}

/* With the argument "path-data" the program prints a data path and ends: test_path_data runs a
 * copy of it in another place. */
int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "path-data") == 0) {
        char *path = path_data(argv[2], argv[3]);
        puts(path != NULL ? path : "(none)");
        free(path);
        return 0;
    }
    json_set_alloc_funcs(jansson_malloc, free);
    strcpy(directory, "/tmp/rung-base.XXXXXX");
    if (mkdtemp(directory) == NULL)
        return 99;
    int status = unit_main("base", tests, sizeof(tests) / sizeof(tests[0]), argc, argv);
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", directory);
    if (system(command) != 0)
        return 99;
    return status;
}
