/* The store: HDF5 files that hold a study's runs and results (rung-store(5), schema
 * `rung-study` version 1).  Only this module includes hdf5.h.
 *
 * A study file is never changed in place.  Each run is first a small file of its own in
 * the folder `<STUDY>.runs/`; store_assemble() copies the study file, adds the runs and
 * renames the copy over it.  Whoever reads therefore always finds a whole file.
 *
 * Every path below is that of the study file, with or without its folder. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "trace/counters.h"
#include "trace/distance.h"

enum {
    STORE_SCHEMA_VERSION = 2, /* 1 had a dataset for each column of a trace */
    STORE_ID_SIZE = 17,
    STORE_NAME_SIZE = 64,
    STORE_VARIANT_SIZE = 256
};

/* One row of /summary.  Counters that a mode does not have, and everything of a failed
 * run, are NaN; counters are exact up to 2^53.  Texts are NUL-terminated. */
struct store_row {
    char id[STORE_ID_SIZE];          /* 16 hexadecimal digits */
    char simulator[STORE_NAME_SIZE]; /* "rung" */
    char problem[STORE_NAME_SIZE];
    char problem_class[STORE_NAME_SIZE]; /* "dense", "stencil", ...; may be empty */
    double n;
    double work, footprint; /* the problem's formulas at n, NaN where it has none; bytes */
    char mode[STORE_NAME_SIZE];
    char machine[STORE_NAME_SIZE];    /* empty in emulation */
    char variant[STORE_VARIANT_SIZE]; /* "base", or "l2.size=8MiB" */
    uint64_t seed, repetition;
    char status[STORE_NAME_SIZE]; /* "ok", "fault", "exit", "limit", "crash", "timeout",
                                     "memory", "output" */
    int64_t exit_code;            /* the guest's; -1 where it never ended by itself */
    char output[STORE_ID_SIZE];   /* first 16 digits of the SHA-256 of what the guest wrote on
                                     its standard output; empty when unknown */
    double instructions_total;
    double counter[COUNTER_MAX];
    double wall_seconds, user_seconds, peak_memory; /* seconds, seconds, bytes */
};

/* Empty texts, NaN numbers, exit code -1. */
void store_row_clear(struct store_row *row);

/* One of a run's hottest blocks; what concerns time is NaN, 0 or empty where it is not known. */
struct store_hot {
    uint64_t pc, n_insn, executions, instructions;
    double cycles, part[CPI_PART_MAX]; /* the parts add up to the cycles */
    char symbol[96], source[96];
    char bound[16];               /* the largest part; the instruction that lost most in it, */
    uint64_t bound_pc;
    char bound_insn[64];
    double bound_cycles;          /* what that one lost; the one on whose result it waits */
    uint64_t producer_pc;
    char producer_insn[64];
};

/* All that is kept of one run.  Written by store_write_run(), where every pointer is
 * borrowed (NULL texts are empty ones), and read by store_read_run(). */
struct store_run {
    struct store_row row;
    char elf_hash[65];        /* SHA-256 */
    const char *elf;          /* the path it was read from */
    const char *arguments;    /* the guest's, as one line */
    const char *files, *input; /* paths of the folder that it could read, and of its standard */
    char files_hash[65], input_hash[65]; /* input; SHA-256 of contents, "": none */
    const char *machine_text; /* resolved parameters; "" in emulation */
    const char *message;      /* of a failed run: pc, symbol, cause */
    const char *created;      /* ISO 8601, UTC, when the run ended */
    const char *host;         /* the host that it ran on */
    uint64_t model_version;   /* of the simulator's timing models */
    uint64_t stream_hash;
    uint64_t trace_interval;
    size_t n_trace;                   /* rows */
    const uint64_t *trace;            /* n_trace x COUNTER_MAX, cumulative */
    uint64_t cpi_stack[CPI_PART_MAX]; /* cycles; all zero when the mode has none */
    struct distance_histogram reuse; /* without accesses: not measured, and not stored */
    size_t n_hot;
    const struct store_hot *hot;      /* most cycles (in emulation: instructions) first */
    void *owner; /* of what store_read_run() allocated; NULL when writing */
};

