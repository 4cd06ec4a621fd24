/* What one retired basic block tells: the record in which the emulator and the
 * timing models meet.
 *
 * The emulator hands out batches of some thousand instructions.  A batch is a
 * list of steps, one for each executed basic block, and the list of data
 * addresses that they touched, in program order.  What never changes about a
 * block (its pc, its instructions with their timing class and registers) stands
 * once in the program tables and is referred to by number.
 *
 * Nothing in here holds a pointer into the guest or the host beyond the call it
 * was handed over in; steps, blocks and instructions are plain numbers of fixed
 * size, so that windows of a run can be stored and timed again later.
 */
#ifndef TRACE_RECORD_H
#define TRACE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORD_VERSION = 1 };

/* Registers as the timing models see them.  The zero register is never named. */
enum {
    RECORD_REG_X0 = 0,     /* X0..X30 */
    RECORD_REG_SP = 31,
    RECORD_REG_V0 = 32,    /* V0..V31 */
    RECORD_REG_NZCV = 64,
    RECORD_REG_FPSR = 65,  /* and FPCR */
    RECORD_REGS = 66
};

enum { RECORD_MAX_SRC = 6, RECORD_MAX_DST = 5 };

enum record_flags {
    RECORD_LOAD = 1,        /* reads memory at the address of this instruction */
    RECORD_STORE = 2,       /* writes memory there; an atomic has both */
    RECORD_WRITEBACK = 4,   /* the last destination is the updated base register */
    RECORD_BRANCH = 8,      /* may change the pc; always the last of its block */
    RECORD_ORDERED = 16,    /* barrier, acquire or release */
    RECORD_SERIALIZE = 32   /* system call or the like: drains the pipeline */
};

/* One instruction.  Every instruction with RECORD_LOAD or RECORD_STORE yields
 * exactly one address in a batch, and touches `mem_bytes` from there on. */
struct record_insn {
    uint8_t cls;       /* enum isa_class */
    uint8_t flags;     /* enum record_flags */
    uint8_t mem_bytes; /* 0, or 1..64 */
    uint8_t n_src : 4, n_addr : 4; /* the first n_addr of the sources make the address */
    uint8_t n_dst;     /* loaded or computed registers first, then RECORD_REG_NZCV, then base */
    uint8_t src[RECORD_MAX_SRC];
    uint8_t dst[RECORD_MAX_DST];
};

struct record_block {
    uint64_t pc;         /* of its first instruction; instructions are 4 bytes each */
    uint64_t target;     /* of a direct branch at its end, else 0 */
    uint32_t first_insn; /* index into the instruction table */
    uint16_t n_insn;     /* at least 1 */
    uint16_t n_mem;      /* addresses that a full execution yields */
};

/* The tables; they grow while a run goes on and their numbers never change meaning.
 * The pointers are good until the emulator is called again. */
struct record_program {
    const struct record_block *block;
    size_t n_blocks;
    const struct record_insn *insn;
    size_t n_insns;
};

struct record_step {
    uint32_t block;  /* index into the block table */
    uint16_t count;  /* instructions retired: n_insn, or fewer when a fault cut the block */
    uint16_t taken;  /* 1 when a branch at its end was taken */
};

struct record_batch {
    struct record_step *step;
    size_t n_steps, max_steps;
    uint64_t *address; /* virtual addresses of data, in program order */
    size_t n_addresses, max_addresses;
    uint64_t instructions; /* retired in this batch: the sum of the counts */
    uint64_t next_pc;      /* where the guest goes on after the last step */
    bool roi;              /* the whole batch lies in the region of interest */
};

#endif
