#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "timing/edges.h"

enum { START = 0 }; /* the slots 0 and 1; block b has 2 b + 2 and 2 b + 3 */

int edges_init(struct edges *e)
{
    memset(e, 0, sizeof *e);
    return edges_reserve(e, 256, 256);
}

void edges_release(struct edges *e)
{
    free(e->slot);
    free(e->edge);
    free(e->count);
    free(e->cost);
    free(e->hash);
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

/* Knuth's multiplicative hash of the pair. */
static size_t place(const struct edges *e, uint32_t from, uint32_t to)
{
    uint64_t key = (uint64_t)from << 32 | to;
    return (size_t)((key * 0x9e3779b97f4a7c15u) >> 20) & (e->hash_size - 1);
}

static void enter(struct edges *e, uint32_t number)
{
    const struct edge *edge = &e->edge[number];
    size_t at = place(e, edge->from, edge->to);
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

static int reserve_edges(struct edges *e, size_t need)
{
    if (need <= e->max_edges)
        return 0;
    size_t n = need + need / 2, size = 1024;
    void *edge = e->edge, *count = e->count, *cost = e->cost;
    int rc = grow(&edge, e->n_edges, n, sizeof e->edge[0]);
    e->edge = edge;
    if (rc == 0)
        rc = grow(&count, e->n_edges, n, sizeof e->count[0]);
    e->count = count;
    if (rc == 0)
        rc = grow(&cost, e->n_edges, n, sizeof e->cost[0]);
    e->cost = cost;
    while (size < 2 * n)
        size *= 2;
    if (rc == 0)
        rc = rehash(e, size);
    if (rc == 0)
        e->max_edges = n;
    return rc;
}

int edges_reserve(struct edges *e, size_t n_blocks, size_t steps)
{
    size_t need = 2 * n_blocks + 2;
    int rc = reserve_edges(e, e->n_edges + steps);
    if (rc != 0 || need <= e->n_slots)
        return rc;
    size_t n = need + need / 2;
    void *slot = e->slot;
    rc = grow(&slot, e->n_slots, n, sizeof e->slot[0]);
    e->slot = slot;
    if (rc != 0)
        return rc;
    for (size_t i = e->n_slots; i < n; i++)
        e->slot[i].to = UINT32_MAX;
    e->n_slots = n;
    return 0;
}

uint32_t edges_find(struct edges *e, uint32_t from, uint32_t to, uint32_t n_insn)
{
    size_t at = place(e, from, to);
    uint32_t number;
    for (; e->hash[at] != 0; at = (at + 1) & (e->hash_size - 1)) {
        const struct edge *edge = &e->edge[e->hash[at] - 1];
        if (edge->from == from && edge->to == to)
            break;
    }
    if (e->hash[at] != 0) {
        number = e->hash[at] - 1;
    } else {
        number = (uint32_t)e->n_edges++;
        e->edge[number] = (struct edge){.from = from, .to = to, .n_insn = n_insn};
        e->hash[at] = number + 1;
    }
    e->slot[from] = (struct edges_slot){to, number};
    return number;
}

void edges_cut(struct edges *e)
{
    e->at = START;
}

void edges_learn(struct edges *e, uint32_t edge, unsigned outcome, uint64_t time)
{
    e->cost[edge][outcome].time += time;
    e->cost[edge][outcome].steps++;
    e->cost[edge][outcome].fresh++;
    e->edge[edge].learned = true;
    e->insns.time += time;
    e->insns.steps += e->edge[edge].n_insn;
}

void edges_fade(struct edges *e)
{
    for (size_t i = 0; i < e->n_edges; i++)
        for (int o = 0; o < EDGES_OUTCOMES; o++) {
            struct edges_cost *c = &e->cost[i][o];
            uint64_t keep = c->fresh > EDGES_MEMORY ? c->fresh : EDGES_MEMORY;
            if (c->fresh > 0 && c->steps > keep) {
                c->time = (uint64_t)((double)c->time * (double)keep / (double)c->steps);
                c->steps = keep;
            }
            c->fresh = 0;
        }
}

/* What an outcome costs more than none, on edges that have seen both; 0 where none has. */
static void find_extras(const struct edges *e, double extra[EDGES_OUTCOMES])
{
    extra[0] = 0;
    for (int o = 1; o < EDGES_OUTCOMES; o++) {
        double sum = 0, steps = 0;
        for (size_t i = 0; i < e->n_edges; i++) {
            const struct edges_cost *plain = &e->cost[i][0], *c = &e->cost[i][o];
            if (plain->steps == 0 || c->steps == 0)
                continue;
            double n = (double)c->steps;
            sum += (double)c->time - n * (double)plain->time / (double)plain->steps;
            steps += n;
        }
        extra[o] = steps > 0 && sum > 0 ? sum / steps : 0;
    }
}

/* The cost of one step with an outcome that was not seen on the edge. */
static double guess(const struct edges *e, size_t edge, int outcome,
                    const double extra[EDGES_OUTCOMES])
{
    double time = 0, steps = 0;
    for (int o = 0; o < EDGES_OUTCOMES; o++) {
        const struct edges_cost *c = &e->cost[edge][o];
        time += (double)c->time - (double)c->steps * extra[o];
        steps += (double)c->steps;
    }
    if (steps > 0)
        time /= steps;
    else if (e->insns.steps > 0)
        time = (double)e->edge[edge].n_insn * (double)e->insns.time / (double)e->insns.steps;
    else
        time = (double)e->edge[edge].n_insn * CLOCK_CYCLE;
    return time > 0 ? time + extra[outcome] : extra[outcome];
}

uint64_t edges_price(const struct edges *e, uint64_t *covered)
{
    double extra[EDGES_OUTCOMES], time = 0;
    bool have_extra = false;
    *covered = 0;
    for (size_t i = 0; i < e->n_edges; i++)
        for (int o = 0; o < EDGES_OUTCOMES; o++) {
            const struct edges_cost *c = &e->cost[i][o];
            double n = e->count[i][o];
            if (n == 0)
                continue;
            if (e->edge[i].learned)
                *covered += (uint64_t)e->count[i][o] * e->edge[i].n_insn;
            if (c->steps == 0 && !have_extra) {
                find_extras(e, extra);
                have_extra = true;
            }
            time += c->steps > 0 ? n * ((double)c->time / (double)c->steps)
                                 : n * guess(e, i, o, extra);
        }
    return (uint64_t)(time + 0.5);
}

void edges_clear(struct edges *e)
{
    if (e->n_edges > 0)
        memset(e->count, 0, e->n_edges * sizeof e->count[0]);
}

uint64_t edges_unknown(const struct edges *e)
{
    uint64_t instructions = 0;
    for (size_t i = 0; i < e->n_edges; i++)
        if (!e->edge[i].learned)
            for (int o = 0; o < EDGES_OUTCOMES; o++)
                instructions += (uint64_t)e->count[i][o] * e->edge[i].n_insn;
    return instructions;
}
