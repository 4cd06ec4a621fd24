/* The machines of a report: every parameter with its unit and its source. */
#include "config.h"

#include "report/report_priv.h"

#include <stdio.h>
#include <string.h>

#include "analysis/sheet.h"
#include "report/html.h"

#define CLASS "class."

/* Of a simulator that rung does not know: one "name: value" a line, as the store has it. */
static void add_lines(struct str *html, const char *text)
{
    str_add(html, "<dl class=\"columns\">\n");
    for (const char *line = text; *line != '\0';) {
        size_t len = strcspn(line, "\n"), colon = strcspn(line, ":\n");
        struct str name, value;
        str_init(&name);
        str_init(&value);
        str_add_mem(&name, line, colon);
        if (colon < len)
            str_add_mem(&value, line + colon + 1, len - colon - 1);
        if (len > 0) {
            str_add(html, "<div><dt>");
            html_text(html, name.data);
            str_add(html, "</dt><dd>");
            html_text(html, value.data + strspn(value.data, " "));
            str_add(html, "</dd></div>\n");
        }
        html->failed = html->failed || str_failed(&name) || str_failed(&value);
        str_release(&name);
        str_release(&value);
        line += len + (line[len] == '\n');
    }
    str_add(html, "</dl>\n");
}

/* The names of the variants of a machine, each once. */
static void add_variants(struct report *r, struct str *html, const struct report_series *like)
{
    size_t shown = 0;
    for (size_t i = 0; i < r->n_rows; i++) {
        const struct store_row *row = r->row[i];
        bool seen = report_is_base(row) || strcmp(row->machine, like->machine) != 0;
        for (size_t j = 0; j < i && !seen; j++)
            seen = strcmp(r->row[j]->machine, row->machine) == 0 &&
                   strcmp(r->row[j]->variant, row->variant) == 0;
        if (seen)
            continue;
        str_add(html, shown++ == 0 ? "<p>Variants: <code>" : ", <code>");
        html_text(html, row->variant);
        str_add(html, "</code>");
    }
    if (shown > 0)
        str_add(html, "</p>\n");
}

static void add_parameters(struct str *html, const struct analysis_sheet *sheet)
{
    html_table(html, "The core and its memory", "Parameter|Value|Meaning|Source");
    for (size_t i = 0; i < sheet->count; i++) {
        const struct analysis_sheet_row *row = &sheet->row[i];
        if (strncmp(row->name, CLASS, strlen(CLASS)) == 0)
            continue;
        html_row(html);
        str_add(html, "<th scope=\"row\"><code>");
        html_text(html, row->name);
        str_add(html, "</code></th>");
        str_add(html, "<td class=\"value\">");
        html_text(html, row->value);
        str_add(html, "</td><td class=\"text\">");
        html_text(html, row->meaning);
        str_add(html, "</td><td class=\"text\">");
        html_text(html, row->source);
        str_add(html, "</td>");
        html_row_end(html);
    }
    html_table_end(html);
}

/* The three parameters of a timing class, which follow each other, in one row. */
static void add_classes(struct str *html, const struct analysis_sheet *sheet)
{
    html_table(html, "Timing classes of instructions",
               "Class|Issue to use|Unit|Unit is busy|Instructions|Source");
    for (size_t i = 0; i + 2 < sheet->count; i++) {
        const struct analysis_sheet_row *row = &sheet->row[i];
        const char *meaning = strstr(row->meaning, ": "), *source = row->source;
        size_t len = strlen(row->name);
        if (strncmp(row->name, CLASS, strlen(CLASS)) != 0 || len < strlen(".latency") ||
            strcmp(row->name + len - strlen(".latency"), ".latency") != 0)
            continue;
        for (size_t k = 1; k < 3 && !row->changed; k++)
            if (row[k].changed)
                source = row[k].source;
        html_row(html);
        str_add(html, "<th scope=\"row\"><code>");
        html_textf(html, "%.*s", (int)(len - strlen(CLASS) - strlen(".latency")),
                   row->name + strlen(CLASS));
        str_add(html, "</code></th>");
        for (size_t k = 0; k < 3; k++) {
            str_add(html, "<td class=\"value\">");
            html_text(html, row[k].value);
            str_add(html, "</td>");
        }
        str_add(html, "<td class=\"text\">");
        html_text(html, meaning != NULL ? meaning + 2 : row->meaning);
        str_add(html, "</td><td class=\"text\">");
        html_text(html, source);
        str_add(html, "</td>");
        html_row_end(html);
    }
    html_table_end(html);
}

/* Where nothing is said of any source, a column of nothing does not help. */
static bool has_sources(const struct analysis_sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++)
        if (sheet->row[i].source[0] != '\0')
            return true;
    return false;
}

static int add_machine(struct report *r, struct str *html, const struct report_series *s,
                       struct err *err)
{
    struct analysis_sheet *sheet = NULL;
    struct err cause = {0};
    str_add(html, "<h2>Machine ");
    html_text(html, s->machine);
    str_add(html, "</h2>\n");
    int status = analysis_sheet_alloc(&sheet, s->machine, s->machine_text, &cause);
    if (status == ERR_NOMEM)
        return err_set(err, status, "%s", cause.text);
    if (sheet != NULL && sheet->description[0] != '\0') {
        str_add(html, "<p>");
        html_text(html, sheet->description);
        str_add(html, "</p>\n");
    }
    add_variants(r, html, s);
    if (sheet == NULL) {
        add_lines(html, s->machine_text);
        return 0;
    }
    if (!has_sources(sheet))
        html_note(html, "No machine of this name comes with rung: the sources of its numbers are "
                        "not known here.");
    add_parameters(html, sheet);
    add_classes(html, sheet);
    if (sheet->head[0] != '\0') {
        str_add(html, "<details open><summary>The sources</summary>\n<pre><code>");
        html_text(html, sheet->head);
        str_add(html, "</code></pre>\n</details>\n");
    }
    analysis_sheet_free(sheet);
    return 0;
}

int report_machines(struct report *r, struct str *html, struct err *err)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < r->n_series; i++) {
        const struct report_series *s = &r->series[i];
        bool seen = s->machine_text == NULL;
        for (size_t j = 0; j < i && !seen; j++)
            seen = r->series[j].machine_text != NULL &&
                   strcmp(r->series[j].machine, s->machine) == 0 &&
                   strcmp(r->series[j].machine_hash, s->machine_hash) == 0;
        if (!seen)
            status = add_machine(r, html, s, err);
    }
    return status;
}
