/* The emulator: counts, batches, the region of interest, faults, limits, damaged files. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "emu/emu.h"
#include "isa/class.h"
#include "tests/unit/unit.h"

#define SMALL RUNG_BUILD_DIR "/tests/guests/small.elf"

enum { ROOM = 4096 };

struct guest {
    struct emu *emu;
    struct record_step step[ROOM];
    uint64_t address[ROOM];
    struct record_batch batch;
};

static struct guest *guest_alloc(const char *what, uint64_t limit, size_t room)
{
    struct guest *g = calloc(1, sizeof(*g));
    const char *argv[] = {"small", what};
    struct emu_options options = {.elf = SMALL, .argc = 2, .argv = argv,
                                  .max_instructions = limit, .out_fd = -1, .err_fd = -1};
    struct err err = {0};

    if (g == NULL || emu_alloc(&g->emu, &options, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        CU_FAIL_FATAL("the guest does not load");
        exit(99);
    }
    g->batch.step = g->step;
    g->batch.address = g->address;
    g->batch.max_steps = g->batch.max_addresses = room;
    return g;
}

static void guest_free(struct guest *g)
{
    emu_free(g->emu);
    free(g);
}

/* What is true of every batch. */
static void check_batch(const struct guest *g)
{
    const struct record_program *p = emu_program(g->emu);
    uint64_t instructions = 0;
    size_t addresses = 0;

    CU_ASSERT_TRUE(g->batch.n_steps <= g->batch.max_steps);
    CU_ASSERT_TRUE(g->batch.n_addresses <= g->batch.max_addresses);
    for (size_t i = 0; i < g->batch.n_steps; i++) {
        const struct record_step *s = &g->step[i];
        CU_ASSERT_TRUE_FATAL(s->block < p->n_blocks);
        const struct record_block *b = &p->block[s->block];
        CU_ASSERT_TRUE(s->count >= 1 && s->count <= b->n_insn);
        CU_ASSERT_TRUE(b->first_insn + b->n_insn <= p->n_insns);
        instructions += s->count;
        for (unsigned k = 0; k < s->count; k++)
            addresses += (p->insn[b->first_insn + k].flags & (RECORD_LOAD | RECORD_STORE)) != 0;
        /* each step goes on where the one before it says */
        if (i > 0 && s->count == b->n_insn) {
            const struct record_block *from = &p->block[s[-1].block];
            bool direct = !s[-1].taken || from->target != 0;
            uint64_t next = s[-1].taken ? from->target : from->pc + from->n_insn * 4u;
            CU_ASSERT_TRUE(!direct || next == b->pc);
        }
    }
    CU_ASSERT_EQUAL(instructions, g->batch.instructions);
    CU_ASSERT_EQUAL(addresses, g->batch.n_addresses);
}

static void run_to_end(struct guest *g)
{
    for (int i = 0; emu_end(g->emu)->kind == EMU_RUNNING; i++) {
        CU_ASSERT_EQUAL_FATAL(emu_next(g->emu, &g->batch), 0);
        CU_ASSERT_TRUE_FATAL(i < 100000);
        if (g->batch.max_steps > 0)
            check_batch(g);
    }
    CU_ASSERT_EQUAL(emu_next(g->emu, &g->batch), 0);
    CU_ASSERT_EQUAL(g->batch.instructions, 0);
}

static void test_counts(void)
{
    struct guest *g = guest_alloc("c", 0, ROOM);

    CU_ASSERT_TRUE(emu_has_marker(g->emu));
    CU_ASSERT_FALSE(emu_had_roi(g->emu));
    run_to_end(g);
    CU_ASSERT_EQUAL(emu_end(g->emu)->kind, EMU_EXITED);
    CU_ASSERT_EQUAL(emu_end(g->emu)->exit_code, 42);
    CU_ASSERT_TRUE(emu_had_roi(g->emu));
    /* 10 to the branch, 3, marker, 300 and a nop, marker, 3, and 2 to leave */
    CU_ASSERT_EQUAL(emu_instructions(g->emu), 10 + 3 + 1 + 301 + 1 + 3 + 2);
    CU_ASSERT_TRUE(emu_guest_bytes(g->emu) > 8 << 20);
    guest_free(g);
}

