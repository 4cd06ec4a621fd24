/* Growth laws to simulate ladders from. */
#ifndef BENCH_LAWS_H
#define BENCH_LAWS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

static double cubic_quadratic(double n)
{
    return 5 * n * n * n + 300 * n * n;
}
static double cubic_log(double n)
{
    return n * n * n * log2(n);
}
static double cubic_constant(double n)
{
    return n * n * n + 1e6;
}
static double power_5_2(double n)
{
    return pow(n, 2.5);
}
static double square_log(double n)
{
    return n * n * log2(n);
}
static double cubic_square_log(double n)
{
    return n * n * n + 50 * n * n * log2(n);
}
static double square_linear(double n)
{
    return 2 * n * n + 9000 * n;
}
static double power_2_67(double n)
{
    return pow(n, 2.67);
}
static double cubic_large_constant(double n)
{
    return 3 * n * n * n + 1e7;
}
static double constant(double n)
{
    (void)n;
    return 1e6;
}
static double interior(double n)
{
    return (n - 2) * (n - 2) * (n - 2);
}
static double linear(double n)
{
    return 7 * n;
}
static double linear_log(double n)
{
    return n * log2(n);
}
static double three_terms(double n)
{
    return n * n * n / 3 + 2 * n * n + 500 * n;
}

/* Priors and window were chosen for the first ones.  The others were meant as a hold-out, but
 * were looked at meanwhile: they show where the fit is weak, not how it does on unseen laws. */
static const struct law {
    const char *name;
    double (*at)(double n);
    bool held_out;
} laws[] = {
    {"5 n^3 + 300 n^2", cubic_quadratic, false},
    {"n^3 log2(n)", cubic_log, false},
    {"n^3 + 1e6", cubic_constant, false},
    {"n^2.5", power_5_2, false},
    {"n^2 log2(n)", square_log, false},
    {"n^3 + 50 n^2 log2(n)", cubic_square_log, true},
    {"2 n^2 + 9000 n", square_linear, true},
    {"n^2.67", power_2_67, true},
    {"3 n^3 + 1e7", cubic_large_constant, true},
    {"1e6", constant, true},
    {"(n - 2)^3", interior, true},
    {"7 n", linear, true},
    {"n log2(n)", linear_log, true},
    {"n^3/3 + 2 n^2 + 500 n", three_terms, true},
};
enum { N_LAWS = sizeof laws / sizeof laws[0] };

static const double noises[] = {0.01, 0.02, 0.05};
enum { N_NOISES = sizeof noises / sizeof noises[0] };

#endif
