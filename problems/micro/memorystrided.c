/* memorystrided: ten times an iteration, a register is stored and loaded back from the same
 * word, the words 32 bytes apart: one chain through ten store-to-load forwards.  296 bytes.
 *
 * 20 counted, 23 executed an iteration.  The value has to arrive in all words and in the
 * register. */
#include "micro.h"

const char rt_name[] = "memorystrided";

RT_KERNEL kernel(long n, uint64_t *word, uint64_t value, uint64_t *last)
{
    __asm__ volatile("mov x0, %[value]\n\t"
                     MICRO_LOOP("%[n]", ".irp k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9\n\t"
                                        "str x0, [%[word], #32 * \\k]\n\t"
                                        "ldr x0, [%[word], #32 * \\k]\n\t"
                                        ".endr\n\t")
                     "str x0, [%[last]]"
                     :
                     : [n] "r"(n), [word] "r"(word), [value] "r"(value), [last] "r"(last)
                     : MICRO_CLOBBERS);
}

int problem(long n)
{
    uint64_t *word = rt_alloc(40 * sizeof *word);
    uint64_t state = 19, value = rt_random(&state), last, checksum = 0;
    kernel(n, word, value, &last);
    for (int i = 0; i < 40; i++) {
        if (word[i] != (i % 4 == 0 ? value : 0))
            return rt_wrong("word", i);
        checksum = rt_mix(checksum, word[i]);
    }
    if (last != value)
        return rt_wrong("register", 0);
    rt_checksum(n, checksum);
    return 0;
}
