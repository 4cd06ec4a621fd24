/* rung sim: what it prints for programs; for people see sim_text.c. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "base/table.h"
#include "cmd/sim.h"

static const char *end_name(enum emu_end_kind kind)
{
    switch (kind) {
    case EMU_EXITED:
        return "exited";
    case EMU_LIMIT:
        return "limit";
    case EMU_KILLED:
        return "signal";
    default:
        return "fault";
    }
}

static json_t *pc_json(uint64_t pc)
{
    return pc != 0 ? json_integer((json_int_t)pc) : json_null();
}

static json_t *text_json(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

/* At least ten, whatever people want to read. */
static json_t *hot_json(const struct sim_arguments *a, const struct sim_result *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->n_hot && (i < 10 || i < a->hot_blocks); i++) {
        const struct sim_hot_block *h = &r->hot[i];
        bool timed = a->sim.mode != TIMING_MODE_emulation, known = h->bound >= 0;
        json_t *stack = known ? json_object() : json_null();
        for (int p = 0; known && p < CPI_PART_MAX; p++)
            json_object_set_new(stack, cpi_part_name((enum cpi_part)p),
                                json_number(h->part[p]));
        json_array_append_new(
            list,
            json_pack("{s:I, s:I, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
                      "s:o}",
                      "pc", (json_int_t)h->pc, "end", (json_int_t)(h->pc + 4 * h->n_insn),
                      "symbol", text_json(h->symbol), "source", text_json(h->source),
                      "block_instructions", (json_int_t)h->n_insn, "executions",
                      (json_int_t)h->executions, "instructions", (json_int_t)h->instructions,
                      "cycles", json_number(timed ? h->cycles : NAN), "cpi_stack", stack,
                      "bound", known ? json_string(cpi_part_name((enum cpi_part)h->bound))
                                     : json_null(),
                      "bound_pc", pc_json(h->bound_pc), "bound_instruction",
                      text_json(h->bound_insn), "bound_cycles",
                      json_number(h->bound_pc != 0 ? h->bound_cycles : NAN), "producer_pc",
                      pc_json(h->producer_pc), "producer_instruction",
                      text_json(h->producer_insn)));
    }
    return list;
}

/* Bins without accesses are left out. */
static json_t *reuse_json(const struct distance_histogram *h)
{
    if (h->accesses == 0)
        return json_null();
    json_t *bins = json_array();
    for (unsigned i = 0; i < h->n_bins; i++)
        if (h->count[i] > 0)
            json_array_append_new(
                bins, json_pack("{s:I, s:I, s:f, s:f}", "from",
                                (json_int_t)distance_bin_from(i), "to",
                                (json_int_t)distance_bin_from(i + 1) - 1, "accesses",
                                h->count[i], "error", h->error[i]));
    return json_pack("{s:i, s:I, s:f, s:f, s:f, s:o}", "line", DISTANCE_LINE, "accesses",
                     (json_int_t)h->accesses, "rate", h->rate, "cold", h->cold, "cold_error",
                     h->cold_error, "bins", bins);
}

static void add_lists(json_t *root, const struct sim_arguments *a, const struct sim_result *r)
{
    json_t *unknown = json_array();
    for (size_t i = 0; i < r->n_unknown_calls; i++)
        json_array_append_new(unknown, json_string(r->unknown_call[i]));
    json_object_set_new(root, "unknown_system_calls", unknown);
    json_t *stack = json_object();
    for (int i = 0; i < CPI_PART_MAX; i++)
        json_object_set_new(stack, cpi_part_name(i), json_integer((json_int_t)r->cpi_stack[i]));
    json_object_set_new(root, "cpi_stack", stack);
    json_object_set_new(root, "hot_blocks", hot_json(a, r));
    json_object_set_new(root, "reuse_distance", reuse_json(&r->reuse));
}

static int write_json(const struct sim_arguments *a, const struct sim_result *r, FILE *out,
                      struct err *err)
{
    char hash[24];
    snprintf(hash, sizeof hash, "%016" PRIx64, r->stream_hash);
    double instructions = (double)r->counter[COUNTER_instructions];
    double cycles = (double)r->counter[COUNTER_cycles];
    json_t *root = json_object();
    json_object_set_new(root, "elf", json_string(a->sim.elf));
    json_object_set_new(root, "mode", json_string(timing_mode_name(a->sim.mode)));
    json_object_set_new(root, "machine",
                        a->machine != NULL ? json_string(machine_name(a->machine))
                                           : json_null());
    json_object_set_new(root, "seed", json_integer((json_int_t)a->sim.layout_seed));
    json_object_set_new(root, "end", json_string(end_name(r->end.kind)));
    json_object_set_new(root, "exit_code",
                        r->end.kind == EMU_EXITED || r->end.kind == EMU_KILLED
                            ? json_integer(r->end.exit_code)
                            : json_null());
    json_object_set_new(root, "message",
                        r->end.text[0] != '\0' ? json_string(r->end.text) : json_null());
    json_object_set_new(root, "instructions_total",
                        json_integer((json_int_t)r->instructions_total));
    json_object_set_new(root, "region_marked", json_boolean(r->had_roi));
    for (int i = 0; i < COUNTER_MAX; i++)
        json_object_set_new(root, counter_name(i), json_integer((json_int_t)r->counter[i]));
    json_object_set_new(root, "cpi", json_number(cycles / instructions));
    json_object_set_new(root, "user_seconds", json_number(r->user_seconds));
    json_object_set_new(root, "region_user_seconds", json_number(r->region_user_seconds));
    json_object_set_new(root, "wall_seconds", json_number(r->wall_seconds));
    json_object_set_new(root, "peak_memory", json_integer((json_int_t)r->peak_memory));
    json_object_set_new(root, "guest_bytes", json_integer((json_int_t)r->guest_bytes));
    json_object_set_new(root, "stream_hash", json_string(hash));
    add_lists(root, a, r);
    int rc = json_write(root, out, err);
    json_decref(root);
    return rc;
}

static int write_csv(const struct sim_result *r, FILE *out, struct err *err)
{
    static const char *const keys[] = {"counter", "value", "per_instruction", NULL};
    struct table *t = table_alloc(keys, NULL);
    double instructions = (double)r->counter[COUNTER_instructions];
    for (int i = 0; i < COUNTER_MAX; i++) {
        table_text(t, counter_name(i));
        table_uint(t, r->counter[i]);
        table_real(t, (double)r->counter[i] / instructions, 4);
    }
    return table_finish(t, FORMAT_CSV, out, err);
}

int sim_write_stats(const struct sim_arguments *a, const struct sim_result *r, struct err *err)
{
    FILE *out = stderr;
    if (a->stats_path != NULL && (out = fopen(a->stats_path, "w")) == NULL)
        return err_set_errno(err, ERR_CONFIG, errno, "'%s': cannot be written", a->stats_path);
    int rc = a->format == FORMAT_JSON  ? write_json(a, r, out, err)
             : a->format == FORMAT_CSV ? write_csv(r, out, err)
                                       : sim_write_text(a, r, out, err);
    if (out != stderr && fclose(out) != 0 && rc == 0)
        rc = err_set_errno(err, ERR_IO, errno, "'%s': writing failed", a->stats_path);
    return rc;
}
