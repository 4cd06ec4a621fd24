/* The detailed model's start and end, and what it keeps for each instruction of the
 * program.  What happens when one is retired is in detailed_run.c. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "timing/detailed.h"

static const uint8_t branch_of_class[ISA_CLASS_MAX] = {
    [ISA_CLASS_branch] = DETAILED_DIRECT,
    [ISA_CLASS_branch_cond] = DETAILED_CONDITIONAL,
    [ISA_CLASS_branch_indirect] = DETAILED_INDIRECT,
    [ISA_CLASS_call] = DETAILED_CALL,
    [ISA_CLASS_call_indirect] = DETAILED_CALL_INDIRECT,
    [ISA_CLASS_ret] = DETAILED_RETURN,
};

static bool is_fp_simd(unsigned cls)
{
    return (cls >= ISA_CLASS_fp_mov && cls <= ISA_CLASS_simd_crypto);
}

static uint8_t kind_of_load(const struct record_insn *in, unsigned busy)
{
    bool base = (in->flags & RECORD_WRITEBACK) != 0;
    if (busy > 1 || in->n_src != in->n_addr || in->n_addr < 1 || in->n_addr > 2)
        return DETAILED_LOAD_ANY;
    if (base)
        return in->n_addr == 1 && in->n_dst == 2 ? DETAILED_LOAD1_BASE : DETAILED_LOAD_ANY;
    if (in->n_dst == 2 && in->n_addr == 1)
        return DETAILED_LOAD_PAIR;
    if (in->n_dst > 1)
        return DETAILED_LOAD_ANY;
    return in->n_addr == 1 ? DETAILED_LOAD1 : DETAILED_LOAD2;
}

static uint8_t kind_of_store(const struct record_insn *in, unsigned busy)
{
    unsigned data = in->n_src - in->n_addr;
    bool base = (in->flags & RECORD_WRITEBACK) != 0;
    if (busy > 1 || in->n_dst != base || data > 2 || in->n_addr < 1 || in->n_addr > 2)
        return DETAILED_STORE_ANY;
    if (base)
        return in->n_addr == 1 ? DETAILED_STORE1_BASE : DETAILED_STORE_ANY;
    return in->n_addr == 1 ? DETAILED_STORE1 : DETAILED_STORE2;
}

static uint8_t kind_of(const struct detailed *k, const struct record_insn *in, unsigned busy)
{
    bool load = (in->flags & RECORD_LOAD) != 0, store = (in->flags & RECORD_STORE) != 0;
    if ((in->flags & (RECORD_ORDERED | RECORD_SERIALIZE)) || (load && store))
        return DETAILED_OTHER;
    if (in->cls == ISA_CLASS_prefetch)
        return DETAILED_PREFETCH;
    if (load)
        return kind_of_load(in, busy);
    if (store)
        return kind_of_store(in, busy);
    if (in->cls == ISA_CLASS_nop)
        return DETAILED_NOP;
    if (in->cls == ISA_CLASS_mov && in->n_src == 1 && in->n_dst == 1 &&
        k->machine->value[MACHINE_move_elimination] != 0)
        return DETAILED_MOVE;
    if (busy > 1 || in->n_src > 3 || in->n_dst > 2)
        return DETAILED_OP_ANY;
    if (branch_of_class[in->cls] != DETAILED_NO_BRANCH)
        return in->n_src <= 1 && in->n_dst <= 1 ? DETAILED_BRANCH1
               : in->n_src == 2 ? DETAILED_BRANCH2
                                : DETAILED_OP_ANY;
    if (in->n_dst > 1)
        return DETAILED_OP_TWO;
    return in->n_src <= 1   ? DETAILED_OP1
           : in->n_src == 2 ? DETAILED_OP2
                            : DETAILED_OP3;
}

/* Whether the results are in the register files for which there are handlers. */
static bool fits(const struct detailed_op *op)
{
    unsigned file = op->file[0];
    switch (op->kind) {
    case DETAILED_OP_TWO:
    case DETAILED_BRANCH1:
    case DETAILED_BRANCH2:
        return op->file[1] == DETAILED_NO_FILE;
    case DETAILED_LOAD_PAIR:
        return op->file[1] == file;
    case DETAILED_LOAD1_BASE:
        return op->file[1] == (file == DETAILED_NO_FILE ? DETAILED_NO_FILE : DETAILED_INT);
    default:
        return true;
    }
}

