/* sim: what is counted, and that modes, intervals and repetitions do not change it. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "sim/lines.h"
#include "sim/sim.h"
#include "tests/unit/unit.h"

static char *gemm; /* path of the guest, found once */

static int run_on(const char *name, const char *size, enum timing_mode mode, uint64_t interval,
                  uint64_t limit, struct sim_result *result, struct err *err)
{
    const char *argv[] = {"gemm", size};
    struct machine *machine = NULL;
    if (mode != TIMING_MODE_emulation && machine_load(&machine, name, err) != 0)
        return err->code;
    struct sim_options options = {.elf = gemm,
                                  .argc = 2,
                                  .argv = argv,
                                  .mode = mode,
                                  .machine = machine,
                                  .interval = interval,
                                  .max_instructions = limit,
                                  .out_fd = -1,
                                  .err_fd = -1};
    int rc = sim_run(&options, result, err);
    machine_free(machine);
    return rc;
}

static int run(const char *size, enum timing_mode mode, uint64_t interval, uint64_t limit,
               struct sim_result *result, struct err *err)
{
    return run_on("small", size, mode, interval, limit, result, err);
}

/* Instructions of gemm's kernel, from its disassembly: 6 in the inner loop, 11 around it,
 * 8 in the outer one, 14 before and behind. */
static uint64_t gemm_instructions(uint64_t n)
{
    return 6 * n * n * n + 11 * n * n + 8 * n + 14;
}

static void counts_the_region(void)
{
    struct sim_result r;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(run("24", TIMING_MODE_emulation, 0, 0, &r, &err), 0);
    CU_ASSERT_EQUAL(r.end.kind, EMU_EXITED);
    CU_ASSERT_EQUAL(r.end.exit_code, 0);
    CU_ASSERT_TRUE(r.had_roi);
    CU_ASSERT_EQUAL(r.counter[COUNTER_instructions], gemm_instructions(24));
    CU_ASSERT_TRUE(r.instructions_total > r.counter[COUNTER_instructions]);
    CU_ASSERT_EQUAL(r.counter[COUNTER_cycles], 0);
    sim_result_release(&r);
}

static void modes_retire_the_same(void)
{
    struct sim_result a, b, c;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(run("32", TIMING_MODE_emulation, 0, 0, &a, &err), 0);
    CU_ASSERT_EQUAL_FATAL(run("32", TIMING_MODE_timing, 0, 0, &b, &err), 0);
    CU_ASSERT_EQUAL_FATAL(run("32", TIMING_MODE_timing, 0, 0, &c, &err), 0);
    CU_ASSERT_EQUAL(a.stream_hash, b.stream_hash);
    CU_ASSERT_EQUAL(a.instructions_total, b.instructions_total);
    CU_ASSERT_EQUAL(a.counter[COUNTER_instructions], b.counter[COUNTER_instructions]);
    CU_ASSERT_EQUAL(a.counter[COUNTER_branches_taken], b.counter[COUNTER_branches_taken]);
    CU_ASSERT_TRUE(b.counter[COUNTER_cycles] > 0);
    CU_ASSERT_EQUAL(memcmp(b.counter, c.counter, sizeof b.counter), 0);
    CU_ASSERT_EQUAL(memcmp(b.cpi_stack, c.cpi_stack, sizeof b.cpi_stack), 0);
    uint64_t cycles = 0;
    for (int i = 0; i < CPI_PART_MAX; i++)
        cycles += b.cpi_stack[i];
    CU_ASSERT_EQUAL(cycles, b.counter[COUNTER_cycles]);
    sim_result_release(&a);
    sim_result_release(&b);
    sim_result_release(&c);
}

static void other_sizes_have_other_streams(void)
{
    struct sim_result a, b;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(run("8", TIMING_MODE_emulation, 0, 0, &a, &err), 0);
    CU_ASSERT_EQUAL_FATAL(run("9", TIMING_MODE_emulation, 0, 0, &b, &err), 0);
    CU_ASSERT_NOT_EQUAL(a.stream_hash, b.stream_hash);
    sim_result_release(&a);
    sim_result_release(&b);
}

/* Rows are cumulative, each is the first block's end at or behind its place, and there are
 * enough of them in short runs too. */
