/* The detailed model on tiny kernels whose cycles can be worked out by hand.
 *
 * The first line of code is fetched from memory, so the first dispatch (D) is in cycle
 * D = 100, counted from 0.  An instruction can issue in the cycle of its dispatch, and
 * retires at the earliest in the cycle in which its result can be used.  A run whose last
 * retirement is in cycle c took c + 1 cycles.
 */
#include "config.h"

#include "tests/unit/timing_kernel.h"

enum { D = 100, PC = 0x400000, DATA = 0x10000000 };

/* `n` runs of a block of ten additions, each dependent on the one before or none. */
static struct outcome run_adds(int n, bool dependent, const char *const *changes)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    for (int i = 0; i < 10; i++)
        kernel_op(&k, ISA_CLASS_alu, dependent ? 1 : 1 + i, dependent ? 1 : 20, 21);
    kernel_steps(&k, b, n, false);
    struct outcome o = kernel_run(&k, changes);
    CU_ASSERT_EQUAL(o.counter[COUNTER_instructions], (uint64_t)n * 10);
    kernel_release(&k);
    return o;
}

/* The i-th of N dependent additions issues in cycle D + i and retires one later; the last
 * in D + N. */
static void test_dependent_adds(void)
{
    struct outcome o = run_adds(20, true, NULL);
    expect_cycles("dependent adds", &o, D + 200 + 1);
    CU_ASSERT_EQUAL(o.part[CPI_base], 200 / 8);
    /* The first retires in D + 1 because of fetch; an eighth of a cycle each is base. */
    CU_ASSERT_EQUAL(o.part[CPI_frontend], D + 1);
    CU_ASSERT_EQUAL(o.part[CPI_dependency], 200 - 200 / 8);
    o = run_adds(20, true, CHANGES("class.alu.latency", "3"));
    expect_cycles("dependent adds of three cycles", &o, D + 600 + 1);
}

/* Eight dispatch, issue and retire each cycle: the last eight of N in D + N / 8 - 1, retired
 * one later.  With p ports or w slots, these in place of 8. */
static void test_independent_adds(void)
{
    struct outcome o = run_adds(20, false, NULL);
    expect_cycles("independent adds", &o, D + 200 / 8 + 1);
    o = run_adds(20, false, CHANGES("ports.alu", "4"));
    expect_cycles("adds on four ports", &o, D + 200 / 4 + 1);
    CU_ASSERT(o.part[CPI_port] >= 20);
    o = run_adds(20, false, CHANGES("ports.alu", "3", "rob", "16"));
    expect_cycles("adds on three ports", &o, D + 67 + 1);
    static const char *const widths[] = {"1", "2", "3", "4", "5", "6", "7", "8"};
    for (uint64_t w = 1; w <= 8; w++) {
        uint64_t cycles = (200 + w - 1) / w;
        o = run_adds(20, false, CHANGES("width.dispatch", widths[w - 1]));
        expect_cycles("adds, dispatch width", &o, D + cycles + 1);
        o = run_adds(20, false, CHANGES("width.retire", widths[w - 1]));
        expect_cycles("adds, retirement width", &o, D + cycles + 1);
        o = run_adds(20, false, CHANGES("issue", "in-order", "width.issue", widths[w - 1]));
        expect_cycles("adds in order, issue width", &o, D + cycles + 1);
    }
}

/* A chain of loads through `n_lines` lines, `stride` bytes apart, `rounds` times. */
static struct outcome run_chase(int n_lines, int stride, int rounds, const char *const *changes)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_load(&k, 1, 1, 8);
    for (int r = 0; r < rounds; r++)
        for (int i = 0; i < n_lines; i++) {
            kernel_step(&k, b, false);
            kernel_address(&k, DATA + (uint64_t)i * (uint64_t)stride);
        }
    struct outcome o = kernel_run(&k, changes);
    kernel_release(&k);
    return o;
}

/* The first round is all from memory, 100 cycles a load; the others cost the level that
 * holds the lines.  The first load issues in D. */
