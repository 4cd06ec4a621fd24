#include "config.h"

#include "tests/unit/made_study.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/str.h"
#include "store/store.h"

double made_instructions(size_t p, double n)
{
    return (7 + (double)p) * n * n * n + 20 * n * n + 500;
}

static double top(const struct made_study *m)
{
    double n = 0;
    for (size_t i = 0; m->rung[i] > 0; i++)
        n = m->rung[i];
    return n;
}

double made_cpi(const struct made_study *m, size_t p, double n, size_t v, size_t s)
{
    /* A constant and an overhead that fades with n; variants scale it, a little more at
     * large sizes; seeds move it by some tenths of a percent. */
    double base = 0.35 + 0.05 * (double)p + (1.5 + (double)p) / n;
    double variant = v == 0 ? 1 : 1 + 0.06 * sin(2.3 * (double)v) * (double)(v % 5 + 1) / 2;
    double drift = v == 0 ? 1 : 1 + 0.004 * cos(1.7 * (double)v + (double)p) * log2(n / 64);
    double noise = s == 0 ? 1 : 1 + 0.002 * sin(5.1 * (double)s + n);
    double jump = n == top(m) ? 1 + m->step : 1;
    return base * variant * drift * noise * jump;
}

static void set_text(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text);
}

static void variant_name(const struct made_study *m, size_t v, char *name, size_t size)
{
    if (v == 0)
        set_text(name, size, "base");
    else if (m->variant[v - 1] != NULL)
        set_text(name, size, m->variant[v - 1]);
    else
        snprintf(name, size, "l2.size=%zuMiB", v);
}

/* Cycles of a plausible stack: shares that shift towards memory as n grows. */
static void fill_stack(uint64_t stack[CPI_PART_MAX], double cycles, double n)
{
    double far = 1 - 64 / n, share[CPI_PART_MAX] = {0};
    uint64_t left = (uint64_t)cycles;
    share[CPI_base] = 0.35 - 0.1 * far;
    share[CPI_dependency] = 0.3 - 0.1 * far;
    share[CPI_frontend] = 0.05;
    share[CPI_mispredict] = 0.04;
    share[CPI_l1] = 0.1;
    share[CPI_l2] = 0.1 + 0.1 * far;
    share[CPI_dram] = 0.15 * far;
    for (int p = 0; p < CPI_PART_MAX; p++) {
        stack[p] = (uint64_t)(share[p] * cycles);
        left -= stack[p];
    }
    stack[CPI_dependency] += left;
}

enum { TRACE_ROWS = 12 };

/* Cumulative counters; the first third of a run costs less. */
static void fill_trace(uint64_t trace[TRACE_ROWS][COUNTER_MAX], const struct store_row *row)
{
    memset(trace, 0, sizeof(uint64_t[TRACE_ROWS][COUNTER_MAX]));
    for (int i = 0; i < TRACE_ROWS; i++) {
        double share = (i + 1.0) / TRACE_ROWS, slow = share < 0.33 ? 0.7 * share : share;
        trace[i][COUNTER_instructions] =
            (uint64_t)(share * row->counter[COUNTER_instructions]);
        trace[i][COUNTER_cycles] = (uint64_t)(slow * row->counter[COUNTER_cycles]);
        trace[i][COUNTER_l1d_misses] = (uint64_t)(share * row->counter[COUNTER_l1d_misses]);
    }
}

static bool fails(const struct made_study *m, double n, size_t v)
{
    return m->all_fail || (n == top(m) && (m->top_fails || (m->one_fails && v == 1)));
}

/* A row of which nothing is known. */
static void clear_row(struct store_row *row)
{
    memset(row, 0, sizeof *row);
    for (int c = 0; c < COUNTER_MAX; c++)
        row->counter[c] = NAN;
    row->work = row->footprint = NAN;
    row->exit_code = -1;
}

