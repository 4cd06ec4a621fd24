#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/block.h"
#include "emu/elf_file.h"
#include "emu/emu.h"
#include "emu/fault.h"
#include "emu/host_fp.h"
#include "emu/memory.h"
#include "emu/stack.h"
#include "emu/syscall.h"
#include "emu/sysreg.h"

enum {
    SCRATCH = 16384,          /* steps and addresses of a run that nobody records */
    UNRECORDED_BATCH = 1 << 20 /* instructions of one emu_next without records */
};

struct emu {
    struct cpu *cpu;
    enum cpu_leave (*dispatch)(struct cpu *c, const void *const **labels);
    struct isa_decoder *decoder;
    struct memory memory;
    struct elf_file elf;
    struct block_cache blocks;
    struct system system;
    struct record_program program;
    struct emu_end end;
    uint64_t instructions, limit; /* retired up to the last batch; 0: no limit */
    bool in_roi, had_roi;

    /* The batch under way. */
    struct record_step *first_step;
    uint64_t *first_address;
    size_t capacity;         /* instructions that fit */
    int64_t granted;         /* budget at the start of the loop */
    uint64_t batch_count;    /* retired in it so far, without those of the open grant */
    struct record_step *scratch_step;
    uint64_t *scratch_address;
};

static void choose_dispatch(struct emu *e)
{
    e->dispatch = cpu_dispatch_plain;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("bmi2"))
        e->dispatch = cpu_dispatch_fma;
#endif
    e->dispatch(NULL, &e->blocks.label);
}

/* What a layout seed moves, by a different number for each use. */
static uint64_t moved_by(uint64_t seed, unsigned use, uint64_t range)
{
    uint64_t z = (seed + use * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);

    return seed == 0 ? 0 : (z ^ z >> 29) % range;
}

static int load(struct emu *e, const struct emu_options *o, struct err *err)
{
    struct cpu *c = e->cpu;
    uint64_t seed = o->layout_seed, sp = 0;
    int rc;

    rc = memory_init(&e->memory, err);
    if (rc == 0)
        rc = elf_file_load(&e->elf, o->elf, &e->memory, err);
    if (rc == 0)
        rc = stack_build(&e->memory, &e->elf, o, moved_by(seed, 1, 4096) * 16, &sp, err);
    if (rc == 0)
        rc = block_cache_init(&e->blocks, e->decoder, &e->memory, err);
    if (rc < 0)
        return rc;
    choose_dispatch(e);
    rc = system_init(&e->system, &e->memory, o, err);
    if (rc < 0)
        return rc;
    e->system.brk_start = e->elf.end + moved_by(seed, 2, 4096) * MEMORY_PAGE;
    e->system.brk = e->system.brk_start;
    e->system.mmap_top = MMAP_TOP - moved_by(seed, 3, 4096) * MEMORY_PAGE;
    c->mem = e->memory.base;
    c->limit = MEMORY_LIMIT;
    c->r[R_SP] = sp;
    c->z = 1;
    c->exclusive_address = ~UINT64_C(0);
    c->next_pc = e->elf.entry;
    return 0;
}

