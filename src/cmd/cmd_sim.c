/* rung sim: one simulation from the shell. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "base/str.h"
#include "cmd/commands.h"
#include "cmd/sim.h"

static int run_sim(int argc, char **argv);

const struct command cmd_sim_command = {
    .name = "sim",
    .summary = "run one program on the simulator",
    .usage = "rung sim [-m MODE] [-M MACHINE] [-s PARAMETER=VALUE]... [-f FORMAT] [-o FILE]\n"
             "         [--layout-seed N] [--error E] [--max-instructions N] [--interval N]\n"
             "         [--trace-to FILE] [--hot-blocks N] [--reuse] [--allow-files DIR]\n"
             "         [--host-clock] [--terminal] [--exit-code guest|status]\n"
             "         ELF [ARGUMENT ...]\n"
             "rung sim --disassemble ELF",
    .options = "-m, --mode MODE          emulation (default), fast-timing, timing, sampled\n"
               "-M, --machine MACHINE    a machine's name or file (default m2)\n"
               "-s, --set PARAMETER=VALUE\n"
               "                         change a parameter of the machine\n"
               "-f, --format FORMAT      text (default), json, csv\n"
               "-o, --stats FILE         counters into FILE instead of standard error\n"
               "    --layout-seed N      moves stack, heap, arrays and pages (default 0: plain)\n"
               "    --error E            in mode sampled, as large a sample as an interval of\n"
               "                         plus and minus E (as 0.5%) around the cycles takes\n"
               "    --max-instructions N stop after N instructions\n"
               "    --interval N         instructions between rows of the trace\n"
               "    --trace-to FILE      the run with its trace into FILE, an HDF5 file\n"
               "    --hot-blocks N       show the N hottest blocks (default 6)\n"
               "    --reuse              show reuse distances; in emulation, measure them too\n"
               "    --allow-files DIR    the program may use the files below DIR\n"
               "    --host-clock         its clocks are those of the host\n"
               "    --terminal           it may see that its streams are a terminal\n"
               "    --disassemble        print its instructions instead of running it\n"
               "    --exit-code WHICH    guest (default): end with the program's exit status;\n"
               "                         status: 0 when the simulation and the program went "
               "well, else 4\n",
    .run = run_sim,
};

static int parse_exit_code(struct sim_arguments *a, const char *text)
{
    return cmd_parse_either(&cmd_sim_command, "--exit-code", text, "guest", "status",
                            &a->exit_status_of_rung);
}

static int add_setting(struct sim_arguments *a, const char *text)
{
    if (strchr(text, '=') == NULL)
        return cmd_bad_value(&cmd_sim_command, "--set", text, "NAME=VALUE");
    if (a->n_settings == SIM_MAX_SETTINGS)
        return cmd_usage(&cmd_sim_command, "'--set' is given more than %d times",
                         SIM_MAX_SETTINGS);
    a->setting[a->n_settings++] = text;
    return 0;
}

enum {
    OPT_SEED = CMD_OPTION_LONG,
    OPT_ERROR,
    OPT_MAX,
    OPT_INTERVAL,
    OPT_TRACE,
    OPT_HOT,
    OPT_REUSE,
    OPT_FILES,
    OPT_CLOCK,
    OPT_TERMINAL,
    OPT_DISASSEMBLE,
    OPT_EXIT
};

static int take_option(void *arguments, int opt)
{
    struct sim_arguments *a = arguments;
    const struct command *c = &cmd_sim_command;
    switch (opt) {
    case 'm':
        return cmd_parse_mode(c, optarg, false, &a->sim.mode);
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
        return cmd_parse_uint(c, "--layout-seed", optarg, 0, UINT32_MAX, &a->sim.layout_seed);
    case OPT_ERROR:
        return cmd_parse_between(c, "--error", optarg, 1, &a->sim.wanted_error);
    case OPT_MAX:
        return cmd_parse_uint(c, "--max-instructions", optarg, 1, UINT64_MAX,
                              &a->sim.max_instructions);
    case OPT_INTERVAL:
        return cmd_parse_uint(c, "--interval", optarg, 1, UINT64_MAX, &a->sim.interval);
    case OPT_TRACE:
        a->trace_path = optarg;
        return 0;
    case OPT_HOT: {
        uint64_t n = 0;
        int status = cmd_parse_uint(c, "--hot-blocks", optarg, 0, SIM_HOT_BLOCKS, &n);
        a->hot_blocks = (size_t)n;
        return status;
    }
    case OPT_REUSE:
        a->sim.reuse = true;
        return 0;
    case OPT_FILES:
        a->sim.files = optarg;
        return 0;
    case OPT_CLOCK:
        a->sim.host_clock = true;
        return 0;
    case OPT_TERMINAL:
        a->sim.terminal = true;
        return 0;
    case OPT_DISASSEMBLE:
        a->disassemble = true;
        return 0;
    default:
        return parse_exit_code(a, optarg);
    }
}

/* CMD_GO_ON, or an exit status. */
static int parse_options(int argc, char **argv, struct sim_arguments *a)
{
    static const struct option longs[] = {
        {"mode", required_argument, NULL, 'm'},
        {"machine", required_argument, NULL, 'M'},
        {"set", required_argument, NULL, 's'},
        {"format", required_argument, NULL, 'f'},
        {"stats", required_argument, NULL, 'o'},
        {"layout-seed", required_argument, NULL, OPT_SEED},
        {"error", required_argument, NULL, OPT_ERROR},
        {"max-instructions", required_argument, NULL, OPT_MAX},
        {"interval", required_argument, NULL, OPT_INTERVAL},
        {"trace-to", required_argument, NULL, OPT_TRACE},
        {"hot-blocks", required_argument, NULL, OPT_HOT},
        {"reuse", no_argument, NULL, OPT_REUSE},
        {"allow-files", required_argument, NULL, OPT_FILES},
        {"host-clock", no_argument, NULL, OPT_CLOCK},
        {"terminal", no_argument, NULL, OPT_TERMINAL},
        {"disassemble", no_argument, NULL, OPT_DISASSEMBLE},
        {"exit-code", required_argument, NULL, OPT_EXIT},
        CMD_LONG_HELP,
    };
    /* '+': what stands behind the ELF belongs to the guest. */
    int status = cmd_options(&cmd_sim_command, argc, argv, "+m:M:s:f:o:", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    if (a->sim.wanted_error > 0 && a->sim.mode != TIMING_MODE_sampled)
        return cmd_usage(&cmd_sim_command, "'--error': mode '%s' does not sample",
                         timing_mode_name(a->sim.mode));
    status = cmd_arguments(&cmd_sim_command, argc, 1, argc, "a program");
    if (status != 0)
        return status;
    a->sim.elf = argv[optind];
    a->sim.argc = argc - optind;
    a->sim.argv = (const char *const *)(argv + optind);
    return CMD_GO_ON;
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

/* What was asked for is written, or found out not to be writable before the program runs. */
static int check_outputs(const struct sim_arguments *a, struct err *err)
{
    if (a->trace_path == NULL)
        return 0;
    if (a->stats_path != NULL && strcmp(a->stats_path, a->trace_path) == 0)
        return err_set(err, ERR_USAGE, "'%s' can't hold both the counters and the trace",
                       a->trace_path);
    if (path_is_special(a->trace_path))
        return err_set(err, ERR_CONFIG, "'%s': cannot be written: it is a device or pipe",
                       a->trace_path);
    const char *slash = strrchr(a->trace_path, '/');
    char *folder = slash != NULL
                       ? str_format("%.*s/", (int)(slash - a->trace_path), a->trace_path)
                       : str_format(".");
    if (folder == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc =
        access(folder, W_OK | X_OK) == 0
            ? 0
            : err_set_errno(err, ERR_CONFIG, errno, "'%s': cannot be written", a->trace_path);
    free(folder);
    return rc;
}

/* A run may be over before its sample is as large as it had to be. */
static void warn_of_error(const struct sim_arguments *a, const struct sim_result *r)
{
    const uint64_t *count = r->counter;
    double error = (double)count[COUNTER_cycles_error] / (double)count[COUNTER_cycles];
    if (a->sim.wanted_error > 0 && error > a->sim.wanted_error)
        cmd_warn("'%s': the cycles' interval is plus and minus %.2f %%, more than the %g %% "
                 "that was wanted",
                 a->sim.elf, 100 * error, 100 * a->sim.wanted_error);
}

static int exit_status(const struct sim_arguments *a, const struct sim_result *r)
{
    warn_of_error(a, r);
    for (size_t i = 0; i < r->n_unknown_calls; i++)
        cmd_warn("'%s': made the system call %s, which is not implemented (it got ENOSYS)",
                 a->sim.elf, r->unknown_call[i]);
    if (r->end.kind != EMU_EXITED)
        cmd_warn("'%s': %s", a->sim.elf, r->end.text);
    if (r->end.kind == EMU_KILLED && !a->exit_status_of_rung)
        return r->end.exit_code;
    if (r->end.kind != EMU_EXITED)
        return err_exit_status(ERR_RUN);
    if (a->exit_status_of_rung)
        return r->end.exit_code == 0 ? 0 : err_exit_status(ERR_RUN);
    return r->end.exit_code;
}

/* Emulation is the default, so whoever names a machine may expect it to matter. */
static void warn_of_machine(const struct sim_arguments *a)
{
    bool named = a->machine_name != NULL;
    if (a->sim.mode == TIMING_MODE_emulation && (named || a->n_settings > 0))
        cmd_warn("mode 'emulation' times nothing, so '%s' changes nothing: choose a mode with "
                 "'--mode'",
                 named ? a->machine_name : a->setting[0]);
}

static int simulate(struct sim_arguments *a, struct sim_result *result, struct err *err)
{
    int rc = prepare_machine(a, err);
    if (rc == 0)
        rc = check_outputs(a, err);
    if (rc == 0)
        warn_of_machine(a);
    if (rc == 0)
        rc = sim_run(&a->sim, result, err);
    if (rc == 0)
        rc = sim_write_stats(a, result, err);
    if (rc == 0 && a->trace_path != NULL)
        rc = sim_write_trace(a, result, err);
    return rc;
}

static int run_sim(int argc, char **argv)
{
    struct sim_arguments a = {.sim = {.mode = TIMING_MODE_emulation,
                                      .out_fd = STDOUT_FILENO,
                                      .err_fd = STDERR_FILENO,
                                      .read_stdin = true},
                              .hot_blocks = 6};
    struct sim_result result = {0};
    struct err err = {0};
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    if (a.disassemble)
        return sim_disassemble(a.sim.elf, stdout, &err) == 0 ? 0 : cmd_fail(&err);
    int rc = simulate(&a, &result, &err);
    status = rc == 0 ? exit_status(&a, &result) : cmd_fail(&err);
    sim_result_release(&result);
    machine_free(a.machine);
    return status;
}
