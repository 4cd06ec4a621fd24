/* The dashboard's folder. */
#include "config.h"

#include "report/history.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "report/files.h"
#include "report/frame.h"
#include "report/history_priv.h"
#include "report/html.h"

const struct analysis_check *dashboard_check(const struct dashboard *d, const char *name,
                                             const struct analysis_history_line *l)
{
    for (size_t i = 0; i < d->checks->count; i++)
        if (strcmp(d->checks->check[i].name, name) == 0 &&
            strcmp(d->checks->check[i].subject, l->name) == 0)
            return &d->checks->check[i];
    return NULL;
}

/* The template with the commit's name in the place of {commit}; what is no plain character of
 * a path is percent-encoded, and "-dirty" names no commit. */
static void add_url(struct str *s, const char *url, const char *commit)
{
    static const char mark[] = "{commit}";
    const char *at = strstr(url, mark), *dirty = strstr(commit, "-dirty");
    size_t len = dirty != NULL ? (size_t)(dirty - commit) : strlen(commit);
    struct str whole;
    str_init(&whole);
    str_add_mem(&whole, url, at != NULL ? (size_t)(at - url) : strlen(url));
    for (size_t i = 0; at != NULL && i < len; i++) {
        unsigned char c = (unsigned char)commit[i];
        if (isalnum(c) || strchr("-._~", c) != NULL)
            str_add_char(&whole, (char)c);
        else
            str_addf(&whole, "%%%02X", c);
    }
    if (at != NULL)
        str_add(&whole, at + strlen(mark));
    html_text(s, whole.data);
    s->failed = s->failed || str_failed(&whole);
    str_release(&whole);
}

void dashboard_commit(const struct dashboard *d, struct str *html, size_t point)
{
    const struct store_history_entry *e = d->h->point[point].entry;
    char text[ANALYSIS_COMMIT_SIZE];
    if (d->o->commit_url != NULL) {
        str_add(html, "<a href=\"");
        add_url(html, d->o->commit_url, e->commit);
        str_add(html, "\">");
    }
    str_add(html, "<code");
    if (strcmp(analysis_commit_short(text, e->commit), e->commit) != 0) {
        str_add(html, " title=\"");
        html_text(html, e->commit);
        str_add(html, "\"");
    }
    str_add(html, ">");
    html_text(html, text);
    str_add(html, d->o->commit_url != NULL ? "</code></a>" : "</code>");
    if (e->tag[0] != '\0') {
        str_add(html, " <strong>");
        html_text(html, e->tag);
        str_add(html, "</strong>");
    }
}

size_t dashboard_find(const struct dashboard *d, const char *commit)
{
    size_t i = 0;
    while (i < d->h->n_points && strcmp(d->h->point[i].entry->commit, commit) != 0)
        i++;
    return i;
}

bool dashboard_is_latest(const struct dashboard *d)
{
    return d->reference.point + 1 == d->h->n_points;
}

size_t dashboard_baseline(const struct dashboard *d)
{
    const struct store_history *s = d->h->store;
    return s->n_baselines > 0 ? dashboard_find(d, s->baseline[s->n_baselines - 1].commit)
                              : d->h->n_points;
}

int dashboard_table(struct dashboard *d, struct tsv *t, const char *name, struct err *err)
{
    int status = tsv_write(t, d->data, name, err);
    if (status == 0)
        str_addf(&d->files, "data/%s\n", name);
    tsv_release(t);
    return status;
}

void dashboard_group(char *name, size_t size, const struct analysis_history_line *l)
{
    const struct store_history_series *k = l->key;
    bool own = k->simulator[0] == '\0' || strcmp(k->simulator, "rung") == 0;
    snprintf(name, size, "%s%s%s%s%s", own ? "" : k->simulator, own ? "" : " ", k->machine,
             k->machine[0] != '\0' ? " " : "", k->mode);
}

static const char *simulator_of(const struct analysis_history_line *l)
{
    return l->key->simulator[0] != '\0' ? l->key->simulator : "rung";
}

/* Others beside rung are what it is held against. */
static void add_title(const struct dashboard *d, struct str *title)
{
    const char *only = d->h->n_lines > 0 ? simulator_of(&d->h->line[0]) : "rung";
    bool several = false, own = false;
    for (size_t i = 0; i < d->h->n_lines; i++) {
        const char *name = simulator_of(&d->h->line[i]);
        several = several || strcmp(name, only) != 0;
        own = own || strcmp(name, "rung") == 0;
    }
    html_textf(title, "Speed of %s", own ? "rung" : several ? "simulators" : only);
}

/* ---- the page ---------------------------------------------------------------------------- */