static void compile_op(const struct detailed *k, struct detailed_op *op,
                       const struct record_insn *in)
{
    int port = machine_port(k->machine, in->cls);
    unsigned busy = machine_busy(k->machine, in->cls);
    memset(op, 0, sizeof *op);
    op->kind = kind_of(k, in, busy);
    op->latency = (uint8_t)machine_latency(k->machine, in->cls);
    op->port = port < 0 ? DETAILED_NO_PORT : (uint8_t)port;
    op->busy = (uint8_t)busy;
    op->bytes = in->mem_bytes > 0 ? in->mem_bytes : 1;
    op->flags = in->flags;
    op->n_src = in->n_src;
    op->n_addr = in->n_addr;
    op->n_dst = in->n_dst;
    memset(op->file, DETAILED_NO_FILE, sizeof op->file);
    for (unsigned i = 0; i < in->n_dst && op->kind != DETAILED_MOVE; i++) {
        unsigned file = in->dst[i] >= RECORD_REG_V0;
        if (in->dst[i] >= RECORD_REG_NZCV || k->reg_limit[file] == 0)
            continue;
        op->n_reg[file]++;
        if (i < 2)
            op->file[i] = (uint8_t)file;
    }
    if (!fits(op))
        op->kind = in->flags & RECORD_LOAD ? DETAILED_LOAD_MIXED : DETAILED_OP_ANY;
    op->port_mask = k->port_mask[op->port];
    op->port_take = k->port_take[op->port];
    op->time = (uint32_t)op->latency << CLOCK_SHIFT;
    if (in->flags & RECORD_LOAD)
        op->time += (uint32_t)k->memory.l1d_latency;
    memset(op->src, DETAILED_ZERO, sizeof op->src);
    memset(op->dst, DETAILED_DUMP, sizeof op->dst);
    memcpy(op->src, in->src, in->n_src);
    memcpy(op->dst, in->dst, in->n_dst);
}

/* A flag-setting instruction of one cycle and the conditional branch behind it become one. */
static void fuse(struct detailed_op *first, struct detailed_op *second)
{
    bool fits = first->kind == DETAILED_OP1 || first->kind == DETAILED_OP2 ||
                (first->kind == DETAILED_OP_TWO && first->n_src <= 2);
    if (!fits || first->latency != 1 || first->n_dst == 0 ||
        first->dst[first->n_dst - 1] != RECORD_REG_NZCV)
        return;
    if (second->kind != DETAILED_BRANCH1 || second->src[0] != RECORD_REG_NZCV ||
        second->n_dst != 0)
        return;
    second->kind = DETAILED_BRANCH2;
    second->n_src = first->n_src;
    second->n_dst = first->n_dst;
    memcpy(second->src, first->src, sizeof second->src);
    memcpy(second->dst, first->dst, sizeof second->dst);
    memcpy(second->n_reg, first->n_reg, sizeof second->n_reg);
    memcpy(second->file, first->file, sizeof second->file);
    first->kind = DETAILED_SKIP;
}

static int grow(void **array, size_t *max, size_t need, size_t size)
{
    if (need <= *max)
        return 0;
    size_t n = need + need / 2 + 1024;
    void *grown = realloc(*array, n * size);
    if (grown == NULL)
        return ERR_NOMEM;
    *array = grown;
    *max = n;
    return 0;
}

uint64_t detailed_count(const struct record_insn *in, size_t n)
{
    uint64_t loads = 0, stores = 0, fp_simd = 0;
    for (size_t i = 0; i < n; i++) {
        loads += (in[i].flags & RECORD_LOAD) != 0;
        stores += (in[i].flags & RECORD_STORE) != 0;
        fp_simd += is_fp_simd(in[i].cls);
    }
    return loads | stores << DETAILED_COUNT_BITS | fp_simd << 2 * DETAILED_COUNT_BITS;
}

