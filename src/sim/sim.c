/* Notes:
 * - Every mode takes the same batches from the emulator, so instruction counts, the stream
 *   hash and the places of the trace's rows are the same in all of them.
 * - A program without the markers of a region of interest is counted whole.  One that holds
 *   the begin marker but never executes it is found out at its end and simulated once more,
 *   counting everything: the models do not time what lies outside a region.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "sim/hot.h"
#include "sim/reuse.h"
#include "sim/sim.h"
#include "sim/slowdown.h"
#include "timing/slice.h"

enum {
    BATCH_STEPS = 4096,
    BATCH_ADDRESSES = 8192,
    TRACE_MAX_ROWS = 2048,
    TRACE_FIRST_INTERVAL = 1024
};

/* State of one pass over the guest. */
struct pass {
    const struct sim_options *options;
    struct sim_result *result;
    struct emu *emu;
    struct timing_model *model; /* NULL in emulation */
    struct record_batch batch;
    bool count_all;
    uint64_t hash;
    uint64_t next_row;       /* instructions in the region at which the next row is due */
    uint64_t *block_hash;    /* per block */
    uint64_t *executions[2]; /* per block, in the region: add the two */
    size_t n_seen, max_seen; /* blocks */
    struct reuse *reuse;     /* NULL: not measured */
    uint64_t instructions, branches_taken; /* in the region, for emulation */
    bool inside;             /* the region, as of the batch before */
};

static void count_now(const struct pass *p, uint64_t counter[COUNTER_MAX])
{
    if (p->model != NULL) {
        timing_model_counters(p->model, counter);
    } else {
        memset(counter, 0, COUNTER_MAX * sizeof counter[0]);
        counter[COUNTER_instructions] = p->instructions;
        counter[COUNTER_branches_taken] = p->branches_taken;
    }
}

/* Keeps every second row and doubles the interval. */
static void trace_thin_out(struct sim_trace *trace)
{
    size_t kept = 0;
    for (size_t i = 1; i < trace->n_rows; i += 2, kept++)
        memcpy(trace->row + kept * COUNTER_MAX, trace->row + i * COUNTER_MAX,
               COUNTER_MAX * sizeof trace->row[0]);
    trace->n_rows = kept;
    trace->interval *= 2;
}

static int trace_add(struct pass *p, struct err *err)
{
    struct sim_trace *trace = &p->result->trace;
    bool automatic = p->options->interval == 0;
    if (automatic && trace->n_rows == TRACE_MAX_ROWS) {
        trace_thin_out(trace); /* and the row that is due now is one of those that go */
        p->next_row = (p->instructions / trace->interval + 1) * trace->interval;
        return 0;
    }
    if (trace->n_rows % TRACE_MAX_ROWS == 0) {
        size_t rows = trace->n_rows + TRACE_MAX_ROWS;
        uint64_t *grown = realloc(trace->row, rows * COUNTER_MAX * sizeof *grown);
        if (grown == NULL)
            return err_set(err, ERR_NOMEM, "out of memory for a trace of %zu rows", rows);
        trace->row = grown;
    }
    count_now(p, trace->row + trace->n_rows * COUNTER_MAX);
    trace->n_rows++;
    p->next_row = (p->instructions / trace->interval + 1) * trace->interval;
    return 0;
}

/* Models that estimate think better of the past at times: no row may have more cycles than a
 * later one, or the end. */
static void trace_straighten(struct sim_trace *trace, uint64_t cycles)
{
    for (size_t i = trace->n_rows; i-- > 0;) {
        uint64_t *row = trace->row + i * COUNTER_MAX;
        if (row[COUNTER_cycles] > cycles)
            row[COUNTER_cycles] = cycles;
        cycles = row[COUNTER_cycles];
    }
}

/* Spreads a pc over 64 bits (the finalizer of splitmix64, Vigna). */
static uint64_t hash_pc(uint64_t pc)
{
    pc = (pc ^ pc >> 30) * 0xbf58476d1ce4e5b9u;
    pc = (pc ^ pc >> 27) * 0x94d049bb133111ebu;
    return pc ^ pc >> 31;
}

