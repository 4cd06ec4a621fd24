#include "config.h"

#include <stdlib.h>

#include "base/err.h"
#include "timing/cache.h"

int cache_init(struct cache *c, uint64_t entries, unsigned ways, unsigned line_bits)
{
    uint64_t sets = entries / ways;
    *c = (struct cache){.sets = sets,
                        .ways = ways,
                        .stride = ways > 8 ? 16 : 8,
                        .line_bits = line_bits};
    c->odd = (sets & (sets - 1)) != 0;
    if (!c->odd) {
        c->mask = sets - 1;
        c->set_bits = (unsigned)__builtin_ctzll(sets);
    }
    uint64_t words = sets * c->stride;
    c->tag = aligned_alloc(64, (words * sizeof c->tag[0] + 63) & ~(uint64_t)63);
    c->first = malloc(sets * sizeof c->first[0]);
    if (c->tag == NULL || c->first == NULL)
        return ERR_NOMEM;
    for (uint64_t i = 0; i < sets; i++)
        c->first[i] = UINT64_MAX;
    for (uint64_t i = 0; i < words; i++)
        c->tag[i] = CACHE_INVALID;
    return 0;
}

void cache_release(struct cache *c)
{
    free(c->tag);
    free(c->first);
    c->tag = NULL;
    c->first = NULL;
}