static void test_region(void)
{
    struct guest *g = guest_alloc("c", 0, ROOM);
    uint64_t inside = 0, outside = 0, regions = 0;

    while (emu_end(g->emu)->kind == EMU_RUNNING) {
        CU_ASSERT_EQUAL_FATAL(emu_next(g->emu, &g->batch), 0);
        check_batch(g);
        if (g->batch.roi) {
            inside += g->batch.instructions;
            regions++;
        } else {
            outside += g->batch.instructions;
        }
    }
    CU_ASSERT_EQUAL(inside, 301);
    CU_ASSERT_EQUAL(outside, 10 + 3 + 1 + 1 + 3 + 2);
    CU_ASSERT_EQUAL(regions, 1);
    guest_free(g);
}

/* Steps, in a row, do not depend on how they are cut into batches. */
static uint64_t hash_of_run(const char *what, uint64_t limit, size_t room)
{
    struct guest *g = guest_alloc(what, limit, room);
    uint64_t hash = 0;

    while (emu_end(g->emu)->kind == EMU_RUNNING) {
        CU_ASSERT_EQUAL_FATAL(emu_next(g->emu, &g->batch), 0);
        for (size_t i = 0; i < g->batch.n_steps; i++) {
            uint64_t pc = emu_program(g->emu)->block[g->step[i].block].pc;
            hash = (hash ^ pc ^ (uint64_t)g->step[i].count << 40) * UINT64_C(0x9e3779b97f4a7c15);
        }
    }
    guest_free(g);
    return hash;
}

static void test_batches(void)
{
    CU_ASSERT_EQUAL(hash_of_run("c", 0, ROOM), hash_of_run("c", 0, 300));
    CU_ASSERT_EQUAL(hash_of_run("f", 5000, ROOM), hash_of_run("f", 5000, 257));
    struct guest *g = guest_alloc("c", 0, RECORD_BLOCK_MAX);
    CU_ASSERT_EQUAL(emu_next(g->emu, &g->batch), ERR_USAGE);
    guest_free(g);
}

static void test_unrecorded(void)
{
    struct guest *g = guest_alloc("c", 0, 0);

    run_to_end(g);
    CU_ASSERT_EQUAL(emu_instructions(g->emu), 321);
    CU_ASSERT_EQUAL(g->batch.n_steps, 0);
    guest_free(g);
}

static void test_limit(void)
{
    struct guest *g = guest_alloc("f", 100001, ROOM);

    run_to_end(g);
    CU_ASSERT_EQUAL(emu_end(g->emu)->kind, EMU_LIMIT);
    /* at the first block end at or after it; these blocks have two instructions */
    CU_ASSERT_TRUE(emu_instructions(g->emu) >= 100001 && emu_instructions(g->emu) <= 100002);
    CHECK_STRING_CONTAINS(emu_end(g->emu)->text, "stopped after");
    guest_free(g);
    g = guest_alloc("f", 3000000, 0);
    run_to_end(g);
    CU_ASSERT_EQUAL(emu_end(g->emu)->kind, EMU_LIMIT);
    guest_free(g);
}

