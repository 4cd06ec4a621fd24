/* CRC32 and CRC32C of the A64 instructions: bit-reflected polynomials 0x04c11db7 and
 * 0x1edc6f41, no inversion (DDI 0487, C6.2, CRC32B and kin). */
#include "config.h"

#include "emu/cpu.h"
#include "emu/exec_int.h"

static uint32_t crc(uint32_t sum, uint64_t value, unsigned bytes, uint32_t polynomial)
{
    for (unsigned i = 0; i < bytes; i++) {
        sum ^= (uint8_t)(value >> i * 8);
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (-(sum & 1) & polynomial);
    }
    return sum;
}

enum { POLY32 = (int)0xedb88320, POLY32C = (int)0x82f63b78 };

#define CRC(name, bytes, polynomial)                                                          \
    void exec_##name(struct cpu *c, const struct op *o)                                       \
    {                                                                                         \
        c->r[o->d] = crc((uint32_t)c->r[o->n], c->r[o->m], bytes, (uint32_t)polynomial);      \
    }
CRC(crc32b, 1, POLY32)
CRC(crc32h, 2, POLY32)
CRC(crc32w, 4, POLY32)
CRC(crc32x, 8, POLY32)
CRC(crc32cb, 1, POLY32C)
CRC(crc32ch, 2, POLY32C)
CRC(crc32cw, 4, POLY32C)
CRC(crc32cx, 8, POLY32C)
