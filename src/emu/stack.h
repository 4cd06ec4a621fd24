/* The stack that Linux hands to a new program. */
#ifndef EMU_STACK_H
#define EMU_STACK_H

#include "base/err.h"
#include "emu/elf_file.h"
#include "emu/emu.h"
#include "emu/memory.h"

/* Guest addresses of the plain layout. */
#define STACK_TOP UINT64_C(0x7ffff0000)
#define STACK_BYTES (UINT64_C(8) << 20)
#define STACK_GUARD (UINT64_C(1) << 20) /* never mapped below the stack */
#define MMAP_TOP UINT64_C(0x7e0000000)

/* Maps the stack, moved by up to `offset` bytes (a multiple of 16), and fills in arguments,
 * environment and auxiliary vector; *sp is where SP starts. */
int stack_build(struct memory *m, const struct elf_file *f, const struct emu_options *o,
                uint64_t offset, uint64_t *sp, struct err *err);

#endif
