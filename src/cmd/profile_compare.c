/* rung profile --compare: what moved since an older profile. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/profile_compare.h"

static const double z95 = 1.959963984540054;

/* The columns of a table that the older profile has. */
struct older {
    struct store_table table;
    const char *const *id, *const *problem, *const *mode, *const *machine, *const *variant,
                                                                               *const *name;
    const double *n, *self;
};

static const struct store_column *column_of(const struct store_table *t, const char *name)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (strcmp(t->column[i].name, name) == 0)
            return &t->column[i];
    return NULL;
}

static const char *const *texts_of(const struct store_table *t, const char *name)
{
    const struct store_column *c = column_of(t, name);
    return c != NULL ? c->text : NULL;
}

static const double *reals_of(const struct store_table *t, const char *name)
{
    const struct store_column *c = column_of(t, name);
    return c != NULL ? c->real : NULL;
}

static int read_older(struct older *o, struct store *store, const char *table, const char *name,
                      struct err *err)
{
    int rc = store_read_table(store, table, &o->table, NULL, err);
    if (rc != 0)
        return rc;
    o->id = texts_of(&o->table, "id");
    o->problem = texts_of(&o->table, "problem");
    o->mode = texts_of(&o->table, "mode");
    o->machine = texts_of(&o->table, "machine");
    o->variant = texts_of(&o->table, "variant");
    o->n = reals_of(&o->table, "n");
    o->name = name != NULL ? texts_of(&o->table, name) : o->id;
    o->self = name != NULL ? reals_of(&o->table, "self") : o->n;
    if (o->id == NULL || o->problem == NULL || o->mode == NULL || o->machine == NULL ||
        o->variant == NULL || o->n == NULL || o->name == NULL || o->self == NULL)
        return err_set(err, ERR_DATA, "'%s': the table '%s' lacks columns", store_path(store),
                       table);
    return 0;
}

/* Whether row `i` of the older table is of the same design point; programs may differ. */
static bool is_same(const struct older *o, size_t i, const struct store_row *row)
{
    return o->n[i] == row->n && strcmp(o->problem[i], row->problem) == 0 &&
           strcmp(o->mode[i], row->mode) == 0 && strcmp(o->machine[i], row->machine) == 0 &&
           strcmp(o->variant[i], row->variant) == 0;
}

/* ---- changes -------------------------------------------------------------------------------
 */

static struct profile_change *add_change(struct profile_comparison *c,
                                         const struct store_row *row, const char *kind,
                                         const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->change[i].row == row && strcmp(c->change[i].kind, kind) == 0 &&
            strcmp(c->change[i].name, name) == 0)
            return &c->change[i];
    if (c->n == c->max) {
        size_t more = 2 * c->max + 64;
        struct profile_change *grown = realloc(c->change, more * sizeof(*grown));
        if (grown == NULL)
            return NULL;
        c->change = grown;
        c->max = more;
    }
    c->change[c->n] = (struct profile_change){.row = row, .kind = kind};
    snprintf(c->change[c->n].name, sizeof(c->change[c->n].name), "%s", name);
    return &c->change[c->n++];
}

/* What a share of a profile costs, and the variance of that, by the binomial law. */
struct cost {
    double nanoseconds, samples; /* a guest instruction, all of it; of the profile */
};

static bool add_share(struct profile_comparison *c, const struct store_row *row,
                      const char *kind, const char *name, double share, const struct cost *cost,
                      bool after)
{
    struct profile_change *change = add_change(c, row, kind, name);
    if (change == NULL)
        return false;
    *(after ? &change->after : &change->before) += share * cost->nanoseconds;
    change->margin +=
        cost->nanoseconds * cost->nanoseconds * share * (1 - share) / cost->samples;
    return true;
}

static bool add_new(struct profile_comparison *c, const struct profile_run *run,
                    const struct cost *cost)
{
    const struct profile *p = &run->cpu;
    bool ok = true;
    for (size_t i = 0; ok && i < p->n_stages; i++)
        ok = add_share(c, run->row, "stage", p->stage[i].name,
                       (double)p->stage[i].self / cost->samples, cost, true);
    for (size_t i = 0; ok && i < p->n_functions; i++)
        ok = add_share(c, run->row, "function", p->function[i].name,
                       (double)p->function[i].self / cost->samples, cost, true);
    return ok;
}

static bool add_old(struct profile_comparison *c, const struct store_row *row,
                    const struct older *o, const char *kind, const struct cost *cost)
{
    bool ok = true;
    for (size_t i = 0; ok && i < o->table.n_rows; i++)
        if (is_same(o, i, row))
            ok = add_share(c, row, kind, o->name[i], o->self[i], cost, false);
    return ok;
}

static struct cost cost_of(double seconds, double instructions, double samples)
{
    return (struct cost){1e9 * seconds / instructions, samples};
}

