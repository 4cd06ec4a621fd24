#include "config.h"

#include "base/cpu.h"

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

uint64_t cpu_peak_memory(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024; /* Linux counts in KiB: getrusage(2) */
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
