/* Random programs for timing tests, and allocations that fail when told to. */
#ifndef TESTS_TIMING_RANDOM_H
#define TESTS_TIMING_RANDOM_H

#include "tests/unit/timing_kernel.h"

enum { PC = 0x400000 };

/* The program is linked so that the library's allocations pass here: number `fail_at` from
 * now on fails, once. */
static long fail_at = -1;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

static bool refuse(void)
{
    return fail_at >= 0 && fail_at-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refuse() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return refuse() ? NULL : __real_realloc(block, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return refuse() ? NULL : __real_aligned_alloc(alignment, size);
}

static inline uint64_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u; /* Knuth, MMIX */
    return *state >> 33;
}

/* A block of random instructions of all classes that ends with a branch. */
static inline void random_block(struct kernel *k, uint64_t pc, uint64_t *state)
{
    int n = 1 + (int)(draw(state) % 12);
    kernel_block(k, pc);
    for (int i = 0; i < n; i++) {
        enum isa_class cls = (enum isa_class)(draw(state) % ISA_CLASS_MAX);
        int dst = (int)(draw(state) % 60), a = (int)(draw(state) % 60);
        int b = (int)(draw(state) % 60);
        if (cls >= ISA_CLASS_load && cls <= ISA_CLASS_load_vec) {
            static const int sizes[] = {1, 2, 4, 8, 16, 32};
            struct record_insn *in = kernel_load(k, dst, a, sizes[draw(state) % 6]);
            in->cls = (uint8_t)cls;
            if (draw(state) % 4 == 0) {
                in->flags |= RECORD_WRITEBACK;
                in->dst[in->n_dst++] = (uint8_t)a;
            }
        } else if (cls >= ISA_CLASS_store && cls <= ISA_CLASS_store_vec) {
            static const int sizes[] = {1, 2, 4, 8, 16, 64};
            kernel_store(k, b, a, sizes[draw(state) % 6])->cls = (uint8_t)cls;
        } else if (cls == ISA_CLASS_atomic) {
            struct record_insn *in = kernel_load(k, dst, a, 8);
            in->cls = (uint8_t)cls;
            in->flags |= RECORD_STORE | (draw(state) % 2 ? RECORD_ORDERED : 0);
            in->src[in->n_src++] = (uint8_t)b;
        } else if (cls == ISA_CLASS_prefetch) {
            struct record_insn *in = kernel_load(k, -1, a, 8);
            in->cls = (uint8_t)cls;
        } else if (cls == ISA_CLASS_barrier) {
            kernel_insn(k, cls)->flags = RECORD_ORDERED;
        } else if (cls < ISA_CLASS_branch || cls > ISA_CLASS_ret) {
            struct record_insn *in = kernel_op(k, cls, dst, a, draw(state) % 2 ? b : -1);
            if (draw(state) % 5 == 0)
                in->dst[in->n_dst++] = NZCV;
            if (draw(state) % 9 == 0) {
                in->src[in->n_src++] = NZCV;
                in->src[in->n_src++] = (uint8_t)draw(state) % 60;
            }
        }
    }
    static const enum isa_class ends[] = {
        ISA_CLASS_branch_cond, ISA_CLASS_branch_cond,     ISA_CLASS_branch_cond,
        ISA_CLASS_branch,      ISA_CLASS_branch_indirect, ISA_CLASS_call,
        ISA_CLASS_ret,         ISA_CLASS_call_indirect};
    kernel_branch(k, ends[draw(state) % 8], NZCV);
}

static inline void random_program(struct kernel *k, uint64_t seed, int steps)
{
    uint64_t state = seed;
    kernel_init(k);
    for (int i = 0; i < 40; i++)
        random_block(k, PC + (uint64_t)i * 64, &state);
    for (int i = 0; i < steps; i++) {
        unsigned b = (unsigned)(draw(&state) % (i % 100 < 50 ? 8 : 40));
        const struct record_block *block = &k->block[b];
        unsigned end = k->insn[block->first_insn + block->n_insn - 1u].cls;
        kernel_step(k, b, end != ISA_CLASS_branch_cond || draw(&state) % 3 != 0);
        for (unsigned n = 0; n < block->n_insn; n++)
            if (k->insn[block->first_insn + n].flags & (RECORD_LOAD | RECORD_STORE)) {
                uint64_t span = draw(&state) % 8 == 0 ? 1 << 24 : 1 << 13;
                kernel_address(k, 0x20000000 + draw(&state) % span);
            }
    }
    k->end_pc = PC;
}

#endif