/* Takes in the blocks that are new. */
static int blocks_reserve(struct pass *p, const struct record_program *program, struct err *err)
{
    size_t size = program->n_blocks + program->n_blocks / 2 + 256;
    uint64_t **array[] = {&p->block_hash, &p->executions[0], &p->executions[1]};

    if (program->n_blocks > p->max_seen) {
        for (size_t i = 0; i < sizeof array / sizeof array[0]; i++) {
            uint64_t *grown = realloc(*array[i], size * sizeof *grown);
            if (grown == NULL)
                return err_set(err, ERR_NOMEM, "out of memory for %zu blocks", size);
            *array[i] = grown;
        }
        p->max_seen = size;
    }
    for (; p->n_seen < program->n_blocks; p->n_seen++) {
        p->block_hash[p->n_seen] = hash_pc(program->block[p->n_seen].pc);
        p->executions[0][p->n_seen] = p->executions[1][p->n_seen] = 0;
    }
    return 0;
}

/* How the hash of the stream goes on: hash * hash_step + word of the step, modulo 2^64. */
static const uint64_t hash_step = 0x9e3779b97f4a7c15u;

/* Counts a step; its word in the hash. */
static inline uint64_t take_step(const struct record_step *s, const uint64_t *word,
                                 uint64_t *executions, uint64_t one, uint64_t *taken)
{
    *taken += s->taken;
    executions[s->block] += one;
    return word[s->block] ^ s->count;
}

/* Four steps at a time, for the chain of products is what takes long:
 * (((h k + a) k + b) k + c) k + d = h k^4 + a k^3 + b k^2 + c k + d.  Two counts of each block
 * in turn, for a count that was just stored is slow to load. */
static void take_steps(struct pass *p, const struct record_batch *batch)
{
    const uint64_t k = hash_step, k2 = k * k, k3 = k2 * k, k4 = k2 * k2;
    const struct record_step *s = batch->step;
    const uint64_t *word = p->block_hash;
    uint64_t *even = p->executions[0], *odd = p->executions[1];
    uint64_t hash = p->hash, taken = 0, one = batch->roi;
    size_t i = 0;

    for (; i + 4 <= batch->n_steps; i += 4, s += 4) {
        uint64_t a = take_step(s, word, even, one, &taken);
        uint64_t b = take_step(s + 1, word, odd, one, &taken);
        uint64_t c = take_step(s + 2, word, even, one, &taken);
        uint64_t d = take_step(s + 3, word, odd, one, &taken);
        hash = hash * k4 + (a * k3 + b * k2 + c * k + d);
    }
    for (; i < batch->n_steps; i++, s++)
        hash = hash * k + take_step(s, word, even, one, &taken);
    p->hash = hash;
    p->branches_taken += taken * one;
}

/* Addresses of data that these steps have. */
static size_t count_addresses(const struct record_program *program,
                              const struct record_batch *part)
{
    size_t n = 0;
    for (size_t i = 0; i < part->n_steps; i++) {
        const struct record_step *step = &part->step[i];
        const struct record_block *block = &program->block[step->block];
        if (step->count == block->n_insn)
            n += block->n_mem;
        else
            for (unsigned k = 0; k < step->count; k++)
                n += (program->insn[block->first_insn + k].flags &
                      (RECORD_LOAD | RECORD_STORE)) != 0;
    }
    return n;
}

/* What a part of a batch adds, which lies within the region or without. */
static int take_part(struct pass *p, const struct record_program *program,
                     const struct record_batch *part, struct err *err)
{
    int rc = 0;
    take_steps(p, part);
    if (p->model != NULL)
        rc = timing_model_retire(p->model, program, part);
    if (rc != 0)
        return err_set(err, rc, "the timing model failed: %s", err_text(rc));
    if (part->roi)
        p->instructions += part->instructions;
    return 0;
}