static void test_records(void)
{
    struct guest *g = guest_alloc("c", 0, ROOM);

    CU_ASSERT_EQUAL(emu_next(g->emu, &g->batch), 0);
    const struct record_program *p = emu_program(g->emu);
    const struct record_block *b = &p->block[g->step[0].block];
    const struct record_insn *i = &p->insn[b->first_insn];
    CU_ASSERT_EQUAL(b->n_insn, 5); /* ldr, ldrb, sub, cmp, b.hi */
    CU_ASSERT_EQUAL(b->n_mem, 2);
    CU_ASSERT_EQUAL(b->target, b->pc + 10 * 4);
    CU_ASSERT_EQUAL(g->step[0].taken, 0);
    CU_ASSERT_EQUAL(i[0].cls, ISA_CLASS_load);
    CU_ASSERT_EQUAL(i[0].flags, RECORD_LOAD);
    CU_ASSERT_EQUAL(i[0].mem_bytes, 8);
    CU_ASSERT_EQUAL(i[0].n_src, 1);
    CU_ASSERT_EQUAL(i[0].n_addr, 1);
    CU_ASSERT_EQUAL(i[0].src[0], RECORD_REG_SP);
    CU_ASSERT_EQUAL(i[0].dst[0], RECORD_REG_X0);
    CU_ASSERT_EQUAL(i[1].mem_bytes, 1);
    CU_ASSERT_EQUAL(i[4].flags, RECORD_BRANCH);
    CU_ASSERT_EQUAL(i[4].src[0], RECORD_REG_NZCV);
    CU_ASSERT_EQUAL(g->address[0] % 16, 0); /* SP + 16 */
    /* the batch ends before the marker, where the guest goes on */
    const struct record_block *last = &p->block[g->step[g->batch.n_steps - 1].block];
    CU_ASSERT_EQUAL(g->batch.next_pc, last->pc + last->n_insn * 4u);
    uint64_t offset = 1;
    CU_ASSERT_STRING_EQUAL(emu_symbol(g->emu, b->pc, &offset), "_start");
    CU_ASSERT_EQUAL(offset, 0);
    CU_ASSERT_PTR_NULL(emu_symbol(g->emu, 0x10, &offset));
    guest_free(g);
}

static struct emu_end expect_fault(const char *what, enum emu_end_kind kind, uint64_t retired,
                                   const char *text)
{
    struct guest *g = guest_alloc(what, 0, ROOM), *quick = guest_alloc(what, 0, 0);

    run_to_end(g);
    run_to_end(quick);
    struct emu_end end = *emu_end(g->emu);
    CU_ASSERT_EQUAL(end.kind, kind);
    if (retired > 0)
        CU_ASSERT_EQUAL(emu_instructions(g->emu), retired);
    CU_ASSERT_EQUAL(emu_instructions(quick->emu), emu_instructions(g->emu));
    CU_ASSERT_EQUAL(emu_end(quick->emu)->pc, end.pc);
    CHECK_STRING_CONTAINS(end.text, text);
    if (strstr(end.text, text) == NULL)
        fprintf(stderr, "message: %s\nwanted: %s\n", end.text, text);
    guest_free(g);
    guest_free(quick);
    return end;
}

static void test_memory_faults(void)
{
    struct emu_end end =
        expect_fault("u", EMU_FAULT_MEMORY, 14, "in unmapped_here+0x0: ldr x4, [x1])");
    CHECK_STRING_CONTAINS(end.text, "unmapped read of 8 bytes at 0x10 (pc 0x");
    CU_ASSERT_EQUAL(end.address, 16);
    CU_ASSERT_EQUAL(end.word, 0xf9400024);
    end = expect_fault("w", EMU_FAULT_MEMORY, 11, "in readonly+0x4: stp x1, x1, [x1])");
    CHECK_STRING_CONTAINS(end.text, "forbidden write of 16 bytes");
    end = expect_fault("t", EMU_FAULT_MEMORY, 17, "unmapped read of 8 bytes at 0x5a01");
    end = expect_fault("r", EMU_FAULT_MEMORY, 0, "stack overflow: write of 16 bytes");
    CHECK_STRING_CONTAINS(end.text, "in recurse+0x0");
}

static void test_fetch_faults(void)
{
    struct emu_end end = expect_fault("j", EMU_FAULT_MEMORY, 12, "unmapped fetch at 0x7000");
    CU_ASSERT_EQUAL(end.pc, 0x7000);
    CU_ASSERT_EQUAL(end.word, 0);
    end = expect_fault("x", EMU_FAULT_MEMORY, 12, "forbidden fetch at 0x7f");
    end = expect_fault("p", EMU_FAULT_ALIGNMENT, 13, "misaligned fetch at 0x");
    CU_ASSERT_EQUAL(end.pc % 4, 2);
}

