/* reductiontree: sixteen words are loaded and added up as a binary tree, four additions deep.
 * 128 bytes.
 *
 * 31 counted, 34 executed an iteration.  The sum has to be that of the words. */
#include "micro.h"

const char rt_name[] = "reductiontree";

RT_KERNEL kernel(long n, const uint64_t *word, uint64_t *sum)
{
    __asm__ volatile(MICRO_LOOP("%[n]", "ldr x0, [%[word]]\n\t"
                                        "ldr x1, [%[word], #8]\n\t"
                                        "ldr x2, [%[word], #16]\n\t"
                                        "ldr x3, [%[word], #24]\n\t"
                                        "ldr x4, [%[word], #32]\n\t"
                                        "ldr x5, [%[word], #40]\n\t"
                                        "ldr x6, [%[word], #48]\n\t"
                                        "ldr x7, [%[word], #56]\n\t"
                                        "ldr x8, [%[word], #64]\n\t"
                                        "ldr x11, [%[word], #72]\n\t"
                                        "ldr x12, [%[word], #80]\n\t"
                                        "ldr x13, [%[word], #88]\n\t"
                                        "ldr x14, [%[word], #96]\n\t"
                                        "ldr x15, [%[word], #104]\n\t"
                                        "ldr x16, [%[word], #112]\n\t"
                                        "ldr x17, [%[word], #120]\n\t"
                                        "add x0, x0, x1\n\t"
                                        "add x2, x2, x3\n\t"
                                        "add x4, x4, x5\n\t"
                                        "add x6, x6, x7\n\t"
                                        "add x8, x8, x11\n\t"
                                        "add x12, x12, x13\n\t"
                                        "add x14, x14, x15\n\t"
                                        "add x16, x16, x17\n\t"
                                        "add x0, x0, x2\n\t"
                                        "add x4, x4, x6\n\t"
                                        "add x8, x8, x12\n\t"
                                        "add x14, x14, x16\n\t"
                                        "add x0, x0, x4\n\t"
                                        "add x8, x8, x14\n\t"
                                        "add x0, x0, x8\n\t")
                     "str x0, [%[sum]]"
                     :
                     : [n] "r"(n), [word] "r"(word), [sum] "r"(sum)
                     : MICRO_CLOBBERS);
}

int problem(long n)
{
    uint64_t *word = micro_random(16, 25), got, want = 0;
    for (int i = 0; i < 16; i++)
        want += word[i];
    kernel(n, word, &got);
    if (got != want)
        return rt_wrong("sum", (long)got);
    rt_checksum(n, rt_mix(0, got));
    return 0;
}
