/* Guest state and predecoded operations, shared by the files of this folder alone.
 *
 * The register file is one array of 64-bit slots, so that an operation names any register
 * by one byte: X0..X30 and SP, a slot that always reads zero, a slot that takes what is
 * written to the zero register, then V0..V31 of two slots each.
 */
#ifndef EMU_CPU_H
#define EMU_CPU_H

#include <setjmp.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "emu/emu.h"
#include "trace/record.h"

enum { R_SP = 31, R_ZERO = 32, R_DUMP = 33, R_V0 = 34, R_COUNT = R_V0 + 64 };

enum { CPU_TARGETS = 4096 }; /* cache of indirect branch targets, a power of two */

/* One predecoded operation.  32 bytes, so that stepping on is one addition. */
struct op {
    const void *run;     /* label in the dispatch loop */
    uint8_t d, n, m, a;  /* slots of the register file */
    uint16_t at;         /* number of the instruction in its block */
    uint16_t exec;       /* enum isa_exec, for the slow paths */
    uint64_t imm, imm2;  /* as lower.c says */
};

/* The operation that ends a block; index 1 is for a branch that is taken. */
struct op_end {
    struct op op;
    struct record_step step[2];
    const struct op *link[2]; /* next block's first operation, or the stub of this exit */
    struct op stub[2];        /* leaves the loop to find the block at `imm` */
    int64_t n_insn;
};

/* Why the dispatch loop was left. */
enum cpu_leave {
    CPU_BUDGET,   /* no room for another block; c->op is where to go on */
    CPU_RESOLVE,  /* c->op is a stub */
    CPU_INDIRECT, /* c->next_pc has no entry in the target cache */
    CPU_SYSTEM,   /* c->op is a retired system instruction */
    CPU_MARKER    /* c->op is a marker of the region of interest, not retired */
};

struct cpu {
    alignas(64) uint64_t r[R_COUNT];
    uint64_t n, z;  /* N is bit 63 of n; Z holds where z is 0 */
    uint8_t c, v;   /* 0 or 1 */
    uint8_t *mem;   /* guest address 0 */
    uint64_t limit; /* guest addresses are below it */

    const struct op *op;          /* where to start, where it was left */
    struct record_step *step;     /* next free one; up to date at block ends */
    uint64_t *address;            /* next free one; up to date at block ends */
    int64_t budget;               /* instructions that there is room for */
    const struct op *access;      /* the latest operation that touched memory */
    uint64_t next_pc;             /* of CPU_INDIRECT */

    uint64_t tpidr, fpcr, fpsr;
    uint64_t exclusive_address;   /* ~0: no reservation */
    uint64_t exclusive_value[2];
    struct {
        uint64_t pc;
        const struct op *op;
    } target[CPU_TARGETS];

    /* A fault jumps to `escape` after filling in what follows. */
    sigjmp_buf escape;
    volatile enum emu_end_kind fault;
    volatile uint64_t fault_address;
};

/* The dispatch loop, for any host and for x86-64 with AVX2, FMA and BMI2: runs from c->op
 * until there is a reason to leave.  Where `labels` is not NULL, it only sets *labels to
 * the labels, indexed by enum isa_exec and enum block_label. */
enum cpu_leave cpu_dispatch_plain(struct cpu *c, const void *const **labels);
enum cpu_leave cpu_dispatch_fma(struct cpu *c, const void *const **labels);

/* Ends the current operation with a fault; c->access tells which operation. */
_Noreturn void cpu_raise(struct cpu *c, enum emu_end_kind kind, uint64_t address);

/* An address beyond the limit: its top byte may be a tag, which Linux lets programs use
 * (TBI).  Returns the untagged address or raises a fault. */
uint64_t cpu_untag(struct cpu *c, uint64_t address);

static inline uint64_t get64(const void *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

static inline uint32_t get32(const void *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

static inline uint16_t get16(const void *p)
{
    uint16_t v;
    memcpy(&v, p, 2);
    return v;
}

static inline void put64(void *p, uint64_t v)
{
    memcpy(p, &v, 8);
}

static inline void put32(void *p, uint32_t v)
{
    memcpy(p, &v, 4);
}

static inline void put16(void *p, uint16_t v)
{
    memcpy(p, &v, 2);
}

/* General register by number, as a source (31 is zero) and as a destination. */
static inline uint64_t cpu_x(const struct cpu *c, unsigned reg)
{
    return c->r[reg == 31 ? R_ZERO : reg];
}

static inline void cpu_set_x(struct cpu *c, unsigned reg, uint64_t value)
{
    c->r[reg == 31 ? R_DUMP : reg] = value;
}

static inline unsigned cpu_nzcv(const struct cpu *c)
{
    return (unsigned)(c->n >> 63) << 3 | (unsigned)(c->z == 0) << 2 | (unsigned)c->c << 1 | c->v;
}

static inline void cpu_set_nzcv(struct cpu *c, unsigned nzcv)
{
    c->n = (uint64_t)(nzcv >> 3 & 1) << 63;
    c->z = !(nzcv >> 2 & 1);
    c->c = nzcv >> 1 & 1;
    c->v = nzcv & 1;
}

static inline bool cpu_condition(const struct cpu *c, unsigned cond)
{
    bool n = c->n >> 63, holds;

    switch (cond >> 1) {
    case 0:
        holds = c->z == 0;
        break;
    case 1:
        holds = c->c;
        break;
    case 2:
        holds = n;
        break;
    case 3:
        holds = c->v;
        break;
    case 4:
        holds = c->c && c->z != 0;
        break;
    case 5:
        holds = n == c->v;
        break;
    case 6:
        holds = n == c->v && c->z != 0;
        break;
    default:
        return true;
    }
    return holds != (cond & 1);
}

#endif
