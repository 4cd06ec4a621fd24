#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "timing/edges.h"

enum { START = 0, NONE = UINT32_MAX }; /* slots 0 and 1 have no block */

int edges_init(struct edges *e, const uint64_t *misses, unsigned window)
{
    size_t n = (size_t)1 << EDGES_RECENT_BITS;
    memset(e, 0, sizeof *e);
    e->misses = misses;
    e->events = HIERARCHY_EVENTS - 1;
    e->window = (int32_t)window;
    e->loop = NONE;
    e->recent = malloc(n * sizeof e->recent[0]);
    if (e->recent == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        e->recent[i].key = UINT64_MAX;
    return edges_reserve(e, 256);
}

void edges_release(struct edges *e)
{
    free(e->recent);
    free(e->edge);
    free(e->count);
    free(e->unit);
    free(e->cost);
    free(e->hash);
    free(e->unknown);
}

static int grow(void **array, size_t old, size_t n, size_t size)
{
    void *grown = realloc(*array, n * size);
    if (grown == NULL)
        return ERR_NOMEM;
    memset((char *)grown + old * size, 0, (n - old) * size);
    *array = grown;
    return 0;
}

/* Knuth's multiplicative hash. */
static size_t place(const struct edges *e, uint32_t from, uint32_t to, unsigned outcome)
{
    uint64_t key = (uint64_t)from << 32 | to;
    key = (key ^ (uint64_t)outcome << 24) * 0x9e3779b97f4a7c15u;
    return (size_t)(key >> 20) & (e->hash_size - 1);
}

static void enter(struct edges *e, uint32_t number)
{
    const struct edge *edge = &e->edge[number];
    size_t at = place(e, edge->from, edge->to, edge->outcome);
    while (e->hash[at] != 0)
        at = (at + 1) & (e->hash_size - 1);
    e->hash[at] = number + 1;
}

static int rehash(struct edges *e, size_t size)
{
    uint32_t *hash = calloc(size, sizeof *hash);
    if (hash == NULL)
        return ERR_NOMEM;
    free(e->hash);
    e->hash = hash;
    e->hash_size = size;
    for (uint32_t i = 0; i < e->n_edges; i++)
        enter(e, i);
    return 0;
}

int edges_reserve(struct edges *e, size_t steps)
{
    size_t need = e->n_edges + 3 * steps; /* a kind, and two that sum up */
    if (need <= e->max_edges)
        return 0;
    size_t n = need + need / 2, size = 1024;
    void *edge = e->edge, *count = e->count, *unit = e->unit, *cost = e->cost;
    void *unknown = e->unknown;
    int rc = grow(&edge, e->n_edges, n, sizeof e->edge[0]);
    e->edge = edge;
    if (rc == 0)
        rc = grow(&count, e->n_edges, n, sizeof e->count[0]);
    e->count = count;
    if (rc == 0)
        rc = grow(&unit, e->n_edges, n, sizeof e->unit[0]);
    e->unit = unit;
    if (rc == 0)
        rc = grow(&cost, e->n_edges, n, sizeof e->cost[0]);
    e->cost = cost;
    if (rc == 0)
        rc = grow(&unknown, e->n_unknown, n, sizeof e->unknown[0]);
    e->unknown = unknown;
    while (size < 2 * n)
        size *= 2;
    if (rc == 0)
        rc = rehash(e, size);
    if (rc == 0)
        e->max_edges = n;
    return rc;
}

static uint32_t parent_of(struct edges *e, uint32_t from, uint32_t to, unsigned outcome,
                          unsigned n_insn)
{
    if (outcome == EDGES_ANY)
        return NONE;
    from &= ~(((uint32_t)1 << EDGES_CONTEXT_BITS) - 1);
    outcome = outcome < EDGES_ANY_CONTEXT ? outcome + EDGES_ANY_CONTEXT : EDGES_ANY;
    return edges_find(e, from, to, outcome, n_insn);
}

uint32_t edges_find(struct edges *e, uint32_t from, uint32_t to, unsigned outcome,
                    unsigned n_insn)
{
    size_t at = place(e, from, to, outcome);
    for (; e->hash[at] != 0; at = (at + 1) & (e->hash_size - 1)) {
        const struct edge *edge = &e->edge[e->hash[at] - 1];
        if (edge->from == from && edge->to == to && edge->outcome == outcome)
            return e->hash[at] - 1;
    }
    uint32_t parent = parent_of(e, from, to, outcome, n_insn), number = (uint32_t)e->n_edges++;
    e->edge[number] = (struct edge){.from = from,
                                    .to = to,
                                    .parent = parent,
                                    .n_insn = (uint16_t)n_insn,
                                    .outcome = (uint16_t)outcome};
    enter(e, number);
    if (outcome < EDGES_ANY_CONTEXT && !edges_learned(e, number))
        e->unknown[e->n_unknown++] = number;
    return number;
}

void edges_cut(struct edges *e)
{
    e->slot = START;
    e->context = 0;
    e->loop = NONE;
    e->behind = 0;
    e->misses_before = *e->misses;
}

unsigned edges_outcome(struct edges *e, unsigned events)
{
    events &= e->events;
    if (events == 0)
        return 0;
    uint64_t misses = *e->misses - e->misses_before;
    unsigned outcome =
        events & (HIERARCHY_TRANSLATED | HIERARCHY_MISPREDICTED | HIERARCHY_PREFETCHED);
    e->misses_before = *e->misses;
    if (events & HIERARCHY_FROM_MEMORY)
        outcome |= misses < 2 ? 6 : 7;
    else if (events & HIERARCHY_BEYOND_L2)
        outcome |= misses < 2 ? EDGES_LEVEL_DEEP : EDGES_LEVEL_DEEP + 1;
    else if (events & HIERARCHY_BEYOND_L1)
        outcome |= misses < 2 ? 1 : misses < 4 ? 2 : 3;
    return outcome;
}

void edges_learn(struct edges *e, uint32_t edge, uint64_t time)
{
    e->insns_time += (double)time;
    e->insns += e->edge[edge].n_insn;
    for (; edge != NONE; edge = e->edge[edge].parent) {
        e->cost[edge].fresh_time += time;
        e->cost[edge].fresh++;
    }
}

/* The kind that sums up the others of the edge. */
static uint32_t any(const struct edges *e, uint32_t edge)
{
    while (e->edge[edge].parent != NONE)
        edge = e->edge[edge].parent;
    return edge;
}

bool edges_scarce(const struct edges *e, uint32_t edge)
{
    const struct edges_cost *c = &e->cost[any(e, edge)];
    return c->steps + c->fresh < EDGES_MEMORY;
}

bool edges_learned(const struct edges *e, uint32_t edge)
{
    const struct edges_cost *c = &e->cost[any(e, edge)];
    return c->steps > 0 || c->fresh > 0;
}

bool edges_known(const struct edges *e, uint32_t edge)
{
    return e->cost[any(e, edge)].steps > 0;
}

void edges_fade(struct edges *e)
{
    e->n_windows++;
    for (size_t i = 0; i < e->n_edges; i++) {
        struct edges_cost *c = &e->cost[i];
        if (c->fresh == 0)
            continue;
        double keep = c->fresh > EDGES_MEMORY ? c->fresh : EDGES_MEMORY;
        if (c->fresh >= EDGES_MEMORY && e->n_windows - c->seen > EDGES_PHASE)
            keep = 0;
        if (c->steps > keep) {
            c->time *= keep / c->steps;
            c->steps = keep;
        }
        c->time += (double)c->fresh_time;
        c->steps += c->fresh;
        c->fresh_time = 0;
        c->fresh = 0;
        c->seen = e->n_windows;
    }
}

static double mean(const struct edges_cost *c)
{
    return c->time / c->steps;
}

/* What an outcome costs more than none, on edges that have seen both; 0 where none has, and
 * nearer to 0 where few have. */
static void find_extras(const struct edges *e, double extra[EDGES_OUTCOMES])
{
    double steps[EDGES_OUTCOMES] = {0};
    memset(extra, 0, EDGES_OUTCOMES * sizeof extra[0]);
    for (size_t i = 0; i < e->n_edges; i++) {
        const struct edge *edge = &e->edge[i];
        unsigned outcome = edge->outcome - (unsigned)EDGES_ANY_CONTEXT;
        if (edge->outcome <= EDGES_ANY_CONTEXT || edge->outcome == EDGES_ANY ||
            e->cost[i].steps == 0)
            continue;
        size_t at = place(e, edge->from, edge->to, EDGES_ANY_CONTEXT);
        for (; e->hash[at] != 0; at = (at + 1) & (e->hash_size - 1)) {
            const struct edge *plain = &e->edge[e->hash[at] - 1];
            const struct edges_cost *c = &e->cost[e->hash[at] - 1];
            if (plain->from != edge->from || plain->to != edge->to ||
                plain->outcome != EDGES_ANY_CONTEXT)
                continue;
            if (c->steps > 0) {
                extra[outcome] += e->cost[i].time - e->cost[i].steps * mean(c);
                steps[outcome] += e->cost[i].steps;
            }
            break;
        }
    }
    for (int o = 0; o < EDGES_OUTCOMES; o++)
        extra[o] = extra[o] > 0 ? extra[o] / (steps[o] + EDGES_DOUBT) : 0;
}

/* The cost of one step with an outcome that was not seen on the edge.  `edge` is of any
 * context. */
static double guess(const struct edges *e, uint32_t edge, const double extra[EDGES_OUTCOMES])
{
    const struct edge *kind = &e->edge[edge];
    unsigned outcome = kind->outcome - (unsigned)EDGES_ANY_CONTEXT;
    const struct edges_cost *all = &e->cost[kind->parent];
    if (all->steps > 0) /* mostly without events */
        return mean(all) + extra[outcome];
    if (e->insns > 0)
        return kind->n_insn * (e->insns_time / e->insns) + extra[outcome];
    return (double)kind->n_insn * CLOCK_CYCLE + extra[outcome];
}

/* Of a kind, where its edge and outcome cost `lean` in any context. */
static double blend(const struct edges_cost *own, double lean)
{
    return (own->time + EDGES_LEAN * lean) / (own->steps + EDGES_LEAN);
}

double edges_estimate(const struct edges *e, uint32_t edge, double otherwise)
{
    const struct edges_cost *all = &e->cost[e->edge[edge].parent];
    return all->steps > 0 ? blend(&e->cost[edge], mean(all)) : otherwise;
}

/* `known` gets the part of those on known edges, unless it is NULL. */
static uint64_t price(const struct edges *e, const uint32_t *count, uint64_t *known,
                      uint64_t *covered)
{
    double extra[EDGES_OUTCOMES], time = 0, known_time = 0;
    bool have_extra = false;
    *covered = 0;
    for (uint32_t i = 0; i < e->n_edges; i++) {
        if (count[i] == 0)
            continue;
        uint32_t parent = e->edge[i].parent;
        if (edges_learned(e, i))
            *covered += (uint64_t)count[i] * e->edge[i].n_insn;
        const struct edges_cost *all = &e->cost[parent];
        double lean;
        if (all->steps >= EDGES_DOUBT) {
            lean = mean(all);
        } else {
            if (!have_extra)
                find_extras(e, extra);
            have_extra = true;
            lean = blend(all, guess(e, parent, extra));
        }
        double cost = count[i] * blend(&e->cost[i], lean);
        time += cost;
        if (known != NULL && edges_known(e, i))
            known_time += cost;
    }
    if (known != NULL)
        *known = (uint64_t)(known_time + 0.5);
    return (uint64_t)(time + 0.5);
}

uint64_t edges_price(const struct edges *e, const uint32_t *count, uint64_t *covered)
{
    return price(e, count, NULL, covered);
}

uint64_t edges_price_known(const struct edges *e, const uint32_t *count, uint64_t *others)
{
    uint64_t covered, known, all = price(e, count, &known, &covered);
    *others = all - known;
    return known;
}

void edges_clear_known(struct edges *e)
{
    for (uint32_t i = 0; i < e->n_edges; i++)
        if (e->unit[i] > 0 || (e->count[i] > 0 && edges_known(e, i)))
            e->count[i] = e->unit[i] = 0;
}

void edges_clear(struct edges *e)
{
    if (e->n_edges == 0)
        return;
    memset(e->count, 0, e->n_edges * sizeof e->count[0]);
    memset(e->unit, 0, e->n_edges * sizeof e->unit[0]);
}

uint64_t edges_unknown(struct edges *e)
{
    uint64_t instructions = 0;
    size_t n = 0;
    for (size_t i = 0; i < e->n_unknown; i++) {
        uint32_t edge = e->unknown[i];
        if (edges_learned(e, edge))
            continue;
        e->unknown[n++] = edge;
        instructions += (uint64_t)e->count[edge] * e->edge[edge].n_insn;
    }
    e->n_unknown = n;
    return instructions;
}
