/* Cases of more than one instruction: each fusion of the emulator, each instruction that sets
 * flags before a branch on each condition, the other branches, and what touches system
 * registers.  Behind a branch, both ways go on differently: by instructions that read the
 * flags, overwrite them, or do both, for the emulator computes flags only where they are
 * wanted. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cases.h"

struct fusion {
    unsigned exec[3]; /* ISA_EXEC_MAX: none */
    const char *name;
};

static const struct fusion fusions[] = {
#define FUSE_TEST(f, g, bits, second, test)                                                   \
    {{ISA_EXEC_##f, ISA_EXEC_##g, ISA_EXEC_MAX}, #f " " #g},
#define FUSE_END(f, g, test) FUSE_TEST(f, g, 0, 0, 0)
#define FUSE_TO(f, g, h) {{ISA_EXEC_##f, ISA_EXEC_##g, ISA_EXEC_##h}, #f " " #g " " #h},
#define FUSE_PAIR(f, g) {{ISA_EXEC_##f, ISA_EXEC_##g, ISA_EXEC_MAX}, #f " " #g},
#include "emu/fuse.def"
};

/* What an exit goes on with. */
static const char *const tails[] = {
    "",
    "mov x26, x25",
    "adds x26, x25, x24",
    "csel x26, x25, x24, mi",
    "adc x26, x25, x24",
    "ccmp x25, x24, #5, vs",
    "ccmp w25, #3, #9, pl",
    "fcmp d1, d2",
    "fccmp d1, d2, #3, lt",
    "msr nzcv, x25",
    "mrs x26, nzcv; subs w25, w25, #1",
    "cbz x25, 4f; adds x26, x25, x24; 4:",
    "tbz x25, #3, 4f; mov x26, x24; 4: subs w26, w25, w24",
    "cbnz w25, 4f; sbcs x26, x25, x24; b 5f; 4: ands x26, x25, x24; 5:",
    "b.vc 4f; mvn x26, x26; 4:",
    "b.hi 4f; mvn x26, x26; 4: bics x24, x25, x26",
    "adr x26, 4f; br x26; 4:",
    "b 4f; 4: fcsel d3, d4, d5, gt",
    "isb; cinc x26, x25, ls",
};
enum { TAILS = sizeof(tails) / sizeof(tails[0]) };

/* Branches other than on flags; % is the number of a register, @ the label. */
static const char *const branches[] = {
    "cbz w%, @",
    "cbnz w%, @",
    "cbz x%, @",
    "cbnz x%, @",
    "and x%, x%, #1; cbz w%, @",
    "lsl x%, x%, #32; cbnz w%, @",
    "b @",
    "bl @; nop",
    "adr x%, @; br x%",
    "adr x%, @; blr x%",
    "adr x%, @; ret x%",
    "adr x30, @; ret",
    "adr x30, @; blr x30",
};
enum { BRANCHES = sizeof(branches) / sizeof(branches[0]) };

/* FPCR keeps the bits of Armv8.0 alone, and FPSR those of AArch64.  X0 to X29 are random. */
static const char *const systems[] = {
    "msr nzcv, x1; mrs x2, nzcv; cset x3, lt; cinc x4, x5, hi",
    "and x1, x2, #0x7c00000; msr fpcr, x1; mrs x3, fpcr; fmul d0, d1, d2; fadd s3, s4, s5;"
    " mrs x4, fpsr",
    "and x1, x2, #0x7c00000; msr fpcr, x1; fdiv v0.4s, v1.4s, v2.4s; frinti d3, d4;"
    " fcvtzs x5, d6; mrs x4, fpsr; msr fpcr, xzr; fmul v5.2d, v6.2d, v7.2d; mrs x6, fpsr",
    "and x1, x2, #0x7c00000; msr fpcr, x1; b 1f; 1: fmadd d0, d1, d2, d3; fcvt s4, d5;"
    " scvtf s6, x7; fcmp d1, d2; mrs x4, fpcr",
    "and x1, x2, #0x1f; msr fpsr, x1; mrs x3, fpsr; fdiv d0, d1, d2; mrs x4, fpsr",
    "and x1, x2, #0x80; msr fpsr, x1; fadd d0, d1, d2; mrs x4, fpsr; msr fpsr, xzr;"
    " mrs x5, fpsr",
    "and x1, x2, #0x8000000; msr fpsr, x1; mrs x3, fpsr; sqadd v0.16b, v1.16b, v2.16b;"
    " mrs x4, fpsr",
    "fsqrt d0, d1; msr fpsr, xzr; mrs x3, fpsr; fcvtzu w4, s2; mrs x5, fpsr",
    "msr tpidr_el0, x1; mrs x2, tpidr_el0; msr tpidr_el0, xzr; mrs x3, tpidr_el0",
    "mrs x2, dczid_el0",
    "isb; dsb sy; dsb ish; dmb ishld; dmb osh; clrex",
    "ldxr x1, [sp]; clrex; stxr w2, x3, [sp]",
    "ldxr x1, [sp]; stxr w2, x3, [sp]; stxr w4, x5, [sp]",
    "ldaxp x1, x2, [sp]; isb; stlxp w3, x4, x5, [sp]",
    "mov x1, sp; dc zva, x1; add x2, sp, #133; dc zva, x2",
    "mov x1, sp; dc cvau, x1; dc cvac, x1; dc civac, x1; ic ivau, x1; isb",
    "mov x8, #4000; svc #0",
    "mov x8, #172; svc #0x1234; cmp x0, #0; cset x0, gt",
    "bl 1f; 1: mov x26, x30; b 2f; 2: and x26, x26, #3",
};
enum { SYSTEMS = sizeof(systems) / sizeof(systems[0]) };

/* A register in front of a branch or a system call: none that tails write. */
static unsigned any_register(struct words *w)
{
    return words_next(w) % 24;
}

static void put_text(const char *text, unsigned reg, const char *target)
{
    for (; *text; text++) {
        if (*text == '%')
            printf("%u", reg);
        else if (*text == '@')
            printf("%s", target);
        else
            putchar(*text);
    }
}

/* Between `case_begin` and `case_end`: a branch, forward or backward, behind the words. */
static void put_branch(struct words *w, const struct case_words *k, const char *branch)
{
    bool forward = words_next(w) & 1;
    unsigned reg = any_register(w);
    const char *target = forward ? "1f" : "1b";
    const char *taken = tails[words_next(w) % TAILS], *other = tails[words_next(w) % TAILS];

    if (!forward)
        printf("    b 3f\n1:  mvn x27, x27; %s\n    b 2f\n3:\n", taken);
    for (size_t i = 0; i < k->n; i++)
        printf("    .inst 0x%08" PRIx32 "\n", k->word[i]);
    printf("    ");
    put_text(branch, reg, target);
    printf("\n    mvn x28, x28; %s\n", other);
    if (forward)
        printf("    b 2f\n1:  mvn x27, x27; %s\n", taken);
    printf("2:\n");
}

static unsigned near_flags(const struct isa_row *r)
{
    unsigned flags = 0;

    for (size_t i = 0; (r->flags & ISA_WRITES_NZCV) && i < ISA_MAX_OPERANDS; i++)
        flags |= r->operand[i] == ISA_OPR_aimm   ? NEAR_IMM12
                 : r->operand[i] == ISA_OPR_imm5 ? NEAR_IMM5
                                                 : 0;
    return flags;
}

/* Adds a word to a case unless it would spoil an address that is prepared. */
struct addresses {
    uint32_t used, written; /* X0 to X30 and SP, one bit each */
};

static bool add_word(struct case_words *k, struct addresses *a, const struct isa_insn *insn,
                     unsigned flags)
{
    uint32_t used = 0;
    struct isa_deps deps;

    flags |= near_flags(insn->row);
    if (flags & (HAS_BASE | NEAR_IMM12 | NEAR_IMM5))
        used |= 1u << (insn->word >> 5 & 31);
    if (flags & HAS_INDEX)
        used |= 1u << (insn->word >> 16 & 31);
    if (used & (a->used | a->written))
        return false;
    isa_deps(insn, &deps);
    for (unsigned i = 0; i < deps.n_dst; i++)
        if (deps.dst[i] < 32)
            a->written |= 1u << deps.dst[i];
    a->used |= used;
    k->word[k->n] = insn->word;
    k->flags[k->n++] = flags;
    return true;
}

static bool add_exec(struct words *w, struct case_words *k, struct addresses *a, unsigned exec)
{
    for (unsigned attempt = 0; attempt < 50; attempt++) {
        struct isa_insn insn;
        unsigned flags;
        if (words_of_exec(w, exec, &insn, &flags) < 0)
            return false;
        if (add_word(k, a, &insn, flags))
            return true;
    }
    return false;
}

static bool is_condition(unsigned exec)
{
    return exec >= ISA_EXEC_bcond_eq && exec <= ISA_EXEC_bcond_nv;
}

static void flag_branch(char *text, size_t size, unsigned cond)
{
    snprintf(text, size, "b.%s @", isa_condition[cond]);
}

static int put_fusion(struct words *w, const struct fusion *f)
{
    struct case_words k = {.n = 0};
    struct addresses a = {0, 0};
    char branch[64] = "";

    for (unsigned i = 0; i < 3 && f->exec[i] != ISA_EXEC_MAX; i++) {
        if (is_condition(f->exec[i])) {
            flag_branch(branch, sizeof(branch), f->exec[i] - ISA_EXEC_bcond_eq);
        } else if (!add_exec(w, &k, &a, f->exec[i])) {
            fprintf(stderr, "cases: no words for '%s'\n", f->name);
            return -1;
        }
    }
    case_begin();
    if (branch[0] != 0)
        put_branch(w, &k, branch);
    for (size_t i = 0; branch[0] == 0 && i < k.n; i++)
        printf("    .inst 0x%08" PRIx32 "\n", k.word[i]);
    case_end(&k, words_next(w) & 3, f->name);
    return 0;
}

static int put_flags(struct words *w, size_t row, unsigned cond)
{
    struct case_words k = {.n = 0};
    struct addresses a = {0, 0};
    struct isa_insn insn;
    char branch[64], label[128];
    unsigned flags;

    snprintf(label, sizeof(label), "%s %s, b.%s", isa_row(row)->name, isa_row(row)->pattern,
             isa_condition[cond]);
    if (words_of_row(w, row, &insn, &flags) < 0 || !add_word(&k, &a, &insn, flags)) {
        fprintf(stderr, "cases: no word for '%s'\n", label);
        return -1;
    }
    flag_branch(branch, sizeof(branch), cond);
    case_begin();
    put_branch(w, &k, branch);
    case_end(&k, words_next(w) & 3, label);
    return 0;
}

static void put_branch_only(struct words *w, const char *branch, const char *label)
{
    static const struct case_words none = {.n = 0};

    case_begin();
    put_branch(w, &none, branch);
    case_end(&none, true, label);
}

static void put_bit_branches(struct words *w, unsigned zero)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        char text[32];
        snprintf(text, sizeof(text), "tb%sz x%%, #%u, @", zero ? "" : "n", bit);
        put_branch_only(w, text, zero ? "tbz" : "tbnz");
    }
}

