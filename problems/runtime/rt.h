/* The runtime of the guest programs: just enough of a system to run one kernel, so that
 * what is simulated is the kernel and not a C library.
 *
 * A problem defines `int problem(long n)`: it allocates and fills its arrays, runs the
 * kernel between rt_roi_begin() and rt_roi_end(), checks the result, and returns 0, or 1
 * after rt_wrong() when the result is not what it has to be.
 */
#ifndef PROBLEMS_RT_H
#define PROBLEMS_RT_H

#include <stddef.h>
#include <stdint.h>

/* The program's name for messages; each problem defines it. */
extern const char rt_name[];
int problem(long n);

/* Marks the region of interest: hints without effect on hardware and under qemu, seen by
 * the simulator.  The memory clobber keeps the compiler from moving work across.  In a
 * native build (native.c) they take the time. */
#define RT_ROI_BEGIN "hint #110\n\t"
#define RT_ROI_END "hint #111\n\t"
#ifdef RT_NATIVE
void rt_roi_begin(void);
void rt_roi_end(void);
#else
static inline void rt_roi_begin(void)
{
    __asm__ volatile(RT_ROI_BEGIN ::: "memory");
}

static inline void rt_roi_end(void)
{
    __asm__ volatile(RT_ROI_END ::: "memory");
}
#endif

/* Kernels stay functions of their own, so that profiles name them, and are compiled
 * without knowledge of their caller's arguments: constants stay in registers or memory as
 * in a kernel that is called from elsewhere. */
#if defined __has_attribute
#if __has_attribute(noipa)
#define RT_KERNEL static __attribute__((noipa)) void
#endif
#endif
#ifndef RT_KERNEL
#define RT_KERNEL static __attribute__((noinline)) void
#endif

/* Zeroed memory, aligned to 64 bytes, never freed; ends the program with status 2 when there
 * is none.  Arrays follow each other at page boundaries in the plain layout; with
 * RUNG_LAYOUT=SEED in the environment each is moved by a pseudo-random number of cache lines
 * within its page, so that a study can see how far a result depends on the layout. */
void *rt_alloc(size_t bytes);
/* The same for an array of n^dimensions cells. */
void *rt_array(long n, int dimensions, size_t cell);

/* Prints "NAME n=N checksum=HEX", by which a run is compared with other machines. */
void rt_checksum(long n, uint64_t checksum);
/* Prints "NAME: wrong result: WHAT (INDEX)" on standard error and returns 1. */
int rt_wrong(const char *what, long index);

/* One step of a checksum (FNV-1a over 64-bit words, then a rotation). */
static inline uint64_t rt_mix(uint64_t checksum, uint64_t word)
{
    checksum = (checksum ^ word) * 0x100000001b3u;
    return checksum << 23 | checksum >> 41;
}

static inline uint64_t rt_double_bits(double x)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline uint32_t rt_float_bits(float x)
{
    uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* A small linear congruential generator (Knuth's MMIX constants) for input data: 31 bits. */
static inline uint64_t rt_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Below `bound`, which is at most 2^31. */
static inline long rt_random_below(uint64_t *state, long bound)
{
    return (long)(rt_random(state) * (uint64_t)bound >> 31);
}

/* From -8 to 7. */
static inline long rt_random_small(uint64_t *state)
{
    return (long)(rt_random(state) & 15) - 8;
}

#endif