/* ---- reading ------------------------------------------------------------------------ */

/* An open study file, read only; the summary is in memory, the rest is read on demand. */
struct store;

/* ERR_DATA, with the file's name, when it is missing, truncated, no HDF5 or no rung study
 * of a known version. */
int store_open(struct store **out, const char *path, struct err *err);
void store_close(struct store *s);
size_t store_count(const struct store *s);
/* Borrowed until the store is closed.  NULL when `i` is out of range.  Rows stand in the
 * order of problem, n, mode, machine, variant, seed, repetition, simulator. */
const struct store_row *store_row(const struct store *s, size_t i);
/* The row with this id or a unique beginning of it, or NULL. */
const struct store_row *store_find(const struct store *s, const char *id);
/* The row of the same design point (problem, n, mode, machine, variant, seed, repetition,
 * simulator), whatever its id, or NULL. */
const struct store_row *store_find_point(const struct store *s, const struct store_row *point);
const char *store_path(const struct store *s);
const char *store_study_yaml(const struct store *s); /* the study's text */
const char *store_study_name(const struct store *s);
/* A root attribute as text ("created", "host", "tool_version", "tool_commit", "tool_hash",
 * "tool_date", "tool_compiler", "tool_flags"), "" if absent. */
const char *store_attribute(const struct store *s, const char *name);

/* Reads one run with trace, CPI stack and hot blocks; release it afterwards (also after a
 * failure).  ERR_DATA when there is no such run or it is damaged. */
int store_read_run(struct store *s, const char *id, struct store_run *run, struct err *err);
void store_run_release(struct store_run *run);

/* What a run was made of.  Release it afterwards; ERR_DATA when there is no such run. */
struct store_origin {
    char elf_hash[65], files_hash[65], input_hash[65]; /* as of a run */
    char *machine_text; /* never NULL */
    uint64_t model_version;
    char host[160], created[32]; /* where and when it ran; "" when unknown */
};
int store_read_origin(struct store *s, const char *id, struct store_origin *origin,
                      struct err *err);
void store_origin_release(struct store_origin *origin);

/* ---- tables of results -------------------------------------------------------------- */

/* A result table such as /fits/ladder or /checks: named columns of text or numbers, and
 * named values that made it (thresholds, alpha, seeds), which become attributes. */
struct store_column {
    const char *name;
    const char *unit;        /* NULL or "" for none */
    const char *const *text; /* n_rows texts (NULL is empty), or NULL for a number column */
    const double *real;      /* n_rows numbers, or NULL */
};
struct store_value {
    const char *name;
    const char *text; /* NULL: `real` counts */
    double real;
};
struct store_table {
    const char *name; /* path below the root: "checks", "fits/ladder" */
    size_t n_rows, n_columns, n_values;
    const struct store_column *column;
    const struct store_value *value;
    void *owner; /* of what store_read_table() allocated; NULL when writing */
};

/* Replaces these tables, all or none, by copying the study file and renaming the copy.
 * Takes the lock for that time: ERR_CONFIG names the holder when a driver runs. */
int store_write_tables(const char *path, const struct store_table *table, size_t n,
                       struct err *err);
/* ERR_DATA when there is none such (*found, may be NULL, tells that from damage). */
int store_read_table(struct store *s, const char *name, struct store_table *table, bool *found,
                     struct err *err);
void store_table_release(struct store_table *table);

/* ---- writing runs ------------------------------------------------------------------- */

/* One driver a study: a lock on `<STUDY>.lock`, which names process and host of its holder.
 * ERR_CONFIG when it is held, or cannot be made. */
struct store_lock;
int store_lock_alloc(struct store_lock **out, const char *path, struct err *err);
void store_lock_free(struct store_lock *lock);

