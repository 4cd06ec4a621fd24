/* Notes: by default the guest's clocks tell instructions: one nanosecond each, and sleeping
 * costs no real time but moves them on.  The calendar starts at 2000-01-01T00:00:00Z.  So a
 * program that measures itself does the same in every run. */
#include "config.h"

#include <time.h>

#include "emu/syscall_priv.h"

#define SECOND UINT64_C(1000000000)
#define EPOCH (UINT64_C(946684800) * SECOND)

enum { GUEST_TIMER_ABSTIME = 1 };

struct guest_timespec {
    int64_t seconds, nanoseconds;
};

static uint64_t run_time(const struct system *s)
{
    return s->retired + s->slept;
}

static uint64_t read_host(clockid_t id)
{
    struct timespec t;

    return clock_gettime(id, &t) < 0 ? 0 : (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* Nanoseconds of a clock by its Linux number, or negative. */
static int64_t read_clock(const struct system *s, uint64_t id)
{
    switch ((int32_t)id) {
    case 0:  /* CLOCK_REALTIME */
    case 5:  /* CLOCK_REALTIME_COARSE */
    case 11: /* CLOCK_TAI */
        return (int64_t)(s->host_clock ? read_host(CLOCK_REALTIME) : EPOCH + run_time(s));
    case 1: /* CLOCK_MONOTONIC */
    case 4: /* CLOCK_MONOTONIC_RAW */
    case 6: /* CLOCK_MONOTONIC_COARSE */
    case 7: /* CLOCK_BOOTTIME */
        return (int64_t)(s->host_clock ? read_host(CLOCK_MONOTONIC) : run_time(s));
    case 2: /* CLOCK_PROCESS_CPUTIME_ID */
    case 3: /* CLOCK_THREAD_CPUTIME_ID */
        return (int64_t)(s->host_clock ? read_host(CLOCK_PROCESS_CPUTIME_ID) : s->retired);
    default:
        return -EINVAL;
    }
}

uint64_t system_ticks(const struct system *s)
{
    return (uint64_t)read_clock(s, 1);
}

static int64_t put_time(struct system *s, uint64_t address, uint64_t t, uint64_t unit)
{
    const int64_t pair[2] = {(int64_t)(t / SECOND), (int64_t)(t % SECOND / unit)};

    return system_put(s, address, pair, sizeof(pair));
}

int64_t system_clock_gettime(struct system *s, const uint64_t *x)
{
    int64_t t = read_clock(s, x[0]);

    return t < 0 ? t : put_time(s, x[1], (uint64_t)t, 1);
}

int64_t system_clock_getres(struct system *s, const uint64_t *x)
{
    int64_t t = read_clock(s, x[0]);

    return t < 0 ? t : x[1] == 0 ? 0 : put_time(s, x[1], 1, 1);
}

int64_t system_gettimeofday(struct system *s, const uint64_t *x)
{
    static const int32_t utc[2];
    int64_t rc = x[0] == 0 ? 0 : put_time(s, x[0], (uint64_t)read_clock(s, 0), 1000);

    return rc < 0 || x[1] == 0 ? rc : system_put(s, x[1], utc, sizeof(utc));
}

static void sleep_for(struct system *s, uint64_t nanoseconds)
{
    const uint64_t most = UINT64_C(1) << 62; /* 146 years */

    if (!s->host_clock) {
        s->slept = nanoseconds < most - s->slept ? s->slept + nanoseconds : most;
        return;
    }
    struct timespec t = {(time_t)(nanoseconds / SECOND), (long)(nanoseconds % SECOND)};
    while (nanosleep(&t, &t) < 0 && errno == EINTR)
        ;
}

/* Nanoseconds of the guest's struct timespec, at most some 290 years; or negative. */
static int64_t get_span(const struct system *s, uint64_t address)
{
    struct guest_timespec t;
    int64_t rc = system_get(s, &t, address, sizeof(t));

    if (rc < 0)
        return rc;
    if (t.seconds < 0 || t.nanoseconds < 0 || t.nanoseconds >= (int64_t)SECOND)
        return -EINVAL;
    if (t.seconds > INT64_MAX / (int64_t)SECOND - 1)
        return INT64_MAX;
    return t.seconds * (int64_t)SECOND + t.nanoseconds;
}

int64_t system_nanosleep(struct system *s, const uint64_t *x)
{
    int64_t span = get_span(s, x[0]);

    if (span < 0)
        return span;
    sleep_for(s, (uint64_t)span);
    return 0;
}

int64_t system_clock_nanosleep(struct system *s, const uint64_t *x)
{
    int64_t now = read_clock(s, x[0]), span = get_span(s, x[2]);

    if (now < 0 || span < 0)
        return now < 0 ? now : span;
    if (x[1] & GUEST_TIMER_ABSTIME)
        span = span > now ? span - now : 0;
    sleep_for(s, (uint64_t)span);
    return 0;
}

/* In ticks of a hundredth of a second, as AT_CLKTCK says. */
int64_t system_times(struct system *s, const uint64_t *x)
{
    const uint64_t tick = SECOND / 100;
    const int64_t times[4] = {(int64_t)((uint64_t)read_clock(s, 2) / tick)};
    int64_t rc = x[0] == 0 ? 0 : system_put(s, x[0], times, sizeof(times));

    return rc < 0 ? rc : (int64_t)((uint64_t)read_clock(s, 1) / tick);
}

int64_t system_getrusage(struct system *s, const uint64_t *x)
{
    uint64_t t = (uint64_t)read_clock(s, 2);
    const int64_t usage[18] = {(int64_t)(t / SECOND), (int64_t)(t % SECOND / 1000), 0, 0,
                               (int64_t)(s->memory->peak / 1024)};

    if ((int32_t)x[0] < -1 || (int32_t)x[0] > 1)
        return -EINVAL;
    return system_put(s, x[1], usage, sizeof(usage));
}
