/* Writes an R script that computes what stats/rank.h, stats/means.h and stats/adjust.h have
 * computed, from the same random data, and complains where the two differ:
 *
 *   rank_cases [SEED] | Rscript -
 *
 * The script ends with the number of comparisons and status 1 after a difference.  Numbers are
 * written with 17 digits, so that R reads the same doubles. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "stats/adjust.h"
#include "stats/dist.h"
#include "stats/means.h"
#include "stats/rank.h"
#include "stats/stats.h"

enum { MOST = 200, REPEATS = 8 };

static const char prelude[] =
    "passed <- 0; failed <- 0; worst <- 0\n"
    "same <- function(what, ours, theirs) {\n"
    "  d <- if (theirs == 0) abs(ours) else abs(ours / theirs - 1)\n"
    "  if (isTRUE(d <= 1e-9)) { passed <<- passed + 1; worst <<- max(worst, d) } else {\n"
    "    failed <<- failed + 1\n"
    "    cat(sprintf('FAILED: %s: %.17g, R has %.17g\\n', what, ours, theirs))\n"
    "  }\n"
    "}\n"
    "quiet <- suppressWarnings\n"
    /* The permutation test with ties, which R lacks, one way after the other. */
    "ways <- function(x, y) {\n"
    "  r <- rank(c(x, y)); w <- colSums(combn(length(r), length(x), function(i) r[i]))\n"
    "  s <- sum(r[seq_along(x)]); e <- 1e-9; m <- mean(w)\n"
    "  c(mean(abs(w - m) >= abs(s - m) - e), mean(w >= s - e), mean(w <= s + e))\n"
    "}\n";

struct draw {
    struct stats_rng *rng;
    double x[MOST], y[MOST];
};

static void write_vector(const char *name, const double *x, size_t n)
{
    printf("%s <- c(", name);
    for (size_t i = 0; i < n; i++)
        printf("%s%.17g", i > 0 ? ", " : "", x[i]);
    puts(")");
}

/* `same` of a value and an R expression. */
static void same(const char *what, double value, const char *expression)
{
    printf("same('%s', %.17g, %s)\n", what, value, expression);
}

/* Continuous values, or ones with ties. */
static void draw(struct draw *d, size_t nx, size_t ny, bool ties, double shift, double share)
{
    for (size_t i = 0; i < (nx > ny ? nx : ny); i++) {
        double common = stats_rng_normal(d->rng);
        d->x[i] = 10 + common;
        d->y[i] = 10 + shift + share * common + (1 - share) * stats_rng_normal(d->rng);
        if (ties) {
            d->x[i] = round(2 * d->x[i]);
            d->y[i] = round(2 * d->y[i]);
        }
    }
    write_vector("x", d->x, nx);
    write_vector("y", d->y, ny);
}

static int rank_sums(struct draw *d, struct err *err)
{
    static const size_t size[][2] = {{4, 5}, {6, 6}, {9, 20}, {49, 49}, {50, 40}, {120, 170}};
    for (size_t k = 0; k < sizeof size / sizeof *size; k++)
        for (int tied = 0; tied < 2; tied++) {
            size_t nx = size[k][0], ny = size[k][1];
            struct stats_rank_sum r;
            draw(d, nx, ny, tied, 0.7, 0);
            /* Two samples of few values may have no ties between them. */
            int status = stats_rank_sum(d->x, nx, d->y, ny, STATS_NULL_AUTO, 0.9, &r, err);
            if (status < 0)
                return status;
            if (r.ties && r.exact && nx + ny < 13) {
                same("tied p", r.p, "ways(x, y)[1]");
                same("tied greater", r.p_greater, "ways(x, y)[2]");
                same("tied less", r.p_less, "ways(x, y)[3]");
            } else if (!r.ties || !r.exact) {
                puts("w <- quiet(wilcox.test(x, y, conf.int = TRUE, conf.level = 0.9, "
                     "tol.root = 1e-14))");
                same("u", r.u, "w$statistic");
                same("rank sum p", r.p, "w$p.value");
                same("greater", r.p_greater, "quiet(wilcox.test(x, y, 'g')$p.value)");
                same("less", r.p_less, "quiet(wilcox.test(x, y, 'l')$p.value)");
                if (!r.ties) {
                    same("shift from", r.shift.lower, "w$conf.int[1]");
                    same("shift to", r.shift.upper, "w$conf.int[2]");
                }
            }
            same("shift", r.shift.value, "median(outer(x, y, '-'))");
            status = stats_rank_sum(d->x, nx, d->y, ny, STATS_NULL_APPROXIMATE, 0.9, &r, err);
            if (status < 0)
                return status;
            same("normal p", r.p, "quiet(wilcox.test(x, y, exact = FALSE)$p.value)");
        }
    return 0;
}

