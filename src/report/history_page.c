/* The dashboard's tables: the verdict on a commit, changes, commits. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/history_priv.h"
#include "report/html.h"

enum { ROWS_SHOWN = 12, COMMITS_SHOWN = 15 };

static void add_day(struct str *html, const char *date)
{
    str_add(html, "<td class=\"day\">");
    html_textf(html, "%.10s", date);
    str_add(html, "</td>");
}

void dashboard_change(struct str *html, double fraction)
{
    str_add(html, fraction > 0 ? "<td class=\"number\">+" : "<td class=\"number\">");
    html_percent(html, fraction, 3);
    str_add(html, "</td>");
}

/* ---- verdict ----------------------------------------------------------------------------- */

static size_t count_checks(const struct dashboard *d, const char *name, enum analysis_verdict v)
{
    size_t n = 0;
    for (size_t i = 0; i < d->checks->count; i++)
        n += (name == NULL || strcmp(d->checks->check[i].name, name) == 0) &&
             d->checks->check[i].verdict == v;
    return n;
}

static void add_against(const struct dashboard *d, struct str *html)
{
    const struct analysis_history_reference *r = &d->reference;
    if (r->commit == NULL) {
        if (r->n_points == 1)
            str_add(html, "the commit before it");
        else
            html_textf(html, "the %zu commits before it, as far as their speed was the same",
                       r->n_points);
        return;
    }
    str_add(html, r->is_baseline ? "the baseline " : "commit ");
    dashboard_commit(d, html, dashboard_find(d, r->commit));
}

static void add_answer(const struct dashboard *d, struct str *html)
{
    size_t slow = count_checks(d, "speed", ANALYSIS_FAIL);
    size_t open = count_checks(d, "speed", ANALYSIS_INCONCLUSIVE);
    size_t speeds = slow + open + count_checks(d, "speed", ANALYSIS_PASS);
    const char *judged = dashboard_is_latest(d) ? "The latest commit" : "This commit";
    switch (d->checks->verdict) {
    case ANALYSIS_PASS:
        html_textf(html, "%s is as fast as before, within %.3g %%, on all %zu lines.", judged,
                   100 * d->o->analysis.tolerance, speeds);
        return;
    case ANALYSIS_FAIL:
        if (slow > 0)
            html_textf(html, "%s is slower on %zu of %zu lines.", judged, slow, speeds);
        else
            html_textf(html, "%s is not slower, but another check fails.", judged);
        return;
    case ANALYSIS_INCONCLUSIVE:
        break;
    }
    if (speeds == 0)
        html_textf(html, "%s cannot be judged yet.", judged);
    else
        html_textf(html, "Whether %s commit is slower cannot be told on %zu of %zu lines.",
                   dashboard_is_latest(d) ? "the latest" : "this", open, speeds);
}

int dashboard_verdict(struct dashboard *d, struct str *html, struct err *err)
{
    (void)err;
    str_addf(html, "<section class=\"verdict %s\">\n<p>",
             analysis_verdict_text(d->checks->verdict));
    html_badge(html, d->checks->verdict);
    str_add(html, "</p>\n<p class=\"answer\">");
    add_answer(d, html);
    str_add(html, "</p>\n<p>Commit ");
    dashboard_commit(d, html, d->reference.point);
    html_textf(html, " of %.10s, held against ", d->h->point[d->reference.point].entry->date);
    add_against(d, html);
    str_add(html, ".</p>\n</section>\n");
    html_warnings(html, &d->checks->warnings);
    return 0;
}

/* ---- the commit that is judged, line by line --------------------------------------------- */

/* What fails before what is open before what passes, and the slowest first. */
static int order_checks(const void *left, const void *right)
{
    const struct analysis_check *a = *(const struct analysis_check *const *)left;
    const struct analysis_check *b = *(const struct analysis_check *const *)right;
    int worse = analysis_verdict_rank(b->verdict) - analysis_verdict_rank(a->verdict);
    if (worse != 0)
        return worse;
    if (a->fraction != b->fraction)
        return a->fraction ? 1 : -1; /* what is exact leads */
    double x = isnan(a->value) ? -INFINITY : a->value, y = isnan(b->value) ? -INFINITY : b->value;
    return x != y ? (x < y) - (x > y) : (a > b) - (a < b);
}

static void add_subject(const struct dashboard *d, struct str *html,
                        const struct analysis_check *c)
{
    char text[ANALYSIS_COMMIT_SIZE];
    if (c->commit == NULL) {
        html_head_cell(html, c->subject);
        return;
    }
    size_t words = strlen(c->subject) - strlen(analysis_commit_short(text, c->commit));
    str_add(html, "<th scope=\"row\">");
    html_textf(html, "%.*s", (int)words, c->subject);
    dashboard_commit(d, html, dashboard_find(d, c->commit));
    str_add(html, "</th>");
}

