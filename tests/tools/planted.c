/* A part of rung in which something is wrong, for tests of `rung profile`: the whole program is
 * linked with its emulator's emu_next() wrapped.  The environment says what is planted:
 *
 *   PLANTED_SHARE=0.3        planted_burn() takes this share of the processor time
 *   PLANTED_ALLOCATIONS=3    planted_allocate() allocates so often with each batch
 */
#include "config.h"

#include <stdlib.h>
#include <time.h>

#include "emu/emu.h"

int __real_emu_next(struct emu *emu, struct record_batch *batch);
int __wrap_emu_next(struct emu *emu, struct record_batch *batch);

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static volatile unsigned long sink;

/* Some microseconds of nothing. */
static __attribute__((noinline)) void planted_burn(unsigned long rounds)
{
    for (unsigned long i = 0; i < rounds; i++)
        sink += i;
}

/* The compiler would leave out what nobody sees. */
static void *volatile taken;

static __attribute__((noinline)) void planted_allocate(int times)
{
    for (int i = 0; i < times; i++)
        taken = malloc(64 + (size_t)i), free(taken);
}

static double number(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtod(text, NULL) : 0;
}

/* Keeps the share by what it has burnt and what else went by while guests ran. */
int __wrap_emu_next(struct emu *emu, struct record_batch *batch)
{
    static double last, others, burnt; /* of this process: one guest runs after the other */
    static unsigned long rounds = 1000;
    double share = number("PLANTED_SHARE");
    int allocations = (int)number("PLANTED_ALLOCATIONS");
    if (allocations > 0)
        planted_allocate(allocations);
    if (share > 0 && emu_instructions(emu) == 0)
        last = now();
    if (share > 0) {
        double from = now();
        others += from - last;
        while (burnt < share / (1 - share) * others) {
            planted_burn(rounds);
            last = now();
            burnt += last - from;
            /* Long enough that the clock costs little beside it. */
            if (last - from < 100e-6)
                rounds *= 2;
            from = last;
        }
        last = from;
    }
    return __real_emu_next(emu, batch);
}
