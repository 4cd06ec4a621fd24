/* Where the simulator itself spent its time: what `rung profile` left in the study file. */
#include "config.h"

#include "report/report_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "report/flame.h"
#include "report/html.h"

enum { BOTTLENECKS = 20, FUNCTIONS = 12, SITES = 8, MAX_TEXTS = 9, MAX_REALS = 12 };

/* One table with the columns that the page needs, by their places in the lists of names. */
struct part {
    struct store_table table;
    const char *const *text[MAX_TEXTS];
    const double *real[MAX_REALS];
};

enum { ID, PROBLEM, MODE, MACHINE, VARIANT, NAME, FILE_NAME, CALLER };
static const char *const lead[] = {"id", "problem", "mode", "machine", "variant"};
enum { LEAD = 5 };

static bool is_there(struct report *r, const char *name)
{
    struct store_table table;
    struct err err = {0};
    bool found = false;
    /* A damaged one is told on the page. */
    store_read_table(r->store, name, &table, &found, &err);
    store_table_release(&table);
    return found;
}

bool report_has_profile(const struct report *r)
{
    return is_there((struct report *)r, "profile/runs");
}

static const struct store_column *column_of(const struct store_table *t, const char *name)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (strcmp(t->column[i].name, name) == 0)
            return &t->column[i];
    return NULL;
}

/* Texts beyond those that lead every row, and numbers; both lists end with NULL. */
static int read_part(struct report *r, struct part *p, const char *name,
                     const char *const *texts, const char *const *reals, struct err *err)
{
    memset(p, 0, sizeof *p);
    int rc = store_read_table(r->store, name, &p->table, NULL, err);
    const struct store_column *c;
    for (size_t i = 0; rc == 0 && (i < LEAD || texts[i - LEAD] != NULL); i++) {
        c = column_of(&p->table, i < LEAD ? lead[i] : texts[i - LEAD]);
        p->text[i] = c != NULL ? c->text : NULL;
        if (p->text[i] == NULL)
            rc = err_set(err, ERR_DATA, "the table '%s' lacks a column", name);
    }
    for (size_t i = 0; rc == 0 && reals[i] != NULL; i++) {
        c = column_of(&p->table, reals[i]);
        p->real[i] = c != NULL ? c->real : NULL;
        if (p->real[i] == NULL)
            rc = err_set(err, ERR_DATA, "the table '%s' lacks a column", name);
    }
    return rc;
}

/* All of the tables. */
struct profile_parts {
    struct part runs, stages, functions, sites, stacks;
};
/* The places of numbers in `runs`. */
enum { N, SAMPLES, SECONDS, INSTRUCTIONS, ALLOCATIONS, MEMORY };

static int read_parts(struct report *r, struct profile_parts *p, struct err *err)
{
    static const char *const none[] = {NULL};
    static const char *const stage[] = {"stage", NULL};
    static const char *const function[] = {"function", "file", NULL};
    static const char *const site[] = {"function", "file", "caller", NULL};
    static const char *const stack[] = {"stack", NULL};
    static const char *const runs[] = {"n",           "samples",     "seconds", "instructions",
                                       "allocations", "peak_memory", NULL};
    static const char *const self[] = {"n", "self", NULL};
    static const char *const both[] = {"n", "self", "total", NULL};
    static const char *const places[] = {"n",
                                         "line",
                                         "allocations_third_quarter",
                                         "allocations_first_half",
                                         "bytes_first_half",
                                         "bytes_third_quarter",
                                         NULL};
    int rc = read_part(r, &p->runs, "profile/runs", none, runs, err);
    if (rc == 0)
        rc = read_part(r, &p->stages, "profile/stages", stage, self, err);
    if (rc == 0)
        rc = read_part(r, &p->functions, "profile/functions", function, both, err);
    if (rc == 0)
        rc = read_part(r, &p->sites, "profile/sites", site, places, err);
    return rc == 0 ? read_part(r, &p->stacks, "profile/stacks", stack, self, err) : rc;
}

static void release_parts(struct profile_parts *p)
{
    store_table_release(&p->runs.table);
    store_table_release(&p->stages.table);
    store_table_release(&p->functions.table);
    store_table_release(&p->sites.table);
    store_table_release(&p->stacks.table);
}

/* ---- the whole -----------------------------------------------------------------------------
 */

