/* rung profile: what it prints. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/units.h"
#include "cmd/profile_compare.h"

double profile_allocations(const struct profile_run *run)
{
    return run->no_heap != NULL ? NAN
                                : run->heap.phase[HEAP_STEADY].allocations /
                                      (run->row->instructions_total / 4 / 1e6);
}

/* ---- for people ----------------------------------------------------------------------------
 */

/* Half the width of the interval of 95 % of a share of n samples (Wilson, JASA 22 (1927), 209).
 */
static double half_width(uint64_t count, uint64_t n)
{
    static const double z = 1.959963984540054;
    double p = (double)count / (double)n, m = (double)n;
    return z / (1 + z * z / m) * sqrt(p * (1 - p) / m + z * z / (4 * m * m));
}

static void write_head(const struct profile_run *run, FILE *out)
{
    const struct store_row *row = run->row;
    const struct record_report *r = &run->recorded;
    char seconds[32], instructions[32];
    double busy = r->user_seconds + r->system_seconds;
    fprintf(out, "%s %.17g %s%s%s: %" PRIu64 " samples in %s", row->problem, row->n, row->mode,
            row->machine[0] != '\0' ? " " : "", row->machine, run->cpu.samples,
            units_format_seconds(seconds, sizeof(seconds), busy));
    fprintf(out, " of %" PRIu64 " run%s, %s instructions a second\n\n", r->runs,
            r->runs == 1 ? "" : "s",
            units_format_count(instructions, sizeof(instructions), r->instructions / busy));
}

static int write_shares(const struct profile_share *share, size_t n, uint64_t samples,
                        size_t top, const char *title, bool has_total, FILE *out,
                        struct err *err)
{
    const char *const both[] = {title, "self", "+-", "with callees", NULL};
    const char *const one[] = {title, "share", "+-", NULL};
    struct table *t = table_alloc(has_total ? both : one, NULL);
    for (size_t i = 0; i < n && i < top; i++) {
        table_text(t, share[i].name);
        table_percent(t, (double)share[i].self / (double)samples, -1);
        table_percent(t, half_width(share[i].self, samples), -1);
        if (has_total)
            table_percent(t, (double)share[i].total / (double)samples, -1);
    }
    int rc = table_finish(t, FORMAT_TEXT, out, err);
    fputc('\n', out);
    return rc;
}

static int write_functions(const struct profile *p, size_t top, FILE *out, struct err *err)
{
    static const char *const keys[] = {"function", "file", "self", "+-", "with callees", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < p->n_functions && i < top; i++) {
        const struct profile_function *f = &p->function[i];
        table_text(t, f->name);
        table_text(t, f->file[0] != '\0' ? f->file : f->module);
        table_percent(t, (double)f->self / (double)p->samples, -1);
        table_percent(t, half_width(f->self, p->samples), -1);
        table_percent(t, (double)f->total / (double)p->samples, -1);
    }
    int rc = table_finish(t, FORMAT_TEXT, out, err);
    fputc('\n', out);
    return rc;
}

static int write_sites(const struct profile_run *run, size_t top, FILE *out, struct err *err)
{
    static const char *const keys[] = {
        "allocates",     "called by",    "loading",     "first half",
        "third quarter", "last quarter", "bytes a run", NULL};
    const struct heap *h = &run->heap;
    char bytes[32], live[32], peak[32];
    struct table *t = table_alloc(keys, NULL);
    fprintf(
        out,
        "%.4g allocations per million instructions in the third quarter of the run; %s on the "
        "heap at its end, %s of memory at most\n\n",
        profile_allocations(run),
        units_format_bytes(live, sizeof(live), (uint64_t)h->live_bytes),
        units_format_bytes(peak, sizeof(peak), (uint64_t)run->row->peak_memory));
    for (size_t i = 0; i < h->n_sites && i < top; i++) {
        const struct heap_site *s = &h->site[i];
        char place[256];
        double sum = 0;
        snprintf(place, sizeof(place), "%s%s%s:%d", s->function, s->file[0] != '\0' ? " " : "",
                 s->file, s->line);
        table_text(t, place);
        table_text(t, s->caller);
        for (int k = 0; k < HEAP_PHASE_MAX; k++) {
            table_number(t, s->phase[k].allocations);
            sum += s->phase[k].bytes;
        }
        table_text(t, units_format_bytes(bytes, sizeof(bytes), (uint64_t)sum));
    }
    int rc = table_finish(t, FORMAT_TEXT, out, err);
    fputc('\n', out);
    return rc;
}