static void traces_by_interval(void)
{
    struct sim_result r;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(run("48", TIMING_MODE_timing, 5000, 0, &r, &err), 0);
    uint64_t total = r.counter[COUNTER_instructions];
    CU_ASSERT_EQUAL(r.trace.interval, 5000);
    CU_ASSERT_EQUAL_FATAL(r.trace.n_rows, total / 5000);
    for (size_t i = 0; i < r.trace.n_rows; i++) {
        const uint64_t *row = r.trace.row + i * COUNTER_MAX;
        uint64_t due = 5000 * (i + 1);
        CU_ASSERT_TRUE(row[COUNTER_instructions] >= due);
        CU_ASSERT_TRUE(row[COUNTER_instructions] < due + 32);
        for (int c = 0; c < COUNTER_MAX && i > 0; c++)
            CU_ASSERT_TRUE(row[c] >= row[c - (int)COUNTER_MAX]);
    }
    sim_result_release(&r);
    CU_ASSERT_EQUAL_FATAL(run("24", TIMING_MODE_emulation, 0, 0, &r, &err), 0);
    CU_ASSERT_EQUAL(r.trace.n_rows, r.counter[COUNTER_instructions] / 1024);
    sim_result_release(&r);
    CU_ASSERT_EQUAL_FATAL(run("96", TIMING_MODE_emulation, 0, 0, &r, &err), 0);
    CU_ASSERT_EQUAL(r.trace.interval, 4096);
    CU_ASSERT_EQUAL(r.trace.n_rows, r.counter[COUNTER_instructions] / 4096);
    sim_result_release(&r);
}

/* When rows are taken changes nothing else. */
static void an_interval_changes_nothing(void)
{
    for (int mode = 0; mode < TIMING_MODE_MAX; mode++) {
        struct sim_result a, b;
        struct err err = {0};
        CU_ASSERT_EQUAL_FATAL(run("72", (enum timing_mode)mode, 0, 0, &a, &err), 0);
        CU_ASSERT_EQUAL_FATAL(run("72", (enum timing_mode)mode, 777, 0, &b, &err), 0);
        CU_ASSERT_EQUAL(memcmp(a.counter, b.counter, sizeof a.counter), 0);
        CU_ASSERT_EQUAL(memcmp(a.cpi_stack, b.cpi_stack, sizeof a.cpi_stack), 0);
        CU_ASSERT_EQUAL(memcmp(&a.reuse, &b.reuse, sizeof a.reuse), 0);
        CU_ASSERT_EQUAL(a.stream_hash, b.stream_hash);
        CU_ASSERT_EQUAL(a.hot[0].executions, b.hot[0].executions);
        sim_result_release(&a);
        sim_result_release(&b);
    }
}

/* gemm's kernel reads two numbers for each step of its inner loop and writes the results; of
 * the lines that it touches all are cold once. */
static void measures_reuse(void)
{
    struct sim_result r;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(run("24", TIMING_MODE_timing, 0, 0, &r, &err), 0);
    CU_ASSERT_EQUAL(r.reuse.accesses, r.counter[COUNTER_loads] + r.counter[COUNTER_stores]);
    CU_ASSERT_EQUAL(r.reuse.rate, 1);
    CU_ASSERT_EQUAL(r.reuse.cold, 3 * 24 * 24 * 8 / 64);
    sim_result_release(&r);
    CU_ASSERT_EQUAL_FATAL(run("24", TIMING_MODE_emulation, 0, 0, &r, &err), 0);
    CU_ASSERT_EQUAL(r.reuse.accesses, 0);
    sim_result_release(&r);
}

static void finds_hot_blocks(void)
{
    struct sim_result r;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(run("40", TIMING_MODE_emulation, 0, 0, &r, &err), 0);
    CU_ASSERT_TRUE_FATAL(r.n_hot > 1);
    CHECK_STRING_CONTAINS(r.hot[0].symbol, "kernel+");
    CU_ASSERT_EQUAL(r.hot[0].n_insn, 6);
    uint64_t sum = 0;
    for (size_t i = 0; i < r.n_hot; i++) {
        CU_ASSERT_TRUE(i == 0 || r.hot[i].instructions <= r.hot[i - 1].instructions);
        sum += r.hot[i].instructions;
    }
    CU_ASSERT_EQUAL(sum, r.counter[COUNTER_instructions]);
    sim_result_release(&r);
}

/* What the blocks took adds up to the cycles, and what each lost to what it took. */
static void divides_cycles_among_blocks(void)
{
    static const enum timing_mode modes[] = {TIMING_MODE_timing, TIMING_MODE_fast_timing,
                                             TIMING_MODE_sampled};
    for (size_t m = 0; m < 3; m++) {
        struct sim_result r;
        struct err err = {0};
        double cycles = 0, in_order = INFINITY;
        CU_ASSERT_EQUAL_FATAL(run_on("m2", "72", modes[m], 0, 0, &r, &err), 0);
        CU_ASSERT_TRUE_FATAL(r.n_hot > 1 && r.n_hot < SIM_HOT_BLOCKS); /* so these are all */
        for (size_t i = 0; i < r.n_hot; i++) {
            const struct sim_hot_block *h = &r.hot[i];
            double parts = 0;
            for (int p = 0; p < CPI_PART_MAX; p++)
                parts += h->part[p];
            if (h->bound >= 0)
                CU_ASSERT_DOUBLE_EQUAL(parts, h->cycles, 1e-6 * h->cycles);
            CU_ASSERT_TRUE(h->cycles <= in_order);
            in_order = h->cycles;
            cycles += h->cycles;
        }
        CU_ASSERT_DOUBLE_EQUAL(cycles, (double)r.counter[COUNTER_cycles], 1e-3);
        sim_result_release(&r);
    }
}

