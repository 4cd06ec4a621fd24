/* From a decoded instruction to a predecoded operation. */
#ifndef EMU_LOWER_H
#define EMU_LOWER_H

#include "emu/cpu.h"
#include "isa/isa.h"

/* Fills slots, immediates and the executor's number; `run` stays for the caller.  With
 * `exact_fp`, arithmetic goes to the executors that know every mode of FPCR. */
void emu_lower(const struct isa_insn *insn, bool exact_fp, struct op *op);

#endif
