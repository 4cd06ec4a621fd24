#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "timing/blocks.h"
#include "timing/detailed.h"
#include "timing/fast.h"
#include "timing/model.h"
#include "timing/sampled.h"

static const char *const mode_names[TIMING_MODE_MAX] = {
#define X(id, name, version, text) name,
    TIMING_MODES(X)
#undef X
};

static const char *const mode_texts[TIMING_MODE_MAX] = {
#define X(id, name, version, text) text,
    TIMING_MODES(X)
#undef X
};

static const int mode_versions[TIMING_MODE_MAX] = {
#define X(id, name, version, text) version,
    TIMING_MODES(X)
#undef X
};

/* Counts in the region of interest are differences between its edges. */
struct timing_model {
    enum timing_mode mode;
    bool inside; /* the last batch was in the region */
    uint64_t counter[COUNTER_MAX], counter_begin[COUNTER_MAX]; /* of regions that ended */
    struct fast_stack stack, stack_begin;
    uint64_t instructions;
    struct detailed detailed;
    struct fast fast;       /* in the modes that estimate */
    struct sampled sampled;
};

const char *timing_mode_name(enum timing_mode mode)
{
    return mode_names[mode];
}

const char *timing_mode_text(enum timing_mode mode)
{
    return mode_texts[mode];
}

int timing_mode_version(enum timing_mode mode)
{
    return mode_versions[mode];
}

int timing_mode_parse(const char *name, enum timing_mode *mode)
{
    for (int i = 0; i < TIMING_MODE_MAX; i++)
        if (strcmp(name, mode_names[i]) == 0) {
            *mode = (enum timing_mode)i;
            return 0;
        }
    return ERR_USAGE;
}

