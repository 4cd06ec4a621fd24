#include "config.h"

#include "emu/fuse.h"

enum { LOOK_AHEAD = 16 }; /* instructions looked at to find whether flags are dead */

struct fusion {
    uint16_t exec[3]; /* ISA_EXEC_MAX: none */
    uint16_t label;
};

static const struct fusion fusions[] = {
#define FUSE_TEST(f, g, bits, second, test)                                                   \
    {{ISA_EXEC_##f, ISA_EXEC_##g, ISA_EXEC_MAX}, CPU_LABEL_##f##__##g},
#define FUSE_END(f, g, test) FUSE_TEST(f, g, 0, 0, 0)
#define FUSE_TO(f, g, h)                                                                      \
    {{ISA_EXEC_##f, ISA_EXEC_##g, ISA_EXEC_##h}, CPU_LABEL_##f##__##g##__##h},
#define FUSE_PAIR(f, g) {{ISA_EXEC_##f, ISA_EXEC_##g, ISA_EXEC_MAX}, CPU_LABEL_##f##__##g},
#include "emu/fuse.def"
};

_Static_assert(sizeof(fusions) / sizeof(fusions[0]) == BLOCK_FUSIONS, "one label a fusion");

void fuse_init(struct block_fusions *f)
{
    *f = (struct block_fusions){{0}, {0}};
    for (size_t k = BLOCK_FUSIONS; k-- > 0;) {
        uint16_t *first = &f->first[fusions[k].exec[0]];
        f->next[k] = *first;
        *first = (uint16_t)(k + 1);
    }
}

static size_t length_of(const struct fusion *f)
{
    return f->exec[2] == ISA_EXEC_MAX ? 2 : 3;
}

static bool fits(const struct fusion *f, const struct op *op, size_t left)
{
    size_t n = length_of(f);

    if (left < n)
        return false;
    for (size_t k = 0; k < n; k++)
        if (op[k].exec != f->exec[k])
            return false;
    return true;
}

static bool names(const uint8_t *regs, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (regs[i] == ISA_REG_NZCV)
            return true;
    return false;
}

/* Whether the flags may be read by what runs from `pc` on: false only where every way from
 * there sets them first.  Direct branches are followed, anything else counts as a reader. */
static bool flags_live(const struct block_cache *b, uint64_t pc, unsigned *left)
{
    for (; *left > 0; pc += 4) {
        struct isa_insn insn;
        struct isa_deps deps;
        int prot = memory_prot(b->memory, pc);

        --*left;
        if (pc % 4 != 0 || prot < 0 || !(prot & MEMORY_EXEC) ||
            isa_decode(b->decoder, get32(b->memory->base + pc), pc, &insn) != ISA_OK)
            return true;
        isa_deps(&insn, &deps);
        if (names(deps.src, deps.n_src))
            return true;
        if (names(deps.dst, deps.n_dst))
            return false;
        if (!(insn.row->flags & (ISA_BRANCH | ISA_ENDS)))
            continue;
        switch (insn.row->exec) {
        case ISA_EXEC_b:
        case ISA_EXEC_bl:
            break;
        case ISA_EXEC_cbz32:
        case ISA_EXEC_cbz64:
        case ISA_EXEC_cbnz32:
        case ISA_EXEC_cbnz64:
        case ISA_EXEC_tbz:
        case ISA_EXEC_tbnz:
            if (flags_live(b, pc + 4, left))
                return true;
            break;
        default:
            return true;
        }
        pc = (uint64_t)insn.imm - 4;
    }
    return true;
}

static bool is_subtraction(unsigned exec)
{
    return exec == ISA_EXEC_subs32_i || exec == ISA_EXEC_subs32_r || exec == ISA_EXEC_subs64_i ||
           exec == ISA_EXEC_subs64_r;
}

static void look_at_exits(const struct block_cache *b, struct op *last, const struct op_end *end)
{
    last->a = 0;
    for (unsigned way = 0; way < 2; way++) {
        unsigned left = LOOK_AHEAD;
        if (flags_live(b, end->stub[way].imm, &left))
            last->a = (uint8_t)(last->a | 1u << way);
    }
}

void fuse_block(const struct block_cache *b, struct op *op, size_t count,
                const struct op_end *end)
{
    uint16_t jumps[RECORD_BLOCK_MAX + 4] = {0}; /* at least, from here to the end */

    for (size_t i = count; i-- > 0;) {
        const struct fusion *best = NULL;

        jumps[i] = (uint16_t)(jumps[i + 1] + 1);
        for (unsigned k = b->fusions.first[op[i].exec]; k != 0; k = b->fusions.next[k - 1]) {
            const struct fusion *f = &fusions[k - 1];
            if (fits(f, &op[i], count - i) &&
                jumps[i + length_of(f)] + 1 < jumps[i]) {
                best = f;
                jumps[i] = (uint16_t)(jumps[i + length_of(f)] + 1);
            }
        }
        if (best != NULL)
            op[i].run = b->label[best->label];
    }
    if (count > 1 && is_subtraction(op[count - 2].exec) &&
        op[count - 1].exec >= ISA_EXEC_bcond_eq && op[count - 1].exec <= ISA_EXEC_bcond_nv)
        look_at_exits(b, &op[count - 1], end);
}
