/* Clocks go forward, sleeping passes time, the calendar can be computed. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static double now(clockid_t id)
{
    struct timespec t;

    if (clock_gettime(id, &t) != 0)
        exit(9);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(void)
{
    double begin = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    struct timespec nap = {0, 20000000}, step;
    struct timeval tv;
    volatile unsigned long sum = 0;

    for (unsigned long i = 0; i < 3000000; i++)
        sum += i * i;
    double worked = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("work takes time: %d\n", worked > 0 && worked < 60);
    printf("sleep: %d\n", nanosleep(&nap, NULL));
    double passed = now(CLOCK_MONOTONIC) - begin;
    printf("it passed: %d\n", passed >= 0.02 && passed < 60);
    printf("resolution: %d %ld\n", clock_getres(CLOCK_MONOTONIC, &step), step.tv_nsec);
    time_t clock_now = time(NULL);
    gettimeofday(&tv, NULL);
    printf("calendar: %d\n", clock_now >= 946684800 && tv.tv_sec - clock_now <= 1);
    time_t when = 1700000000;
    struct tm tm;
    char text[64];
    gmtime_r(&when, &tm);
    strftime(text, sizeof(text), "%A %d %B %Y %H:%M:%S, day %j", &tm);
    puts(text);
    localtime_r(&when, &tm);
    tm.tm_mon += 14;
    printf("%ld %d\n", (long)mktime(&tm), clock() >= 0);
    return 0;
}
