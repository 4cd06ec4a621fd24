/* rung bench: what single parts of the simulator cost, and this build against another one. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "base/str.h"
#include "cmd/bench.h"
#include "cmd/commands.h"
#include "stats/dist.h"
#include "timing/model.h"

static int run_bench(int argc, char **argv);

const struct command cmd_bench_command = {
    .name = "bench",
    .summary = "measure single parts of the simulator, or this build against another",
    .usage =
        "rung bench [-q] [--callgrind] [-f FORMAT] [--level P] [--repeats N] [--seconds TIME]\n"
        "         [PART ...]\n"
        "rung bench --against BINARY [-q] [--blocks N] [-f FORMAT] [--level P] [-M MACHINE]\n"
        "         [-m MODE]... [--tolerance E] [PROBLEM:N ...]",
    .options =
        "    --against BINARY  compare with this build, in runs that take turns\n"
        "    --blocks N        of four runs, this, other, other, this (default 5)\n"
        "    --callgrind       count the host's instructions an operation too, with valgrind\n"
        "-f, --format FORMAT   text (default), json, csv\n"
        "    --level P         confidence level (default 95%)\n"
        "-M, --machine MACHINE a machine's name or file (default m2)\n"
        "-m, --mode MODE       only this mode (default: emulation, fast-timing, timing)\n"
        "-q, --quiet           no progress\n"
        "    --repeats N       of each part (default 15)\n"
        "    --seconds TIME    of processor time, all repeats of a part (default 0.5s)\n"
        "    --tolerance E     loss of speed that passes (default 5%)\n",
    .run = run_bench,
};

enum { MAX_NAMES = 64, MIN_REPEATS = 6 };

struct bench_arguments {
    struct bench_against against;
    const char *name[MAX_NAMES + 1];
    size_t n_names;
    bool callgrind;
    uint64_t repeats, operations; /* operations: do so many of one part and say nothing */
    double seconds;
    char program[4096];
};

/* ---- options -------------------------------------------------------------------------------
 */

enum {
    OPT_AGAINST = CMD_OPTION_LONG,
    OPT_BLOCKS,
    OPT_CALLGRIND,
    OPT_LEVEL,
    OPT_REPEATS,
    OPT_SECONDS,
    OPT_TOLERANCE,
    OPT_OPERATIONS
};

static int take_mode(struct bench_arguments *a)
{
    enum timing_mode mode;
    int status = cmd_parse_mode(&cmd_bench_command, optarg, false, &mode);
    if (status != 0)
        return status;
    a->against.mode[mode] = true;
    return 0;
}

static int take_option(void *arguments, int opt)
{
    struct bench_arguments *a = arguments;
    const struct command *c = &cmd_bench_command;
    switch (opt) {
    case 'f':
        return cmd_parse_format(c, optarg, &a->against.format);
    case 'M':
        a->against.machine = optarg;
        return 0;
    case 'm':
        return take_mode(a);
    case 'q':
        a->against.quiet = true;
        return 0;
    case OPT_AGAINST:
        a->against.other = optarg;
        return 0;
    case OPT_BLOCKS:
        return cmd_parse_uint(c, "--blocks", optarg, 2, 1000, &a->against.blocks);
    case OPT_CALLGRIND:
        a->callgrind = true;
        return 0;
    case OPT_LEVEL:
        return cmd_parse_between(c, "--level", optarg, 1, &a->against.level);
    case OPT_REPEATS:
        return cmd_parse_uint(c, "--repeats", optarg, MIN_REPEATS, 10000, &a->repeats);
    case OPT_SECONDS:
        return cmd_parse_seconds(c, "--seconds", optarg, &a->seconds);
    case OPT_TOLERANCE:
        return cmd_parse_fraction(c, "--tolerance", optarg, &a->against.tolerance);
    default:
        return cmd_parse_uint(c, "--operations", optarg, 1, UINT32_MAX, &a->operations);
    }
}

static int take_names(int argc, char **argv, struct bench_arguments *a)
{
    const char *known[MAX_NAMES + 1] = {NULL};
    for (size_t i = 0; i < bench_n_parts && i < MAX_NAMES; i++)
        known[i] = bench_parts[i].name;
    for (int i = optind; i < argc; i++) {
        if (a->n_names == MAX_NAMES)
            return cmd_usage(&cmd_bench_command, "more than %d parts", MAX_NAMES);
        const char *nearest = a->against.other == NULL && bench_find(argv[i]) == NULL
                                  ? str_nearest(argv[i], known)
                                  : NULL;
        if (nearest != NULL)
            return cmd_usage(&cmd_bench_command, "unknown part '%s' (did you mean '%s'?)",
                             argv[i], nearest);
        if (a->against.other == NULL && bench_find(argv[i]) == NULL)
            return cmd_usage(&cmd_bench_command, "unknown part '%s'", argv[i]);
        a->name[a->n_names++] = argv[i];
    }
    if (a->operations > 0 && a->n_names != 1)
        return cmd_usage(&cmd_bench_command, "'--operations' is of one part");
    return 0;
}

