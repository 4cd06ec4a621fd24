/* The latest commit against a baseline, or against the commits before it. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/history_priv.h"
#include "analysis/plan.h"
#include "stats/adjust.h"

enum { WINDOW = 50 }; /* commits that are searched for the last change of level */

/* ---- what is compared with what ---------------------------------------------------------- */

static int find_point(const struct analysis_history *h, const char *commit, size_t *point,
                      struct err *err)
{
    const char *whole;
    int status = store_history_find_commit(h->store, commit, &whole, err);
    for (size_t i = 0; status == 0 && i < h->n_points; i++)
        if (strcmp(h->point[i].entry->commit, whole) == 0) {
            *point = i;
            return 0;
        }
    return status < 0 ? status
                      : err_set(err, ERR_DATA, "host '%s' has no session of commit '%s'", h->host,
                                commit);
}

/* The baseline in force, if this host has seen it; one can not be held against itself. */
static const char *baseline_of(const struct judge *j)
{
    const struct store_history *s = j->h->store;
    size_t point;
    if (s->n_baselines == 0)
        return NULL;
    const char *commit = s->baseline[s->n_baselines - 1].commit;
    struct err none = {0};
    return find_point(j->h, commit, &point, &none) == 0 && point != j->now ? commit : NULL;
}

static int choose(struct judge *j, struct err *err)
{
    size_t point;
    const char *against = j->o->against;
    int status = 0;
    j->now = j->h->n_points - 1;
    if (j->o->commit != NULL)
        status = find_point(j->h, j->o->commit, &j->now, err);
    if (status < 0)
        return status;
    j->reference->point = j->now;
    if (against == NULL || strcmp(against, "baseline") == 0) {
        j->then = baseline_of(j);
        if (j->then == NULL && against != NULL)
            return err_set(err, ERR_DATA, "'%s': host '%s' has no session of the baseline",
                           j->h->store->path, j->h->host);
        j->reference->is_baseline = j->then != NULL;
    } else if (strcmp(against, "last") != 0) {
        status = find_point(j->h, against, &point, err);
        if (status == 0 && point == j->now)
            status = err_set(err, ERR_CONFIG, "commit '%s' cannot be held against itself",
                             against);
        j->then = status == 0 ? j->h->point[point].entry->commit : NULL;
    }
    j->reference->commit = j->then;
    return status;
}

const struct analysis_history_value *history_value_at(const struct analysis_history_line *l,
                                                      size_t point)
{
    for (size_t i = 0; i < l->n_values; i++)
        if (l->value[i].point == point)
            return &l->value[i];
    return NULL;
}

/* A level may last for a single commit: the next change may follow at once. */
static struct stats_change_options change_options(const struct judge *j)
{
    return (struct stats_change_options){.rate = j->o->rate,
                                         .level = j->o->level,
                                         .min_segment = 1,
                                         .resamples = j->o->resamples,
                                         .seed = j->o->seed};
}

/* First value of the line that still has the level of the one before `end`: what lies before
 * a change says nothing of today's speed.  `end` where nothing is there. */
static int level_begin(const struct judge *j, const struct analysis_history_line *l, size_t end,
                       size_t *begin, struct err *err)
{
    struct stats_change_options options = change_options(j);
    enum { LEAST = 4 };
    size_t from = end > WINDOW ? end - WINDOW : 0, n = 0, at[WINDOW];
    double y[WINDOW];
    struct stats_changes changes = {0};
    for (size_t i = from; i < end; i++)
        if (l->value[i].speed > 0 && !l->value[i].only_busy) {
            at[n] = i;
            y[n++] = -log(l->value[i].speed);
        }
    int status = n >= LEAST ? stats_pelt(y, n, &options, &changes, err) : 0;
    *begin = changes.n > 0 ? at[changes.change[changes.n - 1].at] : from;
    if (end - *begin > j->o->last)
        *begin = end - j->o->last;
    stats_changes_release(&changes);
    return status;
}

/* The values of a line that are the reference, from `begin` to `end`. */
int history_reference_of(const struct judge *j, const struct analysis_history_line *l,
                        size_t *begin, size_t *end, struct err *err)
{
    *begin = *end = 0;
    if (j->then == NULL) {
        while (*end < l->n_values && l->value[*end].point < j->now)
            ++*end;
        return level_begin(j, l, *end, begin, err);
    }
    for (size_t i = 0; i < l->n_values; i++)
        if (strcmp(j->h->point[l->value[i].point].entry->commit, j->then) == 0) {
            *begin = i;
            *end = i + 1;
        }
    return 0;
}

/* ---- samples ----------------------------------------------------------------------------- */

enum metric { TIME, MEMORY };

