/* The runtime for a build on the development machine, with its C library: the same sources
 * give the same checksums there, and RUNG_SECONDS in the environment asks for the seconds
 * spent in the region, on standard error.
 *
 *   cc -O2 -DRT_NATIVE -Iproblems/runtime problems/runtime/native.c problems/dense/gemm.c
 */
#include "rt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double begin, seconds;

static double now(void)
{
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void rt_roi_begin(void)
{
    begin = now();
}

void rt_roi_end(void)
{
    seconds += now() - begin;
}

void *rt_alloc(size_t bytes)
{
    void *p = NULL;
    size_t whole = (bytes + 4095) / 4096 * 4096;
    if (whole >= bytes)
        p = aligned_alloc(4096, whole > 0 ? whole : 4096);
    if (p == NULL) {
        fprintf(stderr, "%s: out of memory\n", rt_name);
        exit(2);
    }
    return memset(p, 0, bytes);
}

void *rt_array(long n, int dimensions, size_t cell)
{
    double bytes = (double)cell;
    size_t exact = cell;
    for (int i = 0; i < dimensions; i++) {
        bytes *= (double)n;
        exact *= (size_t)n;
    }
    return rt_alloc(bytes < 0x1p47 ? exact : SIZE_MAX);
}

void rt_checksum(long n, uint64_t checksum)
{
    printf("%s n=%ld checksum=%016" PRIx64 "\n", rt_name, n, checksum);
}

int rt_wrong(const char *what, long index)
{
    fprintf(stderr, "%s: wrong result: %s (%ld)\n", rt_name, what, index);
    return 1;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long n = argc == 2 ? strtol(argv[1], &end, 10) : -1;
    if (argc != 2 || *end != '\0' || n < 1 || n > 0x7fffffff) {
        fprintf(stderr, "usage: %s SIZE\n", rt_name);
        return 2;
    }
    int status = problem(n);
    if (getenv("RUNG_SECONDS") != NULL)
        fprintf(stderr, "%.9f\n", seconds);
    return status;
}
