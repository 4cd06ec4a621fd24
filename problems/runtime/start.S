/* Entry of every guest program: the kernel (or the simulator) leaves argc, argv and the
 * environment on the stack, as the System V ABI for AArch64 says. */
    .file "start.S"
    .text
    .globl _start
    .type _start, %function
_start:
    mov x29, #0
    mov x30, #0
    mov x0, sp
    bl rt_start
    .size _start, . - _start
