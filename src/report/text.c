/* The report as text, for a terminal that shows no pictures. */
#include "config.h"

#include "report/report_priv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "report/html.h"
#include "report/pages.h"

enum { LADDERS_MAX = 6 };

static size_t letters(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

/* Whatever a name contains must not move the cursor. */
static void add_shown(struct str *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        str_add_char(out, (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i]);
}

void report_text_cell(struct str *out, const char *text, size_t width)
{
    size_t len = strlen(text);
    while (letters(text, len) > width)
        len--;
    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) /* in the middle of a letter */
        len--;
    add_shown(out, text, len);
    if (width != SIZE_MAX)
        str_addf(out, "%*s", (int)(width - letters(text, len)), "");
}

/* Words in lines of so many columns, all but the first indented. */
static void add_wrapped(struct str *out, const char *text, unsigned columns, unsigned indent)
{
    size_t used = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, " "), width = letters(text, len);
        if (used > 0 && used + 1 + width > columns) {
            str_addf(out, "\n%*s", (int)indent, "");
            used = indent;
        } else if (used > 0) {
            str_add_char(out, ' ');
            used++;
        }
        add_shown(out, text, len);
        used += width;
        text += len;
        text += strspn(text, " ");
    }
    str_add_char(out, '\n');
}

static const char *advice_of(const struct analysis_check *c)
{
    return c->advice != NULL ? c->advice : "";
}

/* Whether two checks differ in their subject alone: neither has a value. */
static bool say_the_same(const struct analysis_check *a, const struct analysis_check *b)
{
    return isnan(a->value) && isnan(b->value) && strcmp(a->name, b->name) == 0 &&
           a->verdict == b->verdict && a->threshold == b->threshold &&
           strcmp(advice_of(a), advice_of(b)) == 0;
}

/* With the checks behind it that say the same. */
static void add_check(struct str *out, const struct analysis_checks *checks, size_t which,
                      unsigned columns)
{
    const struct analysis_check *c = &checks->check[which];
    char value[96], lower[96], upper[96], threshold[80];
    struct str text;
    for (size_t i = 0; i < which; i++)
        if (say_the_same(&checks->check[i], c))
            return;
    str_init(&text);
    str_addf(&text, "%s %s: %s", analysis_verdict_text(c->verdict), report_check_title(c),
             report_check_value(value, sizeof value, c, c->value));
    if (!isnan(c->lower) && !isnan(c->upper))
        str_addf(&text, " (%s to %s)", report_check_value(lower, sizeof lower, c, c->lower),
                 report_check_value(upper, sizeof upper, c, c->upper));
    str_addf(&text, ", wanted %s", report_check_threshold(threshold, sizeof threshold, c));
    add_wrapped(out, text.data, columns, 4);
    str_clear(&text);
    str_add(&text, c->subject);
    for (size_t i = which + 1; i < checks->count; i++)
        if (say_the_same(c, &checks->check[i]))
            str_addf(&text, ", %s", checks->check[i].subject);
    str_addf(&text, "%s%s", advice_of(c)[0] != '\0' ? ": " : "", advice_of(c));
    str_add(out, "    ");
    add_wrapped(out, text.data, columns > 4 ? columns - 4 : 1, 4);
    str_release(&text);
}

static void add_words(struct report *r, struct str *out, unsigned columns)
{
    struct str answer;
    str_init(&answer);
    report_answer(r, &answer);
    add_wrapped(out, store_study_name(r->store), columns, 0);
    add_wrapped(out, answer.data, columns, 0);
    if (r->missing.len > 0) {
        str_add_char(out, '\n');
        add_wrapped(out, r->missing.data, columns, 0);
    }
    str_addf(out, "\nAll checks: %s\n", analysis_verdict_text(report_verdict_of(r)));
    for (size_t i = 0; r->checks != NULL && i < r->checks->count; i++)
        add_check(out, r->checks, i, columns);
    report_rungs_text(r, columns, out);
    out->failed = out->failed || str_failed(&answer);
    str_release(&answer);
}

