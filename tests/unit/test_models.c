/* What holds for every program: determinism, independence of batches, counters that agree
 * with plain simulators, the region of interest, prediction, errors. */
#include "config.h"

#include "tests/unit/timing_kernel.h"
#include "tests/unit/timing_random.h"
#include "timing/detailed.h"

static bool same(const struct outcome *a, const struct outcome *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static struct outcome run_named(struct kernel *k, const char *name, size_t batch, uint64_t seed)
{
    struct machine *machine = NULL;
    struct timing_model *m = NULL;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(machine_load(&machine, name, &err), 0);
    CU_ASSERT_EQUAL_FATAL(timing_model_alloc(&m, TIMING_MODE_timing, machine, seed, &err), 0);
    machine_free(machine);
    kernel_run_batches(k, m, batch);
    return kernel_finish(m);
}

/* The stack's parts add up: kernel_finish checks that in all of these. */
static void test_deterministic(void)
{
    static const char *const names[] = {"m2", "m2sim", "small"};
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct kernel k;
        random_program(&k, seed, 6000);
        for (size_t i = 0; i < 3; i++) {
            struct outcome whole = run_named(&k, names[i], 100000, 0);
            struct outcome again = run_named(&k, names[i], 100000, 0);
            struct outcome single = run_named(&k, names[i], 1, 0);
            struct outcome seven = run_named(&k, names[i], 7, 0);
            struct outcome moved = run_named(&k, names[i], 7, 5);
            CU_ASSERT(same(&whole, &again));
            CU_ASSERT(same(&whole, &single));
            CU_ASSERT(same(&whole, &seven));
            CU_ASSERT(i == 0 || !same(&whole, &moved)); /* m2's L2 holds all, placed anyhow */
            CU_ASSERT_EQUAL(whole.counter[COUNTER_instructions],
                            moved.counter[COUNTER_instructions]);
            CU_ASSERT_EQUAL(whole.counter[COUNTER_loads], moved.counter[COUNTER_loads]);
            CU_ASSERT(whole.counter[COUNTER_cycles] * 8 >=
                      whole.counter[COUNTER_instructions]);
        }
        kernel_release(&k);
    }
}

/* The path for hosts with wide vectors gives the same times as the portable one. */
static void test_paths(void)
{
    if (detailed_find_runner(1) == NULL)
        fprintf(stderr, "(this host has one path only) ");
    CU_ASSERT_PTR_NOT_NULL(detailed_find_runner(0));
    CU_ASSERT_PTR_NULL(detailed_find_runner(7));
    for (unsigned which = 1; detailed_find_runner(which) != NULL; which++)
        for (uint64_t seed = 11; seed <= 13; seed++) {
            struct kernel k;
            struct detailed *d[2];
            struct machine *machine = kernel_machine(CHANGES("predictor.kind", "tage"));
            struct err err = {0};
            random_program(&k, seed, 6000);
            struct record_batch b = {.step = k.step,
                                     .n_steps = k.n_steps,
                                     .address = k.address,
                                     .n_addresses = k.n_addresses,
                                     .next_pc = k.end_pc};
            for (int i = 0; i < 2; i++) {
                d[i] = malloc(sizeof *d[i]);
                CU_ASSERT_PTR_NOT_NULL_FATAL(d[i]);
                CU_ASSERT_EQUAL_FATAL(detailed_init(d[i], machine, 0, &err), 0);
                d[i]->run = detailed_find_runner(i == 0 ? 0 : which);
                d[i]->predict = detailed_find_predictor(i == 0 ? 0 : which);
                CU_ASSERT_EQUAL(detailed_retire(d[i], &k.program, &b), 0);
            }
            CU_ASSERT(detailed_now(d[0]) > 10000);
            CU_ASSERT_EQUAL(detailed_now(d[0]), detailed_now(d[1]));
            CU_ASSERT_EQUAL(memcmp(d[0]->lost, d[1]->lost, sizeof d[0]->lost), 0);
            CU_ASSERT_EQUAL(d[0]->mispredictions, d[1]->mispredictions);
            CU_ASSERT_EQUAL(memcmp(&d[0]->memory.count, &d[1]->memory.count,
                                   sizeof d[0]->memory.count), 0);
            for (int i = 0; i < 2; i++) {
                detailed_release(d[i]);
                free(d[i]);
            }
            machine_free(machine);
            kernel_release(&k);
        }
}

