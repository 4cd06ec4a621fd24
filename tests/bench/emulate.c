/* Runs one guest in emulation and tells how fast: `emulate [-r] [-n RUNS] ELF ARGS...`.
 * With -r the batches are recorded, as the timing models have them; the guest's output goes
 * to standard error.  Prints one line per run: instructions, user seconds, million
 * instructions a second. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "emu/emu.h"

enum { STEPS = 16384 };

static double user_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec * 1e-6;
}

static int run(const struct emu_options *options, bool record, int *status)
{
    static struct record_step steps[STEPS];
    static uint64_t addresses[STEPS];
    struct record_batch batch = {.step = steps, .address = addresses};
    struct err err = {0};
    struct emu *e = NULL;

    batch.max_steps = batch.max_addresses = record ? STEPS : 0;
    int rc = emu_alloc(&e, options, &err);
    if (rc < 0) {
        fprintf(stderr, "emulate: %s\n", err.text);
        return rc;
    }
    double start = user_seconds();
    while (rc == 0 && emu_end(e)->kind == EMU_RUNNING)
        rc = emu_next(e, &batch);
    double seconds = user_seconds() - start;
    printf("%" PRIu64 " instructions, %.3f s, %.1f million/s: %s\n", emu_instructions(e),
           seconds, (double)emu_instructions(e) / seconds * 1e-6, emu_end(e)->text);
    *status = emu_end(e)->kind == EMU_EXITED ? emu_end(e)->exit_code : 4;
    emu_free(e);
    return rc;
}

int main(int argc, char **argv)
{
    bool record = false;
    int runs = 1, option, status = 0;

    while ((option = getopt(argc, argv, "+rn:")) != -1) {
        if (option == 'r')
            record = true;
        else if (option == 'n')
            runs = atoi(optarg);
        else
            return 2;
    }
    if (optind == argc) {
        fprintf(stderr, "usage: emulate [-r] [-n RUNS] ELF ARGS...\n");
        return 2;
    }
    struct emu_options options = {.elf = argv[optind],
                                  .argc = argc - optind,
                                  .argv = (const char *const *)&argv[optind],
                                  .out_fd = 2,
                                  .err_fd = 2};
    for (int i = 0; i < runs; i++)
        if (run(&options, record, &status) < 0)
            return 4;
    return status;
}
