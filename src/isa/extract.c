/* Values of operands out of the word; operand.def says what ends up where. */
#include "config.h"

#include "isa/isa_priv.h"

static uint64_t ones(unsigned count)
{
    return count >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
}

/* DecodeBitMasks() of the Arm Architecture Reference Manual, without the second mask. */
bool isa_bitmask(unsigned n, unsigned imms, unsigned immr, unsigned width, uint64_t *value)
{
    unsigned key = n << 6 | (~imms & 63);
    unsigned length = 31;

    if (key == 0 || (width == 32 && n))
        return false;
    while (!(key >> length & 1))
        length--;
    if (length == 0)
        return false;
    unsigned size = 1u << length, levels = size - 1;
    unsigned s = imms & levels, r = immr & levels;
    if (s == levels)
        return false;
    uint64_t element = ones(s + 1);
    if (r)
        element = (element >> r | element << (size - r)) & ones(size);
    for (unsigned filled = size; filled < width; filled *= 2)
        element |= element << filled;
    *value = element & ones(width);
    return true;
}

uint16_t isa_fp16_imm(unsigned i)
{
    return (uint16_t)((i & 0x80) << 8 | (i & 0x40 ? 0x3000 : 0x4000) | (i & 0x3f) << 6);
}

uint32_t isa_fp32_imm(unsigned i)
{
    return (i & 0x80) << 24 | (i & 0x40 ? 0x3e000000u : 0x40000000u) | (i & 0x3f) << 19;
}

uint64_t isa_fp64_imm(unsigned i)
{
    return (uint64_t)(i & 0x80) << 56 |
           (i & 0x40 ? UINT64_C(0x3fc0000000000000) : UINT64_C(0x4000000000000000)) |
           (uint64_t)(i & 0x3f) << 48;
}

/* AdvSIMDExpandImm(): one 64-bit half of what MOVI, MVNI, ORR, BIC and FMOV write. */
static uint64_t simd_immediate(uint32_t w)
{
    unsigned op = bits(w, 29, 1), cmode = bits(w, 12, 4);
    uint64_t imm8 = bits(w, 16, 3) << 5 | bits(w, 5, 5), v = 0;

    if (cmode < 8)
        v = imm8 << (cmode >> 1) * 8 | imm8 << ((cmode >> 1) * 8 + 32);
    else if (cmode < 12)
        v = (imm8 << (cmode & 2 ? 8 : 0)) * UINT64_C(0x0001000100010001);
    else if (cmode == 12)
        v = (imm8 << 8 | 0xff) * UINT64_C(0x100000001);
    else if (cmode == 13)
        v = (imm8 << 16 | 0xffff) * UINT64_C(0x100000001);
    else if (cmode == 14 && !op)
        v = imm8 * UINT64_C(0x0101010101010101);
    else if (cmode == 14)
        for (unsigned i = 0; i < 8; i++)
            v |= imm8 >> i & 1 ? UINT64_C(0xff) << i * 8 : 0;
    else if (!op)
        return isa_fp32_imm((unsigned)imm8) * UINT64_C(0x100000001);
    else
        return isa_fp64_imm((unsigned)imm8);
    return op && cmode != 14 ? ~v : v;
}

unsigned isa_element_log2(uint32_t w, enum isa_source source)
{
    unsigned field, cmode = bits(w, 12, 4);

    switch (source) {
    case ISA_SOURCE_SIZE:
        return bits(w, 22, 2);
    case ISA_SOURCE_SZ:
        return 2 + bits(w, 22, 1);
    case ISA_SOURCE_SZH:
        return 1 + bits(w, 22, 1);
    case ISA_SOURCE_IMMH:
        field = bits(w, 19, 4);
        return field == 0 ? 4 : 31 - (unsigned)__builtin_clz(field);
    case ISA_SOURCE_IMM5:
        field = bits(w, 16, 5);
        return field == 0 ? 4 : (unsigned)__builtin_ctz(field);
    case ISA_SOURCE_CMODE:
        if (cmode == 14)
            return bits(w, 29, 1) ? 3 : 0;
        if (cmode == 15)
            return bits(w, 29, 1) ? 3 : 2;
        return cmode >= 8 && cmode < 12 ? 1 : 2;
    case ISA_SOURCE_LIST:
        return bits(w, 10, 2);
    default:
        return 0;
    }
}

