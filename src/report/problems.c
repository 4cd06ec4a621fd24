/* The page of a problem: a sentence, figures, the numbers; and that of failed runs. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/html.h"

static void add_prediction(struct str *html, const struct report_series *s, const char *level)
{
    const struct analysis_held_out *h = &s->fit->held_out;
    char size[40];
    str_addf(html, "<p>From the rungs below it, the fit expects ");
    html_count(html, h->prediction.value);
    str_addf(html, " cycles at <var>n</var> = %s; simulated were ",
             html_format_size(size, sizeof size, h->prediction.n));
    html_count(html, h->observed);
    str_add(html, ". Error: <strong>");
    html_percent(html, h->error, 3);
    str_add(html, "</strong> (");
    html_textf(html, "%s interval ", level);
    html_percent(html, h->error_lower, 3);
    str_add(html, " to ");
    html_percent(html, h->error_upper, 3);
    str_add(html, ").</p>\n");
}

static void add_rungs(struct str *html, const struct report_series *s)
{
    html_table(html, "Rungs on the base machine, means over the layout seeds",
               "#n|#runs|#footprint|#instructions|#cycles|#CPI|#cycles per work|#simulated per "
               "second");
    for (size_t i = 0; i < s->n_rungs; i++) {
        const struct report_rung *g = &s->rung[i];
        html_row(html);
        html_cell_size(html, g->n);
        html_cell_count(html, (double)g->replicates);
        html_cell_bytes(html, g->footprint);
        html_cell_count(html, g->instructions);
        html_cell_count(html, g->cycles);
        html_cell_real(html, g->cpi, 4);
        html_cell_real(html, g->cycles / g->work, 4);
        html_cell_count(html, g->instructions_per_second);
        html_row_end(html);
    }
    html_table_end(html);
}

static void add_misses(struct str *html, const struct report_series *s)
{
    str_add(html, "<details><summary>Misses and prefetches in numbers</summary>\n");
    html_table(html, "Per 1000 instructions",
               "#n|#L1D misses|#L2 misses|#system cache misses|#mispredictions|"
               "#lines prefetched to L1D|#to L2");
    for (size_t i = 0; i < s->n_rungs; i++) {
        html_row(html);
        html_cell_size(html, s->rung[i].n);
        for (size_t k = 0; k < REPORT_LEVELS; k++)
            html_cell_real(html, 1000 * s->rung[i].misses[k], 3);
        html_row_end(html);
    }
    html_table_end(html);
    str_add(html, "</details>\n");
}

static void add_stacks(struct str *html, const struct report_series *s)
{
    bool used[CPI_PART_MAX] = {false}, any = false;
    struct str columns;
    for (size_t i = 0; i < s->n_rungs; i++)
        for (int p = 0; s->rung[i].has_stack && p < CPI_PART_MAX; p++)
            if (s->rung[i].stack[p] > 0)
                used[p] = any = true;
    if (!any)
        return;
    str_init(&columns);
    str_add(&columns, "Cause");
    for (size_t i = 0; i < s->n_rungs; i++)
        if (s->rung[i].has_stack) {
            char size[40];
            str_addf(&columns, "|#n\u00a0=\u00a0%s",
                     html_format_size(size, sizeof size, s->rung[i].n));
        }
    str_add(html, "<details><summary>CPI stacks in numbers</summary>\n");
    html_table(html, "Cycles per instruction by cause", columns.data);
    for (int p = 0; p < CPI_PART_MAX; p++) {
        if (!used[p])
            continue;
        html_row(html);
        str_add(html, "<th scope=\"row\">");
        html_text(html, cpi_part_name((enum cpi_part)p));
        str_add(html, " <small>");
        html_text(html, cpi_part_text((enum cpi_part)p));
        str_add(html, "</small></th>");
        for (size_t i = 0; i < s->n_rungs; i++)
            if (s->rung[i].has_stack)
                html_cell_fixed(html, s->rung[i].stack[p], 4);
        html_row_end(html);
    }
    html_table_end(html);
    str_add(html, "</details>\n");
    html->failed = html->failed || str_failed(&columns);
    str_release(&columns);
}

static void add_models(struct str *html, const struct analysis_fit *fit)
{
    if (fit->n_models == 0)
        return;
    str_add(html, "<details><summary>Fitted models</summary>\n");
    html_table(html, "Models of cycles over all rungs, by weight of evidence",
               "Model|#weight|#R²|#predicted R²|#residual");
    for (size_t i = 0; i < fit->n_models; i++) {
        const struct analysis_model *m = &fit->model[i];
        html_row(html);
        html_head_cell(html, m->formula);
        html_cell_fixed(html, m->weight, 3);
        html_cell_fixed(html, m->r2, 5);
        html_cell_fixed(html, m->r2_predicted, 5);
        html_cell_percent(html, m->residual_sd, 3);
        html_row_end(html);
    }
    html_table_end(html);
    html_note(html, "R² of cycles over n is close to 1 for any model that grows fast enough: "
                    "judge a fit by its error at the rung held out.");
    str_add(html, "</details>\n");
}

/* What this series lacks, in sentences. */
static void add_gaps(struct report *r, struct str *html, const struct report_series *s)
{
    size_t ok = 0, stacks = 0;
    for (size_t i = 0; i < s->n_rungs; i++) {
        ok += s->rung[i].replicates > 0;
        stacks += s->rung[i].has_stack;
    }
    if (s->n_failed > 0)
        report_gap(r, html,
                   "%zu of %zu runs failed; the page of failed runs has the causes.",
                   s->n_failed, s->n_rows);
    if (s->n_infinite > 0)
        report_gap(r, html, "%zu of %zu runs have no finite number of cycles and are left out.",
                   s->n_infinite, s->n_rows);
    if (ok == 0) {
        report_gap(r, html, "No run of the base machine ended well: there is nothing to draw.");
        return;
    }
    if (!s->has_cycles) {
        html_note(html, "These runs count instructions only: there are no cycles to draw.");
        return;
    }
    if (s->fit != NULL && s->fit->look)
        html_note(html, "A look: what the rungs of a costlier mode foretell for this size is held "
                        "against it.");
    else if (ok == 1)
        report_gap(r, html, "One rung only: nothing can be said about scaling.");
    else if (s->fit == NULL)
        report_gap(r, html, "No fit%s%s.", r->fits_gap[0] != '\0' ? ": " : "", r->fits_gap);
    else if (!s->fit->valid)
        report_gap(r, html, "Too few rungs for a fit.");
    else if (!s->fit->held_out.valid)
        report_gap(r, html,
                   "Too few rungs to hold the largest one out: the fit is not tested.");
    if (s->gap[0] != '\0')
        report_gap(r, html, "Some runs have no details in the study file: %s.", s->gap);
    else if (stacks == 0)
        report_gap(r, html, "The study file has no CPI stacks of these runs.");
}

