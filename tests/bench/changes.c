/* How often the searches for change points are wrong, and how well they find:
 *
 *   changes [-n SERIES] [-r RESAMPLES] [-s SEED] [-a RATE] [-m SEGMENT] [-l LENGTHS]
 *           [-o METHOD] [-t TABLE]
 *
 * First false alarms in series of pure noise, by length and noise: the share of series with any
 * change, with its standard error.  Then a single step at 70 % of the series, by length and
 * height in standard deviations of the noise: the share of series in which a change is found
 * within 3 values of it, and exactly at it; the changes that are found besides; how often the
 * interval of the ratio covers the true one; milliseconds a series.  -o: only the methods whose
 * names begin so; -t: only the table `alarms` or `steps`.  Student's t with 3 degrees of freedom
 * and the lognormal have heavy tails; all noises have variance 1. */
#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stats/change.h"
#include "stats/dist.h"
#include "stats/stats.h"

enum { LONGEST = 10000, NEAR = 3 };

static const double base_mean = 100;

typedef int (*search)(const double *, size_t, const struct stats_change_options *,
                      struct stats_changes *, struct err *);

struct method {
    const char *name;
    search find;
    size_t segment;
    bool known; /* sigma is given */
};

struct setup {
    const char *only; /* beginning of the methods' names */
    int series;
    struct stats_change_options options;
    struct stats_rng *rng;
};

struct score {
    int alarms, near, exact, covered;
    size_t besides;
    double seconds;
};

static double normal(struct stats_rng *rng)
{
    return stats_rng_normal(rng);
}

/* Student's t with 3 degrees of freedom has variance 3. */
static double student3(struct stats_rng *rng)
{
    double z = stats_rng_normal(rng), q = 0;
    for (int i = 0; i < 3; i++) {
        double v = stats_rng_normal(rng);
        q += v * v;
    }
    return z / sqrt(q / 3) / sqrt(3);
}

/* Lognormal with log standard deviation 1, as slow outliers of a shared host. */
static double lognormal(struct stats_rng *rng)
{
    const double e = exp(1);
    return (exp(stats_rng_normal(rng)) - sqrt(e)) / sqrt(e * (e - 1));
}

struct noise {
    const char *name;
    double (*draw)(struct stats_rng *);
};

static int run(struct setup *s, const struct method *m, size_t n, const struct noise *noise,
               double step, struct score *score)
{
    static double y[LONGEST];
    size_t at = n * 7 / 10;
    struct timespec begin, end;

    *score = (struct score){0};
    struct stats_change_options o = s->options;
    o.sigma = m->known ? 1 : 0;
    o.min_segment = o.min_segment < m->segment ? m->segment : o.min_segment;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < s->series; i++) {
        for (size_t j = 0; j < n; j++)
            y[j] = base_mean + noise->draw(s->rng) + (j >= at ? step : 0);
        struct stats_changes c;
        struct err err = {0};
        o.seed = s->options.seed + (uint64_t)i;
        int status = m->find(y, n, &o, &c, &err);
        if (status < 0) {
            fprintf(stderr, "changes: %s\n", err.text);
            return status;
        }
        size_t best = n;
        for (size_t k = 0; k < c.n; k++) {
            size_t off = c.change[k].at < at ? at - c.change[k].at : c.change[k].at - at;
            best = off < best ? off : best;
            double truth = 1 + step / base_mean;
            if (off <= NEAR)
                score->covered += c.change[k].ratio.lower <= truth &&
                                  truth <= c.change[k].ratio.upper;
        }
        score->alarms += c.n > 0;
        score->near += best <= NEAR;
        score->exact += best == 0;
        score->besides += c.n - (best <= NEAR);
        stats_changes_release(&c);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    score->seconds = ((double)(end.tv_sec - begin.tv_sec) +
                      1e-9 * (double)(end.tv_nsec - begin.tv_nsec)) / s->series;
    return 0;
}

static const struct method methods[] = {
    {"pelt", stats_pelt, 1, false},
    {"pelt, sigma known", stats_pelt, 1, true},
    {"e-divisive", stats_edivisive, 2, false},
};

enum { METHODS = sizeof methods / sizeof *methods };

static bool wanted(const struct setup *s, const struct method *m)
{
    return strncmp(m->name, s->only, strlen(s->only)) == 0;
}

