/* Integer instructions of Advanced SIMD, lane by lane, decoded from the word: three
 * registers of the same or of different types, and with one element.  The frequent ones
 * have executors of their own in exec_simd.h. */
#include "config.h"

#include "emu/exec_simd.h"
#include "emu/host_fp.h"
#include "emu/simd_fast.h"

void simd_set_qc(struct cpu *c, bool saturated)
{
    if (saturated)
        c->fpsr |= FPSR_QC;
}

uint64_t simd_shift_lane(uint64_t lane, unsigned log2, int shift, bool is_unsigned,
                         bool rounds, bool saturates, bool *saturated)
{
    int width = 8 << log2;
    simd_wide v = simd_number(lane, log2, is_unsigned);

    if (shift < 0) {
        int right = -shift > 126 ? 126 : -shift;
        if (rounds)
            v += (simd_wide)1 << (right - 1);
        v >>= right;
    } else if (shift >= width) { /* nothing is left, or all that saturation leaves */
        if (!saturates)
            return 0;
        if (v != 0)
            v = v > 0 ? (simd_wide)1 << 126 : -((simd_wide)1 << 126);
    } else {
        v = (simd_wide)((unsigned __int128)v << shift);
    }
    return saturates ? simd_saturate(v, log2, is_unsigned, saturated)
                     : (uint64_t)v & simd_ones(log2);
}

static uint64_t polynomial_product(uint64_t a, uint64_t b)
{
    uint64_t r = 0;

    for (unsigned i = 0; i < 8; i++)
        r ^= b >> i & 1 ? a << i : 0;
    return r;
}

/* Twice the product, its upper half rounded or not. */
static uint64_t doubled_high(int64_t a, int64_t b, unsigned log2, bool rounds, bool *saturated)
{
    unsigned width = 8u << log2;
    simd_wide product = (simd_wide)a * b * 2;

    if (rounds)
        product += (simd_wide)1 << (width - 1);
    return simd_saturate(product >> width, log2, false, saturated);
}

static uint64_t compare_lane(unsigned opcode, bool u, simd_wide x, simd_wide y, unsigned log2)
{
    bool holds = opcode == 6 ? x > y : opcode == 7 ? x >= y : u ? x == y : (x & y) != 0;

    return holds ? simd_ones(log2) : 0;
}

/* Opcodes of the class "three same", bits 15:11.  a, b: lanes of Vn and Vm. */
static uint64_t same_lane(unsigned opcode, bool u, uint64_t a, uint64_t b, unsigned log2,
                          bool *saturated)
{
    simd_wide x = simd_number(a, log2, u), y = simd_number(b, log2, u);

    switch (opcode) {
    case 0: /* SHADD, UHADD */
        return (uint64_t)((x + y) >> 1);
    case 1: /* SQADD, UQADD */
        return simd_saturate(x + y, log2, u, saturated);
    case 2: /* SRHADD, URHADD */
        return (uint64_t)((x + y + 1) >> 1);
    case 4: /* SHSUB, UHSUB */
        return (uint64_t)((x - y) >> 1);
    case 5: /* SQSUB, UQSUB */
        return simd_saturate(x - y, log2, u, saturated);
    case 6:
    case 7:
    case 17: /* CMGT, CMHI; CMGE, CMHS; CMTST, CMEQ */
        return compare_lane(opcode, u, x, y, log2);
    case 8:
    case 9:
    case 10:
    case 11: /* SSHL, SQSHL, SRSHL, SQRSHL */
        return simd_shift_lane(a, log2, (int8_t)b, u, opcode & 2, opcode & 1, saturated);
    case 16: /* ADD, SUB */
        return u ? a - b : a + b;
    case 19: /* PMUL */
        return polynomial_product(a, b);
    default: /* SQDMULH, SQRDMULH */
        return doubled_high(simd_signed(a, log2), simd_signed(b, log2), log2, u, saturated);
    }
}

void exec_v_same(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned opcode = simd_field(w, 11, 5), log2 = simd_field(w, 22, 2);

    if (simd_fast_same(c, w))
        return;
    union simd n = simd_get(c, simd_field(w, 5, 5)), m = simd_get(c, simd_field(w, 16, 5));
    union simd r = {.d = {0, 0}};
    bool saturated = false;
    for (unsigned i = 0; i < simd_lanes(w, log2); i++)
        simd_put(&r, log2, i,
                 same_lane(opcode, simd_field(w, 29, 1), simd_lane(&n, log2, i),
                           simd_lane(&m, log2, i), log2, &saturated));
    simd_set_qc(c, saturated);
    simd_set(c, w & 31, &r);
}

