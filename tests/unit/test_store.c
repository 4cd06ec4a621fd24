#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* For the check that no identifier stays open, and how a trace is kept. */
#include "store/store_priv.h"
#include "base/path.h"
#include "store/store.h"
#include "tests/unit/unit.h"

enum { ROWS = 5 };

static char folder[] = "/tmp/rung-store.XXXXXX";
static char study[48];

static const struct store_head head = {
    .study_name = "first",
    .study_yaml = "study: first\nproblems: [gemm]\n",
    .tool_version = "0.1.0",
    .tool_commit = "abc",
    .host = "a host",
};

static uint64_t trace[ROWS * COUNTER_MAX];
static const struct store_hot hot[2] = {
    {.pc = 0x400100,
     .n_insn = 7,
     .executions = 262144,
     .instructions = 1835008,
     .cycles = 1000.5,
     .part = {[CPI_base] = 100, [CPI_dram] = 900.5},
     .symbol = "main+0x40",
     .source = "gemm.c:21",
     .bound = "dram",
     .bound_pc = 0x400108,
     .bound_insn = "ldr d1, [x2]",
     .bound_cycles = 900,
     .producer_pc = 0x400104,
     .producer_insn = "add x2, x2, x3"},
    {.pc = 0x400200, .n_insn = 3, .executions = 5, .instructions = 15, .symbol = ""},
};

static struct store_run make_run(const char *id, double n, const char *variant)
{
    struct store_run run = {.elf = "gemm.elf",
                            .arguments = "64",
                            .machine_text = "rob: 630\nl2.size: 16777216\n",
                            .created = "2025-01-01T00:00:00Z",
                            .host = "a host",
                            .model_version = 3,
                            .stream_hash = 0xfedcba9876543210u,
                            .trace_interval = 1000,
                            .n_trace = ROWS,
                            .trace = trace,
                            .reuse = {.accesses = 1000,
                                      .count = {[0] = 700.5, [30] = 199.5},
                                      .error = {[30] = 2.5},
                                      .cold = 100,
                                      .cold_error = 1.5,
                                      .rate = 0.015625,
                                      .n_bins = 31},
                            .n_hot = 2,
                            .hot = hot};
    store_row_clear(&run.row);
    strcpy(run.row.id, id);
    strcpy(run.row.simulator, "rung");
    strcpy(run.row.problem, "gemm");
    strcpy(run.row.problem_class, "dense");
    run.row.n = n;
    run.row.work = n * n * n;
    strcpy(run.row.mode, "timing");
    strcpy(run.row.machine, "m2");
    strcpy(run.row.variant, variant);
    strcpy(run.row.status, "ok");
    run.row.exit_code = 0;
    run.row.instructions_total = 123456;
    for (int c = 0; c < COUNTER_MAX; c++)
        run.row.counter[c] = 1000.0 * c + n;
    run.row.wall_seconds = 0.25;
    memset(run.elf_hash, 'a', 64);
    for (int i = 0; i < ROWS; i++)
        for (int c = 0; c < COUNTER_MAX; c++)
            trace[i * COUNTER_MAX + c] = (uint64_t)(i + 1) * 1000 + (uint64_t)c;
    for (int p = 0; p < CPI_PART_MAX; p++)
        run.cpi_stack[p] = (uint64_t)p * 10;
    return run;
}