struct samples {
    struct analysis_history_sample *x;
    size_t n, n_runs, n_busy;
};

static double metric_of(const struct store_history_sample *s, enum metric metric)
{
    return metric == TIME ? analysis_history_time(s) : s->peak_memory;
}

/* Of every `best` sessions of a commit in a row the fastest run stays, as a session; what is left
 * over at a commit's end goes, for the best of fewer would be slower. */
static void keep_best(struct samples *s, size_t best)
{
    size_t kept = 0;
    for (size_t i = 0, j; i < s->n; i = j) {
        size_t sessions = 0;
        double least = INFINITY;
        for (j = i; j < s->n && s->x[j].commit == s->x[i].commit; j++) {
            bool fresh = j == i || s->x[j].session != s->x[j - 1].session;
            if (fresh && sessions == best)
                break;
            sessions += fresh;
            least = fmin(least, s->x[j].value);
        }
        if (sessions < best)
            continue;
        s->x[kept] = s->x[i];
        s->x[kept++].value = least;
    }
    s->n = kept;
}

/* Runs that did not have their processor for themselves say nothing of time. */
static int gather(const struct judge *j, const struct analysis_history_line *l, size_t begin,
                  size_t end, enum metric metric, struct samples *out, struct err *err)
{
    size_t most = 0;
    *out = (struct samples){0};
    for (size_t i = begin; i < end; i++)
        most += l->value[i].n_runs;
    out->x = calloc(most + 1, sizeof(*out->x));
    if (out->x == NULL)
        return err_set(err, ERR_NOMEM, "no memory for %zu runs", most);
    for (size_t i = begin; i < end; i++)
        for (size_t r = 0; r < l->value[i].n_runs; r++) {
            const struct store_history_sample *s = l->run[l->value[i].first + r];
            bool busy = metric == TIME && analysis_history_is_busy(s, j->o->busy);
            double value = metric_of(s, metric);
            out->n_runs++;
            out->n_busy += busy;
            if (!busy && value > 0)
                out->x[out->n++] = (struct analysis_history_sample){log(value), i, s->entry};
        }
    if (metric == TIME && j->o->best > 1)
        keep_best(out, j->o->best);
    return 0;
}

static const char *unit_text(enum analysis_history_unit unit, size_t n)
{
    static const char *const one[] = {"run", "session", "commit"};
    static const char *const many[] = {"runs", "sessions", "commits"};
    return n == 1 ? one[unit] : many[unit];
}

/* How a line's commits scatter about their level, from one change to the next, over its latest
 * commits; the one that is judged is left out, for it may be off. */
static int noise_of(const struct judge *j, const struct analysis_history_line *l,
                    enum metric metric, struct analysis_history_noise *noise, struct err *err)
{
    struct stats_change_options options = change_options(j);
    enum { LEAST = 5 };
    double y[WINDOW];
    size_t n = 0, from = l->n_values > WINDOW ? l->n_values - WINDOW : 0;
    struct stats_changes changes = {0};
    *noise = (struct analysis_history_noise){0, 0};
    for (size_t i = from; i < l->n_values; i++) {
        double value = metric == TIME ? 1 / l->value[i].speed : l->value[i].peak_memory;
        if (l->value[i].point != j->now && value > 0 && !(metric == TIME && l->value[i].only_busy))
            y[n++] = log(value);
    }
    if (n < LEAST)
        return 0;
    int status = stats_pelt(y, n, &options, &changes, err);
    for (size_t i = 0; status == 0 && i <= changes.n; i++) {
        size_t begin = i > 0 ? changes.change[i - 1].at : 0;
        size_t end = i < changes.n ? changes.change[i].at : n;
        double mean = 0;
        for (size_t k = begin; k < end; k++)
            mean += (y[k] - mean) / (double)(k - begin + 1);
        for (size_t k = begin; k < end; k++)
            noise->variance += (y[k] - mean) * (y[k] - mean);
    }
    noise->df = (double)n - 1 - (double)changes.n;
    noise->variance /= noise->df > 0 ? noise->df : 1;
    stats_changes_release(&changes);
    return status;
}

/* ---- speed and memory of a line ---------------------------------------------------------- */

static int advise_busy(struct judge *j, struct analysis_check *c, const struct samples *now,
                       const struct samples *then)
{
    c->verdict = ANALYSIS_INCONCLUSIVE;
    bool judged = 2 * now->n_busy > now->n_runs || now->n == 0;
    const struct samples *worst = judged ? now : then;
    return checks_advise(&j->in, c,
                         "%zu of %zu runs of the %s had to share their processor: measure again "
                         "when the host is quiet, or let the fastest of many sessions count "
                         "(--busy none --best 8)",
                         worst->n_busy, worst->n_runs, judged ? "commit" : "reference");
}