static void test_chases(void)
{
    struct outcome o = run_chase(1, 0, 200, NULL);
    expect_cycles("load-use chain", &o, D + 100 + 199 * 4 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l1d_misses], 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l1d_accesses], 200);
    CU_ASSERT(o.part[CPI_l1] > 199 * 4 - 30);
    o = run_chase(16, 64, 20, NULL);
    expect_cycles("chase in L1", &o, D + 16 * 100 + 19 * 16 * 4 + 1);
    /* 32 KiB of 8 ways and 64 sets: nine lines 4 KiB apart share a set and push each other
     * out; L2 has 1024 sets, 16 of which get them. */
    o = run_chase(9, 4096, 20, NULL);
    expect_cycles("chase in L2", &o, D + 9 * 100 + 19 * 9 * 20 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l1d_misses], 180);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l2_misses], 9 + 1); /* and the line of code */
    CU_ASSERT(o.part[CPI_l2] > 19 * 9 * 20 - 40);
    /* 17 lines 64 KiB apart share a set of L2 as well. */
    o = run_chase(17, 65536, 10, NULL);
    expect_cycles("chase in memory", &o, D + 17 * 10 * 100 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_dram_bytes_read], (170 + 1) * 64);
    CU_ASSERT(o.part[CPI_dram] > 17 * 10 * 100 - 40);
    /* The same with a system cache of 4 MiB, 16 ways: 17 lines 64 KiB apart are in sets of
     * their own, 50 cycles away. */
    o = run_chase(17, 65536, 10,
                  CHANGES("slc.size", "4MiB", "slc.latency", "50", "slc.line", "64"));
    expect_cycles("chase in the system cache", &o, D + 17 * 100 + 9 * 17 * 50 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_slc_misses], 17 + 1);
}

/* A walk of 25 cycles for each page of 16 KiB when four pages fit, and 7 from the second
 * buffer. */
static void test_translation(void)
{
    struct outcome o = run_chase(6, 16384, 10,
                                 CHANGES("walk.latency", "25", "dtlb.entries", "4",
                                         "dtlb.ways", "4", "l1d.size", "1MiB", "l1d.ways", "16",
                                         "l2.size", "2MiB"));
    expect_cycles("walks", &o, D + 6 * (100 + 25) + 9 * 6 * (4 + 25) + 1);
    CU_ASSERT(o.part[CPI_tlb] > 9 * 6 * (4 + 25) - 20);
    o = run_chase(6, 16384, 10,
                  CHANGES("walk.latency", "25", "dtlb.entries", "4", "dtlb.ways", "4",
                          "l1d.size", "1MiB", "l1d.ways", "16", "l2.size", "2MiB",
                          "tlb2.entries", "8", "tlb2.ways", "8", "tlb2.latency", "7"));
    expect_cycles("second buffer", &o, D + 6 * (100 + 25) + 9 * 6 * (4 + 7) + 1);
    /* Every page is walked to and every line comes from memory: each has its own part. */
    o = run_chase(17, 65536, 10,
                  CHANGES("walk.latency", "25", "dtlb.entries", "4", "dtlb.ways", "4"));
    expect_cycles("walks and memory", &o, D + 17 * 10 * (100 + 25) + 1);
    CU_ASSERT_EQUAL(o.part[CPI_tlb], 17 * 10 * 25);
    CU_ASSERT(o.part[CPI_dram] > 17 * 10 * 100 - 40);
}

/* Sixteen pairs: x1 to memory and back.  The first store's data are there at its completion,
 * D + 1; each load adds forward.latency, 5, to its store's data. */
static void test_forwarding(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_store(&k, 1, 2, 8);
    kernel_load(&k, 1, 2, 8);
    for (int i = 0; i < 16; i++) {
        kernel_step(&k, b, false);
        kernel_address(&k, DATA);
        kernel_address(&k, DATA);
    }
    struct outcome o = kernel_run(&k, NULL);
    expect_cycles("forwarding", &o, D + 1 + 16 * 5 + 1);
    kernel_release(&k);
}

