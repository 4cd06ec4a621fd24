#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "timing/predictor.h"

/* Puts the last 16 outcomes into the history and takes out the next 16 that leave each table:
 * of a table of length L those entered L to L - 15 outcomes ago, of which the newest word
 * holds the last.  Where L is below 16 they have been put into their places on entry. */
void tage_refill(struct tage *t)
{
    if (t->newest == t->history) {
        uint16_t *end = t->history + TAGE_WORDS - TAGE_KEPT;
        memcpy(end, t->newest, TAGE_KEPT * sizeof t->history[0]);
        t->newest = end;
    }
    *--t->newest = t->recent;
    t->n_recent = 0;
    for (int i = 0; i < TAGE_TABLES; i++) {
        if (t->length[i] < 16)
            continue;
        unsigned first = t->length[i] - 16;
        const uint16_t *word = t->newest + first / 16;
        t->leaving[i] = (uint16_t)((word[0] | (uint32_t)word[1] << 16) >> first % 16);
    }
}

/* A misprediction takes an entry that is not useful in a table of longer history; which
 * of the first three that offer one is drawn, so that two branches that always collide
 * part.  Where there is none, all become less useful. */
void tage_allocate(struct tage *t, int provider, const uint16_t at[TAGE_TABLES],
                   tage_lanes tag, bool taken)
{
    t->random = t->random * 1664525u + 1013904223u; /* Numerical Recipes, quick generator */
    int first = provider + 1;
    unsigned draw = t->random >> 30;
    if (draw == 3 && first + 1 < TAGE_TABLES)
        first++;
    for (int i = first; i < TAGE_TABLES; i++) {
        uint16_t *e = tage_entry(t, i, at[i]);
        if ((*e & 3) == 0) {
            *e = (uint16_t)(tag[i] | (taken ? 4u : 3u) << 2);
            return;
        }
    }
    for (int i = provider + 1; i < TAGE_TABLES; i++) {
        uint16_t *e = tage_entry(t, i, at[i]);
        if ((*e & 3) > 0)
            --*e;
    }
}

static unsigned greatest_common_divisor(unsigned a, unsigned b)
{
    while (b != 0) {
        unsigned rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int tage_init(struct tage *t, const struct machine *m)
{
    uint64_t entries = machine_count(m, MACHINE_predictor_entries);
    double shortest = m->value[MACHINE_predictor_shortest];
    double ratio = m->value[MACHINE_predictor_longest] / shortest;
    unsigned index_bits = (unsigned)__builtin_ctzll(entries), tag_bits = 11;
    while (greatest_common_divisor(index_bits, tag_bits) != 1)
        tag_bits--;
    t->index_bits = index_bits;
    t->index_down = 16 - index_bits;
    t->tag_mask = (uint16_t)(0xffffu << (16 - tag_bits));
    for (int i = 0; i < TAGE_TABLES; i++) {
        unsigned length = (unsigned)(shortest * pow(ratio, i / (TAGE_TABLES - 1.0)) + 0.5);
        if (i > 0 && length <= t->length[i - 1])
            length = t->length[i - 1] + 1;
        t->length[i] = length;
        t->enter[i] = length < 16 ? (uint16_t)(1u << (16 - length)) : 0;
        t->low_index[i] = (uint16_t)(1u << (16 - index_bits));
        t->low_tag[i] = (uint16_t)(1u << (16 - tag_bits));
        t->out_index[i] = (uint16_t)(1u << (16 - index_bits + length % index_bits));
        t->out_tag[i] = (uint16_t)(1u << (16 - tag_bits + length % tag_bits));
    }
    t->base_mask = (uint32_t)machine_count(m, MACHINE_predictor_base) - 1;
    t->newest = t->history + TAGE_WORDS - TAGE_KEPT;
    t->random = 1;
    t->table = calloc(entries, TAGE_TABLES * sizeof t->table[0]);
    t->base = malloc(t->base_mask + 1u);
    if (t->table == NULL || t->base == NULL)
        return ERR_NOMEM;
    memset(t->base, 1, t->base_mask + 1u); /* weakly not taken */
    return 0;
}

int predictor_init(struct predictor *p, const struct machine *m)
{
    memset(p, 0, sizeof *p);
    p->kind = (enum machine_predictor)m->value[MACHINE_predictor_kind];
    p->indirect_mask = (uint32_t)machine_count(m, MACHINE_indirect_entries) - 1;
    p->stack_size = (unsigned)machine_count(m, MACHINE_return_stack);
    p->indirect = calloc(p->indirect_mask + 1u, sizeof p->indirect[0]);
    p->stack = calloc(p->stack_size, sizeof p->stack[0]);
    int rc = p->indirect != NULL && p->stack != NULL ? 0 : ERR_NOMEM;
    if (rc == 0)
        rc = tage_init(&p->tage, m);
    if (rc == 0)
        rc = cache_init(&p->btb, machine_count(m, MACHINE_btb_entries),
                        (unsigned)machine_count(m, MACHINE_btb_ways), 0);
    return rc;
}

void predictor_release(struct predictor *p)
{
    free(p->tage.table);
    free(p->tage.base);
    free(p->indirect);
    free(p->stack);
    cache_release(&p->btb);
}
