/* The frequent instructions of Advanced SIMD on the host's vectors.  Each function does the
 * instruction of the word and returns true, or leaves everything as it was and returns false:
 * then the way lane by lane is left, which knows all of them. */
#ifndef EMU_SIMD_FAST_H
#define EMU_SIMD_FAST_H

#include "emu/exec_simd.h"
#include "emu/simd.h"

bool simd_fast_same(struct cpu *c, uint32_t w);
bool simd_fast_diff(struct cpu *c, uint32_t w);
bool simd_fast_misc(struct cpu *c, uint32_t w);
bool simd_fast_shift(struct cpu *c, uint32_t w);
bool simd_fast_element(struct cpu *c, uint32_t w);
void simd_fast_across(struct cpu *c, uint32_t w); /* integers: all of them */

/* While FPCR has its reset value. */
bool simd_fast_fp_same(struct cpu *c, uint32_t w);
bool simd_fast_fp_misc(struct cpu *c, uint32_t w);
bool simd_fast_fp_pair(struct cpu *c, uint32_t w);

/* Even or odd elements of both vectors, those of a first.  log2: of the bytes of an element. */
vec_u8 simd_every_second(unsigned log2, vec_u8 a, vec_u8 b, bool odd);

static inline vec_u8 simd_load(const struct cpu *c, unsigned reg)
{
    vec_u8 v;
    memcpy(&v, &c->r[R_V0 + 2 * reg], 16);
    return v;
}

/* Results of 64 bits clear the upper half. */
static inline void simd_store(struct cpu *c, unsigned reg, vec_u8 v, bool full)
{
    memcpy(&c->r[R_V0 + 2 * reg], &v, 16);
    if (!full)
        c->r[R_V0 + 2 * reg + 1] = 0;
}

/* To the lower half, clearing the upper one, or to the upper half. */
static inline void simd_store_half(struct cpu *c, unsigned reg, uint64_t v, bool upper)
{
    c->r[R_V0 + 2 * reg + upper] = v;
    if (!upper)
        c->r[R_V0 + 2 * reg + 1] = 0;
}

#endif
