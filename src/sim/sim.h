/* One simulation: feeds the emulator's batches to a timing model, gathers counters and
 * the interval trace. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "emu/emu.h"
#include "timing/machine.h"
#include "timing/model.h"
#include "trace/counters.h"
#include "trace/distance.h"

/* Whoever looks on while a program runs: told before the first batch, after each with the
 * instructions so far, and after the last.  A run that is done twice (see sim.c) is told
 * twice.  Nothing that is simulated depends on it. */
struct sim_watch {
    void (*begin)(void *data);
    void (*batch)(void *data, uint64_t instructions);
    void (*end)(void *data);
    void *data;
};

struct sim_options {
    const char *elf;
    int argc;
    const char *const *argv;      /* guest arguments, argv[0] included */
    enum timing_mode mode;
    const struct machine *machine; /* NULL allowed in emulation */
    uint64_t layout_seed;
    uint64_t max_instructions;     /* 0: no limit */
    uint64_t interval;             /* instructions between trace rows; 0: chosen and doubled
                                      as the run grows, so that at most 2,048 rows result */
    int out_fd, err_fd;            /* guest's stdout and stderr; -1 discards */
    double wanted_error;           /* of mode sampled, see timing_model_want(); 0: none */
    bool reuse;                    /* measure reuse distances in emulation too */
    bool read_stdin, terminal, host_clock; /* as in struct emu_options */
    const char *files, *input;             /* as in struct emu_options */
    bool files_read_only;
    const struct sim_watch *watch;         /* NULL: nobody */
};

enum { SIM_HOT_BLOCKS = 32 };

/* A block of the region.  What concerns time is 0 or empty in emulation; in modes that time
 * only a part of the run it is estimated. */
struct sim_hot_block {
    uint64_t pc; /* its instructions stand from here on, 4 bytes each */
    uint32_t n_insn;
    uint64_t executions, instructions;
    char symbol[96]; /* "main+0x40", or empty */
    char source[96]; /* "gemm.c:21", of its first instruction, or empty */
    double cycles;
    double part[CPI_PART_MAX]; /* cycles of its CPI stack */
    int bound;                 /* the largest part, an enum cpi_part; -1: not known */
    uint64_t bound_pc;         /* the instruction that lost most in it; 0: none */
    double bound_cycles;       /* what that one lost */
    uint64_t producer_pc;      /* the one on whose result it waits; 0: not known */
    char bound_insn[64], producer_insn[64]; /* as text */
};

/* Interval trace: row-major, `n_rows` rows of COUNTER_MAX cumulative counts within the
 * region of interest, taken at the first block end at or after each interval. */
struct sim_trace {
    uint64_t interval;
    size_t n_rows;
    uint64_t *row;
};

enum { SIM_UNKNOWN_CALLS = 16, SIM_CALL_NAME = 32 };

struct sim_result {
    struct emu_end end;
    char unknown_call[SIM_UNKNOWN_CALLS][SIM_CALL_NAME]; /* that it made, not implemented */
    size_t n_unknown_calls;
    bool had_input;              /* see emu_had_input */
    uint64_t instructions_total; /* of the whole run */
    int had_roi;                 /* 0: no marker, the whole run was counted */
    uint64_t counter[COUNTER_MAX];
    uint64_t cpi_stack[CPI_PART_MAX];
    uint64_t stream_hash;        /* running hash of the retired blocks' pcs */
    struct sim_trace trace;
    struct distance_histogram reuse; /* of data in the region; no accesses: not measured */
    struct sim_hot_block hot[SIM_HOT_BLOCKS];
    size_t n_hot;
    double wall_seconds, user_seconds; /* of the whole run, loading excluded, */
    double region_user_seconds;        /* and of what was counted */
    uint64_t peak_memory;              /* of this process, bytes */
    uint64_t guest_bytes;
};

/* Runs it.  A guest that faults or exits non-zero is a result (see `end`).  Release the
 * result in any case. */
int sim_run(const struct sim_options *options, struct sim_result *result, struct err *err);
void sim_result_release(struct sim_result *result);

#endif