static void compile_block(const struct detailed *k, struct detailed_block *out,
                          const struct record_block *b, const struct record_insn *in)
{
    uint64_t last = b->pc + 4 * (uint64_t)(b->n_insn - 1);
    *out = (struct detailed_block){.first_line = b->pc >> k->l1i_bits,
                                   .last_line = (last + 3) >> k->l1i_bits,
                                   .fetch_time = b->n_insn * k->fetch_unit,
                                   .counts = detailed_count(in, b->n_insn),
                                   .branch_pc = last,
                                   .first_op = (uint32_t)(k->n_ops * sizeof k->op[0]),
                                   .n_insn = b->n_insn,
                                   .branch = branch_of_class[in[b->n_insn - 1].cls],
                                   .loop = b->target == b->pc,
                                   .backward = b->target != 0 && b->target <= last};
}

static void compile_exit(const struct detailed *k, struct detailed_exit *exit,
                         const struct detailed_block *block)
{
    const struct predictor *p = &k->predictor;
    bool learned = block->branch == DETAILED_CONDITIONAL && p->kind == MACHINE_PREDICTOR_TAGE;
    *exit = (struct detailed_exit){.pc = block->branch_pc,
                                   .site = tage_site(&p->tage, block->branch_pc),
                                   .set = (uint32_t)(block->branch_pc >> 2 & p->btb.mask),
                                   .n_insn = block->n_insn,
                                   .learned = learned ? block->n_insn : 0,
                                   .branch = block->branch};
}

static void compile_accesses(struct detailed *k, struct detailed_block *block,
                             const struct record_insn *in)
{
    const struct detailed_op *op = detailed_ops(k, block);
    block->first_access = (uint32_t)k->n_access;
    for (unsigned i = 0; i < block->n_insn; i++) {
        if ((in[i].flags & (RECORD_LOAD | RECORD_STORE)) == 0)
            continue;
        /* A hint looks at its first line alone. */
        bool hint = in[i].cls == ISA_CLASS_prefetch;
        unsigned bytes = hint || in[i].mem_bytes == 0 ? 1 : in[i].mem_bytes;
        bool store = (in[i].flags & RECORD_STORE) != 0 && !hint;
        bool load = (in[i].flags & RECORD_LOAD) != 0 || hint;
        k->access_pc[k->n_access] = op[i].pc;
        k->access[k->n_access++] = (uint8_t)((bytes - 1) | (load ? DETAILED_ACCESS_LOAD : 0) |
                                             (store ? DETAILED_ACCESS_STORE : 0));
    }
    block->n_access = (uint16_t)(k->n_access - block->first_access);
}

/* The operations of the newest block. */
static void compile_ops(struct detailed *k, const struct record_block *b,
                        const struct record_insn *in, bool conditional)
{
    struct detailed_op *op = &k->op[k->n_ops];
    for (unsigned i = 0; i < b->n_insn; i++) {
        compile_op(k, &op[i], &in[i]);
        op[i].pc = (uint32_t)(b->pc >> 2) + i;
    }
    memset(&op[b->n_insn], 0, sizeof *op);
    op[b->n_insn].kind = DETAILED_END;
    k->n_ops += b->n_insn + 1u;
    if (k->fuse && b->n_insn >= 2 && conditional)
        fuse(&op[b->n_insn - 2], &op[b->n_insn - 1]);
}

