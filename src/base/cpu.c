#include "config.h"

#include "base/cpu.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "base/units.h"

double cpu_wall_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double cpu_user_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec * 1e-6;
}

double cpu_busy_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

uint64_t cpu_peak_memory(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024; /* Linux counts in KiB: getrusage(2) */
}

/* The number behind `label` at the start of a line, or the first one of all; 0: none. */
static uint64_t read_number(const char *path, const char *label)
{
    char line[256];
    unsigned long long value = 0;
    size_t len = strlen(label);
    bool found = false;
    FILE *file = fopen(path, "re");
    while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL)
        found = strncmp(line, label, len) == 0 && sscanf(line + len, "%llu", &value) == 1;
    if (file != NULL)
        fclose(file);
    return found ? value : 0;
}

/* What a control group leaves, by its files of limit and use; UINT64_MAX: no limit. */
static uint64_t group_free(const char *limit_file, const char *use_file)
{
    uint64_t limit = read_number(limit_file, ""), use = read_number(use_file, "");
    if (limit == 0) /* "max", or no such file */
        return UINT64_MAX;
    return limit > use ? limit - use : 1;
}

uint64_t cpu_free_memory(void)
{
    uint64_t unused = read_number("/proc/meminfo", "MemAvailable:") * 1024;
    uint64_t second = group_free("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current");
    uint64_t first = group_free("/sys/fs/cgroup/memory/memory.limit_in_bytes",
                                "/sys/fs/cgroup/memory/memory.usage_in_bytes");
    unused = second < unused ? second : unused;
    return first < unused ? first : unused;
}

uint64_t cpu_memory_of(long pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%ld/status", pid);
    return read_number(path, "VmRSS:") * 1024;
}

unsigned cpu_allowed(unsigned *cpu, unsigned most)
{
    cpu_set_t set;
    unsigned n = 0;
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 0;
    for (unsigned i = 0; i < CPU_SETSIZE && n < most; i++)
        if (CPU_ISSET(i, &set))
            cpu[n++] = i;
    return n;
}

int cpu_pin(unsigned cpu)
{
    cpu_set_t set;
    if (cpu >= CPU_SETSIZE)
        return EINVAL;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof(set), &set) != 0 ? errno : 0;
}

/* Appends the first "model name" of /proc/cpuinfo.  AArch64 kernels give none; the
 * machine's name from uname stands in there. */
static void add_model(struct str *s)
{
    char line[512];
    bool found = false;
    FILE *file = fopen("/proc/cpuinfo", "re");
    while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL) {
        char *value = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || value == NULL)
            continue;
        value += strspn(value, ": \t");
        value[strcspn(value, "\n")] = '\0';
        str_add(s, value);
        found = *value != '\0';
    }
    if (file != NULL)
        fclose(file);
    struct utsname name;
    if (!found)
        str_add(s, uname(&name) == 0 ? name.machine : "unknown processor");
}

char *cpu_host_description(void)
{
    struct str s;
    str_init(&s);
    add_model(&s);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    str_addf(&s, ", %ld core%s", cores, cores == 1 ? "" : "s");
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0) {
        char buffer[32];
        str_addf(&s, ", %s",
                 units_format_bytes(buffer, sizeof(buffer), (uint64_t)pages * (uint64_t)page));
    }
    return str_detach(&s);
}
