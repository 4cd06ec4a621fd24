/* The page of several simulators in one study: their cycles side by side, and whether a small
 * rung is as good a witness for one as for the other. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

enum { SETTINGS_MAX = 8, NAME_SIZE = 4 * STORE_NAME_SIZE + 16 };

/* Two series of one problem, and the cycles of the one over those of the other at the rungs
 * that both have. */
struct pair {
    const struct report_series *of, *to;
    size_t n_rungs;
    double *n, *ratio;
    double drift; /* ratio at the largest common rung over that at the smallest, less 1 */
};

struct pairs {
    struct pair *pair;
    size_t count;
    const char *reference; /* the simulator that the others are held against */
};

static void pairs_release(struct pairs *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->pair[i].n);
        free(p->pair[i].ratio);
    }
    free(p->pair);
}

static int fill_pair(struct pair *p)
{
    p->n = calloc(p->of->n_rungs, sizeof *p->n);
    p->ratio = calloc(p->of->n_rungs, sizeof *p->ratio);
    if (p->n == NULL || p->ratio == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < p->of->n_rungs; i++) {
        const struct report_rung *a = &p->of->rung[i], *b = report_rung_at(p->to, a->n);
        if (b == NULL || !(a->cycles > 0) || !(b->cycles > 0))
            continue;
        p->n[p->n_rungs] = a->n;
        p->ratio[p->n_rungs++] = a->cycles / b->cycles;
    }
    p->drift = p->n_rungs > 1 ? p->ratio[p->n_rungs - 1] / p->ratio[0] - 1 : NAN;
    return 0;
}

static bool have_mode(const struct report *r, const struct pairs *p, const char *problem,
                      const char *mode)
{
    for (size_t i = 0; i < r->n_series; i++)
        if (strcmp(r->series[i].simulator, p->reference) == 0 &&
            strcmp(r->series[i].problem, problem) == 0 && strcmp(r->series[i].mode, mode) == 0)
            return true;
    return false;
}

static int compare_pairs(const void *left, const void *right)
{
    const struct pair *a = left, *b = right;
    double x = isnan(a->drift) ? -1 : fabs(log1p(a->drift));
    double y = isnan(b->drift) ? -1 : fabs(log1p(b->drift));
    return x != y ? (x < y) - (x > y) : (a->of > b->of) - (a->of < b->of);
}

/* Every series of another simulator against those of the reference: of the same mode, where
 * there are such. */
static int find_pairs(const struct report *r, struct pairs *p)
{
    p->pair = calloc(r->n_series * r->n_series + 1, sizeof *p->pair);
    p->reference = r->series[0].simulator;
    if (p->pair == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->n_series; i++)
        if (strcmp(r->series[i].simulator, "rung") == 0)
            p->reference = r->series[i].simulator;
    for (size_t i = 0; i < r->n_series; i++)
        for (size_t k = 0; k < r->n_series; k++) {
            const struct report_series *of = &r->series[i], *to = &r->series[k];
            if (strcmp(of->simulator, p->reference) == 0 ||
                strcmp(to->simulator, p->reference) != 0 ||
                strcmp(of->problem, to->problem) != 0 || !of->has_cycles || !to->has_cycles ||
                (strcmp(of->mode, to->mode) != 0 && have_mode(r, p, of->problem, of->mode)))
                continue;
            p->pair[p->count] = (struct pair){.of = of, .to = to};
            if (fill_pair(&p->pair[p->count++]) != 0)
                return ERR_NOMEM;
        }
    qsort(p->pair, p->count, sizeof *p->pair, compare_pairs);
    return 0;
}

/* ---- the ratios ---- */

static char *pair_name(char *buffer, size_t size, const struct report *r, const struct pair *p)
{
    char of[NAME_SIZE], to[NAME_SIZE];
    snprintf(buffer, size, "%s", report_series_name(of, sizeof of, r, p->of));
    report_series_name(to, sizeof to, r, p->to);
    /* The problem is the same: it need not be said twice. */
    size_t skip = strlen(p->to->problem) + strlen(" · ");
    if (strlen(to) > skip && p->to->problem[0] != '\0')
        snprintf(buffer, size, "%s / %s", of, to + skip);
    return buffer;
}

static int ratio_table(struct report *r, const struct pairs *p, const char *name,
                       struct err *err)
{
    struct tsv t;
    char text[2 * NAME_SIZE];
    tsv_init(&t, "row place n ratio pair");
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->pair[i].n_rungs; k++) {
            tsv_real(&t, (double)i);
            /* From the smallest common rung to the largest. */
            tsv_real(&t, p->pair[i].n_rungs > 1
                             ? (double)k / (double)(p->pair[i].n_rungs - 1)
                             : 1);
            tsv_real(&t, p->pair[i].n[k]);
            tsv_real(&t, p->pair[i].ratio[k]);
            tsv_text(&t, pair_name(text, sizeof text, r, &p->pair[i]));
            tsv_end_row(&t);
        }
    return report_write_table(r, &t, name, err);
}

