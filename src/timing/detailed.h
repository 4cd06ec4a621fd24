/* The detailed one-pass model.
 *
 * Notes:
 * - Retired instructions are handled one by one in program order.  Each gets the time of its
 *   dispatch, issue, completion and retirement from those of earlier instructions; there is
 *   no loop over cycles.
 * - Fetch: fetch.width instructions a cycle, a taken branch ends the cycle's share
 *   (fetch.taken shares a cycle), instruction cache misses stop it, the fetch queue bounds how
 *   far it is ahead of dispatch.  Alignment of fetch groups is not modelled.
 * - Dispatch: width.dispatch a cycle, in order; waits for a place in the window (rob) and in
 *   the load or store queue.  A place is free in the cycle after its holder retired, a store's
 *   after it wrote.  Where the machine limits physical registers, each result other than
 *   flags takes one from dispatch on, and gives back that of the register's last value when
 *   its instruction retires; eliminated moves take none.  Scheduler entries are not limited.
 * - Issue: when operands are ready and a port of the class's group, and of the group that
 *   contains it, is free; oldest first in program order of handling.  Units that are not
 *   pipelined are taken for class.busy cycles.  In order: no instruction issues before an
 *   earlier one, width.issue a cycle, stall on use.
 * - Loads: address, then L1D; an older store to the same bytes forwards its data, when it has
 *   all of them and has not been written yet; when it has only some, the load waits until it
 *   is.  Loads never wait for stores with other addresses (perfect disambiguation).  Of all
 *   older stores only the newest to each 8-byte granule is remembered, in a table that two
 *   granules 4 KiB apart share.
 * - Stores: complete when address and data are there, write in order after retirement,
 *   ports.store a cycle, when L1D has the line.
 * - The updated base register of a load or store is ready one cycle after issue and takes no
 *   port.  Pairs take one port for one cycle.
 * - Acquire loads hold back all later instructions until they have their data, barriers until
 *   all earlier ones have retired; a release store is a store.
 * - Branches: see predictor.h.  A misprediction restarts fetch `mispredict` cycles after the
 *   branch completed; wrong-path instructions leave no trace in caches or predictor.
 * - Retirement: in order, width.retire a cycle, at the earliest in the cycle in which the
 *   result can be used.  The CPI stack counts, at retirement, the time lost between one
 *   instruction and the next, under what the later one waited for; of what is lost to a load
 *   that went beyond L1D, translation has its own part.
 */
#ifndef TIMING_DETAILED_H
#define TIMING_DETAILED_H

#include "timing/hierarchy.h"
#include "timing/model.h"
#include "timing/predictor.h"

enum {
    DETAILED_ZERO = RECORD_REGS, /* a register that is always ready, */
    DETAILED_DUMP,               /* and one that is never read */
    DETAILED_REGS,
    DETAILED_ROOM = 1024,        /* instructions after which buffers are moved to the front */
    DETAILED_STEP = 65536,       /* above the instructions of the longest step */
    DETAILED_RING = 1 << 14,     /* cycles of port occupancy */
    DETAILED_FORWARD = 512,      /* granules of pending stores */
    DETAILED_NO_PORT = MACHINE_PORT_MAX,
    DETAILED_GROUPS = MACHINE_PORT_MAX + 1
};

/* Register files: general, FP and SIMD, and that of results which need no register. */
enum {
    DETAILED_INT,
    DETAILED_FP,
    DETAILED_FILES,
    DETAILED_NO_FILE = DETAILED_FILES,
    DETAILED_COLUMNS
};

