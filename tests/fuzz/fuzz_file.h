/* The bytes of a fuzzer as a file, for readers that want a name. */
#ifndef TESTS_FUZZ_FILE_H
#define TESTS_FUZZ_FILE_H

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* The path of a temporary file that holds the bytes, the same in every call. */
static inline const char *fuzz_file(const uint8_t *bytes, size_t size)
{
    static char path[] = "/tmp/rung-fuzz.XXXXXX";
    static int file = -1;
    if (file < 0)
        file = mkstemp(path);
    if (file < 0 || ftruncate(file, 0) != 0 || pwrite(file, bytes, size, 0) != (ssize_t)size)
        abort();
    return path;
}

#endif
