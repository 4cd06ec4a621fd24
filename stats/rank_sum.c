#include "config.h"

#include "stats/rank.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stats/dist.h"
#include "stats/input_priv.h"

enum {
    EXACT_BELOW = 50,      /* values in each sample: R's limit */
    EXACT_TOGETHER = 200,  /* values in both: some 25 MB and a second */
};

/* Both samples, sorted, with the ranks of the pooled values. */
struct ranking {
    double *x, *y;   /* sorted */
    size_t nx, ny;
    int64_t *rank;   /* of all values, ascending: twice the mid-rank */
    int64_t sum_x;   /* of the doubled ranks of x */
    double cubes;    /* sum of t^3 - t over groups of t equal values: pooled */
    double cubes_apart; /* the same within x and within y, as under a shift */
};

static void ranking_release(struct ranking *r)
{
    free(r->x);
    free(r->y);
    free(r->rank);
}

static double tie_cubes(const double *sorted, size_t n)
{
    double sum = 0;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && sorted[j] == sorted[i];)
            j++;
        double t = (double)(j - i);
        sum += t * t * t - t;
    }
    return sum;
}

static int ranking_init(struct ranking *r, const double *x, size_t nx, const double *y,
                        size_t ny)
{
    *r = (struct ranking){.nx = nx, .ny = ny};
    r->x = malloc(nx * sizeof *x);
    r->y = malloc(ny * sizeof *y);
    r->rank = malloc((nx + ny) * sizeof *r->rank);
    if (r->x == NULL || r->y == NULL || r->rank == NULL)
        return ERR_NOMEM;
    memcpy(r->x, x, nx * sizeof *x);
    memcpy(r->y, y, ny * sizeof *y);
    stats_sort(r->x, nx);
    stats_sort(r->y, ny);
    /* Merge the two, a group of equal values at a time. */
    size_t i = 0, j = 0;
    while (i < nx || j < ny) {
        double value = j == ny || (i < nx && r->x[i] <= r->y[j]) ? r->x[i] : r->y[j];
        size_t from = i + j, in_x = 0;
        for (; i < nx && r->x[i] == value; i++)
            in_x++;
        while (j < ny && r->y[j] == value)
            j++;
        /* Ranks from + 1 ... i + j: twice their mean. */
        int64_t doubled = (int64_t)(from + 1 + i + j);
        for (size_t k = from; k < i + j; k++)
            r->rank[k] = doubled;
        r->sum_x += doubled * (int64_t)in_x;
        double t = (double)(i + j - from);
        r->cubes += t * t * t - t;
    }
    r->cubes_apart = tie_cubes(r->x, nx) + tie_cubes(r->y, ny);
    return 0;
}

/* In how many ways the sum of m of n ascending ranks comes out as 0 ... *most.  Only additions
 * of positive numbers: the far tails are as accurate as the middle. */
static int count_sums(const int64_t *rank, size_t n, size_t m, double **out, int64_t *most)
{
    int64_t size = 1;
    for (size_t i = n - m; i < n; i++)
        size += rank[i];
    double *count = calloc((m + 1) * (size_t)size, sizeof *count);
    *out = malloc((size_t)size * sizeof **out);
    if (count == NULL || *out == NULL) {
        free(count);
        return ERR_NOMEM;
    }
    count[0] = 1;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1 < m ? i + 1 : m; k > 0; k--) {
            double *to = count + k * (size_t)size;
            const double *from = to - size;
            int64_t top = (int64_t)k * rank[i] < size - 1 ? (int64_t)k * rank[i] : size - 1;
            for (int64_t s = top; s >= rank[i]; s--)
                to[s] += from[s - rank[i]];
        }
    memcpy(*out, count + m * (size_t)size, (size_t)size * sizeof **out);
    *most = size - 1;
    free(count);
    return 0;
}

static double total(const double *count, int64_t from, int64_t to)
{
    double sum = 0;
    for (int64_t s = from; s <= to; s++)
        sum += count[s];
    return sum;
}

/* The permutation test on the doubled mid-ranks; the smaller sample is the one drawn. */
static int exact_p(const struct ranking *r, struct stats_rank_sum *out)
{
    size_t n = r->nx + r->ny, m = r->nx < r->ny ? r->nx : r->ny;
    int64_t all = (int64_t)(n * (n + 1)), most, far = 0;
    int64_t sum = r->nx <= r->ny ? r->sum_x : all - r->sum_x;
    double *count = NULL;
    int status = count_sums(r->rank, n, m, &count, &most);
    if (status < 0)
        goto out;
    double ways = total(count, 0, most), beyond = 0;
    double up = total(count, sum, most) / ways, down = total(count, 0, sum) / ways;
    out->p_greater = r->nx <= r->ny ? up : down;
    out->p_less = r->nx <= r->ny ? down : up;
    /* Distances from the mean m * all / n, times n: whole numbers, so that ties in the
     * distance are exact. */
    far = llabs(sum * (int64_t)n - (int64_t)m * all);
    for (int64_t s = 0; s <= most; s++)
        if (llabs(s * (int64_t)n - (int64_t)m * all) >= far)
            beyond += count[s];
    out->p = fmin(1, beyond / ways);
out:
    free(count);
    return status;
}

static double sigma_u(const struct ranking *r, double cubes)
{
    double nx = (double)r->nx, ny = (double)r->ny, n = nx + ny;
    return sqrt(nx * ny / 12 * (n + 1 - cubes / (n * (n - 1))));
}

