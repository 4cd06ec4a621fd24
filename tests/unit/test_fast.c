/* The functional path and the models that measure in windows. */
#include "config.h"

#include "tests/unit/timing_random.h"
#include "timing/detailed.h"
#include "timing/edges.h"
#include "timing/fast.h"
#include "timing/sampled.h"
#include "timing/slice.h"

static struct detailed *core(const char *const *changes, uint64_t seed, unsigned path)
{
    struct machine *machine = kernel_machine(changes);
    struct err err = {0};
    struct detailed *d = malloc(sizeof *d);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    CU_ASSERT_EQUAL_FATAL(detailed_init(d, machine, seed, &err), 0);
    d->run = detailed_find_runner(path);
    d->warm = detailed_find_warmer(path);
    d->predict = detailed_find_predictor(path);
    machine_free(machine);
    return d;
}

static void core_free(struct detailed *d)
{
    detailed_release(d);
    free(d);
}

static struct record_batch all_of(struct kernel *k)
{
    struct record_batch b = {.step = k->step,
                             .n_steps = k->n_steps,
                             .address = k->address,
                             .n_addresses = k->n_addresses,
                             .next_pc = k->end_pc,
                             .roi = true};
    for (size_t i = 0; i < k->n_steps; i++)
        b.instructions += k->step[i].count;
    return b;
}

static void same_counts(const struct detailed *a, const struct detailed *b)
{
    CU_ASSERT_EQUAL(memcmp(&a->memory.count, &b->memory.count, sizeof a->memory.count), 0);
    CU_ASSERT_EQUAL(a->memory.l1d.unused, b->memory.l1d.unused);
    CU_ASSERT_EQUAL(a->memory.l2.unused, b->memory.l2.unused);
    CU_ASSERT_EQUAL(memcmp(a->mispredicted, b->mispredicted, sizeof a->mispredicted), 0);
    CU_ASSERT_EQUAL(a->btb_misses, b->btb_misses);
    CU_ASSERT_EQUAL(a->branches, b->branches);
    CU_ASSERT_EQUAL(a->taken, b->taken);
    CU_ASSERT_EQUAL(a->mispredictions, b->mispredictions);
    CU_ASSERT_EQUAL(a->loads, b->loads);
    CU_ASSERT_EQUAL(a->stores, b->stores);
    CU_ASSERT_EQUAL(a->fp_simd, b->fp_simd);
}

/* Whether time passes or not, caches and predictor see the same: on machines with and without
 * a system cache and a second translation buffer, with moved pages and prefetchers of all
 * kinds, on all paths. */
static void test_same_events(void)
{
    static const char *const with[] = {
        "predictor.kind", "tage", "l1d.size", "4KiB", "l1d.ways", "4", "l2.size", "16KiB",
        "slc.size", "32KiB", "slc.line", "64", "tlb2.entries", "64", "tlb2.ways", "4", NULL};
    static const char *const without[] = {"predictor.kind", "tage", "l1d.size", "3KiB",
                                          "l1d.ways", "3", "l2.size", "16KiB", NULL};
    static const char *const strides[] = {
        "predictor.kind", "tage", "l1d.size", "4KiB", "l1d.ways", "4", "l2.size", "16KiB",
        "tlb2.entries", "64", "tlb2.ways", "4", "l1d.prefetch.kind", "stride",
        "l1d.prefetch.degree", "2", "l2.prefetch.kind", "stream", "l2.prefetch.degree", "4",
        NULL};
    static const char *const streams[] = {
        "predictor.kind", "tage", "l1d.size", "4KiB", "l1d.ways", "4", "l2.size", "16KiB",
        "l1d.prefetch.kind", "stream", "l2.prefetch.kind", "next-line", "slc.size", "32KiB",
        "slc.line", "64", NULL};
    static const char *const *const machines[] = {without, with, strides, streams};
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct kernel k;
        const char *const *machine = machines[seed % 4];
        random_program(&k, seed + 50, 9000);
        for (size_t i = 0; i < k.n_addresses && seed % 4 >= 2; i++)
            if (i / 500 % 2) /* walks between what is random */
                k.address[i] = 0x20000000 + i * (i / 1000 % 2 ? 40 : 264);
        k.step[k.n_steps - 1].count = 1; /* cut: its last addresses stay behind */
        struct record_batch b = all_of(&k);
        struct detailed *timed = core(machine, seed / 4, 0);
        CU_ASSERT_EQUAL(detailed_retire(timed, &k.program, &b), 0);
        CU_ASSERT(timed->memory.count.dram_written > 0 && timed->mispredictions > 0);
        CU_ASSERT((seed % 4 >= 2) == (timed->memory.count.l1d_prefetches_used > 100));
        CU_ASSERT((seed % 4 >= 2) == (timed->memory.count.l2_prefetches_used > 100));
        CU_ASSERT((seed % 4 >= 2) == (timed->memory.l2.unused > 0));
        for (unsigned path = 0; detailed_find_warmer(path) != NULL; path++) {
            struct detailed *warm = core(machine, seed / 4, path);
            CU_ASSERT_EQUAL(detailed_warm(warm, &k.program, &b, true, NULL), 0);
            same_counts(timed, warm);
            CU_ASSERT_PTR_EQUAL(timed->address_at, warm->address_at);
            CU_ASSERT_EQUAL(detailed_slots(warm), 0); /* nothing retired in time */
            core_free(warm);
            /* Halves of it in turn. */
            struct detailed *mixed = core(machine, seed / 4, path);
            struct record_batch rest = b;
            for (int i = 0; rest.n_steps > 0; i++) {
                struct record_batch part = slice_take(&rest, 1000, &k.program);
                CU_ASSERT(part.instructions >= 1000 || rest.n_steps == 0);
                CU_ASSERT_EQUAL(i % 2 ? detailed_warm(mixed, &k.program, &part, true, NULL)
                                      : detailed_retire(mixed, &k.program, &part), 0);
                slice_advance(&rest, mixed->address_at);
                detailed_drain(mixed);
            }
            same_counts(timed, mixed);
            core_free(mixed);
        }
        core_free(timed);
        kernel_release(&k);
    }
    CU_ASSERT_PTR_NULL(detailed_find_warmer(9));
}