static void add_check(const struct dashboard *d, struct str *html,
                      const struct analysis_check *c)
{
    html_row(html);
    add_subject(d, html, c);
    html_cell(html, c->name);
    str_add(html, "<td>");
    html_badge(html, c->verdict);
    str_add(html, "</td>");
    if (c->fraction) {
        dashboard_change(html, c->value);
        dashboard_change(html, c->lower);
        dashboard_change(html, c->upper);
    } else {
        html_cell_count(html, c->value);
        str_add(html, "<td class=\"number\"></td><td class=\"number\"></td>");
    }
    char text[64] = "";
    if (c->have > 0)
        snprintf(text, sizeof text, "%.0f\u00a0%s", c->have, c->unit);
    html_cell(html, text);
    str_add(html, "<td class=\"text\">");
    html_text(html, c->advice);
    str_add(html, "</td>");
    html_row_end(html);
}

static void add_checks(const struct dashboard *d, struct str *html, const char *caption,
                       const struct analysis_check *const *list, size_t n)
{
    html_table(html, caption, "Line|Check|Verdict|#change|#from|#to|Seen|What to do");
    for (size_t i = 0; i < n; i++)
        add_check(d, html, list[i]);
    html_table_end(html);
}

int dashboard_regressions(struct dashboard *d, struct str *html, struct err *err)
{
    size_t n = d->checks->count;
    const struct analysis_check **list = calloc(n + 1, sizeof(*list));
    if (list == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the dashboard");
    for (size_t i = 0; i < n; i++)
        list[i] = &d->checks->check[i];
    qsort(list, n, sizeof(*list), order_checks);
    size_t wrong = n - count_checks(d, NULL, ANALYSIS_PASS);
    size_t shown = n < ROWS_SHOWN ? n : ROWS_SHOWN;
    str_addf(html,
             "<h2 id=\"regressions\">%s commit</h2>\n<p>Worst first. A change is one of time per "
             "instruction, or of peak memory: +6 %% is slower.",
             dashboard_is_latest(d) ? "The latest" : "This");
    html_textf(html, " From and to are the ends of the %g %% interval.",
               100 * d->o->analysis.level);
    str_add(html, "</p>\n");
    add_checks(d, html, dashboard_is_latest(d) ? "Checks of the latest commit" : "Its checks", list,
               shown);
    if (shown < n) {
        size_t open = wrong > shown ? wrong - shown : 0;
        str_addf(html, "<details>\n<summary>%zu more check%s", n - shown,
                 n - shown == 1 ? "" : "s");
        if (open == 0)
            str_add(html, n - shown == 1 ? ", passed" : ", all passed");
        else
            str_addf(html, ", %zu of them not passed", open);
        str_add(html, "</summary>\n");
        add_checks(d, html, "Further checks", list + shown, n - shown);
        str_add(html, "</details>\n");
    }
    free(list);
    return 0;
}

/* ---- changes of speed and of counters ---------------------------------------------------- */

struct found {
    const struct analysis_history_line *line;
    const struct analysis_history_change *change;
};

static int order_found(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    double x = a->change->ratio.value, y = b->change->ratio.value;
    return x != y ? (x < y) - (x > y) : (a->change > b->change) - (a->change < b->change);
}

static void add_changes(const struct dashboard *d, struct str *html, const char *caption,
                        const struct found *found, size_t n)
{
    html_table(html, caption, "Line|Commit|Date|#time|#from|#to");
    for (size_t i = 0; i < n; i++) {
        const struct analysis_history_change *c = found[i].change;
        size_t point = found[i].line->value[c->value].point;
        html_row(html);
        html_head_cell(html, found[i].line->name);
        str_add(html, "<td>");
        dashboard_commit(d, html, point);
        str_add(html, "</td>");
        add_day(html, d->h->point[point].entry->date);
        dashboard_change(html, c->ratio.value - 1);
        dashboard_change(html, c->ratio.lower - 1);
        dashboard_change(html, c->ratio.upper - 1);
        html_row_end(html);
    }
    html_table_end(html);
}

/* Where a commit changed what the simulator computes. */
struct counted {
    size_t same_inputs, other_inputs; /* lines */
    double cpi; /* the largest relative change, with its sign */
};

static void count_line(const struct dashboard *d, const struct analysis_history_line *l,
                       struct counted *counted)
{
    const struct store_history *s = d->h->store;
    for (size_t i = 1; i < l->n_values; i++) {
        const struct store_history_sample *now = l->run[l->value[i].first];
        const struct store_history_sample *then = l->run[l->value[i - 1].first];
        struct counted *c = &counted[l->value[i].point];
        const double *a = s->counters[now->counters].counter;
        const double *b = s->counters[then->counters].counter;
        bool differ = false;
        for (int k = 0; k < COUNTER_MAX && now->counters != then->counters; k++)
            differ = differ || (a[k] != b[k] && !isnan(a[k]) && !isnan(b[k]));
        if (!differ)
            continue;
        if (strcmp(now->id, then->id) == 0)
            c->same_inputs++;
        else
            c->other_inputs++;
        double change = l->value[i].cpi / l->value[i - 1].cpi - 1;
        if (fabs(change) > fabs(c->cpi))
            c->cpi = change;
    }
}

static int add_counted(const struct dashboard *d, struct str *html, struct err *err)
{
    size_t n = 0;
    bool own = false;
    struct counted *counted = calloc(d->h->n_points + 1, sizeof(*counted));
    if (counted == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the dashboard");
    for (size_t i = 0; i < d->h->n_lines; i++)
        if (strcmp(d->h->line[i].key->simulator, "rung") == 0) {
            own = true;
            count_line(d, &d->h->line[i], counted);
        }
    if (!own) { /* counters of others are not held against each other */
        free(counted);
        return 0;
    }
    for (size_t i = 0; i < d->h->n_points; i++)
        n += counted[i].same_inputs + counted[i].other_inputs > 0;
    str_add(html, "<h3>What is counted</h3>\n");
    if (n == 0) {
        str_add(html, "<p>No commit has changed what the simulator counts.</p>\n");
    } else {
        str_add(html, "<p>Counters are exact: where program, machine and model are the same, none "
                      "may differ.</p>\n");
        html_table(html, "Commits that changed counters, the latest first",
                   "Commit|Date|#lines, same inputs|#lines, other inputs|#largest change of CPI");
        for (size_t i = d->h->n_points; i-- > 0;) {
            if (counted[i].same_inputs + counted[i].other_inputs == 0)
                continue;
            html_row(html);
            str_add(html, "<th scope=\"row\">");
            dashboard_commit(d, html, i);
            str_add(html, "</th>");
            add_day(html, d->h->point[i].entry->date);
            html_cell_count(html, (double)counted[i].same_inputs);
            html_cell_count(html, (double)counted[i].other_inputs);
            dashboard_change(html, counted[i].cpi);
            html_row_end(html);
        }
        html_table_end(html);
    }
    free(counted);
    return 0;
}

/* Changes of one commit: found[begin ... end - 1], the largest slow-down first. */
struct event {
    size_t point, begin, end;
};

static size_t point_of(const struct found *f)
{
    return f->line->value[f->change->value].point;
}

static int order_by_point(const void *left, const void *right)
{
    size_t a = point_of(left), b = point_of(right);
    return a != b ? (a > b) - (a < b) : order_found(left, right);
}

static int order_events(const void *left, const void *right)
{
    const struct event *a = left, *b = right;
    size_t x = a->end - a->begin, y = b->end - b->begin;
    return x != y ? (x < y) - (x > y) : (a->point < b->point) - (a->point > b->point);
}

static void add_lines(struct str *html, const struct found *found, size_t n)
{
    enum { NAMED = 3 };
    str_add(html, "<td class=\"text\">");
    for (size_t i = 0; i < n && i < NAMED; i++)
        html_textf(html, "%s%s", i > 0 ? ", " : "", found[i].line->name);
    if (n > NAMED)
        html_textf(html, " and %zu more", n - NAMED);
    str_add(html, "</td>");
}

/* One row for each commit, for what changes one line mostly changes others. */
static int add_events(const struct dashboard *d, struct str *html, struct found *found, size_t n,
                      struct err *err)
{
    size_t events = 0;
    struct event *event = calloc(n + 1, sizeof(*event));
    if (event == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the dashboard");
    qsort(found, n, sizeof(*found), order_by_point);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || point_of(&found[i]) != point_of(&found[i - 1]))
            event[events++] = (struct event){point_of(&found[i]), i, i};
        event[events - 1].end = i + 1;
    }
    qsort(event, events, sizeof(*event), order_events);
    html_table(html, "Commits that changed the speed for good, most lines first",
               "Commit|Date|#lines|#slowest|#fastest|Which");
    for (size_t i = 0; i < events; i++) {
        const struct event *e = &event[i];
        html_row(html);
        str_add(html, "<th scope=\"row\">");
        dashboard_commit(d, html, e->point);
        str_add(html, "</th>");
        add_day(html, d->h->point[e->point].entry->date);
        html_cell_count(html, (double)(e->end - e->begin));
        dashboard_change(html, found[e->begin].change->ratio.value - 1);
        dashboard_change(html, found[e->end - 1].change->ratio.value - 1);
        add_lines(html, found + e->begin, e->end - e->begin);
        html_row_end(html);
    }
    html_table_end(html);
    free(event);
    return 0;
}

int dashboard_changes(struct dashboard *d, struct str *html, struct err *err)
{
    size_t n = 0;
    int status = 0;
    for (size_t i = 0; i < d->h->n_lines; i++)
        n += d->h->line[i].n_changes;
    struct found *found = calloc(n + 1, sizeof(*found));
    if (found == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the dashboard");
    for (size_t i = 0, at = 0; i < d->h->n_lines; i++)
        for (size_t k = 0; k < d->h->line[i].n_changes; k++)
            found[at++] = (struct found){&d->h->line[i], &d->h->line[i].change[k]};
    str_add(html, "<h2 id=\"changes\">Changes of speed</h2>\n");
    if (n == 0) {
        str_add(html, "<p>The speed of no line has changed for good, or there are fewer than eight "
                      "commits.</p>\n");
    } else {
        str_add(html, "<p>From these commits on, time per instruction was another one and stayed "
                      "so: +6 % is slower.</p>\n");
        status = add_events(d, html, found, n, err);
        qsort(found, n, sizeof(*found), order_found);
        str_addf(html, "<details>\n<summary>All %zu changes, line by line</summary>\n", n);
        add_changes(d, html, "Change points, the largest slow-down first", found, n);
        str_add(html, "</details>\n");
    }
    free(found);
    return status == 0 ? add_counted(d, html, err) : status;
}

/* ---- commits ----------------------------------------------------------------------------- */

static void add_commits(const struct dashboard *d, struct str *html, const char *caption,
                        size_t begin, size_t end)
{
    html_table(html, caption, "Commit|Date|#sessions|Baseline|Built with");
    for (size_t i = end; i-- > begin;) {
        const struct analysis_history_point *p = &d->h->point[i];
        char text[400];
        html_row(html);
        str_add(html, "<th scope=\"row\">");
        dashboard_commit(d, html, i);
        str_add(html, "</th>");
        add_day(html, p->entry->date);
        html_cell_count(html, (double)p->n_entries);
        html_cell(html, i == dashboard_baseline(d) ? "in force" : p->baseline ? "before" : "");
        snprintf(text, sizeof text, "%s%s%s", p->entry->compiler,
                 p->entry->flags[0] != '\0' ? ", " : "", p->entry->flags);
        str_add(html, "<td class=\"text\">");
        html_text(html, text);
        str_add(html, "</td>");
        html_row_end(html);
    }
    html_table_end(html);
}

int dashboard_commits(struct dashboard *d, struct str *html, struct err *err)
{
    (void)err;
    size_t n = d->h->n_points, shown = n > COMMITS_SHOWN ? COMMITS_SHOWN : n;
    str_add(html, "<h2 id=\"commits\">Commits</h2>\n");
    add_commits(d, html, "The latest first", n - shown, n);
    if (shown < n) {
        str_addf(html, "<details>\n<summary>%zu earlier commits</summary>\n", n - shown);
        add_commits(d, html, "Earlier commits", 0, n - shown);
        str_add(html, "</details>\n");
    }
    str_add(html, "<h3>How it was judged</h3>\n<dl>\n");
    char text[240];
    snprintf(text, sizeof text, "%s%s%s", d->h->host, d->h->host_text[0] != '\0' ? ": " : "",
             d->h->host_text);
    html_term(html, "Host", text);
    snprintf(text, sizeof text, "%.3g %% of time per instruction, %.3g %% of peak memory",
             100 * d->o->analysis.tolerance, 100 * d->o->analysis.growth);
    html_term(html, "Tolerance", text);
    if (isinf(d->o->analysis.busy))
        snprintf(text, sizeof text, "none for sharing their processor");
    else
        snprintf(text, sizeof text, "wall time above %.3g times the processor's time",
                 d->o->analysis.busy);
    html_term(html, "Runs left out", text);
    if (d->o->analysis.best > 1) {
        snprintf(text, sizeof text, "the fastest of every %zu sessions", d->o->analysis.best);
        html_term(html, "Runs that count", text);
    }
    snprintf(text, sizeof text, "PELT; %.3g %% of lines without a change show one",
             100 * d->o->analysis.rate);
    html_term(html, "Change points", text);
    str_add(html, "</dl>\n");
    return 0;
}