static void normal_p(const struct ranking *r, struct stats_rank_sum *out)
{
    double sigma = sigma_u(r, r->cubes), d = out->u - (double)r->nx * (double)r->ny / 2;
    out->p_greater = fmax(DBL_MIN, stats_normal_cdf(-(d - 0.5) / sigma));
    out->p_less = fmax(DBL_MIN, stats_normal_cdf((d + 0.5) / sigma));
    double z = (fabs(d) - (d == 0 ? 0 : 0.5)) / sigma;
    out->p = fmin(1, fmax(DBL_MIN, 2 * stats_normal_cdf(-z)));
}

/* A place for each double on the line of integers, in the same order. */
static int64_t place_of(double d)
{
    int64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static double double_at(int64_t place)
{
    int64_t bits = place < 0 ? INT64_MIN - place : place;
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

/* Pairs with x - y <= d. */
static size_t pairs_up_to(const struct ranking *r, double d)
{
    size_t count = 0, j = 0;
    for (size_t i = 0; i < r->nx; i++) {
        while (j < r->ny && r->x[i] - r->y[j] > d)
            j++;
        count += r->ny - j;
    }
    return count;
}

/* The k-th smallest of all x - y, k from 1.  Bisection over the doubles themselves ends at the
 * difference after at most 64 passes over the samples, without a table of all pairs. */
static double difference(const struct ranking *r, size_t k)
{
    int64_t low = place_of(r->x[0] - r->y[r->ny - 1]);
    int64_t high = place_of(r->x[r->nx - 1] - r->y[0]);
    while (low < high) {
        int64_t middle = (low & high) + ((low ^ high) >> 1);
        if (pairs_up_to(r, double_at(middle)) >= k)
            high = middle;
        else
            low = middle + 1;
    }
    return double_at(low);
}

/* Which difference from either end bounds the shift: 0 where none does at this level. */
static int exact_rank(const struct ranking *r, double level, size_t *k, double *attained)
{
    size_t n = r->nx + r->ny, m = r->nx < r->ny ? r->nx : r->ny;
    int64_t most, least = (int64_t)(m * (m + 1) / 2);
    double *count = NULL;
    int64_t *rank = malloc(n * sizeof *rank);
    int status = rank == NULL ? ERR_NOMEM : 0;
    for (size_t i = 0; status == 0 && i < n; i++)
        rank[i] = (int64_t)i + 1;
    if (status == 0)
        status = count_sums(rank, n, m, &count, &most);
    if (status < 0)
        goto out;
    double ways = total(count, 0, most), tail = 0;
    /* Largest k with P(u < k) below half the error. */
    *k = 0;
    for (int64_t s = least; s < most; s++) {
        double next = tail + count[s] / ways;
        if (next >= (1 - level) / 2)
            break;
        tail = next;
        ++*k;
    }
    *attained = *k == 0 ? NAN : 1 - 2 * tail;
out:
    free(rank);
    free(count);
    return status;
}

static int estimate_shift(const struct ranking *r, double level, struct stats_rank_sum *out)
{
    size_t pairs = r->nx * r->ny, k = 0;
    out->shift.value = difference(r, (pairs + 1) / 2);
    if (pairs % 2 == 0)
        out->shift.value += (difference(r, pairs / 2 + 1) - out->shift.value) / 2;
    if (out->exact) {
        int status = exact_rank(r, level, &k, &out->attained);
        if (status < 0)
            return status;
    } else {
        double z = stats_normal_quantile(0.5 + level / 2);
        double place = ceil((double)pairs / 2 - 0.5 - z * sigma_u(r, r->cubes_apart));
        k = place >= 1 ? (size_t)place : 0;
        out->attained = k == 0 ? NAN : level;
    }
    if (k > 0) {
        out->shift.lower = difference(r, k);
        out->shift.upper = difference(r, pairs + 1 - k);
    }
    return 0;
}

int stats_rank_sum(const double *x, size_t nx, const double *y, size_t ny,
                   enum stats_null null, double level, struct stats_rank_sum *out,
                   struct err *err)
{
    *out = (struct stats_rank_sum){.p = NAN, .p_greater = NAN, .p_less = NAN,
                                   .shift = {NAN, NAN, NAN}, .attained = NAN};
    int status = stats_input_level(level, "level", err);
    if (status == 0)
        status = stats_input_values(x, nx, 1, "first sample", err);
    if (status == 0)
        status = stats_input_values(y, ny, 1, "second sample", err);
    if (status < 0)
        return status;
    if (null == STATS_NULL_EXACT && nx + ny > EXACT_TOGETHER)
        return err_set(err, ERR_CONFIG, "%zu values are too many for the exact distribution "
                       "(at most %d)", nx + ny, EXACT_TOGETHER);
    struct ranking r;
    status = ranking_init(&r, x, nx, y, ny);
    if (status < 0)
        goto out;
    double n = (double)(nx + ny);
    if (r.cubes == n * n * n - n) {
        status = err_set(err, ERR_NUMERIC, "all values of both samples are equal");
        goto out;
    }
    out->ties = r.cubes > 0;
    out->exact = null == STATS_NULL_EXACT ||
                 (null == STATS_NULL_AUTO && nx < EXACT_BELOW && ny < EXACT_BELOW);
    out->u = (double)r.sum_x / 2 - (double)nx * ((double)nx + 1) / 2;
    out->superiority = out->u / (double)nx / (double)ny;
    if (out->exact)
        status = exact_p(&r, out);
    else
        normal_p(&r, out);
    if (status == 0)
        status = estimate_shift(&r, level, out);
out:
    ranking_release(&r);
    return status < 0 ? err_set(err, status, "no memory for the ranks of %zu values", nx + ny)
                      : 0;
}
