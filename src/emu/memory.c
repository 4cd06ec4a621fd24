#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "emu/memory.h"

enum {
    GUARD = 1 << 20, /* accesses start below the limit and end at most this far above it */
    LARGE = 4 << 20  /* bytes from which on a mapping is worth pages of the host's larger size */
};

int memory_init(struct memory *m, struct err *err)
{
    *m = (struct memory){0};
    void *base = mmap(NULL, MEMORY_LIMIT + GUARD, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return err_set(
            err, ERR_NOMEM,
            "can't reserve %llu GiB of addresses for the guest (is 'ulimit -v' set?)",
            (unsigned long long)(MEMORY_LIMIT >> 30));
    m->base = base;
    return 0;
}

void memory_release(struct memory *m)
{
    if (m->base != NULL)
        munmap(m->base, MEMORY_LIMIT + GUARD);
    free(m->region);
    *m = (struct memory){0};
}

static int host_prot(int prot)
{
    return (prot & (MEMORY_READ | MEMORY_EXEC) ? PROT_READ : 0) |
           (prot & MEMORY_WRITE ? PROT_READ | PROT_WRITE : 0);
}

static bool valid_range(uint64_t start, uint64_t length)
{
    return start % MEMORY_PAGE == 0 && length % MEMORY_PAGE == 0 && length > 0 &&
           start < MEMORY_LIMIT && length <= MEMORY_LIMIT - start;
}

static int reserve_regions(struct memory *m)
{
    if (m->n_regions + 2 <= m->max_regions)
        return 0;
    size_t size = m->max_regions * 2 + 16;
    struct memory_region *grown = realloc(m->region, size * sizeof(*grown));
    if (grown == NULL)
        return ERR_NOMEM;
    m->region = grown;
    m->max_regions = size;
    return 0;
}

static void insert_region(struct memory *m, size_t at, struct memory_region r)
{
    memmove(&m->region[at + 1], &m->region[at], (m->n_regions - at) * sizeof(r));
    m->region[at] = r;
    m->n_regions++;
}

/* Makes one of a region and its neighbour above, where nothing tells them apart. */
static void join_next(struct memory *m, size_t at)
{
    if (at + 1 >= m->n_regions || m->region[at].end != m->region[at + 1].start ||
        m->region[at].prot != m->region[at + 1].prot)
        return;
    m->region[at].end = m->region[at + 1].end;
    m->n_regions--;
    memmove(&m->region[at + 1], &m->region[at + 2],
            (m->n_regions - at - 1) * sizeof(m->region[0]));
}

/* Cuts the regions at `address`, so that none reaches across it.  There is room. */
static void split(struct memory *m, uint64_t address)
{
    for (size_t i = 0; i < m->n_regions; i++) {
        struct memory_region *r = &m->region[i];
        if (r->start < address && address < r->end) {
            struct memory_region upper = {address, r->end, r->prot};
            r->end = address;
            insert_region(m, i + 1, upper);
            return;
        }
    }
}

/* Takes what lies between two cuts out of the list; returns where it was. */
static size_t remove_between(struct memory *m, uint64_t start, uint64_t end)
{
    size_t from = 0, to;

    while (from < m->n_regions && m->region[from].start < start)
        from++;
    for (to = from; to < m->n_regions && m->region[to].end <= end; to++)
        m->mapped -= m->region[to].end - m->region[to].start;
    memmove(&m->region[from], &m->region[to], (m->n_regions - to) * sizeof(m->region[0]));
    m->n_regions -= to - from;
    return from;
}

static int cut_out(struct memory *m, uint64_t start, uint64_t end, size_t *at)
{
    for (int i = 0; i < 2; i++) {
        if (reserve_regions(m) < 0)
            return ERR_NOMEM;
        split(m, i == 0 ? start : end);
    }
    if (reserve_regions(m) < 0)
        return ERR_NOMEM;
    *at = remove_between(m, start, end);
    return 0;
}

int memory_map(struct memory *m, uint64_t start, uint64_t length, int prot)
{
    size_t at;

    if (!valid_range(start, length) || cut_out(m, start, start + length, &at) < 0)
        return ERR_NOMEM;
    void *p = mmap(m->base + start, length, host_prot(prot),
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (p == MAP_FAILED)
        return ERR_NOMEM;
    /* Walks with large strides wait for the host's translation otherwise.  A host that has no
     * larger pages is as right, and slower. */
    if (length >= LARGE && prot != 0)
        (void)madvise(p, length, MADV_HUGEPAGE);
    insert_region(m, at, (struct memory_region){start, start + length, prot});
    join_next(m, at);
    if (at > 0)
        join_next(m, at - 1);
    m->mapped += length;
    if (m->mapped > m->peak)
        m->peak = m->mapped;
    return 0;
}

int memory_unmap(struct memory *m, uint64_t start, uint64_t length)
{
    size_t at;

    if (!valid_range(start, length) || cut_out(m, start, start + length, &at) < 0)
        return ERR_NOMEM;
    void *p = mmap(m->base + start, length, PROT_NONE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    return p == MAP_FAILED ? ERR_NOMEM : 0;
}

int memory_protect(struct memory *m, uint64_t start, uint64_t length, int prot)
{
    if (!valid_range(start, length) || !memory_allows(m, start, length, 0))
        return ERR_NOMEM;
    for (int i = 0; i < 2; i++) {
        if (reserve_regions(m) < 0)
            return ERR_NOMEM;
        split(m, i == 0 ? start : start + length);
    }
    for (size_t i = 0; i < m->n_regions; i++)
        if (m->region[i].start >= start && m->region[i].end <= start + length)
            m->region[i].prot = prot;
    return mprotect(m->base + start, length, host_prot(prot)) < 0 ? ERR_NOMEM : 0;
}

int memory_move(struct memory *m, uint64_t from, uint64_t length, uint64_t to)
{
    uint64_t peak = m->peak;
    int prot = memory_prot(m, from);

    if (!valid_range(from, length) || !memory_allows(m, from, length, 0) ||
        memory_map(m, to, length, MEMORY_READ | MEMORY_WRITE) < 0)
        return ERR_NOMEM;
    /* The host moves pages, not bytes, where its own list of ranges agrees with ours. */
    void *moved =
        mremap(m->base + from, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, m->base + to);
    if (moved == MAP_FAILED) {
        if (mprotect(m->base + from, length, PROT_READ) < 0)
            return ERR_NOMEM;
        memcpy(m->base + to, m->base + from, length);
    }
    if (memory_protect(m, to, length, prot) < 0 || memory_unmap(m, from, length) < 0)
        return ERR_NOMEM;
    /* Both places were in the list for a moment, but not in memory. */
    m->peak = m->mapped > peak ? m->mapped : peak;
    return 0;
}

/* The first region that ends behind an address; n_regions where none does. */
static size_t region_behind(const struct memory *m, uint64_t address)
{
    size_t low = 0, high = m->n_regions;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->region[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool holds(const struct memory *m, size_t i, uint64_t address)
{
    return i < m->n_regions && m->region[i].start <= address;
}

bool memory_is_free(const struct memory *m, uint64_t start, uint64_t length)
{
    size_t i = region_behind(m, start);

    return length == 0 || i == m->n_regions || m->region[i].start >= start + length;
}

uint64_t memory_find_gap(const struct memory *m, uint64_t top, uint64_t length)
{
    uint64_t end = top;

    for (size_t i = m->n_regions; i > 0; i--) {
        const struct memory_region *r = &m->region[i - 1];
        if (r->start >= end)
            continue;
        if (r->end < end && end - r->end >= length)
            return end - length;
        end = r->start;
    }
    return end > length + MEMORY_PAGE ? end - length : 0;
}

bool memory_allows(const struct memory *m, uint64_t start, uint64_t length, int prot)
{
    uint64_t at = start, end = start + length;

    if (end < start || end > MEMORY_LIMIT)
        return false;
    for (size_t i = region_behind(m, at); i < m->n_regions && at < end; i++) {
        const struct memory_region *r = &m->region[i];
        if (r->start > at || (r->prot & prot) != prot)
            return false;
        at = r->end;
    }
    return at >= end;
}

bool memory_has_code(const struct memory *m, uint64_t start, uint64_t length)
{
    for (size_t i = 0; i < m->n_regions; i++)
        if ((m->region[i].prot & MEMORY_EXEC) && m->region[i].start < start + length &&
            m->region[i].end > start)
            return true;
    return false;
}

int memory_prot(const struct memory *m, uint64_t address)
{
    size_t i = region_behind(m, address);

    return holds(m, i, address) ? m->region[i].prot : -1;
}

uint64_t memory_region_end(const struct memory *m, uint64_t address)
{
    size_t i = region_behind(m, address);

    return holds(m, i, address) ? m->region[i].end : address;
}

uint64_t memory_same_until(const struct memory *m, uint64_t address)
{
    size_t i = region_behind(m, address);

    if (!holds(m, i, address))
        return i < m->n_regions ? m->region[i].start : MEMORY_LIMIT;
    while (i + 1 < m->n_regions && m->region[i + 1].start == m->region[i].end)
        i++;
    return m->region[i].end;
}
