/* Does one law hold over all rungs, or does it change on the way?
 *
 * The best law of one piece (one to three terms, or a free exponent; see ladder.h) against the
 * best one of two pieces: the same kind of law whose value jumps by a factor between two
 * rungs, or whose slope in its leading term changes at a size.  Both are weighted least
 * squares of the relative error, compared by AICc; the size of the change is a parameter, too.
 * Looking at every break finds some gain in noise alone: tests/bench/regime measures how much,
 * and STATS_REGIME_GAIN is set by it.
 *
 * Source: Muggeo, Statistics in Medicine 22 (2003), 3055, for regression with unknown breaks;
 * Burnham and Anderson (2002), 2.4, for the criterion. */
#ifndef STATS_REGIME_H
#define STATS_REGIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Gain in AICc from which a change is reported: some 1 alarm in 100 smooth series. */
#define STATS_REGIME_GAIN 4.0

struct stats_regime_input {
    size_t n_rungs;
    const double *n;          /* sizes, ascending, > 1 */
    const double *mean;       /* > 0 */
    const size_t *replicates; /* NULL: 1 everywhere */
    const double *sd;         /* ignored where there is one */
    double level;             /* of the exponents' intervals */
    double floor;             /* relative differences that do not matter, 0 for none */
    double gain;              /* threshold; 0: STATS_REGIME_GAIN */
};

/* d log y / d log n between two neighbours.  Without replicates the interval is NaN. */
struct stats_regime_exponent {
    double from, to;
    double value, lower, upper;
};

struct stats_regime {
    bool tested;       /* false: too few rungs to tell one piece from two */
    bool found;
    bool jump;         /* of the value; otherwise of the slope */
    double gain;       /* AICc of one piece minus that of two; NaN when not tested */
    double from, to;   /* the rungs that the break lies between */
    double change;     /* value (slope) above the break over that below */
    double one_sd, two_sd; /* relative residual sd of either */
};

/* `exponent` has room for n_rungs - 1.  ERR_DATA for input that is not usable. */
int stats_regime_test(struct stats_regime *out, struct stats_regime_exponent *exponent,
                      const struct stats_regime_input *in, struct err *err);

#endif
