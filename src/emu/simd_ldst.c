/* Loads and stores of structures: whole registers, interleaved or one after the other; one
 * element; one element to all lanes. */
#include "config.h"

#include "emu/exec_mem.h"
#include "emu/simd.h"

/* Registers by opcode (bits 15:12) of whole-register accesses. */
static unsigned register_count(unsigned opcode)
{
    static const uint8_t count[16] = {[0] = 4, [2] = 4, [4] = 3, [6] = 3,
                                      [7] = 1, [8] = 2, [10] = 2};

    return count[opcode];
}

/* Elements go round the registers: element 0 of each, element 1 of each, ... */
static void interleaved(struct cpu *c, uint32_t w, uint8_t *p, unsigned count)
{
    unsigned log2 = simd_field(w, 10, 2), lanes = (simd_field(w, 30, 1) ? 16u : 8u) >> log2;
    bool load = simd_field(w, 22, 1);
    union simd v[4];

    for (unsigned k = 0; k < count; k++)
        v[k] = load ? (union simd){.d = {0, 0}} : simd_get(c, ((w & 31) + k) % 32);
    for (unsigned i = 0; i < lanes; i++) {
        for (unsigned k = 0; k < count; k++, p += 1u << log2) {
            uint64_t lane = 0;
            if (load) {
                memcpy(&lane, p, 1u << log2);
                simd_put(&v[k], log2, i, lane);
            } else {
                lane = simd_lane(&v[k], log2, i);
                memcpy(p, &lane, 1u << log2);
            }
        }
    }
    for (unsigned k = 0; load && k < count; k++)
        simd_set(c, ((w & 31) + k) % 32, &v[k]);
}

static void in_a_row(struct cpu *c, uint32_t w, uint8_t *p, unsigned count)
{
    unsigned bytes = simd_field(w, 30, 1) ? 16 : 8;
    uint8_t all[64];

    if (simd_field(w, 22, 1)) {
        memcpy(all, p, (size_t)count * bytes); /* a fault comes before any change */
        for (unsigned k = 0; k < count; k++) {
            union simd v = {.d = {0, 0}};
            memcpy(v.b, all + (size_t)k * bytes, bytes);
            simd_set(c, ((w & 31) + k) % 32, &v);
        }
        return;
    }
    for (unsigned k = 0; k < count; k++)
        memcpy(p + (size_t)k * bytes, &c->r[R_V0 + 2 * (((w & 31) + k) % 32)], bytes);
}

/* One element of one to four registers. */
static void single(struct cpu *c, uint32_t w, uint8_t *p)
{
    unsigned count = (simd_field(w, 13, 1) << 1 | simd_field(w, 21, 1)) + 1;
    unsigned log2 = simd_field(w, 14, 2), q = simd_field(w, 30, 1);
    bool load = simd_field(w, 22, 1), replicate = log2 == 3;

    if (replicate)
        log2 = simd_field(w, 10, 2);
    else if (log2 == 2 && simd_field(w, 10, 1))
        log2 = 3;
    unsigned index = (q << 3 | simd_field(w, 12, 1) << 2 | simd_field(w, 10, 2)) >> log2;
    uint64_t lane[4] = {0};
    for (unsigned k = 0; load && k < count; k++)
        memcpy(&lane[k], p + ((size_t)k << log2), 1u << log2);
    for (unsigned k = 0; k < count; k++) {
        unsigned reg = ((w & 31) + k) % 32;
        union simd v = simd_get(c, reg);
        if (!load) {
            lane[k] = simd_lane(&v, log2, index);
            memcpy(p + ((size_t)k << log2), &lane[k], 1u << log2);
            continue;
        }
        if (replicate)
            v = (union simd){.d = {0, 0}};
        for (unsigned i = 0; replicate && i < (q ? 16u : 8u) >> log2; i++)
            simd_put(&v, log2, i, lane[k]);
        if (!replicate)
            simd_put(&v, log2, index, lane[k]);
        simd_set(c, reg, &v);
    }
}

void access_v_ldst(struct cpu *c, const struct op *o, uint8_t *p)
{
    uint32_t w = (uint32_t)o->imm;
    unsigned opcode = simd_field(w, 12, 4);

    if (simd_field(w, 24, 1))
        single(c, w, p);
    else if (opcode & 2) /* LD1, ST1 */
        in_a_row(c, w, p, register_count(opcode));
    else
        interleaved(c, w, p, register_count(opcode));
}
