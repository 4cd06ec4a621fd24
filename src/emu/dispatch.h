/* The dispatch loop: one label per executor, reached by computed goto from the operation
 * before it.  Included once per host instruction set, with CPU_DISPATCH naming the function.
 *
 * Everything that the loop keeps in registers (operation, addresses, steps, budget) is
 * written back to the state at block ends, which is all that a fault needs: the steps and
 * addresses of the block under way are remade from c->access (emu.c).
 */
#include "emu/cpu.h"
#include "emu/exec_fp.h"
#include "emu/exec_int.h"
#include "emu/exec_mem.h"
#include "emu/exec_simd.h"

#define NEXT()                                                                                \
    do {                                                                                      \
        op++;                                                                                 \
        goto *op->run;                                                                        \
    } while (0)

/* Retires a block by its exit 0 or 1. */
#define RETIRE(way)                                                                           \
    do {                                                                                      \
        end = (const struct op_end *)op;                                                      \
        *step++ = end->step[way];                                                             \
        c->step = step;                                                                       \
        c->address = address;                                                                 \
        budget -= end->n_insn;                                                                \
    } while (0)

#define LEAVE(reason)                                                                         \
    do {                                                                                      \
        c->op = op;                                                                           \
        c->step = step;                                                                       \
        c->address = address;                                                                 \
        c->budget = budget;                                                                   \
        return reason;                                                                        \
    } while (0)

#define CONTINUE()                                                                            \
    do {                                                                                      \
        if (unlikely(budget <= 0))                                                            \
            LEAVE(CPU_BUDGET);                                                                \
        goto *op->run;                                                                        \
    } while (0)

#define EXIT(way)                                                                             \
    do {                                                                                      \
        RETIRE(way);                                                                          \
        op = end->link[way];                                                                  \
        CONTINUE();                                                                           \
    } while (0)

#define INDIRECT(pc_expression)                                                               \
    do {                                                                                      \
        uint64_t pc_ = (pc_expression);                                                       \
        RETIRE(1);                                                                            \
        if (unlikely(c->target[pc_ >> 2 & (CPU_TARGETS - 1)].pc != pc_)) {                    \
            c->next_pc = pc_;                                                                 \
            LEAVE(CPU_INDIRECT);                                                              \
        }                                                                                     \
        op = c->target[pc_ >> 2 & (CPU_TARGETS - 1)].op;                                      \
        CONTINUE();                                                                           \
    } while (0)

/* Records the address and yields the host's; a fault finds the operation in c->access. */
#define HOST(va_expression)                                                                   \
    do {                                                                                      \
        uint64_t va_ = (va_expression);                                                       \
        c->access = op;                                                                       \
        if (unlikely(va_ >= c->limit))                                                        \
            va_ = cpu_untag(c, va_);                                                          \
        *address++ = va_;                                                                     \
        p = mem + va_;                                                                        \
    } while (0)

#define R(slot) c->r[op->slot]

/* What each executor does between two jumps; returns the next free address. */
#define BODY(f)                                                                               \
    static inline __attribute__((always_inline)) uint64_t *body_##f(                          \
        struct cpu *c, const struct op *op, uint8_t *mem, uint64_t *address)
#define ACCESS_BODY(f, va, half)                                                              \
    BODY(f)                                                                                   \
    {                                                                                         \
        uint8_t *p;                                                                           \
        HOST(va);                                                                             \
        half(c, op, p);                                                                       \
        return address;                                                                       \
    }
/* The base is updated after the access, which may fault; where a load writes the base as
 * well (constrained unpredictable), the update wins, as it does under qemu. */
#define WRITEBACK_BODY(f, first, update, half)                                                \
    BODY(f)                                                                                   \
    {                                                                                         \
        const uint64_t base = R(n);                                                           \
        uint8_t *p;                                                                           \
        HOST(first);                                                                          \
        half(c, op, p);                                                                       \
        R(n) = update;                                                                        \
        return address;                                                                       \
    }
