/* The store: HDF5 files that hold a study's runs and results (rung-store(5), schema
 * `rung-study` version 1).  Only this module includes hdf5.h. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "trace/counters.h"

enum { STORE_SCHEMA_VERSION = 1, STORE_ID_SIZE = 17, STORE_NAME_SIZE = 64 };

/* One row of /summary.  Counters that a mode does not have, and everything of a failed
 * run, are NaN; counters are exact up to 2^53. */
struct store_row {
    char id[STORE_ID_SIZE];         /* 16 hexadecimal digits */
    char simulator[STORE_NAME_SIZE]; /* "rung" */
    char problem[STORE_NAME_SIZE];
    double n;
    char mode[STORE_NAME_SIZE];
    char machine[STORE_NAME_SIZE];
    char variant[STORE_NAME_SIZE];  /* "base", or "l2.size=8MiB" */
    uint64_t seed, repetition;
    char status[STORE_NAME_SIZE];   /* "ok", "fault", "exit", "limit", "crash", "timeout" */
    int64_t exit_code;
    double instructions_total;
    double counter[COUNTER_MAX];
    double wall_seconds, user_seconds, peak_memory;
};

/* All that is kept of one run. */
struct store_run {
    struct store_row row;
    char elf_hash[65];
    const char *machine_text;  /* resolved parameters; "" in emulation */
    const char *arguments;     /* the guest's, as one line */
    const char *message;       /* of a failed run: pc, symbol, cause */
    uint64_t stream_hash;
    uint64_t trace_interval;
    size_t n_trace;            /* rows */
    const uint64_t *trace;     /* n_trace x COUNTER_MAX, cumulative */
    uint64_t cpi_stack[CPI_PART_MAX];
    size_t n_hot;
    const struct store_hot {
        uint64_t pc, n_insn, executions, instructions;
        char symbol[96];
    } *hot;
};

/* An open study file, read only; the summary is in memory, the rest is read on demand. */
struct store;

/* ERR_DATA, with the file's name, when it is missing, truncated, no HDF5 or no rung study
 * of a known version. */
int store_open(struct store **out, const char *path, struct err *err);
void store_close(struct store *s);
size_t store_count(const struct store *s);
const struct store_row *store_row(const struct store *s, size_t i); /* borrowed */
const char *store_study_yaml(const struct store *s);  /* the study file's text */
const char *store_study_name(const struct store *s);
/* A root attribute as text ("created", "host", "tool_version", "tool_commit"), "" if absent. */
const char *store_attribute(const struct store *s, const char *name);

/* Reads one run with trace, CPI stack and hot blocks; release it afterwards. */
int store_read_run(struct store *s, const char *id, struct store_run *run, struct err *err);
void store_run_release(struct store_run *run);

#endif