/* Costs per edge and outcome, what is put in place of those not seen, and forgetting. */
static void test_edges(void)
{
    struct edges e;
    uint64_t covered, misses = 0;
    uint32_t kind[3000];
    CU_ASSERT_EQUAL_FATAL(edges_init(&e, &misses, 600), 0);
    CU_ASSERT_EQUAL_FATAL(edges_reserve(&e, 4000), 0);
    for (uint32_t i = 0; i < 3000; i++)
        kind[i] = edges_find(&e, i << EDGES_CONTEXT_BITS, i * 7 % 3000, 0, 4);
    for (uint32_t i = 0; i < 3000; i += 97)
        CU_ASSERT_EQUAL(edges_find(&e, i << EDGES_CONTEXT_BITS, i * 7 % 3000, 0, 4), kind[i]);
    CU_ASSERT_EQUAL(e.n_edges, 9000); /* each with its two sums */
    /* Nothing is known: an instruction a cycle. */
    e.count[kind[1]] = 10;
    CU_ASSERT_EQUAL(edges_price(&e, e.count, &covered), 10 * 4 * CLOCK_CYCLE);
    CU_ASSERT_EQUAL(covered, 0);
    CU_ASSERT_EQUAL(edges_unknown(&e), 40);
    for (int i = 0; i < EDGES_DOUBT; i++) {
        edges_learn(&e, kind[1], 500);
        edges_learn(&e, kind[1], 700);
    }
    CU_ASSERT(edges_learned(&e, kind[1]) && !edges_scarce(&e, kind[1]));
    CU_ASSERT(!edges_learned(&e, kind[2]) && edges_scarce(&e, kind[2]));
    CU_ASSERT_EQUAL(edges_estimate(&e, kind[1], 7), 7); /* of the windows before */
    edges_fade(&e);
    CU_ASSERT_DOUBLE_EQUAL(edges_estimate(&e, kind[1], 7), 600, 1e-9);
    CU_ASSERT_EQUAL(edges_price(&e, e.count, &covered), 10 * 600);
    CU_ASSERT_EQUAL(covered, 40);
    CU_ASSERT_EQUAL(edges_unknown(&e), 0);
    edges_clear(&e);
    /* The same in another context costs the same, as long as nothing else is known. */
    uint32_t other = edges_find(&e, 1 << EDGES_CONTEXT_BITS | 5, 7, 0, 4);
    CU_ASSERT(other != kind[1] && edges_learned(&e, other));
    e.count[other] = 1;
    CU_ASSERT_EQUAL(edges_price(&e, e.count, &covered), 600);
    for (int i = 0; i < 6; i++)
        edges_learn(&e, other, 1000);
    edges_fade(&e); /* 32 steps of 600, 6 of 1000; leaning 8 steps on their mean */
    CU_ASSERT_EQUAL(edges_price(&e, e.count, &covered),
                    (uint64_t)(0.5 + (6000 + 8 * 25200. / 38) / 14));
    edges_clear(&e);
    /* A misprediction costs 1000 more where it was seen, 64 times. */
    uint32_t missed = edges_find(&e, 2 << EDGES_CONTEXT_BITS, 14, HIERARCHY_MISPREDICTED, 4);
    for (int i = 0; i < 64; i++) {
        edges_learn(&e, kind[2], 300);
        edges_learn(&e, missed, 1300);
    }
    for (int i = 0; i < 32; i++)
        edges_learn(&e, kind[3], 200);
    edges_fade(&e);
    uint32_t guess = edges_find(&e, 3 << EDGES_CONTEXT_BITS, 21, HIERARCHY_MISPREDICTED, 4);
    e.count[guess] = 1;
    CU_ASSERT_EQUAL(edges_price(&e, e.count, &covered), 200 + 1000 * 64 / (64 + EDGES_DOUBT));
    edges_clear(&e);
    /* As many new steps as the window gave outweigh those before it. */
    for (int i = 0; i < 1000; i++)
        edges_learn(&e, kind[4], 1000);
    edges_fade(&e);
    CU_ASSERT_EQUAL(e.cost[kind[4]].steps, 1000);
    for (int i = 0; i < 100; i++)
        edges_learn(&e, kind[4], 3000);
    edges_fade(&e);
    CU_ASSERT_EQUAL(e.cost[kind[4]].steps, 200);
    CU_ASSERT_DOUBLE_EQUAL(edges_estimate(&e, kind[4], 0), 2000, 1e-6);
    /* What comes back after a while is learned anew. */
    for (int i = 0; i < EDGES_PHASE; i++)
        edges_fade(&e);
    for (int i = 0; i < 100; i++)
        edges_learn(&e, kind[4], 5000);
    edges_fade(&e);
    CU_ASSERT(edges_estimate(&e, kind[4], 0) > 4900);
    edges_release(&e);
}