/* "between 8.9 % faster and 84.5 % slower": a fraction with its direction in words. */
static void in_words(char *text, size_t size, double fraction, enum metric metric)
{
    static const char *const below[] = {"faster", "less"}, *const above[] = {"slower", "more"};
    snprintf(text, size, "%.1f %% %s", 100 * fabs(fraction),
             fraction < 0 ? below[metric] : above[metric]);
}

static int advise_line(struct judge *j, struct analysis_check *c, enum metric metric)
{
    bool by_commits = strcmp(c->unit, unit_text(ANALYSIS_HISTORY_COMMITS, (size_t)c->have)) == 0;
    const char *what = metric == TIME ? "slower" : "more memory";
    char from[32], to[32];
    if (isnan(c->lower))
        return checks_advise(&j->in, c, "single runs have no spread: add sessions of this commit "
                                        "and of the reference");
    if (c->verdict == ANALYSIS_FAIL)
        return checks_advise(&j->in, c, metric == TIME ? "simulation is slower than before"
                                                       : "simulation takes more memory");
    if (c->verdict == ANALYSIS_PASS)
        return checks_advise(&j->in, c, "%s", "");
    in_words(from, sizeof from, c->lower, metric);
    in_words(to, sizeof to, c->upper, metric);
    double more = ceil(fmax(1, c->need - c->have));
    /* The spread is then that between commits, of which this is one whatever its sessions. */
    if (by_commits && c->lower <= c->threshold)
        return checks_advise(&j->in, c,
                             "between %s and %s%s, for the commits before it differ by more than "
                             "their sessions do: sessions do not help, take more commits (--last) "
                             "or one of them (--against)",
                             from, to, metric == TIME ? "" : " memory");
    if (isfinite(c->need) && c->lower <= c->threshold)
        return checks_advise(&j->in, c, "between %s and %s%s: add about %.0f session%s", from, to,
                             metric == TIME ? "" : " memory", more, more > 1 ? "s" : "");
    return checks_advise(&j->in, c,
                         "%s, but not beyond doubt over all lines (Holm): add sessions", what);
}

static void fill(struct judge *j, struct analysis_check *c, enum metric metric,
                 struct analysis_history_difference *d)
{
    /* Times that are all the same were not measured often enough to show their spread; memory
     * may well be the same each time. */
    if (metric == TIME && d->se == 0)
        d->se = d->lower = d->upper = NAN;
    c->fraction = true;
    c->value = expm1(d->value);
    c->lower = expm1(d->lower);
    c->upper = expm1(d->upper);
    c->verdict = checks_judge(c, -INFINITY, c->threshold, false);
    c->have = (double)d->n[0];
    c->unit = unit_text(d->unit, d->n[0]);
    c->need = c->verdict == ANALYSIS_PASS
                  ? c->have
                  : analysis_plan_root(c->upper - c->value, fabs(c->threshold - c->value),
                                       c->have);
    j->p[j->n_p++] = analysis_history_p(d, log1p(c->threshold));
}

static int check_line(struct judge *j, const struct analysis_history_line *l, enum metric metric)
{
    size_t begin, end;
    struct samples now = {0}, then = {0};
    struct analysis_history_difference d;
    struct analysis_history_noise noise;
    const struct analysis_history_value *judged = history_value_at(l, j->now);
    int status = judged != NULL ? history_reference_of(j, l, &begin, &end, j->in.err) : 0;
    if (status < 0 || judged == NULL || begin == end)
        return status;
    size_t at = (size_t)(judged - l->value);
    status = gather(j, l, at, at + 1, metric, &now, j->in.err);
    if (status == 0)
        status = gather(j, l, begin, end, metric, &then, j->in.err);
    if (status == 0)
        status = noise_of(j, l, metric, &noise, j->in.err);
    if (status == 0)
        status = analysis_history_compare(now.x, now.n, then.x, then.n, &noise, j->o->level, &d,
                                          j->in.err);
    if (status < 0 || (metric == MEMORY && (now.n == 0 || then.n == 0)))
        goto out;
    struct analysis_check *c = checks_add(&j->in, metric == TIME ? "speed" : "memory",
                                          metric == TIME ? j->o->tolerance : j->o->growth);
    if (c == NULL) {
        status = err_set(j->in.err, ERR_NOMEM, "no memory for a check");
        goto out;
    }
    analysis_format(c->subject, sizeof(c->subject), "%s", l->name);
    if (end - begin > j->reference->n_points)
        j->reference->n_points = end - begin;
    fill(j, c, metric, &d);
    if (2 * now.n_busy > now.n_runs || 2 * then.n_busy > then.n_runs)
        status = advise_busy(j, c, &now, &then);
out:
    free(now.x);
    free(then.x);
    return status;
}