static int compile(struct detailed *k, const struct record_program *program)
{
    void *ops = k->op, *blocks = k->block, *exits = k->exit;
    int rc = grow(&ops, &k->max_ops, program->n_insns + program->n_blocks, sizeof k->op[0]);
    k->op = ops;
    if (rc == 0)
        rc = grow(&blocks, &k->max_blocks, program->n_blocks, sizeof k->block[0]);
    k->block = blocks;
    if (rc == 0)
        rc = grow(&exits, &k->max_exits, program->n_blocks, sizeof k->exit[0]);
    k->exit = exits;
    size_t accesses = k->n_access;
    for (size_t i = k->n_blocks; i < program->n_blocks; i++)
        accesses += program->block[i].n_insn;
    void *access = k->access;
    if (rc == 0)
        rc = grow(&access, &k->max_access, accesses, sizeof k->access[0]);
    k->access = access;
    void *access_pc = k->access_pc;
    if (rc == 0)
        rc = grow(&access_pc, &k->max_access_pc, accesses, sizeof k->access_pc[0]);
    k->access_pc = access_pc;
    if (rc != 0)
        return rc;
    for (; k->n_blocks < program->n_blocks; k->n_blocks++) {
        const struct record_block *b = &program->block[k->n_blocks];
        struct detailed_block *out = &k->block[k->n_blocks];
        const struct record_insn *in = &program->insn[b->first_insn];
        compile_block(k, out, b, in);
        compile_exit(k, &k->exit[k->n_blocks], out);
        compile_ops(k, b, in, out->branch == DETAILED_CONDITIONAL);
        compile_accesses(k, out, in);
    }
    return 0;
}

static void init_ports(struct detailed *k)
{
    static const struct {
        enum machine_scalar count;
        uint8_t parent;
    } ports[MACHINE_PORT_MAX] = {
#define X(name, parent, text) {MACHINE_ports_##name, MACHINE_PORT_##parent},
        MACHINE_PORTS(X)
#undef X
    };
    _Static_assert(MACHINE_PORT_MAX <= 8, "a counter for each group in one word");
    for (unsigned g = 0; g < MACHINE_PORT_MAX; g++) {
        uint64_t own = (uint64_t)1 << 8 * g, parent = (uint64_t)1 << 8 * ports[g].parent;
        k->port_idle |= (128 - machine_count(k->machine, ports[g].count)) << 8 * g;
        k->port_unit[g] = own;
        k->port_take[g] = own | parent;
        k->port_mask[g] = (own | parent) << 7;
    }
    for (unsigned i = 0; i < DETAILED_RING; i++)
        k->ring[i] = k->port_idle;
    k->ring_end = (CLOCK_START >> CLOCK_SHIFT) + DETAILED_RING;
}

static int init_buffers(struct detailed *k)
{
    size_t sizes[3] = {k->rob, k->load_queue, k->store_queue};
    uint64_t **buffer[3] = {&k->rob_buffer, &k->load_buffer, &k->store_buffer};
    uint64_t **at[3] = {&k->rob_at, &k->load_at, &k->store_at};
    for (int i = 0; i < 3; i++) {
        *buffer[i] = calloc(sizes[i] + DETAILED_ROOM + DETAILED_STEP, sizeof **buffer[i]);
        if (*buffer[i] == NULL)
            return ERR_NOMEM;
        *at[i] = *buffer[i] + sizes[i];
    }
    for (int f = 0; f < DETAILED_FILES && k->renamed; f++) {
        size_t most = (size_t)RECORD_MAX_DST * (DETAILED_ROOM + DETAILED_STEP);
        k->reg_buffer[f] = calloc(k->reg_limit[f] + most, sizeof k->reg_buffer[f][0]);
        if (k->reg_buffer[f] == NULL)
            return ERR_NOMEM;
        k->reg_at[f] = k->reg_buffer[f] + k->reg_limit[f];
    }
    return 0;
}

static void init_files(struct detailed *k)
{
    static const enum machine_scalar registers[DETAILED_FILES] = {MACHINE_registers_int,
                                                                  MACHINE_registers_fp};
    enum { NAMED = 32 }; /* that hold the values of the program */
    for (int f = 0; f < DETAILED_FILES; f++) {
        unsigned n = (unsigned)machine_count(k->machine, registers[f]);
        k->reg_limit[f] = n == 0 ? 0 : n - NAMED;
        k->reg_back[f] = -(ptrdiff_t)k->reg_limit[f];
        k->renamed |= n != 0;
    }
    k->renamed |= !k->even; /* that path is compiled once */
}

static bool power_of_two(unsigned x)
{
    return (x & (x - 1)) == 0;
}