static int fill_content(struct dashboard *d, struct str *html, struct err *err)
{
    static int (*const parts[])(struct dashboard *, struct str *, struct err *) = {
        dashboard_verdict, dashboard_regressions, dashboard_changes, dashboard_modes,
        dashboard_trends,  dashboard_accuracy,    dashboard_commits};
    int status = 0;
    for (size_t i = 0; status == 0 && i < sizeof parts / sizeof parts[0]; i++)
        status = parts[i](d, html, err);
    if (status == 0 && str_failed(html))
        status = err_set(err, ERR_NOMEM, "out of memory for the page");
    return status;
}

static int fill_page(const struct dashboard *d, const struct frame *frame, const struct str *main,
                     struct str *page, struct err *err)
{
    struct str title, kicker, nav;
    str_init(&title);
    str_init(&kicker);
    str_init(&nav);
    str_addf(&nav,
             "<ul>\n<li><a href=\"#regressions\">%s commit</a></li>\n"
             "<li><a href=\"#changes\">Changes</a></li>\n"
             "<li><a href=\"#modes\">Modes</a></li>\n"
             "<li><a href=\"#trends\">Trends</a></li>\n"
             "<li><a href=\"#accuracy\">Speed and accuracy</a></li>\n"
             "<li><a href=\"#commits\">Commits</a></li>\n</ul>",
             dashboard_is_latest(d) ? "Latest" : "This");
    if (d->o->title != NULL)
        html_text(&title, d->o->title);
    else
        add_title(d, &title);
    html_textf(&kicker, "History of %zu commit%s on %s", d->h->n_points,
               d->h->n_points == 1 ? "" : "s",
               d->h->host_text[0] != '\0' ? d->h->host_text : d->h->host);
    const struct frame_texts texts = {
        .title = title.data,
        .heading = title.data,
        .kicker = kicker.data,
        .nav = nav.data,
        .main = main->data,
        .footer = "Made by " PACKAGE_STRING ". Every number on this page carries its full "
                  "precision in the page's source and in the tables in <code>data/</code>."};
    int status = frame_fill(frame, &texts, page, err);
    if (status == 0 && (str_failed(&title) || str_failed(&kicker) || str_failed(&nav)))
        status = err_set(err, ERR_NOMEM, "out of memory for the page");
    str_release(&nav);
    str_release(&kicker);
    str_release(&title);
    return status;
}

static int write_folder(struct dashboard *d, const char *plots, struct err *err)
{
    struct frame frame = {NULL, NULL, NULL, NULL};
    struct str main, page;
    str_init(&main);
    str_init(&page);
    char *path = str_format("%s/index.html", d->o->directory);
    int status = path != NULL ? fill_content(d, &main, err)
                              : err_set(err, ERR_NOMEM, "out of memory for the page");
    if (status == 0)
        status = frame_read(&frame, plots, err);
    if (status == 0)
        status = fill_page(d, &frame, &main, &page, err);
    if (status == 0) {
        str_add(&d->files, "index.html\n");
        figures_list(&d->figures, &d->files);
        status = files_write(d->o->directory, &d->files, err);
    }
    if (status == 0)
        status = figures_draw(&d->figures, d->o->directory, plots, err);
    if (status == 0)
        status = path_write_atomic(path, page.data, page.len, err);
    frame_release(&frame);
    free(path);
    str_release(&page);
    str_release(&main);
    return status;
}

static char *find_plots(const char *given)
{
    char *plots = given != NULL ? strdup(given) : path_data("plots", "");
    size_t len = plots != NULL ? strlen(plots) : 0;
    if (len > 1 && plots[len - 1] == '/')
        plots[len - 1] = '\0';
    return plots;
}

int report_history_write(struct analysis_history *h, const struct report_history_options *o,
                         enum analysis_verdict *verdict, struct err *err)
{
    char level[16];
    struct dashboard d = {.h = h, .o = o};
    snprintf(level, sizeof level, "%g %%", 100 * o->analysis.level);
    figures_init(&d.figures, level);
    str_init(&d.files);
    char *plots = find_plots(o->plots);
    d.data = str_format("%s/data", o->directory);
    int status = plots != NULL && d.data != NULL
                     ? frame_prepare(o->directory, o->force, err)
                     : err_set(err, ERR_NOMEM, "out of memory for the dashboard");
    if (status == 0)
        status = analysis_history_check(&d.checks, &d.reference, h, &o->analysis, err);
    if (status == 0)
        status = analysis_history_changes(h, &o->analysis, err);
    if (status == 0)
        status = write_folder(&d, plots, err);
    if (status == 0 && verdict != NULL)
        *verdict = d.checks->verdict;
    analysis_checks_free(d.checks);
    free(d.data);
    free(plots);
    str_release(&d.files);
    figures_release(&d.figures);
    return status;
}
