/* The data half of loads and stores: between host memory `p` and register slots.  The
 * dispatch loop makes the address, records it and checks it. */
#ifndef EMU_EXEC_MEM_H
#define EMU_EXEC_MEM_H

#include "emu/cpu.h"

#define LOAD(name) static inline void load_##name(struct cpu *c, const struct op *o, const uint8_t *p)
#define STORE(name) static inline void store_##name(struct cpu *c, const struct op *o, uint8_t *p)
#define D c->r[o->d]
#define A c->r[o->a]

LOAD(ld_ub) { D = *p; }
LOAD(ld_sbw) { D = (uint32_t)(int8_t)*p; }
LOAD(ld_sbx) { D = (uint64_t)(int8_t)*p; }
LOAD(ld_uh) { D = get16(p); }
LOAD(ld_shw) { D = (uint32_t)(int16_t)get16(p); }
LOAD(ld_shx) { D = (uint64_t)(int16_t)get16(p); }
LOAD(ld_uw) { D = get32(p); }
LOAD(ld_swx) { D = (uint64_t)(int32_t)get32(p); }
LOAD(ld_x) { D = get64(p); }

/* Scalar loads clear the rest of the vector register. */
static inline void set_vector(struct cpu *c, unsigned slot, uint64_t low)
{
    uint64_t both[2] = {low, 0};
    memcpy(&c->r[slot], both, 16);
}

LOAD(ld_vb) { set_vector(c, o->d, *p); }
LOAD(ld_vh) { set_vector(c, o->d, get16(p)); }
LOAD(ld_vs) { set_vector(c, o->d, get32(p)); }
LOAD(ld_vd) { set_vector(c, o->d, get64(p)); }
LOAD(ld_vq) { memcpy(&c->r[o->d], p, 16); }

STORE(st_b) { *p = (uint8_t)D; }
STORE(st_h) { put16(p, (uint16_t)D); }
STORE(st_w) { put32(p, (uint32_t)D); }
STORE(st_x) { put64(p, D); }
STORE(st_q) { memcpy(p, &D, 16); }

/* Both halves are read before a register changes, so that a fault leaves them as they were. */
LOAD(ldp_w) { uint64_t v = get64(p); D = (uint32_t)v; A = v >> 32; }
LOAD(ldp_sw) { uint64_t v = get64(p); D = (uint64_t)(int32_t)v; A = (uint64_t)((int64_t)v >> 32); }
LOAD(ldp_x) { uint64_t first = get64(p), second = get64(p + 8); D = first; A = second; }
LOAD(ldp_vs) { uint64_t v = get64(p); set_vector(c, o->d, (uint32_t)v); set_vector(c, o->a, v >> 32); }
LOAD(ldp_vd)
{
    uint64_t first = get64(p), second = get64(p + 8);
    set_vector(c, o->d, first);
    set_vector(c, o->a, second);
}
LOAD(ldp_vq)
{
    uint64_t both[4];
    memcpy(both, p, 32);
    memcpy(&D, both, 16);
    memcpy(&A, both + 2, 16);
}
STORE(stp_w) { put64(p, (uint32_t)D | A << 32); }
STORE(stp_x) { uint64_t both[2] = {D, A}; memcpy(p, both, 16); }
STORE(stp_q) { memcpy(p, &D, 16); memcpy(p + 16, &A, 16); }

#undef LOAD
#undef STORE
#undef D
#undef A

/* At the base register alone; in atomic.c.  The registers are taken from the word, imm2. */
void access_stx(struct cpu *c, const struct op *o, uint8_t *p);
void access_stxp(struct cpu *c, const struct op *o, uint8_t *p);
void access_ldx(struct cpu *c, const struct op *o, uint8_t *p);
void access_ldxp(struct cpu *c, const struct op *o, uint8_t *p);
void access_ld_order(struct cpu *c, const struct op *o, uint8_t *p);
void access_st_order(struct cpu *c, const struct op *o, uint8_t *p);
void access_cas(struct cpu *c, const struct op *o, uint8_t *p);
void access_casp(struct cpu *c, const struct op *o, uint8_t *p);
void access_lse(struct cpu *c, const struct op *o, uint8_t *p);
void access_v_ldst(struct cpu *c, const struct op *o, uint8_t *p); /* simd_ldst.c; imm: word */
void access_dc_zva(struct cpu *c, const struct op *o, uint8_t *p);

#endif
