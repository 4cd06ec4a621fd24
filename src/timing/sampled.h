/* The sampled model: the detailed one in units of SAMPLED_UNIT instructions, one drawn at
 * random from each stratum of the run; what it says of the whole comes with an interval.
 *
 * Notes:
 * - The first SAMPLED_EXACT instructions are timed.  Behind them the run is divided into
 *   strata, stretches of whole units, of which one, drawn from the layout seed, is measured:
 *   stratified sampling with one unit a stratum (W. G. Cochran, "Sampling Techniques", 1977,
 *   section 5A.12).  Units on a fixed grid partition the run, so that a sample cannot keep step
 *   with a loop of the program; cf. R. Wunderlich and others, "SMARTS: accelerating
 *   microarchitecture simulation via rigorous statistical sampling", ISCA 2003.
 * - Caches and translation see every instruction, and their state is that of mode timing.  The
 *   predictor sees the last SAMPLED_PREDICTED instructions before a unit, the pipeline the last
 *   SAMPLED_WARMING; it begins as the unit before left it.
 * - Where SAMPLED_BRANCHY per cent of the time or more is lost to mispredicted branches, the
 *   predictor sees every instruction from then on: what a step costs depends most on whether
 *   its branch was foreseen, and on long memories of the predictor.
 * - What a stratum costs is foreseen from its steps by kind (edges.h), by what was known before
 *   it began, times how far the units before cost more than was foreseen of them.  To this
 * comes what the unit took more than foreseen, for every instruction of the stratum: the
 * difference estimator (C.-E. Saerndal, B. Swensson, J. Wretman, "Model Assisted Survey
 * Sampling", 1992, section 6.3).  Whatever the costs by kind get wrong, on average over the
 * draw the estimate is what units measure.
 * - The variance of a stratum is taken as the square of that difference, scaled to it.  On
 *   average this is the true variance and, where the foresight of a whole stratum is off, more.
 *   The half width of the interval is Student's quantile at 97.5 % times the root of the sum.
 *   Its degrees of freedom are as many as give the sum the spread that the fourth powers say,
 *   after F. E. Satterthwaite ("An approximate distribution of estimates of variance
 *   components", Biometrics Bulletin 2, 1946), with three for a single one, which is so for
 *   the square of a normal variable.
 * - Steps on edges that were never measured are left out of all this until a unit or the
 * warming for one has measured some, and then count from the first on.  Many of them end a
 * stratum, and a short one begins, with some instructions of the detailed model from which
 * these edges are learned at once: a unit may come when the program has left them.  What no
 * unit ever met is guessed, and SAMPLED_GUESS times that is in doubt.
 * - A unit that took another time than foreseen shortens the strata behind it.  What ended
 *   without a unit, as the end of the run may, is foreseen alone, and its doubt is that of all
 *   units.
 * - A wanted error may shorten the strata, see sampled_want().
 * - What units all miss in the same way, because a pipeline or predictor that was left a while
 *   ago is not the one of now, no interval of this kind can know.  SAMPLED_ALLOWANCE stands for
 *   it; tests/bench/models --seeds shows how often the interval covers.
 */
#ifndef TIMING_SAMPLED_H
#define TIMING_SAMPLED_H

#include "timing/fast.h"

enum {
    SAMPLED_EXACT = 2000000,
    SAMPLED_UNIT = 20000,
    SAMPLED_WARMING = 10000,
    SAMPLED_SETTLED = 1000, /* of which are not learned from */
    SAMPLED_PREDICTED = 100000,
    SAMPLED_UNITS_LEAST = 3, /* units in a stratum, */
    SAMPLED_UNITS_MOST = 50, /* one SAMPLED_SHARE-th of the run so far between, */
    SAMPLED_SHARE = 24,
    SAMPLED_UNITS_NEW = 6, /* in one that begins where unknown edges came up: no gap */
    SAMPLED_BRANCHY = 4,
    SAMPLED_AIM = 80,      /* per cent of a wanted error that strata are made for */
    SAMPLED_ENOUGH = 8,    /* units that tell how long strata may be */
    SAMPLED_ALLOWANCE = 3, /* thousandths of the time that was not measured */
    SAMPLED_GUESS = 4      /* times what was never measured, as its doubt */
};

