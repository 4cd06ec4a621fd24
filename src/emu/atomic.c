/* Exclusives, ordered accesses, compare-and-swap, atomic read-modify-write.
 *
 * Notes: one guest thread runs at a time, so plain reads and writes are atomic and ordered.
 * The exclusive monitor remembers address and value of the latest load-exclusive; a store
 * succeeds when both still hold, as under qemu.  Faults of alignment follow Armv8.0
 * (DDI 0487, B2.5.2): every access of these groups must be aligned to its whole size.
 */
#include "config.h"

#include "emu/cpu.h"
#include "emu/exec_mem.h"

static uint32_t word_of(const struct op *o)
{
    return (uint32_t)o->imm2;
}

static unsigned size_of(uint32_t word)
{
    return 1u << (word >> 30);
}

static void check_aligned(struct cpu *c, const uint8_t *p, unsigned bytes)
{
    uint64_t address = (uint64_t)(p - c->mem);

    if (address & (bytes - 1))
        cpu_raise(c, EMU_FAULT_ALIGNMENT, address);
}

static uint64_t read_size(const uint8_t *p, unsigned bytes)
{
    switch (bytes) {
    case 1:
        return *p;
    case 2:
        return get16(p);
    case 4:
        return get32(p);
    default:
        return get64(p);
    }
}

static void write_size(uint8_t *p, unsigned bytes, uint64_t value)
{
    switch (bytes) {
    case 1:
        *p = (uint8_t)value;
        break;
    case 2:
        put16(p, (uint16_t)value);
        break;
    case 4:
        put32(p, (uint32_t)value);
        break;
    default:
        put64(p, value);
    }
}

void access_ld_order(struct cpu *c, const struct op *o, uint8_t *p)
{
    uint32_t w = word_of(o);

    check_aligned(c, p, size_of(w));
    cpu_set_x(c, w & 31, read_size(p, size_of(w)));
}

void access_st_order(struct cpu *c, const struct op *o, uint8_t *p)
{
    uint32_t w = word_of(o);

    check_aligned(c, p, size_of(w));
    write_size(p, size_of(w), cpu_x(c, w & 31));
}

void access_ldx(struct cpu *c, const struct op *o, uint8_t *p)
{
    uint32_t w = word_of(o);

    check_aligned(c, p, size_of(w));
    uint64_t value = read_size(p, size_of(w));
    c->exclusive_address = (uint64_t)(p - c->mem);
    c->exclusive_value[0] = value;
    cpu_set_x(c, w & 31, value);
}

void access_stx(struct cpu *c, const struct op *o, uint8_t *p)
{
    uint32_t w = word_of(o);
    unsigned bytes = size_of(w);

    check_aligned(c, p, bytes);
    bool ours = c->exclusive_address == (uint64_t)(p - c->mem) &&
                read_size(p, bytes) == c->exclusive_value[0];
    if (ours)
        write_size(p, bytes, cpu_x(c, w & 31));
    c->exclusive_address = ~UINT64_C(0);
    cpu_set_x(c, w >> 16 & 31, !ours);
}

/* Pairs of 32 bits are one 64-bit value. */
void access_ldxp(struct cpu *c, const struct op *o, uint8_t *p)
{
    uint32_t w = word_of(o);
    bool wide = w >> 30 & 1;
    uint64_t low, high;

    check_aligned(c, p, wide ? 16 : 8);
    low = get64(p);
    high = wide ? get64(p + 8) : 0;
    c->exclusive_address = (uint64_t)(p - c->mem);
    c->exclusive_value[0] = low;
    c->exclusive_value[1] = high;
    cpu_set_x(c, w & 31, wide ? low : (uint32_t)low);
    cpu_set_x(c, w >> 10 & 31, wide ? high : low >> 32);
}