/* A store of four bytes and a load of the eight around them: the store retires in D + 1, its
 * line is there in D + 100 and written then, so L1D has the bytes from D + 101 on; the load
 * is done 4 later.  A load of other bytes of the granule needs only the line. */
static void test_partial_forwarding(void)
{
    for (int overlap = 0; overlap < 2; overlap++) {
        struct kernel k;
        kernel_init(&k);
        unsigned b = kernel_block(&k, PC);
        kernel_store(&k, 1, 2, 4);
        kernel_load(&k, 3, 2, overlap ? 8 : 4);
        kernel_step(&k, b, false);
        kernel_address(&k, DATA);
        kernel_address(&k, overlap ? DATA : DATA + 4);
        struct outcome o = kernel_run(&k, NULL);
        expect_cycles("partial forwarding", &o, overlap ? D + 101 + 4 + 1 : D + 100 + 1);
        kernel_release(&k);
    }
}

/* Blocks of one division of 40 cycles and 15 no-ops, which depend on nothing.
 *
 * Window 16: a division is dispatched in the cycle after the one before retired: one every
 * 41 cycles.  The last division retires with seven no-ops, the other eight one cycle later:
 * N blocks end in D + 41 (N - 1) + 40 + 1.
 * Window 32: two at a time; the second of a pair is dispatched two cycles after the first. */
static void test_window(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_op(&k, ISA_CLASS_div64, 1, 2, 3);
    for (int i = 0; i < 15; i++)
        kernel_insn(&k, ISA_CLASS_nop);
    kernel_steps(&k, b, 20, false);
    struct outcome o = kernel_run(&k, CHANGES("rob", "16"));
    expect_cycles("window of one block", &o, D + 41 * 19 + 41 + 1);
    /* Each division but the first could be dispatched two cycles after the one before. */
    CU_ASSERT(o.counter[COUNTER_window_full_cycles] >= 19 * 38 &&
              o.counter[COUNTER_window_full_cycles] <= 19 * 41);
    o = kernel_run(&k, CHANGES("rob", "32"));
    expect_cycles("window of two blocks", &o, D + 2 + 41 * 9 + 41 + 1);
    /* Everything fits: 320 instructions at eight a cycle, the last division in D + 38. */
    o = kernel_run(&k, CHANGES("rob", "400"));
    expect_cycles("window of all", &o, D + 38 + 40 + 1 + 1);
    kernel_release(&k);
}

/* The same with additions in place of the no-ops, and registers for 16 and 32 results beside
 * the 32 that hold the program's values: as if the window had these sizes. */
static void test_registers(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_op(&k, ISA_CLASS_div64, 1, 2, 3);
    for (int i = 0; i < 15; i++)
        kernel_op(&k, ISA_CLASS_alu, 4 + i, 2, 3);
    kernel_steps(&k, b, 20, false);
    struct outcome o = kernel_run(&k, CHANGES("rob", "400", "registers.int", "48"));
    expect_cycles("16 results", &o, D + 41 * 19 + 41 + 1);
    CU_ASSERT(o.counter[COUNTER_registers_full_cycles] > 19 * 38);
    CU_ASSERT_EQUAL(o.counter[COUNTER_window_full_cycles], 0);
    o = kernel_run(&k, CHANGES("rob", "400", "registers.int", "64", "registers.fp", "64"));
    expect_cycles("32 results", &o, D + 2 + 41 * 9 + 41 + 1);
    /* General registers are not limited by those for FP; in order they bind as well. */
    o = kernel_run(&k, CHANGES("rob", "400", "registers.fp", "48"));
    expect_cycles("other registers", &o, D + 38 + 40 + 1 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_registers_full_cycles], 0);
    o = kernel_run(&k, CHANGES("rob", "400", "registers.int", "48", "issue", "in-order"));
    expect_cycles("16 results in order", &o, D + 41 * 19 + 41 + 1);
    kernel_release(&k);
}

/* Not pipelined: the k-th of N divisions issues in D + 8 k on one unit, D + 8 (k / 2) on two.
 */