/* Widths of all kinds on random programs: nothing retires faster than the machine can. */
static void test_widths(void)
{
    static const char *const widths[] = {"1", "2", "3", "5", "6", "7", "8", "12", "16"};
    struct kernel k;
    random_program(&k, 99, 4000);
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
        for (int in_order = 0; in_order < 2; in_order++) {
            struct outcome o =
                kernel_run(&k, CHANGES("width.retire", widths[i], "width.dispatch", widths[i],
                                       "width.fetch", widths[i], "width.issue", widths[i],
                                       "issue", in_order ? "in-order" : "out-of-order"));
            CU_ASSERT(o.counter[COUNTER_cycles] * (uint64_t)atoi(widths[i]) >=
                      o.counter[COUNTER_instructions]);
        }
    kernel_release(&k);
}

/* Plain caches: L1D, L2 and what goes to memory, for loads and stores of one line each. */
struct plain {
    struct {
        uint64_t line, used;
        bool dirty;
    } way[64][16];
    uint64_t sets, ways, now, misses;
};

/* Returns the dirty line that was pushed out, or 0 (no test uses line 0). */
static uint64_t plain_access(struct plain *p, uint64_t line, bool dirty, bool *hit)
{
    uint64_t set = line % p->sets, oldest = 0;
    *hit = false;
    p->now++;
    for (uint64_t i = 0; i < p->ways; i++) {
        if (p->way[set][i].used != 0 && p->way[set][i].line == line) {
            p->way[set][i].used = p->now;
            p->way[set][i].dirty |= dirty;
            *hit = true;
            return 0;
        }
        if (p->way[set][i].used < p->way[set][oldest].used)
            oldest = i;
    }
    p->misses++;
    uint64_t out = p->way[set][oldest].dirty ? p->way[set][oldest].line : 0;
    p->way[set][oldest].line = line;
    p->way[set][oldest].used = p->now;
    p->way[set][oldest].dirty = dirty;
    return out;
}

static void test_against_plain_caches(void)
{
    struct kernel k;
    kernel_init(&k);
    struct plain *l1 = calloc(1, sizeof *l1), *l2 = calloc(1, sizeof *l2);
    CU_ASSERT_FATAL(l1 != NULL && l2 != NULL);
    *l1 = (struct plain){.sets = 16, .ways = 4};  /* 4 KiB of 64-byte lines */
    *l2 = (struct plain){.sets = 32, .ways = 16}; /* 64 KiB of 128-byte lines */
    uint64_t state = 7, written = 0, at_l2 = 1;
    bool hit;
    unsigned load = kernel_block(&k, PC);
    kernel_load(&k, 1, 2, 8);
    unsigned store = kernel_block(&k, PC + 4);
    kernel_store(&k, 1, 2, 8);
    plain_access(l2, PC / 128, false, &hit); /* the line of code comes first */
    for (int i = 0; i < 40000; i++) {
        uint64_t address = i % 2 ? 0x100000 + (uint64_t)i / 2 * 264 % 200000
                                 : 0x200000 + draw(&state) % 4096 * 24 % 100000;
        bool dirty = draw(&state) % 3 == 0;
        address &= ~(uint64_t)7;
        kernel_step(&k, dirty ? store : load, false);
        kernel_address(&k, address);
        uint64_t out = plain_access(l1, address / 64, dirty, &hit);
        if (!hit) {
            at_l2++;
            written += plain_access(l2, address / 128, false, &hit) != 0;
            if (out != 0) {
                uint64_t misses = l2->misses;
                written += plain_access(l2, out / 2, true, &hit) != 0;
                l2->misses = misses; /* taken without reading memory */
            }
        }
    }
    struct outcome o = kernel_run(&k, CHANGES("l1d.size", "4KiB", "l1d.ways", "4", "l2.size",
                                              "64KiB", "l2.line", "128"));
    CU_ASSERT_EQUAL(o.counter[COUNTER_l1d_accesses], 40000);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l1d_misses], l1->misses);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l2_accesses], at_l2);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l2_misses], l2->misses);
    CU_ASSERT_EQUAL(o.counter[COUNTER_dram_bytes_read], l2->misses * 128);
    CU_ASSERT_EQUAL(o.counter[COUNTER_dram_bytes_written], written * 128);
    CU_ASSERT(l1->misses > 10000 && l2->misses > 1000 && written > 300);
    free(l1);
    free(l2);
    kernel_release(&k);
}

