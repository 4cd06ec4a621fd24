/* The dashboard's figures: a trend for each line, the modes side by side, speed against
 * accuracy. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/history_priv.h"
#include "report/html.h"

enum { TREND_WIDTH = 330, TREND_HEIGHT = 150, MODES_HEIGHT = 360 };

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory for the dashboard");
}

/* What stands below the first and the last commit: their days; on one day the time of the last,
 * too; at one time their names. */
static void add_days(struct dashboard *d)
{
    enum { DAY = 10, TIME = 5 }; /* letters of "2026-03-14" and "12:30" in "2026-03-14T12:30:00Z" */
    size_t n = d->h->n_points;
    char first[20], last[20];
    const struct store_history_entry *a = d->h->point[0].entry, *b = d->h->point[n - 1].entry;
    snprintf(first, sizeof first, "%.*s", DAY, a->date);
    snprintf(last, sizeof last, "%.*s", DAY, b->date);
    if (n > 1 && strcmp(first, last) == 0) {
        bool times = strlen(a->date) > DAY + TIME && strlen(b->date) > DAY + TIME &&
                     strncmp(a->date + DAY + 1, b->date + DAY + 1, TIME) != 0;
        if (times) {
            snprintf(first, sizeof first, "%.*s %.*s", DAY, a->date, TIME, a->date + DAY + 1);
            snprintf(last, sizeof last, "%.*s", TIME, b->date + DAY + 1);
        } else {
            snprintf(first, sizeof first, "%.*s", DAY, a->commit);
            snprintf(last, sizeof last, "%.*s", DAY, b->commit);
        }
    }
    figure_text(&d->figures, "first_day", first);
    figure_text(&d->figures, "last_day", last);
    figure_real(&d->figures, "commits", (double)n);
}

/* Marks of releases: their places and names. */
static int add_tags(struct dashboard *d, struct err *err)
{
    size_t n = 0;
    const char **name = calloc(d->h->n_points + 1, sizeof(*name));
    double *at = calloc(d->h->n_points + 1, sizeof(*at));
    int status = name != NULL && at != NULL ? 0 : no_memory(err);
    for (size_t i = 0; status == 0 && i < d->h->n_points; i++)
        if (d->h->point[i].entry->tag[0] != '\0') {
            name[n] = d->h->point[i].entry->tag;
            at[n++] = (double)i;
        }
    if (status == 0) {
        figure_real(&d->figures, "tags", (double)n);
        figure_array(&d->figures, "tag_name", name, n);
        figure_reals(&d->figures, "tag_at", at, n);
    }
    free(at);
    free(name);
    return status;
}

/* ---- a line's trend ---------------------------------------------------------------------- */

/* Geometric mean of the values from `begin` to `end`. */
static double level_of(const struct analysis_history_line *l, size_t begin, size_t end)
{
    double sum = 0, n = 0;
    for (size_t i = begin; i < end; i++)
        if (l->value[i].speed > 0) {
            sum += log(l->value[i].speed);
            n++;
        }
    return n > 0 ? exp(sum / n) : NAN;
}

/* By how much the latest commit is slower than the one before, where its check fails and no
 * change point says so, of which there are none before eight commits; 0 elsewhere. */
static double fresh_change(const struct dashboard *d, const struct analysis_history_line *l)
{
    const struct analysis_check *c = dashboard_check(d, "speed", l);
    size_t n = l->n_values;
    if (c == NULL || c->verdict != ANALYSIS_FAIL || n < 2 || isnan(c->value) ||
        l->value[n - 1].point != d->reference.point ||
        (l->n_changes > 0 && l->change[l->n_changes - 1].value == n - 1))
        return 0;
    /* Against a commit of old, what is slower may have been so for long. */
    const char *before = d->h->point[l->value[n - 2].point].entry->commit;
    return d->reference.commit == NULL || strcmp(d->reference.commit, before) == 0 ? c->value : 0;
}

