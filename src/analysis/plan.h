/* How much data a verdict needs. */
#ifndef ANALYSIS_PLAN_H
#define ANALYSIS_PLAN_H

/* The R2 that n >= 4 independent design points must show for the lower bound of Fisher's
 * interval to reach `threshold`: 0.988 for 0.95 with 10 points at 95 %, 0.973 with 40. */
double analysis_plan_r2(double threshold, double n, double level);

/* The number of points at which an observed R2, seen with this lower bound at n points, would
 * pass if it stayed as it is; INFINITY when it does not exceed the threshold.  The width of
 * the interval of atanh R shrinks with the root of n - 3. */
double analysis_plan_r2_points(double value, double lower, double threshold, double n);

/* The same for an interval whose half width shrinks with the root of n: `room` is the distance
 * from the value to the threshold. */
double analysis_plan_root(double half, double room, double n);

/* Samples with which two one-sided t tests at `alpha` show, with probability `power`, that a
 * difference of 0 lies within +-tolerance when its standard deviation is `sd`. */
double analysis_plan_equivalence(double sd, double tolerance, double alpha, double power);

#endif
