/* The page of accuracy: simulated against measured time, program by program, over sizes and
 * over commits, from what `rung calibrate accuracy --save` has kept. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

enum { COMMITS_MAX = 24, COMMITS_SHOWN = 8, CATEGORIES_MAX = 8, NAME_SIZE = 512 };

/* One thing whose accuracy was taken, at its newest commit, and at those before. */
struct subject {
    const struct analysis_log *log;
    const struct analysis_log_mark *mark; /* of the newest */
    size_t number; /* on the page, for links */
    char name[NAME_SIZE], slug[NAME_SIZE];
    const struct analysis_log_program **program; /* of the newest, worst first */
    size_t n_programs;
    const struct analysis_log_category *all; /* of the newest; NULL: none */
    const char *category[CATEGORIES_MAX];    /* "all" is none of them */
    size_t n_categories;
    const char *commit[COMMITS_MAX]; /* ascending; the newest ones */
    size_t n_commits;
};

static bool is_newest(const struct subject *s, const struct analysis_log_mark *m)
{
    return analysis_log_same_subject(m, s->mark) && strcmp(m->commit, s->mark->commit) == 0;
}

static int compare_programs(const void *left, const void *right)
{
    const struct analysis_log_program *a = *(const struct analysis_log_program *const *)left;
    const struct analysis_log_program *b = *(const struct analysis_log_program *const *)right;
    double x = fabs(a->error), y = fabs(b->error);
    return x != y ? (x < y) - (x > y) : strcmp(a->program, b->program);
}

static void add_commit(struct subject *s, const char *commit)
{
    for (size_t i = 0; i < s->n_commits; i++)
        if (strcmp(s->commit[i], commit) == 0)
            return;
    if (s->n_commits == COMMITS_MAX) {
        memmove(s->commit, s->commit + 1, (COMMITS_MAX - 1) * sizeof *s->commit);
        s->n_commits--;
    }
    s->commit[s->n_commits++] = commit;
}

static int subject_init(struct subject *s, const struct analysis_log *log, size_t newest)
{
    *s = (struct subject){.log = log, .mark = &log->category[newest].mark};
    const struct analysis_log_mark *m = s->mark;
    bool base = m->variant[0] == '\0' || strcmp(m->variant, "base") == 0;
    snprintf(s->name, sizeof s->name, "%s%s%s · %s · clock: %s", m->machine, base ? "" : " ",
             base ? "" : m->variant, m->mode, m->clock);
    figure_slug(s->slug, sizeof s->slug, s->name);
    s->program = calloc(log->n_programs + 1, sizeof *s->program);
    if (s->program == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < log->n_programs; i++)
        if (is_newest(s, &log->program[i].mark))
            s->program[s->n_programs++] = &log->program[i];
    qsort(s->program, s->n_programs, sizeof *s->program, compare_programs);
    for (size_t i = 0; i < log->n_categories; i++) {
        const struct analysis_log_category *c = &log->category[i];
        if (!analysis_log_same_subject(&c->mark, s->mark))
            continue;
        add_commit(s, c->mark.commit);
        if (!is_newest(s, &c->mark))
            continue;
        if (strcmp(c->category, "all") == 0)
            s->all = c;
        else if (s->n_categories < CATEGORIES_MAX)
            s->category[s->n_categories++] = c->category;
    }
    return 0;
}

static size_t category_of(const struct subject *s, const char *category)
{
    size_t i = 0;
    while (i < s->n_categories && strcmp(s->category[i], category) != 0)
        i++;
    return i < s->n_categories ? i + 1 : 1;
}

/* The names for the figures: where there are no categories, all are one. */
static void category_variable(struct report *r, const struct subject *s)
{
    static const char *const all[] = {"all"};
    figure_array(&r->figures, "categories", s->n_categories > 0 ? s->category : all,
                 s->n_categories > 0 ? s->n_categories : 1);
}

static void add_lead(struct str *html, const struct subject *s)
{
    str_add(html, "<p class=\"lead\">Simulated time of one more iteration is off by ");
    html_percent(html, s->all->error, 3);
    html_textf(html, " on average over %.0f programs (%.4g %% interval ", s->all->programs,
               100 * s->all->level);
    html_percent(html, s->all->ci_lower, 3);
    str_add(html, " to ");
    html_percent(html, s->all->ci_upper, 3);
    str_add(html, "); the worst is ");
    html_text(html, s->all->worst_program);
    str_add(html, " with ");
    html_percent(html, s->all->worst, 3);
    html_textf(html, ". Cycles become time at %.4g GHz", s->all->clock_hz / 1e9);
    if (isfinite(s->all->clock_lower))
        html_textf(html, " (%.4g to %.4g)", s->all->clock_lower / 1e9,
                   s->all->clock_upper / 1e9);
    html_textf(html, ", %s; measured times are those of %s.",
               strcmp(s->mark->clock, "estimate") == 0
                   ? "the median over the programs"
                   : strncmp(s->mark->clock, "program ", 8) == 0 ? "by one program that is "
                                                                   "exact then"
                                                                 : "as given",
               s->mark->hardware);
    str_add(html, "</p>\n");
}

