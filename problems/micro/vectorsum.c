/* vectorsum: the sum of sixteen words by a loop with a pointer and an index, started afresh in
 * each iteration.  The chain is one addition a word.  128 bytes.
 *
 * 100 counted, 103 executed an iteration: 4 to set up, 16 x 6, and the outer loop's 3.  The
 * sum has to be that of the words. */
#include "micro.h"

const char rt_name[] = "vectorsum";

RT_KERNEL kernel(long n, const uint64_t *word, uint64_t *sum)
{
    __asm__ volatile(MICRO_LOOP("%[n]", "mov x0, #0\n\t"
                                        "mov x1, %[word]\n\t"
                                        "mov x2, #0\n\t"
                                        "mov x3, #16\n"
                                        "1:\n\t"
                                        "ldr x4, [x1]\n\t"
                                        "add x0, x0, x4\n\t"
                                        "add x1, x1, #8\n\t"
                                        "add x2, x2, #1\n\t"
                                        "cmp x2, x3\n\t"
                                        "b.lt 1b\n\t")
                     "str x0, [%[sum]]"
                     :
                     : [n] "r"(n), [word] "r"(word), [sum] "r"(sum)
                     : MICRO_CLOBBERS);
}

int problem(long n)
{
    uint64_t *word = micro_random(16, 22), got, want = 0;
    for (int i = 0; i < 16; i++)
        want += word[i];
    kernel(n, word, &got);
    if (got != want)
        return rt_wrong("sum", (long)got);
    rt_checksum(n, rt_mix(0, got));
    return 0;
}
