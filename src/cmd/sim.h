/* What the files of `rung sim` share. */
#ifndef CMD_SIM_H
#define CMD_SIM_H

#include <stdio.h>

#include "cmd/cmd.h"
#include "sim/sim.h"

enum { SIM_MAX_SETTINGS = 64 };

struct sim_arguments {
    struct sim_options sim;
    struct machine *machine;
    const char *machine_name;
    const char *setting[SIM_MAX_SETTINGS]; /* "name=value", borrowed from argv */
    size_t n_settings;
    const char *stats_path, *trace_path; /* NULL: none */
    enum format format;
    size_t hot_blocks; /* that people see */
    bool exit_status_of_rung, disassemble;
};

/* Counters, CPI stack and hot blocks on standard error or into the file asked for. */
int sim_write_stats(const struct sim_arguments *a, const struct sim_result *r, struct err *err);

/* The same for people: tables with what an architect asks first. */
int sim_write_text(const struct sim_arguments *a, const struct sim_result *r, FILE *out,
                   struct err *err);

/* The run with its interval trace as a study file of one run (rung-store(5)). */
int sim_write_trace(const struct sim_arguments *a, const struct sim_result *r, struct err *err);

/* The instructions of a program's executable sections (segments, where it has no sections),
 * with the symbols that they belong to. */
int sim_disassemble(const char *elf, FILE *out, struct err *err);

#endif