/* Contexts: how often a loop went round, and what is in the shadow of a miss. */
static void test_contexts(void)
{
    struct edges e;
    uint64_t misses = 0;
    CU_ASSERT_EQUAL_FATAL(edges_init(&e, &misses, 30), 0);
    edges_cut(&e);
    uint32_t last[3] = {0}, seen[2][3];
    for (int round = 0; round < 2; round++)
        for (int which = 0; which < 3; which++) {
            /* Loops of 2, 2 and 40 rounds, one behind the other. */
            for (int i = 0; i < (which == 2 ? 40 : 2); i++)
                edges_step(&e, 5, true, true, 4, 0);
            last[which] = edges_step(&e, 5, false, true, 4, 0);
            seen[round][which] = edges_step(&e, 6, true, false, 4, 0);
        }
    CU_ASSERT_EQUAL(memcmp(seen[0], seen[1], sizeof seen[0]), 0);
    CU_ASSERT_EQUAL(seen[0][0], seen[0][1]);
    CU_ASSERT(seen[0][1] != seen[0][2]);
    CU_ASSERT(last[0] != last[1]); /* behind the long one, and behind a short one */
    /* 30 instructions behind an access to memory. */
    uint32_t plain = edges_step(&e, 6, true, false, 10, 0), shadow[4];
    misses++;
    uint32_t deep = edges_step(&e, 6, true, false, 10,
                               edges_outcome(&e, HIERARCHY_BEYOND_L1 | HIERARCHY_BEYOND_L2 |
                                                     HIERARCHY_FROM_MEMORY));
    for (int i = 0; i < 4; i++)
        shadow[i] = edges_step(&e, 6, true, false, 10, 0);
    CU_ASSERT(deep != plain && shadow[0] != plain);
    CU_ASSERT_EQUAL(shadow[1], shadow[0]);
    CU_ASSERT_EQUAL(shadow[2], shadow[0]);
    CU_ASSERT_EQUAL(shadow[3], plain);
    /* Outcomes: one miss, some, many. */
    uint32_t few[3];
    for (int i = 0; i < 3; i++) {
        misses += (uint64_t[]){1, 3, 4}[i];
        few[i] = edges_step(&e, 6, true, false, 10, edges_outcome(&e, HIERARCHY_BEYOND_L1));
    }
    CU_ASSERT(few[0] != few[1] && few[1] != few[2] && few[0] != few[2]);
    edges_release(&e);
}

