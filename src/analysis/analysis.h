/* Joins store and statistics: ladder fits, correlation between scales, checks.
 *
 * Everything here works on the rows of a store's summary, so that tests and importers can
 * build rows by hand.  Results are plain values; whatever a result points to belongs to
 * the result and lives until its _free.  Numbers that do not exist are NaN, never 0. */
#ifndef ANALYSIS_ANALYSIS_H
#define ANALYSIS_ANALYSIS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/expr.h"
#include "stats/agree.h"
#include "stats/regime.h"
#include "stats/stats.h"
#include "store/store.h"
#include "timing/machine.h"

enum { ANALYSIS_TERMS_MAX = 4, ANALYSIS_NAME_SIZE = 64, ANALYSIS_TEXT_SIZE = 128,
       ANALYSIS_SUBJECT_SIZE = 512 };

/* What a warning says is meant for programs (code) and for people (text, one line). */
struct analysis_warning {
    const char *code; /* static: "extrapolation", "too-few-rungs", ... see rung-fit(1) */
    char *text;
};

struct analysis_warnings {
    struct analysis_warning *item;
    size_t count;
};

/* Whether there is one of that code. */
bool analysis_warned(const struct analysis_warnings *w, const char *code);
/* Adds a warning to those of a result; ERR_NOMEM when it cannot be kept. */
int analysis_warnv(struct analysis_warnings *w, const char *code, const char *format,
                   va_list args);
