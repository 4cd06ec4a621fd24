/* Names and operands for people, in the assembler's syntax without aliases. */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "isa/isa_priv.h"

const char isa_condition[16][3] = {"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc",
                                   "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"};

static const char shift_name[4][4] = {"lsl", "lsr", "asr", "ror"};
static const char extend_name[8][5] = {"uxtb", "uxth", "uxtw", "uxtx",
                                       "sxtb", "sxth", "sxtw", "sxtx"};

/* A bounded text under construction; what does not fit is cut. */
struct text {
    char *at;
    size_t left;
};

static void put(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(struct text *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(t->at, t->left, format, args);
    va_end(args);
    if (n < 0)
        return;
    size_t used = (size_t)n < t->left ? (size_t)n : t->left - 1;
    t->at += used;
    t->left -= used;
}

static void put_register(struct text *t, enum isa_file file, unsigned reg)
{
    static const char letter[] = {
        [ISA_FILE_NONE] = '?', [ISA_FILE_W] = 'w',   [ISA_FILE_X] = 'x', [ISA_FILE_WSP] = 'w',
        [ISA_FILE_XSP] = 'x',  [ISA_FILE_B] = 'b',   [ISA_FILE_H] = 'h', [ISA_FILE_S] = 's',
        [ISA_FILE_D] = 'd',    [ISA_FILE_Q] = 'q',   [ISA_FILE_V] = 'v'};

    if (reg == 31 && (file == ISA_FILE_W || file == ISA_FILE_X))
        put(t, "%s", file == ISA_FILE_W ? "wzr" : "xzr");
    else if (reg == 31 && (file == ISA_FILE_WSP || file == ISA_FILE_XSP))
        put(t, "%s", file == ISA_FILE_WSP ? "wsp" : "sp");
    else
        put(t, "%c%u", letter[file], reg);
}

static void put_shifted(struct text *t, const struct isa_insn *i, enum isa_file file)
{
    put_register(t, file, bits(i->word, 16, 5));
    if (i->imm || i->imm2)
        put(t, ", %s #%" PRId64, shift_name[i->imm2], i->imm);
}

/* LSL stands for the extension of the own width where the stack pointer takes part. */
static void put_extended(struct text *t, const struct isa_insn *i, bool wide)
{
    bool narrow = !wide || (i->imm2 & 3) != 3;
    bool sp = bits(i->word, 5, 5) == 31 ||
              (bits(i->word, 0, 5) == 31 && !(i->row->flags & ISA_WRITES_NZCV));

    put_register(t, narrow ? ISA_FILE_W : ISA_FILE_X, bits(i->word, 16, 5));
    if (sp && i->imm2 == (wide ? 3 : 2)) {
        if (i->imm)
            put(t, ", lsl #%" PRId64, i->imm);
        return;
    }
    put(t, ", %s", extend_name[i->imm2]);
    if (i->imm)
        put(t, " #%" PRId64, i->imm);
}

static void put_address(struct text *t, const struct isa_insn *i, enum isa_operand kind)
{
    put(t, "[");
    put_register(t, ISA_FILE_XSP, bits(i->word, 5, 5));
    switch (kind) {
    case ISA_OPR_m_post9:
    case ISA_OPR_m_pairpost:
        put(t, "], #%" PRId64, i->imm2);
        return;
    case ISA_OPR_m_pre9:
    case ISA_OPR_m_pairpre:
        put(t, ", #%" PRId64 "]!", i->imm2);
        return;
    case ISA_OPR_m_vpostreg:
        put(t, "], ");
        if (bits(i->word, 16, 5) == 31)
            put(t, "#%" PRId64, i->imm2);
        else
            put_register(t, ISA_FILE_X, bits(i->word, 16, 5));
        return;
    case ISA_OPR_m_reg:
        put(t, ", ");
        put_register(t, i->imm2 & 1 ? ISA_FILE_X : ISA_FILE_W, bits(i->word, 16, 5));
        if (i->imm2 != 3)
            put(t, ", %s", extend_name[i->imm2]);
        else if (bits(i->word, 12, 1))
            put(t, ", lsl");
        if (bits(i->word, 12, 1))
            put(t, " #%" PRId64, i->imm);
        put(t, "]");
        return;
    default:
        if (i->imm)
            put(t, ", #%" PRId64, i->imm);
        put(t, "]");
    }
}

static void put_sysreg(struct text *t, const struct isa_insn *i)
{
    static const struct {
        unsigned number;
        const char *name;
    } known[] = {{0xde82, "tpidr_el0"}, {0xde83, "tpidrro_el0"}, {0xda10, "nzcv"},
                 {0xda20, "fpcr"},      {0xda21, "fpsr"},        {0xd801, "ctr_el0"},
                 {0xd807, "dczid_el0"}, {0xdf00, "cntfrq_el0"},  {0xdf02, "cntvct_el0"},
                 {0xc000, "midr_el1"},  {0xc005, "mpidr_el1"},   {0xc006, "revidr_el1"}};
    unsigned n = bits(i->word, 5, 16);

    for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
        if (known[k].number == n) {
            put(t, "%s", known[k].name);
            return;
        }
    }
    put(t, "s%u_%u_c%u_c%u_%u", n >> 14, n >> 11 & 7, n >> 7 & 15, n >> 3 & 15, n & 7);
}