/* Fails stand only where they do after Holm's correction over the lines: with many of them,
 * one is bound to look slow. */
static int check_lines(struct judge *j, enum metric metric)
{
    size_t first = j->in.out->count, first_p = j->n_p;
    int status = 0;
    for (size_t i = 0; i < j->h->n_lines && status == 0; i++)
        status = check_line(j, &j->h->line[i], metric);
    size_t n = j->in.out->count - first;
    double *p = j->p + first_p;
    if (status == 0 && n > 0)
        status = stats_adjust_holm(p, n, p, j->in.err);
    for (size_t i = 0; i < n && status == 0; i++) {
        struct analysis_check *c = &j->in.out->check[first + i];
        if (c->verdict == ANALYSIS_FAIL && p[i] > (1 - j->o->level) / 2)
            c->verdict = ANALYSIS_INCONCLUSIVE;
        if (c->advice == NULL)
            status = advise_line(j, c, metric);
    }
    return status;
}

/* ---- all together ------------------------------------------------------------------------ */

void history_set_subject(struct analysis_check *c, const char *words,
                         const struct analysis_history_point *point)
{
    char commit[ANALYSIS_COMMIT_SIZE];
    c->commit = point->entry->commit;
    analysis_format(c->subject, sizeof(c->subject), "%s %s", words,
                    analysis_commit_short(commit, c->commit));
}

static int check_nothing(struct judge *j)
{
    struct analysis_check *c = checks_add(&j->in, "speed", j->o->tolerance);
    if (c == NULL)
        return err_set(j->in.err, ERR_NOMEM, "no memory for a check");
    c->fraction = true;
    history_set_subject(c, "commit", &j->h->point[j->now]);
    return checks_advise(&j->in, c,
                         "there is nothing to compare it with on this host: add sessions "
                         "of another commit");
}

/* Another compiler may be what is slower; the commit is then not to blame. */
static int warn_builds(struct judge *j)
{
    const struct store_history_entry *now = j->h->point[j->now].entry;
    for (size_t i = j->now + 1; i-- > 0;) {
        const struct store_history_entry *e = j->h->point[i].entry;
        bool concerned = j->then != NULL ? strcmp(e->commit, j->then) == 0
                                         : i + j->o->last >= j->now;
        if (!concerned || (strcmp(e->compiler, now->compiler) == 0 &&
                           strcmp(e->flags, now->flags) == 0))
            continue;
        char this[ANALYSIS_COMMIT_SIZE], other[ANALYSIS_COMMIT_SIZE];
        return analysis_warn(&j->in.out->warnings, "other-build",
                             "commit %s was built with '%s %s', %s with '%s %s'",
                             analysis_commit_short(this, now->commit), now->compiler, now->flags,
                             analysis_commit_short(other, e->commit), e->compiler, e->flags);
    }
    return 0;
}

static void join(struct analysis_checks *c)
{
    c->verdict = ANALYSIS_PASS;
    for (size_t i = 0; i < c->count; i++)
        if (c->check[i].verdict == ANALYSIS_FAIL)
            c->verdict = ANALYSIS_FAIL;
        else if (c->check[i].verdict == ANALYSIS_INCONCLUSIVE && c->verdict == ANALYSIS_PASS)
            c->verdict = ANALYSIS_INCONCLUSIVE;
}

int analysis_history_check(struct analysis_checks **out,
                           struct analysis_history_reference *reference,
                           struct analysis_history *h, const struct analysis_history_options *o,
                           struct err *err)
{
    struct analysis_checks *c = calloc(1, sizeof(*c));
    struct judge j = {.in = {.out = c, .err = err}, .h = h, .o = o, .reference = reference};
    *reference = (struct analysis_history_reference){0};
    j.p = calloc(2 * h->n_lines + 1, sizeof(*j.p));
    int status = c == NULL || j.p == NULL ? err_set(err, ERR_NOMEM, "no memory for the checks")
                                          : choose(&j, err);
    if (status == 0) {
        analysis_thresholds_init(&c->thresholds);
        c->thresholds.level = o->level;
        c->seed = o->seed;
        c->resamples = o->resamples;
        status = check_lines(&j, TIME);
    }
    if (status == 0)
        status = check_lines(&j, MEMORY);
    if (status == 0)
        status = history_check_allocations(&j);
    if (status == 0)
        status = history_check_counters(&j);
    if (status == 0)
        status = history_check_missing(&j);
    if (status == 0 && c->count == 0)
        status = check_nothing(&j);
    if (status == 0)
        status = warn_builds(&j);
    free(j.p);
    if (status < 0) {
        analysis_checks_free(c);
        return status;
    }
    join(c);
    *out = c;
    return 0;
}
