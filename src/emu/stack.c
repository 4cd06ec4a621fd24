#include "config.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/stack.h"

/* What AT_HWCAP announces (arch/arm64/include/uapi/asm/hwcap.h): just what is implemented,
 * so that libraries choose no more than that. */
enum { CAP_FP = 1 << 0, CAP_ASIMD = 1 << 1, CAP_CRC32 = 1 << 7, CAP_ATOMICS = 1 << 8, CAP_CPUID = 1 << 11 };

/* Strings go down from the top, then the vector of words goes below them. */
struct builder {
    struct memory *memory;
    uint64_t at, floor;
};

static uint64_t push_bytes(struct builder *b, const void *bytes, size_t length)
{
    if (b->at - b->floor < length)
        return 0;
    b->at -= length;
    memcpy(b->memory->base + b->at, bytes, length);
    return b->at;
}

static uint64_t push_string(struct builder *b, const char *text)
{
    return push_bytes(b, text, strlen(text) + 1);
}

/* The 16 bytes of AT_RANDOM: fixed for a seed (splitmix64, Steele et al. 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t fill_auxv(uint64_t *word, const struct elf_file *f, uint64_t random,
                        uint64_t name, uint64_t platform)
{
    const uint64_t auxv[][2] = {
        {AT_HWCAP, CAP_FP | CAP_ASIMD | CAP_CRC32 | CAP_ATOMICS | CAP_CPUID},
        {AT_PAGESZ, MEMORY_PAGE},
        {AT_CLKTCK, 100},
        {AT_PHDR, f->phdr},
        {AT_PHENT, sizeof(Elf64_Phdr)},
        {AT_PHNUM, f->phnum},
        {AT_BASE, 0},
        {AT_FLAGS, 0},
        {AT_ENTRY, f->entry},
        {AT_UID, 1000},
        {AT_EUID, 1000},
        {AT_GID, 1000},
        {AT_EGID, 1000},
        {AT_SECURE, 0},
        {AT_RANDOM, random},
        {AT_HWCAP2, 0},
        {AT_EXECFN, name},
        {AT_PLATFORM, platform},
        {AT_NULL, 0}};

    memcpy(word, auxv, sizeof(auxv));
    return sizeof(auxv) / sizeof(uint64_t);
}

static int build(struct builder *b, const struct elf_file *f, const struct emu_options *o,
                 uint64_t *word, uint64_t *sp, struct err *err)
{
    uint64_t state = o->layout_seed, random[2] = {next_random(&state), next_random(&state)};
    uint64_t top = b->at;
    char layout[64];
    size_t n = 0;

    uint64_t name = push_string(b, o->argc > 0 ? o->argv[0] : "");
    uint64_t platform = push_string(b, "aarch64");
    word[n++] = (uint64_t)o->argc;
    for (int i = 0; i < o->argc; i++)
        word[n++] = push_string(b, o->argv[i]);
    word[n++] = 0;
    if (o->layout_seed != 0) {
        snprintf(layout, sizeof(layout), "RUNG_LAYOUT=%llu", (unsigned long long)o->layout_seed);
        word[n++] = push_string(b, layout);
    }
    word[n++] = 0;
    /* Whole pages: where the stack begins, and so what a cache makes of it, must not hang on how
     * long the program's path is. */
    b->at = top - (top - b->at + MEMORY_PAGE - 1) / MEMORY_PAGE * MEMORY_PAGE;
    if (b->at < b->floor)
        return err_set(err, ERR_USAGE, "the guest's arguments do not fit on its stack");
    n += fill_auxv(word + n, f, push_bytes(b, random, sizeof(random)), name, platform);
    /* The vector starts at a multiple of 16. */
    b->at = (b->at - n * 8) & ~UINT64_C(15);
    if (b->at < b->floor || b->at > STACK_TOP)
        return err_set(err, ERR_USAGE, "the guest's arguments do not fit on its stack");
    memcpy(b->memory->base + b->at, word, n * 8);
    *sp = b->at;
    return 0;
}

int stack_build(struct memory *m, const struct elf_file *f, const struct emu_options *o,
                uint64_t offset, uint64_t *sp, struct err *err)
{
    uint64_t bottom = STACK_TOP - STACK_BYTES;
    struct builder b = {m, STACK_TOP - offset, STACK_TOP - STACK_BYTES / 4};

    if (memory_map(m, bottom, STACK_BYTES, MEMORY_READ | MEMORY_WRITE) < 0)
        return err_set(err, ERR_NOMEM, "no memory for the guest's stack");
    uint64_t *word = calloc((size_t)o->argc + 64, sizeof(word[0]));
    if (word == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the guest's arguments");
    int rc = build(&b, f, o, word, sp, err);
    free(word);
    return rc;
}
