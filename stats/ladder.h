/* Growth with a size: y against n over a few rungs, predicted far beyond them.
 *
 * Candidates have one or two terms n^a log2(n)^b, with or without a constant; the constant
 * alone and the power law c n^a with a free exponent are candidates too.  They are fitted by
 * weighted least squares of the relative error.  Nobody knows the true one, and the interval
 * of the model that happened to be picked covers far too little: so candidates are averaged.
 *
 * A candidate's weight is its prior times exp(-BIC / 2), its posterior probability.  The priors
 * say what is known of programs before any is run: ladder.c has them with reasons.  AICc, which
 * is reported too, decides which candidates the number of observations admits, but does not
 * weigh them: with five single runs its small-sample term forbids a second term whatever the
 * data say, and nominal 95 % intervals cover 2 to 30 % where there is one.  Candidates less than
 * a sixteenth as likely as the best one are dropped (Occam's window, Madigan and Raftery, J. Am.
 * Stat. Assoc. 89 (1994), 1535): a crowd of them would widen every interval and cover too often.
 * The averaged claim about y at n is the mixture of the candidates' t distributions: its median
 * is the value, its tails give the intervals (Turek and Fletcher, Computational Statistics and
 * Data Analysis 56 (2012), 2809).  Priors and window were chosen for the coverage that
 * tests/bench/coverage measures.
 *
 * Source: Burnham and Anderson, Model Selection and Multimodel Inference, 2nd edition (2002),
 * 2.9, 4.2 and 6.4. */
#ifndef STATS_LADDER_H
#define STATS_LADDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { STATS_LADDER_TERMS_MAX = 3 };

struct stats_ladder_input {
    size_t n_rungs;
    const double *n;          /* sizes, all different, > 1 */
    const double *mean;       /* of the observations of a rung, > 0 */
    const size_t *replicates; /* honest ones, >= 1; NULL: 1 everywhere */
    const double *sd;         /* of the observations of a rung (ignored where there is one) */
    double level;
    /* Robust: bisquare weights of the observations instead of equal ones.  They stand here
     * rung by rung, replicates[i] of each; not needed (NULL) otherwise. */
    bool robust;
    const double *observation;
};

struct stats_ladder_term {
    double a, b; /* n^a log2(n)^b; the constant has 0, 0; a is an estimate in a power law */
    double estimate, se;
};

struct stats_ladder_model {
    size_t n_terms;
    struct stats_ladder_term term[STATS_LADDER_TERMS_MAX]; /* leading one first */
    bool power;       /* one term whose exponent was fitted, too */
    double exponent_se; /* of a power law, else NaN */
    double prior;
    double aicc, bic, weight;
    double rss;          /* of relative errors over all observations */
    double df;
    double residual_sd;  /* relative */
    double r2, r2_adjusted, r2_predicted; /* of the weighted fit; the last from PRESS */
    bool r2_centred;     /* about the weighted mean (models with a constant), or about 0 */
    /* Private: estimates in units of the terms at `scale`, and the inverse of their normal
     * matrix with stride 4; of a power law, log of the value at `scale` and exponent. */
    double coefficient[4];
    double covariance[16];
};

struct stats_ladder {
    size_t n_rungs, n_observations; /* the latter weighted and rounded when robust */
    size_t n_admitted;  /* candidates for which n_observations - k - 1 > 0 */
    size_t n_models;    /* those kept: weight above a sixteenth of the best one's */
    struct stats_ladder_model *model; /* by descending weight */
    double level;
    double pure_error;  /* relative sd within rungs; NaN without replicates */
    double lack_of_fit_p; /* of the best model; NaN without replicates */
    bool robust;
    double *rung_weight; /* mean weight of each rung's observations; 1 unless robust */
    bool by_rung;       /* the lack of fit outweighs the noise: rungs count, not replicates */
    /* Private. */
    double scale;
};

struct stats_ladder_prediction {
    double value; /* median of the averaged claim */
    double se;    /* within and between candidates (unconditional) */
    double ci_lower, ci_upper, pi_lower, pi_upper;
};

/* ERR_INCONCLUSIVE when no candidate is admitted (fewer than four observations) or none can
 * be fitted; ERR_DATA for values that are not usable. */
int stats_ladder_alloc(struct stats_ladder **out, const struct stats_ladder_input *in,
                       struct err *err);
void stats_ladder_free(struct stats_ladder *ladder);

/* At n > 1. */
void stats_ladder_predict(const struct stats_ladder *ladder, double n,
                          struct stats_ladder_prediction *p);

/* The mean exponent between two sizes of the candidate that grows fastest, but for the power law,
 * whose exponent is free; *a and *b are that candidate's. */
double stats_ladder_steepest(double from, double to, double *a, double *b);

/* "n^2.5 log2(n)", "1" */
void stats_ladder_term_name(double a, double b, char *buffer, size_t size);

#endif
