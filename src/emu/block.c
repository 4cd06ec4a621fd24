#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "emu/block.h"
#include "emu/fuse.h"
#include "emu/lower.h"

_Static_assert((int)ISA_LOAD == (int)RECORD_LOAD && (int)ISA_STORE == (int)RECORD_STORE &&
                   (int)ISA_WRITEBACK == (int)RECORD_WRITEBACK &&
                   (int)ISA_BRANCH == (int)RECORD_BRANCH &&
                   (int)ISA_ORDERED == (int)RECORD_ORDERED &&
                   (int)ISA_SERIALIZE == (int)RECORD_SERIALIZE,
               "flags of rows and of records are the same bits");
_Static_assert((int)ISA_REG_V0 == (int)RECORD_REG_V0 && (int)ISA_REG_NZCV == (int)RECORD_REG_NZCV &&
                   (int)ISA_REG_FPSR == (int)RECORD_REG_FPSR &&
                   (int)ISA_REG_SP == (int)RECORD_REG_SP,
               "registers of rows and of records have the same numbers");

enum {
    CHUNK_BYTES = 1 << 18,
    FIRST_SLOTS = 1 << 12,
    RECORD_FLAGS = 63
};

struct block_chunk {
    struct block_chunk *next;
    size_t used;
    _Alignas(64) uint8_t bytes[CHUNK_BYTES];
};