/* gemm's inner loop adds up in a register: each fmadd waits for the one before. */
static void says_what_bounds_a_block(void)
{
    struct sim_result r;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(run_on("m2", "64", TIMING_MODE_timing, 0, 0, &r, &err), 0);
    const struct sim_hot_block *h = &r.hot[0];
    CU_ASSERT_EQUAL(h->bound, CPI_dependency);
    CHECK_STRING_CONTAINS(h->bound_insn, "fmadd");
    CU_ASSERT_EQUAL(h->producer_pc, h->bound_pc);
    CU_ASSERT_STRING_EQUAL(h->producer_insn, h->bound_insn);
    CU_ASSERT_TRUE(h->bound_pc >= h->pc && h->bound_pc < h->pc + 4 * h->n_insn);
    CU_ASSERT_TRUE(h->bound_cycles > 0.5 * h->cycles && h->bound_cycles <= h->cycles);
    CHECK_STRING_CONTAINS(h->source, "problems/dense/gemm.c:");
    sim_result_release(&r);
    CU_ASSERT_EQUAL_FATAL(run("24", TIMING_MODE_emulation, 0, 0, &r, &err), 0);
    CU_ASSERT_EQUAL(r.hot[0].bound, -1);
    CU_ASSERT_EQUAL(r.hot[0].cycles, 0);
    CHECK_STRING_CONTAINS(r.hot[0].source, "problems/dense/gemm.c:");
    sim_result_release(&r);
}

/* A program without debug information, or no program at all, has no lines. */
static void finds_lines_or_none(void)
{
    char text[24];
    struct lines *lines = lines_alloc(gemm);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    lines_find(lines, 0, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "");
    lines_free(lines);
    CU_ASSERT_PTR_NULL(lines_alloc("/nowhere/x.elf"));
    CU_ASSERT_PTR_NULL(lines_alloc("/dev/null"));
    strcpy(text, "old");
    lines_find(NULL, 0x400000, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "");
    lines_free(NULL);
}

static void a_limit_is_a_result(void)
{
    struct sim_result r;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(run("64", TIMING_MODE_emulation, 0, 500000, &r, &err), 0);
    CU_ASSERT_EQUAL(r.end.kind, EMU_LIMIT);
    CU_ASSERT_TRUE(r.instructions_total >= 500000 && r.instructions_total < 510000);
    sim_result_release(&r);
}

static void refuses_what_it_cannot_run(void)
{
    struct sim_result r;
    struct err err = {0};
    const char *argv[] = {"x"};
    struct sim_options o = {
        .elf = "/nowhere/x.elf", .argc = 1, .argv = argv, .out_fd = -1, .err_fd = -1};
    CU_ASSERT_EQUAL(sim_run(&o, &r, &err), ERR_DATA);
    CHECK_STRING_CONTAINS(err.text, "'/nowhere/x.elf'");
    sim_result_release(&r);
    err_clear(&err);
    o.elf = gemm;
    o.mode = TIMING_MODE_timing;
    CU_ASSERT_EQUAL(sim_run(&o, &r, &err), ERR_USAGE);
    CHECK_STRING_CONTAINS(err.text, "needs a machine");
    sim_result_release(&r);
}

static const struct unit_test tests[] = {
    {"counts the region of interest", counts_the_region},
    {"every mode retires the same", modes_retire_the_same},
    {"other sizes have other streams", other_sizes_have_other_streams},
    {"traces by interval", traces_by_interval},
    {"an interval changes nothing", an_interval_changes_nothing},
    {"measures reuse distances", measures_reuse},
    {"finds the hot blocks", finds_hot_blocks},
    {"divides cycles among blocks", divides_cycles_among_blocks},
    {"says what bounds a block", says_what_bounds_a_block},
    {"finds source lines or none", finds_lines_or_none},
    {"a limit is a result", a_limit_is_a_result},
    {"refuses what it cannot run", refuses_what_it_cannot_run},
};

int main(int argc, char **argv)
{
    gemm = path_data("problems", "gemm.elf");
    if (gemm == NULL)
        return 99;
    int status = unit_main("sim", tests, sizeof tests / sizeof tests[0], argc, argv);
    free(gemm);
    return status;
}