static int draw_ratios(struct report *r, const struct pairs *p, struct str *html,
                       struct err *err)
{
    enum { HEAD = 140, LINE = 24 };
    char (*text)[2 * NAME_SIZE] = calloc(p->count, sizeof *text);
    const char **names = calloc(p->count, sizeof *names);
    char table[REPORT_TABLE_NAME_SIZE];
    int status = text != NULL && names != NULL
                     ? figure_begin(&r->figures, "simulators", "ratio",
                                    "Cycles against each other", HEAD + LINE * (int)p->count,
                                    err)
                     : err_set(err, ERR_NOMEM, "out of memory for the report");
    if (status != 0)
        goto out;
    report_table_name(r, table, "");
    if ((status = ratio_table(r, p, table, err)) != 0)
        goto out;
    for (size_t i = 0; i < p->count; i++)
        names[i] = pair_name(text[i], sizeof text[i], r, &p->pair[i]);
    report_table_variable(r, "ratios", table);
    figure_array(&r->figures, "names", names, p->count);
    str_add(html, "<div class=\"figures\">\n");
    figure_last(&r->figures)->width = FIGURE_WIDTH + FIGURE_WIDTH / 2;
    figure_end(&r->figures, html,
               "Point chart: cycles of one simulator over those of the other, a row for each "
               "problem, a point for each rung that both have.",
               "Cycles of one simulator over those of the other, a point for each rung that both "
               "have, a diamond for the largest. Points that lie on each other: both grow alike, "
               "however far apart they are. Those that differ most stand first.",
               table);
    str_add(html, "</div>\n");
out:
    free(text);
    free(names);
    return status;
}

static void add_ratios(struct str *html, const struct pairs *p)
{
    html_table(html, "Cycles of one simulator over those of the other",
               "Problem|Simulator|Against|#rungs in common|#smallest n|#ratio there|#largest "
               "n|#ratio there|#change");
    for (size_t i = 0; i < p->count; i++) {
        const struct pair *c = &p->pair[i];
        size_t last = c->n_rungs - 1;
        char name[NAME_SIZE];
        html_row(html);
        html_head_cell(html, c->of->problem);
        str_addf(html, "<td><a href=\"%s\">", c->of->page);
        html_text(html, report_setting_name(name, sizeof name, c->of));
        str_addf(html, "</a></td><td><a href=\"%s\">", c->to->page);
        html_text(html, report_setting_name(name, sizeof name, c->to));
        str_add(html, "</a></td>");
        html_cell_count(html, (double)c->n_rungs);
        html_cell_size(html, c->n_rungs > 0 ? c->n[0] : NAN);
        html_cell_real(html, c->n_rungs > 0 ? c->ratio[0] : NAN, 4);
        html_cell_size(html, c->n_rungs > 0 ? c->n[last] : NAN);
        html_cell_real(html, c->n_rungs > 0 ? c->ratio[last] : NAN, 4);
        html_cell_percent(html, c->drift, 3);
        html_row_end(html);
    }
    html_table_end(html);
}

/* ---- each by itself ---- */

static void add_witnesses(struct report *r, struct str *html)
{
    html_table(html, "Whether small rungs speak for the largest one, simulator by simulator",
               "Problem|Simulator|#design points|#top n|#CPI there|Small rung speaks|#smallest "
               "that does|#for n =|#R² below that|#judged by|#predicted off by");
    for (size_t i = 0; i < r->n_series; i++) {
        const struct report_series *s = &r->series[i];
        enum analysis_verdict best;
        struct report_voice last = {.scale = NULL};
        char name[NAME_SIZE];
        if (!s->has_cycles)
            continue;
        double n = report_sufficient(r, s, &best);
        for (size_t k = 0; k < s->n_rungs; k++)
            if (s->rung[k].n < s->compared) {
                struct report_voice v = report_voice(r, s, s->rung[k].n);
                last = v.scale != NULL ? v : last;
            }
        const struct report_rung *top = report_rung_at(s, s->top);
        html_row(html);
        html_head_cell(html, s->problem);
        str_addf(html, "<td><a href=\"%s\">", s->page);
        html_text(html, report_setting_name(name, sizeof name, s));
        str_add(html, "</a></td>");
        html_cell_count(html, (double)s->n_variants + 1);
        html_cell_size(html, s->top);
        html_cell_real(html, top != NULL ? top->cpi : NAN, 4);
        str_add(html, "<td>");
        html_badge(html, best);
        str_add(html, "</td>");
        html_cell_size(html, n);
        html_cell_size(html, s->compared);
        html_cell_fixed(html, last.scale != NULL ? last.judged.value : NAN, 3);
        html_cell_interval(html, last.scale != NULL ? last.judged.lower : NAN,
                           last.scale != NULL ? last.judged.upper : NAN, 3);
        html_cell_percent(html,
                          s->fit != NULL && s->fit->held_out.valid ? s->fit->held_out.error : NAN,
                          3);
        html_row_end(html);
    }
    html_table_end(html);
}

