/* Operands become slots and immediates in the form that the executors want, and the family
 * of the row becomes the variant for these operands. */
#include "config.h"

#include "emu/lower.h"

static uint64_t ones(unsigned count)
{
    return count >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
}

static void lower_register(const struct isa_insn *insn, enum isa_operand kind, struct op *op)
{
    const struct isa_operand_info *info = &isa_operand_info[kind];
    unsigned reg = insn->word >> info->bit & 31;
    bool reads = info->role == ISA_ROLE_READ ||
                 (info->role == ISA_ROLE_DATA && (insn->row->flags & ISA_STORE));
    uint8_t slot;

    switch ((enum isa_file)info->file) {
    case ISA_FILE_W:
    case ISA_FILE_X:
        slot = (uint8_t)(reg != 31 ? reg : reads ? R_ZERO : R_DUMP);
        break;
    case ISA_FILE_WSP:
    case ISA_FILE_XSP:
        slot = (uint8_t)reg;
        break;
    default:
        if (info->form == ISA_FORM_ELEMENT) {
            reg = isa_element_register(insn->word, kind);
            op->a = (uint8_t)isa_element_index(insn->word, kind);
        }
        slot = (uint8_t)(R_V0 + 2 * reg);
    }
    switch (info->bit) {
    case 0:
        op->d = slot;
        break;
    case 5:
        op->n = slot;
        break;
    case 16:
        op->m = slot;
        break;
    default:
        op->a = slot;
    }
}

static uint8_t zero_slot(unsigned reg)
{
    return (uint8_t)(reg == 31 ? R_ZERO : reg);
}

/* Shifted or extended second operand: plain, shifted left, or any (imm2 = 0..3 shift, 4 +
 * option an extension; imm = amount). */
static void lower_shifted(const struct isa_insn *insn, enum isa_operand kind, struct op *op)
{
    bool extends = kind == ISA_OPR_Wm_ext || kind == ISA_OPR_Xm_ext;
    bool whole = kind == ISA_OPR_Xm_ext ? (insn->imm2 & 3) == 3 : (insn->imm2 & 3) >= 2;

    op->m = zero_slot(insn->word >> 16 & 31);
    op->imm = (uint64_t)insn->imm;
    op->imm2 = (uint64_t)insn->imm2;
    if (extends ? !whole : insn->imm2 != 0) {
        op->imm2 += extends ? 4 : 0;
        op->exec = (uint16_t)(op->exec + 2);
    } else if (insn->imm != 0) {
        op->exec = (uint16_t)(op->exec + 1);
    }
}

static void lower_bitfield(const struct isa_insn *insn, struct op *op)
{
    bool wide = insn->row->operand[2] == ISA_OPR_bfm64;
    unsigned width = wide ? 64 : 32;
    unsigned r = (unsigned)insn->imm, s = (unsigned)insn->imm2;
    bool extract = s >= r; /* else insert in zeros */
    uint64_t mask = extract ? ones(s - r + 1) : ones(s + 1) << (width - r);

    switch (insn->row->exec) {
    case ISA_EXEC_ubfm32_r:
    case ISA_EXEC_ubfm64_r:
        op->imm = extract ? r : width - r;
        op->imm2 = mask;
        op->exec = (uint16_t)(op->exec + !extract);
        break;
    case ISA_EXEC_sbfm32:
    case ISA_EXEC_sbfm64: /* shift the field to the top, then down to its place */
        op->imm = width - 1 - s;
        op->imm2 = extract ? op->imm + r : op->imm + r - width;
        break;
    default: /* BFM: rotate, then keep what the mask has */
        op->imm = r;
        op->imm2 = mask;
    }
}