/* Two loops in turn, one of independent additions, one of a chain of multiplications. */
static void two_loops(struct kernel *k, int rounds)
{
    kernel_init(k);
    unsigned fast = kernel_block(k, PC), slow;
    for (int i = 0; i < 15; i++)
        kernel_op(k, ISA_CLASS_alu, i, i, -1);
    kernel_branch(k, ISA_CLASS_branch_cond, NZCV);
    slow = kernel_block(k, PC + 64);
    for (int i = 0; i < 7; i++)
        kernel_op(k, ISA_CLASS_mul, 20, 20, -1);
    kernel_branch(k, ISA_CLASS_branch_cond, NZCV);
    unsigned back = kernel_block(k, PC + 96);
    kernel_branch(k, ISA_CLASS_branch, -1);
    k->block[back].target = PC;
    for (int i = 0; i < rounds; i++) {
        for (int j = 0; j < 200; j++)
            kernel_step(k, fast, j < 199);
        for (int j = 0; j < 100; j++)
            kernel_step(k, slow, j < 99);
        kernel_step(k, back, true);
    }
    k->end_pc = PC;
}

static struct timing_model *model_of(enum timing_mode mode, uint64_t seed)
{
    struct machine *machine = kernel_machine(NULL);
    struct timing_model *m = NULL;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(timing_model_alloc(&m, mode, machine, seed, &err), 0);
    machine_free(machine);
    return m;
}

static struct outcome run_mode(struct kernel *k, enum timing_mode mode, size_t batch)
{
    struct timing_model *m = model_of(mode, 0);
    kernel_run_batches(k, m, batch);
    CU_ASSERT_EQUAL(timing_model_finish(m), 0);
    return kernel_finish(m);
}

/* The same steps over and over, beyond the exact beginning. */
static struct outcome run_long(struct kernel *k, enum timing_mode mode, uint64_t seed,
                               int times)
{
    struct timing_model *m = model_of(mode, seed);
    for (int i = 0; i < times; i++)
        kernel_run_batches(k, m, 4096);
    CU_ASSERT_EQUAL(timing_model_finish(m), 0);
    return kernel_finish(m);
}

static void test_fast(void)
{
    struct kernel k;
    two_loops(&k, 200); /* 800,000 instructions, ten times */
    struct outcome timing = run_long(&k, TIMING_MODE_timing, 0, 10);
    struct outcome fast = run_long(&k, TIMING_MODE_fast_timing, 0, 10);
    struct outcome again = run_long(&k, TIMING_MODE_fast_timing, 0, 10);
    double cycles = (double)timing.counter[COUNTER_cycles];
    double ratio = (double)fast.counter[COUNTER_cycles] / cycles;
    CU_ASSERT_DOUBLE_EQUAL(ratio, 1, 0.005);
    CU_ASSERT_EQUAL(memcmp(&fast, &again, sizeof fast), 0);
    uint64_t all = timing.counter[COUNTER_instructions];
    CU_ASSERT_EQUAL(timing.counter[COUNTER_instructions_timed], all);
    CU_ASSERT(fast.counter[COUNTER_instructions_timed] < all * 2 / 3);
    CU_ASSERT(fast.counter[COUNTER_instructions_covered] > all * 99 / 100);
    for (int i = 0; i < COUNTER_MAX; i++)
        if (i != COUNTER_cycles && i != COUNTER_instructions_timed &&
            i != COUNTER_instructions_covered &&
            timing_mode_counts(TIMING_MODE_fast_timing, (enum counter)i))
            CU_ASSERT_EQUAL(fast.counter[i], timing.counter[i]);
    for (int i = 0; i < CPI_PART_MAX; i++) {
        double share = (double)timing.part[i] / (double)timing.counter[COUNTER_cycles];
        double mine = (double)fast.part[i] / (double)fast.counter[COUNTER_cycles];
        CU_ASSERT_DOUBLE_EQUAL(mine, share, 0.1);
    }
    /* What is short is timed. */
    timing = run_mode(&k, TIMING_MODE_timing, 4096);
    fast = run_mode(&k, TIMING_MODE_fast_timing, 4096);
    CU_ASSERT_EQUAL(fast.counter[COUNTER_cycles], timing.counter[COUNTER_cycles]);
    CU_ASSERT_EQUAL(fast.counter[COUNTER_instructions_covered],
                    fast.counter[COUNTER_instructions]);
    kernel_release(&k);
}

