#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/dist.h"
#include "stats/ladder_priv.h"

static size_t replicates(const struct stats_ladder_input *in, size_t i)
{
    return in->replicates == NULL ? 1 : in->replicates[i];
}

static void sum_up(struct ladder_rungs *r)
{
    double rungs = 0;
    r->observations = r->pure_ss = 0;
    for (size_t i = 0; i < r->m; i++) {
        r->observations += r->weight[i];
        r->pure_ss += r->squares[i];
        rungs += r->weight[i] > 0 ? fmin(r->weight[i], 1) : 0;
    }
    r->pure_df = r->observations - rungs;
    if (r->pure_df < 1e-9)
        r->pure_df = 0;
}

int ladder_rungs_init(struct ladder_rungs *r, const struct stats_ladder_input *in, bool by_rung)
{
    size_t m = in->n_rungs;
    *r = (struct ladder_rungs){.m = m, .n = malloc((4 * m + 1) * sizeof *r->n)};
    if (r->n == NULL)
        return ERR_NOMEM;
    r->mean = r->n + m;
    r->weight = r->mean + m;
    r->squares = r->weight + m;
    for (size_t i = 0; i < m; i++) {
        size_t k = by_rung ? 1 : replicates(in, i);
        double sd = k > 1 ? in->sd[i] / in->mean[i] : 0;
        r->n[i] = in->n[i];
        r->mean[i] = in->mean[i];
        r->weight[i] = (double)k;
        r->squares[i] = (double)(k - 1) * sd * sd;
    }
    sum_up(r);
    return 0;
}

void ladder_rungs_release(struct ladder_rungs *r)
{
    free(r->n);
    *r = (struct ladder_rungs){0};
}

int ladder_rungs_start(struct ladder_rungs *r, const struct stats_ladder_input *in)
{
    size_t at = 0, most = 1;
    for (size_t i = 0; i < r->m; i++)
        most = replicates(in, i) > most ? replicates(in, i) : most;
    double *sorted = malloc(most * sizeof *sorted);
    if (sorted == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->m; i++) {
        size_t k = replicates(in, i);
        memcpy(sorted, in->observation + at, k * sizeof *sorted);
        r->mean[i] = stats_median(sorted, k);
        at += k;
    }
    free(sorted);
    return 0;
}

/* 4.685 keeps 95 % of the efficiency on normal errors (Holland and Welsch, Communications in
 * Statistics A6 (1977), 813); the median distance over 0.6745 is their sd. */
double ladder_rungs_reweigh(struct ladder_rungs *r, const struct stats_ladder_input *in,
                            const double *fitted, double p, double *scratch)
{
    size_t total = 0;
    double changed = 0;
    for (size_t i = 0; i < r->m; i++)
        for (size_t j = 0; j < replicates(in, i); j++, total++)
            scratch[total] = fabs(in->observation[total] / fitted[i] - 1);
    stats_sort(scratch, total);
    /* The p smallest distances are what the fit can make vanish by itself. */
    size_t skip = (double)total > 2 * p ? (size_t)p : 0;
    double scale = stats_quantile_sorted(scratch + skip, total - skip, 0.5) / 0.6745;
    scale = fmax(scale, 1e-9);
    for (size_t i = 0, at = 0; i < r->m; i++) {
        size_t k = replicates(in, i);
        double sum = 0, mean = 0, squares = 0, before = r->weight[i];
        for (size_t j = 0; j < k; j++) {
            double y = in->observation[at + j], u = (y / fitted[i] - 1) / (4.685 * scale);
            double w = fabs(u) < 1 ? (1 - u * u) * (1 - u * u) : 0;
            double step = y - mean;
            sum += w;
            mean += sum > 0 ? w / sum * step : 0;
            squares += w * step * (y - mean);
        }
        at += k;
        r->weight[i] = sum;
        r->mean[i] = sum > 0 ? mean : fitted[i];
        r->squares[i] = sum > 0 ? squares / mean / mean : 0;
        changed = fmax(changed, fabs(sum - before) / (double)k);
    }
    sum_up(r);
    return changed;
}
