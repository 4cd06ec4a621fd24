/* rung sim: what it prints for people. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/str.h"
#include "base/table.h"
#include "base/units.h"
#include "cmd/sim.h"

/* Of what a counter is a part, as people say it; a counter that is not here is just a rate. */
static const struct {
    enum counter part, whole;
    const char *name;
} shares[] = {
    {COUNTER_branches_taken, COUNTER_branches, "branches"},
    {COUNTER_mispredictions, COUNTER_branches, "branches"},
    {COUNTER_mispredictions_conditional, COUNTER_mispredictions, "mispredictions"},
    {COUNTER_mispredictions_indirect, COUNTER_mispredictions, "mispredictions"},
    {COUNTER_mispredictions_return, COUNTER_mispredictions, "mispredictions"},
    {COUNTER_btb_misses, COUNTER_branches_taken, "branches taken"},
    {COUNTER_l1d_misses, COUNTER_l1d_accesses, "L1D accesses"},
    {COUNTER_l2_misses, COUNTER_l2_accesses, "L2 accesses"},
    {COUNTER_slc_misses, COUNTER_slc_accesses, "system cache accesses"},
    {COUNTER_l1d_prefetches_useful, COUNTER_l1d_prefetches, "L1D prefetches"},
    {COUNTER_l1d_prefetches_useless, COUNTER_l1d_prefetches, "L1D prefetches"},
    {COUNTER_l2_prefetches_useful, COUNTER_l2_prefetches, "L2 prefetches"},
    {COUNTER_l2_prefetches_useless, COUNTER_l2_prefetches, "L2 prefetches"},
    {COUNTER_dtlb_misses, COUNTER_l1d_accesses, "L1D accesses"},
    {COUNTER_tlb_walks, COUNTER_dtlb_misses, "DTLB misses"},
    {COUNTER_window_full_cycles, COUNTER_cycles, "cycles"},
    {COUNTER_registers_full_cycles, COUNTER_cycles, "cycles"},
    {COUNTER_load_queue_full_cycles, COUNTER_cycles, "cycles"},
    {COUNTER_store_queue_full_cycles, COUNTER_cycles, "cycles"},
    {COUNTER_instructions_timed, COUNTER_instructions, "instructions"},
    {COUNTER_instructions_covered, COUNTER_instructions, "instructions"},
    {COUNTER_cycles_error, COUNTER_cycles, "cycles"},
};

/* Seconds that the cycles take on the machine, NaN in emulation. */
static double machine_seconds(const struct sim_arguments *a, const struct sim_result *r)
{
    if (a->machine == NULL || a->sim.mode == TIMING_MODE_emulation)
        return NAN;
    return (double)r->counter[COUNTER_cycles] / machine_value(a->machine, "clock");
}

static char *count_text(char *text, size_t size, uint64_t n)
{
    snprintf(text, size, "%" PRIu64 " instructions", n);
    return text;
}

static void write_head(const struct sim_arguments *a, const struct sim_result *r, FILE *out)
{
    char seconds[32];
    double instructions = (double)r->counter[COUNTER_instructions];
    double cycles = (double)r->counter[COUNTER_cycles];
    fprintf(out, "%s, %s", timing_mode_name(a->sim.mode),
            r->had_roi ? "region of interest" : "whole run (no region is marked)");
    if (cycles > 0 && instructions > 0)
        fprintf(out, ", %s: CPI %.4f, IPC %.3f, %s at %.2f GHz", machine_name(a->machine),
                cycles / instructions, instructions / cycles,
                units_format_seconds(seconds, sizeof seconds, machine_seconds(a, r)),
                machine_value(a->machine, "clock") / 1e9);
    fputs("\n\n", out);
}

/* "12.3 % of branches", "0.35 GB/s", or nothing. */
static void add_share(struct table *t, const struct sim_arguments *a,
                      const struct sim_result *r, enum counter c)
{
    char text[64] = "";
    double value = (double)r->counter[c];
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
        if (shares[i].part == c && r->counter[shares[i].whole] > 0)
            snprintf(text, sizeof text, "%5.1f %% of %s%s",
                     100 * value / (double)r->counter[shares[i].whole], shares[i].name,
                     /* A line that was prefetched before the region is used in it. */
                     r->counter[c] > r->counter[shares[i].whole] ? ", with earlier ones" : "");
    if (c == COUNTER_dram_bytes_read || c == COUNTER_dram_bytes_written)
        snprintf(text, sizeof text, "%5.2f GB/s", value / machine_seconds(a, r) / 1e9);
    table_text(t, text);
}

/* People are spared what stays at zero, for nothing happened or the mode does not count it. */
static int write_counters(const struct sim_arguments *a, const struct sim_result *r, FILE *out,
                          struct err *err)
{
    static const char *const keys[] = {"counter", "value", "per 1000 instructions", "share",
                                       NULL};
    struct table *t = table_alloc(keys, NULL);
    double instructions = (double)r->counter[COUNTER_instructions];
    for (int i = 0; i < COUNTER_MAX; i++) {
        if (r->counter[i] == 0)
            continue;
        table_text(t, counter_name((enum counter)i));
        table_uint(t, r->counter[i]);
        table_real(t, 1000 * (double)r->counter[i] / instructions, -3);
        add_share(t, a, r, (enum counter)i);
    }
    return table_finish(t, FORMAT_TEXT, out, err);
}