static void init_widths(struct detailed *k)
{
    const struct machine *m = k->machine;
    unsigned fetch = (unsigned)machine_count(m, MACHINE_width_fetch);
    unsigned dispatch = (unsigned)machine_count(m, MACHINE_width_dispatch);
    unsigned write = (unsigned)machine_count(m, MACHINE_ports_store);
    if (dispatch > fetch)
        dispatch = fetch;
    k->width_dispatch = clock_width(dispatch);
    k->width_issue = clock_width((unsigned)machine_count(m, MACHINE_width_issue));
    k->retire_per_cycle = (unsigned)machine_count(m, MACHINE_width_retire);
    k->width_retire = clock_width(k->retire_per_cycle);
    k->width_write = clock_width(write);
    k->fetch_unit = CLOCK_CYCLE / fetch;
    k->fetch_round = CLOCK_CYCLE / machine_count(m, MACHINE_fetch_taken) - 1;
    k->fetch_bubble = machine_count(m, MACHINE_fetch_bubble) << CLOCK_SHIFT;
    k->fetch_ahead = (machine_count(m, MACHINE_fetch_queue) << CLOCK_SHIFT) / dispatch;
    k->mispredict = machine_count(m, MACHINE_mispredict) << CLOCK_SHIFT;
    k->btb_miss = machine_count(m, MACHINE_btb_miss) << CLOCK_SHIFT;
    k->forward_latency = machine_count(m, MACHINE_forward_latency) << CLOCK_SHIFT;
    k->split_penalty = machine_count(m, MACHINE_split_penalty) << CLOCK_SHIFT;
    k->rob = (unsigned)machine_count(m, MACHINE_rob);
    k->load_queue = (unsigned)machine_count(m, MACHINE_load_queue);
    k->store_queue = (unsigned)machine_count(m, MACHINE_store_queue);
    k->rob_back = -(ptrdiff_t)k->rob;
    k->load_back = -(ptrdiff_t)k->load_queue;
    k->store_back = -(ptrdiff_t)k->store_queue;
    k->l1d_bits = (unsigned)__builtin_ctzll(machine_count(m, MACHINE_l1d_line));
    k->l1i_bits = (unsigned)__builtin_ctzll(machine_count(m, MACHINE_l1i_line));
    k->in_order = m->value[MACHINE_issue] == MACHINE_ISSUE_IN_ORDER;
    k->fuse = m->value[MACHINE_fusion] != 0;
    /* The slot before the first: the first step of each comes to CLOCK_START. */
    k->dispatch = CLOCK_START - k->width_dispatch.unit;
    k->issue = CLOCK_START - k->width_issue.unit;
    k->retire = CLOCK_START - k->width_retire.unit;
    k->write = CLOCK_START - k->width_write.unit;
    k->fetch = k->resolve = CLOCK_START;
    k->fetch_cause = CAUSE_FRONTEND;
    k->code_first = UINT64_MAX;
    k->even = power_of_two(dispatch) && power_of_two(k->retire_per_cycle) &&
              power_of_two((unsigned)machine_count(m, MACHINE_width_issue));
}

