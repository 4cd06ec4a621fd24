/* Any bytes as a program: it is refused, or it runs for a while and ends with a result. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu/elf_file.h"
#include "emu/emu.h"

enum { ROOM = 1024, LIMIT = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int put_file(const uint8_t *bytes, size_t size, char *path, size_t path_size)
{
    static int file = -1;

    if (file < 0)
        file = memfd_create("program", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, 0) != 0 || pwrite(file, bytes, size, 0) != (ssize_t)size)
        abort();
    snprintf(path, path_size, "/proc/self/fd/%d", file);
    return file;
}

static void check_batch(const struct emu *e, const struct record_batch *b)
{
    uint64_t instructions = 0;

    for (size_t i = 0; i < b->n_steps; i++) {
        if (b->step[i].block >= emu_program(e)->n_blocks)
            abort();
        instructions += b->step[i].count;
    }
    if (instructions != b->instructions)
        abort();
}

/* What the listing does with it. */
static void list_code(const char *path)
{
    struct memory memory;
    struct elf_file elf = {0};
    uint64_t address, length;

    if (memory_init(&memory, NULL) == 0 && elf_file_load(&elf, path, &memory, NULL) == 0)
        for (size_t i = 0; elf_file_code(&elf, i, &address, &length); i++)
            elf_file_symbol(&elf, address);
    elf_file_release(&elf);
    memory_release(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct record_step step[ROOM];
    static uint64_t addresses[ROOM];
    static const char *const argv[] = {"guest", "c"};
    char path[64];
    struct emu *e = NULL;
    struct err err = {0};
    struct record_batch batch = {.step = step, .address = addresses};
    struct emu_options o = {.elf = path,
                            .argc = 2,
                            .argv = argv,
                            .max_instructions = LIMIT,
                            .out_fd = -1,
                            .err_fd = -1};

    put_file(bytes, size, path, sizeof(path));
    list_code(path);
    if (emu_alloc(&e, &o, &err) < 0) {
        if (e != NULL || err.text[0] == 0)
            abort();
        return 0;
    }
    /* Recorded and not, by the last byte. */
    batch.max_steps = batch.max_addresses = bytes[size - 1] & 1 ? ROOM : 0;
    while (emu_end(e)->kind == EMU_RUNNING) {
        if (emu_next(e, &batch) < 0)
            break; /* the host's memory is short */
        if (batch.max_steps > 0)
            check_batch(e, &batch);
    }
    if (emu_end(e)->kind != EMU_RUNNING && emu_end(e)->text[0] == 0)
        abort();
    emu_free(e);
    return 0;
}
