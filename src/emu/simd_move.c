/* Copies, permutations and tables of Advanced SIMD. */
#include "config.h"

#include "emu/exec_simd.h"
#include "emu/simd.h"

static unsigned imm5_log2(uint32_t w)
{
    return (unsigned)__builtin_ctz(simd_field(w, 16, 5));
}

static void fill(struct cpu *c, uint32_t w, uint64_t value)
{
    unsigned log2 = imm5_log2(w), lanes = simd_lanes(w, log2);
    union simd r = {.d = {0, 0}};

    for (unsigned i = 0; i < lanes; i++)
        simd_put(&r, log2, i, value);
    simd_set(c, w & 31, &r);
}

void exec_v_dup(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned log2 = imm5_log2(w);
    union simd n = simd_get(c, simd_field(w, 5, 5));

    fill(c, w, simd_lane(&n, log2, simd_field(w, 16, 5) >> (log2 + 1)));
}

void exec_v_dup_x(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;

    fill(c, w, cpu_x(c, simd_field(w, 5, 5)));
}

/* SMOV, UMOV */
void exec_v_mov(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned log2 = imm5_log2(w);
    union simd n = simd_get(c, simd_field(w, 5, 5));
    uint64_t v = simd_lane(&n, log2, simd_field(w, 16, 5) >> (log2 + 1));

    if (!simd_field(w, 12, 1)) /* SMOV */
        v = (uint64_t)simd_signed(v, log2) & (simd_field(w, 30, 1) ? UINT64_MAX : UINT32_MAX);
    cpu_set_x(c, w & 31, v);
}

static void insert(struct cpu *c, uint32_t w, uint64_t value)
{
    unsigned log2 = imm5_log2(w);
    union simd r = simd_get(c, w & 31);

    simd_put(&r, log2, simd_field(w, 16, 5) >> (log2 + 1), value);
    simd_set(c, w & 31, &r);
}

void exec_v_ins(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned log2 = imm5_log2(w);
    union simd n = simd_get(c, simd_field(w, 5, 5));

    insert(c, w, simd_lane(&n, log2, simd_field(w, 11, 4) >> log2));
}

void exec_v_ins_x(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;

    insert(c, w, cpu_x(c, simd_field(w, 5, 5)));
}

void exec_v_ext(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned bytes = simd_field(w, 30, 1) ? 16 : 8, from = simd_field(w, 11, 4);
    union simd n = simd_get(c, simd_field(w, 5, 5)), m = simd_get(c, simd_field(w, 16, 5));
    union simd r = {.d = {0, 0}};
    uint8_t both[32];

    memcpy(both, n.b, bytes);
    memcpy(both + bytes, m.b, bytes);
    memcpy(r.b, both + from, bytes);
    simd_set(c, w & 31, &r);
}

void exec_v_tbl(struct cpu *c, const struct op *o)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned count = simd_field(w, 13, 2) + 1, bytes = simd_field(w, 30, 1) ? 16 : 8;
    union simd m = simd_get(c, simd_field(w, 16, 5)), r = {.d = {0, 0}}, table[4];

    for (unsigned i = 0; i < count; i++)
        table[i] = simd_get(c, (simd_field(w, 5, 5) + i) % 32);
    if (simd_field(w, 12, 1)) { /* TBX: lanes without an entry stay */
        union simd d = simd_get(c, w & 31);
        memcpy(r.b, d.b, bytes);
    }
    for (unsigned i = 0; i < bytes; i++)
        if (m.b[i] < 16 * count)
            r.b[i] = table[m.b[i] / 16].b[m.b[i] % 16];
        else if (!simd_field(w, 12, 1))
            r.b[i] = 0;
    simd_set(c, w & 31, &r);
}