static int write_stack(const struct sim_result *r, FILE *out, struct err *err)
{
    static const char *const keys[] = {"CPI stack", "CPI", "share", "what", NULL};
    struct table *t = table_alloc(keys, NULL);
    double instructions = (double)r->counter[COUNTER_instructions];
    double cycles = (double)r->counter[COUNTER_cycles];
    for (int i = 0; i < CPI_PART_MAX; i++) {
        table_text(t, cpi_part_name(i));
        table_real(t, (double)r->cpi_stack[i] / instructions, -4);
        table_percent(t, (double)r->cpi_stack[i] / cycles, -1);
        table_text(t, cpi_part_text(i));
    }
    table_rule(t);
    table_text(t, "sum");
    table_real(t, cycles / instructions, -4);
    table_percent(t, cycles / cycles, -1);
    table_text(t, "cycles per instruction");
    return table_finish(t, FORMAT_TEXT, out, err);
}

/* "ldr d1, [x2, x3] (+0x8)": where in the block. */
static void describe_insn(struct str *text, const struct sim_hot_block *h, uint64_t pc,
                          const char *insn)
{
    str_addf(text, "%s (+0x%" PRIx64 ")", insn, pc - h->pc);
}

/* What holds the block up: "dram: ldr d1, [x2, x3] (+0x8) 96 %". */
static void add_bound(struct table *t, const struct sim_hot_block *h)
{
    struct str text;
    str_init(&text);
    if (h->bound >= 0)
        str_addf(&text, "%s %.0f %%", cpi_part_name((enum cpi_part)h->bound),
                 100 * h->part[h->bound] / h->cycles);
    if (h->bound_pc != 0) {
        str_add(&text, ": ");
        describe_insn(&text, h, h->bound_pc, h->bound_insn);
    }
    if (h->producer_pc == h->bound_pc && h->producer_pc != 0) {
        str_add(&text, " on itself");
    } else if (h->producer_pc != 0) {
        str_add(&text, " on ");
        describe_insn(&text, h, h->producer_pc, h->producer_insn);
    }
    table_text(t, str_failed(&text) ? "" : text.data != NULL ? text.data : "");
    str_release(&text);
}

static void add_hot(struct table *t, const struct sim_result *r, const struct sim_hot_block *h,
                    bool timed)
{
    char pc[32];
    snprintf(pc, sizeof pc, "0x%" PRIx64, h->pc);
    table_text(t, h->symbol[0] != '\0' ? h->symbol : pc);
    table_text(t, h->source);
    table_uint(t, h->n_insn);
    table_uint(t, h->executions);
    table_percent(t, (double)h->instructions / (double)r->counter[COUNTER_instructions], -1);
    if (!timed)
        return;
    table_percent(t, h->cycles / (double)r->counter[COUNTER_cycles], -1);
    table_real(t, h->cycles / (double)h->instructions, -3);
    add_bound(t, h);
}

static int write_hot(const struct sim_arguments *a, const struct sim_result *r, FILE *out,
                     struct err *err)
{
    static const char *const plain[] = {"hot block",  "source",       "length",
                                        "executions", "instructions", NULL};
    static const char *const timed[] = {"hot block", "source", "length", "executions",
                                        "instructions", "cycles", "CPI", "bound by", NULL};
    bool has_time = a->sim.mode != TIMING_MODE_emulation;
    struct table *t = table_alloc(has_time ? timed : plain, NULL);
    for (size_t i = 0; i < r->n_hot && i < a->hot_blocks; i++)
        add_hot(t, r, &r->hot[i], has_time);
    return table_finish(t, FORMAT_TEXT, out, err);
}

/* Distances as people think of them: memory touched since, a power of two a row. */
static int write_reuse(const struct distance_histogram *h, FILE *out, struct err *err)
{
    static const char *const keys[] = {"reuse within", "lines", "accesses",
                                       "standard error", "misses",  NULL};
    struct table *t = table_alloc(keys, NULL);
    double all = (double)h->accesses;
    for (unsigned i = 0, next; i < h->n_bins; i = next) {
        double count = 0, variance = 0;
        char size[32];
        next = i < 8 ? (i == 0 ? 1 : 2 * i) : i + 4;
        for (unsigned k = i; k < next && k < DISTANCE_BINS; k++) {
            count += h->count[k];
            variance += h->error[k] * h->error[k];
        }
        uint64_t below = distance_bin_from(next);
        table_text(t, units_format_bytes(size, sizeof size, below * DISTANCE_LINE));
        table_uint(t, below);
        table_percent(t, count / all, -1);
        table_percent(t, sqrt(variance) / all, 1);
        table_percent(t, distance_misses(h, below), -1);
    }
    table_text(t, "cold");
    table_text(t, "");
    table_percent(t, h->cold / all, -1);
    table_percent(t, h->cold_error / all, 1);
    table_text(t, "");
    return table_finish(t, FORMAT_TEXT, out, err);
}

int sim_write_text(const struct sim_arguments *a, const struct sim_result *r, FILE *out,
                   struct err *err)
{
    char a_count[48], seconds[32];
    write_head(a, r, out);
    int rc = write_counters(a, r, out, err);
    if (rc == 0 && a->sim.mode != TIMING_MODE_emulation) {
        fputc('\n', out);
        rc = write_stack(r, out, err);
    }
    if (rc == 0 && r->n_hot > 0 && a->hot_blocks > 0) {
        fputc('\n', out);
        rc = write_hot(a, r, out, err);
    }
    if (rc == 0 && a->sim.reuse && r->reuse.accesses > 0) {
        fputc('\n', out);
        rc = write_reuse(&r->reuse, out, err);
    }
    fprintf(out,
            "\n%s in all, simulated in %s of processor time: %.1f million a second\n"
            "stream hash %016" PRIx64 "\n",
            count_text(a_count, sizeof a_count, r->instructions_total),
            units_format_seconds(seconds, sizeof seconds, r->user_seconds),
            (double)r->instructions_total / r->user_seconds / 1e6, r->stream_hash);
    if (rc == 0 && ferror(out))
        rc = err_set(err, ERR_IO, "writing the counters failed");
    return rc;
}