static void title_of(char *text, size_t size, const struct part *p, size_t i)
{
    snprintf(text, size, "%s/%s %.17g%s%s", p->text[MODE][i], p->text[PROBLEM][i],
             p->real[N][i], p->text[MACHINE][i][0] != '\0' ? " on " : "", p->text[MACHINE][i]);
}

/* Nanoseconds of processor time an instruction of the guest; NaN for a run that is not there.
 */
static double cost_of(const struct part *runs, const char *id)
{
    for (size_t i = 0; i < runs->table.n_rows; i++)
        if (strcmp(runs->text[ID][i], id) == 0)
            return 1e9 * runs->real[SECONDS][i] / runs->real[INSTRUCTIONS][i];
    return NAN;
}

/* The row of `stages` that has the largest share below that of the last one that was shown. */
static size_t next_largest(const struct part *stages, const bool *shown)
{
    size_t n = stages->table.n_rows, best = n;
    for (size_t i = 0; i < n; i++)
        if (!shown[i] && (best == n || stages->real[1][i] > stages->real[1][best]))
            best = i;
    return best;
}

static int add_bottlenecks(const struct profile_parts *p, struct str *html, struct err *err)
{
    const struct part *s = &p->stages;
    bool *shown = calloc(s->table.n_rows + 1, sizeof *shown);
    if (shown == NULL)
        return err_set(err, ERR_NOMEM, "out of memory for the report");
    html_table(html,
               "Bottlenecks: the stages of the simulator that take the largest share of a run",
               "Mode/problem|Stage|#share|#ns an instruction");
    for (size_t k = 0, i; k < BOTTLENECKS && (i = next_largest(s, shown)) < s->table.n_rows;
         k++) {
        char title[300];
        shown[i] = true;
        title_of(title, sizeof title, s, i);
        html_row(html);
        html_head_cell(html, title);
        html_cell(html, s->text[NAME][i]);
        html_cell_percent(html, s->real[1][i], 3);
        html_cell_real(html, s->real[1][i] * cost_of(&p->runs, s->text[ID][i]), 3);
        html_row_end(html);
    }
    html_table_end(html);
    free(shown);
    return 0;
}

static void add_runs(const struct profile_parts *p, struct str *html)
{
    const struct part *runs = &p->runs;
    html_table(html, "Speed and memory under the profiler, which costs a few percent",
               "Mode/problem|#instructions a second|#ns an instruction|"
               "#allocations a million instructions|#peak memory|#samples");
    for (size_t i = 0; i < runs->table.n_rows; i++) {
        char title[300];
        title_of(title, sizeof title, runs, i);
        html_row(html);
        html_head_cell(html, title);
        html_cell_count(html, runs->real[INSTRUCTIONS][i] / runs->real[SECONDS][i]);
        html_cell_real(html, 1e9 * runs->real[SECONDS][i] / runs->real[INSTRUCTIONS][i], 3);
        html_cell_real(html, runs->real[ALLOCATIONS][i], 3);
        html_cell_bytes(html, runs->real[MEMORY][i]);
        html_cell_count(html, runs->real[SAMPLES][i]);
        html_row_end(html);
    }
    html_table_end(html);
}

/* ---- one run -------------------------------------------------------------------------------
 */

static void add_functions(const struct part *f, const char *id, struct str *html)
{
    size_t shown = 0;
    html_table(html, "Functions", "Function|File|#self|#with callees");
    for (size_t i = 0; i < f->table.n_rows && shown < FUNCTIONS; i++) {
        if (strcmp(f->text[ID][i], id) != 0)
            continue;
        html_row(html);
        html_head_cell(html, f->text[NAME][i]);
        html_cell(html, f->text[FILE_NAME][i]);
        html_cell_percent(html, f->real[1][i], 3);
        html_cell_percent(html, f->real[2][i], 3);
        html_row_end(html);
        shown++;
    }
    html_table_end(html);
}

