/* vectoradd: c = a + b for sixteen words each, by a loop with three pointers and an index,
 * started afresh in each iteration.  384 bytes.
 *
 * 165 counted, 168 executed an iteration: 5 to set up, 16 x 10, and the outer loop's 3.  All
 * words of c are compared. */
#include "micro.h"

const char rt_name[] = "vectoradd";

RT_KERNEL kernel(long n, const uint64_t *a, const uint64_t *b, uint64_t *c)
{
    __asm__ volatile(MICRO_LOOP("%[n]", "mov x1, %[a]\n\t"
                                        "mov x2, %[b]\n\t"
                                        "mov x3, %[c]\n\t"
                                        "mov x4, #0\n\t"
                                        "mov x5, #16\n"
                                        "1:\n\t"
                                        "ldr x6, [x1]\n\t"
                                        "ldr x7, [x2]\n\t"
                                        "add x8, x6, x7\n\t"
                                        "str x8, [x3]\n\t"
                                        "add x1, x1, #8\n\t"
                                        "add x2, x2, #8\n\t"
                                        "add x3, x3, #8\n\t"
                                        "add x4, x4, #1\n\t"
                                        "cmp x4, x5\n\t"
                                        "b.lt 1b\n\t")
                     :
                     : [n] "r"(n), [a] "r"(a), [b] "r"(b), [c] "r"(c)
                     : MICRO_CLOBBERS);
}

int problem(long n)
{
    uint64_t *a = micro_random(16, 23), *b = micro_random(16, 24);
    uint64_t *c = rt_alloc(16 * sizeof *c), checksum = 0;
    kernel(n, a, b, c);
    for (int i = 0; i < 16; i++) {
        if (c[i] != a[i] + b[i])
            return rt_wrong("word", i);
        checksum = rt_mix(checksum, c[i]);
    }
    rt_checksum(n, checksum);
    return 0;
}
