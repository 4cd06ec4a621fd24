/* The latest commit against a baseline, or against the commits before it. */
#include "config.h"

#include "analysis/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/checks_priv.h"
#include "analysis/plan.h"
#include "stats/adjust.h"

enum { WINDOW = 50 }; /* commits that are searched for the last change of level */

struct judge {
    struct checks_input in; /* for checks_add() and checks_advise() */
    struct analysis_history *h;
    const struct analysis_history_options *o;
    struct analysis_history_reference *reference;
    size_t now;       /* point that is judged */
    const char *then; /* commit of the reference; NULL: the last ones */
    double *p;        /* of the checks of speed and memory, in their order */
    size_t n_p;
};

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

static const struct analysis_history_value *value_at(const struct analysis_history_line *l,
                                                     size_t point)
{
    for (size_t i = 0; i < l->n_values; i++)
        if (l->value[i].point == point)
            return &l->value[i];
    return NULL;
}

/* First value of the line that still has the level of the one before `end`: what lies before
 * a change says nothing of today's speed.  `end` where nothing is there. */
static int level_begin(const struct judge *j, const struct analysis_history_line *l, size_t end,
                       size_t *begin, struct err *err)
{
    struct stats_change_options options = {.rate = j->o->rate,
                                           .level = j->o->level,
                                           .min_segment = 1,
                                           .resamples = j->o->resamples,
                                           .seed = j->o->seed};
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
static int reference_of(const struct judge *j, const struct analysis_history_line *l,
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
    return 0;
}

static const char *unit_text(enum analysis_history_unit unit)
{
    static const char *const texts[] = {"runs", "sessions", "commits"};
    return texts[unit];
}

/* ---- speed and memory of a line ---------------------------------------------------------- */

static int advise_busy(struct judge *j, struct analysis_check *c, const struct samples *now,
                       const struct samples *then)
{
    c->verdict = ANALYSIS_INCONCLUSIVE;
    bool latest = 2 * now->n_busy > now->n_runs || now->n == 0;
    const struct samples *worst = latest ? now : then;
    return checks_advise(&j->in, c,
                         "%zu of %zu runs of the %s had to share their processor: measure again "
                         "when the host is quiet",
                         worst->n_busy, worst->n_runs, latest ? "latest commit" : "reference");
}

static int advise_line(struct judge *j, struct analysis_check *c, enum metric metric)
{
    const char *what = metric == TIME ? "slower" : "more memory";
    if (isnan(c->lower))
        return checks_advise(&j->in, c, "single runs have no spread: add sessions of this commit "
                                        "and of the reference");
    if (c->verdict == ANALYSIS_FAIL)
        return checks_advise(&j->in, c, metric == TIME ? "simulation is slower than before"
                                                       : "simulation takes more memory");
    if (c->verdict == ANALYSIS_PASS)
        return checks_advise(&j->in, c, "%s", "");
    if (isfinite(c->need) && c->lower <= c->threshold)
        return checks_advise(&j->in, c, "%s by %+.1f ... %+.1f %%: add about %.0f %s", what,
                             100 * c->lower, 100 * c->upper, fmax(1, c->need - c->have), c->unit);
    return checks_advise(&j->in, c, "%s, but not beyond doubt over all lines (Holm): add %s", what,
                         c->unit);
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
    c->unit = unit_text(d->unit);
    c->have = (double)d->n[0];
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
    const struct analysis_history_value *latest = value_at(l, j->now);
    int status = latest != NULL ? reference_of(j, l, &begin, &end, j->in.err) : 0;
    if (status < 0 || latest == NULL || begin == end)
        return status;
    size_t at = (size_t)(latest - l->value);
    status = gather(j, l, at, at + 1, metric, &now, j->in.err);
    if (status == 0)
        status = gather(j, l, begin, end, metric, &then, j->in.err);
    if (status == 0)
        status = analysis_history_compare(now.x, now.n, then.x, then.n, j->o->level, &d,
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

/* ---- what is exact ----------------------------------------------------------------------- */

struct exact {
    size_t compared, differ, other_inputs;
    const struct analysis_history_line *line; /* the first that differs */
    enum counter counter;
    double before, after;
};

/* Counters that both have; a later version may count more. */
static void compare_counters(struct exact *e, const struct judge *j,
                             const struct analysis_history_line *l,
                             const struct store_history_sample *now,
                             const struct store_history_sample *then)
{
    if (strcmp(now->id, then->id) != 0) {
        e->other_inputs++;
        return;
    }
    e->compared++;
    if (now->counters == then->counters)
        return;
    const double *a = j->h->store->counters[now->counters].counter;
    const double *b = j->h->store->counters[then->counters].counter;
    for (int i = 0; i < COUNTER_MAX; i++)
        if (a[i] != b[i] && !isnan(a[i]) && !isnan(b[i])) {
            if (e->differ++ == 0) {
                e->line = l;
                e->counter = (enum counter)i;
                e->before = b[i];
                e->after = a[i];
            }
            return;
        }
}

static int check_counters(struct judge *j)
{
    struct exact e = {0};
    for (size_t i = 0; i < j->h->n_lines; i++) {
        const struct analysis_history_line *l = &j->h->line[i];
        const struct analysis_history_value *now = value_at(l, j->now);
        size_t begin, end;
        if (now == NULL || strcmp(l->key->simulator, "rung") != 0)
            continue;
        int status = reference_of(j, l, &begin, &end, j->in.err);
        if (status < 0)
            return status;
        if (begin == end) /* nothing to compare with */
            continue;
        for (size_t r = 0; r < now->n_runs; r++)
            compare_counters(&e, j, l, l->run[now->first + r], l->run[l->value[end - 1].first]);
    }
    if (e.compared + e.other_inputs == 0)
        return 0;
    struct analysis_check *c = checks_add(&j->in, "counters", 0);
    if (c == NULL)
        return err_set(j->in.err, ERR_NOMEM, "no memory for a check");
    analysis_format(c->subject, sizeof(c->subject), "%zu runs", e.compared + e.other_inputs);
    c->value = c->lower = c->upper = (double)e.differ;
    c->unit = "runs";
    c->have = c->need = (double)e.compared;
    c->verdict = e.differ > 0         ? ANALYSIS_FAIL
                 : e.other_inputs > 0 ? ANALYSIS_INCONCLUSIVE
                                      : ANALYSIS_PASS;
    if (e.differ > 0)
        return checks_advise(&j->in, c, "same inputs, other counters: %s of %s was %.17g, is %.17g",
                             counter_name(e.counter), e.line->name, e.before, e.after);
    if (e.other_inputs > 0)
        return checks_advise(&j->in, c, "programs, machines or models of %zu runs have changed: what "
                                        "they count cannot be compared; set a new baseline",
                             e.other_inputs);
    return checks_advise(&j->in, c, "%s", "");
}

/* Allocations per million instructions are the same in every run, or nearly: one more is one
 * too many. */
static int check_allocations(struct judge *j)
{
    size_t compared = 0, more = 0;
    double worst = 0, before = NAN, after = NAN;
    const struct analysis_history_line *line = NULL;
    for (size_t i = 0; i < j->h->n_lines; i++) {
        const struct analysis_history_line *l = &j->h->line[i];
        const struct analysis_history_value *now = value_at(l, j->now);
        size_t begin, end;
        double most = NAN;
        int status = now != NULL ? reference_of(j, l, &begin, &end, j->in.err) : 0;
        if (status < 0)
            return status;
        for (size_t k = now != NULL ? begin : 1; now != NULL && k < end; k++)
            most = fmax(most, l->value[k].allocations);
        if (now == NULL || isnan(most) || isnan(now->allocations))
            continue;
        double excess = now->allocations - most * (1 + j->o->growth);
        compared++;
        more += excess > 1;
        if (excess > 1 && (line == NULL || excess > worst)) {
            line = l;
            worst = excess;
            before = most;
            after = now->allocations;
        }
    }
    if (compared == 0)
        return 0;
    struct analysis_check *c = checks_add(&j->in, "allocations", 0);
    if (c == NULL)
        return err_set(j->in.err, ERR_NOMEM, "no memory for a check");
    analysis_format(c->subject, sizeof(c->subject), "%zu lines", compared);
    c->value = c->lower = c->upper = (double)more;
    c->unit = "lines";
    c->have = c->need = (double)compared;
    c->verdict = more > 0 ? ANALYSIS_FAIL : ANALYSIS_PASS;
    if (more > 0)
        return checks_advise(&j->in, c, "%s allocates %.4g times per million instructions, at most "
                                        "%.4g before",
                             line->name, after, before);
    return checks_advise(&j->in, c, "%s", "");
}

/* ---- all together ------------------------------------------------------------------------ */

static int check_nothing(struct judge *j)
{
    struct analysis_check *c = checks_add(&j->in, "speed", j->o->tolerance);
    if (c == NULL)
        return err_set(j->in.err, ERR_NOMEM, "no memory for a check");
    c->fraction = true;
    analysis_format(c->subject, sizeof(c->subject), "commit %s",
                    j->h->point[j->now].entry->commit);
    return checks_advise(&j->in, c, "there is nothing to compare it with on this host: add sessions "
                                    "of another commit");
}

/* What the commit before, or the baseline, had measured and this one has not: a run that failed
 * must not pass for one that is as fast as ever. */
static int check_missing(struct judge *j)
{
    size_t missing = 0, lines = 0;
    const struct analysis_history_line *first = NULL;
    size_t before = j->now;
    for (size_t i = 0; i < j->h->n_points; i++)
        if (j->then != NULL && strcmp(j->h->point[i].entry->commit, j->then) == 0)
            before = i;
    if (j->then == NULL && j->now > 0)
        before = j->now - 1;
    for (size_t i = 0; before != j->now && i < j->h->n_lines; i++) {
        const struct analysis_history_line *l = &j->h->line[i];
        bool lost = value_at(l, before) != NULL && value_at(l, j->now) == NULL;
        lines += value_at(l, before) != NULL;
        missing += lost;
        first = lost && first == NULL ? l : first;
    }
    if (missing == 0)
        return 0;
    struct analysis_check *c = checks_add(&j->in, "lines", 0);
    if (c == NULL)
        return err_set(j->in.err, ERR_NOMEM, "no memory for a check");
    analysis_format(c->subject, sizeof(c->subject), "%zu lines of %s", lines,
                    j->h->point[before].entry->commit);
    c->value = c->lower = c->upper = (double)missing;
    c->unit = "lines";
    c->have = (double)(lines - missing);
    c->need = (double)lines;
    return checks_advise(&j->in, c, "%zu of them were not measured at this commit, or their runs "
                                    "failed: first is %s",
                         missing, first->name);
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
        return analysis_warn(&j->in.out->warnings, "other-build",
                             "commit %s was built with '%s %s', %s with '%s %s'", now->commit,
                             now->compiler, now->flags, e->commit, e->compiler, e->flags);
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
        status = check_allocations(&j);
    if (status == 0)
        status = check_counters(&j);
    if (status == 0)
        status = check_missing(&j);
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
