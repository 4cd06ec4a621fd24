/* The emulator: runs a static AArch64 Linux program and tells what it retired.
 *
 * A guest's misdeed (unmapped access, undefined instruction, endless recursion) is a
 * result, described in struct emu_end; it is never an error of these functions.
 */
#ifndef EMU_EMU_H
#define EMU_EMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "trace/record.h"

struct emu;

struct emu_options {
    const char *elf;          /* path of a static AArch64 ELF */
    int argc;                 /* the guest's arguments, argv[0] included; */
    const char *const *argv;  /* borrowed for the call to emu_alloc */
    uint64_t layout_seed;     /* 0: the plain layout; else moves stack, brk and mmap bases and
                                 puts RUNG_LAYOUT=SEED into the guest's environment, from
                                 which the runtime in problems/ moves its arrays */
    uint64_t max_instructions; /* 0: no limit */
    int out_fd, err_fd;       /* where the guest's fd 1 and 2 go; -1 discards */
    bool read_stdin;          /* the guest's fd 0 is ours; else it is empty */
    const char *input;        /* or, without read_stdin, this file from its beginning; NULL: none */
    bool terminal;            /* the guest may see that one of these is a terminal; else it
                                 sees pipes, and does the same wherever they go */
    bool host_clock;          /* clocks are the host's; else they count instructions */
    const char *files;        /* a folder whose files the guest may use, borrowed for the
                                 call to emu_alloc; NULL: none (emu/files.h) */
    bool files_read_only;     /* and it may not change them, and sees them as on any host */
};

enum emu_end_kind {
    EMU_RUNNING,
    EMU_EXITED,          /* exit or exit_group */
    EMU_FAULT_MEMORY,    /* unmapped or forbidden access */
    EMU_FAULT_UNDEFINED, /* unallocated instruction */
    EMU_FAULT_UNIMPLEMENTED, /* an instruction that rung does not know yet */
    EMU_FAULT_BREAK,     /* BRK */
    EMU_FAULT_ALIGNMENT, /* misaligned pc, sp or exclusive */
    EMU_LIMIT,           /* max_instructions reached */
    EMU_KILLED,          /* by a signal that it sent to itself, as abort() does */
    EMU_STUCK            /* waits for what can't come */
};

struct emu_end {
    enum emu_end_kind kind;
    int exit_code;      /* of EMU_EXITED; of EMU_KILLED 128 + the signal's number */
    uint64_t pc;        /* of the faulting instruction */
    uint32_t word;      /* the instruction there, 0 if unreadable */
    uint64_t address;   /* of a memory fault */
    char text[256];     /* one line: "unmapped read of 8 bytes at 0x10 (pc 0x400123 in main+0x4: ldr ...)" */
};

int emu_alloc(struct emu **out, const struct emu_options *options, struct err *err);
void emu_free(struct emu *e);

/* Runs until the batch is full (by steps or addresses), an edge of the region of interest
 * is crossed (HINT #110 begins it, #111 ends it: both count as outside), or the guest
 * ends.  The caller has set step, max_steps, address and max_addresses (at least 4096
 * each, see RECORD_BLOCK_MAX below); batches end at block ends only, so that the sequence
 * of steps does not depend on their size.  With `batch` storage NULL (max_steps 0) nothing
 * is recorded but the counts: the fastest way through.
 * Returns 0; the batch may be empty only when the guest has ended. */
int emu_next(struct emu *e, struct record_batch *batch);

/* The largest block in instructions: a block is cut there. */
enum { RECORD_BLOCK_MAX = 256 };

const struct record_program *emu_program(const struct emu *e);
const struct emu_end *emu_end(const struct emu *e);
bool emu_has_marker(const struct emu *e);     /* an executable segment holds HINT #110 */
bool emu_had_roi(const struct emu *e);        /* a begin marker was executed */
uint64_t emu_instructions(const struct emu *e); /* retired so far, in and out of the region */
uint64_t emu_guest_bytes(const struct emu *e);  /* guest memory touched or mapped, at its peak */

/* Whether running it once more may go another way, for it took what is not there twice (read
 * standard input, the host's clock, may see a terminal) or opened files. */
bool emu_had_input(const struct emu *e);

/* The i-th system call that it made and that is not implemented, each once: its name, or its
 * number as text; NULL behind the last.  `text` holds at least 32 bytes. */
const char *emu_unknown_call(const struct emu *e, size_t i, char *text);

/* Symbol that covers `pc` and the offset in it; NULL when there is none.  Borrowed. */
const char *emu_symbol(const struct emu *e, uint64_t pc, uint64_t *offset);
/* The instruction at `pc` as text with single blanks, "" where there is none. */
void emu_disassemble(const struct emu *e, uint64_t pc, char *text, size_t size);
/* Guest addresses of the program less those in its file. */
uint64_t emu_bias(const struct emu *e);

#endif
