#include "config.h"

#include <stdlib.h>

#include "base/err.h"
#include "timing/prefetch.h"

int prefetch_init(struct prefetcher *p, const struct machine *m, bool l2)
{
    uint64_t entries =
        machine_count(m, l2 ? MACHINE_l2_prefetch_entries : MACHINE_l1d_prefetch_entries);
    uint64_t line = machine_count(m, l2 ? MACHINE_l2_line : MACHINE_l1d_line);
    p->kind = (enum machine_prefetch)
                  m->value[l2 ? MACHINE_l2_prefetch_kind : MACHINE_l1d_prefetch_kind];
    p->degree = (unsigned)machine_count(m, l2 ? MACHINE_l2_prefetch_degree
                                              : MACHINE_l1d_prefetch_degree);
    p->distance = (unsigned)machine_count(m, l2 ? MACHINE_l2_prefetch_distance
                                                : MACHINE_l1d_prefetch_distance);
    p->line_bits = (unsigned)__builtin_ctzll(line);
    p->page_bits = (unsigned)__builtin_ctzll(machine_count(m, MACHINE_page));
    p->hash_mask = entries - 1;
    p->entry = calloc(entries, sizeof p->entry[0]);
    if (p->entry == NULL)
        return ERR_NOMEM;
    for (uint64_t i = 0; i < entries; i++)
        p->entry[i].key = UINT64_MAX;
    return 0;
}

void prefetch_release(struct prefetcher *p)
{
    free(p->entry);
}