static void put_prfop(struct text *t, unsigned n)
{
    static const char type[4][4] = {"pld", "pli", "pst", ""};

    if (n >> 3 < 3 && (n >> 1 & 3) < 3)
        put(t, "%sl%u%s", type[n >> 3], (n >> 1 & 3) + 1, n & 1 ? "strm" : "keep");
    else
        put(t, "#0x%02x", n);
}

static void put_barrier(struct text *t, const struct isa_insn *i)
{
    static const char *const option[16] = {NULL, "oshld", "oshst", "osh", NULL, "nshld",
                                           "nshst", "nsh", NULL, "ishld", "ishst", "ish",
                                           NULL, "ld", "st", "sy"};
    bool named = !strcmp(i->row->name, "dmb") || !strcmp(i->row->name, "dsb");

    if (named && option[i->imm])
        put(t, "%s", option[i->imm]);
    else if (named || i->imm != 15)
        put(t, named ? "#0x%02" PRIx64 : "#0x%" PRIx64, i->imm);
}

/* The value of an 8-bit immediate, whose exponent is tiny: 18 digits say it exactly. */
static void put_fpimm(struct text *t, unsigned imm8)
{
    double value = (16 + (imm8 & 15)) / 16.0;
    int exponent = (imm8 & 0x40) ? (int)(imm8 >> 4 & 3) - 3 : (int)(imm8 >> 4 & 3) + 1;

    for (; exponent > 0; exponent--)
        value *= 2;
    for (; exponent < 0; exponent++)
        value /= 2;
    put(t, "#%.18e", imm8 & 0x80 ? -value : value);
}

static void put_simd_immediate(struct text *t, const struct isa_insn *i)
{
    unsigned cmode = bits(i->word, 12, 4);
    unsigned imm8 = bits(i->word, 16, 3) << 5 | bits(i->word, 5, 5);

    if (cmode == 15)
        put_fpimm(t, imm8);
    else if (cmode == 14 && bits(i->word, 29, 1))
        put(t, "#0x%" PRIx64, (uint64_t)i->imm);
    else if (cmode >= 12)
        put(t, cmode == 14 ? "#0x%x" : "#0x%x, msl #%u", imm8, cmode == 12 ? 8u : 16u);
    else
        put(t, "#0x%x", imm8);
    unsigned shift = cmode < 8 ? (cmode >> 1) * 8 : cmode < 12 ? (cmode & 2) * 4 : 0;
    if (shift)
        put(t, ", lsl #%u", shift);
}