int analysis_warn(struct analysis_warnings *w, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Takes back all warnings of that code. */
void analysis_unwarn(struct analysis_warnings *w, const char *code);
void analysis_warnings_release(struct analysis_warnings *w);

/* Which runs a series is made of.  An empty string where a part does not apply. */
struct analysis_key {
    char simulator[STORE_NAME_SIZE];
    char problem[STORE_NAME_SIZE];
    char problem_class[STORE_NAME_SIZE];
    char machine[STORE_NAME_SIZE];
    char variant[STORE_VARIANT_SIZE];
    char mode[STORE_NAME_SIZE];
    char metric[STORE_NAME_SIZE]; /* a counter's name, "cpi", or "wall_seconds" */
};

/* One rung of a series: the mean over honest replicates (layout seeds; repetitions only
 * where the metric is not deterministic). */
struct analysis_point {
    double n;
    double value;
    size_t replicates; /* honest ones: 1 for a deterministic run, however often repeated */
    double sd;         /* over replicates; NaN when there is one */
    double fitted;     /* of the model average, in the unit of value */
    bool held_out;     /* not used by this fit */
    double weight;     /* of a robust fit, 0 ... 1: how much of the rung counts; else 1 */
    size_t first;      /* its honest replicates are observation[first ...] of the fit */
};

struct analysis_term {
    char name[ANALYSIS_NAME_SIZE]; /* "1", "n^3", "n^2 log2(n)" */
    double a, b;                   /* n^a log2(n)^b */
    double estimate, se, t, p;
    double lower, upper; /* confidence interval given this model */
};

/* One candidate model, y = sum of terms, fitted with weights 1/y^2. */
struct analysis_model {
    char formula[ANALYSIS_TEXT_SIZE]; /* "n^3 + n^2 + 1" */
    size_t n_terms;
    struct analysis_term term[ANALYSIS_TERMS_MAX];
    double aicc, bic;
    double prior;        /* before any data; see stats/ladder.h */
    double weight;       /* prior times exp(-BIC / 2); those of a fit add up to 1 */
    double r2;           /* of the weighted fit */
    bool r2_centred;     /* about the weighted mean; otherwise about 0 */
    double r2_adjusted;
    double r2_predicted; /* from PRESS */
    double residual_sd;  /* relative: 0.01 is 1 % */
    double df;           /* residual degrees of freedom */
};

/* What stands between a prediction and the rungs that it is made from.  With any of these a
 * verdict cannot be "pass". */
enum {
    ANALYSIS_REGIME = 1,   /* the rungs follow two laws */
    ANALYSIS_CACHE = 2,    /* the footprint outgrows a cache that no two rungs outgrow */
    ANALYSIS_CONFLICT = 4, /* a strided walk falls into sets as that of some rung does not */
};
/* Their codes in warnings: "regime-change", "crosses-cache", "conflict-class". */
const char *analysis_flag_code(unsigned flag);

struct analysis_prediction {
    double n;
    double value;
    double se;                 /* unconditional: within and between models */
    double ci_lower, ci_upper; /* of the mean at n */
    double pi_lower, pi_upper; /* of one further run at n */
    unsigned flags;
    bool at_zero; /* the laws alone would go below 0 there, which nothing that is fitted can */
};

/* The largest rung against what the rungs below it predict. */
struct analysis_held_out {
    bool valid; /* false: too few rungs; all else is NaN */
    double observed;
    struct analysis_prediction prediction; /* prediction.n is the rung */
    double error;                          /* predicted / observed - 1 */
    double error_lower, error_upper;       /* from the confidence interval */
};

/* A size that a cheaper mode has looked at, predicted from what it saw there. */
struct analysis_fidelity {
    double n;
    char mode[STORE_NAME_SIZE]; /* the cheaper one */
    bool own_counts; /* the rungs' counts are those of the costly runs, for the cheaper mode has
                        not been to all of them */
    size_t n_rungs;  /* below n, with both */
    bool valid;      /* false: no sum of counts explains the rungs */
    char formula[ANALYSIS_TEXT_SIZE]; /* of the best candidate: "instructions + l1d_misses" */
    double weight, residual_sd;       /* of that */
    double looked;     /* cycles of the cheaper mode at n; NaN: it counts none */
    size_t look_rungs; /* rungs below n with both modes, the cheaper one not timed in full */
    double look_off;   /* the cheaper mode against the costly one there, on average */
    struct analysis_prediction look; /* from `looked`; no interval where nothing tells one */
    bool by_look;                    /* `combined` is made from that, not from counts and size */
    struct analysis_prediction rungs; /* by_look: the average of counts and size */
    double off_rungs;                 /* by_look: the look against that */
    struct analysis_prediction counts, size, combined;
    double counts_error, size_error; /* at the largest of the rungs, from those below it; NaN */
    double share;    /* of the counts in the average with the size, 0 ... 1 */
    double observed; /* by the costly mode at n, and not used; NaN where it has not been */
};

struct analysis_fit {
    struct analysis_key key;
    double level; /* of every interval, 0.95 */
    bool valid;   /* false: too few rungs for any candidate; warnings say what to add */
    bool deterministic;
    bool robust;
    bool look;      /* too short for a law, and meant as a look for a costlier mode's series */
    bool by_rung;   /* the misfit outweighs the noise of replicates: rungs are the evidence */
    double pure_error;    /* relative sd within rungs; NaN without replicates */
    double lack_of_fit_p; /* of the best model; NaN without replicates */
    size_t n_points, n_observations;
    struct analysis_point *point; /* by ascending n */
    double *observation;          /* honest replicates, rung by rung */
    struct stats_regime regime;   /* of the rungs that are not held out */
    size_t n_exponents;           /* n_points - 1 of all rungs */
    struct stats_regime_exponent *exponent;
    const struct analysis_problem *problem; /* borrowed from the options; NULL: not known */
    const struct analysis_machine *machine;
    size_t n_models;
    struct analysis_model *model; /* by descending weight; model[0] is the best one */
    struct analysis_held_out held_out;
    size_t n_fidelities;
    struct analysis_fidelity *fidelity; /* by ascending n */
    struct analysis_fit *without_top; /* the fit behind held_out; NULL when not valid */
    struct analysis_warnings warnings;
    void *predictor; /* private */
};

struct analysis_fits {
    struct analysis_fit *fit; /* by problem, machine, variant, mode */
    size_t count;
    struct analysis_warnings warnings;
};

/* What formulas say of a problem, in bytes; NULL where they say nothing.  Borrowed. */
struct analysis_problem {
    const char *name;             /* NULL: every problem */
    const struct expr *footprint;
    const struct expr *stride;    /* between neighbours of its longest strided walk, which has n */
};

enum { ANALYSIS_CACHES_MAX = 4 };
/* Caches of a machine as a variant has them. */
struct analysis_machine {
    char name[STORE_NAME_SIZE]; /* "": every machine and variant */
    char variant[STORE_VARIANT_SIZE];
    size_t n_caches;
    struct machine_cache cache[ANALYSIS_CACHES_MAX]; /* ways 0: not known */
};

/* Borrowed by the fits that are made with it. */
struct analysis_physics {
    size_t n_problems, n_machines;
    const struct analysis_problem *problem;
    struct analysis_machine *machine;
};
/* The machines of a store's runs, one for each machine and variant, as the runs describe them;
 * free(*machine). */
int analysis_machines_from_store(struct analysis_machine **machine, size_t *n, struct store *s,
                                 struct err *err);
/* Do most of the n lines of a walk of this stride compete for sets that cannot hold them? */
bool analysis_conflicts(const struct machine_cache *cache, double stride, double n);

struct analysis_options {
    const char *metric;  /* NULL: "cycles" */
    const char *problem, *machine, *variant, *mode; /* NULL: any */
    double level;
    double tolerance;    /* relative: intervals wider than this are warned of; of equivalence */
    bool robust;         /* bisquare */
    double from, to;     /* rungs to correlate; 0: every pair */
    uint64_t seed;       /* of the bootstrap */
    size_t resamples;
    /* For all scales but the overall ones of a problem's two largest rungs: fewer resamples, and no
     * intervals of rank correlations; 0: as for that one. */
    size_t resamples_brief;
    double alpha;        /* of equivalence tests, 5 % */
    const double *at;    /* sizes that will be predicted, for warnings */
    size_t n_at;
    const struct analysis_physics *physics; /* NULL: no physical tests */
    const struct analysis_rows *baseline; /* of speed checks; NULL: none */
};
/* Level 95 %, tolerance 2 %, seed 1, 10,000 resamples, alpha 5 %, everything selected. */
void analysis_options_init(struct analysis_options *o);

/* Rows to be analysed; the rows themselves are borrowed. */
struct analysis_rows {
    const struct store_row **row;
    size_t count;
    struct store *store; /* which has more of each run; borrowed, or NULL */
};
int analysis_rows_from_store(struct analysis_rows *rows, struct store *s);
int analysis_rows_from_array(struct analysis_rows *rows, const struct store_row *array, size_t n);
void analysis_rows_release(struct analysis_rows *rows);

/* The metric of a row, NaN when the row has none (a failed run, a mode that does not count
 * it).  Known ones are the counters, "cpi", "wall_seconds", "user_seconds", "peak_memory". */
double analysis_metric(const struct store_row *row, const char *metric);
bool analysis_metric_known(const char *metric);
/* The known one that may have been meant, or NULL. */
const char *analysis_metric_nearest(const char *metric);

/* One fit for each problem, machine, variant and mode whose runs have the metric.
 * ERR_DATA when nothing is left after the selection, ERR_CONFIG for an unknown metric. */
int analysis_fits_alloc(struct analysis_fits **out, const struct analysis_rows *rows,
                        const struct analysis_options *o, struct err *err);
/* The same for numbers that come from elsewhere: y against n, one series for each different
 * text of `label` (NULL: one series), which becomes the key's problem; `metric` names y.
 * `deterministic`: equal sizes are repetitions of one run and count once; otherwise they are
 * honest replicates. */
struct analysis_values {
    size_t count;
    const double *n, *y;
    const char *const *label;
    const char *metric;
    bool deterministic;
};
int analysis_fits_from_values(struct analysis_fits **out, const struct analysis_values *values,
                              const struct analysis_options *o, struct err *err);
void analysis_fits_free(struct analysis_fits *fits);
/* What a fit's or a scale's machine is called among others: "m2", or "mysim/m2" where another
 * simulator has one of that name in the same mode; written into `text` and returned. */
enum { ANALYSIS_MACHINE_SIZE = 2 * STORE_NAME_SIZE };
const char *analysis_fits_machine(const struct analysis_fits *fits,
                                  const struct analysis_key *key,
                                  char text[ANALYSIS_MACHINE_SIZE]);

/* Model-averaged value with intervals at any n > 0; every number is NaN when the fit is not
 * valid. */
void analysis_fit_predict(const struct analysis_fit *fit, double n,
                          struct analysis_prediction *prediction);

/* ---- between scales ---- */

/* One design point of one problem at two rungs (or two columns of a table). */
struct analysis_scale_point {
    bool base;
    char problem[STORE_NAME_SIZE];
    char variant[STORE_VARIANT_SIZE];
    double cpi_from, cpi_to; /* CPI, or the two numbers as they were read */
    double noise, noise_df; /* variance of log(cpi_to / cpi_from) by its layouts, with degrees
                             * of freedom; 0 where there is one */
    double x, y; /* log(CPI / CPI of the problem's base variant) at `from` and `to`, or the
                  * numbers themselves */
};

/* Agreement of two rungs over variants, within problems: every statistic is of x and y
 * after each problem's own mean is taken off.  The base variant is a point like the others.
 * Where there are several problems, intervals come from a bootstrap: of whole problems where
 * there are at least eight, else of the variants within each. */
struct analysis_scale {
    char simulator[STORE_NAME_SIZE], machine[STORE_NAME_SIZE], mode[STORE_NAME_SIZE];
    char subject[STORE_NAME_SIZE]; /* a problem; "all", or "class NAME", of several problems */
    bool overall;                  /* over every problem of this machine and mode */
    bool logarithms;               /* x and y are logarithms of ratios */
    bool grouped;                  /* several problems: points are not independent */
    bool clusters;                 /* the bootstrap draws whole problems */
    bool brief;                    /* see resamples_brief of the options */
    double from, to;
    double level;
    size_t n_problems, n_points;
    struct analysis_scale_point *point;
    struct stats_estimate r2;          /* BCa bootstrap */
    struct stats_estimate r2_fisher;   /* independent pairs only, else NaN */
    double r2_pooled;                     /* of log CPI over all problems: flatters */
    struct stats_estimate slope, intercept; /* of y on x */
    struct stats_estimate kendall_tau, spearman;
    double ccc;                           /* Lin's concordance, without base variants */
    struct stats_estimate bias;        /* mean log of to / from, without base variants */
    double limit_lower, limit_upper;      /* Bland-Altman limits of agreement on the same */
    struct stats_tost tost;               /* of from / to: predicted over simulated */
    size_t rank_flips, rank_pairs;
    size_t worst;       /* index of the point with the largest |error| */
    double worst_error; /* exp(x - y) - 1: CPI ratio at `from` against that at `to` */
    uint64_t seed;
    size_t resamples;
    struct analysis_warnings warnings;
};

struct analysis_scales {
    struct analysis_scale *scale; /* by machine, mode, to, from; the overall one leads */
    size_t count;
    bool by_cycles; /* no run has instructions: what is called CPI here are cycles */
    struct analysis_warnings warnings;
};

/* Every pair of rungs (or options.from, options.to alone) at which some problem has at least
 * three variants.  No such pair is no error: count is 0 and a warning tells why. */
int analysis_scales_alloc(struct analysis_scales **out, const struct analysis_rows *rows,
                          const struct analysis_options *o, struct err *err);
void analysis_scales_free(struct analysis_scales *scales);
const char *analysis_scales_machine(const struct analysis_scales *scales,
                                    const struct analysis_scale *scale,
                                    char text[ANALYSIS_MACHINE_SIZE]);

/* ---- checks ---- */

enum analysis_verdict { ANALYSIS_PASS, ANALYSIS_FAIL, ANALYSIS_INCONCLUSIVE };
const char *analysis_verdict_text(enum analysis_verdict v); /* "pass", ... */
/* How bad it is: 0 passes, 1 is open, 2 fails. */
int analysis_verdict_rank(enum analysis_verdict v);

struct analysis_check {
    const char *name; /* static: "r2", "equivalence", "error", "velocity", "speed", "counters",
                       * "runs" */
    char subject[ANALYSIS_SUBJECT_SIZE]; /* "gemm 64 -> 256", ... */
    struct analysis_key of; /* of "error" at the largest rung: the fit of it; else empty */
    const char *commit; /* borrowed: the whole name of the one that the subject ends in, shortened;
                         * NULL for none */
    double value, lower, upper;
    double threshold;
    bool fraction; /* value and threshold read best as percentages */
    enum analysis_verdict verdict;
    char *advice; /* "" for a pass; otherwise what is wrong or what to add */
    const char *unit;  /* static: what `have` and `need` count, "" for nothing */
    double have, need; /* for a verdict: infinity where no number settles it, NaN: unknown */
};

/* Thresholds; NaN: this check is not asked for. */
struct analysis_thresholds {
    double r2, error, velocity, speed_loss, equivalence;
    double level;
    bool point; /* judge by the point value instead of the interval */
    bool velocity_asked; /* by a study or a user: else it is left out where no run has a time */
};
/* The defaults of rung-check(1): R2 0.95, error 2 %, velocity 3, level 95 %; no check of speed
 * or equivalence. */
void analysis_thresholds_init(struct analysis_thresholds *t);
/* The `check:` section of a study's text over what `t` holds; a study without one
 * leaves `t` as it is.  ERR_CONFIG for a value that is none. */
int analysis_thresholds_from_study(struct analysis_thresholds *t, const char *name,
                                   const char *yaml, struct err *err);

/* What the check "r2" says of a scale, and the interval by which it judges (judged, may be
 * NULL): the wider of the bootstrap's and Fisher's.  Fails where the interval of the slope lies
 * at or below 0, for the order is then reversed, and passes only where it lies above. */
enum analysis_verdict analysis_scale_r2(const struct analysis_scale *s,
                                        const struct analysis_thresholds *t,
                                        struct stats_estimate *judged);

/* Does the small rung of a scale speak for the large one?  R2 as the check "r2" judges it, and
 * the effects of variants the same on average within the tolerance (a fraction) as the check
 * "equivalence" judges it. */
enum analysis_verdict analysis_scale_speaks(const struct analysis_scale *s,
                                            const struct analysis_thresholds *t,
                                            double tolerance);

struct analysis_checks {
    struct analysis_check *check;
    size_t count;
    enum analysis_verdict verdict; /* fail before inconclusive before pass */
    size_t failed_runs; /* of the selection: the study is not complete */
    struct analysis_thresholds thresholds;
    uint64_t seed;
    size_t resamples;
    struct analysis_warnings warnings;
};

/* Makes every check whose threshold is no NaN.  A check that cannot be made is inconclusive and
 * says why; ERR_DATA when no finished run is selected. */
int analysis_checks_alloc(struct analysis_checks **out, const struct analysis_rows *rows,
                          const struct analysis_options *o,
                          const struct analysis_thresholds *t, struct err *err);
void analysis_checks_free(struct analysis_checks *checks);

#endif
