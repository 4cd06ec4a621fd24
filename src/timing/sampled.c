#include "config.h"

#include <math.h>

#include "timing/sampled.h"

int sampled_init(struct fast *f, struct detailed *core, uint64_t seed)
{
    struct fast_plan plan = {.period = SAMPLED_PERIOD, .predicted = SAMPLED_PREDICTED};
    return fast_init(f, core, plan, seed);
}

/* After M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 26.7.5, from five
 * degrees of freedom on; below, where that is too small, their table 26.10. */
double sampled_student(double freedom)
{
    static const double few[] = {12.706, 4.303, 3.182, 2.776};
    const double z = 1.959963984540054, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
    if (freedom < 5)
        return few[freedom < 1 ? 0 : (int)freedom - 1];
    return z + (z3 + z) / (4 * freedom) +
           (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom * freedom * freedom);
}

uint64_t sampled_error(const struct fast *f)
{
    const struct fast_doubt *d = &f->doubt;
    uint64_t covered;
    double rest = (double)(fast_time(f, &covered) - f->timed);
    double tail = (double)f->tail;
    if (rest <= 0)
        return 0;
    if (d->windows < 3)
        return (uint64_t)rest;
    double mean2 = d->off2 / d->distance2;
    double freedom = d->distance2 * d->distance2 / d->distance4;
    double half = sampled_student(freedom) * sqrt(mean2 * (d->distance2 + tail * tail));
    half = hypot(half, rest * SAMPLED_ALLOWANCE / 1000.);
    return (uint64_t)(half < rest ? half : rest);
}
