/* A history as lines over commits. */
#include "config.h"

#include "analysis/history.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_priv.h"
#include "base/str.h"

enum { CHANGE_VALUES_MIN = 8 };

void analysis_history_options_init(struct analysis_history_options *o)
{
    *o = (struct analysis_history_options){.last = 10,
                                           .tolerance = 0.05,
                                           .growth = 0.1,
                                           .level = 0.95,
                                           .busy = 1.25,
                                           .best = 1,
                                           .rate = 0.01,
                                           .seed = 1,
                                           .resamples = 399};
}

double analysis_history_time(const struct store_history_sample *s)
{
    double seconds = s->user_seconds > 0 ? s->user_seconds : s->wall_seconds;
    return seconds > 0 && s->instructions > 0 ? seconds / s->instructions : NAN;
}

/* The first hundredths of a second go into loading and first touches of memory, which the
 * kernel does, not the program. */
bool analysis_history_is_busy(const struct store_history_sample *s, double busy)
{
    static const double slack = 0.02;
    return s->user_seconds > 0 && s->wall_seconds > busy * s->user_seconds + slack;
}

/* ---- points ------------------------------------------------------------------------------ */

static int order_points(const void *a, const void *b)
{
    const struct analysis_history_point *p = a, *q = b;
    int order = strcmp(p->entry->date, q->entry->date);
    if (order != 0)
        return order;
    return (p->entry->number > q->entry->number) - (p->entry->number < q->entry->number);
}

static bool is_baseline(const struct store_history *s, const char *commit)
{
    for (size_t i = 0; i < s->n_baselines; i++)
        if (strcmp(s->baseline[i].commit, commit) == 0)
            return true;
    return false;
}

/* Points of the host; index[entry] is the point of each of its sessions. */
static int make_points(struct analysis_history *h, size_t *index)
{
    const struct store_history *s = h->store;
    h->point = calloc(s->n_entries + 1, sizeof(*h->point));
    if (h->point == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->n_entries; i++) {
        const struct store_history_entry *e = &s->entry[i];
        size_t p = 0;
        if (strcmp(e->host, h->host) != 0)
            continue;
        memcpy(h->host_text, e->host_text, sizeof(h->host_text));
        while (p < h->n_points && strcmp(h->point[p].entry->commit, e->commit) != 0)
            p++;
        if (p == h->n_points)
            h->n_points++;
        h->point[p].entry = e;
        h->point[p].n_entries++;
        h->point[p].baseline = is_baseline(s, e->commit);
    }
    qsort(h->point, h->n_points, sizeof(*h->point), order_points);
    for (size_t i = 0; i < s->n_entries; i++)
        for (size_t p = 0; p < h->n_points; p++)
            if (strcmp(h->point[p].entry->commit, s->entry[i].commit) == 0)
                index[i] = p;
    return 0;
}

/* ---- lines ------------------------------------------------------------------------------- */

static bool selected(const char *asked, const char *has)
{
    return asked == NULL || strcmp(asked, has) == 0;
}

static bool wants(const struct analysis_history_options *o, const struct store_history_series *s)
{
    return selected(o->problem, s->problem) && selected(o->machine, s->machine) &&
           selected(o->mode, s->mode);
}

static void name_line(struct analysis_history_line *l)
{
    const struct store_history_series *k = l->key;
    bool plain = k->variant[0] == '\0' || strcmp(k->variant, "base") == 0;
    char seed[40] = "";
    if (k->seed != 0)
        snprintf(seed, sizeof(seed), ", layout %" PRIu64, k->seed);
    bool own = k->simulator[0] == '\0' || strcmp(k->simulator, "rung") == 0;
    analysis_format(l->name, sizeof(l->name), "%s%s%s%s%s %s at %.10g%s%s%s",
                    own ? "" : k->simulator, own ? "" : ": ", k->problem,
                    k->machine[0] != '\0' ? " " : "", k->machine, k->mode, k->n,
                    plain ? "" : ", ", plain ? "" : k->variant, seed);
}

