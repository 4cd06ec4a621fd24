/* What the executors of Advanced SIMD share: a vector as bytes, lanes of any size in it.
 * Hosts are little-endian, as the guest is. */
#ifndef EMU_SIMD_H
#define EMU_SIMD_H

#include "emu/cpu.h"

__extension__ typedef __int128 simd_wide; /* any lane, product or shifted lane */

union simd {
    uint8_t b[16];
    uint16_t h[8];
    uint32_t s[4];
    uint64_t d[2];
};

static inline unsigned simd_field(uint32_t word, unsigned low, unsigned count)
{
    return word >> low & ((1u << count) - 1);
}

static inline union simd simd_get(const struct cpu *c, unsigned reg)
{
    union simd v;
    memcpy(&v, &c->r[R_V0 + 2 * reg], 16);
    return v;
}

static inline void simd_set(struct cpu *c, unsigned reg, const union simd *v)
{
    memcpy(&c->r[R_V0 + 2 * reg], v, 16);
}

static inline uint64_t simd_lane(const union simd *v, unsigned log2, unsigned i)
{
    switch (log2) {
    case 0:
        return v->b[i];
    case 1:
        return v->h[i];
    case 2:
        return v->s[i];
    default:
        return v->d[i];
    }
}

static inline int64_t simd_signed(uint64_t lane, unsigned log2)
{
    unsigned up = 64 - (8u << log2);
    return (int64_t)(lane << up) >> up;
}

static inline void simd_put(union simd *v, unsigned log2, unsigned i, uint64_t value)
{
    switch (log2) {
    case 0:
        v->b[i] = (uint8_t)value;
        break;
    case 1:
        v->h[i] = (uint16_t)value;
        break;
    case 2:
        v->s[i] = (uint32_t)value;
        break;
    default:
        v->d[i] = value;
    }
}

static inline uint64_t simd_ones(unsigned log2)
{
    return UINT64_MAX >> (64 - (8u << log2));
}

/* A lane as a number, sign-extended unless `is_unsigned`. */
static inline simd_wide simd_number(uint64_t lane, unsigned log2, bool is_unsigned)
{
    return is_unsigned ? (simd_wide)lane : (simd_wide)simd_signed(lane, log2);
}

/* The nearest value that a lane can hold; *saturated is set where it is another. */
static inline uint64_t simd_saturate(simd_wide v, unsigned log2, bool is_unsigned,
                                     bool *saturated)
{
    unsigned width = 8u << log2;
    simd_wide high = ((simd_wide)1 << (width - !is_unsigned)) - 1;
    simd_wide low = is_unsigned ? 0 : -high - 1;

    if (v > high) {
        *saturated = true;
        v = high;
    } else if (v < low) {
        *saturated = true;
        v = low;
    }
    return (uint64_t)v & simd_ones(log2);
}

/* Scalar instructions of the group have bits 31:30 = 01 and bit 28 set. */
static inline bool simd_is_scalar(uint32_t word)
{
    return simd_field(word, 28, 1);
}

/* Lanes of an instruction: one, or those of 64 or 128 bits. */
static inline unsigned simd_lanes(uint32_t word, unsigned log2)
{
    return simd_is_scalar(word) ? 1 : (simd_field(word, 30, 1) ? 16u : 8u) >> log2;
}

/* Of instructions by element: index and register of the element of 16 or 32 bits. */
static inline unsigned simd_element_index(uint32_t w)
{
    unsigned high = simd_field(w, 11, 1), middle = simd_field(w, 21, 1);

    return simd_field(w, 22, 2) == 1 ? high << 2 | middle << 1 | simd_field(w, 20, 1)
                                     : high << 1 | middle;
}

static inline unsigned simd_element_register(uint32_t w)
{
    return simd_field(w, 16, simd_field(w, 22, 2) == 1 ? 4 : 5);
}

void simd_set_qc(struct cpu *c, bool saturated);

/* Shift left by `shift`, or right by -shift; rounding and saturation where asked for. */
uint64_t simd_shift_lane(uint64_t lane, unsigned log2, int shift, bool is_unsigned,
                         bool rounds, bool saturates, bool *saturated);

#endif