static int write_trend(struct dashboard *d, const struct analysis_history_line *l,
                       const char *name, struct err *err)
{
    struct tsv t;
    size_t change = 0, begin = 0, last = l->n_values - (fresh_change(d, l) > 0);
    size_t end = l->n_changes > 0 ? l->change[0].value : last;
    double level = level_of(l, begin, end);
    tsv_init(
        &t, "index speed level busy cpi wall_seconds peak_memory allocations runs date commit");
    for (size_t i = 0; i < l->n_values; i++) {
        const struct analysis_history_value *v = &l->value[i];
        if (i == end && change < l->n_changes) {
            change++;
            begin = end;
            end = change < l->n_changes ? l->change[change].value : last;
            level = level_of(l, begin, end);
        }
        if (i == last)
            level = level_of(l, last, l->n_values);
        const double cells[] = {(double)v->point, v->speed / 1e6, level / 1e6,
                                (double)v->only_busy, v->cpi, v->wall_seconds, v->peak_memory,
                                v->allocations, (double)v->n_runs};
        for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++)
            tsv_real(&t, cells[k]);
        tsv_text(&t, d->h->point[v->point].entry->date);
        tsv_text(&t, d->h->point[v->point].entry->commit);
        tsv_end_row(&t);
    }
    return dashboard_table(d, &t, name, err);
}

static int add_marks(struct dashboard *d, const struct analysis_history_line *l, struct err *err)
{
    double *at = calloc(l->n_changes + 1, sizeof(*at));
    double *slower = calloc(l->n_changes + 1, sizeof(*slower)), fresh = fresh_change(d, l);
    size_t base = dashboard_baseline(d), n = l->n_changes;
    double speed = NAN;
    if (at == NULL || slower == NULL) {
        free(at);
        free(slower);
        return no_memory(err);
    }
    for (size_t i = 0; i < l->n_changes; i++) {
        at[i] = (double)l->value[l->change[i].value].point - 0.5;
        slower[i] = l->change[i].ratio.value - 1;
    }
    if (fresh > 0) {
        at[n] = (double)l->value[l->n_values - 1].point - 0.5;
        slower[n++] = fresh;
    }
    figure_real(&d->figures, "changes", (double)n);
    figure_reals(&d->figures, "change_at", at, n);
    figure_reals(&d->figures, "change_by", slower, n);
    for (size_t i = 0; i < l->n_values; i++)
        if (l->value[i].point == base)
            speed = l->value[i].speed / 1e6;
    figure_real(&d->figures, "base_at", isnan(speed) ? -1 : (double)base);
    figure_real(&d->figures, "base_speed", isnan(speed) ? -1 : speed);
    free(at);
    free(slower);
    return 0;
}

/* "+12 % since the baseline" or "since the first commit", in time per instruction. */
static void add_since(const struct dashboard *d, const struct analysis_history_line *l,
                      struct str *html)
{
    const struct analysis_history_value *last = &l->value[l->n_values - 1], *from = &l->value[0];
    const char *what = "the first commit";
    for (size_t i = 0; i < l->n_values; i++)
        if (l->value[i].point == dashboard_baseline(d)) {
            from = &l->value[i];
            what = "the baseline";
        }
    if (from == last || !(last->speed > 0) || !(from->speed > 0))
        return;
    str_add(html, from->speed > last->speed ? "time +" : "time ");
    html_percent(html, from->speed / last->speed - 1, 2);
    html_textf(html, " since %s", what);
}