static int correlations(struct draw *d, struct err *err)
{
    static const size_t size[] = {5, 7, 9, 12, 30, 49, 50, 180};
    for (size_t k = 0; k < sizeof size / sizeof *size; k++)
        for (int tied = 0; tied < 2; tied++) {
            size_t n = size[k];
            struct stats_rank_correlation s, t;
            draw(d, n, n, tied, 0, n < 40 ? 0.4 : 0.2);
            int status = stats_spearman_test(d->x, d->y, n, STATS_NULL_AUTO, 0.95, &s, err);
            if (status == 0)
                status = stats_kendall_test(d->x, d->y, n, STATS_NULL_AUTO, 0.95, &t, err);
            if (status < 0)
                return status;
            same("rho", s.estimate.value, "cor(x, y, method = 'spearman')");
            same("tau", t.estimate.value, "cor(x, y, method = 'kendall')");
            /* From 10 pairs on R has an Edgeworth series instead of exact values, and below 0
             * its t takes the sum of squares less 1. */
            puts("z <- if (cor(x, y, method = 'spearman') < 0) -y else y");
            if (!s.exact || !s.ties)
                printf("same('rho p', %.17g, quiet(cor.test(x, z, method = 'spearman', "
                       "exact = %s)$p.value))\n", s.p, s.exact ? "TRUE" : "FALSE");
            if (!t.exact || !t.ties) {
                puts("w <- function(a) quiet(cor.test(x, y, a, 'kendall')$p.value)");
                same("tau p", t.p, "w('two.sided')");
                same("tau greater", t.p_greater, "w('greater')");
                same("tau less", t.p_less, "w('less')");
            }
        }
    return 0;
}

static int means(struct draw *d, struct err *err)
{
    static const size_t size[][2] = {{2, 3}, {5, 5}, {3, 40}, {100, 20}};
    for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
        size_t nx = size[k][0], ny = size[k][1];
        struct stats_welch w;
        draw(d, nx, ny, k % 2, 0.4 * (double)k, 0.3);
        int status = stats_welch(d->x, nx, d->y, ny, 0.99, &w, err);
        if (status == ERR_NUMERIC) { /* rounded to a constant: R refuses too */
            err_clear(err);
            continue;
        }
        if (status < 0)
            return status;
        puts("w <- t.test(x, y, conf.level = 0.99)");
        same("t", w.t, "w$statistic");
        same("df", w.df, "w$parameter");
        same("t p", w.p, "w$p.value");
        same("difference from", w.difference.lower, "w$conf.int[1]");
        same("difference to", w.difference.upper, "w$conf.int[2]");
        same("t greater", w.p_greater, "t.test(x, y, 'g')$p.value");
        same("t less", w.p_less, "t.test(x, y, 'l')$p.value");
    }
    return 0;
}

static int adjustments(struct draw *d, struct err *err)
{
    size_t n = 1 + stats_rng_below(d->rng, MOST - 1);
    double p[MOST], holm[MOST], bh[MOST];
    for (size_t i = 0; i < n; i++)
        p[i] = pow(stats_rng_uniform(d->rng), 3);
    int status = stats_adjust_holm(p, n, holm, err);
    if (status == 0)
        status = stats_adjust_bh(p, n, bh, err);
    if (status < 0)
        return status;
    write_vector("p", p, n);
    write_vector("holm", holm, n);
    write_vector("bh", bh, n);
    puts("same('holm', 1, 1 + max(abs(holm / p.adjust(p, 'holm') - 1)))");
    puts("same('bh', 1, 1 + max(abs(bh / p.adjust(p, 'BH') - 1)))");
    return 0;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct draw d;
    int status = 0;

    if (argc > 2) {
        fprintf(stderr, "usage: rank_cases [SEED]\n");
        return 2;
    }
    stats_init();
    if (stats_rng_alloc(&d.rng, argc > 1 ? strtoull(argv[1], NULL, 10) : 1) < 0)
        return 4;
    fputs(prelude, stdout);
    for (int i = 0; i < REPEATS && status == 0; i++) {
        status = rank_sums(&d, &err);
        if (status == 0)
            status = correlations(&d, &err);
        if (status == 0)
            status = means(&d, &err);
        if (status == 0)
            status = adjustments(&d, &err);
    }
    stats_rng_free(d.rng);
    if (status < 0) {
        fprintf(stderr, "rank_cases: %s\n", err.text);
        return err_exit_status(status);
    }
    puts("cat(sprintf('largest relative difference %.2g\\n', worst))\n"
         "cat(sprintf('%d passed, %d failed\\n', passed, failed))\n"
         "quit(status = as.integer(failed > 0 || passed == 0))");
    return 0;
}
