/* What storing costs: writes run files, assembles them in two portions, opens the study, and
 * has it listed, fitted and checked.
 *
 *     tests/bench/store [RUNS [ROWS [FOLDER [RUNG]]]]
 *
 * RUNS run files (10000) with a trace of ROWS rows (512) each, in a new folder below FOLDER
 * (/tmp): 20 problems at 5 sizes with 5 layouts, and as many variants as that makes.  Prints
 * milliseconds a run, of wall time and of processor time, bytes a run, and the seconds of the
 * commands of RUNG (./rung). */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cpu.h"
#include "store/store.h"

enum { MACHINE_TEXT = 4000, PROBLEMS = 20, SIZES = 5, LAYOUTS = 5 };

static const char study_text[] =
    "study: bench\nproblems: [p0]\nladder: [64, 128, 256, 512, 1024]\n"
    "modes: [timing]\nmachines: [m2]\n";

/* Counts as a simulation gives them: growing evenly, with some noise; 18 to 28 of the columns of
 * real runs count anything. */
static void fill_trace(uint64_t *trace, size_t rows, unsigned seed)
{
    uint64_t state = seed + 1;
    for (size_t r = 0; r < rows; r++)
        for (int c = 0; c < COUNTER_MAX; c++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            uint64_t step = c < 24 ? (UINT64_C(65536) >> c % 12) + (state >> 33) % (64u + 1) : 0;
            trace[r * COUNTER_MAX + c] = step + (r > 0 ? trace[(r - 1) * COUNTER_MAX + c] : 0);
        }
}

static int write_runs(const char *path, size_t first, size_t n, size_t rows, struct err *err)
{
    int rc = 0;
    char machine[MACHINE_TEXT];
    uint64_t *trace = malloc((rows + 1) * COUNTER_MAX * sizeof(*trace));
    struct store_hot hot[32];
    if (trace == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    memset(machine, 'x', sizeof(machine));
    machine[sizeof(machine) - 1] = '\0';
    memset(hot, 0, sizeof(hot));
    for (size_t i = first; i < first + n && rc == 0; i++) {
        struct store_run run = {.elf = "/some/where/gemm.elf",
                                .arguments = "64",
                                .machine_text = machine,
                                .created = "2025-01-01T00:00:00Z",
                                .host = "some processor",
                                .trace_interval = 16384,
                                .n_trace = rows,
                                .trace = trace,
                                .n_hot = 32,
                                .hot = hot};
        store_row_clear(&run.row);
        fill_trace(trace, rows, (unsigned)i);
        snprintf(run.row.id, sizeof(run.row.id), "%016zx", i * 0x9e3779b97f4a7c15u);
        strcpy(run.row.simulator, "rung");
        size_t point = i - 1; /* from 1, for the ids */
        snprintf(run.row.problem, sizeof(run.row.problem), "p%zu", point % PROBLEMS);
        point /= PROBLEMS;
        run.row.n = (double)(64 << point % SIZES);
        point /= SIZES;
        run.row.seed = point % LAYOUTS;
        point /= LAYOUTS;
        strcpy(run.row.mode, "timing");
        strcpy(run.row.machine, "m2");
        if (point == 0)
            strcpy(run.row.variant, "base");
        else
            snprintf(run.row.variant, sizeof(run.row.variant), "rob=%zu", 100 + point);
        strcpy(run.row.status, "ok");
        for (int c = 0; c < COUNTER_MAX; c++)
            run.row.counter[c] = (double)trace[(rows > 0 ? rows - 1 : 0) * COUNTER_MAX + c];
        double work = run.row.n * run.row.n * run.row.n;
        run.row.work = work;
        run.row.wall_seconds = run.row.user_seconds = 6 * work / 6e7;
        run.row.counter[COUNTER_instructions] = run.row.instructions_total = 6 * work;
        run.row.counter[COUNTER_cycles] =
            work * (2 + 0.01 * (double)point + 0.001 * (double)(i % 7)) + 100 * run.row.n;
        rc = store_write_run(path, &run, err);
    }
    free(trace);
    return rc;
}

struct moment {
    double wall, processor;
};

static struct moment now_of(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return (struct moment){cpu_wall_seconds(),
                           (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) *
                                   1e-6};
}

static struct moment now(void)
{
    return now_of(RUSAGE_SELF);
}

static void print(const char *what, size_t runs, struct moment start, struct moment end)
{
    double n = (double)runs / 1e3;
    printf("%zu runs: %.2f ms a run to %s (%.2f ms of a processor)\n", runs,
           (end.wall - start.wall) / n, what, (end.processor - start.processor) / n);
}

static double bytes_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (double)info.st_size : NAN;
}

/* Seconds of commands on the study, each from its start to its end. */
static void time_commands(const char *program, const char *path)
{
    static const char *const commands[] = {"log -f csv", "fit -f csv", "check -f csv",
                                           "verify"};
    char line[1400];
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        struct moment start = now_of(RUSAGE_CHILDREN);
        snprintf(line, sizeof(line), "'%s' %s '%s' >/dev/null 2>&1", program, commands[i],
                 path);
        int status = system(line);
        struct moment end = now_of(RUSAGE_CHILDREN);
        printf("rung %s: %.2f s (%.2f s of a processor, status %d)\n", commands[i],
               end.wall - start.wall, end.processor - start.processor,
               WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    }
}

static int measure(const char *path, size_t runs, size_t rows, struct err *err)
{
    struct store_head head = {.study_name = "bench",
                              .study_yaml = study_text,
                              .tool_version = "0",
                              .host = "a host"};
    struct store *store = NULL;
    /* The second portion shows what it costs to add to a large study. */
    size_t portion[2] = {runs - runs / 10, runs / 10}, first = 1;
    int rc = 0;
    for (int i = 0; i < 2 && rc == 0; i++) {
        struct moment start = now();
        rc = write_runs(path, first, portion[i], rows, err);
        struct moment written = now();
        if (rc == 0)
            rc = store_assemble(path, &head, NULL, err);
        struct moment end = now();
        if (rc == 0) {
            print("write", portion[i], start, written);
            print("assemble", portion[i], written, end);
            printf("that is %.2f %% of runs that take a second each\n",
                   100 * (end.wall - start.wall) / (double)portion[i]);
        }
        first += portion[i];
    }
    struct moment start = now();
    if (rc == 0)
        rc = store_open(&store, path, err);
    if (rc == 0)
        printf("%zu runs opened in %.3f s; %.0f bytes a run\n", store_count(store),
               now().wall - start.wall, bytes_of(path) / (double)runs);
    store_close(store);
    return rc;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    size_t runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
    size_t rows = argc > 2 ? strtoul(argv[2], NULL, 10) : 512;
    char folder[512], path[600], command[700];
    snprintf(folder, sizeof(folder), "%s/rung-bench.XXXXXX", argc > 3 ? argv[3] : "/tmp");
    if (runs < 10 || mkdtemp(folder) == NULL)
        return 2;
    snprintf(path, sizeof(path), "%s/bench.h5", folder);
    int rc = measure(path, runs, rows, &err);
    if (rc != 0)
        fprintf(stderr, "bench: %s\n", err.text);
    else
        time_commands(argc > 4 ? argv[4] : "./rung", path);
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command) == 0 && rc == 0 ? 0 : 1;
}