static int trend(struct dashboard *d, const struct analysis_history_line *l, size_t number,
                 struct str *html, struct err *err)
{
    char slug[FIGURE_NAME_SIZE], table[FIGURE_NAME_SIZE + 32], path[FIGURE_NAME_SIZE + 40];
    char group[4 * STORE_NAME_SIZE], alt[ANALYSIS_SUBJECT_SIZE + 80];
    figure_slug(slug, sizeof slug, l->name);
    int status = figure_begin(&d->figures, slug, "trend", "", TREND_HEIGHT, err);
    if (status != 0)
        return status;
    figure_last(&d->figures)->width = TREND_WIDTH;
    snprintf(table, sizeof table, "%s.tsv", figure_last(&d->figures)->name);
    snprintf(path, sizeof path, "data/%s", table);
    status = write_trend(d, l, table, err);
    if (status == 0)
        status = add_marks(d, l, err);
    if (status != 0)
        return status;
    figure_text(&d->figures, "trend", path);
    add_days(d);
    dashboard_group(group, sizeof group, l);
    const struct analysis_check *c = dashboard_check(d, "speed", l);
    snprintf(alt, sizeof alt, "Speed of %s over the commits, with %zu change%s.", l->name,
             l->n_changes, l->n_changes == 1 ? "" : "s");
    str_addf(html, "<li id=\"line-%zu\"><a href=\"%s\">", number, path);
    figure_end_small(&d->figures, html, alt);
    str_add(html, "<span>");
    html_text(html, group);
    str_add(html, " · ");
    html_count(html, l->value[l->n_values - 1].speed);
    str_add(html, "/s <small>");
    add_since(d, l, html);
    str_add(html, "</small></span></a>");
    if (c != NULL && c->verdict != ANALYSIS_PASS)
        html_badge(html, c->verdict);
    str_add(html, "</li>\n");
    return 0;
}

static bool same_work(const struct analysis_history_line *a, const struct analysis_history_line *b)
{
    return strcmp(a->key->problem, b->key->problem) == 0 && a->key->n == b->key->n;
}

int dashboard_trends(struct dashboard *d, struct str *html, struct err *err)
{
    int status = 0;
    str_add(html,
            "<h2 id=\"trends\">Trends</h2>\n<p>Millions of simulated instructions a second, "
            "commit by commit; more is better. The line is the level between changes, a "
            "dashed rule a change with its effect on time, or that of a latest commit that "
            "fails, a dotted line the baseline; hollow "
            "points were measured on a busy processor. Each figure leads to its table.</p>\n");
    for (size_t i = 0; status == 0 && i < d->h->n_lines; i++) {
        const struct analysis_history_line *l = &d->h->line[i];
        if (i == 0 || !same_work(l - 1, l)) {
            if (i > 0)
                str_add(html, "</ul>\n");
            str_add(html, "<h3>");
            html_textf(html, "%s at %.10g", l->key->problem, l->key->n);
            str_add(html, "</h3>\n<ul class=\"thumbs trends\">\n");
        }
        status = trend(d, l, i + 1, html, err);
    }
    str_add(html, "</ul>\n");
    return status;
}

/* ---- groups of lines: modes and machines ------------------------------------------------- */

struct group {
    char name[4 * STORE_NAME_SIZE];
    double *speed;    /* at each point, NaN: not measured */
    size_t n_lines, n_compared;
    double error, worst; /* against timing: mean of |.|; signed */
    const struct analysis_history_line *first;
};

static void groups_free(struct group *g, size_t n)
{
    for (size_t i = 0; g != NULL && i < n; i++)
        free(g[i].speed);
    free(g);
}

static double log_speed(const struct analysis_history_line *l, size_t point)
{
    for (size_t i = 0; i < l->n_values; i++)
        if (l->value[i].point == point)
            return log(l->value[i].speed);
    return NAN;
}

static double mean_log(const struct analysis_history_line *l)
{
    return log(level_of(l, 0, l->n_values));
}

/* The geometric mean over the group's lines, at each point: the mean of all of them, times how
 * much those that were measured there were above theirs.  A line that is missing at a commit
 * thus leaves the mean where it was. */
static void fill_group(const struct dashboard *d, struct group *g)
{
    double all = 0;
    for (size_t i = 0; i < d->h->n_lines; i++) {
        char name[sizeof g->name];
        dashboard_group(name, sizeof name, &d->h->line[i]);
        if (strcmp(name, g->name) == 0)
            all += (mean_log(&d->h->line[i]) - all) / (double)++g->n_lines;
    }
    for (size_t p = 0; p < d->h->n_points; p++) {
        double above = 0, n = 0;
        for (size_t i = 0; i < d->h->n_lines; i++) {
            char name[sizeof g->name];
            dashboard_group(name, sizeof name, &d->h->line[i]);
            double speed = log_speed(&d->h->line[i], p);
            if (strcmp(name, g->name) == 0 && !isnan(speed))
                above += (speed - mean_log(&d->h->line[i]) - above) / ++n;
        }
        g->speed[p] = n > 0 ? exp(all + above) : NAN;
    }
}

