#include "config.h"

#include "tests/unit/history_trials.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void trials_pool_free(struct store_history *pool)
{
    if (pool == NULL)
        return;
    free(pool->path);
    free(pool->entry);
    free(pool->series);
    free(pool->sample);
    free(pool->counters);
    free(pool->baseline);
    free(pool);
}

/* Room for so many of each; the counts are those. */
static struct store_history *history_alloc(size_t entries, size_t series, size_t samples)
{
    struct store_history *h = calloc(1, sizeof(*h));
    if (h == NULL)
        return NULL;
    *h = (struct store_history){.path = strdup("made"),
                                .entry = calloc(entries + 1, sizeof(*h->entry)),
                                .series = calloc(series + 1, sizeof(*h->series)),
                                .sample = calloc(samples + 1, sizeof(*h->sample)),
                                .counters = calloc(1, sizeof(*h->counters)),
                                .n_entries = entries,
                                .n_series = series,
                                .n_samples = samples,
                                .n_counters = 1};
    if (h->path != NULL && h->entry != NULL && h->series != NULL && h->sample != NULL &&
        h->counters != NULL)
        return h;
    trials_pool_free(h);
    return NULL;
}

int trials_pool_alloc(struct store_history **out, const double *slow, size_t n_slow,
                      size_t sessions, size_t lines, double session, double run,
                      struct stats_rng *rng)
{
    size_t entries = n_slow * sessions;
    struct store_history *h = history_alloc(entries, lines, entries * lines);
    if (h == NULL)
        return ERR_NOMEM;
    for (size_t l = 0; l < lines; l++) {
        struct store_history_series *s = &h->series[l];
        snprintf(s->simulator, sizeof(s->simulator), "rung");
        snprintf(s->problem, sizeof(s->problem), "p%zu", l);
        snprintf(s->mode, sizeof(s->mode), "timing");
        s->n = 64;
    }
    for (size_t e = 0; e < entries; e++) {
        struct store_history_entry *entry = &h->entry[e];
        double common = session * stats_rng_normal(rng);
        entry->number = e + 1;
        snprintf(entry->commit, sizeof(entry->commit), "slow%zu", e / sessions);
        snprintf(entry->date, sizeof(entry->date), "2026-01-%02uT00:00:00Z",
                 (unsigned)(1 + e / sessions) % 100);
        snprintf(entry->host, sizeof(entry->host), "made");
        for (size_t l = 0; l < lines; l++) {
            double noise = exp(common + run * stats_rng_normal(rng));
            h->sample[e * lines + l] = (struct store_history_sample){
                .entry = e,
                .series = l,
                .id = "0123456789abcdef",
                .instructions = 1e8,
                .user_seconds = (1 + slow[e / sessions]) * noise,
                .wall_seconds = (1 + slow[e / sessions]) * noise,
                .peak_memory = 1e7,
                .allocations = NAN};
        }
    }
    *out = h;
    return 0;
}

/* The pool's sessions of a commit. */
static size_t sessions_of(const struct store_history *pool, const char *commit, size_t *list)
{
    size_t n = 0;
    for (size_t i = 0; i < pool->n_entries; i++)
        if (strcmp(pool->entry[i].commit, commit) == 0)
            list[n++] = i;
    return n;
}

static void shuffle(size_t *list, size_t n, struct stats_rng *rng)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = stats_rng_below(rng, i), held = list[i - 1];
        list[i - 1] = list[j];
        list[j] = held;
    }
}

/* Copies session `from` of the pool as the next one of the trial. */
static void copy_session(struct store_history *h, const struct store_history *pool, size_t from,
                         const char *commit, const char *date)
{
    size_t at = h->n_entries++;
    h->entry[at] = pool->entry[from];
    h->entry[at].number = at + 1;
    snprintf(h->entry[at].commit, sizeof(h->entry[at].commit), "%s", commit);
    snprintf(h->entry[at].date, sizeof(h->entry[at].date), "%s", date);
    for (size_t i = 0; i < pool->n_samples; i++)
        if (pool->sample[i].entry == from) {
            h->sample[h->n_samples] = pool->sample[i];
            h->sample[h->n_samples].counters = 0;
            h->sample[h->n_samples++].entry = at;
        }
}

static int judge(const struct store_history *h, size_t best, double busy,
                 struct trials_result *result, struct err *err)
{
    struct analysis_history_options o;
    struct analysis_history *history = NULL;
    struct analysis_checks *checks = NULL;
    struct analysis_history_reference reference;
    analysis_history_options_init(&o);
    o.against = "then";
    o.best = best;
    o.busy = busy > 0 ? busy : o.busy;
    int status = analysis_history_alloc(&history, h, &o, err);
    if (status == 0)
        status = analysis_history_check(&checks, &reference, history, &o, err);
    enum analysis_verdict v = ANALYSIS_PASS;
    for (size_t i = 0; status == 0 && i < checks->count; i++) {
        const struct analysis_check *c = &checks->check[i];
        if (strcmp(c->name, "speed") == 0 && v != ANALYSIS_FAIL && c->verdict != ANALYSIS_PASS)
            v = c->verdict;
    }
    if (status == 0)
        result->verdict[v]++;
    analysis_checks_free(checks);
    analysis_history_free(history);
    return status;
}

int trials_run(const struct store_history *pool, const char *then, const char *now,
               size_t sessions, size_t best, double busy, size_t n, struct stats_rng *rng,
               struct trials_result *result, struct err *err)
{
    size_t *list[2] = {calloc(pool->n_entries + 1, sizeof(size_t)),
                       calloc(pool->n_entries + 1, sizeof(size_t))};
    struct store_history *h = history_alloc(2 * sessions, 0, pool->n_samples * 2 * sessions);
    int status = list[0] != NULL && list[1] != NULL && h != NULL ? 0 : ERR_NOMEM;
    bool same = strcmp(then, now) == 0;
    size_t count[2] = {0, 0};
    *result = (struct trials_result){{0, 0, 0}};
    if (status == 0) {
        free(h->series);
        h->series = pool->series;
        h->n_series = pool->n_series;
        count[0] = sessions_of(pool, then, list[0]);
        count[1] = sessions_of(pool, now, list[1]);
        if (count[0] < 2 || count[1] < 2)
            status = err_set(err, ERR_DATA, "fewer than two sessions of '%s' or '%s'", then, now);
    }
    for (size_t t = 0; status == 0 && t < n; t++) {
        h->n_entries = h->n_samples = 0;
        shuffle(list[0], count[0], rng);
        if (same)
            memcpy(list[1], list[0], count[0] * sizeof(size_t));
        /* The same commit on both sides: each has half of its sessions to draw from. */
        size_t room[2] = {same ? count[0] / 2 : count[0],
                          same ? count[0] - count[0] / 2 : count[1]};
        for (int side = 0; side < 2; side++)
            for (size_t i = 0; i < sessions; i++) {
                size_t pick = (same && side == 1 ? count[0] / 2 : 0) +
                              stats_rng_below(rng, room[side]);
                copy_session(h, pool, list[side][pick], side == 0 ? "then" : "now",
                             side == 0 ? "2026-01-01T00:00:00Z" : "2026-01-02T00:00:00Z");
            }
        status = judge(h, best, busy, result, err);
    }
    if (h != NULL)
        h->series = NULL;
    trials_pool_free(h);
    free(list[0]);
    free(list[1]);
    return status;
}