unsigned isa_element_register(uint32_t w, enum isa_operand kind)
{
    const struct isa_operand_info *info = &isa_operand_info[kind];

    /* halves leave one bit of Rm to the index */
    if (info->source == ISA_SOURCE_SIZE && bits(w, 22, 2) == 1)
        return bits(w, 16, 4);
    return bits(w, info->bit, 5);
}

unsigned isa_element_index(uint32_t w, enum isa_operand kind)
{
    const struct isa_operand_info *info = &isa_operand_info[kind];
    unsigned log2 = isa_element_log2(w, info->source);
    unsigned h = bits(w, 11, 1), l = bits(w, 21, 1), m = bits(w, 20, 1);

    if (kind == ISA_OPR_Vn_4x)
        return bits(w, 11, 4) >> log2;
    if (info->source == ISA_SOURCE_IMM5)
        return bits(w, 16, 5) >> (log2 + 1);
    return log2 == 1 ? h << 2 | l << 1 | m : log2 == 2 ? h << 1 | l : h;
}

unsigned isa_list_count(enum isa_operand kind)
{
    switch (kind) {
    case ISA_OPR_Vn_L1:
    case ISA_OPR_Vt_L1:
    case ISA_OPR_Vt_E1:
        return 1;
    case ISA_OPR_Vn_L2:
    case ISA_OPR_Vt_L2:
    case ISA_OPR_Vt_E2:
        return 2;
    case ISA_OPR_Vn_L3:
    case ISA_OPR_Vt_L3:
    case ISA_OPR_Vt_E3:
        return 3;
    case ISA_OPR_Vn_L4:
    case ISA_OPR_Vt_L4:
    case ISA_OPR_Vt_E4:
        return 4;
    default:
        return 0;
    }
}

/* Element size of a single-structure access: opcode<2:1>, where 2 is words or, with bit 10,
 * double words. */
static unsigned single_log2(uint32_t w)
{
    unsigned log2 = bits(w, 14, 2);

    return log2 == 2 && bits(w, 10, 1) ? 3 : log2;
}

int isa_list_index(uint32_t w)
{
    if (!bits(w, 24, 1) || bits(w, 14, 2) == 3) /* whole registers, or all lanes */
        return -1;
    return (int)((bits(w, 30, 1) << 3 | bits(w, 12, 1) << 2 | bits(w, 10, 2)) >>
                 single_log2(w));
}

/* Bytes of one register's share of a structure access. */
static unsigned list_bytes(uint32_t w)
{
    if (!bits(w, 24, 1))
        return bits(w, 30, 1) ? 16 : 8;
    return 1u << (bits(w, 14, 2) == 3 ? bits(w, 10, 2) : single_log2(w));
}

unsigned isa_mem_bytes(const struct isa_insn *insn)
{
    if (!(insn->row->flags & (ISA_LOAD | ISA_STORE)))
        return 0;
    if (insn->row->mem_bytes != 0)
        return insn->row->mem_bytes;
    return isa_list_count(insn->row->operand[0]) * list_bytes(insn->word);
}

