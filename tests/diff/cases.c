/* Makes the cases of the differential test, and compares two runs of them.
 *
 *   cases make PER_ROW SEED          writes cases.S: PER_ROW random words for every row
 *   cases list PER_ROW SEED WORDS    writes PER_ROW words of every row to the file WORDS, and
 *                                    their disassembly, as if they stood at 0, 4, ...
 *   cases compare CASES.S A B        compares the hashes that two emulators wrote; prints
 *                                    the rows with differences and their first cases
 *
 * Words are random within the fields of their row, but for what the architecture leaves
 * open (constrained unpredictable) and for what would leave the harness: branches, system
 * calls, accesses beyond its window. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/isa.h"

/* Bits of the descriptor after the word; harness.c reads them. */
enum { HAS_BASE = 1, HAS_INDEX = 2, ALIGNED = 4, POSITIVE_INDEX = 8 };
enum { WINDOW = 448 }; /* how far from the base an access may start */

static uint64_t state;

static uint32_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

static unsigned field(uint32_t word, unsigned low, unsigned count)
{
    return word >> low & ((1u << count) - 1);
}

static bool has_operand(const struct isa_row *r, enum isa_operand kind)
{
    for (size_t k = 0; k < ISA_MAX_OPERANDS; k++)
        if (r->operand[k] == kind)
            return true;
    return false;
}

static enum isa_operand address_kind(const struct isa_row *r)
{
    for (size_t k = 0; k < ISA_MAX_OPERANDS; k++)
        if (r->operand[k] >= ISA_OPR_m_base && r->operand[k] <= ISA_OPR_m_lit)
            return r->operand[k];
    return ISA_OPR__;
}

/* Rows that the harness can run. */
static bool suitable(const struct isa_row *r)
{
    if (r->flags & (ISA_BRANCH | ISA_SERIALIZE))
        return false;
    if (has_operand(r, ISA_OPR_sysop))
        return false;
    /* Writes of FPCR and FPSR are the harness's own: under qemu they have bits of later
     * architectures (half precision) and of AArch32 (31 to 28 of FPSR). */
    if (has_operand(r, ISA_OPR_sysreg))
        return (r->flags & (ISA_READS_NZCV | ISA_WRITES_NZCV | ISA_READS_FPSR)) != 0;
    return r->exec != ISA_EXEC_roi_begin && r->exec != ISA_EXEC_roi_end;
}

/* Whether the word is one that has one meaning, and whose access stays near the base. */
static bool usable(const struct isa_insn *i, enum isa_operand kind)
{
    const struct isa_row *r = i->row;
    unsigned t = field(i->word, 0, 5), n = field(i->word, 5, 5), m = field(i->word, 16, 5);
    unsigned t2 = field(i->word, 10, 5);
    bool general = r->cls == ISA_CLASS_load || r->cls == ISA_CLASS_store;
    bool pair = kind == ISA_OPR_m_pair || kind == ISA_OPR_m_pairpre || kind == ISA_OPR_m_pairpost;

    /* hints of pointer authentication, which Armv8.0 takes for no-operations */
    if (has_operand(r, ISA_OPR_hint) && i->imm >= 7)
        return false;
    if (kind == ISA_OPR__)
        return !has_operand(r, ISA_OPR_Wpair_s) && !has_operand(r, ISA_OPR_Xpair_s);
    if (kind == ISA_OPR_m_lit)
        return i->imm - (int64_t)i->pc > -2000 && i->imm - (int64_t)i->pc < 2000;
    if (n == 30 || i->imm > WINDOW || i->imm < -WINDOW || i->imm2 < -WINDOW)
        return false;
    if (kind == ISA_OPR_m_reg && (m == 30 || m == n || m == 31))
        return false;
    if (kind == ISA_OPR_m_vpostreg && (m == 30 || m == n))
        return false;
    if ((r->flags & ISA_WRITEBACK) && general && (t == n || (pair && t2 == n)) && n != 31)
        return false;
    if (pair && (r->flags & ISA_LOAD) && t == t2)
        return false;
    if (r->exec == ISA_EXEC_ldxp && t == t2)
        return false;
    if (r->exec == ISA_EXEC_stx || r->exec == ISA_EXEC_stxp)
        return m != t && m != n && (r->exec == ISA_EXEC_stx || m != t2);
    if (r->exec == ISA_EXEC_casp)
        return m < 30 && t < 30;
    return true;
}

/* Keeps the offset of an access within the window. */
static uint32_t tame(const struct isa_row *r, enum isa_operand kind, uint32_t word)
{
    unsigned bytes = r->mem_bytes ? r->mem_bytes : 1;

    if (kind == ISA_OPR_m_u12)
        word = (word & ~(0xfffu << 10)) | (next() % (WINDOW / bytes)) << 10;
    if (kind == ISA_OPR_m_lit)
        word = (word & ~(0x7ffffu << 5)) | (next() % 500) << 5;
    return word;
}

static int make_word(const struct isa_decoder *d, size_t row, uint32_t *word, unsigned *flags)
{
    const struct isa_row *r = isa_row(row);
    enum isa_operand kind = address_kind(r);
    struct isa_insn i;

    for (int attempt = 0; attempt < 200; attempt++) {
        *word = isa_row_match(d, row) | (next() & ~isa_row_mask(d, row));
        *word = tame(r, kind, *word);
        if (isa_decode(d, *word, 0x400000, &i) != ISA_OK || i.row != r || !usable(&i, kind))
            continue;
        *flags = kind == ISA_OPR__ || kind == ISA_OPR_m_lit ? 0 : HAS_BASE;
        if (r->cls == ISA_CLASS_atomic || (r->flags & ISA_ORDERED))
            *flags |= ALIGNED;
        if (kind == ISA_OPR_m_reg || kind == ISA_OPR_m_vpostreg)
            *flags |= HAS_INDEX | (i.imm2 == 2 ? POSITIVE_INDEX : 0);
        return 0;
    }
    return -1;
}

