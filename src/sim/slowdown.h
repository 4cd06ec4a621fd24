/* A deliberate slow-down, for tests of what finds one: ./configure --enable-slowdown=PERCENT.
 * Without that option nothing of it is compiled.
 *
 * So many per cent of the processor's time that batches have taken is burnt behind every few of
 * them, so that each block takes longer by the same share in every mode.  The environment's
 * RUNG_SLOWDOWN, a number, takes the place of the one configured. */
#ifndef SIM_SLOWDOWN_H
#define SIM_SLOWDOWN_H

#ifdef SIM_SLOWDOWN

#include <stdlib.h>
#include <time.h>

enum {
    SLOWDOWN_BATCHES = 4, /* of some thousand blocks each: asking for the time takes as some ten */
    SLOWDOWN_TURNS = 4000 /* some microseconds */
};

struct slowdown {
    double share;    /* of the time, burnt on top */
    double last;     /* processor time at the end of the last burning */
    double over;     /* burnt too much, to be burnt less next time */
    unsigned batches;
};

static inline double slowdown_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline void slowdown_init(struct slowdown *s)
{
    const char *percent = getenv("RUNG_SLOWDOWN");
    s->share = (percent != NULL ? strtod(percent, NULL) : SIM_SLOWDOWN) / 100;
    s->last = slowdown_now();
    s->over = 0;
    s->batches = 0;
}

static inline void slowdown_batch(struct slowdown *s)
{
    if (++s->batches < SLOWDOWN_BATCHES)
        return;
    double now = slowdown_now(), end = now + s->share * (now - s->last) - s->over;
    /* The kernel's part of asking for the time is no user time: few questions, many turns. */
    while (now < end) {
        for (volatile int i = 0; i < SLOWDOWN_TURNS; i++)
            continue;
        now = slowdown_now();
    }
    s->last = now;
    s->over = now - end;
    s->batches = 0;
}

#else

struct slowdown {
    char none;
};
static inline void slowdown_init(struct slowdown *s)
{
    (void)s;
}
static inline void slowdown_batch(struct slowdown *s)
{
    (void)s;
}

#endif

#endif