static void put_system(struct words *w, const char *text)
{
    static const struct case_words none = {.n = 0};

    case_begin();
    printf("    %s\n", text);
    case_end(&none, words_next(w) & 1, text);
}

static void put_hint(struct words *w)
{
    char text[16];

    snprintf(text, sizeof(text), "hint #%u", words_next(w) & 127);
    put_system(w, text);
}

#define EACH for (unsigned long n_ = 0; n_ < each; n_++)

int sequences_make(struct words *w, unsigned long each)
{
    for (size_t i = 0; i < sizeof(fusions) / sizeof(fusions[0]); i++)
        EACH if (put_fusion(w, &fusions[i]) < 0)
            return 1;
    for (size_t row = 0; row < isa_row_count(); row++) {
        if (!words_suitable(isa_row(row)) || !(isa_row(row)->flags & ISA_WRITES_NZCV))
            continue;
        for (unsigned cond = 0; cond < 16; cond++)
            EACH if (put_flags(w, row, cond) < 0)
                return 1;
    }
    EACH put_bit_branches(w, 0);
    EACH put_bit_branches(w, 1);
    for (unsigned i = 0; i < BRANCHES; i++)
        EACH put_branch_only(w, branches[i], branches[i]);
    for (unsigned i = 0; i < SYSTEMS; i++)
        EACH put_system(w, systems[i]);
    EACH put_hint(w);
    return 0;
}