/* ---- one problem ---- */

static int problem_table(struct report *r, const char *problem, const char *name,
                         struct err *err)
{
    struct tsv t;
    size_t setting = 0;
    tsv_init(&t, "setting n value cycles cpi simulator machine mode");
    for (size_t i = 0; i < r->n_series; i++) {
        const struct report_series *s = &r->series[i];
        if (strcmp(s->problem, problem) != 0 || !s->has_cycles || setting == SETTINGS_MAX)
            continue;
        for (size_t k = 0; k < s->n_rungs; k++) {
            const struct report_rung *g = &s->rung[k];
            tsv_real(&t, (double)setting);
            tsv_real(&t, g->n);
            tsv_real(&t, g->cycles / (g->work > 0 ? g->work : 1));
            tsv_real(&t, g->cycles);
            tsv_real(&t, g->cpi);
            tsv_text(&t, s->simulator);
            tsv_text(&t, s->machine);
            tsv_text(&t, s->mode);
            tsv_end_row(&t);
        }
        setting++;
    }
    return report_write_table(r, &t, name, err);
}

static int draw_problem(struct report *r, const char *problem, struct str *html,
                        struct err *err)
{
    char text[SETTINGS_MAX][NAME_SIZE], slug[STORE_NAME_SIZE + 16];
    char table[REPORT_TABLE_NAME_SIZE];
    const char *names[SETTINGS_MAX];
    size_t n = 0, left = 0;
    bool per_work = true;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct report_series *s = &r->series[i];
        if (strcmp(s->problem, problem) != 0 || !s->has_cycles)
            continue;
        for (size_t k = 0; k < s->n_rungs; k++)
            per_work = per_work && s->rung[k].work > 0;
        if (n < SETTINGS_MAX) {
            names[n] = report_setting_name(text[n], sizeof text[n], s);
            n++;
        } else {
            left++;
        }
    }
    if (n < 2)
        return 0;
    figure_slug(slug, sizeof slug, problem);
    int status = figure_begin(&r->figures, slug, "simulators", problem, FIGURE_HEIGHT, err);
    if (status != 0)
        return status;
    report_table_name(r, table, "");
    if ((status = problem_table(r, problem, table, err)) != 0)
        return status;
    report_table_variable(r, "cycles", table);
    figure_array(&r->figures, "names", names, n);
    figure_text(&r->figures, "unit", per_work ? "cycles per unit of work" : "cycles");
    char alt[200], caption[160];
    snprintf(alt, sizeof alt, "Line chart: cost over the rungs of %zu simulators for %.60s.", n,
             problem);
    snprintf(caption, sizeof caption, "Base machines, simulator by simulator.%s",
             left > 0 ? " More are left out; the table of ratios has them." : "");
    figure_end(&r->figures, html, alt, caption, table);
    return 0;
}

static int draw_problems(struct report *r, const struct pairs *p, struct str *html,
                         struct err *err)
{
    int status = 0;
    str_add(html, "<h2>Problem by problem</h2>\n<div class=\"figures\">\n");
    for (size_t i = 0; status == 0 && i < p->count; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = strcmp(p->pair[k].of->problem, p->pair[i].of->problem) == 0;
        if (!seen)
            status = draw_problem(r, p->pair[i].of->problem, html, err);
    }
    str_add(html, "</div>\n");
    return status;
}

bool report_has_simulators(const struct report *r)
{
    return !r->one_simulator;
}

int report_page_simulators(struct report *r, struct str *html, struct err *err)
{
    struct pairs p = {.pair = NULL};
    int status = find_pairs(r, &p) == 0
                     ? 0
                     : err_set(err, ERR_NOMEM, "out of memory for the report");
    r->figures.section = "Simulators";
    str_add(html, "<section>\n");
    if (status == 0) {
        str_add(html, "<p class=\"lead\">");
        html_textf(html, "The study has runs of several simulators; the others are held against "
                         "%s. Whether they agree is one question; whether a small rung speaks "
                         "for the largest one is asked of each by itself.",
                   p.reference);
        str_add(html, "</p>\n");
    }
    if (status == 0 && p.count == 0)
        report_gap(r, html, "No problem has cycles of two simulators: there is nothing to "
                            "compare.");
    if (status == 0 && p.count > 0) {
        status = draw_ratios(r, &p, html, err);
        add_ratios(html, &p);
    }
    if (status == 0)
        add_witnesses(r, html);
    if (status == 0 && p.count > 0)
        status = draw_problems(r, &p, html, err);
    str_add(html, "</section>\n");
    pairs_release(&p);
    return status;
}
