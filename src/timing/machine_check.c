/* What one value cannot show: whether the parameters of a machine go with each other. */
#include "config.h"

#include <stdbool.h>

#include "timing/machine_priv.h"

struct level {
    const char *name;
    enum machine_scalar size, ways, line;
};

static const struct level levels[] = {
    {"l1i", MACHINE_l1i_size, MACHINE_l1i_ways, MACHINE_l1i_line},
    {"l1d", MACHINE_l1d_size, MACHINE_l1d_ways, MACHINE_l1d_line},
    {"l2", MACHINE_l2_size, MACHINE_l2_ways, MACHINE_l2_line},
    {"slc", MACHINE_slc_size, MACHINE_slc_ways, MACHINE_slc_line},
};
enum { LEVELS = sizeof levels / sizeof levels[0] };

static bool power_of_two(uint64_t x)
{
    return x != 0 && (x & (x - 1)) == 0;
}

static int check_level(const struct machine *m, const struct level *l, struct err *err)
{
    uint64_t size = machine_count(m, l->size), line = machine_count(m, l->line);
    uint64_t ways = machine_count(m, l->ways);
    if (size == 0)
        return 0;
    if (!power_of_two(line))
        return err_set(err, ERR_CONFIG, "'%s.line' must be a power of two, not %llu", l->name,
                       (unsigned long long)line);
    if (size % (line * ways) != 0)
        return err_set(err, ERR_CONFIG,
                       "'%s.size' of %llu bytes is not a multiple of %llu ways of %llu bytes",
                       l->name, (unsigned long long)size, (unsigned long long)ways,
                       (unsigned long long)line);
    return 0;
}

static int check_caches(const struct machine *m, struct err *err)
{
    for (int i = 0; i < LEVELS; i++) {
        int rc = check_level(m, &levels[i], err);
        if (rc != 0)
            return rc;
    }
    uint64_t below = 0, line_below = 0;
    for (int i = 1; i < LEVELS; i++) { /* data: l1d, l2, slc */
        const struct level *l = &levels[i];
        uint64_t size = machine_count(m, l->size), line = machine_count(m, l->line);
        if (size == 0)
            continue;
        if (size < below && i < LEVELS - 1)
            return err_set(err, ERR_CONFIG, "'%s.size' is smaller than '%s.size'", l->name,
                           levels[i - 1].name);
        if (line < line_below)
            return err_set(err, ERR_CONFIG, "'%s.line' is shorter than '%s.line'", l->name,
                           levels[i - 1].name);
        below = size;
        line_below = line;
    }
    if (machine_count(m, MACHINE_l1i_line) > machine_count(m, MACHINE_l2_line))
        return err_set(err, ERR_CONFIG, "'l2.line' is shorter than 'l1i.line'");
    if (machine_count(m, MACHINE_l2_latency) < machine_count(m, MACHINE_l1d_latency))
        return err_set(err, ERR_CONFIG, "'l2.latency' is shorter than 'l1d.latency'");
    if (machine_count(m, MACHINE_slc_size) != 0 &&
        machine_count(m, MACHINE_slc_latency) < machine_count(m, MACHINE_l2_latency))
        return err_set(err, ERR_CONFIG, "'slc.latency' is shorter than 'l2.latency'");
    return 0;
}

static int check_ports(const struct machine *m, struct err *err)
{
    static const struct {
        const char *name;
        enum machine_scalar count, parent;
        const char *parent_name;
    } ports[] = {
#define X(name, parent, text) {#name, MACHINE_ports_##name, MACHINE_ports_##parent, #parent},
        MACHINE_PORTS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        if (machine_count(m, ports[i].count) > machine_count(m, ports[i].parent))
            return err_set(err, ERR_CONFIG, "'ports.%s' is more than 'ports.%s'", ports[i].name,
                           ports[i].parent_name);
    return 0;
}

static int check_tables(const struct machine *m, struct err *err)
{
    static const struct {
        const char *name;
        enum machine_scalar param;
    } powers[] = {{"predictor.base", MACHINE_predictor_base},
                  {"predictor.entries", MACHINE_predictor_entries},
                  {"indirect.entries", MACHINE_indirect_entries},
                  {"fetch.taken", MACHINE_fetch_taken},
                  {"l1d.prefetch.entries", MACHINE_l1d_prefetch_entries},
                  {"l2.prefetch.entries", MACHINE_l2_prefetch_entries},
                  {"page", MACHINE_page}};
    for (size_t i = 0; i < sizeof powers / sizeof powers[0]; i++)
        if (!power_of_two(machine_count(m, powers[i].param)))
            return err_set(err, ERR_CONFIG, "'%s' must be a power of two", powers[i].name);
    if (m->value[MACHINE_predictor_shortest] >= m->value[MACHINE_predictor_longest])
        return err_set(err, ERR_CONFIG,
                       "'predictor.shortest' must be below 'predictor.longest'");
    static const struct {
        const char *name;
        enum machine_scalar entries, ways;
    } tables[] = {{"btb", MACHINE_btb_entries, MACHINE_btb_ways},
                  {"dtlb", MACHINE_dtlb_entries, MACHINE_dtlb_ways},
                  {"tlb2", MACHINE_tlb2_entries, MACHINE_tlb2_ways}};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (machine_count(m, tables[i].entries) % machine_count(m, tables[i].ways) != 0)
            return err_set(err, ERR_CONFIG, "'%s.entries' is not a multiple of '%s.ways'",
                           tables[i].name, tables[i].name);
    if (machine_count(m, MACHINE_page) < machine_count(m, MACHINE_l1d_line))
        return err_set(err, ERR_CONFIG, "'page' is smaller than 'l1d.line'");
    static const struct {
        const char *name;
        enum machine_scalar count;
    } files[] = {{"int", MACHINE_registers_int}, {"fp", MACHINE_registers_fp}};
    for (int i = 0; i < 2; i++)
        if (m->value[files[i].count] != 0 && m->value[files[i].count] < 40)
            return err_set(err, ERR_CONFIG, "'registers.%s' must be 0 or 40 and more",
                           files[i].name);
    if (m->value[MACHINE_l2_prefetch_kind] == MACHINE_PREFETCH_STRIDE)
        return err_set(err, ERR_CONFIG,
                       "'l2.prefetch.kind' cannot be 'stride': L2 sees no instructions");
    return 0;
}

int machine_check(const struct machine *m, struct err *err)
{
    int rc = check_caches(m, err);
    if (rc == 0)
        rc = check_ports(m, err);
    if (rc == 0)
        rc = check_tables(m, err);
    return rc;
}

int machine_cache(const struct machine *m, unsigned level, struct machine_cache *cache)
{
    if (level < 1 || level >= LEVELS || machine_count(m, levels[level].size) == 0)
        return ERR_DATA;
    const struct level *l = &levels[level];
    *cache = (struct machine_cache){.name = l->name,
                                    .size = machine_count(m, l->size),
                                    .ways = (unsigned)machine_count(m, l->ways),
                                    .line = (unsigned)machine_count(m, l->line)};
    cache->sets = cache->size / ((uint64_t)cache->ways * cache->line);
    return 0;
}
