/* Source lines of guest addresses, from the program's DWARF. */
#ifndef SIM_LINES_H
#define SIM_LINES_H

#include <stddef.h>
#include <stdint.h>

struct lines;

/* NULL when the file has no debug information, or none that can be read: lines are a help,
 * nobody's result depends on them. */
struct lines *lines_alloc(const char *elf);
void lines_free(struct lines *l);

/* "problems/dense/gemm.c:21" for an address as it stands in the file, or "".  Of a name that
 * does not fit, the end is kept.  `l` may be NULL. */
void lines_find(const struct lines *l, uint64_t pc, char *text, size_t size);

/* Name and version of the library below, for `rung --version`. */
void lines_library(char *text, size_t size);

#endif