static int parse_options(int argc, char **argv, struct bench_arguments *a)
{
    static const struct option longs[] = {
        {"against", required_argument, NULL, OPT_AGAINST},
        {"blocks", required_argument, NULL, OPT_BLOCKS},
        {"callgrind", no_argument, NULL, OPT_CALLGRIND},
        {"format", required_argument, NULL, 'f'},
        {"level", required_argument, NULL, OPT_LEVEL},
        {"machine", required_argument, NULL, 'M'},
        {"mode", required_argument, NULL, 'm'},
        {"quiet", no_argument, NULL, 'q'},
        {"repeats", required_argument, NULL, OPT_REPEATS},
        {"seconds", required_argument, NULL, OPT_SECONDS},
        {"tolerance", required_argument, NULL, OPT_TOLERANCE},
        {"operations", required_argument, NULL, OPT_OPERATIONS},
        CMD_LONG_HELP};
    int status = cmd_options(&cmd_bench_command, argc, argv, "f:M:m:q", longs, take_option, a);
    if (status != CMD_GO_ON)
        return status;
    status = take_names(argc, argv, a);
    return status != 0 ? status : CMD_GO_ON;
}

/* ---- measuring a part ----------------------------------------------------------------------
 */

struct measured {
    double median, lower, upper; /* nanoseconds an operation */
    double host;                 /* instructions of the host an operation; NaN: not counted */
    uint64_t operations;         /* of one repeat */
};

/* The interval of a median between two of the sorted values (the sign test turned round): the
 * k-th smallest and the k-th largest, with the largest k of which the binomial law says that
 * they hold the median with this level. */
static size_t median_rank(size_t n, double level)
{
    double p = pow(0.5, (double)n), sum = 0;
    size_t k = 0;
    for (; k < n / 2; k++) {
        sum += p;
        if (2 * sum > 1 - level)
            break;
        p *= (double)(n - k) / (double)(k + 1);
    }
    return k;
}

/* As many operations as a repeat's share of the time needs. */
static int calibrate(const struct bench_part *part, double seconds, uint64_t *n,
                     struct err *err)
{
    for (*n = part->least;;) {
        uint64_t done;
        double took;
        int rc = part->run(part, *n, &done, &took, err);
        if (rc != 0)
            return rc;
        if (took >= seconds / 2 || *n > UINT32_MAX) {
            double wanted = took > 0 ? (double)done * seconds / took : (double)done;
            *n = wanted > (double)part->least ? (uint64_t)wanted : part->least;
            return 0;
        }
        *n *= took < seconds / 16 ? 8 : 2;
    }
}