static void add_sites(const struct part *s, const char *id, struct str *html)
{
    size_t shown = 0;
    html_table(html, "Where it allocates memory while the guest runs",
               "Line|Called by|#allocations, third quarter|#first half|#bytes of both");
    for (size_t i = 0; i < s->table.n_rows && shown < SITES; i++) {
        if (strcmp(s->text[ID][i], id) != 0 || (!(s->real[2][i] > 0) && !(s->real[3][i] > 0)))
            continue;
        char place[300];
        snprintf(place, sizeof place, "%s, %s:%.0f", s->text[NAME][i], s->text[FILE_NAME][i],
                 s->real[1][i]);
        html_row(html);
        html_head_cell(html, place);
        html_cell(html, s->text[CALLER][i]);
        html_cell_count(html, s->real[2][i]);
        html_cell_count(html, s->real[3][i]);
        html_cell_bytes(html, s->real[4][i] + s->real[5][i]);
        html_row_end(html);
        shown++;
    }
    html_table_end(html);
}

/* The picture is a file of its own, for browsers show the names of its frames when it is open
 * by itself. */
static int add_flame(struct report *r, const struct part *s, const char *id, const char *title,
                     struct str *html, struct err *err)
{
    struct flame_stack *stack = calloc(s->table.n_rows + 1, sizeof *stack);
    char *path = str_format("%s/figures/flame-%s.svg", r->options->directory, id);
    char *folder = str_format("%s/figures", r->options->directory);
    struct str svg;
    size_t n = 0;
    str_init(&svg);
    for (size_t i = 0; stack != NULL && i < s->table.n_rows; i++)
        if (strcmp(s->text[ID][i], id) == 0)
            stack[n++] = (struct flame_stack){s->text[NAME][i], s->real[1][i]};
    int rc = stack != NULL && path != NULL && folder != NULL
                 ? flame_draw(&svg, "flame", title, stack, n, err)
                 : err_set(err, ERR_NOMEM, "out of memory for the report");
    if (rc == 0)
        rc = path_make_directory(folder, err);
    if (rc == 0)
        rc = path_write_atomic(path, svg.data, svg.len, err);
    if (rc == 0) {
        str_addf(&r->files, "figures/flame-%s.svg\n", id);
        str_addf(html,
                 "<figure class=\"broad\">\n<a href=\"figures/flame-%s.svg\"><img "
                 "src=\"figures/flame-%s.svg\" loading=\"lazy\" width=\"1200\" alt=\"",
                 id, id);
        html_textf(html, "Flame graph of %s. The table of functions has the numbers.", title);
        str_add(html, "\"></a>\n<figcaption>Each frame is a function, as wide as its share of "
                      "the time; what it called stands below it. Opened by itself, the picture "
                      "tells the name of every frame.</figcaption>\n</figure>\n");
    }
    str_release(&svg);
    free(folder);
    free(path);
    free(stack);
    return rc;
}

static int add_run(struct report *r, const struct profile_parts *p, size_t i, struct str *html,
                   struct err *err)
{
    const char *id = p->runs.text[ID][i];
    char title[300];
    /* It becomes a file's name. */
    if (strlen(id) + 1 != STORE_ID_SIZE || strspn(id, "0123456789abcdef") != strlen(id))
        return err_set(err, ERR_DATA, "the table 'profile/runs' holds what is no run's id");
    title_of(title, sizeof title, &p->runs, i);
    str_add(html, "<details><summary>");
    html_text(html, title);
    str_add(html, "</summary>\n");
    int rc = add_flame(r, &p->stacks, id, title, html, err);
    add_functions(&p->functions, id, html);
    add_sites(&p->sites, id, html);
    str_add(html, "</details>\n");
    return rc;
}

int report_page_profile(struct report *r, struct str *html, struct err *err)
{
    struct profile_parts parts;
    struct err cause = {0};
    memset(&parts, 0, sizeof parts);
    int rc = read_parts(r, &parts, &cause), status = 0;
    str_add(html, "<section>\n");
    if (rc == ERR_NOMEM)
        status = err_set(err, rc, "%s", cause.text);
    if (rc != 0 && status == 0)
        report_gap(r, html, "The profile cannot be read: %s.", cause.text);
    if (rc == 0) {
        str_add(html, "<p>Where the simulator itself spent its time, by sampling, and where it "
                      "allocated memory, by counting, while the guests ran.</p>\n");
        status = add_bottlenecks(&parts, html, err);
        add_runs(&parts, html);
        str_add(html, "<h2>Run by run</h2>\n");
    }
    for (size_t i = 0; rc == 0 && status == 0 && i < parts.runs.table.n_rows; i++)
        status = add_run(r, &parts, i, html, err);
    str_add(html, "</section>\n");
    release_parts(&parts);
    return status;
}
