/* Notes: the identification registers read as Linux shows them to user programs on a core
 * with what this emulator has (Armv8.0-A with CRC32 and LSE); fields that it does not have
 * read as zero. */
#include "config.h"

#include "emu/exec_int.h"
#include "emu/host_fp.h"
#include "emu/sysreg.h"

/* op0:op1:CRn:CRm:op2, as in bits 20:5 of MRS and MSR */
enum {
    REG_MIDR_EL1 = 0xc000,
    REG_MPIDR_EL1 = 0xc005,
    REG_ID_AA64PFR0_EL1 = 0xc020,
    REG_ID_AA64ISAR0_EL1 = 0xc030,
    REG_FPCR = 0xda20,
    REG_FPSR = 0xda21,
    REG_CTR_EL0 = 0xd801,
    REG_DCZID_EL0 = 0xd807,
    REG_TPIDR_EL0 = 0xde82,
    REG_CNTFRQ_EL0 = 0xdf00
};

static uint64_t read_register(struct cpu *c, unsigned reg)
{
    switch (reg) {
    case REG_FPCR:
        return c->fpcr;
    case REG_FPSR:
        host_fp_gather(c);
        return c->fpsr;
    case REG_TPIDR_EL0:
        return c->tpidr;
    case REG_CTR_EL0:
        return 0x80038003; /* lines of 32 bytes, as the minimum over all implementations */
    case REG_DCZID_EL0:
        return 4; /* DC ZVA clears 64 bytes */
    case REG_CNTFRQ_EL0:
        return 1000000000; /* one tick an instruction, so "1 GHz" */
    case REG_MIDR_EL1:
        return 0x000f0510; /* implementer 0: software */
    case REG_MPIDR_EL1:
        return UINT64_C(1) << 31;
    case REG_ID_AA64PFR0_EL1:
        return 0x11; /* EL0 and EL1 are AArch64; FP and Advanced SIMD without half precision */
    case REG_ID_AA64ISAR0_EL1:
        return 0x00210000; /* Atomic = 2 (LSE), CRC32 = 1 */
    default:
        return 0; /* TPIDRRO_EL0 and the identification registers not named above */
    }
}

void exec_mrs(struct cpu *c, const struct op *o)
{
    c->r[o->d] = read_register(c, (uint32_t)o->imm >> 5 & 0xffff);
}

void sysreg_write(struct cpu *c, uint32_t word)
{
    uint64_t value = cpu_x(c, word & 31);

    switch (word >> 5 & 0xffff) {
    case REG_FPCR:
        c->fpcr = value & (FPCR_ARITHMETIC | FPCR_AHP);
        break;
    case REG_FPSR:
        host_fp_gather(c); /* drops what was pending */
        c->fpsr = value & (FPSR_IOC | FPSR_DZC | FPSR_OFC | FPSR_UFC | FPSR_IXC | FPSR_IDC |
                           FPSR_QC);
        break;
    default:
        c->tpidr = value;
    }
}
