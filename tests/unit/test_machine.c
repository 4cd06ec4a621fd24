/* Machine descriptions: reading, ranges, overrides, canonical text, every error. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "base/path.h"
#include "base/str.h"
#include "timing/machine.h"
#include "tests/unit/unit.h"

static struct machine *load(const char *name)
{
    struct machine *m = NULL;
    struct err err = {0};
    if (machine_load(&m, name, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        CU_FAIL_FATAL("a shipped machine does not load");
    }
    return m;
}

/* The canonical text of `small` with each line that begins with "key:" replaced by `line`
 * (NULL: left out), as a heap string. */
static char *edited(const char *key, const char *line)
{
    struct machine *m = load("small");
    struct str s;
    str_init(&s);
    for (const char *p = machine_text(m); *p != '\0';) {
        size_t len = strcspn(p, "\n");
        size_t key_len = strlen(key);
        if (strncmp(p, key, key_len) != 0 || p[key_len] != ':')
            str_addf(&s, "%.*s\n", (int)len, p);
        else if (line != NULL)
            str_addf(&s, "%s\n", line);
        p += len + 1;
    }
    machine_free(m);
    return str_detach(&s);
}

static void expect_error(const char *text, const char *part)
{
    struct machine *m = NULL;
    struct err err = {0};
    int rc = machine_parse(&m, "x.yaml", text, strlen(text), &err);
    CU_ASSERT_EQUAL(rc, ERR_CONFIG);
    CU_ASSERT_PTR_NULL(m);
    CHECK_STRING_CONTAINS(err.text, "'x.yaml'");
    CHECK_STRING_CONTAINS(err.text, part);
    if (strstr(err.text, part) == NULL)
        fprintf(stderr, "message: %s\nwanted: %s\n", err.text, part);
    machine_free(m);
}

static void expect_edit_error(const char *key, const char *line, const char *part)
{
    char *text = edited(key, line);
    expect_error(text, part);
    free(text);
}

static void test_shipped(void)
{
    struct machine *m2 = load("m2"), *m2sim = load("m2sim"), *small = load("small");
    CU_ASSERT_STRING_EQUAL(machine_name(m2), "m2");
    CU_ASSERT_EQUAL(machine_value(m2, "l2.size"), 16 << 20);
    CU_ASSERT_EQUAL(machine_value(m2, "issue"), 0);
    CU_ASSERT_EQUAL(machine_value(m2, "class.nop.port"), -1);
    CU_ASSERT(fabs(machine_value(m2, "dram.latency") - 100e-9) < 1e-20);
    CU_ASSERT(isnan(machine_value(m2, "l2")));
    CU_ASSERT_EQUAL(machine_value(m2sim, "issue"), 1);
    CU_ASSERT_EQUAL(machine_value(m2sim, "width.issue"), 8);
    CU_ASSERT_EQUAL(machine_value(m2sim, "l1d.size"), 32 << 10);
    CU_ASSERT_EQUAL(machine_value(m2sim, "l1d.latency"), 1);
    CU_ASSERT_EQUAL(machine_value(m2sim, "l2.size"), 256 << 10);
    CU_ASSERT_EQUAL(machine_value(m2sim, "l2.latency"), 10);
    CU_ASSERT_EQUAL(machine_value(m2sim, "mispredict"), 12);
    CU_ASSERT_EQUAL(machine_value(small, "width.dispatch"), 2);
    CU_ASSERT(strlen(machine_description(small)) > 0);
    machine_free(m2);
    machine_free(m2sim);
    machine_free(small);
}

static void test_text_round_trip(void)
{
    static const char *const names[] = {"icestorm", "m2", "m2sim", "small"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct machine *m = load(names[i]), *again = NULL, *copy = NULL;
        struct err err = {0};
        const char *text = machine_text(m);
        CU_ASSERT_EQUAL(machine_parse(&again, "again", text, strlen(text), &err), 0);
        CU_ASSERT_STRING_EQUAL(err.text, "");
        CU_ASSERT_PTR_NOT_NULL_FATAL(again);
        CU_ASSERT_STRING_EQUAL(machine_text(again), text);
        CU_ASSERT_EQUAL(machine_copy(&copy, m, &err), 0);
        CU_ASSERT_STRING_EQUAL(machine_text(copy), text);
        machine_free(m);
        machine_free(again);
        machine_free(copy);
    }
}