/* Mispredictions of one conditional branch with `n` outcomes by `taken`, after warming. */
static uint64_t mispredictions(int n, bool (*taken)(int i, uint64_t *state),
                               const char *const *changes)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_branch(&k, ISA_CLASS_branch_cond, NZCV);
    uint64_t state = 1;
    for (int i = 0; i < n; i++)
        kernel_step(&k, b, taken(i, &state));
    struct timing_model *m = kernel_model(changes, 0);
    uint64_t *address = k.address;
    kernel_run_part(&k, m, 0, k.n_steps / 2, 1000, false, &address);
    kernel_run_part(&k, m, k.n_steps / 2, k.n_steps, 1000, true, &address);
    struct outcome o = kernel_finish(m);
    CU_ASSERT_EQUAL(o.counter[COUNTER_branches], (uint64_t)n / 2);
    kernel_release(&k);
    return o.counter[COUNTER_mispredictions];
}

static bool always(int i, uint64_t *state)
{
    (void)i, (void)state;
    return true;
}

static bool alternate(int i, uint64_t *state)
{
    (void)state;
    return i % 2;
}

static bool loop_of_64(int i, uint64_t *state)
{
    (void)state;
    return i % 64 != 63;
}

static bool pattern_of_12(int i, uint64_t *state)
{
    (void)state;
    return 0xb35 >> i % 12 & 1;
}

static bool coin(int i, uint64_t *state)
{
    (void)i;
    return draw(state) & 1;
}

static void test_directions(void)
{
    const char *const *tage = CHANGES("predictor.kind", "tage");
    CU_ASSERT_EQUAL(mispredictions(20000, always, tage), 0);
    CU_ASSERT_EQUAL(mispredictions(20000, alternate, tage), 0);
    CU_ASSERT_EQUAL(mispredictions(20000, pattern_of_12, tage), 0);
    /* The last trip is 64 branches back: within the longest histories, once learned. */
    CU_ASSERT(mispredictions(40000, loop_of_64, tage) <= 3);
    /* With histories below 64 branches each exit is one. */
    uint64_t blind = mispredictions(40000, loop_of_64,
                                    CHANGES("predictor.kind", "tage", "predictor.shortest", "2",
                                            "predictor.longest", "32"));
    CU_ASSERT(blind >= 300 && blind <= 330);
    uint64_t half = mispredictions(40000, coin, tage);
    CU_ASSERT(half > 9000 && half < 11000);
    CU_ASSERT_EQUAL(mispredictions(20000, alternate, CHANGES("predictor.kind", "not-taken")),
                    5000);
    CU_ASSERT_EQUAL(mispredictions(20000, coin, NULL), 0);
}

/* Calls from changing places to one function: the return stack knows where each goes back;
 * deeper than it is, the oldest are lost. */
