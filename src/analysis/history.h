/* Histories of speed: one line for each problem, size, mode and machine, over the commits of
 * one host; checks of the latest commit; change points.
 *
 * Speed is judged by the time per instruction: processor time where it is known, else wall
 * time, divided by retired instructions.  Ratios are the latest over the reference, so that 1.06
 * is a slow-down of 6 %. */
#ifndef ANALYSIS_HISTORY_H
#define ANALYSIS_HISTORY_H

#include "analysis/analysis.h"
#include "stats/change.h"
#include "store/history.h"

struct analysis_history_options {
    const char *host;    /* NULL: the one of the session that was added last */
    const char *problem, *machine, *mode; /* NULL: any */
    const char *commit;  /* what is judged; NULL: the latest one of the host */
    const char *against; /* "baseline", "last", a commit; NULL: the baseline where there is one
                            that this host has seen, else the last ones */
    size_t last;         /* commits that "last" means, at most */
    double tolerance;    /* of the slow-down, a fraction */
    double growth;       /* of the peak memory */
    double level;        /* of every interval */
    double busy;         /* a run whose wall time is above so many times its processor time did
                            not have its processor for itself; infinity: never mind */
    size_t best;         /* of so many sessions in a row, the fastest counts: for hosts whose speed
                            others change */
    double rate;         /* of lines without a change that show one all the same */
    uint64_t seed;       /* of the permutations behind change points, */
    size_t resamples;    /* and how many: at least 3 / rate */
};
/* last 10, tolerance 5 %, growth 10 %, level 95 %, busy 1.25, best of 1, rate 1 %, 399
 * resamples. */
void analysis_history_options_init(struct analysis_history_options *o);

/* A commit as one host has seen it. */
struct analysis_history_point {
    const struct store_history_entry *entry; /* its last session */
    size_t n_entries;
    bool baseline;      /* it is, or was, set as one */
};

/* A line at one commit.  Numbers that do not exist are NaN. */
struct analysis_history_value {
    size_t point;
    size_t first, n_runs;  /* of the line's runs */
    size_t n_busy;         /* runs that did not have their processor for themselves */
    bool only_busy;        /* there are no others, so speed is that of these */
    double speed;          /* instructions per second: geometric mean over sessions */
    double cpi;            /* of the first run */
    double wall_seconds, peak_memory, allocations; /* means */
};

struct analysis_history_change {
    size_t value;                /* index of the first value behind it */
    struct stats_estimate ratio; /* time per instruction, behind over before */
    double p;
};

struct analysis_history_line {
    const struct store_history_series *key;
    char name[ANALYSIS_SUBJECT_SIZE]; /* "gemm m2 timing at 64", no more than tells it apart */
    const struct store_history_sample **run; /* by point, then session */
    struct analysis_history_value *value;    /* by point */
    struct analysis_history_change *change;  /* ascending; of analysis_history_changes() */
    size_t n_runs, n_values, n_changes;
};

struct analysis_history {
    const struct store_history *store;
    char host[64], host_text[160];
    struct analysis_history_point *point; /* by date, oldest first */
    struct analysis_history_line *line;   /* by problem, n, machine, mode */
    size_t n_points, n_lines;
};

/* Borrows the store's history.  ERR_DATA when it has no session of that host, or nothing is
 * selected. */
int analysis_history_alloc(struct analysis_history **out, const struct store_history *store,
                           const struct analysis_history_options *o, struct err *err);
void analysis_history_free(struct analysis_history *h);
/* Processor time per instruction of one run; NaN when it is not known. */
double analysis_history_time(const struct store_history_sample *s);
bool analysis_history_is_busy(const struct store_history_sample *s, double busy);

/* Fills in the lines' change points (PELT on the logarithm of the time per instruction, over
 * commits).  Lines of fewer than eight commits have none. */
int analysis_history_changes(struct analysis_history *h,
                             const struct analysis_history_options *o, struct err *err);

/* What the commit that is judged was compared with. */
struct analysis_history_reference {
    size_t point; /* that was judged */
    const char *commit;  /* of the reference where it is one commit, else NULL */
    bool is_baseline;
    size_t n_points; /* the most that any line had */
};

/* Checks "speed" and "memory" of every line, "counters" and "allocations" of all together.
 * Without anything to compare with there is one inconclusive check that says so.
 * ERR_DATA for a commit that the host has not seen. */
int analysis_history_check(struct analysis_checks **out,
                           struct analysis_history_reference *reference,
                           struct analysis_history *h, const struct analysis_history_options *o,
                           struct err *err);

/* ---- the statistics behind a check --------------------------------------------------------
 */

/* One side of a comparison: logarithms, grouped by commit and session. */
struct analysis_history_sample {
    double value;
    size_t commit, session;
};

enum analysis_history_unit {
    ANALYSIS_HISTORY_RUNS, ANALYSIS_HISTORY_SESSIONS, ANALYSIS_HISTORY_COMMITS
};

/* Mean of `now` less mean of `then`, in logarithms.
 *
 * Runs of one session share what their host was doing at that hour, sessions of one commit
 * share its day.  So what counts as an observation is decided from below: runs, unless
 * sessions differ by more than their runs do (F test at 25 %, for neglecting a real difference
 * is worse than a wider interval), then sessions, unless commits of the reference differ by
 * more than theirs.  Variances are those of each side (Welch) where both have three
 * observations, else one pooled over both.  One observation on each side has no spread of its
 * own: that of `noise` stands in (NULL: there is none). */
/* How commits scatter about their level, where that is known. */
struct analysis_history_noise {
    double variance, df;
};

struct analysis_history_difference {
    enum analysis_history_unit unit;
    size_t n[2];        /* observations: now, then */
    double value, se, df; /* se and df NaN: no spread to be had */
    double lower, upper;
};
int analysis_history_compare(const struct analysis_history_sample *now, size_t n_now,
                             const struct analysis_history_sample *then, size_t n_then,
                             const struct analysis_history_noise *noise, double level,
                             struct analysis_history_difference *out, struct err *err);
/* The probability of a difference as large as this where the true one is `bound`. */
double analysis_history_p(const struct analysis_history_difference *d, double bound);

/* The first characters of a commit, in a buffer; "-dirty" stays. */
enum { ANALYSIS_COMMIT_SIZE = 24 };
const char *analysis_commit_short(char text[ANALYSIS_COMMIT_SIZE], const char *commit);

#endif