/* ---- figures ---- */

static int draw_errors(struct report *r, const struct subject *s, struct str *html,
                       struct err *err)
{
    enum { HEAD = 140, LINE = 24 };
    char table[REPORT_TABLE_NAME_SIZE];
    const char **names = calloc(s->n_programs + 1, sizeof *names);
    struct tsv t;
    int status = names != NULL
                     ? figure_begin(&r->figures, s->slug, "accuracy", s->name,
                                    HEAD + LINE * (int)s->n_programs, err)
                     : err_set(err, ERR_NOMEM, "out of memory for the report");
    if (status != 0)
        goto out;
    report_table_name(r, table, "");
    tsv_init(&t, "row category error error_lower error_upper simulated_ns measured_ns program");
    for (size_t i = 0; i < s->n_programs; i++) {
        const struct analysis_log_program *p = s->program[i];
        const double cell[] = {(double)i,   (double)category_of(s, p->category),
                               p->error,    p->ci_lower,
                               p->ci_upper, p->simulated_ns,
                               p->measured_ns};
        for (size_t k = 0; k < sizeof cell / sizeof cell[0]; k++)
            tsv_real(&t, cell[k]);
        names[i] = p->program;
        tsv_text(&t, p->program);
        tsv_end_row(&t);
    }
    if ((status = report_write_table(r, &t, table, err)) != 0)
        goto out;
    report_table_variable(r, "errors", table);
    figure_array(&r->figures, "names", names, s->n_programs);
    category_variable(r, s);
    figure_real(&r->figures, "tolerance", 0);
    figure_end(&r->figures, html,
               "Point chart: error of the simulated time of every program, worst first.",
               "Error of the simulated time, worst first, with the interval of the measured "
               "one; to the right: the simulator is too slow.",
               table);
out:
    free(names);
    return status;
}

/* Errors between neighbouring sizes, over the size in units of the program's smallest. */
static int draw_sizes(struct report *r, const struct subject *s, struct str *html,
                      struct err *err)
{
    char table[REPORT_TABLE_NAME_SIZE];
    const char **names = calloc(s->n_programs + 1, sizeof *names);
    double *groups = calloc(s->n_programs + 1, sizeof *groups);
    size_t drawn = 0;
    struct tsv t;
    int status = 0;
    tsv_init(&t, "series size error from to program");
    for (size_t i = 0; names != NULL && groups != NULL && i < s->n_programs; i++) {
        double smallest = NAN;
        size_t points = 0;
        for (size_t k = 0; k < s->log->n_sizes; k++) {
            const struct analysis_log_size *z = &s->log->size[k];
            if (!is_newest(s, &z->mark) || strcmp(z->program, s->program[i]->program) != 0)
                continue;
            smallest = isnan(smallest) ? z->from : smallest;
            const double cell[] = {(double)drawn, sqrt(z->from * z->to) / smallest, z->error,
                                   z->from, z->to};
            for (size_t c = 0; c < sizeof cell / sizeof cell[0]; c++)
                tsv_real(&t, cell[c]);
            tsv_text(&t, z->program);
            tsv_end_row(&t);
            points++;
        }
        if (points > 0) {
            names[drawn] = s->program[i]->program;
            groups[drawn++] = (double)category_of(s, s->program[i]->category);
        }
    }
    if (names == NULL || groups == NULL)
        status = err_set(err, ERR_NOMEM, "out of memory for the report");
    if (status != 0 || drawn == 0) {
        tsv_release(&t);
        goto out;
    }
    status = report_figure_table(r, s->slug, "drift", s->name, &t, "errors", table, err);
    if (status != 0)
        goto out;
    figure_array(&r->figures, "names", names, drawn);
    figure_reals(&r->figures, "groups", groups, drawn);
    category_variable(r, s);
    figure_end(&r->figures, html,
               "Line chart: error of the simulated time between neighbouring sizes, a line for "
               "each program.",
               "Drift: error between neighbouring sizes at which hardware was measured. A level "
               "line does not drift.",
               table);
out:
    free(names);
    free(groups);
    return status;
}

static const struct analysis_log_category *at_commit(const struct subject *s,
                                                     const char *category, const char *commit)
{
    for (size_t i = 0; i < s->log->n_categories; i++) {
        const struct analysis_log_category *c = &s->log->category[i];
        if (analysis_log_same_subject(&c->mark, s->mark) &&
            strcmp(c->mark.commit, commit) == 0 && strcmp(c->category, category) == 0)
            return c;
    }
    return NULL;
}

