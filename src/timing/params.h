/* The parameters of a machine: one row each, the only truth for reading, checking,
 * printing and documenting them. */
#ifndef TIMING_PARAMS_H
#define TIMING_PARAMS_H

#include "isa/class.h"

/* Issue port groups.  X(name, parent, text): an instruction of a group takes one of the
 * group's ports for a cycle, and one of its parent's, of which it is a part. */
#define MACHINE_PORTS(X)                                                                       \
    X(alu, alu, "integer units")                                                               \
    X(branch, alu, "integer units that can branch")                                            \
    X(mul, alu, "integer units that can multiply or divide")                                   \
    X(mem, mem, "address units")                                                               \
    X(load, mem, "address units that can load")                                                \
    X(store, mem, "address units that can store")                                              \
    X(fp, fp, "FP and SIMD units")                                                             \
    X(fpx, fp, "FP and SIMD units that can divide, take roots and compare")

enum machine_port {
#define X(name, parent, text) MACHINE_PORT_##name,
    MACHINE_PORTS(X)
#undef X
    MACHINE_PORT_MAX
};

/* Choices are words; the value is the word's place. */
#define MACHINE_ISSUE_WORDS {"out-of-order", "in-order", NULL}
#define MACHINE_PREDICTOR_WORDS {"tage", "not-taken", "perfect", NULL}
#define MACHINE_PREFETCH_WORDS {"none", "next-line", "stride", "stream", NULL}
enum machine_issue { MACHINE_ISSUE_OUT_OF_ORDER, MACHINE_ISSUE_IN_ORDER };
enum machine_predictor {
    MACHINE_PREDICTOR_TAGE,
    MACHINE_PREDICTOR_NOT_TAKEN,
    MACHINE_PREDICTOR_PERFECT
};
enum machine_prefetch {
    MACHINE_PREFETCH_NONE,
    MACHINE_PREFETCH_NEXT_LINE,
    MACHINE_PREFETCH_STRIDE,
    MACHINE_PREFETCH_STREAM
};

/* A default of REQUIRED has to be in the file. */
#define MACHINE_REQUIRED (-1.0)

/* X(id, name, kind, minimum, maximum, default, explanation).  Kinds: COUNT, CYCLES, BYTES
 * (integers), HERTZ, SECONDS, RATE (bytes per second), FLAG, ISSUE, PREDICTOR, PREFETCH
 * (words). */
