/* arithmetic: twenty additions of one an iteration, round-robin over five registers: five
 * chains, so up to five additions can be done in a cycle.  No memory.
 *
 * 20 counted, 23 executed an iteration.  Each register has to end at 4 n. */
#include "micro.h"

const char rt_name[] = "arithmetic";

RT_KERNEL kernel(long n, uint64_t sum[5])
{
    __asm__ volatile(".irp r, 0, 1, 2, 3, 4\n\t"
                     "mov x\\r, #0\n\t"
                     ".endr\n\t"
                     MICRO_LOOP("%[n]", ".rept 4\n\t"
                                        "add x0, x0, #1\n\t"
                                        "add x1, x1, #1\n\t"
                                        "add x2, x2, #1\n\t"
                                        "add x3, x3, #1\n\t"
                                        "add x4, x4, #1\n\t"
                                        ".endr\n\t")
                     "stp x0, x1, [%[sum]]\n\t"
                     "stp x2, x3, [%[sum], #16]\n\t"
                     "str x4, [%[sum], #32]"
                     :
                     : [n] "r"(n), [sum] "r"(sum)
                     : MICRO_CLOBBERS);
}

int problem(long n)
{
    uint64_t *sum = rt_alloc(5 * sizeof *sum);
    uint64_t checksum = 0;
    kernel(n, sum);
    for (int i = 0; i < 5; i++) {
        if (sum[i] != 4 * (uint64_t)n)
            return rt_wrong("register", i);
        checksum = rt_mix(checksum, sum[i]);
    }
    rt_checksum(n, checksum);
    return 0;
}