/* A batch in the region ends a part at each step with which a row of the trace is due. */
static int take_batch(struct pass *p, struct err *err)
{
    struct record_batch rest = p->batch;
    const struct record_program *program = emu_program(p->emu);
    int rc = blocks_reserve(p, program, err);
    if (rc == 0 && p->count_all)
        rest.roi = true;
    if (rc == 0 && p->reuse != NULL && rest.roi &&
        reuse_take(p->reuse, rest.address, rest.n_addresses) != 0)
        rc = err_set(err, ERR_NOMEM, "out of memory for reuse distances");
    while (rc == 0 && rest.roi && p->instructions + rest.instructions >= p->next_row) {
        struct record_batch part = slice_take(&rest, p->next_row - p->instructions, program);
        rc = take_part(p, program, &part, err);
        if (rc == 0)
            rc = trace_add(p, err);
        slice_advance(&rest, part.address + count_addresses(program, &part));
    }
    if (rc == 0 && rest.n_steps > 0)
        rc = take_part(p, program, &rest, err);
    return rc;
}

static int pass_init(struct pass *p, const struct sim_options *o, struct sim_result *result,
                     bool count_all, struct err *err)
{
    *p = (struct pass){.options = o, .result = result, .hash = 0x243f6a8885a308d3u};
    result->trace.interval = o->interval != 0 ? o->interval : TRACE_FIRST_INTERVAL;
    p->next_row = result->trace.interval;
    struct emu_options eo = {.elf = o->elf,
                             .argc = o->argc,
                             .argv = o->argv,
                             .layout_seed = o->layout_seed,
                             .max_instructions = o->max_instructions,
                             .out_fd = count_all ? -1 : o->out_fd,
                             .err_fd = count_all ? -1 : o->err_fd,
                             .read_stdin = o->read_stdin,
                             .terminal = o->terminal,
                             .host_clock = o->host_clock,
                             .files = o->files,
                             .files_read_only = o->files_read_only,
                             .input = o->input};
    int rc = emu_alloc(&p->emu, &eo, err);
    if (rc != 0)
        return rc;
    p->count_all = count_all || !emu_has_marker(p->emu);
    if (o->mode != TIMING_MODE_emulation) {
        if (o->machine == NULL)
            return err_set(err, ERR_USAGE, "mode '%s' needs a machine",
                           timing_mode_name(o->mode));
        rc = timing_model_alloc(&p->model, o->mode, o->machine, o->layout_seed, err);
        if (rc != 0)
            return rc;
        if (o->mode == TIMING_MODE_sampled && o->wanted_error > 0)
            timing_model_want(p->model, o->wanted_error);
    }
    if (o->mode != TIMING_MODE_emulation || o->reuse) {
        p->reuse = reuse_alloc(REUSE_RATE);
        if (p->reuse == NULL)
            return err_set(err, ERR_NOMEM, "out of memory for reuse distances");
    }
    p->batch.max_steps = BATCH_STEPS;
    p->batch.max_addresses = BATCH_ADDRESSES;
    p->batch.step = malloc(BATCH_STEPS * sizeof p->batch.step[0]);
    p->batch.address = malloc(BATCH_ADDRESSES * sizeof p->batch.address[0]);
    if (p->batch.step == NULL || p->batch.address == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for a batch");
    return 0;
}

static void pass_release(struct pass *p)
{
    timing_model_free(p->model);
    reuse_free(p->reuse);
    emu_free(p->emu);
    free(p->batch.step);
    free(p->batch.address);
    free(p->block_hash);
    free(p->executions[0]);
    free(p->executions[1]);
}

static void take_unknown_calls(const struct pass *p)
{
    struct sim_result *r = p->result;
    char text[SIM_CALL_NAME];
    const char *name;

    for (r->n_unknown_calls = 0;
         r->n_unknown_calls < SIM_UNKNOWN_CALLS &&
         (name = emu_unknown_call(p->emu, r->n_unknown_calls, text)) != NULL;
         r->n_unknown_calls++)
        snprintf(r->unknown_call[r->n_unknown_calls], SIM_CALL_NAME, "%s", name);
}

/* Time is added up where the region begins and ends, as exactly as batches tell. */
static void pass_region(struct pass *p, bool inside)
{
    if (inside != p->inside)
        p->result->region_user_seconds += (inside ? -1 : 1) * cpu_user_seconds();
    p->inside = inside;
}

/* All batches of the guest, from the first to the last. */
static int run_batches(struct pass *p, struct err *err)
{
    const struct sim_watch *watch = p->options->watch;
    struct slowdown slowdown;
    int rc = 0;
    slowdown_init(&slowdown);
    if (watch != NULL)
        watch->begin(watch->data);
    while (rc == 0 && emu_end(p->emu)->kind == EMU_RUNNING) {
        rc = emu_next(p->emu, &p->batch);
        if (rc != 0) {
            rc = err_set(err, rc, "the emulator failed: %s", err_text(rc));
        } else {
            pass_region(p, p->batch.roi || p->count_all);
            rc = take_batch(p, err);
        }
        slowdown_batch(&slowdown);
        if (watch != NULL)
            watch->batch(watch->data, emu_instructions(p->emu));
    }
    pass_region(p, false);
    if (watch != NULL)
        watch->end(watch->data);
    return rc;
}

static int pass_run(struct pass *p, struct err *err)
{
    struct sim_result *r = p->result;
    double wall = cpu_wall_seconds(), user = cpu_user_seconds(), busy = cpu_busy_seconds();
    int rc = run_batches(p, err);
    if (rc != 0)
        return rc;
    r->wall_seconds = cpu_wall_seconds() - wall;
    r->user_seconds = cpu_user_seconds() - user;
    /* The kernel may give all of a run that is shorter than its tick to the system. */
    if (r->user_seconds <= 0)
        r->user_seconds = cpu_busy_seconds() - busy;
    r->end = *emu_end(p->emu);
    r->had_input = emu_had_input(p->emu);
    take_unknown_calls(p);
    r->had_roi = emu_had_roi(p->emu);
    r->instructions_total = emu_instructions(p->emu);
    r->guest_bytes = emu_guest_bytes(p->emu);
    r->stream_hash = p->hash;
    rc = p->model != NULL ? timing_model_finish(p->model) : 0;
    if (rc != 0)
        return err_set(err, rc, "the timing model failed: %s", err_text(rc));
    count_now(p, r->counter);
    trace_straighten(&r->trace, r->counter[COUNTER_cycles]);
    if (p->model != NULL)
        timing_model_cpi_stack(p->model, r->cpi_stack);
    for (size_t i = 0; i < p->n_seen; i++)
        p->executions[0][i] += p->executions[1][i];
    rc = hot_find(r, p->emu, p->model, p->options->elf, p->executions[0], p->n_seen);
    if (rc != 0)
        return err_set(err, rc, "out of memory for %zu blocks", p->n_seen);
    if (p->reuse != NULL)
        reuse_result(p->reuse, &r->reuse);
    r->peak_memory = cpu_peak_memory();
    return 0;
}

static int run_pass(const struct sim_options *options, struct sim_result *result,
                    bool count_all, struct err *err)
{
    struct pass p;
    int rc = pass_init(&p, options, result, count_all, err);
    if (rc == 0)
        rc = pass_run(&p, err);
    pass_release(&p);
    return rc;
}

int sim_run(const struct sim_options *options, struct sim_result *result, struct err *err)
{
    memset(result, 0, sizeof *result);
    int rc = run_pass(options, result, false, err);
    if (rc == 0 && !result->had_roi && result->counter[COUNTER_instructions] == 0 &&
        result->instructions_total > 0) {
        if (result->had_input)
            return err_set(err, ERR_RUN,
                           "'%s': never began its region of interest; it can't be counted whole, "
                           "for a second run may differ (it used files, standard input, the "
                           "host's clock or terminal)",
                           options->elf);
        sim_result_release(result);
        rc = run_pass(options, result, true, err);
    }
    return rc;
}

void sim_result_release(struct sim_result *result)
{
    free(result->trace.row);
    memset(result, 0, sizeof *result);
}