/* "cycles 1.2e9, instructions 3.1e9 (2.58 a cycle)"; and why some are missing. */
static void write_counters(const struct record_report *r, FILE *out)
{
    char count[32];
    const char *comma = "";
    fputs("counted by the host: ", out);
    for (int i = 0; i < RECORD_COUNTER_MAX; i++)
        if (!isnan(r->counter[i])) {
            fprintf(out, "%s%s %s", comma, record_counter_name((enum record_counter)i),
                    units_format_count(count, sizeof(count), r->counter[i]));
            comma = ", ";
        }
    if (r->no_counters[0] != '\0')
        fprintf(out, "%s the others are left out: %s", comma[0] != '\0' ? ";" : "",
                r->no_counters);
    fputs("\n\n", out);
}

/* "timing/gemm 64: 31 % cache lookup", the largest of all runs first. */
static int write_bottlenecks(const struct profile_run *run, size_t n, size_t top, FILE *out,
                             struct err *err)
{
    static const char *const keys[] = {"bottleneck", "share", "stage", "ns/instruction", NULL};
    size_t count;
    struct profile_bottleneck *list = profile_bottlenecks(run, n, &count);
    if (list == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < count && i < top; i++) {
        const struct store_row *row = list[i].run->row;
        char name[300];
        snprintf(name, sizeof(name), "%s/%s %.17g%s%s", row->mode, row->problem, row->n,
                 row->machine[0] != '\0' ? " " : "", row->machine);
        table_text(t, name);
        table_percent(t, list[i].share, -1);
        table_text(t, list[i].stage);
        table_real(t, list[i].nanoseconds, 3);
    }
    int rc = table_finish(t, FORMAT_TEXT, out, err);
    if (rc == 0)
        fputc('\n', out);
    free(list);
    return rc;
}

static int print_run(const struct profile_run *run, size_t top, struct err *err)
{
    const struct profile *p = &run->cpu;
    write_head(run, stdout);
    int rc = write_shares(p->stage, p->n_stages, p->samples, top, "stage", false, stdout, err);
    if (rc == 0)
        rc =
            write_shares(p->module, p->n_modules, p->samples, top, "module", true, stdout, err);
    if (rc == 0)
        rc = write_functions(p, top, stdout, err);
    if (rc == 0 && run->no_heap == NULL)
        rc = write_sites(run, top, stdout, err);
    if (rc == 0 && run->no_heap != NULL)
        printf("allocations are left out: %s\n\n", run->no_heap);
    if (rc == 0)
        write_counters(&run->recorded, stdout);
    return rc == 0 ? profile_guest_text(run, top, stdout, err) : rc;
}

static int print_text(const struct profile_run *run, size_t n,
                      const struct profile_comparison *comparison, size_t top, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = print_run(&run[i], top, err);
    if (rc == 0 && n > 1)
        rc = write_bottlenecks(run, n, top, stdout, err);
    if (rc == 0 && comparison != NULL)
        rc = profile_comparison_text(comparison, top, stdout, err);
    return rc;
}

/* ---- for programs --------------------------------------------------------------------------
 */

static json_t *shares_json(const struct profile_share *share, size_t n, double samples,
                           bool has_total)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *object = json_pack("{s:s, s:f}", "name", share[i].name, "self",
                                   (double)share[i].self / samples);
        if (has_total)
            json_object_set_new(object, "total", json_real((double)share[i].total / samples));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *functions_json(const struct profile *p)
{
    double samples = (double)p->samples;
    json_t *list = json_array();
    for (size_t i = 0; i < p->n_functions; i++) {
        const struct profile_function *f = &p->function[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:I, s:f, s:f}", "function", f->name,
                                        "file", f->file, "module", f->module, "samples",
                                        (json_int_t)f->self, "self", (double)f->self / samples,
                                        "total", (double)f->total / samples));
    }
    return list;
}

static json_t *counts_json(const struct heap_counts *c)
{
    return json_pack("{s:f, s:f}", "allocations", c->allocations, "bytes", c->bytes);
}

static json_t *heap_json(const struct profile_run *run)
{
    const struct heap *h = &run->heap;
    if (run->no_heap != NULL)
        return json_null();
    json_t *sites = json_array();
    for (size_t i = 0; i < h->n_sites; i++) {
        const struct heap_site *s = &h->site[i];
        json_t *site =
            json_pack("{s:s, s:s, s:i, s:s, s:f}", "function", s->function, "file", s->file,
                      "line", s->line, "caller", s->caller, "live_bytes", s->live_bytes);
        for (int k = 0; k < HEAP_PHASE_MAX; k++)
            json_object_set_new(site, heap_phase_name((enum heap_phase)k),
                                counts_json(&s->phase[k]));
        json_array_append_new(sites, site);
    }
    json_t *object = json_pack("{s:o, s:f, s:o}", "per_million_instructions",
                               json_number(profile_allocations(run)), "live_bytes",
                               h->live_bytes, "sites", sites);
    for (int k = 0; k < HEAP_PHASE_MAX; k++)
        json_object_set_new(object, heap_phase_name((enum heap_phase)k),
                            counts_json(&h->phase[k]));
    return object;
}

