/* Programs for timing tests, written as record tables by hand, and a machine with round
 * figures to run them on. */
#ifndef TESTS_TIMING_KERNEL_H
#define TESTS_TIMING_KERNEL_H

#include <stdio.h>
#include <stdlib.h>

#include "isa/class.h"
#include "timing/model.h"
#include "tests/unit/unit.h"

enum { NZCV = RECORD_REG_NZCV, V0 = RECORD_REG_V0 };

struct kernel {
    struct record_block block[64];
    struct record_insn insn[1024];
    struct record_program program;
    struct record_step *step;
    uint64_t *address;
    size_t n_steps, n_addresses, max;
    uint64_t end_pc;
};

static inline void kernel_init(struct kernel *k)
{
    memset(k, 0, sizeof *k);
    k->max = 1 << 16;
    k->step = malloc(k->max * sizeof *k->step);
    k->address = malloc(k->max * sizeof *k->address);
    k->program.block = k->block;
    k->program.insn = k->insn;
    if (k->step == NULL || k->address == NULL)
        abort();
}

static inline void kernel_release(struct kernel *k)
{
    free(k->step);
    free(k->address);
}

/* Begins a block at `pc`; instructions are added to the newest block. */
static inline unsigned kernel_block(struct kernel *k, uint64_t pc)
{
    struct record_block *b = &k->block[k->program.n_blocks];
    *b = (struct record_block){.pc = pc, .first_insn = (uint32_t)k->program.n_insns};
    return (unsigned)k->program.n_blocks++;
}

static inline struct record_insn *kernel_insn(struct kernel *k, enum isa_class cls)
{
    struct record_insn *in = &k->insn[k->program.n_insns++];
    *in = (struct record_insn){.cls = (uint8_t)cls};
    k->block[k->program.n_blocks - 1].n_insn++;
    return in;
}

/* dst = op(a, b); registers below 0 are not there. */
static inline struct record_insn *kernel_op(struct kernel *k, enum isa_class cls, int dst,
                                            int a, int b)
{
    struct record_insn *in = kernel_insn(k, cls);
    if (dst >= 0)
        in->dst[in->n_dst++] = (uint8_t)dst;
    if (a >= 0)
        in->src[in->n_src++] = (uint8_t)a;
    if (b >= 0)
        in->src[in->n_src++] = (uint8_t)b;
    return in;
}

static inline struct record_insn *kernel_load(struct kernel *k, int dst, int base, int bytes)
{
    struct record_insn *in = kernel_op(k, ISA_CLASS_load, dst, base, -1);
    in->flags = RECORD_LOAD;
    in->mem_bytes = (uint8_t)bytes;
    in->n_addr = 1;
    k->block[k->program.n_blocks - 1].n_mem++;
    return in;
}

static inline struct record_insn *kernel_store(struct kernel *k, int data, int base, int bytes)
{
    struct record_insn *in = kernel_op(k, ISA_CLASS_store, -1, base, data);
    in->flags = RECORD_STORE;
    in->mem_bytes = (uint8_t)bytes;
    in->n_addr = 1;
    k->block[k->program.n_blocks - 1].n_mem++;
    return in;
}

static inline struct record_insn *kernel_branch(struct kernel *k, enum isa_class cls,
                                                int source)
{
    struct record_insn *in = kernel_op(k, cls, -1, source, -1);
    in->flags = RECORD_BRANCH;
    return in;
}

static inline void kernel_step(struct kernel *k, unsigned block, bool taken)
{
    if (k->n_steps == k->max)
        abort();
    k->step[k->n_steps++] =
        (struct record_step){block, k->block[block].n_insn, (uint16_t)taken};
}

static inline void kernel_address(struct kernel *k, uint64_t address)
{
    if (k->n_addresses == k->max)
        abort();
    k->address[k->n_addresses++] = address;
}

static inline void kernel_steps(struct kernel *k, unsigned block, uint64_t n, bool taken)
{
    for (uint64_t i = 0; i < n; i++)
        kernel_step(k, block, taken);
}

/* A block of one access, `n` times, the addresses `stride` bytes apart. */
static inline void kernel_walk(struct kernel *k, unsigned block, uint64_t n, uint64_t first,
                               uint64_t stride)
{
    for (uint64_t i = 0; i < n; i++) {
        kernel_step(k, block, false);
        kernel_address(k, first + i * stride);
    }
}