static void lower_data_address(const struct isa_insn *insn, enum isa_operand kind,
                               struct op *op)
{
    if (insn->row->exec == ISA_EXEC_nop)
        return;
    op->n = insn->word >> 5 & 31;
    op->imm = (uint64_t)insn->imm;
    switch (kind) {
    case ISA_OPR_m_base:
        op->imm = ~UINT64_C(0); /* mask of the address */
        break;
    case ISA_OPR_m_pre9:
    case ISA_OPR_m_post9:
    case ISA_OPR_m_pairpre:
    case ISA_OPR_m_pairpost:
        op->imm2 = (uint64_t)insn->imm2;
        op->exec = (uint16_t)(op->exec + 1);
        break;
    case ISA_OPR_m_reg:
        op->m = zero_slot(insn->word >> 16 & 31);
        op->exec = (uint16_t)(op->exec + (insn->imm2 == 2     ? 5
                                          : insn->imm2 == 6   ? 4
                                          : insn->imm == 0    ? 2
                                                              : 3));
        break;
    case ISA_OPR_m_vpostreg: /* adds Xm, or as many bytes as are accessed */
        op->m = zero_slot(insn->word >> 16 & 31);
        op->imm2 = (uint64_t)insn->imm2;
        break;
    case ISA_OPR_m_lit:
        op->n = R_ZERO;
        break;
    default:
        break;
    }
}

static void lower_other(const struct isa_insn *insn, enum isa_operand kind, struct op *op)
{
    switch (kind) {
    case ISA_OPR_Wm_arith:
    case ISA_OPR_Xm_arith:
    case ISA_OPR_Wm_logic:
    case ISA_OPR_Xm_logic:
    case ISA_OPR_Wm_ext:
    case ISA_OPR_Xm_ext:
        lower_shifted(insn, kind, op);
        break;
    case ISA_OPR_movw32:
    case ISA_OPR_movw64:
        op->imm = (uint64_t)insn->imm;
        op->imm2 = ~(UINT64_C(0xffff) << insn->imm2);
        if ((insn->word >> 29 & 3) == 0) /* MOVN */
            op->imm = ~op->imm;
        if (kind == ISA_OPR_movw32) {
            op->imm &= 0xffffffff;
            op->imm2 &= 0xffffffff;
        }
        break;
    case ISA_OPR_bfm32:
    case ISA_OPR_bfm64:
        lower_bitfield(insn, op);
        break;
    case ISA_OPR_bcond:
        op->exec = (uint16_t)(op->exec + insn->imm2);
        break;
    case ISA_OPR_cond:
    case ISA_OPR_nzcv_cond:
    case ISA_OPR_label14:
        op->imm2 = (uint64_t)insn->imm2;
        break;
    case ISA_OPR_fpzero:
        op->m = R_ZERO;
        break;
    case ISA_OPR_Vn_d1:
        op->n = (uint8_t)(R_V0 + 2 * (insn->word >> 5 & 31));
        break;
    case ISA_OPR_Vd_d1:
        op->d = (uint8_t)(R_V0 + 2 * (insn->word & 31));
        break;
    case ISA_OPR_simdimm:
        op->imm = (uint64_t)insn->imm;
        op->imm2 = insn->word >> 30 & 1 ? op->imm : 0;
        break;
    case ISA_OPR_sysop: /* DC ZVA */
        op->n = zero_slot(insn->word & 31);
        op->imm = ~UINT64_C(63);
        break;
    case ISA_OPR_aimm:
    case ISA_OPR_limm32:
    case ISA_OPR_limm64:
    case ISA_OPR_lsb:
    case ISA_OPR_imm5:
    case ISA_OPR_adr:
    case ISA_OPR_adrp:
    case ISA_OPR_fpimm:
        op->imm = (uint64_t)insn->imm;
        break;
    default:
        if (kind >= ISA_OPR_m_base && kind <= ISA_OPR_m_lit)
            lower_data_address(insn, kind, op);
    }
}