enum sampled_phase {
    SAMPLED_TIME,    /* the first instructions */
    SAMPLED_GAP,     /* without predictor */
    SAMPLED_PREDICT, /* with it, and the second half of that, when it has learned */
    SAMPLED_TRUST,
    SAMPLED_SETTLE, /* the detailed model, and the rest of its warming */
    SAMPLED_WARM,
    SAMPLED_MEASURE
};

/* Instructions at which a stratum begins and ends, and its unit begins. */
struct sampled_stratum {
    uint64_t begin, end, unit;
};

/* How far units were from what was foreseen, over strata: sums of squares and fourth powers of
 * what the rest of each comes to at that rate, in time, and of the rest itself. */
struct sampled_doubt {
    double off2, off4, rest2;
    unsigned units;
    double blind2; /* sum of squares of instructions in strata that ended without a unit */
};

struct sampled {
    struct detailed *core;
    struct edges edges;
    double wanted; /* half width of the interval over the time; 0: as it comes */
    enum sampled_phase phase;
    uint64_t done, until; /* instructions so far, and at which the phase ends */
    uint64_t look;        /* instructions at which unknown edges are counted next, */
    uint64_t learn;       /* and to which the detailed model goes on because of such */
    uint64_t retire;      /* of the step before */
    uint64_t seed;
    struct sampled_stratum now, next; /* `next` once the unit of `now` is measured */
    bool measured;
    uint64_t unit_insns, unit_time; /* of the unit of this stratum, so far; */
    uint64_t unit_known;            /* of that, on edges that were known before */
    uint64_t carried; /* instructions before this stratum on edges that are not known yet */
    uint64_t settled; /* instructions before this stratum */
    double time;      /* of what is settled, 256ths of a cycle, */
    uint64_t timed;   /* and of all, what was measured */
    double taken, foreseen; /* by units lately */
    double usually_off;     /* by how many per cent, lately */
    unsigned haste;         /* halvings of the period */
    double branchy;         /* per cent of units' time lost to branches, lately */
    bool predicts;          /* the predictor sees every instruction */
    struct sampled_doubt doubt;
    /* With a predictor that has learned, in this stratum: instructions and mispredictions; and
     * mispredictions before. */
    uint64_t predicted, mispredicted;
    double mispredictions;
    struct fast_stack begin, window, before; /* when the unit began; of it; of the one before */
    struct fast_stack sum;                   /* of all that is settled */
};

int sampled_init(struct sampled *s, struct detailed *core, uint64_t seed);
/* Before the first batch: the half width of the interval that the run is to end with, over its
 * time.  Strata that are each one c-th of the run before them add up to a relative variance of
 * 1 / (2 c) times that of one unit, wherever the run ends; c is chosen so by the units so far,
 * and corrected by where the error stands.  Strata never are longer than without a wish, for
 * what is foreseen over a long distance fails more than what units so far tell; where they
 * would be so short that warming leaves next to nothing out, all is timed. */
void sampled_want(struct sampled *s, double error);
void sampled_release(struct sampled *s);
int sampled_retire(struct sampled *s, const struct record_program *program,
                   const struct record_batch *batch);
/* The region of interest begins: the pipeline is empty, and there is no block before. */
void sampled_enter(struct sampled *s);
/* The run is over. */
void sampled_finish(struct sampled *s);
/* The time so far, and half the width of its interval at 95 %, 256ths of a cycle. */
uint64_t sampled_time(const struct sampled *s, uint64_t *error);
double sampled_mispredictions(const struct sampled *s);
/* How the time divides: that of units, for the rest that of the units around it. */
struct fast_stack sampled_stack(const struct sampled *s);
/* Student's quantile at 97.5 %, for 1 degree of freedom or more. */
double sampled_student(double freedom);

#endif
