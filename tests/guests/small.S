/* A guest of exact counts: `small WHAT`, where the first letter of WHAT selects.
 *
 *   c  counts: 3 instructions up to the marker, a region of 301, 5 after it, exit 42
 *   h  writes "hello" and exits with 7
 *   f  runs forever
 *   and faults: u unmapped read in mid-block, w write to code, j jump to unmapped memory,
 *   e jump to the last address, d unallocated word, n word not implemented, b breakpoint,
 *   r endless recursion, m misaligned exclusive, p misaligned pc, x jump to data,
 *   t tagged wild pointer */
    .text
    .globl _start
    .type _start, %function
_start:
    ldr x0, [sp, #16]        /* argv[1] */
    ldrb w0, [x0]
    sub w0, w0, #'a'
    cmp w0, #25
    b.hi unknown
    adr x1, table
    ldr w2, [x1, w0, uxtw #2]
    cbz w2, unknown
    add x1, x1, w2, sxtw
    br x1
unknown:
    mov x0, #99
    b leave
    .size _start, . - _start

    .balign 4
table:
    .word 0                    /* a */
    .word breakpoint - table
    .word count - table
    .word undefined - table
    .word ending - table       /* e */
    .word forever - table      /* f */
    .word 0
    .word hello - table
    .word 0
    .word jump - table         /* j */
    .word 0
    .word 0
    .word misaligned - table   /* m */
    .word notyet - table       /* n */
    .word 0
    .word badpc - table        /* p */
    .word 0
    .word recurse - table      /* r */
    .word 0
    .word tagged - table       /* t */
    .word unmapped - table     /* u */
    .word 0
    .word readonly - table     /* w */
    .word data - table         /* x */
    .word 0, 0

    .macro function name
    .type \name, %function
\name:
    .endm

    function count
    mov x1, #100
    mov x2, #0
    nop
    hint #110
loop:                          /* 100 times 3 instructions */
    add x2, x2, x1
    subs x1, x1, #1
    b.ne loop
    nop
    hint #111
    mov x0, #42
    nop
    b leave
    .size count, . - count

    function hello
    mov x0, #1
    adr x1, text
    mov x2, #6
    mov x8, #64
    svc #0
    mov x0, #7
    b leave
    .size hello, . - hello

    function forever
    add x1, x1, #1
    b forever
    .size forever, . - forever

    function unmapped
    mov x1, #16
    mov x2, sp
    ldr x3, [x2]
    str x3, [x2, #-8]
unmapped_here:
    ldr x4, [x1]               /* fifth instruction, third access */
    str x4, [x2]
    b leave
    .size unmapped, . - unmapped

    function readonly
    adr x1, readonly
    stp x1, x1, [x1]
    b leave
    .size readonly, . - readonly

    function jump
    mov x1, #0x7000
    blr x1
    .size jump, . - jump

    function ending
    mov x1, #-1
    br x1
    .size ending, . - ending

    function data
    mov x1, sp
    br x1
    .size data, . - data

    function badpc
    adr x1, leave
    add x1, x1, #2
    br x1
    .size badpc, . - badpc

    function undefined
    nop
    .inst 0x00000000
    .size undefined, . - undefined

    function notyet
    nop
    .inst 0x04e0e3e0           /* cntd x0: SVE */
    .size notyet, . - notyet

    function breakpoint
    nop
    brk #5
    .size breakpoint, . - breakpoint

    function recurse
    stp x29, x30, [sp, #-16]!
    bl recurse
    .size recurse, . - recurse

    function misaligned
    add x1, sp, #4
    ldxr x2, [x1]
    .size misaligned, . - misaligned

    function tagged
    mov x1, sp
    movk x1, #0x5a00, lsl #48  /* a tag in the top byte is ignored */
    str x1, [x1]
    ldr x2, [sp]
    cmp x1, x2
    b.ne unknown
    movk x1, #0x5a01, lsl #48  /* anything below it is not */
    ldr x2, [x1]
    .size tagged, . - tagged

    function leave
    mov x8, #93
    svc #0
    .size leave, . - leave

    .section .rodata
text:
    .ascii "hello\n"
