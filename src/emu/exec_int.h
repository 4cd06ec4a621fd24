/* Executors of the integer instructions.  Each takes the state and one operation; d, n, m
 * and a are slots of the register file, and 32-bit results leave the upper half zero. */
#ifndef EMU_EXEC_INT_H
#define EMU_EXEC_INT_H

#include "emu/cpu.h"

#define D c->r[o->d]
#define N c->r[o->n]
#define M c->r[o->m]
#define A c->r[o->a]
#define N32 ((uint32_t)c->r[o->n])
#define M32 ((uint32_t)c->r[o->m])
#define A32 ((uint32_t)c->r[o->a])
#define EXECUTOR(name) static inline void exec_##name(struct cpu *c, const struct op *o)

static inline uint64_t flags_add64(struct cpu *c, uint64_t a, uint64_t b)
{
    uint64_t r = a + b;

    c->n = c->z = r;
    c->c = r < a;
    c->v = (~(a ^ b) & (a ^ r)) >> 63;
    return r;
}

static inline uint64_t flags_sub64(struct cpu *c, uint64_t a, uint64_t b)
{
    int64_t signed_r;
    uint64_t r = a - b;

    c->n = c->z = r;
    c->c = a >= b;
    c->v = __builtin_sub_overflow((int64_t)a, (int64_t)b, &signed_r);
    return r;
}

static inline uint64_t flags_add32(struct cpu *c, uint32_t a, uint32_t b)
{
    uint32_t r = a + b;

    c->z = r;
    c->n = (uint64_t)r << 32;
    c->c = r < a;
    c->v = (~(a ^ b) & (a ^ r)) >> 31;
    return r;
}

static inline uint64_t flags_sub32(struct cpu *c, uint32_t a, uint32_t b)
{
    int32_t signed_r;
    uint32_t r = a - b;

    c->z = r;
    c->n = (uint64_t)r << 32;
    c->c = a >= b;
    c->v = __builtin_sub_overflow((int32_t)a, (int32_t)b, &signed_r);
    return r;
}

static inline uint64_t flags_logic64(struct cpu *c, uint64_t r)
{
    c->n = c->z = r;
    c->c = c->v = 0;
    return r;
}

static inline uint64_t flags_logic32(struct cpu *c, uint32_t r)
{
    c->z = r;
    c->n = (uint64_t)r << 32;
    c->c = c->v = 0;
    return r;
}

static inline uint64_t flags_adc64(struct cpu *c, uint64_t a, uint64_t b)
{
    uint64_t r = a + b + c->c;

    c->n = c->z = r;
    c->c = ((a & b) | ((a | b) & ~r)) >> 63;
    c->v = (~(a ^ b) & (a ^ r)) >> 63;
    return r;
}

static inline uint64_t flags_adc32(struct cpu *c, uint32_t a, uint32_t b)
{
    uint32_t r = a + b + c->c;

    c->z = r;
    c->n = (uint64_t)r << 32;
    c->c = ((a & b) | ((a | b) & ~r)) >> 31;
    c->v = (~(a ^ b) & (a ^ r)) >> 31;
    return r;
}

static inline uint32_t ror32(uint32_t v, unsigned by)
{
    return v >> (by & 31) | v << (-by & 31);
}

static inline uint64_t ror64(uint64_t v, unsigned by)
{
    return v >> (by & 63) | v << (-by & 63);
}

/* imm2: 0..3 a shift, 4 and up an extension (see lower.c); imm: by how much. */
static inline uint64_t extended(uint64_t v, uint64_t kind)
{
    switch (kind & 7) {
    case 0:
        return (uint8_t)v;
    case 1:
        return (uint16_t)v;
    case 2:
        return (uint32_t)v;
    case 4:
        return (uint64_t)(int64_t)(int8_t)v;
    case 5:
        return (uint64_t)(int64_t)(int16_t)v;
    case 6:
        return (uint64_t)(int64_t)(int32_t)v;
    default:
        return v;
    }
}

