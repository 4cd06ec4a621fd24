/* rung sim: one simulation from the shell. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/table.h"
#include "cmd/commands.h"
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
    .options = "-m, --mode MODE          emulation (default), timing\n"
               "-M, --machine MACHINE    a machine's name or file (default m2)\n"
               "-s, --set NAME=VALUE     change a parameter of the machine\n"
               "-f, --format FORMAT      text (default), json, csv\n"
               "-o, --stats FILE         counters into FILE instead of standard error\n"
               "    --seed N             layout seed (default 0: the plain layout)\n"
               "    --max-instructions N stop after N instructions\n"
               "    --interval N         instructions between rows of the trace\n"
               "    --exit-code WHICH    guest (default): end with the program's exit status;\n"
               "                         status: 0 when the simulation and the program went "
               "well, else 4\n",
    .run = run_sim,
};

static int parse_exit_code(struct sim_arguments *a, const char *text)
{
    if (strcmp(text, "guest") != 0 && strcmp(text, "status") != 0)
        return cmd_usage(&cmd_sim_command, "--exit-code: '%s' is neither guest nor status",
                         text);
    a->exit_status_of_rung = strcmp(text, "status") == 0;
    return 0;
}

static int add_setting(struct sim_arguments *a, const char *text)
{
    if (strchr(text, '=') == NULL)
        return cmd_usage(&cmd_sim_command, "--set: '%s' is not NAME=VALUE", text);
    if (a->n_settings == MAX_SETTINGS)
        return cmd_usage(&cmd_sim_command, "--set: more than %d settings", MAX_SETTINGS);
    a->setting[a->n_settings++] = text;
    return 0;
}

enum { OPT_SEED = CMD_OPTION_LONG, OPT_MAX, OPT_INTERVAL, OPT_EXIT };

static int take_option(struct sim_arguments *a, int opt)
{
    const struct command *c = &cmd_sim_command;
    switch (opt) {
    case 'm':
        if (timing_mode_parse(optarg, &a->sim.mode) != 0)
            return cmd_usage(c, "--mode: unknown mode '%s'", optarg);
        return 0;
    case 'M':
        a->machine_name = optarg;
        return 0;
    case 's':
        return add_setting(a, optarg);
    case 'f':
        return cmd_parse_format(c, optarg, &a->format);
    case 'o':
        a->stats_path = optarg;
        return 0;
    case OPT_SEED:
        return cmd_parse_uint(c, "--seed", optarg, 0, UINT32_MAX, &a->sim.layout_seed);
    case OPT_MAX:
        return cmd_parse_uint(c, "--max-instructions", optarg, 1, UINT64_MAX,
                              &a->sim.max_instructions);
    case OPT_INTERVAL:
        return cmd_parse_uint(c, "--interval", optarg, 1, UINT64_MAX, &a->sim.interval);
    default:
        return parse_exit_code(a, optarg);
    }
}

/* Returns -1 to go on, or an exit status. */
static int parse_options(int argc, char **argv, struct sim_arguments *a)
{
    static const struct option longs[] = {
        {"mode", required_argument, NULL, 'm'},
        {"machine", required_argument, NULL, 'M'},
        {"set", required_argument, NULL, 's'},
        {"format", required_argument, NULL, 'f'},
        {"stats", required_argument, NULL, 'o'},
        {"seed", required_argument, NULL, OPT_SEED},
        {"max-instructions", required_argument, NULL, OPT_MAX},
        {"interval", required_argument, NULL, OPT_INTERVAL},
        {"exit-code", required_argument, NULL, OPT_EXIT},
        CMD_LONG_HELP,
    };
    int opt;
    /* '+': what stands behind the ELF belongs to the guest. */
    while ((opt = cmd_getopt(&cmd_sim_command, argc, argv, "+m:M:s:f:o:", longs)) >= 0) {
        int status = take_option(a, opt);
        if (status != 0)
            return status;
    }
    if (opt != CMD_OPTIONS_END)
        return cmd_options_status(opt);
    int status = cmd_arguments(&cmd_sim_command, argc, 1, argc, "a program");
    if (status != 0)
        return status;
    a->sim.elf = argv[optind];
    a->sim.argc = argc - optind;
    a->sim.argv = (const char *const *)(argv + optind);
    return -1;
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
                        a->machine != NULL ? json_string(machine_name(a->machine))
                                           : json_null());
    json_object_set_new(root, "seed", json_integer((json_int_t)a->sim.layout_seed));
    json_object_set_new(root, "end", json_string(end_name(r->end.kind)));
    json_object_set_new(root, "exit_code",
                        r->end.kind == EMU_EXITED ? json_integer(r->end.exit_code)
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
        json_array_append_new(hot,
                              json_pack("{s:I, s:s, s:I, s:I, s:I}", "pc",
                                        (json_int_t)r->hot[i].pc, "symbol", r->hot[i].symbol,
                                        "block_instructions", (json_int_t)r->hot[i].n_insn,
                                        "executions", (json_int_t)r->hot[i].executions,
                                        "instructions", (json_int_t)r->hot[i].instructions));
    json_object_set_new(root, "hot_blocks", hot);
    int rc = json_write(root, out, err);
    json_decref(root);
    return rc;
}

/* Counters as a table.  People are spared those that stay at zero because the mode does not
 * count them. */
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
        if (format == FORMAT_TEXT && r->counter[i] == 0)
            continue;
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
    static const char *const keys[] = {"hot block", "instructions", "share", "executions",
                                       NULL};
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
    struct sim_arguments a = {.sim = {.mode = TIMING_MODE_emulation,
                                      .out_fd = STDOUT_FILENO,
                                      .err_fd = STDERR_FILENO}};
    struct sim_result result = {0};
    struct err err = {0};
    int status = parse_options(argc, argv, &a);
    if (status >= 0)
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