detailed_runner *detailed_find_runner(unsigned which)
{
    if (which == 0)
        return detailed_run_portable;
#ifdef DETAILED_HAVE_V3
    if (which == 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma"))
        return detailed_run_v3;
#endif
    return NULL;
}

detailed_predictor *detailed_find_predictor(unsigned which)
{
    if (detailed_find_runner(which) == NULL)
        return NULL;
#ifdef DETAILED_HAVE_V3
    if (which == 1)
        return detailed_predict_v3;
#endif
    return detailed_predict_portable;
}

detailed_warmer *detailed_find_warmer(unsigned which)
{
    if (detailed_find_runner(which) == NULL)
        return NULL;
#ifdef DETAILED_HAVE_V3
    if (which == 1)
        return detailed_warm_v3;
#endif
    return detailed_warm_portable;
}

int detailed_init(struct detailed *k, const struct machine *machine, uint64_t layout_seed,
                  struct err *err)
{
    memset(k, 0, sizeof *k);
    int rc = machine_check(machine, err);
    if (rc == 0)
        rc = machine_copy(&k->machine, machine, err);
    if (rc != 0)
        return rc;
    unsigned which = detailed_find_runner(1) != NULL;
    k->run = detailed_find_runner(which);
    k->warm = detailed_find_warmer(which);
    k->predict = detailed_find_predictor(which);
    init_widths(k);
    init_ports(k);
    init_files(k);
    memset(k->granule, 0xff, sizeof k->granule);
    rc = init_buffers(k);
    if (rc == 0)
        rc = hierarchy_init(&k->memory, machine, layout_seed);
    if (rc == 0)
        rc = predictor_init(&k->predictor, machine);
    if (rc != 0)
        return err_set(err, rc, "out of memory for a model of machine '%s'",
                       machine_name(machine));
    return 0;
}

void detailed_release(struct detailed *k)
{
    machine_free(k->machine);
    hierarchy_release(&k->memory);
    predictor_release(&k->predictor);
    free(k->rob_buffer);
    free(k->load_buffer);
    free(k->store_buffer);
    for (int f = 0; f < DETAILED_FILES; f++)
        free(k->reg_buffer[f]);
    free(k->op);
    free(k->block);
    free(k->exit);
    free(k->fate);
    free(k->outcome);
    free(k->access);
    free(k->access_pc);
}

uint64_t detailed_now(const struct detailed *k)
{
    return k->retire + k->width_retire.unit - CLOCK_START;
}

uint64_t detailed_window_full(const struct detailed *k)
{
    return !k->even ? k->full[DETAILED_FULL_WINDOW]
                    : k->held - detailed_slots(k) * k->width_dispatch.unit -
                          k->full[DETAILED_FULL_REGISTERS] - k->full[DETAILED_FULL_LOADS] - k->full[DETAILED_FULL_STORES] -
                          k->full[DETAILED_FULL_ORDER];
}

uint64_t detailed_slots(const struct detailed *k)
{
    return k->slots + (uint64_t)(k->rob_at - (k->rob_buffer + k->rob));
}

/* Has the branches of a batch predicted, or says that all go well. */
static int foretell(struct detailed *k, const struct record_program *program,
                    const struct record_batch *batch, bool predictor)
{
    void *fate = k->fate;
    int rc = grow(&fate, &k->max_fates, batch->n_steps, sizeof k->fate[0]);
    k->fate = fate;
    if (rc == 0 && predictor)
        k->predict(k, program, batch);
    else if (rc == 0)
        memset(k->fate, 0, batch->n_steps * sizeof k->fate[0]);
    return rc;
}

int detailed_retire(struct detailed *k, const struct record_program *program,
                    const struct record_batch *batch)
{
    int rc = compile(k, program);
    if (rc == 0)
        rc = foretell(k, program, batch, true);
    if (rc != 0)
        return rc;
    k->run(k, program, batch);
    k->timed += batch->instructions;
    return 0;
}

int detailed_warm(struct detailed *k, const struct record_program *program,
                  const struct record_batch *batch, bool predictor, struct edges *edges)
{
    int rc = compile(k, program);
    if (rc == 0)
        rc = foretell(k, program, batch, predictor);
    void *outcome = k->outcome;
    if (rc == 0)
        rc = grow(&outcome, &k->max_outcomes, batch->n_steps, sizeof k->outcome[0]);
    k->outcome = outcome;
    if (rc == 0)
        k->warm(k, program, batch, edges);
    return rc;
}

void detailed_drain(struct detailed *k)
{
    uint64_t last = clock_max(k->retire, clock_max(k->dispatch, k->write));
    last = clock_max(last, clock_max(k->memory.horizon, k->issue));
    uint64_t t = clock_next_cycle(clock_max(last, k->fetch));
    k->dispatch = t - k->width_dispatch.unit;
    k->issue = t - k->width_issue.unit;
    k->retire = t - k->width_retire.unit;
    k->write = t - k->width_write.unit;
    k->fetch = k->resolve = t;
    k->fetch_cause = CAUSE_FRONTEND;
}
