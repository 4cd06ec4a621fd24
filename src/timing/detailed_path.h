/* What the ways over the retired stream share: with times (detailed_run.c), without
 * (detailed_warm.c), and the predictor's (detailed_predict.c).  All are compiled more than
 * once, for hosts of different kinds. */
#ifndef TIMING_DETAILED_PATH_H
#define TIMING_DETAILED_PATH_H

#include "timing/detailed.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define LIKELY(x) __builtin_expect((x), 1)
#define UNLIKELY(x) __builtin_expect((x), 0)
#define WITHOUT_CAUSE(t) ((t) & ~(uint64_t)CLOCK_CAUSE)
#define CYCLE_BEGIN(t) ((t) & ~(uint64_t)(CLOCK_CYCLE - 1))

/* A block of which only the first `count` instructions retired: a fault cut it. */
static __attribute__((noinline, unused)) void cut_block(struct detailed_block *block,
                                                        const struct detailed *k,
                                                        const struct record_program *program,
                                                        const struct record_step *step)
{
    const struct record_block *b = &program->block[step->block];
    *block = k->block[step->block];
    block->last_line = (b->pc + 4 * (uint64_t)step->count - 1) >> k->l1i_bits;
    block->fetch_time = step->count * k->fetch_unit;
    block->counts = detailed_count(&program->insn[b->first_insn], step->count);
    block->n_insn = step->count;
    block->branch = DETAILED_NO_BRANCH;
    block->n_access = 0;
    for (unsigned i = 0; i < step->count; i++)
        block->n_access += (program->insn[b->first_insn + i].flags &
                            (RECORD_LOAD | RECORD_STORE)) != 0;
}

#endif
