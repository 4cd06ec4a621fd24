#include "config.h"

#include "analysis/plan.h"

#include <math.h>
#include <stdbool.h>

#include "stats/dist.h"

double analysis_plan_r2(double threshold, double n, double level)
{
    if (!(n >= 4) || !(threshold >= 0 && threshold < 1) || !(level > 0 && level < 1))
        return NAN;
    double z = stats_normal_quantile(0.5 + level / 2);
    double r = tanh(atanh(sqrt(threshold)) + z / sqrt(n - 3));
    return r * r;
}

double analysis_plan_r2_points(double value, double lower, double threshold, double n)
{
    if (isnan(value) || isnan(lower) || !(n > 3))
        return NAN;
    if (value <= threshold)
        return INFINITY;
    if (value >= 1 || lower >= threshold)
        return n;
    double at = atanh(sqrt(value));
    double width = at - atanh(sqrt(lower)), room = at - atanh(sqrt(threshold));
    return ceil(3 + (n - 3) * (width / room) * (width / room));
}

double analysis_plan_root(double half, double room, double n)
{
    if (isnan(half) || isnan(room))
        return NAN;
    if (room <= 0)
        return INFINITY;
    return half <= room ? n : ceil(n * (half / room) * (half / room));
}

/* Whether n samples are enough.  Both tests must reject, so that each may miss with half of
 * 1 - power only. */
static bool enough(double n, double sd, double bound, double alpha, double power)
{
    double quantiles = stats_t_quantile(1 - alpha, n - 1) +
                       stats_t_quantile((1 + power) / 2, n - 1);
    return quantiles * sd / sqrt(n) <= bound;
}

double analysis_plan_equivalence(double sd, double tolerance, double alpha, double power)
{
    if (!(sd > 0) || !(tolerance > 0 && tolerance < 1) || !(alpha > 0 && alpha < 0.5) ||
        !(power > 0 && power < 1))
        return NAN;
    double bound = log1p(tolerance), too_few = 1, n = 2;
    while (!enough(n, sd, bound, alpha, power)) {
        too_few = n;
        n *= 2;
        if (n > 1e9)
            return INFINITY;
    }
    while (n - too_few > 1) {
        double middle = floor((n + too_few) / 2);
        if (enough(middle, sd, bound, alpha, power))
            n = middle;
        else
            too_few = middle;
    }
    return n;
}