/* How an instruction is handled. */
enum detailed_kind {
    DETAILED_SKIP,   /* part of a fused pair that the other stands for */
    DETAILED_NOP,
    DETAILED_MOVE,   /* eliminated */
    DETAILED_OP1,    /* at most 1, 2, 3 sources, at most one result, pipelined */
    DETAILED_OP2,
    DETAILED_OP3,
    DETAILED_OP_TWO, /* at most 3 sources, two results */
    DETAILED_BRANCH1, /* at most one source and result */
    DETAILED_BRANCH2, /* at most two */
    DETAILED_OP_ANY,
    DETAILED_LOAD1,  /* 1 or 2 address sources, at most one result */
    DETAILED_LOAD2,
    DETAILED_LOAD_PAIR,  /* one address source, two results */
    DETAILED_LOAD1_BASE, /* with an updated base */
    DETAILED_LOAD_MIXED, /* results in files for which the others have no handler */
    DETAILED_LOAD_ANY,
    DETAILED_STORE1, /* 1 or 2 address sources, at most two of data, no base */
    DETAILED_STORE2,
    DETAILED_STORE1_BASE, /* one address source, the result is the updated base */
    DETAILED_STORE_ANY,
    DETAILED_PREFETCH,
    DETAILED_OTHER,  /* atomics, barriers, system */
    DETAILED_END,    /* stands behind the last one of each block */
    DETAILED_KINDS
};

enum detailed_branch {
    DETAILED_NO_BRANCH,
    DETAILED_CONDITIONAL,
    DETAILED_DIRECT,
    DETAILED_INDIRECT,
    DETAILED_CALL,
    DETAILED_CALL_INDIRECT,
    DETAILED_RETURN
};
enum { DETAILED_BRANCHES = DETAILED_RETURN + 1 };

/* What dispatch can be held up by. */
enum detailed_full {
    DETAILED_FULL_WINDOW,
    DETAILED_FULL_REGISTERS,
    DETAILED_FULL_LOADS,
    DETAILED_FULL_STORES,
    DETAILED_FULL_ORDER, /* by barriers and the like */
    DETAILED_FULL_MAX
};

struct detailed;
struct detailed_op;

/* Handles an instruction and those behind it in its block; see detailed_run.c. */
typedef void detailed_handler(struct detailed *k, struct detailed_op *op, uint64_t dispatch,
                              uint64_t retire, uint64_t *rob);

struct detailed_op {
    detailed_handler *run;
    uint64_t port_mask, port_take; /* of its port; see struct detailed */
    uint32_t time; /* from issue to the result; of loads with L1D's latency */
    uint32_t pc;   /* low bits of its address by 4 */
    uint8_t kind, latency, port, busy;
    uint8_t bytes, flags;
    uint8_t n_src, n_addr, n_dst;
    uint8_t src[RECORD_MAX_SRC + 1]; /* unused ones are DETAILED_ZERO */
    uint8_t dst[RECORD_MAX_DST + 1]; /* unused ones are DETAILED_DUMP */
    uint8_t n_reg[DETAILED_FILES];   /* results in each register file */
    uint8_t file[2];                 /* of the first two results */
    uint8_t behind; /* how often of late its line was behind the first of its set */
    uint64_t lost[16];               /* time lost at its retirement, by cause */
};

/* What is known of a block before it runs. */
struct detailed_block {
    uint64_t first_line, last_line; /* of code */
    uint64_t fetch_time;            /* its share of fetch's time */
    uint64_t counts; /* loads, stores, FP and SIMD instructions, 21 bits each, so that one
                        addition a step keeps all three for a batch of two million */
    uint64_t branch_pc;
    uint32_t first_op; /* bytes before it in the array of operations */
    uint32_t first_access; /* of the accesses to memory of all blocks */
    uint16_t n_insn, n_access;
    uint8_t branch;  /* enum detailed_branch of its last instruction, */
    bool backward;   /* which goes to an earlier place, */
    bool loop;       /* or to the block's first */
    uint64_t steps;  /* that were timed, */
    uint64_t time;   /* and the time from the retirement of each block before to its own */
};
enum { DETAILED_COUNT_BITS = 21 };