static int draw_history(struct report *r, const struct subject *s, struct str *html,
                        struct err *err)
{
    char table[REPORT_TABLE_NAME_SIZE];
    if (s->n_commits < 2)
        return 0;
    int status = figure_begin(&r->figures, s->slug, "history", s->name, FIGURE_HEIGHT, err);
    if (status != 0)
        return status;
    struct tsv t;
    report_table_name(r, table, "");
    tsv_init(&t, "place category error lower upper commit created");
    for (size_t k = 0; k <= s->n_categories; k++)
        for (size_t i = 0; i < s->n_commits; i++) {
            const struct analysis_log_category *c =
                at_commit(s, k == 0 ? "all" : s->category[k - 1], s->commit[i]);
            if (c == NULL)
                continue;
            const double cell[] = {(double)i, (double)k, c->error, c->ci_lower, c->ci_upper};
            for (size_t v = 0; v < sizeof cell / sizeof cell[0]; v++)
                tsv_real(&t, cell[v]);
            tsv_text(&t, c->mark.commit);
            tsv_text(&t, c->mark.created);
            tsv_end_row(&t);
        }
    if ((status = report_write_table(r, &t, table, err)) != 0)
        return status;
    report_table_variable(r, "means", table);
    figure_array(&r->figures, "commits", s->commit, s->n_commits);
    category_variable(r, s);
    figure_real(&r->figures, "parted", s->n_categories > 0);
    figure_end(&r->figures, html,
               "Line chart: mean error over the programs at one commit after another, with its "
               "interval, and by category.",
               "Mean error over the commits, with its interval over the programs.", table);
    return 0;
}

/* ---- tables ---- */

static void add_interval(struct str *html, double lower, double upper, int digits)
{
    str_add(html, "<td class=\"number\">");
    html_percent(html, lower, digits);
    if (!isnan(lower) || !isnan(upper)) {
        str_add(html, " to ");
        html_percent(html, upper, digits);
    }
    str_add(html, "</td>");
}

static void add_categories(struct str *html, const struct subject *s)
{
    html_table(html, "Mean errors; left out: with the clock of the other programs",
               "Category|#programs|#mean error|#interval|#left out|#worst|Of|#drift a "
               "doubling|#interval");
    for (size_t k = 0; k < s->log->n_categories; k++) {
        const struct analysis_log_category *c = &s->log->category[k];
        if (!is_newest(s, &c->mark))
            continue;
        html_row(html);
        html_head_cell(html, c->category);
        html_cell_count(html, c->programs);
        html_cell_percent(html, c->error, 3);
        add_interval(html, c->ci_lower, c->ci_upper, 3);
        html_cell_percent(html, c->left_out, 3);
        html_cell_percent(html, c->worst, 3);
        html_cell(html, c->worst_program);
        html_cell_percent(html, c->drift, 2);
        add_interval(html, c->drift_lower, c->drift_upper, 2);
        html_row_end(html);
    }
    html_table_end(html);
}

static void add_programs(struct str *html, const struct subject *s)
{
    html_table(html, "Programs, worst first; times are those of one more iteration",
               "Program|Category|#simulated, ns|#measured, ns|#error|#interval|#left "
               "out|#instructions|#nominal|#cycles|#drift a doubling");
    for (size_t i = 0; i < s->n_programs; i++) {
        const struct analysis_log_program *p = s->program[i];
        html_row(html);
        html_head_cell(html, p->program);
        html_cell(html, p->category);
        html_cell_real(html, p->simulated_ns, 4);
        html_cell_real(html, p->measured_ns, 4);
        html_cell_percent(html, p->error, 3);
        add_interval(html, p->ci_lower, p->ci_upper, 3);
        html_cell_percent(html, p->left_out, 3);
        html_cell_real(html, p->instructions, 4);
        html_cell_real(html, p->nominal, 4);
        html_cell_real(html, p->cycles, 4);
        html_cell_percent(html, p->drift, 2);
        html_row_end(html);
    }
    html_table_end(html);
}

static const struct analysis_log_program *program_at(const struct subject *s,
                                                     const char *program, const char *commit)
{
    for (size_t i = 0; i < s->log->n_programs; i++) {
        const struct analysis_log_program *p = &s->log->program[i];
        if (analysis_log_same_subject(&p->mark, s->mark) &&
            strcmp(p->mark.commit, commit) == 0 && strcmp(p->program, program) == 0)
            return p;
    }
    return NULL;
}

