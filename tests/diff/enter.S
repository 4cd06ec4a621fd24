/* Runs one case: `bl enter` loads every register, the instruction under test follows, then
 * `bl save` stores every register and goes back to where run_case was called.  X30 is the
 * one register that a case can't use: it holds the address of the instruction.
 *
 * Offsets are those of struct registers in harness.c. */
    .set X, 0
    .set SP_, 31 * 8
    .set V, 32 * 8
    .set NZCV_, V + 32 * 16
    .set FPCR_, NZCV_ + 8
    .set FPSR_, FPCR_ + 8

    .text
    .globl run_case
run_case:                      /* x0: code, x1: stack pointer of the case */
    stp x29, x30, [sp, #-160]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    adrp x2, saved_sp
    mov x3, sp
    str x3, [x2, #:lo12:saved_sp]
    mov sp, x1
    br x0

    .globl enter
enter:
    adrp x0, before
    add x0, x0, #:lo12:before
    add x2, x0, #V
    .irp n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
    ldr q\n, [x2, #16 * \n]
    .endr
    .irp n, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
    ldr q\n, [x2, #16 * \n]
    .endr
    ldr x1, [x0, #NZCV_]
    msr nzcv, x1
    ldr x1, [x0, #FPCR_]
    msr fpcr, x1
    ldr x1, [x0, #FPSR_]
    msr fpsr, x1
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
    ldr x\n, [x0, #8 * \n]
    .endr
    ldr x0, [x0]
    ret

    .globl save
save:
    adrp x30, after
    add x30, x30, #:lo12:after
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
    str x\n, [x30, #8 * \n]
    .endr
    mrs x0, nzcv
    str x0, [x30, #NZCV_]
    mrs x0, fpcr
    str x0, [x30, #FPCR_]
    mrs x0, fpsr
    str x0, [x30, #FPSR_]
    msr fpcr, xzr
    mov x0, sp
    str x0, [x30, #SP_]
    add x2, x30, #V
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    str q\n, [x2, #16 * \n]
    .endr
    adrp x2, saved_sp
    ldr x3, [x2, #:lo12:saved_sp]
    mov sp, x3
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    ldp x29, x30, [sp], #160
    ret

    .globl _start
_start:
    mov x29, #0
    mov x30, #0
    mov x0, sp
    b harness

    .bss
    .balign 8
saved_sp:
    .skip 8