static json_t *counters_json(const struct record_report *r)
{
    json_t *object = json_object();
    for (int i = 0; i < RECORD_COUNTER_MAX; i++)
        json_object_set_new(object, record_counter_name((enum record_counter)i),
                            json_number(r->counter[i]));
    json_object_set_new(object, "missing_because",
                        r->no_counters[0] != '\0' ? json_string(r->no_counters) : json_null());
    return object;
}

static json_t *run_json(const struct profile_run *run)
{
    const struct store_row *row = run->row;
    const struct profile *p = &run->cpu;
    const struct record_report *r = &run->recorded;
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:s, s:I, s:f, s:I, s:o, s:o, s:o, s:b, s:o, "
        "s:o, s:o, s:o, s:o, s:o, s:o}",
        "id", row->id, "problem", row->problem, "n", json_number(row->n), "mode", row->mode,
        "machine", row->machine, "variant", row->variant, "samples", (json_int_t)p->samples,
        "period", (r->user_seconds + r->system_seconds) / (double)p->samples, "runs",
        (json_int_t)r->runs, "instructions", json_number(r->instructions), "user_seconds",
        json_number(r->user_seconds), "system_seconds", json_number(r->system_seconds),
        "has_lines", p->has_lines, "stages",
        shares_json(p->stage, p->n_stages, (double)p->samples, false), "modules",
        shares_json(p->module, p->n_modules, (double)p->samples, true), "functions",
        functions_json(p), "heap", heap_json(run), "peak_memory", json_number(row->peak_memory),
        "counters", counters_json(r), "hot_blocks", profile_guest_json(run));
}

static json_t *bottlenecks_json(const struct profile_run *run, size_t n)
{
    size_t count;
    struct profile_bottleneck *list = profile_bottlenecks(run, n, &count);
    json_t *array = json_array();
    for (size_t i = 0; list != NULL && i < count; i++)
        json_array_append_new(array,
                              json_pack("{s:s, s:s, s:s, s:f, s:f}", "id", list[i].run->row->id,
                                        "mode", list[i].run->row->mode, "stage", list[i].stage,
                                        "share", list[i].share, "nanoseconds_per_instruction",
                                        list[i].nanoseconds));
    free(list);
    return array;
}

static int print_json(const struct profile_run *run, size_t n,
                      const struct profile_comparison *comparison, struct err *err)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, run_json(&run[i]));
    json_t *root = json_pack(
        "{s:o, s:o, s:o}", "profiles", list, "bottlenecks", bottlenecks_json(run, n),
        "comparison", comparison != NULL ? profile_comparison_json(comparison) : json_null());
    int rc = json_write(root, stdout, err);
    json_decref(root);
    return rc;
}

static int print_csv(const struct profile_run *run, size_t n, struct err *err)
{
    static const char *const keys[] = {"problem", "n",        "mode",  "machine",
                                       "variant", "function", "file",  "module",
                                       "samples", "self",     "total", NULL};
    struct table *t = table_alloc(keys, NULL);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < run[i].cpu.n_functions; k++) {
            const struct profile_function *f = &run[i].cpu.function[k];
            double samples = (double)run[i].cpu.samples;
            table_text(t, run[i].row->problem);
            table_number(t, run[i].row->n);
            table_text(t, run[i].row->mode);
            table_text(t, run[i].row->machine);
            table_text(t, run[i].row->variant);
            table_text(t, f->name);
            table_text(t, f->file);
            table_text(t, f->module);
            table_uint(t, f->self);
            table_real(t, (double)f->self / samples, 6);
            table_real(t, (double)f->total / samples, 6);
        }
    return table_finish(t, FORMAT_CSV, stdout, err);
}

int profile_print(const struct profile_run *run, size_t n,
                  const struct profile_comparison *comparison, size_t top, enum format format,
                  struct err *err)
{
    int rc = format == FORMAT_JSON  ? print_json(run, n, comparison, err)
             : format == FORMAT_CSV ? print_csv(run, n, err)
                                    : print_text(run, n, comparison, top, err);
    return rc == ERR_IO ? 0 : rc; /* cmd_finish() tells that stdout is lost */
}