/* How a block ends, as the predictor sees it. */
struct detailed_exit {
    uint64_t pc; /* of the branch */
    struct tage_site site;
    uint32_t set;     /* of the target buffer */
    uint16_t n_insn;
    uint16_t learned; /* the same where its direction is learned, else 0 */
    uint8_t branch;   /* enum detailed_branch */
};
/* What became of the branch of a step. */
enum detailed_fate { DETAILED_MISPREDICTED = 1, DETAILED_NO_TARGET = 2 };

/* An access to memory as caches see it: bytes touched less one, and what it does. */
enum { DETAILED_ACCESS_BYTES = 0x3f, DETAILED_ACCESS_LOAD = 0x40, DETAILED_ACCESS_STORE = 0x80 };

/* Is told each step of the detailed model: when its last instruction retired, and the
 * hierarchy_events in it. */
typedef void detailed_observer(void *data, const struct record_step *step, uint64_t retire,
                               unsigned events);

/* Counts the steps of the functional path; see edges.h. */
struct edges;

/* The newest store to 8 bytes of memory. */
struct detailed_forward {
    uint64_t data;    /* when its data can be forwarded */
    uint64_t written; /* when L1D has it */
    uint64_t bytes;   /* bit mask */
};

struct detailed {
    void (*run)(struct detailed *k, const struct record_program *program,
                const struct record_batch *batch);

    void (*warm)(struct detailed *k, const struct record_program *program,
                 const struct record_batch *batch, struct edges *edges);
    void (*predict)(struct detailed *k, const struct record_program *program,
                    const struct record_batch *batch);
    detailed_observer *observer; /* or NULL */
    void *observer_data;

    /* Machine. */
    bool in_order, fuse;
    bool even; /* widths are powers of two */
    bool renamed; /* physical registers are limited */
    struct clock_width width_dispatch, width_issue, width_retire, width_write;
    uint64_t fetch_unit, fetch_round, fetch_bubble, fetch_ahead, mispredict, btb_miss;
    uint64_t forward_latency, split_penalty;
    unsigned rob, load_queue, store_queue;
    unsigned reg_limit[DETAILED_FILES]; /* results in flight; 0: no limit */
    ptrdiff_t rob_back, load_back, store_back; /* minus the sizes */
    ptrdiff_t reg_back[DETAILED_FILES];
    unsigned retire_per_cycle, l1d_bits, l1i_bits;
    struct machine *machine; /* a copy */

    /* Ports: eight counters in a word for each cycle of a ring.  They begin at a value from
     * which a full one has its top bit set. */
    uint64_t port_idle;
    uint64_t port_mask[DETAILED_GROUPS];    /* top bits of the counters that must not be full */
    uint64_t port_take[DETAILED_GROUPS];    /* one of each */
    uint64_t port_unit[DETAILED_GROUPS];    /* one of the group itself */
    uint64_t port_hint[DETAILED_GROUPS];    /* no free cycle from now to here */
    uint64_t ring_end;                      /* cycles [end - RING, end) are in the ring */
    uint64_t ring[DETAILED_RING];

    /* The handlers that operations were given, and to how many; between an instruction's
     * handlers, when its operands are ready or, with its port, when it issues. */
    detailed_handler *const (*handlers)[DETAILED_COLUMNS];
    detailed_handler *const (*seekers)[DETAILED_COLUMNS];
    size_t n_linked;
    uint64_t waiting;

    /* The state of the core between two steps. */
    uint64_t ready[DETAILED_REGS];
    uint64_t dispatch, issue, retire, write; /* the last that happened */
    uint64_t fetch;        /* when the next instruction can be fetched, no cause; and why */
    uint64_t fetch_cause;
    uint64_t resolve;      /* when the last branch completed */
    uint64_t *rob_at, *load_at, *store_at;          /* next places; the past stands before */
    uint64_t *reg_at[DETAILED_FILES];
    uint64_t *rob_buffer, *load_buffer, *store_buffer, *reg_buffer[DETAILED_FILES];
    const uint64_t *address_at; /* next data address of the batch */
    uint64_t code_first, code_last; /* lines that fetch was in last, at most two */

