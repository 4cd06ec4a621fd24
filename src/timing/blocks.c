/* Notes:
 * - A block's time runs from the retirement of the block before to its own.  In a core that
 *   works out of order this is not when its instructions ran: while an old instruction holds
 *   up retirement, younger ones finish and cost nothing later.  The sum is the run's time.
 * - A mispredicted branch is paid for by the block that was fetched late, the one behind it.
 * - The instruction that bounds a block is the one at whose retirement most time was lost.
 *   What it waited for is looked up in the block's own instructions: which of them makes its
 *   operands.  With several, the one of the longest latency is named.
 */
#include "config.h"

#include <string.h>

#include "timing/blocks.h"

void blocks_cycles(const struct detailed *k, bool exact, const uint64_t *executions, size_t n,
                   double total, double *cycles)
{
    double sum = 0, timed = 0, instructions = 0;
    for (size_t i = 0; i < k->n_blocks; i++) {
        timed += (double)k->block[i].time;
        instructions += (double)k->block[i].steps * k->block[i].n_insn;
    }
    for (size_t i = 0; i < n; i++) {
        const struct detailed_block *b = i < k->n_blocks ? &k->block[i] : NULL;
        cycles[i] = 0;
        if (b == NULL || executions[i] == 0)
            continue;
        if (exact)
            cycles[i] = (double)b->time;
        else if (b->steps > 0)
            cycles[i] = (double)b->time / (double)b->steps * (double)executions[i];
        else if (instructions > 0)
            cycles[i] = timed / instructions * b->n_insn * (double)executions[i];
        sum += cycles[i];
    }
    for (size_t i = 0; i < n; i++)
        cycles[i] = sum > 0 ? cycles[i] * (total / sum) : 0;
}

/* The part of an instruction's lost time that belongs to `part`. */
static double lost_in(const struct detailed_op *op, enum cpi_part part)
{
    double lost = 0;
    for (unsigned cause = 0; cause < 16; cause++)
        if (clock_part(cause) == part)
            lost += (double)op->lost[cause];
    return lost;
}

static bool writes(const struct detailed_op *op, unsigned reg)
{
    for (unsigned i = 0; i < op->n_dst; i++)
        if (op->dst[i] == reg)
            return true;
    return false;
}

/* The last instruction before `at` that writes `reg`, in the iteration before where the block
 * is a loop of its own; -1 when it stands elsewhere. */
static int writer_of(const struct detailed_op *op, unsigned n, unsigned at, unsigned reg,
                     bool loop)
{
    for (unsigned i = at; i-- > 0;)
        if (op[i].kind != DETAILED_SKIP && writes(&op[i], reg))
            return (int)i;
    for (unsigned i = n; loop && i-- > at;)
        if (op[i].kind != DETAILED_SKIP && writes(&op[i], reg))
            return (int)i;
    return -1;
}

/* Time lost for a load's sake is told apart from that for other results. */
static int find_producer(const struct detailed *k, const struct detailed_block *b, unsigned at,
                         bool load)
{
    const struct detailed_op *op = detailed_ops(k, b);
    int best = -1;
    for (unsigned i = 0; i < op[at].n_src; i++) {
        int from = writer_of(op, b->n_insn, at, op[at].src[i], b->loop);
        if (from < 0 || ((op[from].flags & RECORD_LOAD) != 0) != load)
            continue;
        if (best < 0 || op[from].latency > op[best].latency)
            best = from;
    }
    return best;
}

/* The instruction of the block that lost most in the part that is its largest. */
static void find_bound(const struct detailed *k, const struct detailed_block *b,
                       struct timing_block *out)
{
    const struct detailed_op *op = detailed_ops(k, b);
    double most = 0, all = 0;
    for (int p = 0; p < CPI_PART_MAX; p++)
        if (out->bound < 0 || out->part[p] > out->part[out->bound])
            out->bound = p;
    if (out->bound == CPI_base)
        return;
    for (unsigned i = 0; i < b->n_insn; i++) {
        double lost = lost_in(&op[i], (enum cpi_part)out->bound);
        all += lost;
        if (lost > most) {
            most = lost;
            out->insn = (int)i;
        }
    }
    if (out->insn < 0)
        return;
    out->insn_cycles = out->part[out->bound] * (most / all);
    bool waits = out->bound == CPI_dependency || out->bound == CPI_l1 ||
                 out->bound == CPI_l2 || out->bound == CPI_slc || out->bound == CPI_dram;
    if (waits)
        out->producer =
            find_producer(k, b, (unsigned)out->insn, out->bound != CPI_dependency);
}

void blocks_explain(const struct detailed *k, size_t block, double cycles,
                    struct timing_block *out)
{
    *out = (struct timing_block){.cycles = cycles, .bound = -1, .insn = -1, .producer = -1};
    if (block >= k->n_blocks || k->block[block].time == 0)
        return;
    const struct detailed_block *b = &k->block[block];
    double slots = 0, causes = 0, weight[CPI_PART_MAX] = {0}, time = (double)b->time;
    for (unsigned i = 0; i < b->n_insn; i++) {
        const struct detailed_op *op = &detailed_ops(k, b)[i];
        slots += op->kind != DETAILED_SKIP;
        for (int p = 0; p < CPI_PART_MAX; p++)
            weight[p] += lost_in(op, (enum cpi_part)p);
    }
    for (int p = 0; p < CPI_PART_MAX; p++)
        causes += weight[p];
    /* As in the stack of the run: one slot for each instruction, the causes share the rest. */
    double base = slots * (double)b->steps * CLOCK_CYCLE / k->retire_per_cycle;
    if (base > time || causes == 0)
        base = time;
    for (int p = 0; p < CPI_PART_MAX; p++)
        out->part[p] = causes > 0 ? cycles * (time - base) / time * (weight[p] / causes) : 0;
    out->part[CPI_base] += cycles * (base / time);
    find_bound(k, b, out);
}
