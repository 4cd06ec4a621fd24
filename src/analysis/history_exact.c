/* The checks of a history that are exact: counters, allocations, and what is missing. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/history_priv.h"

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

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

int history_check_counters(struct judge *j)
{
    struct exact e = {0};
    for (size_t i = 0; i < j->h->n_lines; i++) {
        const struct analysis_history_line *l = &j->h->line[i];
        const struct analysis_history_value *now = history_value_at(l, j->now);
        size_t begin, end;
        if (now == NULL || strcmp(l->key->simulator, "rung") != 0)
            continue;
        int status = history_reference_of(j, l, &begin, &end, j->in.err);
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
    analysis_format(c->subject, sizeof(c->subject), "%zu run%s", e.compared + e.other_inputs,
                    plural(e.compared + e.other_inputs));
    c->value = c->lower = c->upper = (double)e.differ;
    c->unit = e.compared == 1 ? "run" : "runs";
    c->have = c->need = (double)e.compared;
    c->verdict = e.differ > 0         ? ANALYSIS_FAIL
                 : e.other_inputs > 0 ? ANALYSIS_INCONCLUSIVE
                                      : ANALYSIS_PASS;
    if (e.differ > 0)
        return checks_advise(&j->in, c, "same inputs, other counters: %s of %s was %.17g, is %.17g",
                             counter_name(e.counter), e.line->name, e.before, e.after);
    if (e.other_inputs > 0)
        return checks_advise(&j->in, c,
                             "programs, machines or models of %zu runs have changed: what "
                             "they count cannot be compared; set a new baseline",
                             e.other_inputs);
    return checks_advise(&j->in, c, "%s", "");
}

/* Allocations per million instructions are the same in every run, or nearly: one more is one
 * too many. */
int history_check_allocations(struct judge *j)
{
    size_t compared = 0, more = 0;
    double worst = 0, before = NAN, after = NAN;
    const struct analysis_history_line *line = NULL;
    for (size_t i = 0; i < j->h->n_lines; i++) {
        const struct analysis_history_line *l = &j->h->line[i];
        const struct analysis_history_value *now = history_value_at(l, j->now);
        size_t begin, end;
        double most = NAN;
        int status = now != NULL ? history_reference_of(j, l, &begin, &end, j->in.err) : 0;
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
    analysis_format(c->subject, sizeof(c->subject), "%zu line%s", compared, plural(compared));
    c->value = c->lower = c->upper = (double)more;
    c->unit = compared == 1 ? "line" : "lines";
    c->have = c->need = (double)compared;
    c->verdict = more > 0 ? ANALYSIS_FAIL : ANALYSIS_PASS;
    if (more > 0)
        return checks_advise(&j->in, c, "%s allocates %.4g times per million instructions, at most "
                                        "%.4g before",
                             line->name, after, before);
    return checks_advise(&j->in, c, "%s", "");
}

/* What the commit before, or the baseline, had measured and this one has not: a run that failed
 * must not pass for one that is as fast as ever. */
int history_check_missing(struct judge *j)
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
        bool lost = history_value_at(l, before) != NULL && history_value_at(l, j->now) == NULL;
        lines += history_value_at(l, before) != NULL;
        missing += lost;
        first = lost && first == NULL ? l : first;
    }
    if (missing == 0)
        return 0;
    struct analysis_check *c = checks_add(&j->in, "lines", 0);
    if (c == NULL)
        return err_set(j->in.err, ERR_NOMEM, "no memory for a check");
    char words[40];
    snprintf(words, sizeof words, "%zu line%s of commit", lines, plural(lines));
    history_set_subject(c, words, &j->h->point[before]);
    c->value = c->lower = c->upper = (double)missing;
    c->unit = lines - missing == 1 ? "line" : "lines";
    c->have = (double)(lines - missing);
    c->need = (double)lines;
    return checks_advise(&j->in, c,
                         "%zu of them %s not measured at this commit, or %s runs failed: %s%s",
                         missing, missing == 1 ? "was" : "were", missing == 1 ? "its" : "their",
                         missing == 1 ? "" : "first is ", first->name);
}
