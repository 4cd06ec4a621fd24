/* rung bench --against: two builds in turns.
 *
 * Notes:
 * - A block is four runs, this build, the other, the other, this one (ABBA): what drifts evenly
 *   falls out of the ratio of its sums.  Blocks are the observations: the interval is
 *   Student's, of the logarithms of their ratios.
 * - Time is the processor's in user mode, as each build measures it itself around the guest.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "cmd/bench.h"
#include "stats/adjust.h"
#include "stats/dist.h"
#include "timing/model.h"

/* One problem in one mode. */
struct line {
    char problem[64], n[32];
    enum timing_mode mode;
    double ratio, lower, upper; /* time of this build over that of the other */
    double p_slower;            /* that it is no slower than the tolerance */
    double adjusted;            /* the same, after Holm */
    double seconds;             /* a run of this build, mean */
    const char *verdict;
};

/* ---- one run -------------------------------------------------------------------------------
 */

static int read_seconds(const char *path, const char *program, double *seconds, struct err *err)
{
    char *text = NULL;
    int rc = path_read(path, 16 << 20, &text, NULL, err);
    json_t *root = rc == 0 ? json_loads(text, 0, NULL) : NULL;
    json_t *value = json_object_get(root, "user_seconds");
    if (rc == 0 && !json_is_number(value))
        rc = err_set(err, ERR_RUN, "'%s': does not say how long it took", program);
    else if (rc == 0 && !(json_number_value(value) > 0))
        rc = err_set(err, ERR_CONFIG,
                     "'%s': a run takes no time that can be measured: use a larger size",
                     program);
    if (rc == 0)
        *seconds = json_number_value(value);
    json_decref(root);
    free(text);
    return rc;
}

static int time_run(const struct bench_against *a, const char *program, const struct line *l,
                    const char *elf, double *seconds, struct err *err)
{
    char path[] = "/tmp/rung-bench.XXXXXX";
    int fd = mkstemp(path), status = 0;
    if (fd < 0)
        return err_set(err, ERR_CONFIG, "'%s': cannot be made", path);
    close(fd);
    const char *argv[] = {
        program, "sim",      "--exit-code", "status", "-m", timing_mode_name(l->mode),
        "-M",    a->machine, "-f",          "json",   "-o", path,
        elf,     l->n,       NULL};
    int rc = bench_spawn(argv, NULL, NULL, &status, err);
    if (rc == 0 && status != 0)
        rc = err_set(err, ERR_RUN, "'%s': %s:%s in %s ended with status %d", program,
                     l->problem, l->n, timing_mode_name(l->mode), status);
    if (rc == 0)
        rc = read_seconds(path, program, seconds, err);
    unlink(path);
    return rc;
}

/* Fills log ratios, one a block. */
static int time_blocks(const struct bench_against *a, struct line *l, double *log_ratio,
                       struct err *err)
{
    char *file = str_format("%s.elf", l->problem);
    char *elf = file != NULL ? path_data("problems", file) : NULL;
    int rc = elf != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0 && !path_exists(elf))
        rc = err_set(err, ERR_CONFIG, "unknown problem '%s' (see 'rung list problems')",
                     l->problem);
    double sum = 0;
    for (uint64_t i = 0; rc == 0 && i < a->blocks; i++) {
        const char *order[] = {a->program, a->other, a->other, a->program};
        double took[4];
        for (int k = 0; rc == 0 && k < 4; k++)
            rc = time_run(a, order[k], l, elf, &took[k], err);
        if (rc == 0) {
            log_ratio[i] = log((took[0] + took[3]) / (took[1] + took[2]));
            sum += took[0] + took[3];
        }
    }
    l->seconds = sum / (2 * (double)a->blocks);
    free(elf);
    free(file);
    return rc;
}

