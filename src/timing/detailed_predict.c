/* The predictor's way over the retired stream: what it makes of each branch of a batch, before
 * anything else looks at the batch.  Compiled like detailed_run.c; DETAILED_PREDICT is the
 * function that it exports. */
#include "config.h"

#include "timing/detailed_path.h"

/* Unconditional branches, and all where directions are not learned: whether direction and
 * target of a branch that went to `next` were predicted. */
static bool predict_other(struct predictor *p, struct tage_folds *folds,
                          const struct detailed_exit *exit, bool taken, uint64_t next)
{
    bool perfect = p->kind == MACHINE_PREDICTOR_PERFECT;
    switch ((enum detailed_branch)exit->branch) {
    case DETAILED_CONDITIONAL:
        return perfect || !taken;
    case DETAILED_CALL:
        predictor_call(p, exit->pc + 4);
        return true;
    case DETAILED_CALL_INDIRECT:
        predictor_call(p, exit->pc + 4);
        return predictor_indirect(p, folds, exit->pc, next) || perfect;
    case DETAILED_INDIRECT:
        return predictor_indirect(p, folds, exit->pc, next) || perfect;
    case DETAILED_RETURN:
        return predictor_return(p, next) || perfect;
    case DETAILED_DIRECT:
    case DETAILED_NO_BRANCH:
        break;
    }
    return true;
}

/* Whether a taken branch was in the target buffer, where it is from now on. */
ALWAYS_INLINE bool find_target(struct cache *btb, const struct detailed_exit *exit)
{
    uint64_t victim;
    return LIKELY(btb->first[exit->set] == exit->pc >> 2) ||
           cache_access(btb, exit->pc >> 2, 0, &victim) != CACHE_MISS;
}

void DETAILED_PREDICT(struct detailed *k, const struct record_program *program,
                      const struct record_batch *batch)
{
    struct predictor *p = &k->predictor;
    struct tage_folds folds = p->tage.folds;
    uint8_t *fate = k->fate;
    for (const struct record_step *step = batch->step, *last = step + batch->n_steps;
         step < last; step++, fate++) {
        const struct detailed_exit *exit = &k->exit[step->block];
        bool taken = step->taken != 0, right;
        *fate = 0;
        if (LIKELY(step->count == exit->learned)) {
            right = tage_branch(&p->tage, &folds, &exit->site, taken);
        } else {
            if (step->count != exit->n_insn || exit->branch == DETAILED_NO_BRANCH)
                continue; /* a block that was cut ends with no branch */
            uint64_t next = step + 1 < last ? program->block[step[1].block].pc : batch->next_pc;
            struct tage_folds copy = folds; /* which leaves `folds` in registers */
            right = predict_other(p, &copy, exit, taken, next);
            folds = copy;
        }
        if (UNLIKELY(!right)) {
            *fate = DETAILED_MISPREDICTED;
            k->mispredictions++;
            k->mispredicted[exit->branch]++;
        }
        if (taken && UNLIKELY(!find_target(&p->btb, exit))) {
            *fate |= DETAILED_NO_TARGET;
            k->btb_misses++;
        }
    }
    p->tage.folds = folds;
}