#define MACHINE_SCALARS(X)                                                                     \
    X(clock, "clock", HERTZ, 1e6, 1e11, MACHINE_REQUIRED,                                      \
      "core clock; turns the times of memory into cycles")                                     \
    X(issue, "issue", ISSUE, 0, 1, MACHINE_REQUIRED,                                           \
      "out-of-order, or in-order: instructions start in program order")                        \
    X(width_fetch, "width.fetch", COUNT, 1, 16, MACHINE_REQUIRED,                              \
      "instructions fetched a cycle")                                                          \
    X(fetch_taken, "fetch.taken", COUNT, 1, 4, 1,                                              \
      "taken branches that fetch follows a cycle: 1, 2 or 4")                                  \
    X(fetch_bubble, "fetch.bubble", CYCLES, 0, 16, 0,                                          \
      "cycles lost by fetch after each taken branch")                                          \
    X(fetch_queue, "fetch.queue", COUNT, 1, 1024, 64,                                          \
      "instructions that fetch may be ahead of dispatch")                                      \
    X(width_dispatch, "width.dispatch", COUNT, 1, 16, MACHINE_REQUIRED,                        \
      "instructions renamed and put into the window a cycle")                                  \
    X(width_issue, "width.issue", COUNT, 1, 16, 16,                                            \
      "instructions that an in-order core starts a cycle (ports limit both kinds)")            \
    X(width_retire, "width.retire", COUNT, 1, 16, MACHINE_REQUIRED,                            \
      "instructions retired a cycle")                                                          \
    X(rob, "rob", COUNT, 1, 4096, MACHINE_REQUIRED,                                            \
      "instructions in flight between dispatch and retirement")                                \
    X(registers_int, "registers.int", COUNT, 0, 4096, 0,                                       \
      "physical general registers, 32 of them for the program's; 0: no limit")                 \
    X(registers_fp, "registers.fp", COUNT, 0, 4096, 0,                                         \
      "physical FP and SIMD registers, 32 of them for the program's; 0: no limit")             \
    X(load_queue, "load_queue", COUNT, 1, 1024, MACHINE_REQUIRED, "loads in flight")           \
    X(store_queue, "store_queue", COUNT, 1, 1024, MACHINE_REQUIRED,                            \
      "stores between dispatch and their write to L1D")                                        \
    X(move_elimination, "move_elimination", FLAG, 0, 1, 0,                                     \
      "register moves take no port and no cycle")                                              \
    X(fusion, "fusion", FLAG, 0, 1, 0,                                                         \
      "a compare and the conditional branch behind it take one slot and port")                 \
    X(ports_alu, "ports.alu", COUNT, 1, 16, MACHINE_REQUIRED, "integer units")                 \
    X(ports_branch, "ports.branch", COUNT, 1, 16, MACHINE_REQUIRED,                            \
      "integer units that can branch")                                                         \
    X(ports_mul, "ports.mul", COUNT, 1, 16, MACHINE_REQUIRED,                                  \
      "integer units that can multiply or divide")                                             \
    X(ports_mem, "ports.mem", COUNT, 1, 16, MACHINE_REQUIRED, "address units")                 \
    X(ports_load, "ports.load", COUNT, 1, 16, MACHINE_REQUIRED, "address units that can load") \
    X(ports_store, "ports.store", COUNT, 1, 16, MACHINE_REQUIRED,                              \
      "address units that can store")                                                          \
    X(ports_fp, "ports.fp", COUNT, 1, 16, MACHINE_REQUIRED, "FP and SIMD units")               \
    X(ports_fpx, "ports.fpx", COUNT, 1, 16, MACHINE_REQUIRED,                                  \
      "FP and SIMD units that can divide, take roots and compare")                             \
    X(mispredict, "mispredict", CYCLES, 0, 200, MACHINE_REQUIRED,                              \
      "from a mispredicted branch's end to the first dispatch of the right path")              \
    X(predictor_kind, "predictor.kind", PREDICTOR, 0, 2, 0,                                    \
      "direction predictor: tage, not-taken or perfect (targets included)")                    \
    X(predictor_base, "predictor.base", COUNT, 64, 1 << 20, 16384,                             \
      "two-bit counters of the base predictor, a power of two")                                \
    X(predictor_entries, "predictor.entries", COUNT, 64, 1 << 15, 2048,                        \
      "entries of each of the eight tagged tables, a power of two")                            \
    X(predictor_shortest, "predictor.shortest", COUNT, 1, 64, 4,                               \
      "branches of history that the first tagged table sees")                                  \
    X(predictor_longest, "predictor.longest", COUNT, 8, 1024, 256,                             \
      "branches of history that the last tagged table sees")                                   \
    X(btb_entries, "btb.entries", COUNT, 16, 1 << 20, 8192, "branch target buffer entries")    \
    X(btb_ways, "btb.ways", COUNT, 1, 16, 4, "its ways")                                       \
    X(btb_miss, "btb.miss", CYCLES, 0, 200, 4,                                                 \
      "fetch cycles lost when a taken direct branch is not in it")                             \
    X(indirect_entries, "indirect.entries", COUNT, 16, 1 << 16, 1024,                          \
      "indirect target predictor entries, a power of two")                                     \
    X(return_stack, "return_stack", COUNT, 1, 256, 32, "return address stack entries")         \
    MACHINE_MEMORY(X)