static int write_run(const char *path, const struct made_study *m, size_t p, size_t i, size_t v,
                     size_t s, struct err *err)
{
    double n = m->rung[i], instructions = made_instructions(p, n);
    struct store_run run = {.elf = "made.elf",
                            .arguments = "64",
                            .machine_text = "rob: 630\n",
                            .created = "2025-01-02T03:04:05Z",
                            .host = "a host",
                            .model_version = 1};
    clear_row(&run.row);
    char name[512], hash[HASH_TEXT_SIZE];
    snprintf(name, sizeof name, "%s %zu %zu %zu %zu", m->problem[p], p, i, v, s);
    hash_bytes(name, strlen(name), hash);
    memcpy(run.row.id, hash, STORE_ID_SIZE - 1);
    hash_bytes(m->problem[p], strlen(m->problem[p]), run.elf_hash);
    set_text(run.row.simulator, sizeof run.row.simulator, "rung");
    set_text(run.row.problem, sizeof run.row.problem, m->problem[p]);
    set_text(run.row.machine, sizeof run.row.machine, m->machine ? m->machine : "m2");
    set_text(run.row.mode, sizeof run.row.mode, m->mode ? m->mode : "timing");
    variant_name(m, v, run.row.variant, sizeof run.row.variant);
    run.row.n = n;
    if (!m->no_work) {
        run.row.work = n * n * n;
        run.row.footprint = 24 * n * n;
    }
    set_text(run.row.problem_class, sizeof run.row.problem_class, p % 2 == 0 ? "dense" : "grid");
    run.row.seed = s;
    run.row.instructions_total = instructions + 1000;
    run.row.wall_seconds = instructions / 1e8;
    run.row.user_seconds = run.row.wall_seconds;
    run.row.peak_memory = 1 << 24;
    if (fails(m, n, v)) {
        set_text(run.row.status, sizeof run.row.status, "fault");
        run.message = "segmentation fault at 0x400123 (<main+0x23>)";
        return store_write_run(path, &run, err);
    }
    set_text(run.row.status, sizeof run.row.status, "ok");
    run.row.exit_code = 0;
    double cycles = floor(made_cpi(m, p, n, v, s) * instructions);
    bool emulation = strcmp(run.row.mode, "emulation") == 0;
    for (int c = 0; c < COUNTER_MAX; c++)
        run.row.counter[c] = 0;
    run.row.counter[COUNTER_instructions] = instructions;
    run.row.counter[COUNTER_cycles] = emulation ? 0 : cycles;
    if (!m->no_stacks && !emulation)
        fill_stack(run.cpi_stack, cycles, n);
    const double instr = instructions, n_l1 = n > 100 ? 0.02 : 0.001;
    if (!emulation) {
        run.row.counter[COUNTER_l1d_misses] = floor(n_l1 * instr);
        run.row.counter[COUNTER_l2_misses] = floor(0.0004 * instr);
        run.row.counter[COUNTER_mispredictions] = floor(instr / (20 * n));
    }
    uint64_t trace[TRACE_ROWS][COUNTER_MAX];
    struct store_hot hot = {.pc = 0x400600, .n_insn = 6, .executions = (uint64_t)(n * n * n),
                            .instructions = (uint64_t)(0.8 * instr), .cycles = 0.7 * cycles};
    set_text(hot.symbol, sizeof hot.symbol, "kernel+0x40");
    set_text(hot.source, sizeof hot.source, "made.c:17");
    set_text(hot.bound, sizeof hot.bound, "dependency");
    fill_trace(trace, &run.row);
    if (!m->no_traces) {
        run.trace = &trace[0][0];
        run.n_trace = TRACE_ROWS;
        run.trace_interval = (uint64_t)(instr / TRACE_ROWS);
        run.hot = &hot;
        run.n_hot = 1;
    }
    if (m->infinite && v == 0 && i == 0)
        run.row.counter[COUNTER_cycles] = INFINITY;
    return store_write_run(path, &run, err);
}

static int write_runs(const char *path, const struct made_study *m, struct err *err)
{
    for (size_t p = 0; m->problem[p] != NULL; p++)
        for (size_t i = 0; m->rung[i] > 0; i++)
            for (size_t v = 0; v <= m->variants; v++)
                for (size_t s = 0; s == 0 || (v == 0 && s < m->seeds); s++) {
                    int status = write_run(path, m, p, i, v, s, err);
                    if (status != 0)
                        return status;
                }
    return 0;
}

int made_study_write(const char *path, const struct made_study *m, struct err *err)
{
    const struct store_head head = {.study_name = m->name != NULL ? m->name : "made",
                                    .study_yaml = "study: made\nproblems: [gemm]\n"
                                                  "ladder: [64, 128]\nmodes: [timing]\n"
                                                  "machines: [m2]\n",
                                    .tool_version = "0.1.0",
                                    .tool_commit = "abcdef",
                                    .host = "a host"};
    struct store_lock *lock = NULL;
    unlink(path);
    int status = store_lock_alloc(&lock, path, err);
    if (status == 0)
        status = write_runs(path, m, err);
    if (status == 0)
        status = store_assemble(path, &head, NULL, err);
    store_lock_free(lock);
    return status;
}