/* Against printed tables of the quantile. */
static void test_student(void)
{
    static const double table[][2] = {{1, 12.706}, {2, 4.303}, {3.5, 3.182}, {5, 2.571},
                                      {10, 2.228}, {30, 2.042}, {1e9, 1.960}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        CU_ASSERT_DOUBLE_EQUAL(sampled_student(table[i][0]), table[i][1], 0.006);
}

static void test_sampled(void)
{
    struct kernel k;
    two_loops(&k, 200);
    struct outcome timing = run_long(&k, TIMING_MODE_timing, 0, 12);
    double cycles = (double)timing.counter[COUNTER_cycles];
    int covered = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct outcome o = run_long(&k, TIMING_MODE_sampled, seed, 12);
        struct outcome again = run_long(&k, TIMING_MODE_sampled, seed, 12);
        double error = (double)o.counter[COUNTER_cycles_error];
        double off = (double)o.counter[COUNTER_cycles] - cycles;
        CU_ASSERT_EQUAL(memcmp(&o, &again, sizeof o), 0);
        CU_ASSERT(error > 0 && error < 0.05 * cycles);
        CU_ASSERT(off < 0.02 * cycles && off > -0.02 * cycles);
        covered += off <= error && off >= -error;
        CU_ASSERT(o.counter[COUNTER_instructions_timed] <
                  timing.counter[COUNTER_instructions] / 2);
        CU_ASSERT_EQUAL(o.counter[COUNTER_loads], timing.counter[COUNTER_loads]);
        CU_ASSERT_EQUAL(o.counter[COUNTER_branches], timing.counter[COUNTER_branches]);
    }
    CU_ASSERT(covered >= 16); /* of 20 at 95 %: fewer in 3 of 1,000 */
    /* What is short is timed. */
    timing = run_mode(&k, TIMING_MODE_timing, 4096);
    struct outcome exact = run_mode(&k, TIMING_MODE_sampled, 4096);
    for (int i = 0; i < COUNTER_MAX; i++)
        if (timing_mode_counts(TIMING_MODE_sampled, (enum counter)i))
            CU_ASSERT_EQUAL(exact.counter[i], timing.counter[i]);
    CU_ASSERT_EQUAL(memcmp(timing.part, exact.part, sizeof exact.part), 0);
    kernel_release(&k);
}

/* Independent additions for two million instructions; then a chain of multiplications, new code,
 * after every 226,000 of them, which takes about half the time from there on.  A sample that
 * comes at a distance from where the chain is met never sees one. */
enum { CALM = 14125, BURSTS = 20 };

static void regular_bursts(struct kernel *k)
{
    kernel_init(k);
    unsigned calm = kernel_block(k, PC);
    for (int i = 0; i < 15; i++)
        kernel_op(k, ISA_CLASS_alu, i, i, -1);
    kernel_branch(k, ISA_CLASS_branch_cond, NZCV);
    unsigned burst = kernel_block(k, PC + 64);
    for (int i = 0; i < 7; i++)
        kernel_op(k, ISA_CLASS_mul, 20, 20, -1);
    kernel_branch(k, ISA_CLASS_branch_cond, NZCV);
    unsigned back = kernel_block(k, PC + 96);
    kernel_branch(k, ISA_CLASS_branch, -1);
    k->block[back].target = PC;
    for (int j = 0; j < CALM; j++)
        kernel_step(k, calm, j < CALM - 1);
    for (int j = 0; j < 2000; j++)
        kernel_step(k, burst, j < 1999);
    kernel_step(k, back, true);
    k->end_pc = PC;
}

static struct outcome run_bursts(struct kernel *k, enum timing_mode mode, uint64_t seed,
                                 double error)
{
    struct timing_model *m = model_of(mode, seed);
    if (error > 0)
        timing_model_want(m, error);
    uint64_t *address = k->address;
    for (int i = 0; i < 9; i++)
        kernel_run_part(k, m, 0, CALM, 4096, true, &address);
    for (int i = 0; i < BURSTS; i++)
        kernel_run_part(k, m, 0, k->n_steps, 4096, true, &address);
    CU_ASSERT_EQUAL(timing_model_finish(m), 0);
    return kernel_finish(m);
}