static int order_lines(const void *a, const void *b)
{
    const struct store_history_series *p = ((const struct analysis_history_line *)a)->key;
    const struct store_history_series *q = ((const struct analysis_history_line *)b)->key;
    int order = strcmp(p->problem, q->problem);
    if (order == 0)
        order = (p->n > q->n) - (p->n < q->n);
    if (order == 0)
        order = strcmp(p->machine, q->machine);
    if (order == 0)
        order = strcmp(p->mode, q->mode);
    if (order == 0)
        order = strcmp(p->variant, q->variant);
    if (order == 0)
        order = (p->seed > q->seed) - (p->seed < q->seed);
    return order != 0 ? order : strcmp(p->simulator, q->simulator);
}

struct placed {
    const struct store_history_sample *sample;
    size_t point;
};

static int order_placed(const void *a, const void *b)
{
    const struct placed *p = a, *q = b;
    if (p->point != q->point)
        return p->point < q->point ? -1 : 1;
    return (p->sample > q->sample) - (p->sample < q->sample);
}

static double counter_of(const struct store_history *s, const struct store_history_sample *r,
                         enum counter c)
{
    return s->counters[r->counters].counter[c];
}

/* Means over what is known. */
struct mean {
    double value;
    size_t n;
};

static void add_mean(struct mean *m, double x)
{
    if (isfinite(x))
        m->value += (x - m->value) / (double)++m->n;
}

static double mean_value(const struct mean *m)
{
    return m->n > 0 ? m->value : NAN;
}

/* Geometric means of speed: within sessions, then over them. */
static double speed_of(const struct store_history_sample *const *run, size_t n, bool with_busy,
                       double busy)
{
    struct mean all = {0};
    for (size_t i = 0, j; i < n; i = j) {
        struct mean session = {0};
        for (j = i; j < n && run[j]->entry == run[i]->entry; j++)
            if (with_busy || !analysis_history_is_busy(run[j], busy))
                add_mean(&session, -log(analysis_history_time(run[j])));
        if (session.n > 0)
            add_mean(&all, session.value);
    }
    return all.n > 0 ? exp(all.value) : NAN;
}

static void fill_value(const struct store_history *s, struct analysis_history_value *v,
                       const struct store_history_sample *const *run, double busy)
{
    struct mean wall = {0}, memory = {0}, allocations = {0};
    for (size_t i = 0; i < v->n_runs; i++) {
        v->n_busy += analysis_history_is_busy(run[i], busy);
        add_mean(&wall, run[i]->wall_seconds);
        add_mean(&memory, run[i]->peak_memory);
        add_mean(&allocations, run[i]->allocations);
    }
    v->only_busy = v->n_busy == v->n_runs;
    v->speed = speed_of(run, v->n_runs, v->only_busy, busy);
    double cycles = counter_of(s, run[0], COUNTER_cycles);
    v->cpi = cycles > 0 ? cycles / counter_of(s, run[0], COUNTER_instructions) : NAN;
    v->wall_seconds = mean_value(&wall);
    v->peak_memory = mean_value(&memory);
    v->allocations = mean_value(&allocations);
}

static int make_values(const struct store_history *s, struct analysis_history_line *l,
                       struct placed *placed, double busy)
{
    qsort(placed, l->n_runs, sizeof(*placed), order_placed);
    l->run = calloc(l->n_runs + 1, sizeof(*l->run));
    l->value = calloc(l->n_runs + 1, sizeof(*l->value));
    if (l->run == NULL || l->value == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < l->n_runs; i++) {
        l->run[i] = placed[i].sample;
        if (i == 0 || placed[i].point != placed[i - 1].point)
            l->value[l->n_values++] =
                (struct analysis_history_value){.point = placed[i].point, .first = i};
        l->value[l->n_values - 1].n_runs++;
    }
    for (size_t i = 0; i < l->n_values; i++)
        fill_value(s, &l->value[i], l->run + l->value[i].first, busy);
    return 0;
}