static int false_alarms(struct setup *s, const size_t *length, size_t lengths)
{
    static const struct noise noises[] = {
        {"normal", normal}, {"student 3", student3}, {"lognormal", lognormal}};

    printf("false alarms, %% of %d series (nominal at most %g %%)\n%-18s %-10s", s->series,
           100 * s->options.rate, "method", "noise");
    for (size_t i = 0; i < lengths; i++)
        printf(" %6s%-6zu", "n = ", length[i]);
    puts("");
    for (size_t m = 0; m < METHODS; m++)
        for (size_t k = 0; k < sizeof noises / sizeof *noises; k++) {
            /* With a known sigma the noise is normal by assumption. */
            if (!wanted(s, methods + m) || (methods[m].known && k > 0))
                continue;
            printf("%-18s %-10s", methods[m].name, noises[k].name);
            for (size_t i = 0; i < lengths; i++) {
                struct score score;
                if (run(s, methods + m, length[i], noises + k, 0, &score) < 0)
                    return 1;
                double share = (double)score.alarms / s->series;
                printf(" %5.1f±%-6.1f", 100 * share,
                       100 * sqrt(share * (1 - share) / s->series));
                fflush(stdout);
            }
            puts("");
        }
    return 0;
}

static int detection(struct setup *s, const size_t *length, size_t lengths)
{
    static const struct noise noises[] = {{"normal", normal}, {"student 3", student3}};
    static const double steps[] = {1, 1.5, 2, 3, 5};

    printf("a step at 70 %%\n%-18s %-10s %5s %5s %10s %8s %9s %9s %9s\n", "method", "noise",
           "n", "step", "within 3 %", "exact %", "besides %", "covered %", "ms/series");
    for (size_t m = 0; m < METHODS; m++)
        for (size_t k = 0; k < sizeof noises / sizeof *noises; k++)
            for (size_t i = 0; i < lengths; i++)
                for (size_t j = 0; j < sizeof steps / sizeof *steps; j++) {
                    /* All heights at 100 values, the height of 2 at all lengths. */
                    if ((length[i] != 100 && steps[j] != 2) || (methods[m].known && k > 0) ||
                        !wanted(s, methods + m))
                        continue;
                    struct score score;
                    if (run(s, methods + m, length[i], noises + k, steps[j], &score) < 0)
                        return 1;
                    double share = 100.0 / s->series;
                    printf("%-18s %-10s %5zu %5g %10.1f %8.1f %9.1f %9.1f %9.2f\n",
                           methods[m].name, noises[k].name, length[i], steps[j],
                           share * score.near, share * score.exact,
                           share * (double)score.besides,
                           score.near > 0 ? 100.0 * score.covered / score.near : NAN,
                           1e3 * score.seconds);
                    fflush(stdout);
                }
    return 0;
}

int main(int argc, char **argv)
{
    size_t length[16] = {20, 50, 100, 200, 400}, lengths = 5;
    bool alarms = true, steps = true;
    struct setup s = {
        .only = "",
        .series = 1000,
        .options = {.rate = 0.05, .level = 0.95, .min_segment = 1, .resamples = 399, .seed = 1},
    };
    int option;

    while ((option = getopt(argc, argv, "n:r:s:a:m:l:o:t:")) != -1) {
        if (option == 'n')
            s.series = atoi(optarg);
        else if (option == 'r')
            s.options.resamples = strtoul(optarg, NULL, 10);
        else if (option == 's')
            s.options.seed = strtoull(optarg, NULL, 10);
        else if (option == 'a')
            s.options.rate = strtod(optarg, NULL);
        else if (option == 'm')
            s.options.min_segment = strtoul(optarg, NULL, 10);
        else if (option == 'o')
            s.only = optarg;
        else if (option == 't') {
            alarms = strcmp(optarg, "alarms") == 0;
            steps = strcmp(optarg, "steps") == 0;
        } else if (option == 'l') {
            lengths = 0;
            for (char *next = optarg; *next != 0 && lengths < 16; next += *next == ',') {
                length[lengths] = strtoul(next, &next, 10);
                if (length[lengths] < 4 || length[lengths++] > LONGEST)
                    goto usage;
            }
        } else
            goto usage;
    }
    if (optind < argc || s.series < 1 || lengths == 0 || !(alarms || steps))
        goto usage;
    stats_init();
    if (stats_rng_alloc(&s.rng, s.options.seed) < 0)
        return 4;
    int status = alarms ? false_alarms(&s, length, lengths) : 0;
    if (status == 0 && alarms && steps)
        puts("");
    if (status == 0 && steps)
        status = detection(&s, length, lengths);
    stats_rng_free(s.rng);
    return status == 0 ? 0 : 4;
usage:
    fprintf(stderr, "usage: changes [-n SERIES] [-r RESAMPLES] [-s SEED] [-a RATE] "
                    "[-m SEGMENT] [-l LENGTHS] [-o METHOD] [-t alarms|steps]\n");
    return 2;
}
