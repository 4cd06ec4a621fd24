/* Notes:
 * - Counters of the processor count user mode alone: that is what the kernel gives to everybody
 *   (perf_event_paranoid 2, its default), and where the simulator is.
 * - A processor has fewer counters than are asked for; the kernel takes turns, and a count is
 *   scaled by the time in which it was taken.
 */
#include "config.h"

#include "profile/hardware.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    uint32_t type;
    uint64_t config;
} events[RECORD_COUNTER_MAX] = {
    [RECORD_cycles] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    [RECORD_instructions] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    [RECORD_branches] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
    [RECORD_branch_misses] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
    [RECORD_cache_references] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES},
    [RECORD_cache_misses] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
    [RECORD_page_faults] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
    [RECORD_context_switches] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
};

void hardware_init(struct hardware *h)
{
    for (int i = 0; i < RECORD_COUNTER_MAX; i++) {
        struct perf_event_attr a = {.type = events[i].type,
                                    .size = sizeof(a),
                                    .config = events[i].config,
                                    .disabled = 1,
                                    .exclude_kernel = events[i].type == PERF_TYPE_HARDWARE,
                                    .exclude_hv = 1,
                                    .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED |
                                                   PERF_FORMAT_TOTAL_TIME_RUNNING};
        h->fd[i] = (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
        h->error[i] = h->fd[i] < 0 ? errno : 0;
    }
}

void hardware_release(struct hardware *h)
{
    for (int i = 0; i < RECORD_COUNTER_MAX; i++)
        if (h->fd[i] >= 0)
            close(h->fd[i]);
}

static void switch_all(const struct hardware *h, unsigned long request)
{
    for (int i = 0; i < RECORD_COUNTER_MAX; i++)
        if (h->fd[i] >= 0)
            ioctl(h->fd[i], request, 0);
}

void hardware_on(struct hardware *h)
{
    switch_all(h, PERF_EVENT_IOC_ENABLE);
}

void hardware_off(struct hardware *h)
{
    switch_all(h, PERF_EVENT_IOC_DISABLE);
}

static const char *reason(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return "the kernel forbids it (see kernel.perf_event_paranoid)";
    case ENOENT:
    case EOPNOTSUPP:
        return "the processor, or the virtual machine, has no such counters";
    case ENOSYS:
        return "the kernel has no perf_event_open";
    default:
        return strerror(error);
    }
}

void hardware_read(const struct hardware *h, struct record_report *report)
{
    int missing = -1;
    for (int i = 0; i < RECORD_COUNTER_MAX; i++) {
        uint64_t value[3] = {0}; /* the count, nanoseconds switched on, and counted in */
        if (h->fd[i] >= 0 && read(h->fd[i], value, sizeof(value)) == sizeof(value) &&
            value[2] > 0)
            report->counter[i] = (double)value[0] * ((double)value[1] / (double)value[2]);
        else if (missing < 0)
            missing = i;
    }
    if (missing >= 0)
        snprintf(report->no_counters, sizeof(report->no_counters), "%s",
                 h->error[missing] != 0 ? reason(h->error[missing])
                                        : "the processor's counters were taken");
}
