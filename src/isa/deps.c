/* What an instruction reads and writes, out of its row. */
#include "config.h"

#include "isa/isa_priv.h"

static void add(uint8_t *list, uint8_t *count, unsigned reg)
{
    for (unsigned i = 0; i < *count; i++)
        if (list[i] == reg)
            return;
    if (*count < 8)
        list[(*count)++] = (uint8_t)reg;
}

/* Dependence number of a register field, or -1 for the zero register. */
static int number(enum isa_file file, unsigned reg)
{
    switch (file) {
    case ISA_FILE_W:
    case ISA_FILE_X:
        return reg == 31 ? -1 : (int)reg;
    case ISA_FILE_WSP:
    case ISA_FILE_XSP:
        return (int)reg;
    default:
        return (int)(ISA_REG_V0 + reg);
    }
}

static bool is_address(enum isa_operand kind)
{
    return kind >= ISA_OPR_m_base && kind < ISA_OPR_m_lit;
}

static void add_addresses(const struct isa_insn *i, struct isa_deps *deps)
{
    for (size_t k = 0; k < ISA_MAX_OPERANDS; k++) {
        enum isa_operand kind = i->row->operand[k];
        if (is_address(kind))
            add(deps->src, &deps->n_src, bits(i->word, 5, 5));
        if ((kind == ISA_OPR_m_reg || kind == ISA_OPR_m_vpostreg) && bits(i->word, 16, 5) != 31)
            add(deps->src, &deps->n_src, bits(i->word, 16, 5));
        if (kind == ISA_OPR_Xt_r && (i->row->flags & ISA_STORE) && bits(i->word, 0, 5) != 31 &&
            i->row->operand[0] == ISA_OPR_sysop) /* DC ZVA */
            add(deps->src, &deps->n_src, bits(i->word, 0, 5));
    }
    deps->n_addr = deps->n_src;
}

static void add_pair(unsigned first, bool reads, bool writes, struct isa_deps *deps)
{
    for (unsigned r = first; r < first + 2 && r < 31; r++) {
        if (reads)
            add(deps->src, &deps->n_src, r);
        if (writes)
            add(deps->dst, &deps->n_dst, r);
    }
}

/* Consecutive vector registers, of which V0 follows V31. */
static void add_list(const struct isa_insn *i, enum isa_operand kind, struct isa_deps *deps)
{
    bool table = kind >= ISA_OPR_Vn_L1 && kind <= ISA_OPR_Vn_L4;
    unsigned first = bits(i->word, table ? 5 : 0, 5);
    bool writes = !table && (i->row->flags & ISA_LOAD);
    bool reads = !writes || (i->row->flags & ISA_READS_DST);

    for (unsigned k = 0; k < isa_list_count(kind); k++) {
        if (reads)
            add(deps->src, &deps->n_src, ISA_REG_V0 + (first + k) % 32);
        if (writes)
            add(deps->dst, &deps->n_dst, ISA_REG_V0 + (first + k) % 32);
    }
}

static void add_other(const struct isa_insn *i, enum isa_operand kind, struct isa_deps *deps)
{
    uint32_t w = i->word;

    switch (kind) {
    case ISA_OPR_Wpair_s:
    case ISA_OPR_Xpair_s:
        add_pair(bits(w, 16, 5), true, true, deps);
        break;
    case ISA_OPR_Wpair_t:
    case ISA_OPR_Xpair_t:
        add_pair(bits(w, 0, 5), true, false, deps);
        break;
    case ISA_OPR_Wm_arith:
    case ISA_OPR_Xm_arith:
    case ISA_OPR_Wm_logic:
    case ISA_OPR_Xm_logic:
    case ISA_OPR_Wm_ext:
    case ISA_OPR_Xm_ext:
        if (bits(w, 16, 5) != 31)
            add(deps->src, &deps->n_src, bits(w, 16, 5));
        break;
    case ISA_OPR_Rn_5:
        if (bits(w, 5, 5) != 31)
            add(deps->src, &deps->n_src, bits(w, 5, 5));
        break;
    case ISA_OPR_Vd_d1:
        add(deps->src, &deps->n_src, ISA_REG_V0 + bits(w, 0, 5));
        add(deps->dst, &deps->n_dst, ISA_REG_V0 + bits(w, 0, 5));
        break;
    case ISA_OPR_Vn_d1:
        add(deps->src, &deps->n_src, ISA_REG_V0 + bits(w, 5, 5));
        break;
    default:
        add_list(i, kind, deps);
    }
}

void isa_deps(const struct isa_insn *insn, struct isa_deps *deps)
{
    unsigned flags = insn->row->flags;

    *deps = (struct isa_deps){0};
    add_addresses(insn, deps);
    for (size_t k = 0; k < ISA_MAX_OPERANDS; k++) {
        enum isa_operand kind = insn->row->operand[k];
        const struct isa_operand_info *info = &isa_operand_info[kind];
        if (info->file == ISA_FILE_NONE) {
            add_other(insn, kind, deps);
            continue;
        }
        unsigned field = info->form == ISA_FORM_ELEMENT ? isa_element_register(insn->word, kind)
                                                        : bits(insn->word, info->bit, 5);
        int reg = number(info->file, field);
        bool reads = info->role == ISA_ROLE_READ || info->role == ISA_ROLE_RW ||
                     (info->role == ISA_ROLE_DATA && (flags & ISA_STORE)) ||
                     (k == 0 && (flags & ISA_READS_DST));
        bool writes = info->role == ISA_ROLE_WRITE || info->role == ISA_ROLE_RW ||
                      (info->role == ISA_ROLE_DATA && !(flags & ISA_STORE));
        if (reg >= 0 && reads)
            add(deps->src, &deps->n_src, (unsigned)reg);
        if (reg >= 0 && writes)
            add(deps->dst, &deps->n_dst, (unsigned)reg);
    }
    if (insn->row->cls == ISA_CLASS_call || insn->row->cls == ISA_CLASS_call_indirect)
        add(deps->dst, &deps->n_dst, 30);
    if (flags & ISA_READS_NZCV)
        add(deps->src, &deps->n_src, ISA_REG_NZCV);
    if (flags & ISA_READS_FPSR)
        add(deps->src, &deps->n_src, ISA_REG_FPSR);
    if (flags & ISA_WRITES_FPSR)
        add(deps->dst, &deps->n_dst, ISA_REG_FPSR);
    if (flags & ISA_WRITES_NZCV)
        add(deps->dst, &deps->n_dst, ISA_REG_NZCV);
    if (flags & ISA_WRITEBACK) /* stands last, even where it is loaded as well */
        deps->dst[deps->n_dst++] = (uint8_t)bits(insn->word, 5, 5);
}