static void add_history(struct str *html, const struct subject *s)
{
    struct str columns;
    size_t from = s->n_commits > COMMITS_SHOWN ? s->n_commits - COMMITS_SHOWN : 0;
    if (s->n_commits < 2)
        return;
    str_init(&columns);
    str_add(&columns, "Program");
    for (size_t k = from; k < s->n_commits; k++)
        str_addf(&columns, "|#%s", s->commit[k]);
    str_add(html, "<details><summary>Program by program over the commits</summary>\n");
    html_table(html, "Errors at the newest commits", columns.data);
    for (size_t i = 0; i < s->n_programs; i++) {
        html_row(html);
        html_head_cell(html, s->program[i]->program);
        for (size_t k = from; k < s->n_commits; k++) {
            const struct analysis_log_program *p =
                program_at(s, s->program[i]->program, s->commit[k]);
            html_cell_percent(html, p != NULL ? p->error : NAN, 3);
        }
        html_row_end(html);
    }
    html_table_end(html);
    str_add(html, "</details>\n");
    html->failed = html->failed || str_failed(&columns);
    str_release(&columns);
}

/* ---- the page ---- */

static int add_subject(struct report *r, const struct subject *s, struct str *html,
                       struct err *err)
{
    str_addf(html, "<section id=\"subject-%zu\">\n<h2>", s->number);
    html_text(html, s->name);
    str_add(html, "</h2>\n");
    if (s->all != NULL)
        add_lead(html, s);
    if (s->n_commits < 2)
        html_note(html, "One commit so far (%s): there is no history to draw.",
                  s->mark->commit[0] != '\0' ? s->mark->commit : "not told");
    str_add(html, "<div class=\"figures\">\n");
    int status = s->n_programs > 0 ? draw_errors(r, s, html, err) : 0;
    if (status == 0)
        status = draw_sizes(r, s, html, err);
    if (status == 0)
        status = draw_history(r, s, html, err);
    str_add(html, "</div>\n");
    add_categories(html, s);
    add_programs(html, s);
    add_history(html, s);
    str_add(html, "</section>\n");
    return status;
}

/* Where there is more than one: a row each, which leads to its section. */
static void add_overview(struct str *html, const struct subject *subject, size_t n)
{
    if (n < 2)
        return;
    html_table(html, "All that was compared; left out: with the clock of the other programs",
               "Simulated|Measured|#programs|#mean error|#interval|#left out|#worst|Of|#drift "
               "a doubling");
    for (size_t i = 0; i < n; i++) {
        const struct subject *s = subject + i;
        const struct analysis_log_category *all = s->all;
        html_row(html);
        str_addf(html, "<th scope=\"row\"><a href=\"#subject-%zu\">", s->number);
        html_text(html, s->name);
        str_add(html, "</a></th>");
        html_cell(html, s->mark->hardware);
        html_cell_count(html, (double)s->n_programs);
        html_cell_percent(html, all != NULL ? all->error : NAN, 3);
        add_interval(html, all != NULL ? all->ci_lower : NAN, all != NULL ? all->ci_upper : NAN,
                     3);
        html_cell_percent(html, all != NULL ? all->left_out : NAN, 3);
        html_cell_percent(html, all != NULL ? all->worst : NAN, 3);
        html_cell(html, all != NULL ? all->worst_program : "");
        html_cell_percent(html, all != NULL ? all->drift : NAN, 2);
        html_row_end(html);
    }
    html_table_end(html);
}

bool report_has_accuracy(const struct report *r)
{
    return r->accuracy.n_categories > 0;
}

int report_page_accuracy(struct report *r, struct str *html, struct err *err)
{
    const struct analysis_log *log = &r->accuracy;
    struct subject *subject = calloc(log->n_categories + 1, sizeof *subject);
    size_t n = 0;
    int status = subject == NULL ? ERR_NOMEM : 0;
    r->figures.section = "Accuracy";
    html_note(html, "The error is |simulated − measured| over the shorter of both, positive where "
                    "the simulator is too slow. What was saved last stands first; rung calibrate "
                    "accuracy with --save adds to it.");
    /* The newest of each subject is the last one that was saved. */
    for (size_t i = log->n_categories; status == 0 && i-- > 0;) {
        bool seen = false;
        for (size_t k = i + 1; k < log->n_categories && !seen; k++)
            seen = analysis_log_same_subject(&log->category[k].mark, &log->category[i].mark);
        if (seen)
            continue;
        status = subject_init(&subject[n], log, i);
        subject[n].number = n + 1;
        n++;
    }
    if (status < 0)
        err_set(err, status, "out of memory for the report");
    else
        add_overview(html, subject, n);
    for (size_t i = 0; status == 0 && i < n; i++)
        status = add_subject(r, &subject[i], html, err);
    for (size_t i = 0; i < n; i++)
        free(subject[i].program);
    free(subject);
    return status;
}
