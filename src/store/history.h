/* Histories: how fast the simulator was, commit by commit (rung-store(5), schema
 * `rung-history` version 1).
 *
 * A history is one HDF5 file of five tables.  It is read whole, and changed by writing a new
 * file that takes its place, under the same lock as a study: whoever reads always finds a
 * whole file, and a killed process leaves the old one. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/store.h"

enum { STORE_HISTORY_VERSION = 1 };

/* A session: the runs of one study on one host, as they were added. */
struct store_history_entry {
    uint64_t number;    /* 1, 2, ... in the order of addition */
    char commit[80];    /* as the version control names it, "-dirty" behind a changed tree */
    char date[32];      /* of the commit, ISO 8601; else of the measurement */
    char measured[32];  /* when the study was made */
    char added[32];
    char tag[64];       /* of a release; mostly empty */
    char host[64];      /* tells hosts apart: a digest of what follows, or a name given */
    char host_text[160]; /* processor, cores, memory */
    char compiler[128], flags[256]; /* that the simulator was built with; empty: not known */
    char version[32], study[64];
    char source[STORE_ID_SIZE]; /* digest of the runs: the same study is not added twice */
};

/* What is measured: the runs of all sessions with this key make one line of a dashboard. */
struct store_history_series {
    char simulator[STORE_NAME_SIZE];
    char problem[STORE_NAME_SIZE];
    char problem_class[STORE_NAME_SIZE];
    double n;
    char mode[STORE_NAME_SIZE];
    char machine[STORE_NAME_SIZE];
    char variant[STORE_VARIANT_SIZE];
    uint64_t seed;
};

/* One run.  Numbers that are not known are NaN. */
struct store_history_sample {
    uint64_t entry;  /* index into the entries */
    uint64_t series; /* index into the series */
    uint64_t counters; /* index into the counters; equal counters are kept once */
    uint64_t repetition;
    char id[STORE_ID_SIZE]; /* of the run: equal where program, machine and model are */
    double instructions;    /* retired, of the whole run: what the time was spent on */
    double wall_seconds, user_seconds;
    double peak_memory;     /* bytes */
    double allocations;     /* of memory, by the simulator, per million instructions */
};

struct store_history_counters {
    double counter[COUNTER_MAX];
};

/* Baselines in the order in which they were set: the last one counts. */
struct store_history_baseline {
    char commit[80];
    char set[32];   /* when */
    char note[128];
};

struct store_history {
    char *path;
    struct store_history_entry *entry;
    struct store_history_series *series;
    struct store_history_sample *sample; /* by entry */
    struct store_history_counters *counters;
    struct store_history_baseline *baseline;
    size_t n_entries, n_series, n_samples, n_counters, n_baselines;
};

/* Reads all of a history, and holds it against its checksums and itself: ERR_DATA, with the
 * file's name, when it is missing, damaged, or no history of a known version. */
int store_history_open(struct store_history **out, const char *path, struct err *err);
void store_history_close(struct store_history *h);
/* Whether the file says that it is one, damaged or not. */
bool store_history_is(const char *path);

/* A session to be added: `entry` without its number and time of addition; the rows borrowed,
 * `allocations` one a row or NULL.  Rows that did not end well are left out. */
struct store_history_addition {
    struct store_history_entry entry;
    const struct store_row *const *row;
    const double *allocations;
    size_t n;
};
/* Adds all of them or none; makes the file when it is not there.  Numbers and times of
 * addition are filled in.  ERR_CONFIG when the same runs are there already or another process
 * holds the lock, ERR_DATA when the file is no history or a session has no run that ended well.
 */
int store_history_add(const char *path, struct store_history_addition *addition, size_t n,
                      struct err *err);
/* Appends a baseline, `set` filled in; ERR_DATA when no session has its commit. */
int store_history_set_baseline(const char *path, struct store_history_baseline *baseline,
                               struct err *err);

/* The commit whose name begins with `commit` (or whose tag it is): the whole name, borrowed.
 * ERR_DATA for none, ERR_CONFIG for several. */
int store_history_find_commit(const struct store_history *h, const char *commit,
                              const char **found, struct err *err);

#endif