int timing_model_alloc(struct timing_model **out, enum timing_mode mode,
                       const struct machine *machine, uint64_t layout_seed, struct err *err)
{
    *out = NULL;
    if (mode == TIMING_MODE_emulation)
        return err_set(err, ERR_USAGE, "mode '%s' has no timing model", timing_mode_name(mode));
    struct timing_model *m = calloc(1, sizeof *m);
    if (m == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for a timing model");
    m->mode = mode;
    int rc = detailed_init(&m->detailed, machine, layout_seed, err);
    if (rc == 0 && mode == TIMING_MODE_fast_timing)
        rc = fast_init(&m->fast, &m->detailed);
    else if (rc == 0 && mode == TIMING_MODE_sampled)
        rc = sampled_init(&m->sampled, &m->detailed, layout_seed);
    if (rc == ERR_NOMEM)
        err_set(err, rc, "out of memory for a timing model");
    if (rc != 0) {
        timing_model_free(m);
        return rc;
    }
    *out = m;
    return 0;
}

void timing_model_free(struct timing_model *m)
{
    if (m == NULL)
        return;
    fast_release(&m->fast);
    sampled_release(&m->sampled);
    detailed_release(&m->detailed);
    free(m);
}

void timing_model_want(struct timing_model *m, double error)
{
    sampled_want(&m->sampled, error);
}

static void count_branches(const struct detailed *k, uint64_t counter[COUNTER_MAX])
{
    counter[COUNTER_mispredictions_conditional] = k->mispredicted[DETAILED_CONDITIONAL];
    counter[COUNTER_mispredictions_indirect] =
        k->mispredicted[DETAILED_INDIRECT] + k->mispredicted[DETAILED_CALL_INDIRECT];
    counter[COUNTER_mispredictions_return] = k->mispredicted[DETAILED_RETURN];
    counter[COUNTER_btb_misses] = k->btb_misses;
}

static void count_prefetches(const struct hierarchy *m, uint64_t counter[COUNTER_MAX])
{
    counter[COUNTER_l1d_prefetches] = m->count.l1d_prefetches;
    counter[COUNTER_l1d_prefetches_useful] = m->count.l1d_prefetches_used;
    counter[COUNTER_l1d_prefetches_useless] = m->l1d.unused;
    counter[COUNTER_l2_prefetches] = m->count.l2_prefetches;
    counter[COUNTER_l2_prefetches_useful] = m->count.l2_prefetches_used;
    counter[COUNTER_l2_prefetches_useless] = m->l2.unused;
    counter[COUNTER_dtlb_misses] = m->count.dtlb_misses;
    counter[COUNTER_tlb_walks] = m->count.walks;
}

/* Whole cycles are counted at the edges of the region. */
static void count_waits(const struct detailed *k, uint64_t counter[COUNTER_MAX])
{
    counter[COUNTER_window_full_cycles] = detailed_window_full(k) >> CLOCK_SHIFT;
    counter[COUNTER_registers_full_cycles] = k->full[DETAILED_FULL_REGISTERS] >> CLOCK_SHIFT;
    counter[COUNTER_load_queue_full_cycles] = k->full[DETAILED_FULL_LOADS] >> CLOCK_SHIFT;
    counter[COUNTER_store_queue_full_cycles] = k->full[DETAILED_FULL_STORES] >> CLOCK_SHIFT;
    counter[COUNTER_port_full_cycles] = k->port_wait;
}

/* Everything that was counted since the start, in and out of the region. */
static void count_all(const struct timing_model *m, uint64_t counter[COUNTER_MAX])
{
    const struct detailed *k = &m->detailed;
    const struct hierarchy *mem = &k->memory;
    uint64_t last_line = 1u << (mem->has_slc ? mem->slc.line_bits : mem->l2.line_bits);
    memset(counter, 0, COUNTER_MAX * sizeof counter[0]);
    counter[COUNTER_instructions] = m->instructions;
    counter[COUNTER_branches] = k->branches;
    counter[COUNTER_branches_taken] = k->taken;
    counter[COUNTER_mispredictions] = k->mispredictions;
    count_branches(k, counter);
    count_prefetches(mem, counter);
    count_waits(k, counter);
    counter[COUNTER_loads] = k->loads;
    counter[COUNTER_stores] = k->stores;
    counter[COUNTER_fp_simd] = k->fp_simd;
    counter[COUNTER_instructions_timed] = k->timed;
    counter[COUNTER_l1i_misses] = mem->count.l1i_misses;
    counter[COUNTER_l1d_accesses] = mem->count.l1d_accesses;
    counter[COUNTER_l1d_misses] = mem->count.l1d_misses;
    counter[COUNTER_l2_accesses] = mem->count.l2_accesses;
    counter[COUNTER_l2_misses] = mem->count.l2_misses;
    counter[COUNTER_slc_accesses] = mem->count.slc_accesses;
    counter[COUNTER_slc_misses] = mem->count.slc_misses;
    counter[COUNTER_dram_bytes_read] = mem->count.dram_read * last_line;
    counter[COUNTER_dram_bytes_written] = mem->count.dram_written * last_line;
}

static void enter_region(struct timing_model *m)
{
    detailed_drain(&m->detailed);
    if (m->mode == TIMING_MODE_fast_timing)
        fast_enter(&m->fast);
    else if (m->mode == TIMING_MODE_sampled)
        sampled_enter(&m->sampled);
    count_all(m, m->counter_begin);
    m->stack_begin = fast_stack_of(&m->detailed);
}

static void leave_region(struct timing_model *m)
{
    uint64_t counter[COUNTER_MAX];
    count_all(m, counter);
    for (int i = 0; i < COUNTER_MAX; i++)
        m->counter[i] += counter[i] - m->counter_begin[i];
    struct fast_stack now = fast_stack_of(&m->detailed);
    now = fast_stack_less(&now, &m->stack_begin);
    fast_stack_add(&m->stack, &now, now.time);
}

int timing_model_retire(struct timing_model *m, const struct record_program *program,
                        const struct record_batch *batch)
{
    if (batch->roi && !m->inside)
        enter_region(m);
    else if (!batch->roi && m->inside)
        leave_region(m);
    m->inside = batch->roi;
    int rc = 0;
    if (!batch->roi)
        rc = detailed_warm(&m->detailed, program, batch, true, NULL);
    else if (m->mode == TIMING_MODE_fast_timing)
        rc = fast_retire(&m->fast, program, batch);
    else if (m->mode == TIMING_MODE_sampled)
        rc = sampled_retire(&m->sampled, program, batch);
    else
        rc = detailed_retire(&m->detailed, program, batch);
    m->instructions += batch->instructions;
    return rc;
}

int timing_model_finish(struct timing_model *m)
{
    if (m->mode == TIMING_MODE_fast_timing)
        fast_finish(&m->fast);
    else if (m->mode == TIMING_MODE_sampled)
        sampled_finish(&m->sampled);
    return 0;
}

bool timing_mode_counts(enum timing_mode mode, enum counter counter)
{
    switch (counter) {
    case COUNTER_instructions:
    case COUNTER_branches_taken:
        return true;
    case COUNTER_instructions_covered:
        return mode == TIMING_MODE_fast_timing;
    case COUNTER_cycles_error:
        return mode == TIMING_MODE_sampled;
    /* Samples know the total alone. */
    case COUNTER_mispredictions_conditional:
    case COUNTER_mispredictions_indirect:
    case COUNTER_mispredictions_return:
    case COUNTER_btb_misses:
        return mode == TIMING_MODE_timing || mode == TIMING_MODE_fast_timing;
    case COUNTER_window_full_cycles:
    case COUNTER_registers_full_cycles:
    case COUNTER_load_queue_full_cycles:
    case COUNTER_store_queue_full_cycles:
    case COUNTER_port_full_cycles:
        return mode == TIMING_MODE_timing;
    default:
        return mode != TIMING_MODE_emulation;
    }
}

static uint64_t cycles(uint64_t time)
{
    return (time + CLOCK_CYCLE - 1) / CLOCK_CYCLE;
}

/* The time in the regions, how many slots of it retired, and what was lost: measured, or as
 * the mode estimates it. */
static struct fast_stack stack_now(const struct timing_model *m)
{
    if (m->mode == TIMING_MODE_fast_timing)
        return fast_stack_now(&m->fast);
    if (m->mode == TIMING_MODE_sampled)
        return sampled_stack(&m->sampled);
    struct fast_stack s = m->stack;
    if (m->inside) {
        struct fast_stack now = fast_stack_of(&m->detailed);
        now = fast_stack_less(&now, &m->stack_begin);
        fast_stack_add(&s, &now, now.time);
    }
    return s;
}

void timing_model_counters(const struct timing_model *m, uint64_t counter[COUNTER_MAX])
{
    memcpy(counter, m->counter, sizeof m->counter);
    if (m->inside) {
        uint64_t now[COUNTER_MAX];
        count_all(m, now);
        for (int i = 0; i < COUNTER_MAX; i++)
            counter[i] += now[i] - m->counter_begin[i];
    }
    for (int i = 0; i < COUNTER_MAX; i++)
        if (!timing_mode_counts(m->mode, (enum counter)i))
            counter[i] = 0;
    if (m->mode == TIMING_MODE_fast_timing) {
        counter[COUNTER_cycles] =
            cycles(fast_time(&m->fast, &counter[COUNTER_instructions_covered]));
    } else if (m->mode == TIMING_MODE_sampled) {
        uint64_t error;
        counter[COUNTER_cycles] = cycles(sampled_time(&m->sampled, &error));
        counter[COUNTER_cycles_error] = cycles(error);
        counter[COUNTER_mispredictions] =
            (uint64_t)llround(sampled_mispredictions(&m->sampled));
    } else {
        counter[COUNTER_cycles] = cycles(stack_now(m).time);
    }
}

/* `total` cycles divided like `weight`, the largest remainders rounded up. */
static void divide(uint64_t total, const double weight[CPI_PART_MAX],
                   uint64_t part[CPI_PART_MAX])
{
    double sum = 0, rest[CPI_PART_MAX];
    uint64_t given = 0;
    for (int i = 0; i < CPI_PART_MAX; i++)
        sum += weight[i];
    for (int i = 0; i < CPI_PART_MAX; i++) {
        double share = sum > 0 ? (double)total * (weight[i] / sum) : 0;
        part[i] = (uint64_t)share;
        rest[i] = share - (double)part[i];
        given += part[i];
    }
    while (given < total) {
        int most = 0;
        for (int i = 1; i < CPI_PART_MAX; i++)
            if (rest[i] > rest[most])
                most = i;
        part[most]++;
        rest[most] -= 1;
        given++;
    }
    for (int i = 0; given > total; i = (i + 1) % CPI_PART_MAX)
        if (part[i] > 0) { /* rounding of a product near 2^53 */
            part[i]--;
            given--;
        }
}

void timing_model_cpi_stack(const struct timing_model *m, uint64_t part[CPI_PART_MAX])
{
    struct fast_stack now = stack_now(m);
    /* The base is one retirement slot for each instruction; the causes share the rest.  With
     * a width that is no power of two their times contain the unused end of cycles. */
    double weight[CPI_PART_MAX] = {0}, causes = 0;
    double base = (double)now.slots * CLOCK_CYCLE / m->detailed.retire_per_cycle;
    for (int i = 0; i < 16; i++)
        causes += (double)now.lost[i];
    double other = (double)now.time - base;
    for (unsigned i = 0; i < 16; i++)
        if (causes > 0 && other > 0)
            weight[clock_part(i)] += other * (double)now.lost[i] / causes;
    weight[CPI_base] += base;
    divide(cycles(now.time), weight, part);
}

void timing_model_block_cycles(const struct timing_model *m, const uint64_t *executions,
                               size_t n, double *cycles_of)
{
    blocks_cycles(&m->detailed, m->mode == TIMING_MODE_timing, executions, n,
                  (double)cycles(stack_now(m).time), cycles_of);
}

void timing_model_block(const struct timing_model *m, size_t block, double cycles_of,
                        struct timing_block *out)
{
    blocks_explain(&m->detailed, block, cycles_of, out);
}

const char *timing_model_path(void)
{
    return detailed_find_runner(1) != NULL ? "x86-64-v3" : "portable";
}
