#include "config.h"

#include "sim/hot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lines.h"

/* Enters block `i` where its weight says it stands; keeps the heaviest. */
static void enter(struct sim_result *r, size_t *block, double *weight, size_t i, double w)
{
    if (w <= 0 || (r->n_hot == SIM_HOT_BLOCKS && w <= weight[SIM_HOT_BLOCKS - 1]))
        return;
    size_t at = r->n_hot < SIM_HOT_BLOCKS ? r->n_hot++ : SIM_HOT_BLOCKS - 1;
    for (; at > 0 && weight[at - 1] < w; at--) {
        weight[at] = weight[at - 1];
        block[at] = block[at - 1];
    }
    weight[at] = w;
    block[at] = i;
}

static void describe(struct sim_hot_block *h, const struct emu *emu, const struct lines *lines)
{
    uint64_t offset = 0;
    const char *symbol = emu_symbol(emu, h->pc, &offset);
    if (symbol != NULL)
        snprintf(h->symbol, sizeof h->symbol, "%.70s+0x%" PRIx64, symbol, offset);
    lines_find(lines, h->pc - emu_bias(emu), h->source, sizeof h->source);
    if (h->bound_pc != 0)
        emu_disassemble(emu, h->bound_pc, h->bound_insn, sizeof h->bound_insn);
    if (h->producer_pc != 0)
        emu_disassemble(emu, h->producer_pc, h->producer_insn, sizeof h->producer_insn);
}

static void explain(struct sim_hot_block *h, const struct timing_model *model, size_t block,
                    double cycles)
{
    struct timing_block t;
    timing_model_block(model, block, cycles, &t);
    h->cycles = cycles;
    memcpy(h->part, t.part, sizeof h->part);
    h->bound = t.bound;
    h->bound_cycles = t.insn_cycles;
    if (t.insn >= 0)
        h->bound_pc = h->pc + 4 * (uint64_t)t.insn;
    if (t.producer >= 0)
        h->producer_pc = h->pc + 4 * (uint64_t)t.producer;
}

int hot_find(struct sim_result *r, const struct emu *emu, const struct timing_model *model,
             const char *elf, const uint64_t *executions, size_t n)
{
    const struct record_program *program = emu_program(emu);
    size_t block[SIM_HOT_BLOCKS];
    double weight[SIM_HOT_BLOCKS], *cycles = NULL;
    if (n > program->n_blocks)
        n = program->n_blocks;
    if (model != NULL) {
        cycles = malloc((n + 1) * sizeof *cycles);
        if (cycles == NULL)
            return ERR_NOMEM;
        timing_model_block_cycles(model, executions, n, cycles);
    }
    r->n_hot = 0;
    for (size_t i = 0; i < n; i++)
        enter(r, block, weight, i,
              cycles != NULL ? cycles[i]
                             : (double)executions[i] * (double)program->block[i].n_insn);
    struct lines *lines = lines_alloc(elf);
    for (size_t i = 0; i < r->n_hot; i++) {
        const struct record_block *b = &program->block[block[i]];
        struct sim_hot_block *h = &r->hot[i];
        *h = (struct sim_hot_block){.pc = b->pc,
                                    .n_insn = b->n_insn,
                                    .executions = executions[block[i]],
                                    .instructions = executions[block[i]] * b->n_insn,
                                    .bound = -1};
        if (cycles != NULL)
            explain(h, model, block[i], cycles[block[i]]);
        describe(h, emu, lines);
    }
    lines_free(lines);
    free(cycles);
    return 0;
}
