/* strideindirect: eight hops along the cycle 0, 3, 1, 5, 2, 7, 4, 6 of eight words an
 * iteration; each hop's address is made from the index that the one before has loaded (a
 * shift, an addition, the load), and each iteration starts afresh at 0.  64 bytes.
 *
 * 50 counted, 53 executed an iteration: 2 to set up, 8 x 6, and the outer loop's 3.  The last
 * hop has to come back to 0 after eight. */
#include "micro.h"

const char rt_name[] = "strideindirect";

RT_KERNEL kernel(long n, const uint64_t *next, uint64_t last[2])
{
    __asm__ volatile(MICRO_LOOP("%[n]", "mov x0, #0\n\t"
                                        "mov x1, #0\n"
                                        "1:\n\t"
                                        "lsl x2, x0, #3\n\t"
                                        "add x2, %[next], x2\n\t"
                                        "ldr x0, [x2]\n\t"
                                        "add x1, x1, #1\n\t"
                                        "cmp x1, #8\n\t"
                                        "b.lt 1b\n\t")
                     "stp x0, x1, [%[last]]"
                     :
                     : [n] "r"(n), [next] "r"(next), [last] "r"(last)
                     : MICRO_CLOBBERS);
}

int problem(long n)
{
    static const uint64_t cycle[8] = {3, 5, 7, 1, 6, 2, 0, 4};
    uint64_t *next = rt_alloc(sizeof cycle), last[2], checksum = 0;
    for (int i = 0; i < 8; i++) {
        next[i] = cycle[i];
        checksum = rt_mix(checksum, next[i]);
    }
    kernel(n, next, last);
    if (last[0] != 0 || last[1] != 8)
        return rt_wrong("node", (long)last[0]);
    rt_checksum(n, rt_mix(checksum, last[1]));
    return 0;
}
