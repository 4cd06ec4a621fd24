/* rung sim: one simulation from the shell. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/table.h"
#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/cmd_list.h"
#include "sim/sim.h"

enum { MAX_SETTINGS = 64 };

struct sim_arguments {
    struct sim_options sim;
    struct machine *machine;
    const char *machine_name;
    const char *setting[MAX_SETTINGS]; /* "name=value", borrowed from argv */
    size_t n_settings;
    const char *stats_path;
    enum format format;
    bool exit_status_of_rung;
};

static int run_sim(int argc, char **argv);

const struct command cmd_sim_command = {
    .name = "sim",
    .summary = "run one program on the simulator",
    .usage = "rung sim [-m MODE] [-M MACHINE] [-s NAME=VALUE]... [-f FORMAT] [-o FILE]\n"
             "         [--seed N] [--max-instructions N] [--interval N]\n"
             "         [--exit-code guest|status] ELF [ARGUMENT...]",
    .options =
        "-m, --mode MODE          emulation (default), timing\n"
        "-M, --machine MACHINE    a machine's name or file (default m2)\n"
        "-s, --set NAME=VALUE     change a parameter of the machine\n"
        "-f, --format FORMAT      text (default), json, csv\n"
        "-o, --stats FILE         counters into FILE instead of standard error\n"
        "    --seed N             layout seed (default 0: the plain layout)\n"
        "    --max-instructions N stop after N instructions\n"
        "    --interval N         instructions between rows of the trace\n"
        "    --exit-code WHICH    guest (default): end with the program's exit status;\n"
        "                         status: 0 when the simulation and the program went well, else 4\n",
    .run = run_sim,
};

static int parse_options(int argc, char **argv, struct sim_arguments *a, int *status)
{
    enum { OPT_SEED = 256, OPT_MAX, OPT_INTERVAL, OPT_EXIT };
    static const struct option options[] = {
        {"mode", required_argument, NULL, 'm'},
        {"machine", required_argument, NULL, 'M'},
        {"set", required_argument, NULL, 's'},
        {"format", required_argument, NULL, 'f'},
        {"stats", required_argument, NULL, 'o'},
        {"seed", required_argument, NULL, OPT_SEED},
        {"max-instructions", required_argument, NULL, OPT_MAX},
        {"interval", required_argument, NULL, OPT_INTERVAL},
        {"exit-code", required_argument, NULL, OPT_EXIT},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const struct command *c = &cmd_sim_command;
    int option;
    opterr = 0;
    *status = -1;
    /* '+': what stands behind the ELF belongs to the guest. */
    while ((option = getopt_long(argc, argv, "+:m:M:s:f:o:h", options, NULL)) != -1) {
        uint64_t number = 0;
        if (option >= OPT_SEED && option <= OPT_INTERVAL &&
            units_parse_uint64(optarg, &number) != 0)
            return *status = cmd_usage(c, "'%s' is no number", optarg);
        switch (option) {
        case 'm':
            if (timing_mode_parse(optarg, &a->sim.mode) != 0)
                return *status = cmd_usage(c, "unknown mode '%s'", optarg);
            break;
        case 'M':
            a->machine_name = optarg;
            break;
        case 's':
            if (strchr(optarg, '=') == NULL)
                return *status = cmd_usage(c, "'%s' is not NAME=VALUE", optarg);
            if (a->n_settings == MAX_SETTINGS)
                return *status = cmd_usage(c, "more than %d settings", MAX_SETTINGS);
            a->setting[a->n_settings++] = optarg;
            break;
        case 'f':
            if (format_parse(optarg, &a->format) != 0)
                return *status = cmd_usage(c, "unknown format '%s'", optarg);
            break;
        case 'o':
            a->stats_path = optarg;
            break;
        case OPT_SEED:
            a->sim.layout_seed = number;
            break;
        case OPT_MAX:
            a->sim.max_instructions = number;
            break;
        case OPT_INTERVAL:
            a->sim.interval = number;
            break;
        case OPT_EXIT:
            if (strcmp(optarg, "guest") != 0 && strcmp(optarg, "status") != 0)
                return *status = cmd_usage(c, "'%s' is neither guest nor status", optarg);
            a->exit_status_of_rung = strcmp(optarg, "status") == 0;
            break;
        case 'h':
            return *status = cmd_help(c);
        case ':':
            return *status = cmd_usage(c, "'%s' wants a value", argv[optind - 1]);
        default:
            return *status = cmd_usage(c, "unknown option '%s'", argv[optind - 1]);
        }
    }
    if (optind >= argc)
        return *status = cmd_usage(c, "no program was named");
    a->sim.elf = argv[optind];
    a->sim.argc = argc - optind;
    a->sim.argv = (const char *const *)(argv + optind);
    return 0;
}

static const char *end_name(enum emu_end_kind kind)
{
    switch (kind) {
    case EMU_EXITED:
        return "exited";
    case EMU_LIMIT:
        return "limit";
    default:
        return "fault";
    }
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
                        a->machine != NULL ? json_string(machine_name(a->machine)) : json_null());
    json_object_set_new(root, "seed", json_integer((json_int_t)a->sim.layout_seed));
    json_object_set_new(root, "end", json_string(end_name(r->end.kind)));
    json_object_set_new(root, "exit_code",
                        r->end.kind == EMU_EXITED ? json_integer(r->end.exit_code) : json_null());
    json_object_set_new(root, "message",
                        r->end.text[0] != '\0' ? json_string(r->end.text) : json_null());
    json_object_set_new(root, "instructions_total",
                        json_integer((json_int_t)r->instructions_total));
    json_object_set_new(root, "region_marked", json_boolean(r->had_roi));
    for (int i = 0; i < COUNTER_MAX; i++)
        json_object_set_new(root, counter_name(i), json_integer((json_int_t)r->counter[i]));
    json_object_set_new(root, "cpi", json_number(cycles / instructions));
    json_object_set_new(root, "user_seconds", json_number(r->user_seconds));
    json_object_set_new(root, "wall_seconds", json_number(r->wall_seconds));
    json_object_set_new(root, "peak_memory", json_integer((json_int_t)r->peak_memory));
    json_object_set_new(root, "guest_bytes", json_integer((json_int_t)r->guest_bytes));
    json_object_set_new(root, "stream_hash", json_string(hash));
    json_t *stack = json_object();
    for (int i = 0; i < CPI_PART_MAX; i++)
        json_object_set_new(stack, cpi_part_name(i), json_integer((json_int_t)r->cpi_stack[i]));
    json_object_set_new(root, "cpi_stack", stack);
    json_t *hot = json_array();
    for (size_t i = 0; i < r->n_hot; i++)
        json_array_append_new(
            hot, json_pack("{s:I, s:s, s:I, s:I, s:I}", "pc", (json_int_t)r->hot[i].pc, "symbol",
                           r->hot[i].symbol, "block_instructions", (json_int_t)r->hot[i].n_insn,
                           "executions", (json_int_t)r->hot[i].executions, "instructions",
                           (json_int_t)r->hot[i].instructions));
    json_object_set_new(root, "hot_blocks", hot);
    int rc = json_write(root, out, err);
    json_decref(root);
    return rc;
}

