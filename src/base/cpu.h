/* Time and memory of this process, and what host it runs on. */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#include <stdint.h>

double cpu_wall_seconds(void);   /* monotonic clock */
double cpu_user_seconds(void);   /* user CPU time of this process */
uint64_t cpu_peak_memory(void);  /* bytes, largest resident set so far */
/* "model name, cores, memory" of the host as one line, heap string. */
char *cpu_host_description(void);

#endif
