/* Two runs a program: their difference has no start-up in it, nor cold caches and predictors.
 */
#include "config.h"

#include "cmd/calibrate_sim.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/analysis.h"
#include "sim/sim.h"

int calibrate_sim_init(struct calibrate_sim *s, const struct analysis_baselines *baselines,
                       enum timing_mode mode, uint64_t seed, struct err *err)
{
    *s = (struct calibrate_sim){.baselines = baselines, .mode = mode, .seed = seed};
    s->problem = calloc(baselines->count, sizeof *s->problem);
    if (s->problem == NULL)
        return err_set(err, ERR_NOMEM, "no memory for the problems");
    int rc = problem_table_alloc(&s->table, err);
    for (size_t i = 0; rc == 0 && i < baselines->count; i++) {
        const char *name = baselines->item[i].problem, *nearest = NULL;
        if (name[0] == '\0')
            continue;
        s->problem[i] = problem_find(s->table, name, &nearest);
        if (s->problem[i] == NULL)
            rc = err_set(err, ERR_CONFIG, "program '%s': unknown problem '%s'%s%s%s",
                         baselines->item[i].name, name,
                         nearest != NULL ? " (did you mean '" : "",
                         nearest != NULL ? nearest : "", nearest != NULL ? "'?)" : "");
    }
    return rc;
}

void calibrate_sim_release(struct calibrate_sim *s)
{
    free(s->problem);
    problem_table_free(s->table);
}

/* The size for this part of the smallest that was measured: whole, at least 1. */
static double size_of(const struct analysis_baseline *b, double part)
{
    return fmax(1, round(b->x[0] * part));
}

static int check_result(const struct problem *p, const struct sim_result *r, struct err *err)
{
    if (r->end.kind != EMU_EXITED || r->end.exit_code != 0)
        return err_set(err, ERR_RUN, "problem '%s': %s", p->name, r->end.text);
    if (r->counter[COUNTER_cycles] == 0)
        return err_set(err, ERR_RUN, "problem '%s': no cycles were counted", p->name);
    return 0;
}

static int run(struct calibrate_sim *s, const struct machine *machine, const struct problem *p,
               double n, double *cycles, double *instructions, struct err *err)
{
    char **arguments = NULL;
    const char *argv[16] = {"guest"}; /* as in a study, so that the stack lies the same */
    struct sim_result result = {0};
    int argc = 1;
    int rc = problem_arguments(p->args, n, &arguments, err);
    for (; rc == 0 && arguments[argc - 1] != NULL; argc++) {
        if (argc + 1 == (int)(sizeof argv / sizeof argv[0])) {
            rc = err_set(err, ERR_CONFIG, "problem '%s' has too many arguments", p->name);
            break;
        }
        argv[argc] = arguments[argc - 1];
    }
    struct sim_options o = {.elf = p->elf,
                            .argc = argc,
                            .argv = argv,
                            .mode = s->mode,
                            .machine = machine,
                            .layout_seed = s->seed,
                            .out_fd = -1,
                            .err_fd = -1};
    if (rc == 0)
        rc = sim_run(&o, &result, err);
    if (rc == 0) {
        s->runs++;
        s->instructions += (double)result.instructions_total;
        s->seconds += result.user_seconds;
        rc = check_result(p, &result, err);
    }
    *cycles = (double)result.counter[COUNTER_cycles];
    *instructions = (double)result.counter[COUNTER_instructions];
    sim_result_release(&result);
    problem_arguments_free(arguments);
    return rc;
}

int calibrate_sim_program(struct calibrate_sim *s, const struct machine *machine, size_t i,
                          double part, struct analysis_simulated *out, struct err *err)
{
    const struct problem *p = s->problem[i];
    double cycles[2], instructions[2];
    *out = (struct analysis_simulated){NAN, NAN, NAN};
    if (p == NULL)
        return 0;
    double n = size_of(s->baselines->item + i, part);
    int rc = run(s, machine, p, n, cycles, instructions, err);
    if (rc == 0)
        rc = run(s, machine, p, 2 * n, cycles + 1, instructions + 1, err);
    if (rc == 0)
        *out =
            (struct analysis_simulated){.cycles = (cycles[1] - cycles[0]) / n,
                                        .instructions = (instructions[1] - instructions[0]) / n,
                                        .n = 2 * n};
    return rc;
}