static int measure(const struct bench_arguments *a, const struct bench_part *part,
                   struct measured *m, struct err *err)
{
    size_t n = (size_t)a->repeats, k = median_rank(n, a->against.level);
    double *ns = calloc(n, sizeof(*ns));
    if (ns == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = calibrate(part, a->seconds / (double)n, &m->operations, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        uint64_t done;
        double took;
        rc = part->run(part, m->operations, &done, &took, err);
        ns[i] = 1e9 * took / (double)done;
    }
    if (rc == 0) {
        m->median = stats_median(ns, n);
        m->lower = k > 0 ? ns[k - 1] : NAN;
        m->upper = k > 0 ? ns[n - k] : NAN;
        m->host = NAN;
    }
    free(ns);
    return rc;
}

/* ---- instructions of the host --------------------------------------------------------------
 */

/* What callgrind collected, from its log: "==1== Collected : 123". */
static int read_collected(const char *path, double *count, struct err *err)
{
    char *text = NULL;
    int rc = path_read(path, 1 << 20, &text, NULL, err);
    const char *at = rc == 0 ? strstr(text, "Collected :") : NULL;
    if (rc == 0 && at == NULL)
        rc = err_set(err, ERR_CONFIG, "valgrind did not count: %.200s", text);
    if (rc == 0)
        *count = strtod(at + strlen("Collected :"), NULL);
    free(text);
    return rc;
}

static int count_once(const struct bench_arguments *a, const struct bench_part *part,
                      uint64_t n, double *count, struct err *err)
{
    char operations[24], log[] = "/tmp/rung-bench.XXXXXX", option[64];
    int fd = mkstemp(log), status = 0;
    if (fd < 0)
        return err_set(err, ERR_CONFIG, "'%s': cannot be made", log);
    close(fd);
    snprintf(operations, sizeof(operations), "%" PRIu64, n);
    snprintf(option, sizeof(option), "--log-file=%s", log);
    const char *argv[] = {"valgrind",
                          "--tool=callgrind",
                          "--callgrind-out-file=/dev/null",
                          option,
                          a->program,
                          "bench",
                          "--operations",
                          operations,
                          part->name,
                          NULL};
    int rc = bench_spawn(argv, NULL, NULL, &status, err);
    if (rc == 0 && status != 0)
        rc = err_set(err, ERR_CONFIG, "valgrind ended with status %d on part '%s'", status,
                     part->name);
    if (rc == 0)
        rc = read_collected(log, count, err);
    unlink(log);
    return rc;
}

/* What `more` operations cost beyond those of a shorter run: loading and setting up fall out.
 */
static int count_instructions(const struct bench_arguments *a, const struct bench_part *part,
                              struct measured *m, struct err *err)
{
    double few, many;
    uint64_t n = part->least;
    int rc = count_once(a, part, n, &few, err);
    if (rc == 0)
        rc = count_once(a, part, 2 * n, &many, err);
    if (rc == 0)
        m->host = (many - few) / (double)n;
    return rc;
}

/* ---- output --------------------------------------------------------------------------------
 */

static struct table *bench_table(void)
{
    static const char *const keys[] = {"part",  "operation", "ns",         "lower",
                                       "upper", "repeats",   "operations", "host_instructions",
                                       NULL};
    static const char *const titles[] = {"part", "operation", "ns",         "from",
                                         "to",   "repeats",   "operations", "host instructions",
                                         NULL};
    return table_alloc(keys, titles);
}

static int measure_parts(const struct bench_arguments *a, struct table *t, struct err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < bench_n_parts; i++) {
        const struct bench_part *part = &bench_parts[i];
        struct measured m = {0};
        bool wanted = a->n_names == 0;
        for (size_t k = 0; k < a->n_names; k++)
            wanted = wanted || strcmp(a->name[k], part->name) == 0;
        if (!wanted)
            continue;
        if (!a->against.quiet)
            fprintf(stderr, "measuring %s\n", part->name);
        rc = measure(a, part, &m, err);
        if (rc == 0 && a->callgrind)
            rc = count_instructions(a, part, &m, err);
        table_text(t, part->name);
        table_text(t, part->operation);
        table_real(t, m.median, 4);
        table_real(t, m.lower, 4);
        table_real(t, m.upper, 4);
        table_uint(t, a->repeats);
        table_uint(t, m.operations);
        table_real(t, m.host, 4);
    }
    return rc;
}

static int run_parts(const struct bench_arguments *a)
{
    struct table *t = bench_table();
    struct err err = {0};
    if (measure_parts(a, t, &err) == 0)
        return cmd_print(t, a->against.format);
    table_free(t);
    return cmd_fail(&err);
}

static int run_operations(const struct bench_arguments *a)
{
    struct err err = {0};
    const struct bench_part *part = bench_find(a->name[0]);
    uint64_t done;
    double seconds;
    return part->run(part, a->operations, &done, &seconds, &err) == 0 ? 0 : cmd_fail(&err);
}

static int run_bench(int argc, char **argv)
{
    static const char *const problems[] = {"gemm:96", "stencil7:64", "sort:64", NULL};
    struct bench_arguments a = {
        .against = {.blocks = 5, .tolerance = 0.05, .level = 0.95, .machine = "m2"},
        .repeats = 15,
        .seconds = 0.5};
    struct err err = {0};
    int status = parse_options(argc, argv, &a);
    if (status != CMD_GO_ON)
        return status;
    ssize_t len = readlink("/proc/self/exe", a.program, sizeof(a.program) - 1);
    a.program[len > 0 ? len : 0] = '\0';
    if (a.operations > 0)
        return run_operations(&a);
    if (a.against.other == NULL)
        return run_parts(&a);
    bool any = false;
    for (int i = 0; i < TIMING_MODE_MAX; i++)
        any = any || a.against.mode[i];
    for (int i = 0; !any && i <= TIMING_MODE_timing; i++)
        a.against.mode[i] = true;
    a.against.program = a.program;
    a.against.problem = a.n_names > 0 ? a.name : problems;
    status = bench_against(&a.against, &err);
    return err.code != 0 ? cmd_fail(&err) : status;
}