/* Sorts the host's runs into lines. */
static int make_lines(struct analysis_history *h, const size_t *point_of,
                      const struct analysis_history_options *o)
{
    const struct store_history *s = h->store;
    int rc = 0;
    size_t *first = calloc(s->n_series + 1, sizeof(*first)), total = 0;
    size_t *count = calloc(s->n_series + 1, sizeof(*count));
    struct placed *placed = calloc(s->n_samples + 1, sizeof(*placed));
    h->line = calloc(s->n_series + 1, sizeof(*h->line));
    if (first == NULL || count == NULL || placed == NULL || h->line == NULL) {
        rc = ERR_NOMEM;
        goto out;
    }
    for (size_t i = 0; i < s->n_samples; i++)
        if (strcmp(s->entry[s->sample[i].entry].host, h->host) == 0)
            count[s->sample[i].series]++;
    for (size_t k = 0; k < s->n_series; total += count[k++])
        first[k] = total;
    memset(count, 0, s->n_series * sizeof(*count));
    for (size_t i = 0; i < s->n_samples; i++) {
        const struct store_history_sample *r = &s->sample[i];
        if (strcmp(s->entry[r->entry].host, h->host) == 0)
            placed[first[r->series] + count[r->series]++] =
                (struct placed){r, point_of[r->entry]};
    }
    for (size_t k = 0; k < s->n_series && rc == 0; k++) {
        if (count[k] == 0 || !wants(o, &s->series[k]))
            continue;
        struct analysis_history_line *l = &h->line[h->n_lines++];
        l->key = &s->series[k];
        l->n_runs = count[k];
        name_line(l);
        rc = make_values(s, l, placed + first[k], o->busy);
    }
    qsort(h->line, h->n_lines, sizeof(*h->line), order_lines);
out:
    free(placed);
    free(count);
    free(first);
    return rc;
}

static const char *series_text(const struct store_history_series *s, size_t offset)
{
    return (const char *)s + offset;
}

/* Names what there is of the first thing that was asked for and that no run has. */
static int refuse_selection(const struct store_history *store,
                            const struct analysis_history_options *o, struct err *err)
{
    const struct {
        const char *name, *wanted;
        size_t offset;
    } part[] = {{"problem", o->problem, offsetof(struct store_history_series, problem)},
                {"machine", o->machine, offsetof(struct store_history_series, machine)},
                {"mode", o->mode, offsetof(struct store_history_series, mode)}};
    for (size_t k = 0; k < sizeof part / sizeof part[0]; k++) {
        struct str known;
        bool found = part[k].wanted == NULL;
        str_init(&known);
        for (size_t i = 0; i < store->n_series && !found; i++) {
            const char *text = series_text(&store->series[i], part[k].offset);
            bool seen = text[0] == '\0'; /* emulation has no machine */
            for (size_t j = 0; j < i && !seen; j++)
                seen = strcmp(text, series_text(&store->series[j], part[k].offset)) == 0;
            if (!seen)
                str_addf(&known, "%s%s", known.len > 0 ? ", " : "", text);
            found = strcmp(text, part[k].wanted) == 0;
        }
        if (!found)
            err_set(err, ERR_DATA, "'%s': no run of %s '%s'; there %s %s", store->path,
                    part[k].name, part[k].wanted,
                    known.len > 0 && strchr(known.data, ',') != NULL ? "are" : "is",
                    known.len > 0 ? known.data : "none");
        str_release(&known);
        if (!found)
            return ERR_DATA;
    }
    return err_set(err, ERR_DATA, "'%s': nothing is left of the selection", store->path);
}