/* Finds out, before anything is simulated, whether the study file and its folder of runs
 * can be written: ERR_CONFIG when not. An existing file must be a study (ERR_DATA). */
int store_probe(const char *path, struct err *err);

/* Makes `<STUDY>.runs/<id>.h5`: temporary name, fsync, rename, fsync of the folder. */
int store_write_run(const char *path, const struct store_run *run, struct err *err);
/* Makes a study file of this run alone, without the text of a study; replaces `path`. */
int store_write_alone(const char *path, const struct store_run *run, struct err *err);
/* Whether that file is there. */
bool store_has_run_file(const char *path, const char *id);

/* What the study file says about itself; all texts borrowed, none NULL. */
struct store_head {
    const char *study_name, *study_yaml, *tool_version, *tool_commit, *host;
    /* Whole name and date (ISO 8601) of that commit, and what the tool was built with; NULL:
     * not known, and what the file has of it stays. */
    const char *tool_hash, *tool_date, *tool_compiler, *tool_flags;
    bool busy; /* workers are writing runs now: what is not finished is left alone */
};
struct store_assembled {
    size_t kept;     /* runs that the study file had already */
    size_t added;    /* runs taken in from files of their own */
    size_t replaced; /* older runs that gave way to a newer one of the same design point */
    size_t damaged;  /* run files that could not be read; set aside as "*.damaged" */
    char first_damaged[256];
};
/* Takes the finished runs into the study file, which is made when it is not there, and
 * removes their files.  The caller holds the lock.  `result` may be NULL. */
int store_assemble(const char *path, const struct store_head *head,
                   struct store_assembled *result, struct err *err);
/* The same with n more runs that have no files of their own and no traces; the study file has
 * all of them afterwards or none. */
int store_add_runs(const char *path, const struct store_head *head, const struct store_run *run,
                   size_t n, struct store_assembled *result, struct err *err);

/* ---- whole files -------------------------------------------------------------------- */

/* What store_verify() found. */
struct store_verified {
    size_t runs;    /* rows of the summary that could be read */
    size_t whole;   /* of them, runs that are whole */
    size_t damaged; /* and that are not */
    size_t lost;    /* rows that could not be read */
    size_t parts;   /* other damaged parts: the study's text, tables of results, runs without a
                       row */
};

/* Reads all of a study file: checksums of metadata, of every column and table of every run, and
 * of the study's text; and whether summary and runs match.  `tell` (may be NULL) is told each
 * damaged part ("run 0123456789abcdef", "the summary") and what is wrong with it.
 * With `salvage_to`, what is whole goes into a new study file of that name, which takes the
 * place of an old one.
 * Returns 0 also when something is damaged; ERR_DATA when the file cannot be opened at all. */
int store_verify(const char *path, const char *salvage_to,
                 void (*tell)(void *data, const char *part, const char *what), void *data,
                 struct store_verified *result, struct err *err);

/* Which of two runs that contradict each other is taken. */
enum store_prefer { STORE_PREFER_NONE, STORE_PREFER_FIRST, STORE_PREFER_LAST };

struct store_merged {
    size_t runs;      /* of the new file */
    size_t equal;     /* that were there more than once, and alike */
    size_t preferred; /* that took the place of one that contradicts them */
    bool texts_differ; /* of the studies: that of the first file stays */
};

/* Joins study files into a new one, `out`, which may be one of them, and must not exist
 * otherwise (ERR_CONFIG).  Runs with the same id are equal when all but times, memory and
 * place are.  Two that are not, or two different programs, machines or models at the same
 * design point, contradict each other: ERR_CONFIG without a preference.  Tables of results
 * belong to their file and are left behind. */
int store_merge(const char *const *path, size_t n, const char *out, enum store_prefer prefer,
                struct store_merged *result, struct err *err);

/* Name and version of the library below, for `rung --version`. */
void store_library(char *text, size_t size);

#endif
