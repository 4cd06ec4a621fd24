/* Parts of a batch: windows begin and end between two steps of one. */
#ifndef TIMING_SLICE_H
#define TIMING_SLICE_H

#include "trace/record.h"

/* Takes from the front of `rest` the steps of the next `limit` instructions, the step that
 * reaches it included, or all.  The addresses begin in both where they did in `rest`; how
 * many there are is for the model to tell, with slice_advance. */
static inline struct record_batch slice_take(struct record_batch *rest, uint64_t limit,
                                             const struct record_program *program)
{
    struct record_batch part = *rest;
    if (limit < rest->instructions) {
        part.n_steps = 0;
        part.instructions = 0;
        while (part.n_steps < rest->n_steps && part.instructions < limit)
            part.instructions += part.step[part.n_steps++].count;
        if (part.n_steps < rest->n_steps)
            part.next_pc = program->block[part.step[part.n_steps].block].pc;
    }
    rest->step += part.n_steps;
    rest->n_steps -= part.n_steps;
    rest->instructions -= part.instructions;
    return part;
}

static inline void slice_advance(struct record_batch *rest, const uint64_t *address)
{
    rest->n_addresses -= (size_t)(address - rest->address);
    rest->address += address - rest->address;
}

#endif
