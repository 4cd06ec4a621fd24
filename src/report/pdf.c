/* The PDF: pages of text and figures, drawn by the same gnuplot process as everything else. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

/* A4 in points, and what stands on it. */
static const double page_width = 595, page_height = 842, margin = 42, gap = 10;
/* Mean width of a letter of a sans-serif face over its size: on the wide side, for the lines
 * must not run out of the page whatever the font is. */
static const double letter = 0.56;

struct pdf {
    struct str *script;
    struct str page; /* script of the figures of the page under way */
    struct str lines; /* of its text */
    size_t n_lines;
    double y;        /* from the upper edge */
    double row_height; /* of the row of figures under way */
    unsigned column;
    bool empty;
};

static void end_page(struct pdf *p)
{
    if (p->empty)
        return;
    str_addf(p->script, "\nset multiplot\n%s", p->page.data);
    if (p->n_lines > 0)
        str_addf(p->script,
                 "array lines[%zu]; array line_x[%zu]; array line_y[%zu]; array line_size[%zu]; "
                 "array line_colour[%zu]\n%sload plots.'page.gp'\n",
                 p->n_lines, p->n_lines, p->n_lines, p->n_lines, p->n_lines, p->lines.data);
    str_add(p->script, "unset multiplot\n");
    str_clear(&p->page);
    str_clear(&p->lines);
    p->n_lines = 0;
    p->y = margin;
    p->row_height = 0;
    p->column = 0;
    p->empty = true;
}

/* Begins a new page when there is less room than that. */
static void need(struct pdf *p, double height)
{
    if (p->y + height > page_height - margin)
        end_page(p);
}

static void end_row(struct pdf *p)
{
    if (p->column > 0)
        p->y += p->row_height + gap;
    p->column = 0;
    p->row_height = 0;
}

static void add_line(struct pdf *p, const char *text, size_t len, double x, double size,
                     const char *colour)
{
    struct str copy;
    str_init(&copy);
    str_add_mem(&copy, text, len);
    need(p, size * 1.4);
    p->empty = false;
    p->n_lines++;
    str_addf(&p->lines, "lines[%zu] = ", p->n_lines);
    figure_quote(&p->lines, copy.data);
    p->y += size * 1.4;
    str_addf(&p->lines,
             "; line_x[%zu] = %g; line_y[%zu] = %g; line_size[%zu] = %g; line_colour[%zu] = '%s'\n",
             p->n_lines, x, p->n_lines, p->y - size * 0.4, p->n_lines, size, p->n_lines, colour);
    str_release(&copy);
}

