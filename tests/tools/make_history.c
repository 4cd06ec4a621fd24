/* make_history OUT.h5 COMMITS PROBLEMS NOISE: a made-up history with changes of speed planted in
 * it, for tests of what finds them.  Each problem is measured in three modes, once a commit, with
 * normal noise of that relative size.  What is planted is printed, a line each:
 *
 *     LINE <tab> COMMIT <tab> RATIO      (of time per instruction, behind over before)
 *
 * Timing changes with each problem at another commit; emulation of all problems at three fifths
 * of the history, fast-timing at four fifths.  Cycles change once, at half. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/hash.h"
#include "stats/dist.h"
#include "store/history.h"

enum { MODES = 3, DAY = 86400 };
static const char *const modes[MODES] = {"emulation", "fast-timing", "timing"};
static const double speeds[MODES] = {1.0e9, 3.0e8, 1.1e8};

struct made {
    size_t commits, problems;
    double noise;
    char (*commit)[48];
};

static const char *problem_name(size_t i)
{
    static const char *const names[] = {
        "gemm",   "gemm-simd", "gemm-tiled", "2mm",       "3mm",   "lu",   "cholesky",
        "floyd-warshall", "stencil7", "heat-3d", "fft3d", "atax",  "bicg", "mvt",
        "jacobi-2d", "jacobi-1d", "chase",   "histogram", "bfs-grid", "sort"};
    enum { NAMES = sizeof(names) / sizeof(names[0]) };
    return names[i % NAMES];
}

/* Where a line changes, and by what. */
static size_t planted(const struct made *m, size_t problem, size_t mode, double *ratio)
{
    switch (mode) {
    case 0:
        *ratio = 1.15;
        return 3 * m->commits / 5;
    case 1:
        *ratio = 0.8;
        return 4 * m->commits / 5;
    default:
        *ratio = problem % 2 == 0 ? 1.08 : 0.93;
        return m->commits / 5 + problem * (m->commits * 3 / 5) / m->problems;
    }
}

static void make_row(const struct made *m, struct store_row *row, size_t commit, size_t problem,
                     size_t mode, struct stats_rng *rng)
{
    double ratio;
    size_t at = planted(m, problem, mode, &ratio);
    double speed = speeds[mode] * (0.7 + 0.6 * (double)problem / (double)m->problems);
    double time = 1 / speed * exp(m->noise * stats_rng_normal(rng)) * (commit >= at ? ratio : 1);
    store_row_clear(row);
    snprintf(row->id, sizeof(row->id), "%08x%07x%x", commit >= m->commits / 2,
             (unsigned)problem & 0xfffffff, (unsigned)mode & 0xf);
    snprintf(row->simulator, sizeof(row->simulator), "rung");
    snprintf(row->problem, sizeof(row->problem), "%s", problem_name(problem));
    snprintf(row->problem_class, sizeof(row->problem_class), "dense");
    snprintf(row->mode, sizeof(row->mode), "%s", modes[mode]);
    snprintf(row->machine, sizeof(row->machine), "%s", mode > 0 ? "m2" : "");
    snprintf(row->variant, sizeof(row->variant), "base");
    snprintf(row->status, sizeof(row->status), "ok");
    row->n = 256;
    row->exit_code = 0;
    row->instructions_total = row->counter[COUNTER_instructions] = 1e8;
    row->counter[COUNTER_cycles] =
        mode == 0 ? 0 : floor(4e7 * (1 + 0.05 * (double)problem) * (mode == 1 ? 1.003 : 1)) +
                            (commit >= m->commits / 2 ? 200000 : 0);
    row->user_seconds = 1e8 * time;
    row->wall_seconds = 1.01 * row->user_seconds;
    row->peak_memory = 16e6 + 4096 * (double)(commit / 10);
}

static void describe(const struct made *m, struct store_history_entry *e, size_t commit)
{
    char hash[HASH_TEXT_SIZE], text[32], date[DATE_SIZE];
    snprintf(text, sizeof(text), "commit %zu", commit);
    hash_bytes(text, strlen(text), hash);
    snprintf(m->commit[commit], sizeof(m->commit[commit]), "%.40s", hash);
    snprintf(e->commit, sizeof(e->commit), "%.40s", hash);
    date_format(date, (int64_t)20454 * DAY + (int64_t)commit * DAY); /* from 2026-01-01 on */
    snprintf(e->date, sizeof(e->date), "%s", date);
    snprintf(e->measured, sizeof(e->measured), "%s", date);
    if (commit > 0 && m->commits >= 4 && commit % (m->commits / 4) == 0)
        snprintf(e->tag, sizeof(e->tag), "v0.%zu", commit / (m->commits / 4));
    snprintf(e->host, sizeof(e->host), "made");
    snprintf(e->host_text, sizeof(e->host_text), "made-up host, 2 cores, 16 GiB");
    snprintf(e->compiler, sizeof(e->compiler), "gcc 12.2.0");
    snprintf(e->flags, sizeof(e->flags), "-O2");
    snprintf(e->version, sizeof(e->version), PACKAGE_VERSION);
    snprintf(e->study, sizeof(e->study), "made");
}

static void tell(const struct made *m)
{
    for (size_t p = 0; p < m->problems; p++)
        for (size_t k = 0; k < MODES; k++) {
            double ratio;
            size_t at = planted(m, p, k, &ratio);
            printf("%s%s %s at 256\t%s\t%g\n", problem_name(p), k > 0 ? " m2" : "", modes[k],
                   m->commit[at], ratio);
        }
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct made m;
    struct stats_rng *rng = NULL;
    if (argc != 5 || (m.commits = strtoul(argv[2], NULL, 10)) < 10 ||
        (m.problems = strtoul(argv[3], NULL, 10)) < 1 || m.problems > 20) {
        fputs("usage: make_history OUT.h5 COMMITS PROBLEMS NOISE\n", stderr);
        return 2;
    }
    m.noise = strtod(argv[4], NULL);
    size_t lines = m.problems * MODES;
    struct store_row *row = calloc(m.commits * lines, sizeof(*row));
    const struct store_row **list = calloc(m.commits * lines, sizeof(*list));
    struct store_history_addition *add = calloc(m.commits, sizeof(*add));
    m.commit = calloc(m.commits, sizeof(*m.commit));
    if (row == NULL || list == NULL || add == NULL || m.commit == NULL ||
        stats_rng_alloc(&rng, 1) != 0)
        return 4;
    for (size_t c = 0; c < m.commits; c++) {
        describe(&m, &add[c].entry, c);
        for (size_t i = 0; i < lines; i++) {
            make_row(&m, &row[c * lines + i], c, i / MODES, i % MODES, rng);
            list[c * lines + i] = &row[c * lines + i];
        }
        add[c].row = list + c * lines;
        add[c].n = lines;
    }
    int rc = store_history_add(argv[1], add, m.commits, &err);
    struct store_history_baseline b = {{0}, {0}, "made up"};
    memcpy(b.commit, m.commit[m.commits / 2], sizeof(m.commit[0]));
    if (rc == 0)
        rc = store_history_set_baseline(argv[1], &b, &err);
    if (rc == 0)
        tell(&m);
    else
        fprintf(stderr, "make_history: %s\n", err.text);
    stats_rng_free(rng);
    free(m.commit);
    free(add);
    free(list);
    free(row);
    return rc == 0 ? 0 : 1;
}