static void test_set(void)
{
    struct machine *m = load("m2");
    struct err err = {0};
    CU_ASSERT_EQUAL(machine_set(m, "l2.size", "8MiB", &err), 0);
    CU_ASSERT_EQUAL(machine_value(m, "l2.size"), 8 << 20);
    CHECK_STRING_CONTAINS(machine_text(m), "\nl2.size: 8MiB\n");
    CU_ASSERT_EQUAL(machine_set(m, "issue", "in-order", &err), 0);
    CU_ASSERT_EQUAL(machine_set(m, "class.fp_add.port", "fpx", &err), 0);
    CU_ASSERT_EQUAL(machine_set(m, "clock", "2GHz", &err), 0);
    CU_ASSERT_EQUAL(machine_set(m, "fusion", "false", &err), 0);
    CHECK_STRING_CONTAINS(machine_text(m), "\nfusion: no\n");
    CU_ASSERT_EQUAL(machine_check(m, &err), 0);
    CU_ASSERT_EQUAL(machine_set(m, "l2.sise", "8MiB", &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "unknown key 'l2.sise' (did you mean 'l2.size'?)");
    err_clear(&err);
    CU_ASSERT_EQUAL(machine_set(m, "something.else", "1", &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "unknown key 'something.else'");
    err_clear(&err);
    CU_ASSERT_EQUAL(machine_set(m, "rob", "0", &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'rob' must be 1 to 4096 (count), not '0'");
    CU_ASSERT_EQUAL(machine_value(m, "rob"), 630);
    err_clear(&err);
    CU_ASSERT_EQUAL(machine_set(m, "rob", "many", &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'rob' must be a number (count), not 'many'");
    err_clear(&err);
    CU_ASSERT_EQUAL(machine_set(m, "issue", "sideways", &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text,
                           "'issue' must be one of out-of-order, in-order, not 'sideways'");
    err_clear(&err);
    CU_ASSERT_EQUAL(machine_set(m, "l2.size", "2GiB", &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'l2.size' must be 4KiB to 1GiB (bytes), not '2GiB'");
    machine_free(m);
}

static void test_params(void)
{
    struct machine *m = load("small");
    char buffer[64];
    struct machine_param p;
    for (size_t i = 0; i < machine_param_count(); i++) {
        CU_ASSERT_EQUAL_FATAL(machine_param(i, &p), 0);
        double value = machine_value(m, p.name);
        CU_ASSERT(value >= p.min && value <= p.max);
        CU_ASSERT(isnan(p.standard) || (p.standard >= p.min && p.standard <= p.max));
        CU_ASSERT(strlen(p.text) > 0);
        /* What is printed reads back as the same value. */
        struct err err = {0};
        machine_param_format(m, i, buffer, sizeof buffer);
        CU_ASSERT_EQUAL(machine_set(m, p.name, buffer, &err), 0);
        CU_ASSERT_EQUAL(machine_value(m, p.name), value);
    }
    CU_ASSERT_EQUAL(machine_param(machine_param_count(), &p), ERR_DATA);
    CU_ASSERT_STRING_EQUAL(machine_param_format(m, 100000, buffer, sizeof buffer), "");
    machine_free(m);
}

/* rung-machine(5) has an item for every parameter and class, with its default. */
static void test_page(void)
{
    char *path = str_format("%s/man/rung-machine.5", RUNG_SOURCE_DIR), *page = NULL;
    size_t len;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(path_read(path, 1 << 20, &page, &len, &err), 0);
    for (size_t i = 0; i < machine_param_count(); i++) {
        struct machine_param p;
        CU_ASSERT_EQUAL_FATAL(machine_param(i, &p), 0);
        size_t name = strlen("class.");
        char item[128];
        if (strncmp(p.name, "class.", name) != 0)
            snprintf(item, sizeof item, "\n.It Cm %s\n", p.name);
        else
            snprintf(item, sizeof item, "\n.It Cm %.*s\n", (int)strcspn(p.name + name, "."),
                     p.name + name);
        CU_ASSERT_PTR_NOT_NULL(strstr(page, item));
        if (strstr(page, item) == NULL)
            fprintf(stderr, "not documented: %s\n", p.name);
    }
    free(page);
    free(path);
}

static const char *remark_of(const struct machine_remarks *r, const char *name)
{
    struct machine_param p;
    for (size_t i = 0; machine_param(i, &p) == 0; i++)
        if (strcmp(p.name, name) == 0)
            return machine_remark(r, i);
    return NULL;
}

/* Every parameter of the machines that are shipped has a source, or says that it has none. */
static void test_remarks(void)
{
    static const struct {
        const char *machine, *name, *remark;
    } cases[] = {
        {"m2", "l1d.ways", "[A]"},
        {"m2", "l1i.line", "[S] size; ways and line [A]"},
        {"m2", "ports.mul", "[F]"},
        {"m2", "predictor.longest", "estimate"},
        {"m2", "class.alu.latency", "[F]"},
        {"m2", "class.div64.busy", "7 to 9 by the operands; [F]"},
        {"m2", "class.load_vec.latency", "estimate"},
        {"m2", "class.alu.busy", "default"},
        {"m2", "slc.size", "M2 system cache, AnandTech 2022"},
        {"m2sim", "predictor.base",
         "estimate: [M] has a tournament of 4096-entry tables"},
        {"m2sim", "class.mul.latency",
         "[M] for the classes that it names, estimate for the others"},
        {"m2sim", "ports.alu", "[M], estimate"},
        {"small", "clock", "estimate"},
        {"small", "mispredict", "eight-stage pipeline; estimate"},
        {"small", "l1d.latency", "[A55]"},
        {"small", "class.mul.latency", "estimate"},
    };
    static const char *const names[] = {"m2", "m2sim", "small"};
    struct err err = {0};
    for (size_t k = 0; k < 3; k++) {
        struct machine_remarks *r = NULL;
        CU_ASSERT_EQUAL_FATAL(machine_remarks_alloc(&r, names[k], &err), 0);
        CU_ASSERT_STRING_EQUAL(machine_name(machine_remarks_machine(r)), names[k]);
        CU_ASSERT_PTR_NOT_NULL(strstr(machine_remarks_head(r), "Sources:"));
        for (size_t i = 0; i < machine_param_count(); i++)
            CU_ASSERT_STRING_NOT_EQUAL(machine_remark(r, i), "");
        CU_ASSERT_STRING_EQUAL(machine_remark(r, machine_param_count()), "");
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            if (strcmp(cases[i].machine, names[k]) == 0) {
                const char *remark = remark_of(r, cases[i].name);
                CU_ASSERT_PTR_NOT_NULL_FATAL(remark);
                CU_ASSERT_STRING_EQUAL(remark, cases[i].remark);
                if (strcmp(remark, cases[i].remark) != 0)
                    fprintf(stderr, "%s: '%s'\n", cases[i].name, remark);
            }
        machine_remarks_free(r);
    }
    struct machine_remarks *r = NULL;
    CU_ASSERT_EQUAL(machine_remarks_alloc(&r, "no-such-machine", &err), ERR_CONFIG);
    CU_ASSERT_PTR_NULL(r);
}

/* For people; machine_text, which runs are known by, spells the same values its own way. */
static void test_show(void)
{
    static const struct {
        const char *name, *shown, *text;
    } cases[] = {
        {"clock", "3.5 GHz", "3.5e+09Hz"},
        {"dram.latency", "100 ns", "1.0000000000000001e-07s"},
        {"dram.bandwidth", "100 GB/s", "1e+11B/s"},
        {"l1i.size", "192 KiB", "192KiB"},
        {"l1d.latency", "4 cycles", "4"},
        {"l2.interval", "1 cycle", "1"},
        {"rob", "630", "630"},
        {"fusion", "yes", "yes"},
    };
    struct machine *m = NULL;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(machine_load(&m, "m2", &err), 0);
    for (size_t i = 0; i < machine_param_count(); i++) {
        struct machine_param p;
        char text[64];
        CU_ASSERT_EQUAL_FATAL(machine_param(i, &p), 0);
        for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
            if (strcmp(cases[k].name, p.name) == 0) {
                CU_ASSERT_STRING_EQUAL(
                    machine_param_show(i, machine_value(m, p.name), text, sizeof text),
                    cases[k].shown);
                CU_ASSERT_STRING_EQUAL(machine_param_format(m, i, text, sizeof text),
                                       cases[k].text);
            }
    }
    char text[64];
    CU_ASSERT_STRING_EQUAL(machine_param_show(machine_param_count(), 1, text, sizeof text), "");
    CU_ASSERT_STRING_EQUAL(machine_param_show(0, NAN, text, sizeof text), "");
    machine_free(m);
}

static void test_file_errors(void)
{
    struct machine *m = NULL;
    struct err err = {0};
    CU_ASSERT_EQUAL(machine_load(&m, "m3", &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "unknown machine 'm3'");
    CU_ASSERT_PTR_NULL(m);
    err_clear(&err);
    CU_ASSERT_EQUAL(machine_load(&m, "/nonexistent/x.yaml", &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "/nonexistent/x.yaml");
    expect_error("[a, b]\n", "a machine is a map");
    expect_error("name: [x\n", "not YAML");
    expect_error("rob: 3\nrobb: 4\n", "'x.yaml':2: unknown key 'robb' (did you mean 'rob'?)");
    expect_error("l2:\n  size: 8MiB\n  wais: 4\n",
                 "'x.yaml':3: unknown key 'l2.wais' (did you mean 'l2.ways'?)");
    expect_error("rob: [3]\n", "'x.yaml':1: 'rob' must be one value");
    expect_error("l2: {size: 8MiB}\nl2.size: 4MiB\n",
                 "'x.yaml':2: 'l2.size' stands already in line 1");
    expect_error("\n\nrob: 5000\n", "'x.yaml':3: 'rob' must be 1 to 4096 (count), not '5000'");
    expect_error("clock: fast\n", "'clock' must be a number (hertz), not 'fast'");
    expect_error("fusion: maybe\n", "'fusion' must be one of no, yes, not 'maybe'");
    expect_error("class: {load: {port: lood}}\n", "'class.load.port' must be one of none, alu");
    expect_error("name: \"a\\nb\"\n", "'name' must be one line");
    expect_error("name: [x]\n", "name");
    expect_error("rob: 3\n", "'name' is missing");
    expect_error("rob: 96\nname: Big One\n", ":2: 'name' must be of lower case letters");
    expect_error("name: x\n", "'clock' is missing");
}

static void test_file_combinations(void)
{
    expect_edit_error("l1d.line", "l1d.line: 48", "'l1d.line' must be a power of two, not 48");
    expect_edit_error("l2.ways", "l2.ways: 7",
                      "'l2.size' of 524288 bytes is not a multiple of 7");
    expect_edit_error("l2.size", "l2.size: 16KiB", "'l2.size' is smaller than 'l1d.size'");
    expect_edit_error("l2.line", "l2.line: 32", "'l2.line' is shorter than 'l1d.line'");
    expect_edit_error("l2.prefetch.kind", "l2.prefetch.kind: stride",
                      "'l2.prefetch.kind' cannot be 'stride': L2 sees no instructions");
    expect_edit_error("l1d.prefetch.kind", "l1d.prefetch.kind: far",
                      "'l1d.prefetch.kind' must be one of none, next-line, stride, stream");
    expect_edit_error("l1d.prefetch.entries", "l1d.prefetch.entries: 48",
                      "'l1d.prefetch.entries' must be a power of two");
    expect_edit_error("l2.prefetch.degree", "l2.prefetch.degree: 9",
                      "'l2.prefetch.degree' must be 1 to 8 (count), not '9'");
    expect_edit_error("l2.prefetch.distance", "l2.prefetch.distance: 0",
                      "'l2.prefetch.distance' must be 1 to 256 (count), not '0'");
    expect_edit_error("registers.fp", "registers.fp: 33",
                      "'registers.fp' must be 0 or 40 and more");
    expect_edit_error("l1i.line", "l1i.line: 128", "'l2.line' is shorter than 'l1i.line'");
    expect_edit_error("l2.latency", "l2.latency: 2", "'l2.latency' is shorter");
    expect_edit_error("ports.load", "ports.load: 3", "'ports.load' is more than 'ports.mem'");
    expect_edit_error("predictor.entries", "predictor.entries: 100",
                      "'predictor.entries' must be a power of two");
    expect_edit_error("predictor.shortest", "predictor.shortest: 64",
                      "'predictor.shortest' must be below");
    expect_edit_error("btb.ways", "btb.ways: 3", "'btb.entries' is not a multiple");
    expect_edit_error("rob", NULL, "'rob' is missing");
    struct machine *m = load("m2");
    struct err err = {0};
    CU_ASSERT_EQUAL(machine_set(m, "slc.latency", "17", &err), 0);
    CU_ASSERT_EQUAL(machine_check(m, &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text, "'slc.latency' is shorter than 'l2.latency'");
    machine_free(m);
}

static void test_cache_levels(void)
{
    struct machine *m = load("m2");
    struct machine_cache c;
    CU_ASSERT_EQUAL(machine_cache(m, 0, &c), ERR_DATA);
    CU_ASSERT_EQUAL(machine_cache(m, 1, &c), 0);
    CU_ASSERT_STRING_EQUAL(c.name, "l1d");
    CU_ASSERT_EQUAL(c.sets, 256); /* 128 KiB / (8 ways x 64 bytes) */
    CU_ASSERT_EQUAL(machine_cache(m, 2, &c), 0);
    CU_ASSERT_EQUAL(c.sets, 8192); /* 16 MiB / (16 x 128) */
    CU_ASSERT_EQUAL(machine_cache(m, 3, &c), 0);
    CU_ASSERT_STRING_EQUAL(c.name, "slc");
    CU_ASSERT_EQUAL(machine_cache(m, 4, &c), ERR_DATA);
    machine_free(m);
    m = load("small");
    CU_ASSERT_EQUAL(machine_cache(m, 2, &c), 0);
    CU_ASSERT_EQUAL(machine_cache(m, 3, &c), ERR_DATA);
    machine_free(m);
}

static const struct unit_test tests[] = {
    {"shipped machines", test_shipped},
    {"canonical text reads back", test_text_round_trip},
    {"overrides", test_set},
    {"the list of parameters", test_params},
    {"the manual names every parameter", test_page},
    {"remarks tell the sources", test_remarks},
    {"values for people", test_show},
    {"errors of files", test_file_errors},
    {"parameters that do not go together", test_file_combinations},
    {"cache levels", test_cache_levels},
};

UNIT_MAIN("machine", tests)