/* Letters, not bytes. */
static size_t letters(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

/* A paragraph in lines that fit. */
static void add_text(struct pdf *p, const char *text, double x, double size, const char *colour)
{
    size_t room = (size_t)((page_width - margin - x) / (size * letter));
    while (*text != '\0') {
        size_t end = 0, at = 0;
        for (;;) {
            at += strcspn(text + at, " ");
            if (end > 0 && letters(text, at) > room)
                break;
            end = at;
            if (text[at] == '\0')
                break;
            at++;
        }
        /* A word without blanks may be longer than a line. */
        while (letters(text, end) > room) {
            end--;
            while (((unsigned char)text[end] & 0xc0) == 0x80)
                end--;
        }
        add_line(p, text, end, x, size, colour);
        text += end;
        text += strspn(text, " ");
    }
}

static const char *colour_of(enum analysis_verdict v)
{
    return v == ANALYSIS_PASS ? "pass" : v == ANALYSIS_FAIL ? "fail" : "open";
}

static void add_check(struct pdf *p, const struct analysis_check *c)
{
    char value[96], lower[96], upper[96], threshold[80];
    struct str text;
    str_init(&text);
    str_addf(&text, "%s %s   %s: %s", html_verdict_sign(c->verdict),
             analysis_verdict_text(c->verdict), report_check_title(c),
             report_check_value(value, sizeof value, c, c->value));
    if (!isnan(c->lower) && !isnan(c->upper))
        str_addf(&text, " (%s to %s)", report_check_value(lower, sizeof lower, c, c->lower),
                 report_check_value(upper, sizeof upper, c, c->upper));
    str_addf(&text, ", wanted %s", report_check_threshold(threshold, sizeof threshold, c));
    need(p, 45);
    p->y += 4;
    add_text(p, text.data, margin, 9.5, colour_of(c->verdict));
    add_text(p, c->subject, margin + 12, 8.5, "ink");
    if (c->advice != NULL && c->advice[0] != '\0')
        add_text(p, c->advice, margin + 12, 8.5, "soft");
    str_release(&text);
}

static void add_front(struct report *r, struct pdf *p)
{
    char line[200];
    struct str answer;
    str_init(&answer);
    report_answer(r, &answer);
    snprintf(line, sizeof line, "Validation report, %zu run%s", r->n_rows,
             r->n_rows == 1 ? "" : "s");
    add_text(p, line, margin, 9.5, "soft");
    add_text(p, store_study_name(r->store), margin, 20, "ink");
    p->y += 8;
    add_text(p, answer.data, margin, 13, colour_of(report_verdict_of(r)));
    p->y += 8;
    for (size_t i = 0; r->checks != NULL && i < r->checks->count; i++)
        add_check(p, &r->checks->check[i]);
    p->y += 10;
    snprintf(line, sizeof line, "Simulated with rung %.60s on %.80s.",
             store_attribute(r->store, "tool_version"), store_attribute(r->store, "host"));
    add_text(p, line, margin, 8.5, "soft");
    str_release(&answer);
}

/* Two figures side by side, scaled to half of the page's width. */
static void add_figure(struct pdf *p, const struct figure *f)
{
    double column = (page_width - 2 * margin - gap) / 2, room = page_height - 2 * margin - 40;
    double scale = column / FIGURE_WIDTH;
    if (f->height * scale > room)
        scale = room / f->height;
    double width = f->width * scale, height = f->height * scale;
    if (p->y + height > page_height - margin) {
        end_row(p);
        end_page(p);
    }
    double x = margin + p->column * (column + gap);
    str_addf(&p->page,
             "\n# %s\n%swidth = %d; height = %d\nplace_x = %.6f; place_y = %.6f; place_w = %.6f; "
             "place_h = %.6f\nload plots.'%s.gp'\n",
             f->name, f->variables.data, f->width, f->height, x / page_width,
             1 - (p->y + height) / page_height, width / page_width, height / page_height, f->kind);
    p->empty = false;
    p->row_height = fmax(p->row_height, height);
    if (++p->column == 2)
        end_row(p);
}

/* What all problems have in common stands before the single ones. */
static bool leads(const struct figure *figure)
{
    return figure->section != NULL && strcmp(figure->section, "Overview") == 0;
}

static void add_figures(const struct figures *f, struct pdf *p)
{
    const char *section = NULL;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < f->count; i++) {
            const struct figure *figure = &f->figure[i];
            if (figure->small || leads(figure) != (pass == 0))
                continue;
            if (figure->section != NULL &&
                (section == NULL || strcmp(figure->section, section) != 0)) {
                section = figure->section;
                end_row(p);
                need(p, 220);
                p->y += 4;
                add_text(p, section, margin, 12, "ink");
                p->y += 2;
            }
            add_figure(p, figure);
        }
    end_row(p);
}

void report_make_pdf(struct report *r)
{
    struct str *script = &r->figures.tail;
    struct pdf p = {.script = script, .y = margin, .empty = true};
    str_init(&p.page);
    str_init(&p.lines);
    str_addf(script,
             "\n# the PDF\nformat = 'pdf'; theme = 'light'; page_width = %g; page_height = %g; "
             "page_fontscale = 0.4\n"
             "set terminal pdfcairo size %gin, %gin noenhanced font 'sans-serif,13' "
             "fontscale page_fontscale linewidth 0.6 pointscale 0.6\n"
             "set output 'report.pdf'\n",
             page_width, page_height, page_width / 72, page_height / 72);
    add_front(r, &p);
    end_page(&p);
    add_figures(&r->figures, &p);
    end_page(&p);
    str_add(script, "set output\n");
    script->failed = script->failed || str_failed(&p.page) || str_failed(&p.lines);
    str_release(&p.page);
    str_release(&p.lines);
}