int block_cache_init(struct block_cache *b, const struct isa_decoder *decoder,
                     const struct memory *memory, struct err *err)
{
    *b = (struct block_cache){.decoder = decoder, .memory = memory};
    b->slot = calloc(FIRST_SLOTS, sizeof(b->slot[0]));
    if (b->slot == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the block cache");
    b->n_slots = FIRST_SLOTS;
    fuse_init(&b->fusions);
    return 0;
}

static void free_chunks(struct block_cache *b)
{
    while (b->chunk != NULL) {
        struct block_chunk *next = b->chunk->next;
        free(b->chunk);
        b->chunk = next;
    }
}

void block_cache_release(struct block_cache *b)
{
    free_chunks(b);
    free(b->block);
    free(b->code);
    free(b->insn);
    free(b->slot);
    *b = (struct block_cache){0};
}

void block_cache_drop(struct block_cache *b)
{
    free_chunks(b);
    memset(b->slot, 0, b->n_slots * sizeof(b->slot[0]));
    b->n_used = 0;
    for (size_t i = 0; i < b->n_blocks; i++)
        b->code[i] = NULL;
}

static void *chunk_alloc(struct block_cache *b, size_t bytes)
{
    if (b->chunk == NULL || b->chunk->used + bytes > CHUNK_BYTES) {
        struct block_chunk *chunk = aligned_alloc(64, sizeof(*chunk));
        if (chunk == NULL)
            return NULL;
        chunk->next = b->chunk;
        chunk->used = 0;
        b->chunk = chunk;
    }
    void *p = b->chunk->bytes + b->chunk->used;
    b->chunk->used += bytes;
    return p;
}

/* Grows `*array` to hold `extra` more than `count`. */
static int grow(void *array, size_t count, size_t *max, size_t extra, size_t size)
{
    void **p = array;

    if (count + extra <= *max)
        return 0;
    size_t room = (count + extra) * 2;
    void *grown = realloc(*p, room * size);
    if (grown == NULL)
        return ERR_NOMEM;
    *p = grown;
    *max = room;
    return 0;
}

static int reserve_tables(struct block_cache *b, size_t n_insn)
{
    size_t max = b->max_blocks;

    if (grow(&b->insn, b->n_insns, &b->max_insns, n_insn, sizeof(b->insn[0])) < 0 ||
        grow(&b->code, b->n_blocks, &max, 1, sizeof(b->code[0])) < 0 ||
        grow(&b->block, b->n_blocks, &b->max_blocks, 1, sizeof(b->block[0])) < 0)
        return ERR_NOMEM;
    return 0;
}

/* The pc is a multiple of four: the lowest bit of the key carries the mode. */
static uint64_t key_of(uint64_t pc, bool exact_fp)
{
    return pc | exact_fp;
}

static size_t hash_of(const struct block_cache *b, uint64_t key)
{
    return (key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (b->n_slots - 1);
}

/* What stands in front of a block's operations: 32 bytes, so that they stay aligned. */
struct block_head {
    uint64_t unused[2];
    uint64_t key, pc;
};

static const struct block_head *head_of(const struct op *code)
{
    return (const struct block_head *)(const void *)code - 1;
}

uint64_t block_pc(const struct op *code)
{
    return head_of(code)->pc;
}

static uint64_t key_at(const struct block_cache *b, uint32_t entry)
{
    return head_of(b->code[entry - 1])->key;
}

static size_t probe(const struct block_cache *b, uint64_t key)
{
    size_t i = hash_of(b, key);

    while (b->slot[i] != 0 && key_at(b, b->slot[i]) != key)
        i = (i + 1) & (b->n_slots - 1);
    return i;
}

static int grow_slots(struct block_cache *b)
{
    if (b->n_used * 2 < b->n_slots)
        return 0;
    uint32_t *old = b->slot;
    size_t n_old = b->n_slots;
    uint32_t *slot = calloc(n_old * 2, sizeof(slot[0]));
    if (slot == NULL)
        return ERR_NOMEM;
    b->slot = slot;
    b->n_slots = n_old * 2;
    for (size_t i = 0; i < n_old; i++) {
        if (old[i] != 0)
            b->slot[probe(b, key_at(b, old[i]))] = old[i];
    }
    free(old);
    return 0;
}

static enum block_status fetch(const struct block_cache *b, uint64_t pc, struct isa_insn *insn)
{
    int prot = memory_prot(b->memory, pc);

    if (pc % 4 != 0)
        return BLOCK_MISALIGNED;
    if (prot < 0 || !(prot & MEMORY_EXEC))
        return BLOCK_UNMAPPED;
    switch (isa_decode(b->decoder, get32(b->memory->base + pc), pc, insn)) {
    case ISA_UNALLOCATED:
        return BLOCK_UNALLOCATED;
    case ISA_NOT_IMPLEMENTED:
        return BLOCK_NOT_IMPLEMENTED;
    default:
        break;
    }
    if (insn->row->exec == ISA_EXEC_brk)
        return BLOCK_BREAK;
    return insn->row->exec == ISA_EXEC_undefined ? BLOCK_UNALLOCATED : BLOCK_OK;
}

static bool is_marker(const struct isa_insn *insn)
{
    return insn->row->exec == ISA_EXEC_roi_begin || insn->row->exec == ISA_EXEC_roi_end;
}

static bool ends_block(const struct isa_insn *insn)
{
    return insn->row->flags & (ISA_BRANCH | ISA_ENDS);
}

/* Fetches up to the end of the block.  Markers are blocks of their own. */
static enum block_status fetch_block(const struct block_cache *b, uint64_t pc,
                                     struct isa_insn *insns, size_t *count)
{
    size_t n = 0;

    while (n < RECORD_BLOCK_MAX) {
        enum block_status status = fetch(b, pc + n * 4, &insns[n]);
        if (status != BLOCK_OK && n == 0)
            return status;
        if (status != BLOCK_OK || (n > 0 && is_marker(&insns[n])))
            break;
        if (ends_block(&insns[n++]))
            break;
    }
    *count = n;
    return BLOCK_OK;
}

static void record_insn_fill(const struct isa_insn *insn, struct record_insn *r)
{
    struct isa_deps deps;

    isa_deps(insn, &deps);
    *r = (struct record_insn){.cls = insn->row->cls,
                              .flags = (uint8_t)(insn->row->flags & RECORD_FLAGS),
                              .mem_bytes = (uint8_t)isa_mem_bytes(insn)};
    r->n_src = deps.n_src < RECORD_MAX_SRC ? deps.n_src : RECORD_MAX_SRC;
    r->n_addr = deps.n_addr;
    r->n_dst = deps.n_dst < RECORD_MAX_DST ? deps.n_dst : RECORD_MAX_DST;
    memcpy(r->src, deps.src, r->n_src);
    memcpy(r->dst, deps.dst, r->n_dst);
}

static void record_block_fill(struct block_cache *b, uint64_t pc, const struct isa_insn *insns,
                              size_t count)
{
    const struct isa_insn *last = &insns[count - 1];
    struct record_block *r = &b->block[b->n_blocks];

    *r = (struct record_block){.pc = pc,
                               .first_insn = (uint32_t)b->n_insns,
                               .n_insn = (uint16_t)count};
    for (size_t i = 0; i < count; i++) {
        struct record_insn *insn = &b->insn[b->n_insns++];
        record_insn_fill(&insns[i], insn);
        r->n_mem = (uint16_t)(r->n_mem + ((insn->flags & (RECORD_LOAD | RECORD_STORE)) != 0));
    }
    if ((last->row->flags & ISA_BRANCH) && last->row->cls != ISA_CLASS_branch_indirect &&
        last->row->cls != ISA_CLASS_call_indirect && last->row->cls != ISA_CLASS_ret)
        r->target = (uint64_t)last->imm;
}

static void finish_end(struct block_cache *b, struct op_end *end)
{
    uint32_t id = (uint32_t)b->n_blocks;
    const struct record_block *r = &b->block[id];
    uint64_t exits[2] = {r->pc + (uint64_t)r->n_insn * 4, r->target};

    end->n_insn = r->n_insn;
    for (unsigned way = 0; way < 2; way++) {
        end->step[way] = (struct record_step){id, r->n_insn, (uint16_t)way};
        end->link[way] = &end->stub[way];
        end->stub[way] = (struct op){.run = b->label[CPU_LABEL_STUB],
                                     .imm = exits[way],
                                     .imm2 = (uint64_t)(uintptr_t)&end->link[way]};
    }
}

static enum block_status translate(struct block_cache *b, uint64_t pc, bool exact_fp,
                                   const struct op **code)
{
    struct isa_insn insns[RECORD_BLOCK_MAX];
    size_t count = 0;
    enum block_status status = fetch_block(b, pc, insns, &count);

    if (status != BLOCK_OK)
        return status;
    bool has_end = ends_block(&insns[count - 1]);
    size_t n_plain = count - has_end;
    uint8_t *room = chunk_alloc(
        b, (sizeof(struct block_head) + sizeof(struct op) * n_plain + sizeof(struct op_end) + 63) /
               64 * 64);
    if (room == NULL || reserve_tables(b, count) < 0 || grow_slots(b) < 0)
        return BLOCK_NO_MEMORY;
    struct block_head *head = (struct block_head *)(void *)room;
    *head = (struct block_head){.key = key_of(pc, exact_fp), .pc = pc};
    struct op *op = (struct op *)(void *)(head + 1);
    *code = op;
    record_block_fill(b, pc, insns, count);
    for (size_t i = 0; i < count; i++) {
        emu_lower(&insns[i], exact_fp, &op[i]);
        op[i].at = (uint16_t)i;
        op[i].run = b->label[op[i].exec];
    }
    struct op_end *end = (struct op_end *)(void *)&op[n_plain];
    if (!has_end)
        end->op = (struct op){.run = b->label[CPU_LABEL_NEXT], .at = (uint16_t)count};
    finish_end(b, end);
    fuse_block(b, op, n_plain + has_end, end);
    b->code[b->n_blocks++] = *code;
    b->slot[probe(b, key_of(pc, exact_fp))] = (uint32_t)b->n_blocks;
    b->n_used++;
    return BLOCK_OK;
}

enum block_status block_find(struct block_cache *b, uint64_t pc, bool exact_fp,
                             const struct op **code)
{
    if (pc % 4 != 0)
        return BLOCK_MISALIGNED;
    size_t i = probe(b, key_of(pc, exact_fp));
    if (b->slot[i] == 0)
        return translate(b, pc, exact_fp, code);
    *code = b->code[b->slot[i] - 1];
    return BLOCK_OK;
}

uint32_t block_of(const struct block_cache *b, const struct op *op)
{
    size_t best = b->n_blocks;

    for (size_t i = 0; i < b->n_blocks; i++)
        if (b->code[i] != NULL && b->code[i] <= op && (uintptr_t)op - (uintptr_t)b->code[i] <
                (b->block[i].n_insn + 1) * sizeof(struct op))
            if (best == b->n_blocks || b->code[i] > b->code[best])
                best = i;
    return (uint32_t)best;
}
