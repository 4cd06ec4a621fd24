/* rung profile: what it keeps in the study file, and the flame graphs beside it. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "cmd/profile.h"
#include "cmd/save.h"
#include "profile/fold.h"
#include "report/flame.h"

enum { RUNS, STAGES, MODULES, FUNCTIONS, SITES, STACKS, TABLES };

/* What leads every row: texts, and the size. */
#define LEAD "id", "problem", "mode", "machine", "variant"
#define LEAD_OF(row) (row)->id, (row)->problem, (row)->mode, (row)->machine, (row)->variant

/* Smaller frames of the flame graph are a part of their caller. */
static const double least_frame = 0.001;

struct tables {
    struct save save[TABLES];
    struct profile_stack **stack; /* of each run */
    size_t *n_stacks;
    size_t n_runs;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory for the tables of a profile");
}

static int save_runs(struct save *s, const struct profile_run *run, size_t n)
{
    static const char *const texts[] = {LEAD, "no_heap", "no_counters", NULL};
    static const char *const reals[] = {"n",
                                        "seed",
                                        "samples",
                                        "seconds",
                                        "runs",
                                        "instructions",
                                        "allocations",
                                        "live_bytes",
                                        "peak_memory",
#define X(name) "host_" #name,
                                        RECORD_COUNTERS(X)
#undef X
                                            NULL};
    int rc = save_init(s, "profile/runs", texts, reals, n);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const struct profile_run *r = &run[i];
        const struct record_report *p = &r->recorded;
        const char *text[] = {LEAD_OF(r->row), r->no_heap != NULL ? r->no_heap : "",
                              p->no_counters};
        double real[9 + RECORD_COUNTER_MAX] = {r->row->n,
                                               (double)r->row->seed,
                                               (double)r->cpu.samples,
                                               p->user_seconds + p->system_seconds,
                                               (double)p->runs,
                                               p->instructions,
                                               profile_allocations(r),
                                               r->no_heap == NULL ? r->heap.live_bytes : NAN,
                                               r->row->peak_memory};
        memcpy(real + 9, p->counter, sizeof(p->counter));
        save_row(s, i, text, real);
    }
    return rc;
}

static int save_shares(struct save *s, const char *name, bool modules,
                       const struct profile_run *run, size_t n)
{
    static const char *const stage_texts[] = {LEAD, "stage", NULL};
    static const char *const module_texts[] = {LEAD, "module", NULL};
    static const char *const reals[] = {"n", "self", "total", NULL};
    size_t rows = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        rows += modules ? run[i].cpu.n_modules : run[i].cpu.n_stages;
    int rc = save_init(s, name, modules ? module_texts : stage_texts, reals, rows);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const struct profile *p = &run[i].cpu;
        double all = (double)p->samples;
        for (size_t k = 0; k < (modules ? p->n_modules : p->n_stages); k++) {
            const struct profile_share *share = modules ? &p->module[k] : &p->stage[k];
            const char *text[] = {LEAD_OF(run[i].row), share->name};
            double real[] = {run[i].row->n, (double)share->self / all,
                             modules ? (double)share->total / all : NAN};
            save_row(s, at++, text, real);
        }
    }
    return rc;
}

static int save_functions(struct save *s, const struct profile_run *run, size_t n)
{
    static const char *const texts[] = {LEAD, "function", "file", "module", NULL};
    static const char *const reals[] = {"n", "self", "total", NULL};
    size_t rows = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        rows += run[i].cpu.n_functions;
    int rc = save_init(s, "profile/functions", texts, reals, rows);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const struct profile *p = &run[i].cpu;
        for (size_t k = 0; k < p->n_functions; k++) {
            const struct profile_function *f = &p->function[k];
            const char *text[] = {LEAD_OF(run[i].row), f->name, f->file, f->module};
            double real[] = {run[i].row->n, (double)f->self / (double)p->samples,
                             (double)f->total / (double)p->samples};
            save_row(s, at++, text, real);
        }
    }
    return rc;
}