static void test_bursts(void)
{
    struct kernel k;
    regular_bursts(&k);
    struct outcome timing = run_bursts(&k, TIMING_MODE_timing, 0, 0);
    double cycles = (double)timing.counter[COUNTER_cycles];
    int covered = 0;
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct outcome o = run_bursts(&k, TIMING_MODE_sampled, seed, 0);
        double error = (double)o.counter[COUNTER_cycles_error];
        double off = (double)o.counter[COUNTER_cycles] - cycles;
        uint64_t parts = 0;
        for (int i = 0; i < CPI_PART_MAX; i++)
            parts += o.part[i];
        CU_ASSERT_EQUAL(parts, o.counter[COUNTER_cycles]);
        CU_ASSERT(off < 0.01 * cycles && off > -0.01 * cycles);
        covered += off <= error && off >= -error;
    }
    CU_ASSERT(covered >= 8); /* of 10 at 95 %: fewer in 1 of 100 */
    kernel_release(&k);
}

/* A wanted error makes the sample larger, never smaller. */
static void test_wanted(void)
{
    struct kernel k;
    regular_bursts(&k);
    struct outcome plain = run_bursts(&k, TIMING_MODE_sampled, 1, 0);
    struct outcome loose = run_bursts(&k, TIMING_MODE_sampled, 1, 0.9);
    CU_ASSERT_EQUAL(memcmp(&plain, &loose, sizeof plain), 0);
    uint64_t timed = plain.counter[COUNTER_instructions_timed];
    double half = (double)plain.counter[COUNTER_cycles_error];
    for (int i = 2; i <= 8; i *= 2) {
        double wanted = half / i / (double)plain.counter[COUNTER_cycles];
        struct outcome o = run_bursts(&k, TIMING_MODE_sampled, 1, wanted);
        double got = (double)o.counter[COUNTER_cycles_error];
        CU_ASSERT(o.counter[COUNTER_instructions_timed] > timed);
        CU_ASSERT(got < 1.5 * wanted * (double)o.counter[COUNTER_cycles]);
        timed = o.counter[COUNTER_instructions_timed];
    }
    kernel_release(&k);
}

/* A program that ends before its first window does. */
static void test_short(void)
{
    for (int rounds = 1; rounds <= 4; rounds++) {
        struct kernel k;
        two_loops(&k, rounds);
        struct outcome timing = run_mode(&k, TIMING_MODE_timing, 4096);
        struct outcome fast = run_mode(&k, TIMING_MODE_fast_timing, 4096);
        CU_ASSERT_EQUAL(fast.counter[COUNTER_instructions],
                        timing.counter[COUNTER_instructions]);
        CU_ASSERT(fast.counter[COUNTER_cycles] > 0);
        if (rounds == 4) /* part of it was measured */
            CU_ASSERT_DOUBLE_EQUAL((double)fast.counter[COUNTER_cycles] /
                                       (double)timing.counter[COUNTER_cycles], 1, 0.1);
        kernel_release(&k);
    }
}

/* Every allocation fails once. */
static void test_memory(void)
{
    struct machine *machine = kernel_machine(NULL);
    struct kernel k;
    random_program(&k, 3, 9000);
    for (int mode = 0; mode < TIMING_MODE_MAX; mode++) {
        int failed = 0;
        if (mode == TIMING_MODE_emulation)
            continue;
        for (long n = 0, rc = ERR_NOMEM; rc != 0; n++, failed++) {
            struct timing_model *m = NULL;
            struct err err = {0};
            struct record_batch b = all_of(&k);
            fail_at = n;
            rc = timing_model_alloc(&m, (enum timing_mode)mode, machine, 0, &err);
            if (rc == 0)
                rc = timing_model_retire(m, &k.program, &b);
            fail_at = -1;
            CU_ASSERT(rc == 0 || rc == ERR_NOMEM);
            timing_model_free(m);
        }
        CU_ASSERT(failed > 15);
    }
    kernel_release(&k);
    machine_free(machine);
}

static const struct unit_test tests[] = {
    {"the same events with and without time", test_same_events},
    {"costs of edges", test_edges},
    {"contexts of edges", test_contexts},
    {"fast model", test_fast},
    {"quantiles", test_student},
    {"sampled model", test_sampled},
    {"rare code that comes back regularly", test_bursts},
    {"wanted error", test_wanted},
    {"short programs", test_short},
    {"memory runs out", test_memory},
};

UNIT_MAIN("fast", tests)
