/* The counters of a run: one list, expanded wherever they are named, stored,
 * printed or explained. */
#ifndef TRACE_COUNTERS_H
#define TRACE_COUNTERS_H

#include <stdint.h>

/* X(name, unit, explanation).  All count over the region of interest.  A mode that
 * does not model an event leaves its counter at zero. */
#define COUNTERS(X)                                                                      \
    X(instructions, "instructions", "retired instructions")                              \
    X(cycles, "cycles", "simulated cycles; 0 in emulation")                              \
    X(branches, "events", "retired branches of any kind")                                \
    X(branches_taken, "events", "branches that were taken")                              \
    X(mispredictions, "events", "mispredicted branches")                                 \
    X(mispredictions_conditional, "events", "conditional branches whose direction was")  \
    X(mispredictions_indirect, "events", "indirect branches and calls whose target was") \
    X(mispredictions_return, "events", "returns whose target was")                       \
    X(btb_misses, "events", "taken branches that were not in the branch target buffer")  \
    X(loads, "events", "retired loads")                                                  \
    X(stores, "events", "retired stores")                                                \
    X(fp_simd, "events", "retired floating-point and SIMD instructions")                 \
    X(l1i_misses, "lines", "instruction fetches that missed L1I")                        \
    X(l1d_accesses, "lines", "data accesses to L1D, one for each line touched")          \
    X(l1d_misses, "lines", "data accesses that missed L1D")                              \
    X(l2_accesses, "lines", "accesses that reached L2")                                  \
    X(l2_misses, "lines", "accesses that missed L2")                                     \
    X(slc_accesses, "lines", "accesses that reached the system cache")                   \
    X(slc_misses, "lines", "accesses that missed the system cache")                      \
    X(dram_bytes_read, "bytes", "bytes read from memory")                                \
    X(dram_bytes_written, "bytes", "bytes written back to memory")                       \
    X(l1d_prefetches, "lines", "lines that L1D's prefetcher brought in")                 \
    X(l1d_prefetches_useful, "lines", "of these, lines that were used")                  \
    X(l1d_prefetches_useless, "lines", "of these, lines that were pushed out unused")    \
    X(l2_prefetches, "lines", "lines that L2's prefetcher brought in")                   \
    X(l2_prefetches_useful, "lines", "of these, lines that were used")                   \
    X(l2_prefetches_useless, "lines", "of these, lines that were pushed out unused")     \
    X(dtlb_misses, "events", "data accesses that missed the first translation buffer")   \
    X(tlb_walks, "events", "data accesses whose translation was in no buffer")           \
    X(window_full_cycles, "cycles", "cycles for which a full window held dispatch up")   \
    X(registers_full_cycles, "cycles", "the same, for lack of a physical register")      \
    X(load_queue_full_cycles, "cycles", "the same, for a full load queue")               \
    X(store_queue_full_cycles, "cycles", "the same, for a full store queue")             \
    X(port_full_cycles, "instruction cycles",                                            \
      "cycles that each ready instruction waited for a port, added up: may exceed cycles") \
    X(instructions_timed, "instructions", "instructions that the detailed model handled") \
    X(instructions_covered, "instructions",                                              \
      "fast-timing: instructions whose cost was measured on their block edge")            \
    X(cycles_error, "cycles", "sampled: half width of the 95 % interval of the cycles")

enum counter {
#define X(name, unit, text) COUNTER_##name,
    COUNTERS(X)
#undef X
    COUNTER_MAX
};

/* Where the cycles went; the parts of a stack add up to the cycles exactly. */
#define CPI_PARTS(X)                                                                     \
    X(base, "retiring at full width")                                                    \
    X(dependency, "waiting for the result of an earlier instruction")                    \
    X(port, "waiting for an issue port or unit")                                         \
    X(frontend, "instruction fetch: taken branches, instruction cache")                  \
    X(mispredict, "restart after a mispredicted branch")                                 \
    X(l1, "first-level data cache latency")                                              \
    X(l2, "second-level cache")                                                          \
    X(slc, "system cache")                                                               \
    X(dram, "memory")                                                                    \
    X(tlb, "address translation")                                                        \
    X(store, "store queue full or draining")

enum cpi_part {
#define X(name, text) CPI_##name,
    CPI_PARTS(X)
#undef X
    CPI_PART_MAX
};

const char *counter_name(enum counter c);
const char *counter_unit(enum counter c);
const char *counter_text(enum counter c);
const char *cpi_part_name(enum cpi_part p);
const char *cpi_part_text(enum cpi_part p);

#endif
