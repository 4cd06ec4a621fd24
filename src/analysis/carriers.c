/* Which variants an R2 rests on. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/checks_priv.h"
#include "stats/agree.h"

/* R2 of all points but those in `out` (n of them); one that no other point has a part in, for
 * they do not vary, is 0. */
static double r2_without(const struct stats_pairs *p, const size_t *out, size_t n,
                         size_t *index)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->n; i++)
        if (!(n > 0 && i == out[0]) && !(n > 1 && i == out[1]))
            index[kept++] = i;
    double r2 = stats_within_r2(p, index, kept);
    return isnan(r2) ? 0 : r2;
}

static void find(const struct analysis_scale *s, const struct stats_pairs *p, double least,
                 size_t *index, struct checks_carriers *c)
{
    double lowest = INFINITY;
    while (c->count < CHECKS_CARRIERS_MAX && !(lowest < least)) {
        lowest = INFINITY;
        for (size_t i = 0; i < s->n_points; i++) {
            size_t out[CHECKS_CARRIERS_MAX] = {c->point[0], i};
            if (s->point[i].base || (c->count > 0 && i == c->point[0]))
                continue;
            double r2 = r2_without(p, c->count > 0 ? out : &i, c->count + 1, index);
            if (r2 < lowest) {
                lowest = r2;
                c->point[c->count] = i;
            }
        }
        c->count++;
    }
    c->without = lowest;
    if (!(lowest < least))
        c->count = 0;
}

int checks_find_carriers(const struct analysis_scale *s, double least,
                         struct checks_carriers *c)
{
    size_t n = s->n_points, groups = 0;
    double *x = calloc(n + 1, sizeof *x), *y = calloc(n + 1, sizeof *y);
    size_t *index = calloc(n + 1, sizeof *index), *group = calloc(n + 1, sizeof *group);
    int status = x == NULL || y == NULL || index == NULL || group == NULL ? ERR_NOMEM : 0;
    *c = (struct checks_carriers){.without = NAN};
    for (size_t i = 0; status == 0 && i < n; i++) {
        x[i] = s->point[i].x;
        y[i] = s->point[i].y;
        groups += i > 0 && strcmp(s->point[i].problem, s->point[i - 1].problem) != 0;
        group[i] = groups;
    }
    struct stats_pairs pairs = {.n = n, .x = x, .y = y, .group = group, .n_groups = groups + 1};
    /* Just below it R2 falls easily: what counts is four times the spread that it allows. */
    if (status == 0 && s->r2.value >= least && n > CHECKS_CARRIERS_MAX)
        find(s, &pairs, fmax(1 - 4 * (1 - least), least / 2), index, c);
    free(x);
    free(y);
    free(index);
    free(group);
    return status;
}