static void test_returns(void)
{
    for (int depth = 4; depth <= 12; depth += 8) {
        struct kernel k;
        kernel_init(&k);
        for (int i = 0; i < 12; i++) { /* function i calls function i + 1 */
            kernel_block(&k, PC + (uint64_t)i * 0x100);
            kernel_branch(&k, ISA_CLASS_call, -1);
        }
        for (int i = 0; i < 12; i++) { /* and returns behind the call; the first goes round */
            kernel_block(&k, PC + (uint64_t)i * 0x100 + 4);
            kernel_branch(&k, i == 0 ? ISA_CLASS_branch : ISA_CLASS_ret, i == 0 ? -1 : 30);
        }
        unsigned leaf = kernel_block(&k, PC + 0x4000);
        kernel_branch(&k, ISA_CLASS_ret, 30);
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < depth; i++)
                kernel_step(&k, (unsigned)i, true);
            kernel_step(&k, leaf, true);
            for (int i = depth - 1; i >= 0; i--)
                kernel_step(&k, 12 + (unsigned)i, true);
        }
        k.end_pc = PC;
        struct outcome o =
            kernel_run(&k, CHANGES("predictor.kind", "tage", "return_stack", "8"));
        CU_ASSERT_EQUAL(o.counter[COUNTER_mispredictions], depth == 4 ? 0 : 10 * (12 - 8));
        kernel_release(&k);
    }
}

static void test_indirect(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned from = kernel_block(&k, PC);
    kernel_branch(&k, ISA_CLASS_branch_indirect, 1);
    unsigned to[3];
    for (int i = 0; i < 3; i++) {
        to[i] = kernel_block(&k, PC + 0x100 + (uint64_t)i * 0x48);
        kernel_branch(&k, ISA_CLASS_branch, -1);
    }
    for (int i = 0; i < 3000; i++) {
        kernel_step(&k, from, true);
        kernel_step(&k, to[i % 3], true);
    }
    k.end_pc = PC;
    struct outcome o = kernel_run(&k, CHANGES("predictor.kind", "tage"));
    CU_ASSERT(o.counter[COUNTER_mispredictions] < 60); /* the targets go round */
    CU_ASSERT_EQUAL(o.counter[COUNTER_branches], 6000);
    kernel_release(&k);
}

/* Outside the region nothing is counted, but caches are warmed; regions add up. */
static void test_region(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_load(&k, 1, 1, 8);
    for (int i = 0; i < 40; i++) {
        kernel_step(&k, b, false);
        kernel_address(&k, 0x10000000 + (uint64_t)(i % 10) * 64);
    }
    struct timing_model *m = kernel_model(NULL, 0);
    uint64_t *address = k.address, counter[COUNTER_MAX];
    kernel_run_part(&k, m, 0, 10, 5, false, &address);
    timing_model_counters(m, counter);
    for (int i = 0; i < COUNTER_MAX; i++)
        CU_ASSERT_EQUAL(counter[i], 0);
    kernel_run_part(&k, m, 10, 20, 5, true, &address);
    kernel_run_part(&k, m, 20, 30, 5, false, &address);
    timing_model_counters(m, counter);
    CU_ASSERT_EQUAL(counter[COUNTER_instructions], 10);
    /* Hits of 4 cycles, retired one by one; the last takes one slot of eight more. */
    CU_ASSERT_EQUAL(counter[COUNTER_cycles], 41);
    kernel_run_part(&k, m, 30, 40, 5, true, &address);
    struct outcome o = kernel_finish(m);
    CU_ASSERT_EQUAL(o.counter[COUNTER_instructions], 20);
    CU_ASSERT_EQUAL(o.counter[COUNTER_loads], 20);
    CU_ASSERT_EQUAL(o.counter[COUNTER_l1d_misses], 0);
    CU_ASSERT_EQUAL(o.counter[COUNTER_cycles], 81); /* 2 (40 + 1/8), rounded up */
    CU_ASSERT_EQUAL(o.counter[COUNTER_instructions_timed], 20);
    kernel_release(&k);
}