#define MACHINE_MEMORY(X)                                                                      \
    X(l1i_size, "l1i.size", BYTES, 1024, 1 << 24, MACHINE_REQUIRED, "instruction cache")       \
    X(l1i_ways, "l1i.ways", COUNT, 1, 16, MACHINE_REQUIRED, "its ways")                        \
    X(l1i_line, "l1i.line", BYTES, 16, 256, MACHINE_REQUIRED, "its line")                      \
    X(l1d_size, "l1d.size", BYTES, 1024, 1 << 24, MACHINE_REQUIRED, "first-level data cache")  \
    X(l1d_ways, "l1d.ways", COUNT, 1, 16, MACHINE_REQUIRED, "its ways")                        \
    X(l1d_line, "l1d.line", BYTES, 16, 256, MACHINE_REQUIRED, "its line")                      \
    X(l1d_latency, "l1d.latency", CYCLES, 1, 100, MACHINE_REQUIRED,                            \
      "load to use, with a hit, general registers")                                            \
    X(l1d_mshrs, "l1d.mshrs", COUNT, 1, 64, MACHINE_REQUIRED, "lines being fetched at once")   \
    X(l1d_prefetch_kind, "l1d.prefetch.kind", PREFETCH, 0, 3, 0,                               \
      "prefetcher of L1D: none, next-line, stride (by instruction) or stream (by page)")       \
    X(l1d_prefetch_entries, "l1d.prefetch.entries", COUNT, 1, 4096, 64,                        \
      "its instructions or pages under observation, a power of two")                           \
    X(l1d_prefetch_degree, "l1d.prefetch.degree", COUNT, 1, 8, 1, "lines that it asks for at once") \
    X(l1d_prefetch_distance, "l1d.prefetch.distance", COUNT, 1, 256, 8,                        \
      "lines or strides that it runs ahead")                                                   \
    X(l2_size, "l2.size", BYTES, 4096, 1 << 30, MACHINE_REQUIRED,                              \
      "second-level cache for data and instructions")                                          \
    X(l2_ways, "l2.ways", COUNT, 1, 16, MACHINE_REQUIRED, "its ways")                          \
    X(l2_line, "l2.line", BYTES, 16, 256, MACHINE_REQUIRED, "its line")                        \
    X(l2_latency, "l2.latency", CYCLES, 1, 1000, MACHINE_REQUIRED,                             \
      "load to use, with a hit there (not added to L1's)")                                     \
    X(l2_interval, "l2.interval", CYCLES, 0, 64, 1,                                            \
      "cycles between two accesses; 0: no limit")                                              \
    X(l2_mshrs, "l2.mshrs", COUNT, 1, 256, 64, "lines being fetched at once")                  \
    X(l2_prefetch_kind, "l2.prefetch.kind", PREFETCH, 0, 3, 0,                                 \
      "prefetcher of L2: none, next-line or stream")                                           \
    X(l2_prefetch_entries, "l2.prefetch.entries", COUNT, 1, 4096, 64,                          \
      "its pages under observation, a power of two")                                           \
    X(l2_prefetch_degree, "l2.prefetch.degree", COUNT, 1, 8, 1, "lines that it asks for at once") \
    X(l2_prefetch_distance, "l2.prefetch.distance", COUNT, 1, 256, 8,                          \
      "lines that it runs ahead")                                                              \
    X(slc_size, "slc.size", BYTES, 0, 1u << 30, 0, "system cache; 0: none")                    \
    X(slc_ways, "slc.ways", COUNT, 1, 16, 16, "its ways")                                      \
    X(slc_line, "slc.line", BYTES, 16, 256, 128, "its line")                                   \
    X(slc_latency, "slc.latency", CYCLES, 1, 2000, 80, "load to use, with a hit there")        \
    X(dram_latency, "dram.latency", SECONDS, 0, 1e-5, MACHINE_REQUIRED,                        \
      "load to use from idle memory")                                                          \
    X(dram_bandwidth, "dram.bandwidth", RATE, 1e6, 1e13, MACHINE_REQUIRED,                     \
      "bytes a second that memory moves, both directions together")                            \
    X(forward_latency, "forward.latency", CYCLES, 1, 100, MACHINE_REQUIRED,                    \
      "from a load's issue or the store's data, the later, to use of forwarded data")          \
    X(split_penalty, "split.penalty", CYCLES, 0, 100, 1,                                       \
      "additional latency of an access to two lines")                                          \
    X(page, "page", BYTES, 1024, 1 << 21, 4096, "page of the translation buffers")             \
    X(dtlb_entries, "dtlb.entries", COUNT, 1, 4096, MACHINE_REQUIRED,                          \
      "pages in the first-level data translation buffer")                                      \
    X(dtlb_ways, "dtlb.ways", COUNT, 1, 16, 8, "its ways")                                     \
    X(tlb2_entries, "tlb2.entries", COUNT, 0, 1 << 16, 0,                                      \
      "pages in the second-level translation buffer; 0: none")                                 \
    X(tlb2_ways, "tlb2.ways", COUNT, 1, 16, 8, "its ways")                                     \
    X(tlb2_latency, "tlb2.latency", CYCLES, 0, 200, 7, "added to a load that hits there")      \
    X(walk_latency, "walk.latency", CYCLES, 0, 1000, MACHINE_REQUIRED,                         \
      "added to a load whose translation is in no buffer")

enum machine_scalar {
#define X(id, name, kind, min, max, value, text) MACHINE_##id,
    MACHINE_SCALARS(X)
#undef X
    MACHINE_SCALAR_MAX
};

/* Behind the scalars come three parameters for each timing class: class.NAME.latency (from
 * issue to use; for loads in addition to the cache's), class.NAME.port (a port group, or
 * "none"), class.NAME.busy (cycles for which the port is taken). */
enum { MACHINE_CLASS_LATENCY, MACHINE_CLASS_PORT, MACHINE_CLASS_BUSY, MACHINE_CLASS_PARAMS };
enum { MACHINE_PARAM_MAX = MACHINE_SCALAR_MAX + ISA_CLASS_MAX * MACHINE_CLASS_PARAMS };

#endif
