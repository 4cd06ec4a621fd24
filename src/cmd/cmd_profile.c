/* rung profile: where the simulator's own time goes. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "cmd/commands.h"
#include "cmd/profile_compare.h"
#include "cmd/run_view.h"
#include "profile/collect.h"
#include "study/commit.h"
#include "study/driver.h"
#include "study/task.h"

static int run_profile(int argc, char **argv);

const struct command cmd_profile_command = {
    .name = "profile",
    .summary = "say where the simulator spends its time, and where the guest does",
    .usage =
        "rung profile [-q] [--compare OLD] [-f FORMAT] [-M MACHINE] [-m MODE]... [-o STORE]\n"
        "         [--rate N] [--seconds TIME] [--top N] ELF [ARGUMENT ...]\n"
        "rung profile [-q] [--compare OLD] [-f FORMAT] [-o STORE] [--only KEY=VALUE,...]...\n"
        "         [--rate N] [--seconds TIME] [--top N] STUDY",
    .options =
        "    --compare OLD         a study file with an older profile: show what moved\n"
        "-f, --format FORMAT       text (default), json, csv\n"
        "-M, --machine MACHINE     of a program: a machine's name or file (default m2)\n"
        "-m, --mode MODE           of a program: only this mode (default: all)\n"
        "-o, --output STORE        the study file (default: the name with '-profile.h5')\n"
        "    --only KEY=VALUE,...  of a study: only runs whose problem, n, mode, machine,\n"
        "                          variant or seed is one of the values (default: the lowest\n"
        "                          rung, the base variant, layout seed 0)\n"
        "-q, --quiet               no progress\n"
        "    --rate N              samples a second, if the kernel's tick is as fast (default "
        "1000)\n"
        "    --seconds TIME        processor time to sample, a run (default 5s)\n"
        "    --top N               rows of each table for people (default 10)\n",
    .run = run_profile,
};

struct profile_arguments {
    const char *subject, *store_path, *machine, *compare;
    bool mode[TIMING_MODE_MAX], has_mode, quiet;
    bool is_program; /* the subject; else it is a study */
    enum format format;
    struct filters filters;
    uint64_t rate, top;
    double seconds;
    int argc; /* the guest's arguments */
    char **argv;
};

/* ---- options ------------------------------------------------------------------------------
 */

enum { OPT_ONLY = CMD_OPTION_LONG, OPT_RATE, OPT_SECONDS, OPT_TOP, OPT_COMPARE };

static int add_filter(struct profile_arguments *a, const char *text)
{
    const struct command *c = &cmd_profile_command;
    struct err err = {0};
    if (filters_add(&a->filters, text, &err) != 0)
        return cmd_usage(c, "'--only': %s", err.text);
    if (filters_have(&a->filters, "status") || filters_have(&a->filters, "simulator"))
        return cmd_usage(c, "'--only': a profile is of runs of this simulator that go well");
    return 0;
}

static int take_option(void *arguments, int opt)
{
    struct profile_arguments *a = arguments;
    const struct command *c = &cmd_profile_command;
    enum timing_mode mode;
    int status;
    switch (opt) {
    case 'f':
        return cmd_parse_format(c, optarg, &a->format);
    case 'M':
        a->machine = optarg;
        return 0;
    case 'm':
        if ((status = cmd_parse_mode(c, optarg, false, &mode)) == 0)
            a->mode[mode] = a->has_mode = true;
        return status;
    case 'o':
        a->store_path = optarg;
        return 0;
    case 'q':
        a->quiet = true;
        return 0;
    case OPT_COMPARE:
        a->compare = optarg;
        return 0;
    case OPT_RATE:
        return cmd_parse_uint(c, "--rate", optarg, 1, 4000, &a->rate);
    case OPT_TOP:
        return cmd_parse_uint(c, "--top", optarg, 1, 1000, &a->top);
    case OPT_SECONDS:
        return cmd_parse_duration(c, "--seconds", optarg, &a->seconds);
    default:
        return add_filter(a, optarg);
    }
}

static int is_elf(const char *path, bool *elf, struct err *err)
{
    char magic[4] = "";
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return err_set(err, ERR_DATA, "'%s': cannot be read", path);
    *elf = fread(magic, 1, sizeof(magic), file) == sizeof(magic) &&
           memcmp(magic, "\177ELF", sizeof(magic)) == 0;
    fclose(file);
    return 0;
}