int emu_alloc(struct emu **out, const struct emu_options *options, struct err *err)
{
    struct emu *e = calloc(1, sizeof(*e));
    int rc = 0;

    *out = NULL;
    if (e == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the emulator");
    e->cpu = aligned_alloc(64, (sizeof(*e->cpu) + 63) / 64 * 64);
    e->limit = options->max_instructions;
    if (e->cpu == NULL) {
        rc = err_set(err, ERR_NOMEM, "no memory for the guest's state");
        goto out;
    }
    memset(e->cpu, 0, sizeof(*e->cpu));
    rc = isa_decoder_alloc(&e->decoder, err);
    if (rc == 0)
        rc = fault_install(err);
    if (rc == 0)
        rc = load(e, options, err);
out:
    if (rc < 0) {
        emu_free(e);
        return rc;
    }
    *out = e;
    return 0;
}

void emu_free(struct emu *e)
{
    if (e == NULL)
        return;
    system_release(&e->system);
    block_cache_release(&e->blocks);
    elf_file_release(&e->elf);
    memory_release(&e->memory);
    isa_decoder_free(e->decoder);
    free(e->scratch_step);
    free(e->scratch_address);
    free(e->cpu);
    free(e);
}

/* "0x400123 in main+0x4: ldr x0, [x1]" */
static void describe_place(struct emu *e, char *text, size_t size)
{
    struct emu_end *end = &e->end;
    uint64_t offset = 0;
    const char *symbol = emu_symbol(e, end->pc, &offset);
    char insn[96] = "";

    emu_disassemble(e, end->pc, insn, sizeof(insn));
    if (insn[0] != '\0')
        end->word = get32(e->memory.base + end->pc);
    int n = snprintf(text, size, "pc 0x%" PRIx64, end->pc);
    if (symbol != NULL && n > 0 && (size_t)n < size)
        n += snprintf(text + n, size - (size_t)n, " in %.80s+0x%" PRIx64, symbol, offset);
    if (insn[0] && n > 0 && (size_t)n < size)
        snprintf(text + n, size - (size_t)n, ": %s", insn);
}

/* "not implemented: 0x1e204000 at 0x400123 (main+0x4)" */
static void describe_word(struct emu *e, const char *what)
{
    struct emu_end *end = &e->end;
    uint64_t offset = 0;
    const char *symbol = emu_symbol(e, end->pc, &offset);

    end->word = get32(e->memory.base + end->pc);
    if (symbol != NULL)
        snprintf(end->text, sizeof(end->text), "%s: 0x%08" PRIx32 " at 0x%" PRIx64 " (%.100s+0x%" PRIx64 ")",
                 what, end->word, end->pc, symbol, offset);
    else
        snprintf(end->text, sizeof(end->text), "%s: 0x%08" PRIx32 " at 0x%" PRIx64, what,
                 end->word, end->pc);
}

static void end_with_access(struct emu *e, unsigned flags, unsigned bytes)
{
    struct emu_end *end = &e->end;
    uint64_t sp = e->cpu->r[R_SP], bottom = STACK_TOP - STACK_BYTES;
    bool overflow = end->address < bottom && bottom - end->address <= STACK_GUARD &&
                    sp < bottom + STACK_GUARD;
    const char *how = end->kind == EMU_FAULT_ALIGNMENT           ? "misaligned"
                      : overflow                                 ? "stack overflow:"
                      : memory_prot(&e->memory, end->address) >= 0 ? "forbidden"
                                                                 : "unmapped";
    char place[160];

    describe_place(e, place, sizeof(place));
    if (bytes == 0)
        snprintf(end->text, sizeof(end->text), "%s fetch at 0x%" PRIx64 " (%s)", how,
                 end->address, place);
    else
        snprintf(end->text, sizeof(end->text), "%s %s of %u byte%s at 0x%" PRIx64 " (%s)", how,
                 (flags & ISA_STORE) == 0  ? "read"
                 : (flags & ISA_LOAD) == 0 ? "write"
                                           : "update",
                 bytes, bytes == 1 ? "" : "s", end->address, place);
}

/* The instruction at `pc` can't be run. */
static void end_with_block(struct emu *e, enum block_status status, uint64_t pc)
{
    struct emu_end *end = &e->end;
    char place[160];

    end->pc = pc;
    switch (status) {
    case BLOCK_MISALIGNED:
    case BLOCK_UNMAPPED:
        end->kind = status == BLOCK_UNMAPPED ? EMU_FAULT_MEMORY : EMU_FAULT_ALIGNMENT;
        end->address = pc;
        end_with_access(e, 0, 0);
        break;
    case BLOCK_UNALLOCATED:
        end->kind = EMU_FAULT_UNDEFINED;
        describe_word(e, "unallocated");
        break;
    case BLOCK_NOT_IMPLEMENTED:
        end->kind = EMU_FAULT_UNIMPLEMENTED;
        describe_word(e, "not implemented");
        break;
    default:
        end->kind = EMU_FAULT_BREAK;
        describe_place(e, place, sizeof(place));
        snprintf(end->text, sizeof(end->text), "breakpoint (%s)", place);
    }
}

/* Finds the code at `pc`, or ends the run; negative only for the host's own failures. */
static int find_code(struct emu *e, uint64_t pc, const struct op **code)
{
    bool exact_fp = (e->cpu->fpcr & FPCR_ARITHMETIC) != 0;
    enum block_status status = block_find(&e->blocks, pc, exact_fp, code);

    *code = status == BLOCK_OK ? *code : NULL;
    if (status == BLOCK_NO_MEMORY)
        return ERR_NOMEM;
    if (status != BLOCK_OK)
        end_with_block(e, status, pc);
    return 0;
}

static void forget_targets(struct cpu *c)
{
    /* An empty place holds an address that is looked for in another: no branch finds it. */
    for (size_t i = 0; i < CPU_TARGETS; i++)
        c->target[i].pc = i == 0 ? 4 : 0;
}

/* A new grant of instructions to the loop: as many as fit and as the limit leaves. */
static void grant(struct emu *e)
{
    uint64_t retired = e->instructions + e->batch_count;
    uint64_t left = e->limit == 0 ? UINT64_MAX : e->limit > retired ? e->limit - retired : 0;

    e->granted = (int64_t)(left < e->capacity ? left : e->capacity);
    e->cpu->budget = e->granted;
    e->cpu->step = e->first_step;
    e->cpu->address = e->first_address;
}

static void take_grant_back(struct emu *e)
{
    e->batch_count += (uint64_t)(e->granted - e->cpu->budget);
    e->granted = e->cpu->budget;
}

static bool limit_reached(struct emu *e)
{
    if (e->limit == 0 || e->instructions + e->batch_count < e->limit)
        return false;
    e->end.kind = EMU_LIMIT;
    snprintf(e->end.text, sizeof(e->end.text), "stopped after %" PRIu64 " instructions",
             e->instructions + e->batch_count);
    return true;
}

static void set_time(struct emu *e)
{
    uint64_t open = (uint64_t)(e->granted - e->cpu->budget);

    e->system.retired = e->instructions + e->batch_count + open;
}

/* A system call ended the guest. */
static void end_in_system(struct emu *e, uint64_t pc)
{
    struct emu_end *end = &e->end;
    const struct system *s = &e->system;
    char place[160];

    end->pc = pc;
    e->cpu->op = NULL;
    switch (s->state) {
    case SYSTEM_EXITED:
        end->kind = EMU_EXITED;
        end->exit_code = s->exit_code;
        snprintf(end->text, sizeof(end->text), "exited with status %d", end->exit_code);
        break;
    case SYSTEM_KILLED:
        end->kind = EMU_KILLED;
        end->exit_code = 128 + s->signal;
        describe_place(e, place, sizeof(place));
        snprintf(end->text, sizeof(end->text), "killed by its own signal %d, %s (%s)",
                 s->signal, strsignal(s->signal), place);
        break;
    default:
        end->kind = EMU_STUCK;
        describe_place(e, place, sizeof(place));
        snprintf(end->text, sizeof(end->text), "%.90s (%s)", s->text, place);
    }
}

/* A system instruction was retired; sets what to go on with, NULL when the guest ended. */
static int do_system(struct emu *e)
{
    struct cpu *c = e->cpu;
    const struct op_end *end = (const struct op_end *)c->op;
    uint64_t old_mode = c->fpcr & FPCR_ARITHMETIC, next = end->stub[0].imm;
    uint32_t word = get32(e->memory.base + next - 4);
    bool handler = false; /* a signal's was called or came back */

    c->op = end->link[0];
    switch (end->op.exec) {
    case ISA_EXEC_svc:
        set_time(e);
        e->system.next_pc = next;
        system_call(&e->system, c);
        if (e->system.state != SYSTEM_RUNNING) {
            end_in_system(e, next - 4);
            return 0;
        }
        handler = e->system.next_pc != next;
        next = e->system.next_pc;
        break;
    case ISA_EXEC_ic_ivau:
        e->system.code_changed = true;
        break;
    case ISA_EXEC_msr:
        sysreg_write(c, word);
        break;
    case ISA_EXEC_mrs_time:
        set_time(e);
        cpu_set_x(c, word & 31, system_ticks(&e->system));
        break;
    default: /* ISB: blocks are found anew only when code was changed */
        break;
    }
    if (e->system.code_changed) {
        block_cache_drop(&e->blocks);
        e->system.code_changed = false;
    } else if ((c->fpcr & FPCR_ARITHMETIC) == old_mode && !handler) {
        return 0;
    }
    forget_targets(c);
    return find_code(e, next, &c->op);
}

/* At a marker: what ran before it is one batch, the marker itself is another. */
static void do_marker(struct emu *e)
{
    struct cpu *c = e->cpu;
    const struct op_end *end = (const struct op_end *)c->op;

    if (e->batch_count + (uint64_t)(e->granted - c->budget) > 0)
        return;
    e->in_roi = end->op.exec == ISA_EXEC_roi_begin;
    e->had_roi |= e->in_roi;
    *c->step++ = end->step[0];
    c->budget--;
    c->op = end->link[0];
}

static int run(struct emu *e, bool recorded)
{
    struct cpu *c = e->cpu;
    int rc = 0;

    while (rc == 0 && c->op != NULL) {
        switch (e->dispatch(c, NULL)) {
        case CPU_BUDGET:
            take_grant_back(e);
            if (limit_reached(e) || recorded || e->batch_count >= UNRECORDED_BATCH)
                return 0;
            grant(e);
            break;
        case CPU_RESOLVE: {
            const struct op **link = (const struct op **)(uintptr_t)c->op->imm2;
            rc = find_code(e, c->op->imm, &c->op);
            if (c->op != NULL)
                *link = c->op;
            break;
        }
        case CPU_INDIRECT: {
            size_t i = c->next_pc >> 2 & (CPU_TARGETS - 1);
            rc = find_code(e, c->next_pc, &c->op);
            if (c->op != NULL) {
                c->target[i].pc = c->next_pc;
                c->target[i].op = c->op;
            }
            break;
        }
        case CPU_SYSTEM:
            rc = do_system(e);
            break;
        case CPU_MARKER:
            do_marker(e);
            take_grant_back(e);
            limit_reached(e);
            return 0;
        }
    }
    take_grant_back(e);
    return rc;
}

/* An access faulted in the middle of a block: what was retired of it becomes a short step,
 * with the addresses of just these instructions. */
static void take_fault(struct emu *e)
{
    struct cpu *c = e->cpu;
    const struct op *op = c->access;
    uint32_t id = block_of(&e->blocks, op);
    const struct record_block *block = &e->blocks.block[id];
    const struct record_insn *insn = &e->blocks.insn[block->first_insn];
    uint64_t retired = 0;

    for (unsigned i = 0; i < op->at; i++)
        if (insn[i].flags & (RECORD_LOAD | RECORD_STORE))
            c->address++;
    if (op->at > 0)
        *c->step++ = (struct record_step){id, op->at, 0};
    for (const struct record_step *s = e->first_step; s < c->step; s++)
        retired += s->count;
    e->batch_count += retired;
    e->end.kind = c->fault;
    e->end.pc = block->pc + op->at * 4u;
    e->end.address = c->fault_address;
    if (c->fault == EMU_FAULT_UNIMPLEMENTED)
        describe_word(e, "not implemented");
    else
        end_with_access(e, insn[op->at].flags, insn[op->at].mem_bytes);
    c->op = NULL;
}

static int prepare(struct emu *e, const struct record_batch *batch)
{
    bool recorded = batch->max_steps > 0;
    size_t room = batch->max_steps < batch->max_addresses ? batch->max_steps
                                                          : batch->max_addresses;

    if (!recorded) {
        room = SCRATCH;
        if (e->scratch_step == NULL)
            e->scratch_step = malloc(SCRATCH * sizeof(e->scratch_step[0]));
        if (e->scratch_address == NULL)
            e->scratch_address = malloc(SCRATCH * sizeof(e->scratch_address[0]));
        if (e->scratch_step == NULL || e->scratch_address == NULL)
            return ERR_NOMEM;
    }
    if (room <= RECORD_BLOCK_MAX)
        return ERR_USAGE;
    e->capacity = room - RECORD_BLOCK_MAX;
    e->first_step = recorded ? batch->step : e->scratch_step;
    e->first_address = recorded ? batch->address : e->scratch_address;
    e->batch_count = 0;
    if (e->cpu->op == NULL) { /* the very first block */
        forget_targets(e->cpu);
        int rc = find_code(e, e->cpu->next_pc, &e->cpu->op);
        if (rc < 0)
            return rc;
    }
    grant(e);
    return 0;
}

static bool at_marker(const struct emu *e)
{
    const struct op *op = e->cpu->op;

    return op != NULL && (op->run == e->blocks.label[ISA_EXEC_roi_begin] ||
                          op->run == e->blocks.label[ISA_EXEC_roi_end]);
}

/* Where the guest goes on; the pc stands in front of a block's operations. */
static uint64_t resume_pc(const struct emu *e)
{
    const struct op *op = e->cpu->op;

    if (op == NULL)
        return e->end.pc;
    return op->run == e->blocks.label[CPU_LABEL_STUB] ? op->imm : block_pc(op);
}

static int run_guarded(struct emu *e, bool recorded)
{
    if (sigsetjmp(e->cpu->escape, 0) == 0)
        return run(e, recorded);
    take_fault(e);
    return 0;
}

int emu_next(struct emu *e, struct record_batch *batch)
{
    struct cpu *c = e->cpu;
    bool recorded = batch->max_steps > 0;
    struct host_fp saved;
    int rc = 0;

    batch->n_steps = batch->n_addresses = 0;
    batch->instructions = 0;
    batch->next_pc = e->end.pc;
    if (e->end.kind != EMU_RUNNING)
        return 0;
    rc = prepare(e, batch);
    if (rc < 0)
        return rc;
    /* A marker that stands at the start belongs to no region; see do_marker. */
    batch->roi = e->in_roi && !at_marker(e);
    struct cpu *before = fault_enter(c);
    host_fp_enter(&saved);
    rc = run_guarded(e, recorded);
    host_fp_gather(c);
    host_fp_leave(&saved);
    fault_enter(before);
    if (recorded) {
        batch->n_steps = (size_t)(c->step - e->first_step);
        batch->n_addresses = (size_t)(c->address - e->first_address);
    }
    e->program = (struct record_program){e->blocks.block, e->blocks.n_blocks, e->blocks.insn,
                                         e->blocks.n_insns};
    batch->instructions = e->batch_count;
    batch->next_pc = resume_pc(e);
    e->instructions += e->batch_count;
    return rc;
}

const struct record_program *emu_program(const struct emu *e)
{
    return &e->program;
}

const struct emu_end *emu_end(const struct emu *e)
{
    return &e->end;
}

bool emu_has_marker(const struct emu *e)
{
    return e->elf.has_marker;
}

bool emu_had_roi(const struct emu *e)
{
    return e->had_roi;
}

uint64_t emu_instructions(const struct emu *e)
{
    return e->instructions;
}

uint64_t emu_guest_bytes(const struct emu *e)
{
    return e->memory.peak;
}

bool emu_had_input(const struct emu *e)
{
    return e->system.host_clock || e->system.files.terminal || e->system.had_input;
}

const char *emu_unknown_call(const struct emu *e, size_t i, char *text)
{
    if (i >= e->system.n_unknown)
        return NULL;
    const char *name = system_call_name(e->system.unknown[i]);
    if (name != NULL)
        return name;
    snprintf(text, 32, "number %" PRIu64, e->system.unknown[i]);
    return text;
}

const char *emu_symbol(const struct emu *e, uint64_t pc, uint64_t *offset)
{
    const struct elf_symbol *s = elf_file_symbol(&e->elf, pc);

    if (s == NULL)
        return NULL;
    if (offset != NULL)
        *offset = pc - s->address;
    return s->name;
}

void emu_disassemble(const struct emu *e, uint64_t pc, char *text, size_t size)
{
    text[0] = '\0';
    if (pc % 4 != 0 || !memory_allows(&e->memory, pc, 4, MEMORY_READ))
        return;
    isa_disassemble(e->decoder, get32(e->memory.base + pc), pc, text, size);
    for (char *p = text; *p; p++)
        *p = *p == '\t' ? ' ' : *p;
}

uint64_t emu_bias(const struct emu *e)
{
    return e->elf.bias;
}
