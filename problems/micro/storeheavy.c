/* storeheavy: twenty stores an iteration of one register to twenty words in a row: how many
 * stores a cycle the core and the first-level cache take.  160 bytes.
 *
 * 20 counted, 23 executed an iteration.  All words have to hold the value. */
#include "micro.h"

const char rt_name[] = "storeheavy";

RT_KERNEL kernel(long n, uint64_t *word, uint64_t value)
{
    __asm__ volatile(MICRO_LOOP("%[n]", ".irp k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9\n\t"
                                        "str %[value], [%[word], #16 * \\k]\n\t"
                                        "str %[value], [%[word], #16 * \\k + 8]\n\t"
                                        ".endr\n\t")
                     :
                     : [n] "r"(n), [word] "r"(word), [value] "r"(value)
                     : MICRO_CLOBBERS);
}

int problem(long n)
{
    uint64_t *word = rt_alloc(20 * sizeof *word);
    uint64_t state = 21, value = rt_random(&state), checksum = 0;
    kernel(n, word, value);
    for (int i = 0; i < 20; i++) {
        if (word[i] != value)
            return rt_wrong("word", i);
        checksum = rt_mix(checksum, word[i]);
    }
    rt_checksum(n, checksum);
    return 0;
}