static int parse_options(int argc, char **argv, struct profile_arguments *a)
{
    static const struct option longs[] = {{"compare", required_argument, NULL, OPT_COMPARE},
                                          {"format", required_argument, NULL, 'f'},
                                          {"machine", required_argument, NULL, 'M'},
                                          {"mode", required_argument, NULL, 'm'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"only", required_argument, NULL, OPT_ONLY},
                                          {"quiet", no_argument, NULL, 'q'},
                                          {"rate", required_argument, NULL, OPT_RATE},
                                          {"seconds", required_argument, NULL, OPT_SECONDS},
                                          {"top", required_argument, NULL, OPT_TOP},
                                          CMD_LONG_HELP};
    const struct command *c = &cmd_profile_command;
    struct err err = {0};
    /* '+': what stands behind an ELF belongs to the guest; behind a study options go on. */
    do {
        int status = cmd_options(c, argc, argv, "+f:M:m:o:q", longs, take_option, a);
        if (status != CMD_GO_ON)
            return status;
        if (a->subject != NULL || optind == argc)
            break;
        a->subject = argv[optind++];
        if (is_elf(a->subject, &a->is_program, &err) != 0)
            return cmd_fail(&err);
    } while (!a->is_program);
    if (a->subject == NULL)
        return cmd_arguments(c, argc, 1, argc, "a study or a program");
    a->argc = argc - optind;
    a->argv = argv + optind;
    return CMD_GO_ON;
}

/* ---- the study -----------------------------------------------------------------------------
 */

/* A text as YAML takes it; JSON's quoting is a part of YAML. */
static void add_quoted(struct str *out, const char *text)
{
    json_t *value = json_string(text);
    char *quoted = value != NULL ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    if (quoted != NULL)
        str_add(out, quoted);
    else
        out->failed = true;
    free(quoted);
    json_decref(value);
}

/* An argument in which braces are braces. */
static void add_argument(struct str *out, const char *text)
{
    struct str word;
    str_init(&word);
    for (; *text != '\0'; text++) {
        str_add_char(&word, *text);
        if (*text == '{' || *text == '}')
            str_add_char(&word, *text);
    }
    add_quoted(out, word.data);
    str_release(&word);
}

/* The size of a run: the program's first argument, when that is a number, else 1. */
static double size_of(const struct profile_arguments *a)
{
    char *end = NULL;
    double n = a->argc > 0 ? strtod(a->argv[0], &end) : NAN;
    return a->argc > 0 && end != a->argv[0] && *end == '\0' && n >= 1 && n <= 1e15 ? n : 1;
}

/* "gemm" of "problems/gemm.elf". */
static char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    size_t len = strlen(name);
    if (len > 4 && strcmp(name + len - 4, ".elf") == 0)
        len -= 4;
    return str_format("%.*s", (int)len, name);
}

/* A program alone is the only problem of a study, which runs it once in each mode. */
static char *study_of_program(const struct profile_arguments *a, const char *name)
{
    struct str text;
    char *elf = realpath(a->subject, NULL);
    bool timed = false;
    str_init(&text);
    str_add(&text, "study: ");
    add_quoted(&text, name);
    str_add(&text, "\nproblems:\n  - name: ");
    add_quoted(&text, name);
    str_add(&text, "\n    elf: ");
    add_quoted(&text, elf != NULL ? elf : a->subject);
    str_add(&text, "\n    args: [");
    for (int i = 0; i < a->argc; i++) {
        str_add(&text, i > 0 ? ", " : "");
        add_argument(&text, a->argv[i]);
    }
    str_addf(&text, "]\nladder: [%.17g]\nmodes: [", size_of(a));
    for (int i = 0, n = 0; i < TIMING_MODE_MAX; i++)
        if (a->mode[i] || !a->has_mode) {
            str_addf(&text, "%s%s", n++ > 0 ? ", " : "", timing_mode_name((enum timing_mode)i));
            timed = timed || i != TIMING_MODE_emulation;
        }
    str_add(&text, "]\n");
    if (timed) {
        str_add(&text, "machines: [");
        add_quoted(&text, a->machine != NULL ? a->machine : "m2");
        str_add(&text, "]\n");
    }
    free(elf);
    char *whole = str_detach(&text);
    str_release(&text);
    return whole;
}

