/* Time and memory of this process, and what host it runs on. */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#include <stdint.h>

double cpu_wall_seconds(void);   /* monotonic clock */
double cpu_user_seconds(void);   /* user CPU time of this process */
double cpu_busy_seconds(void);   /* its CPU time, the kernel's included, to the nanosecond */
uint64_t cpu_peak_memory(void);  /* bytes, largest resident set so far */
/* Bytes that programs can still take without swapping, as the kernel estimates it, and within
 * the limit of the control group; 0 when that is not to be had. */
uint64_t cpu_free_memory(void);
/* Bytes that process `pid` has resident now; 0 when there is none such. */
uint64_t cpu_memory_of(long pid);
/* The first `most` processors that this process may run on; returns how many these are. */
unsigned cpu_allowed(unsigned *cpu, unsigned most);
/* Keeps this process on one of them: 0, or an errno value. */
int cpu_pin(unsigned cpu);
/* "model name, cores, memory" of the host as one line, heap string. */
char *cpu_host_description(void);

#endif
