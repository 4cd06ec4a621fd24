/* branch: five unconditional branches an iteration, each to the instruction that follows it:
 * how many taken branches the front end follows.  No memory.
 *
 * 5 counted, 8 executed an iteration.  The loop's own counter has to end at n. */
#include "micro.h"

const char rt_name[] = "branch";

RT_KERNEL kernel(long n, uint64_t *count)
{
    __asm__ volatile(MICRO_LOOP("%[n]", ".rept 5\n\t"
                                        "b 1f\n"
                                        "1:\n\t"
                                        ".endr\n\t")
                     "str x9, [%[count]]"
                     :
                     : [n] "r"(n), [count] "r"(count)
                     : MICRO_CLOBBERS);
}

int problem(long n)
{
    uint64_t *count = rt_alloc(sizeof *count);
    kernel(n, count);
    if (*count != (uint64_t)n)
        return rt_wrong("iterations", (long)*count);
    rt_checksum(n, rt_mix(0, *count));
    return 0;
}
