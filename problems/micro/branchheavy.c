/* branchheavy: ten times an iteration, a comparison and a conditional branch over one no-op:
 * by turns always taken (the no-op is skipped) and never taken (it runs).  All of them are
 * predictable.  No memory.
 *
 * 10 counted (the branches), 28 executed an iteration: 5 x 2, 5 x 3 and the loop's 3.  The
 * loop's own counter has to end at n. */
#include "micro.h"

const char rt_name[] = "branchheavy";

RT_KERNEL kernel(long n, uint64_t *count)
{
    __asm__ volatile("mov x0, #1\n\t"
                     MICRO_LOOP("%[n]", ".rept 5\n\t"
                                        "cmp x0, #1\n\t"
                                        "b.eq 1f\n\t"
                                        "nop\n"
                                        "1:\n\t"
                                        "cmp x0, #1\n\t"
                                        "b.ne 2f\n\t"
                                        "nop\n"
                                        "2:\n\t"
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