/* Counters as a table; in text the CPI stack, hot blocks and speed follow. */
static int write_counters(const struct sim_result *r, enum format format, FILE *out,
                          struct err *err)
{
    static const char *const keys[] = {"counter", "value", "per_instruction", NULL};
    struct table *t;
    int rc = table_alloc(&t, keys, NULL);
    if (rc != 0)
        return err_set(err, rc, "out of memory");
    double instructions = (double)r->counter[COUNTER_instructions];
    for (int i = 0; i < COUNTER_MAX; i++) {
        table_text(t, counter_name(i));
        table_uint(t, r->counter[i]);
        table_real(t, (double)r->counter[i] / instructions, 4);
    }
    rc = table_write(t, format, out, err);
    table_free(t);
    return rc;
}

static int write_stack(const struct sim_result *r, FILE *out, struct err *err)
{
    static const char *const keys[] = {"part", "cpi", "share", "what", NULL};
    struct table *t;
    int rc = table_alloc(&t, keys, NULL);
    if (rc != 0)
        return err_set(err, rc, "out of memory");
    double instructions = (double)r->counter[COUNTER_instructions];
    double cycles = (double)r->counter[COUNTER_cycles];
    for (int i = 0; i < CPI_PART_MAX; i++) {
        table_text(t, cpi_part_name(i));
        table_real(t, (double)r->cpi_stack[i] / instructions, 4);
        table_percent(t, (double)r->cpi_stack[i] / cycles, 3);
        table_text(t, cpi_part_text(i));
    }
    table_rule(t);
    table_text(t, "CPI");
    table_real(t, cycles / instructions, 4);
    table_percent(t, cycles > 0 ? 1 : cycles / cycles, 3);
    table_text(t, "cycles per instruction");
    rc = table_write(t, FORMAT_TEXT, out, err);
    table_free(t);
    return rc;
}

