/* certified [-q] [FOLDER]: digits of NIST's certified linear regression values that the
 * program reproduces.
 *
 * FOLDER (default data/strd) holds certified.csv and one CSV file for each set.  Digits are
 * -log10 of the relative error, of the absolute one where the certified value is 0, and at
 * most 15, which is what the certified values carry.  Prints one line for each set with the
 * fewest digits of each quantity; -q prints nothing.  Exits 1 when any has fewer than 12. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/data.h"
#include "analysis/linear.h"

enum { QUANTITIES = 6 };
static const char *const quantities[QUANTITIES] = {"estimate", "se", "residual_sd",
                                                   "r2", "f", "rss"};
static const double digits_needed = 12;

static double digits_of(double value, double certified)
{
    double error = certified == 0 ? fabs(value) : fabs(value / certified - 1);
    if (isnan(value))
        return -INFINITY;
    return error == 0 ? 15 : fmin(15, -log10(error));
}

static double value_of(const struct stats_lm *lm, const char *quantity, size_t term)
{
    if (strcmp(quantity, "estimate") == 0)
        return term < lm->p ? lm->term[term].estimate : NAN;
    if (strcmp(quantity, "se") == 0)
        return term < lm->p ? lm->term[term].se : NAN;
    if (strcmp(quantity, "residual_sd") == 0)
        return lm->residual_sd;
    if (strcmp(quantity, "r2") == 0)
        return lm->r2;
    return strcmp(quantity, "f") == 0 ? lm->f : lm->rss;
}

/* Fits one set and takes the minimum of digits over its rows of the certified table, which
 * begin at `row`; returns the row behind them, or a negative error. */
static long compare_set(const struct csv *certified, size_t row, const char *folder,
                        double *digits, double *condition, struct err *err)
{
    char path[4096];
    char **cell = certified->cell + row * 4;
    struct csv *data = NULL;
    struct analysis_linear *linear = NULL;
    const char *set = cell[0];
    snprintf(path, sizeof path, "%s/%s.csv", folder, set);
    int status = csv_load(&data, path, err);
    if (status == 0)
        status = analysis_linear_alloc(&linear, data, cell[1], "none", 0.95, err);
    for (int q = 0; q < QUANTITIES; q++)
        digits[q] = NAN;
    if (status == 0)
        *condition = linear->lm->condition;
    for (; status == 0 && row < certified->n_rows; row++) {
        cell = certified->cell + row * 4;
        if (strcmp(cell[0], set) != 0)
            break;
        char name[32] = "";
        size_t term = 1;
        sscanf(cell[2], "%31s %zu", name, &term);
        for (int q = 0; q < QUANTITIES; q++)
            if (strcmp(name, quantities[q]) == 0)
                digits[q] = fmin(isnan(digits[q]) ? 15 : digits[q],
                                 digits_of(value_of(linear->lm, name, term - 1),
                                           strtod(cell[3], NULL)));
    }
    analysis_linear_free(linear);
    csv_free(data);
    return status < 0 ? status : (long)row;
}

int main(int argc, char **argv)
{
    bool quiet = argc > 1 && strcmp(argv[1], "-q") == 0;
    const char *folder = argc > 1 + quiet ? argv[1 + quiet] : RUNG_SOURCE_DIR "/data/strd";
    char path[4096];
    struct err err = {0};
    struct csv *certified;
    double least = 15;
    snprintf(path, sizeof path, "%s/certified.csv", folder);
    if (csv_load(&certified, path, &err) < 0) {
        fprintf(stderr, "certified: %s\n", err.text);
        return err_exit_status(err.code);
    }
    if (certified->n_columns != 4) {
        fprintf(stderr, "certified: '%s': four columns expected\n", path);
        csv_free(certified);
        return 5;
    }
    if (!quiet)
        printf("%-10s %10s  %8s %8s %8s %8s %8s %8s\n", "set", "condition", "estimate", "se",
               "sd", "r2", "f", "rss");
    for (long row = 0; row >= 0 && (size_t)row < certified->n_rows;) {
        double digits[QUANTITIES], condition = NAN;
        const char *set = certified->cell[row * 4];
        row = compare_set(certified, (size_t)row, folder, digits, &condition, &err);
        if (row < 0) {
            fprintf(stderr, "certified: %s\n", err.text);
            csv_free(certified);
            return err_exit_status(err.code);
        }
        if (!quiet)
            printf("%-10s %10.2e ", set, condition);
        for (int q = 0; q < QUANTITIES; q++) {
            if (!quiet)
                printf(" %8.1f", digits[q]);
            if (!isnan(digits[q]))
                least = fmin(least, digits[q]);
        }
        if (!quiet)
            printf("\n");
    }
    if (!quiet)
        printf("fewest digits: %.1f (%.0f needed)\n", least, digits_needed);
    csv_free(certified);
    return least >= digits_needed ? 0 : 1;
}
