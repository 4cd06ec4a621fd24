#include "config.h"

#include "emu/lower.h"
#include "words.h"

enum {
    WINDOW = 448,         /* how far from the base an access may start */
    MOST_VARIANTS = 6,    /* of an executor family but conditions: isa/exec.def */
    MOST_CANDIDATES = 256 /* rows whose executor may be a given one */
};

uint32_t words_next(struct words *w)
{
    w->state ^= w->state << 13;
    w->state ^= w->state >> 7;
    w->state ^= w->state << 17;
    return (uint32_t)(w->state >> 16);
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

bool words_suitable(const struct isa_row *r)
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
    bool pair = kind == ISA_OPR_m_pair || kind == ISA_OPR_m_pairpre ||
                kind == ISA_OPR_m_pairpost;

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
static uint32_t tame(struct words *w, const struct isa_row *r, enum isa_operand kind,
                     uint32_t word)
{
    unsigned bytes = r->mem_bytes ? r->mem_bytes : 1;

    if (kind == ISA_OPR_m_u12)
        word = (word & ~(0xfffu << 10)) | (words_next(w) % (WINDOW / bytes)) << 10;
    if (kind == ISA_OPR_m_lit)
        word = (word & ~(0x7ffffu << 5)) | (words_next(w) % 500) << 5;
    return word;
}

int words_of_row(struct words *w, size_t row, struct isa_insn *insn, unsigned *flags)
{
    const struct isa_row *r = isa_row(row);
    enum isa_operand kind = address_kind(r);

    for (int attempt = 0; attempt < 200; attempt++) {
        uint32_t word = isa_row_match(w->decoder, row) |
                        (words_next(w) & ~isa_row_mask(w->decoder, row));
        word = tame(w, r, kind, word);
        if (isa_decode(w->decoder, word, 0x400000, insn) != ISA_OK || insn->row != r ||
            !usable(insn, kind))
            continue;
        *flags = kind == ISA_OPR__ || kind == ISA_OPR_m_lit ? 0 : HAS_BASE;
        if (r->cls == ISA_CLASS_atomic || (r->flags & ISA_ORDERED))
            *flags |= ALIGNED;
        if (kind == ISA_OPR_m_reg || kind == ISA_OPR_m_vpostreg)
            *flags |= HAS_INDEX | (insn->imm2 == 2 ? POSITIVE_INDEX : 0);
        return 0;
    }
    return -1;
}

int words_of_exec(struct words *w, unsigned exec, struct isa_insn *insn, unsigned *flags)
{
    size_t candidate[MOST_CANDIDATES], n = 0;

    for (size_t row = 0; row < isa_row_count() && n < MOST_CANDIDATES; row++)
        if (words_suitable(isa_row(row)) && isa_row(row)->exec <= exec &&
            isa_row(row)->exec + (unsigned)MOST_VARIANTS > exec)
            candidate[n++] = row;
    for (int attempt = 0; n > 0 && attempt < 20000; attempt++) {
        struct op op;
        if (words_of_row(w, candidate[words_next(w) % n], insn, flags) < 0)
            continue;
        emu_lower(insn, false, &op);
        if (op.exec == exec)
            return 0;
    }
    return -1;
}
