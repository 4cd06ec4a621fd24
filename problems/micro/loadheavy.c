/* loadheavy: twenty loads an iteration of twenty words in a row into twenty registers: how
 * many loads a cycle the first-level cache serves.  160 bytes.
 *
 * 20 counted, 23 executed an iteration.  The sum of the registers has to be that of the
 * words. */
#include "micro.h"

const char rt_name[] = "loadheavy";

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
                                        "ldr x19, [%[word], #128]\n\t"
                                        "ldr x20, [%[word], #136]\n\t"
                                        "ldr x21, [%[word], #144]\n\t"
                                        "ldr x22, [%[word], #152]\n\t")
                     ".irp r, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22\n\t"
                     "add x0, x0, x\\r\n\t"
                     ".endr\n\t"
                     "str x0, [%[sum]]"
                     :
                     : [n] "r"(n), [word] "r"(word), [sum] "r"(sum)
                     : MICRO_CLOBBERS);
}

int problem(long n)
{
    uint64_t *word = micro_random(20, 20), got, want = 0;
    for (int i = 0; i < 20; i++)
        want += word[i];
    kernel(n, word, &got);
    if (got != want)
        return rt_wrong("sum of the registers", (long)got);
    rt_checksum(n, rt_mix(0, got));
    return 0;
}