/* CPI of the model that times every instruction, on the same problem, size, machine (or, for
 * other simulators, any) and variant: what the cheaper modes are to reach. */
static const struct analysis_history_line *timing_of(const struct dashboard *d,
                                                     const struct analysis_history_line *l)
{
    const struct store_history_series *k = l->key;
    for (size_t i = 0; i < d->h->n_lines; i++) {
        const struct store_history_series *t = d->h->line[i].key;
        bool own = strcmp(k->simulator, "rung") == 0;
        if (strcmp(t->simulator, "rung") == 0 && strcmp(t->mode, "timing") == 0 &&
            same_work(l, &d->h->line[i]) && t->seed == k->seed &&
            (!own || (strcmp(t->machine, k->machine) == 0 && strcmp(t->variant, k->variant) == 0)))
            return &d->h->line[i];
    }
    return NULL;
}

static double last_cpi(const struct analysis_history_line *l)
{
    for (size_t i = l->n_values; i-- > 0;)
        if (l->value[i].cpi > 0)
            return l->value[i].cpi;
    return NAN;
}

static void compare_group(const struct dashboard *d, struct group *g)
{
    for (size_t i = 0; i < d->h->n_lines; i++) {
        const struct analysis_history_line *l = &d->h->line[i], *t = timing_of(d, l);
        char name[sizeof g->name];
        dashboard_group(name, sizeof name, l);
        if (strcmp(name, g->name) != 0 || t == NULL || t == l)
            continue;
        double error = last_cpi(l) / last_cpi(t) - 1;
        if (isnan(error))
            continue;
        g->error += (fabs(error) - g->error) / (double)++g->n_compared;
        if (fabs(error) > fabs(g->worst))
            g->worst = error;
    }
    if (g->n_compared == 0)
        g->error = g->worst = NAN;
}

static double last_speed(const struct dashboard *d, const struct group *g)
{
    for (size_t p = d->h->n_points; p-- > 0;)
        if (g->speed[p] > 0)
            return g->speed[p];
    return NAN;
}

static int order_groups(const void *left, const void *right)
{
    return strcmp(((const struct group *)left)->name, ((const struct group *)right)->name);
}

static int make_groups(const struct dashboard *d, struct group **out, size_t *n, struct err *err)
{
    struct group *g = calloc(d->h->n_lines + 1, sizeof(*g));
    *n = 0;
    *out = g;
    if (g == NULL)
        return no_memory(err);
    for (size_t i = 0; i < d->h->n_lines; i++) {
        char name[sizeof g->name];
        size_t k = 0;
        dashboard_group(name, sizeof name, &d->h->line[i]);
        while (k < *n && strcmp(g[k].name, name) != 0)
            k++;
        if (k < *n)
            continue;
        memcpy(g[k].name, name, sizeof name);
        g[k].first = &d->h->line[i];
        g[k].speed = calloc(d->h->n_points + 1, sizeof(*g[k].speed));
        if (g[k].speed == NULL)
            return no_memory(err);
        ++*n;
        fill_group(d, &g[k]);
        compare_group(d, &g[k]);
    }
    qsort(g, *n, sizeof(*g), order_groups);
    return 0;
}

static int write_modes(struct dashboard *d, const struct group *g, size_t n, struct err *err)
{
    struct tsv t;
    struct str columns;
    str_init(&columns);
    str_add(&columns, "index");
    for (size_t i = 0; i < n; i++)
        str_addf(&columns, " speed_%zu", i + 1);
    str_add(&columns, " date commit");
    tsv_init(&t, columns.data);
    str_release(&columns);
    for (size_t p = 0; p < d->h->n_points; p++) {
        tsv_real(&t, (double)p);
        for (size_t i = 0; i < n; i++)
            tsv_real(&t, g[i].speed[p] / 1e6);
        tsv_text(&t, d->h->point[p].entry->date);
        tsv_text(&t, d->h->point[p].entry->commit);
        tsv_end_row(&t);
    }
    return dashboard_table(d, &t, "modes.tsv", err);
}