static int make(const struct isa_decoder *d, unsigned long per_row)
{
    unsigned long total = 0;

    printf("    .section .text.cases, \"ax\"\n    .macro case word\n    bl enter\n"
           "    .inst \\word\n    bl save\n    .endm\n    .globl case_code\ncase_code:\n");
    for (int pass = 0; pass < 2; pass++) {
        uint64_t start = state;
        for (size_t row = 0; row < isa_row_count(); row++) {
            if (!suitable(isa_row(row)))
                continue;
            for (unsigned long k = 0; k < per_row; k++) {
                uint32_t word;
                unsigned flags;
                if (make_word(d, row, &word, &flags) < 0) {
                    fprintf(stderr, "cases: no usable word for %s %s\n", isa_row(row)->name,
                            isa_row(row)->pattern);
                    return 1;
                }
                if (pass == 0)
                    printf("    case 0x%08" PRIx32 " // %zu\n", word, row);
                else
                    printf("    .word 0x%08" PRIx32 ", %u\n", word, flags);
                total += (unsigned long)pass;
            }
        }
        if (pass == 0) {
            state = start;
            printf("    .section .rodata\n    .balign 8\n    .globl case_table\ncase_table:\n");
        }
    }
    printf("    .balign 8\n    .globl case_count\ncase_count:\n    .quad %lu\n", total);
    return 0;
}

/* Words for a disassembler: of all rows, with any fields. */
static int list_words(const struct isa_decoder *d, unsigned long per_row, const char *path)
{
    FILE *f = fopen(path, "wb");
    uint64_t pc = 0;

    if (f == NULL)
        return 99;
    for (size_t row = 0; row < isa_row_count(); row++) {
        for (unsigned long k = 0; k < per_row; k++) {
            struct isa_insn i;
            char text[128];
            uint32_t word = isa_row_match(d, row) | (next() & ~isa_row_mask(d, row));
            if (isa_decode(d, word, pc, &i) != ISA_OK)
                continue;
            if (fwrite(&word, 4, 1, f) != 1)
                break;
            printf("%s\n", isa_print(&i, text, sizeof(text)));
            pc += 4;
        }
    }
    return fclose(f) == 0 ? 0 : 99;
}

struct listed {
    uint32_t word;
    size_t row;
};

static struct listed *read_list(const char *path, size_t *count)
{
    FILE *f = fopen(path, "r");
    struct listed *list = NULL;
    size_t max = 0;
    char line[128];

    *count = 0;
    if (f == NULL)
        return NULL;
    while (fgets(line, sizeof(line), f) != NULL) {
        struct listed l;
        if (sscanf(line, " case 0x%" SCNx32 " // %zu", &l.word, &l.row) != 2)
            continue;
        if (*count == max) {
            max = max * 2 + 1024;
            struct listed *grown = realloc(list, max * sizeof(*list));
            if (grown == NULL)
                break;
            list = grown;
        }
        list[(*count)++] = l;
    }
    fclose(f);
    return list;
}

static int compare(const struct isa_decoder *d, const char *cases, const char *a_path,
                   const char *b_path)
{
    size_t count, different = 0, rows = 0, shown = SIZE_MAX, in_row = 0;
    struct listed *list = read_list(cases, &count);
    FILE *a = fopen(a_path, "rb"), *b = fopen(b_path, "rb");

    if (list == NULL || a == NULL || b == NULL || count == 0) {
        fprintf(stderr, "cases: can't read the files to compare\n");
        return 99;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t x = 0, y = 0;
        if (fread(&x, 8, 1, a) != 1 || fread(&y, 8, 1, b) != 1) {
            printf("case %zu: a run ended early\n", i);
            different++;
            break;
        }
        if (x == y)
            continue;
        different++;
        if (list[i].row != shown) {
            rows++;
            in_row = 0;
        }
        shown = list[i].row;
        if (in_row++ < 3) {
            char text[96];
            printf("%zu: 0x%08" PRIx32 " %s\n", i, list[i].word,
                   isa_disassemble(d, list[i].word, 0, text, sizeof(text)));
        }
    }
    printf("%zu cases, %zu differences in %zu rows\n", count, different, rows);
    free(list);
    fclose(a);
    fclose(b);
    return different != 0;
}

int main(int argc, char **argv)
{
    struct isa_decoder *d = NULL;
    struct err err = {0};
    int status = 2;

    if (isa_decoder_alloc(&d, &err) < 0) {
        fprintf(stderr, "cases: %s\n", err.text);
        return 99;
    }
    if (argc == 4 && !strcmp(argv[1], "make")) {
        state = strtoull(argv[3], NULL, 0) * UINT64_C(0x9e3779b97f4a7c15) | 1;
        status = make(d, strtoul(argv[2], NULL, 0));
    } else if (argc == 5 && !strcmp(argv[1], "list")) {
        state = strtoull(argv[3], NULL, 0) * UINT64_C(0x9e3779b97f4a7c15) | 1;
        status = list_words(d, strtoul(argv[2], NULL, 0), argv[4]);
    } else if (argc == 5 && !strcmp(argv[1], "compare")) {
        status = compare(d, argv[2], argv[3], argv[4]);
    } else {
        fprintf(stderr, "usage: cases make PER_ROW SEED | cases list PER_ROW SEED WORDS | "
                        "cases compare CASES.S A B\n");
    }
    isa_decoder_free(d);
    return status;
}