static bool extract_data(struct isa_insn *i, enum isa_operand kind)
{
    uint32_t w = i->word;

    switch (kind) {
    case ISA_OPR_aimm:
        i->imm = (int64_t)bits(w, 10, 12) << (bits(w, 22, 1) ? 12 : 0);
        return true;
    case ISA_OPR_limm32:
    case ISA_OPR_limm64: {
        uint64_t value;
        if (!isa_bitmask(bits(w, 22, 1), bits(w, 10, 6), bits(w, 16, 6),
                         kind == ISA_OPR_limm32 ? 32 : 64, &value))
            return false;
        i->imm = (int64_t)value;
        return true;
    }
    case ISA_OPR_movw32:
    case ISA_OPR_movw64:
        i->imm2 = bits(w, 21, 2) * 16;
        i->imm = (int64_t)((uint64_t)bits(w, 5, 16) << i->imm2);
        return true;
    case ISA_OPR_bfm32:
    case ISA_OPR_bfm64:
        i->imm = bits(w, 16, 6);
        i->imm2 = bits(w, 10, 6);
        return true;
    case ISA_OPR_lsb:
        i->imm = bits(w, 10, 6);
        return true;
    case ISA_OPR_Wm_arith:
    case ISA_OPR_Xm_arith:
    case ISA_OPR_Wm_logic:
    case ISA_OPR_Xm_logic:
        i->imm = bits(w, 10, 6);
        i->imm2 = bits(w, 22, 2);
        return i->imm2 != 3 || kind == ISA_OPR_Wm_logic || kind == ISA_OPR_Xm_logic;
    case ISA_OPR_Wm_ext:
    case ISA_OPR_Xm_ext:
        i->imm = bits(w, 10, 3);
        i->imm2 = bits(w, 13, 3);
        return i->imm <= 4;
    case ISA_OPR_cond:
        i->imm2 = bits(w, 12, 4);
        return true;
    case ISA_OPR_imm5:
        i->imm = bits(w, 16, 5);
        return true;
    case ISA_OPR_nzcv_cond:
        i->imm2 = bits(w, 12, 4) << 4 | bits(w, 0, 4);
        return true;
    default:
        return true;
    }
}

static bool extract_system(struct isa_insn *i, enum isa_operand kind)
{
    uint32_t w = i->word;

    switch (kind) {
    case ISA_OPR_imm16:
        i->imm = bits(w, 5, 16);
        return true;
    case ISA_OPR_hint:
        i->imm = bits(w, 5, 7);
        return true;
    case ISA_OPR_barrier:
        i->imm = bits(w, 8, 4);
        return true;
    case ISA_OPR_sysreg:
        i->imm = bits(w, 5, 16);
        return true;
    case ISA_OPR_sysop:
        i->imm = bits(w, 5, 14);
        return true;
    case ISA_OPR_prfop:
        return true;
    case ISA_OPR_fpimm:
        i->imm = bits(w, 22, 2) == 1   ? (int64_t)isa_fp64_imm(bits(w, 13, 8))
                 : bits(w, 22, 2) == 0 ? (int64_t)isa_fp32_imm(bits(w, 13, 8))
                                       : (int64_t)isa_fp16_imm(bits(w, 13, 8));
        return true;
    case ISA_OPR_fbits:
        i->imm = 64 - bits(w, 10, 6);
        return true;
    case ISA_OPR_simdimm:
        i->imm = (int64_t)simd_immediate(w);
        return true;
    default:
        return true;
    }
}

static bool extract_code_address(struct isa_insn *i, enum isa_operand kind)
{
    uint32_t w = i->word;

    switch (kind) {
    case ISA_OPR_adr:
        i->imm = (int64_t)(i->pc + (uint64_t)(sbits(w, 5, 19) * 4 + bits(w, 29, 2)));
        return true;
    case ISA_OPR_adrp:
        i->imm = (int64_t)((i->pc & ~UINT64_C(4095)) +
                           ((uint64_t)(sbits(w, 5, 19) * 4 + bits(w, 29, 2)) << 12));
        return true;
    case ISA_OPR_label26:
        i->imm = (int64_t)(i->pc + (uint64_t)(sbits(w, 0, 26) * 4));
        return true;
    case ISA_OPR_bcond:
        i->imm2 = bits(w, 0, 4);
        /* fall through */
    case ISA_OPR_label19:
    case ISA_OPR_m_lit:
        i->imm = (int64_t)(i->pc + (uint64_t)(sbits(w, 5, 19) * 4));
        return true;
    case ISA_OPR_label14:
        i->imm = (int64_t)(i->pc + (uint64_t)(sbits(w, 5, 14) * 4));
        i->imm2 = bits(w, 31, 1) << 5 | bits(w, 19, 5);
        return true;
    default:
        return true;
    }
}