static void judge(const struct bench_against *a, struct line *l, const double *x)
{
    double n = (double)a->blocks, mean = 0, squares = 0;
    for (uint64_t i = 0; i < a->blocks; i++)
        mean += x[i] / n;
    for (uint64_t i = 0; i < a->blocks; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    double error = sqrt(squares / (n - 1) / n), limit = log1p(a->tolerance);
    double half = error * stats_t_quantile(0.5 + a->level / 2, n - 1);
    l->ratio = exp(mean);
    l->lower = exp(mean - half);
    l->upper = exp(mean + half);
    l->p_slower =
        error > 0 ? 1 - stats_t_cdf((mean - limit) / error, n - 1) : (mean > limit ? 0 : 1);
}

/* ---- all of them ---------------------------------------------------------------------------
 */

static int parse_problem(const char *text, struct line *l, struct err *err)
{
    const char *colon = strchr(text, ':');
    if (colon == NULL || colon == text || (size_t)(colon - text) >= sizeof(l->problem) ||
        colon[1] == '\0' || strlen(colon + 1) >= sizeof(l->n) ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return err_set(err, ERR_USAGE, "'%s' is not PROBLEM:N", text);
    snprintf(l->problem, sizeof(l->problem), "%.*s", (int)(colon - text), text);
    snprintf(l->n, sizeof(l->n), "%s", colon + 1);
    return 0;
}

static int make_lines(const struct bench_against *a, struct line **out, size_t *n,
                      struct err *err)
{
    size_t problems = 0;
    while (a->problem[problems] != NULL)
        problems++;
    struct line *line = calloc(problems * TIMING_MODE_MAX + 1, sizeof(*line));
    int rc = line != NULL ? 0 : err_set(err, ERR_NOMEM, "out of memory");
    *n = 0;
    for (size_t i = 0; rc == 0 && i < problems; i++)
        for (int mode = 0; rc == 0 && mode < TIMING_MODE_MAX; mode++)
            if (a->mode[mode]) {
                line[*n].mode = (enum timing_mode)mode;
                rc = parse_problem(a->problem[i], &line[(*n)++], err);
            }
    *out = line;
    return rc;
}

static int decide(const struct bench_against *a, struct line *line, size_t n, struct err *err)
{
    double *p = calloc(n + 1, sizeof(*p));
    if (p == NULL)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        p[i] = line[i].p_slower;
    int rc = stats_adjust_holm(p, n, p, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        line[i].adjusted = p[i];
        line[i].verdict = line[i].upper <= 1 + a->tolerance ? "pass"
                          : line[i].lower > 1 + a->tolerance && p[i] <= (1 - a->level) / 2
                              ? "fail"
                              : "inconclusive";
    }
    free(p);
    return rc;
}

static int print(const struct bench_against *a, const struct line *line, size_t n)
{
    static const char *const keys[] = {"problem", "n",      "mode", "seconds", "ratio", "lower",
                                       "upper",   "blocks", "p",    "verdict", NULL};
    static const char *const titles[] = {
        "problem", "n", "mode",    "a run in s", "time, this/other", "from", "to",
        "blocks",  "p", "verdict", NULL};
    struct table *t = table_alloc(keys, titles);
    for (size_t i = 0; i < n; i++) {
        table_text(t, line[i].problem);
        table_number(t, strtod(line[i].n, NULL));
        table_text(t, timing_mode_name(line[i].mode));
        table_real(t, line[i].seconds, 3);
        table_real(t, line[i].ratio, -4);
        table_real(t, line[i].lower, -4);
        table_real(t, line[i].upper, -4);
        table_uint(t, a->blocks);
        table_real(t, line[i].adjusted, 2);
        table_text(t, line[i].verdict);
    }
    return cmd_print(t, a->format);
}

int bench_against(const struct bench_against *a, struct err *err)
{
    struct line *line = NULL;
    size_t n = 0;
    double *log_ratio = calloc(a->blocks + 1, sizeof(*log_ratio));
    int rc = log_ratio != NULL ? make_lines(a, &line, &n, err)
                               : err_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0 && strchr(a->other, '/') != NULL && access(a->other, X_OK) != 0)
        rc = err_set(err, ERR_CONFIG, "'%s': is no program", a->other);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (!a->quiet)
            fprintf(stderr, "timing %s:%s in %s\n", line[i].problem, line[i].n,
                    timing_mode_name(line[i].mode));
        rc = time_blocks(a, &line[i], log_ratio, err);
        if (rc == 0)
            judge(a, &line[i], log_ratio);
    }
    if (rc == 0)
        rc = decide(a, line, n, err);
    int status = rc == 0 ? print(a, line, n) : 0;
    bool fail = false, open = false;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        fail = fail || strcmp(line[i].verdict, "fail") == 0;
        open = open || strcmp(line[i].verdict, "inconclusive") == 0;
    }
    free(log_ratio);
    free(line);
    if (status != 0)
        return status;
    return fail ? 1 : open ? err_exit_status(ERR_INCONCLUSIVE) : 0;
}
