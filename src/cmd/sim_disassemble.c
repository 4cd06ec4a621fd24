/* rung sim --disassemble: a listing of a program. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "cmd/sim.h"
#include "emu/elf_file.h"
#include "isa/isa.h"

struct listing {
    struct memory memory;
    struct elf_file elf;
    struct isa_decoder *decoder;
    FILE *out;
};

static void print_word(const struct listing *l, uint64_t pc)
{
    uint32_t word;
    char text[96];

    memcpy(&word, l->memory.base + pc, sizeof(word));
    fprintf(l->out, "%8" PRIx64 ":\t%08" PRIx32 "\t%s\n", pc, word,
            isa_disassemble(l->decoder, word, pc, text, sizeof(text)));
}

static void print_range(const struct listing *l, uint64_t from, uint64_t length)
{
    const struct elf_symbol *last = NULL;

    for (uint64_t pc = (from + 3) & ~UINT64_C(3);
         pc + 4 <= from + length && memory_allows(&l->memory, pc, 4, MEMORY_READ); pc += 4) {
        const struct elf_symbol *s = elf_file_symbol(&l->elf, pc);
        if (s != NULL && s != last && s->address == pc)
            fprintf(l->out, "\n%016" PRIx64 " <%s>:\n", pc, s->name);
        else if (s != last || pc == from)
            fputc('\n', l->out);
        last = s;
        print_word(l, pc);
    }
}

int sim_disassemble(const char *elf, FILE *out, struct err *err)
{
    struct listing l = {.out = out};
    uint64_t address, length;

    int rc = memory_init(&l.memory, err);
    if (rc == 0)
        rc = isa_decoder_alloc(&l.decoder, err);
    if (rc == 0)
        rc = elf_file_load(&l.elf, elf, &l.memory, err);
    for (size_t i = 0; rc == 0 && elf_file_code(&l.elf, i, &address, &length); i++)
        print_range(&l, address, length);
    elf_file_release(&l.elf);
    isa_decoder_free(l.decoder);
    memory_release(&l.memory);
    return rc;
}