static int draw_modes(struct dashboard *d, const struct group *g, size_t n, struct str *html,
                      struct err *err)
{
    enum { BROAD = 940 };
    const char **name = calloc(n + 1, sizeof(*name));
    int status = name != NULL ? figure_begin(&d->figures, "speed", "modes",
                                             "Simulated instructions a second, millions",
                                             MODES_HEIGHT, err)
                              : no_memory(err);
    if (status == 0) {
        figure_last(&d->figures)->width = BROAD;
        status = write_modes(d, g, n, err);
    }
    for (size_t i = 0; status == 0 && i < n; i++)
        name[i] = g[i].name;
    if (status == 0) {
        figure_text(&d->figures, "modes", "data/modes.tsv");
        figure_array(&d->figures, "names", name, n);
        figure_real(&d->figures, "base_at",
                    dashboard_baseline(d) < d->h->n_points ? (double)dashboard_baseline(d) : -1);
        double low = INFINITY, high = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t p = 0; p < d->h->n_points; p++) {
                low = fmin(low, g[i].speed[p] / 1e6);
                high = fmax(high, g[i].speed[p] / 1e6);
            }
        figure_real(&d->figures, "low", low);
        figure_real(&d->figures, "high", high);
        add_days(d);
        status = add_tags(d, err);
    }
    if (status == 0) {
        str_add(html, "<div class=\"figures\">\n");
        figure_end(
            &d->figures, html,
            "Line chart on a logarithmic axis: speed of each machine and mode over the "
            "commits.",
            "Geometric mean over problems, commit by commit, with releases and the baseline.",
            "modes.tsv");
        str_add(html, "</div>\n");
    }
    free(name);
    return status;
}

/* The speed of each group at each release. */
static void add_releases(const struct dashboard *d, struct str *html, const struct group *g,
                         size_t n)
{
    struct str titles;
    size_t tags = 0;
    for (size_t p = 0; p < d->h->n_points; p++)
        tags += d->h->point[p].entry->tag[0] != '\0';
    if (tags == 0)
        return;
    str_init(&titles);
    str_add(&titles, "Release|Date");
    for (size_t i = 0; i < n; i++)
        str_addf(&titles, "|#%s", g[i].name);
    html_table(html, "Instructions a second at each release", titles.data);
    str_release(&titles);
    for (size_t p = d->h->n_points; p-- > 0;) {
        if (d->h->point[p].entry->tag[0] == '\0')
            continue;
        html_row(html);
        str_add(html, "<th scope=\"row\">");
        dashboard_commit(d, html, p);
        str_add(html, "</th><td class=\"day\">");
        html_textf(html, "%.10s", d->h->point[p].entry->date);
        str_add(html, "</td>");
        for (size_t i = 0; i < n; i++)
            html_cell_count(html, g[i].speed[p]);
        html_row_end(html);
    }
    html_table_end(html);
}

int dashboard_modes(struct dashboard *d, struct str *html, struct err *err)
{
    struct group *g;
    size_t n, base = dashboard_baseline(d);
    int status = make_groups(d, &g, &n, err);
    str_add(html, "<h2 id=\"modes\">Modes side by side</h2>\n");
    if (status == 0)
        status = draw_modes(d, g, n, html, err);
    if (status == 0) {
        double slowest = INFINITY;
        for (size_t i = 0; i < n; i++)
            slowest = fmin(slowest, last_speed(d, &g[i]));
        html_table(
            html, "The latest speed of each, over all its problems",
            "Machine and mode|#lines|#instructions/s|#times the slowest|#time since the first "
            "commit|#time since the baseline");
        for (size_t i = 0; i < n; i++) {
            double now = last_speed(d, &g[i]);
            html_row(html);
            html_head_cell(html, g[i].name);
            html_cell_count(html, (double)g[i].n_lines);
            html_cell_count(html, now);
            html_cell_real(html, now / slowest, 3);
            dashboard_change(html, g[i].speed[0] / now - 1);
            dashboard_change(html, base < d->h->n_points ? g[i].speed[base] / now - 1 : NAN);
            html_row_end(html);
        }
        html_table_end(html);
        add_releases(d, html, g, n);
    }
    groups_free(g, n);
    return status;
}

