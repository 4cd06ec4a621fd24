/* dependency: twenty additions of one an iteration, each to the result of the one before: the
 * latency of an addition.  No memory.
 *
 * 20 counted, 23 executed an iteration.  The register has to end at 20 n. */
#include "micro.h"

const char rt_name[] = "dependency";

RT_KERNEL kernel(long n, uint64_t *sum)
{
    __asm__ volatile("mov x0, #0\n\t"
                     MICRO_LOOP("%[n]", ".rept 20\n\t"
                                        "add x0, x0, #1\n\t"
                                        ".endr\n\t")
                     "str x0, [%[sum]]"
                     :
                     : [n] "r"(n), [sum] "r"(sum)
                     : MICRO_CLOBBERS);
}

int problem(long n)
{
    uint64_t *sum = rt_alloc(sizeof *sum);
    kernel(n, sum);
    if (*sum != 20 * (uint64_t)n)
        return rt_wrong("register", 0);
    rt_checksum(n, rt_mix(0, *sum));
    return 0;
}