int analysis_history_alloc(struct analysis_history **out, const struct store_history *store,
                           const struct analysis_history_options *o, struct err *err)
{
    int status = 0;
    struct analysis_history *h = calloc(1, sizeof(*h));
    size_t *point_of = calloc(store->n_entries + 1, sizeof(*point_of));
    if (h == NULL || point_of == NULL) {
        status = err_set(err, ERR_NOMEM, "no memory for the history");
        goto out;
    }
    h->store = store;
    if (store->n_entries == 0) {
        status = err_set(err, ERR_DATA, "'%s' has no session yet", store->path);
        goto out;
    }
    analysis_format(h->host, sizeof(h->host), "%s",
                    o->host != NULL ? o->host : store->entry[store->n_entries - 1].host);
    if (make_points(h, point_of) != 0 || make_lines(h, point_of, o) != 0)
        status = err_set(err, ERR_NOMEM, "no memory for the history");
    else if (h->n_points == 0)
        status = err_set(err, ERR_DATA, "'%s' has no session of host '%s'", store->path, h->host);
    else if (h->n_lines == 0)
        status = refuse_selection(store, o, err);
out:
    free(point_of);
    if (status == 0)
        *out = h;
    else
        analysis_history_free(h);
    return status;
}

void analysis_history_free(struct analysis_history *h)
{
    if (h == NULL)
        return;
    for (size_t i = 0; i < h->n_lines; i++) {
        free(h->line[i].run);
        free(h->line[i].value);
        free(h->line[i].change);
    }
    free(h->line);
    free(h->point);
    free(h);
}

/* ---- change points ----------------------------------------------------------------------- */

static int find_changes(struct analysis_history_line *l,
                        const struct stats_change_options *options, struct err *err)
{
    struct stats_changes changes = {0};
    double *y = calloc(l->n_values + 1, sizeof(*y));
    size_t *value = calloc(l->n_values + 1, sizeof(*value)), n = 0;
    int status = y == NULL || value == NULL ? err_set(err, ERR_NOMEM, "no memory for a line") : 0;
    for (size_t i = 0; status == 0 && i < l->n_values; i++)
        if (l->value[i].speed > 0) {
            value[n] = i;
            y[n++] = -log(l->value[i].speed);
        }
    if (status == 0 && n >= CHANGE_VALUES_MIN)
        status = stats_pelt(y, n, options, &changes, err);
    if (status == 0)
        l->change = calloc(changes.n + 1, sizeof(*l->change));
    if (status == 0 && l->change == NULL)
        status = err_set(err, ERR_NOMEM, "no memory for change points");
    for (size_t i = 0; status == 0 && i < changes.n; i++) {
        const struct stats_change *c = &changes.change[i];
        struct analysis_history_sample *x = calloc(c->before + c->after + 1, sizeof(*x));
        struct analysis_history_difference d;
        if (x == NULL) {
            status = err_set(err, ERR_NOMEM, "no memory for change points");
            break;
        }
        for (size_t k = 0; k < c->before + c->after; k++)
            x[k] = (struct analysis_history_sample){y[c->at - c->before + k], k, k};
        status = analysis_history_compare(x + c->before, c->after, x, c->before, NULL,
                                          options->level, &d, err);
        free(x);
        l->change[l->n_changes++] = (struct analysis_history_change){
            value[c->at], {exp(d.value), exp(d.lower), exp(d.upper)}, c->p};
    }
    stats_changes_release(&changes);
    free(value);
    free(y);
    return status;
}

int analysis_history_changes(struct analysis_history *h,
                             const struct analysis_history_options *o, struct err *err)
{
    int status = 0;
    struct stats_change_options options = {.rate = o->rate,
                                           .level = o->level,
                                           .min_segment = 2,
                                           .resamples = o->resamples,
                                           .seed = o->seed};
    for (size_t i = 0; i < h->n_lines && status == 0; i++)
        if (h->line[i].n_changes == 0) {
            free(h->line[i].change);
            h->line[i].change = NULL;
            status = find_changes(&h->line[i], &options, err);
        }
    return status;
}

const char *analysis_commit_short(char text[ANALYSIS_COMMIT_SIZE], const char *commit)
{
    enum { DIGITS = 10 };
    size_t digits = strspn(commit, "0123456789abcdef");
    const char *rest = commit + digits;
    if (digits == 40 || digits == 64) /* a whole SHA-1 or SHA-256 of git */
        snprintf(text, ANALYSIS_COMMIT_SIZE, "%.*s%.8s", (int)DIGITS, commit, rest);
    else
        snprintf(text, ANALYSIS_COMMIT_SIZE, "%s", commit);
    return text;
}