static void fresh(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s/first.h5*", folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void write_run(const char *id, double n, const char *variant)
{
    struct err err = {0};
    struct store_run run = make_run(id, n, variant);
    CU_ASSERT_EQUAL(store_write_run(study, &run, &err), 0);
    CU_ASSERT_STRING_EQUAL(err.text, "");
}

static struct store_assembled assemble(void)
{
    struct err err = {0};
    struct store_assembled result;
    CU_ASSERT_EQUAL(store_assemble(study, &head, &result, &err), 0);
    CU_ASSERT_STRING_EQUAL(err.text, "");
    return result;
}

static struct store *open_study(void)
{
    struct err err = {0};
    struct store *s = NULL;
    CU_ASSERT_EQUAL_FATAL(store_open(&s, study, &err), 0);
    return s;
}

/* HDF5 counts every open file, dataset, group, type and attribute of this process. */
static void check_nothing_open(void)
{
    CU_ASSERT_EQUAL(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

static void test_round_trip(void)
{
    struct err err = {0};
    fresh();
    write_run("00000000000000aa", 64, "base");
    CU_ASSERT_TRUE(store_has_run_file(study, "00000000000000aa"));
    CU_ASSERT_FALSE(store_has_run_file(study, "00000000000000ab"));
    struct store_assembled result = assemble();
    CU_ASSERT_EQUAL(result.added, 1);
    CU_ASSERT_EQUAL(result.kept, 0);
    CU_ASSERT_FALSE(store_has_run_file(study, "00000000000000aa"));

    struct store *s = open_study();
    CU_ASSERT_EQUAL(store_count(s), 1);
    CU_ASSERT_STRING_EQUAL(store_study_name(s), "first");
    CU_ASSERT_STRING_EQUAL(store_study_yaml(s), head.study_yaml);
    CU_ASSERT_STRING_EQUAL(store_attribute(s, "host"), "a host");
    CU_ASSERT_STRING_EQUAL(store_attribute(s, "tool_commit"), "abc");
    CU_ASSERT_STRING_EQUAL(store_attribute(s, "nonsense"), "");
    CU_ASSERT_EQUAL(strlen(store_attribute(s, "created")), 20);
    CU_ASSERT_PTR_NULL(store_row(s, 1));

    struct store_run want = make_run("00000000000000aa", 64, "base"), got;
    CU_ASSERT_EQUAL_FATAL(store_read_run(s, "00000000000000aa", &got, &err), 0);
    CU_ASSERT_EQUAL(memcmp(&got.row, &want.row, sizeof(want.row)), 0);
    CU_ASSERT_EQUAL(memcmp(store_row(s, 0), &want.row, sizeof(want.row)), 0);
    CU_ASSERT_STRING_EQUAL(got.elf_hash, want.elf_hash);
    CU_ASSERT_STRING_EQUAL(got.elf, "gemm.elf");
    CU_ASSERT_STRING_EQUAL(got.machine_text, want.machine_text);
    CU_ASSERT_STRING_EQUAL(got.arguments, "64");
    CU_ASSERT_STRING_EQUAL(got.message, "");
    CU_ASSERT_STRING_EQUAL(got.created, want.created);
    CU_ASSERT_EQUAL(got.stream_hash, want.stream_hash);
    CU_ASSERT_EQUAL(got.model_version, 3);
    CU_ASSERT_EQUAL(got.trace_interval, 1000);
    CU_ASSERT_EQUAL_FATAL(got.n_trace, ROWS);
    CU_ASSERT_EQUAL(memcmp(got.trace, trace, sizeof(trace)), 0);
    CU_ASSERT_EQUAL(memcmp(got.cpi_stack, want.cpi_stack, sizeof(want.cpi_stack)), 0);
    CU_ASSERT_EQUAL_FATAL(got.n_hot, 2);
    CU_ASSERT_EQUAL(got.hot[0].pc, 0x400100);
    CU_ASSERT_EQUAL(got.hot[0].executions, 262144);
    CU_ASSERT_STRING_EQUAL(got.hot[0].symbol, "main+0x40");
    CU_ASSERT_STRING_EQUAL(got.hot[0].source, "gemm.c:21");
    CU_ASSERT_STRING_EQUAL(got.hot[0].bound, "dram");
    CU_ASSERT_STRING_EQUAL(got.hot[0].bound_insn, "ldr d1, [x2]");
    CU_ASSERT_EQUAL(got.hot[0].cycles, 1000.5);
    CU_ASSERT_EQUAL(got.hot[0].part[CPI_dram], 900.5);
    CU_ASSERT_EQUAL(got.hot[0].producer_pc, 0x400104);
    CU_ASSERT_EQUAL(memcmp(&got.reuse, &want.reuse, sizeof got.reuse), 0);
    store_run_release(&got);
    store_close(s);
    check_nothing_open();
}

/* One table: a column a counter, by name, with its unit at the same place of the list. */
static void test_trace_table(void)
{
    char unit[COUNTER_MAX][24];
    hsize_t n = 0;
    fresh();
    write_run("00000000000000aa", 64, "base");
    assemble();
    hid_t file = H5Fopen(study, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t table = H5Dopen2(file, "runs/00000000000000aa/trace", H5P_DEFAULT);
    hid_t type = H5Dget_type(table);
    CU_ASSERT_EQUAL_FATAL(H5Tget_class(type), H5T_COMPOUND);
    CU_ASSERT_EQUAL_FATAL(H5Tget_nmembers(type), COUNTER_MAX);
    hid_t units = H5Aopen(table, "units", H5P_DEFAULT), space = H5Aget_space(units);
    hid_t text = H5Aget_type(units);
    CU_ASSERT_EQUAL(H5Sget_simple_extent_dims(space, &n, NULL), 1);
    CU_ASSERT_EQUAL_FATAL(n, COUNTER_MAX);
    CU_ASSERT_EQUAL_FATAL(H5Tget_size(text), sizeof(unit[0]));
    CU_ASSERT_TRUE_FATAL(H5Aread(units, text, unit) >= 0);
    for (unsigned c = 0; c < COUNTER_MAX; c++) {
        uint64_t column[ROWS];
        hid_t one = H5Tcreate(H5T_COMPOUND, sizeof(uint64_t));
        const char *name = counter_name((enum counter)c);
        CU_ASSERT_STRING_EQUAL(unit[c], counter_unit((enum counter)c));
        CU_ASSERT_EQUAL(H5Tget_member_index(type, name), (int)c);
        H5Tinsert(one, name, 0, H5T_NATIVE_UINT64);
        CU_ASSERT_TRUE(H5Dread(table, one, H5S_ALL, H5S_ALL, H5P_DEFAULT, column) >= 0);
        for (size_t i = 0; i < ROWS; i++)
            CU_ASSERT_EQUAL(column[i], trace[i * COUNTER_MAX + c]);
        H5Tclose(one);
    }
    H5Tclose(text);
    H5Sclose(space);
    H5Aclose(units);
    H5Tclose(type);
    H5Dclose(table);
    H5Fclose(file);
    check_nothing_open();
}

static void test_failed_run(void)
{
    struct err err = {0};
    fresh();
    struct store_run run = make_run("00000000000000af", 64, "base");
    run.n_trace = run.n_hot = 0;
    run.trace = NULL;
    run.hot = NULL;
    run.machine_text = NULL;
    run.message = "memory fault at 0x0, pc 0x400120 (main+0x20)";
    strcpy(run.row.status, "fault");
    for (int c = 0; c < COUNTER_MAX; c++)
        run.row.counter[c] = NAN;
    CU_ASSERT_EQUAL(store_write_run(study, &run, &err), 0);
    assemble();
    struct store *s = open_study();
    struct store_run got;
    CU_ASSERT_EQUAL(store_read_run(s, "00000000000000af", &got, &err), 0);
    CU_ASSERT_STRING_EQUAL(got.message, run.message);
    CU_ASSERT_STRING_EQUAL(got.machine_text, "");
    CU_ASSERT_STRING_EQUAL(got.row.status, "fault");
    CU_ASSERT_TRUE(isnan(got.row.counter[COUNTER_cycles]));
    CU_ASSERT_EQUAL(got.n_trace, 0);
    CU_ASSERT_EQUAL(got.n_hot, 0);
    store_run_release(&got);
    CU_ASSERT_EQUAL(store_read_run(s, "ffff", &got, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "no run 'ffff'");
    store_run_release(&got);
    store_close(s);
    check_nothing_open();
}

static void test_incremental(void)
{
    fresh();
    CU_ASSERT_EQUAL(assemble().added, 0); /* an empty study opens */
    struct store *s = open_study();
    CU_ASSERT_EQUAL(store_count(s), 0);
    CU_ASSERT_PTR_NULL(store_find(s, "00"));
    store_close(s);

    write_run("00000000000000b2", 128, "base");
    write_run("00000000000000b1", 64, "rob=192");
    CU_ASSERT_EQUAL(assemble().added, 2);
    write_run("00000000000000b3", 64, "base");
    struct store_assembled result = assemble();
    CU_ASSERT_EQUAL(result.added, 1);
    CU_ASSERT_EQUAL(result.kept, 2);
    CU_ASSERT_EQUAL(result.replaced, 0);

    /* Sorted by size, then variant. */
    s = open_study();
    CU_ASSERT_EQUAL_FATAL(store_count(s), 3);
    CU_ASSERT_STRING_EQUAL(store_row(s, 0)->id, "00000000000000b3");
    CU_ASSERT_STRING_EQUAL(store_row(s, 1)->id, "00000000000000b1");
    CU_ASSERT_STRING_EQUAL(store_row(s, 2)->id, "00000000000000b2");
    CU_ASSERT_PTR_EQUAL(store_find(s, "00000000000000b1"), store_row(s, 1));
    CU_ASSERT_PTR_NULL(store_find(s, "00000000000000b")); /* three of them */
    CU_ASSERT_PTR_NULL(store_find(s, ""));
    CU_ASSERT_PTR_NULL(store_find(s, "ff"));
    store_close(s);

    /* Nothing new: the file is not even touched. */
    struct stat before, after;
    CU_ASSERT_EQUAL(stat(study, &before), 0);
    CU_ASSERT_EQUAL(assemble().kept, 3);
    CU_ASSERT_EQUAL(stat(study, &after), 0);
    CU_ASSERT_EQUAL(before.st_ino, after.st_ino);
    check_nothing_open();
}

static void test_replace(void)
{
    fresh();
    write_run("00000000000000c1", 64, "base");
    write_run("00000000000000c9", 96, "base");
    assemble();
    /* The same design point from another program: a new id. */
    write_run("00000000000000c2", 64, "base");
    struct store_assembled result = assemble();
    CU_ASSERT_EQUAL(result.added, 1);
    CU_ASSERT_EQUAL(result.replaced, 1);
    CU_ASSERT_EQUAL(result.kept, 1);
    struct store *s = open_study();
    CU_ASSERT_EQUAL(store_count(s), 2);
    CU_ASSERT_PTR_NULL(store_find(s, "00000000000000c1"));
    CU_ASSERT_PTR_NOT_NULL(store_find(s, "00000000000000c2"));
    CU_ASSERT_FALSE(store_h5_exists(store_h5_file(s), "runs/00000000000000c1"));
    store_close(s);

    /* The same run once more, as a killed driver leaves it: nothing changes. */
    write_run("00000000000000c2", 64, "base");
    result = assemble();
    CU_ASSERT_EQUAL(result.added, 0);
    CU_ASSERT_EQUAL(result.replaced, 0);
    CU_ASSERT_EQUAL(result.kept, 2);

    /* The same id with another outcome (a run tried again), and two at once. */
    struct err err = {0};
    struct store_run run = make_run("00000000000000c2", 64, "base");
    run.row.wall_seconds = 9;
    CU_ASSERT_EQUAL(store_write_run(study, &run, &err), 0);
    usleep(20000); /* the later file is the newer run */
    write_run("00000000000000c3", 64, "base");
    result = assemble();
    CU_ASSERT_EQUAL(result.added, 1);
    CU_ASSERT_EQUAL(result.replaced, 2);
    CU_ASSERT_EQUAL(result.kept, 1);
    s = open_study();
    CU_ASSERT_EQUAL(store_count(s), 2);
    CU_ASSERT_PTR_NOT_NULL(store_find(s, "00000000000000c3"));
    CU_ASSERT_FALSE(store_h5_exists(store_h5_file(s), "runs/00000000000000c2"));
    store_close(s);
    check_nothing_open();
}

static void write_garbage(const char *name, size_t size)
{
    FILE *file = fopen(name, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    for (size_t i = 0; i < size; i++)
        fputc((int)(i * 7919 % 251), file);
    fclose(file);
}

static void test_damaged_run_file(void)
{
    char name[128];
    fresh();
    write_run("00000000000000d1", 64, "base");
    write_run("00000000000000d2", 96, "base");
    snprintf(name, sizeof(name), "%s.runs/00000000000000d1.h5", study);
    write_garbage(name, 3000);
    snprintf(name, sizeof(name), "%s.runs/00000000000000d9.h5.17-0.tmp", study);
    write_garbage(name, 100); /* what a killed worker leaves */
    struct store_assembled result = assemble();
    CU_ASSERT_EQUAL(result.added, 1);
    CU_ASSERT_EQUAL(result.damaged, 1);
    CHECK_STRING_CONTAINS(result.first_damaged, "00000000000000d1.h5.damaged");
    CU_ASSERT_EQUAL(access(result.first_damaged, F_OK), 0);
    CU_ASSERT_NOT_EQUAL(access(name, F_OK), 0);
    check_nothing_open();
}

/* Expects store_open() to fail with ERR_DATA and a message with `part` and the file's name. */
static void check_open_fails(const char *path, const char *part)
{
    struct err err = {0};
    struct store *s = NULL;
    CU_ASSERT_EQUAL(store_open(&s, path, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, path);
    CHECK_STRING_CONTAINS(err.text, part);
    CU_ASSERT_PTR_NULL(s);
}

static void test_bad_files(void)
{
    char name[64];
    fresh();
    snprintf(name, sizeof(name), "%s/bad.h5", folder);
    check_open_fails("/nonexistent/x.h5", "cannot read");
    write_garbage(name, 5000);
    check_open_fails(name, "is no HDF5 file");
    write_garbage(name, 0);
    check_open_fails(name, "is no HDF5 file");
    check_open_fails(folder, "is no HDF5 file");

    hid_t file = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    check_open_fails(name, "is HDF5 without checksums of its metadata (superblock version 0)");
    hid_t access = store_h5_access();
    file = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Fclose(file);
    H5Pclose(access);
    check_open_fails(name, "is no rung study");
    file = H5Fopen(name, H5F_ACC_RDWR, H5P_DEFAULT);
    store_h5_write_text(file, "schema", "rung-study");
    store_h5_write_uint(file, "version", 99);
    H5Fclose(file);
    check_open_fails(name, "version 99 of the schema is not known");
    file = H5Fopen(name, H5F_ACC_RDWR, H5P_DEFAULT);
    store_h5_write_uint(file, "version", STORE_SCHEMA_VERSION);
    H5Fclose(file);
    check_open_fails(name, "no study text");
    check_nothing_open();
}

/* A file of an earlier or later version may have other columns: what is missing is NaN, what
 * is unknown is left alone. */
static void test_other_columns(void)
{
    struct old_row {
        double news, n;
        char problem[80], id[STORE_ID_SIZE];
    } old = {.news = 1, .n = 64, .problem = "gemm", .id = "00000000000000aa"};
    static const struct store_field fields[] = {
        {"news", STORE_REAL, offsetof(struct old_row, news), sizeof(double)},
        {"n", STORE_REAL, offsetof(struct old_row, n), sizeof(double)},
        {"problem", STORE_TEXT, offsetof(struct old_row, problem), 80},
        {"id", STORE_TEXT, offsetof(struct old_row, id), STORE_ID_SIZE},
    };
    fresh();
    write_run("00000000000000aa", 64, "base");
    assemble();
    hid_t file = H5Fopen(study, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t disk = store_h5_compound(fields, 4, sizeof(old), true);
    hid_t memory = store_h5_compound(fields, 4, sizeof(old), false);
    CU_ASSERT_EQUAL(store_h5_write_rows(file, "summary", disk, memory, &old, 1), 0);
    H5Tclose(disk);
    H5Tclose(memory);
    H5Fclose(file);
    struct store *s = open_study();
    const struct store_row *row = store_find(s, "00000000000000aa");
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    CU_ASSERT_STRING_EQUAL(row->problem, "gemm");
    CU_ASSERT_EQUAL(row->n, 64);
    CU_ASSERT_STRING_EQUAL(row->variant, "");
    CU_ASSERT_TRUE(isnan(row->counter[COUNTER_cycles]));
    CU_ASSERT_TRUE(isnan(row->wall_seconds));
    store_close(s);
    check_nothing_open();
}

/* Truncated anywhere or with a byte changed anywhere, a file is read as it was or refused. */
static void test_truncated(void)
{
    char name[64], *bytes = NULL;
    size_t len = 0;
    struct err err = {0};
    fresh();
    write_run("00000000000000e1", 64, "base");
    assemble();
    snprintf(name, sizeof(name), "%s/cut.h5", folder);
    CU_ASSERT_EQUAL_FATAL(path_read(study, 1 << 24, &bytes, &len, &err), 0);
    for (size_t cut = 0; cut < len; cut += 1 + len / 40) {
        CU_ASSERT_EQUAL(path_write_atomic(name, bytes, cut, &err), 0);
        check_open_fails(name, cut < 48 ? "is no HDF5 file" : "damaged");
    }
    int refused = 0;
    for (size_t at = 0; at < len; at += 1 + len / 150) {
        struct store *s = NULL;
        struct store_run run, want = make_run("00000000000000e1", 64, "base");
        bytes[at] ^= 0x55;
        CU_ASSERT_EQUAL(path_write_atomic(name, bytes, len, &err), 0);
        bytes[at] ^= 0x55;
        struct err open_err = {0};
        int rc = store_open(&s, name, &open_err);
        if (rc == 0) {
            rc = store_read_run(s, "00000000000000e1", &run, &open_err);
            if (rc == 0) {
                CU_ASSERT_EQUAL(memcmp(&run.row, &want.row, sizeof(run.row)), 0);
                CU_ASSERT_TRUE(run.n_trace == ROWS &&
                               memcmp(run.trace, trace, sizeof(trace)) == 0);
            }
            store_run_release(&run);
        }
        if (rc != 0) {
            refused++;
            CU_ASSERT_EQUAL(rc, ERR_DATA);
            CHECK_STRING_CONTAINS(open_err.text, name);
        }
        store_close(s);
    }
    CU_ASSERT_TRUE(refused > 20);
    free(bytes);
    check_nothing_open();
}

static void test_probe(void)
{
    struct err err = {0};
    char name[64];
    fresh();
    CU_ASSERT_EQUAL(store_probe(study, &err), 0);
    CU_ASSERT_NOT_EQUAL(access(study, F_OK), 0);
    snprintf(name, sizeof(name), "%s.runs", study);
    CU_ASSERT_NOT_EQUAL(access(name, F_OK), 0);
    assemble();
    CU_ASSERT_EQUAL(store_probe(study, &err), 0);

    CU_ASSERT_EQUAL(store_probe("/nonexistent/x.h5", &err), ERR_CONFIG);
    CU_ASSERT_STRING_EQUAL(err.text,
                           "cannot write '/nonexistent/x.h5': No such file or directory");
    err_clear(&err);
    CU_ASSERT_EQUAL(store_probe(folder, &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "Is a directory");
    err_clear(&err);
    snprintf(name, sizeof(name), "%s/notes.txt", folder);
    write_garbage(name, 10);
    CU_ASSERT_EQUAL(store_probe(name, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "is no HDF5 file");
    err_clear(&err);
    /* The folder of runs is a file. */
    fresh();
    snprintf(name, sizeof(name), "%s.runs", study);
    write_garbage(name, 10);
    CU_ASSERT_EQUAL(store_probe(study, &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "Not a directory");
    err_clear(&err);
    struct store_run run = make_run("00000000000000f1", 64, "base");
    CU_ASSERT_EQUAL(store_write_run(study, &run, &err), ERR_IO);
    err_clear(&err);
    CU_ASSERT_EQUAL(store_assemble(study, &head, NULL, &err), ERR_DATA);
    err_clear(&err);
    strcpy(run.row.id, "../../etc");
    CU_ASSERT_EQUAL(store_write_run(study, &run, &err), ERR_INTERNAL);
    check_nothing_open();
}

static void test_lock(void)
{
    struct err err = {0};
    struct store_lock *first = NULL, *second = NULL;
    char name[64], who[64];
    fresh();
    CU_ASSERT_EQUAL_FATAL(store_lock_alloc(&first, study, &err), 0);
    CU_ASSERT_EQUAL(store_lock_alloc(&second, study, &err), ERR_CONFIG);
    snprintf(who, sizeof(who), "is in use by process %ld on ", (long)getpid());
    CHECK_STRING_CONTAINS(err.text, who);
    CU_ASSERT_PTR_NULL(second);
    err_clear(&err);

    /* Tables are not written while a driver runs. */
    const double real[] = {1};
    const struct store_column column[] = {{.name = "x", .real = real}};
    const struct store_table table = {
        .name = "checks", .n_rows = 1, .n_columns = 1, .column = column};
    CU_ASSERT_EQUAL(store_write_tables(study, &table, 1, &err), ERR_CONFIG);
    err_clear(&err);
    store_lock_free(first);
    snprintf(name, sizeof(name), "%s.lock", study);
    CU_ASSERT_NOT_EQUAL(access(name, F_OK), 0);
    CU_ASSERT_EQUAL(store_lock_alloc(&second, study, &err), 0);
    store_lock_free(second);
    store_lock_free(NULL);
    CU_ASSERT_EQUAL(store_lock_alloc(&first, "/nonexistent/x.h5", &err), ERR_CONFIG);
    CHECK_STRING_CONTAINS(err.text, "/nonexistent/x.h5.lock");
    err_clear(&err);
    CU_ASSERT_EQUAL(store_write_tables(study, &table, 1, &err), ERR_DATA); /* no study yet */
    check_nothing_open();
}

static void test_tables(void)
{
    struct err err = {0};
    const char *const problem[] = {"gemm", NULL, "stencil7"};
    const double slope[] = {1.5, NAN, -3};
    const struct store_column column[] = {{.name = "problem", .text = problem},
                                          {.name = "slope", .unit = "cycles", .real = slope}};
    const struct store_value value[] = {{.name = "level", .real = 0.95},
                                        {.name = "method", .text = "bca"}};
    const struct store_table table[] = {
        {.name = "fits/ladder",
         .n_rows = 3,
         .n_columns = 2,
         .n_values = 2,
         .column = column,
         .value = value},
        {.name = "checks", .n_rows = 0, .n_columns = 2, .column = column},
    };
    bool found = true;
    struct store_table got;
    fresh();
    write_run("00000000000000a1", 64, "base");
    assemble();
    struct store *s = open_study();
    CU_ASSERT_EQUAL(store_read_table(s, "fits/ladder", &got, &found, &err), ERR_DATA);
    CU_ASSERT_FALSE(found);
    CHECK_STRING_CONTAINS(err.text, "has no table 'fits/ladder'");
    err_clear(&err);
    store_table_release(&got);
    store_close(s);

    /* Twice: the second time replaces. */
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(store_write_tables(study, table, 2, &err), 0);
    s = open_study();
    CU_ASSERT_EQUAL(store_count(s), 1);
    CU_ASSERT_EQUAL_FATAL(store_read_table(s, "fits/ladder", &got, &found, &err), 0);
    CU_ASSERT_TRUE(found);
    CU_ASSERT_EQUAL_FATAL(got.n_rows, 3);
    CU_ASSERT_EQUAL_FATAL(got.n_columns, 2);
    CU_ASSERT_STRING_EQUAL(got.column[0].name, "problem");
    CU_ASSERT_PTR_NULL(got.column[0].real);
    CU_ASSERT_STRING_EQUAL(got.column[0].text[0], "gemm");
    CU_ASSERT_STRING_EQUAL(got.column[0].text[1], "");
    CU_ASSERT_STRING_EQUAL(got.column[0].text[2], "stencil7");
    CU_ASSERT_STRING_EQUAL(got.column[1].unit, "cycles");
    CU_ASSERT_EQUAL(got.column[1].real[0], 1.5);
    CU_ASSERT_TRUE(isnan(got.column[1].real[1]));
    CU_ASSERT_EQUAL_FATAL(got.n_values, 2);
    CU_ASSERT_STRING_EQUAL(got.value[0].name, "level");
    CU_ASSERT_EQUAL(got.value[0].real, 0.95);
    CU_ASSERT_STRING_EQUAL(got.value[1].text, "bca");
    store_table_release(&got);
    CU_ASSERT_EQUAL_FATAL(store_read_table(s, "checks", &got, NULL, &err), 0);
    CU_ASSERT_EQUAL(got.n_rows, 0);
    CU_ASSERT_EQUAL(got.n_columns, 2);
    store_table_release(&got);
    CU_ASSERT_EQUAL(store_read_table(s, "runs", &got, &found, &err), ERR_DATA); /* no table */
    CU_ASSERT_TRUE(found);
    store_table_release(&got);
    store_close(s);

    /* A table without columns is refused, and nothing of the call remains. */
    const struct store_table wrong[] = {table[1], {.name = "bad"}};
    err_clear(&err);
    CU_ASSERT_EQUAL(store_write_tables(study, wrong, 2, &err), ERR_INTERNAL);
    s = open_study();
    CU_ASSERT_FALSE(store_h5_exists(store_h5_file(s), "bad"));
    store_close(s);
    /* Taking in more runs keeps the tables. */
    write_run("00000000000000a2", 96, "base");
    assemble();
    s = open_study();
    CU_ASSERT_EQUAL(store_count(s), 2);
    CU_ASSERT_EQUAL(store_read_table(s, "fits/ladder", &got, NULL, &err), 0);
    CU_ASSERT_EQUAL(got.n_rows, 3);
    store_table_release(&got);
    store_close(s);
    check_nothing_open();
}

/* ---- damage ------------------------------------------------------------------------------
 */

#if H5_VERSION_GE(1, 10, 5) /* before, nobody tells where a chunk is */
enum { SUMMARY_ROWS = 900 };

/* What store_verify() tells, by what is wrong. */
struct told {
    size_t summary, alone, differ;
};

static void listen(void *data, const char *part, const char *what)
{
    struct told *t = data;
    t->summary += strcmp(part, "the summary") == 0;
    t->alone += strcmp(what, "it stands in the summary alone") == 0;
    t->differ += strcmp(what, "it is not what the summary says") == 0;
}

/* Makes the summary longer than a chunk by rows without a run, of the study's three runs the last
 * one at its end, the second with another problem; damages the second chunk.  Returns how many
 * rows a chunk has. */
static size_t damage_summary(void)
{
    struct store_row *row = NULL, *many = calloc(SUMMARY_ROWS, sizeof(*many));
    size_t n = 0;
    hsize_t chunk = 0, at = 0, size = 0;
    haddr_t address = 0;
    hid_t access = store_h5_access(), file = H5Fopen(study, H5F_ACC_RDWR, access);
    CU_ASSERT_TRUE_FATAL(file >= 0 && many != NULL);
    CU_ASSERT_EQUAL_FATAL(store_rows_read(file, &row, &n), 0);
    CU_ASSERT_EQUAL_FATAL(n, 3);
    for (size_t i = 0; i < SUMMARY_ROWS; i++) {
        many[i] = row[i < 2 ? i : 2];
        if (i >= 2 && i + 1 < SUMMARY_ROWS)
            snprintf(many[i].id, sizeof(many[i].id), "%016zx", 4096 + i);
    }
    strcpy(many[1].problem, "other");
    CU_ASSERT_EQUAL(store_rows_write(file, many, SUMMARY_ROWS), 0);
    hid_t table = H5Dopen2(file, "summary", H5P_DEFAULT), list = H5Dget_create_plist(table);
    hid_t space = H5Dget_space(table);
    unsigned mask;
    CU_ASSERT_EQUAL(H5Pget_chunk(list, 1, &chunk), 1);
    CU_ASSERT_TRUE_FATAL(chunk > 2 && 3 * chunk < SUMMARY_ROWS);
    CU_ASSERT_EQUAL(H5Fflush(file, H5F_SCOPE_GLOBAL), 0);
    CU_ASSERT_EQUAL(H5Dget_chunk_info(table, space, 1, &at, &mask, &address, &size), 0);
    CU_ASSERT_EQUAL(at, chunk);
    H5Sclose(space);
    H5Pclose(list);
    H5Dclose(table);
    H5Fclose(file);
    H5Pclose(access);
    int fd = open(study, O_RDWR);
    char byte = 0;
    CU_ASSERT_EQUAL(pread(fd, &byte, 1, (off_t)(address + size / 2)), 1);
    byte = (char)~byte;
    CU_ASSERT_EQUAL(pwrite(fd, &byte, 1, (off_t)(address + size / 2)), 1);
    close(fd);
    free(many);
    free(row);
    return (size_t)chunk;
}

/* A summary of which a part is damaged loses the rows of that part and no others. */
static void test_salvage(void)
{
    struct store_verified v;
    struct told told = {0};
    struct err err = {0};
    char saved[64];
    snprintf(saved, sizeof(saved), "%s/first.h5-saved", folder);
    fresh();
    write_run("00000000000000a1", 8, "base");
    write_run("00000000000000a2", 16, "base");
    write_run("00000000000000a3", 24, "base");
    assemble();
    const double reals[] = {2.5, NAN};
    const struct store_column column = {.name = "value", .real = reals};
    const struct store_table table = {
        .name = "fits/ladder", .n_rows = 2, .n_columns = 1, .column = &column};
    CU_ASSERT_EQUAL(store_write_tables(study, &table, 1, &err), 0);
    size_t chunk = damage_summary();
    CU_ASSERT_EQUAL(store_verify(study, saved, listen, &told, &v, &err), 0);
    CU_ASSERT_EQUAL(v.lost, chunk);
    CU_ASSERT_EQUAL(v.runs, SUMMARY_ROWS - chunk);
    CU_ASSERT_EQUAL(v.whole, 2); /* the first and the last */
    CU_ASSERT_EQUAL(v.damaged, v.runs - 2);
    CU_ASSERT_EQUAL(v.parts, 0);
    CU_ASSERT_EQUAL(told.summary, 1);
    CU_ASSERT_EQUAL(told.differ, 1);
    CU_ASSERT_EQUAL(told.alone, v.damaged - 1);
    struct store *s = NULL;
    struct store_table read = {.name = NULL};
    CU_ASSERT_EQUAL_FATAL(store_open(&s, saved, &err), 0);
    CU_ASSERT_EQUAL(store_count(s), 2);
    CU_ASSERT_PTR_NOT_NULL(store_find(s, "00000000000000a1"));
    CU_ASSERT_PTR_NOT_NULL(store_find(s, "00000000000000a3"));
    CU_ASSERT_EQUAL(store_read_table(s, "fits/ladder", &read, NULL, &err), 0);
    CU_ASSERT_TRUE(read.n_rows == 2 && read.column[0].real[0] == 2.5);
    store_table_release(&read);
    store_close(s);
    CU_ASSERT_EQUAL(store_verify(saved, NULL, NULL, NULL, &v, &err), 0);
    CU_ASSERT_TRUE(v.whole == 2 && v.damaged + v.lost + v.parts == 0);
    check_nothing_open();
}
#endif

static const struct unit_test tests[] = {
    {"a run comes back as it was written", test_round_trip},
    {"a trace is one table with units", test_trace_table},
    {"a failed run", test_failed_run},
    {"runs are added to what is there", test_incremental},
    {"a newer run of a design point replaces the older", test_replace},
    {"a damaged run file is set aside", test_damaged_run_file},
    {"files that are no studies", test_bad_files},
    {"a summary with other columns", test_other_columns},
    {"truncated and changed files", test_truncated},
    {"an output that cannot be written", test_probe},
    {"the lock", test_lock},
    {"tables of results", test_tables},
#if H5_VERSION_GE(1, 10, 5)
    {"what is whole of a damaged file", test_salvage},
#endif
};

/* HDF5 itself loses memory when it meets a damaged file.  Our own identifiers are counted by
 * check_nothing_open(). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5\n";
}

int main(int argc, char **argv)
{
    if (mkdtemp(folder) == NULL)
        return 99;
    snprintf(study, sizeof(study), "%s/first.h5", folder);
    int rc = unit_main("store", tests, sizeof(tests) / sizeof(tests[0]), argc, argv);
    char command[64];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command) == 0 ? rc : 1;
}