#define PLAIN(f)                                                                              \
    BODY(f)                                                                                   \
    {                                                                                         \
        (void)mem;                                                                            \
        exec_##f(c, op);                                                                      \
        return address;                                                                       \
    }
#define SHIFTED(f) PLAIN(f##_i) PLAIN(f##_r) PLAIN(f##_l) PLAIN(f##_s)
#define SIZED(f) PLAIN(f##_8) PLAIN(f##_16) PLAIN(f##_32) PLAIN(f##_64)
#define PAIRED(f, half)                                                                       \
    ACCESS_BODY(f, R(n) + op->imm, half)                                                      \
    WRITEBACK_BODY(f##_w, base + op->imm, base + op->imm2, half)
#define ACCESSES(f, half)                                                                     \
    PAIRED(f, half)                                                                           \
    ACCESS_BODY(f##_r, R(n) + R(m), half)                                                     \
    ACCESS_BODY(f##_rs, R(n) + (R(m) << op->imm), half)                                       \
    ACCESS_BODY(f##_es, R(n) + ((uint64_t)(int64_t)(int32_t)R(m) << op->imm), half)           \
    ACCESS_BODY(f##_eu, R(n) + ((uint64_t)(uint32_t)R(m) << op->imm), half)
#define LOADS(f) ACCESSES(f, load_##f)
#define STORES(f) ACCESSES(f, store_##f)
#define PAIRED_LOADS(f) PAIRED(f, load_##f)
#define PAIRED_STORES(f) PAIRED(f, store_##f)
#define AT_BASE(f) ACCESS_BODY(f, R(n) & op->imm, access_##f)
#define STRUCTURE(f)                                                                          \
    ACCESS_BODY(f, R(n), access_##f)                                                          \
    WRITEBACK_BODY(f##_w, base, base + R(m) + op->imm2, access_##f)
#define CONDS(f)
#define ENDING(f)
#include "isa/exec.def"

#define DO(f) address = body_##f(c, op, mem, address)

enum cpu_leave CPU_DISPATCH(struct cpu *c, const void *const **labels)
{
    static const void *const table[CPU_LABELS] = {
#define EXEC(name) [ISA_EXEC_##name] = &&L_##name,
#include "isa/exec.def"
#undef EXEC
        [CPU_LABEL_STUB] = &&L_stub,
        [CPU_LABEL_NEXT] = &&L_next,
#define FUSE_TEST(f, g, bits, second, test) [CPU_LABEL_##f##__##g] = &&L_##f##__##g,
#define FUSE_END(f, g, test) [CPU_LABEL_##f##__##g] = &&L_##f##__##g,
#define FUSE_TO(f, g, h) [CPU_LABEL_##f##__##g##__##h] = &&L_##f##__##g##__##h,
#define FUSE_PAIR(f, g) [CPU_LABEL_##f##__##g] = &&L_##f##__##g,
#include "emu/fuse.def"
    };

    if (labels != NULL) {
        *labels = table;
        return CPU_BUDGET;
    }

    const struct op *op = c->op;
    const struct op_end *end;
    uint8_t *const mem = c->mem;
    uint64_t *address = c->address;
    struct record_step *step = c->step;
    int64_t budget = c->budget;
    uint64_t base;

    CONTINUE();

#define PLAIN(f)                                                                              \
    L_##f:                                                                                    \
    DO(f);                                                                                    \
    NEXT();
#define SHIFTED(f) PLAIN(f##_i) PLAIN(f##_r) PLAIN(f##_l) PLAIN(f##_s)
#define SIZED(f) PLAIN(f##_8) PLAIN(f##_16) PLAIN(f##_32) PLAIN(f##_64)
#define PAIRED_LOADS(f) PLAIN(f) PLAIN(f##_w)
#define LOADS(f) PAIRED_LOADS(f) PLAIN(f##_r) PLAIN(f##_rs) PLAIN(f##_es) PLAIN(f##_eu)
#define STORES(f) LOADS(f)
#define PAIRED_STORES(f) PAIRED_LOADS(f)
#define STRUCTURE(f) PAIRED_LOADS(f)
#define AT_BASE(f) PLAIN(f)
#define CONDITION(f, test)                                                                    \
    L_##f:                                                                                    \
    if (test)                                                                                 \
        EXIT(1);                                                                              \
    EXIT(0);
#define CONDS(f)                                                                              \
    CONDITION(f##_eq, c->z == 0)                                                              \
    CONDITION(f##_ne, c->z != 0)                                                              \
    CONDITION(f##_cs, c->c)                                                                   \
    CONDITION(f##_cc, !c->c)                                                                  \
    CONDITION(f##_mi, c->n >> 63)                                                             \
    CONDITION(f##_pl, !(c->n >> 63))                                                          \
    CONDITION(f##_vs, c->v)                                                                   \
    CONDITION(f##_vc, !c->v)                                                                  \
    CONDITION(f##_hi, c->c && c->z != 0)                                                      \
    CONDITION(f##_ls, !c->c || c->z == 0)                                                     \
    CONDITION(f##_ge, c->n >> 63 == c->v)                                                     \
    CONDITION(f##_lt, c->n >> 63 != c->v)                                                     \
    CONDITION(f##_gt, c->n >> 63 == c->v && c->z != 0)                                        \
    CONDITION(f##_le, c->n >> 63 != c->v || c->z == 0)                                        \
    CONDITION(f##_al, true)                                                                   \
    CONDITION(f##_nv, true)
#define ENDING(f)
#include "isa/exec.def"

    CONDITION(cbz32, (uint32_t)R(d) == 0)
    CONDITION(cbz64, R(d) == 0)
    CONDITION(cbnz32, (uint32_t)R(d) != 0)
    CONDITION(cbnz64, R(d) != 0)
    CONDITION(tbz, !(R(d) >> op->imm2 & 1))
    CONDITION(tbnz, R(d) >> op->imm2 & 1)

/* Flags are computed on the exits that need them alone. */
#define FUSE_TEST(f, g, bits, second, test)                                                   \
    L_##f##__##g:                                                                             \
    {                                                                                         \
        const uint##bits##_t a = (uint##bits##_t)R(n), b = (uint##bits##_t)(second);          \
        R(d) = (uint##bits##_t)(a - b);                                                       \
        op++;                                                                                 \
        if (test) {                                                                           \
            if (op->a & 2)                                                                    \
                flags_sub##bits(c, a, b);                                                     \
            EXIT(1);                                                                          \
        }                                                                                     \
        if (op->a & 1)                                                                        \
            flags_sub##bits(c, a, b);                                                         \
        EXIT(0);                                                                              \
    }
#define FUSE_END(f, g, test)                                                                  \
    L_##f##__##g:                                                                             \
    DO(f);                                                                                    \
    op++;                                                                                     \
    if (test)                                                                                 \
        EXIT(1);                                                                              \
    EXIT(0);
#define FUSE_TO(f, g, h)                                                                      \
    L_##f##__##g##__##h:                                                                      \
    DO(f);                                                                                    \
    op++;                                                                                     \
    goto L_##g##__##h;
#define FUSE_PAIR(f, g)                                                                       \
    L_##f##__##g:                                                                             \
    DO(f);                                                                                    \
    op++;                                                                                     \
    DO(g);                                                                                    \
    NEXT();
#include "emu/fuse.def"

L_b:
    EXIT(1);
L_bl:
    c->r[30] = op->imm;
    EXIT(1);
L_br:
    INDIRECT(R(n));
L_blr:
    base = R(n); /* which may be X30 */
    c->r[30] = op->imm;
    INDIRECT(base);

L_next: /* a block that was cut: no instruction of its own */
    EXIT(0);
L_stub:
    LEAVE(CPU_RESOLVE);
L_svc:
L_isb:
L_ic_ivau:
L_msr:
L_mrs_time:
    RETIRE(0);
    LEAVE(CPU_SYSTEM);
L_roi_begin:
L_roi_end:
    LEAVE(CPU_MARKER);
L_brk: /* blocks end before these */
L_undefined:
    __builtin_unreachable();
}
