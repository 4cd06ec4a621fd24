#include "config.h"

#include "report/html.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUS "\xe2\x88\x92"
#define DASH "\xe2\x80\x93"
#define REPLACEMENT "\xef\xbf\xbd"

/* Length of the well-formed UTF-8 sequence at `p`, 0 where there is none (Unicode 15,
 * table 3-7). */
static size_t utf8_length(const unsigned char *p)
{
    if (p[0] < 0x80)
        return 1;
    size_t len = p[0] >= 0xc2 && p[0] <= 0xdf   ? 2
                 : p[0] >= 0xe0 && p[0] <= 0xef ? 3
                 : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4
                                                : 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

void html_text(struct str *s, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    while (*p != '\0') {
        size_t len = utf8_length(p);
        if (len == 0 || (*p < 0x20 && *p != '\t' && *p != '\n') || *p == 0x7f)
            str_add(s, REPLACEMENT);
        else if (*p == '&')
            str_add(s, "&amp;");
        else if (*p == '<')
            str_add(s, "&lt;");
        else if (*p == '>')
            str_add(s, "&gt;");
        else if (*p == '"')
            str_add(s, "&quot;");
        else if (*p == '\'')
            str_add(s, "&#39;");
        else
            str_add_mem(s, p, len);
        p += len > 0 ? len : 1;
    }
}

static void textv(struct str *s, const char *format, va_list args)
{
    struct str plain;
    str_init(&plain);
    str_addv(&plain, format, args);
    html_text(s, plain.data);
    s->failed = s->failed || str_failed(&plain);
    str_release(&plain);
}

void html_textf(struct str *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    textv(s, format, args);
    va_end(args);
}

/* Puts the typographic minus in place of a leading hyphen. */
static char *with_minus(char *buffer, size_t size, const char *text)
{
    if (text[0] == '-')
        snprintf(buffer, size, MINUS "%s", text + 1);
    else
        snprintf(buffer, size, "%s", text);
    return buffer;
}

char *html_format_real(char *buffer, size_t size, double value, int digits)
{
    char text[400];
    if (!isfinite(value)) {
        snprintf(buffer, size, "%s", isnan(value) ? DASH : value > 0 ? "∞" : MINUS "∞");
        return buffer;
    }
    /* Fixed notation between 0.0001 and a million: exponents are hard to compare. */
    double size10 = value == 0 ? 0 : floor(log10(fabs(value)));
    if (size10 < -4 || size10 > 6) {
        snprintf(text, sizeof text, "%.*e", digits - 1, value);
    } else {
        int places = digits - 1 - (int)size10;
        snprintf(text, sizeof text, "%.*f", places > 0 ? places : 0, value);
    }
    return with_minus(buffer, size, text);
}

char *html_format_fixed(char *buffer, size_t size, double value, int places)
{
    char text[400];
    if (!isfinite(value))
        return html_format_real(buffer, size, value, 1);
    snprintf(text, sizeof text, "%.*f", places, value);
    return with_minus(buffer, size, text);
}

char *html_format_percent(char *buffer, size_t size, double fraction, int digits)
{
    char number[64];
    if (fabs(fraction) < 1e-12) /* the last bits of two equal numbers */
        fraction = 0;
    html_format_real(number, sizeof number, 100 * fraction, digits);
    /* "0.00 %" would read as nothing at all. */
    if (isfinite(fraction) && fraction != 0 && fabs(100 * fraction) < 0.01)
        snprintf(number, sizeof number, "%s", fraction < 0 ? "> " MINUS "0.01" : "< 0.01");
    /* Nor is nearly all of it all. */
    else if (fraction < 1 && fraction > 0.999 && atof(number) >= 100)
        snprintf(number, sizeof number, "> 99.9");
    snprintf(buffer, size, isnan(fraction) ? "%s" : "%s\xc2\xa0%%", number);
    return buffer;
}

char *html_format_count(char *buffer, size_t size, double value)
{
    char text[64];
    if (!isfinite(value))
        return html_format_real(buffer, size, value, 4);
    if (fabs(value) < 10000) {
        /* Means of counts need not be whole. */
        snprintf(text, sizeof text, value == floor(value) ? "%.15g" : "%.5g", value);
        return with_minus(buffer, size, text);
    }
    /* Four digits whatever the size, so that columns stand even; units_format_count drops
     * trailing zeros. */
    static const char *const prefix[] = {"", "k", "M", "G", "T", "P", "E"};
    size_t i = 0;
    while (fabs(value) >= 999.95 && i + 1 < sizeof prefix / sizeof prefix[0]) {
        value /= 1000;
        i++;
    }
    double magnitude = fabs(value);
    snprintf(text, sizeof text, "%.*f\xc2\xa0%s",
             magnitude >= 99.995   ? 1
             : magnitude >= 9.9995 ? 2
                                   : 3,
             value, prefix[i]);
    return with_minus(buffer, size, text);
}

char *html_format_size(char *buffer, size_t size, double n)
{
    snprintf(buffer, size, "%.15g", n);
    return buffer;
}

static void data(struct str *s, double value, const char *text)
{
    if (isnan(value)) {
        str_add(s, "<span title=\"not available\">" DASH "</span>");
        return;
    }
    str_addf(s, "<data value=\"%.17g\">", value);
    html_text(s, text);
    str_add(s, "</data>");
}

void html_real(struct str *s, double value, int digits)
{
    char text[64];
    data(s, value, html_format_real(text, sizeof text, value, digits));
}

void html_fixed(struct str *s, double value, int places)
{
    char text[400];
    data(s, value, html_format_fixed(text, sizeof text, value, places));
}

void html_percent(struct str *s, double fraction, int digits)
{
    char text[80];
    data(s, fraction, html_format_percent(text, sizeof text, fraction, digits));
}

void html_count(struct str *s, double value)
{
    char text[64];
    data(s, value, html_format_count(text, sizeof text, value));
}

const char *html_verdict_sign(enum analysis_verdict verdict)
{
    return verdict == ANALYSIS_PASS ? "✓" : verdict == ANALYSIS_FAIL ? "✗" : "?";
}

void html_badge(struct str *s, enum analysis_verdict verdict)
{
    const char *word = analysis_verdict_text(verdict);
    str_addf(s, "<span class=\"badge %s\">%s %s</span>", word, html_verdict_sign(verdict), word);
}

void html_table(struct str *s, const char *caption, const char *columns)
{
    str_add(s, "<div class=\"wide\" tabindex=\"0\">\n<table>\n<caption><span>");
    html_text(s, caption);
    str_add(s, "</span></caption>\n<thead><tr>");
    for (const char *p = columns;;) {
        size_t len = strcspn(p, "|");
        bool number = *p == '#';
        char title[128];
        snprintf(title, sizeof title, "%.*s", (int)(len - number), p + number);
        str_add(s, number ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">");
        html_text(s, title);
        str_add(s, "</th>");
        if (p[len] == '\0')
            break;
        p += len + 1;
    }
    str_add(s, "</tr></thead>\n<tbody>\n");
}

void html_row(struct str *s)
{
    str_add(s, "<tr>");
}

void html_row_end(struct str *s)
{
    str_add(s, "</tr>\n");
}

void html_table_end(struct str *s)
{
    str_add(s, "</tbody>\n</table>\n</div>\n");
}

void html_cell(struct str *s, const char *text)
{
    str_add(s, "<td>");
    html_text(s, text);
    str_add(s, "</td>");
}

void html_head_cell(struct str *s, const char *text)
{
    str_add(s, "<th scope=\"row\">");
    html_text(s, text);
    str_add(s, "</th>");
}

void html_cell_real(struct str *s, double value, int digits)
{
    str_add(s, "<td class=\"number\">");
    html_real(s, value, digits);
    str_add(s, "</td>");
}

void html_cell_fixed(struct str *s, double value, int places)
{
    str_add(s, "<td class=\"number\">");
    html_fixed(s, value, places);
    str_add(s, "</td>");
}

void html_cell_percent(struct str *s, double fraction, int digits)
{
    str_add(s, "<td class=\"number\">");
    html_percent(s, fraction, digits);
    str_add(s, "</td>");
}

void html_cell_count(struct str *s, double value)
{
    str_add(s, "<td class=\"number\">");
    html_count(s, value);
    str_add(s, "</td>");
}

void html_cell_bytes(struct str *s, double value)
{
    static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    char number[64], text[80];
    size_t i = 0;
    double scaled = value;
    while (fabs(scaled) >= 1024 && i + 1 < sizeof unit / sizeof unit[0]) {
        scaled /= 1024;
        i++;
    }
    snprintf(text, sizeof text, "%s\xc2\xa0%s",
             html_format_real(number, sizeof number, scaled, 3), unit[i]);
    str_add(s, "<td class=\"number\">");
    data(s, value, isfinite(value) ? text : number);
    str_add(s, "</td>");
}

void html_seconds(struct str *s, double value)
{
    char number[64], text[80];
    snprintf(text, sizeof text, "%s\xc2\xa0s", html_format_real(number, sizeof number, value, 3));
    data(s, value, isfinite(value) ? text : number);
}

void html_cell_seconds(struct str *s, double value)
{
    str_add(s, "<td class=\"number\">");
    html_seconds(s, value);
    str_add(s, "</td>");
}

void html_cell_size(struct str *s, double n)
{
    char text[40];
    str_add(s, "<th scope=\"row\" class=\"number\">");
    data(s, n, html_format_size(text, sizeof text, n));
    str_add(s, "</th>");
}

void html_cell_interval(struct str *s, double lower, double upper, int places)
{
    str_add(s, "<td class=\"number\">");
    html_fixed(s, lower, places);
    if (!isnan(lower) || !isnan(upper)) {
        str_add(s, " to ");
        html_fixed(s, upper, places);
    }
    str_add(s, "</td>");
}

void html_term(struct str *s, const char *term, const char *text)
{
    str_add(s, "<dt>");
    html_text(s, term);
    str_add(s, "</dt><dd>");
    html_text(s, text[0] != '\0' ? text : DASH);
    str_add(s, "</dd>\n");
}

void html_note(struct str *s, const char *format, ...)
{
    va_list args;
    str_add(s, "<p class=\"note\">");
    va_start(args, format);
    textv(s, format, args);
    va_end(args);
    str_add(s, "</p>\n");
}

void html_warnings(struct str *s, const struct analysis_warnings *warnings)
{
    if (warnings->count == 0)
        return;
    str_add(s, "<ul class=\"note\">\n");
    for (size_t i = 0; i < warnings->count; i++) {
        str_add(s, "<li>");
        html_text(s, warnings->item[i].text);
        str_add(s, "</li>\n");
    }
    str_add(s, "</ul>\n");
}
