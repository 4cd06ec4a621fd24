/* What the files of the ladder fit share. */
#ifndef STATS_LADDER_PRIV_H
#define STATS_LADDER_PRIV_H

#include "stats/ladder.h"
#include "stats/small.h"

/* The evidence of each rung: the mean of its observations, their summed weight, and their
 * squares about the mean, relative to it. */
struct ladder_rungs {
    size_t m;
    double *n, *mean, *weight, *squares; /* one allocation, at n */
    double observations; /* summed weights */
    double pure_ss, pure_df;
};

/* By rung: each mean counts as one observation. */
int ladder_rungs_init(struct ladder_rungs *r, const struct stats_ladder_input *in, bool by_rung);
void ladder_rungs_release(struct ladder_rungs *r);

/* Robust: means become medians, to start from. */
int ladder_rungs_start(struct ladder_rungs *r, const struct stats_ladder_input *in);
/* Gives each observation the bisquare weight of its relative distance from fitted[]; p is the
 * number of parameters behind it.  Returns the largest change of a rung's mean weight. */
double ladder_rungs_reweigh(struct ladder_rungs *r, const struct stats_ladder_input *in,
                            const double *fitted, double p, double *scratch);

/* What each kept candidate says of y at n: n_models claims. */
void ladder_claims(const struct stats_ladder *ladder, double n, struct small_claim *claim);
/* The average of claims, which it changes. */
void ladder_average(struct small_claim *claim, size_t n_claims, double level,
                    struct stats_ladder_prediction *p);

#endif
