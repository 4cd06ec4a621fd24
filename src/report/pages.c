#include "config.h"

#include "report/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "report/frame.h"
#include "report/html.h"

/* In the order of the links at the top.  They are made from the last to the first: the verdict
 * shows small pictures from the tables of the problems' figures. */
static const struct section {
    const char *file, *title;
    int (*write)(struct report *r, struct str *html, struct err *err);
    bool (*wanted)(const struct report *r); /* NULL: always */
} sections[] = {
    {"index.html", "Verdict", report_page_verdict, NULL},
    {"scales.html", "Between scales", report_page_between, NULL},
    {"traces.html", "Traces", report_page_traces, NULL},
    {"simulators.html", "Simulators", report_page_simulators, report_has_simulators},
    {"velocity.html", "Velocity", report_page_velocity, NULL},
    {"accuracy.html", "Accuracy", report_page_accuracy, report_has_accuracy},
    {"machines.html", "Machines and problems", report_page_machines, NULL},
    {"profile.html", "Profile", report_page_profile, report_has_profile},
    {"failed.html", "Failed runs", report_page_failures, report_has_failures},
};
enum { N_SECTIONS = sizeof sections / sizeof sections[0] };

static struct report_page *add_page(struct report_pages *p, const char *file, const char *title)
{
    struct report_page *page = &p->page[p->count++];
    snprintf(page->file, sizeof page->file, "%s", file);
    snprintf(page->title, sizeof page->title, "%s", title);
    str_init(&page->content);
    return page;
}