/* Accumulates or returns a doubled product, saturating at each step. */
static uint64_t doubled_long(unsigned opcode, int64_t a, int64_t b, uint64_t d, unsigned log2,
                             bool *saturated)
{
    uint64_t product = simd_saturate((simd_wide)a * b * 2, log2 + 1, false, saturated);
    simd_wide p = simd_signed(product, log2 + 1), sum = simd_signed(d, log2 + 1);

    if ((opcode & 13) == 13)
        return product;
    return simd_saturate(opcode & 2 ? sum - p : sum + p, log2 + 1, false, saturated);
}

/* Opcodes of the class "three different", bits 15:12, with a result twice as wide: PMULL,
 * SQDMLAL, SQDMLSL, SQDMULL. */
static uint64_t diff_lane(unsigned opcode, uint64_t a, uint64_t b, uint64_t d, unsigned log2,
                          bool *saturated)
{
    if (opcode == 14)
        return polynomial_product(a, b);
    return doubled_long(opcode, simd_signed(a, log2), simd_signed(b, log2), d, log2, saturated);
}

/* ADDHN, SUBHN and their rounding forms: the upper half of each sum. */
static void narrow_high(struct cpu *c, uint32_t w)
{
    unsigned log2 = simd_field(w, 22, 2), lanes = 8u >> log2, upper = simd_field(w, 30, 1);
    union simd n = simd_get(c, simd_field(w, 5, 5)), m = simd_get(c, simd_field(w, 16, 5));
    union simd r = simd_get(c, w & 31);
    unsigned width = 8u << log2;

    for (unsigned i = 0; i < lanes; i++) {
        uint64_t a = simd_lane(&n, log2 + 1, i), b = simd_lane(&m, log2 + 1, i);
        uint64_t sum = simd_field(w, 13, 1) ? a - b : a + b;
        sum += simd_field(w, 29, 1) ? UINT64_C(1) << (width - 1) : 0;
        simd_put(&r, log2, i + (upper ? lanes : 0), sum >> width);
    }
    if (!upper)
        r.d[1] = 0;
    simd_set(c, w & 31, &r);
}

void exec_v_diff(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned opcode = simd_field(w, 12, 4), log2 = simd_field(w, 22, 2);
    bool scalar = simd_is_scalar(w), saturated = false;
    unsigned lanes = scalar ? 1 : 8u >> log2;
    unsigned from = !scalar && simd_field(w, 30, 1) ? lanes : 0;

    if (simd_fast_diff(c, w))
        return;
    if (opcode == 4 || opcode == 6) {
        narrow_high(c, w);
        return;
    }
    union simd n = simd_get(c, simd_field(w, 5, 5)), m = simd_get(c, simd_field(w, 16, 5));
    union simd d = simd_get(c, w & 31), r = {.d = {0, 0}};
    for (unsigned i = 0; i < lanes; i++)
        simd_put(&r, log2 + 1, i,
                 diff_lane(opcode, simd_lane(&n, log2, i + from), simd_lane(&m, log2, i + from),
                           simd_lane(&d, log2 + 1, i), log2, &saturated));
    simd_set_qc(c, saturated);
    simd_set(c, w & 31, &r);
}

/* By element: SQDMLAL, SQDMLSL, SQDMULL; SQDMULH and SQRDMULH, told apart by the lowest bit. */
void exec_v_element(struct cpu *c, const struct op *o)
{
    static const uint8_t as_diff[16] = {[3] = 9, [7] = 11, [11] = 13};
    uint32_t w = (uint32_t)o->imm;
    unsigned opcode = simd_field(w, 12, 4), log2 = simd_field(w, 22, 2);
    bool scalar = simd_is_scalar(w), saturated = false, wide = as_diff[opcode] != 0;
    unsigned lanes = wide ? (scalar ? 1 : 8u >> log2) : simd_lanes(w, log2);
    unsigned from = wide && !scalar && simd_field(w, 30, 1) ? lanes : 0;

    if (simd_fast_element(c, w))
        return;
    union simd n = simd_get(c, simd_field(w, 5, 5)), d = simd_get(c, w & 31);
    union simd m = simd_get(c, simd_element_register(w)), r = {.d = {0, 0}};
    uint64_t b = simd_lane(&m, log2, simd_element_index(w));
    for (unsigned i = 0; i < lanes; i++) {
        uint64_t a = simd_lane(&n, log2, i + from);
        if (wide)
            simd_put(&r, log2 + 1, i,
                     diff_lane(as_diff[opcode], a, b, simd_lane(&d, log2 + 1, i), log2,
                               &saturated));
        else
            simd_put(&r, log2, i, same_lane(22, opcode == 13, a, b, log2, &saturated));
    }
    simd_set_qc(c, saturated);
    simd_set(c, w & 31, &r);
}