static bool extract_data_address(struct isa_insn *i, enum isa_operand kind)
{
    uint32_t w = i->word;
    unsigned bytes = i->row->mem_bytes;

    switch (kind) {
    case ISA_OPR_m_u12:
        i->imm = (int64_t)bits(w, 10, 12) * bytes;
        return true;
    case ISA_OPR_m_s9:
        i->imm = sbits(w, 12, 9);
        return true;
    case ISA_OPR_m_pre9:
        i->imm = i->imm2 = sbits(w, 12, 9);
        return true;
    case ISA_OPR_m_post9:
        i->imm2 = sbits(w, 12, 9);
        return true;
    case ISA_OPR_m_reg:
        i->imm2 = bits(w, 13, 3);
        if (bits(w, 12, 1))
            for (unsigned b = bytes; b > 1; b /= 2)
                i->imm++;
        return true;
    case ISA_OPR_m_pair:
        i->imm = sbits(w, 15, 7) * (bytes / 2);
        return true;
    case ISA_OPR_m_pairpre:
        i->imm = i->imm2 = sbits(w, 15, 7) * (bytes / 2);
        return true;
    case ISA_OPR_m_pairpost:
        i->imm2 = sbits(w, 15, 7) * (bytes / 2);
        return true;
    case ISA_OPR_m_vpostreg: /* Rm = 31 stands for the bytes accessed */
        i->imm2 = bits(w, 16, 5) == 31 ? isa_mem_bytes(i) : 0;
        return true;
    default:
        return true;
    }
}

static bool extract_vector(struct isa_insn *i, enum isa_operand kind)
{
    uint32_t w = i->word;
    unsigned shift = bits(w, 16, 7), width = 8;

    switch (kind) {
    case ISA_OPR_shift_r:
    case ISA_OPR_shift_l:
        width <<= isa_element_log2(w, ISA_SOURCE_IMMH);
        i->imm = kind == ISA_OPR_shift_r ? 2 * width - shift : shift - width;
        return true;
    case ISA_OPR_shift_w:
        i->imm = width << bits(w, 22, 2);
        return true;
    case ISA_OPR_ext_index:
        i->imm = bits(w, 11, 4);
        return true;
    case ISA_OPR_Vt_L2:
    case ISA_OPR_Vt_L3:
    case ISA_OPR_Vt_L4: /* interleaving needs more than one element */
        return bits(w, 24, 1) || bits(w, 10, 2) != 3 || bits(w, 30, 1) ||
               (bits(w, 12, 4) & 2) != 0;
    default:
        return true;
    }
}

/* Whether the element size exists for this row, and with it a vector of 64 bits. */
static bool valid_element(const struct isa_insn *i, enum isa_operand kind)
{
    const struct isa_operand_info *info = &isa_operand_info[kind];
    unsigned log2 = isa_element_log2(i->word, info->source);

    if (log2 > 3 || (i->row->flags & ISA_NO_8 << log2))
        return false;
    return info->form != ISA_FORM_FULL || log2 < 3 || bits(i->word, 30, 1);
}

bool isa_extract(struct isa_insn *insn)
{
    for (size_t k = 0; k < ISA_MAX_OPERANDS; k++) {
        enum isa_operand kind = insn->row->operand[k];
        if (kind == ISA_OPR__)
            break;
        if (isa_operand_info[kind].file == ISA_FILE_V && !valid_element(insn, kind))
            return false;
        if (isa_operand_info[kind].file != ISA_FILE_NONE)
            continue;
        if (!extract_vector(insn, kind))
            return false;
        if (!extract_data(insn, kind) || !extract_system(insn, kind) ||
            !extract_code_address(insn, kind) || !extract_data_address(insn, kind))
            return false;
    }
    return true;
}