/* ---- speed against accuracy -------------------------------------------------------------- */

static double hardware_error(const struct dashboard *d, const struct group *g)
{
    for (size_t i = 0; i < d->o->n_accuracy; i++)
        if (strcmp(d->o->accuracy[i].name, g->name) == 0)
            return d->o->accuracy[i].error;
    return NAN;
}

static bool is_timing(const struct group *g)
{
    return strcmp(g->first->key->simulator, "rung") == 0 &&
           strcmp(g->first->key->mode, "timing") == 0;
}

static int draw_accuracy(struct dashboard *d, const struct group *g, size_t n, bool hardware,
                         struct str *html, struct err *err)
{
    struct tsv t;
    const char **name = calloc(n + 1, sizeof(*name));
    size_t points = 0;
    int status = name != NULL
                     ? figure_begin(&d->figures, hardware ? "hardware" : "timing", "tradeoff",
                                    hardware ? "Speed against error to hardware"
                                             : "Speed against error to timing",
                                    FIGURE_HEIGHT, err)
                     : no_memory(err);
    if (status != 0) {
        free(name);
        return status;
    }
    tsv_init(&t, "row error speed name");
    for (size_t i = 0; i < n; i++) {
        double error = hardware ? hardware_error(d, &g[i]) : is_timing(&g[i]) ? 0 : g[i].error;
        if (isnan(error) || !(last_speed(d, &g[i]) > 0))
            continue;
        tsv_real(&t, (double)points);
        tsv_real(&t, 100 * error);
        tsv_real(&t, last_speed(d, &g[i]) / 1e6);
        tsv_text(&t, g[i].name);
        tsv_end_row(&t);
        name[points++] = g[i].name;
    }
    const char *file = hardware ? "hardware-tradeoff.tsv" : "timing-tradeoff.tsv";
    char path[64];
    snprintf(path, sizeof path, "data/%s", file);
    status = dashboard_table(d, &t, file, err);
    figure_text(&d->figures, "points", path);
    figure_array(&d->figures, "names", name, points);
    if (status == 0)
        figure_end(&d->figures, html,
                   "Point chart: simulated instructions a second against the mean error, one point "
                   "for each machine and mode.",
                   hardware ? "Mean error of time against measured hardware."
                            : "Mean error of CPI against the model that times every instruction.",
                   file);
    free(name);
    return status;
}

int dashboard_accuracy(struct dashboard *d, struct str *html, struct err *err)
{
    struct group *g;
    size_t n, compared = 0, measured = 0;
    int status = make_groups(d, &g, &n, err);
    for (size_t i = 0; status == 0 && i < n; i++) {
        compared += g[i].n_compared > 0;
        measured += !isnan(hardware_error(d, &g[i]));
    }
    str_add(html, "<h2 id=\"accuracy\">Speed and accuracy</h2>\n");
    if (status == 0 && compared + measured > 0) {
        str_add(html, "<div class=\"figures\">\n");
        if (compared > 0)
            status = draw_accuracy(d, g, n, false, html, err);
        if (status == 0 && measured > 0)
            status = draw_accuracy(d, g, n, true, html, err);
        str_add(html, "</div>\n");
    }
    if (status == 0) {
        html_table(html, "Speed, and how far the results are from those of timing and of hardware",
                   "Machine and mode|#instructions/s|#lines compared|#mean error to "
                   "timing|#worst|#mean error to hardware");
        for (size_t i = 0; i < n; i++) {
            html_row(html);
            html_head_cell(html, g[i].name);
            html_cell_count(html, last_speed(d, &g[i]));
            html_cell_count(html, (double)g[i].n_compared);
            html_cell_percent(html, g[i].error, 3);
            dashboard_change(html, g[i].worst);
            html_cell_percent(html, hardware_error(d, &g[i]), 3);
            html_row_end(html);
        }
        html_table_end(html);
    }
    if (status == 0 && measured == 0)
        html_note(html,
                  "Errors to hardware are those that --accuracy names; rung calibrate accuracy "
                  "measures them.");
    groups_free(g, n);
    return status;
}
