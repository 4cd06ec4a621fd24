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
    str_init(&f->script);
    str_add(&f->script, "# Draws every figure of this report again: gnuplot -d draw.gp\n"
                        "# The scripts are in plots/, the tables that they read in data/.\n"
                        "plots = 'plots/'\n");
    figure_text(f, "level", level);
}

void figures_release(struct figures *f)
{
    str_release(&f->script);
    free(f->name);
    f->name = NULL;
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
    str_add_char(s, '\'');
    for (const char *p = text; *p != '\0'; p++) {
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
        if (strcasecmp(f->name[i], name) == 0)
            return true;
    return false;
}

int figure_begin(struct figures *f, const char *slug, const char *kind, const char *heading,
                 int height, struct err *err)
{
    if (f->count == f->room) {
        size_t room = f->room > 0 ? 2 * f->room : 16;
        char(*grown)[FIGURE_NAME_SIZE] = realloc(f->name, room * sizeof *grown);
        if (grown == NULL)
            return err_set(err, ERR_NOMEM, "out of memory for figures");
        f->name = grown;
        f->room = room;
    }
    char name[FIGURE_NAME_SIZE];
    snprintf(name, sizeof name, "%.120s-%.20s", slug, kind);
    /* Different names may have the same slug; file systems may not tell cases apart. */
    for (unsigned i = 2; name_taken(f, name); i++)
        snprintf(name, sizeof name, "%.120s-%u-%.20s", slug, i, kind);
    memcpy(f->name[f->count++], name, sizeof name);
    f->height = height;
    f->kind = kind;
    str_addf(&f->script, "\n# %s\n", name);
    figure_text(f, "heading", heading);
    figure_real(f, "height", height);
    return 0;
}

void figure_text(struct figures *f, const char *variable, const char *text)
{
    str_addf(&f->script, "%s = ", variable);
    figure_quote(&f->script, text);
    str_add_char(&f->script, '\n');
}

void figure_real(struct figures *f, const char *variable, double value)
{
    if (isfinite(value))
        str_addf(&f->script, "%s = %.17g\n", variable, value);
    else
        str_addf(&f->script, "%s = NaN\n", variable);
}

void figure_array(struct figures *f, const char *variable, const char *const *text, size_t n)
{
    str_addf(&f->script, "array %s[%zu]\n", variable, n);
    for (size_t i = 0; i < n; i++) {
        str_addf(&f->script, "%s[%zu] = ", variable, i + 1);
        figure_quote(&f->script, text[i]);
        str_add_char(&f->script, '\n');
    }
}

void figure_end(struct figures *f, struct str *html, const char *alt, const char *caption,
                const char *table)
{
    const char *name = f->name[f->count - 1];
    static const char *const theme[][2] = {{"light", ""}, {"dark", "-dark"}};
    for (int i = 0; i < 2; i++)
        str_addf(&f->script, "theme = '%s'\noutput = 'figures/%s%s.svg'\nload plots.'%s.gp'\n",
                 theme[i][0], name, theme[i][1], f->kind);
    str_addf(html,
             "<figure>\n<picture><source srcset=\"figures/%s-dark.svg\" "
             "media=\"screen and (prefers-color-scheme: dark)\">"
             "<img src=\"figures/%s.svg\" width=\"%d\" height=\"%d\" alt=\"",
             name, name, FIGURE_WIDTH, f->height);
    html_text(html, alt);
    str_add(html, "\"></picture>\n<figcaption>");
    html_text(html, caption);
    if (table != NULL) {
        str_add(html, " <a href=\"data/");
        html_text(html, table);
        str_add(html, "\">Data</a>");
    }
    str_add(html, "</figcaption>\n</figure>\n");
}