static void test_other_faults(void)
{
    struct emu_end end =
        expect_fault("d", EMU_FAULT_UNDEFINED, 11, "unallocated: 0x00000000 at 0x");
    CHECK_STRING_CONTAINS(end.text, "(undefined+0x4)");
    end = expect_fault("n", EMU_FAULT_UNIMPLEMENTED, 11, "not implemented: 0x04e0e3e0 at 0x");
    CU_ASSERT_EQUAL(end.word, 0x04e0e3e0);
    end = expect_fault("b", EMU_FAULT_BREAK, 11, "breakpoint (pc 0x");
    CHECK_STRING_CONTAINS(end.text, "brk #0x5");
    end = expect_fault("m", EMU_FAULT_ALIGNMENT, 11, "misaligned read of 8 bytes");
    CHECK_STRING_CONTAINS(end.text, "ldxr x2, [x1]");
}

static void test_two_guests(void)
{
    struct guest *a = guest_alloc("c", 0, 300), *b = guest_alloc("u", 0, ROOM);

    CU_ASSERT_EQUAL(emu_next(a->emu, &a->batch), 0);
    run_to_end(b);
    run_to_end(a);
    CU_ASSERT_EQUAL(emu_end(a->emu)->exit_code, 42);
    CU_ASSERT_EQUAL(emu_end(b->emu)->kind, EMU_FAULT_MEMORY);
    guest_free(a);
    guest_free(b);
}

static void test_output(void)
{
    const char *argv[] = {"small", "h"};
    struct emu_options options = {.elf = SMALL, .argc = 2, .argv = argv, .err_fd = -1};
    struct record_batch batch = {0};
    struct err err = {0};
    struct emu *e = NULL;
    char text[16] = "";
    int fds[2];

    CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
    options.out_fd = fds[1];
    CU_ASSERT_EQUAL_FATAL(emu_alloc(&e, &options, &err), 0);
    while (emu_end(e)->kind == EMU_RUNNING)
        CU_ASSERT_EQUAL_FATAL(emu_next(e, &batch), 0);
    CU_ASSERT_EQUAL(emu_end(e)->exit_code, 7);
    CU_ASSERT_EQUAL(read(fds[0], text, sizeof(text)), 6);
    CU_ASSERT_STRING_EQUAL(text, "hello\n");
    emu_free(e);
    close(fds[0]);
    close(fds[1]);
}

static void expect_bad_file(const char *path, const char *text)
{
    struct emu_options options = {.elf = path, .out_fd = -1, .err_fd = -1};
    struct err err = {0};
    struct emu *e = NULL;

    CU_ASSERT_EQUAL(emu_alloc(&e, &options, &err), ERR_DATA);
    CU_ASSERT_PTR_NULL(e);
    CHECK_STRING_CONTAINS(err.text, path);
    CHECK_STRING_CONTAINS(err.text, text);
    if (strstr(err.text, text) == NULL)
        fprintf(stderr, "message: %s\nwanted: %s\n", err.text, text);
}

static const char *write_bad(const unsigned char *bytes, size_t size)
{
    static char path[64];

    snprintf(path, sizeof(path), "bad-%ld.elf", (long)getpid());
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, size, f), size);
    CU_ASSERT_EQUAL(fclose(f), 0);
    return path;
}

/* One field of the good file changed: `size` bytes at `offset`. */
static void expect_bad_field(const unsigned char *good, size_t length, size_t offset,
                             uint64_t value, size_t size, const char *text)
{
    unsigned char *bytes = malloc(length);

    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    memcpy(bytes, good, length);
    memcpy(bytes + offset, &value, size);
    const char *path = write_bad(bytes, length);
    expect_bad_file(path, text);
    remove(path);
    free(bytes);
}