/* One run of both profiles; the older one has it in row `at` of its runs. */
static bool compare_run(struct profile_comparison *c, const struct profile_run *run,
                        const struct older *runs, size_t at, const struct older *stages,
                        const struct older *functions)
{
    const struct store_table *t = &runs->table;
    const double *seconds = reals_of(t, "seconds"), *samples = reals_of(t, "samples");
    const double *instructions = reals_of(t, "instructions");
    const double *allocations = reals_of(t, "allocations");
    const struct record_report *r = &run->recorded;
    if (seconds == NULL || samples == NULL || instructions == NULL || allocations == NULL)
        return false;
    struct cost before = cost_of(seconds[at], instructions[at], samples[at]);
    struct cost after =
        cost_of(r->user_seconds + r->system_seconds, r->instructions, (double)run->cpu.samples);
    struct profile_change *whole = add_change(c, run->row, "time", "all");
    if (whole == NULL)
        return false;
    *whole = (struct profile_change){.row = run->row,
                                     .kind = "time",
                                     .name = "all",
                                     .before = before.nanoseconds,
                                     .after = after.nanoseconds,
                                     .margin = NAN};
    struct profile_change *memory = add_change(c, run->row, "allocations", "third quarter");
    if (memory == NULL)
        return false;
    memory->before = allocations[at];
    memory->after = profile_allocations(run);
    return add_new(c, run, &after) && add_old(c, run->row, stages, "stage", &before) &&
           add_old(c, run->row, functions, "function", &before);
}

static int rank_of(const char *kind)
{
    return strcmp(kind, "time") == 0          ? 0
           : strcmp(kind, "allocations") == 0 ? 1
           : strcmp(kind, "stage") == 0       ? 2
                                              : 3;
}

/* Runs one after the other, what moved most first. */
static int compare_changes(const void *a, const void *b)
{
    const struct profile_change *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    if (x->kind != y->kind && rank_of(x->kind) != rank_of(y->kind))
        return rank_of(x->kind) - rank_of(y->kind);
    double of_x = fabs(x->after - x->before), of_y = fabs(y->after - y->before);
    return of_x != of_y ? (of_x > of_y ? -1 : 1) : strcmp(x->name, y->name);
}

static void finish(struct profile_comparison *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (rank_of(c->change[i].kind) >= 2)
            c->change[i].margin = z95 * sqrt(c->change[i].margin);
        else
            c->change[i].margin = NAN;
    if (c->n > 0)
        qsort(c->change, c->n, sizeof(*c->change), compare_changes);
}

int profile_compare(struct profile_comparison *c, const struct profile_run *run, size_t n,
                    const char *path, struct err *err)
{
    struct older runs = {0}, stages = {0}, functions = {0};
    struct store *store = NULL;
    *c = (struct profile_comparison){0};
    int rc = store_open(&store, path, err);
    if (rc == 0)
        rc = read_older(&runs, store, "profile/runs", NULL, err);
    if (rc == 0)
        rc = read_older(&stages, store, "profile/stages", "stage", err);
    if (rc == 0)
        rc = read_older(&functions, store, "profile/functions", "function", err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        bool found = false;
        for (size_t k = 0; rc == 0 && !found && k < runs.table.n_rows; k++) {
            found = is_same(&runs, k, run[i].row);
            if (found && !compare_run(c, &run[i], &runs, k, &stages, &functions))
                rc = err_set(err, ERR_DATA, "'%s': its profile is damaged, or memory is short",
                             path);
        }
        c->n_new += !found;
    }
    if (rc == 0 && c->n_new == n)
        rc = err_set(err, ERR_CONFIG, "'%s': has no profile of any of these runs", path);
    if (rc == 0)
        finish(c);
    store_table_release(&runs.table);
    store_table_release(&stages.table);
    store_table_release(&functions.table);
    store_close(store);
    return rc;
}

void profile_comparison_release(struct profile_comparison *c)
{
    free(c->change);
    *c = (struct profile_comparison){0};
}

/* ---- output --------------------------------------------------------------------------------
 */

static void add_row(struct table *t, const struct profile_change *c)
{
    char run[300];
    snprintf(run, sizeof(run), "%s/%s %.17g%s%s", c->row->mode, c->row->problem, c->row->n,
             c->row->machine[0] != '\0' ? " " : "", c->row->machine);
    table_text(t, run);
    table_text(t, c->kind);
    table_text(t, c->name);
    table_real(t, c->before, 4);
    table_real(t, c->after, 4);
    table_real(t, c->after - c->before, 3);
    table_real(t, c->margin, 2);
    table_text(t, fabs(c->after - c->before) > c->margin ? "moved" : "");
}

int profile_comparison_text(const struct profile_comparison *c, size_t top, FILE *out,
                            struct err *err)
{
    static const char *const keys[] = {"run",    "what", "name", "before", "after",
                                       "change", "+-",   "",     NULL};
    size_t shown = 0;
    struct table *t = table_alloc(keys, NULL);
    fputs("what moved: nanoseconds of processor time a guest instruction, and allocations per "
          "million of them\n\n",
          out);
    for (size_t i = 0; i < c->n; i++) {
        const struct profile_change *at = &c->change[i];
        bool first = i == 0 || at->row != at[-1].row || strcmp(at->kind, at[-1].kind) != 0;
        shown = first ? 0 : shown + 1;
        if (shown < top)
            add_row(t, at);
    }
    int rc = table_finish(t, FORMAT_TEXT, out, err);
    if (c->n_new > 0)
        fprintf(out, "\nnot in the older profile: %zu run%s\n", c->n_new,
                c->n_new == 1 ? "" : "s");
    fputc('\n', out);
    return rc;
}

json_t *profile_comparison_json(const struct profile_comparison *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->n; i++) {
        const struct profile_change *at = &c->change[i];
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:b}", "id", at->row->id, "what",
                            at->kind, "name", at->name, "before", json_number(at->before),
                            "after", json_number(at->after), "margin", json_number(at->margin),
                            "moved", fabs(at->after - at->before) > at->margin));
    }
    return list;
}
