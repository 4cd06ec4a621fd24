/* What L1D misses on the addresses of real programs, beside a cache written for this test
 * alone: each way remembers when it was used last, and the one that was so the longest ago
 * gives way. */
#include "config.h"

#include <stdlib.h>

#include "base/path.h"
#include "emu/emu.h"
#include "isa/class.h"
#include "sim/sim.h"
#include "tests/unit/unit.h"

enum { MAX_SETS = 256, MAX_WAYS = 8, LINE = 64, STEPS = 4096 };

struct lru {
    unsigned sets, ways;
    uint64_t line[MAX_SETS][MAX_WAYS], used[MAX_SETS][MAX_WAYS]; /* 0: never */
    uint64_t now, accesses, misses;
};

static void lru_line(struct lru *c, uint64_t line, bool counts)
{
    uint64_t *lines = c->line[line % c->sets], *used = c->used[line % c->sets];
    unsigned way = 0;
    for (unsigned i = 1; i < c->ways; i++)
        if (used[i] < used[way])
            way = i;
    bool hit = false;
    for (unsigned i = 0; i < c->ways && !hit; i++)
        if (used[i] > 0 && lines[i] == line) {
            way = i;
            hit = true;
        }
    lines[way] = line;
    used[way] = ++c->now;
    c->accesses += counts;
    c->misses += counts && !hit;
}

/* An instruction that reads and writes does one after the other, in each line that it touches;
 * a hint looks at one line. */
static void lru_insn(struct lru *c, const struct record_insn *in, uint64_t address, bool counts)
{
    bool hint = in->cls == ISA_CLASS_prefetch;
    unsigned bytes = hint || in->mem_bytes == 0 ? 1 : in->mem_bytes;
    bool twice = !hint && (in->flags & RECORD_LOAD) && (in->flags & RECORD_STORE);
    for (int i = 0; i <= twice; i++)
        for (uint64_t line = address / LINE; line <= (address + bytes - 1) / LINE; line++)
            lru_line(c, line, counts);
}

static void lru_batch(struct lru *c, const struct record_program *program,
                      const struct record_batch *batch)
{
    const uint64_t *address = batch->address;
    for (size_t i = 0; i < batch->n_steps; i++) {
        const struct record_step *step = &batch->step[i];
        const struct record_insn *in = &program->insn[program->block[step->block].first_insn];
        for (unsigned k = 0; k < step->count; k++)
            if (in[k].flags & (RECORD_LOAD | RECORD_STORE))
                lru_insn(c, &in[k], *address++, batch->roi);
    }
    CU_ASSERT_EQUAL((size_t)(address - batch->address), batch->n_addresses);
}

/* All of a program goes through the cache; what is in the region of interest counts. */
static void lru_run(struct lru *c, const char *elf, const char *size)
{
    const char *argv[] = {"guest", size};
    struct emu_options options = {.elf = elf, .argc = 2, .argv = argv, .out_fd = -1,
                                  .err_fd = -1};
    struct record_batch batch = {.max_steps = STEPS, .max_addresses = 2 * STEPS};
    struct err err = {0};
    struct emu *emu = NULL;
    batch.step = malloc(STEPS * sizeof *batch.step);
    batch.address = malloc(2 * STEPS * sizeof *batch.address);
    CU_ASSERT_FATAL(batch.step != NULL && batch.address != NULL);
    CU_ASSERT_EQUAL_FATAL(emu_alloc(&emu, &options, &err), 0);
    while (emu_end(emu)->kind == EMU_RUNNING) {
        CU_ASSERT_EQUAL_FATAL(emu_next(emu, &batch), 0);
        lru_batch(c, emu_program(emu), &batch);
    }
    CU_ASSERT_EQUAL(emu_end(emu)->kind, EMU_EXITED);
    emu_free(emu);
    free(batch.step);
    free(batch.address);
}

static void model_run(struct sim_result *r, const char *elf, const char *size,
                      const char *bytes, const char *ways, enum timing_mode mode)
{
    const char *argv[] = {"guest", size};
    struct machine *machine = NULL;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(machine_load(&machine, "m2", &err), 0);
    CU_ASSERT_EQUAL(machine_set(machine, "l1d.size", bytes, &err), 0);
    CU_ASSERT_EQUAL(machine_set(machine, "l1d.ways", ways, &err), 0);
    CU_ASSERT_EQUAL(machine_set(machine, "l1d.prefetch.kind", "none", &err), 0);
    struct sim_options options = {.elf = elf, .argc = 2, .argv = argv, .mode = mode,
                                  .machine = machine, .out_fd = -1, .err_fd = -1};
    CU_ASSERT_EQUAL_FATAL(sim_run(&options, r, &err), 0);
    machine_free(machine);
}

/* One program, in caches from far too small to large enough. */
static void compare(const char *name, const char *size)
{
    static const struct {
        const char *bytes, *ways;
        unsigned sets, n_ways;
    } caches[] = {{"4KiB", "1", 64, 1}, {"8KiB", "2", 64, 2}, {"32KiB", "4", 128, 4},
                  {"128KiB", "8", 256, 8}};
    char *elf = path_data("problems", name);
    uint64_t before = UINT64_MAX;
    CU_ASSERT_PTR_NOT_NULL_FATAL(elf);
    for (size_t i = 0; i < sizeof caches / sizeof caches[0]; i++) {
        struct lru *c = calloc(1, sizeof *c);
        CU_ASSERT_PTR_NOT_NULL_FATAL(c);
        c->sets = caches[i].sets;
        c->ways = caches[i].n_ways;
        lru_run(c, elf, size);
        for (int sampled = 0; sampled < 2; sampled++) {
            struct sim_result r;
            model_run(&r, elf, size, caches[i].bytes, caches[i].ways,
                      sampled ? TIMING_MODE_sampled : TIMING_MODE_timing);
            CU_ASSERT_EQUAL(r.counter[COUNTER_l1d_accesses], c->accesses);
            CU_ASSERT_EQUAL(r.counter[COUNTER_l1d_misses], c->misses);
            sim_result_release(&r);
        }
        CU_ASSERT(c->accesses > 10000 && c->misses > 0 && c->misses <= before);
        before = c->misses;
        free(c);
    }
    free(elf);
}

static void test_gemm(void)
{
    compare("gemm.elf", "48");
}

static void test_stencil(void)
{
    compare("stencil7.elf", "24");
}

static const struct unit_test tests[] = {
    {"gemm", test_gemm},
    {"a stencil", test_stencil},
};

UNIT_MAIN("streams", tests)