static void test_damaged_files(void)
{
    static unsigned char good[1 << 17];
    FILE *f = fopen(SMALL, "rb");

    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    size_t length = fread(good, 1, sizeof(good), f);
    fclose(f);
    CU_ASSERT_TRUE_FATAL(length > 64 && length < sizeof(good));
    expect_bad_file("/nonexistent/guest.elf", "can't open");
    expect_bad_file("/", "can't read");
    expect_bad_field(good, length, 0, 0, 4, "not an ELF file");
    expect_bad_field(good, 20, 0, 0x464c457f, 4, "not an ELF file");
    expect_bad_field(good, length, 18, 62, 2,
                     "not a little-endian AArch64 program: build it with a compiler for that, as "
                     "'aarch64-linux-gnu-gcc -static'");
    expect_bad_field(good, length, 16, 1, 2, "not an executable (ELF type 1): link it with");
    expect_bad_field(good, length, 16, 4, 2, "not an executable (ELF type 4)");
    expect_bad_field(good, length, 56, 0, 2, "damaged program headers");
    expect_bad_field(good, length, 32, UINT64_MAX - 8, 8, "damaged program headers");
    /* the first program header, at 64: type, offset, address, sizes */
    expect_bad_field(good, length, 64, 3, 4,
                     "dynamically linked; only static programs can be run: link it with '-static'");
    expect_bad_field(good, length, 64 + 8, UINT64_C(1) << 40, 8, "reaches beyond the file");
    expect_bad_field(good, length, 64 + 16, UINT64_C(1) << 50, 8, "outside of guest memory");
    expect_bad_field(good, length, 64 + 16, 0, 8, "outside of guest memory");
    expect_bad_field(good, length, 64 + 40, UINT64_C(1) << 62, 8, "outside of guest memory");
    expect_bad_field(good, length, 64 + 40, 1, 8, "reaches beyond the file");
}

/* Whatever is damaged, loading and running ends with an error or a result. */
static void test_noise_in_files(void)
{
    static unsigned char good[1 << 17];
    FILE *f = fopen(SMALL, "rb");
    uint32_t noise = 1;
    unsigned loaded = 0, refused = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    size_t length = fread(good, 1, sizeof(good), f);
    fclose(f);
    for (int i = unit_rounds(300); i > 0; i--) {
        unsigned char *bytes = malloc(length);
        const char *argv[] = {"small", "c"};
        struct record_batch batch = {0};
        struct emu *e = NULL;
        struct err err = {0};
        memcpy(bytes, good, length);
        for (int k = 0; k < 4; k++) {
            noise = noise * 1664525 + 1013904223;
            bytes[(noise >> 8) % (i % 2 ? 400 : length)] ^= (unsigned char)(1u << (noise >> 29));
        }
        const char *path = write_bad(bytes, length);
        struct emu_options options = {.elf = path, .argc = 2, .argv = argv,
                                      .max_instructions = 10000, .out_fd = -1, .err_fd = -1};
        if (emu_alloc(&e, &options, &err) == 0) {
            while (emu_end(e)->kind == EMU_RUNNING)
                CU_ASSERT_EQUAL_FATAL(emu_next(e, &batch), 0);
            CU_ASSERT_TRUE(emu_end(e)->text[0] != 0);
            loaded++;
        } else {
            CHECK_STRING_CONTAINS(err.text, path);
            refused++;
        }
        emu_free(e);
        remove(path);
        free(bytes);
    }
    CU_ASSERT_TRUE(loaded > 0 && refused > 0);
}

static const struct unit_test tests[] = {
    {"counts", test_counts},
    {"region of interest", test_region},
    {"batches", test_batches},
    {"without records", test_unrecorded},
    {"limit", test_limit},
    {"records", test_records},
    {"faults of memory", test_memory_faults},
    {"faults of fetch", test_fetch_faults},
    {"other faults", test_other_faults},
    {"two guests", test_two_guests},
    {"output", test_output},
    {"damaged files", test_damaged_files},
    {"noise in files", test_noise_in_files},
};
UNIT_MAIN("emu", tests)