/* A step that a fault cut short counts what retired and does not branch. */
static void test_cut_step(void)
{
    struct kernel k;
    kernel_init(&k);
    unsigned b = kernel_block(&k, PC);
    kernel_op(&k, ISA_CLASS_fp_add, V0, V0, V0 + 1);
    kernel_load(&k, 1, 2, 8);
    kernel_load(&k, 3, 4, 8);
    kernel_branch(&k, ISA_CLASS_branch, -1);
    kernel_step(&k, b, false);
    kernel_address(&k, 0x10000000);
    k.step[0].count = 2;
    struct outcome o = kernel_run(&k, NULL);
    CU_ASSERT_EQUAL(o.counter[COUNTER_instructions], 2);
    CU_ASSERT_EQUAL(o.counter[COUNTER_loads], 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_fp_simd], 1);
    CU_ASSERT_EQUAL(o.counter[COUNTER_branches], 0);
    kernel_release(&k);
}

static void test_errors(void)
{
    struct machine *machine = kernel_machine(NULL);
    struct timing_model *m = NULL;
    struct err err = {0};
    CU_ASSERT_EQUAL(timing_model_alloc(&m, TIMING_MODE_emulation, machine, 0, &err), ERR_USAGE);
    CU_ASSERT_PTR_NULL(m);
    CU_ASSERT_STRING_EQUAL(err.text, "mode 'emulation' has no timing model");
    err_clear(&err);
    CU_ASSERT_EQUAL(machine_set(machine, "l2.size", "4KiB", &err), 0);
    CU_ASSERT_EQUAL(timing_model_alloc(&m, TIMING_MODE_timing, machine, 0, &err), ERR_CONFIG);
    CU_ASSERT_PTR_NULL(m);
    CHECK_STRING_CONTAINS(err.text, "'l2.size' is smaller than 'l1d.size'");
    machine_free(machine);
    timing_model_free(NULL);
    enum timing_mode mode = TIMING_MODE_MAX;
    CU_ASSERT_EQUAL(timing_mode_parse("timing", &mode), 0);
    CU_ASSERT_EQUAL(mode, TIMING_MODE_timing);
    CU_ASSERT_STRING_EQUAL(timing_mode_name(mode), "timing");
    CU_ASSERT_EQUAL(timing_mode_parse("guessing", &mode), ERR_USAGE);
}

/* Every allocation fails once: an error, nothing leaked or half made. */
static void test_memory(void)
{
    struct machine *machine = kernel_machine(CHANGES("slc.size", "1MiB", "tlb2.entries", "64",
                                                     "tlb2.ways", "4"));
    int failed = 0;
    for (long n = 0, rc = ERR_NOMEM; rc != 0; n++, failed++) {
        struct timing_model *m = NULL;
        struct err err = {0};
        fail_at = n;
        rc = timing_model_alloc(&m, TIMING_MODE_timing, machine, 0, &err);
        fail_at = -1;
        CU_ASSERT_EQUAL(rc == 0, m != NULL);
        CU_ASSERT(rc == 0 || rc == ERR_NOMEM);
        CU_ASSERT_EQUAL(err.code, rc);
        timing_model_free(m);
    }
    CU_ASSERT(failed > 15);
    failed = 0;
    for (long n = 0, rc = ERR_NOMEM; rc != 0; n += failed < 40 ? 1 : 37, failed++) {
        struct machine *m = NULL;
        struct err err = {0};
        fail_at = n;
        rc = machine_load(&m, "small", &err);
        fail_at = -1;
        CU_ASSERT_EQUAL(rc == 0, m != NULL);
        CU_ASSERT(rc == 0 || rc == ERR_NOMEM);
        machine_free(m);
    }
    CU_ASSERT(failed > 45);
    struct kernel k;
    kernel_init(&k);
    kernel_block(&k, PC);
    kernel_op(&k, ISA_CLASS_alu, 1, 1, -1);
    kernel_step(&k, 0, false);
    struct record_batch b = {.step = k.step, .n_steps = 1, .instructions = 1, .roi = true};
    for (long n = 0; n < 2; n++) {
        struct timing_model *m = kernel_model(NULL, 0);
        fail_at = n;
        CU_ASSERT_EQUAL(timing_model_retire(m, &k.program, &b), ERR_NOMEM);
        fail_at = -1;
        timing_model_free(m);
    }
    kernel_release(&k);
    machine_free(machine);
}

