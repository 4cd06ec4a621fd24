/* The plan: every run that a study asks for, with all that decides its result. */
#ifndef STUDY_PLAN_H
#define STUDY_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/store.h"
#include "study/input.h"
#include "study/problem.h"
#include "study/study.h"
#include "timing/model.h"

enum { PLAN_NO_MACHINE = -1, PLAN_OWN = -1, PLAN_RUNS_MAX = 1000000 };

struct plan_problem {
    const char *name, *problem_class; /* borrowed from the study or the table */
    char *elf; /* absolute path; NULL: other simulators know where it is */
    char elf_hash[65];
    const struct yaml_node *args;        /* borrowed */
    struct input files;                  /* the folder that it may read */
    struct input *input;                 /* its standard input, one a rung, then one a look;
                                            NULL: none */
    const struct expr *work, *footprint, *instructions; /* borrowed; NULL when unknown */
    size_t n_rungs, n_looks;             /* of its ladder and look in the study that are run */
};

/* A machine with its changes. */
struct plan_machine {
    char *name;    /* "m2" */
    char *variant; /* "base", "l2.size=8MiB" or "rob=96 l2.size=8MiB" */
    char *text;    /* machine_text(): a whole machine file */
    uint64_t hash; /* of the text */
    size_t point;  /* of another simulator: number of its variant */
};

/* A simulator of others. */
struct plan_simulator {
    const struct external *external; /* borrowed from the study */
    char *program;                   /* absolute path; NULL: the shell */
    char hash[65];
};

struct plan_run {
    char id[STORE_ID_SIZE];
    size_t problem;
    int machine; /* index, or PLAN_NO_MACHINE in emulation */
    double n;
    int simulator;         /* index, or PLAN_OWN */
    enum timing_mode mode; /* of our own; see plan_mode() */
    uint64_t seed, repetition;
    char **arguments; /* the guest's, without its own name; ends with NULL */
    const struct input *input; /* its standard input, borrowed from the problem; NULL: none */
    char **command;   /* of another simulator; else NULL */
    double cost;      /* forecast in seconds, for order and progress; never exact */
    bool guessed;     /* without anything known of the problem: the cost means nothing */
    double memory;    /* forecast of what its process takes, bytes */
};

/* Runs stand in the order problem, ladder or look, n, mode, machine, variant, seed; then come those
 * of other simulators, one after the other, in the order problem, n, variant, seed, repetition. */
struct plan {
    size_t n_problems, n_machines, n_runs, n_simulators;
    struct plan_simulator *simulator;
    struct plan_problem *problem;
    struct plan_machine *machine;
    struct plan_run *run;
    struct problem_table *table;
    bool points_only; /* see plan_points_alloc() */
};

/* Resolves all that the study names: problems and their programs (ERR_DATA when one is
 * missing or no program for this simulator), machines with their changes, arguments
 * (ERR_CONFIG with file and line).  `study` must outlive the plan. */
int plan_alloc(struct plan **out, const struct study *study, struct err *err);
/* The design points alone: programs are not looked at, need not be there, and runs have neither
 * ids nor arguments nor commands. */
int plan_points_alloc(struct plan **out, const struct study *study, struct err *err);
void plan_free(struct plan *plan);

/* The formulas at the run's size, NaN where there is none. */
double plan_work(const struct plan *plan, const struct plan_run *run);
double plan_instructions(const struct plan *plan, const struct plan_run *run);
double plan_footprint(const struct plan *plan, const struct plan_run *run);
/* The names that are stored; borrowed. */
const char *plan_simulator(const struct plan *plan, const struct plan_run *run);
const char *plan_mode(const struct plan *plan, const struct plan_run *run);
/* "gemm 256 timing m2 l2.size=8MiB, layout 2", written into `buffer` and returned. */
char *plan_describe(const struct plan *plan, const struct plan_run *run, char *buffer,
                    size_t size);

/* The columns of /summary that say what the run is; the rest is empty or NaN. */
void plan_row(const struct plan *plan, const struct plan_run *run, struct store_row *row);

/* The same as what filters_check() chooses from: `plan` is a struct plan, `i` one of its runs. */
void plan_row_at(const void *plan, size_t i, struct store_row *row);

/* All that decides a run's result. */
struct plan_identity {
    const char *elf_hash;
    const char *files_hash, *input_hash; /* of what the guest reads; NULL or "": nothing */
    char *const *arguments;              /* as of a run */
    double n;
    enum timing_mode mode;
    const char *machine_text; /* "" in emulation */
    uint64_t seed, repetition;
};
/* A run's id: the first 16 digits of the SHA-256 over it. */
int plan_run_id(const struct plan_identity *of, char id[STORE_ID_SIZE], struct err *err);

#endif