static int write_hot(const struct sim_result *r, FILE *out, struct err *err)
{
    static const char *const keys[] = {"hot block", "instructions", "share", "executions", NULL};
    struct table *t;
    int rc = table_alloc(&t, keys, NULL);
    if (rc != 0)
        return err_set(err, rc, "out of memory");
    for (size_t i = 0; i < r->n_hot && i < 8; i++) {
        char pc[32];
        snprintf(pc, sizeof pc, "0x%" PRIx64, r->hot[i].pc);
        table_text(t, r->hot[i].symbol[0] != '\0' ? r->hot[i].symbol : pc);
        table_uint(t, r->hot[i].n_insn);
        table_percent(
            t, (double)r->hot[i].instructions / (double)r->counter[COUNTER_instructions], 3);
        table_uint(t, r->hot[i].executions);
    }
    rc = table_write(t, FORMAT_TEXT, out, err);
    table_free(t);
    return rc;
}

static int write_text(const struct sim_arguments *a, const struct sim_result *r, FILE *out,
                      struct err *err)
{
    int rc = write_counters(r, FORMAT_TEXT, out, err);
    if (rc == 0 && a->sim.mode != TIMING_MODE_emulation) {
        fputc('\n', out);
        rc = write_stack(r, out, err);
    }
    if (rc == 0 && r->n_hot > 0) {
        fputc('\n', out);
        rc = write_hot(r, out, err);
    }
    fprintf(out,
            "\n%s, %s; %" PRIu64 " instructions in all, %.4g s, %.1f million a second; "
            "stream hash %016" PRIx64 "\n",
            timing_mode_name(a->sim.mode),
            r->had_roi ? "region of interest" : "no region marked: the whole run",
            r->instructions_total, r->user_seconds,
            (double)r->instructions_total / r->user_seconds / 1e6, r->stream_hash);
    if (rc == 0 && ferror(out))
        rc = err_set(err, ERR_IO, "writing the counters failed");
    return rc;
}

static int write_stats(const struct sim_arguments *a, const struct sim_result *r,
                       struct err *err)
{
    FILE *out = stderr;
    if (a->stats_path != NULL && (out = fopen(a->stats_path, "w")) == NULL)
        return err_set_errno(err, ERR_CONFIG, errno, "'%s': cannot be written", a->stats_path);
    int rc = a->format == FORMAT_JSON  ? write_json(a, r, out, err)
             : a->format == FORMAT_CSV ? write_counters(r, FORMAT_CSV, out, err)
                                       : write_text(a, r, out, err);
    if (out != stderr && fclose(out) != 0 && rc == 0)
        rc = err_set_errno(err, ERR_IO, errno, "'%s': writing failed", a->stats_path);
    return rc;
}

static int prepare_machine(struct sim_arguments *a, struct err *err)
{
    if (a->sim.mode == TIMING_MODE_emulation && a->machine_name == NULL && a->n_settings == 0)
        return 0;
    int rc = machine_load(&a->machine, a->machine_name != NULL ? a->machine_name : "m2", err);
    for (size_t i = 0; rc == 0 && i < a->n_settings; i++) {
        char name[128];
        const char *equals = strchr(a->setting[i], '=');
        snprintf(name, sizeof name, "%.*s", (int)(equals - a->setting[i]), a->setting[i]);
        rc = machine_set(a->machine, name, equals + 1, err);
    }
    if (rc == 0)
        rc = machine_check(a->machine, err);
    a->sim.machine = a->machine;
    return rc;
}

static int exit_status(const struct sim_arguments *a, const struct sim_result *r)
{
    if (r->end.kind != EMU_EXITED) {
        cmd_warn("'%s': %s", a->sim.elf, r->end.text);
        return err_exit_status(ERR_RUN);
    }
    if (a->exit_status_of_rung)
        return r->end.exit_code == 0 ? 0 : err_exit_status(ERR_RUN);
    return r->end.exit_code;
}

static int run_sim(int argc, char **argv)
{
    struct sim_arguments a = {
        .sim = {.mode = TIMING_MODE_emulation, .out_fd = STDOUT_FILENO, .err_fd = STDERR_FILENO}};
    struct sim_result result = {0};
    struct err err = {0};
    int status;
    if (parse_options(argc, argv, &a, &status) != 0 || status >= 0)
        return status;
    int rc = prepare_machine(&a, &err);
    if (rc == 0)
        rc = sim_run(&a.sim, &result, &err);
    if (rc == 0)
        rc = write_stats(&a, &result, &err);
    status = rc == 0 ? exit_status(&a, &result) : cmd_fail(&err);
    sim_result_release(&result);
    machine_free(a.machine);
    return status;
}
