/* Timing classes: what a timing model has to know of an instruction's kind.  Each
 * row of a64.def names one; machine files give each a latency and its ports. */
#ifndef ISA_CLASS_H
#define ISA_CLASS_H

/* X(name, explanation).  The order is part of the record format. */
#define ISA_CLASSES(X)                                                                   \
    X(nop, "no operation, hints")                                                        \
    X(alu, "integer arithmetic, logic, moves, address computation")                      \
    X(alu_shift, "integer arithmetic with a shifted or extended operand")                \
    X(mov, "register to register move, may be eliminated")                               \
    X(mul, "integer multiply, multiply-add")                                             \
    X(mulh, "high half of a 64-bit multiply")                                            \
    X(div32, "32-bit divide")                                                            \
    X(div64, "64-bit divide")                                                            \
    X(bitfield, "bit field, extract, reverse, count")                                    \
    X(crc, "CRC32")                                                                      \
    X(branch, "direct unconditional branch")                                             \
    X(branch_cond, "conditional branch, compare or test and branch")                     \
    X(branch_indirect, "indirect branch")                                                \
    X(call, "branch with link")                                                          \
    X(call_indirect, "indirect branch with link")                                        \
    X(ret, "return")                                                                     \
    X(load, "load of general registers")                                                 \
    X(load_fp, "load of one SIMD and FP register, or a pair")                            \
    X(load_vec, "structure load of several vectors")                                     \
    X(store, "store of general registers")                                               \
    X(store_fp, "store of one SIMD and FP register, or a pair")                          \
    X(store_vec, "structure store of several vectors")                                   \
    X(atomic, "atomic read-modify-write, exclusives")                                    \
    X(prefetch, "prefetch hint")                                                         \
    X(fp_mov, "FP move, absolute, negate, select, immediate")                            \
    X(fp_add, "FP add, subtract, minimum, maximum, round")                               \
    X(fp_mul, "FP multiply")                                                             \
    X(fp_fma, "FP multiply-add")                                                         \
    X(fp_div32, "FP divide, half and single")                                            \
    X(fp_div64, "FP divide, double")                                                     \
    X(fp_sqrt32, "FP square root, half and single")                                      \
    X(fp_sqrt64, "FP square root, double")                                               \
    X(fp_cmp, "FP compare")                                                              \
    X(fp_cvt, "FP conversion between FP formats and in FP registers")                    \
    X(fp_to_int, "move or convert from FP to general register")                          \
    X(int_to_fp, "move or convert from general to FP register")                          \
    X(simd_alu, "SIMD integer add, logic, compare")                                      \
    X(simd_mul, "SIMD integer multiply, multiply-add")                                   \
    X(simd_shift, "SIMD shift, narrow, widen")                                           \
    X(simd_perm, "SIMD permute, table, duplicate, insert")                               \
    X(simd_reduce, "SIMD reduction across lanes")                                        \
    X(simd_fp_add, "SIMD FP add class")                                                  \
    X(simd_fp_mul, "SIMD FP multiply")                                                   \
    X(simd_fp_fma, "SIMD FP multiply-add")                                               \
    X(simd_fp_div, "SIMD FP divide, square root")                                        \
    X(simd_crypto, "AES, SHA, polynomial multiply")                                      \
    X(barrier, "memory and instruction barriers, cache maintenance")                     \
    X(system, "system register access, system call")

enum isa_class {
#define X(name, text) ISA_CLASS_##name,
    ISA_CLASSES(X)
#undef X
    ISA_CLASS_MAX
};

#endif
