/* Random instruction words for the differential tests: of one row of the table, or such that
 * the emulator runs them by one executor. */
#ifndef DIFF_WORDS_H
#define DIFF_WORDS_H

#include <stdint.h>

#include "isa/isa.h"

/* What harness.c has to prepare for a word. */
enum {
    HAS_BASE = 1,
    HAS_INDEX = 2,
    ALIGNED = 4,
    POSITIVE_INDEX = 8,
    NEAR_IMM12 = 16, /* the first source near the immediate that it is compared with */
    NEAR_IMM5 = 32
};

struct words {
    const struct isa_decoder *decoder;
    uint64_t state; /* of the random numbers; not 0 */
};

uint32_t words_next(struct words *w);

/* Whether the harness can run words of the row: no branches, no system calls. */
bool words_suitable(const struct isa_row *r);

/* A word of the row, random within its fields but for what the architecture leaves open
 * (constrained unpredictable) and for accesses beyond the harness's window; *flags says what
 * to prepare.  0, or -1 when none was found. */
int words_of_row(struct words *w, size_t row, struct isa_insn *insn, unsigned *flags);

/* The same of any row that the emulator lowers to the executor (enum isa_exec). */
int words_of_exec(struct words *w, unsigned exec, struct isa_insn *insn, unsigned *flags);

#endif