/* Hands the steps from `from` to `to` over in batches of `size` steps. */
static inline void kernel_run_part(struct kernel *k, struct timing_model *m, size_t from,
                                   size_t to, size_t size, bool roi, uint64_t **address)
{
    for (size_t i = from; i < to; i += size) {
        struct record_batch b = {.step = k->step + i, .address = *address, .roi = roi};
        for (; b.n_steps < size && i + b.n_steps < to; b.n_steps++) {
            const struct record_step *s = &b.step[b.n_steps];
            const struct record_block *block = &k->block[s->block];
            b.instructions += s->count;
            for (unsigned n = 0; n < s->count; n++)
                b.n_addresses +=
                    (k->insn[block->first_insn + n].flags & (RECORD_LOAD | RECORD_STORE)) != 0;
        }
        size_t next = i + b.n_steps;
        b.next_pc = next < k->n_steps ? k->block[k->step[next].block].pc : k->end_pc;
        CU_ASSERT_EQUAL_FATAL(timing_model_retire(m, &k->program, &b), 0);
        *address += b.n_addresses;
    }
}

static inline void kernel_run_batches(struct kernel *k, struct timing_model *m, size_t size)
{
    uint64_t *address = k->address;
    kernel_run_part(k, m, 0, k->n_steps, size, true, &address);
    CU_ASSERT_EQUAL((size_t)(address - k->address), k->n_addresses);
}

/* A machine of round figures: 1 GHz, eight wide, window 64; L1D 4 cycles, L2 20, memory 100
 * and a line of 64 bytes each cycle, no system cache; translation is free, branches are
 * perfectly predicted.  `changes` are names and values, ended by NULL. */
static inline struct machine *kernel_machine(const char *const *changes)
{
    static const char *const round[] = {
        "clock", "1GHz", "issue", "out-of-order", "move_elimination", "no", "fusion", "no",
        "width.fetch", "8", "width.dispatch", "8", "width.issue", "8", "width.retire", "8",
        "rob", "64", "load_queue", "32", "store_queue", "16", "mispredict", "10",
        "ports.alu", "8", "ports.branch", "2", "ports.mul", "1", "ports.mem", "3",
        "ports.load", "2", "ports.store", "1", "ports.fp", "2", "ports.fpx", "1",
        "predictor.kind", "perfect", "l1i.size", "64KiB", "l1i.ways", "8",
        "l1d.size", "32KiB", "l1d.ways", "8", "l1d.latency", "4", "l1d.mshrs", "64",
        "l2.size", "1MiB", "l2.ways", "16", "l2.line", "64", "l2.latency", "20",
        "l2.interval", "0", "slc.size", "0", "l1d.prefetch.kind", "none",
        "l1d.prefetch.degree", "1", "l2.prefetch.kind", "none", "registers.int", "0",
        "registers.fp", "0", "dram.latency", "100ns",
        "dram.bandwidth", "64GB/s", "forward.latency", "5", "walk.latency", "0",
        "tlb2.entries", "0", "class.load.latency", "0", "class.div64.latency", "40",
        "class.div64.busy", "1", NULL};
    struct machine *m = NULL;
    struct err err = {0};
    const char *const *lists[] = {round, changes};
    int rc = machine_load(&m, "m2", &err);
    for (int l = 0; rc == 0 && l < 2; l++)
        for (const char *const *p = lists[l]; rc == 0 && p != NULL && *p != NULL; p += 2)
            rc = machine_set(m, p[0], p[1], &err);
    if (rc == 0)
        rc = machine_check(m, &err);
    if (rc != 0) {
        fprintf(stderr, "%s\n", err.text);
        CU_FAIL_FATAL("the machine of the tests cannot be made");
    }
    return m;
}

struct outcome {
    uint64_t counter[COUNTER_MAX], part[CPI_PART_MAX];
};

static inline struct timing_model *kernel_model(const char *const *changes, uint64_t seed)
{
    struct machine *machine = kernel_machine(changes);
    struct timing_model *m = NULL;
    struct err err = {0};
    CU_ASSERT_EQUAL_FATAL(timing_model_alloc(&m, TIMING_MODE_timing, machine, seed, &err), 0);
    machine_free(machine);
    return m;
}

/* Takes the model's results, checks that its stack adds up, and frees it. */
static inline struct outcome kernel_finish(struct timing_model *m)
{
    struct outcome o;
    uint64_t sum = 0;
    timing_model_counters(m, o.counter);
    timing_model_cpi_stack(m, o.part);
    for (int i = 0; i < CPI_PART_MAX; i++)
        sum += o.part[i];
    CU_ASSERT_EQUAL(sum, o.counter[COUNTER_cycles]);
    timing_model_free(m);
    return o;
}

static inline struct outcome kernel_run(struct kernel *k, const char *const *changes)
{
    struct timing_model *m = kernel_model(changes, 0);
    kernel_run_batches(k, m, 4096);
    return kernel_finish(m);
}

#define CHANGES(...) ((const char *const[]){__VA_ARGS__, NULL})

static inline void expect_cycles(const char *what, const struct outcome *o, uint64_t want)
{
    if (o->counter[COUNTER_cycles] != want)
        fprintf(stderr, "%s: %llu cycles instead of %llu\n", what,
                (unsigned long long)o->counter[COUNTER_cycles], (unsigned long long)want);
    CU_ASSERT_EQUAL(o->counter[COUNTER_cycles], want);
}

#endif