void access_stxp(struct cpu *c, const struct op *o, uint8_t *p)
{
    uint32_t w = word_of(o);
    bool wide = w >> 30 & 1;
    uint64_t first = cpu_x(c, w & 31), second = cpu_x(c, w >> 10 & 31);

    check_aligned(c, p, wide ? 16 : 8);
    bool ours = c->exclusive_address == (uint64_t)(p - c->mem) &&
                get64(p) == c->exclusive_value[0] &&
                (!wide || get64(p + 8) == c->exclusive_value[1]);
    if (ours && wide) {
        put64(p, first);
        put64(p + 8, second);
    } else if (ours) {
        put64(p, (uint32_t)first | second << 32);
    }
    c->exclusive_address = ~UINT64_C(0);
    cpu_set_x(c, w >> 16 & 31, !ours);
}

void access_cas(struct cpu *c, const struct op *o, uint8_t *p)
{
    uint32_t w = word_of(o);
    unsigned bytes = size_of(w);
    uint64_t mask = bytes == 8 ? ~UINT64_C(0) : (UINT64_C(1) << bytes * 8) - 1;

    check_aligned(c, p, bytes);
    uint64_t old = read_size(p, bytes);
    write_size(p, bytes, old == (cpu_x(c, w >> 16 & 31) & mask) ? cpu_x(c, w & 31) : old);
    cpu_set_x(c, w >> 16 & 31, old);
}

void access_casp(struct cpu *c, const struct op *o, uint8_t *p)
{
    uint32_t w = word_of(o);
    unsigned s = w >> 16 & 31, t = w & 31;
    bool wide = w >> 30 & 1;

    check_aligned(c, p, wide ? 16 : 8);
    if (wide) {
        uint64_t low = get64(p), high = get64(p + 8);
        bool same = low == cpu_x(c, s) && high == cpu_x(c, s + 1);
        put64(p, same ? cpu_x(c, t) : low);
        put64(p + 8, same ? cpu_x(c, t + 1) : high);
        cpu_set_x(c, s, low);
        cpu_set_x(c, s + 1, high);
    } else {
        uint64_t old = get64(p);
        bool same = old == ((uint32_t)cpu_x(c, s) | cpu_x(c, s + 1) << 32);
        put64(p, same ? (uint32_t)cpu_x(c, t) | cpu_x(c, t + 1) << 32 : old);
        cpu_set_x(c, s, (uint32_t)old);
        cpu_set_x(c, s + 1, old >> 32);
    }
}

static int64_t extend_sign(uint64_t value, unsigned bytes)
{
    unsigned up = 64 - bytes * 8;

    return (int64_t)(value << up) >> up;
}

/* o3:opc of the word, bits 15:12. */
static uint64_t combine(unsigned opcode, uint64_t old, uint64_t operand, unsigned bytes)
{
    int64_t a = extend_sign(old, bytes), b = extend_sign(operand, bytes);

    switch (opcode) {
    case 0:
        return old + operand;
    case 1:
        return old & ~operand;
    case 2:
        return old ^ operand;
    case 3:
        return old | operand;
    case 4:
        return a > b ? old : operand;
    case 5:
        return a < b ? old : operand;
    case 6:
        return old > operand ? old : operand;
    case 7:
        return old < operand ? old : operand;
    default: /* SWP */
        return operand;
    }
}

void access_lse(struct cpu *c, const struct op *o, uint8_t *p)
{
    uint32_t w = word_of(o);
    unsigned bytes = size_of(w);
    uint64_t mask = bytes == 8 ? ~UINT64_C(0) : (UINT64_C(1) << bytes * 8) - 1;

    check_aligned(c, p, bytes);
    uint64_t old = read_size(p, bytes);
    write_size(p, bytes, combine(w >> 12 & 15, old, cpu_x(c, w >> 16 & 31) & mask, bytes));
    cpu_set_x(c, w & 31, old);
}

void access_dc_zva(struct cpu *c, const struct op *o, uint8_t *p)
{
    (void)c;
    (void)o;
    memset(p, 0, 64);
}
