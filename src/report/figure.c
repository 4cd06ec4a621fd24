#include "config.h"

#include "report/figure.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

void figures_init(struct figures *f, const char *level)
{
    memset(f, 0, sizeof *f);
    str_init(&f->head);
    str_init(&f->tail);
    figure_set_text(&f->head, "level", level);
}

void figures_release(struct figures *f)
{
    for (size_t i = 0; i < f->count; i++)
        str_release(&f->figure[i].variables);
    free(f->figure);
    f->figure = NULL;
    f->count = 0;
    str_release(&f->head);
    str_release(&f->tail);
}

void figure_slug(char *slug, size_t size, const char *text)
{
    size_t len = 0;
    for (const char *p = text; *p != '\0' && len + 1 < size; p++) {
        unsigned char c = (unsigned char)*p;
        bool plain = c < 0x80 && (isalnum(c) || (len > 0 && strchr("-._", c) != NULL));
        if (plain)
            slug[len++] = (char)c;
        else if (len > 0 && slug[len - 1] != '-')
            slug[len++] = '-';
    }
    while (len > 0 && slug[len - 1] == '-')
        len--;
    slug[len] = '\0';
    if (len == 0)
        snprintf(slug, size, "x");
}

void figure_quote(struct str *s, const char *text)
{
    const char *p = text;
    /* At the beginning gnuplot takes two quotes for an empty text. */
    if (*p == '\'') {
        str_add_char(s, '"');
        for (; *p == '\''; p++)
            str_add_char(s, *p);
        str_add(s, "\".");
    }
    str_add_char(s, '\'');
    for (; *p != '\0'; p++) {
        if (*p == '\'')
            str_add(s, "''");
        else
            str_add_char(s, (unsigned char)*p < 0x20 || *p == 0x7f ? ' ' : *p);
    }
    str_add_char(s, '\'');
}

static bool name_taken(const struct figures *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcasecmp(f->figure[i].name, name) == 0)
            return true;
    return false;
}

int figure_begin(struct figures *f, const char *slug, const char *kind, const char *heading,
                 int height, struct err *err)
{
    if (f->count == f->room) {
        size_t room = f->room > 0 ? 2 * f->room : 16;
        struct figure *grown = realloc(f->figure, room * sizeof *grown);
        if (grown == NULL)
            return err_set(err, ERR_NOMEM, "out of memory for figures");
        f->figure = grown;
        f->room = room;
    }
    char name[FIGURE_NAME_SIZE];
    snprintf(name, sizeof name, "%.120s-%.20s", slug, kind);
    /* Different names may have the same slug; file systems may not tell cases apart. */
    for (unsigned i = 2; name_taken(f, name); i++)
        snprintf(name, sizeof name, "%.120s-%u-%.20s", slug, i, kind);
    struct figure *figure = &f->figure[f->count++];
    *figure = (struct figure){
        .kind = kind, .width = FIGURE_WIDTH, .height = height, .section = f->section};
    memcpy(figure->name, name, sizeof name);
    str_init(&figure->variables);
    figure_text(f, "heading", heading);
    return 0;
}

struct figure *figure_last(struct figures *f)
{
    return &f->figure[f->count - 1];
}

void figure_set_text(struct str *s, const char *variable, const char *text)
{
    str_addf(s, "%s = ", variable);
    figure_quote(s, text);
    str_add_char(s, '\n');
}

static void set_real(struct str *s, const char *variable, double value)
{
    if (isfinite(value))
        str_addf(s, "%s = %.17g\n", variable, value);
    else
        str_addf(s, "%s = NaN\n", variable);
}

void figure_text(struct figures *f, const char *variable, const char *text)
{
    figure_set_text(&figure_last(f)->variables, variable, text);
}

void figure_real(struct figures *f, const char *variable, double value)
{
    set_real(&figure_last(f)->variables, variable, value);
}

/* gnuplot has no arrays of size 0: an empty one has one element, which no script shows. */
void figure_array(struct figures *f, const char *variable, const char *const *text, size_t n)
{
    struct str *s = &figure_last(f)->variables;
    str_addf(s, "array %s[%zu]\n", variable, n > 0 ? n : 1);
    for (size_t i = 0; i < n; i++) {
        str_addf(s, "%s[%zu] = ", variable, i + 1);
        figure_quote(s, text[i]);
        str_add_char(s, '\n');
    }
}

void figure_reals(struct figures *f, const char *variable, const double *value, size_t n)
{
    struct str *s = &figure_last(f)->variables;
    char name[100];
    str_addf(s, "array %s[%zu]\n", variable, n > 0 ? n : 1);
    for (size_t i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%.60s[%zu]", variable, i + 1);
        set_real(s, name, value[i]);
    }
}

static void add_picture(struct str *html, const struct figure *figure, const char *alt)
{
    str_addf(html,
             "<picture><source srcset=\"figures/%s-dark.svg\" "
             "media=\"screen and (prefers-color-scheme: dark)\">"
             "<img src=\"figures/%s.svg\" width=\"%d\" height=\"%d\" alt=\"",
             figure->name, figure->name, figure->width, figure->height);
    html_text(html, alt);
    str_add(html, "\"></picture>");
}

void figure_end(struct figures *f, struct str *html, const char *alt, const char *caption,
                const char *table)
{
    const struct figure *figure = figure_last(f);
    str_addf(html, "<figure%s>\n", figure->width > FIGURE_WIDTH ? " class=\"broad\"" : "");
    add_picture(html, figure, alt);
    str_add(html, "\n<figcaption>");
    html_text(html, caption);
    if (table != NULL) {
        str_add(html, " <a href=\"data/");
        html_text(html, table);
        str_add(html, "\">Data</a>");
    }
    if (f->png)
        str_addf(html, " <a href=\"figures/%s.png\">PNG</a>", figure->name);
    str_add(html, "</figcaption>\n</figure>\n");
}

void figure_end_small(struct figures *f, struct str *html, const char *alt)
{
    figure_last(f)->small = true;
    add_picture(html, figure_last(f), alt);
}
