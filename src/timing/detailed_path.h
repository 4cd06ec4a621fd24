/* What the ways over the retired stream share: with times (detailed_run.c) and without
 * (detailed_warm.c).  Both are compiled more than once, for hosts of different kinds. */
#ifndef TIMING_DETAILED_PATH_H
#define TIMING_DETAILED_PATH_H

#include "timing/detailed.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define LIKELY(x) __builtin_expect((x), 1)
#define UNLIKELY(x) __builtin_expect((x), 0)
#define WITHOUT_CAUSE(t) ((t) & ~(uint64_t)CLOCK_CAUSE)
#define CYCLE_BEGIN(t) ((t) & ~(uint64_t)(CLOCK_CYCLE - 1))

/* Whether direction and target of a branch at `pc` that went to `next` were predicted. */
ALWAYS_INLINE bool predict(struct detailed *k, enum detailed_branch branch, uint64_t pc,
                           bool taken, uint64_t next)
{
    struct predictor *p = &k->predictor;
    bool perfect = p->kind == MACHINE_PREDICTOR_PERFECT;
    switch (branch) {
    case DETAILED_CONDITIONAL:
        if (p->kind == MACHINE_PREDICTOR_TAGE)
            return tage_branch(&p->tage, pc, taken);
        return perfect || !taken;
    case DETAILED_CALL:
        predictor_call(p, pc + 4);
        return true;
    case DETAILED_CALL_INDIRECT:
        predictor_call(p, pc + 4);
        return predictor_indirect(p, pc, next) || perfect;
    case DETAILED_INDIRECT:
        return predictor_indirect(p, pc, next) || perfect;
    case DETAILED_RETURN:
        return predictor_return(p, next) || perfect;
    case DETAILED_DIRECT:
    case DETAILED_NO_BRANCH:
        break;
    }
    return true;
}

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
