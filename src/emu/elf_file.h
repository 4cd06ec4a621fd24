/* Static AArch64 ELF programs: checked, loaded into guest memory, their symbols kept. */
#ifndef EMU_ELF_FILE_H
#define EMU_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "emu/memory.h"

struct elf_symbol {
    uint64_t address, size;
    const char *name; /* into the file's bytes */
};

struct elf_file {
    uint8_t *bytes; /* the whole file */
    size_t size;
    uint64_t entry, phdr; /* guest addresses; phdr 0 when no segment holds it */
    unsigned phnum;
    uint64_t bias;        /* of guest addresses over those in the file */
    uint64_t end;         /* first page after the last segment */
    bool has_marker;      /* HINT #110 in an executable segment */
    struct elf_symbol *symbol; /* of functions, sorted by address */
    size_t n_symbols;
};

/* Whatever the file holds, the answer is a loaded program or ERR_DATA naming the file.
 * Release in any case. */
int elf_file_load(struct elf_file *f, const char *path, struct memory *m, struct err *err);
void elf_file_release(struct elf_file *f);

/* The symbol that covers an address, or NULL. */
const struct elf_symbol *elf_file_symbol(const struct elf_file *f, uint64_t address);

/* The i-th piece of code: an executable section, or segment where the file has no sections.
 * False behind the last.  All of it is in guest memory. */
bool elf_file_code(const struct elf_file *f, size_t i, uint64_t *address, uint64_t *length);

#endif
