/* What the files of `rung bench` share. */
#ifndef CMD_BENCH_H
#define CMD_BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "cmd/cmd.h"

/* A part of the simulator that is measured by itself. */
struct bench_part {
    const char *name;      /* "predictor" */
    const char *operation; /* what is counted: "branch" */
    uint64_t least;        /* operations that are worth running */
    /* Does about `n` operations, *done of them in *seconds of processor time; setting up is
     * left out. */
    int (*run)(const struct bench_part *part, uint64_t n, uint64_t *done, double *seconds,
               struct err *err);
    const uint32_t *code; /* of guest programs: the words that are repeated, and how many */
    size_t n_code;
    int choice; /* what else `run` has to know */
};

extern const struct bench_part bench_parts[];
extern const size_t bench_n_parts;
const struct bench_part *bench_find(const char *name); /* NULL: there is none such */

/* A static program that does `code` `repeats` times (0: as often as fits) in each of
 * `iterations` of a loop, and exits with 0; written into the file `path`. */
int bench_write_program(const char *path, const uint32_t *code, size_t n_code, size_t repeats,
                        uint64_t iterations, struct err *err);

/* Runs a program, found by PATH, and waits; its standard output and error go into files, NULL:
 * nowhere.  *status is its exit status. */
int bench_spawn(const char *const *argv, const char *out, const char *errors, int *status,
                struct err *err);

/* `rung bench --against`. */
struct bench_against {
    const char *program, *other; /* this one and the other build */
    const char *const *problem;  /* "gemm:96", ends with NULL */
    bool mode[8];                /* by enum timing_mode */
    const char *machine;
    uint64_t blocks; /* of four runs, this, other, other, this */
    double tolerance, level;
    enum format format;
    bool quiet;
};
/* Returns an exit status: 0 pass, 1 fail, 3 inconclusive, or that of an error. */
int bench_against(const struct bench_against *a, struct err *err);

#endif
