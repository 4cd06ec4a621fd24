/* What is known of caches before anything is fitted: which sizes fit, and which strided walks
 * crowd into few sets.
 *
 * A walk of stride s over n elements touches the sets (i s / line) mod sets.  Where more lines
 * fall into a set than it has ways, and all are wanted again before the next walk, none of them
 * is still there: the law of the rungs that had no such conflict knows nothing of it. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"
#include "base/units.h"

const char *analysis_flag_code(unsigned flag)
{
    switch (flag) {
    case ANALYSIS_REGIME:
        return "regime-change";
    case ANALYSIS_CACHE:
        return "crosses-cache";
    default:
        return "conflict-class";
    }
}

void analysis_fit_describe(struct analysis_fit *fit, const struct analysis_physics *physics)
{
    fit->problem = NULL;
    fit->machine = NULL;
    for (size_t i = 0; physics != NULL && i < physics->n_problems; i++) {
        const struct analysis_problem *p = physics->problem + i;
        if (fit->problem == NULL && (p->name == NULL || strcmp(p->name, fit->key.problem) == 0))
            fit->problem = p;
    }
    for (size_t i = 0; physics != NULL && i < physics->n_machines; i++) {
        const struct analysis_machine *m = physics->machine + i;
        if (fit->machine == NULL &&
            (m->name[0] == '\0' || (strcmp(m->name, fit->key.machine) == 0 &&
                                    strcmp(m->variant, fit->key.variant) == 0)))
            fit->machine = m;
    }
}

bool analysis_conflicts(const struct machine_cache *cache, double stride, double n)
{
    /* Walks of more lines than this outgrow every cache anyhow. */
    const double most = 1e7;
    if (cache->ways == 0 || cache->line == 0 || !(stride > 0) || !(n >= 1) || !(n < most))
        return false;
    uint64_t sets = cache->sets, before = UINT64_MAX;
    uint32_t *held = calloc(sets, sizeof *held);
    size_t lines = 0, crowded = 0;
    if (held == NULL)
        return false;
    for (double i = 0; i < n; i++) {
        uint64_t line = (uint64_t)(i * stride) / cache->line;
        if (line == before)
            continue;
        before = line;
        held[line % sets]++;
        lines++;
    }
    for (uint64_t i = 0; i < sets; i++)
        crowded += held[i] > cache->ways ? held[i] : 0;
    free(held);
    return 2 * crowded > lines;
}

/* Rungs whose footprint outgrows a cache. */
static size_t beyond(const struct analysis_fit *fit, const struct machine_cache *cache)
{
    size_t count = 0;
    for (size_t i = 0; i < fit->n_points; i++)
        count += !fit->point[i].held_out &&
                 expr_value(fit->problem->footprint, fit->point[i].n) > (double)cache->size;
    return count;
}

/* Caches that the footprint at n outgrows although fewer than two rungs do. */
static bool crosses(const struct analysis_fit *fit, const struct machine_cache *cache, double n)
{
    const struct expr *footprint = fit->problem->footprint;
    return footprint != NULL && expr_value(footprint, n) > (double)cache->size &&
           beyond(fit, cache) < 2;
}

/* Rungs whose walk conflicts in a cache where that at n does not, or the other way round. */
static size_t others(const struct analysis_fit *fit, const struct machine_cache *cache,
                     double n, bool *conflicts, struct str *same)
{
    const struct expr *stride = fit->problem->stride;
    size_t differ = 0;
    if (stride == NULL || cache->ways == 0)
        return 0;
    *conflicts = analysis_conflicts(cache, expr_value(stride, n), n);
    for (size_t i = 0; i < fit->n_points; i++) {
        double at = fit->point[i].n;
        if (fit->point[i].held_out)
            continue;
        if (analysis_conflicts(cache, expr_value(stride, at), at) != *conflicts)
            differ++;
        else if (same != NULL)
            str_addf(same, "%s%g", same->len > 0 ? ", " : "", at);
    }
    return differ;
}

unsigned analysis_fit_flags(const struct analysis_fit *fit, double n)
{
    unsigned flags = fit->regime.found ? ANALYSIS_REGIME : 0;
    bool conflicts;
    if (fit->problem == NULL || fit->machine == NULL)
        return flags;
    for (size_t i = 0; i < fit->machine->n_caches; i++) {
        const struct machine_cache *cache = fit->machine->cache + i;
        flags |= crosses(fit, cache, n) ? ANALYSIS_CACHE : 0;
        flags |= others(fit, cache, n, &conflicts, NULL) > 0 ? ANALYSIS_CONFLICT : 0;
    }
    return flags;
}

size_t analysis_physics_rungs(const struct analysis_fit *fit, unsigned flag, double n)
{
    size_t used = 0;
    bool conflicts;
    for (size_t i = 0; i < fit->n_points; i++)
        used += !fit->point[i].held_out;
    size_t least = used;
    for (size_t i = 0; fit->problem != NULL && fit->machine != NULL && i < fit->machine->n_caches;
         i++) {
        const struct machine_cache *cache = fit->machine->cache + i;
        size_t count = flag == ANALYSIS_CONFLICT ? used - others(fit, cache, n, &conflicts, NULL)
                       : crosses(fit, cache, n)  ? beyond(fit, cache)
                                                 : used;
        least = count < least ? count : least;
    }
    return least;
}

static int warn_of_crossing(const struct analysis_fit *fit, const struct machine_cache *cache,
                            double n, struct analysis_warnings *w)
{
    char size[32], footprint[32];
    units_format_bytes(size, sizeof size, cache->size);
    units_format_bytes(footprint, sizeof footprint,
                       (uint64_t)expr_value(fit->problem->footprint, n));
    return analysis_warn(
        w, analysis_flag_code(ANALYSIS_CACHE),
        "at n = %g the footprint of %s outgrows %s (%s), as at most one of the "
        "rungs of the fit does: it cannot know what that costs",
        n, footprint, cache->name, size);
}

static int warn_of_conflict(const struct analysis_fit *fit, const struct machine_cache *cache,
                            double n, struct analysis_warnings *w)
{
    struct str same;
    bool conflicts = false;
    int status = 0;
    str_init(&same);
    if (others(fit, cache, n, &conflicts, &same) > 0)
        status = analysis_warn(w, analysis_flag_code(ANALYSIS_CONFLICT),
                               "at n = %g the walk of stride %.0f bytes %s the sets of %s; of "
                               "the rungs %s%s %s: the fit mixes what differs",
                               n, expr_value(fit->problem->stride, n),
                               conflicts ? "overcrowds" : "spreads over", cache->name,
                               same.len > 0 ? "only " : "none", same.data,
                               strchr(same.data, ',') != NULL ? "do" : "does");
    str_release(&same);
    return status;
}

int analysis_physics_warn(const struct analysis_fit *fit, double n, struct analysis_warnings *w)
{
    int status = 0;
    if (fit->problem == NULL || fit->machine == NULL)
        return 0;
    for (size_t i = 0; status == 0 && i < fit->machine->n_caches; i++) {
        const struct machine_cache *cache = fit->machine->cache + i;
        if (crosses(fit, cache, n))
            status = warn_of_crossing(fit, cache, n, w);
        if (status == 0)
            status = warn_of_conflict(fit, cache, n, w);
    }
    return status;
}
