#include "config.h"

#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "report/html.h"
#include "report/report_priv.h"
#include "report/template.h"

enum { TEMPLATE_SIZE_MAX = 1 << 20 };

/* The page's sections in their order. */
static const struct section {
    int (*write)(struct report *r, struct str *html, struct err *err);
} sections[] = {{report_verdict},
                {report_problems},
                {report_between},
                {report_failures},
                {report_provenance}};

static void add_link(struct str *nav, const char *id, const char *title)
{
    str_addf(nav, "<li><a href=\"#%s\">", id);
    html_text(nav, title);
    str_add(nav, "</a></li>\n");
}

static void make_nav(const struct report *r, struct str *nav)
{
    char id[40];
    str_add(nav, "<ul>\n");
    add_link(nav, "verdict", "Verdict");
    for (size_t i = 0; i < r->n_series; i++) {
        snprintf(id, sizeof id, "series-%zu", i + 1);
        add_link(nav, id, r->series[i].title);
    }
    add_link(nav, "between", "Between scales");
    if (r->n_failed > 0)
        add_link(nav, "failed", "Failed runs");
    add_link(nav, "provenance", "Provenance");
    str_add(nav, "</ul>");
}

static int read_template(const char *plots, const char *name, char **path, char **text,
                         struct err *err)
{
    size_t len;
    *path = str_format("%s/%s", plots, name);
    if (*path == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the page");
    return path_read(*path, TEMPLATE_SIZE_MAX, text, &len, err);
}

static int fill_page(struct report *r, const char *plots, const struct str *content,
                     struct str *page, struct err *err)
{
    char *path = NULL, *text = NULL, *style_path = NULL, *style = NULL;
    struct str nav, title, kicker;
    str_init(&nav);
    str_init(&title);
    str_init(&kicker);
    int status = read_template(plots, "page.html", &path, &text, err);
    if (status == 0)
        status = read_template(plots, "style.css", &style_path, &style, err);
    if (status != 0)
        goto out;
    make_nav(r, &nav);
    html_text(&title, store_study_name(r->store));
    html_textf(&kicker, "Validation report, %zu run%s", r->n_rows, r->n_rows == 1 ? "" : "s");
    const struct template_value values[] = {
        {"title", title.data},
        {"kicker", kicker.data},
        {"style", style},
        {"nav", nav.data},
        {"main", content->data},
        {"generator", PACKAGE_STRING},
        {"footer", "Made by " PACKAGE_STRING ". Every number on this page carries its full "
                   "precision in the page's source and in the tables in <code>data/</code>."},
    };
    status = template_fill(page, path, text, values, sizeof values / sizeof values[0], err);
    if (status == 0 && (str_failed(page) || str_failed(&nav) || str_failed(&title) ||
                        str_failed(&kicker) || str_failed(content)))
        status = err_set(err, ERR_NOMEM, "out of memory for the page");
out:
    free(path);
    free(text);
    free(style_path);
    free(style);
    str_release(&nav);
    str_release(&title);
    str_release(&kicker);
    return status;
}

/* An older page must not stand beside newer figures. */
static int prepare(const char *directory, const char *page, struct err *err)
{
    char *data = str_format("%s/data", directory);
    if (data == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    int status = path_make_directory(data, err);
    free(data);
    if (status == 0 && access(directory, W_OK | X_OK) != 0)
        status = err_set_errno(err, ERR_IO, errno, "cannot write into '%s'", directory);
    if (status == 0 && unlink(page) != 0 && errno != ENOENT)
        status = err_set_errno(err, ERR_IO, errno, "cannot replace '%s'", page);
    return status;
}

static int write_all(struct report *r, const struct report_options *o, const char *plots,
                     const char *path, struct err *err)
{
    struct str content, page;
    str_init(&content);
    str_init(&page);
    int status = 0;
    for (size_t i = 0; status == 0 && i < sizeof sections / sizeof sections[0]; i++)
        status = sections[i].write(r, &content, err);
    if (status == 0)
        status = fill_page(r, plots, &content, &page, err);
    if (status == 0)
        status = figures_draw(&r->figures, o->directory, plots, err);
    if (status == 0)
        status = path_write_atomic(path, page.data, page.len, err);
    str_release(&content);
    str_release(&page);
    return status;
}

int report_write(struct store *s, const struct report_options *o, struct report_result *result,
                 struct err *err)
{
    struct report r;
    char *own = o->plots == NULL ? path_data("plots", "") : NULL;
    if (own != NULL && own[0] != '\0' && own[strlen(own) - 1] == '/')
        own[strlen(own) - 1] = '\0';
    const char *plots = o->plots != NULL ? o->plots : own;
    char *page = str_format("%s/index.html", o->directory);
    int status = plots != NULL && page != NULL
                     ? prepare(o->directory, page, err)
                     : err_set(err, ERR_NOMEM, "out of memory for the report");
    if (status != 0)
        goto out;
    status = report_gather(&r, s, o, err);
    if (status == 0)
        status = write_all(&r, o, plots, page, err);
    if (status == 0 && result != NULL)
        *result = (struct report_result){r.figures.count, r.gaps};
    report_release(&r);
out:
    free(own);
    free(page);
    return status;
}