/* Loops: a sum of products from two arrays, a chain of loads, stores of what is loaded. */
static void loop_program(struct kernel *k, int which)
{
    kernel_init(k);
    unsigned b = kernel_block(k, PC);
    kernel_load(k, 1, which == 1 ? 1 : 20, 8);
    if (which == 0) {
        kernel_load(k, 2, 21, 8);
        kernel_op(k, ISA_CLASS_mul, 3, 1, 2);
        kernel_op(k, ISA_CLASS_alu, 4, 3, 4);
    }
    if (which == 2)
        kernel_store(k, 1, 22, 8);
    kernel_op(k, ISA_CLASS_alu, 20, 20, -1);
    kernel_branch(k, ISA_CLASS_branch, -1);
    for (uint64_t i = 0; i < 3000; i++) {
        kernel_step(k, b, true);
        kernel_address(k, 0x100000 + i * (which == 1 ? 264 : 24) % 40000);
        if (which != 1)
            kernel_address(k, 0x200000 + i * 8 % 20000);
    }
    k->end_pc = PC;
}

/* More of something is never slower where memory's bandwidth is no limit.  Of loops this is
 * exact.  Of programs in which instructions of several chains compete for a port it is not: an
 * old instruction that becomes ready earlier may take the port from a younger one on the
 * longest chain, as R. L. Graham showed for schedules by list ("Bounds on multiprocessing
 * timing anomalies", 1969).  There a hundredth is allowed. */
static void test_monotonic(void)
{
    static const char *const more[][7] = {
        {"rob", "16", "32", "64", "200", "600"},
        {"load_queue", "4", "8", "32", "100", "200"},
        {"store_queue", "4", "8", "16", "50", "100"},
        {"registers.int", "40", "64", "100", "200", "400"},
        {"width.dispatch", "1", "2", "4", "8", "16"},
        {"width.retire", "1", "2", "4", "8", "16"},
        {"ports.alu", "2", "3", "4", "6", "8"},
        {"l1d.mshrs", "1", "2", "4", "16", "64"},
        {"l1d.ways", "1", "2", "4", "8", "16"}};
    static const char *const sizes[] = {"4KiB", "8KiB", "16KiB", "32KiB", "64KiB"};
    for (int which = 0; which < 4; which++) {
        struct kernel k;
        if (which < 3)
            loop_program(&k, which);
        else
            random_program(&k, 77, 3000);
        for (size_t m = 0; m < sizeof more / sizeof more[0]; m++) {
            uint64_t before = UINT64_MAX;
            for (size_t i = 0; i < 5; i++) {
                /* More ways of as many sets: what was in the cache still is. */
                const char *size = strcmp(more[m][0], "l1d.ways") == 0 ? sizes[i] : "32KiB";
                struct outcome o = kernel_run(
                    &k, CHANGES("dram.bandwidth", "1TB/s", "l1d.size", size, "width.fetch", "16",
                                more[m][0], more[m][i + 1]));
                uint64_t now = o.counter[COUNTER_cycles];
                uint64_t bound = which < 3 || before == UINT64_MAX ? before
                                                                   : before + before / 100;
                if (now > bound)
                    fprintf(stderr, "program %d, %s = %s: %llu cycles, %llu with less\n", which,
                            more[m][0], more[m][i + 1], (unsigned long long)now,
                            (unsigned long long)before);
                CU_ASSERT(now <= bound);
                before = now;
            }
        }
        kernel_release(&k);
    }
}

static const struct unit_test tests[] = {
    {"more is never slower", test_monotonic},
    {"deterministic, whatever the batches", test_deterministic},
    {"paths for several hosts", test_paths},
    {"widths of all kinds", test_widths},
    {"caches against plain ones", test_against_plain_caches},
    {"directions of branches", test_directions},
    {"returns", test_returns},
    {"indirect branches", test_indirect},
    {"region of interest", test_region},
    {"a step cut by a fault", test_cut_step},
    {"errors", test_errors},
    {"memory runs out", test_memory},
};

UNIT_MAIN("models", tests)