static bool is_fp_arithmetic(const struct isa_row *row)
{
    switch (row->cls) {
    case ISA_CLASS_fp_add:
    case ISA_CLASS_fp_mul:
    case ISA_CLASS_fp_fma:
    case ISA_CLASS_fp_div32:
    case ISA_CLASS_fp_div64:
    case ISA_CLASS_fp_sqrt32:
    case ISA_CLASS_fp_sqrt64:
    case ISA_CLASS_fp_cmp:
    case ISA_CLASS_fp_cvt:
        return true;
    case ISA_CLASS_fp_to_int:
    case ISA_CLASS_int_to_fp:
        return row->name[1] == 'c'; /* FCVT*, SCVTF, UCVTF; not FMOV */
    default:
        return false;
    }
}

/* Advanced SIMD: executors that decode the word find it in imm; those on host vectors take
 * imm2 for the upper half, and the variant for the size of the elements. */
static void lower_vector(const struct isa_insn *insn, bool exact_fp, struct op *op)
{
    bool full = insn->word >> 30 & 1, wide = insn->word >> 22 & 1;
    unsigned size = insn->word >> 22 & 3;

    switch (insn->row->exec) {
    case ISA_EXEC_v_movi:
        return;
    case ISA_EXEC_v_orr_i:
    case ISA_EXEC_v_bic_i:
        op->a = full; /* BIC's pattern comes complemented, as that of MVNI */
        return;
    case ISA_EXEC_v_fadd_s:
    case ISA_EXEC_v_fsub_s:
    case ISA_EXEC_v_fmul_s:
    case ISA_EXEC_v_fdiv_s:
    case ISA_EXEC_v_fmla_s:
    case ISA_EXEC_v_fmls_s:
        op->exec = full && !exact_fp ? (uint16_t)(insn->row->exec + wide) : ISA_EXEC_v_fsame;
        break;
    case ISA_EXEC_v_fmul_xs:
    case ISA_EXEC_v_fmla_xs:
    case ISA_EXEC_v_fmls_xs:
        op->exec = full && !exact_fp ? (uint16_t)(insn->row->exec + wide) : ISA_EXEC_v_felement;
        break;
    default:
        if (insn->row->exec >= ISA_EXEC_v_add_8 && insn->row->exec <= ISA_EXEC_v_mls_64)
            op->exec = (uint16_t)(insn->row->exec + size);
    }
    op->imm = insn->word;
    if (!(insn->row->flags & ISA_WRITEBACK))
        op->imm2 = full;
}

void emu_lower(const struct isa_insn *insn, bool exact_fp, struct op *op)
{
    *op = (struct op){.d = R_DUMP, .n = R_ZERO, .m = R_ZERO, .a = R_ZERO, .exec = insn->row->exec};
    for (size_t k = 0; k < ISA_MAX_OPERANDS; k++) {
        enum isa_operand kind = insn->row->operand[k];
        if (kind == ISA_OPR__)
            break;
        if (isa_operand_info[kind].file != ISA_FILE_NONE)
            lower_register(insn, kind, op);
        else
            lower_other(insn, kind, op);
    }
    if (insn->row->exec >= ISA_EXEC_v_add_8 && insn->row->exec <= ISA_EXEC_v_ldst_w) {
        lower_vector(insn, exact_fp, op);
    } else if (is_fp_arithmetic(insn->row)) {
        op->imm = insn->word;
        if (exact_fp)
            op->exec = ISA_EXEC_fp_soft;
    } else if (insn->row->cls == ISA_CLASS_atomic || insn->row->exec == ISA_EXEC_ld_order ||
               insn->row->exec == ISA_EXEC_st_order) {
        op->imm2 = insn->word;
    } else if (insn->row->exec == ISA_EXEC_mrs) {
        op->imm = insn->word;
    } else if (insn->row->cls == ISA_CLASS_call || insn->row->cls == ISA_CLASS_call_indirect) {
        op->imm = insn->pc + 4; /* what the link register gets */
    }
}