static int save_sites(struct save *s, const struct profile_run *run, size_t n)
{
    static const char *const texts[] = {LEAD, "function", "file", "caller", NULL};
    static const char *const reals[] = {"n",
                                        "line",
                                        "allocations_loading",
                                        "allocations_first_half",
                                        "allocations_third_quarter",
                                        "allocations_last_quarter",
                                        "bytes_loading",
                                        "bytes_first_half",
                                        "bytes_third_quarter",
                                        "bytes_last_quarter",
                                        "live_bytes",
                                        NULL};
    size_t rows = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        rows += run[i].heap.n_sites;
    int rc = save_init(s, "profile/sites", texts, reals, rows);
    for (size_t i = 0; rc == 0 && i < n; i++)
        for (size_t k = 0; k < run[i].heap.n_sites; k++) {
            const struct heap_site *h = &run[i].heap.site[k];
            const char *text[] = {LEAD_OF(run[i].row), h->function, h->file, h->caller};
            double real[3 + 2 * HEAP_PHASE_MAX] = {run[i].row->n, h->line};
            for (int p = 0; p < HEAP_PHASE_MAX; p++) {
                real[2 + p] = h->phase[p].allocations;
                real[2 + HEAP_PHASE_MAX + p] = h->phase[p].bytes;
            }
            real[2 + 2 * HEAP_PHASE_MAX] = h->live_bytes;
            save_row(s, at++, text, real);
        }
    return rc;
}

static int save_stacks(struct tables *t, const struct profile_run *run, struct err *err)
{
    static const char *const texts[] = {LEAD, "stack", NULL};
    static const char *const reals[] = {"n", "self", NULL};
    struct save *s = &t->save[STACKS];
    size_t rows = 0, at = 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < t->n_runs; i++) {
        rc = profile_fold(&run[i].cpu, least_frame, &t->stack[i], &t->n_stacks[i], err);
        rows += t->n_stacks[i];
    }
    if (rc == 0)
        rc = save_init(s, "profile/stacks", texts, reals, rows);
    for (size_t i = 0; rc == 0 && i < t->n_runs; i++)
        for (size_t k = 0; k < t->n_stacks[i]; k++) {
            const char *text[] = {LEAD_OF(run[i].row), t->stack[i][k].frames};
            double real[] = {run[i].row->n,
                             (double)t->stack[i][k].self / (double)run[i].cpu.samples};
            save_row(s, at++, text, real);
        }
    return rc;
}

/* One picture a run: ID.svg in the folder of the raw profiles. */
static int draw_flames(const struct tables *t, const struct profile_run *run,
                       const char *folder, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < t->n_runs; i++) {
        const struct store_row *row = run[i].row;
        struct flame_stack *stack = calloc(t->n_stacks[i] + 1, sizeof(*stack));
        char *path = str_format("%s/%s.svg", folder, row->id), title[256];
        struct str svg;
        str_init(&svg);
        for (size_t k = 0; stack != NULL && k < t->n_stacks[i]; k++)
            stack[k] = (struct flame_stack){t->stack[i][k].frames, (double)t->stack[i][k].self};
        snprintf(title, sizeof(title), "rung simulating %s %.17g in %s%s%s", row->problem,
                 row->n, row->mode, row->machine[0] != '\0' ? " on " : "", row->machine);
        rc = stack != NULL && path != NULL
                 ? flame_draw(&svg, "flame", title, stack, t->n_stacks[i], err)
                 : no_memory(err);
        if (rc == 0)
            rc = path_write_atomic(path, svg.data, svg.len, err);
        str_release(&svg);
        free(stack);
        free(path);
    }
    return rc;
}

int profile_save(const struct profile_run *run, size_t n, const char *store_path,
                 const char *folder, struct err *err)
{
    struct tables t = {.n_runs = n};
    struct store_table table[TABLES];
    t.stack = calloc(n + 1, sizeof(*t.stack));
    t.n_stacks = calloc(n + 1, sizeof(*t.n_stacks));
    int rc = t.stack == NULL || t.n_stacks == NULL ? ERR_NOMEM : 0;
    if (rc == 0)
        rc = save_runs(&t.save[RUNS], run, n);
    if (rc == 0)
        rc = save_shares(&t.save[STAGES], "profile/stages", false, run, n);
    if (rc == 0)
        rc = save_shares(&t.save[MODULES], "profile/modules", true, run, n);
    if (rc == 0)
        rc = save_functions(&t.save[FUNCTIONS], run, n);
    if (rc == 0)
        rc = save_sites(&t.save[SITES], run, n);
    if (rc == 0)
        rc = save_stacks(&t, run, err);
    if (rc == ERR_NOMEM)
        no_memory(err);
    for (int i = 0; rc == 0 && i < TABLES; i++)
        table[i] = t.save[i].table;
    if (rc == 0)
        rc = store_write_tables(store_path, table, TABLES, err);
    if (rc == 0)
        rc = draw_flames(&t, run, folder, err);
    for (int i = 0; i < TABLES; i++)
        save_release(&t.save[i]);
    for (size_t i = 0; t.n_stacks != NULL && i < n; i++)
        profile_fold_free(t.stack[i], t.n_stacks[i]);
    free(t.stack);
    free(t.n_stacks);
    return rc;
}
