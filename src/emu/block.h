/* The cache of predecoded basic blocks, and the program tables that records refer to. */
#ifndef EMU_BLOCK_H
#define EMU_BLOCK_H

#include "emu/cpu.h"
#include "emu/memory.h"
#include "isa/isa.h"
#include "trace/record.h"

/* Labels of the dispatch loop beyond those of the executors. */
enum block_label {
    CPU_LABEL_STUB = ISA_EXEC_MAX,
    CPU_LABEL_NEXT,
#define FUSE_TEST(f, g, bits, second, test) CPU_LABEL_##f##__##g,
#define FUSE_END(f, g, test) CPU_LABEL_##f##__##g,
#define FUSE_TO(f, g, h) CPU_LABEL_##f##__##g##__##h,
#define FUSE_PAIR(f, g) CPU_LABEL_##f##__##g,
#include "emu/fuse.def"
    CPU_LABELS
};

/* Which fusions begin with an executor: a chain through their numbers + 1, see fuse.c. */
enum { BLOCK_FUSIONS = CPU_LABELS - CPU_LABEL_NEXT - 1 };
struct block_fusions {
    uint16_t first[ISA_EXEC_MAX], next[BLOCK_FUSIONS];
};

struct block_chunk;

struct block_cache {
    const struct isa_decoder *decoder;
    const struct memory *memory;
    const void *const *label; /* of the dispatch loop */
    struct block_fusions fusions;

    /* The program tables of record.h; entry i of `code` is the operations of block i, NULL
     * when they were dropped. */
    struct record_block *block;
    const struct op **code;
    size_t n_blocks, max_blocks;
    struct record_insn *insn;
    size_t n_insns, max_insns;

    uint32_t *slot; /* hash by pc and mode: block number + 1 */
    size_t n_slots, n_used;
    struct block_chunk *chunk; /* where operations live */
};

/* Borrows decoder and memory. */
int block_cache_init(struct block_cache *b, const struct isa_decoder *decoder,
                     const struct memory *memory, struct err *err);
void block_cache_release(struct block_cache *b);

/* Forgets all operations (code was changed); the tables stay, for numbers keep their
 * meaning. */
void block_cache_drop(struct block_cache *b);

enum block_status {
    BLOCK_OK,
    BLOCK_NO_MEMORY,      /* of the host */
    BLOCK_UNMAPPED,       /* no executable memory at the pc */
    BLOCK_MISALIGNED,
    BLOCK_UNALLOCATED,
    BLOCK_NOT_IMPLEMENTED,
    BLOCK_BREAK
};

/* Finds or makes the block at `pc`.  Any status but OK is about its first instruction: a
 * block ends before an instruction that can't run.  `exact_fp` as in lower.h; blocks of
 * both kinds live side by side. */
enum block_status block_find(struct block_cache *b, uint64_t pc, bool exact_fp,
                             const struct op **code);

/* The pc of a block, given its first operation. */
uint64_t block_pc(const struct op *code);

/* The number of the block that an operation belongs to. */
uint32_t block_of(const struct block_cache *b, const struct op *op);

#endif
