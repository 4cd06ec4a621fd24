/* What the micro programs share: a loop in assembly between the markers, in which every
 * instruction is counted.  The loop's own control is the add, compare and branch of x9
 * against the number of iterations; the body has x0 to x8, x11 to x17 and x19 to x24 for
 * itself.  What the compiler does before and after lies outside the region. */
#ifndef PROBLEMS_MICRO_H
#define PROBLEMS_MICRO_H

#include "rt.h"

/* `body` n times; `count` names the operand that holds n, e.g. "%[n]".  The loop begins on a
 * cache line, so that fetch groups fall the same way whatever stands before. */
#define MICRO_LOOP(count, body) \
    "mov x9, #0\n\t"            \
    ".p2align 6\n\t"            \
    RT_ROI_BEGIN                \
    "9:\n\t"                    \
    body                        \
    "add x9, x9, #1\n\t"        \
    "cmp x9, " count "\n\t"     \
    "b.lt 9b\n\t"               \
    RT_ROI_END

#define MICRO_CLOBBERS                                                                       \
    "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x11", "x12", "x13", "x14", \
        "x15", "x16", "x17", "x19", "x20", "x21", "x22", "x23", "x24", "cc", "memory"

/* `count` words of random data. */
static inline uint64_t *micro_random(long count, uint64_t seed)
{
    uint64_t *word = rt_alloc((size_t)count * sizeof *word);
    for (long i = 0; i < count; i++)
        word[i] = rt_random(&seed);
    return word;
}

#endif