    /* Granule of the newest store in each place, UINT64_MAX: none; and what is known of it. */
    uint64_t granule[DETAILED_FORWARD];
    struct detailed_forward forward[DETAILED_FORWARD];
    struct hierarchy memory;
    struct predictor predictor;

    struct detailed_op *op; /* one for each instruction of a block, and one behind them */
    struct detailed_block *block;
    struct detailed_exit *exit; /* of each block */
    uint8_t *fate;              /* of each step of the batch; enum detailed_fate */
    uint8_t *outcome;           /* of each step that is not timed; edges_outcome */
    uint8_t *access;        /* one for each access to memory of the program's instructions, */
    uint32_t *access_pc;    /* and its detailed_op's pc */
    size_t n_ops, max_ops, n_blocks, max_blocks, n_access, max_access, max_access_pc;
    size_t max_exits, max_fates, max_outcomes;
    uint64_t slots;         /* retirement slots used */
    uint64_t lost[16];      /* time lost by cause */
    uint64_t held; /* time between dispatches in blocks, */
    uint64_t full[DETAILED_FULL_MAX]; /* and what held them up; by the
                                       * window only where the widths are not even */
    uint64_t port_wait;     /* cycles, summed over instructions */
    uint64_t branches, taken, mispredictions, loads, stores, fp_simd;
    uint64_t mispredicted[DETAILED_BRANCHES], btb_misses;
    uint64_t timed; /* instructions that got times */
};

int detailed_init(struct detailed *k, const struct machine *machine, uint64_t layout_seed,
                  struct err *err);
void detailed_release(struct detailed *k);
int detailed_retire(struct detailed *k, const struct record_program *program,
                    const struct record_batch *batch);
/* The functional path: caches, translation and (with `predictor`) predictors see the batch as
 * they would in detailed_retire and count the same; no time passes.  Steps are counted in
 * `edges` unless it is NULL.  Both leave the end of the addresses in k->address_at. */
int detailed_warm(struct detailed *k, const struct record_program *program,
                  const struct record_batch *batch, bool predictor, struct edges *edges);
/* Empties the pipeline: the next instruction finds it as the first of a run does, in the
 * cycle at which the last has retired.  Whether any time passed does not matter. */
void detailed_drain(struct detailed *k);
/* Time since the start in 256ths of a cycle, and how it divides. */
uint64_t detailed_now(const struct detailed *k);

/* The operations of a block. */
static inline struct detailed_op *detailed_ops(const struct detailed *k,
                                               const struct detailed_block *block)
{
    return (struct detailed_op *)((char *)k->op + block->first_op);
}

/* Time for which a full window held dispatch up. */
uint64_t detailed_window_full(const struct detailed *k);
/* Retirement slots used since the start. */
uint64_t detailed_slots(const struct detailed *k);

/* Used by the parts of the model: what a stretch of instructions counts, and the path for
 * hosts of some kind (the second only where the compiler and the host are x86-64 with AVX2). */
uint64_t detailed_count(const struct record_insn *in, size_t n);
typedef void detailed_predictor(struct detailed *k, const struct record_program *program,
                                const struct record_batch *batch);
typedef void detailed_runner(struct detailed *k, const struct record_program *program,
                             const struct record_batch *batch);
typedef void detailed_warmer(struct detailed *k, const struct record_program *program,
                             const struct record_batch *batch, struct edges *edges);
detailed_predictor detailed_predict_portable;
detailed_runner detailed_run_portable;
detailed_warmer detailed_warm_portable;
#ifdef DETAILED_HAVE_V3
detailed_predictor detailed_predict_v3;
detailed_runner detailed_run_v3;
detailed_warmer detailed_warm_v3;
#endif
/* The path of host kind `which`, 0 the portable one; NULL when there is none or this host
 * cannot run it. */
detailed_runner *detailed_find_runner(unsigned which);
detailed_warmer *detailed_find_warmer(unsigned which);
detailed_predictor *detailed_find_predictor(unsigned which);

#endif
