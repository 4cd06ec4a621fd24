/* Building blocks of a page.  Everything that comes from outside (names, messages, study
 * texts) goes through html_text(); nothing else may put such text on a page. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <stddef.h>

#include "analysis/analysis.h"
#include "base/str.h"

/* Escapes text for HTML, in elements and quoted attributes alike.  What is no UTF-8, and
 * control characters that HTML forbids, become U+FFFD. */
void html_text(struct str *s, const char *text);
/* printf, then html_text. */
void html_textf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Numbers stand in <data value="..."> with 17 digits, so that nothing is lost by rounding
 * for the eye; one that does not exist is a dash that says so.  `digits` are significant
 * ones.  Counts from 10,000 on get a prefix: "16.8 M". */
void html_real(struct str *s, double value, int digits);
void html_fixed(struct str *s, double value, int places);      /* R² and its like */
void html_percent(struct str *s, double fraction, int digits); /* "−1.3 %" */
void html_count(struct str *s, double value);
void html_seconds(struct str *s, double value); /* "1.25 s" */
/* The same texts without markup, for alternative texts and sentences. */
char *html_format_real(char *buffer, size_t size, double value, int digits);
char *html_format_fixed(char *buffer, size_t size, double value, int places);
char *html_format_percent(char *buffer, size_t size, double fraction, int digits);
char *html_format_count(char *buffer, size_t size, double value);
char *html_format_size(char *buffer, size_t size, double n); /* of a problem: all digits */

/* "✓ pass", "✗ fail", "? inconclusive": told apart by sign, word and colour. */
void html_badge(struct str *s, enum analysis_verdict verdict);
const char *html_verdict_sign(enum analysis_verdict verdict); /* "✓", "✗", "?" */

/* Tables: html_table(), then for each row html_row(), cells and html_row_end(), then
 * html_table_end().  `columns` part their titles by '|'; one that starts with '#' is
 * aligned to the right. */
void html_table(struct str *s, const char *caption, const char *columns);
void html_row(struct str *s);
void html_row_end(struct str *s);
void html_table_end(struct str *s);
void html_cell(struct str *s, const char *text);
void html_head_cell(struct str *s, const char *text); /* names its row */
void html_cell_real(struct str *s, double value, int digits);
void html_cell_fixed(struct str *s, double value, int places);
void html_cell_percent(struct str *s, double fraction, int digits);
void html_cell_count(struct str *s, double value);
void html_cell_bytes(struct str *s, double value);   /* "256 KiB" */
void html_cell_seconds(struct str *s, double value);
void html_cell_size(struct str *s, double n);
/* "0.910 to 0.990" */
void html_cell_interval(struct str *s, double lower, double upper, int places);

/* A term and its description, between <dl> and </dl>. */
void html_term(struct str *s, const char *term, const char *text);

/* A paragraph that says what is missing and why. */
void html_note(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A list of warnings; nothing when there are none. */
void html_warnings(struct str *s, const struct analysis_warnings *warnings);

#endif