static void test_busy_unit(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    for (int i = 0; i < 10; i++)
        kernel_op(&k, ISA_CLASS_div64, 1, 2, 3);
    kernel_step(&k, b, false);
    struct outcome o = kernel_run(&k, CHANGES("class.div64.busy", "8"));
    expect_cycles("one divider", &o, D + 8 * 9 + 40 + 1);
    CU_ASSERT(o.part[CPI_port] >= 8 * 9 - 9);
    /* Eight are dispatched in D, two in D + 1. */
    CU_ASSERT_EQUAL(o.counter[COUNTER_port_full_cycles], 8 * 45 - 2);
    o = kernel_run(&k, CHANGES("class.div64.busy", "8", "ports.mul", "2"));
    expect_cycles("two dividers", &o, D + 8 * 4 + 40 + 1);
    kernel_release(&k);
}

/* Ten independent loads of lines in memory, two miss registers: a pair each 100 cycles; the
 * second of a pair is a cycle later, for memory moves a line a cycle. */
static void test_miss_registers(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_load(&k, 1, 2, 8);
    kernel_walk(&k, b, 10, DATA, 64);
    struct outcome o = kernel_run(&k, CHANGES("l1d.mshrs", "2"));
    expect_cycles("two miss registers", &o, D + 500 + 1 + 1);
    o = kernel_run(&k, CHANGES("l2.mshrs", "2"));
    expect_cycles("two miss registers of L2", &o, D + 500 + 1 + 1);
    kernel_release(&k);
}

/* A stream of independent loads, a line each, from memory that moves a line in four cycles:
 * the k-th line begins in D + 4 k and is there 100 later.  The load queue would hold 32 of
 * them: 128 cycles, more than the latency. */
static void test_bandwidth(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_load(&k, 1, 2, 8);
    kernel_walk(&k, b, 1000, DATA, 64);
    struct outcome o = kernel_run(&k, CHANGES("dram.bandwidth", "16GB/s"));
    expect_cycles("stream from memory", &o, D + 4 * 999 + 100 + 1);
    /* From L2, one line each three cycles: the second pass over what fits L2, not L1. */
    kernel_walk(&k, b, 1000, DATA, 64);
    uint64_t first = o.counter[COUNTER_cycles];
    o = kernel_run(&k, CHANGES("dram.bandwidth", "16GB/s", "l2.interval", "3"));
    uint64_t second = o.counter[COUNTER_cycles] - first;
    CU_ASSERT(second >= 1000 * 3 - 100 && second <= 1000 * 3 + 20);
    kernel_release(&k);
}

static void expect_prefetches(const struct outcome *o, uint64_t all, uint64_t useful,
                              uint64_t useless)
{
    CU_ASSERT_EQUAL(o->counter[COUNTER_l1d_prefetches], all);
    CU_ASSERT_EQUAL(o->counter[COUNTER_l1d_prefetches_useful], useful);
    CU_ASSERT_EQUAL(o->counter[COUNTER_l1d_prefetches_useless], useless);
}

/* A chain of loads, each of the next line of memory.  Load 0 issues in D, has its line in
 * D + 100, and asks for line 1, which memory begins a cycle later: load 1 issues in D + 100,
 * finds line 1 in D + 101 and is done in D + 104.  It asked for line 2 in D + 100: load 2
 * waits until D + 200.  Load 3, of which the line was asked for in D + 104, is done in
 * D + 204: two loads each 100 cycles. */
static void test_next_line(void)
{
    struct outcome o = run_chase(40, 64, 1, CHANGES("l1d.prefetch.kind", "next-line"));
    expect_cycles("next line", &o, D + 20 * 100 + 4 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l1d_misses], 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_dram_bytes_read], (40 + 1 + 1) * 64);
    expect_prefetches(&o, 40, 39, 0);
    CU_ASSERT(o.part[CPI_dram] > 20 * 96 - 40);
    /* Every other line: none is ever used; in the end 512 lines are in L1D, half of them
     * prefetched. */
    o = run_chase(2000, 128, 1, CHANGES("l1d.prefetch.kind", "next-line"));
    expect_cycles("useless lines", &o, D + 2000 * 100 + 1);
    expect_prefetches(&o, 2000, 0, 2000 - 256);
}

