/* Guest memory: one reservation of host addresses, so that a guest address is an offset
 * from its start, with the list of what is mapped in it. */
#ifndef EMU_MEMORY_H
#define EMU_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { MEMORY_READ = 1, MEMORY_WRITE = 2, MEMORY_EXEC = 4 };

enum { MEMORY_PAGE = 4096 };

/* Guest addresses are below this: far more than a problem needs, and little enough for
 * checkers that have a limit of their own (valgrind: 128 GiB). */
#define MEMORY_LIMIT (UINT64_C(1) << 35)

struct memory_region {
    uint64_t start, end; /* whole pages */
    int prot;
};

struct memory {
    uint8_t *base;
    struct memory_region *region; /* sorted, without overlap */
    size_t n_regions, max_regions;
    uint64_t mapped, peak;        /* bytes */
};

int memory_init(struct memory *m, struct err *err);
void memory_release(struct memory *m);

/* Maps zeroed memory, replacing what was there.  Whole pages; ERR_NOMEM otherwise or where
 * the range leaves the guest's addresses. */
int memory_map(struct memory *m, uint64_t start, uint64_t length, int prot);
int memory_unmap(struct memory *m, uint64_t start, uint64_t length);
/* ERR_NOMEM where part of the range is not mapped. */
int memory_protect(struct memory *m, uint64_t start, uint64_t length, int prot);

/* Moves what is mapped at `from` (all of it with one protection) to `to`, replacing what was
 * there; the ranges do not overlap.  Whole pages; ERR_NOMEM where it cannot be done. */
int memory_move(struct memory *m, uint64_t from, uint64_t length, uint64_t to);

/* Whether nothing is mapped in the range. */
bool memory_is_free(const struct memory *m, uint64_t start, uint64_t length);

/* The highest free range of `length` bytes that ends at or below `top`, or 0. */
uint64_t memory_find_gap(const struct memory *m, uint64_t top, uint64_t length);

/* Whether all of the range is mapped with at least `prot`. */
bool memory_allows(const struct memory *m, uint64_t start, uint64_t length, int prot);
/* Whether a page of the range may hold code. */
bool memory_has_code(const struct memory *m, uint64_t start, uint64_t length);
/* The protection of the page at `address`, or -1. */
int memory_prot(const struct memory *m, uint64_t address);
/* The first address behind the region that holds `address`, or `address` where none does. */
uint64_t memory_region_end(const struct memory *m, uint64_t address);
/* How far from `address` on the memory stays mapped, or unmapped, as it is there. */
uint64_t memory_same_until(const struct memory *m, uint64_t address);

#endif
