/* rung profile: what the guest spends its time on, and what is the bottleneck of the simulator
 * in each run. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/profile.h"

enum { PARTS_SHOWN = 3 };

/* "dram 61 %, l2 20 %, base 9 %": the largest parts of a block's CPI stack. */
static void describe_stack(const struct store_hot *h, char *text, size_t size)
{
    bool told[CPI_PART_MAX] = {false};
    size_t at = 0;
    text[0] = '\0';
    for (int shown = 0; shown < PARTS_SHOWN && h->cycles > 0; shown++) {
        int best = -1;
        for (int p = 0; p < CPI_PART_MAX; p++)
            if (!told[p] && h->part[p] >= 0.01 * h->cycles &&
                (best < 0 || h->part[p] > h->part[best]))
                best = p;
        if (best < 0 || at >= size)
            return;
        told[best] = true;
        at += (size_t)snprintf(text + at, size - at, "%s%s %.0f %%", shown > 0 ? ", " : "",
                               cpi_part_name((enum cpi_part)best),
                               100 * h->part[best] / h->cycles);
    }
}

/* "ldr d1, [x2, x3] on madd x2, x4": the instruction that lost most, and the one it waits for.
 */
static void describe_path(const struct store_hot *h, char *text, size_t size)
{
    const char *on = "", *what = "";
    if (h->producer_pc != 0) {
        on = " on ";
        what = h->producer_pc == h->bound_pc ? "itself" : h->producer_insn;
    }
    snprintf(text, size, "%s%s%s", h->bound_insn, on, what);
}

int profile_guest_text(const struct profile_run *run, size_t top, FILE *out, struct err *err)
{
    static const char *const timed[] = {"guest block", "source",    "share", "CPI",
                                        "CPI stack",   "waits for", NULL};
    static const char *const plain[] = {"guest block", "source", "share", NULL};
    const struct store_run *g = &run->guest;
    bool has_time = run->row->machine[0] != '\0';
    double all = run->row->counter[has_time ? COUNTER_cycles : COUNTER_instructions];
    struct table *t = table_alloc(has_time ? timed : plain, NULL);
    for (size_t i = 0; i < g->n_hot && i < top; i++) {
        const struct store_hot *h = &g->hot[i];
        char pc[32], stack[128], path[160];
        snprintf(pc, sizeof(pc), "0x%" PRIx64, h->pc);
        table_text(t, h->symbol[0] != '\0' ? h->symbol : pc);
        table_text(t, h->source);
        table_percent(t, (has_time ? h->cycles : (double)h->instructions) / all, -1);
        if (!has_time)
            continue;
        describe_stack(h, stack, sizeof(stack));
        describe_path(h, path, sizeof(path));
        table_real(t, h->cycles / (double)h->instructions, -3);
        table_text(t, stack);
        table_text(t, path);
    }
    int rc = table_finish(t, FORMAT_TEXT, out, err);
    fputc('\n', out);
    return rc;
}

json_t *profile_guest_json(const struct profile_run *run)
{
    json_t *list = json_array();
    for (size_t i = 0; i < run->guest.n_hot; i++) {
        const struct store_hot *h = &run->guest.hot[i];
        json_t *stack = json_object();
        for (int p = 0; p < CPI_PART_MAX; p++)
            json_object_set_new(stack, cpi_part_name((enum cpi_part)p),
                                json_number(h->part[p]));
        json_array_append_new(
            list,
            json_pack("{s:I, s:s, s:s, s:I, s:I, s:o, s:o, s:s, s:s, s:o, s:s}", "pc",
                      (json_int_t)h->pc, "symbol", h->symbol, "source", h->source, "executions",
                      (json_int_t)h->executions, "instructions", (json_int_t)h->instructions,
                      "cycles", json_number(h->cycles), "cpi_stack", stack, "bound", h->bound,
                      "bound_instruction", h->bound_insn, "bound_cycles",
                      json_number(h->bound_cycles), "producer_instruction", h->producer_insn));
    }
    return list;
}

/* ---- bottlenecks ---------------------------------------------------------------------------
 */

static int compare_bottlenecks(const void *a, const void *b)
{
    const struct profile_bottleneck *x = a, *y = b;
    if (x->share != y->share)
        return x->share > y->share ? -1 : 1;
    return x->run != y->run ? (x->run < y->run ? -1 : 1) : strcmp(x->stage, y->stage);
}

struct profile_bottleneck *profile_bottlenecks(const struct profile_run *run, size_t n,
                                               size_t *count)
{
    size_t rows = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        rows += run[i].cpu.n_stages;
    struct profile_bottleneck *list = calloc(rows + 1, sizeof(*list));
    *count = rows;
    for (size_t i = 0; list != NULL && i < n; i++)
        for (size_t k = 0; k < run[i].cpu.n_stages; k++) {
            const struct record_report *r = &run[i].recorded;
            double share = (double)run[i].cpu.stage[k].self / (double)run[i].cpu.samples;
            list[at++] = (struct profile_bottleneck){
                &run[i], run[i].cpu.stage[k].name, share,
                1e9 * share * (r->user_seconds + r->system_seconds) / r->instructions};
        }
    if (list != NULL && rows > 0)
        qsort(list, rows, sizeof(*list), compare_bottlenecks);
    return list;
}