/* How each rung speaks for the largest comparable one. */
static void add_voices(struct report *r, struct str *html, const struct report_series *s)
{
    bool any = false;
    char columns[200], caption[160], size[40];
    for (size_t i = 0; i < s->n_rungs; i++) {
        struct report_voice v = report_voice(r, s, s->rung[i].n);
        if (v.scale == NULL)
            continue;
        if (!any) {
            snprintf(columns, sizeof columns,
                     "#n|Speaks for that|#design points|#R²|#%s interval|#mean error of "
                     "effects|#largest|Variant",
                     r->level);
            snprintf(caption, sizeof caption,
                     "What variants of the machine change, against n = %s%s",
                     html_format_size(size, sizeof size, s->compared),
                     s->compared < s->top ? ", above which too few of them ran" : "");
            html_table(html, caption, columns);
        }
        any = true;
        html_row(html);
        html_cell_size(html, v.scale->from);
        str_add(html, "<td>");
        html_badge(html, v.speaks);
        str_add(html, "</td>");
        html_cell_count(html, (double)v.scale->n_points);
        html_cell_fixed(html, v.scale->r2.value, 3);
        html_cell_interval(html, v.judged.lower, v.judged.upper, 3);
        html_cell_percent(html, v.scale->tost.value, 3);
        html_cell_percent(html, v.scale->worst_error, 3);
        html_cell(html, v.scale->worst < v.scale->n_points
                            ? v.scale->point[v.scale->worst].variant
                            : "");
        html_row_end(html);
    }
    if (any)
        html_table_end(html);
}

static void add_crossings(struct str *html, const struct report_series *s)
{
    for (size_t i = 0; i < s->n_crossings; i++) {
        char size[40];
        str_add(html, "<p>Its footprint outgrows ");
        html_text(html, s->crossing[i].text);
        str_add(html, " at <var>n</var> = ");
        snprintf(size, sizeof size, "%.0f", s->crossing[i].first);
        html_text(html, size);
        str_add(html, ".</p>\n");
    }
}

int report_page_problem(struct report *r, struct report_series *s, struct str *html,
                        struct err *err)
{
    str_add(html, "<section>\n");
    if (s->fit != NULL && s->fit->held_out.valid)
        add_prediction(html, s, r->level);
    add_crossings(html, s);
    add_gaps(r, html, s);
    int status = report_series_figures(r, s, html, err);
    if (status != 0)
        return status;
    add_rungs(html, s);
    add_voices(r, html, s);
    add_stacks(html, s);
    if (s->has_cycles)
        add_misses(html, s);
    if (s->fit != NULL) {
        add_models(html, s->fit);
        html_warnings(html, &s->fit->warnings);
    }
    str_add(html, "</section>\n");
    return 0;
}

bool report_has_failures(const struct report *r)
{
    return r->n_failed > 0;
}

int report_page_failures(struct report *r, struct str *html, struct err *err)
{
    (void)err;
    str_add(html, "<section>\n");
    html_table(html, "Runs that did not end well",
               "Problem|#n|Machine|Mode|Variant|#seed|Status|Cause");
    for (size_t i = 0; i < r->n_rows; i++) {
        const struct store_row *row = r->row[i];
        if (report_is_ok(row))
            continue;
        struct store_run run;
        struct err cause = {0};
        memset(&run, 0, sizeof run);
        bool known = store_read_run(r->store, row->id, &run, &cause) == 0;
        html_row(html);
        html_cell(html, row->problem);
        html_cell_size(html, row->n);
        html_cell(html, row->machine);
        html_cell(html, row->mode);
        html_cell(html, row->variant);
        html_cell_count(html, (double)row->seed);
        html_cell(html, row->status);
        str_add(html, "<td class=\"text\">");
        html_text(html, !known ? cause.text : run.message != NULL ? run.message : "");
        str_add(html, "</td>");
        html_row_end(html);
        store_run_release(&run);
    }
    html_table_end(html);
    str_add(html, "</section>\n");
    return 0;
}