static void put_immediate(struct text *t, const struct isa_insn *i, enum isa_operand kind)
{
    uint32_t w = i->word;

    switch (kind) {
    case ISA_OPR_aimm:
        put(t, "#0x%x", bits(w, 10, 12));
        if (bits(w, 22, 1))
            put(t, ", lsl #12");
        break;
    case ISA_OPR_movw32:
    case ISA_OPR_movw64:
        put(t, "#0x%x", bits(w, 5, 16));
        if (i->imm2)
            put(t, ", lsl #%" PRId64, i->imm2);
        break;
    case ISA_OPR_bfm32:
    case ISA_OPR_bfm64:
        put(t, "#%" PRId64 ", #%" PRId64, i->imm, i->imm2);
        break;
    case ISA_OPR_lsb:
    case ISA_OPR_fbits:
    case ISA_OPR_shift_r:
    case ISA_OPR_shift_l:
    case ISA_OPR_shift_w:
    case ISA_OPR_ext_index:
        put(t, "#%" PRId64, i->imm);
        break;
    case ISA_OPR_cond:
        put(t, "%s", isa_condition[i->imm2]);
        break;
    case ISA_OPR_nzcv_cond:
        put(t, "#0x%x, %s", (unsigned)(i->imm2 & 15), isa_condition[i->imm2 >> 4]);
        break;
    case ISA_OPR_fpimm:
        put_fpimm(t, bits(w, 13, 8));
        break;
    case ISA_OPR_fpzero:
        put(t, "#0.0");
        break;
    case ISA_OPR_zero:
        put(t, "#0");
        break;
    case ISA_OPR_simdimm:
        put_simd_immediate(t, i);
        break;
    case ISA_OPR_label14:
        put(t, "#%" PRId64 ", 0x%" PRIx64, i->imm2, i->imm);
        break;
    case ISA_OPR_adr:
    case ISA_OPR_adrp:
    case ISA_OPR_label26:
    case ISA_OPR_label19:
    case ISA_OPR_bcond:
    case ISA_OPR_m_lit:
        put(t, "0x%" PRIx64, i->imm);
        break;
    default: /* limm, imm5, imm16, hint */
        put(t, "#0x%" PRIx64, i->imm);
    }
}

static void put_system(struct text *t, const struct isa_insn *i, enum isa_operand kind)
{
    unsigned n = bits(i->word, 5, 14);

    if (kind == ISA_OPR_sysreg)
        put_sysreg(t, i);
    else if (kind == ISA_OPR_sysop)
        put(t, "#%u, C%u, C%u, #%u", n >> 11, n >> 7 & 15, n >> 3 & 15, n & 7);
    else if (kind == ISA_OPR_prfop)
        put_prfop(t, bits(i->word, 0, 5));
    else
        put_barrier(t, i);
}

static const char arrangement[8][4] = {"8b", "16b", "4h", "8h", "2s", "4s", "1d", "2d"};

static void put_vector(struct text *t, const struct isa_insn *i, enum isa_operand kind)
{
    const struct isa_operand_info *info = &isa_operand_info[kind];
    unsigned log2 = isa_element_log2(i->word, info->source), q = bits(i->word, 30, 1);
    unsigned reg = bits(i->word, info->bit, 5);

    switch ((enum isa_form)info->form) {
    case ISA_FORM_FULL:
        put(t, "v%u.%s", reg, arrangement[log2 * 2 + q]);
        break;
    case ISA_FORM_WIDE:
        put(t, "v%u.%s", reg, arrangement[(log2 * 2 + 3) & 7]);
        break;
    case ISA_FORM_LONG:
        put(t, "v%u.%s", reg, arrangement[(log2 * 2 + 2 + q) & 7]);
        break;
    case ISA_FORM_PAIR:
        put(t, "v%u.2%c", reg, "bhsd"[log2]);
        break;
    case ISA_FORM_ELEMENT:
        put(t, "v%u.%c[%u]", isa_element_register(i->word, kind), "bhsd"[log2],
            isa_element_index(i->word, kind));
        break;
    case ISA_FORM_SCALARW:
        put(t, "%c%u", "hsdq"[log2], reg);
        break;
    default:
        put(t, "%c%u", "bhsd"[log2], reg);
    }
}

/* "{v1.16b-v4.16b}", "{v1.s, v2.s}[3]" */
static void put_list(struct text *t, const struct isa_insn *i, enum isa_operand kind)
{
    bool table = kind >= ISA_OPR_Vn_L1 && kind <= ISA_OPR_Vn_L4;
    unsigned first = bits(i->word, table ? 5 : 0, 5), count = isa_list_count(kind);
    int index = table ? -1 : isa_list_index(i->word);
    unsigned log2 = bits(i->word, 10, 2), q = bits(i->word, 30, 1);
    char shape[4];

    if (index >= 0) {
        unsigned bytes = isa_mem_bytes(i) / count;
        snprintf(shape, sizeof(shape), "%c", "bhsd"[__builtin_ctz(bytes)]);
    } else {
        snprintf(shape, sizeof(shape), "%s", table ? "16b" : arrangement[log2 * 2 + q]);
    }
    put(t, "{v%u.%s", first, shape);
    if (count > 2 && first + count <= 32)
        put(t, "-v%u.%s", first + count - 1, shape);
    else
        for (unsigned k = 1; k < count; k++)
            put(t, ", v%u.%s", (first + k) % 32, shape);
    put(t, "}");
    if (index >= 0)
        put(t, "[%d]", index);
}