/* Three loads with equal distances start a stride; from then on one load in 1 + distance
 * waits for memory, as above: with a distance of 1 from load 2 on pairs as above.
 *
 * With 8, load 2 issues in D + 200 and asks for the lines of loads 3 to 10, which are there
 * before these loads get to them, 4 cycles each.  Load 11 was asked for when load 3 issued, in
 * D + 300: it is done in D + 400.  Loads 12 to 19 were asked for 4 cycles after each other or
 * earlier: done in D + 404 to D + 432.  Load 20 was asked for when load 12 issued, in D + 400,
 * and so on: load 2 + 9 j is done in D + 300 + 100 j. */
static void test_stride(void)
{
    struct outcome o = run_chase(42, 256, 1,
                                 CHANGES("l1d.prefetch.kind", "stride", "l1d.prefetch.distance",
                                         "1"));
    expect_cycles("stride, one ahead", &o, D + 200 + 20 * 100 + 4 + 1);
    expect_prefetches(&o, 40, 39, 0);
    const char *const *eight =
        CHANGES("l1d.prefetch.kind", "stride", "l1d.prefetch.distance", "8",
                "l1d.prefetch.degree", "8");
    o = run_chase(3 + 9 * 5, 256, 1, eight);
    expect_cycles("stride, eight ahead", &o, D + 300 + 100 * 5 + 1);
    expect_prefetches(&o, 45 + 8, 45, 0);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l1d_misses], 3);
    /* Distances below two lines are one line. */
    o = run_chase(3 + 9 * 10, 64, 1, eight);
    expect_cycles("stride of a line", &o, D + 300 + 100 * 10 + 1);
    /* Pages of 4 KiB that no buffer holds are left alone: a stride of a page starts nothing. */
    o = run_chase(20, 4096, 1, CHANGES("l1d.prefetch.kind", "stride", "page", "4KiB"));
    expect_cycles("stride of a page", &o, D + 20 * 100 + 1);
    expect_prefetches(&o, 0, 0, 0);
}

/* A stream of L2: from load 3 on each line is in L2 before its load, which then costs L2's 20
 * cycles.  A stream of L1D ends with its page: of each 64 lines three miss. */
static void test_stream(void)
{
    struct outcome o = run_chase(100, 64, 1,
                                 CHANGES("l2.prefetch.kind", "stream", "l2.prefetch.distance",
                                         "8", "l2.prefetch.degree", "8"));
    expect_cycles("stream of L2", &o, D + 300 + 20 * 97 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l1d_misses], 100);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l2_misses], 3 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l2_prefetches], 97 + 8);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l2_prefetches_useful], 97);
    o = run_chase(64 * 5, 64, 1,
                  CHANGES("l1d.prefetch.kind", "stream", "l1d.prefetch.distance", "8",
                          "l1d.prefetch.degree", "2", "page", "4KiB"));
    CU_ASSERT_EQUAL(o.counter[COUNTER_l1d_misses], 3 * 5);
    expect_prefetches(&o, 61 * 5, 61 * 5, 0);
    /* The other way round. */
    o = run_chase(64 * 5, -64, 1,
                  CHANGES("l1d.prefetch.kind", "stream", "l1d.prefetch.distance", "8",
                          "l1d.prefetch.degree", "2", "page", "4KiB"));
    /* One line of the first page, 63 of the last. */
    CU_ASSERT_EQUAL(o.counter[COUNTER_l1d_misses], 3 * 5 + 1);
    expect_prefetches(&o, 61 * 5, 61 * 5 - 1, 0);
}

