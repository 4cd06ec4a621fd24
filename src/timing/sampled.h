/* The sampled model: systematic sampling after SMARTS (R. Wunderlich and others, "SMARTS:
 * accelerating microarchitecture simulation via rigorous statistical sampling", ISCA 2003).
 *
 * Notes:
 * - It is the fast model (fast.h) with windows that are further apart, at places drawn from
 *   the layout seed, and a predictor that sees only the last SAMPLED_PREDICTED instructions
 *   before each: mispredictions are part of what a step costs on average, and their number is
 *   estimated, as those seen since the last window, times the distance over the length seen.
 * - What lies between two windows is thus estimated from strata: kinds of steps, by path,
 *   loop length and misses, of which the whole is known (C.-E. Saerndal, B. Swensson,
 *   J. Wretman, "Model Assisted Survey Sampling", 1992, chapter 7).  A short program is timed
 *   exactly.
 * - The interval: each window is off by some time a step from what the windows before it had
 *   foreseen, which is no less than what the distance before it is off on average; distances
 *   err independently.  The half width is Student's quantile at 97.5 % times the root of
 *   their squares, with the degrees of freedom of F. E. Satterthwaite ("An approximate
 *   distribution of estimates of variance components", Biometrics Bulletin 2, 1946).
 * - What windows all miss in the same way, because a pipeline that was left a while ago is
 *   not the one of now, no interval of this kind can know.  SAMPLED_ALLOWANCE stands for it;
 *   tests/bench/models --seeds shows how often the interval covers.
 */
#ifndef TIMING_SAMPLED_H
#define TIMING_SAMPLED_H

#include "timing/fast.h"

enum {
    SAMPLED_PREDICTED = 100000,
    SAMPLED_PERIOD = 1000000,
    SAMPLED_ALLOWANCE = 3 /* thousandths of the time that was not measured */
};

int sampled_init(struct fast *f, struct detailed *core, uint64_t seed);
/* Half width of the interval at 95 % of the time, 256ths of a cycle. */
uint64_t sampled_error(const struct fast *f);
/* Student's quantile at 97.5 %, for 1 degree of freedom or more. */
double sampled_student(double freedom);

#endif