static void put_operand(struct text *t, const struct isa_insn *i, enum isa_operand kind)
{
    const struct isa_operand_info *info = &isa_operand_info[kind];
    uint32_t w = i->word;

    if (info->file == ISA_FILE_V) {
        put_vector(t, i, kind);
        return;
    }
    if (info->file != ISA_FILE_NONE) {
        put_register(t, info->file, bits(w, info->bit, 5));
        return;
    }
    switch (kind) {
    case ISA_OPR_Wpair_s:
    case ISA_OPR_Xpair_s:
    case ISA_OPR_Wpair_t:
    case ISA_OPR_Xpair_t: {
        bool s = kind == ISA_OPR_Wpair_s || kind == ISA_OPR_Xpair_s;
        enum isa_file file = kind == ISA_OPR_Wpair_s || kind == ISA_OPR_Wpair_t ? ISA_FILE_W
                                                                                : ISA_FILE_X;
        put_register(t, file, bits(w, s ? 16 : 0, 5));
        put(t, ", ");
        put_register(t, file, bits(w, s ? 16 : 0, 5) + 1);
        break;
    }
    case ISA_OPR_Wm_arith:
    case ISA_OPR_Wm_logic:
        put_shifted(t, i, ISA_FILE_W);
        break;
    case ISA_OPR_Xm_arith:
    case ISA_OPR_Xm_logic:
        put_shifted(t, i, ISA_FILE_X);
        break;
    case ISA_OPR_Wm_ext:
    case ISA_OPR_Xm_ext:
        put_extended(t, i, kind == ISA_OPR_Xm_ext);
        break;
    case ISA_OPR_sysreg:
    case ISA_OPR_sysop:
    case ISA_OPR_prfop:
    case ISA_OPR_barrier:
        put_system(t, i, kind);
        break;
    case ISA_OPR_Vd_d1:
    case ISA_OPR_Vn_d1:
        put(t, "v%u.d[1]", bits(w, kind == ISA_OPR_Vd_d1 ? 0 : 5, 5));
        break;
    case ISA_OPR_Rn_5:
        put_register(t, isa_element_log2(w, ISA_SOURCE_IMM5) == 3 ? ISA_FILE_X : ISA_FILE_W,
                     bits(w, 5, 5));
        break;
    default:
        if (isa_list_count(kind) > 0)
            put_list(t, i, kind);
        else if (kind >= ISA_OPR_m_base && kind < ISA_OPR_m_lit)
            put_address(t, i, kind);
        else
            put_immediate(t, i, kind);
    }
}

/* What the assembler takes for granted: RET by X30, SYS with XZR, CLREX and ISB of all. */
static bool is_default(const struct isa_insn *i, size_t k)
{
    enum isa_operand kind = i->row->operand[k];

    return (i->row->cls == ISA_CLASS_ret && bits(i->word, 5, 5) == 30) ||
           (i->row->operand[0] == ISA_OPR_sysop && k == 1 && bits(i->word, 0, 5) == 31) ||
           (kind == ISA_OPR_barrier && i->imm == 15 && bits(i->word, 5, 2) == 2);
}

char *isa_print(const struct isa_insn *insn, char *buffer, size_t size)
{
    struct text t = {buffer, size};

    if (size == 0)
        return buffer;
    put(&t, "%s", insn->row->name);
    if (insn->row->operand[0] == ISA_OPR_bcond)
        put(&t, "%s", isa_condition[insn->imm2]);
    for (size_t k = 0; k < ISA_MAX_OPERANDS && insn->row->operand[k] != ISA_OPR__; k++) {
        if (is_default(insn, k))
            break;
        put(&t, k ? ", " : "\t");
        put_operand(&t, insn, insn->row->operand[k]);
    }
    return buffer;
}

char *isa_disassemble(const struct isa_decoder *d, uint32_t word, uint64_t pc, char *buffer,
                      size_t size)
{
    struct isa_insn insn;

    if (isa_decode(d, word, pc, &insn) == ISA_OK)
        return isa_print(&insn, buffer, size);
    snprintf(buffer, size, ".inst\t0x%08" PRIx32, word);
    return buffer;
}