static int load_study(const struct profile_arguments *a, struct study **study, struct err *err)
{
    if (!a->is_program && (a->argc > 0 || a->has_mode || a->machine != NULL))
        return err_set(err, ERR_USAGE,
                       "'%s': is no program: arguments, '--mode' and '--machine' are for one",
                       a->subject);
    if (!a->is_program)
        return study_load(study, a->subject, err);
    char *name = name_of(a->subject), *text = name != NULL ? study_of_program(a, name) : NULL;
    int rc = text != NULL ? study_parse(study, a->subject, text, err)
                          : err_set(err, ERR_NOMEM, "out of memory");
    free(text);
    free(name);
    return rc;
}

/* One call of the command. */
struct session {
    struct profile_arguments *a;
    struct study *study;
    struct plan *plan;
    struct store *store;
    char *store_path, *folder, *plan_file;
    char program[4096];
    struct profile_run *run;
    size_t n_runs;
    bool *chosen; /* of the plan's runs: what is profiled */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "out of memory");
}

/* ---- which runs ----------------------------------------------------------------------------
 */

/* Where nobody asks for another one: the lowest rung of each problem, the base variant, the
 * plain layout. */
static bool is_default(const struct session *s, const struct plan_run *run,
                       const struct store_row *row)
{
    const struct filters *f = &s->a->filters;
    return (filters_have(f, "n") ||
            run->n <= s->study->problem[run->problem].ladder.rung[0]) &&
           (filters_have(f, "variant") || strcmp(row->variant, "base") == 0) &&
           (filters_have(f, "seed") || run->seed == 0);
}

/* The runs that are profiled: simulators of others are not ours to make faster. */
static int choose_runs(struct session *s, struct err *err)
{
    const struct plan *plan = s->plan;
    size_t n = 0;
    s->chosen = calloc(plan->n_runs + 1, sizeof(*s->chosen));
    if (s->chosen == NULL)
        return no_memory(err);
    int rc = filters_check(&s->a->filters, plan_row_at, plan, plan->n_runs, err);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < plan->n_runs; i++) {
        struct store_row row;
        plan_row(plan, &plan->run[i], &row);
        s->chosen[i] = plan->run[i].simulator == PLAN_OWN &&
                       is_default(s, &plan->run[i], &row) &&
                       filters_pass(&s->a->filters, &row);
        n += s->chosen[i];
    }
    return n > 0 ? 0
                 : err_set(err, ERR_CONFIG, "'%s': has no run of this simulator like that",
                           s->a->subject);
}

/* ---- profiling -----------------------------------------------------------------------------
 */

static int prepare(struct session *s, struct err *err)
{
    int rc = load_study(s->a, &s->study, err);
    if (rc == 0)
        rc = plan_alloc(&s->plan, s->study, err);
    if (rc == 0)
        rc = choose_runs(s, err);
    if (rc != 0)
        return rc;
    s->store_path = s->a->store_path != NULL ? str_format("%s", s->a->store_path)
                                             : str_format("%s-profile.h5", s->study->name);
    s->folder = s->store_path != NULL ? str_format("%s.profile", s->store_path) : NULL;
    s->plan_file = s->folder != NULL ? str_format("%s/plan.jsonl", s->folder) : NULL;
    s->run = calloc(s->plan->n_runs + 1, sizeof(*s->run));
    if (s->plan_file == NULL || s->run == NULL)
        return no_memory(err);
    ssize_t len = readlink("/proc/self/exe", s->program, sizeof(s->program) - 1);
    s->program[len > 0 ? len : 0] = '\0';
    return 0;
}

/* The runs themselves, undisturbed: what the guest does, how fast, with how much memory. */
static int run_guests(struct session *s, struct err *err)
{
    struct driver_result result;
    struct driver_options options = {.store_path = s->store_path,
                                     .program = s->program,
                                     .tool_commit = RUNG_COMMIT,
                                     .jobs = 1,
                                     .chosen = s->chosen,
                                     .memory = INFINITY,
                                     .run_seconds = s->study->run_time,
                                     .run_memory = s->study->run_memory};
    struct run_view view = {.store_path = s->store_path, .quiet = s->a->quiet};
    options.begin = run_view_begin;
    options.event = run_view_event;
    options.data = &view;
    int rc = driver_run(s->study, s->plan, &options, &result, err);
    run_view_release(&view);
    return rc;
}