static size_t add_kind(const struct figures *f, const char *kind, const char *slug, bool last,
                       size_t *list, size_t n)
{
    size_t found = f->count;
    for (size_t i = 0; i < f->count; i++) {
        if (strcmp(f->figure[i].kind, kind) != 0)
            continue;
        if (slug != NULL && (strncmp(f->figure[i].name, slug, strlen(slug)) != 0 ||
                             f->figure[i].name[strlen(slug)] != '-'))
            continue;
        if (found == f->count || last)
            found = i;
    }
    if (found < f->count)
        list[n++] = found;
    return n;
}

/* The figures that say most: errors of all problems, the worst ladders, the two largest rungs
 * against each other, the time saved. */
static int choose(const struct report *r, size_t *list, size_t *n, size_t *left, struct err *err)
{
    const struct report_series **worst = report_worst_first(r);
    if (worst == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    *n = add_kind(&r->figures, "overview", NULL, false, list, 0);
    *left = 0;
    for (size_t i = 0, shown = 0; i < r->n_series; i++) {
        if (!worst[i]->has_cycles)
            continue;
        if (shown++ < LADDERS_MAX)
            *n = add_kind(&r->figures, "ladder", worst[i]->slug, false, list, *n);
        else
            ++*left;
    }
    *n = add_kind(&r->figures, "between", NULL, true, list, *n);
    *n = add_kind(&r->figures, "velocity", NULL, false, list, *n);
    free(worst);
    return 0;
}

static int print(struct report *r, const char *plots, unsigned columns, struct str *out,
                 struct err *err)
{
    struct report_pages pages;
    size_t list[LADDERS_MAX + 3], n = 0, left = 0;
    int status = pages_init(&pages, r, err);
    if (status == 0)
        status = pages_fill(&pages, r, err);
    if (status == 0)
        status = choose(r, list, &n, &left, err);
    if (status == 0) {
        add_words(r, out, columns);
        status =
            figures_print(&r->figures, list, n, columns, r->options->directory, plots, out, err);
    }
    if (status == 0 && left > 0)
        str_addf(out, "\n%zu more problem%s, which did better, in the pages of a report.\n", left,
                 left == 1 ? "" : "s");
    if (status == 0 && str_failed(out))
        status = err_set(err, ERR_NOMEM, "out of memory for the report");
    pages_release(&pages);
    return status;
}

/* Removes what this report wrote into its folder, and the folder. */
static void clean_up(const struct str *files, const char *directory)
{
    static const char *const also[] = {"draw.gp", FIGURES_TEXT, NULL};
    for (const char *line = files->data; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        char *path = str_format("%s/%.*s", directory, (int)len, line);
        if (path != NULL)
            unlink(path);
        free(path);
        line += len + (line[len] == '\n');
    }
    for (size_t i = 0; also[i] != NULL; i++) {
        char *path = str_format("%s/%s", directory, also[i]);
        if (path != NULL)
            unlink(path);
        free(path);
    }
    char *data = str_format("%s/data", directory);
    if (data != NULL)
        rmdir(data);
    free(data);
    rmdir(directory);
}

int report_print(struct store *s, const struct report_options *options, unsigned columns,
                 struct str *out, struct report_result *result, struct err *err)
{
    const char *tmp = getenv("TMPDIR");
    struct report r;
    struct report_options o = *options;
    char *directory = str_format("%s/rung-report-XXXXXX", tmp != NULL && *tmp ? tmp : "/tmp");
    char *plots = report_plots(&o), *data = NULL;
    int status = 0;
    if (directory == NULL || plots == NULL)
        status = err_set(err, ERR_NOMEM, "out of memory for the report");
    else if (mkdtemp(directory) == NULL)
        status = err_set_errno(err, ERR_IO, errno, "cannot make the folder '%s'", directory);
    if (status != 0)
        goto out;
    o.directory = directory;
    data = str_format("%s/data", directory);
    status = data != NULL ? path_make_directory(data, err)
                          : err_set(err, ERR_NOMEM, "out of memory for the report");
    if (status == 0) {
        status = report_gather(&r, s, &o, err);
        if (status == 0)
            status = print(&r, plots, columns, out, err);
        if (status == 0 && result != NULL)
            report_result_fill(result, &r);
        clean_up(&r.files, directory);
        report_release(&r);
    } else {
        rmdir(directory);
    }
out:
    free(directory);
    free(plots);
    free(data);
    return status;
}