static inline uint64_t operand64(const struct cpu *c, const struct op *o)
{
    switch (o->imm2) {
    case 0:
        return M << o->imm;
    case 1:
        return M >> o->imm;
    case 2:
        return (uint64_t)((int64_t)M >> o->imm);
    case 3:
        return ror64(M, (unsigned)o->imm);
    default:
        return extended(M, o->imm2 - 4) << o->imm;
    }
}

static inline uint32_t operand32(const struct cpu *c, const struct op *o)
{
    switch (o->imm2) {
    case 0:
        return M32 << o->imm;
    case 1:
        return M32 >> o->imm;
    case 2:
        return (uint32_t)((int32_t)M32 >> o->imm);
    case 3:
        return ror32(M32, (unsigned)o->imm);
    default:
        return (uint32_t)extended(M, o->imm2 - 4) << o->imm;
    }
}

/* The four forms of the second operand: immediate, register, shifted left, any. */
#define FORMS(name, expression32, expression64)                                               \
    EXECUTOR(name##32_i) { uint32_t a = N32, b = (uint32_t)o->imm; D = expression32; }        \
    EXECUTOR(name##32_r) { uint32_t a = N32, b = M32; D = expression32; }                     \
    EXECUTOR(name##32_l) { uint32_t a = N32, b = M32 << o->imm; D = expression32; }           \
    EXECUTOR(name##32_s) { uint32_t a = N32, b = operand32(c, o); D = expression32; }         \
    EXECUTOR(name##64_i) { uint64_t a = N, b = o->imm; D = expression64; }                    \
    EXECUTOR(name##64_r) { uint64_t a = N, b = M; D = expression64; }                         \
    EXECUTOR(name##64_l) { uint64_t a = N, b = M << o->imm; D = expression64; }               \
    EXECUTOR(name##64_s) { uint64_t a = N, b = operand64(c, o); D = expression64; }

FORMS(add, a + b, a + b)
FORMS(sub, a - b, a - b)
FORMS(adds, flags_add32(c, a, b), flags_add64(c, a, b))
FORMS(subs, flags_sub32(c, a, b), flags_sub64(c, a, b))
FORMS(and, a & b, a & b)
FORMS(orr, a | b, a | b)
FORMS(eor, a ^ b, a ^ b)
FORMS(bic, a & ~b, a & ~b)
FORMS(orn, a | ~b, a | ~b)
FORMS(eon, a ^ ~b, a ^ ~b)
FORMS(ands, flags_logic32(c, a & b), flags_logic64(c, a & b))
FORMS(bics, flags_logic32(c, a & ~b), flags_logic64(c, a & ~b))
#undef FORMS

EXECUTOR(nop) { (void)c, (void)o; }
EXECUTOR(mov_i) { D = o->imm; }
EXECUTOR(movk) { D = (D & o->imm2) | o->imm; }

/* Bit fields: imm and imm2 are made by lower.c. */
EXECUTOR(ubfm32_r) { D = N32 >> o->imm & (uint32_t)o->imm2; }
EXECUTOR(ubfm32_l) { D = N32 << o->imm & (uint32_t)o->imm2; }
EXECUTOR(ubfm64_r) { D = N >> o->imm & o->imm2; }
EXECUTOR(ubfm64_l) { D = N << o->imm & o->imm2; }
EXECUTOR(sbfm32) { D = (uint32_t)((int32_t)(N32 << o->imm) >> o->imm2); }
EXECUTOR(sbfm64) { D = (uint64_t)((int64_t)(N << o->imm) >> o->imm2); }
EXECUTOR(bfm32) { D = ((uint32_t)D & ~(uint32_t)o->imm2) | (ror32(N32, (unsigned)o->imm) & (uint32_t)o->imm2); }
EXECUTOR(bfm64) { D = (D & ~o->imm2) | (ror64(N, (unsigned)o->imm) & o->imm2); }
EXECUTOR(extr32) { D = (uint32_t)(((uint64_t)N32 << 32 | M32) >> o->imm); }
EXECUTOR(extr64) { D = o->imm ? M >> o->imm | N << (64 - o->imm) : M; }

EXECUTOR(adc32) { D = N32 + M32 + c->c; }
EXECUTOR(adc64) { D = N + M + c->c; }
EXECUTOR(sbc32) { D = N32 + ~M32 + c->c; }
EXECUTOR(sbc64) { D = N + ~M + c->c; }
EXECUTOR(adcs32) { D = flags_adc32(c, N32, M32); }
EXECUTOR(adcs64) { D = flags_adc64(c, N, M); }
EXECUTOR(sbcs32) { D = flags_adc32(c, N32, ~M32); }
EXECUTOR(sbcs64) { D = flags_adc64(c, N, ~M); }

/* imm2 = condition << 4 | flags where it does not hold. */
#define CONDITIONAL_COMPARE(name, compare, first, second)                                     \
    EXECUTOR(name)                                                                            \
    {                                                                                         \
        if (cpu_condition(c, o->imm2 >> 4 & 15))                                              \
            compare(c, first, second);                                                        \
        else                                                                                  \
            cpu_set_nzcv(c, o->imm2 & 15);                                                    \
    }
CONDITIONAL_COMPARE(ccmn32_i, flags_add32, N32, (uint32_t)o->imm)
CONDITIONAL_COMPARE(ccmn64_i, flags_add64, N, o->imm)
CONDITIONAL_COMPARE(ccmp32_i, flags_sub32, N32, (uint32_t)o->imm)
CONDITIONAL_COMPARE(ccmp64_i, flags_sub64, N, o->imm)
CONDITIONAL_COMPARE(ccmn32_r, flags_add32, N32, M32)
CONDITIONAL_COMPARE(ccmn64_r, flags_add64, N, M)
CONDITIONAL_COMPARE(ccmp32_r, flags_sub32, N32, M32)
CONDITIONAL_COMPARE(ccmp64_r, flags_sub64, N, M)
#undef CONDITIONAL_COMPARE

EXECUTOR(csel32) { uint32_t n = N32, m = M32; D = cpu_condition(c, o->imm2 & 15) ? n : m; }
EXECUTOR(csel64) { uint64_t n = N, m = M; D = cpu_condition(c, o->imm2 & 15) ? n : m; }
EXECUTOR(csinc32) { uint32_t n = N32, m = M32 + 1; D = cpu_condition(c, o->imm2 & 15) ? n : m; }
EXECUTOR(csinc64) { uint64_t n = N, m = M + 1; D = cpu_condition(c, o->imm2 & 15) ? n : m; }
EXECUTOR(csinv32) { uint32_t n = N32, m = ~M32; D = cpu_condition(c, o->imm2 & 15) ? n : m; }
EXECUTOR(csinv64) { uint64_t n = N, m = ~M; D = cpu_condition(c, o->imm2 & 15) ? n : m; }
EXECUTOR(csneg32) { uint32_t n = N32, m = -M32; D = cpu_condition(c, o->imm2 & 15) ? n : m; }
EXECUTOR(csneg64) { uint64_t n = N, m = -M; D = cpu_condition(c, o->imm2 & 15) ? n : m; }

EXECUTOR(madd32) { D = A32 + N32 * M32; }
EXECUTOR(madd64) { D = A + N * M; }
EXECUTOR(msub32) { D = A32 - N32 * M32; }
EXECUTOR(msub64) { D = A - N * M; }
EXECUTOR(smaddl) { D = A + (uint64_t)((int64_t)(int32_t)N32 * (int32_t)M32); }
EXECUTOR(smsubl) { D = A - (uint64_t)((int64_t)(int32_t)N32 * (int32_t)M32); }
EXECUTOR(umaddl) { D = A + (uint64_t)N32 * M32; }
EXECUTOR(umsubl) { D = A - (uint64_t)N32 * M32; }
EXECUTOR(smulh) { D = (uint64_t)((__extension__(__int128)(int64_t)N * (int64_t)M) >> 64); }
EXECUTOR(umulh) { D = (uint64_t)((__extension__(unsigned __int128)N * M) >> 64); }

/* Division by zero gives zero; the most negative by -1 wraps. */
EXECUTOR(udiv32) { D = M32 ? N32 / M32 : 0; }
EXECUTOR(udiv64) { D = M ? N / M : 0; }
EXECUTOR(sdiv32)
{
    int32_t a = (int32_t)N32, b = (int32_t)M32;
    D = b == 0 ? 0 : b == -1 ? -(uint32_t)a : (uint32_t)(a / b);
}
EXECUTOR(sdiv64)
{
    int64_t a = (int64_t)N, b = (int64_t)M;
    D = b == 0 ? 0 : b == -1 ? -(uint64_t)a : (uint64_t)(a / b);
}

EXECUTOR(lslv32) { D = N32 << (M & 31); }
EXECUTOR(lslv64) { D = N << (M & 63); }
EXECUTOR(lsrv32) { D = N32 >> (M & 31); }
EXECUTOR(lsrv64) { D = N >> (M & 63); }
EXECUTOR(asrv32) { D = (uint32_t)((int32_t)N32 >> (M & 31)); }
EXECUTOR(asrv64) { D = (uint64_t)((int64_t)N >> (M & 63)); }
EXECUTOR(rorv32) { D = ror32(N32, (unsigned)M); }
EXECUTOR(rorv64) { D = ror64(N, (unsigned)M); }

static inline uint64_t reverse_bits(uint64_t v)
{
    v = (v >> 1 & UINT64_C(0x5555555555555555)) | (v & UINT64_C(0x5555555555555555)) << 1;
    v = (v >> 2 & UINT64_C(0x3333333333333333)) | (v & UINT64_C(0x3333333333333333)) << 2;
    v = (v >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) | (v & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
    return __builtin_bswap64(v);
}

static inline uint64_t swap_in_halves(uint64_t v)
{
    return (v >> 8 & UINT64_C(0x00ff00ff00ff00ff)) | (v & UINT64_C(0x00ff00ff00ff00ff)) << 8;
}

EXECUTOR(rbit32) { D = reverse_bits(N32) >> 32; }
EXECUTOR(rbit64) { D = reverse_bits(N); }
EXECUTOR(rev16_32) { D = swap_in_halves(N32); }
EXECUTOR(rev16_64) { D = swap_in_halves(N); }
EXECUTOR(rev32) { D = __builtin_bswap32(N32); }
EXECUTOR(rev32_64) { uint64_t v = __builtin_bswap64(N); D = v >> 32 | v << 32; }
EXECUTOR(rev64) { D = __builtin_bswap64(N); }
EXECUTOR(clz32) { uint32_t v = N32; D = v ? (uint64_t)__builtin_clz(v) : 32; }
EXECUTOR(clz64) { uint64_t v = N; D = v ? (uint64_t)__builtin_clzll(v) : 64; }
EXECUTOR(cls32) { uint32_t v = N32; v ^= v << 1; D = v >> 1 ? (uint64_t)__builtin_clz(v) : 31; }
EXECUTOR(cls64) { uint64_t v = N; v ^= v << 1; D = v >> 1 ? (uint64_t)__builtin_clzll(v) : 63; }

EXECUTOR(mrs_nzcv) { D = (uint64_t)cpu_nzcv(c) << 28; }
EXECUTOR(msr_nzcv) { cpu_set_nzcv(c, D >> 28 & 15); }
EXECUTOR(clrex) { (void)o; c->exclusive_address = ~UINT64_C(0); }

/* Out of line, see crc.c and sysreg.c. */
void exec_crc32b(struct cpu *c, const struct op *o);
void exec_crc32h(struct cpu *c, const struct op *o);
void exec_crc32w(struct cpu *c, const struct op *o);
void exec_crc32x(struct cpu *c, const struct op *o);
void exec_crc32cb(struct cpu *c, const struct op *o);
void exec_crc32ch(struct cpu *c, const struct op *o);
void exec_crc32cw(struct cpu *c, const struct op *o);
void exec_crc32cx(struct cpu *c, const struct op *o);
void exec_mrs(struct cpu *c, const struct op *o);

#endif