static int profile_memory(struct session *s, size_t i, const struct collect_options *how,
                          struct profile_run *run, struct err *err)
{
    struct record_report report;
    run->no_heap = record_no_heap();
    if (run->no_heap != NULL)
        return 0;
    char *prefix = str_format("%s/%s", s->folder, run->row->id);
    int rc = prefix != NULL
                 ? collect_heap(how, i, prefix, run->row->instructions_total, &report, err)
                 : no_memory(err);
    if (rc == 0)
        rc = heap_load(&run->heap, prefix, err);
    free(prefix);
    return rc;
}

static int profile_one(struct session *s, size_t i, struct err *err)
{
    char name[512];
    struct profile_run *run = &s->run[s->n_runs];
    const struct store_row *row = store_find(s->store, s->plan->run[i].id);
    plan_describe(s->plan, &s->plan->run[i], name, sizeof(name));
    if (row == NULL || strcmp(row->status, "ok") != 0) {
        cmd_warn("%s: is left out: its run %s", name, row == NULL ? "is missing" : "failed");
        return 0;
    }
    if (!s->a->quiet)
        fprintf(stderr, "sampling %s\n", name);
    struct collect_options how = {.program = s->program,
                                  .plan_file = s->plan_file,
                                  .seconds = s->a->seconds,
                                  .rate = (unsigned)s->a->rate};
    char *path = str_format("%s/%s.cpu.prof", s->folder, row->id);
    run->row = row;
    int rc = path != NULL ? collect_cpu(&how, i, path, &run->recorded, err) : no_memory(err);
    if (rc == 0) {
        s->n_runs++;
        rc = profile_load(&run->cpu, path, s->program, err);
    }
    if (rc == 0)
        rc = profile_memory(s, i, &how, run, err);
    if (rc == 0)
        rc = store_read_run(s->store, row->id, &run->guest, err);
    if (rc != 0)
        err_prefix(err, "%s: ", name);
    free(path);
    return rc;
}

static int profile_all(struct session *s, struct err *err)
{
    int rc = store_open(&s->store, s->store_path, err);
    if (rc == 0)
        rc = path_make_directory(s->folder, err);
    if (rc == 0)
        rc = task_write_plan(s->plan, s->store_path, s->plan_file, err);
    for (size_t i = 0; rc == 0 && i < s->plan->n_runs; i++)
        if (s->chosen[i])
            rc = profile_one(s, i, err);
    unlink(s->plan_file);
    if (rc == 0 && s->n_runs == 0)
        rc = err_set(err, ERR_RUN, "'%s': no run went well", s->store_path);
    return rc;
}

static void release(struct session *s)
{
    for (size_t i = 0; i < s->n_runs; i++) {
        profile_release(&s->run[i].cpu);
        heap_release(&s->run[i].heap);
        store_run_release(&s->run[i].guest);
    }
    free(s->run);
    free(s->chosen);
    store_close(s->store);
    free(s->plan_file);
    free(s->folder);
    free(s->store_path);
    plan_free(s->plan);
    study_free(s->study);
}

static int run_profile(int argc, char **argv)
{
    struct profile_arguments a = {.rate = 1000, .seconds = 5, .top = 10};
    struct session s = {.a = &a};
    struct profile_comparison comparison = {0};
    struct err err = {0};
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    int rc = prepare(&s, &err);
    if (rc == 0)
        rc = run_guests(&s, &err);
    if (rc == 0)
        rc = profile_all(&s, &err);
    /* Before the file is written anew: it may be the older one. */
    if (rc == 0 && a.compare != NULL)
        rc = profile_compare(&comparison, s.run, s.n_runs, a.compare, &err);
    if (rc == 0)
        rc = profile_save(s.run, s.n_runs, s.store_path, s.folder, &err);
    if (rc == 0)
        rc = profile_print(s.run, s.n_runs, a.compare != NULL ? &comparison : NULL,
                           (size_t)a.top, a.format, &err);
    if (rc == 0 && !s.run[0].cpu.has_lines)
        cmd_warn("'%s': has no debug information: no inlined functions, modules and stages",
                 s.program);
    status = rc == 0 ? 0 : cmd_fail(&err);
    profile_comparison_release(&comparison);
    release(&s);
    return status;
}
