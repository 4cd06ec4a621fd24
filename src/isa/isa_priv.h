/* Shared between the files of this folder alone. */
#ifndef ISA_ISA_PRIV_H
#define ISA_ISA_PRIV_H

#include "isa/isa.h"

static inline uint32_t bits(uint32_t word, unsigned low, unsigned count)
{
    return word >> low & ((1u << count) - 1);
}

static inline int64_t sbits(uint32_t word, unsigned low, unsigned count)
{
    return (int64_t)((uint64_t)word << (64 - low - count)) >> (64 - count);
}

/* Fills imm and imm2 from the operand kinds of the row.  False: the fields hold values that
 * the architecture reserves. */
bool isa_extract(struct isa_insn *insn);

#endif
