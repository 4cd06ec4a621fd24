/* SHA-256 (FIPS 180-4, by nettle) as the identity of files and runs. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>

#include "base/err.h"

enum { HASH_TEXT_SIZE = 65 }; /* 64 hexadecimal digits and the NUL */

/* The digits of bytes; of a file, ERR_DATA when it cannot be read. */
void hash_bytes(const void *bytes, size_t len, char text[HASH_TEXT_SIZE]);
int hash_file(const char *path, char text[HASH_TEXT_SIZE], struct err *err);
/* Name and version of the library below, for `rung --version`. */
void hash_library(char *text, size_t size);

#endif
