/* The A64 instruction table, the decoder made from it, and its disassembler.
 *
 * a64.def has one row per instruction: name, encoding, operands, timing class, memory
 * access, flags, executor.  Everything that is known of an instruction stands there; the
 * decoder, the names in output, the timing record and the emulator all read the same row.
 * Source: Arm Architecture Reference Manual for A-profile (DDI 0487), chapter C4.
 */
#ifndef ISA_ISA_H
#define ISA_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "isa/class.h"

/* Registers as numbered in dependences. */
enum {
    ISA_REG_X0 = 0,
    ISA_REG_SP = 31,
    ISA_REG_V0 = 32,
    ISA_REG_NZCV = 64,
    ISA_REG_FPSR = 65
};

enum isa_flags {
    ISA_LOAD = 1,
    ISA_STORE = 2,
    ISA_WRITEBACK = 4,  /* the base register is updated */
    ISA_BRANCH = 8,     /* may change the pc */
    ISA_ORDERED = 16,
    ISA_SERIALIZE = 32,
    ISA_READS_NZCV = 64,
    ISA_WRITES_NZCV = 128,
    ISA_READS_FPSR = 256,
    ISA_WRITES_FPSR = 512,
    ISA_READS_DST = 1024, /* the first operand is a source as well */
    ISA_ENDS = 2048,      /* ends a basic block without being a branch */
    ISA_NO_8 = 1 << 12,   /* vector elements of this size are reserved */
    ISA_NO_16 = 1 << 13,
    ISA_NO_32 = 1 << 14,
    ISA_NO_64 = 1 << 15
};

enum isa_operand {
    ISA_OPR__,
#define REG(name, bit, file, role) ISA_OPR_##name,
#define VEC(name, bit, source, form, role) ISA_OPR_##name,
#define OTHER(name) ISA_OPR_##name,
#include "isa/operand.def"
#undef REG
#undef VEC
#undef OTHER
    ISA_OPR_MAX
};

enum isa_file {
    ISA_FILE_NONE, /* not a plain register */
    ISA_FILE_W,
    ISA_FILE_X,
    ISA_FILE_WSP,
    ISA_FILE_XSP,
    ISA_FILE_B,
    ISA_FILE_H,
    ISA_FILE_S,
    ISA_FILE_D,
    ISA_FILE_Q,
    ISA_FILE_V
};

enum isa_role { ISA_ROLE_NONE, ISA_ROLE_READ, ISA_ROLE_WRITE, ISA_ROLE_RW, ISA_ROLE_DATA };

/* Where the size of a vector's elements stands, and what is made of it: operand.def. */
enum isa_source {
    ISA_SOURCE_NONE,
    ISA_SOURCE_SIZE,
    ISA_SOURCE_SZ,
    ISA_SOURCE_SZH,
    ISA_SOURCE_IMMH,
    ISA_SOURCE_IMM5,
    ISA_SOURCE_BYTE,
    ISA_SOURCE_CMODE,
    ISA_SOURCE_LIST
};
enum isa_form {
    ISA_FORM_NONE,
    ISA_FORM_FULL,
    ISA_FORM_WIDE,
    ISA_FORM_LONG,
    ISA_FORM_PAIR,
    ISA_FORM_SCALAR,
    ISA_FORM_SCALARW,
    ISA_FORM_ELEMENT
};

/* What is true of an operand kind that is a register; file NONE for others. */
struct isa_operand_info {
    const char *name;
    uint8_t bit, file, role;
    uint8_t source, form; /* of file V */
};
extern const struct isa_operand_info isa_operand_info[ISA_OPR_MAX];

enum isa_exec {
#define EXEC(name) ISA_EXEC_##name,
#include "isa/exec.def"
#undef EXEC
    ISA_EXEC_MAX
};

enum { ISA_MAX_OPERANDS = 5 };

struct isa_row {
    const char *name;    /* as the assembler writes it without aliases */
    const char *pattern; /* bits 31 to 0: 0, 1, letters for fields, blanks ignored */
    uint8_t operand[ISA_MAX_OPERANDS];
    uint8_t cls;         /* enum isa_class */
    uint8_t mem_bytes;   /* of one access, 0 when there is none or Q and T decide */
    uint16_t flags;      /* enum isa_flags */
    uint16_t exec;       /* enum isa_exec */
};

/* One decoded instruction. */
struct isa_insn {
    const struct isa_row *row;
    uint32_t word;
    uint64_t pc;
    int64_t imm, imm2; /* see operand.def */
};

enum isa_status {
    ISA_OK,
    ISA_UNALLOCATED,    /* the architecture defines no instruction there */
    ISA_NOT_IMPLEMENTED /* it does, but this table has no row for it */
};

struct isa_decoder;

/* The decoder is made once and then only read: it may be shared between threads. */
int isa_decoder_alloc(struct isa_decoder **out, struct err *err);
void isa_decoder_free(struct isa_decoder *d);

/* `pc` is where the word stands; *insn is whole only when the status is ISA_OK. */
enum isa_status isa_decode(const struct isa_decoder *d, uint32_t word, uint64_t pc,
                           struct isa_insn *insn);

/* The rows and the bits that each fixes, for tests and lists. */
size_t isa_row_count(void);
const struct isa_row *isa_row(size_t i);
uint32_t isa_row_match(const struct isa_decoder *d, size_t i);
uint32_t isa_row_mask(const struct isa_decoder *d, size_t i);

/* Writes "add x0, x1, #0x10" (at most `size` bytes with the end) and returns `buffer`. */
char *isa_print(const struct isa_insn *insn, char *buffer, size_t size);

/* Decodes and prints in one go; words without a row become ".inst 0x..." . */
char *isa_disassemble(const struct isa_decoder *d, uint32_t word, uint64_t pc, char *buffer,
                      size_t size);

/* Registers read and written, in the order that trace/record.h asks for: address sources
 * first; loaded or computed registers, then NZCV, then the updated base. */
struct isa_deps {
    uint8_t n_src, n_addr, n_dst;
    uint8_t src[8], dst[8];
};
void isa_deps(const struct isa_insn *insn, struct isa_deps *deps);

/* Bytes that this instruction touches from its address on; 0 when it has no access. */
unsigned isa_mem_bytes(const struct isa_insn *insn);

/* The element size of a vector instruction as log2 of bytes, by where it stands; 4 and up
 * when the field is reserved. */
unsigned isa_element_log2(uint32_t word, enum isa_source source);

/* The register and the element that an operand of form ELEMENT names. */
unsigned isa_element_register(uint32_t word, enum isa_operand kind);
unsigned isa_element_index(uint32_t word, enum isa_operand kind);

/* Structure accesses: registers in the list; index of the one element, or -1 when whole
 * registers (or all lanes of each) are accessed. */
unsigned isa_list_count(enum isa_operand kind);
int isa_list_index(uint32_t word);

/* The value of a bitmask immediate, or false when the encoding is reserved. */
bool isa_bitmask(unsigned n, unsigned imms, unsigned immr, unsigned width, uint64_t *value);

/* The 8-bit floating-point immediate as the bits of a half, single or double. */
uint16_t isa_fp16_imm(unsigned imm8);
uint32_t isa_fp32_imm(unsigned imm8);
uint64_t isa_fp64_imm(unsigned imm8);

extern const char isa_condition[16][3];

#endif