int pages_init(struct report_pages *p, const struct report *r, struct err *err)
{
    *p = (struct report_pages){.page = calloc(N_SECTIONS + r->n_series, sizeof *p->page)};
    if (p->page == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    for (size_t i = 0; i < N_SECTIONS; i++)
        if (sections[i].wanted == NULL || sections[i].wanted(r))
            add_page(p, sections[i].file, sections[i].title);
    for (size_t i = 0; i < r->n_series; i++)
        add_page(p, r->series[i].page, r->series[i].title)->series = &r->series[i];
    return 0;
}

void pages_release(struct report_pages *p)
{
    for (size_t i = 0; i < p->count; i++)
        str_release(&p->page[i].content);
    free(p->page);
    p->page = NULL;
    p->count = 0;
}

/* To the problems before and after this one. */
static void add_neighbours(const struct report *r, const struct report_series *s,
                           struct str *html)
{
    size_t at = (size_t)(s - r->series);
    str_addf(html, "<p class=\"neighbours\"><a href=\"traces.html#trace-%zu\">Traces</a>",
             at + 1);
    if (at > 0) {
        str_add(html, " · before: ");
        report_series_link(html, r, s - 1);
    }
    if (at + 1 < r->n_series) {
        str_add(html, " · next: ");
        report_series_link(html, r, s + 1);
    }
    str_add(html, "</p>\n");
}

int pages_fill(struct report_pages *p, struct report *r, struct err *err)
{
    int status = 0;
    /* Before all that follows from it. */
    if (r->missing.len > 0)
        report_count_gap(r, r->missing.data);
    for (size_t i = 0; status == 0 && i < p->count; i++) {
        struct report_page *page = &p->page[i];
        if (page->series == NULL)
            continue;
        struct report_series *s = &r->series[page->series - r->series];
        r->about = page->title;
        status = report_page_problem(r, s, &page->content, err);
        add_neighbours(r, s, &page->content);
    }
    for (size_t i = 1; status == 0 && i <= N_SECTIONS; i++) {
        size_t at = i == N_SECTIONS ? 0 : i;
        for (size_t k = 0; status == 0 && k < p->count; k++)
            if (p->page[k].series == NULL && strcmp(p->page[k].file, sections[at].file) == 0) {
                r->about = sections[at].title;
                status = sections[at].write(r, &p->page[k].content, err);
            }
    }
    return status;
}

static void add_link(struct str *nav, const char *target, const char *title, bool here)
{
    str_addf(nav, "<li><a href=\"%s\"%s>", target, here ? " aria-current=\"page\"" : "");
    html_text(nav, title);
    str_add(nav, "</a></li>\n");
}

/* The pages; a single problem among them, and several behind one link. */
static void make_nav(const struct report_pages *p, const struct report *r,
                     const struct report_page *here, struct str *nav)
{
    str_add(nav, "<ul>\n");
    for (size_t i = 0; i < p->count; i++) {
        const struct report_page *page = &p->page[i];
        if (page->series != NULL)
            continue;
        add_link(nav, page->file, page->title, page == here);
        if (i == 0 && r->n_series == 1)
            add_link(nav, r->series[0].page, r->series[0].problem, here->series != NULL);
        else if (i == 0 && r->n_series > 1)
            add_link(nav, "index.html#problems", "Problems", here->series != NULL);
    }
    str_add(nav, "</ul>");
}

static int fill_page(const struct report_pages *p, const struct report *r,
                     const struct report_page *page, const struct frame *t, struct str *out,
                     struct err *err)
{
    struct str nav, title, heading, kicker;
    str_init(&nav);
    str_init(&title);
    str_init(&heading);
    str_init(&kicker);
    bool index = page == p->page;
    make_nav(p, r, page, &nav);
    html_textf(&title, "%s%s%s", index ? "" : page->title, index ? "" : " – ",
               store_study_name(r->store));
    html_text(&heading, index ? store_study_name(r->store) : page->title);
    html_textf(&kicker, "%s, %zu run%s",
               index ? "Validation report" : store_study_name(r->store), r->n_rows,
               r->n_rows == 1 ? "" : "s");
    const struct frame_texts texts = {
        .title = title.data,
        .heading = heading.data,
        .kicker = kicker.data,
        .nav = nav.data,
        .main = page->content.data,
        .footer = "Made by " PACKAGE_STRING ". Every number on this page carries its full "
                  "precision in the page's source and in the tables in <code>data/</code>."};
    int status = frame_fill(t, &texts, out, err);
    if (status == 0 &&
        (str_failed(&nav) || str_failed(&title) || str_failed(&heading) ||
         str_failed(&kicker) || str_failed(&page->content)))
        status = err_set(err, ERR_NOMEM, "out of memory for the pages");
    str_release(&nav);
    str_release(&title);
    str_release(&heading);
    str_release(&kicker);
    return status;
}

static int write_page(const struct report_pages *p, const struct report *r,
                      const struct report_page *page, const struct frame *t, struct err *err)
{
    struct str text;
    str_init(&text);
    char *path = str_format("%s/%s", r->options->directory, page->file);
    int status = path != NULL ? fill_page(p, r, page, t, &text, err)
                              : err_set(err, ERR_NOMEM, "out of memory for the pages");
    if (status == 0)
        status = path_write_atomic(path, text.data, text.len, err);
    str_release(&text);
    free(path);
    return status;
}

int pages_write(struct report_pages *p, struct report *r, const char *plots, struct err *err)
{
    struct frame t;
    int status = frame_read(&t, plots, err);
    for (size_t i = p->count; status == 0 && i-- > 0;)
        status = write_page(p, r, &p->page[i], &t, err);
    frame_release(&t);
    return status;
}

int pages_check(const struct report_pages *p, const struct report *r, const char *plots,
                struct err *err)
{
    struct frame t;
    struct str text;
    str_init(&text);
    int status = frame_read(&t, plots, err);
    if (status == 0)
        status = fill_page(p, r, &p->page[0], &t, &text, err);
    frame_release(&t);
    str_release(&text);
    return status;
}

void pages_list(const struct report_pages *p, struct str *names)
{
    for (size_t i = 0; i < p->count; i++)
        str_addf(names, "%s\n", p->page[i].file);
}