/* Prefetched lines share memory's bandwidth: the stream of test_bandwidth is not faster. */
static void test_prefetch_bandwidth(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_load(&k, 1, 2, 8);
    kernel_walk(&k, b, 1000, DATA, 64);
    struct outcome o = kernel_run(&k, CHANGES("dram.bandwidth", "16GB/s", "l1d.prefetch.kind",
                                              "next-line"));
    expect_cycles("prefetched stream from memory", &o, D + 4 * 999 + 100 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_dram_bytes_read], (1000 + 1 + 1) * 64);
    /* Two lines fetched for one that is used: half as fast. */
    k.n_steps = k.n_addresses = 0;
    kernel_walk(&k, b, 1000, DATA, 128);
    o = kernel_run(&k, CHANGES("dram.bandwidth", "16GB/s", "l1d.prefetch.kind", "next-line"));
    expect_cycles("half of the bandwidth", &o, D + 8 * 999 + 100 + 1);
    kernel_release(&k);
}

/* Blocks of one addition and one taken branch: one block a cycle, or two.  The N-th begins in
 * D + N - 1, or D + (N - 1) / 2, and retires one later. */
static void test_taken_branches(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_op(&k, ISA_CLASS_alu, 1, 2, 3);
    kernel_branch(&k, ISA_CLASS_branch, -1);
    kernel_steps(&k, b, 100, true);
    k.end_pc = PC;
    struct outcome o = kernel_run(&k, NULL);
    expect_cycles("one taken branch a cycle", &o, D + 99 + 1 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_branches_taken], 100);
    CU_ASSERT(o.part[CPI_frontend] >= D + 70);
    o = kernel_run(&k, CHANGES("fetch.taken", "2"));
    expect_cycles("two taken branches a cycle", &o, D + 99 / 2 + 1 + 1);
    o = kernel_run(&k, CHANGES("fetch.bubble", "2"));
    expect_cycles("a bubble of two cycles", &o, D + 3 * 99 + 1 + 1);
    kernel_release(&k);
}

/* A branch that is predicted not taken and always is: it completes one cycle after dispatch,
 * and the next is dispatched mispredict = 10 cycles after that. */
static void test_mispredictions(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_branch(&k, ISA_CLASS_branch_cond, NZCV);
    kernel_steps(&k, b, 100, true);
    struct outcome o = kernel_run(&k, CHANGES("predictor.kind", "not-taken"));
    expect_cycles("always mispredicted", &o, D + 11 * 99 + 1 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_mispredictions], 100);
    CU_ASSERT_EQUAL(o.counter[COUNTER_mispredictions_conditional], 100);
    CU_ASSERT_EQUAL(o.counter[COUNTER_btb_misses], 1);
    CU_ASSERT(o.part[CPI_mispredict] >= 11 * 99 - 20);
    kernel_release(&k);
}

/* A compare and a branch that is never taken: two slots, or one when fused; moves take no
 * port when they are eliminated. */
static void test_fusion_and_moves(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_op(&k, ISA_CLASS_alu, NZCV, 1, 2);
    kernel_branch(&k, ISA_CLASS_branch_cond, NZCV);
    kernel_steps(&k, b, 80, false);
    const char *const *wide = CHANGES("ports.branch", "8", "width.fetch", "16");
    struct outcome o = kernel_run(&k, wide);
    /* The last compare in D + 19, its branch one later, retired another cycle later. */
    expect_cycles("compare and branch", &o, D + 19 + 1 + 1 + 1);
    o = kernel_run(&k, CHANGES("ports.branch", "8", "width.fetch", "16", "fusion", "yes"));
    expect_cycles("fused", &o, D + 9 + 1 + 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_instructions], 160);
    CU_ASSERT_EQUAL(o.counter[COUNTER_branches], 80);
    kernel_release(&k);
    kernel_init(&k);
    b = kernel_block(&k, PC);
    for (int i = 0; i < 10; i++)
        kernel_op(&k, ISA_CLASS_mov, 1, 1, -1);
    kernel_steps(&k, b, 8, false);
    o = kernel_run(&k, NULL);
    expect_cycles("chain of moves", &o, D + 80 + 1);
    o = kernel_run(&k, CHANGES("move_elimination", "yes"));
    expect_cycles("eliminated moves", &o, D + 80 / 8);
    kernel_release(&k);
}

