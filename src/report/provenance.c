/* Where the numbers come from, and how to make them again. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/html.h"

static void add_commands(struct report *r, struct str *html)
{
    struct str commands, file;
    const char *path = store_path(r->store), *slash = strrchr(path, '/');
    str_init(&commands);
    str_init(&file);
    str_addf(&file, "%s.yaml", store_study_name(r->store));
    str_add(&commands, "rung run ");
    str_add_word(&commands, file.data);
    str_add(&commands, " -o ");
    str_add_word(&commands, slash != NULL ? slash + 1 : path);
    str_add_char(&commands, '\n');
    for (size_t i = 0; i < r->options->argc; i++) {
        str_add_word(&commands, r->options->argv[i]);
        str_add_char(&commands, i + 1 < r->options->argc ? ' ' : '\n');
    }
    str_add(html, "<h2>To make it again</h2>\n<p>Save the study below as <code>");
    html_text(html, file.data);
    str_add(html,
            "</code>; the same programs, machines and version give the same counters.</p>\n"
            "<pre><code>");
    html_text(html, commands.data);
    str_add(html,
            "</code></pre>\n<p>To draw the figures again, in the folder of these pages, from "
            "the tables in <code>data/</code> by the scripts in <code>plots/</code>:</p>\n"
            "<pre><code>gnuplot -d draw.gp\n</code></pre>\n");
    html->failed = html->failed || str_failed(&commands) || str_failed(&file);
    str_release(&commands);
    str_release(&file);
}

/* One line for each different program; a problem has one program for all its runs, unless it
 * was built again in between. */
static void add_programs(struct report *r, struct str *html)
{
    html_table(html, "Guest programs and machines",
               "Problem|Machine|Mode|Program (SHA-256)|"
               "Machine (SHA-256)");
    for (size_t i = 0; i < r->n_series; i++) {
        const struct report_series *s = &r->series[i];
        html_row(html);
        html_cell(html, s->problem);
        html_cell(html, s->machine);
        html_cell(html, s->mode);
        const char *hash[] = {s->elf_hash, s->machine_hash};
        for (int k = 0; k < 2; k++) {
            if (hash[k][0] == '\0') {
                html_cell_real(html, NAN, 1);
                continue;
            }
            /* Twelve digits tell programs apart; the whole hash is there to be compared. */
            str_add(html, "<td><code title=\"");
            html_text(html, hash[k]);
            str_add(html, "\">");
            html_textf(html, "%.12s", hash[k]);
            str_add(html, "</code></td>");
        }
        html_row_end(html);
    }
    html_table_end(html);
}

static void add_problems(struct report *r, struct str *html)
{
    html_table(html, "What was simulated",
               "Problem|Class|#rungs|#smallest n|#largest n|#footprint there|#work there|#design "
               "points|#runs");
    for (size_t i = 0; i < r->n_series; i++) {
        const struct report_series *s = &r->series[i];
        const struct report_rung *top = s->n_rungs > 0 ? &s->rung[s->n_rungs - 1] : NULL;
        report_series_row(html, r, s);
        html_cell(html, s->problem_class);
        html_cell_count(html, (double)s->n_rungs);
        html_cell_size(html, top != NULL ? s->rung[0].n : NAN);
        html_cell_size(html, top != NULL ? top->n : NAN);
        html_cell_bytes(html, top != NULL ? top->footprint : NAN);
        html_cell_count(html, top != NULL ? top->work : NAN);
        html_cell_count(html, (double)s->n_variants + 1);
        html_cell_count(html, (double)s->n_rows);
        html_row_end(html);
    }
    html_table_end(html);
}

int report_page_machines(struct report *r, struct str *html, struct err *err)
{
    char runs[80];
    struct store *s = r->store;
    const char *commit = store_attribute(s, "tool_commit");
    str_add(html, "<section>\n");
    if (r->n_series > 0) {
        add_problems(r, html);
        add_programs(r, html);
    }
    int status = report_machines(r, html, err);
    if (status != 0)
        return status;
    str_add(html, "<h2>Provenance</h2>\n<dl>\n");
    html_term(html, "Study", store_study_name(s));
    html_term(html, "Created", store_attribute(s, "created"));
    html_term(html, "Host", store_attribute(s, "host"));
    str_add(html, "<dt>Simulated with</dt><dd>");
    html_textf(html, "rung %s%s%s", store_attribute(s, "tool_version"),
               commit[0] != '\0' ? ", commit " : "", commit);
    str_add(html, "</dd>\n");
    html_term(html, "Reported with", PACKAGE_STRING);
    snprintf(runs, sizeof runs, "%zu, of which %zu failed", r->n_rows, r->n_failed);
    html_term(html, "Runs", runs);
    str_addf(html, "<dt>Intervals</dt><dd>");
    html_textf(html, "%s; bootstrap of %zu samples, seed %llu", r->level,
               r->options->analysis.resamples, (unsigned long long)r->options->analysis.seed);
    str_add(html, "</dd>\n</dl>\n");
    add_commands(r, html);
    str_add(html, "<h2>The study file</h2>\n<pre><code>");
    html_text(html, store_study_yaml(s));
    str_add(html, "</code></pre>\n</section>\n");
    return 0;
}
