#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "timing/predictor.h"

/* Puts a word of outcomes into the history and takes out the next to leave each table: of a
 * table of length L those entered L outcomes ago and later, of which the newest word holds the
 * last.  Where L is less than a word they have been put into their places on entry. */
void tage_refill(struct tage *t, struct tage_folds *f)
{
    if (t->newest == t->history) {
        uint32_t *end = t->history + TAGE_WORDS - TAGE_KEPT;
        memcpy(end, t->newest, TAGE_KEPT * sizeof t->history[0]);
        t->newest = end;
    }
    *--t->newest = (uint32_t)f->recent;
    f->recent = 1;
    for (int i = 0; i < TAGE_TABLES; i++) {
        if (t->length[i] < TAGE_WORD)
            continue;
        unsigned first = t->length[i] - TAGE_WORD;
        const uint32_t *word = t->newest + first / TAGE_WORD;
        f->leaving[i] = (uint32_t)((word[0] | (uint64_t)word[1] << 32) >> first % TAGE_WORD);
    }
}

/* Entries are written in pairs, as they are read: hosts hand a value that was stored a moment
 * ago on to a load of the same bytes, but not to a load of more. */
static unsigned get_entry(const struct tage *t, uint32_t at)
{
    return t->table[at];
}

static void set_entry(struct tage *t, uint32_t at, unsigned entry)
{
    uint16_t pair[2], *place = t->table + at - 1;
    memcpy(pair, place, sizeof pair);
    pair[1] = (uint16_t)entry;
    memcpy(place, pair, sizeof pair);
}

/* A misprediction takes an entry that is not useful in a table of longer history; which
 * of the first three that offer one is drawn, so that two branches that always collide
 * part.  Where there is none, all become less useful. */
static void allocate(struct tage *t, const struct tage_look *look, int provider, bool taken)
{
    t->random = t->random * 1664525u + 1013904223u; /* Numerical Recipes, quick generator */
    int first = provider + 1;
    unsigned draw = t->random >> 30;
    if (draw == 3 && first + 1 < TAGE_TABLES)
        first++;
    for (int i = first; i < TAGE_TABLES; i++)
        if ((get_entry(t, look->at[i]) & 3) == 0) {
            set_entry(t, look->at[i], look->tag[i] >> 16 | (taken ? 4u : 3u) << 2);
            return;
        }
    for (int i = provider + 1; i < TAGE_TABLES; i++) {
        unsigned entry = get_entry(t, look->at[i]);
        if ((entry & 3) > 0)
            set_entry(t, look->at[i], entry - 1);
    }
}

static void count_base(uint8_t *counter, bool taken)
{
    if (taken && *counter < 3)
        ++*counter;
    else if (!taken && *counter > 0)
        --*counter;
}

bool tage_learn(struct tage *t, const struct tage_look *look, uint8_t *base, bool taken)
{
    bool base_says = *base >= 2;
    if (look->hits == 0) {
        count_base(base, taken);
        if (base_says != taken)
            allocate(t, look, -1, taken);
        return base_says == taken;
    }
    unsigned provider = tage_last(look->hits), rest = look->hits ^ 1u << provider;
    unsigned own = get_entry(t, look->at[provider]), counter = (own >> 2) & 7;
    bool own_says = (own & 16) != 0;
    bool other_says =
        rest == 0 ? base_says : (get_entry(t, look->at[tage_last(rest)]) & 16) != 0;
    bool is_new = (counter == 3 || counter == 4) && (own & 3) == 0;
    bool right = (is_new && t->alternate >= 0 ? other_says : own_says) == taken;
    if (own_says != other_says) {
        bool own_right = own_says == taken;
        if (is_new && t->alternate < 7 && !own_right)
            t->alternate++;
        else if (is_new && t->alternate > -8 && own_right)
            t->alternate--;
        if (own_right && (own & 3) < 3)
            own++;
        else if (!own_right && (own & 3) > 0)
            own--;
    }
    if (taken && counter < 7)
        own += 4;
    else if (!taken && counter > 0)
        own -= 4;
    set_entry(t, look->at[provider], own);
    if ((own & 3) == 0 && rest == 0)
        count_base(base, taken);
    if (!right && provider < TAGE_TABLES - 1 && own_says != taken)
        allocate(t, look, (int)provider, taken);
    return right;
}

struct tage_site tage_site(const struct tage *t, uint64_t pc)
{
    uint32_t hash = (uint32_t)(pc >> 2);
    return (struct tage_site){
        .index = (hash ^ hash >> t->index_bits) << (32 - t->index_bits),
        .tag = ((hash << 2 ^ hash << 10) << 16) & t->tag_mask[0],
        .base = hash & t->base_mask,
    };
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
    for (int i = 0; i < TAGE_TABLES; i++) {
        unsigned length = (unsigned)(shortest * pow(ratio, i / (TAGE_TABLES - 1.0)) + 0.5);
        if (i > 0 && length <= t->length[i - 1])
            length = t->length[i - 1] + 1;
        t->length[i] = length;
        t->index_down[i] = 29 - index_bits;
        t->tag_mask[i] = UINT32_MAX << (32 - tag_bits);
        t->low_index[i] = 1u << (32 - index_bits);
        t->low_tag[i] = 1u << (32 - tag_bits);
        t->out_index[i] = 1u << (32 - index_bits + length % index_bits);
        t->out_tag[i] = 1u << (32 - tag_bits + length % tag_bits);
        if (length < TAGE_WORD)
            t->outcome[1].leaving[i] = 1u << (TAGE_WORD - length);
    }
    t->outcome[1].index = t->low_index;
    t->outcome[1].tag = t->low_tag;
    t->outcome[1].entry = 7 << 2;
    t->outcome[1].base = 3;
    t->base_mask = (uint32_t)machine_count(m, MACHINE_predictor_base) - 1;
    t->newest = t->history + TAGE_WORDS - TAGE_KEPT;
    t->random = 1;
    t->folds.recent = 1;
    t->room = calloc(entries * TAGE_TABLES + 1, sizeof t->room[0]);
    t->base = malloc(t->base_mask + 1u);
    if (t->room == NULL || t->base == NULL)
        return ERR_NOMEM;
    t->table = t->room + 1; /* entries are read with the one before them */
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
    free(p->tage.room);
    free(p->tage.base);
    free(p->indirect);
    free(p->stack);
    cache_release(&p->btb);
}