/* Load x1; add x2 = x1; and six additions that need neither.
 *
 * In order, each block: the load issues in c, the first addition in c + 4 and the others
 * with it; the next load too, when there is a slot: eight a cycle.  The block of eight gives
 * one load in the cycle of the seven additions before: 4 cycles a block.
 * Out of order nothing waits: eight a cycle, one cycle a block. */
static void test_in_order(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_load(&k, 1, 2, 8);
    kernel_op(&k, ISA_CLASS_alu, 3, 1, -1);
    for (int i = 0; i < 6; i++)
        kernel_op(&k, ISA_CLASS_alu, 10 + i, 20, -1);
    for (int i = 0; i < 50; i++) {
        kernel_step(&k, b, false);
        kernel_address(&k, DATA);
    }
    struct outcome o = kernel_run(&k, CHANGES("issue", "in-order"));
    /* The first load takes 100, the others 4; then the last addition. */
    expect_cycles("stall on use, in order", &o, D + 100 + 49 * 4 + 1 + 1);
    o = kernel_run(&k, CHANGES("rob", "4000", "load_queue", "1000"));
    /* All loads wait for the line, in D + 100; retirement needs 50 cycles, the additions
     * that need a load are done in D + 101, so the last block retires in D + 100 + 50. */
    expect_cycles("out of order", &o, D + 100 + 50 + 1);
    kernel_release(&k);
}

/* A barrier waits until everything before retired and holds back everything behind. */
static void test_barrier(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_op(&k, ISA_CLASS_div64, 1, 2, 3);
    kernel_insn(&k, ISA_CLASS_barrier)->flags = RECORD_ORDERED;
    kernel_steps(&k, b, 5, false);
    struct outcome o = kernel_run(&k, NULL);
    /* Division 40 cycles, barrier 1, and the next division is dispatched as it completes. */
    expect_cycles("barriers", &o, D + 5 * 41 + 1);
    kernel_release(&k);
}

/* The store queue: stores to one line that is 100 cycles away.  Sixteen fit; the others come
 * in one a cycle when the line is there.  The first is written in D + 100. */
static void test_store_queue(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_store(&k, 1, 2, 8);
    for (int i = 0; i < 48; i++) {
        kernel_step(&k, b, false);
        kernel_address(&k, DATA);
    }
    struct outcome o = kernel_run(&k, NULL);
    /* Store i is written in D + 100 + i and gives its place to store i + 16 in the next
     * cycle, which retires another later: i + 16 = 47 in D + 131 + 1 + 1. */
    expect_cycles("full store queue", &o, D + 100 + 31 + 1 + 1 + 1);
    CU_ASSERT(o.part[CPI_store] >= 80);
    CU_ASSERT(o.counter[COUNTER_store_queue_full_cycles] >= 100);
    kernel_release(&k);
}

static const struct unit_test tests[] = {
    {"dependent additions", test_dependent_adds},
    {"independent additions, widths and ports", test_independent_adds},
    {"pointer chases", test_chases},
    {"translation", test_translation},
    {"store-to-load forwarding", test_forwarding},
    {"partial forwarding", test_partial_forwarding},
    {"the window", test_window},
    {"physical registers", test_registers},
    {"prefetching the next line", test_next_line},
    {"prefetching strides", test_stride},
    {"prefetching streams", test_stream},
    {"prefetching and bandwidth", test_prefetch_bandwidth},
    {"units that are not pipelined", test_busy_unit},
    {"miss registers", test_miss_registers},
    {"bandwidth", test_bandwidth},
    {"taken branches", test_taken_branches},
    {"mispredictions", test_mispredictions},
    {"fusion and move elimination", test_fusion_and_moves},
    {"in order", test_in_order},
    {"barriers", test_barrier},
    {"store queue", test_store_queue},
};

UNIT_MAIN("timing", tests)
